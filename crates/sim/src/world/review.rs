//! The supply side of the world: projects, fuel prices, background transmission, yearly tables.

use std::sync::Arc;

use gridrush_core::grid::{BranchId, Fuel, Technology};
use gridrush_core::ledger::Cents;
use gridrush_core::market::{BranchYear, reinforce};
use gridrush_tables::{Cell, RowSink};

use super::accounts::Accounts;
use super::{RunError, World};
use crate::commitment::{CommitmentYear, STARTED};
use crate::event::{Event, SupplyEvent};
use crate::limits::Element;
use crate::probe;
use crate::supply::{FuelYear, later};

/// Reinforcements of branches, pipes and interfaces that are under way.
#[derive(Clone, Debug)]
pub(super) struct Transmission {
    /// What is raised and by how much, in the order of decisions.
    under_way: Vec<(Element, f64)>,
    /// Rating on its way, by element; zero where nothing is.
    pub building_mw: Vec<f64>,
}

impl Transmission {
    pub(super) fn new(elements: usize) -> Transmission {
        Transmission { under_way: Vec::new(), building_mw: vec![0.0; elements] }
    }
}

impl World {
    pub(super) fn handle_supply(&mut self, event: SupplyEvent) {
        match event {
            SupplyEvent::Fleet(_) => {
                self.supply.change_fleet(&mut self.clearing);
                self.clearing.set_fuel_prices(&self.prices);
                self.refresh_costs();
            }
            SupplyEvent::Online(project) => {
                self.supply.bring_online(project, &mut self.clearing);
                self.refresh_costs();
            }
            SupplyEvent::Reinforced(n) => {
                let (element, added_mw) = self.transmission.under_way[n as usize];
                self.clearing.add_to_limit(element, added_mw);
                if let Element::Branch(branch) = element {
                    self.study_branches[branch as usize].rating_mw += added_mw;
                }
                for side in element.sides() {
                    self.transmission.building_mw[self.elements.index(side)] = 0.0;
                }
            }
        }
    }

    /// The yearly review: fuel prices, entry and exit, background transmission, study snapshots.
    pub(super) fn review_year(&mut self, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let setup = Arc::clone(&self.setup);
        let now = self.calendar.now();
        self.refresh_fuel_prices();
        for project in self.supply.review(now, &setup, &self.clearing) {
            let online = self.supply.projects[project as usize].online;
            if online < setup.end() {
                self.calendar.schedule(Event::Supply(SupplyEvent::Online(project)), online);
            }
        }
        if setup.scenario.supply.background_transmission {
            self.plan_transmission()?;
        }
        self.hold_auction(sink)?;
        self.probes.rent_usd.fill(0.0);
        if setup.scenario.dispatch.hourly {
            self.secure()?;
        }
        if setup.scenario.supply.entry_through_queue {
            self.file_power_plants();
        }
        if setup.scenario.load.large_loads {
            self.refresh_snapshots()?;
        }
        Ok(())
    }

    /// Adds the generation that a site has to bring along: turbines in its zone that sell to the market like others.
    pub(super) fn bring_along(&mut self, site: usize, mw: f64, owner: &str) -> Result<(), RunError> {
        let zone = self.sites[site].zone;
        for (fuel, mw) in self.clearing.add_capacity(zone, Technology::CombustionTurbine, mw, 0.0) {
            self.supply.year[fuel as usize].entered_mw += mw;
        }
        self.refresh_costs();
        let usd = 1_000.0 * mw * self.setup.scenario.operation.onsite_usd_per_kw;
        let (vendor, owner) = (self.ledger.account("site/generation_vendors"), self.ledger.account(owner));
        let kind = self.ledger.kind("onsite_generation");
        let now = self.calendar.now();
        Ok(self.ledger.post(now, vendor, owner, kind, Cents::from_usd(usd)?)?)
    }

    /// Takes the fuel prices of the present hour into the market.
    pub(super) fn refresh_fuel_prices(&mut self) {
        let now = self.calendar.now();
        self.prices = self.setup.fuel_prices(now.hour());
        self.fuel_draws.apply(self.setup.month_at(now), &mut self.prices);
        self.clearing.set_fuel_prices(&self.prices);
        self.refresh_costs();
    }

    pub(super) fn refresh_costs(&mut self) {
        self.costs = self.clearing.costs(&self.prices);
    }

