//! One pivot: what a violated quantity moves, who takes its place.

use super::{COLUMN_TOLERANCE, Engine, KernelRow, Overload, ROW_TOLERANCE, Range, Stop};
use crate::dispatch::basis::Constraint;
use crate::dispatch::problem::DispatchProblem;
use crate::dispatch::ratio::{Breakpoint, COEFFICIENT_MIN, ColumnView, Stop as End};
use crate::dispatch::vector::{add_scaled, set_combination};

/// What is violated, by how much, and on which side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leaving {
    pub(super) what: What,
    /// +1 when it is too high, -1 when it is too low.
    pub(super) sign: f64,
    pub(super) violation: f64,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    /// The basic column at this position.
    Column(usize),
    /// A constraint outside the kernel with its present activity.
    Row(Constraint, f64),
}

/// Where a constraint outside the kernel stands along its penalty.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Below,
    Slack,
    Above,
}

impl Engine {
    /// Drives the violated quantity to a bound.
    pub(super) fn pivot(&mut self, problem: &DispatchProblem, leaving: Leaving) -> Result<(), Stop> {
        let Some(by_mw) = self.try_pivot(problem, leaving)? else { return Ok(()) };
        let constraint = match leaving.what {
            What::Row(constraint, _) => constraint,
            What::Column(_) => self.heaviest_row(),
        };
        Err(Stop::Infeasible { constraint, by_mw })
    }

    /// The same; says by how much the bound is missed when nothing helps, and then changes nothing.
    pub(super) fn try_pivot(
        &mut self,
        problem: &DispatchProblem,
        leaving: Leaving,
    ) -> Result<Option<f64>, Stop> {
        let Leaving { what, sign, violation } = leaving;
        self.transform(problem, what, sign);
        let view = ColumnView {
            columns: &self.columns,
            live: &self.live,
            alpha: &self.alpha,
            worth: &self.worth,
            next_up: &self.next_up,
            next_down: &self.next_down,
            rising: &self.rising,
            falling: &self.falling,
            bounds: &self.bounds,
        };
        let tolerance = if matches!(what, What::Row(..)) { ROW_TOLERANCE } else { COLUMN_TOLERANCE };
        let end = match self.ratio.choose(view, sign, violation, tolerance) {
            Ok(end) => end,
            Err(by_mw) => return Ok(Some(by_mw)),
        };

        let step = sign * end.step;
        add_scaled(&mut self.worth, -step, &self.alpha);
        for (row, &w) in self.kernel.iter_mut().zip(&self.w) {
            row.dual -= step * w;
        }
        self.duals_stale = true;
        // What the violated row asks of the basic columns, apart from its bound.
        let mut remainder = match what {
            What::Row(constraint, activity) => {
                let row = self.rows.by_group(constraint);
                let of_basic = self.basic.iter().map(|&j| row[self.columns.group(j)] * self.x[j as usize]);
                of_basic.sum::<f64>() - activity
            }
            What::Column(_) => 0.0,
        };
        let own_passed = self.flip(problem, what, &mut remainder);

        match what {
            What::Column(p) => match end.stop {
                End::Column(j) => self.column_for_column(p, j, sign)?,
                End::Row(r, n) => self.column_for_row(problem, p, r as usize, n, sign)?,
                End::Own(_) => {}
            },
            What::Row(constraint, _) => {
                let overload = self.take_overload(constraint);
                let range = self.range(problem, constraint);
                // A slack row meets the bound that it violates, an overloaded one the bound that it left.
                let at_upper = (sign > 0.0) == (overload.is_none() != own_passed);
                let target = if at_upper { range.upper } else { range.lower };
                let dual = overload.map_or(0.0, |o| o.dual) + step;
                let row = KernelRow { constraint, at_upper, dual };
                match end.stop {
                    End::Column(j) => self.grow(row, target + remainder, j)?,
                    End::Row(r, n) => self.row_for_row(problem, row, target + remainder, r as usize, n)?,
                    End::Own(n) => {
                        let slack = overload.is_some() && n == 0;
                        let beyond = if sign > 0.0 { Place::Above } else { Place::Below };
                        self.set_place(problem, constraint, if slack { Place::Slack } else { beyond });
                    }
                }
            }
        }
        self.set_basic_values();
        Ok(None)
    }

    /// Fills `w` (change of the violated quantity per unit of each kernel row's bound), `alpha` (per unit
    /// of each column) and the breakpoints of constraints.
    fn transform(&mut self, problem: &DispatchProblem, what: What, sign: f64) {
        self.ratio.constraints.clear();
        match what {
            What::Column(p) => {
                self.w.clear();
                self.w.extend_from_slice(self.inverse.row(p));
            }
            What::Row(constraint, _) => {
                self.combine_kernel(constraint);
                self.own_breakpoints(problem, constraint);
            }
        }
        let own = if let What::Row(constraint, _) = what {
            Some((1.0, self.rows.by_live(constraint)))
        } else {
            None
        };
        let rows = self.kernel.iter().zip(&self.w);
        let terms = rows.map(|(row, &w)| (-w, self.rows.by_live(row.constraint)));
        set_combination(&mut self.alpha, own.into_iter().chain(terms));
        self.row_breakpoints(problem, sign);
    }

