//! Was there enough, and what did it cost to have enough.

use gridrush_tables::{Column, Kind, Table};

/// One row per year.
pub const TABLE: Table = Table {
    name: "adequacy_yearly",
    meaning: "One row per year.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the year." },
        Column { name: "year", kind: Kind::Integer, unit: "", meaning: "Calendar year." },
        Column {
            name: "peak_mw",
            kind: Kind::Float,
            unit: "MW",
            meaning: "Greatest hourly load served, all classes.",
        },
        Column {
            name: "native_peak_mw",
            kind: Kind::Float,
            unit: "MW",
            meaning: "Greatest hourly native load.",
        },
        Column {
            name: "reserve_margin",
            kind: Kind::Float,
            unit: "share",
            meaning: "Available own supply, imports left out, over firm load in the tightest hour of the year, less one.",
        },
        Column { name: "firm_shed_mwh", kind: Kind::Float, unit: "MWh", meaning: "Firm load not served." },
        Column {
            name: "firm_shed_share",
            kind: Kind::Float,
            unit: "share",
            meaning: "The same over all firm energy asked for.",
        },
        Column {
            name: "price_usd_per_mwh",
            kind: Kind::Float,
            unit: "$/MWh",
            meaning: "Settlement price weighted by served load.",
        },
        Column {
            name: "overload_mwh",
            kind: Kind::Float,
            unit: "MWh",
            meaning: "Branch flow beyond ratings, paid at the ceiling price.",
        },
        Column {
            name: "insecure_mwh",
            kind: Kind::Float,
            unit: "MWh",
            meaning: "Flow that would exceed emergency ratings after the loss of a branch on the security list.",
        },
        Column {
            name: "transmission_cost_usd",
            kind: Kind::Float,
            unit: "$",
            meaning: "Background reinforcements decided in the year.",
        },
        Column { name: "transmission_mw", kind: Kind::Float, unit: "MW", meaning: "Rating they add." },
        Column {
            name: "upgrade_cost_usd",
            kind: Kind::Float,
            unit: "$",
            meaning: "Network upgrades ordered in the year at the expense of applicants.",
        },
    ],
    csv: true,
};
