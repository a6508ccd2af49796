//! Fourteen strained months on the testbed and on 24 buses, with every hour looked at from outside.
//!
//! What the tests compare to the tables is computed here from the problem and the solution alone: power by
//! bus, shadow prices times flows, awards by site. Nothing of the accounts is used.

use std::sync::{Arc, OnceLock};

use gridrush_core::dispatch::{DispatchSolution, Place};
use gridrush_core::kernel::SimTime;
use gridrush_core::names::Key;
use gridrush_sim::clearing::BLOCKS_PER_SITE;
use gridrush_sim::setup::Setup;
use gridrush_sim::world::World;

use crate::harness::{self, Run};

/// One cleared hour.
pub struct Hour {
    /// Its begin.
    pub at: SimTime,
    /// Largest power missing at a bus.
    pub imbalance_mw: f64,
    /// Sum of shadow price times flow.
    pub rent_usd: f64,
    /// Sum of shadow price times flow within limits.
    pub rent_at_limit_usd: f64,
    /// What is paid at the settlement prices of buses less what is received there, spilled surplus aside.
    pub kept_usd: f64,
    /// Dual of the reserve row, as a positive price.
    pub reserve_usd_per_mwh: f64,
    /// Reserve held: the filled steps of its curve.
    pub reserve_mw: f64,
    /// Surplus spilled.
    pub surplus_mw: f64,
    /// Lowest and highest price of a bus.
    pub price_range: (f64, f64),
    /// Energized and drawn power of every site.
    pub sites: Vec<(String, f64, f64)>,
}

/// A run and its hours.
pub struct Story {
    pub setup: Arc<Setup>,
    pub hours: Vec<Hour>,
    pub run: Run,
}

const STRAINED: &str = "
[supply]
merchant_entry = false
[arrivals]
enabled = false
[queue]
study_median_days = 10.0
[queue.process]
agreement_days = 10.0
exit_hazard_unsigned_per_month = 0.0
exit_hazard_signed_per_month = 0.0
[queue.works]
station_lead_months = 2.0
transformer_lead_months = 2.0
reconductor_lead_months = 2.0
";

/// The request of the story: a mine of 40 MW that ramps in three monthly steps.
pub const NEW_MINE: &str = "new_mine";

fn request(zone: &str) -> String {
    format!(
        "[[requests]]\nname = \"{NEW_MINE}\"\nkind = \"mining\"\nzone = \"{zone}\"\nrequested_mw = 40\n\
         filed = 2027-01-03\nramp_months = 3\n"
    )
}

/// On the testbed; the new mine stands where no other does.
pub fn testbed() -> &'static Story {
    static STORY: OnceLock<Story> = OnceLock::new();
    STORY.get_or_init(|| tell("testbed", "coast", 14, "[dispatch]\nsecurity = \"n0\"\n"))
}

/// On 24 buses, where every unit may run at once.
pub fn rts24() -> &'static Story {
    static STORY: OnceLock<Story> = OnceLock::new();
    STORY.get_or_init(|| tell("rts24", "south", 8, "[dispatch]\nsecurity = \"n0\"\ncommitment = \"none\"\n"))
}

/// With room for the loss of a branch.
pub fn secured() -> &'static Story {
    static STORY: OnceLock<Story> = OnceLock::new();
    STORY.get_or_init(|| tell("testbed", "coast", 6, "[dispatch]\nsecurity = \"list\"\n"))
}

fn tell(region: &str, zone: &str, growth_percent: u32, dispatch: &str) -> Story {
    let load = format!("[load]\ngrowth_percent_per_year = {growth_percent}\n");
    let text = format!("{load}{dispatch}{STRAINED}{}", request(zone));
    let setup = harness::setup(region, "2027-01-01", "2028-03-01", &text);
    let mut hours = Vec::new();
    let run = harness::run(&setup, 0, &mut |world, solution| hours.push(look(world, solution)));
    Story { setup, hours, run }
}

/// Looks at a cleared hour.
pub fn look(world: &World, solution: &DispatchSolution) -> Hour {
    let problem = world.problem();
    let mut missing = problem.demand_mw.clone();
    let mut spilled = vec![0.0; problem.bus_count()];
    let (mut surplus_mw, mut reserve_mw) = (0.0, 0.0);
    let surplus: Vec<Key> = (world.setup().pack.region.zones.iter())
        .map(|zone| Key::of(&format!("{}/surplus", zone.name)))
        .collect();
    for ((place, &mw), key) in problem.places().iter().zip(&solution.column_mw).zip(problem.keys()) {
        match place {
            Place::None => reserve_mw += mw,
            Place::Bus(bus, c) => missing[*bus as usize] -= c * mw,
            Place::Spread(terms) => terms.iter().for_each(|&(bus, c)| missing[bus as usize] -= c * mw),
        }
        if surplus.contains(key) {
            surplus_mw += mw;
            if let Place::Spread(terms) = place {
                for &(bus, c) in terms {
                    spilled[bus as usize] -= c * mw;
                }
            }
        }
    }
    let rules = &world.setup().scenario.dispatch;
    let settled = |usd: f64| usd.clamp(rules.offer_floor_usd_per_mwh, rules.settlement_cap_usd_per_mwh);
    let kept_usd = (missing.iter().zip(&spilled).zip(&solution.lmp_usd_per_mwh))
        .map(|((net_mw, spilled_mw), &usd)| settled(usd) * (net_mw - spilled_mw))
        .sum();
    for (branch, flow) in problem.branches.iter().zip(&solution.flow_mw) {
        missing[branch.from as usize] += flow;
        missing[branch.to as usize] -= flow;
    }
    let (mut rent_usd, mut rent_at_limit_usd) = (0.0, 0.0);
    for &(branch, shadow) in &solution.binding {
        rent_usd += shadow * solution.flow_mw[branch as usize];
        rent_at_limit_usd += shadow.abs() * problem.branches[branch as usize].limit_mw;
    }
    let over = |gate: u32| solution.flowgate_overload_mw.iter().find(|o| o.0 == gate).map_or(0.0, |o| o.1);
    for &(gate, shadow) in &solution.binding_flowgates {
        let limit_mw = problem.flowgates[gate as usize].upper_mw;
        rent_usd += shadow.abs() * (limit_mw + over(gate));
        rent_at_limit_usd += shadow.abs() * limit_mw;
    }
    let column = |key: Key| problem.keys().iter().position(|k| *k == key).unwrap();
    let drawn = |name: &str| -> f64 {
        (0..BLOCKS_PER_SITE).map(|b| solution.column_mw[column(Key::of(name).part(b as u64))]).sum()
    };
    let lmp = &solution.lmp_usd_per_mwh;
    Hour {
        at: world.now(),
        imbalance_mw: missing.iter().fold(0.0, |worst, m| m.abs().max(worst)),
        rent_usd,
        rent_at_limit_usd,
        kept_usd,
        reserve_usd_per_mwh: -solution.row_dual[0],
        reserve_mw,
        surplus_mw,
        price_range: lmp.iter().fold((f64::MAX, f64::MIN), |(low, high), &p| (low.min(p), high.max(p))),
        sites: world.sites().iter().map(|s| (s.name.clone(), s.energized_mw, drawn(&s.name))).collect(),
    }
}
