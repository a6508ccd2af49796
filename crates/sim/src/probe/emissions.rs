//! What each class of load emits, month by month, and what plants emit, year by year.

use gridrush_tables::{Column, Kind, Table};

/// One row per month, zone and class of load, and one for what passes through batteries.
pub const MONTHLY: Table = Table {
    name: "emissions_monthly",
    meaning: "One row per month, zone and class of load; class `storage` is what batteries hold back, so that average \
              emissions sum to those of plants.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the month." },
        Column { name: "zone", kind: Kind::Text, unit: "", meaning: "Load zone." },
        Column { name: "class", kind: Kind::Text, unit: "", meaning: "Class of load, or `storage`." },
        Column {
            name: "energy_mwh",
            kind: Kind::Float,
            unit: "MWh",
            meaning: "Energy served; for storage, charged less discharged.",
        },
        Column {
            name: "average_t",
            kind: Kind::Float,
            unit: "t",
            meaning: "Carbon dioxide by each hour's mix of the region; for storage, taken in less given back.",
        },
        Column {
            name: "marginal_t",
            kind: Kind::Float,
            unit: "t",
            meaning: "Energy times the marginal emission rate of its bus, hour by hour. Does not sum to a total.",
        },
        Column {
            name: "average_t_per_mwh",
            kind: Kind::Float,
            unit: "t/MWh",
            meaning: "Average emissions per MWh; NaN for storage.",
        },
        Column {
            name: "marginal_t_per_mwh",
            kind: Kind::Float,
            unit: "t/MWh",
            meaning: "Mean marginal rate over the energy served; NaN for storage.",
        },
        Column {
            name: "renewable_share",
            kind: Kind::Float,
            unit: "share",
            meaning: "Wind, sun and water in the energy served, by each hour's mix; NaN for storage.",
        },
    ],
    csv: true,
};

/// One row per year and fuel.
pub const YEARLY: Table = Table {
    name: "emissions_yearly",
    meaning: "One row per year and fuel that generated or was curtailed; imports are a fuel.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the year." },
        Column { name: "year", kind: Kind::Integer, unit: "", meaning: "Calendar year." },
        Column { name: "fuel", kind: Kind::Text, unit: "", meaning: "Fuel." },
        Column {
            name: "generated_mwh",
            kind: Kind::Float,
            unit: "MWh",
            meaning: "Energy generated; batteries are not here.",
        },
        Column {
            name: "emissions_t",
            kind: Kind::Float,
            unit: "t",
            meaning: "Carbon dioxide, with what starts and being on burn.",
        },
        Column {
            name: "curtailed_mwh",
            kind: Kind::Float,
            unit: "MWh",
            meaning: "Available and not generated; NaN but for wind and sun.",
        },
        Column {
            name: "curtailed_share",
            kind: Kind::Float,
            unit: "share",
            meaning: "Part of what was available; NaN but for wind and sun.",
        },
    ],
    csv: true,
};
