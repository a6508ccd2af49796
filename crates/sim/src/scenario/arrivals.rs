//! `[arrivals]`: who asks for a grid connection, and who takes what is offered.

use std::collections::BTreeMap;

use gridrush_workload::firms::{AcceptParams, ArrivalParams, ClassArrivals, OwnerParams, ZoneShare};

use super::bitcoin::Valuation;
use super::declare::{mirror, section};

section! {
    /// Requests that arrive by themselves, and how their owners decide.
    Arrivals {
        /// Whether requests arrive; if not, only dated ones are filed.
        enabled: bool = true, "", "";
        /// Factor on all rates of arrival, to suit a region of another size.
        scale: f64 = 1.0, "", "assumed; 1 is Texas", 0.0..=1000.0;
        /// Share of requests by zone; normalised. Without entries the region's own shares.
        zone_share: BTreeMap<String, f64> = BTreeMap::new(), "share", "", 0.0..=1000.0;
    }
    tables {
        /// Requests of mines.
        mining: Applicants = Applicants::of(&ClassArrivals::mining()), sources { max_mw: "[S]" };
        /// Requests of AI campuses.
        ai: Applicants = Applicants::of(&ClassArrivals::ai()), sources {
            base_per_month: "[S]", median_mw: "[S2]", real_share: "[S2]", construction_months: "[S]",
        };
        /// How owners answer an offer.
        decisions: Decisions;
        /// What owners know of their own projects.
        owners: Owners;
        /// How owners of mines value rigs when they decide.
        valuation: Valuation;
    }
}

mirror! {
    /// How one class asks for connections.
    Applicants of ClassArrivals, from ClassArrivals::mining() => {
        /// Requests at the start, in a market at its reference.
        base_per_month: f64, "1/month", "assumed", 0.0..=10000.0;
        /// Growth of the rate that nothing in the model explains.
        growth_per_year: f64, "share per year", "assumed", -0.9..=10.0;
        /// Elasticity of the rate in the inverse payback time.
        payback_elasticity: f64, "", "assumed", 0.0..=20.0;
        /// Payback time at which the rate is the base.
        reference_payback_years: f64, "years", "assumed", 0.01..=100.0;
        /// Greatest rate as a multiple of the base.
        max_multiple: f64, "", "assumed", 1.0..=1000.0;
        /// Median size.
        median_mw: f64, "MW", "assumed", 1.0..=20000.0;
        /// Standard deviation of the logarithm of the size.
        spread_log: f64, "", "assumed", 0.01..=3.0;
        /// Smallest size.
        min_mw: f64, "MW", "[S] size from which Texas studies a request", 1.0..=20000.0;
        /// Largest size.
        max_mw: f64, "MW", "assumed", 1.0..=20000.0;
        /// Share of requests that are meant to be built.
        real_share: f64, "share", "assumed", 0.0..=1.0;
        /// Shortest time from filing to the wanted date.
        wanted_min_months: f64, "months", "assumed", 0.0..=240.0;
        /// Longest time from filing to the wanted date.
        wanted_max_months: f64, "months", "assumed", 0.0..=240.0;
        /// Time that the owner's own works take; the median if it spreads.
        construction_months: f64, "months", "assumed", 0.0..=240.0;
        /// Standard deviation of its logarithm.
        construction_spread_log: f64, "", "none", 0.0..=3.0;
        /// Monthly steps from the first power to all of it.
        ramp_months: u32, "months", "assumed", 0.0..=240.0;
        /// Share of owners that bring their own transformers.
        own_transformer_share: f64, "share", "assumed", 0.0..=1.0;
        /// Number of firms; the k-th is drawn in proportion to 1/k.
        firms: u32, "firms", "assumed", 1.0..=100000.0;
    }
}

