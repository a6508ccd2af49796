//! The estimated draw of large loads that metered history already contains.
//!
//! A table by month, zone and class: the mean draw, and the draw in the month's peak hours, when mines
//! switch off to save transmission charges. Native load = metered - this draw; the sites that exist when
//! a run starts reproduce its last month.

use super::record::{Faults, RecordFault};

/// Hours of a month, those of highest metered system demand, that count as peak hours. Assumed: 20 to 30
/// candidate days a summer with two to four hours each.
pub const PEAK_HOURS_PER_MONTH: usize = 20;

/// One row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawRow {
    /// Year and month.
    pub month: (i64, u8),
    /// Load zone.
    pub zone: String,
    /// Class of load.
    pub class: String,
    /// Mean draw outside the month's peak hours.
    pub mean_mw: f64,
    /// Mean draw in the month's [`PEAK_HOURS_PER_MONTH`] hours of highest system demand.
    pub peak_mw: f64,
    /// Where the number comes from.
    pub source: String,
}

/// Reads the table: columns `month` (2024-01), `zone`, `class`, `mean_mw`, `peak_mw`, `source`; lines that begin with # are
/// remarks.
///
/// # Errors
/// Every fault of the text.
pub fn parse(file: &str, text: &str) -> Result<Vec<DrawRow>, Vec<RecordFault>> {
    const COLUMNS: [&str; 6] = ["month", "zone", "class", "mean_mw", "peak_mw", "source"];
    let mut faults = Faults { file, list: Vec::new() };
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    match reader.headers() {
        Ok(headers) if headers.iter().eq(COLUMNS) => {}
        Ok(headers) => {
            let found: Vec<&str> = headers.iter().collect();
            let message = format!("columns {}, expected {}", found.join(","), COLUMNS.join(","));
            faults.fatal(Some(1), message);
            return Err(faults.list);
        }
        Err(error) => {
            faults.fatal(Some(1), format!("unreadable header: {error}"));
            return Err(faults.list);
        }
    }
    let mut rows: Vec<DrawRow> = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                faults.fatal(error.position().map(csv::Position::line), format!("unreadable row: {error}"));
                continue;
            }
        };
        let line = record.position().map(csv::Position::line);
        let month = record[0].split_once('-').and_then(|(year, month)| {
            let month = month.parse().ok().filter(|month| (1..=12_u8).contains(month))?;
            Some((year.parse().ok()?, month))
        });
        if month.is_none() {
            faults.fatal(line, format!("{:?} is no month such as 2024-01", &record[0]));
        }
        let mut megawatts = |field: &str, name: &str| {
            let value = field.parse::<f64>().ok().filter(|mw| mw.is_finite() && *mw >= 0.0);
            if value.is_none() {
                faults.fatal(line, format!("{name} {field:?} is no power >= 0"));
            }
            value
        };
        let mean_mw = megawatts(&record[3], "mean_mw");
        let peak_mw = megawatts(&record[4], "peak_mw");
        let (Some(month), Some(mean_mw), Some(peak_mw)) = (month, mean_mw, peak_mw) else { continue };
        let (zone, class) = (record[1].to_owned(), record[2].to_owned());
        if rows.iter().any(|row| row.month == month && row.zone == zone && row.class == class) {
            faults.fatal(line, format!("{} {zone} {class} occurs twice", &record[0]));
        }
        rows.push(DrawRow { month, zone, class, mean_mw, peak_mw, source: record[5].to_owned() });
    }
    if faults.list.is_empty() { Ok(rows) } else { Err(faults.list) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_faults_of_a_table_at_once() {
        let good = "month,zone,class,mean_mw,peak_mw,source\n2024-01,west,mining,300,60,assumed\n";
        let rows = parse("draw.csv", good).expect("a good table");
        assert_eq!((rows[0].month, rows[0].mean_mw, rows[0].peak_mw), ((2024, 1), 300.0, 60.0));
        let bad = "month,zone,class,mean_mw,peak_mw,source\n2024-13,west,mining,300,60,x\n\
                   2024-01,west,mining,-3,abc,x\n2024-01,west,mining,1,1,x\n2024-01,west,mining,1,1,x\n";
        let faults: Vec<String> =
            parse("draw.csv", bad).expect_err("a bad table").iter().map(ToString::to_string).collect();
        let lines: Vec<&str> = faults.iter().map(|fault| &fault[..10]).collect();
        assert_eq!(lines, ["draw.csv:2", "draw.csv:3", "draw.csv:3", "draw.csv:5"], "{faults:?}");
    }
}
