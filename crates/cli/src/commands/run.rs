//! `gridrush run`: one replication of one scenario, its tables and its charts.
//!
//! ```text
//! DIR/scenario.toml     every value explicit; running it gives the same result
//!     <table>.parquet   result tables, small ones also as .csv, and dictionary.md
//!     manifest.json     what determines the result, with hashes
//!     provenance.json   when, where and how it was made
//!     charts/           one SVG a chart, its data beside it
//! ```

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use gridrush_core::kernel::Streams;
use gridrush_tables::{
    Civil, DirectorySink, Manifest, Provenance, WrittenTable, atomic, sha256, write_dictionary,
};

use crate::args::RunArgs;
use crate::engine::{self, Outcome};
use crate::plan::{self, Job};
use crate::progress::Progress;
use crate::render;
use crate::stop::Stop;

/// Checks, simulates, writes and draws.
pub fn run(args: &RunArgs) -> Result<(), Stop> {
    let job = plan::job(&args.scenario, &args.input)?;
    render::faults(&mut std::io::stderr().lock(), "warning", &job.warnings)?;
    let dir = job.output(args.output.as_deref());
    let started = (Instant::now(), SystemTime::now());
    let (outcome, written) = simulate(&job, args.replication, &dir, !args.no_progress)?;
    let simulated_s = started.0.elapsed().as_secs_f64();
    let described = Described { job: &job, scenario_file: &args.scenario, replication: args.replication };
    describe(&described, &dir, &written, started)?;
    render::repairs(&mut std::io::stdout().lock(), &job.setup.repairs)?;

    let mut rows = vec![
        ("simulated", format!("{} hours, {} dispatched", outcome.hours, outcome.dispatched_hours)),
        ("time", format!("{simulated_s:.1} s, {:.0} events a second", outcome.events as f64 / simulated_s)),
    ];
    if let Some(mb) = peak_memory_mb() {
        rows.push(("peak memory", format!("{mb:.0} MB")));
    }
    rows.push(("region", format!("{} ({})", job.setup.pack.region.facts.name, job.origin)));
    rows.push(("results", dir.display().to_string()));
    if !args.no_charts {
        let charts = dir.join("charts");
        let (files, skipped) = engine::draw(&dir, &charts, job.footer())?;
        let svg = files.iter().filter(|file| file.extension().is_some_and(|e| e == "svg")).count();
        rows.push(("charts", format!("{} ({svg} charts)", charts.display())));
        rows.extend(skipped.into_iter().map(|reason| ("not drawn", reason)));
    }
    let title = format!("{}: done", job.name);
    let mut out = std::io::stdout().lock();
    render::summary(&mut out, &title, &rows)?;
    if !outcome.metrics.is_empty() {
        let numbers: Vec<(&str, String)> = outcome
            .metrics
            .iter()
            .map(|m| (m.name.as_str(), format!("{} {}", render::significant(m.value), m.unit)))
            .collect();
        render::summary(&mut out, "closing numbers", &numbers)?;
    }
    out.flush()?;
    Ok(())
}

/// Simulates one replication into a folder.
pub(super) fn simulate(
    job: &Job,
    replication: u32,
    dir: &Path,
    show_progress: bool,
) -> anyhow::Result<(Outcome, Vec<WrittenTable>)> {
    let scenario = &job.setup.scenario;
    fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
    let mut sink = DirectorySink::create(dir)?;
    let days = (scenario.end - scenario.start).get_days().unsigned_abs();
    let progress = Progress::new(&job.name, "hours", u64::from(days) * 24, show_progress);
    let mut at = |step: engine::Step| progress.at(step.hours_done);
    let outcome = engine::simulate(&job.setup, replication, &mut sink, &mut at);
    progress.finish();
    let outcome = outcome.with_context(|| {
        format!("{}: replication {replication} with seed {} failed", job.name, scenario.seed)
    })?;
    for table in &outcome.tables {
        sink.declare(table)?;
    }
    let written = sink.finish()?;
    write_dictionary(&dir.join("dictionary.md"), &outcome.tables)?;
    atomic::write(&dir.join("scenario.toml"), job.text.as_bytes())?;
    Ok((outcome, written))
}

/// What a manifest describes.
pub(super) struct Described<'a> {
    /// The scenario.
    pub job: &'a Job,
    /// Its file.
    pub scenario_file: &'a Path,
    /// Which replication.
    pub replication: u32,
}

/// Writes manifest and provenance.
pub(super) fn describe(
    &Described { job, scenario_file, replication }: &Described<'_>,
    dir: &Path,
    written: &[WrittenTable],
    started: (Instant, SystemTime),
) -> anyhow::Result<()> {
    let scenario = &job.setup.scenario;
    let mut manifest = Manifest {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        scenario: scenario.name.clone(),
        scenario_sha256: sha256(job.text.as_bytes()),
        seed: scenario.seed,
        replication,
        generator: Streams::GENERATOR.to_owned(),
        data: job.data.clone(),
        repairs: job.setup.repairs.iter().map(ToString::to_string).collect(),
        tables: Vec::new(),
    };
    manifest.add_tables(written);
    manifest.write(dir)?;
    let provenance = Provenance {
        command: std::env::args().collect(),
        started_utc: utc(started.1),
        finished_utc: utc(SystemTime::now()),
        elapsed_s: started.0.elapsed().as_secs_f64(),
        host: fs::read_to_string("/etc/hostname").ok().map(|name| name.trim().to_owned()),
        folder: std::env::current_dir().map(|dir| dir.display().to_string()).unwrap_or_default(),
        scenario_file: Some(scenario_file.display().to_string()),
        threads: 1,
    };
    provenance.write(dir)?;
    Ok(())
}

/// The time as ISO 8601 in UTC; the epoch for a clock before it.
pub(super) fn utc(time: SystemTime) -> String {
    let ms = time.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis());
    format!("{}Z", Civil::from_ms(i64::try_from(ms).unwrap_or(0)))
}

/// The largest resident size so far; only Linux says.
fn peak_memory_mb() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kb: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kb / 1024.0)
}
