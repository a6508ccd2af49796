//! What is violated, and by how much: columns, rows and flows.
//!
//! Cost: columns `O(k)` and a norm for each one outside its bounds; a row or an active flow `O(groups)`; all flows
//! one solve with the factor of the network and a pass over branches and terms of flowgates.

use super::pivot::{Leaving, What};
use super::{
    COLUMN_TOLERANCE, Engine, Overload, ROW_TOLERANCE, Range, Stop, WATCH_FROM, WATCHED_AT_ONCE, WATCHED_MAX,
};
use crate::dispatch::basis::Constraint;
use crate::dispatch::problem::{DispatchProblem, FlowBranch, Flowgate};
use crate::dispatch::vector::dot;

/// How far a flow is outside its range, and on which side (+1 above).
fn beyond(range: Range, flow: f64) -> (f64, f64) {
    if flow - range.upper > range.lower - flow {
        (flow - range.upper, 1.0)
    } else {
        (range.lower - flow, -1.0)
    }
}

impl Engine {
    /// How far a basic column is outside its bounds, and on which side (+1 above).
    fn column_beyond(&self, j: u32) -> (f64, f64) {
        let (x, bound) = (self.x[j as usize], &self.bounds[j as usize]);
        let over = x - bound.upper_mw;
        if over > 0.0 { (over, 1.0) } else { (bound.lower_mw - x, -1.0) }
    }

