//! How much waits for a connection, and where.

use gridrush_tables::{Column, Kind, Table};

/// One row per month, class and stage with requests in it.
pub const TABLE: Table = Table {
    name: "queue_monthly",
    meaning: "One row per month, class and stage with requests in it.",
    columns: &[
        Column {
            name: "time_utc",
            kind: Kind::Timestamp,
            unit: "",
            meaning: "Start of the month after which the state was counted.",
        },
        Column { name: "class", kind: Kind::Text, unit: "", meaning: "Class of load, or generation." },
        Column { name: "stage", kind: Kind::Text, unit: "", meaning: "Stage of the request." },
        Column { name: "requests", kind: Kind::Integer, unit: "", meaning: "How many." },
        Column { name: "mw", kind: Kind::Float, unit: "MW", meaning: "Their requested size." },
    ],
    csv: true,
};
