//! The hourly market of a region, or of several with ties: which column is what, and what it may do this hour.
//!
//! ```text
//!   units            a column for each block of their offer, at their bus
//!   DC links, pipes  a column for each direction, between two buses
//!   entrants         the same per zone and technology, spread over the zone's strongest buses
//!   stores           a charging and a discharging column per battery, and per zone for those to come
//!   shed, surplus    one column each per zone, spread over its buses by share of native load; outages may
//!                    part a zone: see `islands`
//!   reserve          per region one row over everything that can answer, and one column per step of its curve
//!   sites            a fixed number of columns per energized site, at its bus
//! ```
//!
//! Columns are only ever appended (a site when it is first energized), so positions stay valid for the
//! whole run and the solver stays warm.

mod circles;
mod energy;
mod islands;

use std::ops::Range;

use gridrush_core::dispatch::{
    Bound, ColumnId, DispatchProblem, DispatchSolution, FlowBranch, Flowgate, Islands, LinearRow, Place,
    RowId, Shortage,
};
use gridrush_core::grid::pack::NetworkKind;
use gridrush_core::grid::{BranchKind, Fuel, Network, Technology, ZoneId};
use gridrush_core::market::{ReserveCurve, SupplyStack};
use gridrush_core::names::Key;

use crate::fleet::{Fleet, FleetChange};
use crate::links::Link;
use crate::plant::Plant;
use crate::scenario::{Ceilings, Thermal};
use crate::security::{Security, SecurityTerms};
use crate::stores::Stores;
use crate::units::{
    Availabilities, Costs, ENTRANTS, FuelPrices, INCUMBENTS, NEW_PLANTS, TechnologyCost, Unit,
};

use islands::Cut;
pub use islands::Pocket;

/// More than can ever be spilled in one place.
const SPILL_MW: f64 = 1e5;

/// A column that may do nothing.
const CLOSED: Bound = Bound { lower_mw: 0.0, upper_mw: 0.0, cost_usd_per_mwh: 0.0 };

/// Blocks of load that a site can bid.
pub const BLOCKS_PER_SITE: usize = 6;

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

/// A region's demand for reserve.
#[derive(Clone, Debug)]
struct Reserve {
    row: RowId,
    steps: Vec<ColumnId>,
}

/// The columns of a zone.
#[derive(Clone, Debug)]
pub struct ZoneColumns {
    shed: ColumnId,
    surplus: ColumnId,
    /// Positions in `units` of the entrants, in the order of [`ENTRANTS`].
    entrants: [usize; ENTRANTS.len()],
    /// Strong buses with weights that sum to one: where entrants and storage stand.
    pub strong: Vec<(u32, f64)>,
    /// Load buses with shares that sum to one, without those in pockets.
    pub load: Vec<(u32, f64)>,
    /// All load buses with shares that sum to one.
    demand: Vec<(u32, f64)>,
    /// The part of the zone's native load that is not in pockets.
    pub home_share: f64,
}

/// The market's columns and their meaning.
#[derive(Clone, Debug)]
pub struct Clearing {
    /// The problem, brought to the present hour.
    pub problem: DispatchProblem,
    /// Everything that generates.
    pub units: Vec<Unit>,
    /// Columns by zone.
    pub zones: Vec<ZoneColumns>,
    /// Direct-current links.
    pub links: Vec<Link>,
    /// Batteries.
    pub stores: Stores,
    /// Available generation and dischargeable storage this hour.
    pub available_mw: f64,
    /// The part of it that neighbours sell.
    pub available_import_mw: f64,
    /// Available wind and solar this hour.
    pub available_renewable_mw: f64,
    /// The security list.
    pub security: Security,
    terms: ClearingTerms,
    sheds: Vec<ColumnId>,
    shortages: Vec<Shortage>,
    /// By region.
    reserves: Vec<Reserve>,
    site_columns: Vec<[ColumnId; BLOCKS_PER_SITE]>,
    /// The region of each site.
    site_areas: Vec<usize>,
    zone_of_bus: Vec<u16>,
    area_of_zone: Vec<usize>,
    /// Floor and cap of settled prices, by bus.
    price_range: Vec<(f64, f64)>,
    /// Units that weather decides, by region: wind, then sun.
    variable: Vec<[Vec<usize>; 2]>,
    cut: Cut,
    /// What the whole network joins.
    areas: Islands,
    /// Where each unit of the fleet is; absent without a place in the market.
    slots: Vec<Option<Slot>>,
    /// Directions of pipes that cost something this hour: see `circles`.
    charged: Vec<ColumnId>,
}

