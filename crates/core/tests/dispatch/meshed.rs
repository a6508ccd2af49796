//! Generated grids of 73 and 2,000 buses, hour after hour.

use gridrush_core::dispatch::{
    Bound, CopperPlate, DispatchProblem, DispatchSolution, Place, Solver, certify,
};
use gridrush_core::names::Key;

use crate::generate::market;
use crate::oracle;

#[test]
fn two_hundred_hours_of_73_buses_agree_with_the_oracle() {
    let mut market = market(73, 0.8);
    let mut solver = Solver::new(&market.problem).unwrap();
    let mut solution = DispatchSolution::default();
    let mut congested = 0;
    for hour in 0..200 {
        market.set_hour(hour * 41 % 8760);
        solver.solve(&market.problem, &mut solution).unwrap();
        certify(&market.problem, &solution).assert_optimal();
        congested += usize::from(!solution.binding.is_empty());
        if hour % 8 == 0 {
            let answer = oracle::solve(&market.problem).answer().unwrap();
            let gap = (solution.objective_usd_per_h - answer.objective_usd_per_h).abs();
            assert!(gap <= 1e-8 * answer.objective_usd_per_h.abs(), "hour {hour}: {gap}");
            for (got, want) in solution.lmp_usd_per_mwh.iter().zip(&answer.lmp_usd_per_mwh) {
                assert!((got - want).abs() < 1e-4, "hour {hour}: {got} is not {want}");
            }
        }
    }
    assert!(congested > 100, "{congested} congested hours");
}

#[test]
fn hours_of_2000_buses_are_optimal_warm_and_cold() {
    let mut market = market(2000, 1.0);
    let mut solver = Solver::new(&market.problem).unwrap();
    let (mut solution, mut cold) = (DispatchSolution::default(), DispatchSolution::default());
    let mut binding = 0;
    for hour in 4000..4048 {
        market.set_hour(hour);
        solver.solve(&market.problem, &mut solution).unwrap();
        certify(&market.problem, &solution).assert_optimal();
        binding += solution.binding.len();
        if hour % 12 == 0 {
            Solver::new(&market.problem).unwrap().solve(&market.problem, &mut cold).unwrap();
            let gap = (solution.objective_usd_per_h - cold.objective_usd_per_h).abs();
            assert!(gap <= 1e-10 * cold.objective_usd_per_h.abs(), "hour {hour}: {gap}");
            for (warm, cold) in solution.lmp_usd_per_mwh.iter().zip(&cold.lmp_usd_per_mwh) {
                assert!((warm - cold).abs() < 1e-5, "hour {hour}: {warm} is not {cold}");
            }
        }
    }
    assert!(binding > 48, "{binding} binding branches in 48 hours");
}

/// Units bid what they cost, then all the same, so all but congestion is left to the tie rule.
#[test]
fn equal_bids_are_dispatched_the_same_from_any_start() {
    let mut market = market(118, 0.8);
    let mut warm = Solver::new(&market.problem).unwrap();
    let (mut solution, mut cold) = (DispatchSolution::default(), DispatchSolution::default());
    let mut partly = 0;
    for hour in 3000..3400 {
        market.set_hour(hour);
        warm.solve(&market.problem, &mut solution).unwrap();
        let bids: Vec<Bound> = market.problem.bounds.clone();
        let units =
            market.problem.bounds.iter_mut().filter(|bound| (-50.0..200.0).contains(&bound.cost_usd_per_mwh));
        units.for_each(|bound| bound.cost_usd_per_mwh = 20.0);
        warm.solve(&market.problem, &mut solution).unwrap();
        Solver::new(&market.problem).unwrap().solve(&market.problem, &mut cold).unwrap();
        for (at, (warm, cold)) in solution.column_mw.iter().zip(&cold.column_mw).enumerate() {
            let bound = market.problem.bounds[at];
            assert!(
                (warm - cold).abs() < 1e-6,
                "hour {hour}, column {at}: {warm} is not {cold} of {bound:?}"
            );
            let inside = *warm > bound.lower_mw + 1e-3 && *warm < bound.upper_mw - 1e-3;
            partly += usize::from(inside && bound.cost_usd_per_mwh == 20.0);
        }
        market.problem.bounds = bids;
    }
    assert!(partly > 400, "{partly} units at the margin");
}

