//! Forecasts of native load, wind and sun for the coming days.
//!
//! A forecast is what will be, plus an error that is zero when it is made and wanders off:
//!
//! ```text
//!   e_0 = 0      e_k = r e_{k-1} + sqrt(1 - r^2) z_k      z_k standard normal
//!   load x (1 + s_load e)      wind share + s_wind e, within 0 and 1      solar share x (1 + s_solar e)
//! ```
//!
//! with one path for load, one for wind and one for sun, the same in all zones: what matters is the region's
//! error, and errors that differ by zone would cancel. Draws belong to the hour in which the forecast is made,
//! so a forecast is the same whoever asks. Cost: `O(hours x (zones + series))`.

use gridrush_core::kernel::{Purpose, Streams, uniform_open};
use gridrush_core::math::normal_quantile;
use gridrush_core::names::Key;
use gridrush_core::weather::{SeriesKind, WeatherYears};

use crate::setup::Setup;
use crate::units::{Availability, Unit};

const ERROR: Purpose = Purpose::of("forecast/error");

/// What is expected of some hours in a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forecast {
    /// The first hour, counted from the start of the run.
    pub first_hour: usize,
    zones: usize,
    series: usize,
    /// Hour by hour, zone within hour.
    native_mw: Vec<f64>,
    /// Hour by hour, series within hour.
    weather: Vec<f32>,
}

impl Forecast {
    /// How many hours it covers.
    pub fn hours(&self) -> usize {
        self.native_mw.len() / self.zones.max(1)
    }

    /// Native load by zone in its n-th hour.
    pub fn native_mw(&self, n: usize) -> &[f64] {
        &self.native_mw[n * self.zones..(n + 1) * self.zones]
    }

    /// All weather series in its n-th hour.
    pub fn weather(&self, n: usize) -> &[f32] {
        &self.weather[n * self.series..(n + 1) * self.series]
    }

    /// Native load less available wind and sun, hour by hour, added up over `zones`. `O(units + hours x series)`.
    pub fn net_load_mw(&self, units: &[Unit], zones: std::ops::Range<usize>) -> Vec<f64> {
        let mut by_series = vec![0.0; self.series];
        let mut constant_mw = 0.0;
        for unit in units.iter().filter(|u| u.is_variable()) {
            if zones.contains(&usize::from(unit.zone.0)) {
                match unit.availability {
                    Availability::Series(series) => by_series[series] += unit.capacity_mw,
                    Availability::Share(share) => constant_mw += share * unit.capacity_mw,
                }
            }
        }
        (0..self.hours())
            .map(|n| {
                let native: f64 = self.native_mw(n)[zones.clone()].iter().sum();
                let weather = self.weather(n).iter().zip(&by_series);
                native - constant_mw - weather.map(|(&share, mw)| f64::from(share) * mw).sum::<f64>()
            })
            .collect()
    }
}

impl Setup {
    /// The forecast that is made in hour `now` for at most `hours` hours from `from` on; it ends with the run.
    pub fn forecast(
        &self,
        weather: &WeatherYears,
        streams: &Streams,
        now: usize,
        from: usize,
        hours: usize,
    ) -> Forecast {
        let terms = &self.scenario.forecast;
        let (zones, series) = (self.series.len(), weather.values.len());
        let end = (from + hours).min(self.hours).max(from);
        let mut out = Forecast {
            first_hour: from,
            zones,
            series,
            native_mw: vec![0.0; zones * (end - from)],
            weather: vec![0.0; series * (end - from)],
        };
        let errors = |name: &str, percent: f64| {
            error_path(streams, name, percent / 100.0, terms.hourly_correlation, now, from, end)
        };
        let load = errors("load", terms.load_error_percent);
        let wind = errors("wind", terms.wind_error_percent);
        let solar = errors("solar", terms.solar_error_percent);
        for (n, hour) in (from..end).enumerate() {
            let native = &mut out.native_mw[n * zones..(n + 1) * zones];
            self.native_mw(weather, hour, native);
            for mw in native {
                *mw = (*mw * (1.0 + load[n])).max(0.0);
            }
            let row = &mut out.weather[n * series..(n + 1) * series];
            Setup::weather_at(weather, hour, row);
            for (value, kind) in row.iter_mut().zip(&self.kinds) {
                match kind {
                    SeriesKind::Load => {}
                    SeriesKind::Wind => *value = within(*value, f64::from(*value) + wind[n]),
                    SeriesKind::Solar => *value = within(*value, f64::from(*value) * (1.0 + solar[n])),
                }
            }
        }
        out
    }
}

/// A forecast share that lies between nothing and all, or what will be where replayed output is more than all.
fn within(share: f32, forecast: f64) -> f32 {
    forecast.clamp(0.0, f64::from(share).max(1.0)) as f32
}

/// The error of hours `from..end` in a forecast made in hour `now`.
fn error_path(
    streams: &Streams,
    name: &str,
    deviation: f64,
    correlation: f64,
    now: usize,
    from: usize,
    end: usize,
) -> Vec<f64> {
    let mut rng = streams.open_at(Key::of(name), ERROR, now as u64);
    let fresh = (1.0 - correlation * correlation).sqrt();
    let mut error = 0.0;
    let mut out = Vec::with_capacity(end - from);
    if from <= now && from < end {
        out.push(0.0);
    }
    for hour in now + 1..end {
        error = correlation * error + fresh * normal_quantile(uniform_open(&mut rng));
        if hour >= from {
            out.push(deviation * error);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_begin_at_zero_and_reach_their_deviation() {
        let (mut near, mut far, n) = (0.0, 0.0, 4000);
        for now in 0..n {
            let path = error_path(&Streams::new(7, 0), "load", 0.03, 0.9, now, now, now + 40);
            assert_eq!((path.len(), path[0]), (40, 0.0));
            near += path[1] * path[1];
            far += path[39] * path[39];
        }
        let deviation = |sum: f64| (sum / n as f64).sqrt();
        assert!((deviation(near) / (0.03 * 0.19_f64.sqrt()) - 1.0).abs() < 0.05, "{}", deviation(near));
        assert!((deviation(far) / 0.03 - 1.0).abs() < 0.05, "{}", deviation(far));
    }

    #[test]
    fn the_error_of_an_hour_does_not_depend_on_the_window() {
        let path = |from, end| error_path(&Streams::new(1, 2), "wind", 0.1, 0.95, 100, from, end);
        let long = path(100, 160);
        assert_eq!(long[12..24], path(112, 124)[..]);
        assert_eq!(long.len(), 60);
    }
}
