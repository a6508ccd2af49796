//! Limits between zones: the pipes of a zonal pack, the interfaces of a nodal one.
//!
//! A *pipe* joins one zone to one other: a flow that is chosen, at most `forward_limit_mw` one way and
//! `reverse_limit_mw` the other. An *interface* limits the sum of flows over all branches that join a zone of one
//! group to a zone of the other: what keeps a region stable long before its lines are hot.

use std::collections::{BTreeMap, BTreeSet};

use crate::grid::case::own::{self, open, unique_name};
use crate::grid::case::table::{self, Declared, Row, optional_cell};
use crate::grid::case::{CaseFault, Faults};
use crate::grid::{BranchId, Bus, BusId, DcLink, Network, ZoneId};

use super::INTERFACES;

pub(super) const TABLE: Declared = Declared {
    file: INTERFACES,
    about: "A limit between zones, a pipe of a zonal pack or an interface of a nodal one; the file may be left out \
            of a nodal pack.",
    required: &[
        ("name", "unique"),
        ("from_zones", "zones, separated by a space"),
        ("to_zones", "zones, none of the former"),
        (
            "forward_limit_mw",
            "greatest flow from the first to the second, not negative; empty in a nodal pack: none",
        ),
        ("reverse_limit_mw", "greatest flow the other way"),
        ("loss_fraction", "lost on the way for each MW sent, 0 to 0.5; 0 in a nodal pack"),
        ("source", "where the numbers come from"),
    ],
    optional: &[],
};

/// A limit on what flows between zones.
#[derive(Clone, Debug, PartialEq)]
pub struct Interface {
    /// The name in files and tables, unique in the pack.
    pub name: String,
    /// Where forward flow comes from; one zone for a pipe.
    pub from_zones: Vec<ZoneId>,
    /// Where it goes; one zone for a pipe, none of `from_zones`.
    pub to_zones: Vec<ZoneId>,
    /// Greatest flow from the first group to the second; infinite for none.
    pub forward_limit_mw: f64,
    /// Greatest flow the other way; infinite for none.
    pub reverse_limit_mw: f64,
    /// Lost on the way for each MW sent; zero in nodal packs.
    pub loss_fraction: f64,
    /// Where the numbers come from.
    pub source: String,
}

impl Interface {
    /// The branches it is made of, with 1 where flow counts as it is and -1 where it counts reversed, in order of
    /// position. `O(branches)`.
    pub fn terms(&self, network: &Network) -> Vec<(BranchId, f64)> {
        let sign = |from: BusId, to: BusId| {
            let (a, b) = (network.bus(from).zone, network.bus(to).zone);
            let joins = |a: &ZoneId, b: &ZoneId| self.from_zones.contains(a) && self.to_zones.contains(b);
            if joins(&a, &b) { Some(1.0) } else { joins(&b, &a).then_some(-1.0) }
        };
        network.branches().filter_map(|(id, branch)| Some((id, sign(branch.from, branch.to)?))).collect()
    }
}

/// Reads the table, if there is one.
pub(super) fn read(
    files: &BTreeMap<String, String>,
    network: &Network,
    zonal: bool,
    list: &mut Vec<CaseFault>,
) -> Vec<Interface> {
    if !files.contains_key(INTERFACES) {
        return Vec::new();
    }
    // Where other tables are at fault, a branch may be missing that an interface is made of.
    let whole = list.is_empty();
    let mut faults = Faults::new(INTERFACES, list);
    let Some(table) = open(files, &TABLE, &mut faults) else { return Vec::new() };
    let mut names = BTreeSet::new();
    let mut out = Vec::new();
    for row in table.rows() {
        let Some(interface) = read_row(&row, network, zonal, &mut names, &mut faults) else { continue };
        if !zonal && whole && interface.terms(network).is_empty() {
            faults.add(Some(row.line), "to_zones", "no branch joins these zones to those of from_zones");
        }
        out.push(interface);
    }
    out
}

fn read_row(
    row: &Row<'_>,
    network: &Network,
    zonal: bool,
    names: &mut BTreeSet<String>,
    faults: &mut Faults<'_>,
) -> Option<Interface> {
    let name = unique_name(row, names, faults);
    let from_zones = zones(row, "from_zones", network, zonal, faults);
    let to_zones = zones(row, "to_zones", network, zonal, faults);
    if let (Some(from), Some(to)) = (&from_zones, &to_zones)
        && let Some(both) = from.iter().find(|zone| to.contains(zone))
    {
        let message = format!("zone {} stands on both sides", network.zones[usize::from(both.0)].name);
        faults.add(Some(row.line), "to_zones", message);
    }
    let forward = limit(row, "forward_limit_mw", zonal, faults);
    let reverse = limit(row, "reverse_limit_mw", zonal, faults);
    let loss_fraction = row.number_in("loss_fraction", 0.0, 0.5, faults);
    if !zonal && loss_fraction.is_some_and(|loss| loss > 0.0) {
        faults.add(Some(row.line), "loss_fraction", "the branches of a nodal network have no losses");
    }
    let source = row.name("source", faults);
    Some(Interface {
        name: name?,
        from_zones: from_zones?,
        to_zones: to_zones?,
        forward_limit_mw: forward?,
        reverse_limit_mw: reverse?,
        loss_fraction: loss_fraction?,
        source: source?,
    })
}

