//! How supply answers, and who pays: from the next day's commitment to the plants and lines of later years.
//!
//! The hourly market says what power is worth where; these rules say what gets built because of it.
//! Each is a pure function from last year's accounts to next year's projects; the simulator keeps the
//! accounts, the lead times and the switches.

mod bill;
mod capacity;
mod commitment;
mod entry;
mod rate_base;
mod reinforcement;
mod reserve;
mod security;
mod stack;
mod storage;

pub use bill::{Allocation, Bills, Component, Measure, share};
pub use capacity::{CapacityCleared, CapacityCurve, CapacityOffer, SlopedTerms, clear_capacity};
pub use commitment::{Needs, QuickCapacity, Schedule, SlowUnit, UnitState, commit};
pub use entry::{EntryTerms, NetRevenue, entry_by_zone, retirement_mw};
pub use rate_base::{RateBase, RateBaseTerms, Requirement};
pub use reinforcement::{BranchYear, Reinforcement, ReinforcementTerms, reinforce};
pub use reserve::{ReserveCurve, ReserveStep};
pub use security::{LossFactors, SecurityBranch, SecurityPair, SecurityRules, screen};
pub use stack::SupplyStack;
pub use storage::{
    Conditions, HourAhead, LocalBasis, Outlook, Reservoir, StorageFleet, Thresholds, WaterValue,
};
