//! Prices where load ends exactly at a step: those of one more MW, from any start.

use gridrush_core::dispatch::{Bound, DispatchProblem, DispatchSolution, FlowBranch, Place, Solver, certify};
use gridrush_core::names::Key;

fn bound(lower_mw: f64, upper_mw: f64, cost_usd_per_mwh: f64) -> Bound {
    Bound { lower_mw, upper_mw, cost_usd_per_mwh }
}

/// Units of 50 MW at 20 $/MWh and 30 MW at 35 at one bus.
fn merit_order() -> DispatchProblem {
    let mut problem = DispatchProblem::new(1, Vec::new());
    problem.add_column(Key::of("cheap"), Place::Bus(0, 1.0), bound(0.0, 50.0, 20.0));
    problem.add_column(Key::of("dear"), Place::Bus(0, 1.0), bound(0.0, 30.0, 35.0));
    problem
}

/// The price at a demand, reached from a cold start and from both sides.
fn price(problem: &mut DispatchProblem, demand_mw: f64) -> f64 {
    let mut prices = Vec::new();
    for before in [None, Some(demand_mw - 7.0), Some(demand_mw + 7.0), Some(demand_mw)] {
        let mut solver = Solver::new(problem).unwrap();
        let mut solution = DispatchSolution::default();
        if let Some(before) = before {
            problem.demand_mw[0] = before;
            // Some of these have no solution; the solver goes on from where it is.
            let _ = solver.solve(problem, &mut solution);
        }
        problem.demand_mw[0] = demand_mw;
        solver.solve(problem, &mut solution).unwrap();
        certify(problem, &solution).assert_optimal();
        prices.push(solution.lmp_usd_per_mwh[0]);
    }
    assert!(prices.iter().all(|p| p == &prices[0]), "{prices:?}");
    prices[0]
}

#[test]
fn load_at_a_step_pays_the_next_block() {
    let mut problem = merit_order();
    assert_eq!(price(&mut problem, 49.0), 20.0);
    assert_eq!(price(&mut problem, 50.0), 35.0);
    assert_eq!(price(&mut problem, 0.0), 20.0);
    // Nothing follows the last block: the price of one MW less.
    assert_eq!(price(&mut problem, 80.0), 35.0);
    problem.add_column(Key::of("shed"), Place::Bus(0, 1.0), bound(0.0, 80.0, 5000.0));
    assert_eq!(price(&mut problem, 80.0), 5000.0);
    // A load that takes all it wants: one more MW comes from it, at its bid.
    problem.add_column(Key::of("mine"), Place::Bus(0, -1.0), bound(0.0, 20.0, -70.0));
    assert_eq!(price(&mut problem, 60.0), 70.0);
    assert_eq!(price(&mut problem, 30.0), 35.0);
}

#[test]
fn must_run_and_nothing_at_all() {
    // 10 MW must run and 10 MW are wanted: one more MW comes from the unit.
    let mut problem = DispatchProblem::new(1, Vec::new());
    problem.add_column(Key::of("unit"), Place::Bus(0, 1.0), bound(10.0, 50.0, 20.0));
    problem.add_column(Key::of("spill"), Place::Bus(0, -1.0), bound(0.0, 10.0, 250.0));
    assert_eq!(price(&mut problem, 10.0), 20.0);
    assert_eq!(price(&mut problem, 9.0), -250.0);
    // Only less is possible.
    problem.bounds[0].upper_mw = 10.0;
    assert_eq!(price(&mut problem, 10.0), -250.0);
    // Neither more nor less.
    problem.bounds[1].upper_mw = 0.0;
    assert_eq!(price(&mut problem, 10.0), 0.0);
}

#[test]
fn a_line_that_is_just_full_binds() {
    // Three equal lines, 20 $/MWh at bus 0, 50 at bus 1, 300 MW at bus 2: 200 MW on the line 0-2, which is its
    // limit. One more MW at bus 2 takes two from bus 1 and one less from bus 0.
    let line = |from, to, limit_mw| FlowBranch {
        from,
        to,
        susceptance_mw_per_rad: 1000.0,
        shift_rad: 0.0,
        limit_mw,
        ceiling_usd_per_mwh: 4000.0,
        in_service: true,
    };
    let lines = vec![line(0, 1, 1e4), line(1, 2, 1e4), line(0, 2, 200.0)];
    let mut problem = DispatchProblem::new(3, lines);
    problem.add_column(Key::of("cheap"), Place::Bus(0, 1.0), bound(0.0, 400.0, 20.0));
    problem.add_column(Key::of("dear"), Place::Bus(1, 1.0), bound(0.0, 400.0, 50.0));
    let mut solution = DispatchSolution::default();
    for before in [250.0, 350.0, 300.0] {
        let mut solver = Solver::new(&problem).unwrap();
        problem.demand_mw[2] = before;
        solver.solve(&problem, &mut solution).unwrap();
        problem.demand_mw[2] = 300.0;
        solver.solve(&problem, &mut solution).unwrap();
        for (got, want) in solution.lmp_usd_per_mwh.iter().zip([20.0, 50.0, 80.0]) {
            assert!((got - want).abs() < 1e-9, "from {before}: {:?}", solution.lmp_usd_per_mwh);
        }
        assert!((solution.column_mw[0] - 300.0).abs() < 1e-9);
    }
    // A ceiling of 30 $/MW is worth less than redispatch: the next MW overloads the line instead.
    problem.branches[2].ceiling_usd_per_mwh = 30.0;
    let mut solver = Solver::new(&problem).unwrap();
    solver.solve(&problem, &mut solution).unwrap();
    for (got, want) in solution.lmp_usd_per_mwh.iter().zip([20.0, 30.0, 40.0]) {
        assert!((got - want).abs() < 1e-9, "{:?}", solution.lmp_usd_per_mwh);
    }
    assert!(solution.overload_mw.iter().all(|over| over.1 < 1e-9));
}
