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

mod ai;
mod arrivals;
mod backtest;
mod bills;
mod bitcoin;
mod capacity;
mod check;
mod declare;
mod dispatch;
mod document;
mod equipment;
mod experiment;
mod forecast;
mod fuel;
mod load;
mod operation;
mod outages;
mod policies;
mod queue;
mod reference;
mod regional;
mod relations;
mod replay;
mod requests;
mod results;
mod security;
mod setting;
mod supply;
mod thermal;
mod weather;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use gridrush_core::grid::RegionPack;
use jiff::civil::Date;

pub use ai::Ai;
pub use arrivals::Arrivals;
pub use backtest::{
    Backtest, Excluded, FigureName, ObservedFigure, ObservedOutput, ObservedPrice, ObservedSpread,
};
pub use bills::{Bills, CUSTOMERS, Customers, SharedBy};
pub use bitcoin::Bitcoin;
pub use capacity::{Capacity, CapacityMarket};
pub use check::{Fault, Faults, nearest};
pub use declare::{Key, KeyDoc, Section, SectionDoc, Setting};
pub use dispatch::{CeilingStep, Ceilings, Commitment, Dispatch, Security, Storage};
pub use document::{Node, Place, Table, Value};
pub use equipment::Equipment;
pub use experiment::{
    AnyValues, DesignName, Experiment, Factor, FactorLevel, MOST_SOBOL_FACTORS, Measure, MeasureOf,
    ParameterRange, Preference, Tag,
};
pub use forecast::Forecast;
pub use fuel::{Dated, Fuel as FuelPrices, FuelFile, ZonedFuel};
pub use load::Load;
pub use operation::Operation;
pub use outages::{Machines, OutageWeather, Outages, ScriptedOutage};
pub use policies::{
    Number, POLICY_SCHEMA, PolicyFile, PolicyTable, PolicyText, RuleFile, Whom, describe_format,
};
pub use queue::Queue;
pub use reference::{declared, json, markdown};
pub use replay::{HourlyFormat, OutputUnit, Repairs, Replay, ReplayGeneration, ReplayLoad};
pub use requests::{Kind, RequestRow};
pub use results::{Level, Results};
pub use security::SecurityList;
pub use supply::{Availability, Entry, EntryOf, Exit, Supply, Transmission};
pub use thermal::{Thermal, ThermalOf};
pub use weather::{Season, Weather, WeatherSpell};

use declare::section;

/// The version of the scenario format that this program reads.
pub const SCHEMA: u32 = 1;

