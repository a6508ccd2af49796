//! What firms decide, one file per decision.

pub mod accept;
pub mod burden;
