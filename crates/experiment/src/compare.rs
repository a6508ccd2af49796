//! Several arms under common random numbers.
//!
//! Every arm runs every replication; replication `n` of all arms draws from the same streams. Work is
//! spread over a pool of threads and folded by (arm, replication), so nothing depends on the order in
//! which it finishes. A replication that fails is kept as a failure and takes only itself out of the
//! differences that it would have entered.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;

use crate::stats::{Estimate, Paired, Stopping, Verdict};

/// One number that a replication ends with.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Its name, with the unit last.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Its value.
    pub value: f64,
}

/// Why a comparison could not begin.
#[derive(Debug, thiserror::Error)]
pub enum ExperimentError {
    /// There is nothing to run.
    #[error("a comparison needs at least one arm and one replication")]
    Empty,
    /// Two arms have the same name.
    #[error("two arms are called {0}")]
    SameName(String),
    /// The threads could not be started.
    #[error("cannot start the threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// A replication that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The arm.
    pub arm: String,
    /// The replication's number.
    pub replication: u32,
    /// What went wrong.
    pub message: String,
}

/// What came out of every arm and replication.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    arms: Vec<String>,
    first: u32,
    outcomes: Vec<Vec<Result<Vec<Metric>, String>>>,
}

/// A metric of one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmMean {
    /// The arm.
    pub arm: String,
    /// The metric.
    pub metric: String,
    /// Its unit.
    pub unit: String,
    /// The mean over the replications that succeeded.
    pub estimate: Estimate,
}

/// A metric of one arm against the first arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The arm.
    pub arm: String,
    /// The metric.
    pub metric: String,
    /// Its unit.
    pub unit: String,
    /// The arm less the first arm, over the replications that succeeded in both.
    pub paired: Paired,
}

/// Runs these replications of every arm on `threads` threads (all of the machine's if `None`).
///
/// `simulate(arm, replication)` must be a pure function of its arguments. `finished` is called after
/// each, from any thread.
pub fn compare(
    arms: &[String],
    replications: Range<u32>,
    threads: Option<usize>,
    simulate: &(dyn Fn(usize, u32) -> Result<Vec<Metric>, String> + Sync),
    finished: &(dyn Fn(usize, u32) + Sync),
) -> Result<Comparison, ExperimentError> {
    if arms.is_empty() || replications.is_empty() {
        return Err(ExperimentError::Empty);
    }
    if let Some(twice) = arms.iter().enumerate().find(|(i, name)| arms[..*i].contains(name)) {
        return Err(ExperimentError::SameName(twice.1.clone()));
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build()?;
    // Replication by replication, so that the arms of one are done about the same time.
    let jobs: Vec<(u32, usize)> =
        replications.clone().flat_map(|r| (0..arms.len()).map(move |arm| (r, arm))).collect();
    let run = |&(replication, arm): &(u32, usize)| {
        let outcome = catch_unwind(AssertUnwindSafe(|| simulate(arm, replication)))
            .unwrap_or_else(|panic| Err(panic_message(panic.as_ref())));
        finished(arm, replication);
        outcome
    };
    let results: Vec<Result<Vec<Metric>, String>> = pool.install(|| jobs.par_iter().map(run).collect());
    let mut outcomes = vec![Vec::with_capacity(replications.len()); arms.len()];
    for ((_, arm), outcome) in jobs.into_iter().zip(results) {
        outcomes[arm].push(outcome);
    }
    Ok(Comparison { arms: arms.to_vec(), first: replications.start, outcomes })
}

pub(crate) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("the program broke: {}", text.unwrap_or_else(|| "no message".to_owned()))
}

impl Comparison {
    /// Adds the replications that follow upon these, of the same arms.
    ///
    /// # Panics
    /// Where they are other arms or do not follow: a mistake of the program.
    pub fn extend(&mut self, next: Comparison) {
        assert_eq!(self.arms, next.arms, "other arms");
        for (mine, theirs) in self.outcomes.iter_mut().zip(next.outcomes) {
            assert_eq!(self.first + mine.len() as u32, next.first, "replications in between");
            mine.extend(theirs);
        }
    }

