//! Batteries in the market: where they stand, what they bid, what they did this month.
//!
//! Every battery of the pack is a unit at its bus. What is added later has no bus yet and joins its zone's
//! fleet, spread over the zone's strong buses. A unit has a charging and a discharging column at the same
//! place; its bid lies below its offer, so at most one of them moves.
//!
//! Once a day the region is looked at as a whole ([`WaterValue`]): all batteries share the worth of energy
//! by hour and filled share, each reads its two prices at its own. Cost: one look-ahead a day, and a
//! look-up per unit and hour.

use gridrush_core::dispatch::{Bound, ColumnId, DispatchProblem, DispatchSolution, Place};
use gridrush_core::grid::{Network, Technology};
use gridrush_core::market::{Outlook, Reservoir, StorageFleet, WaterValue};
use gridrush_core::names::Key;

use crate::fleet::{Fleet, FleetUnit};

/// Batteries at one place.
#[derive(Clone, Debug)]
pub struct Store {
    /// Where it counts.
    pub zone: usize,
    /// Power, energy, state of charge and prices.
    pub fleet: StorageFleet,
    /// Buses with weights that sum to one.
    pub buses: Vec<(u32, f64)>,
    charge: ColumnId,
    discharge: ColumnId,
}

impl Store {
    /// Charging and discharging in a cleared hour.
    pub fn mw(&self, solution: &DispatchSolution) -> (f64, f64) {
        let at = |column: ColumnId| solution.column_mw[column.0 as usize];
        (at(self.charge), at(self.discharge))
    }

    /// What counted as operating reserve when the hour was cleared, discharging included.
    pub fn standby_limit_mw(&self, bounds: &[Bound]) -> f64 {
        bounds[self.discharge.0 as usize].upper_mw.min(self.fleet.reserve_limit_mw())
    }
}

/// What a zone's batteries did in a month.
#[derive(Clone, Copy, Debug, Default)]
pub struct StoreMonth {
    /// Taken from the grid.
    pub charged_mwh: f64,
    /// Given back.
    pub discharged_mwh: f64,
    /// Discharged at the price less charged at the price.
    pub energy_usd: f64,
    /// Paid for standing by.
    pub reserve_usd: f64,
}

/// All batteries of the region: one fleet per zone first, then the pack's units.
#[derive(Clone, Debug)]
pub struct Stores {
    /// The units.
    pub list: Vec<Store>,
    /// This month, by zone.
    pub month: Vec<StoreMonth>,
    round_trip: f64,
    value: WaterValue,
    first_hour: Option<usize>,
    /// Units that leave when the present hour is settled.
    leaving: Vec<usize>,
}

impl Stores {
    /// The units of a fleet, and an empty one for every zone at its strong buses. With `enabled` off,
    /// nothing but those of the zones, which stay empty.
    pub fn new(
        network: &Network,
        fleet: &Fleet,
        strong: &[&[(u32, f64)]],
        round_trip: f64,
        enabled: bool,
        problem: &mut DispatchProblem,
    ) -> Stores {
        let mut list = Vec::new();
        let mut add = |name: &str, zone: usize, buses: Vec<(u32, f64)>| {
            let closed = Bound { lower_mw: 0.0, upper_mw: 0.0, cost_usd_per_mwh: 0.0 };
            let mut column = |what: &str, sign: f64| {
                let place = match buses[..] {
                    [(bus, weight)] => Place::Bus(bus, sign * weight),
                    _ => Place::Spread(buses.iter().map(|&(bus, weight)| (bus, sign * weight)).collect()),
                };
                problem.add_column(Key::of(&format!("{name}/{what}")), place, closed)
            };
            let (charge, discharge) = (column("charge", -1.0), column("discharge", 1.0));
            list.push(Store { zone, fleet: StorageFleet::new(round_trip), buses, charge, discharge });
            list.len() - 1
        };
        for (zone, (named, buses)) in network.zones.iter().zip(strong).enumerate() {
            add(&named.name, zone, buses.to_vec());
        }
        let batteries = fleet.units.iter().filter(|of| of.unit.technology == Technology::Battery);
        let mut filled = Vec::new();
        for FleetUnit { unit, stands, .. } in batteries.filter(|_| enabled) {
            let zone = usize::from(network.bus(unit.bus).zone.0);
            let position = add(&unit.name, zone, vec![(unit.bus.0, 1.0)]);
            filled.extend(stands.then_some((position, unit.capacity_mw, unit.storage_mwh)));
        }
        for (position, power_mw, energy_mwh) in filled {
            list[position].fleet.add(power_mw, energy_mwh);
        }
        let month = vec![StoreMonth::default(); network.zones.len()];
        Stores {
            list,
            month,
            round_trip,
            value: WaterValue::default(),
            first_hour: None,
            leaving: Vec::new(),
        }
    }

