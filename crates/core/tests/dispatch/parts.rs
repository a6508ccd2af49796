//! Prices taken apart: the parts add up and know no reference bus.

use gridrush_core::dispatch::{
    Bound, Constraint, DispatchProblem, DispatchSolution, FlowBranch, Place, PriceParts, Solver,
};
use gridrush_core::names::Key;

use crate::generate;

fn parts(problem: &DispatchProblem) -> (Solver, DispatchSolution, PriceParts) {
    let mut solver = Solver::new(problem).unwrap();
    let mut solution = DispatchSolution::default();
    solver.solve(problem, &mut solution).unwrap();
    let mut parts = PriceParts::default();
    parts.update(&solver, problem, &solution);
    (solver, solution, parts)
}

#[test]
fn parts_add_to_the_price_and_do_not_depend_on_the_reference_bus() {
    let mut market = generate::market(73, 0.6);
    market.secure(20);
    // Some buses become an island of their own.
    for branch in market.problem.branches.iter_mut().filter(|b| (b.from < 5) != (b.to < 5)) {
        branch.in_service = false;
    }
    market.problem.touch_topology();
    let mut flowgates = 0;
    for hour in (0..8760).step_by(731) {
        market.set_hour(hour);
        let (solver, solution, parts) = parts(&market.problem);
        let turned = generate::turned(&market.problem);
        let (turned_solver, _, turned_parts) = self::parts(&turned);
        assert_eq!(parts.flows.len(), solution.binding.len() + solution.binding_flowgates.len());
        flowgates += solution.binding_flowgates.len();
        let buses = market.problem.bus_count();
        for bus in 0..buses {
            let other = buses - 1 - bus;
            let (energy, congestion) = (parts.energy_usd_per_mwh[bus], parts.congestion_usd_per_mwh[bus]);
            assert!((energy + congestion - solution.lmp_usd_per_mwh[bus]).abs() < 1e-9);
            assert!((energy - turned_parts.energy_usd_per_mwh[other]).abs() < 1e-5);
            let of_flows = |parts: &PriceParts, solver: &Solver, bus: usize| -> Vec<f64> {
                (0..parts.flows.len()).map(|nth| parts.congestion_of(solver, nth, bus as u32)).collect()
            };
            let own = of_flows(&parts, &solver, bus);
            assert!((own.iter().sum::<f64>() - congestion).abs() < 1e-6, "hour {hour}, bus {bus}");
            for (a, b) in own.iter().zip(of_flows(&turned_parts, &turned_solver, other)) {
                assert!((a - b).abs() < 1e-5, "hour {hour}, bus {bus}: {a} is not {b}");
            }
        }
    }
    assert!(flowgates > 10, "{flowgates} binding flowgates");
}

#[test]
fn the_dear_end_of_a_line_carries_its_rent() {
    // 100 MW pass; load is 50 MW at the cheap end (20 $/MWh) and 150 at the dear one (60): energy is
    // 0.25 x 20 + 0.75 x 60 = 50, so congestion is -30 and +10.
    let line = FlowBranch {
        from: 0,
        to: 1,
        susceptance_mw_per_rad: 500.0,
        shift_rad: 0.0,
        limit_mw: 100.0,
        ceiling_usd_per_mwh: 4000.0,
        in_service: true,
    };
    let mut problem = DispatchProblem::new(2, vec![line]);
    for (bus, cost_usd_per_mwh) in [(0, 20.0), (1, 60.0)] {
        let bound = Bound { lower_mw: 0.0, upper_mw: 500.0, cost_usd_per_mwh };
        problem.add_column(Key::of("unit").part(u64::from(bus)), Place::Bus(bus, 1.0), bound);
    }
    problem.demand_mw = vec![50.0, 150.0];
    let (solver, _, parts) = parts(&problem);
    assert_eq!(parts.flows, [(Constraint::Branch(0), 40.0)]);
    for (bus, congestion) in [(0, -30.0), (1, 10.0)] {
        assert!((parts.energy_usd_per_mwh[bus] - 50.0).abs() < 1e-9);
        assert!((parts.congestion_usd_per_mwh[bus] - congestion).abs() < 1e-9);
        assert!((parts.congestion_of(&solver, 0, bus as u32) - congestion).abs() < 1e-9);
    }
}
