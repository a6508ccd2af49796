//! What the product's hourly market has beyond the plain one, on the same network: reserve, committed minimum
//! output, room for losses, batteries, outages of units.
//!
//! | part | as |
//! |---|---|
//! | reserve | one row over firm units and four columns of falling worth, 6 % of the highest load |
//! | commitment | for a day, the cheapest firm units up to 1.2 times its peak load; their minimum output is a lower bound, which a column at their bus can spill at 50 $/MWh |
//! | outages | each firm unit is out for 4 % of three-day spells, drawn by its name |
//! | losses | 200 pairs of the security list at the hour of highest load, as soft flowgates |
//! | batteries | at every 20th bus a charging and a discharging column, 5 % of the highest load in all, with prices that change every hour |
//!
//! All numbers are assumed: they give the market the rows and columns that a simulated one has, not its prices.

use std::ops::Range;

use gridrush_core::dispatch::{
    Bound, ColumnId, DispatchProblem, DispatchSolution, Flowgate, LinearRow, Place, RowId, Solver,
};
use gridrush_core::grid::{Fuel, Network};
use gridrush_core::market::{LossFactors, SecurityBranch, SecurityRules, screen};
use gridrush_core::names::Key;
use gridrush_core::opf::Opf;

use super::noise;

/// Columns and rows beyond the plain market.
pub struct Product {
    /// Firm units from the cheapest up.
    units: Vec<Unit>,
    /// Peak load by day.
    peak_mw: Vec<f64>,
    reserve: RowId,
    batteries: Vec<[ColumnId; 2]>,
}

struct Unit {
    key: Key,
    columns: Range<usize>,
    minimum_mw: f64,
    spill: ColumnId,
}

impl Product {
    /// Appends the columns and rows; `load_mw` is the load of each hour.
    pub fn new(network: &Network, opf: &mut Opf, load_mw: &[f64]) -> Product {
        let highest_mw = load_mw.iter().copied().fold(0.0, f64::max);
        let mut units = Vec::new();
        for (n, generator) in network.generators.iter().enumerate() {
            let columns = opf.generator_columns(n);
            if !columns.is_empty() && !matches!(generator.fuel, Fuel::Wind | Fuel::Solar) {
                let key = Key::of(&generator.name);
                let nothing = Bound { lower_mw: 0.0, upper_mw: 0.0, cost_usd_per_mwh: 50.0 };
                let place = Place::Bus(generator.bus.0, -1.0);
                let spill = opf.problem_mut().add_column(key.part(1), place, nothing);
                let minimum_mw = generator.minimum_mw.clamp(0.0, generator.capacity_mw);
                units.push(Unit { key, columns, minimum_mw, spill });
            }
        }
        let problem = opf.problem_mut();
        let mean_cost = |unit: &Unit| {
            let blocks = &problem.bounds[unit.columns.clone()];
            let cost: f64 = blocks.iter().map(|b| b.upper_mw * b.cost_usd_per_mwh).sum();
            cost / blocks.iter().map(|b| b.upper_mw).sum::<f64>().max(1e-9)
        };
        units.sort_by(|a, b| mean_cost(a).total_cmp(&mean_cost(b)));

        let firm = units.iter().flat_map(|unit| unit.columns.clone());
        let mut terms: Vec<(ColumnId, f64)> = firm.map(|column| (ColumnId(column as u32), 1.0)).collect();
        for (n, worth_usd_per_mwh) in [5000.0, 1000.0, 200.0, 20.0].into_iter().enumerate() {
            let upper_mw = 0.015 * highest_mw;
            let bound = Bound { lower_mw: 0.0, upper_mw, cost_usd_per_mwh: -worth_usd_per_mwh };
            let step = problem.add_column(Key::of("reserve").part(n as u64), Place::None, bound);
            terms.push((step, 1.0));
        }
        let key = Key::of("reserve");
        let reserve = problem.add_row(LinearRow { key, terms, lower: f64::NEG_INFINITY, upper: 0.0 });

        let sites: Vec<u32> = (0..network.buses().count() as u32).step_by(20).collect();
        let upper_mw = 0.05 * highest_mw / sites.len() as f64;
        let bound = Bound { lower_mw: 0.0, upper_mw, cost_usd_per_mwh: 0.0 };
        let battery = |&bus: &u32| {
            let key = Key::of("battery").part(u64::from(bus));
            [-1.0, 1.0].map(|sign| problem.add_column(key, Place::Bus(bus, sign), bound))
        };
        let batteries = sites.iter().map(battery).collect();
        let days = load_mw.chunks(24).map(|day| day.iter().copied().fold(0.0, f64::max));
        Product { units, peak_mw: days.collect(), reserve, batteries }
    }