/// A limit; in a nodal pack an empty cell is none.
fn limit(row: &Row<'_>, column: &str, zonal: bool, faults: &mut Faults<'_>) -> Option<f64> {
    if zonal {
        return row.not_negative(column, faults);
    }
    row.optional(column, faults, Row::not_negative).ok().map(|limit| limit.unwrap_or(f64::INFINITY))
}

/// A list of zones, separated by spaces.
fn zones(
    row: &Row<'_>,
    column: &str,
    network: &Network,
    zonal: bool,
    faults: &mut Faults<'_>,
) -> Option<Vec<ZoneId>> {
    let text = row.name(column, faults)?;
    let mut found = Vec::new();
    let mut right = true;
    for name in text.split_whitespace() {
        match network.zone_named(name) {
            None => {
                let known = network.zones.iter().map(|zone| zone.name.as_str());
                faults.unknown(Some(row.line), column, "zone", name, known);
                right = false;
            }
            Some(zone) if found.contains(&zone) => {
                faults.add(Some(row.line), column, format!("zone {name} appears twice"));
                right = false;
            }
            Some(zone) => found.push(zone),
        }
    }
    if zonal && text.split_whitespace().nth(1).is_some() {
        let fault = faults.add(Some(row.line), column, "a pipe of a zonal pack joins one zone to one other");
        fault.allowed = Some("one zone".to_owned());
        right = false;
    }
    right.then_some(found)
}

/// Notes what a zonal pack may not hold: branches, direct-current lines beside its pipes, a zone of several buses.
pub(super) fn check_zonal(
    files: &BTreeMap<String, String>,
    network: &Network,
    bus_lines: &[u64],
    list: &mut Vec<CaseFault>,
) {
    let mut faults = Faults::new(own::BUSES, list);
    let mut first: Vec<Option<&Bus>> = vec![None; network.zones.len()];
    for ((_, bus), &line) in network.buses().zip(bus_lines) {
        let place = &mut first[usize::from(bus.zone.0)];
        match place {
            Some(other) => {
                let zone = &network.zones[usize::from(bus.zone.0)].name;
                let message =
                    format!("zone {zone} already has bus {}; a zonal pack has one a zone", other.number);
                faults.add(Some(line), "zone", message);
            }
            None => *place = Some(bus),
        }
    }
    if network.branches().len() > 0 {
        let message = "a zonal pack has no branches: its pipes stand in interfaces.csv";
        Faults::new(own::BRANCHES, list).add(None, "name", message);
    }
    if files.contains_key(own::DC_LINKS) {
        let message = "a zonal pack has no direct-current lines: its pipes stand in interfaces.csv";
        Faults::new(own::DC_LINKS, list).add(None, "file", message);
    }
}

/// The pipes of a zonal pack as direct-current lines between the buses of their zones. A pipe of a zone without a bus,
/// a fault that stands elsewhere, is left out.
pub(super) fn pipes(interfaces: &[Interface], network: &Network) -> Vec<DcLink> {
    let bus = |zone: &[ZoneId]| network.buses().find(|(_, bus)| zone.first() == Some(&bus.zone)).map(|b| b.0);
    let pipe = |interface: &Interface| {
        Some(DcLink {
            name: interface.name.clone(),
            from: bus(&interface.from_zones)?,
            to: bus(&interface.to_zones)?,
            minimum_mw: 0.0 - interface.reverse_limit_mw,
            maximum_mw: interface.forward_limit_mw,
            loss_fraction: interface.loss_fraction,
            fixed_loss_mw: 0.0,
            cost: None,
            in_service: true,
        })
    };
    interfaces.iter().filter_map(pipe).collect()
}

/// Writes the table.
pub(super) fn write(interfaces: &[Interface], network: &Network) -> String {
    let names = |zones: &[ZoneId]| {
        let names: Vec<&str> =
            zones.iter().map(|zone| network.zones[usize::from(zone.0)].name.as_str()).collect();
        names.join(" ")
    };
    let rows = interfaces.iter().map(|interface| {
        let limit = |mw: f64| optional_cell(Some(mw).filter(|mw| mw.is_finite()).as_ref());
        vec![
            interface.name.clone(),
            names(&interface.from_zones),
            names(&interface.to_zones),
            limit(interface.forward_limit_mw),
            limit(interface.reverse_limit_mw),
            interface.loss_fraction.to_string(),
            interface.source.clone(),
        ]
    });
    table::write(&TABLE.names(), rows)
}

#[cfg(test)]
mod tests;
