//! What must hold of a replication: energy, money, order, identity.

// Tests read the shipped region packs.
#![allow(clippy::disallowed_methods)]

mod adequacy;
mod bills;
mod commitment;
mod common_numbers;
mod emissions;
mod energy;
mod fleet;
mod harness;
mod identity;
mod joint;
mod market;
mod money;
#[path = "../../../core/tests/dispatch/oracle.rs"]
mod oracle;
mod order;
mod outages;
mod policies;
mod queue;
mod random;
mod refused;
mod replay;
mod rules;
mod sites;
mod storage;
mod story;
mod texas;
#[path = "../../../core/tests/dispatch/unique.rs"]
mod unique;
mod zonal;
