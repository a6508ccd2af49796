//! `generators.csv`: what stands at which bus, from when until when, and what it costs to run.
//!
//! Columns about emissions, outages and neighbours may be left out, and are written only where a unit needs
//! them. `O(units)`.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Faults;
use super::super::table::{self, Declared, Row, optional_cell};
use super::{GENERATORS, bus_of, cost_curve, text_of, unique_name};
use crate::grid::{BusId, CostCurve, Date, Fuel, Generator, Network, Technology};

/// The declaration of the table.
pub(crate) const UNIT_TABLE: Declared = Declared {
    file: GENERATORS,
    about: "A generating unit, battery or tie to a neighbour.",
    required: &[
        ("name", "unique"),
        ("bus", "where it injects"),
        ("fuel", "`gas`, `coal`, `nuclear`, `wind`, `solar`, `hydro`, `storage`, `oil`, `other` or `import`"),
        (
            "technology",
            "`combined_cycle`, `combustion_turbine`, `gas_steam`, `coal_steam`, `nuclear`, `wind`, `solar`, `hydro`, \
             `battery`, `other` or `import`",
        ),
        ("capacity_mw", "net capacity"),
        ("minimum_mw", "lowest stable output; zero: the usual share of its technology (`[thermal]`)"),
        ("heat_rate_mmbtu_per_mwh", "full-load average; 0 for what burns nothing"),
        ("variable_om_usd_per_mwh", "variable operation and maintenance"),
        ("storage_mwh", "energy capacity of storage; 0 otherwise"),
        ("in_service", "`true` or `false` at the start"),
        (
            "cost_curve_usd_per_h",
            "`polynomial c0 c1 c2 ...` or `piecewise mw:usd mw:usd ...`; takes the place of heat rate and fuel; may \
             be empty",
        ),
    ],
    optional: &[
        ("online", "date: operation from this day on; empty: always"),
        ("retired", "date: operation until before this day; empty: always"),
        (
            "co2_kg_per_mmbtu",
            "carbon dioxide per unit of heat; empty: gas 53.1, coal 95.7, oil 75.0 [M], others 0",
        ),
        (
            "forced_outage_rate",
            "share of time out by failure, 0 to 0.9; empty: that of the technology ([outages.md](models/outages.md)). \
             It also moves the unit's mean availability: times (1 - rate) / (1 - usual rate)",
        ),
        ("neighbour", "the region that sells, by the name of its pack where it has one; imports only"),
    ],
};
const RENAMED: [(&str, &str); 2] = [("first_year", "online"), ("last_year", "retired")];
/// Most that may be out by failure: what never runs is not a unit.
const GREATEST_OUTAGE_RATE: f64 = 0.9;

/// Reads the table; rows at fault are left out.
pub(super) fn read(
    files: &BTreeMap<String, String>,
    numbers: &BTreeMap<u32, BusId>,
    faults: &mut Faults<'_>,
) -> Vec<Generator> {
    let Some(text) = text_of(files, &UNIT_TABLE, faults) else { return Vec::new() };
    let Some(table) = UNIT_TABLE.read(text, &RENAMED, faults) else { return Vec::new() };
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
    let (required, optional) = (UNIT_TABLE.names(), UNIT_TABLE.optional_names());
    let mut header = [&required[..9], &optional[..2], &required[9..]].concat();
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