/// Where a unit of the fleet is.
#[derive(Clone, Copy, Debug)]
enum Slot {
    Unit(usize),
    Store(usize),
}

impl Clearing {
    /// Builds the market of a network.
    pub fn new(network: &Network, terms: ClearingTerms, availabilities: &dyn Availabilities) -> Clearing {
        let mut problem = DispatchProblem::new(network.buses().len(), flow_branches(network, &terms));
        problem.flowgates.clone_from(&terms.interfaces);
        let zone_of_bus: Vec<u16> = network.buses().map(|(_, bus)| bus.zone.0).collect();
        let area_of = |zone| terms.areas.iter().position(|area| area.zones.contains(&zone)).unwrap_or(0);
        let area_of_zone: Vec<usize> = (0..network.zones.len()).map(area_of).collect();
        let mut units = Vec::with_capacity(terms.fleet.units.len() + network.zones.len() * ENTRANTS.len());
        let mut slots = Vec::with_capacity(terms.fleet.units.len());
        let mut stores = network.zones.len();
        for of in &terms.fleet.units {
            let zone = network.bus(of.unit.bus).zone;
            if of.unit.technology == Technology::Battery {
                slots.push(terms.storage.then_some(Slot::Store(stores)));
                stores += 1;
                continue;
            }
            slots.push(Some(Slot::Unit(units.len())));
            units.push(Plant::of(of, zone).into_unit(&mut problem, &terms, availabilities));
        }
        let mut zones = Vec::with_capacity(network.zones.len());
        for (position, zone) in network.zones.iter().enumerate() {
            let id = ZoneId(position as u16);
            let strong = strong_buses(network, id);
            let load = load_buses(network, id);
            let name = |what: &str| Key::of(&format!("{}/{what}", zone.name));
            let spread = |list: &[(u32, f64)], sign: f64| {
                Place::Spread(list.iter().map(|&(bus, share)| (bus, sign * share)).collect())
            };
            let rules = &terms.areas[area_of_zone[position]];
            let shed = Bound { cost_usd_per_mwh: rules.native_shed_usd_per_mwh, ..CLOSED };
            let surplus =
                Bound { upper_mw: SPILL_MW, cost_usd_per_mwh: -rules.offer_floor_usd_per_mwh, lower_mw: 0.0 };
            let columns = ZoneColumns {
                shed: problem.add_column(name("shed"), spread(&load, 1.0), shed),
                surplus: problem.add_column(name("surplus"), spread(&load, -1.0), surplus),
                entrants: std::array::from_fn(|e| {
                    let of = Plant::entrant(name(NEW_PLANTS[e].0.name()), spread(&strong, 1.0), id, e);
                    units.push(of.into_unit(&mut problem, &terms, availabilities));
                    units.len() - 1
                }),
                strong,
                demand: load.clone(),
                load,
                home_share: 1.0,
            };
            zones.push(columns);
        }
        let strong: Vec<&[(u32, f64)]> = zones.iter().map(|zone| zone.strong.as_slice()).collect();
        let (round_trip, enabled) = (terms.storage_round_trip, terms.storage);
        let areas: Vec<Range<usize>> = terms.areas.iter().map(|area| area.zones.clone()).collect();
        let stores = Stores::new(network, &terms.fleet, &strong, &areas, round_trip, enabled, &mut problem);
        let reserves: Vec<Reserve> =
            terms.areas.iter().map(|area| Reserve::new(area, &units, &stores, &mut problem)).collect();
        let new_link = if terms.network == NetworkKind::Zonal { Link::pipe } else { Link::new };
        let links = network.dc_links.iter().map(|link| new_link(link, &mut problem)).collect();
        let price_range = |&zone: &u16| {
            let rules = &terms.areas[area_of_zone[usize::from(zone)]];
            (rules.offer_floor_usd_per_mwh, rules.settlement_cap_usd_per_mwh)
        };
        let variable = |area: &AreaTerms| {
            [Fuel::Wind, Fuel::Solar].map(|fuel| {
                let here = |unit: &Unit| unit.fuel == fuel && area.zones.contains(&usize::from(unit.zone.0));
                (0..units.len()).filter(|&at| here(&units[at])).collect()
            })
        };
        Clearing {
            price_range: zone_of_bus.iter().map(price_range).collect(),
            variable: terms.areas.iter().map(variable).collect(),
            areas: energy::areas(&problem),
            cut: Cut::new(Islands::of(problem.bus_count(), &problem.branches)),
            problem,
            units,
            shortages: (zones.iter().map(|zone| Shortage::Used(zone.shed)))
                .chain(reserves.iter().flat_map(|of| &of.steps).map(|&step| Shortage::Unfilled(step)))
                .collect(),
            sheds: zones.iter().map(|zone| zone.shed).collect(),
            zones,
            links,
            stores,
            available_mw: 0.0,
            available_import_mw: 0.0,
            available_renewable_mw: 0.0,
            security: Security::new(network, &terms.security, terms.interfaces.len() as u32),
            terms,
            reserves,
            site_columns: Vec::new(),
            site_areas: Vec::new(),
            zone_of_bus,
            area_of_zone,
            slots,
            charged: Vec::new(),
        }
    }

