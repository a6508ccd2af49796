//! An axis: its range, its scale, where its grid lines and labels stand.
//!
//! The drawing library takes a number of ticks as a hint only, so an axis computes its own and hands them
//! over as key points. Linear ranges grow to whole steps of 1, 2 or 5 times a power of ten. Time axes count
//! milliseconds and have their lines at the starts of years, months, days or hours, with the label between
//! two lines when it names the time between them.

use std::ops::Range;

use gridrush_tables::{Civil, DAY_MS};
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged};

use crate::unit::number;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    Linear,
    Log,
    /// Linear up to about this value on both sides of zero, logarithmic beyond.
    Symlog(f64),
}

/// A range with its scale, grid and labels.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    low: f64,
    high: f64,
    scale: Scale,
    /// Where grid lines stand.
    pub grid: Vec<f64>,
    /// Where labels stand, and what they say.
    pub labels: Vec<(f64, String)>,
}

impl Axis {
    /// A linear axis that holds `low..=high` with about `steps` steps.
    pub fn linear(low: f64, high: f64, steps: usize) -> Axis {
        let (low, high) = widen(low, high);
        let step = nice_step((high - low) / steps.max(1) as f64);
        let first = (low / step + 1e-9).floor() as i64;
        let last = (high / step - 1e-9).ceil() as i64;
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        let grid: Vec<f64> = (first..=last).map(|index| index as f64 * step).collect();
        let labels = grid.iter().map(|&at| (at, number(at, decimals))).collect();
        Axis { low: first as f64 * step, high: last as f64 * step, scale: Scale::Linear, grid, labels }
    }

    /// A linear axis from zero to at least the largest of some values.
    pub fn from_zero(values: impl IntoIterator<Item = f64>, steps: usize) -> Axis {
        Axis::linear(0.0, largest(values), steps)
    }

    /// A linear axis of exactly `low..=high`, with lines every `step`.
    pub fn stepped(low: f64, high: f64, step: f64) -> Axis {
        let count = ((high - low) / step + 1e-9).floor() as i64;
        let grid: Vec<f64> = (0..=count).map(|index| low + index as f64 * step).collect();
        let labels = grid.iter().map(|&at| (at, number(at, 0))).collect();
        Axis { low, high, scale: Scale::Linear, grid, labels }
    }

    /// A logarithmic axis that holds `low..=high`, both positive.
    pub fn log(low: f64, high: f64) -> Axis {
        let low = if low > 0.0 { low } else { 1.0 };
        let high = if high > low { high } else { low * 10.0 };
        let mut steps = vec![1.0];
        if (high / low).log10() < 2.5 {
            steps.extend([2.0, 5.0]);
        }
        let mut grid: Vec<f64> = powers(&steps, low / 10.0, high * 10.0);
        let first = grid.iter().rposition(|&at| at <= low * 1.000_001).unwrap_or(0);
        let last = grid.iter().position(|&at| at >= high * 0.999_999).unwrap_or(grid.len() - 1);
        grid = grid[first..=last].to_vec();
        let labels = grid.iter().map(|&at| (at, plain(at))).collect();
        Axis { low: grid[0], high: grid[grid.len() - 1], scale: Scale::Log, grid, labels }
    }

    /// An axis that holds `low..=high` of any sign, linear to about `linear` and logarithmic beyond.
    pub fn symlog(low: f64, high: f64, linear: f64) -> Axis {
        let (low, high) = widen(low.min(0.0), high.max(linear));
        let mut steps = vec![1.0];
        if (high / linear).log10() < 2.0 && (-low / linear) < 10.0 {
            steps.extend([2.0, 5.0]);
        }
        let fine = [1.0, 2.0, 5.0];
        let high = powers(&fine, linear, high * 10.0).into_iter().find(|&at| at >= high).unwrap_or(high);
        let low = if low < 0.0 {
            -powers(&fine, linear / 10.0, -low * 10.0).into_iter().find(|&at| at >= -low).unwrap_or(-low)
        } else {
            0.0
        };
        let positive = powers(&steps, linear, high);
        let negative = powers(&steps, linear, -low).into_iter().rev().map(|at| -at);
        let grid: Vec<f64> = negative.chain([0.0]).chain(positive).collect();
        let labels = grid.iter().map(|&at| (at, plain(at))).collect();
        Axis { low, high, scale: Scale::Symlog(linear), grid, labels }
    }

