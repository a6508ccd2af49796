//! Cases small enough to solve on paper.

use gridrush_core::dispatch::{
    Basis, Bound, ColumnId, Constraint, CopperPlate, DispatchError, DispatchProblem, DispatchSolution,
    FlowBranch, LinearRow, Place, Solver, certify,
};
use gridrush_core::names::Key;

fn bound(lower_mw: f64, upper_mw: f64, cost_usd_per_mwh: f64) -> Bound {
    Bound { lower_mw, upper_mw, cost_usd_per_mwh }
}

fn line(from: u32, to: u32, limit_mw: f64, ceiling_usd_per_mwh: f64) -> FlowBranch {
    FlowBranch {
        from,
        to,
        susceptance_mw_per_rad: 1000.0,
        shift_rad: 0.0,
        limit_mw,
        ceiling_usd_per_mwh,
        in_service: true,
    }
}

fn solve(problem: &DispatchProblem) -> DispatchSolution {
    let mut solution = DispatchSolution::default();
    Solver::new(problem).unwrap().solve(problem, &mut solution).unwrap();
    certify(problem, &solution).assert_optimal();
    solution
}

fn close(got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len());
    for (g, w) in got.iter().zip(want) {
        assert!((g - w).abs() < 1e-7, "{got:?} is not {want:?}");
    }
}

/// Three buses in a triangle of equal lines; 20 $/MWh at bus 0, 50 at bus 1, 300 MW of load at bus 2, shed
/// at 5,000. A MW from bus 0 to bus 2 takes the line 0-2 by two thirds, from bus 1 by one third.
fn triangle(limit_mw: f64, ceiling_usd_per_mwh: f64) -> DispatchProblem {
    let lines = vec![
        line(0, 1, f64::INFINITY, f64::INFINITY),
        line(1, 2, f64::INFINITY, f64::INFINITY),
        line(0, 2, limit_mw, ceiling_usd_per_mwh),
    ];
    let mut problem = DispatchProblem::new(3, lines);
    problem.add_column(Key::of("cheap"), Place::Bus(0, 1.0), bound(0.0, 400.0, 20.0));
    problem.add_column(Key::of("dear"), Place::Bus(1, 1.0), bound(0.0, 400.0, 50.0));
    problem.add_column(Key::of("shed"), Place::Bus(2, 1.0), bound(0.0, 300.0, 5000.0));
    problem.demand_mw[2] = 300.0;
    problem
}

#[test]
fn without_congestion_one_price() {
    let solution = solve(&triangle(250.0, f64::INFINITY));
    close(&solution.column_mw, &[300.0, 0.0, 0.0]);
    close(&solution.lmp_usd_per_mwh, &[20.0; 3]);
    close(&solution.flow_mw, &[100.0, 100.0, 200.0]);
    assert!(solution.binding.is_empty());
    close(&[solution.objective_usd_per_h], &[6000.0]);
}

#[test]
fn with_congestion_the_load_pays_more_than_any_unit() {
    // 2/3 g0 + 1/3 g1 = 160 and g0 + g1 = 300: g0 = 180, g1 = 120. One more MW at bus 2 takes two from
    // bus 1 and one less from bus 0: 2 x 50 - 20 = 80. One more MW of limit moves 3 MW: 3 x 30 = 90.
    let solution = solve(&triangle(160.0, f64::INFINITY));
    close(&solution.column_mw, &[180.0, 120.0, 0.0]);
    close(&solution.lmp_usd_per_mwh, &[20.0, 50.0, 80.0]);
    close(&solution.flow_mw, &[20.0, 140.0, 160.0]);
    assert_eq!(solution.binding.len(), 1);
    close(&[solution.binding[0].1], &[90.0]);
    close(&[solution.objective_usd_per_h], &[180.0 * 20.0 + 120.0 * 50.0]);
}

