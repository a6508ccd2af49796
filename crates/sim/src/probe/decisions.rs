//! What firms decided, and on what numbers.

use gridrush_tables::{Column, Kind, Table};

/// One row per decision of a firm.
pub const TABLE: Table = Table {
    name: "decisions",
    meaning: "One row per decision of a firm.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "When." },
        Column { name: "firm", kind: Kind::Text, unit: "", meaning: "Who." },
        Column { name: "class", kind: Kind::Text, unit: "", meaning: "Class of load." },
        Column {
            name: "decision",
            kind: Kind::Text,
            unit: "",
            meaning: "What: file, stay at a decision, accept, order, retire, or leave with its reason.",
        },
        Column { name: "subject", kind: Kind::Text, unit: "", meaning: "The request or site." },
        Column { name: "mw", kind: Kind::Float, unit: "MW", meaning: "How much." },
        Column {
            name: "power_usd_per_mwh",
            kind: Kind::Float,
            unit: "$/MWh",
            meaning: "What power was expected to cost; NaN where it did not matter.",
        },
    ],
    csv: true,
};
