//! What can run, as it comes and goes: units of the fleet, new plants, retirements, and what a technology costs.

use gridrush_core::grid::{Fuel, Technology};

use super::{Clearing, Slot};
use crate::fleet::FleetChange;
use crate::units::{Costs, ENTRANTS, FuelPrices, INCUMBENTS, NEW_PLANTS, TechnologyCost, Unit};

impl Clearing {
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
    /// battery that goes still stands in the hour that is settled next; [`Stores::let_go`](crate::stores::Stores::let_go) ends that.
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
}