    /// Watches the losses that matter in the present hour.
    pub fn watch_losses(problem: &mut DispatchProblem) {
        let mut solver = Solver::new(problem).expect("a market");
        let mut solution = DispatchSolution::default();
        solver.solve(problem, &mut solution).expect("a market that can be cleared");
        let element = |branch: &gridrush_core::dispatch::FlowBranch| SecurityBranch {
            ends: (branch.from, branch.to),
            continuous_mw: branch.limit_mw,
            emergency_mw: 1.15 * branch.limit_mw,
            can_be_lost: branch.in_service,
        };
        let branches: Vec<SecurityBranch> = problem.branches.iter().map(element).collect();
        let rules =
            SecurityRules { loading_min: 0.3, lodf_min: 0.05, pairs_per_branch_max: 3, pairs_max: 200 };
        let topology = gridrush_core::dispatch::Topology::new(problem.bus_count(), &problem.branches);
        let flows = [solution.flow_mw];
        let (topology, mut factors) = (topology.expect("a network"), LossFactors::default());
        for pair in screen(&topology, &mut factors, &branches, &flows, &rules) {
            let limit_mw = branches[pair.monitored as usize].emergency_mw * (1.02 * pair.loading).max(1.0);
            problem.flowgates.push(Flowgate {
                key: Key::of("loss").part(u64::from(pair.monitored)).part(u64::from(pair.outaged)),
                terms: vec![(pair.monitored, 1.0)],
                outage: Some(pair.outaged),
                lower_mw: -limit_mw,
                upper_mw: limit_mw,
                ceiling_usd_per_mwh: 2000.0,
                in_force: true,
            });
        }
    }

    /// Commitment, outages, reserve and batteries of an hour whose plain market is set.
    pub fn set_hour(&self, hour: usize, problem: &mut DispatchProblem) {
        let (mut on_mw, mut firm_mw) = (0.0, 0.0);
        for unit in &self.units {
            let draw = unit.key.part((hour / 72) as u64).0 >> 11;
            let is_out = (draw as f64) < 0.04 * (1_u64 << 53) as f64;
            let is_on = !is_out && (unit.minimum_mw == 0.0 || on_mw < 1.2 * self.peak_mw[hour / 24]);
            let mut minimum_mw = 0.0;
            for bound in &mut problem.bounds[unit.columns.clone()] {
                if !is_on {
                    bound.upper_mw = 0.0;
                }
                // Capacity counts in full, whatever part of it must run.
                on_mw += bound.upper_mw;
                firm_mw += bound.upper_mw;
                bound.lower_mw = (unit.minimum_mw - minimum_mw).clamp(0.0, bound.upper_mw);
                minimum_mw += bound.lower_mw;
            }
            problem.bounds[unit.spill.0 as usize].upper_mw = minimum_mw;
        }
        problem.rows[self.reserve.0 as usize].upper = firm_mw;
        for (n, [charge, discharge]) in self.batteries.iter().enumerate() {
            let worth_usd_per_mwh = 24.0 + 6.0 * noise("stored", 0, hour) + 2.0 * noise("battery", n, hour);
            problem.bounds[charge.0 as usize].cost_usd_per_mwh = -0.92 * worth_usd_per_mwh;
            problem.bounds[discharge.0 as usize].cost_usd_per_mwh = worth_usd_per_mwh / 0.92;
        }
    }
}
