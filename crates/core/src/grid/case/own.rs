//! The network tables of a region pack: `buses.csv`, `branches.csv`, `generators.csv`, `dc_links.csv`.
//!
//! Numbers are written in their shortest exact form, so that a network that was read and written again
//! gives the same bytes. `docs/region-packs.md` lists columns, units and meanings.

use std::collections::{BTreeMap, BTreeSet};

use super::table::{self, Row, Shape, Table, optional_cell};
use super::{CaseFault, Faults, check};
use crate::grid::{Branch, BranchKind, Bus, BusId, CostCurve, DcLink, Network, Zone, ZoneId};

mod generators;

/// File name of the bus table.
pub const BUSES: &str = "buses.csv";
/// File name of the branch table.
pub const BRANCHES: &str = "branches.csv";
/// File name of the generator table.
pub const GENERATORS: &str = "generators.csv";
/// File name of the table of direct-current lines, which a pack may leave out.
pub const DC_LINKS: &str = "dc_links.csv";

const BUS_COLUMNS: [&str; 10] = [
    "bus",
    "name",
    "zone",
    "substation",
    "base_kv",
    "load_mw",
    "shunt_mw",
    "load_share",
    "latitude_deg",
    "longitude_deg",
];
const BRANCH_COLUMNS: [&str; 12] = [
    "name",
    "from_bus",
    "to_bus",
    "kind",
    "r_pu",
    "x_pu",
    "tap",
    "shift_deg",
    "rating_mw",
    "emergency_rating_mw",
    "length_mi",
    "in_service",
];
/// Written only when a branch has a limit on its angle difference.
const ANGLE_COLUMNS: [&str; 2] = ["angle_minimum_deg", "angle_maximum_deg"];
const DC_LINK_COLUMNS: [&str; 7] =
    ["name", "from_bus", "to_bus", "minimum_mw", "maximum_mw", "loss_fraction", "in_service"];
/// Written only when a link has a fixed loss or a cost.
const DC_LINK_EXTRA_COLUMNS: [&str; 2] = ["fixed_loss_mw", "cost_curve_usd_per_h"];

/// Reads the tables of a pack over the zones of its region. The faults of all tables are collected; a
/// table that is absent from `files` is a fault, except [`DC_LINKS`]. `O(rows log rows)`.
pub fn read(
    files: &BTreeMap<String, String>,
    zones: &[String],
    base_mva: f64,
) -> Result<Network, Vec<CaseFault>> {
    let mut list = Vec::new();
    let (network, bus_lines) = read_tables(files, zones, base_mva, &[], &mut list);
    connected(&network, &bus_lines, &mut list);
    if list.is_empty() { Ok(network) } else { Err(list) }
}

/// Notes buses that hang in nothing, once all tables could be read: a branch that could not would make its buses
/// look disconnected, a false fault.
pub(crate) fn connected(network: &Network, bus_lines: &[u64], list: &mut Vec<CaseFault>) {
    if list.is_empty() {
        check::connected(network, bus_lines, &mut Faults::new(BUSES, list));
    }
}

