//! `[supply]`: how plants and wires answer over the years.
//!
//! Costs are annualised: capital recovery and fixed operation and maintenance, in dollars per kilowatt of
//! installed power and year. They are round numbers of the kind that the NREL Annual Technology Baseline
//! and ERCOT's cost-of-new-entry studies give.

use gridrush_core::grid::{Fuel, Technology};
use gridrush_core::market::{EntryTerms, ReinforcementTerms};

use gridrush_workload::firms::DeveloperParams;

use super::declare::{mirror, section};

section! {
    /// Supply over the years: planned projects, merchant entry and exit, background transmission.
    Supply {
        /// Whether the region's dated additions and retirements happen.
        planned: bool = true, "", "";
        /// Whether capacity is built where the trailing net revenue exceeds its cost.
        merchant_entry: bool = true, "", "";
        /// Whether merchants file for a connection and wait in the queue like loads; if not, what they start is in
        /// service after a lead time.
        entry_through_queue: bool = false, "", "";
        /// Whether plants close where the trailing net revenue stays below the cost of staying open.
        retirement: bool = true, "", "";
        /// Whether branches are strengthened where congestion costs more than the upgrade.
        background_transmission: bool = true, "", "";
        /// Window over which net revenue is averaged before a decision.
        trailing_months: u32 = 24, "months", "assumed", 1.0..=120.0;
        /// Excess of net revenue over cost, as a share of cost, at which the whole yearly cap is built.
        full_response_share: f64 = 0.25, "share", "assumed", 0.01..=10.0;
    }
    tables {
        /// Mean share of the hours in which a unit is not on outage, by fuel.
        availability: Availability;
        /// Terms of new capacity, by technology.
        entry: Entry;
        /// Who files for a connection of new capacity, by technology.
        developers: Developers;
        /// Cost of staying open, by technology.
        exit: Exit;
        /// Cost and size of background transmission.
        transmission: Transmission;
    }
}

section! {
    /// Mean availability. Wind and sun have theirs in the region's weather.
    Availability {
        /// Gas units.
        gas: f64 = 0.92, "share", "assumed", 0.0..=1.0;
        /// Coal units.
        coal: f64 = 0.88, "share", "assumed", 0.0..=1.0;
        /// Nuclear units; 93 % was the mean capacity factor in the United States in 2023.
        nuclear: f64 = 0.95, "share", "assumed", 0.0..=1.0;
        /// Hydro units, limited by water more than by outages.
        hydro: f64 = 0.45, "share", "assumed", 0.0..=1.0;
        /// Oil units.
        oil: f64 = 0.90, "share", "assumed", 0.0..=1.0;
        /// Biomass, geothermal, waste.
        other: f64 = 0.80, "share", "assumed", 0.0..=1.0;
        /// Imports: the part of the ties that a neighbour can fill.
        import: f64 = 1.0, "share", "assumed", 0.0..=1.0;
    }
}

impl Availability {
    /// The share for a fuel; `None` where weather decides.
    pub fn of(&self, fuel: Fuel) -> Option<f64> {
        match fuel {
            Fuel::Gas => Some(self.gas),
            Fuel::Coal => Some(self.coal),
            Fuel::Nuclear => Some(self.nuclear),
            Fuel::Hydro => Some(self.hydro),
            Fuel::Oil => Some(self.oil),
            Fuel::Other => Some(self.other),
            Fuel::Import => Some(self.import),
            Fuel::Wind | Fuel::Solar | Fuel::Storage => None,
        }
    }
}

section! {
    /// New capacity by technology.
    Entry {}
    tables {
        /// Combined cycle; five years from order to service were quoted in 2025 and 3.5 in 2023.
        combined_cycle: EntryOf = EntryOf::new(150.0, 3000.0, 48), sources { lead_months: "[S]" };
        /// Simple-cycle gas turbine; near ERCOT's 2024 cost of new entry.
        combustion_turbine: EntryOf = EntryOf::new(140.0, 2000.0, 36), sources { lead_months: "[S]" };
        /// Wind, before tax credits: the production credit is in its offer and so in its margin.
        wind: EntryOf = EntryOf::new(150.0, 3000.0, 24);
        /// Solar, after tax credits.
        solar: EntryOf = EntryOf::new(75.0, 6000.0, 18);
        /// Batteries, after tax credits.
        battery: EntryOf = EntryOf::new(65.0, 5000.0, 15);
    }
}

