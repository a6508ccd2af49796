//! Auctions of capacity.

use gridrush_tables::{Column, Kind, Table};

const fn mw(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Float, unit: "MW", meaning }
}

/// One row per auction.
pub const TABLE: Table = Table {
    name: "capacity_yearly",
    meaning: "One row per auction of capacity, or per year of a bilateral obligation.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "When it was held." },
        Column { name: "year", kind: Kind::Integer, unit: "", meaning: "Delivery year." },
        mw("forecast_peak_mw", "Highest load forecast for it, firm large loads included."),
        mw("large_load_mw", "Part of the forecast that is large load."),
        mw("requirement_mw", "Accredited capacity wanted."),
        mw("offered_mw", "Accredited capacity offered."),
        mw("cleared_mw", "Accredited capacity taken."),
        Column {
            name: "price_usd_per_mw_day",
            kind: Kind::Float,
            unit: "$/MW-day",
            meaning: "What a megawatt of it is paid.",
        },
        Column { name: "at_cap", kind: Kind::Integer, unit: "", meaning: "1 if that is the highest price." },
        Column { name: "cost_usd", kind: Kind::Float, unit: "$", meaning: "What it costs in 365 days." },
    ],
    csv: true,
};
