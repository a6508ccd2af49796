//! Replay: columns of a user's own hourly files for the hours of a run, with repair rules by name.
//!
//! A file is read on its declared convention ([`Layout`]; in long files also a column of hours and a choice
//! of rows). What is dirty is found the same way in every file: a stamp that cannot be placed, an hour that
//! the local clock skips, an hour that comes twice, text in place of a number, a level that cannot be true
//! ([`super::record`]), hours without a value. Each is a fault with file and line unless the [`Repair`] rule
//! of its kind says what to do; every use of a rule is listed too. Only the hours of the run and those that
//! a repair leans on are judged; the whole record says what is far out. Cost: one pass over the text and a
//! sort of its levels.

use super::record::{
    Faults, HourLabel, Layout, Plausible, RecordFault, leave_out_outliers, parse_hour, resolve, stamp_text,
};
use super::{Clock, civil_from_days};

/// What may stand in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Load: above zero, without outliers.
    Load,
    /// Output of wind or sun: outliers are found, small negative values count as zero.
    Generation,
    /// Anything finite, such as a price.
    Any,
}

/// What to do with hours that have no value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GapRule {
    /// Refuse the file.
    #[default]
    Refuse,
    /// Draw a straight line between the hours before and after, up to a longest gap.
    Interpolate,
    /// Leave them empty; only for what is compared, never for what is replayed.
    Leave,
}

/// What to do with a level that cannot be true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutlierRule {
    /// Refuse the file.
    #[default]
    Refuse,
    /// Count the hour as one without a value.
    Drop,
    /// Believe it.
    Keep,
}

/// What to do with an hour that comes more than once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RepeatRule {
    /// Refuse the file.
    #[default]
    Refuse,
    /// The first line counts.
    First,
    /// The last line counts.
    Last,
}

/// What to do with text in place of a number, or with an hour that the local clock skips.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DropRule {
    /// Refuse the file.
    #[default]
    Refuse,
    /// Leave it out.
    Drop,
}

/// A rule for each kind of dirt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repair {
    /// Hours without a value.
    pub gaps: GapRule,
    /// Longest gap that is interpolated, in hours.
    pub max_gap_hours: u32,
    /// Levels that cannot be true.
    pub outliers: OutlierRule,
    /// Hours that come more than once.
    pub repeats: RepeatRule,
    /// Text in place of numbers.
    pub text: DropRule,
    /// Hours that the local clock skips in spring.
    pub skipped: DropRule,
}

/// A file and how it is read.
#[derive(Clone, Copy)]
pub struct HourlyFile<'a> {
    /// The file's name, for messages.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
    /// Time column and conventions.
    pub layout: &'a Layout,
    /// Header of a column that holds the hour where the time column holds the day only.
    pub hour_column: Option<&'a str>,
    /// Header of a column and the text that a row must have there to count.
    pub only: Option<(&'a str, &'a str)>,
    /// The place's clock.
    pub clock: &'a dyn Clock,
    /// What to do with dirt.
    pub repair: Repair,
}

/// A column for the hours of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Replayed {
    /// A value per hour; empty only where [`GapRule::Leave`] allows it.
    pub values: Vec<Option<f64>>,
    /// What was repaired, with its line.
    pub repairs: Vec<RecordFault>,
}

/// A line of the file that was placed in time.
struct Line {
    number: u64,
    utc_hour: i64,
    field: String,
}

