//! A region pack: everything a scenario needs to know of a region, as a set of text files.
//!
//! ```text
//!   region.toml          zones, market rules, fuels, notices          Region
//!   buses.csv branches.csv generators.csv [dc_links.csv]              Network
//!   interfaces.csv       limits between zones (optional)              Interface
//!   planned.csv          dated additions and retirements              PlannedChange
//!   sites.csv            large loads that exist at the start          ExistingSite
//!   reinforcements.csv   ratings raised against the source, and why   Reinforcement
//!   weather.toml         fitted load and weather (crate::weather reads it)
//! ```
//!
//! Several packs can be joined into one by [`ties`](Tie): see [`RegionPack::join`].
//!
//! Parsing is all or nothing: a pack that is returned has no unknown bus or zone, no zero reactance, load
//! shares that sum to one in every zone, and one connected network.

use std::collections::{BTreeMap, BTreeSet};

use super::case::own::{self, bus_of, open, unique_name, zone_of};
use super::case::table::{self, Declared, Row, Table};
use super::case::{CaseFault, Faults};
use super::{BusId, Fuel, Network, Technology, ZoneId};

mod context;
mod interfaces;
mod join;
mod reference;
mod region;
mod settings;
mod ties;

pub use super::Date;
pub use context::{
    CapacityMarket, CapacityMarketKind, Context, PublicFigures, Retail, SeriesOrigin, WeatherOrigin,
};
pub use interfaces::Interface;
pub use join::{Area, joined_name};
pub use reference::markdown;
pub use region::{
    Availability, BranchCeiling, CarbonPrice, CommitmentFacts, FuelPrice, Market, NetworkKind, Region,
    RegionFacts, ReserveStep, Shed, ZoneFacts,
};
pub use ties::{TIES, Tie};

/// File name of the region's settings.
pub const REGION: &str = "region.toml";
/// File name of the limits between zones.
pub const INTERFACES: &str = "interfaces.csv";
/// File name of the dated additions and retirements.
pub const PLANNED: &str = "planned.csv";
/// File name of the large loads that exist at the start.
pub const SITES: &str = "sites.csv";
/// File name of the ratings that were raised.
pub const REINFORCEMENTS: &str = "reinforcements.csv";

/// A region, ready to be simulated.
#[derive(Clone, Debug)]
pub struct RegionPack {
    /// Zones, market rules, fuels, notices.
    pub region: Region,
    /// Buses, branches and generators at the base year. A zonal pack has no branches; its direct-current lines are
    /// its pipes, one for each of `interfaces`.
    pub network: Network,
    /// Limits between zones, in file order.
    pub interfaces: Vec<Interface>,
    /// Dated additions and retirements in file order.
    pub planned: Vec<PlannedChange>,
    /// Large loads that exist at the start, in file order.
    pub sites: Vec<ExistingSite>,
    /// Ratings raised against the source network, in file order.
    pub reinforcements: Vec<Reinforcement>,
    /// The regions that were joined; none in a region alone, which is one area by itself.
    pub areas: Vec<Area>,
}

/// Whether planned capacity comes or goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlannedAction {
    /// New capacity, at the transmission buses of the zone.
    Add,
    /// Capacity that closes, taken from the zone's plants of that technology.
    Retire,
}

/// A dated addition or retirement of generation in a zone.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedChange {
    /// The name in files and tables, unique in the pack; random draws are keyed by it.
    pub name: String,
    /// When it is announced to happen.
    pub date: Date,
    /// Where.
    pub zone: ZoneId,
    /// What comes or goes.
    pub action: PlannedAction,
    /// Energy source.
    pub fuel: Fuel,
    /// Prime mover.
    pub technology: Technology,
    /// How much power.
    pub capacity_mw: f64,
    /// How much energy it stores; zero if none.
    pub storage_mwh: f64,
    /// The chance that it happens at all.
    pub completion_probability: f64,
    /// How late it is on average when it happens.
    pub mean_slip_months: f64,
    /// Where the numbers come from.
    pub source: String,
}

/// A large load that stands, or has a date at which it does.
#[derive(Clone, Debug, PartialEq)]
pub struct ExistingSite {
    /// The name in files and tables, unique in the pack.
    pub name: String,
    /// What stands there, in the words of the workload (`mining`, `ai_training`).
    pub class: String,
    /// Where.
    pub zone: ZoneId,
    /// The bus it is connected to, in that zone.
    pub bus: BusId,
    /// What it may draw.
    pub contract_mw: f64,
    /// What the equipment that it begins with draws at full load, at most the contract.
    pub installed_mw: f64,
    /// When it was connected. It draws power from then on, or from the start of a run that begins later.
    pub energized: Date,
    /// Where the numbers come from.
    pub source: String,
}

