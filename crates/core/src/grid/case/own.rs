//! The network tables of a region pack: `buses.csv`, `branches.csv`, `generators.csv`, `dc_links.csv`.
//!
//! Numbers are written in their shortest exact form, so that a network that was read and written again
//! gives the same bytes. The declarations are the reference of the format (`gridrush schema --packs`).

use std::collections::{BTreeMap, BTreeSet};

use super::table::{self, Declared, Row, Table, optional_cell};
use super::{CaseFault, Faults, check};
use crate::grid::{Branch, BranchKind, Bus, BusId, CostCurve, DcLink, Network, Zone, ZoneId};

mod generators;

pub(crate) use generators::UNIT_TABLE;

/// File name of the bus table.
pub const BUSES: &str = "buses.csv";
/// File name of the branch table.
pub const BRANCHES: &str = "branches.csv";
/// File name of the generator table.
pub const GENERATORS: &str = "generators.csv";
/// File name of the table of direct-current lines, which a pack may leave out.
pub const DC_LINKS: &str = "dc_links.csv";

pub(crate) const BUS_TABLE: Declared = Declared {
    file: BUSES,
    about: "A bus.",
    required: &[
        ("bus", "number, unique"),
        ("name", "readable name"),
        ("zone", "a zone of `region.toml`"),
        ("substation", "buses of one station share this number; transformers join them"),
        ("base_kv", "nominal voltage"),
        ("load_mw", "load in the source case (for reference; native load comes from `weather.toml`)"),
        ("shunt_mw", "constant load of shunts at nominal voltage"),
        ("load_share", "this bus's part of its zone's native load, 0 to 1; all of a zone sum to 1"),
    ],
    optional: &[
        ("latitude_deg", "position, -90 to 90; together with the longitude or not at all"),
        ("longitude_deg", "position, -180 to 180"),
    ],
};
pub(crate) const BRANCH_TABLE: Declared = Declared {
    file: BRANCHES,
    about: "A line or transformer between two buses.",
    required: &[
        ("name", "unique"),
        ("from_bus", "number of a bus; positive flow leaves it"),
        ("to_bus", "number of another bus"),
        ("kind", "`line` or `transformer`"),
        ("r_pu", "series resistance on `base_mva`"),
        ("x_pu", "series reactance on `base_mva`; not zero"),
        ("tap", "turns ratio, positive; 1 for lines"),
        ("shift_deg", "phase shift"),
        ("rating_mw", "continuous rating; empty: no limit"),
        ("emergency_rating_mw", "short-term rating after a contingency; may be empty"),
        ("length_mi", "length; may be empty"),
        ("in_service", "`true` or `false` at the start"),
    ],
    optional: &[
        (
            "angle_minimum_deg",
            "least angle difference, `from` minus `to`; used by `gridrush opf` only, written where a branch has one",
        ),
        ("angle_maximum_deg", "greatest angle difference"),
    ],
};
pub(crate) const DC_LINK_TABLE: Declared = Declared {
    file: DC_LINKS,
    about: "A direct-current line; the file may be left out.",
    required: &[
        ("name", "unique"),
        ("from_bus", "number of a bus; positive flow leaves it"),
        ("to_bus", "number of another bus"),
        ("minimum_mw", "least flow; negative: the other way"),
        ("maximum_mw", "greatest flow"),
        ("loss_fraction", "lost on the way for each MW sent, 0 to 1"),
        ("in_service", "`true` or `false` at the start"),
    ],
    optional: &[
        ("fixed_loss_mw", "lost whatever is sent; written where a link has it"),
        ("cost_curve_usd_per_h", "cost by MW sent, as in `generators.csv`"),
    ],
};

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
    if let Some(buses) = open(files, &BUS_TABLE, &mut faults) {
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
        && let Some(branches) = open(files, &BRANCH_TABLE, &mut faults)
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
        if let Some(links) = open(files, &DC_LINK_TABLE, &mut faults) {
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

/// Reads a table of a pack; that it is absent is a fault.
pub(crate) fn open(
    files: &BTreeMap<String, String>,
    table: &Declared,
    faults: &mut Faults<'_>,
) -> Option<Table> {
    table.read(text_of(files, table, faults)?, &[], faults)
}

fn text_of<'t>(
    files: &'t BTreeMap<String, String>,
    table: &Declared,
    faults: &mut Faults<'_>,
) -> Option<&'t str> {
    let text = files.get(table.file);
    if text.is_none() {
        faults.add(None, "file", "this file is missing from the pack");
    }
    text.map(String::as_str)
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
    let header = [BUS_TABLE.names(), BUS_TABLE.optional_names()].concat();
    let buses = table::write(
        &header,
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
    let limits = if angles { BRANCH_TABLE.optional_names() } else { Vec::new() };
    let branches = table::write(
        &[BRANCH_TABLE.names(), limits].concat(),
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
        let costs = if extra { DC_LINK_TABLE.optional_names() } else { Vec::new() };
        files.insert(DC_LINKS.to_owned(), table::write(&[DC_LINK_TABLE.names(), costs].concat(), rows));
    }
    files
}

#[cfg(test)]
mod tests;
