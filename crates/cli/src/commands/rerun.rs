//! `gridrush rerun`: a run, or one replication of a cell, again, compared with what it gave before.
//!
//! The manifest of `gridrush run` names the hash of every table: the tables of the second run must have the
//! same. The manifest of an experiment names its plan: the closing numbers of the second run must be the
//! same to the bit. A replication of a cell also leaves all its tables, which the batch did not keep.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use anyhow::Context;
use gridrush_experiment::Metric;
use gridrush_experiment::plan::{PLAN_FILE, Unit};
use gridrush_tables::{Manifest, Provenance, TableError, read_json, scan_table, sha256};

use crate::args::InputArgs;
use crate::commands::merge::ExperimentManifest;
use crate::commands::run::{Described, describe, simulate};
use crate::experiment::{self, Cells};
use crate::plan::{self, Job};
use crate::render;
use crate::stop::Stop;

/// Runs a run or one replication of a cell again and compares the results to the bit.
#[derive(Debug, clap::Args)]
pub struct RerunArgs {
    /// The manifest of a run, or of an experiment.
    #[arg(value_name = "manifest.json")]
    manifest: PathBuf,
    /// The cell of an experiment.
    #[arg(long, value_name = "N", requires = "replication")]
    cell: Option<usize>,
    /// The replication of the cell.
    #[arg(long, value_name = "N", requires = "cell")]
    replication: Option<u32>,
    /// Folder for the results of the second run; `rerun` beside the manifest if not given.
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Folder with region packs in `regions/`, looked at before all others.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Prints no progress.
    #[arg(long)]
    no_progress: bool,
}

/// Runs again and compares.
pub fn run(args: &RerunArgs) -> Result<(), Stop> {
    let of_file = |error: TableError| Stop::usage(format!("{:#}", anyhow::Error::from(error)));
    let dir = args.manifest.parent().unwrap_or(Path::new("")).to_owned();
    let value: serde_json::Value = read_json(&args.manifest).map_err(of_file)?;
    if value.get("plan_hash").is_some() {
        let manifest: ExperimentManifest = read_json(&args.manifest).map_err(of_file)?;
        return rerun_cell(args, &dir, &manifest);
    }
    if args.cell.is_some() {
        return Err(Stop::usage("--cell and --replication are for the manifest of an experiment"));
    }
    let manifest: Manifest = read_json(&args.manifest).map_err(of_file)?;
    rerun_run(args, &dir, &manifest)
}

fn output(args: &RerunArgs, dir: &Path, name: &str) -> Result<PathBuf, Stop> {
    let out = args.output.clone().unwrap_or_else(|| dir.join(name));
    let same =
        |a: &Path, b: &Path| a.canonicalize().ok().zip(b.canonicalize().ok()).is_some_and(|(a, b)| a == b);
    let there = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    if same(&out, there) {
        return Err(Stop::usage("-o is the folder of the first results: they would be lost"));
    }
    Ok(out)
}

/// Where a scenario stood: files that it names are found from there.
fn origin(dir: &Path) -> Option<PathBuf> {
    let provenance = Provenance::read(dir).ok()?;
    Some(Path::new(&provenance.folder).join(provenance.scenario_file?))
}

fn rerun_run(args: &RerunArgs, dir: &Path, manifest: &Manifest) -> Result<(), Stop> {
    let resolved = dir.join("scenario.toml");
    let text = fs::read(&resolved).map_err(|e| Stop::usage(format!("{}: {e}", resolved.display())))?;
    if sha256(&text) != manifest.scenario_sha256 {
        return Err(Stop::usage(format!("{} is not the scenario of the manifest", resolved.display())));
    }
    let input = InputArgs { data: args.data.clone(), ..InputArgs::default() };
    let job = plan::job_at(&resolved, origin(dir).as_deref(), &input)?;
    let mut changed = Vec::new();
    for file in &manifest.data {
        match job.data.iter().find(|found| found.name == file.name) {
            Some(found) if found.sha256 == file.sha256 => {}
            Some(_) => changed.push(format!("{} changed", file.name)),
            None => changed.push(format!("{} is not there", file.name)),
        }
    }
    if !changed.is_empty() {
        return Err(Stop::usage(format!("the data are not those of the manifest: {}", changed.join(", "))));
    }
    let out = output(args, dir, "rerun")?;
    let started = (Instant::now(), SystemTime::now());
    let (_, written) = simulate(&job, manifest.replication, &out, !args.no_progress)?;
    let described = Described { job: &job, scenario_file: &resolved, replication: manifest.replication };
    describe(&described, &out, &written, started)?;
    let again = Manifest::read(&out).map_err(anyhow::Error::from)?;
    let mut hashes: BTreeMap<&str, &str> = BTreeMap::new();
    hashes.extend(again.tables.iter().map(|file| (file.file.as_str(), file.sha256.as_str())));
    let differ: Vec<&str> = manifest
        .tables
        .iter()
        .filter(|file| hashes.get(file.file.as_str()) != Some(&file.sha256.as_str()))
        .map(|file| file.file.as_str())
        .collect();
    say(&job, &out, manifest.tables.len(), "files", &differ, &manifest.version)
}

