//! A recipe for a zonal pack: one bus per zone, and a fleet told by totals, dates and heat-rate ladders.
//!
//! A zonal pack knows no plants, only groups: per zone and technology a few units with rising heat rates.
//! [`ZonalRecipe`] holds the capacity by date, with a source beside every number. Its split over the zones is
//! given, or it is that of a plant table (PowerSimData's `plant.csv`) whose zones are mapped to ours with
//! shares. What grows between two dates is a unit that opens on the later one; what shrinks is taken from the
//! oldest units, which close on that date. Newer units stand lower on the ladder. Plants that deserve a name
//! (nuclear plants, known closures, ties) are listed one by one.
//!
//! The same inputs give the same bytes. `O(plants + units log units)`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{PlannedRule, SiteRule, check_planned, check_sites, plan, round};
use crate::grid::case::matpower::Ordinals;
use crate::grid::case::powersimdata::{self, PLANT};
use crate::grid::case::table::{Shape, Table};
use crate::grid::case::{CaseFault, Faults};
use crate::grid::pack::ExistingSite;
use crate::grid::{Bus, BusId, Date, Fuel, Generator, Network, RegionPack, Technology, Zone, ZoneId};

/// A recipe file with `network = "zonal"`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZonalRecipe {
    /// Version of the layout; 1.
    pub schema: u32,
    /// `zonal`.
    pub network: String,
    /// Zones, in the order of the pack.
    pub zones: Vec<ZonalZone>,
    /// Capacity of groups of plants.
    #[serde(default)]
    pub fleet: Vec<ZonalFleet>,
    /// Plants and ties listed one by one.
    #[serde(default)]
    pub units: Vec<UnitRule>,
    /// Large loads that exist at the start.
    #[serde(default)]
    pub sites: Vec<SiteRule>,
    /// Dated additions and retirements.
    #[serde(default)]
    pub planned: Vec<PlannedRule>,
}

/// A zone, which is one bus.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZonalZone {
    /// Its name in the pack.
    pub name: String,
    /// A readable name for its bus.
    pub title: String,
    /// Where it is drawn.
    pub latitude_deg: f64,
    /// Where it is drawn.
    pub longitude_deg: f64,
    /// Voltage of its transmission, for the class of its station.
    pub base_kv: f64,
    /// Its greatest hourly load, for reference.
    pub peak_mw: f64,
    /// The zones of the plant table that lie here, each with the part of it that does.
    #[serde(default)]
    pub source_zones: BTreeMap<String, f64>,
    /// Where the numbers come from.
    pub source: String,
}

/// The capacity of a technology by date.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZonalFleet {
    /// The fuel.
    pub fuel: Fuel,
    /// The prime mover.
    pub technology: Technology,
    /// Rising days, `YYYY-MM-DD`; before the first, its capacity holds.
    pub dates: Vec<String>,
    /// Capacity of the region, one number per date.
    #[serde(default)]
    pub total_mw: Vec<f64>,
    /// The part of each zone; absent: as the plants of that fuel in the plant table.
    #[serde(default)]
    pub zone_share: BTreeMap<String, f64>,
    /// Capacity by zone instead of a total, one number per date.
    #[serde(default)]
    pub zone_mw: BTreeMap<String, Vec<f64>>,
    /// Into how many heat-rate steps a zone's capacity is cut, about.
    #[serde(default = "one")]
    pub steps: u32,
    /// Heat rate of the best and of the worst plant; absent for what burns nothing.
    #[serde(default)]
    pub heat_rate_mmbtu_per_mwh: Option<[f64; 2]>,
    /// Variable operation and maintenance.
    #[serde(default)]
    pub variable_om_usd_per_mwh: f64,
    /// Hours of storage at full power; zero if none.
    #[serde(default)]
    pub storage_hours: f64,
    /// Where the numbers come from.
    pub source: String,
}

const fn one() -> u32 {
    1
}

