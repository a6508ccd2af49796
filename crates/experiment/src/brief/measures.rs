//! What a brief measures beside closing numbers, from the tables of a replication.
//!
//! Waits of those who got power leave out those who did not, so a rule that sends half of the queue away
//! looks fast. These measures have no such gap: connected gigawatt-years count what is there until the end of the
//! run, and compute has a date that is compared between two runs of the same replication.

use std::collections::BTreeMap;

use gridrush_tables::{Batch, Frame, MemorySink, RowSink, TableError};

use crate::Metric;

/// Tables that are read.
const TABLES: [&str; 3] = ["requests", "queue_monthly", "compute_monthly"];
/// Classes of large loads.
const CLASSES: [&str; 3] = ["mining", "ai_training", "ai_inference"];
/// Stages of requests that are not waiting.
const NOT_WAITING: [&str; 5] = ["energized", "full", "withdrawn", "rejected", "expired"];
const MS_PER_DAY: f64 = 86_400_000.0;
const DAYS_PER_YEAR: f64 = 365.25;

/// Keeps the tables that a brief reads and lets the rest go.
#[derive(Clone, Debug, Default)]
pub struct Kept(MemorySink);

impl RowSink for Kept {
    fn write(&mut self, batch: &Batch) -> Result<(), TableError> {
        if TABLES.contains(&batch.table().name) { self.0.write(batch) } else { Ok(()) }
    }
}

impl Kept {
    fn frame(&self, table: &str) -> Option<Frame> {
        self.0.frame(table).filter(|frame| !frame.is_empty())
    }
}

/// Closing numbers of a run with those that its tables add. `end_utc` is the end of the run in milliseconds.
pub fn measures(mut closing: Vec<Metric>, kept: &Kept, end_utc: i64) -> Result<Vec<Metric>, TableError> {
    if let Some(requests) = kept.frame("requests") {
        from_requests(&requests, end_utc, &mut closing)?;
    }
    if let Some(queue) = kept.frame("queue_monthly") {
        closing.push(number("waiting_mean_gw", "GW", waiting_gw(&queue)?));
    }
    let found = |name: &str| closing.iter().find(|m| m.name == name).map(|m| m.value);
    let served: f64 = CLASSES.iter().filter_map(|class| found(&format!("{class}_served_twh"))).sum();
    let years = found("large_loads_connected_gw_years").filter(|&years| years > 0.0);
    if let Some(years) = years {
        let twh = years * DAYS_PER_YEAR * 24.0 / 1e3;
        closing.push(number("large_loads_use_percent", "%", 100.0 * served / twh));
    }
    closing.push(number("large_loads_served_twh", "TWh", served));
    Ok(closing)
}

fn number(name: &str, unit: &str, value: f64) -> Metric {
    Metric { name: name.to_owned(), unit: unit.to_owned(), value }
}

fn from_requests(table: &Frame, end_utc: i64, out: &mut Vec<Metric>) -> Result<(), TableError> {
    let (classes, reasons) = (table.texts("class")?, table.texts("reason")?);
    let (asked, energized) = (table.floats("asked_mw")?, table.floats("energized_mw")?);
    let (filed, days) = (table.integers("filed_utc")?, table.floats("energized_days")?);
    let (mut years, mut left, mut all) = (BTreeMap::new(), BTreeMap::new(), 0.0);
    for row in 0..table.len() {
        let class = classes.get(row);
        if !CLASSES.contains(&class) {
            continue;
        }
        all += asked[row] / 1e3;
        if !reasons.get(row).is_empty() {
            *left.entry(reasons.get(row).to_owned()).or_insert(0.0) += asked[row] / 1e3;
        }
        if days[row].is_finite() {
            let since = (end_utc - filed[row]) as f64 / MS_PER_DAY - days[row];
            let gw_years = energized[row] / 1e3 * since / DAYS_PER_YEAR;
            *years.entry(class.to_owned()).or_insert(0.0) += gw_years;
        }
    }
    out.push(number(
        "large_loads_connected_gw_years",
        "GW-years",
        years.values().fold(0.0, |sum, x| sum + x),
    ));
    out.extend(years.iter().map(|(class, x)| number(&format!("{class}_connected_gw_years"), "GW-years", *x)));
    out.push(number("asked_gw", "GW", all));
    out.push(number("left_the_queue_gw", "GW", left.values().fold(0.0, |sum, x| sum + x)));
    out.extend(left.iter().map(|(reason, gw)| number(&format!("left_{reason}_gw"), "GW", *gw)));
    Ok(())
}

