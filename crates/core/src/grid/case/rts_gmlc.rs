//! The CSV folder of the RTS-GMLC test system.
//!
//! | read | as |
//! |---|---|
//! | `bus.csv` | buses; the area is the zone |
//! | `branch.csv` | branches; a turns ratio other than zero makes a transformer, `Cont Rating` limits, `STE Rating` is the emergency rating |
//! | `gen.csv` | generators; heat rate curve times fuel price plus variable cost is the [`CostCurve`](crate::grid::CostCurve) |
//! | `dc_branch.csv` | direct-current lines, free between plus and minus their `MW Load` |
//! | `storage.csv` | energy of batteries, and which plant a natural inflow belongs to |
//! | `timeseries_pointers.csv` | day-ahead load by area, `PMax MW` and natural inflow by generator, from the files it names |
//!
//! The folder may lie anywhere: the path that ends in `SourceData/bus.csv` says where, and the pointers are
//! followed from there. Every series must be hourly and cover the same hours. What a [`Network`] cannot
//! hold is told in notes: synchronous condensers, reserve products, commitment data, outage rates,
//! must-take series (`PMin MW`), real-time series.
//!
//! Reference: C. Barrows et al., "The IEEE Reliability Test System: A Proposed 2019 Update", IEEE
//! Transactions on Power Systems 35 (2020). `O(n log n)` in the size of the files.

use std::collections::BTreeMap;

use super::matpower::substations;
use super::table::{Row, Shape, Table};
use super::{CaseFault, Faults, check};
use crate::grid::{Branch, BranchKind, Bus, BusId, DcLink, Generator, HourlySeries, Network, Zone, ZoneId};

mod plant;
mod series;
#[cfg(test)]
mod tests;

/// Path of the bus table below the folder; a case of this kind has exactly one path that ends like it.
pub const BUS: &str = "SourceData/bus.csv";
const BRANCH: &str = "SourceData/branch.csv";
const GENERATOR: &str = "SourceData/gen.csv";
const DC_BRANCH: &str = "SourceData/dc_branch.csv";
const STORAGE: &str = "SourceData/storage.csv";
const RESERVES: &str = "SourceData/reserves.csv";
const POINTERS: &str = "SourceData/timeseries_pointers.csv";

/// A case: its network, its hours where it has series, and what was left out.
pub type Case = (Network, Option<HourlySeries>, Vec<String>);

/// Reads the texts of a folder by relative path (with `/`). The bus, branch and generator tables must be
/// there; without pointers there are no series. All faults are returned at once.
pub fn read(files: &BTreeMap<String, String>) -> Result<Case, Vec<CaseFault>> {
    let mut reader = Reader {
        files,
        root: root(files),
        list: Vec::new(),
        notes: Vec::new(),
        numbers: BTreeMap::new(),
        areas: BTreeMap::new(),
    };
    let mut network = Network { base_mva: BASE_MVA, ..Network::default() };
    let lines = reader.buses(&mut network);
    reader.branches(&mut network);
    reader.dc_links(&mut network);
    let stores = reader.stores();
    reader.generators(&stores, &mut network);
    substations(&mut network);
    let series = reader.series(&stores, &mut network);
    if let Some(table) = reader.optional(RESERVES, &["Reserve Product"]) {
        let names: Vec<&str> = table.rows().map(|row| row.text("Reserve Product")).collect();
        reader.notes.push(format!("reserve products are left out: {}", names.join(", ")));
    }
    let Reader { root, mut list, notes, .. } = reader;
    if list.is_empty() {
        check::connected(&network, &lines, &mut Faults::new(&format!("{root}{BUS}"), &mut list));
    }
    if list.is_empty() { Ok((network, series, notes)) } else { Err(list) }
}