#[test]
fn a_ceiling_below_the_shadow_price_lets_the_line_overload() {
    // At 60 $/MW the overload of 40 MW is cheaper than redispatch at 90.
    let solution = solve(&triangle(160.0, 60.0));
    close(&solution.column_mw, &[300.0, 0.0, 0.0]);
    // The price at bus 2 carries 2/3 x 60.
    close(&solution.lmp_usd_per_mwh, &[20.0, 40.0, 60.0]);
    assert_eq!(solution.overload_mw.len(), 1);
    close(&[solution.overload_mw[0].1, solution.binding[0].1], &[40.0, 60.0]);
    close(&[solution.objective_usd_per_h], &[6000.0 + 40.0 * 60.0]);
}

#[test]
fn a_reversed_flow_has_a_negative_shadow_price() {
    let mut problem = triangle(160.0, f64::INFINITY);
    problem.branches[2] = line(2, 0, 160.0, f64::INFINITY);
    let solution = solve(&problem);
    close(&solution.lmp_usd_per_mwh, &[20.0, 50.0, 80.0]);
    close(&[solution.flow_mw[2], solution.binding[0].1], &[-160.0, -90.0]);
}

#[test]
fn an_elastic_load_stops_at_its_bid() {
    // The load bids 70: below the 80 that redispatch would cost, so it takes what the line lets through
    // from the cheap unit: 240 MW at two thirds.
    let mut problem = triangle(160.0, f64::INFINITY);
    problem.demand_mw[2] = 0.0;
    let load = problem.add_column(Key::of("mine"), Place::Bus(2, -1.0), bound(0.0, 300.0, -70.0));
    let solution = solve(&problem);
    close(&[solution.column_mw[load.0 as usize]], &[240.0]);
    close(&solution.lmp_usd_per_mwh, &[20.0, 45.0, 70.0]);
}

#[test]
fn a_reserve_row_lifts_the_energy_price() {
    // Two units of 100 MW at 20 and 30 $/MWh, 150 MW of load. Reserve: headroom >= 60 MW, of which the
    // demand curve gives up 20 MW at 5 and the rest at 500 $/MW. Headroom is 50, so 10 MW are short at 5
    // $/MW, and one more MW of load costs 30 + 5.
    let mut problem = DispatchProblem::new(1, Vec::new());
    let cheap = problem.add_column(Key::of("a"), Place::Bus(0, 1.0), bound(0.0, 100.0, 20.0));
    let dear = problem.add_column(Key::of("b"), Place::Bus(0, 1.0), bound(0.0, 100.0, 30.0));
    let tight = problem.add_column(Key::of("r1"), Place::None, bound(0.0, 20.0, 5.0));
    let scarce = problem.add_column(Key::of("r2"), Place::None, bound(0.0, 40.0, 500.0));
    problem.add_row(LinearRow {
        key: Key::of("reserve"),
        terms: vec![(cheap, -1.0), (dear, -1.0), (tight, 1.0), (scarce, 1.0)],
        lower: 60.0 - 200.0,
        upper: f64::INFINITY,
    });
    problem.demand_mw[0] = 150.0;
    let solution = solve(&problem);
    close(&solution.column_mw, &[100.0, 50.0, 10.0, 0.0]);
    close(&solution.lmp_usd_per_mwh, &[35.0]);
    close(&solution.row_dual, &[5.0]);
}

#[test]
fn a_spread_column_sheds_the_zone_evenly() {
    let lines = vec![line(0, 1, f64::INFINITY, f64::INFINITY), line(1, 2, f64::INFINITY, f64::INFINITY)];
    let mut problem = DispatchProblem::new(3, lines);
    problem.add_column(Key::of("unit"), Place::Bus(0, 1.0), bound(0.0, 80.0, 20.0));
    let shares = vec![(0, 0.2), (1, 0.3), (2, 0.5)];
    problem.add_column(Key::of("shed"), Place::Spread(shares), bound(0.0, 100.0, 5000.0));
    problem.demand_mw = vec![20.0, 30.0, 50.0];
    let solution = solve(&problem);
    close(&solution.column_mw, &[80.0, 20.0]);
    close(&solution.lmp_usd_per_mwh, &[5000.0; 3]);
    close(&solution.flow_mw, &[64.0, 40.0]);
}

