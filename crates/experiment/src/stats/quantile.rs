//! Quantiles of replications, with an interval that assumes nothing about their distribution.
//!
//! How many of n independent values lie below the true p-quantile is binomial, so two order statistics
//! enclose it with a known probability. The value itself interpolates between order statistics (type 7
//! of Hyndman and Fan, 1996). O(n log n).

use gridrush_core::math::{exp, ln};

/// The `p`-quantile of sorted values by linear interpolation; `None` without values or outside [0, 1].
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    if sorted.is_empty() || !(0.0..=1.0).contains(&p) {
        return None;
    }
    let at = p * (sorted.len() - 1) as f64;
    let low = at.floor() as usize;
    let high = (low + 1).min(sorted.len() - 1);
    Some(sorted[low] + (at - low as f64) * (sorted[high] - sorted[low]))
}

/// A quantile of replications.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuantileEstimate {
    /// Number of replications.
    pub count: u32,
    /// The quantile.
    pub value: f64,
    /// Order statistics that enclose the true quantile with at least the asked probability; absent where
    /// there are too few values for that.
    pub interval: Option<(f64, f64)>,
}

impl QuantileEstimate {
    /// The `p`-quantile of independent values, in any order; `None` without values.
    pub fn of(values: &[f64], p: f64, confidence: f64) -> Option<QuantileEstimate> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let value = quantile(&sorted, p)?;
        let interval = ranks(sorted.len(), p, 0.5 * (1.0 - confidence))
            .map(|(low, high)| (sorted[low - 1], sorted[high - 1]));
        Some(QuantileEstimate { count: sorted.len() as u32, value, interval })
    }
}

/// The greatest lower and the least upper rank (from 1) whose values miss the quantile with at most
/// `tail` on each side.
fn ranks(n: usize, p: f64, tail: f64) -> Option<(usize, usize)> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    // Probabilities of 0 to n values below the quantile.
    let mut log = n as f64 * ln(1.0 - p);
    let mut chance = Vec::with_capacity(n + 1);
    for k in 0..=n {
        chance.push(exp(log));
        log += ln((n - k) as f64 / (k + 1) as f64) + ln(p) - ln(1.0 - p);
    }
    let within = |mut numbers: Box<dyn Iterator<Item = usize>>| {
        let mut sum = 0.0;
        let mut count = 0;
        numbers.all(|k| {
            sum += chance[k];
            let fits = sum <= tail;
            count += usize::from(fits);
            fits
        });
        count
    };
    let low = within(Box::new(0..=n));
    let high = n + 1 - within(Box::new((0..=n).rev()));
    (low >= 1 && high <= n).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The usual table of intervals for a median at 95 %: values 1 and 6 of 6, 2 and 9 of 10, 6 and 15 of
    /// 20, 40 and 61 of 100; five values are too few.
    #[test]
    fn the_median_has_tabled_ranks() {
        for (n, expected) in [(5, None), (6, Some((1, 6))), (10, Some((2, 9))), (20, Some((6, 15)))] {
            assert_eq!(ranks(n, 0.5, 0.025), expected, "{n}");
        }
        assert_eq!(ranks(100, 0.5, 0.025), Some((40, 61)));
        assert_eq!(ranks(3, 0.0, 0.025), None);
    }

    /// A 95th percentile lies above all n values with probability 0.95^n: 0.0262 for 71, 0.0249 for 72.
    #[test]
    fn a_high_quantile_takes_many_values() {
        assert_eq!(ranks(71, 0.95, 0.025), None);
        assert_eq!(ranks(72, 0.95, 0.025).map(|(_, high)| high), Some(72));
    }

    #[test]
    fn values_between_order_statistics() {
        let found = QuantileEstimate::of(&[4.0, 1.0, 3.0, 2.0], 0.5, 0.95).expect("values");
        assert_eq!((found.value, found.interval, found.count), (2.5, None, 4));
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), Some(3.0));
        assert_eq!((quantile(&[], 0.5), quantile(&[1.0], 1.5)), (None, None));
    }
}