    /// The terms it was built with.
    pub fn terms(&self) -> &ClearingTerms {
        &self.terms
    }

    /// Lets every unit run anywhere between nothing and its maximum, as plans do.
    pub fn release(&mut self) {
        for unit in &mut self.units {
            unit.on_share = None;
        }
    }

    /// Most that a unit may give this hour.
    pub fn upper_mw(&self, unit: &Unit) -> f64 {
        self.problem.bounds[unit.columns()].iter().map(|bound| bound.upper_mw).sum()
    }

    /// The zone of a bus.
    pub fn zone_of_bus(&self, bus: u32) -> usize {
        usize::from(self.zone_of_bus[bus as usize])
    }

    /// The region of a zone, by position.
    pub fn area_of_zone(&self, zone: usize) -> usize {
        self.area_of_zone[zone]
    }

    /// The rules of a zone's region.
    pub fn rules_of_zone(&self, zone: usize) -> &AreaTerms {
        &self.terms.areas[self.area_of_zone[zone]]
    }

    /// How many regions there are.
    pub fn area_count(&self) -> usize {
        self.terms.areas.len()
    }

    /// The entrant of a technology in a zone, if that technology can enter.
    pub fn entrant_mut(&mut self, zone: usize, technology: Technology) -> Option<&mut Unit> {
        let position = ENTRANTS.iter().position(|&t| t == technology)?;
        Some(&mut self.units[self.zones[zone].entrants[position]])
    }

    /// The entrant of a technology in a zone, if that technology can enter.
    pub fn entrant(&self, zone: usize, technology: Technology) -> Option<&Unit> {
        let position = ENTRANTS.iter().position(|&t| t == technology)?;
        Some(&self.units[self.zones[zone].entrants[position]])
    }

    /// Lets a unit of the fleet come, go, or lose its production credit. Returns what came or went, by fuel. A
    /// battery that goes still stands in the hour that is settled next; [`Stores::let_go`] ends that.
    pub fn change_unit(&mut self, position: usize, change: FleetChange) -> Option<(Fuel, f64)> {
        let of = &self.terms.fleet.units[position].unit;
        match (self.slots[position]?, change) {
            (Slot::Unit(at), FleetChange::Opens) => {
                let unit = &mut self.units[at];
                unit.capacity_mw += unit.rated_mw;
                Some((unit.fuel, unit.rated_mw))
            }
            (Slot::Unit(at), FleetChange::Closes) => {
                let unit = &mut self.units[at];
                let mw = std::mem::replace(&mut unit.capacity_mw, 0.0);
                Some((unit.fuel, -mw))
            }
            (Slot::Unit(at), FleetChange::CreditEnds) => {
                self.units[at].offer.add(0.0, -self.terms.wind_offer_usd_per_mwh);
                None
            }
            (Slot::Store(at), FleetChange::Opens) => {
                self.stores.open(at, of.capacity_mw, of.storage_mwh);
                Some((Fuel::Storage, of.capacity_mw))
            }
            (Slot::Store(at), FleetChange::Closes) => Some((Fuel::Storage, -self.stores.close(at))),
            (Slot::Store(_), FleetChange::CreditEnds) => None,
        }
    }

