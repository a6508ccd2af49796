//! Batteries in the market: where they stand, what they bid, what they did this month.
//!
//! Every battery of the pack is a unit at its bus. What is added later has no bus yet and joins its zone's
//! fleet, spread over the zone's strong buses. A unit has a charging and a discharging column at the same
//! place; its bid lies below its offer, so at most one of them moves.
//!
//! A few times a day each region is looked at as a whole ([`WaterValue`]), as if all batteries stood at one
//! place, for every place at which prices differ: batteries where about the same basis is expected
//! ([`LocalBasis`]) share the worth of energy by hour and filled share, each reads its two prices at its own.
//! Cost: a look-ahead for every such group, and a look-up per unit and hour.

use std::ops::Range;

use gridrush_core::dispatch::{Bound, ColumnId, DispatchProblem, DispatchSolution, Place};
use gridrush_core::grid::{Network, Technology};
use gridrush_core::market::{
    Conditions, HourAhead, LocalBasis, Outlook, ReserveCurve, Reservoir, StorageFleet, SupplyStack,
    WaterValue,
};
use gridrush_core::names::Key;

use crate::fleet::{Fleet, FleetUnit};

/// Places whose expected basis differs by no more than this in any hour share a look-ahead; assumed.
const SAME_BASIS_USD_PER_MWH: f64 = 0.5;

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
    /// What each region expects of its batteries.
    areas: Vec<StoreArea>,
    /// Units that leave when the present hour is settled.
    leaving: Vec<usize>,
}

/// The batteries of a region and what is expected there.
#[derive(Clone, Debug)]
struct StoreArea {
    /// Positions of its batteries.
    members: Vec<usize>,
    /// By member.
    basis: LocalBasis,
    ahead: Option<LookAhead>,
}

/// What the last look ahead said.
#[derive(Clone, Debug)]
struct LookAhead {
    first_hour: usize,
    stack: SupplyStack,
    /// By group of places.
    values: Vec<WaterValue>,
    /// The group of each member; none for those that have no power yet.
    group: Vec<Option<usize>>,
}

