//! The scenario: what the user writes, checked against declarations, as typed values.
//!
//! ```text
//! text --document--> tree with places --graft--> with the command line's values
//!      --declare---> typed Scenario, every fault collected --check--> relations and names
//! ```
//!
//! Reading is two steps, because the region that a file names brings defaults of its own:
//! [`Draft::parse`] reads the text and says which region and which other files it needs;
//! [`Draft::finish`] checks everything over the region's defaults. Nothing here reads a file.

mod check;
mod declare;
mod dispatch;
mod document;
mod fuel;
mod load;
mod reference;
mod regional;
mod requests;
mod results;
mod setting;
mod supply;

use std::collections::{BTreeMap, BTreeSet};

use gridrush_core::grid::RegionPack;
use jiff::civil::Date;

pub use check::{Fault, Faults, nearest};
pub use declare::{Key, KeyDoc, Section, SectionDoc, Setting};
pub use dispatch::{CeilingStep, Ceilings, Commitment, Dispatch, Security, Storage};
pub use document::{Node, Place, Table, Value};
pub use fuel::Fuel as FuelPrices;
pub use load::{HourName, Load, LoadSource};
pub use reference::{json, markdown};
pub use requests::{Kind, RequestRow, Service};
pub use results::{Level, Results};
pub use supply::{Availability, Entry, EntryOf, Exit, Supply, Transmission};

use declare::section;

/// The version of the scenario format that this program reads.
pub const SCHEMA: u32 = 1;

section! {
    /// A scenario: one region over a span of years under one set of assumptions.
    Scenario {
        /// Version of the scenario format.
        schema: u32, "", "";
        /// Name of the scenario, also of its directory of results: letters, digits, `-`, `_` and `.`.
        name: String, "", "";
        /// Title for charts and reports; without it the name.
        title: Option<String> = None, "", "";
        /// Name of the region pack.
        region: String, "", "";
        /// First day, in the region's local time.
        start: Date, "", "";
        /// Day after the last one.
        end: Date, "", "";
        /// Root of all random streams.
        seed: u64 = 1, "", "", 0.0..=9007199254740992.0;
        /// Replications of each scenario in a comparison; a single run makes the first.
        replications: u32 = 8, "", "assumed", 1.0..=100000.0;
        /// CSV file of further requests, path from the scenario file, with the keys of an entry of
        /// `[[requests]]` as its columns.
        requests_file: Option<String> = None, "", "";
    }
    tables {
        /// Native load, and whether there are large loads at all.
        load: Load;
        /// Supply over the years.
        supply: Supply;
        /// Fuel prices at the plant.
        fuel: FuelPrices;
        /// The hourly market.
        dispatch: Dispatch;
        /// How much is written, and where.
        results: Results;
    }
    lists {
        /// Dated requests for a grid connection, beside the arriving ones.
        requests: RequestRow;
    }
}

/// A scenario file that has been read and not yet checked.
#[derive(Clone, Debug)]
pub struct Draft {
    root: Table,
    faults: Faults,
}

/// What is known outside the file: used to check names and to read the files that a scenario names.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Names of the region packs that can be found.
    pub regions: Vec<String>,
    /// Names of the region's zones; empty when the region is not known.
    pub zones: Vec<String>,
    /// Numbers of the region's buses; empty when the region is not known.
    pub buses: BTreeSet<u32>,
    /// The text of each file that the scenario names, by dotted path, or why it cannot be read.
    pub files: BTreeMap<String, Result<String, String>>,
}

/// A scenario without faults.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The scenario, every value explicit.
    pub scenario: Scenario,
    /// Values that are right but without effect.
    pub warnings: Vec<Fault>,
}

/// Everything that determines a replication besides seed and number.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The scenario, every value explicit.
    pub scenario: Scenario,
    /// The region.
    pub pack: RegionPack,
    /// All files of the region pack by name, also those that [`RegionPack`] does not read.
    pub pack_files: BTreeMap<String, String>,
    /// The text of each file that the scenario names, by dotted path.
    pub files: BTreeMap<String, String>,
}

/// A file that a scenario names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName {
    /// The dotted path of the key that names it.
    pub path: &'static str,
    /// The name as written.
    pub name: String,
}

/// Keys whose value is the name of a file.
const FILE_KEYS: &[&str] = &["requests_file", "load.replay_file"];

impl Draft {
    /// Reads a scenario's text and the `dotted.path=value` arguments that override it.
    pub fn parse(file: &str, text: &str, overrides: &[String]) -> Draft {
        let mut faults = Faults::default();
        let mut root = document::parse(file, text, &mut faults);
        if !faults.is_empty() {
            faults.tear();
        }
        for argument in overrides {
            document::graft(&mut root, argument, &mut faults);
        }
        Draft { root, faults }
    }

