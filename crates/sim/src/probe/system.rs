//! The region as a whole, hour by hour.

use gridrush_tables::{Column, Kind, Table};

/// One row per hour for the whole region.
pub const TABLE: Table = Table {
    name: "system_hourly",
    meaning: "One row per hour for the whole region.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the hour." },
        Column {
            name: "t_s",
            kind: Kind::Integer,
            unit: "s",
            meaning: "Start of the hour, seconds since the scenario's start.",
        },
        Column { name: "native_mw", kind: Kind::Float, unit: "MW", meaning: "Native load asked for." },
        Column { name: "native_served_mw", kind: Kind::Float, unit: "MW", meaning: "Native load served." },
        Column {
            name: "large_requested_mw",
            kind: Kind::Float,
            unit: "MW",
            meaning: "Large loads: what installed, ready equipment would draw at a price of zero.",
        },
        Column { name: "large_served_mw", kind: Kind::Float, unit: "MW", meaning: "Large loads served." },
        Column {
            name: "deliverable_mw",
            kind: Kind::Float,
            unit: "MW",
            meaning: "Supply left for large loads: available generation less native load and required reserve, at least zero and at most the energized contracts.",
        },
        Column {
            name: "energized_mw",
            kind: Kind::Float,
            unit: "MW",
            meaning: "Energized contracts of large loads.",
        },
        Column {
            name: "price_usd_per_mwh",
            kind: Kind::Float,
            unit: "$/MWh",
            meaning: "Settlement price, weighted by served load.",
        },
        Column { name: "gas_mw", kind: Kind::Float, unit: "MW", meaning: "Output of gas plants." },
        Column { name: "coal_mw", kind: Kind::Float, unit: "MW", meaning: "Output of coal plants." },
        Column { name: "nuclear_mw", kind: Kind::Float, unit: "MW", meaning: "Output of nuclear plants." },
        Column { name: "wind_mw", kind: Kind::Float, unit: "MW", meaning: "Output of wind plants." },
        Column { name: "solar_mw", kind: Kind::Float, unit: "MW", meaning: "Output of solar plants." },
        Column { name: "hydro_mw", kind: Kind::Float, unit: "MW", meaning: "Output of hydro plants." },
        Column {
            name: "storage_mw",
            kind: Kind::Float,
            unit: "MW",
            meaning: "Net output of storage; negative when charging.",
        },
        Column { name: "import_mw", kind: Kind::Float, unit: "MW", meaning: "Bought from neighbours." },
        Column { name: "other_mw", kind: Kind::Float, unit: "MW", meaning: "Output of all other plants." },
        Column {
            name: "renewable_curtailed_mw",
            kind: Kind::Float,
            unit: "MW",
            meaning: "Wind and solar available but not used.",
        },
        Column {
            name: "reserve_price_usd_per_mwh",
            kind: Kind::Float,
            unit: "$/MWh",
            meaning: "Price of operating reserve, contained in every energy price.",
        },
        Column {
            name: "overload_mw",
            kind: Kind::Float,
            unit: "MW",
            meaning: "Sum of branch flows beyond their limits, paid at the ceiling price.",
        },
        Column {
            name: "binding_branches",
            kind: Kind::Integer,
            unit: "",
            meaning: "Branches at or beyond their limit.",
        },
    ],
    csv: false,
};
