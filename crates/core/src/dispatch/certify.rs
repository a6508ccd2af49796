//! Proof of optimality from the reported numbers alone.
//!
//! A solution is optimal when it is feasible, its prices fit its costs, and nothing that has a price is
//! slack. None of that needs the basis: the certificate recomputes angles by walking a spanning tree,
//! checks every bus and every loop, checks that prices are potentials driven by shadow prices (the
//! derivative by every angle vanishes), and adds up complementary slackness. The slackness total is the
//! duality gap. Cost: `O(buses + branches + columns + terms)`, and one new factor of the network when there
//! are flowgates that provide for an outage.

use super::flowgates::Gates;
use super::problem::{DispatchProblem, DispatchSolution, Place};
use super::topology::Topology;

/// The largest violations of a solution.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Certificate {
    /// Missing or surplus power at a bus.
    pub balance_mw: f64,
    /// Departure of a flow from its branch's law.
    pub flow_law_mw: f64,
    /// Departure of a column or linear row from its bounds, or of a flow from a hard limit.
    pub bound_mw: f64,
    /// Derivative of the Lagrangian by an angle, per MW/rad of the bus's susceptances.
    pub potential_usd_per_mwh: f64,
    /// A price outside what its constraint allows.
    pub dual_usd_per_mwh: f64,
    /// Duality gap: the sum of price times slackness.
    pub gap_usd_per_h: f64,
    /// The magnitude of the objective's terms, by which the gap is judged.
    pub scale_usd_per_h: f64,
}

impl Certificate {
    /// Whether the solution is optimal: 1e-6 MW, 1e-5 $/MWh, a gap of 1e-9 of the turnover.
    pub fn holds(&self) -> bool {
        self.balance_mw <= 1e-6
            && self.flow_law_mw <= 1e-6
            && self.bound_mw <= 1e-6
            && self.potential_usd_per_mwh <= 1e-5
            && self.dual_usd_per_mwh <= 1e-5
            && self.gap_usd_per_h <= 1e-4 + 1e-9 * self.scale_usd_per_h
    }

    /// Panics with all numbers unless [`Certificate::holds`].
    pub fn assert_optimal(&self) {
        assert!(self.holds(), "dispatch is not optimal: {self:?}");
    }
}

/// Checks a solution of a problem.
///
/// A problem whose branches or flowgates make no network has no solution; everything is then violated.
pub fn certify(problem: &DispatchProblem, solution: &DispatchSolution) -> Certificate {
    let mut gates = Gates::default();
    if !problem.flowgates.is_empty() {
        let topology = Topology::refactored(problem.bus_count(), &problem.branches);
        let taken = topology.is_ok_and(|t| gates.extend(&problem.flowgates, &problem.branches, &t).is_ok());
        if !taken {
            return Certificate { flow_law_mw: f64::INFINITY, ..Certificate::default() };
        }
    }
    certify_with(problem, solution, &gates)
}

/// The same with the weights of flowgates at hand.
pub(super) fn certify_with(
    problem: &DispatchProblem,
    solution: &DispatchSolution,
    gates: &Gates,
) -> Certificate {
    let mut certificate = Certificate::default();
    check_network(problem, solution, &mut certificate);
    let pull = check_flowgates(problem, solution, gates, &mut certificate);
    check_branches(problem, solution, &pull, &mut certificate);
    let mut reduced_cost = reduced_costs(problem, solution);
    for (row, &dual) in problem.rows.iter().zip(&solution.row_dual) {
        let mut activity = 0.0;
        for &(column, coefficient) in &row.terms {
            activity += coefficient * solution.column_mw[column.0 as usize];
            reduced_cost[column.0 as usize] -= coefficient * dual;
        }
        // A positive price belongs to the lower bound, a negative one to the upper bound.
        let excess = (activity - row.upper).max(row.lower - activity);
        certificate.bound_mw = certificate.bound_mw.max(excess);
        let slack = if dual > 0.0 { activity - row.lower } else { row.upper - activity };
        certificate.slackness(dual.abs(), slack);
    }
    for ((&x, bound), &d) in solution.column_mw.iter().zip(&problem.bounds).zip(&reduced_cost) {
        let excess = (x - bound.upper_mw).max(bound.lower_mw - x);
        certificate.bound_mw = certificate.bound_mw.max(excess);
        certificate.scale_usd_per_h += (bound.cost_usd_per_mwh * x).abs();
        let slack = if d > 0.0 { x - bound.lower_mw } else { bound.upper_mw - x };
        certificate.gap_usd_per_h += d.abs() * slack.abs();
    }
    certificate
}

impl Certificate {
    /// A flow with a shadow price, so far beyond its limit on this side.
    fn flow(&mut self, price: f64, ceiling: f64, beyond: f64, side: f64) {
        if ceiling.is_infinite() {
            self.bound_mw = self.bound_mw.max(beyond);
        } else {
            self.scale_usd_per_h += ceiling * beyond.max(0.0);
            // Beyond the limit only the full ceiling is right.
            self.gap_usd_per_h += (ceiling - price * side).max(0.0) * beyond.max(0.0);
        }
        self.dual_usd_per_mwh = self.dual_usd_per_mwh.max(price.abs() - ceiling);
    }

    /// Adds price times slack; an infinite slack allows no price.
    fn slackness(&mut self, price: f64, slack: f64) {
        if slack.is_infinite() {
            self.dual_usd_per_mwh = self.dual_usd_per_mwh.max(price);
        } else {
            self.gap_usd_per_h += price * slack.abs();
        }
    }
}