section! {
    /// A scenario: a region, or several with their ties, over a span of years under one set of assumptions.
    Scenario {
        /// Version of the scenario format.
        schema: u32, "", "";
        /// Name of the scenario, also of its directory of results: letters, digits, `-`, `_` and `.`.
        name: String, "", "";
        /// Title for charts and reports; without it the name.
        title: Option<String> = None, "", "";
        /// Scenario file that says what this one leaves out, path from this file.
        base: Option<String> = None, "", "";
        /// Name of the region pack; this or `regions` is given.
        region: Option<String> = None, "", "";
        /// Names of region packs that are simulated together with the ties between them, in place of `region`. Zones, series and plants then have
        /// the name of their region in front, such as `pjm_west`; local time is that of the first.
        regions: Vec<String> = Vec::new(), "", "";
        /// First day, in the region's local time.
        start: Date, "", "";
        /// Day after the last one.
        end: Date, "", "";
        /// Policies in force, by id, in order: `gridrush policy list`.
        policies: Vec<String> = Vec::new(), "", "";
        /// Root of all random streams.
        seed: u64 = 1, "", "", 0.0..=9007199254740992.0;
        /// Replications of each scenario in a comparison; a single run makes the first.
        replications: u32 = 8, "", "assumed", 1.0..=100000.0;
        /// CSV file of further requests, path from the scenario file, with the keys of an entry of
        /// `[[requests]]` as its columns.
        requests_file: Option<String> = None, "", "";
        /// Folder of the files that `[replay]`, `[[fuel.files]]` and `[backtest]` name, path from the scenario file.
        observed_folder: Option<String> = None, "", "";
    }
    tables {
        /// Native load, and whether there are large loads at all.
        load: Load;
        /// Weather beyond what the region's record shows.
        weather: Weather;
        /// Real hours in place of the weather model.
        replay: Replay;
        /// Supply over the years.
        supply: Supply;
        /// Failures, maintenance, dated losses.
        outages: Outages;
        /// Fuel prices at the plant.
        fuel: FuelPrices;
        /// The hourly market.
        dispatch: Dispatch;
        /// What plants that burn can do from hour to hour.
        thermal: Thermal;
        /// How well the next day is known.
        forecast: Forecast;
        /// Bitcoin: coin price, chain, rigs, mines.
        bitcoin: Bitcoin;
        /// AI campuses: accelerators, jobs, inference.
        ai: Ai;
        /// Requests that arrive by themselves, and how owners decide.
        arrivals: Arrivals;
        /// The interconnection queue.
        queue: Queue;
        /// Lines of work behind lead times.
        equipment: Equipment;
        /// Dates, zones and numbers of a policy in place of those of its file.
        policy: PolicyTable;
        /// Emergencies, and what stands on sites besides their machines.
        operation: Operation;
        /// Capacity and how it is paid for.
        capacity: Capacity;
        /// How costs are shared among customers.
        bills: Bills;
        /// How much is written, and where.
        results: Results;
        /// What really happened, for `gridrush backtest`.
        backtest: Backtest;
    }
    lists {
        /// Dated requests for a grid connection, beside the arriving ones.
        requests: RequestRow;
        /// Variants of the scenario that `gridrush compare` sets against each other, the first being the
        /// one that the others are compared with.
        arms: Arm;
    }
}

section! {
    /// A variant of the scenario.
    Arm {
        /// Its name in tables and charts.
        name: String, "", "";
        /// What is different, as a list of `"dotted.path=value"`.
        set: Vec<String> = Vec::new(), "", "";
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
    /// Whether the region is zones joined by pipes, without branches.
    pub zonal: bool,
    /// Numbers of the region's buses; empty when the region is not known.
    pub buses: BTreeSet<u32>,
    /// The text of each file that the scenario names, by dotted path, or why it cannot be read.
    pub files: BTreeMap<String, Result<String, String>>,
    /// The policies that can be found, by id.
    pub policies: BTreeMap<String, PolicyText>,
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
    /// The scenario over the defaults of each region, every value explicit. What is common to regions is read from
    /// the first.
    pub scenarios: Vec<Scenario>,
    /// The region, or several as one.
    pub pack: RegionPack,
    /// All files of each region's pack by name, also those that [`RegionPack`] does not read.
    pub pack_files: Vec<BTreeMap<String, String>>,
    /// The text of each file that the scenario names, by dotted path.
    pub files: BTreeMap<String, String>,
}

impl Resolved {
    /// A scenario of one region.
    pub fn alone(
        scenario: Scenario,
        pack: RegionPack,
        pack_files: BTreeMap<String, String>,
        files: BTreeMap<String, String>,
    ) -> Resolved {
        Resolved { scenarios: vec![scenario], pack, pack_files: vec![pack_files], files }
    }
}

/// A file that a scenario names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName {
    /// The dotted path of the key that names it.
    pub path: String,
    /// The name as written, in the folder of observed files where it belongs there.
    pub name: String,
}

/// Keys whose value is the name of a file.
const FILE_KEYS: &[&str] = &["requests_file", "bitcoin.history_file"];

impl Draft {
    /// Reads a scenario's text.
    pub fn parse(file: &str, text: &str) -> Draft {
        let mut faults = Faults::default();
        let root = document::parse(file, text, &mut faults);
        if !faults.is_empty() {
            faults.tear();
        }
        Draft { root, faults }
    }

