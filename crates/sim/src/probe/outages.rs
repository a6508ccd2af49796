//! What was out of order.

use gridrush_tables::{Column, Kind, Table};

/// One row per year, element and reason.
pub const TABLE: Table = Table {
    name: "outages_yearly",
    meaning: "One row per year, technology or branch, and reason.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the year." },
        Column { name: "kind", kind: Kind::Text, unit: "", meaning: "unit, line or transformer." },
        Column { name: "element", kind: Kind::Text, unit: "", meaning: "Technology of units, or branch." },
        Column { name: "reason", kind: Kind::Text, unit: "", meaning: "forced, planned or scripted." },
        Column {
            name: "starts",
            kind: Kind::Integer,
            unit: "",
            meaning: "Outages of machines or branches that began; maintenance and scripted loss of units are not counted.",
        },
        Column {
            name: "out_h",
            kind: Kind::Float,
            unit: "h",
            meaning: "Hours out, summed over machines or branches; zero for maintenance and scripted loss of units.",
        },
        Column {
            name: "unavailable_mwh",
            kind: Kind::Float,
            unit: "MWh",
            meaning: "Power of units that could not run, or ratings of branches, over the time out.",
        },
    ],
    csv: true,
};
