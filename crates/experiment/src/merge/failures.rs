//! `failures`: units that failed, each with what it takes to run it again.

use gridrush_tables::{Batch, Cell, Kind};

use super::columns::{REPLICATION, column, push, table};
use crate::batch::UnitFailure;
use crate::plan::Plan;

pub(super) fn batch(plan: &Plan, failures: &[UnitFailure]) -> Batch {
    let others = [
        REPLICATION,
        column("seed", Kind::Text, "Seed of the cell, to run it again."),
        column("message", Kind::Text, "What went wrong."),
    ];
    let meaning = "A replication that failed and is left out of the other tables.";
    let mut batch = Batch::new(table(plan, "failures", meaning, &others, true));
    for failure in failures {
        let rest = [
            Cell::Integer(i64::from(failure.replication)),
            Cell::Text(&failure.seed),
            Cell::Text(&failure.message),
        ];
        push(&mut batch, plan, failure.cell, &rest);
    }
    batch
}
