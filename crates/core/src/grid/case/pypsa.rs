//! The CSV folder of PyPSA (`Network.export_to_csv_folder`), static tables and series.
//!
//! | read | as |
//! |---|---|
//! | `buses.csv` | buses; names that are all whole numbers are the bus numbers, otherwise buses count from 1 in file order |
//! | `loads.csv`, `loads-p_set.csv` | load by bus; with a series, its mean and an hourly series |
//! | `shunt_impedances.csv` | `g v_nom^2` as load at nominal voltage |
//! | `lines.csv` | lines; `x` in ohm over `v_nom^2` of `bus0`; `s_nom s_max_pu` limits |
//! | `transformers.csv` | transformers; `x` per unit of `s_nom` |
//! | `line_types.csv`, `transformer_types.csv` | impedances of lines and transformers that name a `type` |
//! | `links.csv` | direct-current lines; `1 - efficiency` is lost |
//! | `generators.csv`, `generators-p_max_pu.csv` | generators; [`CostCurve`](crate::grid::CostCurve) from `marginal_cost` and `marginal_cost_quadratic` |
//! | `storage_units.csv` | storage of `p_nom max_hours`; hydro where the carrier says so |
//! | `snapshots.csv` | how many hours the series have; weights are not kept |
//!
//! An empty cell, `NaN` or a missing column is PyPSA's default. Series belong to snapshots by position.
//! Lines between buses of carrier `DC` follow their resistance, as in PyPSA, so that stands in `x_pu`.
//! What is extendable has its optimised size where the file tells one, otherwise its present size. Where a
//! [`Network`] has one number and PyPSA a series, the number is the mean of the series.
//!
//! Refused are cases whose flows would be others: carriers of buses other than `AC` and `DC`, links with
//! more than two ends, with delay or with gain, types without their table, piecewise costs, several
//! investment periods. What else is read but has no place is told in notes; results, reactive power and
//! costs of investment are left out without a note.
//!
//! Columns and defaults: T. Brown, J. Hörsch, D. Schlachtberger, "PyPSA: Python for Power System
//! Analysis", Journal of Open Research Software 6 (2018), and the component tables of PyPSA 1.4.
//! `O(n log n)` in the size of the files.

use std::collections::{BTreeMap, BTreeSet};

use self::cells::{Cells, Notes};
use super::matpower::{spread_load, substations};
use super::table::{Shape, Table};
use super::{CaseFault, Faults};
use crate::grid::{Bus, BusId, HourlySeries, LoadSeries, Network, Zone, ZoneId};

mod branches;
mod cells;
mod plant;
mod series;
#[cfg(test)]
mod tests;

/// File name of the bus table, the one that every folder must have.
pub const BUSES: &str = "buses.csv";
/// File name of the generator table.
pub const GENERATORS: &str = "generators.csv";
/// File name of the table of snapshots.
pub const SNAPSHOTS: &str = "snapshots.csv";
const LOADS: &str = "loads.csv";
const NETWORK: &str = "network.csv";
const SHUNTS: &str = "shunt_impedances.csv";

/// PyPSA's per-unit values are on 1 MVA; ours of these cases on the usual base.
const BASE_MVA: f64 = 100.0;

/// A case: its network, its hours where it has series, and what was left out.
pub type Case = (Network, Option<HourlySeries>, Vec<String>);

/// Reads the texts of a folder by file name. `zones` names the column of `buses.csv` that makes the zones
/// (`country`, `location`); without one there is a single zone `all`. Parts of the network need not hang
/// together. All faults are returned at once.
pub fn read(files: &BTreeMap<String, String>, zones: Option<&str>) -> Result<Case, Vec<CaseFault>> {
    let mut reader = Reader {
        files,
        hours: 1,
        list: Vec::new(),
        notes: Notes::default(),
        buses: BTreeMap::new(),
        direct_current: BTreeSet::new(),
        names: BTreeSet::new(),
        series: HourlySeries::default(),
    };
    let mut network = Network { base_mva: BASE_MVA, ..Network::default() };
    reader.snapshots();
    reader.read_buses(zones, &mut network);
    reader.read_loads(&mut network);
    reader.read_shunts(&mut network);
    reader.read_lines(&mut network);
    reader.read_transformers(&mut network);
    reader.read_links(&mut network);
    reader.read_generators(&mut network);
    reader.read_storage_units(&mut network);
    reader.left_out();
    if !reader.list.is_empty() {
        return Err(reader.list);
    }
    substations(&mut network);
    spread_load(&mut network);
    let Reader { hours, mut series, notes, .. } = reader;
    series.hours = hours;
    let varies = !series.load.is_empty() || !series.available_mw.is_empty();
    Ok((network, varies.then_some(series), notes.into_lines()))
}

struct Reader<'f> {
    files: &'f BTreeMap<String, String>,
    hours: usize,
    list: Vec<CaseFault>,
    notes: Notes,
    buses: BTreeMap<String, BusId>,
    /// Buses of carrier `DC`.
    direct_current: BTreeSet<BusId>,
    /// Names of the branches or units read so far, which share a list in a [`Network`].
    names: BTreeSet<String>,
    series: HourlySeries,
}