    /// The unit at a position comes, empty.
    pub fn open(&mut self, position: usize, power_mw: f64, energy_mwh: f64) {
        self.list[position].fleet.add(power_mw, energy_mwh);
    }

    /// The unit at a position leaves when the present hour is settled; returns its power.
    pub fn close(&mut self, position: usize) -> f64 {
        self.leaving.push(position);
        self.list[position].fleet.power_mw
    }

    /// Those that leave are gone, with what they hold.
    pub fn let_go(&mut self) {
        for position in self.leaving.drain(..) {
            let fleet = &mut self.list[position].fleet;
            (fleet.power_mw, fleet.energy_mwh, fleet.stored_mwh) = (0.0, 0.0, 0.0);
        }
    }

    /// Adds batteries to a zone's fleet, empty.
    pub fn add(&mut self, zone: usize, power_mw: f64, energy_mwh: f64) {
        self.list[zone].fleet.add(power_mw, energy_mwh);
    }

    /// Power in either direction.
    pub fn power_mw(&self) -> f64 {
        self.list.iter().map(|store| store.fleet.power_mw).sum()
    }

    /// Energy that fits.
    pub fn energy_mwh(&self) -> f64 {
        self.list.iter().map(|store| store.fleet.energy_mwh).sum()
    }

    /// Power of a zone's batteries.
    pub fn zone_power_mw(&self, zone: usize) -> f64 {
        self.list.iter().filter(|store| store.zone == zone).map(|store| store.fleet.power_mw).sum()
    }

    /// Energy that fits into a zone's batteries, and energy in store.
    pub fn zone_energy_mwh(&self, zone: usize) -> (f64, f64) {
        let mine = self.list.iter().filter(|store| store.zone == zone);
        mine.fold((0.0, 0.0), |(fits, stored), store| {
            (fits + store.fleet.energy_mwh, stored + store.fleet.stored_mwh)
        })
    }

    /// The columns that discharge.
    pub fn discharge_columns(&self) -> impl Iterator<Item = ColumnId> {
        self.list.iter().map(|store| store.discharge)
    }

    /// The hour at which the present look-ahead begins.
    pub fn first_hour(&self) -> Option<usize> {
        self.first_hour
    }

    /// Looks ahead from an hour on.
    pub fn look_ahead(&mut self, first_hour: usize, outlook: Outlook) {
        let (power_mw, energy_mwh) = (self.power_mw(), self.energy_mwh());
        let all = Reservoir { power_mw, energy_mwh, round_trip: self.round_trip };
        self.value = WaterValue::new(all, outlook);
        self.first_hour = Some(first_hour);
    }

    /// Sets everybody's bid and offer for an hour.
    pub fn quote(&mut self, hour: usize, floor_usd_per_mwh: f64, cap_usd_per_mwh: f64) {
        let Some(first_hour) = self.first_hour else { return };
        for store in &mut self.list {
            store.fleet.quote(&self.value, hour - first_hour, floor_usd_per_mwh, cap_usd_per_mwh);
        }
    }

    /// Writes bounds and prices of an interval; returns what could be discharged and what counts as
    /// operating reserve.
    pub fn write(
        &self,
        hours: f64,
        floor_usd_per_mwh: f64,
        cap_usd_per_mwh: f64,
        bounds: &mut [Bound],
    ) -> (f64, f64) {
        let (mut available_mw, mut reserve_mw) = (0.0, 0.0);
        for Store { fleet, charge, discharge, .. } in &self.list {
            let (into_mw, out_mw) = (fleet.charge_limit_mw(hours), fleet.discharge_limit_mw(hours));
            let bid = fleet.thresholds.bid_usd_per_mwh.max(floor_usd_per_mwh);
            let offer = fleet.thresholds.offer_usd_per_mwh.min(cap_usd_per_mwh);
            bounds[charge.0 as usize] = Bound { lower_mw: 0.0, upper_mw: into_mw, cost_usd_per_mwh: -bid };
            bounds[discharge.0 as usize] = Bound { lower_mw: 0.0, upper_mw: out_mw, cost_usd_per_mwh: offer };
            available_mw += out_mw;
            reserve_mw += fleet.reserve_limit_mw();
        }
        (available_mw, reserve_mw)
    }
}
