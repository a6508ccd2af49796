//! Where the network bound.

use gridrush_tables::{Column, Kind, Table};

/// One row per month and limit that bound.
pub const TABLE: Table = Table {
    name: "congestion_monthly",
    meaning: "One row per month and limit of the network that bound, with its shadow price.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the month." },
        Column {
            name: "branch",
            kind: Kind::Text,
            unit: "",
            meaning: "The branch, pipe or interface at its limit.",
        },
        Column { name: "kind", kind: Kind::Text, unit: "", meaning: "Line, transformer, pipe or interface." },
        Column {
            name: "loss",
            kind: Kind::Text,
            unit: "",
            meaning: "The branch whose loss the limit provides for; empty for the rating itself.",
        },
        Column {
            name: "limit_mw",
            kind: Kind::Float,
            unit: "MW",
            meaning: "The limit when it bound last: the rating, or the emergency rating after a loss.",
        },
        Column { name: "binding_h", kind: Kind::Float, unit: "h", meaning: "Hours at or beyond the limit." },
        Column {
            name: "shadow_price_mean_usd_per_mwh",
            kind: Kind::Float,
            unit: "$/MWh",
            meaning: "What one more MW of the limit would have saved, mean over the hours in which it bound.",
        },
        Column {
            name: "shadow_price_max_usd_per_mwh",
            kind: Kind::Float,
            unit: "$/MWh",
            meaning: "The greatest shadow price.",
        },
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
