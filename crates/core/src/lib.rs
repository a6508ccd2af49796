//! The physics and the rules of a grid that large loads contend for.
//!
//! Everything here is a pure function of its inputs: no file is read, nothing is printed, no clock is
//! asked, and no workload is named. What a mine or a campus *is* lives in `gridrush-workload`; this
//! crate knows sites, bids, requests and awards.
//!
//! * [`kernel`]: integer time, the calendar of events, named random streams.
//! * [`grid`]: buses, branches, generators, sites; readers for case files.
//! * [`weather`]: hourly load and renewable availability, fitted or replayed.
//! * [`demand`]: what a load bids and what it is awarded.
//! * [`dispatch`]: the hourly welfare-maximising DC optimal power flow and the causes of curtailment.
//! * [`opf`]: the optimal power flow of a case file, in the conventions of other programs.
//! * [`outage`]: failures, repairs and maintenance of units and branches.
//! * [`interconnection`]: requests for a connection, study offices, upgrades, energization.
//! * [`market`]: entry and exit of generators, background transmission.
//! * [`policy`]: dated rules of regulators and utilities, as data.
//! * [`ledger`]: double-entry books in cents.

// Unit tests may read files and print why they skip; the library itself is checked without them.
#![cfg_attr(test, allow(clippy::disallowed_macros, clippy::disallowed_methods))]

pub mod demand;
pub mod dispatch;
pub mod grid;
pub mod interconnection;
pub mod kernel;
pub mod ledger;
pub mod market;
pub mod math;
pub mod names;
pub mod opf;
pub mod outage;
pub mod policy;
pub mod weather;

#[cfg(test)]
#[path = "../../../tests/data.rs"]
mod test_data;
