//! What rules of policy did to sites.

use gridrush_tables::{Column, Kind, Table};

/// One row per year, site and rule that cut it.
pub const TABLE: Table = Table {
    name: "rules_yearly",
    meaning: "One row per year, site and rule of policy that cut its draw.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the year." },
        Column { name: "year", kind: Kind::Integer, unit: "", meaning: "Calendar year." },
        Column { name: "site", kind: Kind::Text, unit: "", meaning: "The site." },
        Column { name: "class", kind: Kind::Text, unit: "", meaning: "Class of load." },
        Column { name: "policy", kind: Kind::Text, unit: "", meaning: "The policy." },
        Column { name: "rule", kind: Kind::Text, unit: "", meaning: "The rule within it." },
        Column {
            name: "cut_h",
            kind: Kind::Float,
            unit: "h",
            meaning: "Hours in which it was the tightest rule and cut the site.",
        },
        Column {
            name: "cut_mwh",
            kind: Kind::Float,
            unit: "MWh",
            meaning: "Energy from the grid that it cut.",
        },
        Column {
            name: "backup_mwh",
            kind: Kind::Float,
            unit: "MWh",
            meaning: "Part of that energy which the site's own backup gave.",
        },
    ],
    csv: true,
};
