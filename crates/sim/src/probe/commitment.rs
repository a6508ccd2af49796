//! Starts of thermal plant, and what starting and being on cost.

use gridrush_tables::{Column, Kind, Table};

/// One row per year and technology; empty without commitment.
pub const TABLE: Table = Table {
    name: "commitment_yearly",
    meaning: "One row per year and technology that starts and stops; empty without commitment.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the year." },
        Column { name: "year", kind: Kind::Integer, unit: "", meaning: "Calendar year." },
        Column { name: "technology", kind: Kind::Text, unit: "", meaning: "Technology." },
        Column {
            name: "on_share",
            kind: Kind::Float,
            unit: "share",
            meaning: "Mean share of capacity that was on; for turbines, that ran.",
        },
        Column {
            name: "starts",
            kind: Kind::Float,
            unit: "",
            meaning: "Starts of units; new capacity counts in units of the usual size.",
        },
        Column { name: "start_cost_usd", kind: Kind::Float, unit: "$", meaning: "Fuel and wear of starts." },
        Column {
            name: "no_load_cost_usd",
            kind: Kind::Float,
            unit: "$",
            meaning: "Cost of being on apart from output; turbines have it in their offers.",
        },
    ],
    csv: true,
};
