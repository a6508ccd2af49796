//! When equipment fails, is repaired and is taken out for maintenance.
//!
//! Every machine and every branch is a two-state renewal process ([`Renewal`]) with draws of its own name, so
//! that no other element, policy or horizon moves them. A machine's failures come faster in extreme weather
//! ([`Stress`]), with the yearly mean rate kept. Maintenance is a share of the year that is laid into spring
//! and autumn ([`planned`]). [`Shares::within`] fits both into the mean availability that is declared for a fuel, and
//! [`branch`] says how often lines and transformers fail.

pub mod branch;
pub mod planned;
mod renewal;
mod stress;
mod units;

pub use renewal::{Rates, Renewal};
pub use stress::{Sensitivity, Stress};
pub use units::{MachineClass, Shares};
