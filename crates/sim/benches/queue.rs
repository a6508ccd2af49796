//! The queue alone: twenty years of requests in one region without the hourly market, and what a study costs as the
//! queue grows.
//!
//! `cargo bench -p gridrush-sim --bench queue [REGION...]` runs `pjm` (zonal) and `testbed` (nodal), or the named
//! regions, in memory, and prints
//!
//! * a run with 420 requests of AI campuses a month, under the office of the scenario format's defaults and under
//!   one that studies everybody: requests filed, studies, events, and seconds from setup to last table (target:
//!   at least 100,000 requests in less than 10 s);
//! * the latter office with a sixteenth to all of these requests: how many wait, studies, and microseconds a study of
//!   all that a run takes beyond one without requests, with the slope of their logarithm over that of those waiting
//!   (target: at most 1.1, one being linear growth).
//!
//! One thread; "processor" is the time that it ran, where the system tells, and is what the second table counts.

// A bench reads files, asks the clock and prints.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods, clippy::disallowed_types)]

#[path = "support/shipped.rs"]
mod shipped;

use std::path::Path;
use std::time::Instant;

use gridrush_sim::world::{Step, World};
use gridrush_tables::MemorySink;

/// Requests of a month in the full run: 100,800 are expected in twenty years.
const PER_MONTH: f64 = 420.0;

/// Desks of an office in which nobody waits.
const ALL_DESKS: u32 = 100_000;

/// What a run did.
struct Outcome {
    requests: usize,
    waiting: f64,
    studies: i64,
    events: u64,
    seconds: f64,
    processor_s: f64,
}

fn main() {
    let named: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let regions = if named.is_empty() { vec!["pjm".to_owned(), "testbed".to_owned()] } else { named };
    println!("| region | office | requests | studies | events | seconds | processor s |");
    println!("|---|---|---|---|---|---|---|");
    for region in &regions {
        for (office, desks) in [("default", None), ("everybody at once", Some(ALL_DESKS))] {
            let Outcome { requests, studies, events, seconds, processor_s, .. } =
                simulate(region, PER_MONTH, desks);
            println!(
                "| {region} | {office} | {requests} | {studies} | {events} | {seconds:.1} | {processor_s:.1} |"
            );
        }
    }
    println!("\n| region | requests | waiting, mean over months | studies | us a study | slope |");
    println!("|---|---|---|---|---|---|");
    for region in &regions {
        let (mut lengths, mut costs) = (Vec::new(), Vec::new());
        let without_s = simulate(region, 0.0, Some(ALL_DESKS)).processor_s;
        for part in [16.0, 8.0, 4.0, 2.0, 1.0] {
            let Outcome { requests, waiting, studies, processor_s, .. } =
                simulate(region, PER_MONTH / part, Some(ALL_DESKS));
            let us = (processor_s - without_s) * 1e6 / studies.max(1) as f64;
            lengths.push(waiting.max(1.0).ln());
            costs.push(us.ln());
            let slope =
                if lengths.len() > 1 { format!("{:.2}", slope(&lengths, &costs)) } else { String::new() };
            println!("| {region} | {requests} | {waiting:.0} | {studies} | {us:.1} | {slope} |");
        }
    }
}

/// Twenty years in which nothing but the queue happens.
fn simulate(region: &str, per_month: f64, desks: Option<u32>) -> Outcome {
    let desks = desks.map_or_else(String::new, |desks| format!("[queue.process]\nstudy_slots = {desks}\n"));
    let text = format!(
        "schema = 1\nname = \"queue-alone\"\nregion = \"{region}\"\nstart = 2025-01-01\nend = 2045-01-01\n\
         [dispatch]\nhourly = false\n[arrivals.ai]\nbase_per_month = {per_month:.3}\ngrowth_per_year = 0.0\n\
         [arrivals.mining]\nbase_per_month = 0.0\n{desks}"
    );
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (started, ran_s) = (Instant::now(), processor_seconds());
    let setup = shipped::setup(&root, &text);
    let (mut sink, mut world) = (MemorySink::default(), World::new(setup, 0).expect("a world"));
    let step = world.advance(&mut sink).expect("a run");
    assert_eq!(step, Step::Done, "no hour is dispatched");
    let seconds = started.elapsed().as_secs_f64();
    let processor_s = processor_seconds().zip(ran_s).map_or(seconds, |(now, then)| now - then);
    let requests = sink.frame("requests").expect("requests");
    let months = sink.frame("queue_monthly").expect("the queue");
    let (stages, count) =
        (months.texts("stage").expect("stages"), months.integers("requests").expect("counts"));
    // A study whose result is a refusal is not among those that the table counts.
    let (stage, left) =
        (requests.texts("stage").expect("stages"), requests.texts("left_from").expect("stages"));
    let refused = (0..requests.len())
        .filter(|&row| stage.get(row) == "rejected" && left.get(row) == "studying")
        .count();
    let waits = |row: &usize| WAITING.contains(&stages.get(*row));
    let waiting: i64 = (0..months.len()).filter(waits).map(|row| count[row]).sum();
    Outcome {
        requests: requests.len(),
        waiting: waiting as f64 / 240.0,
        studies: requests.integers("studies").expect("studies").iter().sum::<i64>() + refused as i64,
        events: world.events(),
        seconds,
        processor_s,
    }
}

/// For how long this thread has run.
fn processor_seconds() -> Option<f64> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(told.split_whitespace().next()?.parse::<f64>().ok()? / 1e9)
}

/// Stages of requests that are in the queue.
const WAITING: [&str; 7] = ["held", "filed", "studying", "offered", "agreement", "suspended", "building"];

/// Of the least-squares line.
fn slope(x: &[f64], y: &[f64]) -> f64 {
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let (mx, my) = (mean(x), mean(y));
    let covariance: f64 = x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum();
    covariance / x.iter().map(|x| (x - mx) * (x - mx)).sum::<f64>()
}