mirror! {
    /// How owners answer an offer.
    Decisions of AcceptParams, from AcceptParams::default() => {
        /// Generations of rigs that a mine plans for.
        mining_generations: u32, "generations", "assumed", 1.0..=20.0;
        /// Fall of the breakeven of the newest rigs.
        mining_breakeven_fall_per_year: f64, "share per year", "assumed", 0.0..=0.9;
        /// Cost of a mine without rigs, station and upgrades.
        mining_site_usd_per_mw: f64, "$/MW", "[S]", 0.0..=1e8;
        /// Standard deviation of the logarithm of a mine's private view of its income.
        mining_spread_log: f64, "", "assumed", 0.0..=3.0;
        /// Lowest investment value of power to AI: rent less all cost but power.
        ai_value_min_usd_per_mwh: f64, "$/MWh", "[S]", 0.0..=100000.0;
        /// Highest investment value of power to AI.
        ai_value_max_usd_per_mwh: f64, "$/MWh", "[S]", 0.0..=100000.0;
        /// Energy used over contract demand.
        ai_load_factor: f64, "share", "assumed", 0.01..=1.0;
        /// Length of a lease.
        ai_contract_years: f64, "years", "[S]", 0.1..=100.0;
        /// Discount rate of AI projects.
        ai_discount_per_year: f64, "share per year", "assumed", 0.0..=2.0;
        /// Median patience of a mine, in months to power.
        mining_patience_months: f64, "months", "assumed", 0.1..=1200.0;
        /// Median patience of a campus, in months to power.
        ai_patience_months: f64, "months", "assumed", 0.1..=1200.0;
        /// Standard deviation of the logarithm of patience.
        patience_spread_log: f64, "", "assumed", 0.0..=3.0;
        /// Chance that a speculative request accepts an offer all the same.
        speculative_accept_share: f64, "probability", "assumed", 0.0..=1.0;
        /// Chance that a project which stays at one decision also comes through the next.
        phase_completion: f64, "probability", "assumed", 0.01..=1.0;
    }
}

mirror! {
    /// What owners know of their own projects and nobody else does.
    Owners of OwnerParams, from OwnerParams::default() => {
        /// Smallest part of its contract that a project uses in the end.
        delivered_share_min: f64, "share", "none", 0.0..=1.0;
        /// Largest part of its contract that a project uses in the end.
        delivered_share_max: f64, "share", "[S] half of what was asked for was delivered in Texas", 0.0..=1.0;
        /// Part of the projects that are filed at several places at once; at most one is built.
        duplicate_share: f64, "share", "none", 0.0..=1.0;
        /// At how many places those are filed besides.
        duplicate_sites: u32, "places", "assumed", 0.0..=20.0;
        /// Part of the real projects whose site is under control at filing.
        ready_share_real: f64, "share", "assumed", 0.0..=1.0;
        /// Part of the speculative projects whose site is under control at filing.
        ready_share_speculative: f64, "share", "assumed", 0.0..=1.0;
        /// Median of what a place is worth to a speculative owner; who would pay more does not file. Looked at where a
        /// policy sets the process.
        place_worth_usd: f64, "$", "assumed", 0.0..=1e10;
        /// Standard deviation of the logarithm of that worth.
        place_worth_spread_log: f64, "", "assumed", 0.0..=5.0;
        /// Factor on the rate of requests from the announcement of a rule about them to the day it takes effect.
        rush_multiple: f64, "", "none", 0.0..=100.0;
        /// Cost of money that is tied up in deposits.
        deposit_cost_per_year: f64, "share per year", "assumed", 0.0..=1.0;
    }
}

impl Arrivals {
    /// The parameters of arriving requests; without arrivals all rates are zero.
    pub fn params(&self) -> ArrivalParams {
        let mut params = ArrivalParams::default();
        let factor = if self.enabled { self.scale } else { 0.0 };
        for (section, class) in [(&self.mining, &mut params.mining), (&self.ai, &mut params.ai)] {
            section.set(class);
            class.base_per_month *= factor;
        }
        params.zone_shares =
            self.zone_share.iter().map(|(zone, &share)| ZoneShare { zone: zone.clone(), share }).collect();
        params
    }

    /// What owners know of their projects.
    pub fn owner_params(&self) -> OwnerParams {
        let mut params = OwnerParams::default();
        self.owners.set(&mut params);
        params
    }

    /// The parameters of the answer to an offer.
    pub fn accept_params(&self) -> AcceptParams {
        let mut params = AcceptParams::default();
        self.decisions.set(&mut params);
        self.valuation.set(&mut params.mining);
        params
    }
}