    /// How many replications of each arm are wanted next, so that the difference of a metric between each
    /// arm and the first (with one arm, its mean) is known to a half-width; `None` where that is reached
    /// or no more are allowed.
    pub fn wanted(&self, metric: &str, stopping: &Stopping) -> Option<u32> {
        let next = |values: &[f64]| match stopping.verdict(values) {
            Verdict::Until(count) => Some(count),
            Verdict::Enough | Verdict::Exhausted => None,
        };
        let base = self.values(0, metric);
        if self.arms.len() == 1 {
            return next(&base.into_iter().flatten().collect::<Vec<f64>>());
        }
        let difference = |arm: usize| {
            let pairs = base.iter().zip(self.values(arm, metric));
            pairs.filter_map(|(a, b)| Some(b? - (*a)?)).collect::<Vec<f64>>()
        };
        (1..self.arms.len()).filter_map(|arm| next(&difference(arm))).max()
    }

    /// The arms, the first being what the others are compared with.
    pub fn arms(&self) -> &[String] {
        &self.arms
    }

    /// Every outcome by arm and replication.
    pub fn outcomes(&self) -> impl Iterator<Item = (&str, u32, &Result<Vec<Metric>, String>)> {
        let first = self.first;
        self.arms.iter().zip(&self.outcomes).flat_map(move |(arm, outcomes)| {
            outcomes.iter().enumerate().map(move |(r, outcome)| (arm.as_str(), first + r as u32, outcome))
        })
    }

    /// The replications that failed.
    pub fn failures(&self) -> Vec<Failure> {
        self.outcomes()
            .filter_map(|(arm, replication, outcome)| {
                let message = outcome.as_ref().err()?.clone();
                Some(Failure { arm: arm.to_owned(), replication, message })
            })
            .collect()
    }

    /// Mean of every metric of every arm, in the order in which arms report them.
    pub fn means(&self, confidence: f64) -> Vec<ArmMean> {
        let mut out = Vec::new();
        for (i, arm) in self.arms.iter().enumerate() {
            for (metric, unit) in self.metrics_of(i) {
                let values: Vec<f64> = self.values(i, &metric).into_iter().flatten().collect();
                if let Some(estimate) = Estimate::of(&values, confidence) {
                    out.push(ArmMean { arm: arm.clone(), metric, unit, estimate });
                }
            }
        }
        out
    }

    /// Difference of every metric between each further arm and the first.
    pub fn differences(&self, confidence: f64) -> Vec<Difference> {
        let mut out = Vec::new();
        for (i, arm) in self.arms.iter().enumerate().skip(1) {
            for (metric, unit) in self.metrics_of(i) {
                let pairs = self.values(0, &metric).into_iter().zip(self.values(i, &metric));
                let (base, other): (Vec<f64>, Vec<f64>) = pairs.filter_map(|(a, b)| a.zip(b)).unzip();
                if let Some(paired) = Paired::of(&base, &other, confidence) {
                    out.push(Difference { arm: arm.clone(), metric, unit, paired });
                }
            }
        }
        out
    }

    /// Names and units of an arm's metrics, in order of first appearance.
    fn metrics_of(&self, arm: usize) -> Vec<(String, String)> {
        let mut out: Vec<(String, String)> = Vec::new();
        for metric in self.outcomes[arm].iter().flatten().flatten() {
            if !out.iter().any(|(name, _)| *name == metric.name) {
                out.push((metric.name.clone(), metric.unit.clone()));
            }
        }
        out
    }

