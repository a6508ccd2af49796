//! The market of the shipped Texas pack against an interior-point method: 24 hours, six in each season.
//!
//! The replication runs as it is; on the chosen hours the market that it built is also solved with bus
//! angles by a solver that shares nothing with ours.

use gridrush_core::dispatch::{Topology, certify};

use crate::harness::{self, Run};
use crate::oracle;
use crate::unique::prices_are_unique;

/// Compares every fourth hour of a day, without a security list: with angles of their own for every loss the
/// interior-point method would have 400,000 of them.
fn agree(start: &str, end: &str) {
    let setup = harness::setup("texas", start, end, "[dispatch]\nsecurity = \"n0\"\n");
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

/// With the security list every hour is proved optimal by its certificate, and after the loss of any branch
/// on the list the network carries the flows: each recomputed without the branch.
#[test]
fn a_secured_day_of_texas_is_optimal_and_survives_every_loss_on_its_list() {
    let setup = harness::setup("texas", "2026-08-12", "2026-08-13", "[dispatch]\nsecurity = \"list\"\n");
    let mut run = Run::new(&setup, 0);
    let mut bound = 0;
    while run.clear() {
        let (problem, solution) = (run.world.problem(), &run.solution);
        if run.world.now().hour() % 6 == 5 {
            certify(problem, solution).assert_optimal();
            bound += solution.binding_flowgates.len();
            let mut injection = vec![0.0; problem.bus_count()];
            for (branch, flow) in problem.branches.iter().zip(&solution.flow_mw) {
                injection[branch.from as usize] += flow;
                injection[branch.to as usize] -= flow;
            }
            let pairs = problem.flowgates.iter().enumerate();
            let pairs =
                pairs.filter_map(|(at, gate)| Some((at, gate, gate.outage.filter(|_| gate.in_force)?)));
            for (at, gate, lost) in pairs.step_by(10) {
                let mut branches = problem.branches.clone();
                branches[lost as usize].in_service = false;
                let mut flow = Vec::new();
                Topology::new(problem.bus_count(), &branches).unwrap().flows(&injection, &mut flow);
                let over = solution.flowgate_overload_mw.iter().find(|o| o.0 as usize == at);
                let limit = gate.upper_mw + over.map_or(0.0, |o| o.1);
                let after = flow[gate.terms[0].0 as usize].abs();
                assert!(after <= limit + 1e-4, "flowgate {at}: {after} MW on {limit}");
            }
        }
        run.apply();
    }
    assert!(bound > 0, "no limit after a loss bound");
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