/// Which of several equal bids runs does not depend on when their columns came, nor on how many there are.
#[test]
fn equal_bids_of_columns_that_came_later_are_dispatched_the_same() {
    for (first, appended, times) in [(10, 7, 40), (30_000, 5_000, 2)] {
        let mut problem = DispatchProblem::new(1, Vec::new());
        let unit = Bound { lower_mw: 0.0, upper_mw: 1.0, cost_usd_per_mwh: 20.0 };
        let append = |problem: &mut DispatchProblem, count: u64| {
            for _ in 0..count {
                let key = Key::of("unit").part(problem.bounds.len() as u64);
                problem.add_column(key, Place::Bus(0, 1.0), unit);
            }
        };
        let in_order = |problem: &DispatchProblem| {
            let mut order: Vec<usize> = (0..problem.bounds.len()).collect();
            order.sort_by_key(|&n| Key::of("unit").part(n as u64));
            order
        };
        append(&mut problem, first);
        let mut warm = Solver::new(&problem).unwrap();
        let (mut solution, mut cold) = (DispatchSolution::default(), DispatchSolution::default());
        for time in 0..times {
            for share in [0.31, 0.72] {
                problem.demand_mw[0] = share * problem.bounds.len() as f64;
                warm.solve(&problem, &mut solution).unwrap();
                // The first that does not run does for an hour.
                let next = in_order(&problem)[problem.demand_mw[0] as usize + 1];
                for cost_usd_per_mwh in [10.0, 20.0] {
                    problem.bounds[next].cost_usd_per_mwh = cost_usd_per_mwh;
                    warm.solve(&problem, &mut solution).unwrap();
                }
                Solver::new(&problem).unwrap().solve(&problem, &mut cold).unwrap();
                let differ =
                    solution.column_mw.iter().zip(&cold.column_mw).filter(|(a, b)| (*a - *b).abs() > 1e-6);
                assert_eq!(differ.count(), 0, "of {} columns, time {time}", problem.bounds.len());
            }
            append(&mut problem, appended);
        }
    }
}

#[test]
fn an_hour_of_2000_buses_agrees_with_the_oracle() {
    let mut market = market(2000, 1.0);
    market.set_hour(4100);
    let mut solution = DispatchSolution::default();
    Solver::new(&market.problem).unwrap().solve(&market.problem, &mut solution).unwrap();
    let answer = oracle::solve(&market.problem).answer().unwrap();
    let gap = (solution.objective_usd_per_h - answer.objective_usd_per_h).abs();
    assert!(gap <= 1e-8 * answer.objective_usd_per_h.abs(), "{gap}");
    let mut plate = DispatchSolution::default();
    CopperPlate::new(&market.problem).unwrap().solve(&market.problem, &mut plate).unwrap();
    assert!(plate.objective_usd_per_h < solution.objective_usd_per_h);
}

#[test]
fn outages_and_repairs_continue_warm() {
    let mut market = market(300, 0.9);
    let mut solver = Solver::new(&market.problem).unwrap();
    let (mut solution, mut cold) = (DispatchSolution::default(), DispatchSolution::default());
    for step in 0..60 {
        market.set_hour(2000 + step);
        if step % 2 == 0 {
            let l = (step * 53) % market.problem.branches.len();
            market.problem.branches[l].in_service ^= true;
            market.problem.touch_topology();
        }
        solver.solve(&market.problem, &mut solution).unwrap();
        certify(&market.problem, &solution).assert_optimal();
        Solver::new(&market.problem).unwrap().solve(&market.problem, &mut cold).unwrap();
        let gap = (solution.objective_usd_per_h - cold.objective_usd_per_h).abs();
        assert!(gap <= 1e-10 * cold.objective_usd_per_h.abs(), "step {step}: {gap}");
    }
}