    /// Strengthens branches, pipes and interfaces whose rent of last year exceeds the yearly charge of what they are asked for.
    fn plan_transmission(&mut self) -> Result<(), RunError> {
        let setup = Arc::clone(&self.setup);
        let transmission = &setup.scenario.supply.transmission;
        let (branch_terms, pipe_terms) = (transmission.terms(), transmission.pipe_terms());
        let online = later(self.calendar.now(), setup.scenario.supply.transmission.lead_months);
        let now = self.calendar.now();
        let rents: Vec<(Element, f64)> = (self.elements.iter().zip(self.probes.rent_usd.iter().copied()))
            .filter(|&(element, usd)| {
                usd > 0.0 && self.transmission.building_mw[self.elements.index(element)] <= 0.0
            })
            .collect();
        if rents.is_empty() {
            return Ok(());
        }
        let loads = self.firm_loads(true);
        let asked = self
            .planner
            .asked_flows(&setup, &self.weather, &self.clearing, &loads, now.hour(), self.elements)
            .map_err(RunError::Planning)?;
        // Works of a zonal region are on stations and imports, not on branches.
        let branches = if self.zonal.is_some() { 0 } else { self.study_branches.len() };
        let ordered_mw = self.queue.ordered_mw(branches);
        for (element, congestion_rent_usd) in rents {
            let at = self.elements.index(element);
            // What is decided for one direction of a pipe or an interface serves the other too.
            if self.transmission.building_mw[at] > 0.0 {
                continue;
            }
            let mut limit_mw = self.clearing.limit_mw(element);
            let (mut length_mi, mut terms) = (0.0, &pipe_terms);
            if let Element::Branch(branch) = element {
                // Upgrades that large loads have ordered count.
                limit_mw += ordered_mw[branch as usize];
                length_mi = setup.pack.network.branch(BranchId(branch)).length_mi.unwrap_or(0.0);
                terms = &branch_terms;
            }
            let year =
                BranchYear { rating_mw: limit_mw, length_mi, congestion_rent_usd, asked_mw: asked[at] };
            if let Some(project) = reinforce(terms, &year) {
                let n = self.transmission.under_way.len() as u32;
                self.transmission.under_way.push((element, project.rating_mw - limit_mw));
                for side in element.sides() {
                    self.transmission.building_mw[self.elements.index(side)] = project.rating_mw - limit_mw;
                }
                if online < setup.end() {
                    self.calendar.schedule(Event::Supply(SupplyEvent::Reinforced(n)), online);
                }
                Accounts::post_rate_base(&mut self.ledger, now, "background_transmission", project.cost_usd)?;
                self.probes.system.transmission_cost_usd += project.cost_usd;
                self.probes.system.transmission_mw += project.rating_mw - limit_mw;
            }
        }
        Ok(())
    }

    /// Writes the tables of the year that ends now and opens the next.
    pub(super) fn write_year(&mut self, year: i16, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let setup = Arc::clone(&self.setup);
        let begin =
            setup.months.iter().find(|month| month.year == year).map_or(0, |m| setup.unix_ms(m.begin));
        self.write_emissions_year(begin, year, sink)?;
        let capacity = self.clearing.capacity_mw();
        for &fuel in Fuel::ALL {
            let FuelYear { planned_mw, entered_mw, retired_mw } =
                std::mem::take(&mut self.supply.year[fuel as usize]);
            let generated_mwh = std::mem::take(&mut self.probes.generated_mwh[fuel as usize]);
            if capacity[fuel as usize] <= 0.0 && generated_mwh <= 0.0 && retired_mw <= 0.0 {
                continue;
            }
            let entrant = match fuel {
                Fuel::Gas => Some(Technology::CombinedCycle),
                Fuel::Wind => Some(Technology::Wind),
                Fuel::Solar => Some(Technology::Solar),
                Fuel::Storage => Some(Technology::Battery),
                _ => None,
            };
            let revenue = entrant.and_then(|t| self.supply.best_revenue_usd_per_kw_year(t));
            let row = [
                Cell::Integer(begin),
                Cell::Integer(i64::from(year)),
                Cell::Text(fuel.name()),
                Cell::Float(capacity[fuel as usize]),
                Cell::Float(planned_mw),
                Cell::Float(entered_mw),
                Cell::Float(retired_mw),
                Cell::Float(generated_mwh),
                Cell::Float(revenue.unwrap_or(f64::NAN)),
            ];
            self.probes.table(&probe::supply::TABLE).push(sink, &row)?;
        }
        self.write_commitment(begin, year, sink)?;
        self.write_outages(begin, sink)?;
        self.write_rules(begin, year, sink)?;
        self.write_rate_base(begin, year, sink)?;
        let system = std::mem::take(&mut self.probes.system);
        self.metrics.firm_shed_mwh += system.firm_shed_mwh;
        self.metrics.transmission_cost_usd += system.transmission_cost_usd;
        self.metrics.upgrade_cost_usd += system.upgrade_cost_usd;
        let row = [
            Cell::Integer(begin),
            Cell::Integer(i64::from(year)),
            Cell::Float(system.peak_mw),
            Cell::Float(system.native_peak_mw),
            Cell::Float(system.least_supply_ratio - 1.0),
            Cell::Float(system.firm_shed_mwh),
            Cell::Float(if system.firm_mwh > 0.0 { system.firm_shed_mwh / system.firm_mwh } else { 0.0 }),
            Cell::Float(if system.served_mwh > 0.0 { system.paid_usd / system.served_mwh } else { 0.0 }),
            Cell::Float(system.overload_mwh),
            Cell::Float(system.insecure_mwh),
            Cell::Float(system.transmission_cost_usd),
            Cell::Float(system.transmission_mw),
            Cell::Float(system.upgrade_cost_usd),
        ];
        self.probes.table(&probe::adequacy::TABLE).push(sink, &row)?;
        Ok(())
    }

    /// Starts, and what starting and being on cost, by technology.
    fn write_commitment(&mut self, begin: i64, year: i16, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let mut all = [CommitmentYear::default(); STARTED.len()];
        for commitment in &mut self.commitment {
            all.iter_mut().zip(commitment.take_year()).for_each(|(sum, own)| sum.add(own));
        }
        for (technology, of) in STARTED.iter().zip(all) {
            if of.capacity_mwh <= 0.0 {
                continue;
            }
            let row = [
                Cell::Integer(begin),
                Cell::Integer(i64::from(year)),
                Cell::Text(technology.name()),
                Cell::Float(of.on_mwh / of.capacity_mwh),
                Cell::Float(of.starts),
                Cell::Float(of.start_usd),
                Cell::Float(of.no_load_usd),
            ];
            self.probes.table(&probe::commitment::TABLE).push(sink, &row)?;
        }
        Ok(())
    }
}