#[test]
fn two_islands_have_two_prices() {
    let mut problem = DispatchProblem::new(4, vec![line(0, 1, 1e3, 1e4), line(2, 3, 1e3, 1e4)]);
    problem.add_column(Key::of("west"), Place::Bus(0, 1.0), bound(0.0, 100.0, 15.0));
    problem.add_column(Key::of("east"), Place::Bus(2, 1.0), bound(0.0, 100.0, 45.0));
    problem.demand_mw = vec![0.0, 40.0, 0.0, 60.0];
    let solution = solve(&problem);
    close(&solution.lmp_usd_per_mwh, &[15.0, 15.0, 45.0, 45.0]);
    // A link of 25 MW that loses 4 % runs full from the cheap island: the far end's 45 x 0.96 exceeds 15.
    let link = Place::Spread(vec![(1, -1.0), (3, 0.96)]);
    problem.add_column(Key::of("link"), link, bound(-25.0, 25.0, 0.0));
    let solution = solve(&problem);
    close(&solution.column_mw, &[65.0, 36.0, 25.0]);
}

#[test]
fn zero_limit_and_negative_price() {
    // Wind at -20 behind a closed line must be spilled at the offer floor's side: it stays at its lower
    // bound of 10 MW and pays the spill column at -250.
    let mut problem = DispatchProblem::new(2, vec![line(0, 1, 0.0, f64::INFINITY)]);
    problem.add_column(Key::of("wind"), Place::Bus(0, 1.0), bound(10.0, 50.0, -20.0));
    problem.add_column(Key::of("spill"), Place::Bus(0, -1.0), bound(0.0, 100.0, 250.0));
    problem.add_column(Key::of("gas"), Place::Bus(1, 1.0), bound(0.0, 50.0, 30.0));
    problem.demand_mw[1] = 25.0;
    let solution = solve(&problem);
    close(&solution.column_mw, &[10.0, 10.0, 25.0]);
    close(&solution.lmp_usd_per_mwh, &[-250.0, 30.0]);
}

#[test]
fn the_copper_plate_ignores_the_line() {
    let problem = triangle(160.0, f64::INFINITY);
    let mut plate = CopperPlate::new(&problem).unwrap();
    let mut solution = DispatchSolution::default();
    plate.solve(&problem, &mut solution).unwrap();
    close(&solution.column_mw, &[300.0, 0.0, 0.0]);
    close(&solution.lmp_usd_per_mwh, &[20.0; 3]);
}

#[test]
fn what_cannot_be_met_is_an_error_and_the_solver_goes_on() {
    let mut problem = triangle(160.0, f64::INFINITY);
    problem.bounds[2].upper_mw = 0.0;
    let mut solver = Solver::new(&problem).unwrap();
    let mut solution = DispatchSolution::default();
    problem.demand_mw[2] = 900.0;
    let error = solver.solve(&problem, &mut solution).unwrap_err();
    assert_eq!(error, DispatchError::Infeasible { constraint: Constraint::Island(0), by_mw: 100.0 });
    // Units suffice now, the hard limit does not: at most 160 x 3/2 + ... through both lines.
    problem.demand_mw[2] = 500.0;
    problem.branches[1].limit_mw = 200.0;
    let error = solver.solve(&problem, &mut solution).unwrap_err();
    assert!(matches!(error, DispatchError::Infeasible { .. }), "{error}");
    problem.demand_mw[2] = 300.0;
    solver.solve(&problem, &mut solution).unwrap();
    close(&solution.lmp_usd_per_mwh, &[20.0, 50.0, 80.0]);
}