impl HourlyFile<'_> {
    /// Reads `column` for `hours` consecutive hours from `start_hour` (UTC, counted from 1970-01-01T00:00Z).
    ///
    /// # Errors
    /// Every fault that no rule repairs.
    pub fn read(
        &self,
        column: &str,
        quantity: Quantity,
        start_hour: i64,
        hours: usize,
    ) -> Result<Replayed, Vec<RecordFault>> {
        let mut found = Found {
            faults: Faults { file: self.name, list: Vec::new() },
            repairs: Faults { file: self.name, list: Vec::new() },
            window: (start_hour - 1, start_hour + hours as i64),
        };
        let lines = self.lines(column, &mut found);
        let values = self.values(column, quantity, lines, (start_hour, hours), &mut found);
        found.faults.list.sort_by_key(|fault| fault.line);
        found.repairs.list.sort_by_key(|fault| fault.line);
        match values {
            Some(values) if found.faults.list.is_empty() => {
                Ok(Replayed { values, repairs: found.repairs.list })
            }
            _ => Err(found.faults.list),
        }
    }

    /// All lines that count and can be placed, in order of time, of each hour one.
    fn lines(&self, column: &str, found: &mut Found<'_>) -> Vec<Line> {
        let text = self.text.strip_prefix('\u{feff}').unwrap_or(self.text);
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let headers = match reader.headers() {
            Ok(headers) => headers.clone(),
            Err(error) => {
                found.faults.fatal(Some(1), format!("unreadable header: {error}"));
                return Vec::new();
            }
        };
        let mut find = |name: &str| {
            let index = headers.iter().position(|header| header.trim() == name);
            if index.is_none() {
                let known: Vec<&str> = headers.iter().collect();
                found.faults.fatal(Some(1), format!("no column {name:?}; there are {}", known.join(", ")));
            }
            index
        };
        let time: Vec<Option<usize>> = self.layout.time_columns.iter().map(|name| find(name)).collect();
        let value = find(column);
        let hour = self.hour_column.map(&mut find);
        let only = self.only.map(|(name, text)| (find(name), text));
        let time = time.into_iter().collect::<Option<Vec<usize>>>();
        let (Some(mut time), Some(value)) = (time, value) else { return Vec::new() };
        if hour == Some(None) || only.is_some_and(|(index, _)| index.is_none()) {
            return Vec::new();
        }
        time.extend(hour.flatten());
        let mut lines = Vec::new();
        let mut last_label = None;
        for record in reader.records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    let line = error.position().map(csv::Position::line);
                    found.faults.fatal(line, format!("unreadable row: {error}"));
                    continue;
                }
            };
            let number = record.position().map_or(0, csv::Position::line);
            let cell = |index: usize| record.get(index).unwrap_or("").trim();
            if let Some((Some(index), text)) = only
                && cell(index) != text
            {
                continue;
            }
            let stamp = stamp_text(&time.iter().map(|&index| cell(index)).collect::<Vec<_>>());
            let Some(mut label) = parse_hour(&in_24_hours(&stamp), self.layout.date) else {
                found.faults.fatal(Some(number), format!("{stamp:?} is not the stamp of a whole hour"));
                continue;
            };
            if self.layout.hour == HourLabel::Ending {
                label -= 1;
            }
            let again = last_label == Some(label);
            last_label = Some(label);
            if let Some(utc_hour) = resolve(label, again, self.layout.clock, self.clock) {
                lines.push(Line { number, utc_hour, field: cell(value).to_owned() });
                continue;
            }
            let what = format!("{stamp:?} names an hour that the local clock skips");
            let rule = (self.repair.skipped == DropRule::Drop).then_some("left out");
            // It has no instant; the one an hour earlier on the same clock has.
            let near = resolve(label - 1, false, self.layout.clock, self.clock).unwrap_or(label);
            found.dirt(near, number, &what, rule, "skipped = \"drop\"");
        }
        // A stable sort keeps the earlier line of a doubled hour in front.
        lines.sort_by_key(|line| line.utc_hour);
        self.without_repeats(lines, found)
    }

    fn without_repeats(&self, lines: Vec<Line>, found: &mut Found<'_>) -> Vec<Line> {
        let mut out: Vec<Line> = Vec::with_capacity(lines.len());
        for line in lines {
            let Some(before) = out.last_mut().filter(|before| before.utc_hour == line.utc_hour) else {
                out.push(line);
                continue;
            };
            let what = format!("the same hour as line {}", before.number);
            let rule = match self.repair.repeats {
                RepeatRule::Refuse => None,
                RepeatRule::First => Some("the first line counts"),
                RepeatRule::Last => Some("the last line counts"),
            };
            found.dirt(line.utc_hour, line.number, &what, rule, "repeats = \"first\" or \"last\"");
            if self.repair.repeats == RepeatRule::Last {
                *before = line;
            }
        }
        out
    }

    /// The numbers of the window, judged against the whole record.
    fn values(
        &self,
        column: &str,
        quantity: Quantity,
        lines: Vec<Line>,
        (start_hour, hours): (i64, usize),
        found: &mut Found<'_>,
    ) -> Option<Vec<Option<f64>>> {
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
            if found.faults.list.is_empty() {
                found.faults.fatal(None, "no rows".to_owned());
            }
            return None;
        };
        let record_start = first.utc_hour;
        let length = (last.utc_hour - record_start + 1) as usize;
        if length > lines.len() * 4 + 24 {
            let message = format!("{} rows spread over {length} hours: not an hourly series", lines.len());
            found.faults.fatal(None, message);
            return None;
        }
        let mut values = vec![None; length];
        let mut numbers = vec![0; length];
        for line in lines {
            let index = (line.utc_hour - record_start) as usize;
            numbers[index] = line.number;
            match line.field.parse::<f64>() {
                Ok(x) if x.is_finite() => values[index] = Some(x),
                _ => {
                    let what = format!("{column} {:?} is not a number", line.field);
                    let rule = (self.repair.text == DropRule::Drop).then_some("left out");
                    found.dirt(line.utc_hour, line.number, &what, rule, "text = \"drop\"");
                }
            }
        }
        if quantity != Quantity::Any {
            self.judge(column, quantity, record_start, &mut values, &numbers, found);
        }
        let record = Record { start: record_start, values, numbers };
        Some(self.fill(column, &record, start_hour, hours, found))
    }

    /// Finds levels that cannot be true.
    fn judge(
        &self,
        column: &str,
        quantity: Quantity,
        record_start: i64,
        values: &mut [Option<f64>],
        numbers: &[u64],
        found: &mut Found<'_>,
    ) {
        let mut list: Vec<(usize, String)> = Vec::new();
        let mut judged = values.to_vec();
        let plausible = match quantity {
            Quantity::Load => Plausible::Positive,
            Quantity::Generation | Quantity::Any => Plausible::NotNegative,
        };
        for (index, value) in judged.iter_mut().enumerate() {
            match *value {
                Some(x) if x <= 0.0 && quantity == Quantity::Load => {
                    list.push((index, format!("{column} {x} is no load")));
                    *value = None;
                }
                Some(x) => *value = Some(x.max(0.0)),
                None => {}
            }
        }
        let before = judged.clone();
        let mut told = Faults { file: self.name, list: Vec::new() };
        leave_out_outliers(&mut judged, numbers, column, plausible, &mut told);
        let mut reason = String::new();
        for index in (0..judged.len()).filter(|&index| judged[index] != before[index]) {
            let own = told.list.iter().find(|fault| fault.line == Some(numbers[index]));
            if let Some(fault) = own {
                fault.message.trim_end_matches(", left out").clone_into(&mut reason);
            }
            // A frozen run is told of once, at its first line; its other hours share the reason.
            list.push((index, reason.clone()));
        }
        list.sort_by_key(|&(index, _)| index);
        let rule = match self.repair.outliers {
            OutlierRule::Refuse => None,
            OutlierRule::Drop => Some("left out"),
            OutlierRule::Keep => Some("kept"),
        };
        for (index, what) in list {
            let hour = record_start + index as i64;
            found.dirt(hour, numbers[index], &what, rule, "outliers = \"drop\" or \"keep\"");
            if self.repair.outliers == OutlierRule::Keep {
                judged[index] = values[index].map(|x| x.max(0.0));
            }
        }
        values.copy_from_slice(&judged);
    }

    /// The hours of the run, with gaps treated by their rule.
    fn fill(
        &self,
        column: &str,
        record: &Record,
        start_hour: i64,
        hours: usize,
        found: &mut Found<'_>,
    ) -> Vec<Option<f64>> {
        let mut out: Vec<Option<f64>> = (0..hours as i64).map(|h| record.at(start_hour + h)).collect();
        if self.repair.gaps == GapRule::Leave || !found.faults.list.is_empty() {
            return out;
        }
        let mut h = 0;
        while h < hours {
            let from = start_hour + h as i64;
            if record.at(from).is_some() {
                h += 1;
                continue;
            }
            // The whole gap, which may reach beyond the run on both sides.
            let (mut first, mut end) = (from, from);
            while record.holds(first - 1) && record.at(first - 1).is_none() {
                first -= 1;
            }
            while (record.holds(end) || end < start_hour + hours as i64) && record.at(end).is_none() {
                end += 1;
            }
            let length = (end - first) as u32;
            let ends = record.at(first - 1).zip(record.at(end));
            let line = record.line_from(first);
            let told =
                format!("{column}: {length} hours without a value, {} to {}", named(first), named(end - 1));
            match ends {
                Some((before, after))
                    if self.repair.gaps == GapRule::Interpolate && length <= self.repair.max_gap_hours =>
                {
                    for hour in first.max(start_hour)..end.min(start_hour + hours as i64) {
                        let part = (hour - first + 1) as f64 / f64::from(length + 1);
                        out[(hour - start_hour) as usize] = Some(before + (after - before) * part);
                    }
                    let message = format!("{told}: interpolated");
                    found.repairs.list.push(RecordFault {
                        file: self.name.to_owned(),
                        line,
                        message,
                        fatal: false,
                    });
                }
                _ => {
                    let why = match (ends, self.repair.gaps) {
                        (None, _) => "; there is nothing on one side of them".to_owned(),
                        (_, GapRule::Interpolate) => {
                            format!(" (hours beginning, UTC); max_gap_hours is {}", self.repair.max_gap_hours)
                        }
                        _ => " (hours beginning, UTC); repair: gaps = \"interpolate\"".to_owned(),
                    };
                    found.faults.fatal(line, format!("{told}{why}"));
                }
            }
            h = (end - start_hour) as usize;
        }
        out
    }
}