/// Reads what can be read, and the line of every bus. Tables named in `optional` may be absent like [`DC_LINKS`].
pub(crate) fn read_tables(
    files: &BTreeMap<String, String>,
    zones: &[String],
    base_mva: f64,
    optional: &[&str],
    list: &mut Vec<CaseFault>,
) -> (Network, Vec<u64>) {
    let mut network = Network { base_mva, ..Network::default() };
    network.zones = zones.iter().map(|name| Zone { name: name.clone() }).collect();
    let mut numbers = BTreeMap::new();
    let mut bus_lines = Vec::new();

    let mut faults = Faults::new(BUSES, list);
    if let Some(buses) = open(files, BUSES, &BUS_COLUMNS[..8], &BUS_COLUMNS[8..], &mut faults) {
        for row in buses.rows() {
            if let Some(bus) = read_bus(&row, &network, &mut faults) {
                let number = bus.number;
                let id = network.add_bus(bus);
                bus_lines.push(row.line);
                if numbers.insert(number, id).is_some() {
                    faults.add(Some(row.line), "bus", format!("bus {number} appears twice"));
                }
            }
        }
        check::shares(&network, &mut faults);
    }

    let mut faults = Faults::new(BRANCHES, list);
    if (files.contains_key(BRANCHES) || !optional.contains(&BRANCHES))
        && let Some(branches) = open(files, BRANCHES, &BRANCH_COLUMNS, &ANGLE_COLUMNS, &mut faults)
    {
        let mut names = BTreeSet::new();
        for row in branches.rows() {
            let unique = unique_name(&row, &mut names, &mut faults);
            if let (Some(name), Some(branch)) = (unique, read_branch(&row, &numbers, &mut faults)) {
                network.add_branch(Branch { name, ..branch });
            }
        }
    }

    network.generators = generators::read(files, &numbers, &mut Faults::new(GENERATORS, list));

    if files.contains_key(DC_LINKS) {
        let mut faults = Faults::new(DC_LINKS, list);
        if let Some(links) = open(files, DC_LINKS, &DC_LINK_COLUMNS, &DC_LINK_EXTRA_COLUMNS, &mut faults) {
            let mut names = BTreeSet::new();
            for row in links.rows() {
                let unique = unique_name(&row, &mut names, &mut faults);
                if let (Some(name), Some(link)) = (unique, read_dc_link(&row, &numbers, &mut faults)) {
                    network.dc_links.push(DcLink { name, ..link });
                }
            }
        }
    }
    (network, bus_lines)
}

pub(crate) fn open(
    files: &BTreeMap<String, String>,
    file: &str,
    required: &[&str],
    optional: &[&str],
    faults: &mut Faults<'_>,
) -> Option<Table> {
    open_renamed(files, file, required, optional, &[], faults)
}

/// [`open`] for a table whose columns had other names.
fn open_renamed(
    files: &BTreeMap<String, String>,
    file: &str,
    required: &[&str],
    optional: &[&str],
    renamed: &[(&str, &str)],
    faults: &mut Faults<'_>,
) -> Option<Table> {
    let Some(text) = files.get(file) else {
        faults.add(None, "file", "this file is missing from the pack");
        return None;
    };
    Table::read(text, &Shape { required, optional, foreign: false, renamed }, faults)
}

pub(crate) fn unique_name(
    row: &Row<'_>,
    names: &mut BTreeSet<String>,
    faults: &mut Faults<'_>,
) -> Option<String> {
    let name = row.name("name", faults)?;
    if !names.insert(name.clone()) {
        faults.add(Some(row.line), "name", format!("\"{name}\" appears twice"));
        return None;
    }
    Some(name)
}

pub(crate) fn bus_of(
    row: &Row<'_>,
    column: &str,
    numbers: &BTreeMap<u32, BusId>,
    faults: &mut Faults<'_>,
) -> Option<BusId> {
    let number = row.integer(column, faults)?;
    let found = numbers.get(&number).copied();
    if found.is_none() {
        let near = [numbers.range(..number).next_back(), numbers.range(number..).next()];
        let nearest = near.into_iter().flatten().min_by_key(|(n, _)| n.abs_diff(number));
        let nearest = nearest.map(|(n, _)| n.to_string());
        faults.add(Some(row.line), column, format!("there is no bus {number}")).nearest = nearest;
    }
    found
}

pub(crate) fn zone_of(row: &Row<'_>, network: &Network, faults: &mut Faults<'_>) -> Option<ZoneId> {
    let name = row.name("zone", faults)?;
    let found = network.zone_named(&name);
    if found.is_none() {
        faults.unknown(
            Some(row.line),
            "zone",
            "zone",
            &name,
            network.zones.iter().map(|zone| zone.name.as_str()),
        );
    }
    found
}

