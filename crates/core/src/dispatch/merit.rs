//! The copper plate by merit order, for as much as can be told without a simplex method.
//!
//! Where everything hangs together and no linear row binds, the plate has one price `p` and every column stands
//! where that price puts it. With `a_j` the net injection of a column and `D` all demand,
//!
//! ```text
//!   x_j = upper_j where a_j p > c_j,  lower_j where a_j p < c_j          sum_j a_j x_j = D
//! ```
//!
//! Supply grows with the price. So a column is told by what all cheaper ones supply: if they meet more than the
//! demand, the price is below the column's own, `c_j / a_j`; if with the column and all that cost as much they meet
//! less, it is above. What is neither is at the margin and left to the simplex method. So is an hour in which a linear row
//! might bind, whatever the columns do that have not been told.
//!
//! Margins are far above the tolerances and the perturbation of the simplex method, so a value that is told is
//! the bound that it would report. Cost: `O(columns + terms of rows)`, and `O(columns)` for each price compared.

use super::problem::{Bound, ColumnId, DispatchProblem, LinearRow, Place};
use super::vector::sum;

/// Prices that differ by less are one price, in $/MWh.
const PRICE_MARGIN_USD_PER_MWH: f64 = 1e-4;
/// Supply and demand, or a row and its bound, that differ by less are not told apart, in MW.
const MARGIN_MW: f64 = 1e-3;
/// The first step in search of a price that is above or below, in $/MWh, and how much longer each following one is.
const STEP_USD_PER_MWH: f64 = 2.0;
const STEP_GROWTH: f64 = 3.0;
/// At most so many prices are compared before the simplex method is asked.
const COMPARED_MAX: u32 = 8;

/// What a column adds to supply once the price is high enough: when `slope x price` exceeds `worth`.
#[derive(Clone, Copy, Debug)]
struct Step {
    slope: f64,
    worth: f64,
    mw: f64,
}

impl Step {
    /// That of a column with this net injection per MW.
    fn of(bound: &Bound, injection: f64) -> Step {
        let slope = injection.abs();
        let worth = bound.cost_usd_per_mwh * injection.signum();
        Step { slope, worth, mw: slope * (bound.upper_mw - bound.lower_mw) }
    }
}

/// What is known of one interval's copper plate.
#[derive(Clone, Debug, Default)]
pub(super) struct MeritOrder {
    /// Net injection per MW by column.
    injection: Vec<f64>,
    /// Columns that had been moved when these were added up.
    moves: u64,
    /// Of the columns that can move and inject.
    steps: Vec<Step>,
    /// Supply below every price, less demand.
    least_mw: f64,
    /// The price lies between these, by more than counts.
    above: f64,
    below: f64,
}

