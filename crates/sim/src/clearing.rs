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

mod capacity;
mod circles;
mod energy;
mod hour;
mod islands;
mod network;
mod outcome;
mod reserve;
mod terms;

use std::ops::Range;

use gridrush_core::dispatch::{Bound, ColumnId, DispatchProblem, Islands, Place, Shortage};
use gridrush_core::grid::pack::NetworkKind;
use gridrush_core::grid::{Fuel, Network, Technology, ZoneId};
use gridrush_core::names::Key;

use crate::links::Link;
use crate::plant::Plant;
use crate::security::Security;
use crate::stores::Stores;
use crate::units::{Availabilities, ENTRANTS, NEW_PLANTS, Unit};

use islands::Cut;
pub use islands::Pocket;
use network::{flow_branches, load_buses, strong_buses};
use reserve::Reserve;
pub use terms::{AreaTerms, ClearingTerms};

/// More than can ever be spilled in one place.
const SPILL_MW: f64 = 1e5;

/// A column that may do nothing.
const CLOSED: Bound = Bound { lower_mw: 0.0, upper_mw: 0.0, cost_usd_per_mwh: 0.0 };

/// Blocks of load that a site can bid.
pub const BLOCKS_PER_SITE: usize = 6;

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
            problem.add_load_zone(load.clone());
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

    /// The column of a site's block.
    pub fn block_column(&self, site: usize, block: usize) -> ColumnId {
        self.site_columns[site][block]
    }

    /// The shed columns: by zone, then those of pockets, in use or not.
    pub fn sheds(&self) -> &[ColumnId] {
        &self.sheds
    }

    /// The columns whose use, or whose lack, says that there is not enough.
    pub fn shortages(&self) -> &[Shortage] {
        &self.shortages
    }
}
