//! `gridrush compare`: scenarios or arms against the first, under common random numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use gridrush_experiment::report::{self, Connections};
use gridrush_experiment::stats::Stopping;
use gridrush_experiment::{Comparison, compare};
use gridrush_sim::metrics;
use gridrush_sim::scenario::nearest;
use gridrush_tables::{DirectorySink, RowSink, atomic, write_dictionary};

use crate::args::CompareArgs;
use crate::plan::{self, Job};
use crate::progress::Progress;
use crate::stop::Stop;
use crate::{engine, output, render};

/// Most arms after which a folder is named.
const MOST_NAMED: usize = 3;

/// Checks all arms, runs every replication of each, prints and writes the differences.
pub fn run(args: &CompareArgs) -> Result<(), Stop> {
    if !(args.confidence > 0.0 && args.confidence < 100.0) {
        return Err(Stop::usage(format!("--confidence {}: must be between 0 and 100", args.confidence)));
    }
    let jobs = read(args)?;
    let first = &jobs[0].setup.scenario;
    let names: Vec<String> = jobs.iter().map(|job| job.name.clone()).collect();
    let seed = first.seed;
    if let Some(other) = jobs.iter().find(|job| job.setup.scenario.seed != seed) {
        let message = format!(
            "{} has seed {} and {} has {seed}: common random numbers need one seed (--seed N)",
            other.name, other.setup.scenario.seed, names[0]
        );
        return Err(Stop::usage(message));
    }
    for job in &jobs {
        render::faults(&mut std::io::stderr().lock(), "warning", &job.warnings)?;
    }
    let replications = args.replications.unwrap_or(first.replications);
    let wanted = wanted(args)?;
    let dir = args.output.clone().unwrap_or_else(|| own_folder(&first.name, &names));
    output::ready(&dir)?;
    let started = Instant::now();
    let queues = Mutex::new(BTreeMap::new());
    let simulate = |arm: usize, replication: u32| {
        let setup = &jobs[arm].setup;
        let mut queue = Connections::new(&names[arm], replication, setup.unix_ms(setup.end()));
        let outcome = engine::simulate(setup, replication, &mut queue, &mut |_| ())
            .map_err(|error| format!("{error:#}"))?;
        let mut queues = queues.lock().map_err(|_| "another replication broke".to_owned())?;
        queues.insert((arm, replication), queue);
        Ok(outcome.metrics)
    };
    let round = |range: Range<u32>| {
        let total = range.len() as u64 * jobs.len() as u64;
        let progress = Progress::new("compare", "replications", total, !args.no_progress);
        let done = AtomicU64::new(0);
        let finished = |_, _| progress.at(done.fetch_add(1, Ordering::Relaxed) + 1);
        let result = compare(&names, range, args.threads, &simulate, &finished);
        progress.finish();
        result.map_err(|error| Stop::usage(error.to_string()))
    };
    let mut replications = replications;
    let mut result = round(0..replications)?;
    if let Some((metric, stopping)) = &wanted {
        if result.outcomes().all(|(_, _, outcome)| outcome.iter().flatten().all(|m| m.name != *metric)) {
            let known: BTreeSet<&str> = (result.outcomes())
                .flat_map(|(_, _, outcome)| outcome.iter().flatten().map(|m| m.name.as_str()))
                .collect();
            let known: Vec<&str> = known.into_iter().collect();
            return Err(Stop::usage(format!(
                "--half-width: no metric {metric}; there are {}",
                known.join(", ")
            )));
        }
        while let Some(next) = result.wanted(metric, stopping).filter(|&next| next > replications) {
            result.extend(round(replications..next)?);
            replications = next;
        }
    }

    let queues = queues.into_inner().unwrap_or_default();
    let charts = write(&jobs, &result, &queues, args.confidence / 100.0, &dir)?;
    let mut out = std::io::stdout().lock();
    render::comparison(&mut out, &result, args.confidence)?;
    let failures = result.failures().len();
    let rows = [
        ("replications", format!("{replications} of each of {} arms, {failures} failed", jobs.len())),
        ("time", format!("{:.1} s", started.elapsed().as_secs_f64())),
        ("results", dir.display().to_string()),
        ("charts", charts),
    ];
    render::summary(&mut out, "compare: done", &rows)?;
    out.flush()?;
    if failures > 0 {
        return Err(Stop::Failed(anyhow::anyhow!("{failures} replications failed, seed {seed}")));
    }
    Ok(())
}

