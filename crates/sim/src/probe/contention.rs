//! Who asked for power and who got it, hour by hour.

use gridrush_tables::{Column, Kind, Table};

/// One row per hour, zone and class that asked for power.
pub const TABLE: Table = Table {
    name: "contention_hourly",
    meaning: "One row per hour, zone and class that asked for power.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the hour." },
        Column {
            name: "t_s",
            kind: Kind::Integer,
            unit: "s",
            meaning: "Start of the hour, seconds since the scenario's start.",
        },
        Column { name: "zone", kind: Kind::Text, unit: "", meaning: "Load zone." },
        Column { name: "class", kind: Kind::Text, unit: "", meaning: "Class of load." },
        Column {
            name: "requested_mw",
            kind: Kind::Float,
            unit: "MW",
            meaning: "What installed, ready equipment would draw at a price of zero.",
        },
        Column { name: "served_mw", kind: Kind::Float, unit: "MW", meaning: "What it was given." },
        Column {
            name: "price_usd_per_mwh",
            kind: Kind::Float,
            unit: "$/MWh",
            meaning: "Settlement price, weighted by what was requested.",
        },
    ],
    csv: false,
};
