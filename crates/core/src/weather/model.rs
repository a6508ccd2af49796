//! The fitted weather of a region, as written in a pack's `weather.toml`.
//!
//! A series is `value = T(month, day type, hour; z)`: a monotone table `T` of what a standard normal
//! score `z` means in that month and hour. The score remembers: it is the weighted sum of a slow (days)
//! and a fast (hours) autoregression, whose innovations are correlated across series.
//! Tables are integers in declared parts, so that the file is small and the same on every platform.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::transform::KNOTS;

/// Months and hours that a table is made of.
pub(crate) const MONTHS: usize = 12;
pub(crate) const HOURS: usize = 24;
/// December to February, March to May, June to August, September to November.
pub(crate) const SEASONS: usize = 4;

/// The season of a month 1 to 12: 0 is December to February.
pub(crate) const fn season(month: u8) -> usize {
    (month as usize % 12) / 3
}

/// All weather of a region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeatherModel {
    /// Version of this file's layout; 1.
    pub schema: u32,
    /// What it describes.
    pub title: String,
    /// Data and assumptions it was fitted from.
    pub source: String,
    /// IANA name of the region's time zone.
    pub time_zone: String,
    /// The year of `base_mean_mw`, growth of later years not included.
    pub base_year: i16,
    /// One entry per series. The order is part of the model (see [`Coupling`]); append, never insert.
    pub series: Vec<SeriesModel>,
    /// Correlation between series, one entry per season (winter, spring, summer, autumn).
    pub coupling: Vec<Coupling>,
}

/// What a series measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeriesKind {
    /// Native load in parts of the annual mean; prevailing local hours.
    Load,
    /// Available wind power in parts of capacity; local standard hours.
    Wind,
    /// Available solar power in parts of capacity; local standard hours.
    Solar,
}

/// One hourly series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesModel {
    /// Stable name; the random streams belong to it.
    pub name: String,
    /// What it measures.
    pub kind: SeriesKind,
    /// The load zone it belongs to; absent for a series of the whole region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Loads: mean native load of the base year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_mean_mw: Option<f64>,
    /// Loads: by how much a year's swing above its mean differs from the common one, in parts of it for one standard
    /// deviation of the year's draw, which all loads share. Absent: every year swings alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swing_spread: Option<f64>,
    /// No value is lower (parts of the annual mean or of capacity).
    pub low: f64,
    /// No value is higher.
    pub high: f64,
    /// What a score means.
    pub shape: Shape,
    /// How the score remembers, one entry per season.
    pub memory: Vec<Memory>,
}

/// What a standard normal score means, by month, hour and day type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "snake_case", deny_unknown_fields)]
pub enum Shape {
    /// `mean + spread * residual(z)`. Values at the middle of a month; days between are interpolated.
    Scaled {
        /// Working days: 12 rows of 24 means, parts per 10,000.
        workday_per_10k: Vec<Vec<i32>>,
        /// Saturdays and Sundays: 12 rows of 24 means, parts per 10,000.
        restday_per_10k: Vec<Vec<i32>>,
        /// 12 rows of 24 standard deviations around the mean, parts per 10,000.
        spread_per_10k: Vec<Vec<i32>>,
        /// Standardised residual at the scores -3, -2.5 .. 3, parts per 1,000: rows of 13 by month, then
        /// by block of the day. The day is cut into as many equal blocks as there are rows to a month (1,
        /// 2, 3, 4, 6, 8, 12 or 24); hours between the middles of blocks are interpolated.
        residual_per_1k: Vec<Vec<i32>>,
    },
    /// The value itself at the scores -3, -2.5 .. 3, constant within a month.
    Direct {
        /// 288 rows of 13 (month, then hour), parts per 100,000.
        value_per_100k: Vec<Vec<i32>>,
    },
    /// The same as an earlier series: a zone without a record of its own.
    Like {
        /// Name of that series.
        series: String,
    },
}

/// How a score remembers: `sqrt(share) * slow + sqrt(1 - share) * fast`, both of unit variance.
///
/// The slow component is a first-order autoregression with root `exp(-1 / slow_hours)`, turned by
/// `2 pi / slow_turn_hours` where a turn is given; the fast one has the double root `exp(-1 / fast_hours)` and so no
/// jumps from hour to hour.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// Part of the variance that the slow component carries, 0 to 1.
    pub slow_share: f64,
    /// Time constant of the slow component, above 0.
    pub slow_hours: f64,
    /// Time constant of the fast component, above 0.
    pub fast_hours: f64,
    /// After about half of it the slow component tends to the opposite side; at least 24. Absent: it only fades.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_turn_hours: Option<f64>,
}