/// Paths of the series that [`read`] would take, in order and once each, for a caller that does not want
/// to load the whole folder.
pub fn series_paths(files: &BTreeMap<String, String>) -> Vec<String> {
    let path = format!("{}{POINTERS}", root(files));
    let mut list = Vec::new();
    let mut faults = Faults::new(&path, &mut list);
    let shape = Shape { required: &series::COLUMNS, optional: &[], foreign: true, renamed: &[] };
    let table = files.get(&path).and_then(|text| Table::read(text, &shape, &mut faults));
    let mut paths: Vec<String> = table.iter().flat_map(|table| series::paths(table, &path)).collect();
    paths.sort();
    paths.dedup();
    paths
}

/// Per-unit values are on 100 MVA, as in the MATPOWER file that the same authors publish.
const BASE_MVA: f64 = 100.0;

/// What stands before `SourceData/` in the paths.
fn root(files: &BTreeMap<String, String>) -> String {
    files.keys().find_map(|path| path.strip_suffix(BUS)).unwrap_or("").to_owned()
}

struct Reader<'a> {
    files: &'a BTreeMap<String, String>,
    root: String,
    list: Vec<CaseFault>,
    notes: Vec<String>,
    numbers: BTreeMap<u32, BusId>,
    areas: BTreeMap<u32, ZoneId>,
}

/// A reservoir, heat store or battery of `storage.csv`.
struct Store {
    name: String,
    generator: String,
    energy_mwh: f64,
    head: bool,
}

