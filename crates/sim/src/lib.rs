//! One replication of a scenario: what the user writes, the events, the world, its probes.
//!
//! ```text
//! Scenario + RegionPack + WeatherModel --Setup::new--> Setup --World::new(replication)--> World
//!      World::advance / solve / World::apply, hour by hour          --> rows --> RowSink
//! ```
//!
//! A replication is a pure function of (setup, replication number): nothing here reads a file, asks the
//! time, prints, or knows how many threads there are.

// Unit tests may read files and print why they skip; the library itself is checked without them.
#![cfg_attr(test, allow(clippy::disallowed_macros, clippy::disallowed_methods))]

pub mod area;
pub mod clearing;
pub mod commitment;
pub mod emissions;
pub mod event;
pub mod fleet;
pub mod forecast;
pub mod fuel_draws;
pub mod limits;
mod links;
pub mod metrics;
pub mod offer;
pub mod operation;
mod outages;
pub mod planning;
mod plant;
pub mod probe;
pub mod replay;
pub mod run;
pub mod scenario;
pub mod security;
pub mod setup;
pub mod site;
pub mod stores;
pub mod supply;
pub mod units;
pub mod world;
