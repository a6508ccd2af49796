//! `measures`: what the experiment is about, cell by cell: means, quantiles or ratios, and their difference
//! from the base.

use gridrush_tables::{Batch, Cell, Kind};
use rayon::prelude::*;

use super::Results;
use super::columns::{FINDINGS, METRIC, REPLICATIONS, UNIT, column, ends, findings, number, push, table};
use super::results::Column;
use crate::plan::{Of, PlannedMeasure};
use crate::stats::{Estimate, QuantileEstimate, Ratio, Stopping, Total, quantile};

/// A measure of a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The measure's number.
    pub measure: usize,
    /// The cell.
    pub cell: usize,
    /// Unit of the values.
    pub unit: String,
    /// Replications.
    pub replications: u32,
    /// Its value.
    pub value: f64,
    /// Simulation interval of the value.
    pub interval: Option<(f64, f64)>,
    /// The difference from the base; absent for a base.
    pub difference: Option<FromBase>,
    /// Total interval of the difference, or of the value where there is no base.
    pub total: Option<Total>,
    /// Replications that the wanted half-width takes.
    pub wanted: Option<u32>,
}

/// The difference of a measure from that of the base.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FromBase {
    /// The base.
    pub base: usize,
    /// The measure less that of the base.
    pub value: f64,
    /// Its simulation interval.
    pub interval: Option<(f64, f64)>,
}

impl Of {
    fn text(&self) -> String {
        match self {
            Of::Mean => "mean".to_owned(),
            Of::Quantile(p) => format!("quantile {p}"),
            Of::RatioTo(other) => format!("ratio to {other}"),
        }
    }
}

impl PlannedMeasure {
    /// The metrics that it is made of.
    fn metrics(&self) -> Vec<&str> {
        match &self.of {
            Of::RatioTo(other) => vec![&self.metric, other],
            Of::Mean | Of::Quantile(_) => vec![&self.metric],
        }
    }

    /// The value of replications, which have a list for each metric.
    fn value(&self, lists: &[Vec<f64>]) -> Option<f64> {
        match &self.of {
            Of::Mean => Estimate::of(&lists[0], 0.5).map(|e| e.mean),
            Of::Quantile(p) => {
                let mut sorted = lists[0].clone();
                sorted.sort_by(f64::total_cmp);
                quantile(&sorted, *p)
            }
            Of::RatioTo(_) => Ratio::of(&lists[0], &lists[1], 0.5).map(|ratio| ratio.value),
        }
    }

    fn interval(&self, lists: &[Vec<f64>], confidence: f64) -> Option<(f64, f64)> {
        match &self.of {
            Of::Mean => Estimate::of(&lists[0], confidence)?.interval,
            Of::Quantile(p) => QuantileEstimate::of(&lists[0], *p, confidence)?.interval,
            Of::RatioTo(_) => Ratio::of(&lists[0], &lists[1], confidence)?.interval,
        }
    }
}

impl Results {
    /// All measures by number and cell.
    pub fn measures(&self) -> Vec<Measured> {
        let pairs = self.pairs();
        let jobs: Vec<(usize, usize, Option<usize>)> = (0..self.plan.measures.len())
            .flat_map(|measure| pairs.iter().map(move |&(cell, base)| (measure, cell, base)))
            .collect();
        jobs.into_par_iter().filter_map(|(measure, cell, base)| self.measure(measure, cell, base)).collect()
    }

    fn columns(&self, measure: &PlannedMeasure, cell: usize) -> Option<Vec<&Column>> {
        measure.metrics().into_iter().map(|metric| self.column(cell, metric)).collect()
    }

    fn measure(&self, number: usize, cell: usize, base: Option<usize>) -> Option<Measured> {
        let measure = &self.plan.measures[number];
        let confidence = self.plan.confidence;
        let lists = Results::common(&self.columns(measure, cell)?);
        let value = measure.value(&lists)?;
        let difference = base.and_then(|base| self.difference_of(measure, cell, base));
        let unit = |metric: &str| {
            self.metrics.iter().find(|(name, _)| name == metric).map(|(_, unit)| unit.as_str())
        };
        let unit = match &measure.of {
            Of::RatioTo(other) => {
                format!("{} / {}", unit(&measure.metric).unwrap_or(""), unit(other).unwrap_or(""))
            }
            Of::Mean | Of::Quantile(_) => unit(&measure.metric).unwrap_or("").to_owned(),
        };
        Some(Measured {
            measure: number,
            cell,
            unit,
            replications: lists[0].len() as u32,
            value,
            interval: measure.interval(&lists, confidence),
            difference,
            total: Total::of(&self.drawn_measure(measure, cell, base).1, confidence),
            wanted: self.wanted(measure, &lists, cell, base),
        })
    }

