//! What batteries did and earned, month by month.

use gridrush_tables::{Column, Kind, Table};

/// One row per month and zone with batteries.
pub const TABLE: Table = Table {
    name: "storage_monthly",
    meaning: "One row per month and zone with batteries.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the month." },
        Column { name: "zone", kind: Kind::Text, unit: "", meaning: "Load zone." },
        Column {
            name: "power_mw",
            kind: Kind::Float,
            unit: "MW",
            meaning: "Power in either direction at the end of the month.",
        },
        Column {
            name: "energy_mwh",
            kind: Kind::Float,
            unit: "MWh",
            meaning: "Energy that fits at the end of the month, measured when discharging.",
        },
        Column {
            name: "charged_mwh",
            kind: Kind::Float,
            unit: "MWh",
            meaning: "Energy taken from the grid.",
        },
        Column { name: "discharged_mwh", kind: Kind::Float, unit: "MWh", meaning: "Energy given back." },
        Column {
            name: "stored_mwh",
            kind: Kind::Float,
            unit: "MWh",
            meaning: "Energy in store at the end of the month, measured when discharging.",
        },
        Column {
            name: "cycles",
            kind: Kind::Float,
            unit: "",
            meaning: "Energy discharged as a multiple of the energy that fits.",
        },
        Column {
            name: "energy_revenue_usd",
            kind: Kind::Float,
            unit: "$",
            meaning: "Energy sold at the settlement price less energy bought at it.",
        },
        Column {
            name: "reserve_revenue_usd",
            kind: Kind::Float,
            unit: "$",
            meaning: "Paid for standing by.",
        },
    ],
    csv: true,
};
