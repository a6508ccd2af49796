//! The numbers that a figure shows, in long form: one row per point.

use gridrush_tables::{Batch, Cell, Column, Kind, Table};

const PANEL: Column = Column { name: "panel", kind: Kind::Text, unit: "", meaning: "Part of the figure." };
const SERIES: Column = Column { name: "series", kind: Kind::Text, unit: "", meaning: "Line, area or bar." };
const VALUE: Column = Column { name: "value", kind: Kind::Float, unit: "", meaning: "What is shown." };
const UNIT: Column = Column { name: "unit", kind: Kind::Text, unit: "", meaning: "The unit of the value." };

static OVER_TIME: Table = Table {
    name: "figure",
    meaning: "One row per point of a figure over time.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the interval." },
        PANEL,
        SERIES,
        VALUE,
        UNIT,
    ],
    csv: true,
};

static CURVES: Table = Table {
    name: "figure",
    meaning: "One row per point of a curve.",
    columns: &[
        Column { name: "x", kind: Kind::Float, unit: "", meaning: "Position along the curve." },
        Column { name: "x_unit", kind: Kind::Text, unit: "", meaning: "The unit of the position." },
        PANEL,
        SERIES,
        VALUE,
        UNIT,
    ],
    csv: true,
};

/// An empty sheet of points over time.
pub(crate) fn over_time() -> Batch {
    Batch::new(&OVER_TIME)
}

/// An empty sheet of points of curves.
pub(crate) fn curves() -> Batch {
    Batch::new(&CURVES)
}

/// Adds the points of a series to a sheet made by [`over_time`].
pub(crate) fn add(sheet: &mut Batch, panel: &str, series: &str, unit: &str, times: &[i64], values: &[f64]) {
    for (&time, &value) in times.iter().zip(values) {
        sheet.push(&[
            Cell::Integer(time),
            Cell::Text(panel),
            Cell::Text(series),
            Cell::Float(value),
            Cell::Text(unit),
        ]);
    }
}

/// Adds the points of a curve to a sheet made by [`curves`].
pub(crate) fn add_curve(
    sheet: &mut Batch,
    panel: &str,
    series: &str,
    (x_unit, unit): (&str, &str),
    points: &[(f64, f64)],
) {
    for &(x, value) in points {
        sheet.push(&[
            Cell::Float(x),
            Cell::Text(x_unit),
            Cell::Text(panel),
            Cell::Text(series),
            Cell::Float(value),
            Cell::Text(unit),
        ]);
    }
}