/// A rating raised against the source network.
#[derive(Clone, Debug, PartialEq)]
pub struct Reinforcement {
    /// The branch.
    pub branch: String,
    /// Its rating in the source.
    pub rating_before_mw: f64,
    /// Its rating in the pack.
    pub rating_after_mw: f64,
    /// What the raise is for.
    pub reason: String,
}

const PLANNED_TABLE: Declared = Declared {
    file: PLANNED,
    about: "A dated addition or retirement of generation in a zone. Additions burn and cost what new plants do \
            ([market.md](models/market.md)).",
    required: &[
        ("name", "unique; random draws belong to it"),
        ("date", "when it is announced to happen"),
        ("zone", "a zone of `region.toml`"),
        ("action", "`add` or `retire`"),
        ("fuel", "as in `generators.csv`"),
        ("technology", "as in `generators.csv`"),
        ("capacity_mw", "how much power"),
        ("storage_mwh", "energy that it stores; 0 if none"),
        ("completion_probability", "that it happens at all, 0 to 1"),
        ("mean_slip_months", "mean delay if it happens"),
        ("source", "where the numbers come from"),
    ],
    optional: &[],
};
const SITE_TABLE: Declared = Declared {
    file: SITES,
    about: "A large load that stands when the run begins, or is energized on a date in it.",
    required: &[
        ("name", "unique"),
        ("class", "`mining`, `ai_training`, ..."),
        ("zone", "a zone of `region.toml`"),
        ("bus", "number of a bus in that zone"),
        ("contract_mw", "what it may draw"),
        ("installed_mw", "what the equipment that it begins with draws at full load; at most the contract"),
        (
            "energized",
            "date on which it was connected; where that is after the start of a run, it draws power from then on",
        ),
        ("source", "where the numbers come from"),
    ],
    optional: &[],
};
const REINFORCEMENT_TABLE: Declared = Declared {
    file: REINFORCEMENTS,
    about: "A rating raised against the source network.",
    required: &[
        ("branch", "its name in `branches.csv`"),
        ("rating_before_mw", "its rating in the source"),
        ("rating_after_mw", "its rating here, as in `branches.csv`"),
        ("reason", "what the raise is for"),
    ],
    optional: &[],
};

impl RegionPack {
    /// Reads a pack from its files by name (without folder). Files that no reader here knows, such as
    /// `weather.toml`, are ignored. All faults of all files are returned at once, except that tables
    /// cannot be checked before the list of zones is readable. `O(size log size)`.
    pub fn parse(files: &BTreeMap<String, String>) -> Result<RegionPack, Vec<CaseFault>> {
        let mut list = Vec::new();
        let text = files.get(REGION).map_or("", String::as_str);
        let mut faults = Faults::new(REGION, &mut list);
        if text.is_empty() {
            faults.add(None, "file", "this file is missing from the pack");
        }
        let region = Region::parse(text, &mut faults);
        let zones = region.as_ref().map(Region::zone_names).unwrap_or_default();
        if zones.is_empty() {
            return Err(list);
        }
        let base_mva = region.as_ref().map_or(100.0, |region| region.facts.base_mva);
        let zonal = region.as_ref().is_some_and(Region::is_zonal);
        let absent: &[&str] = if zonal { &[own::BRANCHES] } else { &[] };
        let mut tables = Vec::new();
        let (mut network, bus_lines) = own::read_tables(files, &zones, base_mva, absent, &mut tables);
        if zonal {
            interfaces::check_zonal(files, &network, &bus_lines, &mut tables);
        }
        let interfaces = interfaces::read(files, &network, zonal, &mut tables);
        if zonal {
            network.dc_links = interfaces::pipes(&interfaces, &network);
        }
        own::connected(&network, &bus_lines, &mut tables);
        let whole = tables.is_empty();
        list.append(&mut tables);
        let Some(region) = region.filter(|_| whole) else {
            return Err(list);
        };
        let planned = read_planned(files, &network, &mut list);
        let sites = read_sites(files, &network, &mut list);
        let reinforcements = read_reinforcements(files, &network, &mut list);
        if list.is_empty() {
            let areas = Vec::new();
            Ok(RegionPack { region, network, interfaces, planned, sites, reinforcements, areas })
        } else {
            Err(list)
        }
    }

    /// Where new bulk equipment attaches in a zone: [`Network::transmission_weights`] at the region's
    /// transmission voltage, or all buses of the zone by load share where none is that high.
    pub fn siting_weights(&self, zone: ZoneId) -> Vec<(BusId, f64)> {
        let weights = self.network.transmission_weights(zone, self.region.facts.transmission_minimum_kv);
        if !weights.is_empty() {
            return weights;
        }
        let share = |(id, bus): (BusId, &super::Bus)| (bus.zone == zone).then_some((id, bus.load_share));
        self.network.buses().filter_map(share).collect()
    }