    /// A metric by replication; `None` where the replication failed or does not report it.
    fn values(&self, arm: usize, metric: &str) -> Vec<Option<f64>> {
        let find = |outcome: &Result<Vec<Metric>, String>| {
            outcome.as_ref().ok()?.iter().find(|m| m.name == metric).map(|m| m.value)
        };
        self.outcomes[arm].iter().map(find).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arms() -> Vec<String> {
        vec!["base".to_owned(), "more".to_owned(), "less".to_owned()]
    }

    fn metric(value: f64) -> Vec<Metric> {
        vec![Metric { name: "load_mw".to_owned(), unit: "MW".to_owned(), value }]
    }

    fn value(arm: usize, replication: u32) -> Vec<Metric> {
        metric(100.0 + f64::from(replication * replication % 7) + [0.0, 5.0, -3.0][arm])
    }

    #[test]
    fn threads_do_not_matter() {
        let run = |threads| {
            compare(&arms(), 0..9, Some(threads), &|arm, r| Ok(value(arm, r)), &|_, _| ()).expect("runs")
        };
        let one = run(1);
        assert_eq!(one, run(2));
        assert_eq!(one, run(5));
        let differences = one.differences(0.95);
        assert_eq!(differences.len(), 2);
        assert_eq!((differences[0].arm.as_str(), differences[0].paired.difference.mean), ("more", 5.0));
        assert_eq!((differences[1].arm.as_str(), differences[1].paired.difference.mean), ("less", -3.0));
        assert_eq!(one.means(0.95)[0].estimate.count, 9);
    }

    #[test]
    fn rounds_add_up_and_stop_at_the_half_width() {
        // The third arm's difference alternates between -4 and -2: its half-width with n values (n even) is
        // t sqrt(1 / (n - 1)).
        let simulate = |arm: usize, r: u32| {
            let wobble = if arm == 2 { f64::from(r % 2) * 2.0 - 1.0 } else { 0.0 };
            Ok(metric(value(arm, r)[0].value + wobble))
        };
        let run = |range: Range<u32>| compare(&arms(), range, Some(2), &simulate, &|_, _| ()).expect("runs");
        let stopping = Stopping { half_width: 0.4, confidence: 0.95, least: 4, most: 100 };
        let mut found = run(0..4);
        let mut count = 4;
        while let Some(next) = found.wanted("load_mw", &stopping) {
            found.extend(run(count..next));
            count = next;
        }
        assert_eq!(found, run(0..count));
        let (low, high) = found.differences(0.95)[1].paired.difference.interval.expect("values");
        assert!(high - low <= 0.8 && (20..40).contains(&count), "{count}: {low} to {high}");
        let exhausted = Stopping { most: count, half_width: 0.01, ..stopping };
        assert_eq!(found.wanted("load_mw", &exhausted), None);
    }

    #[test]
    fn a_failure_takes_out_only_its_pair() {
        let broken = |arm: usize, replication: u32| match (arm, replication) {
            (1, 2) => Err("no water".to_owned()),
            (2, 4) => panic!("boom {replication}"),
            _ => Ok(value(arm, replication)),
        };
        let result = compare(&arms(), 0..6, Some(2), &broken, &|_, _| ()).expect("runs");
        let failed: Vec<_> =
            result.failures().into_iter().map(|f| (f.arm, f.replication, f.message)).collect();
        assert_eq!(failed[0], ("more".to_owned(), 2, "no water".to_owned()));
        assert_eq!(failed[1], ("less".to_owned(), 4, "the program broke: boom 4".to_owned()));
        let counts: Vec<u32> = result.differences(0.95).iter().map(|d| d.paired.difference.count).collect();
        assert_eq!(counts, [5, 5]);
    }

    #[test]
    fn nothing_to_compare_is_an_error() {
        let run = |arms: &[String], n| compare(arms, 0..n, Some(1), &|arm, r| Ok(value(arm, r)), &|_, _| ());
        assert!(matches!(run(&[], 1), Err(ExperimentError::Empty)));
        assert!(matches!(run(&arms(), 0), Err(ExperimentError::Empty)));
        let same = ["a".to_owned(), "a".to_owned()];
        assert!(matches!(run(&same, 1), Err(ExperimentError::SameName(name)) if name == "a"));
    }
}
