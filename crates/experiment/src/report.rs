//! A comparison as result tables.

mod connections;

use std::collections::BTreeMap;

pub use connections::{CONNECTIONS, Connections, WAITING, waiting};
use gridrush_tables::{Batch, Cell, Column, Kind, Table};

use crate::Comparison;
use crate::stats::{holm, wording};

const fn column(name: &'static str, kind: Kind, meaning: &'static str) -> Column {
    Column { name, kind, unit: "", meaning }
}

const ARM: Column = column("arm", Kind::Text, "Name of the scenario or of its variant.");
const METRIC: Column = column("metric", Kind::Text, "Name of the metric, with its unit last.");
const UNIT: Column = column("unit", Kind::Text, "Unit of the metric and of all numbers of the row.");

/// Every metric of every replication.
pub static REPLICATIONS: Table = Table {
    name: "replications",
    meaning: "One metric of one replication of one arm.",
    columns: &[
        ARM,
        column("replication", Kind::Integer, "Number of the replication, from 0."),
        METRIC,
        UNIT,
        column("value", Kind::Float, "Value of the metric."),
    ],
    csv: true,
};

/// Means by arm.
pub static MEANS: Table = Table {
    name: "means",
    meaning: "One metric of one arm, averaged over replications.",
    columns: &[
        ARM,
        METRIC,
        UNIT,
        column("replications", Kind::Integer, "Replications in the mean."),
        column("mean", Kind::Float, "Mean over replications."),
        column("standard_error", Kind::Float, "Standard error of the mean; NaN with one replication."),
        column("low", Kind::Float, "Lower end of the t interval; NaN with one replication."),
        column("high", Kind::Float, "Upper end of the t interval; NaN with one replication."),
    ],
    csv: true,
};

/// Paired differences from the first arm.
pub static DIFFERENCES: Table = Table {
    name: "differences",
    meaning: "One metric of one arm less that of the first arm, paired by replication.",
    columns: &[
        ARM,
        METRIC,
        UNIT,
        column("replications", Kind::Integer, "Replications that succeeded in both arms."),
        column("base_mean", Kind::Float, "Mean of the first arm over these replications."),
        column("arm_mean", Kind::Float, "Mean of the arm over these replications."),
        column("difference", Kind::Float, "Mean of the differences."),
        column("standard_error", Kind::Float, "Standard error of the mean difference; NaN with one pair."),
        column("low", Kind::Float, "Lower end of the t interval; NaN with one pair."),
        column("high", Kind::Float, "Upper end of the t interval; NaN with one pair."),
        column("p_value", Kind::Float, "Two-sided p value of the paired t test; NaN with one pair."),
        column("p_holm", Kind::Float, "The p value corrected by Holm over all arms of the metric."),
        column(
            "variance_reduction",
            Kind::Float,
            "Share of the variance of an unpaired difference that pairing removed; NaN where nothing varies.",
        ),
        column(
            "variance_factor",
            Kind::Float,
            "How many times as many replications it would take unpaired; NaN where nothing varies.",
        ),
        column("finding", Kind::Text, "What the interval allows one to say."),
    ],
    csv: true,
};

/// Replications that failed.
pub static FAILURES: Table = Table {
    name: "failures",
    meaning: "A replication that failed and is left out of the other tables.",
    columns: &[
        ARM,
        column("replication", Kind::Integer, "Number of the replication, from 0."),
        column("seed", Kind::Text, "Seed of the scenario, to run it again."),
        column("message", Kind::Text, "What went wrong."),
    ],
    csv: true,
};

/// All tables of a comparison.
pub static TABLES: [&Table; 4] = [&REPLICATIONS, &MEANS, &DIFFERENCES, &FAILURES];

