//! Flowgates by hand: interfaces, losses of a branch, and when they are idle.

use gridrush_core::dispatch::{
    Basis, Bound, Constraint, DispatchError, DispatchProblem, DispatchSolution, FlowBranch, Flowgate, Place,
    Solver, certify,
};
use gridrush_core::names::Key;

fn line(from: u32, to: u32) -> FlowBranch {
    FlowBranch {
        from,
        to,
        susceptance_mw_per_rad: 1000.0,
        shift_rad: 0.0,
        limit_mw: f64::INFINITY,
        ceiling_usd_per_mwh: f64::INFINITY,
        in_service: true,
    }
}

fn gate(terms: &[(u32, f64)], outage: Option<u32>, (lower_mw, upper_mw): (f64, f64)) -> Flowgate {
    Flowgate {
        key: Key::of("gate"),
        terms: terms.to_vec(),
        outage,
        lower_mw,
        upper_mw,
        ceiling_usd_per_mwh: 4000.0,
        in_force: true,
    }
}

/// 20 $/MWh at bus 0, 50 at bus 1, 150 MW of load at bus 1; so many equal lines between them.
fn two_buses(lines: usize) -> DispatchProblem {
    let mut problem = DispatchProblem::new(2, vec![line(0, 1); lines]);
    let unit = |cost_usd_per_mwh| Bound { lower_mw: 0.0, upper_mw: 400.0, cost_usd_per_mwh };
    problem.add_column(Key::of("cheap"), Place::Bus(0, 1.0), unit(20.0));
    problem.add_column(Key::of("dear"), Place::Bus(1, 1.0), unit(50.0));
    problem.demand_mw[1] = 150.0;
    problem
}

fn close(got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len());
    for (g, w) in got.iter().zip(want) {
        assert!((g - w).abs() < 1e-7, "{got:?} is not {want:?}");
    }
}

fn solve(problem: &DispatchProblem, solver: &mut Solver) -> DispatchSolution {
    let mut solution = DispatchSolution::default();
    solver.solve(problem, &mut solution).unwrap();
    certify(problem, &solution).assert_optimal();
    solution
}

#[test]
fn two_lines_must_carry_what_three_carry() {
    // After the loss of line 1 each of the other two carries half of the exchange: 60 MW allow 120. One
    // more MW of limit exchanges two more MW at 50 - 20.
    let mut problem = two_buses(3);
    problem.flowgates.push(gate(&[(0, 1.0)], Some(1), (-60.0, 60.0)));
    let mut solver = Solver::new(&problem).unwrap();
    let solution = solve(&problem, &mut solver);
    close(&solution.column_mw, &[120.0, 30.0]);
    close(&solution.flow_mw, &[40.0; 3]);
    close(&solution.lmp_usd_per_mwh, &[20.0, 50.0]);
    assert_eq!(solution.binding_flowgates.len(), 1);
    close(&[solution.binding_flowgates[0].1], &[60.0]);
    assert!(solution.binding.is_empty());
    close(&[solver.flowgate_flow_mw(0).unwrap()], &[60.0]);

    // A ceiling of 40 $/MW is less than the 60: the flowgate is overloaded by 15 MW at half the exchange.
    problem.flowgates[0].ceiling_usd_per_mwh = 40.0;
    let solution = solve(&problem, &mut solver);
    close(&solution.column_mw, &[150.0, 0.0]);
    close(&[solution.flowgate_overload_mw[0].1, solution.binding_flowgates[0].1], &[15.0, 40.0]);
    close(&solution.lmp_usd_per_mwh, &[20.0, 40.0]);
    close(&[solution.objective_usd_per_h], &[150.0 * 20.0 + 15.0 * 40.0]);
}

