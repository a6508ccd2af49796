//! What fuels cost, month by month.

use gridrush_tables::{Column, Kind, Table};

/// One row per month and fuel.
pub const TABLE: Table = Table {
    name: "fuel_monthly",
    meaning: "One row per month and fuel that is bought.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the month." },
        Column { name: "fuel", kind: Kind::Text, unit: "", meaning: "Fuel." },
        Column {
            name: "price_usd_per_mmbtu",
            kind: Kind::Float,
            unit: "$/MMBtu",
            meaning: "Mean price in force for the region (for the first of several), without the basis of zones and carbon.",
        },
        Column {
            name: "price_factor",
            kind: Kind::Float,
            unit: "ratio",
            meaning: "The drawn part: price over its path; 1 without volatility.",
        },
    ],
    csv: true,
};