    /// The basic column outside its bounds or active flow outside its range whose
    /// return promises the steepest gain: violation squared over the squared norm of its row of the basis
    /// inverse (dual steepest edge). That of a column is at hand, that of a flow is the one it would have with
    /// its limit as a slack.
    pub(super) fn steepest(&mut self, problem: &DispatchProblem) -> Option<Leaving> {
        let mut steepest = 0.0;
        let mut leaving = None;
        for (i, &j) in self.basic.iter().enumerate() {
            let (violation, sign) = self.column_beyond(j);
            if violation <= self.looser * COLUMN_TOLERANCE {
                continue;
            }
            let row = self.inverse.row(i);
            let gain = violation * violation / dot(row, row);
            if gain > steepest {
                steepest = gain;
                leaving = Some(Leaving { what: What::Column(i), sign, violation });
            }
        }
        let mut at = 0;
        while at < self.active.len() {
            let constraint = self.active[at];
            let Some((violation, leave)) = self.flow_violated(problem, constraint) else {
                self.active.remove(at);
                continue;
            };
            at += 1;
            // Even the norm of a flow that moves no basic column is one.
            if violation * violation <= steepest {
                continue;
            }
            self.combine_kernel(constraint);
            let gain = violation * violation / (1.0 + dot(&self.w, &self.w));
            if gain > steepest || leaving.is_none() {
                steepest = gain;
                leaving = Some(leave);
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

    /// How a watched flow that is neither binding nor overloaded leaves its range, if it does.
    fn flow_violated(&self, problem: &DispatchProblem, constraint: Constraint) -> Option<(f64, Leaving)> {
        if self.flow_taken[self.flow_index(constraint)?] {
            return None;
        }
        let flow = self.activity(constraint);
        let (violation, sign) = beyond(self.range(problem, constraint), flow);
        let violated = violation > self.tolerance(constraint);
        violated.then_some((violation, Leaving { what: What::Row(constraint, flow), sign, violation }))
    }

    /// Begins a solve: with many basic columns outside their bounds, all watched flows are looked at.
    pub(super) fn begin_watch(&mut self, problem: &DispatchProblem) -> Result<bool, Stop> {
        let violated = |&&j: &&u32| self.column_beyond(j).0 > COLUMN_TOLERANCE;
        let many = self.basic.iter().filter(violated).count() >= WATCH_FROM;
        self.seen = if many { self.watched.len() } else { 0 };
        self.activate_watched(problem)
    }

    /// Lets watched flows beyond their limit take part in what follows; says whether there are any.
    pub(super) fn activate_watched(&mut self, problem: &DispatchProblem) -> Result<bool, Stop> {
        self.active.clear();
        for at in self.watched.len() - self.seen..self.watched.len() {
            let constraint = self.watched[at];
            self.prepare(constraint)?;
            if self.flow_violated(problem, constraint).is_some() {
                self.active.push(constraint);
            }
        }
        Ok(!self.active.is_empty())
    }

    /// Watches a flow from now on, in place of the one that has been watched longest if there are too many.
    pub(super) fn watch(&mut self, constraint: Constraint) {
        if self.flow_index(constraint).is_none() {
            return;
        }
        let known = self.watched.iter().position(|&other| other == constraint);
        let full = (self.watched.len() == WATCHED_MAX).then_some(0);
        if let Some(at) = known.or(full) {
            self.seen -= usize::from(at >= self.watched.len() - self.seen);
            self.watched.remove(at);
        }
        self.watched.push(constraint);
        self.seen += 1;
    }

    /// The overloaded flow that has come back within its limit by most.
    pub(super) fn violated_overload_now(&self, problem: &DispatchProblem) -> Option<Leaving> {
        self.violated_overload(problem, 0.0, |constraint| self.activity(constraint))
    }

    /// All flows, and the one farthest outside the range that its present price allows; it and the next ones
    /// are watched from now on. Flows that touch a limit are noted.
    pub(super) fn violated_flow(&mut self, problem: &DispatchProblem) -> Result<Option<Leaving>, Stop> {
        if self.compute_flows(&problem.branches).is_none() {
            return Ok(None);
        }
        self.violations.clear();
        self.screen_branches(&problem.branches);
        self.screen_gates(&problem.flowgates);
        if self.violations.len() > WATCHED_AT_ONCE {
            let order = |a: &(f64, u32), b: &(f64, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
            self.violations.select_nth_unstable_by(WATCHED_AT_ONCE, order);
            self.violations.truncate(WATCHED_AT_ONCE);
        }
        let mut worst: (f64, Option<u32>) = (0.0, None);
        for at in 0..self.violations.len() {
            let (violation, index) = self.violations[at];
            if violation > worst.0 || (violation == worst.0 && worst.1.is_some_and(|other| index < other)) {
                worst = (violation, Some(index));
            }
            self.prepare(self.flow_at(index))?;
        }
        for at in 0..self.violations.len() {
            let flow = self.flow_at(self.violations[at].1);
            self.watch(flow);
            if !self.active.contains(&flow) {
                self.active.push(flow);
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
        let overload = self.violated_overload(problem, worst.0, |constraint| self.known_flow(constraint));
        Ok(overload.or(leaving))
    }

    /// Flows of branches and over flowgates, and which branches are at or beyond their limit; none on a copper plate.
    fn compute_flows(&mut self, branches: &[FlowBranch]) -> Option<()> {
        let topology = self.topology.as_ref()?;
        self.injection.copy_from_slice(&self.base_injection);
        self.columns.inject(&self.x, &self.total, &mut self.injection);
        // The injections become angles.
        let angle = &mut self.injection[..topology.bus_count()];
        topology.solve_angles(angle);
        let (branch_flow, gate_flow) = self.flow.split_at_mut(self.branch_count);
        self.near.clear();
        for (((link, branch), flow), l) in
            topology.links().iter().zip(branches).zip(branch_flow.iter_mut()).zip(0..)
        {
            *flow = link.flow(angle);
            if flow.abs() > branch.limit_mw.max(0.0) - self.flow_tolerance {
                self.near.push(l);
            }
        }
        self.gates.flows(branch_flow, gate_flow);
        Some(())
    }

    /// Branches at or beyond their limit.
    fn screen_branches(&mut self, branches: &[FlowBranch]) {
        for &l in &self.near {
            if self.flow_taken[l as usize] {
                continue;
            }
            let flow = self.flow[l as usize];
            let violation = flow.abs() - branches[l as usize].limit_mw.max(0.0);
            if violation > self.looser * self.flow_tolerance {
                self.violations.push((violation, l));
            } else {
                self.touching.push((Constraint::Branch(l), flow));
            }
        }
    }

    /// Flowgates at or beyond a limit.
    fn screen_gates(&mut self, flowgates: &[Flowgate]) {
        for (g, (flow, limited)) in self.flow[self.branch_count..].iter().zip(flowgates).enumerate() {
            let violation = (flow - limited.upper_mw).max(limited.lower_mw - flow);
            let index = self.branch_count + g;
            let tolerance = self.flow_tolerance * self.gates.size(g as u32);
            if violation > -tolerance && !self.flow_taken[index] && self.gates.is_active(g as u32) {
                if violation > self.looser * tolerance {
                    self.violations.push((violation, index as u32));
                } else {
                    self.touching.push((Constraint::Flowgate(g as u32), *flow));
                }
            }
        }
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
}