impl Reader<'_> {
    /// A table of components; `None` if the folder has none.
    fn open(&mut self, file: &str, required: &[&str]) -> Option<Table> {
        let text = self.files.get(file)?;
        let shape = Shape { required, optional: &[], foreign: true, renamed: &[] };
        Table::read(text, &shape, &mut Faults::new(file, &mut self.list))
    }

    /// Goes through the rows of a component table with unique names.
    fn each(&mut self, file: &str, required: &[&str], mut read: impl FnMut(&mut Self, Cells<'_>)) {
        let Some(table) = self.open(file, required) else { return };
        let mut names = BTreeSet::new();
        for row in table.rows() {
            let name = row.at(0);
            let first = table.columns()[0].as_str();
            let mut faults = Faults::new(file, &mut self.list);
            if name.is_empty() {
                faults.add(Some(row.line), first, "this component has no name");
            } else if !names.insert(name) {
                faults.add(Some(row.line), first, format!("\"{name}\" appears twice"));
            } else {
                read(self, Cells { file, name, row });
            }
        }
    }

    /// A name that no other branch or unit has: a unit and a storage unit may be called the same in PyPSA.
    fn own_name(&mut self, name: &str) -> String {
        let mut own = name.to_owned();
        let mut count = 1;
        while !self.names.insert(own.clone()) {
            count += 1;
            own = format!("{name} #{count}");
        }
        own
    }

    fn bus(&mut self, cells: &Cells<'_>, column: &str) -> Option<BusId> {
        let name = cells.text(column);
        let found = self.buses.get(name).copied();
        if found.is_none() {
            let mut faults = Faults::new(cells.file, &mut self.list);
            let known = self.buses.keys().map(String::as_str);
            faults.unknown(Some(cells.row.line), column, "bus", name, known);
        }
        found
    }

    /// The two buses of a branch or link.
    fn ends(&mut self, cells: &Cells<'_>) -> Option<(BusId, BusId)> {
        let (from, to) = (self.bus(cells, "bus0"), self.bus(cells, "bus1"));
        let (from, to) = (from?, to?);
        if from == to {
            self.fault(cells, "bus1", "both ends are the same bus");
            return None;
        }
        Some((from, to))
    }

    fn fault(&mut self, cells: &Cells<'_>, column: &str, message: impl Into<String>) -> &mut CaseFault {
        let line = Some(cells.row.line);
        let at = self.list.len();
        Faults::new(cells.file, &mut self.list).add(line, column, message);
        &mut self.list[at]
    }

    fn read_buses(&mut self, zones: Option<&str>, network: &mut Network) {
        let Some(table) = self.open(BUSES, zones.as_slice()) else {
            if !self.files.contains_key(BUSES) {
                Faults::new(BUSES, &mut self.list).add(None, "file", "this file is missing");
            }
            return;
        };
        let as_number = |name: &str| name.parse::<u32>().ok().filter(|n| n.to_string() == name);
        let numbered = table.rows().all(|row| as_number(row.at(0)).is_some());
        let mapped = self.coordinates_are_degrees();
        let mut zone_of: BTreeMap<String, (ZoneId, String)> = BTreeMap::new();
        self.each(BUSES, &[], |reader, cells| {
            let base_kv = reader.number(&cells, "v_nom", 1.0);
            if base_kv.is_some_and(|kv| kv <= 0.0) {
                reader.fault(&cells, "v_nom", "the nominal voltage must be positive");
            }
            let carrier = cells.text("carrier");
            if !matches!(carrier, "" | "AC" | "DC") {
                let message = format!("buses of carrier \"{carrier}\" are not read");
                reader.fault(&cells, "carrier", message).allowed = Some("AC, DC".to_owned());
            }
            let source = zones.map_or("all", |column| cells.text(column));
            let Some(zone) = zone_name(source) else {
                reader.fault(&cells, zones.unwrap_or_default(), "a zone needs a name with letters or digits");
                return;
            };
            let next = ZoneId(network.zones.len() as u16);
            let (id, first) = zone_of.entry(zone.clone()).or_insert_with(|| (next, source.to_owned()));
            if *id == next {
                network.zones.push(Zone { name: zone });
            } else if first != source {
                let message = format!("zones \"{first}\" and \"{source}\" would have the same name");
                reader.fault(&cells, zones.unwrap_or_default(), message);
            }
            let position = reader.position(&cells, mapped);
            let count = network.graph.node_count() as u32;
            let number = if numbered { as_number(cells.name).unwrap_or(0) } else { count + 1 };
            let bus = network.add_bus(Bus {
                number,
                name: cells.name.to_owned(),
                zone: *id,
                substation: number,
                base_kv: base_kv.unwrap_or(1.0),
                load_mw: 0.0,
                shunt_mw: 0.0,
                load_share: 0.0,
                position,
            });
            if carrier == "DC" {
                reader.direct_current.insert(bus);
            }
            reader.buses.insert(cells.name.to_owned(), bus);
        });
        if network.zones.is_empty() {
            Faults::new(BUSES, &mut self.list).add(None, "name", "the network has no bus");
        } else if !numbered {
            self.notes.add("buses.csv: buses are numbered in file order; the names are kept");
        }
    }

    /// Whether `x` and `y` of buses are degrees east and north.
    fn coordinates_are_degrees(&mut self) -> bool {
        let Some(table) = self.open(NETWORK, &[]) else { return true };
        let srid = table.rows().next().map_or("", |row| row.text("srid").trim_end_matches(".0"));
        let degrees = matches!(srid, "" | "4326");
        if !degrees {
            self.notes.add("network.csv: coordinates are not degrees (srid 4326) and are left out");
        }
        degrees
    }

    /// Where a bus is; PyPSA's default of 0, 0 stands for an unknown place.
    fn position(&mut self, cells: &Cells<'_>, mapped: bool) -> Option<(f64, f64)> {
        let (east, north) = (self.number(cells, "x", 0.0)?, self.number(cells, "y", 0.0)?);
        if !mapped || (east == 0.0 && north == 0.0) {
            return None;
        }
        let inside = (-180.0..=180.0).contains(&east) && (-90.0..=90.0).contains(&north);
        if !inside {
            self.notes.count("buses.csv: positions that are no degrees are left out", cells.name);
        }
        inside.then_some((north, east))
    }

    /// Load by bus. If any load has a series, all load goes into series, since a case has its load either
    /// from series or from the buses.
    fn read_loads(&mut self, network: &mut Network) {
        let series = self.read_series("loads", "p_set");
        let hours = self.hours;
        let mut by_bus: BTreeMap<BusId, Vec<f64>> = BTreeMap::new();
        self.each(LOADS, &["bus"], |reader, cells| {
            let bus = reader.bus(&cells, "bus");
            let active = reader.flag(&cells, "active", true);
            let sign = reader.number(&cells, "sign", -1.0);
            let fixed_mw = reader.number(&cells, "p_set", 0.0);
            let (Some(bus), Some(true), Some(sign), Some(fixed_mw)) = (bus, active, sign, fixed_mw) else {
                return;
            };
            let total = by_bus.entry(bus).or_insert_with(|| vec![0.0; hours]);
            let varying = series.get(cells.name);
            for (hour, mw) in total.iter_mut().enumerate() {
                *mw -= sign * varying.map_or(fixed_mw, |mw| mw[hour]);
            }
        });
        for (bus, mw) in &by_bus {
            network.graph[petgraph::graph::NodeIndex::new(bus.0 as usize)].load_mw = mean(mw);
        }
        if !series.is_empty() {
            let load = by_bus.into_iter().map(|(bus, mw)| LoadSeries { buses: vec![(bus, 1.0)], mw });
            self.series.load = load.collect();
        }
    }

    fn read_shunts(&mut self, network: &mut Network) {
        self.each(SHUNTS, &["bus"], |reader, cells| {
            let bus = reader.bus(&cells, "bus");
            let active = reader.flag(&cells, "active", true);
            let sign = reader.number(&cells, "sign", -1.0);
            let siemens = reader.number(&cells, "g", 0.0);
            let (Some(bus), Some(true), Some(sign), Some(siemens)) = (bus, active, sign, siemens) else {
                return;
            };
            let bus = &mut network.graph[petgraph::graph::NodeIndex::new(bus.0 as usize)];
            let load_mw = -sign * siemens * bus.base_kv * bus.base_kv;
            bus.shunt_mw += load_mw;
            if load_mw != 0.0 {
                let message =
                    "shunt_impedances.csv: conductances are load, which PyPSA's optimisation leaves out";
                reader.notes.count(message, cells.name);
            }
        });
    }

    /// Notes what the folder holds beyond the tables that are read.
    fn left_out(&mut self) {
        for (file, what) in [
            ("stores.csv", "stores"),
            ("processes.csv", "processes"),
            ("global_constraints.csv", "constraints on the whole network"),
        ] {
            let Some(table) = self.open(file, &[]) else { continue };
            for row in table.rows() {
                self.notes.count(&format!("{file}: {what} are left out"), row.at(0));
            }
        }
        for file in self.files.keys() {
            let Some((table, attribute)) = file.strip_suffix(".csv").and_then(|stem| stem.split_once('-'))
            else {
                continue;
            };
            if attribute.ends_with("-pw") && !attribute.starts_with("capital_cost") {
                let mut faults = Faults::new(file, &mut self.list);
                faults.add(None, "file", "piecewise costs and efficiencies are not read");
            } else if series::UNUSED.contains(&(table, attribute)) {
                self.notes.add(format!("{file}: this series is left out"));
            }
        }
    }
}

/// A zone's name from any text: lower-case letters, digits and underscores.
fn zone_name(text: &str) -> Option<String> {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let name: String = text.chars().map(plain).collect();
    name.contains(|c: char| c != '_').then_some(name)
}

fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}