impl Stores {
    /// The units of a fleet, and an empty one for every zone at its strong buses. With `enabled` off,
    /// nothing but those of the zones, which stay empty. `areas` are the zones of each region.
    pub fn new(
        network: &Network,
        fleet: &Fleet,
        strong: &[&[(u32, f64)]],
        areas: &[Range<usize>],
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
        let area = |zones: &Range<usize>| {
            let here = |&at: &usize| zones.contains(&list[at].zone);
            let members: Vec<usize> = (0..list.len()).filter(here).collect();
            StoreArea { basis: LocalBasis::new(members.len()), members, ahead: None }
        };
        let areas = areas.iter().map(area).collect();
        Stores { list, month, round_trip, areas, leaving: Vec::new() }
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

    /// The same of a region, and the energy that fits.
    pub fn area_size(&self, area: usize) -> (f64, f64) {
        let fleets = || self.areas[area].members.iter().map(|&at| &self.list[at].fleet);
        (fleets().map(|fleet| fleet.power_mw).sum(), fleets().map(|fleet| fleet.energy_mwh).sum())
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

    /// The columns that discharge in some zones.
    pub fn discharge_columns(&self, zones: &Range<usize>) -> impl Iterator<Item = ColumnId> {
        self.list.iter().filter(|store| zones.contains(&store.zone)).map(|store| store.discharge)
    }

    /// Whether there has been a look ahead in a region.
    pub fn has_looked_ahead(&self, area: usize) -> bool {
        self.areas[area].ahead.is_some()
    }

    /// Looks ahead in a region from an hour on, at a stack and hours without their basis.
    pub fn look_ahead(
        &mut self,
        area: usize,
        first_hour: usize,
        stack: SupplyStack,
        reserve: &ReserveCurve,
        hours: &[(Conditions, HourAhead)],
    ) {
        let (power_mw, energy_mwh) = self.area_size(area);
        let all = Reservoir { power_mw, energy_mwh, round_trip: self.round_trip };
        let StoreArea { members, basis: local, ahead } = &mut self.areas[area];
        let places = members.len();
        let mut basis = vec![0.0; hours.len() * places];
        for ((conditions, _), row) in hours.iter().zip(basis.chunks_exact_mut(places)) {
            local.expect(*conditions, row);
        }
        let alike = |a: usize, b: usize| {
            basis.chunks_exact(places).all(|row| (row[a] - row[b]).abs() <= SAME_BASIS_USD_PER_MWH)
        };
        let mut first_of_group: Vec<usize> = Vec::new();
        let mut group = vec![None; places];
        for position in (0..places).filter(|&position| self.list[members[position]].fleet.power_mw > 0.0) {
            let known = first_of_group.iter().position(|&first| alike(first, position));
            group[position] = Some(known.unwrap_or(first_of_group.len()));
            if known.is_none() {
                first_of_group.push(position);
            }
        }
        let expected: Vec<HourAhead> = hours.iter().map(|hour| hour.1).collect();
        let outlook = Outlook { stack: &stack, reserve, hours: &expected };
        let bases =
            first_of_group.iter().map(|&place| basis.chunks_exact(places).map(|row| row[place]).collect());
        let values = WaterValue::at_places(all, outlook, bases);
        *ahead = Some(LookAhead { first_hour, stack, values, group });
    }

    /// Sets everybody's bid and offer in a region for an hour.
    pub fn quote(&mut self, area: usize, hour: usize, floor_usd_per_mwh: f64, cap_usd_per_mwh: f64) {
        let StoreArea { members, ahead, .. } = &self.areas[area];
        let Some(ahead) = ahead else { return };
        for (&at, group) in members.iter().zip(&ahead.group) {
            if let Some(group) = *group {
                let (value, n) = (&ahead.values[group], hour - ahead.first_hour);
                self.list[at].fleet.quote(value, n, floor_usd_per_mwh, cap_usd_per_mwh);
            }
        }
    }

    /// Learns an hour that has passed in a region: what energy cost at each place beyond what the last stack says of
    /// the hour's net load, batteries included. `cost_usd_per_mwh` is by battery.
    pub fn learn(&mut self, area: usize, seen: Conditions, net_load_mw: f64, cost_usd_per_mwh: &[f64]) {
        let StoreArea { members, basis, ahead } = &mut self.areas[area];
        if let Some(ahead) = ahead {
            let of = ahead.stack.basis_at(net_load_mw);
            basis.learn(seen, members.iter().map(|&at| of(cost_usd_per_mwh[at])));
        }
    }

    /// What another MWh of every battery's columns emits: a MWh given holds so much, a MWh taken keeps its round trip.
    pub fn co2_by_column(&self, stored_t_per_mwh: f64, by_column: &mut [f64]) {
        for Store { charge, discharge, .. } in &self.list {
            by_column[charge.0 as usize] = -self.round_trip * stored_t_per_mwh;
            by_column[discharge.0 as usize] = stored_t_per_mwh;
        }
    }

    /// Writes bounds and prices of an interval; returns what could be discharged and adds what counts as operating
    /// reserve by region. `rules` tells the region of a zone with its floor and its cap on prices.
    pub fn write(
        &self,
        hours: f64,
        rules: &dyn Fn(usize) -> (usize, f64, f64),
        bounds: &mut [Bound],
        reserve_mw: &mut [f64],
    ) -> f64 {
        let mut available_mw = 0.0;
        for Store { zone, fleet, charge, discharge, .. } in &self.list {
            let (area, floor_usd_per_mwh, cap_usd_per_mwh) = rules(*zone);
            let (into_mw, out_mw) = (fleet.charge_limit_mw(hours), fleet.discharge_limit_mw(hours));
            let bid = fleet.thresholds.bid_usd_per_mwh.max(floor_usd_per_mwh);
            let offer = fleet.thresholds.offer_usd_per_mwh.min(cap_usd_per_mwh);
            bounds[charge.0 as usize] = Bound { lower_mw: 0.0, upper_mw: into_mw, cost_usd_per_mwh: -bid };
            bounds[discharge.0 as usize] = Bound { lower_mw: 0.0, upper_mw: out_mw, cost_usd_per_mwh: offer };
            available_mw += out_mw;
            reserve_mw[area] += fleet.reserve_limit_mw();
        }
        available_mw
    }
}
