//! Every cent, month by month.

use gridrush_tables::{Column, Kind, Table};

/// One row per month and posting of the double-entry ledger.
pub const TABLE: Table = Table {
    name: "ledger_monthly",
    meaning: "One row per month and posting of the double-entry ledger.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the month." },
        Column { name: "debit", kind: Kind::Text, unit: "", meaning: "Account debited." },
        Column { name: "credit", kind: Kind::Text, unit: "", meaning: "Account credited." },
        Column { name: "kind", kind: Kind::Text, unit: "", meaning: "What for." },
        Column { name: "cents", kind: Kind::Integer, unit: "cent", meaning: "Amount." },
    ],
    csv: true,
};
