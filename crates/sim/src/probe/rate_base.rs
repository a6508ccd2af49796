//! Investments in the network and who pays for them.

use gridrush_tables::{Column, Kind, Table};

const fn usd(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Float, unit: "$", meaning }
}

/// One row per year.
pub const TABLE: Table = Table {
    name: "rate_base_yearly",
    meaning: "One row per year: what was invested in the network, what it costs, and who paid.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the year." },
        Column { name: "year", kind: Kind::Integer, unit: "", meaning: "Calendar year." },
        usd("invested_usd", "Upgrades that went into the rate base."),
        usd("contributed_usd", "Upgrades that applicants paid themselves."),
        usd("gross_usd", "Rate base of the run at the end of the year, before depreciation."),
        usd("net_usd", "The same after depreciation."),
        usd("depreciation_usd", "Capital given back this year."),
        usd("return_usd", "Return on capital."),
        usd("operation_usd", "Operation, taxes, insurance."),
        usd("start_network_usd", "Cost of the network of the start."),
        usd(
            "tariff_usd",
            "What demand charges, minimum bills and exit fees by rule brought in against these costs.",
        ),
        usd("native_paid_usd", "What native customers paid for the network."),
        usd("large_load_paid_usd", "What large loads paid for it, tariffs included."),
        usd("stranded_usd", "Not depreciated, for loads that left this year; still paid by everybody."),
    ],
    csv: true,
};