    /// Every file of the pack but `region.toml`, which is written by hand, and `weather.toml`.
    pub fn tables(&self) -> BTreeMap<String, String> {
        let mut files =
            RegionPack::write_tables(&self.network, &self.planned, &self.sites, &self.reinforcements);
        if self.region.is_zonal() {
            files.remove(own::BRANCHES);
            files.remove(own::DC_LINKS);
        }
        if !self.interfaces.is_empty() {
            files.insert(INTERFACES.to_owned(), interfaces::write(&self.interfaces, &self.network));
        }
        files
    }

    /// Writes the tables of a network and its lists, without interfaces.
    pub fn write_tables(
        network: &Network,
        planned: &[PlannedChange],
        sites: &[ExistingSite],
        reinforcements: &[Reinforcement],
    ) -> BTreeMap<String, String> {
        let zone = |id: ZoneId| network.zones[id.0 as usize].name.clone();
        let mut files = own::write(network);
        let rows = planned.iter().map(|p| {
            vec![
                p.name.clone(),
                p.date.to_string(),
                zone(p.zone),
                action_name(p.action).to_owned(),
                p.fuel.name().to_owned(),
                p.technology.name().to_owned(),
                p.capacity_mw.to_string(),
                p.storage_mwh.to_string(),
                p.completion_probability.to_string(),
                p.mean_slip_months.to_string(),
                p.source.clone(),
            ]
        });
        files.insert(PLANNED.to_owned(), table::write(&PLANNED_TABLE.names(), rows));
        let rows = sites.iter().map(|s| {
            vec![
                s.name.clone(),
                s.class.clone(),
                zone(s.zone),
                network.bus(s.bus).number.to_string(),
                s.contract_mw.to_string(),
                s.installed_mw.to_string(),
                s.energized.to_string(),
                s.source.clone(),
            ]
        });
        files.insert(SITES.to_owned(), table::write(&SITE_TABLE.names(), rows));
        let rows = reinforcements.iter().map(|r| {
            vec![
                r.branch.clone(),
                r.rating_before_mw.to_string(),
                r.rating_after_mw.to_string(),
                r.reason.clone(),
            ]
        });
        files.insert(REINFORCEMENTS.to_owned(), table::write(&REINFORCEMENT_TABLE.names(), rows));
        files
    }
}

const fn action_name(action: PlannedAction) -> &'static str {
    match action {
        PlannedAction::Add => "add",
        PlannedAction::Retire => "retire",
    }
}

fn read_planned(
    files: &BTreeMap<String, String>,
    network: &Network,
    list: &mut Vec<CaseFault>,
) -> Vec<PlannedChange> {
    let mut faults = Faults::new(PLANNED, list);
    let table = open(files, &PLANNED_TABLE, &mut faults);
    let mut names = BTreeSet::new();
    let read = |row: Row<'_>, names: &mut BTreeSet<String>, faults: &mut Faults<'_>| {
        let name = unique_name(&row, names, faults);
        let date = row.date("date", faults);
        let zone = zone_of(&row, network, faults);
        let actions = [PlannedAction::Add, PlannedAction::Retire];
        let action = row.choice("action", &actions, action_name, faults);
        let fuel = row.choice("fuel", Fuel::ALL, Fuel::name, faults);
        let technology = row.choice("technology", Technology::ALL, Technology::name, faults);
        let capacity_mw = row.not_negative("capacity_mw", faults);
        let storage_mwh = row.not_negative("storage_mwh", faults);
        let probability = row.number_in("completion_probability", 0.0, 1.0, faults);
        let slip = row.not_negative("mean_slip_months", faults);
        let source = row.name("source", faults);
        Some(PlannedChange {
            name: name?,
            date: date?,
            zone: zone?,
            action: action?,
            fuel: fuel?,
            technology: technology?,
            capacity_mw: capacity_mw?,
            storage_mwh: storage_mwh?,
            completion_probability: probability?,
            mean_slip_months: slip?,
            source: source?,
        })
    };
    let mut lines = Vec::new();
    let mut planned = Vec::new();
    for row in rows_of(table.as_ref()) {
        if let Some(change) = read(row, &mut names, &mut faults) {
            lines.push(row.line);
            planned.push(change);
        }
    }
    check_retirements(network, &planned, &lines, &mut faults);
    planned
}

/// Capacity is rounded to this.
const LEAST_MW: f64 = 0.5;

