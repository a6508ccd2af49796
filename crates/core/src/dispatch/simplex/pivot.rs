//! One pivot: what is violated, what it moves, who takes its place.

use super::{COLUMN_TOLERANCE, Engine, KernelRow, Overload, ROW_TOLERANCE, Range, Stop, WATCHED_AT_ONCE};
use crate::dispatch::basis::Constraint;
use crate::dispatch::inverse::{add_combination, add_scaled, dot};
use crate::dispatch::problem::DispatchProblem;
use crate::dispatch::ratio::{Breakpoint, COEFFICIENT_MIN, ColumnView, Stop as End};

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

/// How far a flow is outside its range, and on which side (+1 above).
fn beyond(range: Range, flow: f64) -> (f64, f64) {
    if flow - range.upper > range.lower - flow {
        (flow - range.upper, 1.0)
    } else {
        (range.lower - flow, -1.0)
    }
}

impl Engine {
    /// The basic column outside its bounds whose return promises the steepest gain: violation squared over
    /// the squared norm of its row of the inverse, which is at hand (dual steepest edge).
    pub(super) fn violated_column(&self) -> Option<Leaving> {
        let mut worst = 0.0;
        let mut leaving = None;
        for (i, &j) in self.basic.iter().enumerate() {
            let (x, lower, upper) = (self.x[j as usize], self.lower[j as usize], self.upper[j as usize]);
            let (sign, violation) = if x > upper { (1.0, x - upper) } else { (-1.0, lower - x) };
            if violation <= self.looser * COLUMN_TOLERANCE {
                continue;
            }
            let row = self.inverse.row(i);
            let gain = violation * violation / dot(row, row);
            if gain > worst {
                worst = gain;
                leaving = Some(Leaving { what: What::Column(i), sign, violation });
            }
        }
        leaving
    }

    /// The balance or linear row outside the kernel that is farthest outside its bounds. Rows that touch
    /// theirs are noted.
    pub(super) fn violated_row(&mut self, problem: &DispatchProblem) -> Option<Leaving> {
        let islands = (0..self.island_binds.len()).filter(|&i| !self.island_binds[i] && !self.island_idle[i]);
        let rows = (0..self.row_binds.len()).filter(|&r| !self.row_binds[r]);
        let constraints =
            islands.map(|i| Constraint::Island(i as u32)).chain(rows.map(|r| Constraint::Row(r as u32)));
        let mut worst = self.looser * ROW_TOLERANCE;
        let mut leaving = None;
        self.touching.clear();
        for constraint in constraints {
            let range = self.range(problem, constraint);
            let activity = self.activity(constraint);
            let (violation, sign) = beyond(range, activity);
            if violation > worst {
                worst = violation;
                leaving = Some(Leaving { what: What::Row(constraint, activity), sign, violation });
            }
            if violation > -ROW_TOLERANCE && matches!(constraint, Constraint::Row(_)) {
                self.touching.push((constraint, activity));
            }
        }
        leaving
    }

    /// The watched or overloaded flow farthest outside the range that its present price allows.
    pub(super) fn violated_watched(&self, problem: &DispatchProblem) -> Option<Leaving> {
        let mut worst = 0.0;
        let mut leaving = None;
        for &index in self.watched.iter().filter(|&&index| !self.flow_taken[index as usize]) {
            let constraint = self.flow_at(index);
            let flow = self.activity(constraint);
            let (violation, sign) = beyond(self.range(problem, constraint), flow);
            if violation > worst && violation > self.tolerance(constraint) {
                worst = violation;
                leaving = Some(Leaving { what: What::Row(constraint, flow), sign, violation });
            }
        }
        self.violated_overload(problem, worst, |constraint| self.activity(constraint)).or(leaving)
    }

