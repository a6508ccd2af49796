//! Capacity by fuel, what was added and why.

use gridrush_tables::{Column, Kind, Table};

/// One row per year and fuel.
pub const TABLE: Table = Table {
    name: "supply_yearly",
    meaning: "One row per year and fuel.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the year." },
        Column { name: "year", kind: Kind::Integer, unit: "", meaning: "Calendar year." },
        Column { name: "fuel", kind: Kind::Text, unit: "", meaning: "Fuel." },
        Column {
            name: "capacity_mw",
            kind: Kind::Float,
            unit: "MW",
            meaning: "Capacity at the end of the year.",
        },
        Column {
            name: "planned_mw",
            kind: Kind::Float,
            unit: "MW",
            meaning: "Came online from the table of planned additions.",
        },
        Column {
            name: "entered_mw",
            kind: Kind::Float,
            unit: "MW",
            meaning: "Came online by merchants, or brought along by sites.",
        },
        Column { name: "retired_mw", kind: Kind::Float, unit: "MW", meaning: "Closed." },
        Column {
            name: "generated_mwh",
            kind: Kind::Float,
            unit: "MWh",
            meaning: "Energy generated; for storage, energy discharged.",
        },
        Column {
            name: "net_revenue_usd_per_kw_year",
            kind: Kind::Float,
            unit: "$/(kW a)",
            meaning: "Trailing margin over short-run cost that entry looks at; NaN where nothing may enter.",
        },
    ],
    csv: true,
};
