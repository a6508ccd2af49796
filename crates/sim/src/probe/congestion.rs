//! Where the network bound.

use gridrush_tables::{Column, Kind, Table};

/// One row per year and branch that bound.
pub const TABLE: Table = Table {
    name: "congestion_yearly",
    meaning: "One row per year and branch that bound.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the year." },
        Column { name: "branch", kind: Kind::Text, unit: "", meaning: "Branch." },
        Column { name: "kind", kind: Kind::Text, unit: "", meaning: "Line or transformer." },
        Column {
            name: "rating_mw",
            kind: Kind::Float,
            unit: "MW",
            meaning: "Rating at the end of the year.",
        },
        Column { name: "binding_h", kind: Kind::Float, unit: "h", meaning: "Hours at or beyond the limit." },
        Column {
            name: "rent_usd",
            kind: Kind::Float,
            unit: "$",
            meaning: "Sum of shadow price times limit.",
        },
        Column { name: "overload_mwh", kind: Kind::Float, unit: "MWh", meaning: "Flow beyond the limit." },
    ],
    csv: true,
};
