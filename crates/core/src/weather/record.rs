//! Reading hourly history: one column of a CSV text becomes consecutive hours, faults become a list.
//!
//! Nothing is repaired in silence. What cannot be placed in time refuses the file; a value that cannot be
//! true (text such as `MISSING`, zero or negative load, a level far outside the record, a lone spike, a
//! frozen run) is left out and listed with its line. Hour-ending stamps become hour-beginning by taking
//! one hour off the *label*, then the label is resolved on the place's clock: in autumn the label that
//! occurs twice is first summer, then standard time; in spring the skipped label does not exist.

mod arithmetic;

use core::fmt;

use thiserror::Error;

use super::{Clock, days_from_civil};

/// What a time stamp names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HourLabel {
    /// The beginning of the hour.
    Beginning,
    /// The end of the hour.
    Ending,
}

/// Which clock the stamps are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StampClock {
    /// UTC.
    Utc,
    /// The region's local standard time all year.
    Standard,
    /// The region's prevailing time, with its missing and doubled hours.
    Prevailing,
    /// Prevailing time whose publisher wrote 24 labels on every day: the label that spring skips holds a made-up
    /// value and the one that autumn doubles stands for two hours. Both are left out and listed.
    PrevailingFilled,
}

/// Order of a date's parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// 2024-01-31
    YearMonthDay,
    /// 01/31/2024
    MonthDayYear,
    /// 31/01/2024
    DayMonthYear,
}

/// How to read a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Header of the time column; or the headers of year, month, day and hour in this order.
    pub time_columns: Vec<String>,
    /// What a stamp names.
    pub hour: HourLabel,
    /// The clock of the stamps.
    pub clock: StampClock,
    /// Order of the date's parts.
    pub date: DateOrder,
}

/// One hourly series in UTC, consecutive hours without holes in time; absent values are `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct HourlyRecord {
    /// First hour, counted from 1970-01-01T00:00Z, named by its beginning.
    pub start_hour: i64,
    /// One value per hour.
    pub values: Vec<Option<f64>>,
}

impl HourlyRecord {
    /// The value of an hour, if it is known.
    pub fn at(&self, utc_hour: i64) -> Option<f64> {
        let index = usize::try_from(utc_hour - self.start_hour).ok()?;
        self.values.get(index).copied().flatten()
    }

    /// The hour after the last one.
    pub fn end_hour(&self) -> i64 {
        self.start_hour + self.values.len() as i64
    }
}

/// Something wrong at a place of a file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct RecordFault {
    /// The file's name.
    pub file: String,
    /// Line, counted from 1; the header is line 1. Absent for faults of the whole file.
    pub line: Option<u64>,
    /// What is wrong.
    pub message: String,
    /// Whether the file cannot be used. Otherwise the value was left out and the rest stands.
    pub fatal: bool,
}

impl fmt::Display for RecordFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

/// A stamp and the fields of the wanted columns, with their line.
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) utc_hour: i64,
    pub(crate) fields: Vec<String>,
}

/// Collects the faults of one file.
pub(crate) struct Faults<'a> {
    pub(crate) file: &'a str,
    pub(crate) list: Vec<RecordFault>,
}

impl Faults<'_> {
    pub(crate) fn fatal(&mut self, line: Option<u64>, message: String) {
        self.list.push(RecordFault { file: self.file.to_owned(), line, message, fatal: true });
    }

    pub(crate) fn left_out(&mut self, line: u64, message: String) {
        self.list.push(RecordFault { file: self.file.to_owned(), line: Some(line), message, fatal: false });
    }
}

/// What values a series can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plausible {
    /// Load: above zero.
    Positive,
    /// Generation: zero or above. A small negative value (station use at night) counts as zero.
    NotNegative,
}

