//! The *total* interval: what a result may be when parameters are only known within ranges.
//!
//! The experiment is repeated for draws of all uncertain parameters (a Latin hypercube over their stated
//! ranges) and the result of every draw is kept. The interval lies between quantiles of those results.
//! Each of them carries the noise of its own replications, so the interval is rather too wide than too
//! narrow. It is never merged with the *simulation* interval, which knows fixed parameters only.
//! O(n log n).

use super::quantile;

/// A result over draws of the parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Total {
    /// Number of draws.
    pub draws: u32,
    /// Median over the draws.
    pub median: f64,
    /// Quantiles that hold the asked share of the draws.
    pub interval: (f64, f64),
    /// Share of draws with a result above zero.
    pub positive_share: f64,
    /// Share of draws with a result below zero.
    pub negative_share: f64,
}

impl Total {
    /// The total of one result per draw; `None` without draws or where one is not a number.
    pub fn of(results: &[f64], confidence: f64) -> Option<Total> {
        if results.iter().any(|x| !x.is_finite()) {
            return None;
        }
        let mut sorted = results.to_vec();
        sorted.sort_by(f64::total_cmp);
        let tail = 0.5 * (1.0 - confidence);
        let share =
            |side: fn(&f64) -> bool| sorted.iter().filter(|x| side(x)).count() as f64 / sorted.len() as f64;
        Some(Total {
            draws: sorted.len() as u32,
            median: quantile(&sorted, 0.5)?,
            interval: (quantile(&sorted, tail)?, quantile(&sorted, 1.0 - tail)?),
            positive_share: share(|x| *x > 0.0),
            negative_share: share(|x| *x < 0.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// -1, -0.99, .. 1: the middle 95 % reach from -0.95 to 0.95, and one draw of 201 is zero.
    #[test]
    fn evenly_spread_results_by_hand() {
        let results: Vec<f64> = (-100..=100).rev().map(|i| f64::from(i) / 100.0).collect();
        let total = Total::of(&results, 0.95).expect("draws");
        assert_eq!((total.draws, total.median), (201, 0.0));
        assert!((total.interval.0 + 0.95).abs() < 1e-12 && (total.interval.1 - 0.95).abs() < 1e-12);
        assert!((total.positive_share - 100.0 / 201.0).abs() < 1e-12);
        assert_eq!(total.positive_share, total.negative_share);
        assert!(Total::of(&[], 0.95).is_none() && Total::of(&[1.0, f64::NAN], 0.95).is_none());
    }
}
