//! Numbers that the market's columns are built from.

use std::ops::Range;

use gridrush_core::dispatch::Flowgate;
use gridrush_core::grid::pack::NetworkKind;
use gridrush_core::market::ReserveCurve;

use crate::fleet::Fleet;
use crate::scenario::{Ceilings, Thermal};
use crate::security::SecurityTerms;

/// Numbers that the market's columns are built from.
#[derive(Clone, Debug)]
pub struct ClearingTerms {
    /// Rules by region.
    pub areas: Vec<AreaTerms>,
    /// Price of flow beyond a branch limit, by voltage.
    pub ceilings: Ceilings,
    /// The units of the run.
    pub fleet: Fleet,
    /// Offer of wind while it earns a production credit.
    pub wind_offer_usd_per_mwh: f64,
    /// Whether the network is branches, or links that are pipes.
    pub network: NetworkKind,
    /// Limits on sums of flows that always hold.
    pub interfaces: Vec<Flowgate>,
    /// Room for the loss of branches.
    pub security: SecurityTerms,
    /// How thermal units offer, start and ramp.
    pub thermal: Thermal,
    /// Whether slow units are committed a day ahead; otherwise everything runs from nothing to its maximum.
    pub commitment: bool,
    /// What gas costs more, by zone.
    pub gas_basis_usd_per_mmbtu: Vec<f64>,
    /// What coal costs more, by zone.
    pub coal_basis_usd_per_mmbtu: Vec<f64>,
    /// Whether controllable load counts as reserve while it draws power.
    pub controllable_load_gives_reserve: bool,
    /// Whether batteries run.
    pub storage: bool,
    /// Energy out over energy in of batteries.
    pub storage_round_trip: f64,
}

/// The rules of a region.
#[derive(Clone, Debug)]
pub struct AreaTerms {
    /// Its name where it is one of several.
    pub name: Option<String>,
    /// Its zones, by position.
    pub zones: Range<usize>,
    /// Greatest price of controllable load and of storage.
    pub offer_cap_usd_per_mwh: f64,
    /// Lowest settlement price, and the price at which surplus is spilled.
    pub offer_floor_usd_per_mwh: f64,
    /// Greatest settlement price.
    pub settlement_cap_usd_per_mwh: f64,
    /// Penalty for shedding firm large loads.
    pub large_load_shed_usd_per_mwh: f64,
    /// Penalty for shedding native load.
    pub native_shed_usd_per_mwh: f64,
    /// Worth of operating reserve.
    pub reserve: ReserveCurve,
}