    /// A time axis from `from` to `to`, in milliseconds since 1970, drawn `width` pixels wide.
    pub fn time(from: i64, to: i64, width: f64) -> Axis {
        let to = to.max(from + 1);
        let px_per_day = width / ((to - from) as f64 / DAY_MS as f64);
        let mut axis = Axis {
            low: from as f64,
            high: to as f64,
            scale: Scale::Linear,
            grid: Vec::new(),
            labels: Vec::new(),
        };
        let days = (to - from) as f64 / DAY_MS as f64;
        if days > 800.0 {
            let stride =
                [1, 2, 5, 10, 20, 50].into_iter().find(|&n| f64::from(n) * 365.0 * px_per_day >= 31.0);
            let stride = i64::from(stride.unwrap_or(100));
            let first = Civil::from_ms(from).year;
            let starts = (first..).map(|year| Civil::date(year, 1, 1));
            axis.mark(
                starts.step_by(1),
                to,
                |civil| (civil.year % stride == 0).then(|| civil.year.to_string()),
                stride == 1,
            );
        } else if days > 40.0 {
            let stride = [1, 2, 3, 6, 12].into_iter().find(|&n| f64::from(n) * 30.4 * px_per_day >= 44.0);
            let stride = stride.unwrap_or(12) as u8;
            let starts =
                std::iter::successors(Some(Civil::from_ms(from).month_start()), |c| Some(c.next_month()));
            let name = |civil: Civil| {
                let shown = (civil.month - 1) % stride == 0;
                shown.then(|| format!("{} {:02}", month_name(civil.month), civil.year.rem_euclid(100)))
            };
            axis.mark(starts, to, name, stride == 1);
        } else if days > 3.0 {
            let stride = (1..).find(|&n| n as f64 * px_per_day >= 52.0).unwrap_or(1);
            let first = from.div_euclid(DAY_MS);
            let starts = (first..).map(|day| Civil::from_ms(day * DAY_MS));
            let name = |civil: Civil| {
                let day = civil.to_ms().div_euclid(DAY_MS);
                let shown = (day - first).rem_euclid(stride) == 0;
                shown.then(|| format!("{} {} {}", weekday(day), civil.day, month_name(civil.month)))
            };
            axis.mark(starts, to, name, stride == 1);
        } else {
            let six_hours = DAY_MS / 4;
            let first = from.div_euclid(six_hours);
            let starts = (first..).map(|quarter| Civil::from_ms(quarter * six_hours));
            axis.mark(starts, to, |civil| Some(format!("{:02}:00", civil.ms_of_day / 3_600_000)), false);
        }
        axis
    }

    /// Sets a grid line at each start and its label there, or halfway to the next if it names the time
    /// between.
    fn mark(
        &mut self,
        starts: impl Iterator<Item = Civil>,
        to: i64,
        name: impl Fn(Civil) -> Option<String>,
        between: bool,
    ) {
        let starts: Vec<Civil> = {
            let mut after_end = 0;
            let kept = starts.take_while(|civil| {
                after_end += i64::from(civil.to_ms() >= to);
                after_end <= 1
            });
            kept.collect()
        };
        for pair in starts.windows(2) {
            let [start, end] = [pair[0].to_ms() as f64, pair[1].to_ms() as f64];
            if start >= self.low {
                self.grid.push(start);
            }
            let Some(label) = name(pair[0]) else { continue };
            if between {
                // An interval that is cut by an end of the axis is named only if most of it is there.
                let (seen_start, seen_end) = (start.max(self.low), end.min(self.high));
                if seen_end - seen_start > 0.6 * (end - start) {
                    self.labels.push((f64::midpoint(seen_start, seen_end), label));
                }
            } else if start >= self.low {
                self.labels.push((start, label));
            }
        }
        if let Some(last) = starts.last().filter(|last| last.to_ms() == to) {
            self.grid.push(last.to_ms() as f64);
            if let Some(label) = name(*last).filter(|_| !between) {
                self.labels.push((self.high, label));
            }
        }
    }

    /// The same axis without labels, for panels that share the axis of the one below.
    #[must_use]
    pub fn unlabelled(mut self) -> Axis {
        self.labels.clear();
        self
    }

    /// The lower end.
    pub fn low(&self) -> f64 {
        self.low
    }

    /// Where a value stands between the lower end (0) and the upper end (1).
    pub fn part(&self, value: f64) -> f64 {
        let place = |value: f64| match self.scale {
            Scale::Linear => value,
            Scale::Log => value.max(f64::MIN_POSITIVE).ln(),
            Scale::Symlog(linear) => (value / linear).asinh(),
        };
        (place(value) - place(self.low)) / (place(self.high) - place(self.low))
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let part = self.part(*value).clamp(0.0, 1.0);
        limit.0 + (f64::from(limit.1 - limit.0) * part).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.grid.clone()
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}

/// The largest of some values that is a number, or zero.
pub(crate) fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().filter(|value| value.is_finite()).fold(0.0, f64::max)
}

/// The short English name of a month, 1-12.
pub(crate) fn month_name(month: u8) -> &'static str {
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        [usize::from(month - 1)]
}

fn weekday(day: i64) -> &'static str {
    // 1970-01-01 was a Thursday.
    ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][day.rem_euclid(7) as usize]
}