    /// What could run of a region's wind and sun in this weather if nothing was out of order.
    pub fn wind_and_solar_mw(&self, area: usize, weather: &[f32]) -> [f64; 2] {
        [0, 1].map(|kind| {
            let units = self.variable[area][kind].iter().map(|&at| &self.units[at]);
            units.map(|unit| unit.capacity_mw * unit.availability_now(weather)).sum::<f64>()
        })
    }

    /// Capacity of a region's wind.
    pub fn wind_capacity_mw(&self, area: usize) -> f64 {
        self.variable[area][0].iter().map(|&at| self.units[at].capacity_mw).sum()
    }

    /// Adds capacity to a zone: to its entrant, its batteries, or (for technologies that cannot enter)
    /// to its existing units. Returns what changed, by fuel.
    pub fn add_capacity(
        &mut self,
        zone: usize,
        technology: Technology,
        mw: f64,
        mwh: f64,
    ) -> Vec<(Fuel, f64)> {
        if technology == Technology::Battery {
            if !self.terms.storage {
                return Vec::new();
            }
            self.stores.add(zone, mw, mwh);
            return vec![(Fuel::Storage, mw)];
        }
        if let Some(unit) = self.entrant_mut(zone, technology) {
            unit.capacity_mw += mw;
            return vec![(unit.fuel, mw)];
        }
        self.scale_units(zone, technology, mw)
    }

    /// Closes capacity of a technology in a zone, from all its units in proportion. Returns what
    /// changed, by fuel; never more than there is.
    pub fn retire_capacity(&mut self, zone: usize, technology: Technology, mw: f64) -> Vec<(Fuel, f64)> {
        self.scale_units(zone, technology, -mw)
    }

    fn scale_units(&mut self, zone: usize, technology: Technology, mw: f64) -> Vec<(Fuel, f64)> {
        let total = self.incumbent_mw(zone, technology);
        if total <= 0.0 {
            return Vec::new();
        }
        let change = mw.max(-total) / total;
        let mut changed = [0.0; Fuel::ALL.len()];
        for unit in
            self.units.iter_mut().filter(|u| usize::from(u.zone.0) == zone && u.technology == technology)
        {
            changed[unit.fuel as usize] += change * unit.capacity_mw;
            unit.capacity_mw *= 1.0 + change;
        }
        Fuel::ALL.iter().map(|&fuel| (fuel, changed[fuel as usize])).filter(|c| c.1 != 0.0).collect()
    }

    /// Capacity of a technology in a zone, entrants included.
    pub fn incumbent_mw(&self, zone: usize, technology: Technology) -> f64 {
        let mine = |u: &&Unit| usize::from(u.zone.0) == zone && u.technology == technology;
        self.units.iter().filter(mine).map(|u| u.capacity_mw).sum()
    }

    /// Capacity by fuel, batteries included.
    pub fn capacity_mw(&self) -> [f64; Fuel::ALL.len()] {
        let mut capacity = [0.0; Fuel::ALL.len()];
        for unit in &self.units {
            capacity[unit.fuel as usize] += unit.capacity_mw;
        }
        capacity[Fuel::Storage as usize] += self.stores.power_mw();
        capacity
    }

