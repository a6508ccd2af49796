//! Prices at a degenerate vertex: the limit of a tiny increase of load.
//!
//! When load ends exactly where a block does, or a flow just reaches its limit, several bases describe the
//! same dispatch with different prices. The reported one is that of the problem whose demand grows by
//! `t * (n + 1) / N` at bus `n` of `N`, for `t` towards zero from above: the price of one MW *more*. That
//! needs no finite perturbation. Everything that touches a bound is asked how it moves with `t`; what would
//! leave its range takes part in a pivot that changes no value, only the basis and its prices.
//!
//! What cannot follow an increase (all columns at their bounds) keeps the price of one MW less.
//!
//! Cost: nothing beyond the checks for violation unless something touches its bound; then `O(k^2)`, a row
//! per touching flow, and a pivot for each that moves.

use super::pivot::{Leaving, What};
use super::{Engine, Overload, Stop};
use crate::dispatch::basis::Constraint;
use crate::dispatch::problem::DispatchProblem;

/// A quantity this close to its bound touches it, in MW.
pub(super) const TOUCH_MW: f64 = 1e-9;
/// Slower movement than this, in MW per MW, is none.
const MOVES: f64 = 1e-7;
/// By how much tolerances grow once ties are being resolved: values that touched move by their rounding.
pub(super) const LOOSER: f64 = 30.0;
/// So many pivots for ties at most in one solve.
pub(super) const TIES_MAX: u32 = 200;

/// The slope with which a tie is driven, in MW: less than any range of a column.
const SLOPE_MW: f64 = 1e-15;

impl Engine {
    /// One pivot towards the prices of slightly more load; false when nothing is left to do.
    pub(super) fn resolve_tie(&mut self, problem: &DispatchProblem) -> Result<bool, Stop> {
        let islands = (0..self.island_binds.len()).any(|i| !self.island_binds[i] && !self.island_idle[i]);
        let columns = self.basic.iter().any(|&j| self.touches_bound(j as usize));
        if !islands && !columns && self.touching.is_empty() {
            return Ok(false);
        }
        self.find_movement();
        let mut ties = std::mem::take(&mut self.ties);
        ties.clear();
        self.tied_islands(&mut ties);
        self.tied_columns(&mut ties);
        let mut pivoted = self.tied_constraints(problem, &mut ties).map(|()| false);
        if pivoted.is_ok() {
            for &leaving in &ties {
                pivoted = self.try_pivot(problem, leaving).map(|failed| failed.is_none());
                if !matches!(pivoted, Ok(false)) {
                    break;
                }
            }
        }
        self.ties = ties;
        pivoted
    }

    fn touches_bound(&self, j: usize) -> bool {
        let (x, bound) = (self.x[j], &self.bounds[j]);
        (x - bound.lower_mw).min(bound.upper_mw - x) <= TOUCH_MW
    }

    /// Fills `u` with the movement of the basic columns.
    fn find_movement(&mut self) {
        self.scratch.clear();
        let rise = self.kernel.iter().map(|row| match row.constraint {
            Constraint::Island(i) => self.island_growth[i as usize],
            Constraint::Row(_) => 0.0,
            flow => self.rows.growth(flow),
        });
        self.scratch.extend(rise);
        self.inverse.multiply(&self.scratch, &mut self.u);
    }

    /// Islands whose balance no basic column keeps: one MW more, or else one MW less.
    fn tied_islands(&self, ties: &mut Vec<Leaving>) {
        for i in (0..self.island_binds.len()).filter(|&i| !self.island_binds[i] && !self.island_idle[i]) {
            let what = What::Row(Constraint::Island(i as u32), self.island_demand[i]);
            ties.extend([-1.0, 1.0].map(|sign| Leaving { what, sign, violation: SLOPE_MW }));
        }
    }

    /// Basic columns that would leave their range.
    fn tied_columns(&self, ties: &mut Vec<Leaving>) {
        for (p, (&j, &moves)) in self.basic.iter().zip(&self.u).enumerate() {
            let (x, bound) = (self.x[j as usize], &self.bounds[j as usize]);
            let up = moves > MOVES && bound.upper_mw - x <= TOUCH_MW;
            let down = moves < -MOVES && x - bound.lower_mw <= TOUCH_MW;
            if up || down {
                let sign = if up { 1.0 } else { -1.0 };
                ties.push(Leaving { what: What::Column(p), sign, violation: SLOPE_MW });
            }
        }
    }

    /// Constraints that would leave the range which their present price allows.
    fn tied_constraints(&mut self, problem: &DispatchProblem, ties: &mut Vec<Leaving>) -> Result<(), Stop> {
        for at in 0..self.touching.len() {
            let (constraint, activity) = self.touching[at];
            let mut moves = 0.0;
            if !matches!(constraint, Constraint::Row(_)) {
                self.prepare(constraint)?;
                moves -= self.rows.growth(constraint);
            }
            let row = self.rows.by_group(constraint);
            moves +=
                self.basic.iter().zip(&self.u).map(|(&j, &u)| row[self.columns.group(j)] * u).sum::<f64>();
            let range = self.range(problem, constraint);
            let (upper, lower) = (
                range.upper - activity <= self.tolerance(constraint),
                activity - range.lower <= self.tolerance(constraint),
            );
            let leaves = match self.overload_of(constraint).map(|o| self.overloaded[o]) {
                None => (upper && moves > MOVES) || (lower && moves < -MOVES),
                Some(Overload { above, .. }) => {
                    if above {
                        moves < -MOVES
                    } else {
                        moves > MOVES
                    }
                }
            };
            if leaves {
                let what = What::Row(constraint, activity);
                ties.push(Leaving { what, sign: 1.0_f64.copysign(moves), violation: SLOPE_MW });
            }
        }
        Ok(())
    }

    /// By how much the demand of each island grows.
    pub(super) fn set_growth(&mut self) {
        let buses = self.order.len() as f64;
        self.growth.clear();
        self.growth.resize(self.order.len(), 0.0);
        self.island_growth.clear();
        self.island_growth.resize(self.islands.count(), 0.0);
        for (n, (&place, &island)) in self.order.iter().zip(self.islands.by_bus()).enumerate() {
            let growth = (n + 1) as f64 / buses;
            self.growth[place as usize] = growth;
            self.island_growth[island as usize] += growth;
        }
    }
}