    /// Fills `w` with the weights of the kernel rows that make up a row as far as basic columns go.
    pub(super) fn combine_kernel(&mut self, constraint: Constraint) {
        let row = self.rows.by_group(constraint);
        self.scratch.clear();
        self.scratch.extend(self.basic.iter().map(|&j| row[self.columns.group(j)]));
        self.inverse.multiply_left(&self.scratch, &mut self.w);
    }

    /// The breakpoints of the violated constraint's own penalty: a slack one becomes overloaded at its
    /// ceiling price; an overloaded one becomes slack at price zero and then overloaded the other way.
    fn own_breakpoints(&mut self, problem: &DispatchProblem, constraint: Constraint) {
        let Range { lower, upper, ceiling } = self.range(problem, constraint);
        if ceiling.is_infinite() {
            return;
        }
        let own = |step, loss, n| Breakpoint { step, loss, coefficient: 1.0, stop: End::Own(n) };
        if self.overload_of(constraint).is_some() {
            self.ratio.constraints.push(own(ceiling, upper - lower, 0));
            self.ratio.constraints.push(own(2.0 * ceiling, f64::INFINITY, 1));
        } else {
            self.ratio.constraints.push(own(ceiling, f64::INFINITY, 0));
        }
    }

    /// The breakpoints of the kernel rows' penalties.
    fn row_breakpoints(&mut self, problem: &DispatchProblem, sign: f64) {
        for (r, (row, &w)) in self.kernel.iter().zip(&self.w).enumerate() {
            let coefficient = w.abs();
            if coefficient <= COEFFICIENT_MIN || matches!(row.constraint, Constraint::Island(_)) {
                continue;
            }
            let range = self.range(problem, row.constraint);
            let width = range.upper - range.lower;
            let stop = |n| End::Row(r as u32, n);
            // How far the price is above zero on its own side, and whether it moves towards zero.
            let (price, falls) = if row.at_upper {
                (row.dual.max(0.0), sign * w > 0.0)
            } else {
                ((-row.dual).max(0.0), sign * w < 0.0)
            };
            let breakpoints = &mut self.ratio.constraints;
            if falls {
                if width > 0.0 || range.ceiling.is_finite() {
                    let loss = width * coefficient;
                    breakpoints.push(Breakpoint {
                        step: price / coefficient,
                        loss,
                        coefficient,
                        stop: stop(0),
                    });
                }
                if range.ceiling.is_finite() {
                    let step = (price + range.ceiling) / coefficient;
                    breakpoints.push(Breakpoint { step, loss: f64::INFINITY, coefficient, stop: stop(1) });
                }
            } else if range.ceiling.is_finite() {
                let step = (range.ceiling - price).max(0.0) / coefficient;
                breakpoints.push(Breakpoint { step, loss: f64::INFINITY, coefficient, stop: stop(2) });
            }
        }
    }

    /// Moves everything that was passed to its other bound; says whether the violated constraint passed
    /// its own first breakpoint.
    fn flip(&mut self, problem: &DispatchProblem, what: What, remainder: &mut f64) -> bool {
        let mut own_passed = false;
        self.moved.clear();
        for at in 0..self.ratio.passed().len() {
            match self.ratio.passed()[at].stop {
                End::Own(_) => own_passed = true,
                End::Row(r, _) => {
                    let r = r as usize;
                    let range = self.range(problem, self.kernel[r].constraint);
                    let width = range.upper - range.lower;
                    self.rhs[r] += if self.kernel[r].at_upper { -width } else { width };
                    self.kernel[r].at_upper = !self.kernel[r].at_upper;
                }
                End::Column(j) => {
                    let group = self.columns.group(j);
                    let j = j as usize;
                    let change = (self.bounds[j].upper_mw - self.bounds[j].lower_mw) * self.direction[j];
                    self.at_upper[j] = !self.at_upper[j];
                    self.place_column(j);
                    self.moved.push((group as u32, change));
                }
            }
        }
        self.refresh_stale();
        let moved = |row: &[f64], from: f64| {
            self.moved.iter().fold(from, |left, &(group, change)| left - row[group as usize] * change)
        };
        for (rhs, row) in self.rhs.iter_mut().zip(&self.kernel) {
            *rhs = moved(self.rows.by_group(row.constraint), *rhs);
        }
        if let What::Row(constraint, _) = what {
            *remainder = moved(self.rows.by_group(constraint), *remainder);
        }
        own_passed
    }

    /// Records where a constraint outside the kernel stands.
    fn set_place(&mut self, problem: &DispatchProblem, constraint: Constraint, place: Place) {
        self.free(constraint);
        let above = place == Place::Above;
        if place == Place::Slack {
            self.watch(constraint);
        } else {
            let ceiling = self.range(problem, constraint).ceiling;
            self.overload(Overload { constraint, above, dual: if above { ceiling } else { -ceiling } });
        }
    }