fn read_bus(row: &Row<'_>, network: &Network, faults: &mut Faults<'_>) -> Option<Bus> {
    let number = row.integer("bus", faults);
    let name = row.name("name", faults);
    let zone = zone_of(row, network, faults);
    let substation = row.integer("substation", faults);
    let base_kv = row.not_negative("base_kv", faults);
    let load_mw = row.number("load_mw", faults);
    let shunt_mw = row.number("shunt_mw", faults);
    let load_share = row.number_in("load_share", 0.0, 1.0, faults);
    let latitude = row.optional("latitude_deg", faults, |r, c, f| r.number_in(c, -90.0, 90.0, f));
    let longitude = row.optional("longitude_deg", faults, |r, c, f| r.number_in(c, -180.0, 180.0, f));
    let position = match (latitude.ok()?, longitude.ok()?) {
        (Some(latitude), Some(longitude)) => Some((latitude, longitude)),
        (None, None) => None,
        _ => {
            faults.add(Some(row.line), "latitude_deg", "latitude and longitude go together");
            return None;
        }
    };
    Some(Bus {
        number: number?,
        name: name?,
        zone: zone?,
        substation: substation?,
        base_kv: base_kv?,
        load_mw: load_mw?,
        shunt_mw: shunt_mw?,
        load_share: load_share?,
        position,
    })
}

const fn kind_name(kind: BranchKind) -> &'static str {
    match kind {
        BranchKind::Line => "line",
        BranchKind::Transformer => "transformer",
    }
}

fn read_branch(row: &Row<'_>, numbers: &BTreeMap<u32, BusId>, faults: &mut Faults<'_>) -> Option<Branch> {
    let from = bus_of(row, "from_bus", numbers, faults);
    let to = bus_of(row, "to_bus", numbers, faults);
    let kind = row.choice("kind", &[BranchKind::Line, BranchKind::Transformer], kind_name, faults);
    let r_pu = row.number("r_pu", faults);
    let x_pu = row.number("x_pu", faults);
    let tap = row.number("tap", faults);
    let shift_deg = row.number("shift_deg", faults);
    let rating_mw = row.optional("rating_mw", faults, Row::not_negative);
    let emergency = row.optional("emergency_rating_mw", faults, Row::not_negative);
    let length_mi = row.optional("length_mi", faults, Row::not_negative);
    let least_deg = row.optional("angle_minimum_deg", faults, Row::number);
    let most_deg = row.optional("angle_maximum_deg", faults, Row::number);
    let in_service = row.flag("in_service", faults);
    let limits = least_deg.ok().zip(most_deg.ok());
    let least_above_most =
        |(least, most): (Option<f64>, Option<f64>)| least.zip(most).is_some_and(|(least, most)| least > most);
    if limits.is_some_and(least_above_most) {
        faults.add(Some(row.line), "angle_minimum_deg", "the least difference is above the greatest");
    }
    if from.is_some() && from == to {
        faults.add(Some(row.line), "to_bus", "the branch begins and ends at the same bus");
    }
    if x_pu == Some(0.0) {
        faults.add(Some(row.line), "x_pu", "a branch needs a reactance other than zero");
    }
    if tap.is_some_and(|tap| tap <= 0.0) {
        faults.add(Some(row.line), "tap", "the turns ratio must be positive (1 for a line)");
    }
    Some(Branch {
        name: String::new(),
        from: from?,
        to: to?,
        kind: kind?,
        r_pu: r_pu?,
        x_pu: x_pu?,
        tap: tap?,
        shift_deg: shift_deg?,
        angle_difference_deg: match limits? {
            (None, None) => None,
            (least, most) => Some((least.unwrap_or(f64::NEG_INFINITY), most.unwrap_or(f64::INFINITY))),
        },
        rating_mw: rating_mw.ok()?.unwrap_or(f64::INFINITY),
        emergency_rating_mw: emergency.ok()?,
        length_mi: length_mi.ok()?,
        in_service: in_service?,
    })
}

fn cost_curve(row: &Row<'_>, column: &str, faults: &mut Faults<'_>) -> Option<CostCurve> {
    let curve = CostCurve::from_text(row.text(column));
    if curve.is_none() {
        faults.add(Some(row.line), column, "not a cost curve").allowed =
            Some("\"polynomial c0 c1 ...\" or \"piecewise mw:usd mw:usd ...\" with rising mw".to_owned());
    }
    curve
}

