//! What set the date of every first power.

use gridrush_tables::{Column, Kind, Table};

/// One row per request that was energized, written at the end.
pub const TABLE: Table = Table {
    name: "energizations",
    meaning: "One row per request that was energized: what set its date. Written at the end.",
    columns: &[
        Column { name: "request", kind: Kind::Text, unit: "", meaning: "Stable name." },
        Column { name: "class", kind: Kind::Text, unit: "", meaning: "Class of load." },
        Column {
            name: "ready_utc",
            kind: Kind::Timestamp,
            unit: "",
            meaning: "When all it needed was there.",
        },
        Column {
            name: "set_by",
            kind: Kind::Text,
            unit: "",
            meaning: "What came last: the date wanted, own works, the station, or an upgrade.",
        },
        Column { name: "works", kind: Kind::Text, unit: "", meaning: "The branch or zone of that upgrade." },
        Column {
            name: "item",
            kind: Kind::Text,
            unit: "",
            meaning: "Equipment or crew that this waited for; empty without lines of work, or if none.",
        },
        Column {
            name: "withdrawn_mining_days",
            kind: Kind::Float,
            unit: "d",
            meaning: "How much earlier it would have been ready if mines that withdrew had never ordered.",
        },
    ],
    csv: true,
};
