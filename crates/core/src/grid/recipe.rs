//! A recipe brings a source network to a base year: load, fleet, costs, existing sites, planned changes.
//!
//! The rules are those of placement before reinforcement. Load above what a zone had in the source case
//! is taken to be industrial and connects at high-voltage buses; fleet growth connects there as well,
//! spread by the line ratings that meet at a bus. Plants are scaled only when a zone has to shrink.
//!
//! [`Recipe`] is the text, with a source beside every number; the result is the tables of a region pack.
//! The same inputs give the same bytes.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::case::powersimdata::{self, Selection};
use super::case::{CaseFault, Faults};
use super::pack::{ExistingSite, PlannedAction, PlannedChange};
use super::{BusId, Date, Fuel, Network, RegionPack, Technology, ZoneId};

mod dates;
mod fleet;
pub mod zonal;

/// A recipe file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Version of the layout; 1.
    pub schema: u32,
    /// The interconnection to take from the source.
    pub interconnect: String,
    /// Network and load.
    pub network: NetworkRules,
    /// The day of the source's fleet: growth comes online after it. Without the two days growth has no date.
    #[serde(default)]
    pub source_date: Option<String>,
    /// The day of the targets.
    #[serde(default)]
    pub fleet_date: Option<String>,
    /// Zones, in the order of the pack.
    pub zones: Vec<ZoneRule>,
    /// Fleet by fuel.
    pub fleet: Vec<FleetRule>,
    /// At how many buses of a zone the growth of one fuel is built, those with the most line rating first.
    pub growth_buses: usize,
    /// Heat rates by size.
    pub ladder: Vec<LadderStep>,
    /// Large loads that exist at the start.
    pub sites: Vec<SiteRule>,
    /// Dated additions and retirements.
    pub planned: Vec<PlannedRule>,
}

/// What to do with buses and branches.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkRules {
    /// Every rating is multiplied by this.
    pub rating_factor: f64,
    /// Length of a line over the distance between its ends.
    pub line_detour: f64,
    /// Voltage from which load growth, plant growth and large loads connect.
    pub transmission_minimum_kv: f64,
    /// Where the numbers come from.
    pub source: String,
}

/// A zone of the source.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneRule {
    /// Its number in the source.
    pub id: u32,
    /// Its name in the pack.
    pub name: String,
    /// Its greatest hourly load; the part above the source case connects at transmission voltage.
    pub peak_mw: f64,
    /// Where the number comes from.
    pub source: String,
}

/// The capacity of a fuel by zone.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetRule {
    /// The fuel.
    pub fuel: Fuel,
    /// The prime mover of growth.
    pub technology: Technology,
    /// Target by zone name; zones that are not named have none.
    pub capacity_mw: BTreeMap<String, f64>,
    /// Totals on days before the targets; every zone has the same part of its growth then.
    #[serde(default)]
    pub earlier: Vec<EarlierTotal>,
    /// When the plants of the source came online: they fill the vintages in order, the smallest first.
    #[serde(default)]
    pub vintages: Vec<Vintage>,
    /// Hours of storage at full power; zero if none.
    #[serde(default)]
    pub storage_hours: f64,
    /// Where the numbers come from.
    pub source: String,
}

/// The capacity of a fuel on a day before the targets.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlierTotal {
    /// The day, `YYYY-MM-DD`.
    pub date: String,
    /// All zones together.
    pub total_mw: f64,
    /// Where the number comes from.
    pub source: String,
}

/// A part of the source's plants of one age.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vintage {
    /// Their first day, `YYYY-MM-DD`.
    pub online: String,
    /// The part of the fuel's capacity in the source; the parts of a fuel sum to one.
    pub capacity_share: f64,
    /// Where the numbers come from.
    pub source: String,
}

/// A step of the heat-rate ladder of a fuel: its plants, largest first, fill the steps in file order.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LadderStep {
    /// The fuel.
    pub fuel: Fuel,
    /// The prime mover on this step.
    pub technology: Technology,
    /// The part of the fuel's capacity on this step; the parts of a fuel sum to one.
    pub capacity_share: f64,
    /// Heat rate of the step's largest plant.
    pub first_mmbtu_per_mwh: f64,
    /// Heat rate of the step's smallest plant.
    pub last_mmbtu_per_mwh: f64,
    /// Variable operation and maintenance.
    pub variable_om_usd_per_mwh: f64,
    /// Where the numbers come from.
    pub source: String,
}

/// A large load that exists at the start; the importer finds its bus.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteRule {
    /// Its name.
    pub name: String,
    /// What stands there.
    pub class: String,
    /// Its zone.
    pub zone: String,
    /// What it may draw.
    pub contract_mw: f64,
    /// What its equipment draws at full load.
    pub installed_mw: f64,
    /// When it was connected, `YYYY-MM-DD`.
    pub energized: String,
    /// Where the numbers come from.
    pub source: String,
}

