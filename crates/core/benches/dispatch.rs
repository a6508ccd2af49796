//! Hourly solves on generated grids of 73 and 2,000 buses: consecutive hours and hours in random order.
//!
//! `cargo bench -p gridrush-core --bench dispatch`

use divan::{Bencher, black_box};
use gridrush_core::dispatch::{CopperPlate, DispatchProblem, DispatchSolution, Solver, Topology};

#[path = "../tests/dispatch/generate.rs"]
mod generate;

fn main() {
    divan::main();
}

/// Hours prepared in advance, so that only the solve is measured.
fn hours(buses: usize, count: usize, stride: usize) -> Vec<DispatchProblem> {
    let mut market = generate::market(buses, 1.0);
    (0..count)
        .map(|n| {
            market.set_hour((3000 + n * stride) % 8760);
            market.problem.clone()
        })
        .collect()
}

fn run(bencher: Bencher, problems: &[DispatchProblem]) {
    let mut solver = Solver::new(&problems[0]).unwrap();
    let mut solution = DispatchSolution::default();
    for problem in problems {
        solver.solve(problem, &mut solution).unwrap();
    }
    let mut next = 0;
    bencher.bench_local(|| {
        solver.solve(black_box(&problems[next]), &mut solution).unwrap();
        next = (next + 1) % problems.len();
    });
}

/// Each hour from the basis of the hour before.
#[divan::bench(args = [73, 2000], sample_count = 2000, sample_size = 1)]
fn warm_hour(bencher: Bencher, buses: usize) {
    run(bencher, &hours(buses, 500, 1));
}

/// Each hour from the basis of an unrelated hour.
#[divan::bench(args = [73, 2000], sample_count = 2000, sample_size = 1)]
fn random_hour(bencher: Bencher, buses: usize) {
    run(bencher, &hours(buses, 500, 3571));
}

/// The same hours without branch limits.
#[divan::bench(args = [73, 2000], sample_count = 2000, sample_size = 1)]
fn copper_plate(bencher: Bencher, buses: usize) {
    let problems = hours(buses, 500, 1);
    let mut plate = CopperPlate::new(&problems[0]).unwrap();
    let mut solution = DispatchSolution::default();
    let mut next = 0;
    bencher.bench_local(|| {
        plate.solve(black_box(&problems[next]), &mut solution).unwrap();
        next = (next + 1) % problems.len();
    });
}

/// From nothing.
#[divan::bench(args = [73, 2000], sample_count = 20, sample_size = 1)]
fn cold_hour(bencher: Bencher, buses: usize) {
    let problem = hours(buses, 1, 1).remove(0);
    let mut solver = Solver::new(&problem).unwrap();
    let mut solution = DispatchSolution::default();
    bencher.bench_local(|| {
        solver.reset();
        solver.solve(black_box(&problem), &mut solution).unwrap();
    });
}

/// Flows of one injection, as a study asks for them.
#[divan::bench(args = [73, 2000])]
fn flows(bencher: Bencher, buses: usize) {
    let problem = hours(buses, 1, 1).remove(0);
    let topology = Topology::new(problem.bus_count(), &problem.branches).unwrap();
    let mut flow = Vec::new();
    bencher.bench_local(|| topology.flows(black_box(&problem.demand_mw), &mut flow));
}

/// An outage: new factor, same order.
#[divan::bench(args = [73, 2000])]
fn topology_update(bencher: Bencher, buses: usize) {
    let problem = hours(buses, 1, 1).remove(0);
    let mut topology = Topology::new(problem.bus_count(), &problem.branches).unwrap();
    bencher.bench_local(|| topology.update(black_box(&problem.branches)).unwrap());
}