fn read_dc_link(row: &Row<'_>, numbers: &BTreeMap<u32, BusId>, faults: &mut Faults<'_>) -> Option<DcLink> {
    let from = bus_of(row, "from_bus", numbers, faults);
    let to = bus_of(row, "to_bus", numbers, faults);
    let minimum_mw = row.number("minimum_mw", faults);
    let maximum_mw = row.number("maximum_mw", faults);
    let loss_fraction = row.number_in("loss_fraction", 0.0, 1.0, faults);
    let fixed_loss_mw = row.optional("fixed_loss_mw", faults, Row::not_negative);
    let cost = row.optional("cost_curve_usd_per_h", faults, cost_curve);
    let in_service = row.flag("in_service", faults);
    if minimum_mw.zip(maximum_mw).is_some_and(|(least, most)| least > most) {
        faults.add(Some(row.line), "minimum_mw", "the least flow is above the greatest");
    }
    Some(DcLink {
        name: String::new(),
        from: from?,
        to: to?,
        minimum_mw: minimum_mw?,
        maximum_mw: maximum_mw?,
        loss_fraction: loss_fraction?,
        fixed_loss_mw: fixed_loss_mw.ok()?.unwrap_or(0.0),
        cost: cost.ok()?,
        in_service: in_service?,
    })
}

/// Writes the tables of a network, by file name. [`DC_LINKS`] is left out when there are none.
pub fn write(network: &Network) -> BTreeMap<String, String> {
    let number = |id: BusId| network.bus(id).number.to_string();
    let buses = table::write(
        &BUS_COLUMNS,
        network.buses().map(|(_, bus)| {
            vec![
                bus.number.to_string(),
                bus.name.clone(),
                network.zones[bus.zone.0 as usize].name.clone(),
                bus.substation.to_string(),
                bus.base_kv.to_string(),
                bus.load_mw.to_string(),
                bus.shunt_mw.to_string(),
                bus.load_share.to_string(),
                optional_cell(bus.position.map(|p| p.0).as_ref()),
                optional_cell(bus.position.map(|p| p.1).as_ref()),
            ]
        }),
    );
    let angles = network.branches().any(|(_, branch)| branch.angle_difference_deg.is_some());
    let branches = table::write(
        &[&BRANCH_COLUMNS[..], if angles { &ANGLE_COLUMNS[..] } else { &[] }].concat(),
        network.branches().map(|(_, branch)| {
            let mut cells = vec![
                branch.name.clone(),
                number(branch.from),
                number(branch.to),
                kind_name(branch.kind).to_owned(),
                branch.r_pu.to_string(),
                branch.x_pu.to_string(),
                branch.tap.to_string(),
                branch.shift_deg.to_string(),
                optional_cell(Some(branch.rating_mw).filter(|mw| mw.is_finite()).as_ref()),
                optional_cell(branch.emergency_rating_mw.as_ref()),
                optional_cell(branch.length_mi.as_ref()),
                branch.in_service.to_string(),
            ];
            if angles {
                let (least, most) = branch.angle_difference_deg.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
                let finite = |deg: f64| optional_cell(Some(deg).filter(|deg| deg.is_finite()).as_ref());
                cells.extend([finite(least), finite(most)]);
            }
            cells
        }),
    );
    let mut files = BTreeMap::new();
    files.insert(BUSES.to_owned(), buses);
    files.insert(BRANCHES.to_owned(), branches);
    files.insert(GENERATORS.to_owned(), generators::write(network));
    if !network.dc_links.is_empty() {
        let extra = network.dc_links.iter().any(|link| link.fixed_loss_mw != 0.0 || link.cost.is_some());
        let rows = network.dc_links.iter().map(|link| {
            let mut cells = vec![
                link.name.clone(),
                number(link.from),
                number(link.to),
                link.minimum_mw.to_string(),
                link.maximum_mw.to_string(),
                link.loss_fraction.to_string(),
                link.in_service.to_string(),
            ];
            if extra {
                let cost = link.cost.as_ref().map(CostCurve::to_text).unwrap_or_default();
                cells.extend([link.fixed_loss_mw.to_string(), cost]);
            }
            cells
        });
        let header = [&DC_LINK_COLUMNS[..], if extra { &DC_LINK_EXTRA_COLUMNS[..] } else { &[] }].concat();
        files.insert(DC_LINKS.to_owned(), table::write(&header, rows));
    }
    files
}

#[cfg(test)]
mod tests;
