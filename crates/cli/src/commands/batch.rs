//! `gridrush batch`: runs a plan, or a shard of it, into parts.
//!
//! All cells that are to be run are made again first and compared with the plan, so a changed scenario is
//! found before a part is touched.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use gridrush_experiment::batch::{Batch, BatchError, Done, PartError, Shard, UnitFailure, parts_folder};
use gridrush_experiment::plan::Plan;

use crate::args::at_least_one;
use crate::experiment::{self, Cells};
use crate::progress::Progress;
use crate::render;
use crate::stop::Stop;

/// Failures that are printed; the tables hold all.
const SHOWN: usize = 20;

/// Runs a plan, or a shard of it, into parts.
#[derive(Debug, clap::Args)]
pub struct BatchArgs {
    /// The plan.
    #[arg(long, value_name = "plan.json")]
    plan: PathBuf,
    /// Shard i of n, from 0, or `auto`: what the variables of Slurm, Open MPI, PBS, Kubernetes or AWS Batch say.
    #[arg(long, value_name = "I/N|auto")]
    shard: Option<String>,
    /// Number of shards, where `--shard auto` cannot know it.
    #[arg(long, value_name = "N", requires = "shard")]
    shards: Option<u64>,
    /// Runs the parts in an order drawn from a seed; results do not depend on it.
    #[arg(long, value_name = "SEED")]
    shuffle: Option<u64>,
    #[command(flatten)]
    how: HowArgs,
}

/// How a plan is run.
#[derive(Clone, Debug, clap::Args)]
pub struct HowArgs {
    /// Threads; as many as the machine has if not given.
    #[arg(short = 'j', long, value_name = "N", value_parser = at_least_one())]
    pub threads: Option<usize>,
    /// Prints no progress.
    #[arg(long)]
    pub no_progress: bool,
}

/// Runs the shard and says how it went.
pub fn run(args: &BatchArgs) -> Result<(), Stop> {
    let shard = match args.shard.as_deref() {
        None => Shard::WHOLE,
        Some("auto") => Shard::from_environment(&|name| std::env::var(name).ok(), args.shards)
            .map_err(|error| Stop::usage(error.to_string()))?,
        Some(text) => text.parse().map_err(|error| Stop::usage(format!("--shard: {error}")))?,
    };
    let (plan, dir) = experiment::read(&args.plan)?;
    let done = run_shard(&plan, &dir, shard, args.shuffle, &args.how)?;
    finish(&plan, &done)
}

/// Runs what is unfinished of a shard and prints how it went.
pub fn run_shard(
    plan: &Plan,
    dir: &Path,
    shard: Shard,
    shuffle: Option<u64>,
    how: &HowArgs,
) -> Result<Done, Stop> {
    let started = Instant::now();
    let cells = Cells { plan, base: experiment::base(plan, dir)? };
    let parts = parts_folder(dir).map_err(anyhow::Error::from)?;
    let batch = Batch { plan, parts: &parts, shard, threads: how.threads, shuffle };
    let (unfinished, found) = batch.unfinished().map_err(foreign)?;
    let first = plan.first_units();
    let units = || unfinished.iter().flat_map(|&part| plan.units_of(part));
    let numbers: BTreeSet<usize> = units().map(|number| plan.unit(&first, number).cell).collect();
    for number in numbers {
        cells.check(number)?;
    }
    for damaged in &found.damaged {
        writeln!(std::io::stderr().lock(), "warning: {damaged}; it is run again")?;
    }
    let progress = Progress::new(&plan.name, "replications", units().count() as u64, !how.no_progress);
    let count = AtomicU64::new(0);
    let finished = || progress.at(count.fetch_add(1, Ordering::Relaxed) + 1);
    let done = batch.run(&cells, &finished);
    progress.finish();
    let done = done.map_err(|error| match error {
        BatchError::Part(error) => foreign(error),
        other => Stop::Failed(other.into()),
    })?;

    let mut out = std::io::stdout().lock();
    let ran = count.into_inner();
    let rows = [
        ("parts", format!("{} of {} were finished before", done.skipped, done.parts)),
        ("replications", format!("{ran} run, {} of the shard failed", done.failures.len())),
        ("time", format!("{:.1} s", started.elapsed().as_secs_f64())),
    ];
    render::summary(&mut out, &format!("{}: shard {shard} done", plan.name), &rows)?;
    out.flush()?;
    Ok(done)
}

fn foreign(error: PartError) -> Stop {
    match error {
        PartError::Foreign { .. } | PartError::Missing { .. } => Stop::usage(error.to_string()),
        PartError::Table(error) => Stop::Failed(error.into()),
    }
}

/// Prints the failures; any of them makes the command a failed one.
pub fn finish(plan: &Plan, done: &Done) -> Result<(), Stop> {
    if done.failures.is_empty() {
        return Ok(());
    }
    failures(plan, &done.failures)?;
    Err(Stop::Failed(anyhow::anyhow!("{} replications failed; all others are there", done.failures.len())))
}

/// Prints failures, each with what it takes to run it again.
pub fn failures(plan: &Plan, list: &[UnitFailure]) -> std::io::Result<()> {
    let mut err = std::io::stderr().lock();
    for failure in list.iter().take(SHOWN) {
        let values = plan.cells[failure.cell].values.join(", ");
        writeln!(
            err,
            "failed: cell {} ({values}) replication {} with seed {}: {}",
            failure.cell, failure.replication, failure.seed, failure.message
        )?;
    }
    if list.len() > SHOWN {
        writeln!(err, "and {} more, listed in failures.csv", list.len() - SHOWN)?;
    }
    Ok(())
}