impl MeritOrder {
    /// Takes an interval of a problem in which everything hangs together.
    pub(super) fn take(&mut self, problem: &DispatchProblem) {
        if self.moves != problem.moves() {
            self.moves = problem.moves();
            self.injection.clear();
        }
        let known = self.injection.len();
        self.injection.extend(problem.places()[known..].iter().map(|place| match place {
            Place::None => 0.0,
            Place::Bus(_, coefficient) => *coefficient,
            Place::Spread(terms) => terms.iter().map(|term| term.1).sum(),
        }));
        self.steps.clear();
        let mut lanes = [-sum(&problem.demand_mw), 0.0, 0.0, 0.0];
        for ((bound, &injection), column) in problem.bounds.iter().zip(&self.injection).zip(0..) {
            let (low, high) = (injection * bound.lower_mw, injection * bound.upper_mw);
            if low != high {
                self.steps.push(Step::of(bound, injection));
                lanes[column % lanes.len()] += low.min(high);
            } else if low != 0.0 {
                lanes[column % lanes.len()] += low;
            }
        }
        self.least_mw = (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
        (self.above, self.below) = (f64::NEG_INFINITY, f64::INFINITY);
    }

    /// The value of a column if it can be told, provided that no row binds.
    pub(super) fn tell(&mut self, problem: &DispatchProblem, column: ColumnId) -> Option<f64> {
        let told = |(least, most): (f64, f64)| (least == most).then_some(least);
        let known = told(self.range(problem, column));
        let injection = self.injection[column.0 as usize];
        if known.is_some() || injection == 0.0 {
            return known;
        }
        self.compare(problem.bounds[column.0 as usize].cost_usd_per_mwh / injection);
        told(self.range(problem, column))
    }

    /// Whether it can be told that no linear row binds, whatever else cannot. `near` is a price that may be close to
    /// the plate's; around it the price is narrowed down as far as needed.
    pub(super) fn rows_are_slack(&mut self, problem: &DispatchProblem, near: f64) -> bool {
        let (mut price, mut step) = (near, STEP_USD_PER_MWH);
        for _ in 0..COMPARED_MAX {
            self.compare(price);
            if problem.rows.iter().all(|row| self.is_slack(problem, row)) {
                return true;
            }
            let middle = f64::midpoint(self.above, self.below);
            price = if middle.is_finite() {
                middle.min(self.above + step)
            } else if self.above.is_finite() {
                self.above + step
            } else {
                self.below - step
            };
            step *= STEP_GROWTH;
        }
        false
    }

    /// Puts the price of the plate above or below this one, if it is not about the same.
    fn compare(&mut self, price: f64) {
        let margin = PRICE_MARGIN_USD_PER_MWH;
        if self.surplus_mw(price - margin) > MARGIN_MW {
            self.below = self.below.min(price - margin / 2.0);
        } else if self.surplus_mw(price + margin) < -MARGIN_MW {
            self.above = self.above.max(price + margin / 2.0);
        }
    }

    fn is_slack(&self, problem: &DispatchProblem, row: &LinearRow) -> bool {
        let (mut least, mut most) = (0.0, 0.0);
        for &(column, coefficient) in &row.terms {
            let (low, high) = self.range(problem, column);
            least += (coefficient * low).min(coefficient * high);
            most += (coefficient * low).max(coefficient * high);
        }
        least - MARGIN_MW > row.lower && most + MARGIN_MW < row.upper
    }

    /// Supply less demand at a price.
    fn surplus_mw(&self, price: f64) -> f64 {
        let supply = |step: &Step| if step.slope * price > step.worth { step.mw } else { 0.0 };
        let (runs, rest) = self.steps.as_chunks::<4>();
        let mut lanes = [0.0_f64; 4];
        for run in runs {
            for (lane, step) in lanes.iter_mut().zip(run) {
                *lane += supply(step);
            }
        }
        self.least_mw + rest.iter().map(supply).sum::<f64>() + lanes.iter().sum::<f64>()
    }

    /// The least and the greatest value that a column may have.
    fn range(&self, problem: &DispatchProblem, column: ColumnId) -> (f64, f64) {
        let j = column.0 as usize;
        let (bound, injection) = (&problem.bounds[j], self.injection[j]);
        let Bound { lower_mw, upper_mw, cost_usd_per_mwh } = *bound;
        let (rises, falls) = if injection == 0.0 {
            (cost_usd_per_mwh < -PRICE_MARGIN_USD_PER_MWH, cost_usd_per_mwh > PRICE_MARGIN_USD_PER_MWH)
        } else {
            let Step { slope, worth, .. } = Step::of(bound, injection);
            let (supplies, rests) = (slope * self.above >= worth, slope * self.below <= worth);
            if injection > 0.0 { (supplies, rests) } else { (rests, supplies) }
        };
        (if rises { upper_mw } else { lower_mw }, if falls { lower_mw } else { upper_mw })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dispatch::{CopperPlate, DispatchSolution};
    use crate::names::Key;

    /// Two buses; units, loads and a link between them, and a row that keeps units and its own step below a limit.
    fn market(of: &[(f64, f64, u8)], demand_mw: f64, limit_mw: f64) -> DispatchProblem {
        let mut problem = DispatchProblem::new(2, Vec::new());
        let mut terms = Vec::new();
        for (n, &(mw, cost, kind)) in (0..).zip(of) {
            let (place, lower_mw, cost) = match kind {
                0 => (Place::Bus(0, 1.0), 0.0, cost),
                1 => (Place::Bus(1, 1.0), 0.3 * mw, cost),
                2 => (Place::Bus(1, -1.0), 0.0, -cost),
                3 => (Place::Spread(vec![(0, 0.4), (1, 0.6)]), 0.0, cost),
                4 => (Place::Spread(vec![(0, -1.0), (1, 0.97)]), 0.0, 0.01),
                _ => (Place::None, 0.0, -cost),
            };
            let bound = Bound { lower_mw, upper_mw: mw, cost_usd_per_mwh: cost };
            let column = problem.add_column(Key::of("column").part(n), place, bound);
            if matches!(kind, 0 | 1 | 5) {
                terms.push((column, 1.0));
            }
        }
        let shed = Bound { lower_mw: 0.0, upper_mw: 1e4, cost_usd_per_mwh: 5000.0 };
        problem.add_column(Key::of("shed"), Place::Bus(0, 1.0), shed);
        let spill = Bound { cost_usd_per_mwh: 250.0, ..shed };
        problem.add_column(Key::of("spill"), Place::Bus(0, -1.0), spill);
        problem.add_row(LinearRow { key: Key::of("row"), terms, lower: f64::NEG_INFINITY, upper: limit_mw });
        problem.demand_mw = vec![0.25 * demand_mw, 0.75 * demand_mw];
        problem.branches.push(crate::dispatch::FlowBranch {
            from: 0,
            to: 1,
            susceptance_mw_per_rad: 1.0,
            shift_rad: 0.0,
            limit_mw: f64::INFINITY,
            ceiling_usd_per_mwh: f64::INFINITY,
            in_service: true,
        });
        problem
    }

    /// What the simplex method finds, column by column, and what is told; none when a row may bind.
    fn both(problem: &DispatchProblem, near: f64) -> (Vec<f64>, Option<Vec<Option<f64>>>) {
        let mut solution = DispatchSolution::default();
        CopperPlate::new(problem).unwrap().solve(problem, &mut solution).unwrap();
        let mut merit = MeritOrder::default();
        merit.take(problem);
        let told = (0..problem.bounds.len() as u32).map(|j| merit.tell(problem, ColumnId(j))).collect();
        (solution.column_mw, merit.rows_are_slack(problem, near).then_some(told))
    }

    #[test]
    fn all_but_the_marginal_unit_is_told() {
        let problem =
            market(&[(50.0, 10.0, 0), (50.0, 30.0, 0), (20.0, 90.0, 2), (20.0, 12.0, 2)], 60.0, 1e4);
        let (_, told) = both(&problem, 500.0);
        let want = [Some(50.0), None, Some(20.0), Some(0.0), Some(0.0), Some(0.0)];
        assert_eq!(told.unwrap(), want);
    }

    #[test]
    fn nothing_is_told_where_a_row_binds() {
        let problem = market(&[(50.0, 10.0, 0), (50.0, 30.0, 0), (9.0, 40.0, 5)], 60.0, 65.0);
        assert!(both(&problem, 30.0).1.is_none());
    }

    proptest! {
        /// Whole numbers make many ties and markets that clear exactly between two steps.
        #[test]
        fn what_is_told_is_what_the_simplex_method_finds(
            of in prop::collection::vec((0.0..40.0_f64, 0.0..60.0_f64, 0..6_u8), 1..40),
            demand_mw in 0.0..400.0_f64,
            limit_mw in 0.0..900.0_f64,
            near in -50.0..200.0_f64,
            whole: bool,
        ) {
            let number = |value: f64| if whole { value.round() } else { value };
            let of: Vec<(f64, f64, u8)> =
                of.into_iter().map(|(mw, cost, kind)| (number(mw), number(cost), kind)).collect();
            let problem = market(&of, number(demand_mw), 300.0 + limit_mw);
            let (found, told) = both(&problem, near);
            for (found, told) in found.iter().zip(told.into_iter().flatten()) {
                prop_assert!(told.is_none_or(|told| told == *found), "{told:?} is not {found}");
            }
        }
    }
}