    pub(super) fn overload_of(&self, constraint: Constraint) -> Option<usize> {
        self.overloaded.binary_search_by_key(&constraint, |o| o.constraint).ok()
    }

    fn take_overload(&mut self, constraint: Constraint) -> Option<Overload> {
        self.overload_of(constraint).map(|at| self.overloaded.remove(at))
    }

    /// A column enters for a basic one, which goes to the bound that it violated.
    fn column_for_column(&mut self, p: usize, entering: u32, sign: f64) -> Result<(), Stop> {
        self.transform_column(entering);
        if self.u[p].abs() < COEFFICIENT_MIN {
            return Err(Stop::Stalled);
        }
        self.inverse.replace_column(p, &self.u);
        let leaving = std::mem::replace(&mut self.basic[p], entering);
        self.enter_column(entering);
        self.leave_column(leaving, sign > 0.0);
        self.inverse_stale = true;
        Ok(())
    }

    /// A kernel row becomes slack or overloaded while a basic column goes to its bound.
    fn column_for_row(
        &mut self,
        problem: &DispatchProblem,
        p: usize,
        r: usize,
        breakpoint: u8,
        sign: f64,
    ) -> Result<(), Stop> {
        if self.w[r].abs() < COEFFICIENT_MIN {
            return Err(Stop::Stalled);
        }
        self.release(problem, self.kernel[r], breakpoint);
        self.inverse.shrink(p, r);
        self.kernel.swap_remove(r);
        self.rhs.swap_remove(r);
        let leaving = self.basic.swap_remove(p);
        self.leave_column(leaving, sign > 0.0);
        self.inverse_stale = true;
        Ok(())
    }

    /// The violated constraint takes the place of a kernel row, which becomes slack or overloaded.
    fn row_for_row(
        &mut self,
        problem: &DispatchProblem,
        row: KernelRow,
        rhs: f64,
        r: usize,
        breakpoint: u8,
    ) -> Result<(), Stop> {
        if self.w[r].abs() < COEFFICIENT_MIN {
            return Err(Stop::Stalled);
        }
        self.release(problem, self.kernel[r], breakpoint);
        self.inverse.replace_row(r, &self.w);
        self.kernel[r] = row;
        self.rhs[r] = rhs;
        self.bind(row.constraint);
        self.inverse_stale = true;
        Ok(())
    }

    /// Records where a row that leaves the kernel goes. One that was flipped on its way goes beyond the
    /// bound to which it was flipped.
    fn release(&mut self, problem: &DispatchProblem, row: KernelRow, breakpoint: u8) {
        let beyond = if row.at_upper { Place::Above } else { Place::Below };
        self.set_place(problem, row.constraint, if breakpoint == 0 { Place::Slack } else { beyond });
    }

    /// The violated constraint enters the kernel together with a column.
    fn grow(&mut self, row: KernelRow, rhs: f64, entering: u32) -> Result<(), Stop> {
        self.transform_column(entering);
        let corner = self.alpha[self.spot_of(entering)];
        if corner.abs() < COEFFICIENT_MIN {
            return Err(Stop::Stalled);
        }
        self.inverse.grow(&self.u, &self.w, corner);
        self.basic.push(entering);
        self.kernel.push(row);
        self.rhs.push(rhs);
        self.enter_column(entering);
        self.bind(row.constraint);
        self.inverse_stale = true;
        Ok(())
    }

    /// `u = inverse * column`.
    fn transform_column(&mut self, column: u32) {
        self.scratch.clear();
        let group = self.columns.group(column);
        let entry = |row: &KernelRow| self.rows.by_group(row.constraint)[group];
        self.scratch.extend(self.kernel.iter().map(entry));
        self.inverse.multiply(&self.scratch, &mut self.u);
    }

    /// A column becomes basic: its part of the right-hand side is no longer given.
    fn enter_column(&mut self, column: u32) {
        let j = column as usize;
        self.is_basic[j] = true;
        self.at_upper[j] = false;
        self.direction[j] = 0.0;
        self.offer(j);
        let group = self.columns.group(column);
        for (rhs, row) in self.rhs.iter_mut().zip(&self.kernel) {
            *rhs += self.rows.by_group(row.constraint)[group] * self.x[j];
        }
        self.refresh(group);
    }

    /// A column goes to a bound: its part of the right-hand side becomes given.
    fn leave_column(&mut self, column: u32, at_upper: bool) {
        let j = column as usize;
        self.is_basic[j] = false;
        self.move_to(j, at_upper);
        let group = self.columns.group(column);
        for (rhs, row) in self.rhs.iter_mut().zip(&self.kernel) {
            *rhs -= self.rows.by_group(row.constraint)[group] * self.x[j];
        }
    }

    /// The kernel row with the greatest weight in the last transformation.
    fn heaviest_row(&self) -> Constraint {
        let weights = self.kernel.iter().zip(&self.w);
        let heaviest =
            weights.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()).then(b.0.constraint.cmp(&a.0.constraint)));
        heaviest.map_or(Constraint::Island(0), |(row, _)| row.constraint)
    }
}