/// Reads one column. The second part lists every fault, worst or not; the record is absent if any of
/// them is fatal.
pub fn read_hourly(
    file: &str,
    text: &str,
    layout: &Layout,
    value_column: &str,
    plausible: Plausible,
    clock: &dyn Clock,
) -> (Option<HourlyRecord>, Vec<RecordFault>) {
    let mut faults = Faults { file, list: Vec::new() };
    let rows = read_rows(text, layout, &[value_column], clock, &mut faults);
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        if faults.list.is_empty() {
            faults.fatal(None, "no rows".to_owned());
        }
        return (None, faults.list);
    };
    let start_hour = first.utc_hour;
    let hours = (last.utc_hour - start_hour + 1) as usize;
    if hours > rows.len() * 4 + 24 {
        let message = format!("{} rows spread over {hours} hours: not an hourly series", rows.len());
        faults.fatal(None, message);
        return (None, faults.list);
    }
    let mut values = vec![None; hours];
    let mut lines = vec![0; hours];
    for row in &rows {
        let index = (row.utc_hour - start_hour) as usize;
        lines[index] = row.line;
        let field = row.fields[0].trim();
        match field.parse::<f64>() {
            Ok(x) if !x.is_finite() => {
                faults.left_out(row.line, format!("{value_column} {field:?} left out"));
            }
            Ok(x) if x <= 0.0 && plausible == Plausible::Positive => {
                faults.left_out(row.line, format!("{value_column} {field} is no load, left out"));
            }
            Ok(x) => values[index] = Some(x.max(0.0)),
            Err(_) => {
                faults.left_out(row.line, format!("{value_column} {field:?} is not a number, left out"));
            }
        }
    }
    leave_out_outliers(&mut values, &lines, value_column, plausible, &mut faults);
    let mut hole = None;
    for (index, &line) in lines.iter().enumerate() {
        if line == 0 && hole.is_none() {
            hole = Some(index);
        } else if let (Some(from), true) = (hole, line != 0) {
            faults.left_out(line, format!("{} hours are missing before this line", index - from));
            hole = None;
        }
    }
    faults.list.sort_by_key(|fault| fault.line);
    let usable = !faults.list.iter().any(|fault| fault.fatal);
    (usable.then_some(HourlyRecord { start_hour, values }), faults.list)
}

/// All rows of the wanted columns in order of time.
pub(crate) fn read_rows(
    text: &str,
    layout: &Layout,
    columns: &[&str],
    clock: &dyn Clock,
    faults: &mut Faults<'_>,
) -> Vec<Row> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headers = match reader.headers() {
        Ok(headers) => headers.clone(),
        Err(error) => {
            faults.fatal(Some(1), format!("unreadable header: {error}"));
            return Vec::new();
        }
    };
    let mut find = |name: &str| {
        let index = headers.iter().position(|header| header.trim() == name);
        if index.is_none() {
            let known: Vec<&str> = headers.iter().collect();
            faults.fatal(Some(1), format!("no column {name:?}; there are {}", known.join(", ")));
        }
        index
    };
    let time: Vec<Option<usize>> = layout.time_columns.iter().map(|name| find(name)).collect();
    let wanted: Vec<Option<usize>> = columns.iter().map(|name| find(name)).collect();
    let all = |indices: Vec<Option<usize>>| indices.into_iter().collect::<Option<Vec<usize>>>();
    let (Some(time), Some(wanted)) = (all(time), all(wanted)) else { return Vec::new() };
    let mut rows = Vec::new();
    let mut last_label = None;
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                faults.fatal(error.position().map(csv::Position::line), format!("unreadable row: {error}"));
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |index: usize| record.get(index).unwrap_or("").trim();
        let stamp = stamp_text(&time.iter().map(|&index| cell(index)).collect::<Vec<_>>());
        let Some(mut label) = parse_hour(&stamp, layout.date) else {
            faults.fatal(Some(line), format!("{stamp:?} is not the stamp of a whole hour"));
            continue;
        };
        if layout.hour == HourLabel::Ending {
            label -= 1;
        }
        let again = last_label == Some(label);
        last_label = Some(label);
        let found = instants(label, layout.clock, clock);
        let utc_hour = match (&found[..], layout.clock) {
            (&[one], _) => one,
            (&[.., later], StampClock::Prevailing) if again => later,
            (&[earlier, ..], StampClock::Prevailing) => earlier,
            ([], StampClock::PrevailingFilled) => {
                faults
                    .left_out(line, format!("{stamp:?} names an hour that the local clock skips, left out"));
                continue;
            }
            (_, StampClock::PrevailingFilled) => {
                faults.left_out(line, format!("{stamp:?} names two hours with one value, left out"));
                continue;
            }
            _ => {
                faults.fatal(Some(line), format!("{stamp:?} names an hour that the local clock skips"));
                continue;
            }
        };
        let fields = wanted.iter().map(|&i| record.get(i).unwrap_or("").to_owned()).collect();
        rows.push(Row { line, utc_hour, fields });
    }
    // A stable sort keeps the earlier line of a doubled hour in front.
    rows.sort_by_key(|row| row.utc_hour);
    for pair in rows.windows(2) {
        if pair[0].utc_hour == pair[1].utc_hour {
            let message = format!("the same hour as line {}", pair[0].line);
            faults.fatal(Some(pair[1].line), message);
        }
    }
    rows
}

/// The text of a stamp from its cells: year, month, day and hour, or parts that follow each other.
pub(crate) fn stamp_text(cells: &[&str]) -> String {
    match cells {
        [year, month, day, hour] => format!("{year}-{month}-{day} {hour}:00"),
        parts => parts.join(" "),
    }
}

/// The UTC hour of a local label; the second of two equal labels in a row is the later hour.
pub(crate) fn resolve(label: i64, again: bool, stamps: StampClock, clock: &dyn Clock) -> Option<i64> {
    let found = instants(label, stamps, clock);
    if again { found.last().copied() } else { found.first().copied() }
}

