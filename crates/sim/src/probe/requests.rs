//! Every request and its dates.

use gridrush_tables::{Column, Kind, Table};

/// One row per request for a connection, written at the end.
pub const TABLE: Table = Table {
    name: "requests",
    meaning: "One row per request for a connection, written at the end.",
    columns: &[
        Column { name: "request", kind: Kind::Text, unit: "", meaning: "Stable name." },
        Column { name: "owner", kind: Kind::Text, unit: "", meaning: "Who asked." },
        Column {
            name: "class",
            kind: Kind::Text,
            unit: "",
            meaning: "Class of load, or technology of a plant.",
        },
        Column { name: "zone", kind: Kind::Text, unit: "", meaning: "Load zone." },
        Column {
            name: "bus",
            kind: Kind::Text,
            unit: "",
            meaning: "Number of the bus in the pack; empty before a study found one.",
        },
        Column { name: "process", kind: Kind::Text, unit: "", meaning: "Process that it went through." },
        Column { name: "asked_mw", kind: Kind::Float, unit: "MW", meaning: "Size asked for." },
        Column {
            name: "requested_mw",
            kind: Kind::Float,
            unit: "MW",
            meaning: "Size with which a rule let it in.",
        },
        Column { name: "energized_mw", kind: Kind::Float, unit: "MW", meaning: "Size delivered by the end." },
        Column { name: "stage", kind: Kind::Text, unit: "", meaning: "Stage at the end." },
        Column { name: "reason", kind: Kind::Text, unit: "", meaning: "Why it ended, if it did." },
        Column {
            name: "left_from",
            kind: Kind::Text,
            unit: "",
            meaning: "Stage before it ended, if it did.",
        },
        Column { name: "filed_utc", kind: Kind::Timestamp, unit: "", meaning: "When it was filed." },
        Column {
            name: "studies",
            kind: Kind::Integer,
            unit: "",
            meaning: "Studies finished, restudies included.",
        },
        Column {
            name: "study_days",
            kind: Kind::Float,
            unit: "d",
            meaning: "From filing to the end of its (last) study; NaN if never studied.",
        },
        Column {
            name: "signed_days",
            kind: Kind::Float,
            unit: "d",
            meaning: "From filing to signing; NaN if never signed.",
        },
        Column {
            name: "energized_days",
            kind: Kind::Float,
            unit: "d",
            meaning: "From filing to first power; NaN if never energized.",
        },
        Column {
            name: "left_days",
            kind: Kind::Float,
            unit: "d",
            meaning: "From filing to leaving; NaN if it did not leave.",
        },
        Column {
            name: "late_days",
            kind: Kind::Float,
            unit: "d",
            meaning: "From the date wanted to first power; NaN if never energized.",
        },
        Column {
            name: "upgrade_cost_usd",
            kind: Kind::Float,
            unit: "$",
            meaning: "Network upgrades allocated to it by its last study.",
        },
        Column {
            name: "limiting_element",
            kind: Kind::Text,
            unit: "",
            meaning: "First element that its last study had strengthened for it.",
        },
    ],
    csv: true,
};
