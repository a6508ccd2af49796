//! Drawing weather: the run's calendar and a replication's streams become hourly series.
//!
//! Each series opens one stream per calendar year under its own name and takes exactly two words per
//! hour, whatever their use, so runs that differ in policy, horizon or other series see the same
//! weather. A run-up of 60 days from a stream of its own gives the first hour a stationary state. Cost: about 0.1 us per
//! series and hour, memory four bytes each.

use super::memory::slow_variance;
use super::model::{HOURS, MONTHS, SEASONS, season};
use super::transform::{KNOTS, locate, value};
use super::{HourStamp, Memory, SeriesKind, SeriesModel, Shape, WeatherFault, WeatherModel};
use crate::kernel::{Purpose, Rng, Streams, uniform_open};
use crate::math::{cos, exp, ln, sin, sqrt};
use crate::names::Key;

const INNOVATION: Purpose = Purpose::of("weather/innovation");
const START: Purpose = Purpose::of("weather/start");
const SWING: Purpose = Purpose::of("weather/swing");
/// No year's draw is farther from its middle, in standard deviations.
const WIDEST_SWING: f64 = 2.5;

/// Hourly series of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct WeatherYears {
    /// Names, in the order of `values`.
    pub names: Vec<String>,
    /// One value per hour for each series: loads in parts of the annual mean of their growth path,
    /// wind and solar in parts of capacity.
    pub values: Vec<Vec<f32>>,
}

impl WeatherYears {
    /// The series of that name.
    pub fn series(&self, name: &str) -> Option<&[f32]> {
        let index = self.names.iter().position(|other| other == name)?;
        Some(&self.values[index])
    }
}

impl WeatherModel {
    /// The weather of a replication over consecutive hours; a pure function of its arguments.
    ///
    /// # Errors
    /// All faults of the model's tables ([`WeatherModel::check`]).
    pub fn generate(
        &self,
        streams: &Streams,
        hours: &[HourStamp],
    ) -> Result<WeatherYears, Vec<WeatherFault>> {
        Ok(self.prepare()?.generate(streams, hours, 1.0))
    }

    /// Checks and unpacks the tables once, for many replications.
    ///
    /// # Errors
    /// All faults of the model's tables ([`WeatherModel::check`]).
    pub(crate) fn prepare(&self) -> Result<Prepared, Vec<WeatherFault>> {
        let faults = self.check();
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Prepared {
            names: self.series.iter().map(|series| series.name.clone()).collect(),
            series: (0..self.series.len()).map(|i| PreparedSeries::new(self, i)).collect(),
            slow: self.coupling.iter().map(|coupling| coupling.slow.clone()).collect(),
            fast: self.coupling.iter().map(|coupling| coupling.fast.clone()).collect(),
        })
    }
}

/// A checked model with its tables unpacked.
pub(crate) struct Prepared {
    names: Vec<String>,
    series: Vec<PreparedSeries>,
    slow: Vec<Vec<Vec<f64>>>,
    fast: Vec<Vec<Vec<f64>>>,
}

impl Prepared {
    /// `sign` multiplies all draws: 1, or -1 for the mirror image that a check averages with.
    pub(crate) fn generate(&self, streams: &Streams, hours: &[HourStamp], sign: f64) -> WeatherYears {
        /// Several of the longest time constants that are fitted.
        const RUN_UP_HOURS: usize = 60 * 24;
        let count = self.series.len();
        let mut values: Vec<Vec<f32>> = (0..count).map(|_| Vec::with_capacity(hours.len())).collect();
        let keys: Vec<Key> = self.names.iter().map(|name| Key::of(name)).collect();
        let mut states = vec![State::default(); count];
        let mut draws = vec![(0.0, 0.0); count];
        let mut advance = |states: &mut [State], rngs: &mut [Rng], season: usize| {
            for (draw, rng) in draws.iter_mut().zip(rngs) {
                let (slow, fast) = two_normals(rng);
                *draw = (sign * slow, sign * fast);
            }
            for (i, state) in states.iter_mut().enumerate() {
                let (mut slow, mut fast) = (0.0, 0.0);
                let factors = self.slow[season][i].iter().zip(&self.fast[season][i]);
                for ((a, b), draw) in factors.zip(&draws) {
                    slow += a * draw.0;
                    fast += b * draw.1;
                }
                state.advance(&self.series[i].steps[season], slow, fast);
            }
        };
        let Some(first) = hours.first() else { return WeatherYears { names: self.names.clone(), values } };
        let mut rngs: Vec<Rng> = keys.iter().map(|&key| streams.open(key, START)).collect();
        for _ in 0..RUN_UP_HOURS {
            advance(&mut states, &mut rngs, season(first.month));
        }
        let mut year = None;
        let mut draw_of_year = 0.0;
        for &stamp in hours {
            let season = season(stamp.month);
            if year != Some(stamp.year) {
                year = Some(stamp.year);
                let index = stamp.year as u64;
                rngs = keys.iter().map(|&key| streams.open_at(key, INNOVATION, index)).collect();
                let (draw, _) = two_normals(&mut streams.open_at(Key::of("weather"), SWING, index));
                draw_of_year = sign * draw.clamp(-WIDEST_SWING, WIDEST_SWING);
            }
            advance(&mut states, &mut rngs, season);
            let months = Months::of(stamp);
            for ((series, state), values) in self.series.iter().zip(&states).zip(&mut values) {
                let score = state.score(&series.steps[season]);
                let value = series.table.value(stamp, &months, score);
                values.push(series.table.swung(value, 1.0 + series.swing_spread * draw_of_year) as f32);
            }
        }
        WeatherYears { names: self.names.clone(), values }
    }
}

