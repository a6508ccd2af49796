//! `indices`: Sobol indices of every factor for every measure, or for every metric where there is none.

use gridrush_tables::{Batch, Cell, Column, Kind, Table};

use super::Results;
use super::columns::{METRIC, column, number};
use crate::plan::PlannedDesign;
use crate::stats::{Estimate, Indices, Rows};

static COLUMNS: [Column; 9] = [
    METRIC,
    column("factor", Kind::Text, "The factor."),
    column("rows", Kind::Integer, "Rows of the design."),
    column("first", Kind::Float, "Share of the variance that the factor makes alone."),
    column("first_low", Kind::Float, "Lower end of its bootstrap interval."),
    column("first_high", Kind::Float, "Upper end of its bootstrap interval."),
    column("total", Kind::Float, "Share that it makes alone and together with others."),
    column("total_low", Kind::Float, "Lower end of its bootstrap interval."),
    column("total_high", Kind::Float, "Upper end of its bootstrap interval."),
];

static TABLE: Table = Table {
    name: "indices",
    meaning: "Sobol indices of one factor for one metric, averaged over replications.",
    columns: &COLUMNS,
    csv: true,
};

pub(super) fn batch(results: &Results) -> Option<Batch> {
    let PlannedDesign::Sobol { rows } = results.plan.design else { return None };
    let mut batch = Batch::new(&TABLE);
    let measured = |name: &String| {
        results.plan.measures.is_empty() || results.plan.measures.iter().any(|m| m.metric == *name)
    };
    for (metric, _) in results.metrics.iter().filter(|(name, _)| measured(name)) {
        let mean = |cell| Some(Estimate::of(&results.known(cell, metric), 0.5)?.mean);
        // A point without a value leaves its whole row without indices, so all of them are needed.
        let Some(values) = results.centres().into_iter().map(mean).collect::<Option<Vec<f64>>>() else {
            continue;
        };
        let design = Rows::of(&values, results.plan.factors.len(), rows as usize);
        let list = design.and_then(|design| Indices::of(&design, &results.bootstrap(metric)));
        let Some(list) = list else { continue };
        for (factor, found) in results.plan.factors.iter().zip(list) {
            let low = |index: crate::stats::Index| number(index.interval.map(|(low, _)| low));
            let high = |index: crate::stats::Index| number(index.interval.map(|(_, high)| high));
            batch.push(&[
                Cell::Text(metric),
                Cell::Text(&factor.name),
                Cell::Integer(i64::from(rows)),
                Cell::Float(found.first.value),
                low(found.first),
                high(found.first),
                Cell::Float(found.total.value),
                low(found.total),
                high(found.total),
            ]);
        }
    }
    Some(batch)
}