#[test]
fn an_island_without_columns_must_be_empty() {
    let mut problem = triangle(160.0, f64::INFINITY);
    problem.demand_mw.clear();
    let mut problem = DispatchProblem::new(4, problem.branches);
    problem.add_column(Key::of("unit"), Place::Bus(0, 1.0), bound(0.0, 10.0, 1.0));
    solve(&problem);
    problem.demand_mw[3] = 2.0;
    let mut solver = Solver::new(&problem).unwrap();
    let error = solver.solve(&problem, &mut DispatchSolution::default()).unwrap_err();
    assert_eq!(error, DispatchError::Infeasible { constraint: Constraint::Island(1), by_mw: 2.0 });
}

#[test]
fn bad_numbers_are_typed_errors() {
    let good = triangle(160.0, f64::INFINITY);
    let mut solver = Solver::new(&good).unwrap();
    let mut solution = DispatchSolution::default();

    let mut problem = good.clone();
    problem.bounds[1].lower_mw = 500.0;
    let error = solver.solve(&problem, &mut solution).unwrap_err();
    assert_eq!(error, DispatchError::Bound { column: ColumnId(1), bound: problem.bounds[1] });

    let mut problem = good.clone();
    problem.demand_mw[1] = f64::NAN;
    let error = solver.solve(&problem, &mut solution).unwrap_err();
    assert!(matches!(error, DispatchError::Demand { bus: 1, .. }));

    let mut problem = good.clone();
    problem.add_column(Key::of("far"), Place::Bus(7, 1.0), bound(0.0, 1.0, 1.0));
    let error = solver.solve(&problem, &mut solution).unwrap_err();
    assert!(matches!(error, DispatchError::Place { column: ColumnId(3), bus: 7, .. }));

    let mut problem = good.clone();
    let terms = vec![(ColumnId(9), 1.0)];
    problem.add_row(LinearRow { key: Key::of("row"), terms, lower: 0.0, upper: 1.0 });
    assert!(matches!(solver.solve(&problem, &mut solution), Err(DispatchError::Row { .. })));

    assert_eq!(
        solver.set_basis(&Basis { columns: vec![8], ..Basis::default() }),
        Err(DispatchError::ForeignBasis)
    );
    solver.solve(&good, &mut solution).unwrap();
    close(&solution.lmp_usd_per_mwh, &[20.0, 50.0, 80.0]);
}

#[test]
fn appended_columns_and_rows_and_outages_continue_warm() {
    let mut problem = triangle(160.0, 6000.0);
    let mut solver = Solver::new(&problem).unwrap();
    let mut solution = DispatchSolution::default();
    solver.solve(&problem, &mut solution).unwrap();
    // A cheap unit at the load relieves the line.
    let local = problem.add_column(Key::of("local"), Place::Bus(2, 1.0), bound(0.0, 60.0, 5.0));
    solver.solve(&problem, &mut solution).unwrap();
    close(&solution.column_mw, &[240.0, 0.0, 0.0, 60.0]);
    let row = LinearRow { key: Key::of("cap"), terms: vec![(local, 1.0)], lower: 0.0, upper: 30.0 };
    problem.add_row(row);
    solver.solve(&problem, &mut solution).unwrap();
    close(&solution.column_mw, &[210.0, 60.0, 0.0, 30.0]);
    close(&solution.row_dual, &[5.0 - 80.0]);
    // Without the line 1-2 only the limited one reaches the load.
    problem.branches[1].in_service = false;
    problem.touch_topology();
    solver.solve(&problem, &mut solution).unwrap();
    close(&solution.flow_mw, &[0.0, 0.0, 160.0]);
    close(&solution.column_mw, &[160.0, 0.0, 110.0, 30.0]);
    // Without the other one too, bus 2 is alone.
    problem.branches[2].in_service = false;
    problem.touch_topology();
    solver.solve(&problem, &mut solution).unwrap();
    close(&solution.column_mw, &[0.0, 0.0, 270.0, 30.0]);
    close(&solution.lmp_usd_per_mwh, &[20.0, 20.0, 5000.0]);
    problem.branches[1].in_service = true;
    problem.branches[2].in_service = true;
    problem.touch_topology();
    solver.solve(&problem, &mut solution).unwrap();
    close(&solution.column_mw, &[210.0, 60.0, 0.0, 30.0]);
}
