//! The report as text: closing numbers, then the rows of each table that say most.

use std::io::{self, Write};

use gridrush_tables::{Batch, Kind, Values};

use super::report::Report;
use crate::render;

/// Prints a report with at most `top` rows of each table.
pub fn report(out: &mut impl Write, report: &Report, top: usize) -> io::Result<()> {
    let hour = report.hour.map_or_else(String::new, |hour| format!(", hour {hour}"));
    let title = format!("{}, convention of {}{hour}", report.title, report.convention);
    let digits = |name: &str, value: f64| match name {
        "objective_usd_per_h" => format!("{value:.4}"),
        "gap_usd_per_h" | "price_gap_usd_per_mwh" => format!("{value:.1e}"),
        _ => format!("{value:.3}"),
    };
    let rows: Vec<(&str, String)> =
        report.numbers.iter().map(|(name, value)| (*name, digits(name, *value))).collect();
    render::summary(out, &title, &rows)?;
    for note in &report.notes {
        writeln!(out, "  note: {note}")?;
    }
    for batch in report.tables.iter().filter(|batch| !batch.is_empty()) {
        let order = order(batch);
        let shown = &order[..order.len().min(top)];
        if shown.is_empty() {
            continue;
        }
        let how = match batch.table().name {
            "binding" => "by shadow price",
            "generators" => "by output",
            "buses" => "highest prices",
            "branches" => "by use of the limit",
            _ => "by flow",
        };
        writeln!(out, "\n{} ({how}, {} of {})", batch.table().name, shown.len(), batch.len())?;
        table(out, batch, shown)?;
    }
    Ok(())
}

/// Rows in the order of what they are looked up for; the first of equals first.
fn order(batch: &Batch) -> Vec<usize> {
    let weight: Box<dyn Fn(usize) -> f64> = match batch.table().name {
        "branches" => {
            let (flow, least, greatest) =
                (floats(batch, "flow_mw"), floats(batch, "least_mw"), floats(batch, "greatest_mw"));
            Box::new(move |row| {
                let limit = if flow[row] < 0.0 { least[row] } else { greatest[row] };
                if limit == 0.0 { 1.0 } else { flow[row] / limit }
            })
        }
        name => {
            let column = match name {
                "binding" => "shadow_price_usd_per_mwh",
                "generators" => "output_mw",
                "buses" => "lmp_usd_per_mwh",
                _ => "sent_mw",
            };
            let values = floats(batch, column);
            let signed = name == "buses";
            Box::new(move |row| if signed { values[row] } else { values[row].abs() })
        }
    };
    let mut rows: Vec<usize> = (0..batch.len()).collect();
    rows.sort_by(|a, b| weight(*b).total_cmp(&weight(*a)));
    rows
}

fn floats(batch: &Batch, column: &str) -> Vec<f64> {
    batch.floats(column).map(<[f64]>::to_vec).unwrap_or_default()
}

fn table(out: &mut impl Write, batch: &Batch, rows: &[usize]) -> io::Result<()> {
    let columns = batch.table().columns;
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|&row| {
            let cell = |values: &Values| match values {
                Values::Integer(values) => values[row].to_string(),
                Values::Float(values) if values[row].is_finite() => format!("{:.3}", values[row]),
                Values::Float(_) => "-".to_owned(),
                Values::Text { dictionary, codes } => dictionary[codes[row] as usize].clone(),
            };
            batch.columns().iter().map(cell).collect()
        })
        .collect();
    let width = |at: usize| {
        let cells = cells.iter().map(|row| row[at].chars().count());
        cells.chain([columns[at].name.chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let mut line = |row: &[&str]| {
        let mut text = String::from(" ");
        for ((cell, column), width) in row.iter().zip(columns).zip(&widths) {
            let padding = " ".repeat(width - cell.chars().count());
            let text_cell = column.kind == Kind::Text;
            text.extend([
                " ",
                if text_cell { "" } else { &padding },
                cell,
                if text_cell { &padding } else { "" },
            ]);
        }
        writeln!(out, "{}", text.trim_end())
    };
    line(&columns.iter().map(|column| column.name).collect::<Vec<_>>())?;
    cells.iter().try_for_each(|row| line(&row.iter().map(String::as_str).collect::<Vec<_>>()))
}