    /// All flows, and the one farthest outside the range that its present price allows; it and the next ones
    /// are watched from now on. Flows that touch a limit are noted.
    pub(super) fn violated_flow(&mut self, problem: &DispatchProblem) -> Option<Leaving> {
        let topology = self.topology.as_ref()?;
        self.injection.copy_from_slice(&self.base_injection);
        self.columns.inject(&self.x, &mut self.injection);
        // The injections become angles.
        let angle = &mut self.injection[..topology.bus_count()];
        topology.solve_angles(angle);
        self.violations.clear();
        let tolerance = self.looser * self.flow_tolerance;
        let (branch_flow, gate_flow) = self.flow.split_at_mut(self.branch_count);
        let state = topology.links().iter().zip(&problem.branches).zip(branch_flow.iter_mut());
        for (l, ((link, limited), flow)) in state.enumerate() {
            *flow = link.flow(angle);
            let violation = flow.abs() - limited.limit_mw.max(0.0);
            if violation > -self.flow_tolerance && !self.flow_taken[l] {
                if violation > tolerance {
                    self.violations.push((violation, l as u32));
                } else {
                    self.touching.push((Constraint::Branch(l as u32), *flow));
                }
            }
        }
        self.gates.flows(branch_flow, gate_flow);
        for (g, (flow, limited)) in gate_flow.iter().zip(&problem.flowgates).enumerate() {
            let violation = (flow - limited.upper_mw).max(limited.lower_mw - flow);
            let index = self.branch_count + g;
            let size = self.gates.size(g as u32);
            if violation > -self.flow_tolerance * size
                && !self.flow_taken[index]
                && self.gates.is_active(g as u32)
            {
                if violation > tolerance * size {
                    self.violations.push((violation, index as u32));
                } else {
                    self.touching.push((Constraint::Flowgate(g as u32), *flow));
                }
            }
        }
        if self.violations.len() > WATCHED_AT_ONCE {
            let order = |a: &(f64, u32), b: &(f64, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
            self.violations.select_nth_unstable_by(WATCHED_AT_ONCE, order);
            self.violations.truncate(WATCHED_AT_ONCE);
        }
        let mut worst: (f64, Option<u32>) = (0.0, None);
        for &(violation, index) in &self.violations {
            if violation > worst.0 || (violation == worst.0 && worst.1.is_some_and(|other| index < other)) {
                worst = (violation, Some(index));
            }
            let flow = self.flow_at(index);
            let (gates, columns) = (&self.gates, &self.columns);
            self.rows.prepare(flow, topology, gates, columns, &self.base_injection, &self.growth);
            if let Err(at) = self.watched.binary_search(&index) {
                self.watched.insert(at, index);
            }
        }
        let leaving = worst.1.map(|index| {
            let (constraint, flow) = (self.flow_at(index), self.flow[index as usize]);
            let (violation, sign) = beyond(self.range(problem, constraint), flow);
            Leaving { what: What::Row(constraint, flow), sign, violation }
        });
        for o in 0..self.overloaded.len() {
            let Overload { constraint, above, .. } = self.overloaded[o];
            let (range, flow) = (self.range(problem, constraint), self.known_flow(constraint));
            let within = if above { range.upper - flow } else { flow - range.lower };
            if within > -self.tolerance(constraint) {
                self.touching.push((constraint, flow));
            }
        }
        self.violated_overload(problem, worst.0, |constraint| self.known_flow(constraint)).or(leaving)
    }

    /// The flow as all flows were computed last.
    pub(super) fn known_flow(&self, flow: Constraint) -> f64 {
        self.flow_index(flow).map_or(0.0, |index| self.flow[index])
    }

    /// A flow this far beyond its limits is violated.
    pub(super) fn tolerance(&self, flow: Constraint) -> f64 {
        match flow {
            Constraint::Flowgate(g) => self.looser * self.flow_tolerance * self.gates.size(g),
            _ => self.looser * self.flow_tolerance,
        }
    }

    /// The overloaded flow that has come back within its limit by most, if by more than `worst`.
    fn violated_overload(
        &self,
        problem: &DispatchProblem,
        mut worst: f64,
        flow: impl Fn(Constraint) -> f64,
    ) -> Option<Leaving> {
        let mut leaving = None;
        for &Overload { constraint, above, .. } in &self.overloaded {
            let flow = flow(constraint);
            let range = self.range(problem, constraint);
            let (violation, sign) =
                if above { (range.upper - flow, -1.0) } else { (flow - range.lower, 1.0) };
            if violation > worst && violation > self.tolerance(constraint) {
                worst = violation;
                leaving = Some(Leaving { what: What::Row(constraint, flow), sign, violation });
            }
        }
        leaving
    }

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
            alpha: &self.alpha,
            dual: &self.dual,
            direction: &self.direction,
            lower: &self.lower,
            upper: &self.upper,
        };
        let tolerance = if matches!(what, What::Row(..)) { ROW_TOLERANCE } else { COLUMN_TOLERANCE };
        let end = match self.ratio.choose(view, sign, violation, tolerance) {
            Ok(end) => end,
            Err(by_mw) => return Ok(Some(by_mw)),
        };

