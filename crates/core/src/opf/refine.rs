//! Polynomial costs to a stated tolerance, by cutting their blocks again around each solution.
//!
//! Chords lie above a convex curve, so a solution under blocks costs at least the optimum. At its prices every unit
//! has an output that would suit it best; what the units lose against that is, by weak duality, all that
//! the solution can be above the optimum. Where an output is inside its range and the price is not its
//! marginal cost, its blocks are made four times finer around it. Both gaps fall by a constant factor
//! a round, and a round starts from the basis of the one before.

use super::{Answer, Opf, OpfError};
use crate::dispatch::{DispatchSolution, PriceParts, Solver};

/// More rounds than the bits of a range divided by two: a block cannot become narrower than its rounding.
const ROUNDS: u32 = 60;

impl Opf {
    /// Solves the present problem until both tolerances of the options are met. `O(rounds)` warm solves, and one
    /// round where no cost is a polynomial of degree two or more.
    pub fn solve(&mut self, solver: &mut Solver) -> Result<Answer, OpfError> {
        for unit in &mut self.units {
            unit.cut_evenly();
        }
        self.write_units();
        let mut solution = DispatchSolution::default();
        let mut pivots = 0;
        for rounds in 1..=ROUNDS {
            solver.solve(&self.problem, &mut solution)?;
            pivots += solution.pivots;
            let mut answer = self.read(&solution);
            let least_usd_per_h = self.options.relative_gap * answer.objective_usd_per_h.abs().max(1.0);
            let price_gap_usd_per_mwh = self.options.price_gap_usd_per_mwh;
            if answer.gap_usd_per_h <= least_usd_per_h
                && answer.price_gap_usd_per_mwh <= price_gap_usd_per_mwh
            {
                (answer.pivots, answer.rounds) = (pivots, rounds);
                let mut parts = PriceParts::default();
                parts.update(solver, &self.problem, &solution);
                answer.congestion_usd_per_mwh = parts.congestion_usd_per_mwh;
                return Ok(answer);
            }
            if rounds == ROUNDS {
                return Err(OpfError::Coarse {
                    rounds,
                    gap_usd_per_h: answer.gap_usd_per_h,
                    price_gap_usd_per_mwh: answer.price_gap_usd_per_mwh,
                });
            }
            let mut units = core::mem::take(&mut self.units);
            for unit in units.iter_mut().filter(|unit| unit.is_smooth()) {
                let output_mw = solution.column_mw[unit.first..unit.first + unit.count].iter().sum();
                let (_, off) = unit.regret(output_mw, self.price_at(unit, &solution));
                // A quarter: blocks whose slopes are closer than ties could not be told apart.
                if off > price_gap_usd_per_mwh / 4.0 {
                    unit.cut_around(output_mw);
                    unit.write(&mut self.problem.bounds);
                }
            }
            self.units = units;
        }
        unreachable!("the last round returns")
    }
}
