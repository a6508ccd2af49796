//! `[forecast]`: how well the next day is known.

use super::declare::section;

section! {
    /// Errors of day-ahead forecasts: zero at the hour in which the forecast is made, growing to these
    /// standard deviations. With zeros the next day is known.
    Forecast {
        /// Error of native load, the same share in all zones.
        load_error_percent: f64 = 2.5, "% of load", "assumed", 0.0..=100.0;
        /// Error of wind.
        wind_error_percent: f64 = 7.0, "% of capacity", "assumed", 0.0..=100.0;
        /// Error of solar output.
        solar_error_percent: f64 = 10.0, "% of output", "assumed", 0.0..=100.0;
        /// How much of an hour's error is left in the next.
        hourly_correlation: f64 = 0.95, "", "assumed", 0.0..=0.9999;
    }
}