/// Notes every retirement of more than a zone has of a technology on the day, when all is built and closed as
/// announced. `O(retirements x (units + plans))`.
fn check_retirements(network: &Network, planned: &[PlannedChange], lines: &[u64], faults: &mut Faults<'_>) {
    for (at, retired) in planned.iter().enumerate().filter(|(_, of)| of.action == PlannedAction::Retire) {
        let units = network.generators.iter().filter(|unit| {
            unit.technology == retired.technology
                && network.bus(unit.bus).zone == retired.zone
                && unit.runs_on(retired.date)
        });
        let standing_mw: f64 = units.map(|unit| unit.capacity_mw).sum();
        let before = planned.iter().enumerate().filter(|(n, of)| {
            (of.zone, of.technology) == (retired.zone, retired.technology)
                && (of.date, *n) < (retired.date, at)
        });
        let left_mw = before.fold(standing_mw, |mw, (_, of)| match of.action {
            PlannedAction::Add => mw + of.capacity_mw,
            PlannedAction::Retire => mw - of.capacity_mw,
        });
        if retired.capacity_mw > left_mw + LEAST_MW {
            let zone = &network.zones[usize::from(retired.zone.0)].name;
            let (what, left_mw) = (retired.technology.name(), left_mw.max(0.0));
            let message = format!("zone {zone} has {left_mw:.0} MW of {what} by then");
            faults.add(lines.get(at).copied(), "capacity_mw", message);
        }
    }
}

fn read_sites(
    files: &BTreeMap<String, String>,
    network: &Network,
    list: &mut Vec<CaseFault>,
) -> Vec<ExistingSite> {
    let mut faults = Faults::new(SITES, list);
    let table = open(files, &SITE_TABLE, &mut faults);
    let numbers = network.buses().map(|(id, bus)| (bus.number, id)).collect();
    let mut names = BTreeSet::new();
    let read = |row: Row<'_>, names: &mut BTreeSet<String>, faults: &mut Faults<'_>| {
        let name = unique_name(&row, names, faults);
        let class = row.name("class", faults);
        let zone = zone_of(&row, network, faults);
        let bus = bus_of(&row, "bus", &numbers, faults);
        let contract_mw = row.not_negative("contract_mw", faults);
        let installed_mw = row.not_negative("installed_mw", faults);
        let energized = row.date("energized", faults);
        let source = row.name("source", faults);
        if let (Some(zone), Some(bus)) = (zone, bus) {
            let home = network.bus(bus).zone;
            if home != zone {
                let message = format!("that bus lies in zone {}", network.zones[home.0 as usize].name);
                faults.add(Some(row.line), "bus", message);
            }
        }
        if contract_mw.zip(installed_mw).is_some_and(|(contract, installed)| installed > contract) {
            faults.add(Some(row.line), "installed_mw", "more is installed than the contract allows to draw");
        }
        Some(ExistingSite {
            name: name?,
            class: class?,
            zone: zone?,
            bus: bus?,
            contract_mw: contract_mw?,
            installed_mw: installed_mw?,
            energized: energized?,
            source: source?,
        })
    };
    rows_of(table.as_ref()).filter_map(|row| read(row, &mut names, &mut faults)).collect()
}

fn read_reinforcements(
    files: &BTreeMap<String, String>,
    network: &Network,
    list: &mut Vec<CaseFault>,
) -> Vec<Reinforcement> {
    let mut faults = Faults::new(REINFORCEMENTS, list);
    let table = open(files, &REINFORCEMENT_TABLE, &mut faults);
    let ratings: BTreeMap<&str, f64> =
        network.branches().map(|(_, branch)| (branch.name.as_str(), branch.rating_mw)).collect();
    let read = |row: Row<'_>, faults: &mut Faults<'_>| {
        let branch = row.name("branch", faults)?;
        let before = row.not_negative("rating_before_mw", faults);
        let after = row.not_negative("rating_after_mw", faults);
        let reason = row.name("reason", faults);
        match ratings.get(branch.as_str()) {
            None => faults.unknown(Some(row.line), "branch", "branch", &branch, ratings.keys().copied()),
            Some(rating) if after.is_some_and(|after| after != *rating) => {
                faults.add(Some(row.line), "rating_after_mw", format!("the branch table says {rating}"));
            }
            Some(_) => {}
        }
        Some(Reinforcement { branch, rating_before_mw: before?, rating_after_mw: after?, reason: reason? })
    };
    rows_of(table.as_ref()).filter_map(|row| read(row, &mut faults)).collect()
}

fn rows_of(table: Option<&Table>) -> impl Iterator<Item = Row<'_>> {
    table.into_iter().flat_map(Table::rows)
}

#[cfg(test)]
mod tests;