section! {
    /// Developers of new capacity, where entry goes through the queue.
    Developers {}
    tables {
        /// Combined cycle.
        combined_cycle: Developer = Developer::of(&DeveloperParams::new(2.0, 0.7, 400.0, 30.0));
        /// Simple-cycle gas turbine.
        combustion_turbine: Developer = Developer::of(&DeveloperParams::new(2.0, 0.7, 200.0, 24.0));
        /// Wind.
        wind: Developer = Developer::of(&DeveloperParams::new(4.0, 0.5, 200.0, 18.0));
        /// Solar.
        solar: Developer = Developer::of(&DeveloperParams::new(4.0, 0.5, 150.0, 15.0));
        /// Batteries.
        battery: Developer = Developer::of(&DeveloperParams::new(4.0, 0.4, 100.0, 12.0));
    }
}

mirror! {
    /// How developers of one technology file and answer.
    Developer of DeveloperParams, from DeveloperParams::default() => {
        /// Megawatts filed for each that the rule of entry would start.
        filings_per_started_mw: f64, "", "assumed", 0.0..=1000.0;
        /// Requests in the first year of the run that are filed whatever prices have paid, in the whole run's zones.
        filed_per_year: f64, "1/year", "none", 0.0..=100000.0;
        /// Growth of `filed_per_year`.
        filed_growth_per_year: f64, "share per year", "none", -0.9..=10.0;
        /// Part of the requests that are meant to be built.
        real_share: f64, "share", "assumed", 0.0..=1.0;
        /// Median size.
        median_mw: f64, "MW", "[D] of the order of regional queues", 1.0..=20000.0;
        /// Standard deviation of the logarithm of the size.
        spread_log: f64, "", "assumed", 0.0..=3.0;
        /// Time that the owner's own works take.
        construction_months: f64, "months", "assumed", 0.0..=240.0;
        /// Standard deviation of the logarithm of a developer's view of its revenue.
        belief_spread_log: f64, "", "assumed", 0.0..=3.0;
        /// Net revenue over annualised cost that developers expect where no hour is dispatched.
        revenue_over_cost: f64, "", "assumed", 0.0..=100.0;
        /// Cost of capital.
        discount_per_year: f64, "share per year", "assumed", 0.0..=1.0;
        /// Time over which costs are recovered.
        recovery_years: f64, "years", "assumed", 1.0..=100.0;
        /// Median patience, in months to power.
        patience_months: f64, "months", "assumed", 0.1..=1200.0;
    }
}

impl Developers {
    /// How a technology is developed; `None` if it does not enter.
    pub fn of(&self, technology: Technology) -> Option<DeveloperParams> {
        let of = match technology {
            Technology::CombinedCycle => &self.combined_cycle,
            Technology::CombustionTurbine => &self.combustion_turbine,
            Technology::Wind => &self.wind,
            Technology::Solar => &self.solar,
            Technology::Battery => &self.battery,
            _ => return None,
        };
        let mut params = DeveloperParams::default();
        of.set(&mut params);
        Some(params)
    }
}

section! {
    /// The terms on which one technology enters.
    EntryOf {
        /// Capital recovery and fixed operation and maintenance, after tax credits where the technology says so.
        annualised_cost_usd_per_kw_year: f64 = 150.0, "$/kW-year", "[M]", 0.0..=5000.0;
        /// Most that is started in one year in a whole region.
        yearly_cap_mw: f64 = 3000.0, "MW per year", "assumed", 0.0..=1000000.0;
        /// Time from the decision to service.
        lead_months: u32 = 48, "months", "assumed", 0.0..=240.0;
        /// Hours of full power in store; batteries only.
        storage_hours: f64 = 2.0, "h", "assumed", 0.25..=100.0;
    }
}

impl EntryOf {
    /// Terms with the common storage duration.
    pub fn new(annualised_cost_usd_per_kw_year: f64, yearly_cap_mw: f64, lead_months: u32) -> EntryOf {
        EntryOf { annualised_cost_usd_per_kw_year, yearly_cap_mw, lead_months, storage_hours: 2.0 }
    }
}

impl Supply {
    /// The technologies that can enter, their lead times and terms, in a fixed order.
    pub fn entrants(&self) -> [(Technology, &EntryOf); 5] {
        [
            (Technology::CombinedCycle, &self.entry.combined_cycle),
            (Technology::CombustionTurbine, &self.entry.combustion_turbine),
            (Technology::Wind, &self.entry.wind),
            (Technology::Solar, &self.entry.solar),
            (Technology::Battery, &self.entry.battery),
        ]
    }

    /// The terms of one entrant as the market rule wants them.
    pub fn entry_terms(&self, of: &EntryOf) -> EntryTerms {
        EntryTerms {
            annualised_cost_usd_per_kw_year: of.annualised_cost_usd_per_kw_year,
            yearly_cap_mw: of.yearly_cap_mw,
            full_response_share: self.full_response_share,
        }
    }
}