/// Mean over the months of what waits for a connection.
fn waiting_gw(table: &Frame) -> Result<f64, TableError> {
    let (times, mw) = (table.integers("time_utc")?, table.floats("mw")?);
    let (classes, stages) = (table.texts("class")?, table.texts("stage")?);
    let mut months: Vec<i64> = times.to_vec();
    months.sort_unstable();
    months.dedup();
    let waits =
        |row: &usize| CLASSES.contains(&classes.get(*row)) && !NOT_WAITING.contains(&stages.get(*row));
    let sum: f64 = (0..table.len()).filter(waits).map(|row| mw[row]).sum();
    Ok(sum / 1e3 / months.len() as f64)
}

/// When each of two runs has done half of the training compute that the first does in all: days from
/// `start_utc`. A run that never has done it by the end is counted with the end, and the second share says so.
///
/// `None` where the first run delivers nothing.
pub fn compute_dates(
    kept: [&Kept; 2],
    start_utc: i64,
    end_utc: i64,
) -> Result<Option<[Vec<Metric>; 2]>, TableError> {
    let [first, second] = [delivered(kept[0])?, delivered(kept[1])?];
    let half = 0.5 * first.iter().map(|(_, flop)| flop).sum::<f64>();
    if half <= 0.0 {
        return Ok(None);
    }
    let of = |months: &[(i64, f64)]| {
        let at = reached(months, half, end_utc);
        let days = (at.unwrap_or(end_utc as f64) - start_utc as f64) / MS_PER_DAY;
        let open = if at.is_none() { 100.0 } else { 0.0 };
        vec![number("ai_compute_date_days", "days", days), number("ai_compute_date_open_percent", "%", open)]
    };
    Ok(Some([of(&first), of(&second)]))
}

/// Training compute by start of the month.
fn delivered(kept: &Kept) -> Result<Vec<(i64, f64)>, TableError> {
    let Some(table) = kept.frame("compute_monthly") else { return Ok(Vec::new()) };
    let (times, flop) = (table.integers("time_utc")?, table.floats("delivered_flop")?);
    let mut months = BTreeMap::new();
    // Rows of other classes have no training.
    for (time, flop) in times.iter().zip(flop).filter(|(_, flop)| flop.is_finite()) {
        *months.entry(*time).or_insert(0.0) += flop;
    }
    Ok(months.into_iter().collect())
}

/// The instant at which a sum over months reaches `amount`, evenly within a month.
fn reached(months: &[(i64, f64)], amount: f64, end_utc: i64) -> Option<f64> {
    let mut before = 0.0;
    for (i, (start, flop)) in months.iter().enumerate() {
        if before + flop >= amount && *flop > 0.0 {
            let end = months.get(i + 1).map_or(end_utc, |(next, _)| *next);
            let share = ((amount - before) / flop).max(0.0);
            return Some(*start as f64 + share * (end - start) as f64);
        }
        before += flop;
    }
    None
}

#[cfg(test)]
mod tests {
    use gridrush_sim::probe;
    use gridrush_tables::{Cell, Kind, Table};

    use super::*;

    const DAY: i64 = 86_400_000;

