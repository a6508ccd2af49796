//! How many replications a wanted half-width takes.
//!
//! Replications are added in rounds until the half-width of the t interval is small enough (the rule of
//! Chow and Robbins, 1965). A verdict is asked for after whole rounds only, so it depends on no order of
//! finishing. It acts on the *simulation* interval: more replications do not narrow what parameters
//! leave open. Very small first rounds stop too early by luck, hence a least number. O(n) a verdict.

use super::Estimate;

/// When to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stopping {
    /// The wanted half-width, in the unit of the values.
    pub half_width: f64,
    /// Probability that the interval holds the truth.
    pub confidence: f64,
    /// Fewest replications.
    pub least: u32,
    /// Most replications.
    pub most: u32,
}

/// What to do after a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The interval is narrow enough.
    Enough,
    /// It is not: so many replications in all are expected to do, or to be the next step on the way. At
    /// most doubles the number at hand.
    Until(u32),
    /// It is not, and no more are allowed.
    Exhausted,
}

impl Stopping {
    /// The verdict on the values at hand.
    pub fn verdict(&self, values: &[f64]) -> Verdict {
        let count = values.len() as u32;
        if count < self.least.max(2) {
            return self.until(self.least.max(2), count);
        }
        match self.expected(values) {
            Some(needed) if needed <= count => Verdict::Enough,
            needed => self.until(needed.unwrap_or(u32::MAX).clamp(count + 1, 2 * count), count),
        }
    }

    /// How many replications in all the wanted half-width takes, if the spread stays: half-widths fall
    /// with the square root of the number. The present number where it is reached; `None` with fewer than
    /// two values, and where no number does.
    pub fn expected(&self, values: &[f64]) -> Option<u32> {
        let (low, high) = Estimate::of(values, self.confidence)?.interval?;
        let half = 0.5 * (high - low);
        if half <= self.half_width {
            return Some(values.len() as u32);
        }
        let ratio = half / self.half_width;
        let needed = (values.len() as f64 * ratio * ratio).ceil();
        (needed < f64::from(u32::MAX)).then_some(needed as u32)
    }

    fn until(&self, wanted: u32, count: u32) -> Verdict {
        if count >= self.most { Verdict::Exhausted } else { Verdict::Until(wanted.min(self.most)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stopping(half_width: f64, most: u32) -> Stopping {
        Stopping { half_width, confidence: 0.95, least: 4, most }
    }

    /// Four values of standard deviation 1 (-1.5, -0.5, 0.5, 1.5 over the root of 5/3) have a half-width of
    /// 3.182 / 2 = 1.591.
    #[test]
    fn four_values_by_hand() {
        let unit = (5.0_f64 / 3.0).sqrt();
        let values = [-1.5, -0.5, 0.5, 1.5].map(|x| x / unit);
        assert_eq!(stopping(1.592, 100).verdict(&values), Verdict::Enough);
        assert_eq!(stopping(1.5, 100).verdict(&values), Verdict::Until(5));
        assert_eq!(stopping(0.1, 100).verdict(&values), Verdict::Until(8));
        assert_eq!(stopping(0.1, 6).verdict(&values), Verdict::Until(6));
        assert_eq!(stopping(0.1, 4).verdict(&values), Verdict::Exhausted);
        assert_eq!(stopping(0.1591, 100).expected(&values), Some(401));
        assert_eq!(
            (stopping(0.0, 9).expected(&values), stopping(1.0, 9).expected(&values[..1])),
            (None, None)
        );
        assert_eq!(stopping(10.0, 100).verdict(&values[..1]), Verdict::Until(4));
        assert_eq!(stopping(0.0, 100).verdict(&[2.0; 4]), Verdict::Enough);
    }
}