/// Lower triangular factors of the innovations' correlation, row i with i + 1 entries and unit norm.
///
/// A row mentions only earlier series, so appending a series leaves all others as they were.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coupling {
    /// Of the slow components.
    pub slow: Vec<Vec<f64>>,
    /// Of the fast components.
    pub fast: Vec<Vec<f64>>,
}

/// One thing wrong with a model.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{path}: {message}")]
pub struct WeatherFault {
    /// Where, as a dotted path.
    pub path: String,
    /// What and what was expected.
    pub message: String,
}

impl WeatherModel {
    /// Everything that is wrong with the tables; a model without faults generates without panics.
    pub fn check(&self) -> Vec<WeatherFault> {
        let mut faults = Faults(Vec::new());
        if self.schema != 1 {
            faults.add("schema", format!("{} is not a known layout, expected 1", self.schema));
        }
        if self.series.is_empty() {
            faults.add("series", "no series".to_owned());
        }
        for (i, series) in self.series.iter().enumerate() {
            if self.series[..i].iter().any(|other| other.name == series.name) {
                faults.add(&format!("series.{}", series.name), "the name occurs twice".to_owned());
            }
            series.check(&mut faults);
            if let Shape::Like { series: other } = &series.shape {
                let earlier = self.series[..i].iter().find(|one| one.name == *other);
                if earlier
                    .is_none_or(|one| one.kind != series.kind || matches!(one.shape, Shape::Like { .. }))
                {
                    let message = format!("{other:?} is no earlier series of the same kind with tables");
                    faults.add(&format!("series.{}.shape.series", series.name), message);
                }
            }
        }
        faults.length("coupling", self.coupling.len(), SEASONS, "seasons");
        for (s, coupling) in self.coupling.iter().enumerate() {
            for (name, factor) in [("slow", &coupling.slow), ("fast", &coupling.fast)] {
                let path = format!("coupling.{s}.{name}");
                faults.length(&path, factor.len(), self.series.len(), "rows, one per series");
                for (i, row) in factor.iter().enumerate() {
                    let path = format!("{path}.{i}");
                    faults.length(&path, row.len(), i + 1, "entries");
                    let norm: f64 = row.iter().map(|x| x * x).sum();
                    if norm.is_nan() || (norm - 1.0).abs() > 0.02 {
                        faults.add(&path, format!("squares add to {norm}, expected 1"));
                    }
                }
            }
        }
        faults.0
    }

    /// The tables of a series of a sound model.
    pub(crate) fn shape_of(&self, series: usize) -> &Shape {
        match &self.series[series].shape {
            Shape::Like { series: other } => self
                .index_of(other)
                .map_or_else(|| &self.series[series].shape, |index| &self.series[index].shape),
            own => own,
        }
    }

    /// Cuts the load series `name` into zones that share its weather hour by hour: the first takes its place, the
    /// others are appended. Shares are parts of its mean load; at least one.
    ///
    /// # Errors
    /// There is no such series, or no zone.
    pub fn split(&mut self, name: &str, zones: &[(String, f64)]) -> Result<(), WeatherFault> {
        let (Some(index), [(first, first_share), others @ ..]) = (self.index_of(name), zones) else {
            let message = "a split needs an existing series and at least one zone".to_owned();
            return Err(WeatherFault { path: format!("series.{name}"), message });
        };
        let mw = |share: f64, whole: Option<f64>| whole.map(|mw| (mw * share * 10.0).round() / 10.0);
        let whole = self.series[index].base_mean_mw;
        for (zone, share) in others {
            let original = &self.series[index];
            let memory = original.memory.clone();
            self.series.push(SeriesModel {
                name: zone.clone(),
                zone: Some(zone.clone()),
                base_mean_mw: mw(*share, whole),
                shape: Shape::Like { series: first.clone() },
                memory,
                ..*original
            });
            for coupling in &mut self.coupling {
                for factor in [&mut coupling.slow, &mut coupling.fast] {
                    // The row of the original: the same draws in the same proportions.
                    let mut row = factor[index].clone();
                    row.resize(factor.len() + 1, 0.0);
                    factor.push(row);
                }
            }
        }
        let original = &mut self.series[index];
        (original.name, original.zone) = (first.clone(), Some(first.clone()));
        original.base_mean_mw = mw(*first_share, whole);
        Ok(())
    }

