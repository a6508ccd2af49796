//! The ratio of two means over common replications, such as dollars per megawatt-hour or one arm over
//! another.
//!
//! Fieller's interval holds every ratio r for which the mean of `numerator - r denominator` is not
//! distinguishable from zero; it is exact for normal values and right where a denominator is uncertain.
//! It is unbounded, and absent here, where the denominator itself is not distinguishable from zero. The
//! delta method's standard error stands beside it. O(n).
//!
//! Reference: E. C. Fieller, "Some problems in interval estimation", Journal of the Royal Statistical
//! Society B 16 (1954), 175-185.

use super::moments::{covariance, mean, variance};
use super::t_quantile;

/// A ratio of means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    /// Number of pairs.
    pub count: u32,
    /// Mean of the numerators over mean of the denominators.
    pub value: f64,
    /// Standard error by the delta method; absent with one pair.
    pub standard_error: Option<f64>,
    /// Fieller's interval; absent with one pair and where it is unbounded.
    pub interval: Option<(f64, f64)>,
}

impl Ratio {
    /// The ratio of paired values; `None` unless there are equally many, at least one, and the
    /// denominators do not cancel.
    pub fn of(numerators: &[f64], denominators: &[f64], confidence: f64) -> Option<Ratio> {
        if numerators.len() != denominators.len() {
            return None;
        }
        let count = u32::try_from(numerators.len()).ok().filter(|&n| n > 0)?;
        let (y, x) = (mean(numerators), mean(denominators));
        let value = Some(y / x).filter(|value| value.is_finite())?;
        let n = f64::from(count);
        let spread =
            variance(numerators).zip(variance(denominators)).zip(covariance(numerators, denominators));
        let spread = spread.map(|((yy, xx), xy)| (yy / n, xx / n, xy / n));
        let standard_error =
            spread.map(|(yy, xx, xy)| (yy - 2.0 * value * xy + value * value * xx).max(0.0).sqrt() / x.abs());
        let interval = spread.zip(t_quantile(confidence, count - 1)).and_then(|((yy, xx, xy), t)| {
            // Roots of (x^2 - t^2 xx) r^2 - 2 (x y - t^2 xy) r + (y^2 - t^2 yy).
            let (a, b, c) = (x * x - t * t * xx, x * y - t * t * xy, y * y - t * t * yy);
            let root = (b * b - a * c).max(0.0).sqrt();
            (a > 0.0).then(|| ((b - root) / a, (b + root) / a))
        });
        Some(Ratio { count, value, standard_error, interval })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Estimate;

    const COST: [f64; 6] = [12.0, 15.5, 9.0, 14.0, 13.0, 11.5];
    const ENERGY: [f64; 6] = [4.1, 5.0, 3.2, 4.4, 4.6, 3.7];

    /// At its ends the difference `numerator - r denominator` is just distinguishable from zero.
    #[test]
    fn the_ends_are_where_the_t_test_turns() {
        let ratio = Ratio::of(&COST, &ENERGY, 0.9).expect("pairs");
        let (low, high) = ratio.interval.expect("bounded");
        assert!((ratio.value - 3.0).abs() < 1e-12 && low < 3.0 && high > 3.0);
        for (end, other) in [(low, 1), (high, 0)] {
            let rest: Vec<f64> = COST.iter().zip(ENERGY).map(|(y, x)| y - end * x).collect();
            let (from, to) = Estimate::of(&rest, 0.9).expect("values").interval.expect("values");
            assert!([from, to][1 - other].abs() < 1e-9, "{end}: {from} to {to}");
        }
    }

    #[test]
    fn a_fixed_denominator_gives_the_t_interval() {
        let ratio = Ratio::of(&COST, &[2.0; 6], 0.95).expect("pairs");
        let halves: Vec<f64> = COST.iter().map(|y| y / 2.0).collect();
        let estimate = Estimate::of(&halves, 0.95).expect("values");
        let (found, expected) = (ratio.interval.expect("bounded"), estimate.interval.expect("values"));
        assert!((found.0 - expected.0).abs() < 1e-12 && (found.1 - expected.1).abs() < 1e-12);
        assert!((ratio.standard_error.unwrap() - estimate.standard_error.unwrap()).abs() < 1e-12);
    }

    #[test]
    fn an_uncertain_denominator_has_no_bounded_interval() {
        let ratio = Ratio::of(&[1.0, 2.0, 1.5], &[-1.0, 2.0, 0.5], 0.95).expect("pairs");
        assert_eq!(ratio.interval, None);
        assert!(Ratio::of(&[1.0], &[0.0], 0.95).is_none() && Ratio::of(&[], &[], 0.95).is_none());
        assert!(Ratio::of(&[1.0, 2.0], &[1.0], 0.95).is_none());
        let one = Ratio::of(&[1.0], &[2.0], 0.95).expect("a pair");
        assert_eq!((one.value, one.standard_error, one.interval), (0.5, None, None));
    }
}
