//! Headroom of buses or zones, written by the command of that name.

use gridrush_tables::{Column, Kind, Table};

const fn text(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Text, unit: "", meaning }
}

const fn number(name: &'static str, unit: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Float, unit, meaning }
}

/// One row per bus, or per zone where pipes join zones.
pub const TABLE: Table = Table {
    name: "headroom",
    meaning: "One row per bus, or per zone where pipes join zones: what it could take without works.",
    columns: &[
        text("place", "Bus or zone."),
        text("zone", "Zone."),
        number("base_kv", "kV", "Voltage of the bus; NaN for a zone."),
        number("latitude_deg", "degrees", "Latitude; NaN if unknown."),
        number("longitude_deg", "degrees", "Longitude; NaN if unknown."),
        text("direction", "Whether for load or generation."),
        number("headroom_mw", "MW", "What the place could take; NaN if nothing limits it."),
        text("element", "What is then at its limit."),
        text("outage", "The branch whose loss that is reckoned with; empty with all in service."),
        text("snapshot", "The state of the grid in which that is so."),
        number("dfax", "1", "Flow on the element per megawatt at the place, signed."),
        text("source", "Which generators serve it: of the region by headroom, or of the zone (local)."),
        text("security", "States of the network: all in service (n0), or after any one loss too (n1)."),
    ],
    csv: true,
};