/// A range that is not empty and has numbers for ends.
fn widen(low: f64, high: f64) -> (f64, f64) {
    let low = if low.is_finite() { low } else { 0.0 };
    let high = if high.is_finite() { high } else { low };
    if high > low { (low, high) } else { (low, low + 1.0) }
}

/// The least of 1, 2, 5 times a power of ten that is at least `rough`.
fn nice_step(rough: f64) -> f64 {
    let power = 10_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= rough * 0.999_999);
    factor.unwrap_or(10.0) * power
}

/// `steps` times the powers of ten within `low..=high`, rising.
fn powers(steps: &[f64], low: f64, high: f64) -> Vec<f64> {
    if low <= 0.0 || high < low {
        return Vec::new();
    }
    let first = low.log10().floor() as i32 - 1;
    let last = high.log10().ceil() as i32 + 1;
    let all = (first..=last).flat_map(|power| steps.iter().map(move |step| step * 10_f64.powi(power)));
    all.filter(|&value| value >= low * 0.999_999 && value <= high * 1.000_001).collect()
}

/// A tick of a logarithmic axis as text.
fn plain(value: f64) -> String {
    let decimals =
        if value == 0.0 { 0.0 } else { (-(value.abs() * 1.000_001).log10().floor()).clamp(0.0, 9.0) };
    number(value, decimals as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.labels.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn linear_axes_grow_to_whole_steps() {
        let axis = Axis::from_zero([3.0, 8.7, f64::NAN], 4);
        assert_eq!(labels(&axis), ["0", "5", "10"]);
        assert_eq!(labels(&Axis::linear(-0.3, 0.4, 4)), ["\u{2212}0.4", "\u{2212}0.2", "0.0", "0.2", "0.4"]);
        assert_eq!(axis.range(), 0.0..10.0);
        let nothing = Axis::from_zero([], 4);
        assert_eq!(nothing.range(), 0.0..1.0);
    }

    #[test]
    fn log_axes_enclose_their_values() {
        let axis = Axis::log(43.0, 61_000.0);
        assert_eq!(labels(&axis), ["10", "100", "1,000", "10,000", "100,000"]);
        assert_eq!(labels(&Axis::log(0.03, 0.4)), ["0.02", "0.05", "0.1", "0.2", "0.5"]);
        assert!((axis.part(1_000.0) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn symlog_axes_show_both_signs_and_zero() {
        let axis = Axis::symlog(-20.0, 4_300.0, 10.0);
        assert_eq!(labels(&axis), ["\u{2212}10", "0", "10", "100", "1,000"]);
        assert_eq!(axis.range(), -20.0..5_000.0);
        for (low, high) in [(axis.part(-20.0), axis.part(5_000.0))] {
            assert!(low.abs() < 1e-12 && (high - 1.0).abs() < 1e-12);
        }
        assert_eq!(labels(&Axis::symlog(12.0, 90.0, 10.0)), ["0", "10", "20", "50", "100"]);
    }

    #[test]
    fn a_decade_shows_each_year_between_its_lines() {
        let [from, to] = [Civil::date(2025, 1, 1).to_ms(), Civil::date(2035, 1, 1).to_ms()];
        let axis = Axis::time(from, to, 480.0);
        assert_eq!(axis.grid.len(), 11);
        assert_eq!(labels(&axis).first(), Some(&"2025"));
        assert_eq!(labels(&axis).last(), Some(&"2034"));
        assert_eq!(axis.labels.len(), 10);
        let narrow = Axis::time(from, to, 110.0);
        assert_eq!(labels(&narrow), ["2025", "2030", "2035"]);
    }

    #[test]
    fn short_times_show_months_days_or_hours() {
        let from = Civil::date(2031, 8, 4).to_ms();
        assert_eq!(labels(&Axis::time(from, from + 7 * DAY_MS, 480.0))[0], "Mon 4 Aug");
        assert_eq!(labels(&Axis::time(from, from + 7 * DAY_MS, 480.0)).len(), 7);
        assert_eq!(
            labels(&Axis::time(from, from + DAY_MS, 480.0)),
            ["00:00", "06:00", "12:00", "18:00", "00:00"]
        );
        let year = Axis::time(Civil::date(2025, 1, 1).to_ms(), Civil::date(2026, 1, 1).to_ms(), 600.0);
        assert_eq!((labels(&year)[0], year.labels.len()), ("Jan 25", 12));
    }

    #[test]
    fn key_points_lie_on_the_axis() {
        for axis in [Axis::linear(3.0, 77.0, 5), Axis::log(2.0, 900.0), Axis::symlog(-3.0, 88.0, 10.0)] {
            for &at in &axis.grid {
                assert!((-1e-9..=1.0 + 1e-9).contains(&axis.part(at)), "{axis:?}");
            }
        }
    }
}