        let step = sign * end.step;
        add_scaled(&mut self.dual, step, &self.alpha);
        for (row, &w) in self.kernel.iter_mut().zip(&self.w) {
            row.dual -= step * w;
        }
        self.duals_stale = true;
        // What the violated row asks of the basic columns, apart from its bound.
        let mut remainder = match what {
            What::Row(constraint, activity) => {
                let row = self.rows.by_column(constraint);
                self.basic.iter().map(|&j| row[j as usize] * self.x[j as usize]).sum::<f64>() - activity
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
                self.alpha.fill(0.0);
            }
            What::Row(constraint, _) => {
                let row = self.rows.by_column(constraint);
                self.alpha.copy_from_slice(row);
                self.scratch.clear();
                self.scratch.extend(self.basic.iter().map(|&j| row[j as usize]));
                self.inverse.multiply_left(&self.scratch, &mut self.w);
                self.own_breakpoints(problem, constraint);
            }
        }
        let rows = self.kernel.iter().zip(&self.w);
        let terms = rows.map(|(row, &w)| (-w, self.rows.by_column(row.constraint)));
        add_combination(&mut self.alpha, terms);
        self.row_breakpoints(problem, sign);
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
                    let j = j as usize;
                    let change = (self.upper[j] - self.lower[j]) * self.direction[j];
                    self.at_upper[j] = !self.at_upper[j];
                    self.direction[j] = -self.direction[j];
                    self.x[j] = if self.at_upper[j] { self.upper[j] } else { self.lower[j] };
                    for (rhs, row) in self.rhs.iter_mut().zip(&self.kernel) {
                        *rhs -= self.rows.by_column(row.constraint)[j] * change;
                    }
                    if let What::Row(constraint, _) = what {
                        *remainder -= self.rows.by_column(constraint)[j] * change;
                    }
                }
            }
        }
        own_passed
    }

    /// Records where a constraint outside the kernel stands.
    fn set_place(&mut self, problem: &DispatchProblem, constraint: Constraint, place: Place) {
        self.free(constraint);
        let above = place == Place::Above;
        if place != Place::Slack {
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
        let corner = self.alpha[entering as usize];
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
        let entry = |row: &KernelRow| self.rows.by_column(row.constraint)[column as usize];
        self.scratch.extend(self.kernel.iter().map(entry));
        self.inverse.multiply(&self.scratch, &mut self.u);
    }

    /// A column becomes basic: its part of the right-hand side is no longer given.
    fn enter_column(&mut self, column: u32) {
        let j = column as usize;
        self.is_basic[j] = true;
        self.at_upper[j] = false;
        self.direction[j] = 0.0;
        self.dual[j] = 0.0;
        for (rhs, row) in self.rhs.iter_mut().zip(&self.kernel) {
            *rhs += self.rows.by_column(row.constraint)[j] * self.x[j];
        }
    }

    /// A column goes to a bound: its part of the right-hand side becomes given.
    fn leave_column(&mut self, column: u32, at_upper: bool) {
        let j = column as usize;
        self.is_basic[j] = false;
        self.at_upper[j] = at_upper;
        self.x[j] = if at_upper { self.upper[j] } else { self.lower[j] };
        let free = f64::from(u8::from(self.upper[j] > self.lower[j]));
        self.direction[j] = if at_upper { -free } else { free };
        for (rhs, row) in self.rhs.iter_mut().zip(&self.kernel) {
            *rhs -= self.rows.by_column(row.constraint)[j] * self.x[j];
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
