//! Buses, branches, generators and zones: the network as data, and readers for case files.

pub mod case;
mod fuel;
mod network;

pub use fuel::{Fuel, Technology};
pub use network::{Branch, BranchId, BranchKind, Bus, BusId, Generator, Network, Zone, ZoneId};