struct PreparedSeries {
    table: Table,
    swing_spread: f64,
    steps: [Step; SEASONS],
}

impl PreparedSeries {
    fn new(model: &WeatherModel, index: usize) -> PreparedSeries {
        let series = &model.series[index];
        PreparedSeries {
            table: Table::new(series, model.shape_of(index)),
            swing_spread: series.swing_spread.unwrap_or(0.0),
            steps: core::array::from_fn(|s| Step::new(&series.memory[s])),
        }
    }
}

/// Weights of one hour in a season.
struct Step {
    /// Keep per hour along and across the turn.
    slow_keep: (f64, f64),
    slow_new: f64,
    slow_weight: f64,
    fast_keep: f64,
    fast_new: f64,
    fast_gain: f64,
    fast_weight: f64,
}

impl Step {
    fn new(memory: &Memory) -> Step {
        let (slow_keep, fast_keep) = (exp(-1.0 / memory.slow_hours), exp(-1.0 / memory.fast_hours));
        let turn = memory.slow_turn_hours.map_or(0.0, |hours| core::f64::consts::TAU / hours);
        let square = fast_keep * fast_keep;
        Step {
            slow_keep: (slow_keep * cos(turn), slow_keep * sin(turn)),
            slow_new: 1.0 / sqrt(slow_variance(memory)),
            slow_weight: sqrt(memory.slow_share),
            fast_keep,
            fast_new: sqrt(1.0 - square),
            fast_gain: (1.0 - square) / sqrt(1.0 + square),
            fast_weight: sqrt(1.0 - memory.slow_share),
        }
    }
}

/// Components of a score; each has unit variance in the long run.
#[derive(Clone, Copy, Default)]
struct State {
    slow: f64,
    /// The slow component a quarter turn behind.
    behind: f64,
    /// The fast component's input, itself filtered once.
    drive: f64,
    fast: f64,
}

impl State {
    fn advance(&mut self, step: &Step, slow: f64, fast: f64) {
        let (along, across) = step.slow_keep;
        (self.slow, self.behind) = (
            along * self.slow - across * self.behind + step.slow_new * slow,
            across * self.slow + along * self.behind,
        );
        self.drive = step.fast_keep * self.drive + step.fast_new * fast;
        self.fast = step.fast_keep * self.fast + step.fast_gain * self.drive;
    }

    fn score(&self, step: &Step) -> f64 {
        step.slow_weight * self.slow + step.fast_weight * self.fast
    }
}

/// The two months that a day lies between, counted from their middles, and the later one's weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Months {
    pub(crate) this: usize,
    pub(crate) neighbour: usize,
    pub(crate) neighbour_weight: f64,
}

impl Months {
    pub(crate) fn of(stamp: HourStamp) -> Months {
        let this = usize::from(stamp.month - 1);
        let part = stamp.part_of_month();
        let neighbour = (this + if part < 0.5 { MONTHS - 1 } else { 1 }) % MONTHS;
        Months { this, neighbour, neighbour_weight: (part - 0.5).abs() }
    }
}

/// A series' values at the knots of every (day type, month, hour).
pub(crate) struct Table {
    kind: SeriesKind,
    interpolated: bool,
    low: f64,
    high: f64,
    knots: Vec<f64>,
}

impl Table {
    /// Unpacks a checked series with the tables that it uses.
    pub(crate) fn new(series: &SeriesModel, shape: &Shape) -> Table {
        let mut knots = vec![];
        let interpolated = match shape {
            Shape::Scaled { workday_per_10k, restday_per_10k, spread_per_10k, residual_per_1k } => {
                let count = residual_per_1k.len() / MONTHS;
                for means in [workday_per_10k, restday_per_10k] {
                    for month in 0..MONTHS {
                        for hour in 0..HOURS {
                            let mean = f64::from(means[month][hour]) * 1e-4;
                            let spread = f64::from(spread_per_10k[month][hour]) * 1e-4;
                            let row = |block: usize| &residual_per_1k[month * count + block];
                            let ((before, after), part) = blocks(hour, count);
                            knots.extend(row(before).iter().zip(row(after)).map(|(&a, &b)| {
                                let residual = f64::from(a) + part * (f64::from(b) - f64::from(a));
                                mean + spread * residual * 1e-3
                            }));
                        }
                    }
                }
                true
            }
            Shape::Direct { value_per_100k } => {
                knots.extend(value_per_100k.iter().flatten().map(|&x| f64::from(x) * 1e-5));
                false
            }
            // A checked model has tables behind every name.
            Shape::Like { .. } => {
                knots.resize(2 * MONTHS * HOURS * KNOTS, 0.0);
                false
            }
        };
        Table { kind: series.kind, interpolated, low: series.low, high: series.high, knots }
    }

