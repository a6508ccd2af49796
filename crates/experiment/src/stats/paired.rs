//! Means and paired differences with t intervals.
//!
//! Two scenarios with the same seed and replication number see the same weather, outages and arrivals, so
//! their difference within a replication varies far less than either of them. The interval is that of the
//! mean of the differences; how much pairing helped is reported beside it.

use super::moments::{mean, variance};
use super::{t_probability, t_quantile};

/// A mean over replications.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Number of replications.
    pub count: u32,
    /// Mean.
    pub mean: f64,
    /// Standard error of the mean; absent with one replication.
    pub standard_error: Option<f64>,
    /// Interval at the asked confidence; absent with one replication.
    pub interval: Option<(f64, f64)>,
}

impl Estimate {
    /// The mean of independent values; `None` without values. `confidence` is a probability.
    pub fn of(values: &[f64], confidence: f64) -> Option<Estimate> {
        let count = u32::try_from(values.len()).ok().filter(|&n| n > 0)?;
        let mean = mean(values);
        let standard_error = variance(values).map(|v| (v / f64::from(count)).sqrt());
        let interval = standard_error.zip(t_quantile(confidence, count - 1)).map(|(error, t)| {
            let half = t * error;
            (mean - half, mean + half)
        });
        Some(Estimate { count, mean, standard_error, interval })
    }

    /// Probability of a mean at least as far from zero if the truth were zero: the two-sided t test.
    /// `None` with one replication.
    pub fn p_value(&self) -> Option<f64> {
        let error = self.standard_error?;
        if error == 0.0 {
            return Some(if self.mean == 0.0 { 1.0 } else { 0.0 });
        }
        Some((1.0 - t_probability((self.mean / error).abs(), self.count - 1)).max(0.0))
    }

    /// Whether zero lies outside the interval; `None` without an interval.
    pub fn is_distinguishable_from_zero(&self) -> Option<bool> {
        self.interval.map(|(low, high)| low > 0.0 || high < 0.0)
    }
}

/// A difference between two arms over common replications.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paired {
    /// Mean of the first arm.
    pub base_mean: f64,
    /// Mean of the second arm.
    pub other_mean: f64,
    /// The second less the first.
    pub difference: Estimate,
    /// Share of the variance of an unpaired difference that pairing removed: `1 - var(b - a) / (var a +
    /// var b)`. Negative if pairing harmed; absent where nothing varies.
    pub variance_reduction: Option<f64>,
}

impl Paired {
    /// The difference of paired values, `other - base`; `None` unless there are equally many, at least one.
    pub fn of(base: &[f64], other: &[f64], confidence: f64) -> Option<Paired> {
        if base.len() != other.len() {
            return None;
        }
        let differences: Vec<f64> = base.iter().zip(other).map(|(a, b)| b - a).collect();
        let difference = Estimate::of(&differences, confidence)?;
        let unpaired = variance(base).zip(variance(other)).map(|(a, b)| a + b).filter(|&v| v > 0.0);
        let variance_reduction = variance(&differences).zip(unpaired).map(|(paired, v)| 1.0 - paired / v);
        Some(Paired { base_mean: mean(base), other_mean: mean(other), difference, variance_reduction })
    }

    /// How many times as many replications an unpaired difference would need for the same interval:
    /// `(var a + var b) / var(b - a)`. Absent where nothing varies or the differences do not.
    pub fn variance_factor(&self) -> Option<f64> {
        self.variance_reduction.map(|share| 1.0 / (1.0 - share)).filter(|factor| factor.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Student's own example (1908, the data of Cushny and Peebles): hours of sleep gained by ten patients
    /// on two drugs. The mean difference is 1.58 hours, t = 4.0621, the 95 % interval 0.7001 to 2.4599.
    #[test]
    fn the_sleep_data_of_1908() {
        let first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
        let second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
        let paired = Paired::of(&first, &second, 0.95).expect("pairs");
        let d = paired.difference;
        assert!((paired.base_mean - 0.75).abs() < 1e-12 && (paired.other_mean - 2.33).abs() < 1e-12);
        assert!((d.mean - 1.58).abs() < 1e-12);
        assert!((d.mean / d.standard_error.expect("ten values") - 4.0621).abs() < 5e-5);
        let (low, high) = d.interval.expect("ten values");
        assert!((low - 0.7001).abs() < 5e-5 && (high - 2.4599).abs() < 5e-5, "{low} {high}");
        assert_eq!(d.is_distinguishable_from_zero(), Some(true));
        assert!((d.p_value().expect("ten values") - 0.002833).abs() < 5e-7, "{:?}", d.p_value());
    }

    #[test]
    fn pairing_removes_what_is_common() {
        let base = [10.0, 20.0, 30.0, 40.0];
        let shifted: Vec<f64> = base.iter().map(|x| x + 1.0).collect();
        let paired = Paired::of(&base, &shifted, 0.95).expect("pairs");
        assert_eq!(paired.variance_reduction, Some(1.0));
        assert_eq!(paired.difference.interval, Some((1.0, 1.0)));
        let opposed: Vec<f64> = base.iter().map(|x| 50.0 - x).collect();
        let harmed = Paired::of(&base, &opposed, 0.95).expect("pairs").variance_reduction;
        assert!((harmed.expect("varies") + 1.0).abs() < 1e-12);
    }

    /// With differences 1, 2, 3 and 4 beside a base of 10, 20, 30 and 40: the variances are 5/3, 500/3
    /// and 605/3, so pairing is worth (500 + 605) / 5 times the replications.
    #[test]
    fn what_pairing_is_worth_by_hand() {
        let paired = Paired::of(&[10.0, 20.0, 30.0, 40.0], &[11.0, 22.0, 33.0, 44.0], 0.95).expect("pairs");
        assert!((paired.variance_factor().expect("varies") - 221.0).abs() < 1e-9);
        assert_eq!(Paired::of(&[1.0, 2.0], &[2.0, 3.0], 0.95).expect("pairs").variance_factor(), None);
    }

    #[test]
    fn one_replication_has_no_interval() {
        let one = Paired::of(&[1.0], &[3.0], 0.95).expect("a pair");
        assert_eq!((one.difference.mean, one.difference.interval), (2.0, None));
        assert_eq!(one.variance_reduction, None);
        assert!(Paired::of(&[], &[], 0.95).is_none() && Paired::of(&[1.0], &[], 0.95).is_none());
    }
}
