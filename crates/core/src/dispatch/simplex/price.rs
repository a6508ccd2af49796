//! Duals of the kernel, the worth of groups, and what has to move when they are made anew.

use super::{DUAL_TOLERANCE, Engine, KernelRow, Overload, Stop};
use crate::dispatch::basis::Constraint;
use crate::dispatch::problem::DispatchProblem;
use crate::dispatch::vector::add_combination;

/// Groups looked at together.
const RUN: usize = 8;

/// Whether a column that may rise, or one that may fall, has a reduced cost of the wrong sign.
#[inline]
fn is_wrong(worth: f64, up: f64, down: f64) -> bool {
    let (rises, falls) = (worth - up > DUAL_TOLERANCE, down - worth > DUAL_TOLERANCE);
    rises | falls
}

impl Engine {
    /// Recomputes duals from the basis, drops constraints whose price is out of range, and flips columns
    /// whose reduced cost has the wrong sign. Says whether anything moved.
    pub(super) fn settle_duals(&mut self, problem: &DispatchProblem) -> Result<bool, Stop> {
        let mut moved = false;
        loop {
            if self.duals_stale {
                self.reprice();
            }
            if !self.repair(problem) {
                break;
            }
            moved = true;
        }
        if self.inverse_stale {
            self.refactor()?;
            self.reprice();
        }
        Ok(self.flip_wrong() | moved)
    }

    /// Flips the columns whose reduced cost has the wrong sign; says whether there were any. Hardly any group has
    /// one, so most runs of groups are dismissed at once.
    fn flip_wrong(&mut self) -> bool {
        let mut flipped = false;
        let (mut run, count) = (0, self.worth.len());
        loop {
            run += self.first_wrong_run(run);
            if run * RUN >= count {
                return flipped;
            }
            for spot in run * RUN..count.min((run + 1) * RUN) {
                if is_wrong(self.worth[spot], self.next_up[spot], self.next_down[spot]) {
                    self.flip_members(spot);
                    flipped = true;
                }
            }
            run += 1;
        }
    }

    /// How many runs of groups from this one on hold nothing wrong; the last, shorter one is not looked at.
    fn first_wrong_run(&self, run: usize) -> usize {
        let (worth, _) = self.worth.as_chunks::<RUN>();
        let (up, _) = self.next_up.as_chunks::<RUN>();
        let (down, _) = self.next_down.as_chunks::<RUN>();
        let from = run.min(worth.len());
        let runs = worth[from..].iter().zip(&up[from..]).zip(&down[from..]);
        runs.take_while(|((worth, up), down)| {
            let values = worth.iter().zip(*up).zip(*down);
            values.fold(true, |none, ((&worth, &up), &down)| none & !is_wrong(worth, up, down))
        })
        .count()
    }

    fn flip_members(&mut self, spot: usize) {
        let group = self.live[spot] as usize;
        for at in 0..self.columns.members(group).len() {
            let j = self.columns.members(group)[at] as usize;
            if (self.cost[j] - self.worth[spot]) * self.direction[j] < -DUAL_TOLERANCE {
                self.move_to(j, !self.at_upper[j]);
            }
        }
    }

    /// Duals of kernel rows and the worth of groups, from the (perturbed) costs.
    pub(super) fn reprice(&mut self) {
        self.worth.fill(0.0);
        let overloads = self.overloaded.iter();
        let charges = overloads.map(|o| (-o.dual, self.rows.by_live(o.constraint)));
        add_combination(&mut self.worth, charges);
        self.scratch.clear();
        let dual = |&j: &u32| self.cost[j as usize] - self.worth[self.spot[self.columns.group(j)] as usize];
        self.scratch.extend(self.basic.iter().map(dual));
        self.inverse.multiply_left(&self.scratch, &mut self.w);
        for (row, &w) in self.kernel.iter_mut().zip(&self.w) {
            row.dual = -w;
        }
        let prices = self.kernel.iter().map(|row| (-row.dual, self.rows.by_live(row.constraint)));
        add_combination(&mut self.worth, prices);
        self.duals_stale = false;
    }

    /// Gives each kernel row the bound that its dual asks for. A row without such a bound, or with a
    /// price above its ceiling, leaves the kernel together with a basic column; true if one did.
    pub(super) fn repair(&mut self, problem: &DispatchProblem) -> bool {
        for r in 0..self.kernel.len() {
            let KernelRow { constraint, dual, at_upper } = self.kernel[r];
            if matches!(constraint, Constraint::Island(_)) {
                continue;
            }
            let range = self.range(problem, constraint);
            let side = if dual.abs() > DUAL_TOLERANCE { dual > 0.0 } else { at_upper };
            let finite = |side: bool| if side { range.upper.is_finite() } else { range.lower.is_finite() };
            let beyond = dual.abs() > range.ceiling + DUAL_TOLERANCE;
            if finite(side) && !beyond {
                self.kernel[r].at_upper = side;
            } else if dual.abs() <= DUAL_TOLERANCE && finite(!side) {
                self.kernel[r].at_upper = !side;
            } else {
                self.drop_row(r);
                if beyond && finite(side) {
                    self.overload(Overload { constraint, above: side, dual: range.ceiling.copysign(dual) });
                }
                return true;
            }
        }
        false
    }

    /// Takes a row out of the kernel with the basic column that determines it best.
    pub(super) fn drop_row(&mut self, r: usize) {
        let size = self.inverse.size();
        let by_size = |&a: &usize, &b: &usize| {
            let (va, vb) = (self.inverse.row(a)[r].abs(), self.inverse.row(b)[r].abs());
            va.total_cmp(&vb).then(self.basic[b].cmp(&self.basic[a]))
        };
        let Some(p) = (0..size).max_by(by_size) else { return };
        self.inverse.shrink(p, r);
        let constraint = self.kernel.swap_remove(r).constraint;
        self.free(constraint);
        self.watch(constraint);
        let column = self.basic.swap_remove(p) as usize;
        self.is_basic[column] = false;
        self.move_to(column, false);
        self.inverse_stale = true;
        self.duals_stale = true;
    }
}
