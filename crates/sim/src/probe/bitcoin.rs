//! Coin price, hashrate and hashprice.

use gridrush_tables::{Column, Kind, Table};

/// One row per day of the Bitcoin network.
pub const TABLE: Table = Table {
    name: "bitcoin_daily",
    meaning: "One row per day of the Bitcoin network.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the day." },
        Column { name: "price_usd", kind: Kind::Float, unit: "$", meaning: "Price of one bitcoin." },
        Column {
            name: "network_ehs",
            kind: Kind::Float,
            unit: "EH/s",
            meaning: "Hashrate of the whole network.",
        },
        Column {
            name: "modelled_ehs",
            kind: Kind::Float,
            unit: "EH/s",
            meaning: "Hashrate of the mines in this region.",
        },
        Column { name: "difficulty", kind: Kind::Float, unit: "", meaning: "Mining difficulty." },
        Column {
            name: "hashprice_usd_per_ph_day",
            kind: Kind::Float,
            unit: "$/(PH/s d)",
            meaning: "Revenue of one PH/s for a day.",
        },
    ],
    csv: true,
};
