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

use super::inverse::sum;
use super::problem::{Bound, ColumnId, DispatchProblem, LinearRow, Place};

/// Prices that differ by less are one price, in $/MWh.
const PRICE_MARGIN_USD_PER_MWH: f64 = 1e-4;
/// Supply and demand, or a row and its bound, that differ by less are not told apart, in MW.
const MARGIN_MW: f64 = 1e-3;

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
        self.least_mw = 0.0;
        for (bound, &injection) in problem.bounds.iter().zip(&self.injection) {
            self.least_mw += (injection * bound.lower_mw).min(injection * bound.upper_mw);
            if bound.upper_mw > bound.lower_mw && injection != 0.0 {
                self.steps.push(Step::of(bound, injection));
            }
        }
        self.least_mw -= sum(&problem.demand_mw);
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
        let price = problem.bounds[column.0 as usize].cost_usd_per_mwh / injection;
        let margin = PRICE_MARGIN_USD_PER_MWH;
        if self.surplus_mw(price - margin) > MARGIN_MW {
            self.below = self.below.min(price - margin / 2.0);
        } else if self.surplus_mw(price + margin) < -MARGIN_MW {
            self.above = self.above.max(price + margin / 2.0);
        }
        told(self.range(problem, column))
    }

    /// Whether no linear row can bind, whatever is not told.
    pub(super) fn rows_are_slack(&self, problem: &DispatchProblem) -> bool {
        problem.rows.iter().all(|row| self.is_slack(problem, row))
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
