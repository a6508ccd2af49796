//! How busy the inference part is, by local hour and day of the week.
//!
//! Demand over a day is a cosine between trough and peak, weekends are lower by a factor, and the mean
//! over a week is one. No public trace covers many weeks of large services, so the shape is assumed and
//! every number of it can be swept.
//!
//! ```text
//! u(h, d) = min(u_max, u0 g^(years) w_d (1 + a cos(2 pi (h + 1/2 - peak) / 24)) / mean),
//! a = (1 - trough) / (1 + trough),   w = 1 on weekdays and `weekend_share` otherwise
//! ```

use core::f64::consts::TAU;

use gridrush_core::math::{cos, pow};

use super::params::InferenceParams;

impl InferenceParams {
    /// Demand in the local hour `hour` (0 to 23) of `weekday` (0 = Monday to 6 = Sunday), relative to the
    /// mean of a week.
    pub fn profile(&self, hour: u8, weekday: u8) -> f64 {
        let amplitude = (1.0 - self.trough_share) / (1.0 + self.trough_share);
        let day = 1.0 + amplitude * cos(TAU * (f64::from(hour) + 0.5 - self.peak_hour) / 24.0);
        let week = if weekday < 5 { 1.0 } else { self.weekend_share };
        day * week * 7.0 / (5.0 + 2.0 * self.weekend_share)
    }

    /// Mean utilisation that users ask for in `year`, before the ceiling.
    pub fn level(&self, year: f64) -> f64 {
        self.utilisation * pow(self.growth_x_per_year, year - self.reference_year)
    }

    /// Utilisation in a local hour at a given level.
    pub fn utilisation_at(&self, level: f64, hour: u8, weekday: u8) -> f64 {
        (level * self.profile(hour, weekday)).min(self.utilisation_max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_has_mean_one_and_the_asked_shape() {
        let p = InferenceParams::default();
        let week: Vec<f64> = (0..7)
            .flat_map(|day| (0..24).map(move |hour| (hour, day)))
            .map(|(h, d)| p.profile(h, d))
            .collect();
        assert!((week.iter().sum::<f64>() / 168.0 - 1.0).abs() < 1e-12);
        let trough = week[..24].iter().copied().fold(f64::MAX, f64::min);
        let peak = week[..24].iter().copied().fold(0.0, f64::max);
        assert!((trough / peak - p.trough_share).abs() < 0.01, "{}", trough / peak);
        assert!((p.profile(9, 5) / p.profile(9, 2) - p.weekend_share).abs() < 1e-12);
        assert!(p.profile(13, 0) > p.profile(12, 0) && p.profile(14, 0) > p.profile(15, 0));
    }

    #[test]
    fn demand_grows_up_to_the_ceiling() {
        let p = InferenceParams::default();
        assert_eq!(p.level(2025.0), p.utilisation);
        assert!((p.level(2027.0) - p.utilisation * 1.05 * 1.05).abs() < 1e-12);
        assert_eq!(p.utilisation_at(10.0, 14, 0), p.utilisation_max);
    }
}