    /// A measure's difference from the base over common replications: t for means, bootstrap otherwise.
    fn difference_of(&self, measure: &PlannedMeasure, cell: usize, base: usize) -> Option<FromBase> {
        let mut columns = self.columns(measure, cell)?;
        let count = columns.len();
        columns.extend(self.columns(measure, base)?);
        let lists = Results::common(&columns);
        let difference = |lists: &[Vec<f64>]| {
            let (mine, others) = lists.split_at(count);
            Some(measure.value(mine)? - measure.value(others)?)
        };
        let value = difference(&lists)?;
        if measure.of == Of::Mean {
            let each = self.paired(&measure.metric, cell, base)?;
            let interval = Estimate::of(&each, self.plan.confidence)?.interval;
            return Some(FromBase { base, value, interval });
        }
        let mut statistic = |numbers: &[usize]| {
            let drawn: Vec<Vec<f64>> =
                lists.iter().map(|list| numbers.iter().map(|&i| list[i]).collect()).collect();
            difference(&drawn).unwrap_or(f64::NAN)
        };
        let found = self.bootstrap(&measure.name).accelerated(lists[0].len(), &mut statistic);
        Some(FromBase { base, value, interval: found.map(|found| found.interval) })
    }

    /// The measure of every draw, less that of the base if there is one, with the numbers of those draws. A
    /// quantile over replications has no value of a single draw.
    pub(super) fn drawn_measure(
        &self,
        measure: &PlannedMeasure,
        cell: usize,
        base: Option<usize>,
    ) -> (Vec<u32>, Vec<f64>) {
        if matches!(measure.of, Of::Quantile(_)) {
            return (Vec::new(), Vec::new());
        }
        let of = |cell, base: Option<usize>| match base {
            Some(base) => Some(self.difference_of(measure, cell, base)?.value),
            None => measure.value(&Results::common(&self.columns(measure, cell)?)),
        };
        self.over_draws(cell, base, &of)
    }

    fn wanted(
        &self,
        measure: &PlannedMeasure,
        lists: &[Vec<f64>],
        cell: usize,
        base: Option<usize>,
    ) -> Option<u32> {
        let half_width = measure.half_width.filter(|_| measure.of == Of::Mean)?;
        let stopping = Stopping { half_width, confidence: self.plan.confidence, least: 2, most: u32::MAX };
        let Some(base) = base else { return stopping.expected(&lists[0]) };
        stopping.expected(&self.paired(&measure.metric, cell, base)?)
    }
}

pub(super) fn batch(results: &Results) -> Option<Batch> {
    if results.plan.measures.is_empty() {
        return None;
    }
    let others = [
        column("measure", Kind::Text, "Name of the measure."),
        METRIC,
        column("of", Kind::Text, "What it takes of the replications."),
        UNIT,
        REPLICATIONS,
        column("value", Kind::Float, "The measure of the cell."),
        column("low", Kind::Float, "Lower end of the value's simulation interval."),
        column("high", Kind::Float, "Upper end of the value's simulation interval."),
        column("base_cell", Kind::Integer, "Number of the cell that it is compared with; itself for a base."),
        column("difference", Kind::Float, "The measure less that of the base."),
        column("difference_low", Kind::Float, "Lower end of the difference's simulation interval."),
        column("difference_high", Kind::Float, "Upper end of the difference's simulation interval."),
    ];
    let wanted = column(
        "wanted_replications",
        Kind::Float,
        "Replications that the wanted half-width takes, as far as one can tell.",
    );
    let columns = [&others[..], &FINDINGS, &[wanted]].concat();
    let meaning = "One measure of one cell, and its difference from the base.";
    let mut batch = Batch::new(table(&results.plan, "measures", meaning, &columns, true));
    for row in results.measures() {
        let measure = &results.plan.measures[row.measure];
        let of = measure.of.text();
        let [low, high] = ends(row.interval);
        let between = row.difference.and_then(|from| from.interval);
        let [difference_low, difference_high] = ends(between);
        let rest = [
            Cell::Text(&measure.name),
            Cell::Text(&measure.metric),
            Cell::Text(&of),
            Cell::Text(&row.unit),
            Cell::Integer(i64::from(row.replications)),
            Cell::Float(row.value),
            low,
            high,
            Cell::Integer(row.difference.map_or(row.cell, |from| from.base) as i64),
            number(row.difference.map(|from| from.value)),
            difference_low,
            difference_high,
        ];
        let findings = findings(row.difference.is_some(), between, row.total);
        let rest = [&rest[..], &findings, &[number(row.wanted.map(f64::from))]].concat();
        push(&mut batch, &results.plan, row.cell, &rest);
    }
    Some(batch)
}
