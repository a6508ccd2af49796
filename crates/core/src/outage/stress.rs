//! Weather that wears: a factor on failure rates by the hour, with a mean of one.
//!
//! There is no temperature in the model. What stands in for it is how unusual native load is for month, day type
//! and hour ([`crate::weather::WeatherModel::load_scores`]): in December to February an unusually high load is a cold
//! hour, in June to September a hot one.
//!
//! ```text
//!   factor(t) = (1 + slope max(0, score(t) - threshold)) / mean      slope: cold in winter, heat in summer, else 0
//! ```
//!
//! `mean` is that of a reference sample of the same weather model, so that the yearly mean rate is kept and does not
//! depend on the run's length. An hour's factor counts for the whole hour. Cost: one number per hour.

use crate::kernel::{HOUR_MS, SimSpan, SimTime};

/// How a kind of machine answers to extreme weather.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sensitivity {
    /// Growth of the failure rate per standard deviation of cold beyond the threshold.
    pub cold: f64,
    /// The same for heat.
    pub heat: f64,
    /// Standard deviations of native load beyond which an hour counts as extreme.
    pub threshold: f64,
}

impl Sensitivity {
    /// The factor before its mean is taken out. Months count from 1.
    fn raw(&self, month: u8, score: f32) -> f64 {
        let slope = match month {
            12 | 1 | 2 => self.cold,
            6..=9 => self.heat,
            _ => 0.0,
        };
        1.0 + slope * (f64::from(score) - self.threshold).max(0.0)
    }

    /// The mean of the factor over a reference sample of (month, score); one for an empty sample.
    pub fn mean(&self, sample: impl Iterator<Item = (u8, f32)>) -> f64 {
        let (sum, count) = sample
            .fold((0.0, 0.0), |(sum, count), (month, score)| (sum + self.raw(month, score), count + 1.0));
        if count > 0.0 { sum / count } else { 1.0 }
    }
}

/// Hazard by the hour, summed from the start: how old things feel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stress {
    /// Hazard-hours at hour edges 1, 2, ...; one per hour after the last.
    felt_h: Vec<f64>,
}

impl Stress {
    /// Every hour counts as one.
    pub const fn calm() -> Stress {
        Stress { felt_h: Vec::new() }
    }

    /// The stress of hours given as (month, score); `mean` as [`Sensitivity::mean`] gives it.
    pub fn new(of: Sensitivity, mean: f64, hours: impl Iterator<Item = (u8, f32)>) -> Stress {
        let mut felt = 0.0;
        let felt_h = hours.map(|(month, score)| {
            felt += of.raw(month, score) / mean;
            felt
        });
        Stress { felt_h: felt_h.collect() }
    }

    fn felt_at_edge(&self, hour: usize) -> f64 {
        match (hour, self.felt_h.len()) {
            (0, _) => 0.0,
            (_, 0) => hour as f64,
            (_, n) if hour > n => self.felt_h[n - 1] + (hour - n) as f64,
            _ => self.felt_h[hour - 1],
        }
    }

    /// The factor of an hour.
    pub fn factor(&self, hour: usize) -> f64 {
        if hour < self.felt_h.len() { self.felt_at_edge(hour + 1) - self.felt_at_edge(hour) } else { 1.0 }
    }

    /// The instant at which `amount_h` more hazard-hours have accrued since `from`. `O(log hours)`.
    pub fn reached(&self, from: SimTime, amount_h: f64) -> SimTime {
        let hour = from.hour();
        let begun = SimSpan(from.0 % HOUR_MS).as_hours() * self.factor(hour);
        let target = self.felt_at_edge(hour) + begun + amount_h;
        // The hour in which the target is passed.
        let at = self.felt_h.partition_point(|&felt| felt <= target);
        let (edge, felt) = if at < self.felt_h.len() {
            (at, self.felt_at_edge(at))
        } else {
            (self.felt_h.len(), self.felt_h.last().copied().unwrap_or(0.0))
        };
        let factor = self.factor(edge);
        let left_h = (target - felt).max(0.0) / if factor > 0.0 { factor } else { 1.0 };
        (SimTime::from_hours(edge as u64) + SimSpan::from_hours_f64(left_h)).max(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: f64 = HOUR_MS as f64 / 2.0;

    #[test]
    fn calm_time_is_time() {
        let from = SimTime::from_hours(7) + SimSpan(HALF as u64);
        assert_eq!(Stress::calm().reached(from, 2.25), SimTime::from_hours(9) + SimSpan(HOUR_MS * 3 / 4));
    }

    #[test]
    fn a_cold_day_ages_faster() {
        // Five hours in January, the third and fourth two deviations beyond the threshold: factor 5.
        let of = Sensitivity { cold: 2.0, heat: 0.0, threshold: 1.0 };
        let hours = [(1, 0.0), (1, 0.9), (1, 3.0), (1, 3.0), (1, -4.0)];
        let stress = Stress::new(of, 1.0, hours.into_iter());
        assert_eq!((0..6).map(|h| stress.factor(h)).collect::<Vec<_>>(), [1.0, 1.0, 5.0, 5.0, 1.0, 1.0]);
        // From 01:30: half an hour, then half of the five of the third hour.
        let from = SimTime::from_hours(1) + SimSpan(HALF as u64);
        assert_eq!(stress.reached(from, 3.0), SimTime::from_hours(2) + SimSpan(HALF as u64));
        // From inside the third hour, and on beyond the last.
        let from = SimTime::from_hours(2) + SimSpan(HALF as u64);
        assert_eq!(stress.reached(from, 2.5 + 5.0 + 1.0 + 4.0), SimTime::from_hours(9));
        assert_eq!(stress.reached(SimTime::from_hours(20), 3.0), SimTime::from_hours(23));
    }

    #[test]
    fn the_mean_rate_is_kept() {
        let of = Sensitivity { cold: 1.5, heat: 0.7, threshold: 0.5 };
        let sample =
            || (0..8760_u32).map(|h| ((h / 730 + 1) as u8, (f64::from(h) * 0.37).sin() as f32 * 2.5));
        let mean = of.mean(sample());
        assert!(mean > 1.05);
        let stress = Stress::new(of, mean, sample());
        assert!((stress.felt_at_edge(8760) - 8760.0).abs() < 1e-6);
        assert!(stress.factor(4) > 1.0 && stress.factor(3000) < 1.0);
        assert_eq!(of.mean(std::iter::empty()), 1.0);
    }
}
