//! Hourly series by way of `timeseries_pointers.csv`: load by area, output limits by generator.
//!
//! Values are megawatts as they stand; the pointers' scaling factors are for programs that want shares.
//! An object's column is headed by its name; a file with one column of values needs no such heading. A
//! natural inflow limits its plant in the same hour, as if there were no heat store; a plant whose inflow
//! file is absent has nothing to run on and is taken out of service, which a note tells.

use std::collections::BTreeMap;

use super::super::Faults;
use super::super::table::{Row, Shape, Table};
use super::{POINTERS, Reader, Store};
use crate::grid::{BusId, HourlySeries, LoadSeries, Network, ZoneId};

/// Columns of the pointers.
pub(super) const COLUMNS: [&str; 5] = ["Simulation", "Category", "Object", "Parameter", "Data File"];

/// What a pointer is about.
#[derive(Clone, Copy, PartialEq)]
enum Subject {
    Load,
    Limit,
    Inflow,
}

fn subject(row: &Row<'_>) -> Option<Subject> {
    match (row.text("Simulation"), row.text("Category"), row.text("Parameter")) {
        ("DAY_AHEAD", "Area", "MW Load") => Some(Subject::Load),
        ("DAY_AHEAD", "Generator", "PMax MW") => Some(Subject::Limit),
        ("DAY_AHEAD", "Generator", "Natural_Inflow") => Some(Subject::Inflow),
        _ => None,
    }
}

/// The files that hold what is read.
pub(super) fn paths<'t>(table: &'t Table, pointers: &'t str) -> impl Iterator<Item = String> + 't {
    table.rows().filter(|row| subject(row).is_some()).map(|row| follow(pointers, row.text("Data File")))
}

