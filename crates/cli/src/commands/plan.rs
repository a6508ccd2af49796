//! `gridrush plan`: an experiment file to `plan.json`, and what running it will take.
//!
//! Every cell is checked like a scenario of its own. The first cell of each region is simulated for some
//! seconds to measure how long a replication takes.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::thread::available_parallelism;
use std::time::Duration;

use anyhow::Context;
use gridrush_experiment::plan::{PLAN_FILE, Plan};

use crate::args::{InputArgs, at_least_one};
use crate::engine;
use crate::experiment::{self, Cells};
use crate::render;
use crate::stop::Stop;

/// Cells of the plan that are printed.
const SHOWN: usize = 12;
/// Closing numbers of a replication where none was simulated.
const METRICS: usize = 60;
/// Bytes that a closing number takes: 20 in a part and 90 in the merged tables, Parquet and CSV, measured on
/// three years of `quickstart`.
const BYTES_PER_VALUE: f64 = 110.0;
/// Bytes that a part takes besides: two files with their headers.
const BYTES_PER_PART: f64 = 3500.0;

/// Checks an experiment, writes its plan and says what it will take.
#[derive(Debug, clap::Args)]
pub struct PlanArgs {
    /// The experiment.
    #[arg(value_name = "EXPERIMENT.toml")]
    experiment: PathBuf,
    /// Folder for the plan and all results; `output/` and the experiment's name if not given.
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Threads for which the time is estimated; as many as the machine has if not given.
    #[arg(short = 'j', long, value_name = "N", value_parser = at_least_one())]
    threads: Option<usize>,
    /// Longest time to simulate the first cell of each region, to measure its speed; 0 for no measurement.
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0)]
    probe: f64,
    /// Time of a replication that was measured before, in place of a measurement.
    #[arg(long, value_name = "SECONDS")]
    replication_time: Option<f64>,
    /// Prints what it would be and writes nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    input: InputArgs,
}

/// Checks, measures, writes and prints.
pub fn run(args: &PlanArgs) -> Result<(), Stop> {
    let seconds = [Some(args.probe), args.replication_time];
    if seconds.into_iter().flatten().any(|seconds| !(0.0..=1e9).contains(&seconds)) {
        return Err(Stop::usage("--probe and --replication-time are seconds from 0 up"));
    }
    let dir = match &args.output {
        Some(dir) => dir.clone(),
        None => PathBuf::from("output").join(experiment_name(args)?),
    };
    let planned = experiment::planned(&args.experiment, &args.input, &dir)?;
    render::faults(&mut std::io::stderr().lock(), "warning", &planned.warnings)?;
    let (plan, regions) = (planned.plan, planned.regions);
    let cells = Cells { plan: &plan, base: planned.base };
    let mut total_s = Some(0.0);
    let mut metrics = METRICS;
    for (cell, replications) in regions {
        let replication_s = if let Some(seconds) = args.replication_time {
            Some(seconds)
        } else if args.probe > 0.0 {
            let job = cells.job(cell)?;
            let rate = engine::probe(&job.setup, Duration::from_secs_f64(args.probe))
                .with_context(|| format!("the first replication of cell {cell} failed"))?;
            metrics = metrics.max(rate.metrics);
            Some(rate.replication_s)
        } else {
            None
        };
        total_s = total_s.zip(replication_s).map(|(sum, s)| sum + s * replications as f64);
    }

    let threads = args.threads.or_else(|| available_parallelism().ok().map(usize::from)).unwrap_or(1);
    let mut out = std::io::stdout().lock();
    table(&mut out, &plan)?;
    let bytes = plan.units() as f64 * metrics as f64 * BYTES_PER_VALUE + plan.parts() as f64 * BYTES_PER_PART;
    let mut rows = vec![
        ("cells", format!("{} with {} replications in all", plan.cells.len(), plan.units())),
        ("parts", format!("{} of up to {} replications", plan.parts(), plan.units_per_part)),
    ];
    let time = |s: f64| {
        let (machine, one) = (duration(s / threads as f64), duration(s));
        format!("about {machine} on {threads} threads, {one} of processor time")
    };
    rows.push(("expected time", total_s.map_or_else(|| "not measured".to_owned(), time)));
    rows.push(("expected disk", format!("about {:.1} MB", bytes / 1e6)));
    rows.push(("plan hash", plan.hash.clone()));
    if !args.dry_run {
        fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
        plan.write(&dir).map_err(anyhow::Error::from)?;
        rows.push(("plan", dir.join(PLAN_FILE).display().to_string()));
    }
    render::summary(&mut out, &format!("{}: plan", plan.name), &rows)?;
    if !args.dry_run {
        let path = dir.join(PLAN_FILE);
        writeln!(out, "run it with: gridrush resume {}", path.display())?;
    }
    out.flush()?;
    Ok(())
}

/// The name of the experiment, before anything else of it is known to be right.
fn experiment_name(args: &PlanArgs) -> Result<String, Stop> {
    let text = fs::read_to_string(&args.experiment)
        .map_err(|e| Stop::usage(format!("{}: {e}", args.experiment.display())))?;
    let name =
        text.parse::<toml::Table>().ok().and_then(|table| table.get("name")?.as_str().map(str::to_owned));
    // A file without a name has faults that are reported where it is checked.
    Ok(name.unwrap_or_else(|| "experiment".to_owned()))
}

/// The first cells with the values of their factors.
fn table(out: &mut impl Write, plan: &Plan) -> std::io::Result<()> {
    let mut rows: Vec<Vec<String>> = vec![
        std::iter::once("cell".to_owned())
            .chain(plan.factors.iter().map(|factor| match factor.unit.as_str() {
                "" => factor.name.clone(),
                unit => format!("{} [{unit}]", factor.name),
            }))
            .chain(["draw".to_owned(), "replications".to_owned()])
            .collect(),
    ];
    rows.extend(plan.cells.iter().enumerate().take(SHOWN).map(|(number, cell)| {
        std::iter::once(number.to_string())
            .chain(cell.values.iter().cloned())
            .chain([cell.draw.to_string(), cell.replications.to_string()])
            .collect()
    }));
    let widths: Vec<usize> = (0..rows[0].len())
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    for row in &rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(text, &width)| format!("{text:<width$}")).collect();
        writeln!(out, "  {}", cells.join("  ").trim_end())?;
    }
    if plan.cells.len() > SHOWN {
        writeln!(out, "  .. and {} more", plan.cells.len() - SHOWN)?;
    }
    Ok(())
}

/// A time for people.
fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.1} days", s / 86_400.0),
    }
}
