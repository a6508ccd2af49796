//! `means`: every metric of every cell without draws.

use gridrush_tables::{Batch, Cell, Kind};

use super::Results;
use super::columns::{METRIC, REPLICATIONS, UNIT, column, ends, number, push, table};
use crate::stats::{Estimate, Total};

pub(super) fn batch(results: &Results) -> Batch {
    let others = [
        METRIC,
        UNIT,
        REPLICATIONS,
        column("mean", Kind::Float, "Mean over replications."),
        column("standard_error", Kind::Float, "Standard error of the mean; NaN with one replication."),
        column("low", Kind::Float, "Lower end of the simulation interval (t); NaN with one replication."),
        column("high", Kind::Float, "Upper end of the simulation interval (t); NaN with one replication."),
        column("total_low", Kind::Float, "Lower end of the total interval, over draws from the ranges."),
        column("total_high", Kind::Float, "Upper end of the total interval, over draws from the ranges."),
        column("draws", Kind::Integer, "Draws of the total interval."),
    ];
    let meaning = "One metric of one cell, averaged over replications.";
    let mut batch = Batch::new(table(&results.plan, "means", meaning, &others, true));
    let confidence = results.plan.confidence;
    for cell in results.centres() {
        for (metric, unit) in &results.metrics {
            let Some(estimate) = Estimate::of(&results.known(cell, metric), confidence) else { continue };
            let mean = |cell| Estimate::of(&results.known(cell, metric), confidence).map(|e| e.mean);
            let drawn: Vec<f64> =
                (1..=results.draws()).filter_map(|draw| mean(results.drawn(cell, draw)?)).collect();
            let total = Total::of(&drawn, confidence);
            let [low, high] = ends(estimate.interval);
            let [total_low, total_high] = ends(total.map(|total| total.interval));
            let rest = [
                Cell::Text(metric),
                Cell::Text(unit),
                Cell::Integer(i64::from(estimate.count)),
                Cell::Float(estimate.mean),
                number(estimate.standard_error),
                low,
                high,
                total_low,
                total_high,
                Cell::Integer(drawn.len() as i64),
            ];
            push(&mut batch, &results.plan, cell, &rest);
        }
    }
    batch
}
