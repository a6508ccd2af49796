//! Whether a market has one set of prices only.

use gridrush_core::dispatch::{Constraint, DispatchProblem, DispatchSolution, Islands, Solver};

/// An interior-point price is off by about the gap over the slack, so prices are only compared when
/// nothing is closer to its bound than this.
const MARGIN_MW: f64 = 0.1;

/// Whether every basic column and every slack constraint is away from its bounds, so that prices are
/// unique.
pub fn prices_are_unique(problem: &DispatchProblem, solver: &Solver, solution: &DispatchSolution) -> bool {
    let basis = solver.basis();
    let inside = |value: f64, lower: f64, upper: f64| value > lower + MARGIN_MW && value < upper - MARGIN_MW;
    let columns = basis.columns.iter().all(|&j| {
        let bound = problem.bounds[j as usize];
        inside(solution.column_mw[j as usize], bound.lower_mw, bound.upper_mw)
    });
    let branches = solution.flow_mw.iter().zip(&problem.branches).enumerate().all(|(l, (flow, branch))| {
        let listed = solution.binding.iter().any(|&(binding, _)| binding as usize == l);
        let over = solution.overload_mw.iter().any(|&(o, by_mw)| o as usize == l && by_mw > MARGIN_MW);
        let kernel = basis.binding.iter().any(|b| b.constraint == Constraint::Branch(l as u32));
        !branch.in_service || over || kernel || (!listed && inside(flow.abs(), -1.0, branch.limit_mw))
    });
    let gates = problem.flowgates.iter().enumerate().all(|(g, gate)| {
        let constraint = Constraint::Flowgate(g as u32);
        let taken = basis.binding.iter().any(|b| b.constraint == constraint);
        let over =
            solution.flowgate_overload_mw.iter().any(|&(o, by_mw)| o as usize == g && by_mw > MARGIN_MW);
        let listed = solution.binding_flowgates.iter().any(|&(binding, _)| binding as usize == g);
        let slack = solver.flowgate_flow_mw(g as u32);
        over || taken || slack.is_none_or(|flow| !listed && inside(flow, gate.lower_mw, gate.upper_mw))
    });
    let rows = problem.rows.iter().enumerate().all(|(r, row)| {
        let activity: f64 = row.terms.iter().map(|&(j, c)| c * solution.column_mw[j.0 as usize]).sum();
        let binds = basis.binding.iter().any(|b| b.constraint == Constraint::Row(r as u32));
        binds || inside(activity, row.lower, row.upper)
    });
    let islands = Islands::of(problem.bus_count(), &problem.branches).count();
    let balanced = basis.binding.iter().filter(|b| matches!(b.constraint, Constraint::Island(_))).count();
    columns && branches && gates && rows && balanced == islands
}