impl Comparison {
    /// The comparison as rows of [`TABLES`], in their order. `seeds` holds the seed of each arm.
    pub fn batches(&self, seeds: &[u64], confidence: f64) -> [Batch; 4] {
        let [mut replications, mut means, mut differences, mut failures] = TABLES.map(Batch::new);
        for (arm, replication, outcome) in self.outcomes() {
            for metric in outcome.iter().flatten() {
                replications.push(&[
                    Cell::Text(arm),
                    Cell::Integer(i64::from(replication)),
                    Cell::Text(&metric.name),
                    Cell::Text(&metric.unit),
                    Cell::Float(metric.value),
                ]);
            }
        }
        let ends = |interval: Option<(f64, f64)>| interval.unwrap_or((f64::NAN, f64::NAN));
        for row in self.means(confidence) {
            let (low, high) = ends(row.estimate.interval);
            means.push(&[
                Cell::Text(&row.arm),
                Cell::Text(&row.metric),
                Cell::Text(&row.unit),
                Cell::Integer(i64::from(row.estimate.count)),
                Cell::Float(row.estimate.mean),
                Cell::Float(row.estimate.standard_error.unwrap_or(f64::NAN)),
                Cell::Float(low),
                Cell::Float(high),
            ]);
        }
        let rows = self.differences(confidence);
        // Arm by arm here; corrected metric by metric.
        let mut by_metric: BTreeMap<&str, Vec<(usize, f64)>> = BTreeMap::new();
        for (i, row) in rows.iter().enumerate() {
            if let Some(p) = row.paired.difference.p_value() {
                by_metric.entry(&row.metric).or_default().push((i, p));
            }
        }
        let mut corrected = vec![f64::NAN; rows.len()];
        for family in by_metric.values() {
            let p: Vec<f64> = family.iter().map(|(_, p)| *p).collect();
            for ((i, _), p) in family.iter().zip(holm(&p)) {
                corrected[*i] = p;
            }
        }
        for (row, p_holm) in rows.iter().zip(corrected) {
            let (low, high) = ends(row.paired.difference.interval);
            differences.push(&[
                Cell::Text(&row.arm),
                Cell::Text(&row.metric),
                Cell::Text(&row.unit),
                Cell::Integer(i64::from(row.paired.difference.count)),
                Cell::Float(row.paired.base_mean),
                Cell::Float(row.paired.other_mean),
                Cell::Float(row.paired.difference.mean),
                Cell::Float(row.paired.difference.standard_error.unwrap_or(f64::NAN)),
                Cell::Float(low),
                Cell::Float(high),
                Cell::Float(row.paired.difference.p_value().unwrap_or(f64::NAN)),
                Cell::Float(p_holm),
                Cell::Float(row.paired.variance_reduction.unwrap_or(f64::NAN)),
                Cell::Float(row.paired.variance_factor().unwrap_or(f64::NAN)),
                Cell::Text(wording(row.paired.difference.interval).text()),
            ]);
        }
        for failure in self.failures() {
            let arm = self.arms().iter().position(|name| *name == failure.arm);
            let seed = arm.and_then(|i| seeds.get(i)).map_or_else(String::new, u64::to_string);
            failures.push(&[
                Cell::Text(&failure.arm),
                Cell::Integer(i64::from(failure.replication)),
                Cell::Text(&seed),
                Cell::Text(&failure.message),
            ]);
        }
        [replications, means, differences, failures]
    }
}

#[cfg(test)]
mod tests {
    use crate::{Metric, compare};

    #[test]
    fn every_row_is_there() {
        let arms = ["a".to_owned(), "b".to_owned()];
        let simulate = |arm: usize, replication: u32| {
            if (arm, replication) == (1, 1) {
                return Err("broken".to_owned());
            }
            let value = f64::from(replication) + arm as f64;
            Ok(vec![Metric { name: "x_mw".to_owned(), unit: "MW".to_owned(), value }])
        };
        let result = compare(&arms, 0..3, Some(2), &simulate, &|_, _| ()).expect("runs");
        let [replications, means, differences, failures] = result.batches(&[7, 8], 0.95);
        assert_eq!(replications.floats("value").expect("column"), [0.0, 1.0, 2.0, 1.0, 3.0]);
        assert_eq!(means.floats("mean").expect("column"), [1.0, 2.0]);
        assert_eq!(differences.integers("replications").expect("column"), [2]);
        assert_eq!(differences.floats("difference").expect("column"), [1.0]);
        assert_eq!(failures.integers("replication").expect("column"), [1]);
        assert_eq!(failures.len(), 1);
    }
}