/// Yearly additions or retirements of one technology.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedRule {
    /// `add` or `retire`.
    pub action: String,
    /// The fuel.
    pub fuel: Fuel,
    /// The prime mover.
    pub technology: Technology,
    /// The first year.
    pub first_year: i16,
    /// Announced capacity by year, from the first.
    pub capacity_mw: Vec<f64>,
    /// The part of each zone; the parts sum to one.
    pub zone_share: BTreeMap<String, f64>,
    /// Hours of storage at full power; zero if none.
    #[serde(default)]
    pub storage_hours: f64,
    /// Chance that an entry happens.
    pub completion_probability: f64,
    /// Mean delay of an entry that happens.
    pub mean_slip_months: f64,
    /// Where the numbers come from.
    pub source: String,
}

impl Recipe {
    /// Reads a recipe; `file` is the name used in faults.
    pub fn parse(file: &str, text: &str) -> Result<Recipe, Vec<CaseFault>> {
        let mut list = Vec::new();
        let mut faults = Faults::new(file, &mut list);
        match toml::from_str::<Recipe>(text) {
            Ok(recipe) => {
                recipe.check(&mut faults);
                if list.is_empty() { Ok(recipe) } else { Err(list) }
            }
            Err(error) => {
                let line = error.span().map(|span| 1 + text[..span.start].matches('\n').count() as u64);
                faults.add(line, "recipe", error.message());
                Err(list)
            }
        }
    }

    fn check(&self, faults: &mut Faults<'_>) {
        let zones = || self.zones.iter().map(|zone| zone.name.as_str());
        let mut zone = |path: &str, name: &str| {
            if !zones().any(|known| known == name) {
                faults.unknown(None, path, "zone", name, zones());
            }
        };
        for (i, rule) in self.fleet.iter().enumerate() {
            rule.capacity_mw.keys().for_each(|name| zone(&format!("fleet[{i}].capacity_mw"), name));
        }
        let given = [&self.source_date, &self.fleet_date].map(Option::is_some);
        if given[0] != given[1] || (given[0] && self.days().is_none_or(|(source, fleet)| source >= fleet)) {
            let message =
                "source_date and fleet_date are dates that go together, the first before the second";
            faults.add(None, "source_date", message);
        }
        for (i, rule) in self.fleet.iter().enumerate() {
            for (key, message) in dates::faults(rule, self.days()) {
                faults.add(None, &format!("fleet[{i}].{key}"), message);
            }
        }
        if self.schema != 1 {
            faults.add(None, "schema", "this version cannot be read").allowed = Some("1".to_owned());
        }
        for fuel in Fuel::ALL {
            let steps = || self.ladder.iter().filter(|step| step.fuel == *fuel);
            let sum: f64 = steps().map(|step| step.capacity_share).sum();
            if steps().count() > 0 && (sum - 1.0).abs() > 1e-9 {
                faults.add(None, "ladder", format!("the shares of {} sum to {sum}, not to 1", fuel.name()));
            }
        }
        let names: Vec<&str> = self.zones.iter().map(|zone| zone.name.as_str()).collect();
        check_sites(&self.sites, &names, faults);
        check_planned(&self.planned, &names, faults);
    }

    /// The day of the source's fleet and that of the targets.
    fn days(&self) -> Option<(Date, Date)> {
        Some((Date::parse(self.source_date.as_deref()?)?, Date::parse(self.fleet_date.as_deref()?)?))
    }

    fn zone(&self, name: &str) -> ZoneId {
        let position = self.zones.iter().position(|zone| zone.name == name);
        ZoneId(position.expect("names were checked") as u16)
    }