    /// Short-run costs by technology for the accounts of entry and exit.
    pub fn costs(&self, prices: &FuelPrices) -> Costs {
        let zones = 0..self.zones.len();
        let entrant = (0..NEW_PLANTS.len()).map(|e| {
            let cost = |zone: usize| {
                let unit = &self.units[self.zones[zone].entrants[e]];
                TechnologyCost {
                    usd_per_mwh: unit.cost_usd_per_mwh(prices),
                    no_load_usd_per_mw_h: unit.no_load_usd_per_mw_h(prices),
                    availability: 1.0,
                }
            };
            zones.clone().map(cost).collect()
        });
        let incumbent = INCUMBENTS.iter().map(|&technology| {
            let cost = |zone: usize| {
                let mine = |u: &&Unit| {
                    usize::from(u.zone.0) == zone && u.technology == technology && u.capacity_mw > 0.0
                };
                let total = self.incumbent_mw(zone, technology);
                let mean = |value: &dyn Fn(&Unit) -> f64| {
                    self.units.iter().filter(mine).map(|u| u.capacity_mw * value(u)).sum::<f64>() / total
                };
                (total > 0.0).then(|| TechnologyCost {
                    usd_per_mwh: mean(&|u| u.cost_usd_per_mwh(prices)),
                    no_load_usd_per_mw_h: mean(&|u| u.no_load_usd_per_mw_h(prices)),
                    availability: mean(&|u| u.availability_now(&[])),
                })
            };
            zones.clone().map(cost).collect()
        });
        Costs { entrant: entrant.collect(), incumbent: incumbent.collect() }
    }

    /// Appends the columns of a site at a bus; sites are numbered in the order of this call. The first
    /// `controllable` blocks count as operating reserve while they draw power.
    pub fn add_site(&mut self, name: &str, bus: u32, controllable: usize) -> usize {
        let key = Key::of(name);
        let columns = std::array::from_fn(|block| {
            self.problem.add_column(key.part(block as u64), Place::Bus(bus, -1.0), CLOSED)
        });
        let area = self.area_of_zone[self.zone_of_bus(bus)];
        if self.terms.controllable_load_gives_reserve {
            for &column in &columns[..controllable] {
                self.problem.add_term(self.reserves[area].row, column, -1.0);
            }
        }
        self.site_columns.push(columns);
        self.site_areas.push(area);
        self.site_columns.len() - 1
    }

    /// Takes fuel prices into the cost of every unit.
    pub fn set_fuel_prices(&mut self, prices: &FuelPrices) {
        for unit in &self.units {
            for (column, cost_usd_per_mwh) in unit.columns().zip(unit.block_costs_usd_per_mwh(prices)) {
                self.problem.bounds[column].cost_usd_per_mwh = cost_usd_per_mwh;
            }
        }
    }

    /// What another MWh of every column emits: units by their blocks, batteries at what a MWh discharged holds.
    /// Loads, links and shortfalls emit nothing. `by_column` is empty or what the last call left: units burn what
    /// they burnt then. `O(columns)` once, then `O(batteries)`.
    pub fn co2_by_column(&self, stored_t_per_mwh: f64, by_column: &mut Vec<f64>) {
        let known = !by_column.is_empty();
        by_column.resize(self.problem.bounds.len(), 0.0);
        for unit in self.units.iter().filter(|_| !known) {
            for (column, t_per_mwh) in unit.columns().zip(unit.block_co2_t_per_mwh()) {
                by_column[column] = t_per_mwh;
            }
        }
        self.stores.co2_by_column(stored_t_per_mwh, by_column);
    }

