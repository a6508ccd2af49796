//! The recipe of a region's weather (`calibrate.toml`): which columns of which files, in which clock, make which series.
//!
//! A series is one column of one file, or a list of parts that are added up with weights (a remainder of a whole and
//! its known zones) or that follow one another in time. A load without zones of its own may be split by shares.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use anyhow::{Result, anyhow};
use gridrush_core::weather::record::{DateOrder, HourLabel, Layout, StampClock};
use gridrush_core::weather::{SeriesKind, days_from_civil};
use serde::Deserialize;

/// Name under which `generation_format` is known.
pub const GENERATION: &str = "generation_format";

/// A whole recipe.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    pub title: String,
    pub source: String,
    pub time_zone: String,
    pub base_year: i16,
    pub base_demand_ratio: f64,
    /// The modelled draw, beside the recipe.
    pub draw: Option<PathBuf>,
    load_format: Format,
    pub generation_format: Option<Format>,
    /// Formats of parts that name one.
    #[serde(default)]
    formats: BTreeMap<String, Format>,
    #[serde(default)]
    pub load: Vec<Load>,
    #[serde(default)]
    pub generation: Vec<Generation>,
    #[serde(default)]
    pub exclude: Vec<Exclude>,
}

/// How the stamps of a file are read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Format {
    /// One header, or those of year, month, day and hour.
    time_column: OneOrMore,
    hour: Hour,
    clock: Stamps,
    date: Date,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Hour {
    Beginning,
    Ending,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stamps {
    Utc,
    Standard,
    Prevailing,
    PrevailingFilled,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Date {
    YearMonthDay,
    MonthDayYear,
    DayMonthYear,
}

/// A name or a list of names.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    /// The names in order.
    pub fn all(&self) -> &[String] {
        match self {
            OneOrMore::One(name) => std::slice::from_ref(name),
            OneOrMore::More(names) => names,
        }
    }
}

/// A column, or the sum of several, of a file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub file: PathBuf,
    pub column: OneOrMore,
    /// Name of a format; the recipe's own for loads or generation if absent.
    pub format: Option<String>,
    #[serde(default = "whole")]
    pub weight: f64,
}

fn whole() -> f64 {
    1.0
}

/// What is done with parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Combine {
    #[default]
    Sum,
    Sequence,
}

/// Whether a series is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Origin {
    #[default]
    Fitted,
    Assumption,
}

/// The load of a zone, or of a region that is split into zones.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    pub name: String,
    file: Option<PathBuf>,
    column: Option<OneOrMore>,
    format: Option<String>,
    #[serde(default)]
    parts: Vec<Part>,
    #[serde(default)]
    combine: Combine,
    /// Zones with their shares of the load; all share its weather.
    #[serde(default)]
    pub split: Vec<Share>,
    /// Where the shares or the weights come from.
    shares_source: Option<String>,
}

/// A zone's share.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    pub name: String,
    pub share: f64,
}

/// Wind or sun.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generation {
    pub name: String,
    pub kind: SeriesKind,
    pub zone: Option<String>,
    file: Option<PathBuf>,
    column: Option<OneOrMore>,
    format: Option<String>,
    #[serde(default)]
    parts: Vec<Part>,
    #[serde(default)]
    combine: Combine,
    pub capacity: Vec<Capacity>,
    /// The shape is scaled to it.
    pub capacity_factor: Option<f64>,
    #[serde(default)]
    source: Origin,
    /// The hour of the day (prevailing, named by its beginning) that the record books a day late; it is moved back.
    pub day_late_hour: Option<u8>,
}

/// Installed capacity at a date.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    pub date: Day,
    pub mw: f64,
    /// For readers of the recipe.
    #[serde(rename = "source")]
    _source: String,
}

/// Days left out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exclude {
    /// The series that lose these days; without names all of them.
    #[serde(default)]
    pub series: Vec<String>,
    /// First day, UTC.
    pub from: Day,
    /// Last day, UTC.
    pub through: Day,
    pub reason: String,
}

/// A day such as 2021-02-10.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Day(pub jiff::civil::Date);

impl TryFrom<String> for Day {
    type Error = jiff::Error;