section! {
    /// Cost of keeping a plant open for another year: fixed operation and maintenance, taxes, repairs.
    Exit {
        /// Coal plants.
        coal_steam_usd_per_kw_year: f64 = 60.0, "$/kW-year", "[M]", 0.0..=5000.0;
        /// Gas-fired boilers.
        gas_steam_usd_per_kw_year: f64 = 30.0, "$/kW-year", "[M]", 0.0..=5000.0;
        /// Combined cycles.
        combined_cycle_usd_per_kw_year: f64 = 25.0, "$/kW-year", "[M]", 0.0..=5000.0;
        /// Simple-cycle turbines.
        combustion_turbine_usd_per_kw_year: f64 = 15.0, "$/kW-year", "[M]", 0.0..=5000.0;
        /// Nuclear plants.
        nuclear_usd_per_kw_year: f64 = 150.0, "$/kW-year", "[M]", 0.0..=5000.0;
        /// Most of a technology in a zone that closes in one year; about 1 GW of ERCOT's 80 GW of thermal
        /// plant closed or was mothballed a year.
        yearly_share: f64 = 0.02, "share", "[M], rounded up", 0.0..=1.0;
        /// Notice between decision and closure.
        notice_months: u32 = 12, "months", "assumed", 0.0..=240.0;
    }
}

impl Exit {
    /// The yearly cost of staying open; `None` for technologies that never close here.
    pub fn of(&self, technology: Technology) -> Option<f64> {
        match technology {
            Technology::CoalSteam => Some(self.coal_steam_usd_per_kw_year),
            Technology::GasSteam => Some(self.gas_steam_usd_per_kw_year),
            Technology::CombinedCycle => Some(self.combined_cycle_usd_per_kw_year),
            Technology::CombustionTurbine => Some(self.combustion_turbine_usd_per_kw_year),
            Technology::Nuclear => Some(self.nuclear_usd_per_kw_year),
            _ => None,
        }
    }
}

section! {
    /// Background transmission: a branch, pipe or interface whose yearly congestion rent exceeds the yearly charge of
    /// its upgrade is strengthened.
    Transmission {
        /// Yearly revenue requirement of an upgrade as a share of its cost.
        carrying_charge_percent: f64 = 12.0, "% per year", "assumed", 0.0..=100.0;
        /// Cost of added line capacity; 345 kV lines cost about 2,500-3,500, higher voltages less.
        cost_usd_per_mw_mile: f64 = 2500.0, "$/MW-mile", "[M]", 0.0..=100000.0;
        /// Cost of added capacity at stations or in transformers; a 345/138 kV unit of 400-700 MVA costs
        /// 6-12 million dollars.
        cost_usd_per_mw: f64 = 16000.0, "$/MW", "[M]", 0.0..=1000000.0;
        /// Cost of added transfer capability of a pipe between zones or of an interface: a hundred miles of line and its
        /// stations.
        pipe_cost_usd_per_mw: f64 = 270000.0, "$/MW", "assumed", 0.0..=100000000.0;
        /// Time from the decision to service.
        lead_months: u32 = 36, "months", "[M] 18-36 for reconductoring, 24-48 for a station", 0.0..=240.0;
        /// Percentile over the year of the flow asked for to which an upgrade is sized.
        size_percentile: f64 = 99.0, "%", "[D] tried on the Texas network", 50.0..=100.0;
        /// Room above that flow, as a share of it.
        size_margin_share: f64 = 0.05, "share", "[D] tried on the Texas network", 0.0..=10.0;
        /// Charge on overload in the yearly sizing run, in which limits are nearly free.
        sizing_overload_usd_per_mwh: f64 = 15.0, "$/MWh", "[D] tried on the Texas network", 0.0..=1000.0;
    }
}

impl Transmission {
    /// The terms as the market rule wants them.
    pub fn terms(&self) -> ReinforcementTerms {
        ReinforcementTerms {
            cost_usd_per_mw_mile: self.cost_usd_per_mw_mile,
            cost_usd_per_mw: self.cost_usd_per_mw,
            carrying_charge_per_year: self.carrying_charge_percent / 100.0,
            margin_share: self.size_margin_share,
        }
    }

    /// The same for pipes and interfaces, which have no length.
    pub fn pipe_terms(&self) -> ReinforcementTerms {
        ReinforcementTerms { cost_usd_per_mw: self.pipe_cost_usd_per_mw, ..self.terms() }
    }
}