    /// The region that the scenario names, if it does.
    pub fn region(&self) -> Option<&str> {
        match &self.root.get("region")?.value {
            Value::Text(name) => Some(name),
            _ => None,
        }
    }

    /// The files that the scenario names.
    pub fn files(&self) -> Vec<FileName> {
        let named = |&path: &&'static str| match &self.node(path)?.value {
            Value::Text(name) => Some(FileName { path, name: name.clone() }),
            _ => None,
        };
        FILE_KEYS.iter().filter_map(named).collect()
    }

    /// Checks everything over `base`, the declared defaults with those of the region on top. Returns
    /// the scenario, with the requests of the file appended to its own, or every fault by place.
    pub fn finish(self, base: &Scenario, around: &Surroundings) -> Result<Checked, Vec<Fault>> {
        let mut faults = self.faults.clone();
        if let Some(fault) = self.wrong_schema() {
            faults.add(fault);
            return Err(faults.sorted());
        }
        let mut scenario = Scenario::read(base, &self.root, "", &mut faults);
        self.check(&scenario, around, &mut faults);
        let mut places: Vec<Place> = (0..scenario.requests.len()).map(|i| self.place_of_request(i)).collect();
        for FileName { path, name } in self.files() {
            match around.files.get(path) {
                Some(Ok(text)) if path == "requests_file" => {
                    for (place, row) in requests::parse_csv(&name, text, &mut faults) {
                        places.push(place);
                        scenario.requests.push(row);
                    }
                }
                Some(Err(reason)) => {
                    let fault = Fault::new(&self.place(path), path, format!("cannot be read: {reason}"));
                    faults.add(fault.value(format!("\"{name}\"")));
                }
                _ => {}
            }
        }
        check_requests(&scenario, &places, around, &mut faults);
        let warnings = self.warnings(&scenario);
        faults.or(Checked { scenario, warnings })
    }

    fn node(&self, path: &str) -> Option<&Node> {
        let mut keys = path.split('.');
        let mut node = self.root.get(keys.next()?)?;
        for key in keys {
            let Value::Table(table) = &node.value else { return None };
            node = table.get(key)?;
        }
        Some(node)
    }

    /// Where a key stands; if it is not written, where its table begins.
    fn place(&self, path: &str) -> Place {
        let mut path = path;
        loop {
            if let Some(node) = self.node(path) {
                return node.place.clone();
            }
            match path.rsplit_once('.') {
                Some((above, _)) => path = above,
                None => return self.root.place.clone(),
            }
        }
    }

    fn place_of_request(&self, i: usize) -> Place {
        match self.root.get("requests").map(|node| &node.value) {
            Some(Value::List(items)) if i < items.len() => items[i].place.clone(),
            _ => self.root.place.clone(),
        }
    }

    fn wrong_schema(&self) -> Option<Fault> {
        let node = self.root.get("schema")?;
        let message = match node.value {
            Value::Integer(v) if v == i64::from(SCHEMA) => return None,
            Value::Integer(v) if v > i64::from(SCHEMA) => {
                "is newer than this program: use a newer gridrush".to_owned()
            }
            Value::Integer(_) => "was never a version of the scenario format".to_owned(),
            _ => "is not a version of the scenario format".to_owned(),
        };
        let fault = Fault::new(&node.place, "schema", message).value(node.value.shown());
        Some(fault.allowed(SCHEMA.to_string()))
    }

    /// Values that are written and have no effect next to the others.
    fn warnings(&self, scenario: &Scenario) -> Vec<Fault> {
        let supply = &scenario.supply;
        let modelled = scenario.load.source == LoadSource::Model;
        let without_effect = [
            ("load.replay_file", modelled, "load.source = \"model\""),
            ("load.replay_hour", modelled, "load.source = \"model\""),
            ("supply.entry", !supply.merchant_entry, "supply.merchant_entry = false"),
            ("supply.exit", !supply.retirement, "supply.retirement = false"),
            (
                "supply.transmission",
                !supply.background_transmission,
                "supply.background_transmission = false",
            ),
            ("requests", !scenario.load.large_loads, "load.large_loads = false"),
            ("requests_file", !scenario.load.large_loads, "load.large_loads = false"),
        ];
        let mut faults = Faults::default();
        for (path, idle, reason) in without_effect {
            if idle && self.node(path).is_some() {
                faults.add(Fault::new(&self.place(path), path, format!("has no effect with {reason}")));
            }
        }
        faults.sorted()
    }

    /// Relations between values and names of things outside the file.
    fn check(&self, scenario: &Scenario, around: &Surroundings, faults: &mut Faults) {
        let place = |path: &str| self.place(path);
        let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if !faults.touches("name") && (!scenario.name.chars().all(named) || scenario.name.starts_with('.')) {
            let fault = Fault::new(&place("name"), "name", "cannot be the name of a directory".to_owned());
            let fault = fault.value(format!("\"{}\"", scenario.name));
            faults.add(fault.allowed("letters, digits, `-`, `_` and `.`, not beginning with `.`"));
        }
        if !faults.touches("start") && !faults.touches("end") {
            if scenario.end <= scenario.start {
                let message = format!("must be after start, which is {}", scenario.start);
                faults.add(Fault::new(&place("end"), "end", message).value(scenario.end.to_string()));
            } else if i32::from(scenario.end.year()) - i32::from(scenario.start.year()) > 60 {
                let message = format!("is more than 60 years after start, which is {}", scenario.start);
                faults.add(Fault::new(&place("end"), "end", message).value(scenario.end.to_string()));
            }
        }
        let regions = around.regions.iter().map(String::as_str);
        if !faults.touches("region") && !regions.clone().any(|r| r == scenario.region) {
            let fault = Fault::new(&place("region"), "region", "is not a known region pack".to_owned());
            let fault = fault.value(format!("\"{}\"", scenario.region)).nearest(&scenario.region, regions);
            faults.add(fault.allowed(around.regions.join(", ")));
        }
        let replays = scenario.load.source == LoadSource::Replay;
        let replay_is_wrong = faults.touches("load.replay_file") || faults.touches("load.source");
        if replays && scenario.load.replay_file.is_none() && !replay_is_wrong {
            let message = "is missing: load.source = \"replay\" needs a file".to_owned();
            faults.add(Fault::new(&place("load.source"), "load.replay_file", message));
        }
        for zone in scenario.load.growth_by_zone_percent_per_year.keys() {
            let path = format!("load.growth_by_zone_percent_per_year.{zone}");
            check_zone(zone, &path, &place(&path), around, faults);
        }
        scenario.dispatch.check(place, faults);
    }
}