    /// Position of a series.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.series.iter().position(|series| series.name == name)
    }
}

impl SeriesModel {
    fn check(&self, faults: &mut Faults) {
        let path = format!("series.{}", self.name);
        if !(self.low.is_finite() && self.high.is_finite() && self.low <= self.high && self.low >= 0.0) {
            let message = format!("{} to {} is no range of values >= 0", self.low, self.high);
            faults.add(&format!("{path}.low"), message);
        }
        match (self.kind, self.base_mean_mw) {
            (SeriesKind::Load, None) => {
                faults.add(&format!("{path}.base_mean_mw"), "missing; a load needs it".to_owned());
            }
            (_, Some(mw)) if !(mw.is_finite() && mw >= 0.0) => {
                faults.add(&format!("{path}.base_mean_mw"), format!("{mw} is no load"));
            }
            _ => {}
        }
        if let Some(spread) = self.swing_spread
            && !(self.kind == SeriesKind::Load && spread.abs() <= 0.3)
        {
            let message = format!("{spread} is not within 0.3 of 0, or this is no load");
            faults.add(&format!("{path}.swing_spread"), message);
        }
        match &self.shape {
            Shape::Scaled { workday_per_10k, restday_per_10k, spread_per_10k, residual_per_1k } => {
                faults.table(&format!("{path}.shape.workday_per_10k"), workday_per_10k, MONTHS, HOURS);
                faults.table(&format!("{path}.shape.restday_per_10k"), restday_per_10k, MONTHS, HOURS);
                faults.table(&format!("{path}.shape.spread_per_10k"), spread_per_10k, MONTHS, HOURS);
                let residual = format!("{path}.shape.residual_per_1k");
                let rows = residual_per_1k.len();
                if rows == 0 || !rows.is_multiple_of(MONTHS) || !HOURS.is_multiple_of(rows / MONTHS) {
                    let message = format!("{rows} rows, expected 12 times a divisor of 24");
                    faults.add(&residual, message);
                }
                faults.table(&residual, residual_per_1k, rows, KNOTS);
                faults.ascending(&residual, residual_per_1k);
                if spread_per_10k.iter().flatten().any(|&x| x < 0) {
                    faults.add(&format!("{path}.shape.spread_per_10k"), "negative spread".to_owned());
                }
            }
            Shape::Direct { value_per_100k } => {
                let values = format!("{path}.shape.value_per_100k");
                faults.table(&values, value_per_100k, MONTHS * HOURS, KNOTS);
                faults.ascending(&values, value_per_100k);
            }
            Shape::Like { .. } => {}
        }
        faults.length(&format!("{path}.memory"), self.memory.len(), SEASONS, "seasons");
        for (s, memory) in self.memory.iter().enumerate() {
            let path = format!("{path}.memory.{s}");
            if !(0.0..=1.0).contains(&memory.slow_share) {
                faults.add(&path, format!("slow_share {} is outside 0 to 1", memory.slow_share));
            }
            for (name, hours) in [("slow_hours", memory.slow_hours), ("fast_hours", memory.fast_hours)] {
                if !(hours.is_finite() && hours > 0.0) {
                    faults.add(&path, format!("{name} {hours} is not above 0"));
                }
            }
            if let Some(hours) = memory.slow_turn_hours
                && !(hours.is_finite() && hours >= 24.0)
            {
                faults.add(&path, format!("slow_turn_hours {hours} is below 24"));
            }
        }
    }
}

struct Faults(Vec<WeatherFault>);

impl Faults {
    fn add(&mut self, path: &str, message: String) {
        self.0.push(WeatherFault { path: path.to_owned(), message });
    }

    fn length(&mut self, path: &str, found: usize, expected: usize, what: &str) {
        if found != expected {
            self.add(path, format!("{found} {what}, expected {expected}"));
        }
    }

    fn table(&mut self, path: &str, rows: &[Vec<i32>], height: usize, width: usize) {
        self.length(path, rows.len(), height, "rows");
        for (i, row) in rows.iter().enumerate() {
            self.length(&format!("{path}.{i}"), row.len(), width, "numbers");
        }
    }

    fn ascending(&mut self, path: &str, rows: &[Vec<i32>]) {
        for (i, row) in rows.iter().enumerate() {
            if row.is_sorted() {
                continue;
            }
            self.add(&format!("{path}.{i}"), "values fall where the score rises".to_owned());
        }
    }
}