    /// Brings the tables of PowerSimData to the base year: every file of the pack but `region.toml` and
    /// `weather.toml`, by name. `O(n log n)`.
    pub fn apply_to_powersimdata(
        &self,
        tables: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, Vec<CaseFault>> {
        let zones: Vec<(u32, String)> = self.zones.iter().map(|zone| (zone.id, zone.name.clone())).collect();
        let select = Selection {
            interconnect: &self.interconnect,
            zones: &zones,
            line_detour: self.network.line_detour,
        };
        let mut network = powersimdata::read(tables, &select)?;
        for branch in network.graph.edge_weights_mut() {
            branch.rating_mw *= self.network.rating_factor;
        }
        self.place_load(&mut network);
        fleet::bring_to_target(self, &mut network);
        let sites = self.place_sites(&network);
        let names: Vec<&str> = self.zones.iter().map(|zone| zone.name.as_str()).collect();
        Ok(RegionPack::write_tables(&network, &plan(&self.planned, &names), &sites, &[]))
    }

    /// Load shares: of a zone's peak, what the source case had stays by the source's loads, and the rest
    /// connects at transmission buses in proportion to the line ratings that meet there.
    fn place_load(&self, network: &mut Network) {
        for (index, rule) in self.zones.iter().enumerate() {
            let zone = ZoneId(index as u16);
            let in_zone = network.buses().filter(|(_, bus)| bus.zone == zone);
            let source_mw: f64 = in_zone.map(|(_, bus)| bus.load_mw).sum();
            let weights = network.transmission_weights(zone, self.network.transmission_minimum_kv);
            let above = if weights.is_empty() { 0.0 } else { (1.0 - source_mw / rule.peak_mw).max(0.0) };
            for bus in network.graph.node_weights_mut().filter(|bus| bus.zone == zone) {
                bus.load_share = round((1.0 - above) * bus.load_mw / source_mw, 12);
            }
            for (id, weight) in weights {
                let bus = &mut network.graph[petgraph::graph::NodeIndex::new(id.0 as usize)];
                bus.load_share = round(bus.load_share + above * weight, 12);
            }
        }
    }

    /// Puts every site, in file order, at the transmission bus of its zone with the fewest sites, and of
    /// those the one with the most line rating left.
    fn place_sites(&self, network: &Network) -> Vec<ExistingSite> {
        struct Place {
            bus: BusId,
            sites: u32,
            left_mw: f64,
        }
        let minimum_kv = self.network.transmission_minimum_kv;
        let empty = |(bus, left_mw)| Place { bus, sites: 0, left_mw };
        let buses = |zone| network.transmission_ratings_mw(ZoneId(zone as u16), minimum_kv);
        let mut zones: Vec<Vec<Place>> =
            (0..self.zones.len()).map(|zone| buses(zone).into_iter().map(empty).collect()).collect();
        let place = |rule: &SiteRule| {
            let zone = self.zone(&rule.zone);
            let order = |a: &&mut Place, b: &&mut Place| {
                a.sites.cmp(&b.sites).then(b.left_mw.total_cmp(&a.left_mw)).then(a.bus.cmp(&b.bus))
            };
            let best = zones[zone.0 as usize].iter_mut().min_by(order)?;
            best.sites += 1;
            best.left_mw -= rule.contract_mw;
            Some(ExistingSite {
                name: rule.name.clone(),
                class: rule.class.clone(),
                zone,
                bus: best.bus,
                contract_mw: rule.contract_mw,
                installed_mw: rule.installed_mw,
                energized: Date::parse(&rule.energized)?,
                source: rule.source.clone(),
            })
        };
        self.sites.iter().filter_map(place).collect()
    }
}

/// Zones and dates of the large loads.
fn check_sites(rules: &[SiteRule], zones: &[&str], faults: &mut Faults<'_>) {
    for (i, rule) in rules.iter().enumerate() {
        if !zones.contains(&rule.zone.as_str()) {
            let path = format!("sites[{i}].zone");
            faults.unknown(None, &path, "zone", &rule.zone, zones.iter().copied());
        }
        if Date::parse(&rule.energized).is_none() {
            let message = format!("\"{}\" is not a date", rule.energized);
            faults.add(None, &format!("sites[{i}].energized"), message);
        }
    }
}

/// Zones, shares and actions of the plan.
fn check_planned(rules: &[PlannedRule], zones: &[&str], faults: &mut Faults<'_>) {
    for (i, rule) in rules.iter().enumerate() {
        for name in rule.zone_share.keys().filter(|name| !zones.contains(&name.as_str())) {
            let path = format!("planned[{i}].zone_share");
            faults.unknown(None, &path, "zone", name, zones.iter().copied());
        }
        let sum: f64 = rule.zone_share.values().sum();
        if (sum - 1.0).abs() > 1e-9 {
            faults.add(None, &format!("planned[{i}].zone_share"), format!("sums to {sum}, not to 1"));
        }
        if !matches!(rule.action.as_str(), "add" | "retire") {
            let known = ["add", "retire"].into_iter();
            faults.unknown(None, &format!("planned[{i}].action"), "action", &rule.action, known);
        }
    }
}

/// One row per rule, year and zone, dated the first of June: before the summer peak.
fn plan(rules: &[PlannedRule], zones: &[&str]) -> Vec<PlannedChange> {
    let mut rows = Vec::new();
    for rule in rules {
        for (year, total_mw) in (rule.first_year..).zip(&rule.capacity_mw) {
            for (place, zone) in zones.iter().enumerate() {
                let share = rule.zone_share.get(*zone).copied().unwrap_or(0.0);
                let capacity_mw = (total_mw * share).round();
                if capacity_mw <= 0.0 {
                    continue;
                }
                rows.push(PlannedChange {
                    name: format!("{}_{}_{zone}_{year}", rule.action, rule.technology.name()),
                    date: Date { year, month: 6, day: 1 },
                    zone: ZoneId(place as u16),
                    action: if rule.action == "add" { PlannedAction::Add } else { PlannedAction::Retire },
                    fuel: rule.fuel,
                    technology: rule.technology,
                    capacity_mw,
                    storage_mwh: round(capacity_mw * rule.storage_hours, 1),
                    completion_probability: rule.completion_probability,
                    mean_slip_months: rule.mean_slip_months,
                    source: rule.source.clone(),
                });
            }
        }
    }
    rows.sort_by_key(|row| row.date);
    rows
}

/// A number with that many decimals, so that tables are short.
fn round(value: f64, decimals: u32) -> f64 {
    let scale = 10_u64.pow(decimals) as f64;
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests;