fn check_zone(zone: &str, path: &str, place: &Place, around: &Surroundings, faults: &mut Faults) {
    let zones = around.zones.iter().map(String::as_str);
    if !around.zones.is_empty() && !zones.clone().any(|z| z == zone) {
        let fault = Fault::new(place, path, "is not a zone of the region".to_owned());
        let fault = fault.value(format!("\"{zone}\"")).nearest(zone, zones);
        faults.add(fault.allowed(around.zones.join(", ")));
    }
}

fn check_requests(scenario: &Scenario, places: &[Place], around: &Surroundings, faults: &mut Faults) {
    let mut names: BTreeMap<&str, &Place> = BTreeMap::new();
    for (i, (request, place)) in scenario.requests.iter().zip(places).enumerate() {
        let path = |key: &str| format!("requests.{i}.{key}");
        if request.name.is_empty() || request.zone.is_empty() {
            continue;
        }
        if let Some(first) = names.insert(&request.name, place) {
            let line = first.at.map_or_else(String::new, |(line, _)| format!(" in line {line}"));
            let message = format!("is already the name of the request{line} of {}", first.file);
            faults.add(Fault::new(place, &path("name"), message).value(format!("\"{}\"", request.name)));
        }
        check_zone(&request.zone, &path("zone"), place, around, faults);
        if let Some(bus) = request.bus
            && !around.buses.is_empty()
            && !around.buses.contains(&bus)
        {
            let fault = Fault::new(place, &path("bus"), "is not a bus of the region".to_owned());
            faults.add(fault.value(bus.to_string()));
        }
        if request.filed != Date::default() && request.filed >= scenario.end && !faults.touches("end") {
            let message = format!("is not before the end of the scenario, {}", scenario.end);
            faults.add(Fault::new(place, &path("filed"), message).value(request.filed.to_string()));
        }
        if let Some(wanted) = request.wanted
            && wanted < request.filed
        {
            let message = format!("is before the request is filed, {}", request.filed);
            faults.add(Fault::new(place, &path("wanted"), message).value(wanted.to_string()));
        }
    }
}

impl Scenario {
    /// The scenario as TOML with every value explicit, each with its meaning and unit.
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        self.write("", &mut out);
        out
    }
}

#[cfg(test)]
mod tests;