    /// Brings load, availability, storage and reserve to an hour. `native_mw` is by zone, `weather` by
    /// series. Sites keep their bids until [`Clearing::set_block`] or [`Clearing::clear_site`].
    pub fn set_hour(&mut self, native_mw: &[f64], weather: &[f32], hours: f64) {
        for (zone, columns) in self.zones.iter().enumerate() {
            for &(bus, share) in &columns.demand {
                self.problem.demand_mw[bus as usize] = share * native_mw[zone];
            }
            let home_mw = columns.home_share * native_mw[zone];
            self.problem.bounds[columns.shed.0 as usize].upper_mw = home_mw.max(0.0);
        }
        self.set_pockets(native_mw);
        let mut reserve_mw = vec![0.0; self.reserves.len()];
        self.available_mw = 0.0;
        self.available_import_mw = 0.0;
        self.available_renewable_mw = 0.0;
        for unit in &self.units {
            let available = unit.available_mw(weather);
            let (least, most) = unit.range_mw(available);
            let bounds = &mut self.problem.bounds[unit.columns()];
            for (bound, block) in bounds.iter_mut().zip(&unit.offer.blocks) {
                let (from, size) =
                    (block.from_share * available, (block.to_share - block.from_share) * available);
                bound.lower_mw = (least - from).clamp(0.0, size);
                bound.upper_mw = (most - from).clamp(0.0, size);
            }
            self.available_mw += available;
            if unit.fuel == Fuel::Import {
                self.available_import_mw += available;
            }
            if unit.gives_reserve() {
                reserve_mw[self.area_of_zone[usize::from(unit.zone.0)]] +=
                    bounds.iter().map(|bound| bound.upper_mw).sum::<f64>();
            }
            if unit.is_variable() {
                self.available_renewable_mw += available;
            }
        }
        let mut standby_mw = vec![0.0; self.reserves.len()];
        let prices = |zone: usize| {
            let area = self.area_of_zone[zone];
            let rules = &self.terms.areas[area];
            (area, rules.offer_floor_usd_per_mwh, rules.offer_cap_usd_per_mwh)
        };
        self.available_mw += self.stores.write(hours, &prices, &mut self.problem.bounds, &mut standby_mw);
        for ((of, units_mw), stores_mw) in self.reserves.iter().zip(reserve_mw).zip(standby_mw) {
            self.problem.rows[of.row.0 as usize].upper = units_mw + stores_mw;
        }
    }

    /// Sets one block of a site: at most `mw` at a bid; firm blocks bid their shed penalty.
    pub fn set_block(&mut self, site: usize, block: usize, mw: f64, bid_usd_per_mwh: Option<f64>) {
        let column = self.site_columns[site][block];
        let rules = &self.terms.areas[self.site_areas[site]];
        let worth = bid_usd_per_mwh
            .map_or(rules.large_load_shed_usd_per_mwh, |bid| bid.min(rules.offer_cap_usd_per_mwh));
        self.problem.bounds[column.0 as usize] =
            Bound { lower_mw: 0.0, upper_mw: mw, cost_usd_per_mwh: -worth };
    }

    /// Takes all blocks of a site out of the market.
    pub fn clear_site(&mut self, site: usize) {
        for column in self.site_columns[site] {
            self.problem.bounds[column.0 as usize].upper_mw = 0.0;
        }
    }

    /// Takes the unit with the most available capacity of each region out of this hour, until the next
    /// [`Clearing::set_hour`].
    pub fn take_out_largest_unit(&mut self) {
        let single = |u: &&Unit| {
            matches!(u.technology, Technology::Nuclear | Technology::CoalSteam | Technology::GasSteam)
        };
        for area in 0..self.area_count() {
            let here = |u: &&Unit| self.area_of_zone[usize::from(u.zone.0)] == area;
            let largest = (self.units.iter().filter(single).filter(here))
                .max_by(|a, b| self.upper_mw(a).total_cmp(&self.upper_mw(b)).then(b.column.cmp(&a.column)));
            if let Some(columns) = largest.map(Unit::columns) {
                for bound in &mut self.problem.bounds[columns] {
                    (bound.lower_mw, bound.upper_mw) = (0.0, 0.0);
                }
            }
        }
    }

    /// The blocks of all sites of a region as they were last bid: MW and what they are worth.
    pub fn load_blocks(&self, area: usize) -> impl Iterator<Item = (f64, f64)> {
        let bounds = |column: &ColumnId| self.problem.bounds[column.0 as usize];
        let sites = self.site_columns.iter().zip(&self.site_areas).filter(move |site| *site.1 == area);
        sites.flat_map(|site| site.0).map(bounds).map(|bound| (bound.upper_mw, -bound.cost_usd_per_mwh))
    }