/// A plant or a tie with a name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitRule {
    /// Its name, unique.
    pub name: String,
    /// Its zone.
    pub zone: String,
    /// The fuel.
    pub fuel: Fuel,
    /// The prime mover.
    pub technology: Technology,
    /// Net capacity.
    pub capacity_mw: f64,
    /// Least output; absent: the usual part of the technology.
    #[serde(default)]
    pub minimum_mw: f64,
    /// Full-load average heat rate; zero for what burns nothing.
    #[serde(default)]
    pub heat_rate_mmbtu_per_mwh: f64,
    /// Variable operation and maintenance, or the price of an import that follows no gas price.
    #[serde(default)]
    pub variable_om_usd_per_mwh: f64,
    /// Energy of storage; zero otherwise.
    #[serde(default)]
    pub storage_mwh: f64,
    /// First day, `YYYY-MM-DD`.
    #[serde(default)]
    pub online: Option<String>,
    /// The day from which it is gone, `YYYY-MM-DD`.
    #[serde(default)]
    pub retired: Option<String>,
    /// Carbon dioxide per unit of heat; absent: that of the fuel.
    #[serde(default)]
    pub co2_kg_per_mmbtu: Option<f64>,
    /// Part of time out by failure; absent: that of the technology.
    #[serde(default)]
    pub forced_outage_rate: Option<f64>,
    /// Who sells, for imports.
    #[serde(default)]
    pub neighbour: Option<String>,
    /// Where the numbers come from.
    pub source: String,
}

/// Whether the text of a recipe asks for a zonal pack.
pub fn is_zonal(text: &str) -> bool {
    let table: Option<toml::Table> = text.parse().ok();
    table.is_some_and(|table| table.get("network").and_then(toml::Value::as_str) == Some("zonal"))
}

