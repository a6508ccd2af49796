//! Replay: a user's own hourly file in place of generated weather.
//!
//! The file's hours are mapped to the run's hours as they are (the same UTC hours); an hour that is
//! missing is an error, never a guess. Cost: one pass over the text.

use core::fmt::Write;

use super::record::{DateOrder, Faults, HourLabel, Layout, RecordFault, StampClock, read_rows};
use super::{Utc, WeatherYears, civil_from_days};

/// Reads named columns of a CSV text for `hours` consecutive hours from `start_hour` (UTC, counted from
/// 1970-01-01T00:00Z). Columns: `time` (UTC, year-month-day) and one per series, in the run's own parts:
/// loads in parts of the annual mean (MW divided by the zone's base mean), wind and solar in parts of
/// capacity. Further columns and further hours are allowed.
///
/// # Errors
/// Every fault of the file and the list of missing hours.
pub fn replay(
    file: &str,
    text: &str,
    hour: HourLabel,
    series: &[&str],
    start_hour: i64,
    hours: usize,
) -> Result<WeatherYears, Vec<RecordFault>> {
    let layout = Layout {
        time_columns: vec!["time".to_owned()],
        hour,
        clock: StampClock::Utc,
        date: DateOrder::YearMonthDay,
    };
    let mut faults = Faults { file, list: Vec::new() };
    let rows = read_rows(text, &layout, series, &Utc, &mut faults);
    let mut values = vec![vec![f32::NAN; hours]; series.len()];
    let mut seen = vec![false; hours];
    for row in &rows {
        let index = usize::try_from(row.utc_hour - start_hour).ok().filter(|&index| index < hours);
        let Some(index) = index else { continue };
        seen[index] = true;
        for ((name, field), values) in series.iter().zip(&row.fields).zip(&mut values) {
            match field.trim().parse::<f32>() {
                Ok(x) if x.is_finite() && x >= 0.0 => values[index] = x,
                _ => faults.fatal(Some(row.line), format!("{name} {field:?} is no number >= 0")),
            }
        }
    }
    if !faults.list.iter().any(|fault| fault.line == Some(1)) && seen.contains(&false) {
        faults.fatal(None, missing(&seen, start_hour));
    }
    if !faults.list.is_empty() {
        return Err(faults.list);
    }
    Ok(WeatherYears { names: series.iter().map(|&name| name.to_owned()).collect(), values })
}

/// The missing hours as ranges, at most five of them.
fn missing(seen: &[bool], start_hour: i64) -> String {
    const SHOWN: usize = 5;
    let total = seen.iter().filter(|seen| !**seen).count();
    let mut text = format!("{total} hours of the run are missing (hours beginning, UTC):");
    let mut ranges = 0;
    let mut index = 0;
    while index < seen.len() {
        let run = seen[index..].iter().take_while(|seen| !**seen).count();
        if run > 0 {
            ranges += 1;
            if ranges <= SHOWN {
                let (from, to) = (start_hour + index as i64, start_hour + (index + run) as i64 - 1);
                // Writing to a string cannot fail.
                let _ = write!(text, " {} to {};", stamp(from), stamp(to));
            }
        }
        index += run.max(1);
    }
    if ranges > SHOWN {
        let _ = write!(text, " and {} more ranges", ranges - SHOWN);
    }
    text
}

fn stamp(utc_hour: i64) -> String {
    let (year, month, day) = civil_from_days(utc_hour.div_euclid(24));
    format!("{year:04}-{month:02}-{day:02}T{:02}:00", utc_hour.rem_euclid(24))
}

#[cfg(test)]
mod tests {
    use super::super::days_from_civil;
    use super::*;

    const START: i64 = 24 * 20_089; // 2025-01-01

    #[test]
    fn the_same_hours_come_back() {
        assert_eq!(START, 24 * days_from_civil(2025, 1, 1));
        let ending = "time,wind,west\n2025-01-01 01:00:00,0.5,1.1\n2025-01-01T02:00Z,0.25,0.9\n";
        let read = replay("w.csv", ending, HourLabel::Ending, &["west", "wind"], START, 2).expect("good");
        assert_eq!(read.series("west"), Some([1.1_f32, 0.9].as_slice()));
        assert_eq!(read.series("wind"), Some([0.5_f32, 0.25].as_slice()));
    }

    #[test]
    fn missing_hours_and_bad_cells_are_listed() {
        let text = "time,wind\n2025-01-01 00:00,0.5\n2025-01-01 03:00,MISSING\n";
        let faults = replay("w.csv", text, HourLabel::Beginning, &["wind"], START, 5).expect_err("bad");
        let text: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(text[0], "w.csv:3: wind \"MISSING\" is no number >= 0");
        assert_eq!(
            text[1],
            "w.csv: 3 hours of the run are missing (hours beginning, UTC): 2025-01-01T01:00 to \
             2025-01-01T02:00; 2025-01-01T04:00 to 2025-01-01T04:00;"
        );
        let faults = replay("w.csv", text_without_column(), HourLabel::Beginning, &["wind"], START, 1);
        let faults = faults.expect_err("no column");
        assert_eq!(faults.len(), 1, "{faults:?}");
    }

    fn text_without_column() -> &'static str {
        "time,sun\n2025-01-01 00:00,0.5\n"
    }
}
