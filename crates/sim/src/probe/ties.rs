//! What flowed between regions.

use gridrush_tables::{Column, Kind, Table};

/// One row per month and tie.
pub const TABLE: Table = Table {
    name: "ties_monthly",
    meaning: "One row per month and tie between two regions of the scenario.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the month." },
        Column { name: "tie", kind: Kind::Text, unit: "", meaning: "The tie." },
        Column {
            name: "from_zone",
            kind: Kind::Text,
            unit: "",
            meaning: "The zone that forward flow leaves.",
        },
        Column { name: "to_zone", kind: Kind::Text, unit: "", meaning: "The zone at which it arrives." },
        Column { name: "forward_mwh", kind: Kind::Float, unit: "MWh", meaning: "Sent forward." },
        Column { name: "reverse_mwh", kind: Kind::Float, unit: "MWh", meaning: "Sent the other way." },
        Column { name: "lost_mwh", kind: Kind::Float, unit: "MWh", meaning: "Lost on the way." },
        Column {
            name: "worth_usd",
            kind: Kind::Float,
            unit: "$",
            meaning: "What arrived at the price there, less what was sent at the price here.",
        },
    ],
    csv: true,
};