impl Reader<'_> {
    fn faults<'f>(list: &'f mut Vec<CaseFault>, path: &'f str) -> Faults<'f> {
        Faults::new(path, list)
    }

    /// A table that must be there.
    fn required(&mut self, file: &str, columns: &[&str]) -> Option<Table> {
        let path = format!("{}{file}", self.root);
        if !self.files.contains_key(&path) {
            Self::faults(&mut self.list, &path).add(None, "file", "this file is missing");
        }
        self.optional(file, columns)
    }

    /// A table that may be missing.
    fn optional(&mut self, file: &str, columns: &[&str]) -> Option<Table> {
        let path = format!("{}{file}", self.root);
        let shape = Shape { required: columns, optional: &[], foreign: true, renamed: &[] };
        Table::read(self.files.get(&path)?, &shape, &mut Self::faults(&mut self.list, &path))
    }

    fn buses(&mut self, network: &mut Network) -> Vec<u64> {
        let columns = ["Bus ID", "Bus Name", "BaseKV", "MW Load", "MW Shunt G", "Area", "lat", "lng"];
        let mut lines = Vec::new();
        let Some(table) = self.required(BUS, &columns) else { return lines };
        let path = format!("{}{BUS}", self.root);
        let mut faults = Self::faults(&mut self.list, &path);
        let areas = table.rows().filter_map(|row| row.text("Area").parse::<u32>().ok());
        self.areas = areas.map(|area| (area, ZoneId(0))).collect();
        for (position, (area, zone)) in self.areas.iter_mut().enumerate() {
            *zone = ZoneId(position as u16);
            network.zones.push(Zone { name: format!("area_{area}") });
        }
        for row in table.rows() {
            let Some(bus) = read_bus(&row, &self.areas, &mut faults) else { continue };
            let number = bus.number;
            if self.numbers.insert(number, network.add_bus(bus)).is_some() {
                faults.add(Some(row.line), "Bus ID", format!("bus {number} appears twice"));
            }
            lines.push(row.line);
        }
        let mut load_mw = vec![0.0; network.zones.len()];
        let mut count = vec![0_u32; network.zones.len()];
        for (_, bus) in network.buses() {
            load_mw[bus.zone.0 as usize] += bus.load_mw;
            count[bus.zone.0 as usize] += 1;
        }
        for bus in network.graph.node_weights_mut() {
            let zone = bus.zone.0 as usize;
            let even = 1.0 / f64::from(count[zone]);
            bus.load_share = if load_mw[zone] > 0.0 { bus.load_mw / load_mw[zone] } else { even };
        }
        lines
    }

    fn branches(&mut self, network: &mut Network) {
        let columns =
            ["UID", "From Bus", "To Bus", "R", "X", "Cont Rating", "STE Rating", "Tr Ratio", "Length"];
        let Some(table) = self.required(BRANCH, &columns) else { return };
        let path = format!("{}{BRANCH}", self.root);
        let mut faults = Self::faults(&mut self.list, &path);
        let mut names = Once::default();
        for row in table.rows() {
            let name = names.read(&row, "UID", &mut faults);
            let ends = read_ends(&row, &self.numbers, &mut faults);
            let (r_pu, x_pu) = (row.number("R", &mut faults), row.number("X", &mut faults));
            let ratio = row.not_negative("Tr Ratio", &mut faults);
            let length_mi = row.not_negative("Length", &mut faults);
            let rating_mw = row.not_negative("Cont Rating", &mut faults);
            let emergency_mw = row.not_negative("STE Rating", &mut faults);
            if x_pu == Some(0.0) {
                faults.add(Some(row.line), "X", "a branch needs a reactance other than zero");
            }
            let (Some(name), Some((from, to))) = (name, ends) else { continue };
            let (Some(r_pu), Some(x_pu), Some(ratio)) = (r_pu, x_pu, ratio) else { continue };
            let (Some(length_mi), Some(rating_mw), Some(emergency_mw)) = (length_mi, rating_mw, emergency_mw)
            else {
                continue;
            };
            let transformer = ratio != 0.0;
            network.add_branch(Branch {
                name,
                from,
                to,
                kind: if transformer { BranchKind::Transformer } else { BranchKind::Line },
                r_pu,
                x_pu,
                tap: if transformer { ratio } else { 1.0 },
                shift_deg: 0.0,
                angle_difference_deg: None,
                rating_mw,
                emergency_rating_mw: Some(emergency_mw),
                length_mi: Some(length_mi).filter(|length| !transformer && *length > 0.0),
                in_service: true,
            });
        }
    }

    fn dc_links(&mut self, network: &mut Network) {
        let Some(table) = self.optional(DC_BRANCH, &["UID", "From Bus", "To Bus", "MW Load"]) else { return };
        let path = format!("{}{DC_BRANCH}", self.root);
        let mut faults = Self::faults(&mut self.list, &path);
        let mut names = Once::default();
        for row in table.rows() {
            let name = names.read(&row, "UID", &mut faults);
            let ends = read_ends(&row, &self.numbers, &mut faults);
            let power_mw = row.not_negative("MW Load", &mut faults);
            let (Some(name), Some((from, to)), Some(power_mw)) = (name, ends, power_mw) else { continue };
            self.notes.push(format!(
                "direct-current line {name}: free between -{power_mw} and {power_mw} MW, without loss"
            ));
            network.dc_links.push(DcLink {
                name,
                from,
                to,
                minimum_mw: -power_mw,
                maximum_mw: power_mw,
                loss_fraction: 0.0,
                fixed_loss_mw: 0.0,
                in_service: true,
                cost: None,
            });
        }
    }

    fn stores(&mut self) -> Vec<Store> {
        let columns = ["GEN UID", "Storage", "Max Volume GWh", "position"];
        let Some(table) = self.optional(STORAGE, &columns) else { return Vec::new() };
        let path = format!("{}{STORAGE}", self.root);
        let mut faults = Self::faults(&mut self.list, &path);
        let mut stores = Vec::new();
        for row in table.rows() {
            let (name, generator) = (row.name("Storage", &mut faults), row.name("GEN UID", &mut faults));
            let volume_gwh = row.not_negative("Max Volume GWh", &mut faults);
            let head = row.text("position") == "head";
            let (Some(name), Some(generator), Some(gwh)) = (name, generator, volume_gwh) else { continue };
            stores.push(Store { name, generator, energy_mwh: 1000.0 * gwh, head });
        }
        stores
    }

    fn generators(&mut self, stores: &[Store], network: &mut Network) {
        let Some(table) = self.required(GENERATOR, &plant::COLUMNS) else { return };
        let path = format!("{}{GENERATOR}", self.root);
        let mut faults = Self::faults(&mut self.list, &path);
        let mut names = Once::default();
        let mut condensers = 0;
        for row in table.rows() {
            let name = names.read(&row, "GEN UID", &mut faults);
            let bus = bus_of(&row, "Bus ID", &self.numbers, &mut faults);
            if row.text("Fuel") == "Sync_Cond" {
                condensers += 1;
                continue;
            }
            let unit = plant::read(&row, &mut faults);
            let (Some(name), Some(bus), Some(mut unit)) = (name, bus, unit) else { continue };
            if unit.technology == crate::grid::Technology::Battery {
                let store = stores.iter().find(|store| store.head && store.generator == name);
                unit.storage_mwh = store.map_or(0.0, |store| store.energy_mwh);
            }
            network.generators.push(Generator { name, bus, ..unit });
        }
        for store in stores {
            if !network.generators.iter().any(|unit| unit.name == store.generator) {
                let path = format!("{}{STORAGE}", self.root);
                let message = format!("there is no generator {}", store.generator);
                Self::faults(&mut self.list, &path).add(None, "GEN UID", message);
            }
        }
        if condensers > 0 {
            self.notes.push(format!("{condensers} synchronous condensers are left out"));
        }
        self.notes.push(
            "start costs, up and down times, ramps, outage rates, emissions and reservoirs are left out"
                .into(),
        );
    }
}