/// A path relative to the folder of another file, without `..` where possible.
fn follow(from: &str, path: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match (part, parts.last()) {
            ("." | "", _) => {}
            ("..", Some(&last)) if last != ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// One file: month, day and period of each row, and all columns of values.
struct File {
    stamps: Vec<(u32, u32, u32)>,
    values: BTreeMap<String, Vec<f64>>,
}

impl File {
    /// The column of the first of these names, or the only one there is.
    fn column(&self, names: &[&str]) -> Option<&Vec<f64>> {
        let only = || Some(self.values.values()).filter(|all| all.len() == 1)?.next();
        names.iter().find_map(|name| self.values.get(*name)).or_else(only)
    }
}

impl Reader<'_> {
    pub(super) fn series(&mut self, stores: &[Store], network: &mut Network) -> Option<HourlySeries> {
        let table = self.optional(POINTERS, &COLUMNS)?;
        let pointers = format!("{}{POINTERS}", self.root);
        let read = self.files_of(&table, &pointers);
        let mut faults = Self::faults(&mut self.list, &pointers);
        let mut series = HourlySeries::default();
        let mut loads: BTreeMap<u32, LoadSeries> = BTreeMap::new();
        let mut limits: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
        let mut skipped = 0;
        for row in table.rows() {
            let Some(subject) = subject(&row) else {
                skipped += 1;
                continue;
            };
            let object = row.text("Object");
            let path = follow(&pointers, row.text("Data File"));
            let owner = match subject {
                Subject::Inflow => stores.iter().find(|s| s.name == object).map_or(object, |s| &s.generator),
                Subject::Limit | Subject::Load => object,
            };
            let Some(file) = read.get(&path) else {
                let unit = network.generators.iter_mut().find(|unit| unit.name == owner);
                if let (Subject::Inflow, Some(unit)) = (subject, unit) {
                    unit.in_service = false;
                    self.notes.push(format!("{owner} is out of service: its inflow ({path}) is absent"));
                } else if !self.files.contains_key(&path) {
                    faults.add(Some(row.line), "Data File", format!("there is no file {path}"));
                }
                continue;
            };
            let Some(values) = file.column(&[object, owner]) else {
                faults.add(Some(row.line), "Object", format!("{path} has no column \"{object}\""));
                continue;
            };
            let twice = if subject == Subject::Load {
                let zone = object.parse().ok().and_then(|area: u32| Some((area, *self.areas.get(&area)?)));
                let Some((area, zone)) = zone else {
                    faults.add(Some(row.line), "Object", format!("there is no area {object}"));
                    continue;
                };
                let load = LoadSeries { buses: shares(network, zone), mw: values.clone() };
                loads.insert(area, load).is_some()
            } else {
                let Some(unit) = network.generators.iter().position(|unit| unit.name == owner) else {
                    let names = network.generators.iter().map(|unit| unit.name.as_str());
                    faults.unknown(Some(row.line), "Object", "generator", owner, names);
                    continue;
                };
                let capacity_mw = network.generators[unit].capacity_mw;
                let most = if subject == Subject::Inflow { capacity_mw } else { f64::INFINITY };
                limits.insert(unit as u32, values.iter().map(|mw| mw.min(most)).collect()).is_some()
            };
            if twice {
                faults.add(Some(row.line), "Object", format!("\"{object}\" has a series already"));
            }
        }
        if !loads.is_empty() {
            for area in self.areas.keys().filter(|area| !loads.contains_key(area)) {
                faults.add(None, "Object", format!("area {area} has no load series, but others have one"));
            }
        }
        if skipped > 0 {
            self.notes.push(format!(
                "{skipped} series are left out (real time, reserve requirements, must-take output)"
            ));
        }
        series.hours = read.values().next().map_or(0, |file| file.stamps.len());
        series.load = loads.into_values().collect();
        series.available_mw = limits.into_iter().collect();
        Some(series).filter(|series| series.hours > 0)
    }

    /// Reads every file once and checks that all have the same hours.
    fn files_of(&mut self, table: &Table, pointers: &str) -> BTreeMap<String, File> {
        let mut read: BTreeMap<String, File> = BTreeMap::new();
        for path in paths(table, pointers) {
            let Some(text) = self.files.get(&path).filter(|_| !read.contains_key(&path)) else { continue };
            let mut faults = Self::faults(&mut self.list, &path);
            let Some(file) = read_file(text, &mut faults) else { continue };
            if let Some((first, other)) = read.iter().next() {
                let length = file.stamps.len().max(other.stamps.len());
                let differs = (0..length).find(|&hour| file.stamps.get(hour) != other.stamps.get(hour));
                if let Some(hour) = differs {
                    let message = format!("the hours differ from those of {first} from row {} on", hour + 1);
                    faults.add(None, "Period", message);
                }
            }
            read.insert(path, file);
        }
        read
    }
}

fn read_file(text: &str, faults: &mut Faults<'_>) -> Option<File> {
    let shape =
        Shape { required: &["Year", "Month", "Day", "Period"], optional: &[], foreign: true, renamed: &[] };
    let table = Table::read(text, &shape, faults)?;
    let names = table.columns().iter().filter(|name| !shape.required.contains(&name.as_str()));
    let mut values: BTreeMap<String, Vec<f64>> = names.map(|name| (name.clone(), Vec::new())).collect();
    let mut stamps = Vec::new();
    for row in table.rows() {
        let month = row.integer("Month", faults);
        let day = row.integer("Day", faults);
        let period = row.integer("Period", faults);
        let expected = stamps.len() as u32 % 24 + 1;
        if period.is_some_and(|period| period != expected) {
            let message = format!("hour {expected} of the day should stand here");
            faults.add(Some(row.line), "Period", message);
            return None;
        }
        stamps.push((month.unwrap_or(0), day.unwrap_or(0), period.unwrap_or(0)));
        for (name, values) in &mut values {
            values.push(row.not_negative(name, faults).unwrap_or(0.0));
        }
    }
    Some(File { stamps, values })
}

/// The buses of a zone that share its load.
fn shares(network: &Network, zone: ZoneId) -> Vec<(BusId, f64)> {
    let here = network.buses().filter(|(_, bus)| bus.zone == zone && bus.load_share > 0.0);
    here.map(|(id, bus)| (id, bus.load_share)).collect()
}