/// Limits and shadow prices of flowgates; returns what they ask of each branch's flow.
fn check_flowgates(
    problem: &DispatchProblem,
    solution: &DispatchSolution,
    gates: &Gates,
    certificate: &mut Certificate,
) -> Vec<f64> {
    let mut pull = vec![0.0; problem.branches.len()];
    let mut shadow = vec![0.0; problem.flowgates.len()];
    for &(g, price) in &solution.binding_flowgates {
        shadow[g as usize] = price;
    }
    for (g, (gate, &price)) in problem.flowgates.iter().zip(&shadow).enumerate() {
        let terms = gates.terms(g as u32);
        if terms.is_empty() {
            certificate.dual_usd_per_mwh = certificate.dual_usd_per_mwh.max(price.abs());
            continue;
        }
        let mut flow = 0.0;
        for &(l, weight) in terms {
            flow += weight * solution.flow_mw[l as usize];
            pull[l as usize] += weight * price;
        }
        let (above, below) = (flow - gate.upper_mw, gate.lower_mw - flow);
        let side = if above > below { 1.0 } else { -1.0 };
        certificate.flow(price, gate.ceiling_usd_per_mwh.max(0.0), above.max(below), side);
        let slack = if price > 0.0 { -above } else { -below };
        certificate.slackness(price.abs(), slack.max(0.0));
    }
    pull
}

/// Cost less the value of what the column injects.
fn reduced_costs(problem: &DispatchProblem, solution: &DispatchSolution) -> Vec<f64> {
    let value = |place: &Place| -> f64 {
        let lmp = |bus: u32| solution.lmp_usd_per_mwh[bus as usize];
        match place {
            Place::None => 0.0,
            Place::Bus(bus, coefficient) => coefficient * lmp(*bus),
            Place::Spread(terms) => terms.iter().map(|&(bus, c)| c * lmp(bus)).sum(),
        }
    };
    problem
        .bounds
        .iter()
        .zip(problem.places())
        .map(|(bound, place)| bound.cost_usd_per_mwh - value(place))
        .collect()
}

/// Balance at every bus and the flow law around every loop.
fn check_network(problem: &DispatchProblem, solution: &DispatchSolution, certificate: &mut Certificate) {
    let mut missing = problem.demand_mw.clone();
    for (place, &x) in problem.places().iter().zip(&solution.column_mw) {
        match place {
            Place::None => {}
            Place::Bus(bus, coefficient) => missing[*bus as usize] -= coefficient * x,
            Place::Spread(terms) => terms.iter().for_each(|&(bus, c)| missing[bus as usize] -= c * x),
        }
    }
    let mut incident: Vec<Vec<(u32, f64, u32)>> = vec![Vec::new(); problem.bus_count()];
    for (l, (branch, &flow)) in problem.branches.iter().zip(&solution.flow_mw).enumerate() {
        missing[branch.from as usize] += flow;
        missing[branch.to as usize] -= flow;
        if branch.in_service {
            let drop_rad = flow / branch.susceptance_mw_per_rad + branch.shift_rad;
            incident[branch.from as usize].push((branch.to, -drop_rad, l as u32));
            incident[branch.to as usize].push((branch.from, drop_rad, l as u32));
        } else {
            certificate.flow_law_mw = certificate.flow_law_mw.max(flow.abs());
        }
    }
    certificate.balance_mw = missing.iter().fold(0.0, |worst, m| m.abs().max(worst));
    let mut angle: Vec<Option<f64>> = vec![None; problem.bus_count()];
    let mut stack = Vec::new();
    for bus in 0..problem.bus_count() {
        if angle[bus].is_some() {
            continue;
        }
        angle[bus] = Some(0.0);
        stack.push((bus, 0.0));
        while let Some((from, here)) = stack.pop() {
            for &(to, rise, l) in &incident[from] {
                let there = here + rise;
                if let Some(known) = angle[to as usize] {
                    let b = problem.branches[l as usize].susceptance_mw_per_rad;
                    certificate.flow_law_mw = certificate.flow_law_mw.max((b * (known - there)).abs());
                } else {
                    angle[to as usize] = Some(there);
                    stack.push((to as usize, there));
                }
            }
        }
    }
}

/// Limits, shadow prices, and prices as potentials.
fn check_branches(
    problem: &DispatchProblem,
    solution: &DispatchSolution,
    pull_of_gates: &[f64],
    certificate: &mut Certificate,
) {
    let mut shadow = vec![0.0; problem.branches.len()];
    for &(l, price) in &solution.binding {
        shadow[l as usize] = price;
    }
    let mut derivative = vec![0.0; problem.bus_count()];
    let mut stiffness = vec![0.0_f64; problem.bus_count()];
    for (l, (branch, &flow)) in problem.branches.iter().zip(&solution.flow_mw).enumerate() {
        if !branch.in_service {
            continue;
        }
        let (limit, ceiling) = (branch.limit_mw.max(0.0), branch.ceiling_usd_per_mwh.max(0.0));
        let price = shadow[l];
        let beyond = flow.abs() - limit;
        certificate.flow(price, ceiling, beyond, flow.signum());
        let slack = if price > 0.0 { limit - flow } else { limit + flow };
        certificate.slackness(price.abs(), slack.max(0.0));
        let (from, to) = (branch.from as usize, branch.to as usize);
        let b = branch.susceptance_mw_per_rad;
        let price = price + pull_of_gates[l];
        let pull = b * (price + solution.lmp_usd_per_mwh[from] - solution.lmp_usd_per_mwh[to]);
        derivative[from] += pull;
        derivative[to] -= pull;
        stiffness[from] += b.abs();
        stiffness[to] += b.abs();
    }
    for (derivative, stiffness) in derivative.iter().zip(&stiffness).filter(|(_, s)| **s > 0.0) {
        certificate.potential_usd_per_mwh =
            certificate.potential_usd_per_mwh.max((derivative / stiffness).abs());
    }
}
