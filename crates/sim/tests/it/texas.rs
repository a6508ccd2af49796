//! The market of the shipped Texas pack against an interior-point method: 24 hours, six in each season.
//!
//! The replication runs as it is; on the chosen hours the market that it built is also solved with bus
//! angles by a solver that shares nothing with ours.

use gridrush_core::dispatch::certify;

use crate::harness::{self, Run};
use crate::oracle;
use crate::unique::prices_are_unique;

/// Compares every fourth hour of a day.
fn agree(start: &str, end: &str) {
    let setup = harness::setup("texas", start, end, "");
    let mut run = Run::new(&setup, 0);
    let (mut unique, mut congested) = (0, 0);
    while run.clear() {
        let (problem, solution) = (run.world.problem(), &run.solution);
        let hour = run.world.now().hour();
        if hour % 4 == 1 {
            certify(problem, solution).assert_optimal();
            let answer = oracle::solve(problem).answer().expect("the oracle finishes");
            let gap = (solution.objective_usd_per_h - answer.objective_usd_per_h).abs();
            let scale = answer.objective_usd_per_h.abs();
            assert!(gap <= 1e-8 * scale, "{start}, hour {hour}: off by {gap} of {scale} $/h");
            congested += usize::from(!solution.binding.is_empty());
            // Where prices are not unique, the certificate is the proof: dual feasibility and no gap.
            if prices_are_unique(problem, &run.solver, solution) {
                unique += 1;
                for (got, want) in solution.lmp_usd_per_mwh.iter().zip(&answer.lmp_usd_per_mwh) {
                    assert!((got - want).abs() < 1e-4, "{start}, hour {hour}: {got} is not {want}");
                }
            }
        }
        run.apply();
    }
    assert!(unique >= 3 && congested == 6, "{unique} hours with unique prices, {congested} with congestion");
}

#[test]
fn winter_hours_of_texas_agree_with_the_interior_point_method() {
    agree("2025-01-15", "2025-01-16");
}

#[test]
fn spring_hours_of_texas_agree_with_the_interior_point_method() {
    agree("2027-04-15", "2027-04-16");
}

#[test]
fn summer_hours_of_texas_agree_with_the_interior_point_method() {
    agree("2026-08-15", "2026-08-16");
}

#[test]
fn autumn_hours_of_texas_agree_with_the_interior_point_method() {
    agree("2028-10-15", "2028-10-16");
}
