//! Every curtailed megawatt-hour with its one cause.

use gridrush_tables::{Column, Kind, Table};

/// One row per month, zone, class, cause and element.
pub const TABLE: Table = Table {
    name: "curtailment_monthly",
    meaning: "One row per month, zone, class, cause, element and outage behind it.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the month." },
        Column { name: "zone", kind: Kind::Text, unit: "", meaning: "Load zone." },
        Column { name: "class", kind: Kind::Text, unit: "", meaning: "Class of load." },
        Column {
            name: "cause",
            kind: Kind::Text,
            unit: "",
            meaning: "What stopped it: not_connected, outage, substation, policy, price, scarcity or congestion.",
        },
        Column {
            name: "element",
            kind: Kind::Text,
            unit: "",
            meaning: "The branch, pipe or interface that bound, for congestion and substation; the one whose failure cut the load off, for outage; the policy, for policy; empty otherwise.",
        },
        Column {
            name: "outage",
            kind: Kind::Text,
            unit: "",
            meaning: "The branch out of service without which the element would not have bound; empty otherwise.",
        },
        Column {
            name: "loss",
            kind: Kind::Text,
            unit: "",
            meaning: "The branch whose loss that limit provides for; empty for the rating itself.",
        },
        Column {
            name: "curtailed_mwh",
            kind: Kind::Float,
            unit: "MWh",
            meaning: "Energy asked for and not served for this cause.",
        },
    ],
    csv: true,
};