/// A whole record in time.
struct Record {
    start: i64,
    values: Vec<Option<f64>>,
    /// Line of each hour; zero where there is none.
    numbers: Vec<u64>,
}

impl Record {
    fn index(&self, hour: i64) -> Option<usize> {
        usize::try_from(hour - self.start).ok().filter(|&index| index < self.values.len())
    }

    fn holds(&self, hour: i64) -> bool {
        self.index(hour).is_some()
    }

    fn at(&self, hour: i64) -> Option<f64> {
        self.values[self.index(hour)?]
    }

    /// The first line at or after an hour.
    fn line_from(&self, hour: i64) -> Option<u64> {
        let from = usize::try_from((hour - self.start).max(0)).ok()?;
        self.numbers.get(from..)?.iter().copied().find(|&number| number > 0)
    }
}

/// Faults and repairs of a file.
struct Found<'a> {
    faults: Faults<'a>,
    repairs: Faults<'a>,
    /// First and last hour that matter.
    window: (i64, i64),
}

impl Found<'_> {
    /// Books dirt of an hour: a repair where a rule says what was done, a fault otherwise. Hours that the run
    /// does not use are nobody's concern.
    fn dirt(&mut self, hour: i64, line: u64, what: &str, rule: Option<&str>, would: &str) {
        if hour < self.window.0 || hour > self.window.1 {
            return;
        }
        match rule {
            Some(done) => self.repairs.left_out(line, format!("{what}: {done}")),
            None => self.faults.fatal(Some(line), format!("{what}; repair: {would}")),
        }
    }
}

/// A stamp such as `1/31/2021 1 p.m. CST` with the hour on a clock of 24 hours; others as they are.
fn in_24_hours(stamp: &str) -> String {
    let mut words = stamp.split(' ');
    let (Some(date), Some(hour), Some(half)) = (words.next(), words.next(), words.next()) else {
        return stamp.to_owned();
    };
    let (Ok(hour), later) = (hour.parse::<u32>(), half.starts_with(['p', 'P'])) else {
        return stamp.to_owned();
    };
    if !(1..=12).contains(&hour) || !(later || half.starts_with(['a', 'A'])) {
        return stamp.to_owned();
    }
    format!("{date} {}:00", hour % 12 + if later { 12 } else { 0 })
}

fn named(utc_hour: i64) -> String {
    let (year, month, day) = civil_from_days(utc_hour.div_euclid(24));
    format!("{year:04}-{month:02}-{day:02}T{:02}:00", utc_hour.rem_euclid(24))
}

#[cfg(test)]
mod tests;
