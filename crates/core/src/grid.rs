//! Buses, branches, generators and zones: the network as data, readers for case files, region packs.

pub mod case;
mod cost;
mod date;
mod fuel;
mod network;
pub mod pack;
pub mod recipe;
mod series;

pub use cost::{Convexity, CostBlock, CostCurve};
pub use date::Date;
pub use fuel::{Fuel, IMPORT_CO2_TONNES_PER_MWH, Technology};
pub use network::{Branch, BranchId, BranchKind, Bus, BusId, DcLink, Generator, Network, Zone, ZoneId};
pub use pack::RegionPack;
pub use series::{HourlySeries, LoadSeries};