    /// The same scenario with another one below it: what this one does not say is taken from there.
    #[must_use]
    pub fn over(mut self, below: Draft) -> Draft {
        self.faults.absorb(below.faults);
        document::underlay(&mut self.root, below.root);
        self
    }

    /// The same scenario with `dotted.path=value` arguments in place of its own values. `origin` says
    /// where the arguments come from, such as `-p`.
    #[must_use]
    pub fn with(mut self, origin: &str, arguments: &[String]) -> Draft {
        for argument in arguments {
            document::graft(&mut self.root, origin, argument, &mut self.faults);
        }
        self
    }

    /// The file below this one, if the scenario names one.
    pub fn base(&self) -> Option<&str> {
        match &self.root.get("base")?.value {
            Value::Text(name) => Some(name),
            _ => None,
        }
    }

    /// Adds a fault at the place of a key.
    pub fn add_fault(&mut self, path: &str, message: String) {
        self.faults.add(Fault::new(&self.place(path), path, message));
    }

    /// The regions that the scenario names, in their order.
    pub fn regions(&self) -> Vec<String> {
        let text = |node: &Node| match &node.value {
            Value::Text(name) => Some(name.clone()),
            _ => None,
        };
        match self.root.get("regions").map(|node| &node.value) {
            Some(Value::List(items)) if !items.is_empty() => items.iter().filter_map(text).collect(),
            _ => self.root.get("region").and_then(text).into_iter().collect(),
        }
    }

    /// The files that the scenario names.
    pub fn files(&self) -> Vec<FileName> {
        let text = |node: &Node| match &node.value {
            Value::Text(name) => Some(name.clone()),
            _ => None,
        };
        let named = |&path: &&str| Some(FileName { path: path.to_owned(), name: text(self.node(path)?)? });
        let mut out: Vec<FileName> = FILE_KEYS.iter().filter_map(named).collect();
        let folder = self.node("observed_folder").and_then(text);
        for &(list, _) in replay::FILE_LISTS {
            let Some(Value::List(items)) = self.node(list).map(|node| &node.value) else { continue };
            for (i, item) in items.iter().enumerate() {
                let Value::Table(entry) = &item.value else { continue };
                let Some(name) = entry.get("file").and_then(text) else { continue };
                let name = match &folder {
                    Some(folder) if !name.starts_with('/') => format!("{folder}/{name}"),
                    _ => name,
                };
                out.push(FileName { path: format!("{list}.{i}.file"), name });
            }
        }
        out
    }

