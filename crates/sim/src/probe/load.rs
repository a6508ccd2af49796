//! Energy asked for, served and paid for, month by month.

use gridrush_tables::{Column, Kind, Table};

/// One row per month, zone and class.
pub const TABLE: Table = Table {
    name: "load_monthly",
    meaning: "One row per month, zone and class.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the month." },
        Column { name: "zone", kind: Kind::Text, unit: "", meaning: "Load zone." },
        Column { name: "class", kind: Kind::Text, unit: "", meaning: "Class of load." },
        Column { name: "requested_mwh", kind: Kind::Float, unit: "MWh", meaning: "Energy asked for." },
        Column { name: "served_mwh", kind: Kind::Float, unit: "MWh", meaning: "Energy served." },
        Column {
            name: "price_paid_usd_per_mwh",
            kind: Kind::Float,
            unit: "$/MWh",
            meaning: "Settlement price weighted by served energy.",
        },
        Column {
            name: "price_energy_usd_per_mwh",
            kind: Kind::Float,
            unit: "$/MWh",
            meaning: "The part of price_paid_usd_per_mwh that is the same all over an island: its hourly mean settlement price over native load.",
        },
        Column {
            name: "price_congestion_usd_per_mwh",
            kind: Kind::Float,
            unit: "$/MWh",
            meaning: "The rest of price_paid_usd_per_mwh, which the limits of the network make; negative where they hold power back.",
        },
        Column {
            name: "energized_mw",
            kind: Kind::Float,
            unit: "MW",
            meaning: "Energized contracts at the end of the month; NaN for native load.",
        },
    ],
    csv: true,
};
