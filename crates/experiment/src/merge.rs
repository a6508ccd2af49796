//! Parts to tables.
//!
//! All parts must be there, whole and of this plan. They are read in the order of the plan, so the tables do
//! not depend on who ran what when. Rows of `values` go straight to disk; for statistics one number per
//! unit and metric stays in memory.

mod answers;
mod columns;
mod differences;
mod drivers;
mod failures;
mod indices;
mod means;
mod measures;
mod ranking;
mod results;

use std::path::Path;

use gridrush_tables::{Batch, Cell, DirectorySink, RowSink, Table, TableError, WrittenTable};

pub use answers::ANSWERS_FILE;
pub use columns::RESERVED;
pub use differences::Difference;
pub use measures::{FromBase, Measured};
pub use ranking::Ranked;
pub use results::Results;

use crate::batch::{PartError, State, UnitFailure, state};
use crate::plan::Plan;

/// Most units of which `values` also gets a CSV copy.
const CSV_UNITS: u64 = 20_000;

/// What merging found.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The tables as written.
    pub tables: Vec<WrittenTable>,
    /// Their declarations, for the dictionary.
    pub declared: Vec<&'static Table>,
    /// Units that failed.
    pub failures: Vec<UnitFailure>,
    /// The results in memory.
    pub results: Results,
}

/// Why parts could not be merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// Parts are missing, damaged or of another plan.
    #[error(transparent)]
    Part(#[from] PartError),
    /// A file could not be read or written.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// Looks at all parts and returns the failures in them; refuses what is missing, damaged or foreign.
fn whole(plan: &Plan, parts: &Path) -> Result<Vec<UnitFailure>, PartError> {
    let mut failures = Vec::new();
    let mut list = Vec::new();
    for part in 0..plan.parts() {
        match state(plan, parts, part)? {
            State::Finished(more) => failures.extend(more),
            State::Missing => list.push(format!("{} is missing", plan.part_name(part))),
            State::Damaged(why) => list.push(format!("{}: {why}", plan.part_name(part))),
        }
    }
    if list.is_empty() { Ok(failures) } else { Err(PartError::Missing { list, of: plan.parts() }) }
}

/// Merges the parts of a plan into tables of a folder. Nothing appears there unless all of it does.
pub fn merge(plan: &Plan, parts: &Path, dir: &Path) -> Result<Merged, MergeError> {
    let failures = whole(plan, parts)?;
    let mut sink = DirectorySink::create(dir)?;
    let values = columns::table(
        plan,
        "values",
        "One metric of one replication of one cell: every number that was computed.",
        &[columns::REPLICATION, columns::METRIC, columns::VALUE, columns::UNIT],
        plan.units() <= CSV_UNITS,
    );
    sink.declare(values)?;
    let mut results = Results::new(plan);
    let mut batch = Batch::new(values);
    for part in 0..plan.parts() {
        for (unit, metric) in crate::batch::read(plan, parts, part)? {
            if !plan.has(unit) {
                let why = format!("{} has a unit that the plan does not have", plan.part_name(part));
                return Err(PartError::Missing { list: vec![why], of: plan.parts() }.into());
            }
            let number = Cell::Integer(i64::from(unit.replication));
            let rest =
                [number, Cell::Text(&metric.name), Cell::Float(metric.value), Cell::Text(&metric.unit)];
            columns::push(&mut batch, plan, unit.cell, &rest);
            results.add(unit, &metric);
        }
        sink.write(&batch)?;
        batch.clear();
    }
    let mut declared = vec![values];
    let tables = [
        Some(columns::cells(plan)),
        Some(means::batch(&results)),
        differences::batch(&results),
        measures::batch(&results),
        ranking::batch(&results),
        drivers::batch(&results),
        indices::batch(&results),
        Some(failures::batch(plan, &failures)),
    ];
    for batch in tables.into_iter().flatten() {
        declared.push(batch.table());
        sink.declare(batch.table())?;
        sink.write(&batch)?;
    }
    Ok(Merged { tables: sink.finish()?, declared, failures, results })
}