impl ZonalRecipe {
    /// Reads a recipe; `file` is the name used in faults.
    pub fn parse(file: &str, text: &str) -> Result<ZonalRecipe, Vec<CaseFault>> {
        let mut list = Vec::new();
        let mut faults = Faults::new(file, &mut list);
        match toml::from_str::<ZonalRecipe>(text) {
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

    fn names(&self) -> Vec<&str> {
        self.zones.iter().map(|zone| zone.name.as_str()).collect()
    }

    fn check(&self, faults: &mut Faults<'_>) {
        if self.schema != 1 {
            faults.add(None, "schema", "this version cannot be read").allowed = Some("1".to_owned());
        }
        let names = self.names();
        let mut parts: BTreeMap<&str, f64> = BTreeMap::new();
        for (source, part) in self.zones.iter().flat_map(|zone| &zone.source_zones) {
            *parts.entry(source).or_default() += part;
        }
        for (source, part) in parts.into_iter().filter(|(_, part)| *part > 1.0 + 1e-9) {
            let message = format!("{part} of \"{source}\" is given away, more than there is");
            faults.add(None, "zones.source_zones", message);
        }
        for (i, rule) in self.fleet.iter().enumerate() {
            rule.check(&format!("fleet[{i}]"), &names, faults);
        }
        for (i, rule) in self.units.iter().enumerate() {
            let path = format!("units[{i}]");
            if !names.contains(&rule.zone.as_str()) {
                faults.unknown(None, &format!("{path}.zone"), "zone", &rule.zone, names.iter().copied());
            }
            for date in rule.online.iter().chain(&rule.retired) {
                check_date(&path, date, faults);
            }
        }
        check_sites(&self.sites, &names, faults);
        check_planned(&self.planned, &names, faults);
    }

    /// The tables of the pack by file name: every file but `region.toml`, `interfaces.csv` and
    /// `weather.toml`. `tables` needs `plant.csv` only when a split over the zones is taken from it.
    pub fn apply(
        &self,
        tables: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, Vec<CaseFault>> {
        let mut list = Vec::new();
        let needs_plants = self.fleet.iter().any(ZonalFleet::follows_plants);
        let plants = if needs_plants { self.plants(tables, &mut list) } else { BTreeMap::new() };
        let mut network = Network { base_mva: 100.0, ..Network::default() };
        network.zones = self.zones.iter().map(|zone| Zone { name: zone.name.clone() }).collect();
        for (number, zone) in (1..).zip(&self.zones) {
            network.add_bus(Bus {
                number,
                name: zone.title.clone(),
                zone: ZoneId((number - 1) as u16),
                substation: number,
                base_kv: zone.base_kv,
                load_mw: zone.peak_mw,
                shunt_mw: 0.0,
                load_share: 1.0,
                position: Some((zone.latitude_deg, zone.longitude_deg)),
            });
        }
        let mut names = Ordinals::default();
        for (i, rule) in self.fleet.iter().enumerate() {
            let Some(by_zone) = rule.by_zone(&self.names(), &plants) else {
                let message =
                    format!("{PLANT} has no {} in these zones to take the split from", rule.fuel.name());
                Faults::new(PLANT, &mut list).add(None, &format!("fleet[{i}]"), message);
                continue;
            };
            for (bus, path_mw) in by_zone.iter().enumerate() {
                rule.build(bus, &self.zones[bus].name, path_mw, &mut names, &mut network.generators);
            }
        }
        network.generators.extend(self.units.iter().map(|rule| self.unit(rule)));
        if !list.is_empty() {
            return Err(list);
        }
        let mut files =
            RegionPack::write_tables(&network, &plan(&self.planned, &self.names()), &self.sites(), &[]);
        files.remove("branches.csv");
        Ok(files)
    }

    fn place(&self, zone: &str) -> usize {
        self.zones.iter().position(|known| known.name == zone).expect("names were checked")
    }

    fn unit(&self, rule: &UnitRule) -> Generator {
        let date = |text: &Option<String>| text.as_deref().and_then(Date::parse);
        Generator {
            name: rule.name.clone(),
            bus: BusId(self.place(&rule.zone) as u32),
            fuel: rule.fuel,
            technology: rule.technology,
            capacity_mw: rule.capacity_mw,
            minimum_mw: rule.minimum_mw,
            heat_rate_mmbtu_per_mwh: rule.heat_rate_mmbtu_per_mwh,
            variable_om_usd_per_mwh: rule.variable_om_usd_per_mwh,
            storage_mwh: rule.storage_mwh,
            online: date(&rule.online),
            retired: date(&rule.retired),
            co2_kg_per_mmbtu: rule.co2_kg_per_mmbtu,
            forced_outage_rate: rule.forced_outage_rate,
            neighbour: rule.neighbour.clone(),
            in_service: true,
            cost: None,
        }
    }

    /// Every site at the bus of its zone.
    fn sites(&self) -> Vec<ExistingSite> {
        let site = |rule: &SiteRule| {
            let place = self.place(&rule.zone);
            Some(ExistingSite {
                name: rule.name.clone(),
                class: rule.class.clone(),
                zone: ZoneId(place as u16),
                bus: BusId(place as u32),
                contract_mw: rule.contract_mw,
                installed_mw: rule.installed_mw,
                energized: Date::parse(&rule.energized)?,
                source: rule.source.clone(),
            })
        };
        self.sites.iter().filter_map(site).collect()
    }

    /// Capacity of the plant table by fuel and zone of ours.
    fn plants(
        &self,
        tables: &BTreeMap<String, String>,
        list: &mut Vec<CaseFault>,
    ) -> BTreeMap<Fuel, Vec<f64>> {
        let mut sums: BTreeMap<Fuel, Vec<f64>> = BTreeMap::new();
        let mut faults = Faults::new(PLANT, list);
        let Some(text) = tables.get(PLANT) else {
            faults.add(None, "file", "this file is missing");
            return sums;
        };
        let shape =
            Shape { required: &["type", "zone_name", "Pmax"], optional: &[], foreign: true, renamed: &[] };
        let Some(table) = Table::read(text, &shape, &mut faults) else { return sums };
        for row in table.rows() {
            let here: Vec<f64> = self
                .zones
                .iter()
                .map(|zone| zone.source_zones.get(row.text("zone_name")).copied().unwrap_or(0.0))
                .collect();
            if here.iter().all(|part| *part <= 0.0) {
                continue;
            }
            let kind = powersimdata::plant_kind(&row, &mut faults);
            let Some(((fuel, _), mw)) = kind.zip(row.not_negative("Pmax", &mut faults)) else { continue };
            let sum = sums.entry(fuel).or_insert_with(|| vec![0.0; self.zones.len()]);
            for (sum, part) in sum.iter_mut().zip(here) {
                *sum += part * mw;
            }
        }
        sums
    }
}

fn check_date(path: &str, text: &str, faults: &mut Faults<'_>) {
    if Date::parse(text).is_none() {
        faults.add(None, path, format!("\"{text}\" is not a date"));
    }
}

/// Capacity of one age in a zone.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Vintage {
    mw: f64,
    online: Option<Date>,
    retired: Option<Date>,
}

impl ZonalFleet {
    /// Whether its split over the zones is that of the plant table.
    fn follows_plants(&self) -> bool {
        self.zone_mw.is_empty() && self.zone_share.is_empty()
    }

    fn check(&self, path: &str, zones: &[&str], faults: &mut Faults<'_>) {
        for name in self.zone_mw.keys().chain(self.zone_share.keys()) {
            if !zones.contains(&name.as_str()) {
                faults.unknown(None, path, "zone", name, zones.iter().copied());
            }
        }
        self.dates.iter().for_each(|date| check_date(path, date, faults));
        let rises = self.dates.windows(2).all(|pair| pair[0] < pair[1]) && !self.dates.is_empty();
        let mut fault = |wrong: bool, message: &str| {
            if wrong {
                faults.add(None, path, message);
            }
        };
        fault(!rises, "dates must be there and rise");
        let both = self.zone_mw.is_empty() == self.total_mw.is_empty();
        fault(both, "give either total_mw or zone_mw");
        let lengths = self.zone_mw.values().chain([&self.total_mw]).filter(|path| !path.is_empty());
        fault(lengths.clone().any(|path| path.len() != self.dates.len()), "give one number per date");
        let negative = lengths.flatten().any(|mw| !(mw.is_finite() && *mw >= 0.0));
        fault(negative, "capacity is not negative");
        let sum: f64 = self.zone_share.values().sum();
        fault(!self.zone_share.is_empty() && (sum - 1.0).abs() > 1e-9, "zone_share must sum to 1");
        fault(self.steps == 0, "there is at least one step");
    }

    /// Capacity by zone and date; `None` when the plant table has no plant of this fuel here.
    fn by_zone(&self, zones: &[&str], plants: &BTreeMap<Fuel, Vec<f64>>) -> Option<Vec<Vec<f64>>> {
        if !self.zone_mw.is_empty() {
            return Some(
                zones.iter().map(|zone| self.zone_mw.get(*zone).cloned().unwrap_or_default()).collect(),
            );
        }
        let shares: Vec<f64> = if self.zone_share.is_empty() {
            let mw = plants.get(&self.fuel)?;
            let sum: f64 = mw.iter().sum();
            mw.iter().map(|mw| mw / sum).collect()
        } else {
            zones.iter().map(|zone| self.zone_share.get(*zone).copied().unwrap_or(0.0)).collect()
        };
        let path = |share: f64| self.total_mw.iter().map(|mw| mw * share).collect();
        Some(shares.into_iter().map(path).collect())
    }

    /// The ages of a zone's capacity, oldest first.
    fn vintages(&self, path_mw: &[f64]) -> Vec<Vintage> {
        let mut stack: Vec<Vintage> = Vec::new();
        let mut before = 0.0;
        for (i, (&mw, date)) in path_mw.iter().zip(&self.dates).enumerate() {
            let date = Date::parse(date).filter(|_| i > 0);
            if mw > before {
                stack.push(Vintage { mw: mw - before, online: date, retired: None });
            }
            let mut gone_mw = (before - mw).max(0.0);
            let mut next = 0;
            while gone_mw > 0.0 && next < stack.len() {
                let old = &mut stack[next];
                if old.retired.is_none() {
                    let part = Vintage { mw: gone_mw.min(old.mw), retired: date, ..*old };
                    gone_mw -= part.mw;
                    old.mw -= part.mw;
                    stack.insert(next, part);
                    next += 1;
                }
                next += 1;
            }
            before = mw;
        }
        stack.retain(|vintage| vintage.mw > 0.05);
        stack
    }

    /// Adds the units of a zone. The newest stand first on the ladder.
    fn build(&self, bus: usize, zone: &str, path_mw: &[f64], names: &mut Ordinals, out: &mut Vec<Generator>) {
        let stack = self.vintages(path_mw);
        let total_mw: f64 = stack.iter().map(|vintage| vintage.mw).sum();
        let [first, last] = self.heat_rate_mmbtu_per_mwh.unwrap_or_default();
        let kind = if self.fuel.name() == self.technology.name() {
            self.fuel.name().to_owned()
        } else {
            format!("{} {}", self.fuel.name(), self.technology.name())
        };
        let mut below_mw = 0.0;
        for vintage in stack.into_iter().rev() {
            let pieces = (f64::from(self.steps) * vintage.mw / total_mw).round().max(1.0);
            let mw = vintage.mw / pieces;
            for _ in 0..pieces as u32 {
                let along = (below_mw + mw / 2.0) / total_mw;
                below_mw += mw;
                let capacity_mw = round(mw, 1);
                out.push(Generator {
                    name: names.next(&format!("{zone} {kind}")),
                    bus: BusId(bus as u32),
                    fuel: self.fuel,
                    technology: self.technology,
                    capacity_mw,
                    minimum_mw: 0.0,
                    heat_rate_mmbtu_per_mwh: round(first + along * (last - first), 3),
                    variable_om_usd_per_mwh: self.variable_om_usd_per_mwh,
                    storage_mwh: round(capacity_mw * self.storage_hours, 1),
                    online: vintage.online,
                    retired: vintage.retired,
                    co2_kg_per_mmbtu: None,
                    forced_outage_rate: None,
                    neighbour: None,
                    in_service: true,
                    cost: None,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests;