    fn row(&self, day_type: usize, month: usize, hour: usize) -> &[f64] {
        let start = ((day_type * MONTHS + month) * HOURS + hour) * KNOTS;
        &self.knots[start..start + KNOTS]
    }

    /// Day type and hour of a stamp for this kind of series.
    fn place(&self, stamp: HourStamp) -> (usize, usize) {
        match (self.kind, self.interpolated) {
            (SeriesKind::Load, true) => {
                (usize::from(stamp.is_rest_day()), usize::from(stamp.hour_prevailing))
            }
            (SeriesKind::Load, false) => (0, usize::from(stamp.hour_prevailing)),
            (SeriesKind::Wind | SeriesKind::Solar, _) => (0, usize::from(stamp.hour_standard)),
        }
    }

    /// What a score means in an hour.
    pub(crate) fn value(&self, stamp: HourStamp, months: &Months, score: f64) -> f64 {
        let (day_type, hour) = self.place(stamp);
        let at = locate(score);
        let mut y = value(self.row(day_type, months.this, hour), at);
        if self.interpolated {
            let other = value(self.row(day_type, months.neighbour, hour), at);
            y += months.neighbour_weight * (other - y);
        }
        y.clamp(self.low, self.high)
    }

    /// A load of a year that swings by that much above its mean, within the bounds.
    pub(crate) fn swung(&self, value: f64, swing: f64) -> f64 {
        if value <= 1.0 || swing == 1.0 { value } else { (1.0 + (value - 1.0) * swing).min(self.high) }
    }

    /// The knots of an hour.
    pub(crate) fn knots_at(&self, stamp: HourStamp) -> [f64; KNOTS] {
        let months = Months::of(stamp);
        let (day_type, hour) = self.place(stamp);
        let this = self.row(day_type, months.this, hour);
        let other = self.row(day_type, months.neighbour, hour);
        let weight = if self.interpolated { months.neighbour_weight } else { 0.0 };
        core::array::from_fn(|k| this[k] + weight * (other[k] - this[k]))
    }
}

/// The two of `count` equal blocks of the day that an hour lies between, counted from their middles, and
/// the part of the way from the first to the second.
fn blocks(hour: usize, count: usize) -> ((usize, usize), f64) {
    let width = (HOURS / count) as f64;
    // The middle of block b is `(b + 1/2) width`; the middle of an hour is half past.
    let from_first = (hour as f64 + 0.5) / width - 0.5;
    let before = from_first.floor();
    let index = |block: f64| (block as i64).rem_euclid(count as i64) as usize;
    ((index(before), index(before + 1.0)), from_first - before)
}

/// Two independent standard normals from two words (Box and Muller, 1958).
fn two_normals(rng: &mut Rng) -> (f64, f64) {
    let radius = sqrt(-2.0 * ln(uniform_open(rng)));
    let angle = core::f64::consts::TAU * uniform_open(rng);
    (radius * cos(angle), radius * sin(angle))
}

#[cfg(test)]
mod tests {
    use super::super::memory::{fast_after, slow_after};
    use super::*;

    #[test]
    fn a_score_has_unit_variance_and_the_stated_memory() {
        let memory =
            Memory { slow_share: 0.6, slow_hours: 20.0, fast_hours: 3.0, slow_turn_hours: Some(60.0) };
        let step = Step::new(&memory);
        let mut rng = Streams::new(4, 0).open(Key::of("x"), INNOVATION);
        let mut state = State::default();
        let scores: Vec<f64> = (0..4_000_000)
            .map(|_| {
                let (slow, fast) = two_normals(&mut rng);
                state.advance(&step, slow, fast);
                state.score(&step)
            })
            .collect();
        for lag in [0, 1, 2, 6, 12, 24, 48] {
            let products = scores.iter().zip(&scores[lag..]).map(|(a, b)| a * b);
            let seen = products.sum::<f64>() / (scores.len() - lag) as f64;
            let k = lag as f64;
            let stated = 0.6 * slow_after(k, &memory) + 0.4 * fast_after(k, 3.0);
            assert!((seen - stated).abs() < 0.02, "lag {lag}: {seen} {stated}");
        }
    }

    #[test]
    fn hours_lie_between_the_middles_of_their_blocks() {
        assert_eq!(blocks(1, 8), ((0, 1), 0.0));
        assert_eq!(blocks(4, 8), ((1, 2), 0.0));
        let ((before, after), part) = blocks(0, 8);
        assert_eq!((before, after), (7, 0));
        assert!((part - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(blocks(23, 8).0, (7, 0));
        assert_eq!(blocks(17, 24), ((17, 18), 0.0));
        assert_eq!(blocks(17, 1).0, (0, 0));
    }
}