#[test]
fn outages_make_flowgates_sharper_or_idle() {
    let mut problem = two_buses(3);
    problem.flowgates.push(gate(&[(0, 1.0)], Some(1), (-60.0, 60.0)));
    let mut solver = Solver::new(&problem).unwrap();
    solve(&problem, &mut solver);
    // With line 2 out, the loss of line 1 leaves all to line 0.
    problem.branches[2].in_service = false;
    problem.touch_topology();
    let solution = solve(&problem, &mut solver);
    close(&solution.column_mw, &[60.0, 90.0]);
    close(&[solution.binding_flowgates[0].1], &[30.0]);
    // With line 0 out there is nothing to watch, with line 1 out nothing to lose.
    for out in [0, 1] {
        problem.branches.iter_mut().enumerate().for_each(|(l, b)| b.in_service = l != out);
        problem.touch_topology();
        let solution = solve(&problem, &mut solver);
        close(&solution.column_mw, &[150.0, 0.0]);
        assert_eq!(solver.flowgate_flow_mw(0), None);
    }
    // Line 1 alone holds the island together once 0 and 2 are gone; a flowgate for its own loss is idle too.
    problem.flowgates.push(gate(&[(1, 1.0)], Some(1), (-1.0, 1.0)));
    problem.branches.iter_mut().enumerate().for_each(|(l, b)| b.in_service = l == 1);
    problem.touch_topology();
    let solution = solve(&problem, &mut solver);
    close(&solution.column_mw, &[150.0, 0.0]);
    assert_eq!(solver.flowgate_flow_mw(1), None);
    // Back, but not in force.
    problem.branches.iter_mut().for_each(|branch| branch.in_service = true);
    problem.flowgates[0].in_force = false;
    problem.touch_topology();
    close(&solve(&problem, &mut solver).column_mw, &[150.0, 0.0]);
    problem.flowgates[0].in_force = true;
    problem.touch_topology();
    close(&solve(&problem, &mut solver).column_mw, &[120.0, 30.0]);
}

#[test]
fn an_interface_has_two_limits_and_they_change_by_the_hour() {
    let mut problem = two_buses(2);
    let mut solver = Solver::new(&problem).unwrap();
    solve(&problem, &mut solver);
    // Appended between hours, written against the direction of the lines.
    problem.flowgates.push(gate(&[(0, -1.0), (1, -1.0)], None, (-100.0, 20.0)));
    let solution = solve(&problem, &mut solver);
    close(&solution.column_mw, &[100.0, 50.0]);
    close(&[solution.binding_flowgates[0].1], &[-30.0]);
    problem.flowgates[0].lower_mw = -70.0;
    close(&solve(&problem, &mut solver).column_mw, &[70.0, 80.0]);
    // The cheap unit is gone: nothing binds until the dear one should send more than 20 MW back.
    problem.bounds[0].upper_mw = 0.0;
    assert!(solve(&problem, &mut solver).binding_flowgates.is_empty());
    problem.demand_mw[0] = 35.0;
    problem.add_column(
        Key::of("shed"),
        Place::Bus(0, 1.0),
        Bound { lower_mw: 0.0, upper_mw: 35.0, cost_usd_per_mwh: 900.0 },
    );
    let solution = solve(&problem, &mut solver);
    close(&solution.column_mw, &[0.0, 170.0, 15.0]);
    close(&[solution.binding_flowgates[0].1], &[850.0]);
    // A flow that must be at least 30 MW from bus 0 to bus 1.
    problem.flowgates[0].upper_mw = -30.0;
    problem.bounds[0].upper_mw = 400.0;
    problem.bounds[0].cost_usd_per_mwh = 80.0;
    let solution = solve(&problem, &mut solver);
    close(&solution.column_mw, &[65.0, 120.0, 0.0]);
    close(&solution.lmp_usd_per_mwh, &[80.0, 50.0]);
}

#[test]
fn what_makes_no_flowgate_is_a_typed_error() {
    let good = two_buses(2);
    let with = |flowgate: Flowgate| {
        let mut problem = good.clone();
        problem.flowgates.push(flowgate);
        Solver::new(&good).unwrap().solve(&problem, &mut DispatchSolution::default())
    };
    let fault = Err(DispatchError::Flowgate { flowgate: 0 });
    assert_eq!(with(gate(&[(7, 1.0)], None, (0.0, 1.0))), fault);
    assert_eq!(with(gate(&[(0, f64::NAN)], None, (0.0, 1.0))), fault);
    assert_eq!(with(gate(&[(0, 1.0)], Some(2), (0.0, 1.0))), fault);
    assert_eq!(with(gate(&[(0, 1.0)], None, (2.0, 1.0))), fault);
    assert_eq!(with(gate(&[(0, 1.0)], None, (f64::NAN, 1.0))), fault);
    let mut problem = good.clone();
    problem.flowgates.push(gate(&[(0, 1.0)], None, (-30.0, 30.0)));
    let mut solver = Solver::new(&problem).unwrap();
    solve(&problem, &mut solver);
    let foreign = Basis { overloaded: vec![(Constraint::Flowgate(1), true)], ..Basis::default() };
    assert_eq!(solver.set_basis(&foreign), Err(DispatchError::ForeignBasis));
    assert_eq!(solver.solve(&good, &mut DispatchSolution::default()), Err(DispatchError::Shrunk));
}
