//! What must hold of a replication: energy, money, order, identity.

// Tests read the shipped region packs.
#![allow(clippy::disallowed_methods)]

mod adequacy;
mod common_numbers;
mod energy;
mod harness;
mod identity;
mod market;
mod money;
mod order;
mod random;
mod sites;
mod story;
