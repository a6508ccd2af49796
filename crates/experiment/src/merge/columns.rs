//! Tables whose first columns are the cell and the experiment's own factors.
//!
//! A declaration lives as long as the program, and these are only known when a plan is read, so each is
//! made once per merge and kept.

use gridrush_tables::{Batch, Cell, Column, Kind, Table};

use crate::plan::Plan;
use crate::stats::{Total, wording};

pub(super) const fn column(name: &'static str, kind: Kind, meaning: &'static str) -> Column {
    Column { name, kind, unit: "", meaning }
}

pub(super) const REPLICATION: Column =
    column("replication", Kind::Integer, "Number of the replication, from 0.");
pub(super) const METRIC: Column = column("metric", Kind::Text, "Name of the metric, with its unit last.");
pub(super) const UNIT: Column = column("unit", Kind::Text, "Unit of the value.");
pub(super) const VALUE: Column = column("value", Kind::Float, "The value.");
pub(super) const REPLICATIONS: Column =
    column("replications", Kind::Integer, "Replications that the row stands on.");

/// What a table says of a difference beside its value: the end of every row of `differences` and `measures`.
pub(super) const FINDINGS: [Column; 8] = [
    column("finding", Kind::Text, "What the simulation interval of the difference allows one to say."),
    column(
        "total_low",
        Kind::Float,
        "Lower end of the total interval: of the difference, or of a base's value.",
    ),
    column(
        "total_high",
        Kind::Float,
        "Upper end of the total interval: of the difference, or of a base's value.",
    ),
    column("total_median", Kind::Float, "Median over the draws."),
    column("draws", Kind::Integer, "Draws of the total interval."),
    column("positive_share", Kind::Float, "Share of draws above zero."),
    column("negative_share", Kind::Float, "Share of draws below zero."),
    column("total_finding", Kind::Text, "What the total interval of the difference allows one to say."),
];

/// Cells of [`FINDINGS`]: of a base where there is no difference.
pub(super) fn findings(
    is_difference: bool,
    simulation: Option<(f64, f64)>,
    total: Option<Total>,
) -> [Cell<'static>; 8] {
    let says = |interval| if is_difference { wording(interval).text() } else { "base" };
    let [low, high] = ends(total.map(|total| total.interval));
    [
        Cell::Text(says(simulation)),
        low,
        high,
        number(total.map(|total| total.median)),
        Cell::Integer(total.map_or(0, |total| i64::from(total.draws))),
        number(total.map(|total| total.positive_share)),
        number(total.map(|total| total.negative_share)),
        Cell::Text(says(total.map(|total| total.interval))),
    ]
}

/// Names that factors may not have, because columns have them.
pub const RESERVED: [&str; 8] =
    ["cell", "draw", "replication", "replications", "metric", "measure", "value", "unit"];

fn keep(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// A table with the columns `cell`, `draw`, one per factor, and the others.
pub(super) fn table(
    plan: &Plan,
    name: &'static str,
    meaning: &'static str,
    others: &[Column],
    csv: bool,
) -> &'static Table {
    let mut columns = vec![
        column("cell", Kind::Integer, "Number of the cell in the plan, from 0."),
        column("draw", Kind::Integer, "Number of the draw from the ranges of parameters; 0 without any."),
    ];
    columns.extend(plan.factors.iter().map(|factor| Column {
        name: keep(&factor.name),
        kind: if factor.numeric { Kind::Float } else { Kind::Text },
        unit: keep(&factor.unit),
        meaning: "Factor of the experiment.",
    }));
    columns.extend_from_slice(others);
    Box::leak(Box::new(Table { name, meaning, columns: Box::leak(columns.into_boxed_slice()), csv }))
}

/// Adds a row of such a table.
pub(super) fn push(batch: &mut Batch, plan: &Plan, cell: usize, others: &[Cell<'_>]) {
    let planned = &plan.cells[cell];
    let mut row = vec![Cell::Integer(cell as i64), Cell::Integer(i64::from(planned.draw))];
    row.extend(plan.factors.iter().zip(&planned.values).map(|(factor, value)| {
        if factor.numeric { Cell::Float(value.parse().unwrap_or(f64::NAN)) } else { Cell::Text(value) }
    }));
    row.extend_from_slice(others);
    batch.push(&row);
}

/// The cells, with what is different in each.
pub(super) fn cells(plan: &Plan) -> Batch {
    let others = [
        REPLICATIONS,
        column("first_replication", Kind::Integer, "Number of the first replication."),
        column("seed", Kind::Text, "Root of all random streams."),
        column("set", Kind::Text, "What is different from the base scenario, separated by semicolons."),
        column("scenario_sha256", Kind::Text, "Hash of the scenario with every value explicit."),
    ];
    let mut batch = Batch::new(table(plan, "cells", "One cell of the experiment.", &others, true));
    for (number, cell) in plan.cells.iter().enumerate() {
        let set = cell.set.join("; ");
        let rest = [
            Cell::Integer(i64::from(cell.replications)),
            Cell::Integer(i64::from(cell.first_replication)),
            Cell::Text(&cell.seed),
            Cell::Text(&set),
            Cell::Text(&cell.scenario_sha256),
        ];
        push(&mut batch, plan, number, &rest);
    }
    batch
}

/// The ends of an interval; NaN where there is none.
pub(super) fn ends(interval: Option<(f64, f64)>) -> [Cell<'static>; 2] {
    let (low, high) = interval.unwrap_or((f64::NAN, f64::NAN));
    [Cell::Float(low), Cell::Float(high)]
}

/// A number; NaN where there is none.
pub(super) fn number(value: Option<f64>) -> Cell<'static> {
    Cell::Float(value.unwrap_or(f64::NAN))
}
