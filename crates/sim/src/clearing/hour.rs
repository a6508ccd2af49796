//! Bounds and costs of an hour: load, availability, fuel, bids, and the merit order that follows from them.
//!
//! Cost: `O(columns + buses)` an hour.

use gridrush_core::dispatch::{Bound, ColumnId};
use gridrush_core::grid::{Fuel, Technology};
use gridrush_core::market::SupplyStack;

use super::Clearing;
use crate::units::{FuelPrices, Unit};

impl Clearing {
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

    /// Takes fuel prices into the cost of every unit.
    pub fn set_fuel_prices(&mut self, prices: &FuelPrices) {
        for unit in &self.units {
            for (column, cost_usd_per_mwh) in unit.columns().zip(unit.block_costs_usd_per_mwh(prices)) {
                self.problem.bounds[column].cost_usd_per_mwh = cost_usd_per_mwh;
            }
        }
    }

    /// Brings load, availability, storage and reserve to an hour. `native_mw` is by zone, `weather` by
    /// series. Sites keep their bids until [`Clearing::set_block`] or [`Clearing::clear_site`].
    pub fn set_hour(&mut self, native_mw: &[f64], weather: &[f32], hours: f64) {
        for (zone, columns) in self.zones.iter().enumerate() {
            self.problem.set_zone_load(zone, native_mw[zone]);
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
}
