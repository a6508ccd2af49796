//! `gridrush merge`: the parts of a plan to tables beside it.
//!
//! ```text
//! DIR/plan.json        what was run
//!     parts/           partial results, one file a few replications
//!     values.parquet   every number; also .csv where that stays small
//!     cells, means, differences, measures, ranking, drivers, indices, failures
//!     answers.md       what they say: a table of measures for each group of cells that are compared
//!     dictionary.md    what every column means
//!     manifest.json    hashes of all tables, and of the plan
//! ```

use std::io::Write;
use std::path::{Path, PathBuf};

use gridrush_experiment::batch::{PARTS_FOLDER, PartError};
use gridrush_experiment::merge::{ANSWERS_FILE, MergeError, Merged, merge};
use gridrush_experiment::plan::Plan;
use gridrush_tables::{MANIFEST_FILE, ResultFile, write_dictionary, write_file, write_json};
use serde::{Deserialize, Serialize};

use crate::commands::batch;
use crate::experiment;
use crate::render;
use crate::stop::Stop;

/// Puts the parts of a plan together into tables.
#[derive(Debug, clap::Args)]
pub struct MergeArgs {
    /// The plan.
    #[arg(long, value_name = "plan.json")]
    plan: PathBuf,
}

/// The manifest of an experiment's tables: the same plan gives the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExperimentManifest {
    /// The version of gridrush.
    pub version: String,
    /// The experiment's name.
    pub experiment: String,
    /// The hash of its plan.
    pub plan_hash: String,
    /// The name of the random generator.
    pub generator: String,
    /// Replications in all.
    pub replications: u64,
    /// Replications that failed.
    pub failed: u64,
    /// The files that were written.
    pub tables: Vec<ResultFile>,
}

/// Merges and prints what was found.
pub fn run(args: &MergeArgs) -> Result<(), Stop> {
    let (plan, dir) = experiment::read(&args.plan)?;
    merged(&plan, &dir)
}

/// Merges the parts of a plan and prints its measures.
pub fn merged(plan: &Plan, dir: &Path) -> Result<(), Stop> {
    let found = merge(plan, &dir.join(PARTS_FOLDER), dir).map_err(|error| match error {
        MergeError::Part(PartError::Table(error)) | MergeError::Table(error) => Stop::Failed(error.into()),
        MergeError::Part(error) => Stop::usage(format!("{error}; gridrush resume runs what is missing")),
    })?;
    write_dictionary(&dir.join("dictionary.md"), &found.declared).map_err(anyhow::Error::from)?;
    let manifest = ExperimentManifest {
        version: plan.version.clone(),
        experiment: plan.name.clone(),
        plan_hash: plan.hash.clone(),
        generator: plan.generator.clone(),
        replications: plan.units(),
        failed: found.failures.len() as u64,
        tables: files(&found),
    };
    write_json(&dir.join(MANIFEST_FILE), &manifest).map_err(anyhow::Error::from)?;
    batch::failures(plan, &found.failures)?;
    let mut out = std::io::stdout().lock();
    if let Some(answers) = found.results.answers() {
        let path = dir.join(ANSWERS_FILE);
        write_file(&path, answers.as_bytes()).map_err(anyhow::Error::from)?;
        writeln!(out, "{answers}")?;
    } else {
        render::measures(&mut out, &found.results)?;
    }
    let names: Vec<&str> = found.declared.iter().map(|table| table.name).collect();
    let rows = [
        ("tables", names.join(", ")),
        ("replications", format!("{}, {} failed", plan.units(), found.failures.len())),
        ("results", dir.display().to_string()),
    ];
    render::summary(&mut out, &format!("{}: merged", plan.name), &rows)?;
    out.flush()?;
    Ok(())
}

fn files(found: &Merged) -> Vec<ResultFile> {
    let of = |table: &gridrush_tables::WrittenTable| {
        let (name, rows) = (table.table.name.to_owned(), table.rows);
        let file = move |file: &gridrush_tables::WrittenFile| ResultFile {
            table: name.clone(),
            file: file.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            rows,
            sha256: file.sha256.clone(),
        };
        table.files.iter().map(file).collect::<Vec<_>>()
    };
    found.tables.iter().flat_map(of).collect()
}
