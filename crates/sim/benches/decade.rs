//! Where the dispatch of a scenario spends its time: hours as they come and hours after a change of topology.
//!
//! `cargo bench -p gridrush-sim --bench decade [SCENARIO [END]]` runs `scenarios/texas.toml` of the repository (or
//! another one, up to another date) in memory and prints, by kind of hour, what solving took; `award` is what
//! the world does with each solution, causes included. Times are wall-clock times of one thread.

// A bench reads files, asks the clock and prints.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods, clippy::disallowed_types)]

#[path = "support/shipped.rs"]
mod shipped;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use gridrush_core::dispatch::{DispatchSolution, Solver};
use gridrush_sim::world::{Step, World};
use gridrush_tables::MemorySink;

/// Solves of one kind.
#[derive(Default)]
struct Kind {
    us: Vec<f64>,
    pivots: u64,
    binding: usize,
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let name = args.first().map_or("scenarios/texas.toml", String::as_str);
    let mut text = std::fs::read_to_string(root.join(name)).expect("a scenario of the repository");
    if let Some(end) = args.get(1) {
        let old = text.lines().find(|line| line.starts_with("end = ")).expect("an end").to_owned();
        text = text.replacen(&old, &format!("end = {end}"), 1);
    }
    let mut world = World::new(shipped::setup(&root, &text), 0).expect("a world");
    let mut solver = Solver::new(world.problem()).expect("a market");
    let (mut solution, mut sink) = (DispatchSolution::default(), MemorySink::default());
    let mut kinds: BTreeMap<&str, Kind> = BTreeMap::new();
    let mut last = (None, 0);
    while world.advance(&mut sink).expect("an hour") == Step::NeedsDispatch {
        let version = Some(world.problem().topology_version());
        let start = Instant::now();
        solver.solve(world.problem(), &mut solution).expect("a solution");
        let us = start.elapsed().as_secs_f64() * 1e6;
        let islands = solver.islands().count();
        let kind = match (version == last.0, islands == last.1) {
            (true, _) => "as the hour before",
            (false, true) => "after an outage or a return",
            (false, false) => "after a change of islands",
        };
        last = (version, islands);
        let kind = kinds.entry(kind).or_default();
        kind.us.push(us);
        kind.pivots += u64::from(solution.pivots);
        kind.binding += solution.binding.len() + solution.binding_flowgates.len();
        let start = Instant::now();
        world.apply(&solver, &mut solution).expect("awards");
        kinds.entry("award").or_default().us.push(start.elapsed().as_secs_f64() * 1e6);
    }
    println!("| hours | count | median us | mean us | total s | pivots | binding limits |");
    println!("|---|---|---|---|---|---|---|");
    for (name, mut kind) in kinds {
        kind.us.sort_by(f64::total_cmp);
        let (count, total) = (kind.us.len(), kind.us.iter().sum::<f64>());
        println!(
            "| {name} | {count} | {:.1} | {:.1} | {:.2} | {:.1} | {:.1} |",
            kind.us[count / 2],
            total / count as f64,
            total / 1e6,
            kind.pivots as f64 / count as f64,
            kind.binding as f64 / count as f64,
        );
    }
}