    /// What the file of a key is and where the public finds it, if the scenario says so.
    fn public_source(&self, path: &str) -> Option<String> {
        let (_, format) = replay::FILE_LISTS.iter().find(|(list, _)| path.starts_with(list))?;
        let entry = path.strip_suffix(".file").and_then(|entry| {
            let (list, i) = entry.rsplit_once('.')?;
            let Value::List(items) = &self.node(list)?.value else { return None };
            let Value::Table(table) = &items.get(i.parse::<usize>().ok()?)?.value else { return None };
            table.get("source")
        });
        match &entry.or_else(|| self.node(&format!("{format}.source")))?.value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// Where a key stands that may be inside a list of tables.
    fn place_in_lists(&self, path: &str) -> Place {
        let entry = path.rsplit_once('.').and_then(|(entry, _)| {
            let (list, i) = entry.rsplit_once('.')?;
            Some(self.place_in_list(list, i.parse().ok()?))
        });
        entry.unwrap_or_else(|| self.place(path))
    }

    /// Checks everything over `base`, the declared defaults with those of the region on top. Returns
    /// the scenario, with what the base and the requests file say made its own, or every fault by place.
    pub fn finish(self, base: &Scenario, around: &Surroundings) -> Result<Checked, Vec<Fault>> {
        let mut faults = self.faults.clone();
        if let Some(fault) = self.wrong_schema() {
            faults.add(fault);
            return Err(faults.sorted());
        }
        let mut scenario = Scenario::read(base, &self.root, "", &mut faults);
        if !faults.touches("policies") {
            scenario.policy = self.policies(&scenario.policies, around, &mut faults);
        }
        self.check(&scenario, around, &mut faults);
        let mut places: Vec<Place> =
            (0..scenario.requests.len()).map(|i| self.place_in_list("requests", i)).collect();
        let mut idle = Vec::new();
        for FileName { path, name } in self.files() {
            match around.files.get(&path) {
                Some(Ok(text)) if path == "requests_file" => {
                    let rows = requests::parse_csv(&name, text, &mut faults);
                    if rows.is_empty() {
                        let fault = Fault::new(&self.place(&path), &path, "holds no request".to_owned());
                        idle.push(fault.value(format!("\"{name}\"")));
                    }
                    for (place, row) in rows {
                        places.push(place);
                        scenario.requests.push(row);
                    }
                }
                Some(Err(reason)) => {
                    let mut message = format!("cannot be read: {reason}");
                    if let Some(source) = self.public_source(&path) {
                        message = format!("{message}; wanted: {source}");
                    }
                    let fault = Fault::new(&self.place_in_lists(&path), &path, message);
                    faults.add(fault.value(format!("\"{name}\"")));
                }
                _ => {}
            }
        }
        relations::check_requests(&scenario, &places, around, &mut faults);
        self.check_arms(&scenario, &mut faults);
        let mut warnings = self.warnings(&scenario, base, around);
        warnings.extend(self.idle_policies(&scenario.policies));
        warnings.extend(idle);
        scenario.base = None;
        scenario.requests_file = None;
        faults.or(Checked { scenario, warnings })
    }

    /// [`Draft::finish`] over the defaults of every region of a pack: a scenario for each of them, and all warnings.
    ///
    /// # Errors
    /// The faults over any of them, each once.
    pub fn finish_over(
        &self,
        pack: &RegionPack,
        around: &Surroundings,
    ) -> Result<(Vec<Scenario>, Vec<Fault>), Vec<Fault>> {
        let (mut scenarios, mut warnings, mut faults) = (Vec::new(), Vec::new(), Vec::new());
        let merge = |into: &mut Vec<Fault>, more: Vec<Fault>| {
            for fault in more {
                if !into.contains(&fault) {
                    into.push(fault);
                }
            }
        };
        for area in 0..pack.area_count() {
            match self.clone().finish(&Scenario::defaults_in(pack, area), around) {
                Ok(checked) => {
                    scenarios.push(checked.scenario);
                    merge(&mut warnings, checked.warnings);
                }
                Err(more) => merge(&mut faults, more),
            }
        }
        if faults.is_empty() { Ok((scenarios, warnings)) } else { Err(faults) }
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

    fn place_in_list(&self, path: &str, i: usize) -> Place {
        match self.node(path).map(|node| &node.value) {
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
}

impl Scenario {
    /// The scenario as TOML with every value explicit, each with its meaning and unit.
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        self.write("", &mut out);
        out
    }

    /// The same of a scenario over several regions. What differs by region stands as a comment for each of them,
    /// so that the text read again takes it from their packs.
    pub fn to_toml_of(scenarios: &[Scenario], regions: &[String]) -> String {
        let texts: Vec<String> = scenarios.iter().map(Scenario::to_toml).collect();
        let Some(first) = texts.first() else { return String::new() };
        let mut others: Vec<_> = texts[1..].iter().map(|text| text.lines()).collect();
        let mut out = String::new();
        for line in first.lines() {
            let rest: Vec<&str> = others.iter_mut().map(|lines| lines.next().unwrap_or("")).collect();
            if rest.iter().all(|other| *other == line) {
                out.push_str(line);
                out.push('\n');
                continue;
            }
            for (region, line) in regions.iter().zip(std::iter::once(line).chain(rest)) {
                let _ = writeln!(out, "# {region}: {line}");
            }
        }
        out
    }
}

#[cfg(test)]
mod tests;