fn rerun_cell(args: &RerunArgs, dir: &Path, manifest: &ExperimentManifest) -> Result<(), Stop> {
    let Some((cell, replication)) = args.cell.zip(args.replication) else {
        return Err(Stop::usage("an experiment has many cells: add --cell N --replication N"));
    };
    let (plan, dir) = experiment::read(&dir.join(PLAN_FILE))?;
    if plan.hash != manifest.plan_hash {
        return Err(Stop::usage("the plan beside the manifest is another one"));
    }
    if !plan.has(Unit { cell, replication }) {
        return Err(Stop::usage(format!("the plan has no replication {replication} of a cell {cell}")));
    }
    let cells = Cells { plan: &plan, base: experiment::base(&plan, &dir)? };
    let job = cells.job(cell)?;
    let out = output(args, &dir, &format!("rerun-cell-{cell}-replication-{replication}"))?;
    let started = (Instant::now(), SystemTime::now());
    let (outcome, written) = simulate(&job, replication, &out, !args.no_progress)?;
    let scenario = dir.join(&plan.inputs.scenario);
    let described = Described { job: &job, scenario_file: &scenario, replication };
    describe(&described, &out, &written, started)?;
    let before = values(&dir, cell, replication).context("the values of the experiment cannot be read")?;
    let differ: Vec<&str> = before
        .iter()
        .filter(|old| {
            !outcome
                .metrics
                .iter()
                .any(|new| new.name == old.name && new.value.to_bits() == old.value.to_bits())
        })
        .map(|old| old.name.as_str())
        .collect();
    if before.is_empty() {
        return Err(Stop::usage(
            "that replication failed in the experiment: there is nothing to compare with",
        ));
    }
    say(&job, &out, before.len(), "closing numbers", &differ, &manifest.version)
}

/// The closing numbers of a unit in the merged table.
fn values(dir: &Path, cell: usize, replication: u32) -> Result<Vec<Metric>, TableError> {
    let mut out = Vec::new();
    let columns = ["cell", "replication", "metric", "value", "unit"];
    scan_table(dir, "values", &columns, |frame| {
        let (cells, replications) = (frame.integers("cell")?, frame.integers("replication")?);
        let (metrics, units, values) = (frame.texts("metric")?, frame.texts("unit")?, frame.floats("value")?);
        for i in
            (0..frame.len()).filter(|&i| cells[i] == cell as i64 && replications[i] == i64::from(replication))
        {
            let (name, unit) = (metrics.get(i).to_owned(), units.get(i).to_owned());
            out.push(Metric { name, unit, value: values[i] });
        }
        Ok::<(), TableError>(())
    })?;
    Ok(out)
}

fn say(job: &Job, out: &Path, count: usize, what: &str, differ: &[&str], version: &str) -> Result<(), Stop> {
    if !differ.is_empty() {
        let other = if version == env!("CARGO_PKG_VERSION") {
            String::new()
        } else {
            format!(" (they were made by gridrush {version}, this is {})", env!("CARGO_PKG_VERSION"))
        };
        return Err(Stop::Failed(anyhow::anyhow!(
            "{} of {count} {what} differ{other}: {}",
            differ.len(),
            differ.join(", ")
        )));
    }
    let mut stdout = std::io::stdout().lock();
    let rows = [("identical", format!("{count} {what}")), ("results", out.display().to_string())];
    render::summary(&mut stdout, &format!("{}: done again", job.name), &rows)?;
    stdout.flush()?;
    Ok(())
}