    fn try_from(text: String) -> Result<Day, jiff::Error> {
        text.parse().map(Day)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Day {
    /// The UTC hour in which it begins.
    pub fn first_hour(self) -> i64 {
        let Day(date) = self;
        24 * days_from_civil(i64::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs())
    }
}

impl Recipe {
    /// The layout of that name; the one of loads without a name.
    ///
    /// # Errors
    /// No format has that name.
    pub fn layout(&self, name: Option<&str>) -> Result<Layout> {
        let format = match name {
            None => Some(&self.load_format),
            Some(GENERATION) => self.generation_format.as_ref(),
            Some(name) => self.formats.get(name),
        };
        format.map(Format::layout).ok_or_else(|| anyhow!("no [formats.{}]", name.unwrap_or_default()))
    }

    /// What no file can heal.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for load in &self.load {
            faults.extend(one_source(&load.name, load.file.as_ref(), load.column.as_ref(), &load.parts));
            let sum: f64 = load.split.iter().map(|zone| zone.share).sum();
            let sound = load.split.iter().all(|zone| zone.share > 0.0) && (sum - 1.0).abs() < 1e-9;
            if !load.split.is_empty() && !sound {
                faults
                    .push(format!("load {}: shares above 0 that add to 1 are needed, not {sum}", load.name));
            }
            if !load.split.is_empty() && self.load.len() > 1 {
                faults.push(format!("load {}: only a region's one load can be split", load.name));
            }
            if load.shares_source.is_none() && (!load.split.is_empty() || uneven(&load.parts)) {
                faults.push(format!("load {}: shares and weights need a shares_source", load.name));
            }
        }
        for source in &self.generation {
            let (file, column) = (source.file.as_ref(), source.column.as_ref());
            faults.extend(one_source(&source.name, file, column, &source.parts));
            if let Some(part) = source.capacity_factor
                && !(part > 0.0 && part < 1.0)
            {
                faults.push(format!("{}: capacity_factor {part} is not between 0 and 1", source.name));
            }
            if source.capacity_factor.is_some() && !source.is_assumed() {
                let message = "a capacity_factor makes it an assumption; say source = \"assumption\"";
                faults.push(format!("{}: {message}", source.name));
            }
        }
        for name in self.exclude.iter().flat_map(|exclude| &exclude.series) {
            let load = self.load.iter().any(|load| load.name == *name);
            if !load && !self.generation.iter().any(|source| source.name == *name) {
                faults.push(format!("exclude: no series {name:?}"));
            }
        }
        faults
    }
}

fn uneven(parts: &[Part]) -> bool {
    parts.iter().any(|part| (part.weight.abs() - 1.0).abs() > 1e-9)
}

/// Either file and column, or parts.
fn one_source(
    name: &str,
    file: Option<&PathBuf>,
    column: Option<&OneOrMore>,
    parts: &[Part],
) -> Option<String> {
    let sound = match (file, column) {
        (Some(_), Some(_)) => parts.is_empty(),
        (None, None) => !parts.is_empty(),
        _ => false,
    };
    (!sound).then(|| format!("{name}: either file and column, or parts"))
}

/// A file and column as the only part.
fn only(file: Option<&PathBuf>, column: Option<&OneOrMore>, format: Option<&String>) -> Option<Vec<Part>> {
    let (file, column) = (file?.clone(), column?.clone());
    Some(vec![Part { file, column, format: format.cloned(), weight: 1.0 }])
}

impl Load {
    /// What it is made of.
    pub fn parts(&self) -> Vec<Part> {
        let only = only(self.file.as_ref(), self.column.as_ref(), self.format.as_ref());
        only.unwrap_or_else(|| self.parts.clone())
    }

    /// Whether parts follow one another in time.
    pub fn sequence(&self) -> bool {
        self.combine == Combine::Sequence
    }
}

impl Generation {
    /// What it is made of.
    pub fn parts(&self) -> Vec<Part> {
        let only = only(self.file.as_ref(), self.column.as_ref(), self.format.as_ref());
        only.unwrap_or_else(|| self.parts.clone())
    }

    /// Whether parts follow one another in time.
    pub fn sequence(&self) -> bool {
        self.combine == Combine::Sequence
    }

    /// Whether it stands for a fleet that its files do not measure.
    pub fn is_assumed(&self) -> bool {
        self.source == Origin::Assumption
    }
}

impl Format {
    fn layout(&self) -> Layout {
        Layout {
            time_columns: self.time_column.all().to_vec(),
            hour: match self.hour {
                Hour::Beginning => HourLabel::Beginning,
                Hour::Ending => HourLabel::Ending,
            },
            clock: match self.clock {
                Stamps::Utc => StampClock::Utc,
                Stamps::Standard => StampClock::Standard,
                Stamps::Prevailing => StampClock::Prevailing,
                Stamps::PrevailingFilled => StampClock::PrevailingFilled,
            },
            date: match self.date {
                Date::YearMonthDay => DateOrder::YearMonthDay,
                Date::MonthDayYear => DateOrder::MonthDayYear,
                Date::DayMonthYear => DateOrder::DayMonthYear,
            },
        }
    }
}
