//! `differences`: every metric of every cell less that of its base, paired by replication.
//!
//! The base of a cell is the cell with the first level of the compared factor and equal others; without a
//! compared factor it is the first cell. p values are corrected over all cells of a metric.

use gridrush_tables::{Batch, Cell, Kind};
use rayon::prelude::*;

use super::Results;
use super::columns::{FINDINGS, METRIC, REPLICATIONS, UNIT, column, ends, findings, number, push, table};
use crate::stats::{Bootstrapped, Estimate, Paired, Total, bonferroni, holm};

/// A metric of a cell less that of its base.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The cell.
    pub cell: usize,
    /// Its base.
    pub base: usize,
    /// The metric's number.
    pub metric: usize,
    /// The difference over common replications.
    pub paired: Paired,
    /// Its bootstrap interval.
    pub bootstrap: Option<(f64, f64)>,
    /// Its total interval, over draws from the ranges.
    pub total: Option<Total>,
}

impl Results {
    /// Differences of all metrics, by metric and cell.
    pub fn differences(&self) -> Vec<Difference> {
        let pairs = self.pairs();
        let jobs: Vec<(usize, usize, usize)> = (0..self.metrics.len())
            .flat_map(|metric| pairs.iter().filter_map(move |&(cell, base)| Some((metric, cell, base?))))
            .collect();
        jobs.into_par_iter().filter_map(|(metric, cell, base)| self.difference(metric, cell, base)).collect()
    }

    fn difference(&self, metric: usize, cell: usize, base: usize) -> Option<Difference> {
        let name = &self.metrics[metric].0;
        let common = Results::common(&[self.column(base, name)?, self.column(cell, name)?]);
        let [before, after] = &common[..] else { return None };
        let paired = Paired::of(before, after, self.plan.confidence)?;
        let each = self.paired(name, cell, base)?;
        let mut mean =
            |numbers: &[usize]| numbers.iter().map(|&i| each[i]).sum::<f64>() / numbers.len() as f64;
        // All cells of a metric draw the same replications.
        let bootstrap = self.bootstrap(name).accelerated(each.len(), &mut mean);
        let mean_of = |cell, base: Option<usize>| {
            Some(Estimate::of(&self.paired(name, cell, base?)?, self.plan.confidence)?.mean)
        };
        let drawn = self.over_draws(cell, Some(base), &mean_of).1;
        Some(Difference {
            cell,
            base,
            metric,
            paired,
            bootstrap: bootstrap.map(|Bootstrapped { interval, .. }| interval),
            total: Total::of(&drawn, self.plan.confidence),
        })
    }
}

pub(super) fn batch(results: &Results) -> Option<Batch> {
    let list = results.differences();
    if list.is_empty() {
        return None;
    }
    let others = [
        METRIC,
        UNIT,
        REPLICATIONS,
        column("base_cell", Kind::Integer, "Number of the cell that it is compared with."),
        column("base_mean", Kind::Float, "Mean of the base over these replications."),
        column("mean", Kind::Float, "Mean of the cell over these replications."),
        column("difference", Kind::Float, "Mean of the differences."),
        column("standard_error", Kind::Float, "Standard error of the mean difference; NaN with one pair."),
        column("low", Kind::Float, "Lower end of the simulation interval (t); NaN with one pair."),
        column("high", Kind::Float, "Upper end of the simulation interval (t); NaN with one pair."),
        column("bootstrap_low", Kind::Float, "Lower end of the bootstrap interval (BCa)."),
        column("bootstrap_high", Kind::Float, "Upper end of the bootstrap interval (BCa)."),
        column("p_value", Kind::Float, "Two-sided p value of the paired t test."),
        column("p_holm", Kind::Float, "The p value corrected by Holm over all cells of the metric."),
        column(
            "p_bonferroni",
            Kind::Float,
            "The p value corrected by Bonferroni over all cells of the metric.",
        ),
        column("variance_factor", Kind::Float, "How many times as many replications it would take unpaired."),
    ];
    let meaning = "One metric of one cell less that of its base, paired by replication.";
    let mut batch =
        Batch::new(table(&results.plan, "differences", meaning, &[&others[..], &FINDINGS].concat(), true));
    for rows in list.chunk_by(|a, b| a.metric == b.metric) {
        let p: Vec<Option<f64>> = rows.iter().map(|row| row.paired.difference.p_value()).collect();
        let known: Vec<f64> = p.iter().copied().flatten().collect();
        let (mut by_holm, mut by_bonferroni) = (holm(&known).into_iter(), bonferroni(&known).into_iter());
        for (row, p) in rows.iter().zip(p) {
            let (metric, unit) = &results.metrics[row.metric];
            let d = &row.paired.difference;
            let [low, high] = ends(d.interval);
            let [bootstrap_low, bootstrap_high] = ends(row.bootstrap);
            let corrected = |list: &mut dyn Iterator<Item = f64>| number(p.and_then(|_| list.next()));
            let rest = [
                Cell::Text(metric),
                Cell::Text(unit),
                Cell::Integer(i64::from(d.count)),
                Cell::Integer(row.base as i64),
                Cell::Float(row.paired.base_mean),
                Cell::Float(row.paired.other_mean),
                Cell::Float(d.mean),
                number(d.standard_error),
                low,
                high,
                bootstrap_low,
                bootstrap_high,
                number(p),
                corrected(&mut by_holm),
                corrected(&mut by_bonferroni),
                number(row.paired.variance_factor()),
            ];
            let rest = [&rest[..], &findings(true, d.interval, row.total)].concat();
            push(&mut batch, &results.plan, row.cell, &rest);
        }
    }
    Some(batch)
}
