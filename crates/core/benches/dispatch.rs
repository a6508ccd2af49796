//! Hourly solves on generated grids of 73 and 2,000 buses: consecutive hours and hours in random order.
//!
//! `cargo bench -p gridrush-core --bench dispatch`

use std::cell::{Cell, RefCell};

use divan::{Bencher, black_box};
use gridrush_core::dispatch::{CopperPlate, DispatchProblem, DispatchSolution, FlowBranch, Solver, Topology};

#[path = "../tests/dispatch/generate.rs"]
mod generate;

fn main() {
    divan::main();
}

/// Buses and limits relative to sampled flows. On 2,000 buses the first binds 19 branches in the mean, the
/// second one.
const GRIDS: [(usize, f64); 3] = [(73, 0.8), (2000, 1.0), (2000, 1.3)];

/// Measures `solve` over hours that are `stride` apart; setting the hour is not measured.
fn measure(
    bencher: Bencher,
    (buses, tightness): (usize, f64),
    stride: usize,
    solve: impl FnMut(&DispatchProblem),
) {
    measure_market(bencher, generate::market(buses, tightness), stride, solve);
}

/// The same over a market of one's own.
fn measure_market(
    bencher: Bencher,
    market: generate::Market,
    stride: usize,
    mut solve: impl FnMut(&DispatchProblem),
) {
    let market = RefCell::new(market);
    let hour = Cell::new(3000);
    let advance = || {
        hour.set((hour.get() + stride) % 8760);
        market.borrow_mut().set_hour(hour.get());
    };
    for _ in 0..200 {
        advance();
        solve(&market.borrow().problem);
    }
    bencher.with_inputs(advance).bench_local_values(|()| solve(black_box(&market.borrow().problem)));
}

/// The dispatch, from a solver that is built at the first hour.
fn dispatch(reset: bool) -> impl FnMut(&DispatchProblem) {
    let mut solver = None;
    let mut solution = DispatchSolution::default();
    move |problem| {
        let solver = solver.get_or_insert_with(|| Solver::new(problem).unwrap());
        if reset {
            solver.reset();
        }
        solver.solve(problem, &mut solution).unwrap();
    }
}

/// Each hour from the basis of the hour before.
#[divan::bench(args = GRIDS, sample_count = 1000, sample_size = 1)]
fn warm_hour(bencher: Bencher, grid: (usize, f64)) {
    measure(bencher, grid, 1, dispatch(false));
}

/// Warm hours with the 300 losses of a branch that come closest to a limit as flowgates.
#[divan::bench(args = GRIDS, sample_count = 1000, sample_size = 1)]
fn secured_hour(bencher: Bencher, (buses, tightness): (usize, f64)) {
    let mut market = generate::market(buses, tightness);
    market.secure(300);
    measure_market(bencher, market, 1, dispatch(false));
}

/// Each hour from the basis of an unrelated hour.
#[divan::bench(args = GRIDS, sample_count = 1000, sample_size = 1)]
fn random_hour(bencher: Bencher, grid: (usize, f64)) {
    measure(bencher, grid, 3571, dispatch(false));
}

/// Each hour from nothing.
#[divan::bench(args = GRIDS, sample_count = 200, sample_size = 1)]
fn cold_hour(bencher: Bencher, grid: (usize, f64)) {
    measure(bencher, grid, 1, dispatch(true));
}

/// The same hours without branch limits.
#[divan::bench(args = GRIDS, sample_count = 1000, sample_size = 1)]
fn copper_plate(bencher: Bencher, grid: (usize, f64)) {
    let mut plate = None;
    let mut solution = DispatchSolution::default();
    measure(bencher, grid, 1, |problem| {
        let plate = plate.get_or_insert_with(|| CopperPlate::new(problem).unwrap());
        plate.solve(problem, &mut solution).unwrap();
    });
}

/// Flows of one injection, as a study asks for them.
#[divan::bench(args = [73, 2000])]
fn flows(bencher: Bencher, buses: usize) {
    let problem = generate::market(buses, 1.0).problem;
    let topology = Topology::new(problem.bus_count(), &problem.branches).unwrap();
    let mut flow = Vec::new();
    bencher.bench_local(|| topology.flows(black_box(&problem.demand_mw), &mut flow));
}

/// A branch goes out of service or comes back: a correction.
#[divan::bench(args = [73, 2000])]
fn outage(bencher: Bencher, buses: usize) {
    change(bencher, buses, |branch| branch.in_service = !branch.in_service);
}

/// A branch is strengthened or weakened: new factor, same order.
#[divan::bench(args = [73, 2000])]
fn topology_update(bencher: Bencher, buses: usize) {
    change(bencher, buses, |branch| branch.susceptance_mw_per_rad = 1.0 / branch.susceptance_mw_per_rad);
}

fn change(bencher: Bencher, buses: usize, change: impl Fn(&mut FlowBranch)) {
    let mut problem = generate::market(buses, 1.0).problem;
    let mut topology = Topology::new(problem.bus_count(), &problem.branches).unwrap();
    bencher.bench_local(|| {
        change(&mut problem.branches[buses / 2]);
        topology.update(black_box(&problem.branches)).unwrap();
    });
}
