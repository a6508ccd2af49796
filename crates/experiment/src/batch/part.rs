//! The file of a part: metrics as Parquet, and beside it a record that says they are whole.
//!
//! `part-<n>-of-<m>.parquet` is written first, `part-<n>-of-<m>.json` last, each under a temporary name that is
//! then changed. A part is finished when its record names this plan and the true hash of the metrics. A
//! record of another plan is never overwritten.

use std::io;
use std::path::{Path, PathBuf};

use gridrush_tables::{
    Batch, Cell, Column, Kind, Table, TableError, parquet_path, read_json, read_table, sha256_of_file,
    write_json, write_parquet,
};
use serde::{Deserialize, Serialize};

use crate::Metric;
use crate::plan::{Plan, Unit};

const fn column(name: &'static str, kind: Kind, meaning: &'static str) -> Column {
    Column { name, kind, unit: "", meaning }
}

/// Metrics of the units of a part.
static TABLE: Table = Table {
    name: "part",
    meaning: "One metric of one replication of one cell.",
    columns: &[
        column("cell", Kind::Integer, "Number of the cell in the plan, from 0."),
        column("replication", Kind::Integer, "Number of the replication, from 0."),
        column("metric", Kind::Text, "Name of the metric, with its unit last."),
        column("unit", Kind::Text, "Unit of the value."),
        column("value", Kind::Float, "Value of the metric."),
    ],
    csv: false,
};

/// A unit that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitFailure {
    /// The cell's number.
    pub cell: usize,
    /// The replication's number.
    pub replication: u32,
    /// Seed of the cell, to run it again.
    pub seed: String,
    /// What went wrong.
    pub message: String,
}

/// What the record of a part says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    plan_hash: String,
    part: u64,
    rows: u64,
    sha256: String,
    failures: Vec<UnitFailure>,
}

/// How it stands with a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Finished, with these failures.
    Finished(Vec<UnitFailure>),
    /// Not there.
    Missing,
    /// There, and not as it was written: the reason.
    Damaged(String),
}

/// A part that cannot be used and must not be touched.
#[derive(Debug, thiserror::Error)]
pub enum PartError {
    /// It belongs to another plan.
    #[error(
        "{} belongs to another plan (hash {found}, this plan has {expected}): keep the results of a plan in a folder of their own",
        path.display()
    )]
    Foreign {
        /// Its record.
        path: PathBuf,
        /// The hash of its plan.
        found: String,
        /// The hash of this plan.
        expected: String,
    },
    /// Parts that merging needs are not there or damaged.
    #[error("{} of {of} parts are not there or damaged: {}{}", list.len(), list.iter().take(5).cloned().collect::<Vec<_>>().join("; "), if list.len() > 5 { "; .." } else { "" })]
    Missing {
        /// Names and reasons.
        list: Vec<String>,
        /// Number of parts of the plan.
        of: u64,
    },
    /// It cannot be read.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// A part in memory.
#[derive(Clone, Debug)]
pub struct Part {
    number: u64,
    metrics: Batch,
    /// Units that failed.
    pub failures: Vec<UnitFailure>,
}

impl Part {
    /// The part of a plan from the outcomes of all its units, in their order.
    pub fn new(
        plan: &Plan,
        part: u64,
        outcomes: impl IntoIterator<Item = Result<Vec<Metric>, String>>,
    ) -> Part {
        let first = plan.first_units();
        let mut out = Part { number: part, metrics: Batch::new(&TABLE), failures: Vec::new() };
        for (number, outcome) in plan.units_of(part).zip(outcomes) {
            let unit = plan.unit(&first, number);
            match outcome {
                Ok(metrics) => {
                    for metric in metrics {
                        out.metrics.push(&[
                            Cell::Integer(unit.cell as i64),
                            Cell::Integer(i64::from(unit.replication)),
                            Cell::Text(&metric.name),
                            Cell::Text(&metric.unit),
                            Cell::Float(metric.value),
                        ]);
                    }
                }
                Err(message) => out.failures.push(UnitFailure {
                    cell: unit.cell,
                    replication: unit.replication,
                    seed: plan.cells[unit.cell].seed.clone(),
                    message,
                }),
            }
        }
        out
    }

    /// Writes metrics, then the record.
    pub fn write(&self, plan: &Plan, parts: &Path) -> Result<(), TableError> {
        let name = plan.part_name(self.number);
        let sha256 = write_parquet(&parquet_path(parts, &name), &self.metrics)?;
        let record = Record {
            plan_hash: plan.hash.clone(),
            part: self.number,
            rows: self.metrics.len() as u64,
            sha256,
            failures: self.failures.clone(),
        };
        write_json(&record_path(parts, &name), &record)
    }
}

fn record_path(parts: &Path, name: &str) -> PathBuf {
    parts.join(format!("{name}.json"))
}

/// How it stands with a part of a plan. Reads the file of metrics once, for its hash.
pub fn state(plan: &Plan, parts: &Path, part: u64) -> Result<State, PartError> {
    let name = plan.part_name(part);
    let path = record_path(parts, &name);
    let record: Record = match read_json(&path) {
        Ok(record) => record,
        Err(TableError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            return Ok(State::Missing);
        }
        Err(TableError::Json { source, .. }) => return Ok(State::Damaged(format!("its record: {source}"))),
        Err(other) => return Err(other.into()),
    };
    if record.plan_hash != plan.hash {
        return Err(PartError::Foreign { path, found: record.plan_hash, expected: plan.hash.clone() });
    }
    if record.part != part {
        return Ok(State::Damaged(format!("its record is that of part {}", record.part)));
    }
    Ok(match sha256_of_file(&parquet_path(parts, &name)) {
        Ok(found) if found == record.sha256 => State::Finished(record.failures),
        Ok(_) => State::Damaged("its bytes are not those that were written".to_owned()),
        Err(_) => State::Damaged("its metrics cannot be read".to_owned()),
    })
}

/// The metrics of a finished part, in the order of the units.
pub fn read(plan: &Plan, parts: &Path, part: u64) -> Result<Vec<(Unit, Metric)>, TableError> {
    let frame = read_table(parts, &plan.part_name(part))?;
    let (cells, replications) = (frame.integers("cell")?, frame.integers("replication")?);
    let (metrics, units, values) = (frame.texts("metric")?, frame.texts("unit")?, frame.floats("value")?);
    let row = |i: usize| {
        let metric =
            Metric { name: metrics.get(i).to_owned(), unit: units.get(i).to_owned(), value: values[i] };
        (Unit { cell: cells[i] as usize, replication: replications[i] as u32 }, metric)
    };
    Ok((0..frame.len()).map(row).collect())
}
