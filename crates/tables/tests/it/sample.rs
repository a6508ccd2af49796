//! A table with a column of every kind, and rows that are hard to keep.

use gridrush_tables::{Batch, Cell, Column, Kind, Table};

pub static SAMPLE: Table = Table {
    name: "sample",
    meaning: "One row per zone and hour.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the hour." },
        Column { name: "t_s", kind: Kind::Integer, unit: "s", meaning: "Seconds since the start." },
        Column { name: "zone", kind: Kind::Text, unit: "", meaning: "Zone | area." },
        Column { name: "load_mw", kind: Kind::Float, unit: "MW", meaning: "Load." },
    ],
    csv: true,
};

pub static EMPTY: Table = Table { name: "empty", meaning: "Nothing.", columns: SAMPLE.columns, csv: true };

/// Rows with every awkward value: not a number, infinite, subnormal, negative zero, extremes, empty and
/// unicode text, separators, quotes and line ends.
pub fn awkward() -> Batch {
    let floats = [0.1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 5e-324, f64::MAX, 1e16, 1.0 / 3.0];
    let texts = ["north", "", "Šťastný 雪 🌩", "a,b", "say \"mine\"", "two\nlines", "north", " lead", "é"];
    let integers = [0, 1, -1, i64::MAX, i64::MIN, 1 << 53, (1 << 53) + 1, 3_600, 42];
    let mut batch = Batch::new(&SAMPLE);
    for row in 0..floats.len() {
        let hour = 1_735_689_600_000 + row as i64 * 3_600_000;
        batch.push(&[
            Cell::Integer(hour),
            Cell::Integer(integers[row]),
            Cell::Text(texts[row]),
            Cell::Float(floats[row]),
        ]);
    }
    batch
}

/// `rows` plain rows.
pub fn plain(rows: usize) -> Batch {
    let mut batch = Batch::new(&SAMPLE);
    for row in 0..rows {
        batch.push(&[
            Cell::Integer(row as i64 * 3_600_000),
            Cell::Integer(row as i64 * 3_600),
            Cell::Text(["coast", "north", "west"][row % 3]),
            Cell::Float((row as f64).sqrt() * 1e3),
        ]);
    }
    batch
}
