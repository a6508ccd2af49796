//! Hours of the published networks of the bench against an interior-point method and the certificate.
//!
//! `tests/peers/run_dispatch_peers.sh` does this for all hours, with another solver. The cases are not part of the
//! project; without them this test says so.

// Tests may read cases and say why they skip.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

use gridrush_core::dispatch::{DispatchSolution, Solver, certify};

#[path = "dispatch/oracle.rs"]
mod oracle;
#[path = "../benches/hours/sets.rs"]
mod sets;
#[path = "dispatch/unique.rs"]
mod unique;

/// Compares `hours` hours, spread over the set and solved in that order; says how many had comparable prices.
fn compare(name: &str, hours: usize) -> Option<usize> {
    let Some(mut set) = sets::build(name) else {
        println!("skipped: the files of {name} are not in {}", sets::data().display());
        return None;
    };
    set.set_hour(0);
    let mut solver = Solver::new(set.problem()).unwrap();
    let mut solution = DispatchSolution::default();
    let mut compared = 0;
    for n in 0..hours {
        let hour = n * 997 % set.hours;
        set.set_hour(hour);
        let problem = set.problem();
        solver.solve(problem, &mut solution).unwrap();
        certify(problem, &solution).assert_optimal();
        let Some(answer) = oracle::solve(problem).answer() else { continue };
        let miss = (solution.objective_usd_per_h - answer.objective_usd_per_h).abs();
        let turnover: f64 =
            problem.bounds.iter().zip(&solution.column_mw).map(|(b, x)| (b.cost_usd_per_mwh * x).abs()).sum();
        assert!(miss <= 1e-8 * turnover, "{name}, hour {hour}: {miss} of {turnover} $/h");
        if unique::prices_are_unique(problem, &solver, &solution) {
            compared += 1;
            for (bus, (ours, theirs)) in
                solution.lmp_usd_per_mwh.iter().zip(&answer.lmp_usd_per_mwh).enumerate()
            {
                assert!(
                    (ours - theirs).abs() < 1e-4,
                    "{name}, hour {hour}, bus {bus}: {ours} is not {theirs}"
                );
            }
        }
    }
    Some(compared)
}

#[test]
fn hours_of_published_networks_agree_with_the_interior_point_method() {
    for (name, hours) in [("case24", 12), ("rts", 12), ("rts_dc", 12), ("rts_tight", 12), ("case118", 8)] {
        let Some(compared) = compare(name, hours) else { continue };
        assert!(2 * compared >= hours, "{name}: {compared} of {hours} hours with comparable prices");
    }
}

#[test]
fn hours_of_300_and_2000_buses_agree_with_the_interior_point_method() {
    for (name, hours) in [("case300", 5), ("texas", 3)] {
        let Some(compared) = compare(name, hours) else { continue };
        println!("{name}: prices of {compared} of {hours} hours compared");
    }
}

#[test]
fn the_sets_hold_what_they_say() {
    let Some(set) = sets::build("rts_dc") else { return println!("skipped: no RTS-GMLC") };
    assert_eq!((set.hours, set.problem().bus_count(), set.problem().branches.len()), (8784, 73, 120));
    // One column for each data center.
    let plain = sets::build("rts").unwrap();
    assert_eq!(set.problem().bounds.len(), plain.problem().bounds.len() + 4);
    let limits = |set: &sets::Set| set.problem().branches.iter().map(|b| b.limit_mw).sum::<f64>();
    let ratio = limits(&sets::build("rts_tight").unwrap()) / limits(&plain);
    assert!((ratio - 0.6).abs() < 1e-12, "{ratio}");
    // Peaks: 8,191.84 MW in the series of the folder; the case's loads in a borrowed shape.
    let peak = |name: &str| {
        let mut set = sets::build(name).unwrap();
        let demand = |hour| {
            set.set_hour(hour);
            set.problem().demand_mw.iter().sum::<f64>()
        };
        (0..8784).map(demand).fold(0.0, f64::max)
    };
    assert!((peak("rts") - 8191.84).abs() < 0.01, "{}", peak("rts"));
    // 2,850 MW are reached only if all three shapes peak in one hour.
    let peak_24 = peak("case24");
    assert!(peak_24 > 2600.0 && peak_24 <= 2850.0, "{peak_24}");
}