fn read_bus(row: &Row<'_>, areas: &BTreeMap<u32, ZoneId>, faults: &mut Faults<'_>) -> Option<Bus> {
    let number = row.integer("Bus ID", faults);
    let name = row.name("Bus Name", faults);
    let base_kv = row.not_negative("BaseKV", faults);
    let load_mw = row.not_negative("MW Load", faults);
    let shunt_mw = row.number("MW Shunt G", faults);
    let area = row.integer("Area", faults);
    let latitude = row.number_in("lat", -90.0, 90.0, faults);
    let longitude = row.number_in("lng", -180.0, 180.0, faults);
    Some(Bus {
        number: number?,
        name: name?,
        zone: *areas.get(&area?)?,
        substation: number?,
        base_kv: base_kv?,
        load_mw: load_mw?,
        shunt_mw: shunt_mw?,
        load_share: 0.0,
        position: Some((latitude?, longitude?)),
    })
}

/// The bus of a cell, or a fault.
fn bus_of(
    row: &Row<'_>,
    column: &str,
    numbers: &BTreeMap<u32, BusId>,
    faults: &mut Faults<'_>,
) -> Option<BusId> {
    let number = row.integer(column, faults)?;
    let found = numbers.get(&number).copied();
    if found.is_none() {
        faults.add(Some(row.line), column, format!("there is no bus {number}"));
    }
    found
}

/// Two different buses.
fn read_ends(
    row: &Row<'_>,
    numbers: &BTreeMap<u32, BusId>,
    faults: &mut Faults<'_>,
) -> Option<(BusId, BusId)> {
    let from = bus_of(row, "From Bus", numbers, faults);
    let to = bus_of(row, "To Bus", numbers, faults);
    let ends = from.zip(to)?;
    if ends.0 == ends.1 {
        faults.add(Some(row.line), "To Bus", "it begins and ends at the same bus");
        return None;
    }
    Some(ends)
}

/// Names that may appear once, with the line where they did.
#[derive(Default)]
struct Once(BTreeMap<String, u64>);

impl Once {
    fn read(&mut self, row: &Row<'_>, column: &str, faults: &mut Faults<'_>) -> Option<String> {
        let name = row.name(column, faults)?;
        if let Some(line) = self.0.insert(name.clone(), row.line) {
            faults.add(Some(row.line), column, format!("\"{name}\" stands in line {line} already"));
        }
        Some(name)
    }
}