    /// What can run in a region besides batteries, wind and sun, cheapest first. Load that would stop at a price stands
    /// among it at that price.
    pub fn supply_stack(&self, area: usize, prices: &FuelPrices, weather: &[f32]) -> SupplyStack {
        let here = |unit: &&Unit| self.area_of_zone[usize::from(unit.zone.0)] == area;
        let burns = self.units.iter().filter(|unit| !unit.is_variable()).filter(here);
        let units = burns.flat_map(|unit| {
            let available_mw = unit.available_mw(weather);
            let blocks = unit.offer.blocks.iter().zip(unit.block_costs_usd_per_mwh(prices));
            blocks.map(move |(block, cost)| ((block.to_share - block.from_share) * available_mw, cost))
        });
        let surplus = self.terms.wind_offer_usd_per_mwh.min(0.0);
        let shed = self.terms.areas[area].native_shed_usd_per_mwh;
        SupplyStack::new(units.chain(self.load_blocks(area)), surplus, shed)
    }

    /// The column of a site's block.
    pub fn block_column(&self, site: usize, block: usize) -> ColumnId {
        self.site_columns[site][block]
    }

    /// Native load not served in a zone.
    pub fn native_shed_mw(&self, solution: &DispatchSolution, zone: usize) -> f64 {
        self.home_shed_mw(solution, zone) + self.in_pockets_mw(&solution.column_mw, zone).0
    }

    /// The same without what is shed in pockets.
    pub fn home_shed_mw(&self, solution: &DispatchSolution, zone: usize) -> f64 {
        solution.column_mw[self.zones[zone].shed.0 as usize]
    }

    /// The shed columns: by zone, then those of pockets, in use or not.
    pub fn sheds(&self) -> &[ColumnId] {
        &self.sheds
    }

    /// The columns whose use, or whose lack, says that there is not enough.
    pub fn shortages(&self) -> &[Shortage] {
        &self.shortages
    }

    /// Surplus spilled in a zone.
    pub fn surplus_mw(&self, solution: &DispatchSolution, zone: usize) -> f64 {
        let in_pockets_mw = self.in_pockets_mw(&solution.column_mw, zone).1;
        solution.column_mw[self.zones[zone].surplus.0 as usize] + in_pockets_mw
    }

    /// What direct-current links lose.
    pub fn link_loss_mw(&self, solution: &DispatchSolution) -> f64 {
        self.links.iter().map(|link| link.loss_mw(solution)).sum()
    }

    /// The price of operating reserve by region.
    pub fn reserve_prices_usd_per_mwh(&self, solution: &DispatchSolution) -> Vec<f64> {
        self.reserves.iter().map(|of| -solution.row_dual[of.row.0 as usize].min(0.0)).collect()
    }

    /// One price of reserve for all regions: the mean by what each of them wants.
    pub fn mean_reserve_price_usd_per_mwh(&self, prices: &[f64]) -> f64 {
        if let [price] = prices {
            return *price;
        }
        let wanted_mw = self.reserve_requirement_mw();
        let sizes = self.terms.areas.iter().map(|area| area.reserve.requirement_mw());
        let worth: f64 = sizes.zip(prices).map(|(mw, price)| mw * price).sum();
        if wanted_mw > 0.0 { worth / wanted_mw } else { 0.0 }
    }

    /// Reserve held, in all regions.
    pub fn reserve_mw(&self, solution: &DispatchSolution) -> f64 {
        let steps = self.reserves.iter().flat_map(|of| &of.steps);
        steps.map(|column| solution.column_mw[column.0 as usize]).sum()
    }

    /// Reserve wanted, in all regions.
    pub fn reserve_requirement_mw(&self) -> f64 {
        self.terms.areas.iter().map(|area| area.reserve.requirement_mw()).sum()
    }

    /// The price of a bus as it is settled.
    pub fn settled(&self, solution: &DispatchSolution, bus: u32) -> f64 {
        let (floor, cap) = self.price_range[bus as usize];
        solution.lmp_usd_per_mwh[bus as usize].clamp(floor, cap)
    }

    /// The settled price of a weighted list of buses.
    pub fn price_at(&self, solution: &DispatchSolution, buses: &[(u32, f64)]) -> f64 {
        buses.iter().map(|&(bus, w)| w * self.settled(solution, bus)).sum()
    }
}

