//! Marginal values of anything that columns carry, by hand and against differences.

use gridrush_core::dispatch::{Bound, DispatchProblem, DispatchSolution, FlowBranch, Place, Solver};
use gridrush_core::names::Key;

use crate::generate;

fn solved(problem: &DispatchProblem) -> (Solver, DispatchSolution) {
    let mut solver = Solver::new(problem).unwrap();
    let mut solution = DispatchSolution::default();
    solver.solve(problem, &mut solution).unwrap();
    (solver, solution)
}

fn marginal(problem: &DispatchProblem, values: &[f64]) -> Vec<f64> {
    let mut by_bus = Vec::new();
    solved(problem).0.marginal_of(values, &mut by_bus);
    by_bus
}

fn close(got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len());
    for (g, w) in got.iter().zip(want) {
        assert!((g - w).abs() < 1e-9, "{got:?} is not {want:?}");
    }
}

/// Equal lines in a triangle, coal (1.0 t/MWh, 20 $/MWh) at bus 0, gas (0.4 t/MWh, 50 $/MWh) at bus 1, 300 MW
/// at bus 2, of which `elastic_mw` bid 75 $/MWh.
fn triangle(limit_mw: f64, ceiling_usd_per_mwh: f64, elastic_mw: f64) -> DispatchProblem {
    let line = |from: u32, to: u32, limit_mw: f64| FlowBranch {
        from,
        to,
        susceptance_mw_per_rad: 1000.0,
        shift_rad: 0.0,
        limit_mw,
        ceiling_usd_per_mwh,
        in_service: true,
    };
    let lines = vec![line(0, 1, f64::INFINITY), line(1, 2, f64::INFINITY), line(0, 2, limit_mw)];
    let mut problem = DispatchProblem::new(3, lines);
    let bound = |upper_mw, cost_usd_per_mwh| Bound { lower_mw: 0.0, upper_mw, cost_usd_per_mwh };
    problem.add_column(Key::of("coal"), Place::Bus(0, 1.0), bound(400.0, 20.0));
    problem.add_column(Key::of("gas"), Place::Bus(1, 1.0), bound(400.0, 50.0));
    problem.add_column(Key::of("mine"), Place::Bus(2, -1.0), bound(elastic_mw, -75.0));
    problem.demand_mw[2] = 300.0 - elastic_mw;
    problem
}

const TRIANGLE: [f64; 3] = [1.0, 0.4, 0.0];

#[test]
fn two_units_and_a_full_line_by_hand() {
    close(&marginal(&triangle(250.0, 4000.0, 0.0), &TRIANGLE), &[1.0; 3]);
    // Another MW at bus 2 takes two from gas and one back from coal: 2 x 0.4 - 1 = -0.2, at 2 x 50 - 20 = 80.
    close(&marginal(&triangle(160.0, 4000.0, 0.0), &TRIANGLE), &[1.0, 0.4, -0.2]);
    // 90 $/MW are more than the ceiling: the line overloads, coal answers, and the ceiling emits nothing.
    close(&marginal(&triangle(160.0, 60.0, 0.0), &TRIANGLE), &[1.0; 3]);
    // A mine that stops at 75 gives way at its own bus, and nothing burns. Bus 1 then pays 47.5, too little for
    // gas: another MW there takes half from coal and half from the mine, which leaves the line as full.
    let problem = triangle(160.0, 4000.0, 150.0);
    let (_, solution) = solved(&problem);
    let drawn_mw = solution.column_mw[2];
    assert!(drawn_mw > 1.0 && drawn_mw < 149.0, "{drawn_mw}");
    close(&marginal(&problem, &TRIANGLE), &[1.0, 0.5, 0.0]);
}

#[test]
fn costs_as_values_are_prices() {
    let mut market = generate::market(73, 1.2);
    let mut compared = 0;
    for hour in (0..8760).step_by(401) {
        market.set_hour(hour);
        let (solver, solution) = solved(&market.problem);
        if !(solution.overload_mw.is_empty() && solution.flowgate_overload_mw.is_empty()) {
            continue;
        }
        let costs: Vec<f64> = market.problem.bounds.iter().map(|bound| bound.cost_usd_per_mwh).collect();
        let mut by_bus = Vec::new();
        solver.marginal_of(&costs, &mut by_bus);
        for (got, want) in by_bus.iter().zip(&solution.lmp_usd_per_mwh) {
            assert!((got - want).abs() < 1e-9 * (1.0 + want.abs()), "hour {hour}: {got} is not {want}");
        }
        compared += 1;
    }
    assert!(compared > 10, "{compared} hours without overloads");
}

/// Another MW for real, bus by bus, in hours with binding branches, flowgates and reserve.
#[test]
fn values_are_those_of_a_little_more_demand() {
    const MORE_MW: f64 = 1e-3;
    let mut market = generate::market(73, 0.7);
    market.secure(20);
    let (mut compared, mut congested, mut away_from_zero) = (0, 0, 0);
    for hour in (0..8760).step_by(877) {
        market.set_hour(hour);
        let columns = market.problem.bounds.len();
        let values: Vec<f64> = (0..columns).map(|j| ((j * 7919) % 101) as f64 / 100.0).collect();
        let (solver, before) = solved(&market.problem);
        let (basis, mut by_bus) = (solver.basis(), Vec::new());
        solver.marginal_of(&values, &mut by_bus);
        congested += usize::from(before.binding.len() > 1);
        for (bus, got) in by_bus.iter().enumerate() {
            let mut more = market.problem.clone();
            more.demand_mw[bus] += MORE_MW;
            let mut again = solver.clone();
            let mut after = DispatchSolution::default();
            again.solve(&more, &mut after).unwrap();
            if again.basis() != basis {
                continue;
            }
            let pairs = values.iter().zip(after.column_mw.iter().zip(&before.column_mw));
            let change: f64 = pairs.map(|(value, (a, b))| value * (a - b)).sum();
            let want = change / MORE_MW;
            assert!((got - want).abs() < 1e-4, "hour {hour}, bus {bus}: {got} is not {want}");
            compared += 1;
            away_from_zero += usize::from(want.abs() > 0.05);
        }
    }
    assert!(compared > 650 && congested > 5, "{compared} buses, {congested} congested hours");
    assert!(away_from_zero > 400, "{away_from_zero}");
}
