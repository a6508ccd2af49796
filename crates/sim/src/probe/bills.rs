//! Who pays, month by month.

use gridrush_tables::{Column, Kind, Table};

const fn usd(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Float, unit: "$", meaning }
}

/// One row per month and payer.
pub const TABLE: Table = Table {
    name: "bills_monthly",
    meaning: "One row per month and class of payers. Sums over payers are what is paid in all, to the cent.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the month." },
        Column {
            name: "payer",
            kind: Kind::Text,
            unit: "",
            meaning: "Residential, commercial and industrial customers of native load; classes of large load.",
        },
        Column { name: "energy_mwh", kind: Kind::Float, unit: "MWh", meaning: "Energy drawn." },
        Column {
            name: "coincident_mw",
            kind: Kind::Float,
            unit: "MW",
            meaning: "Draw in the hours of the highest monthly peaks of the last twelve months, mean.",
        },
        usd("energy_usd", "Energy and reserve, less congestion rent returned and reserve given."),
        usd("capacity_usd", "Capacity, less what tariffs for generation bring in."),
        usd("network_usd", "Network, less what tariffs for it bring in."),
        usd("distribution_usd", "Distribution, metering, retail, and all else in retail prices."),
        usd("tariff_usd", "Charges by rule: demand, minimum bills, exit fees, coincident peaks."),
        usd("tax_usd", "Taxes, surcharges and certificates by rule."),
        usd("credit_usd", "Surcharges of others, given back; zero or negative."),
        usd("total_usd", "All of it."),
        Column {
            name: "cents_per_kwh",
            kind: Kind::Float,
            unit: "cents/kWh",
            meaning: "All of it over energy; NaN without energy.",
        },
        Column {
            name: "bill_usd_per_month",
            kind: Kind::Float,
            unit: "$/month",
            meaning: "Bill of a customer of mean use; NaN for large loads.",
        },
    ],
    csv: true,
};