/// The folder where none is given: named after the arms, if a name can hold them.
fn own_folder(scenario: &str, arms: &[String]) -> PathBuf {
    let name = if arms.len() <= MOST_NAMED { arms.join("-vs-") } else { scenario.to_owned() };
    PathBuf::from("output").join(name)
}

/// The metric and half-width to stop at.
fn wanted(args: &CompareArgs) -> Result<Option<(String, Stopping)>, Stop> {
    let Some(text) = &args.half_width else { return Ok(None) };
    let parts = text.split_once('=').and_then(|(metric, width)| Some((metric, width.parse::<f64>().ok()?)));
    let Some((metric, half_width)) = parts.filter(|(_, width)| *width > 0.0 && width.is_finite()) else {
        return Err(Stop::usage(format!("--half-width {text}: write METRIC=NUMBER, the number above 0")));
    };
    let known = metrics::names();
    if !known.iter().any(|name| name == metric) {
        let near = nearest(metric, known.iter().map(String::as_str));
        let near = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
        return Err(Stop::usage(format!("--half-width: no run has a metric {metric}{near}")));
    }
    // Fewer first replications stop too early by luck.
    let (confidence, least) = (args.confidence / 100.0, 4);
    Ok(Some((metric.to_owned(), Stopping { half_width, confidence, least, most: args.at_most })))
}

fn read(args: &CompareArgs) -> Result<Vec<Job>, Stop> {
    let mut jobs: Vec<Job> = Vec::new();
    let mut faults = Vec::new();
    for path in &args.scenarios {
        match plan::arms(path, &args.input) {
            Ok(more) => jobs.extend(more),
            Err(Stop::Input(more)) => faults.extend(more),
            Err(other) => return Err(other),
        }
    }
    if !faults.is_empty() {
        return Err(Stop::Input(faults));
    }
    Ok(jobs)
}

/// Writes all tables and charts; returns where charts are, or why there are none.
fn write(
    jobs: &[Job],
    result: &Comparison,
    queues: &BTreeMap<(usize, u32), Connections>,
    confidence: f64,
    dir: &Path,
) -> anyhow::Result<String> {
    let seeds: Vec<u64> = jobs.iter().map(|job| job.setup.scenario.seed).collect();
    let tables = [report::TABLES.as_slice(), &[&report::CONNECTIONS, &report::WAITING]].concat();
    let mut sink = DirectorySink::create(dir)?;
    for table in &tables {
        sink.declare(table)?;
    }
    let batches = result.batches(&seeds, confidence);
    for batch in batches.iter().chain(queues.values().map(Connections::requests)) {
        sink.write(batch)?;
    }
    sink.write(&report::waiting(queues))?;
    sink.finish()?;
    write_dictionary(&dir.join("dictionary.md"), &tables)?;
    for job in jobs {
        atomic::write(&dir.join(format!("{}.toml", job.name)), job.text.as_bytes())?;
    }
    let charts = dir.join("charts");
    let (files, skipped) = engine::draw_arms(dir, &charts, jobs[0].footer())?;
    Ok(if files.is_empty() { skipped.join("; ") } else { charts.display().to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_named_after_few_arms_or_the_scenario() {
        let folder = |count: usize| {
            let arms: Vec<String> = (0..count).map(|n| format!("arm{n}")).collect();
            own_folder("laws", &arms).display().to_string()
        };
        assert_eq!(folder(3), "output/arm0-vs-arm1-vs-arm2");
        assert_eq!(folder(4), "output/laws");
    }
}