    /// Adds a row with these cells, everything else empty.
    fn push(kept: &mut Kept, table: &'static Table, cells: &[(&str, Cell<'_>)]) {
        let mut batch = Batch::new(table);
        let row: Vec<Cell<'_>> = (table.columns.iter())
            .map(|column| {
                let given = cells.iter().find(|(name, _)| *name == column.name).map(|(_, cell)| *cell);
                given.unwrap_or(match column.kind {
                    Kind::Float => Cell::Float(f64::NAN),
                    Kind::Text => Cell::Text(""),
                    Kind::Integer | Kind::Timestamp => Cell::Integer(0),
                })
            })
            .collect();
        batch.push(&row);
        kept.write(&batch).expect("kept");
    }

    fn value(list: &[Metric], name: &str) -> f64 {
        list.iter().find(|m| m.name == name).unwrap_or_else(|| panic!("no {name}")).value
    }

    /// A campus of 500 MW with power for the last two years, and one of 300 MW that went; a plant does not count.
    #[test]
    fn requests_by_hand() {
        let mut kept = Kept::default();
        let end = (5.0 * 365.25 * 86_400_000.0) as i64;
        let request = |kept: &mut Kept, class: &str, mw: f64, energized: f64, days: f64, reason: &str| {
            let cells = [
                ("class", Cell::Text(class)),
                ("asked_mw", Cell::Float(mw)),
                ("energized_mw", Cell::Float(energized)),
                ("energized_days", Cell::Float(days)),
                ("reason", Cell::Text(reason)),
            ];
            push(kept, &probe::requests::TABLE, &cells);
        };
        request(&mut kept, "ai_training", 500.0, 500.0, 3.0 * 365.25, "");
        request(&mut kept, "mining", 300.0, 0.0, f64::NAN, "declined");
        request(&mut kept, "wind", 900.0, 900.0, 1.0, "");
        let closing = vec![number("ai_training_served_twh", "TWh", 4.383)];
        let list = measures(closing, &kept, end).expect("tables");
        assert!((value(&list, "large_loads_connected_gw_years") - 1.0).abs() < 1e-9);
        assert!((value(&list, "ai_training_connected_gw_years") - 1.0).abs() < 1e-9);
        assert!((value(&list, "asked_gw") - 0.8).abs() < 1e-12);
        assert!((value(&list, "left_declined_gw") - 0.3).abs() < 1e-12);
        // 4.383 TWh of the 8.766 TWh that a gigawatt-year is.
        assert!((value(&list, "large_loads_use_percent") - 50.0).abs() < 1e-9);
    }

    #[test]
    fn the_mean_of_what_waits() {
        let mut kept = Kept::default();
        for (time, class, stage, mw) in [
            (0, "mining", "studying", 400.0),
            (0, "ai_training", "full", 900.0),
            (0, "generation", "studying", 900.0),
            (31 * DAY, "ai_training", "building", 200.0),
        ] {
            let cells = [
                ("time_utc", Cell::Integer(time)),
                ("class", Cell::Text(class)),
                ("stage", Cell::Text(stage)),
                ("mw", Cell::Float(mw)),
            ];
            push(&mut kept, &probe::queue::TABLE, &cells);
        }
        let list = measures(Vec::new(), &kept, 60 * DAY).expect("tables");
        assert!((value(&list, "waiting_mean_gw") - 0.3).abs() < 1e-12);
    }

    /// The first run delivers 10 a month for four months of 30 days: half is done after 60 days. The second begins
    /// a month later; a third never comes that far.
    #[test]
    fn dates_of_compute_by_hand() {
        let run = |from: i64, flop: f64| {
            let mut kept = Kept::default();
            for month in from..4 {
                let cells =
                    [("time_utc", Cell::Integer(month * 30 * DAY)), ("delivered_flop", Cell::Float(flop))];
                push(&mut kept, &probe::compute::TABLE, &cells);
                push(&mut kept, &probe::compute::TABLE, &cells[..1]);
            }
            kept
        };
        let dates = |second: &Kept| {
            let found = compute_dates([&run(0, 10.0), second], 0, 120 * DAY).expect("tables");
            let [first, second] = found.expect("something was delivered");
            [first, second].map(|list| {
                (value(&list, "ai_compute_date_days"), value(&list, "ai_compute_date_open_percent"))
            })
        };
        assert_eq!(dates(&run(1, 10.0)), [(60.0, 0.0), (90.0, 0.0)]);
        assert_eq!(dates(&run(0, 20.0)), [(60.0, 0.0), (30.0, 0.0)]);
        assert_eq!(dates(&run(0, 4.0))[1], (120.0, 100.0));
        let nothing = compute_dates([&Kept::default(), &run(0, 1.0)], 0, 120 * DAY).expect("tables");
        assert!(nothing.is_none());
    }
}