/// The UTC hours of a local label in order: one, or none or two where the clock changes.
fn instants(label: i64, stamps: StampClock, clock: &dyn Clock) -> Vec<i64> {
    let hours = |minutes: i32| i64::from(minutes).div_euclid(60);
    match stamps {
        StampClock::Utc => vec![label],
        StampClock::Standard => vec![label - hours(clock.offsets_minutes(label).0)],
        StampClock::Prevailing | StampClock::PrevailingFilled => {
            // Every offset that is in force near the label; the right ones map back to themselves.
            let mut found: Vec<i64> = [-26, -3, 0, 3, 26]
                .iter()
                .map(|shift| label - hours(clock.offsets_minutes(label + shift).1))
                .filter(|&utc| utc + hours(clock.offsets_minutes(utc).1) == label)
                .collect();
            found.sort_unstable();
            found.dedup();
            found
        }
    }
}

/// Days since 1970-01-01 of a date with its parts in an order, parted by `-` or `/`.
pub fn parse_day(date: &str, order: DateOrder) -> Option<i64> {
    let parts: Vec<i64> = date.split(['-', '/']).map(|x| x.parse().ok()).collect::<Option<_>>()?;
    let &[a, b, c] = parts.as_slice() else { return None };
    let (year, month, day) = match order {
        DateOrder::YearMonthDay => (a, b, c),
        DateOrder::MonthDayYear => (c, a, b),
        DateOrder::DayMonthYear => (c, b, a),
    };
    if !(1..=12).contains(&month) || !(1800..=2500).contains(&year) {
        return None;
    }
    let days = days_from_civil(year, month as u8, u8::try_from(day).ok().filter(|&day| day > 0)?);
    (super::civil_from_days(days) == (year, month as u8, day as u8)).then_some(days)
}

/// Hours since 1970-01-01 of `date[ T]hh[:00[:00]][Z]`; hour 24 is the next day's first.
pub(crate) fn parse_hour(stamp: &str, order: DateOrder) -> Option<i64> {
    let stamp = stamp.strip_suffix('Z').or_else(|| stamp.strip_suffix("+00:00")).unwrap_or(stamp);
    let (date, time) = stamp.split_once([' ', 'T'])?;
    let days = parse_day(date, order)?;
    let mut clock = time.split(':');
    let hour: i64 = clock.next()?.parse().ok()?;
    let whole = clock.all(|part| part.parse::<f64>() == Ok(0.0));
    (whole && (0..=24).contains(&hour)).then_some(days * 24 + hour)
}

/// Leaves out levels far outside the record, lone spikes and frozen runs.
pub(crate) fn leave_out_outliers(
    values: &mut [Option<f64>],
    lines: &[u64],
    column: &str,
    plausible: Plausible,
    faults: &mut Faults<'_>,
) {
    /// A level this many times the upper quartile cannot be true.
    const FAR: f64 = 6.0;
    /// A value that leaves both neighbours in the same direction by this part of the record's middle.
    const SPIKE: f64 = 0.3;
    /// More equal values in a row than this are a frozen meter.
    const FROZEN: usize = 6;
    let mut sorted: Vec<f64> = values.iter().flatten().copied().collect();
    sorted.sort_by(f64::total_cmp);
    let quartile = |part: usize| sorted.get(sorted.len() * part / 4).copied().unwrap_or(0.0);
    let (middle, upper) = (quartile(2), quartile(3));
    for (value, &line) in values.iter_mut().zip(lines) {
        if let Some(x) = *value
            && ((upper > 0.0 && x > FAR * upper) || (plausible == Plausible::Positive && x < middle / FAR))
        {
            faults.left_out(line, format!("{column} {x} is far outside the record, left out"));
            *value = None;
        }
    }
    if plausible == Plausible::Positive {
        let spikes: Vec<usize> = (1..values.len().saturating_sub(1))
            .filter(|&i| match (values[i - 1], values[i], values[i + 1]) {
                (Some(before), Some(x), Some(after)) => {
                    let (up, down) = (x - before, x - after);
                    up * down > 0.0 && up.abs().min(down.abs()) > SPIKE * middle
                }
                _ => false,
            })
            .collect();
        for i in spikes {
            if let Some(x) = values[i].take() {
                faults.left_out(lines[i], format!("{column} {x} is a lone spike, left out"));
            }
        }
    }
    let mut start = 0;
    while start < values.len() {
        let run = values[start..].iter().take_while(|&&value| value == values[start]).count();
        if let Some(x) = values[start]
            && run > FROZEN
            && x > 0.05 * upper
        {
            faults.left_out(lines[start], format!("{column} stays at {x} for {run} hours, left out"));
            values[start..start + run].fill(None);
        }
        start += run;
    }
}
