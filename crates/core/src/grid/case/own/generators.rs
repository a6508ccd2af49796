//! `generators.csv`: what stands at which bus, from when until when, and what it costs to run.
//!
//! Columns about emissions, outages and neighbours may be left out, and are written only where a unit needs
//! them. `O(units)`.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Faults;
use super::super::table::{self, Row, optional_cell};
use super::{GENERATORS, bus_of, cost_curve, open_renamed, unique_name};
use crate::grid::{BusId, CostCurve, Date, Fuel, Generator, Network, Technology};

const REQUIRED: [&str; 11] = [
    "name",
    "bus",
    "fuel",
    "technology",
    "capacity_mw",
    "minimum_mw",
    "heat_rate_mmbtu_per_mwh",
    "variable_om_usd_per_mwh",
    "storage_mwh",
    "in_service",
    "cost_curve_usd_per_h",
];
const OPTIONAL: [&str; 5] = ["online", "retired", "co2_kg_per_mmbtu", "forced_outage_rate", "neighbour"];
const RENAMED: [(&str, &str); 2] = [("first_year", "online"), ("last_year", "retired")];
/// Most that may be out by failure: what never runs is not a unit.
const GREATEST_OUTAGE_RATE: f64 = 0.9;

/// Reads the table; rows at fault are left out.
pub(super) fn read(
    files: &BTreeMap<String, String>,
    numbers: &BTreeMap<u32, BusId>,
    faults: &mut Faults<'_>,
) -> Vec<Generator> {
    let Some(table) = open_renamed(files, GENERATORS, &REQUIRED, &OPTIONAL, &RENAMED, faults) else {
        return Vec::new();
    };
    let mut names = BTreeSet::new();
    let mut units = Vec::new();
    for row in table.rows() {
        let unique = unique_name(&row, &mut names, faults);
        if let (Some(name), Some(unit)) = (unique, read_unit(&row, numbers, faults)) {
            units.push(Generator { name, ..unit });
        }
    }
    units
}

fn read_unit(row: &Row<'_>, numbers: &BTreeMap<u32, BusId>, faults: &mut Faults<'_>) -> Option<Generator> {
    let bus = bus_of(row, "bus", numbers, faults);
    let fuel = row.choice("fuel", Fuel::ALL, Fuel::name, faults);
    let technology = row.choice("technology", Technology::ALL, Technology::name, faults);
    let capacity_mw = row.number("capacity_mw", faults);
    let minimum_mw = row.number("minimum_mw", faults);
    let heat_rate = row.not_negative("heat_rate_mmbtu_per_mwh", faults);
    let variable_om = row.number("variable_om_usd_per_mwh", faults);
    let storage_mwh = row.not_negative("storage_mwh", faults);
    let online = row.optional("online", faults, Row::date);
    let retired = row.optional("retired", faults, Row::date);
    let in_service = row.flag("in_service", faults);
    let cost = row.optional("cost_curve_usd_per_h", faults, cost_curve);
    let co2 = row.optional("co2_kg_per_mmbtu", faults, Row::not_negative);
    let outage_rate = row.optional("forced_outage_rate", faults, |row, column, faults| {
        row.number_in(column, 0.0, GREATEST_OUTAGE_RATE, faults)
    });
    let neighbour = row.optional("neighbour", faults, Row::name);
    let mut wrong = |column: &str, message: &str| {
        faults.add(Some(row.line), column, message);
    };
    if capacity_mw.zip(minimum_mw).is_some_and(|(capacity, minimum)| minimum > capacity) {
        wrong("minimum_mw", "the minimum output is above the capacity");
    }
    let never: fn((Date, Date)) -> bool = |(online, retired)| retired <= online;
    if online.ok().flatten().zip(retired.ok().flatten()).is_some_and(never) {
        wrong("retired", "this is not after the day on which the unit comes online");
    }
    let imports = fuel.map(|fuel| fuel == Fuel::Import);
    if imports.zip(technology).is_some_and(|(imports, of)| imports != (of == Technology::Import)) {
        wrong("technology", "the fuel import and the technology import go together");
    }
    if imports == Some(true) && minimum_mw.is_some_and(|mw| mw != 0.0) {
        wrong("minimum_mw", "an import has no minimum output");
    }
    if imports == Some(false) && matches!(neighbour, Ok(Some(_))) {
        wrong("neighbour", "only an import has a neighbour that sells");
    }
    Some(Generator {
        name: String::new(),
        bus: bus?,
        fuel: fuel?,
        technology: technology?,
        capacity_mw: capacity_mw?,
        minimum_mw: minimum_mw?,
        heat_rate_mmbtu_per_mwh: heat_rate?,
        variable_om_usd_per_mwh: variable_om?,
        storage_mwh: storage_mwh?,
        online: online.ok()?,
        retired: retired.ok()?,
        in_service: in_service?,
        cost: cost.ok()?,
        co2_kg_per_mmbtu: co2.ok()?,
        forced_outage_rate: outage_rate.ok()?,
        neighbour: neighbour.ok()?,
    })
}

/// A column that is written only where a unit needs it.
type Extra = (&'static str, fn(&Generator) -> String);

/// Writes the table.
pub(super) fn write(network: &Network) -> String {
    let extras: [Extra; 3] = [
        ("co2_kg_per_mmbtu", |unit| optional_cell(unit.co2_kg_per_mmbtu.as_ref())),
        ("forced_outage_rate", |unit| optional_cell(unit.forced_outage_rate.as_ref())),
        ("neighbour", |unit| optional_cell(unit.neighbour.as_ref())),
    ];
    let units = &network.generators;
    let needed: Vec<Extra> =
        extras.into_iter().filter(|(_, cell)| units.iter().any(|unit| !cell(unit).is_empty())).collect();
    let mut header = REQUIRED[..9].to_vec();
    header.extend(&OPTIONAL[..2]);
    header.extend(&REQUIRED[9..]);
    header.extend(needed.iter().map(|(name, _)| name));
    let rows = units.iter().map(|unit| {
        let mut cells = vec![
            unit.name.clone(),
            network.bus(unit.bus).number.to_string(),
            unit.fuel.name().to_owned(),
            unit.technology.name().to_owned(),
            unit.capacity_mw.to_string(),
            unit.minimum_mw.to_string(),
            unit.heat_rate_mmbtu_per_mwh.to_string(),
            unit.variable_om_usd_per_mwh.to_string(),
            unit.storage_mwh.to_string(),
            optional_cell(unit.online.as_ref()),
            optional_cell(unit.retired.as_ref()),
            unit.in_service.to_string(),
            unit.cost.as_ref().map(CostCurve::to_text).unwrap_or_default(),
        ];
        cells.extend(needed.iter().map(|(_, cell)| cell(unit)));
        cells
    });
    table::write(&header, rows)
}
