//! Hourly solves on published networks: consecutive hours, hours in random order, an outage every hour.
//!
//! `cargo bench -p gridrush-core --bench hours [SET...]` prints what one solve takes with all its output
//! (dispatch, prices, flows): over all hours, in as many passes as fill a second, after a first one that is not
//! counted. One pass over a set of 40 ms would fit into one burst of other work on the machine. Setting the
//! hour's data is not counted. The sets are those of `hours/sets.rs`.

// A bench asks the clock and prints.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods, clippy::disallowed_types)]

use std::time::Instant;

use gridrush_core::dispatch::{DispatchProblem, DispatchSolution, Islands, Solver};

#[path = "hours/sets.rs"]
mod sets;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    println!("| set | buses | columns | hours | order | median us | mean us | 99 % us | pivots | binding |");
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let names = sets::NAMES.into_iter().chain(sets::PRODUCTS);
    for name in names.filter(|name| wanted.is_empty() || wanted.iter().any(|w| w == name)) {
        let Some(mut set) = sets::build(name) else {
            println!("skipped: the files of {name} are not in {}", sets::data().display());
            continue;
        };
        for (order, stride, outages) in
            [("consecutive", 1, false), ("random", 3571, false), ("outages", 1, true)]
        {
            println!("| {name} {}", measure(&mut set, order, stride, outages));
        }
    }
}

/// One row: all hours, `stride` apart, each from the basis of the one before. With `outages`, every solve
/// follows a branch's loss or its return, in turn.
fn measure(set: &mut sets::Set, order: &str, stride: usize, outages: bool) -> String {
    set.set_hour(0);
    let mut solver = Solver::new(set.problem()).unwrap();
    let mut solution = DispatchSolution::default();
    let losses = if outages { losses(set.problem()) } else { Vec::new() };
    let mut us = Vec::new();
    let (mut pivots, mut binding) = (0, 0);
    let begin = Instant::now();
    for pass in 0.. {
        if pass == 1 {
            us.clear();
            (pivots, binding) = (0, 0);
        } else if pass > 1 && begin.elapsed().as_secs_f64() > 1.0 {
            break;
        }
        for step in 0..set.hours {
            set.set_hour(step * stride % set.hours);
            let start = Instant::now();
            if outages {
                let problem = set.problem_mut();
                let lost = &mut problem.branches[losses[step / 2 % losses.len()]];
                lost.in_service = !lost.in_service;
                problem.touch_topology();
            }
            solver.solve(set.problem(), &mut solution).unwrap();
            us.push(start.elapsed().as_secs_f64() * 1e6);
            pivots += solution.pivots;
            binding += solution.binding.len();
        }
    }
    let (buses, columns, solves) = (set.problem().bus_count(), set.problem().bounds.len(), us.len());
    let mean = us.iter().sum::<f64>() / solves as f64;
    us.sort_by(f64::total_cmp);
    format!(
        "| {buses} | {columns} | {} | {order} | {:.2} | {mean:.2} | {:.1} | {:.2} | {:.2} |",
        set.hours,
        us[solves / 2],
        us[solves * 99 / 100],
        f64::from(pivots) / solves as f64,
        binding as f64 / solves as f64,
    )
}

/// Up to 100 branches, spread over the network, whose loss splits nothing.
fn losses(problem: &DispatchProblem) -> Vec<usize> {
    let mut branches = problem.branches.clone();
    let islands = Islands::of(problem.bus_count(), &branches).count();
    let step = branches.len().div_ceil(100);
    let mut losses: Vec<usize> = (0..branches.len()).step_by(step).collect();
    losses.retain(|&l| {
        branches[l].in_service = false;
        let whole = Islands::of(problem.bus_count(), &branches).count() == islands;
        branches[l].in_service = true;
        whole
    });
    losses
}
