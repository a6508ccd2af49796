//! Delivered AI compute.

use gridrush_tables::{Column, Kind, Table};

/// One row per month, zone and class of AI load.
pub const TABLE: Table = Table {
    name: "compute_monthly",
    meaning: "One row per month, zone and class of AI load.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the month." },
        Column { name: "zone", kind: Kind::Text, unit: "", meaning: "Load zone." },
        Column { name: "class", kind: Kind::Text, unit: "", meaning: "Class of load." },
        Column {
            name: "accelerators",
            kind: Kind::Float,
            unit: "",
            meaning: "Installed at the end of the month.",
        },
        Column { name: "it_mw", kind: Kind::Float, unit: "MW", meaning: "IT power of what is installed." },
        Column {
            name: "delivered_flop",
            kind: Kind::Float,
            unit: "FLOP",
            meaning: "Useful training floating-point operations delivered in the month; NaN for inference.",
        },
        Column { name: "jobs_finished", kind: Kind::Integer, unit: "", meaning: "Training jobs finished." },
        Column {
            name: "jobs_waiting",
            kind: Kind::Integer,
            unit: "",
            meaning: "Training jobs waiting at the end of the month.",
        },
    ],
    csv: true,
};