impl Reserve {
    /// Appends the row of a region and a column for each step of its curve.
    fn new(area: &AreaTerms, units: &[Unit], stores: &Stores, problem: &mut DispatchProblem) -> Reserve {
        let key = |what: &str| match &area.name {
            None => Key::of(what),
            Some(name) => Key::of(&format!("{name}/{what}")),
        };
        let mut terms = Vec::new();
        let here = |unit: &&Unit| area.zones.contains(&usize::from(unit.zone.0));
        for unit in units.iter().filter(here).filter(|unit| unit.gives_reserve()) {
            terms.extend(unit.columns().map(|column| (ColumnId(column as u32), 1.0)));
        }
        terms.extend(stores.discharge_columns(&area.zones).map(|column| (column, 1.0)));
        let steps: Vec<ColumnId> = (area.reserve.steps().iter().enumerate())
            .map(|(n, step)| {
                let bound = Bound { lower_mw: 0.0, upper_mw: step.mw, cost_usd_per_mwh: -step.usd_per_mwh };
                problem.add_column(key("reserve/step").part(n as u64), Place::None, bound)
            })
            .collect();
        terms.extend(steps.iter().map(|&column| (column, 1.0)));
        let row =
            problem.add_row(LinearRow { key: key("reserve"), terms, lower: f64::NEG_INFINITY, upper: 0.0 });
        Reserve { row, steps }
    }
}

/// Branches as dispatch sees them: `susceptance = base / (x tap)`, in MW per radian.
fn flow_branches(network: &Network, terms: &ClearingTerms) -> Vec<FlowBranch> {
    let flow = |branch: &gridrush_core::grid::Branch| {
        let kv = network.bus(branch.from).base_kv.max(network.bus(branch.to).base_kv);
        FlowBranch {
            from: branch.from.0,
            to: branch.to.0,
            susceptance_mw_per_rad: network.base_mva / (branch.x_pu * branch.tap),
            shift_rad: branch.shift_deg.to_radians(),
            limit_mw: branch.rating_mw,
            ceiling_usd_per_mwh: terms.ceilings.at(kv),
            in_service: branch.in_service,
        }
    };
    network.branches().map(|(_, branch)| flow(branch)).collect()
}

/// The buses of a zone where new plant and storage connect, with weights that sum to one: those at
/// 200 kV and above, weighted by the ratings of their lines; else those of the zone's highest voltage.
fn strong_buses(network: &Network, zone: ZoneId) -> Vec<(u32, f64)> {
    let highest =
        (network.buses().filter(|(_, bus)| bus.zone == zone)).map(|(_, bus)| bus.base_kv).fold(0.0, f64::max);
    let least_kv = highest.min(200.0);
    let mut weights: Vec<(u32, f64)> = (network.buses())
        .filter(|(_, bus)| bus.zone == zone && bus.base_kv >= least_kv)
        .map(|(id, _)| (id.0, 0.0))
        .collect();
    for (_, branch) in network.branches() {
        if branch.kind == BranchKind::Line && branch.rating_mw.is_finite() {
            for end in [branch.from.0, branch.to.0] {
                if let Ok(at) = weights.binary_search_by_key(&end, |w| w.0) {
                    weights[at].1 += branch.rating_mw;
                }
            }
        }
    }
    normalise(weights)
}

/// The buses of a zone that carry native load.
fn load_buses(network: &Network, zone: ZoneId) -> Vec<(u32, f64)> {
    let shares = (network.buses().filter(|(_, bus)| bus.zone == zone))
        .map(|(id, bus)| (id.0, bus.load_share))
        .collect();
    normalise(shares)
}

fn normalise(mut weights: Vec<(u32, f64)>) -> Vec<(u32, f64)> {
    let total: f64 = weights.iter().map(|w| w.1).sum();
    if total > 0.0 {
        weights.retain(|w| w.1 > 0.0);
        for weight in &mut weights {
            weight.1 /= total;
        }
    } else {
        let each = 1.0 / weights.len().max(1) as f64;
        for weight in &mut weights {
            weight.1 = each;
        }
    }
    weights
}
