//! What firms decide, one file per decision.

pub mod accept;
