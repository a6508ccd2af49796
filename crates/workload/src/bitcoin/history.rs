//! A user's own price history: parsed from text, replayed by date.
//!
//! Rows are `date,price` (a header is allowed, `#` starts a comment, further columns are ignored; a header
//! that names `date` and `price_usd` chooses the columns). Dates are `YYYY-MM-DD`, each day once and in
//! order. All faults of a text are reported at once, with line numbers.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Daily prices without gaps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PriceHistory {
    /// The first day, as days since 1970-01-01.
    pub first_day: i64,
    /// The price of each day, $.
    pub price_usd: Vec<f64>,
}

/// What is wrong with one line of a history.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("line {line}: {fault}")]
pub struct HistoryFault {
    /// Counted from one.
    pub line: usize,
    /// What is wrong.
    pub fault: HistoryFaultKind,
}

/// The kinds of faults.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum HistoryFaultKind {
    /// The row has too few columns.
    #[error("expected a date and a price")]
    Columns,
    /// Not a calendar date.
    #[error("`{0}` is not a date (YYYY-MM-DD)")]
    Date(String),
    /// Not a positive number.
    #[error("`{0}` is not a positive price")]
    Price(String),
    /// Not the day after the row before.
    #[error("expected the day after the row before, found a step of {0} days")]
    Step(i64),
    /// No rows.
    #[error("no rows")]
    Empty,
}

/// A run that a history cannot serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the history begins {0} days after the run")]
pub struct BeginsTooLate(pub i64);

/// Reads a history. Linear in the text.
pub fn parse_history(text: &str) -> Result<PriceHistory, Vec<HistoryFault>> {
    let mut faults = Vec::new();
    let mut price_usd = Vec::new();
    let (mut first_day, mut last_day) = (None, None);
    let (mut date_column, mut price_column) = (0, 1);
    let mut at_top = true;
    for (index, row) in text.lines().enumerate() {
        let row = row.trim_start_matches('\u{feff}').trim();
        if row.is_empty() || row.starts_with('#') {
            continue;
        }
        let cells: Vec<&str> = row.split(',').map(|cell| cell.trim().trim_matches('"')).collect();
        let is_header = core::mem::take(&mut at_top)
            && cells.iter().all(|c| c.parse::<f64>().is_err() && parse_day(c).is_none());
        if is_header {
            date_column = cells.iter().position(|c| c.eq_ignore_ascii_case("date")).unwrap_or(0);
            price_column = cells.iter().position(|c| c.eq_ignore_ascii_case("price_usd")).unwrap_or(1);
            continue;
        }
        let mut fault = |fault| faults.push(HistoryFault { line: index + 1, fault });
        let (Some(&date), Some(&price)) = (cells.get(date_column), cells.get(price_column)) else {
            fault(HistoryFaultKind::Columns);
            continue;
        };
        match parse_day(date) {
            None => fault(HistoryFaultKind::Date(date.to_owned())),
            Some(day) => {
                if let Some(step) = last_day.map(|last: i64| day - last).filter(|step| *step != 1) {
                    fault(HistoryFaultKind::Step(step));
                }
                first_day.get_or_insert(day);
                last_day = Some(day);
            }
        }
        match price.parse::<f64>() {
            Ok(value) if value > 0.0 && value.is_finite() => price_usd.push(value),
            _ => fault(HistoryFaultKind::Price(price.to_owned())),
        }
    }
    match first_day {
        Some(first_day) if faults.is_empty() => Ok(PriceHistory { first_day, price_usd }),
        _ => {
            if faults.is_empty() {
                faults.push(HistoryFault { line: text.lines().count(), fault: HistoryFaultKind::Empty });
            }
            Err(faults)
        }
    }
}

/// The price of each day of a run that starts on `start_day` (days since 1970-01-01). Where the history
/// ends, `model` continues it: its changes from there on, joined to the last price known.
pub fn replay(history: &PriceHistory, start_day: i64, model: &[f64]) -> Result<Vec<f64>, BeginsTooLate> {
    if history.first_day > start_day {
        return Err(BeginsTooLate(history.first_day - start_day));
    }
    let from = usize::try_from(start_day - history.first_day).unwrap_or(usize::MAX);
    let known = history.price_usd.get(from..).unwrap_or(&[]);
    let known = &known[..known.len().min(model.len())];
    let (join_price, join_day) = match known.last() {
        Some(last) => (*last, known.len() - 1),
        None => (history.price_usd.last().copied().unwrap_or(f64::NAN), 0),
    };
    let rest = model.iter().skip(known.len()).map(|price| price / model[join_day] * join_price);
    Ok(known.iter().copied().chain(rest).collect())
}

/// Days since 1970-01-01 of a `YYYY-MM-DD` date in the Gregorian calendar, if it is one.
pub fn parse_day(date: &str) -> Option<i64> {
    let mut parts = date.splitn(3, '-');
    let mut number = |digits: usize| -> Option<i64> {
        let part = parts.next()?;
        (part.len() == digits && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok())?
    };
    let (year, month, day) = (number(4)?, number(2)?, number(2)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = *lengths.get(usize::try_from(month - 1).ok()?)?;
    if !(1..=length).contains(&day) {
        return None;
    }
    let before = year - 1;
    let to_year = before * 365 + before / 4 - before / 100 + before / 400;
    let to_month: i64 = lengths[..(month - 1) as usize].iter().sum();
    Some(to_year + to_month + day - 1 - 719_162)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(parse_day("1970-01-01"), Some(0));
        assert_eq!(parse_day("2000-03-01"), Some(11_017));
        assert_eq!(parse_day("2025-01-01"), Some(20_089));
        for bad in ["2023-02-29", "2024-13-01", "2024-00-10", "24-01-01", "2024-1-01", "2024-01-32", "", "x"]
        {
            assert_eq!(parse_day(bad), None, "{bad}");
        }
    }

    #[test]
    fn all_faults_are_found_at_once() {
        let text =
            "# mine\ndate,price_usd\n2025-01-01,100\n2025-01-02,-1\n2025-01-04,5\n2025-02-30,5\nonly\n";
        let faults = parse_history(text).unwrap_err();
        let lines: Vec<usize> = faults.iter().map(|f| f.line).collect();
        assert_eq!(lines, [4, 5, 6, 7]);
        assert_eq!(faults[1].fault, HistoryFaultKind::Step(2));
        assert_eq!(parse_history("# nothing\n").unwrap_err()[0].fault, HistoryFaultKind::Empty);
    }

    #[test]
    fn columns_are_chosen_by_name_or_position() {
        let named = parse_history("x,date,price_usd\n9,2025-01-01,100\n9,2025-01-02,110\n").unwrap();
        let plain = parse_history("2025-01-01,100,9\n2025-01-02,110,9\n").unwrap();
        assert_eq!(named, plain);
        assert_eq!(named.first_day, 20_089);
    }

    #[test]
    fn replay_continues_with_the_model_from_the_last_price() {
        let history = PriceHistory { first_day: 10, price_usd: vec![1.0, 2.0, 4.0] };
        let model = [50.0, 100.0, 150.0, 200.0];
        assert_eq!(replay(&history, 11, &model), Ok(vec![2.0, 4.0, 6.0, 8.0]));
        assert_eq!(replay(&history, 12, &model[..1]), Ok(vec![4.0]));
        assert_eq!(replay(&history, 99, &model), Ok(vec![4.0, 8.0, 12.0, 16.0]));
        assert_eq!(replay(&history, 9, &model), Err(BeginsTooLate(1)));
    }
}
