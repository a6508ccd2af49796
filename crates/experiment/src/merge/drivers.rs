//! `drivers`: the uncertain parameters that move each measure most, and where they turn its sign.

use gridrush_tables::{Batch, Cell, Kind};

use super::Results;
use super::columns::{column, number, push, table};
use crate::stats::Drivers;

/// How many parameters are listed for each measure of a cell.
const LISTED: usize = 5;

pub(super) fn batch(results: &Results) -> Option<Batch> {
    if results.plan.ranges.is_empty() || results.plan.measures.is_empty() {
        return None;
    }
    let others = [
        column(
            "measure",
            Kind::Text,
            "Name of the measure: its difference from the base, or a base's value.",
        ),
        column("rank", Kind::Integer, "Rank among the parameters, from 1."),
        column("parameter", Kind::Text, "Dotted path of the parameter."),
        column("range_low", Kind::Float, "Least value of its range."),
        column("range_high", Kind::Float, "Greatest value of its range."),
        column("tag", Kind::Text, "Where the range comes from."),
        column("slope", Kind::Float, "Change of the measure per unit of the parameter."),
        column("share", Kind::Float, "Share of the measure's variance over the draws."),
        column(
            "turns_at",
            Kind::Float,
            "Value at which the fitted measure is zero, others at their means; NaN outside the range.",
        ),
        column(
            "explained_share",
            Kind::Float,
            "Share of the variance that straight lines in all parameters explain.",
        ),
    ];
    let meaning = "One of the parameters that move a measure of a cell most.";
    let mut batch = Batch::new(table(&results.plan, "drivers", meaning, &others, true));
    let pairs = results.pairs();
    for measure in &results.plan.measures {
        for &(cell, base) in &pairs {
            let (draws, values) = results.drawn_measure(measure, cell, base);
            let drawn = |&draw: &u32| Some(results.plan.cells[results.drawn(cell, draw)?].drawn.clone());
            let Some(parameters) = draws.iter().map(drawn).collect::<Option<Vec<_>>>() else { continue };
            let Some(found) = Drivers::of(&parameters, &values) else { continue };
            for (rank, driver) in found.list.iter().take(LISTED).enumerate() {
                let range = &results.plan.ranges[driver.parameter];
                let rest = [
                    Cell::Text(&measure.name),
                    Cell::Integer(rank as i64 + 1),
                    Cell::Text(&range.path),
                    Cell::Float(range.low),
                    Cell::Float(range.high),
                    Cell::Text(&range.tag),
                    Cell::Float(driver.slope),
                    Cell::Float(driver.share),
                    number(driver.turns_at),
                    Cell::Float(found.explained_share),
                ];
                push(&mut batch, &results.plan, cell, &rest);
            }
        }
    }
    Some(batch)
}
