//! The settings of a region: zones, market rules, fuels and notices, from `region.toml`.
//!
//! Every section is read by itself, so that a fault in one does not hide those in the others. Numbers
//! carry a `source` key beside them: a reference with a confidence tag, or "assumed".

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::context::Context;
use super::settings::{Written, one_of, settings};
use crate::grid::Fuel;
use crate::grid::case::Faults;

/// The version of `region.toml` that is read.
pub(super) const SCHEMA: i64 = 1;

/// What kind of network the pack holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkKind {
    /// Buses and branches.
    Nodal,
    /// One bus per zone, joined by pipes with published transfer limits.
    Zonal,
}

impl Written for NetworkKind {
    fn kind() -> String {
        one_of(&["nodal", "zonal"])
    }
}

settings! {
    "[region]",
    /// What the pack is.
    pub struct RegionFacts {
        /// The name of the pack.
        pub name: String,
        /// A readable name.
        pub title: String,
        /// Buses and branches, or one bus per zone and pipes between them.
        pub network: NetworkKind,
        /// Time zone of load shapes and tariffs, as in the IANA database; whole hours from UTC.
        pub time_zone: String,
        /// The year whose load and fleet the pack describes (its end, for the fleet).
        pub base_year: i16,
        /// Whether the buses and lines are invented.
        pub synthetic: bool,
        /// Printed on every map and nodal table.
        pub notice: String,
        /// Base of per-unit values.
        pub base_mva: f64,
        /// Voltage from which bulk plant and large loads connect.
        pub transmission_minimum_kv: f64,
    }
}

settings! {
    "[[zones]]",
    /// A zone; ids follow the order of the file.
    pub struct ZoneFacts {
        /// The name in files and tables: lower-case letters, digits, underscores.
        pub name: String,
        /// A readable name.
        pub title: String,
        /// Its load in `weather.toml`.
        pub load_series: String,
        /// Its wind availability in `weather.toml`.
        pub wind_series: String,
        /// Its solar availability in `weather.toml`.
        pub solar_series: String,
        /// The part of new large loads that is sited here by default; the parts sum to one.
        pub large_load_share: f64,
    }
}

settings! {
    "[market]",
    /// Price rules; each price is below the next.
    pub struct Market {
        /// Least offer.
        pub offer_floor_usd_per_mwh: f64,
        /// Greatest offer of a generator or bid of a load.
        pub offer_cap_usd_per_mwh: f64,
        /// Settlement prices are clipped to this.
        pub settlement_cap_usd_per_mwh: f64,
        /// Where the numbers come from.
        pub source: String,
    }
}

settings! {
    "[shed]",
    /// What not serving firm load costs in the clearing: above the offer cap, each below the next.
    pub struct Shed {
        /// Large loads, shed first.
        pub large_load_usd_per_mwh: f64,
        /// Everybody else, by zone.
        pub native_usd_per_mwh: f64,
        /// Where the numbers come from.
        pub source: String,
    }
}

settings! {
    "[[branch_ceilings]]",
    /// What a MW beyond a branch's limit costs, by rising voltage.
    pub struct BranchCeiling {
        /// Holds for branches whose higher voltage is at least this; the highest that fits counts.
        pub minimum_kv: f64,
        /// Greatest shadow price of the limit.
        pub usd_per_mwh: f64,
        /// Where the number comes from.
        pub source: String,
    }
}

settings! {
    "[[reserve]]",
    /// A step of the demand for reserve, by falling price.
    pub struct ReserveStep {
        /// How much reserve is worth that much.
        pub size_mw: f64,
        /// What a MW for one hour is worth.
        pub usd_per_mwh: f64,
        /// Where the numbers come from.
        pub source: String,
    }
}

settings! {
    "[fuels.<fuel>]",
    /// The price of a fuel; one without an entry costs nothing.
    pub struct FuelPrice {
        /// Delivered price in the base year.
        pub price_usd_per_mmbtu: f64,
        /// What the fuel costs more in a zone, by the zone's name; gas and coal only.
        #[serde(default)]
        pub basis_usd_per_mmbtu: BTreeMap<String, f64>,
        /// Where the number comes from.
        pub source: String,
    }
}

settings! {
    "[carbon]",
    /// What plants that burn pay for carbon dioxide.
    pub struct CarbonPrice {
        /// Price of emitted carbon dioxide in the base year.
        pub price_usd_per_tonne: f64,
        /// Where the number comes from.
        pub source: String,
    }
}

settings! {
    "[commitment]",
    /// How the day-ahead commitment differs here.
    pub struct CommitmentFacts {
        /// The default of `thermal.margin_percent` in this region: what is started beyond the forecast of net load.
        pub margin_percent: f64,
        /// Where the number comes from.
        pub source: String,
    }
}

settings! {
    "[availability.<fuel>]",
    /// How much of a fuel's capacity is there; without an entry all of it, or what the weather gives.
    pub struct Availability {
        /// Yearly mean of available over installed capacity.
        pub fraction: f64,
        /// Where the number comes from.
        pub source: String,
    }
}

settings! {
    "[adequacy]",
    /// Whether the network carries its load.
    pub(super) struct Adequacy {
        /// What is known about it.
        notes: Vec<String>,
    }
}

/// The settings of a region.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// What the pack is.
    pub facts: RegionFacts,
    /// Zones, in the order of their ids.
    pub zones: Vec<ZoneFacts>,
    /// Price rules.
    pub market: Market,
    /// Penalties for load that is not served.
    pub shed: Shed,
    /// Ceilings on the price of branch limits, from low to high voltage.
    pub branch_ceilings: Vec<BranchCeiling>,
    /// Demand for reserve, the most valuable step first.
    pub reserve: Vec<ReserveStep>,
    /// Fuel prices of the base year; fuels without an entry cost nothing.
    pub fuels: BTreeMap<Fuel, FuelPrice>,
    /// What plants that burn pay for carbon dioxide, if anything.
    pub carbon: Option<CarbonPrice>,
    /// The margin of the day-ahead commitment, where the default does not fit.
    pub commitment: Option<CommitmentFacts>,
    /// Availability by fuel; fuels without an entry are always available (or follow the weather).
    pub availability: BTreeMap<Fuel, Availability>,
    /// What is known about whether the network can carry its load.
    pub adequacy_notes: Vec<String>,
    /// Capacity market, retail prices, public figures, origin of the weather.
    pub context: Context,
}

impl Region {
    /// The names of the zones in the order of their ids.
    pub fn zone_names(&self) -> Vec<String> {
        self.zones.iter().map(|zone| zone.name.clone()).collect()
    }

    /// Whether zones are joined by pipes.
    pub fn is_zonal(&self) -> bool {
        self.facts.network == NetworkKind::Zonal
    }

    /// The ceiling on the price of a branch limit at that voltage; `None` below the lowest entry.
    pub fn branch_ceiling_usd_per_mwh(&self, kv: f64) -> Option<f64> {
        self.branch_ceilings.iter().rev().find(|step| kv >= step.minimum_kv).map(|step| step.usd_per_mwh)
    }

    /// Reads `region.toml`. A region is returned whenever its sections could be read, so that tables can
    /// be checked against its zones even when values are out of range.
    pub(crate) fn parse(text: &str, faults: &mut Faults<'_>) -> Option<Region> {
        let (root, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let line = error.span().map(|span| line_of(text, span.start));
            faults.add(line, "syntax", error.message());
        }
        let mut sections = Sections { text, table: root.into_inner(), faults };
        sections.schema();
        let facts = sections.one("region");
        let zones = sections.list("zones");
        let market = sections.one("market");
        let shed = sections.one("shed");
        let branch_ceilings = sections.list("branch_ceilings");
        let reserve = sections.list("reserve");
        let fuels = sections.by_fuel("fuels");
        let carbon: Option<CarbonPrice> = sections.maybe("carbon");
        let commitment: Option<CommitmentFacts> = sections.maybe("commitment");
        let availability = sections.by_fuel("availability");
        let adequacy: Option<Adequacy> = sections.one("adequacy");
        let context = Context {
            capacity_market: sections.maybe("capacity_market"),
            retail: sections.maybe("retail"),
            public: sections.maybe("public"),
            weather: sections.maybe("weather"),
        };
        sections.rest();
        let region = Region {
            facts: facts?,
            zones: zones?,
            market: market?,
            shed: shed?,
            branch_ceilings: branch_ceilings?,
            reserve: reserve?,
            fuels: fuels?,
            carbon,
            commitment,
            availability: availability?,
            adequacy_notes: adequacy?.notes,
            context,
        };
        region.check(faults);
        Some(region)
    }

    fn check(&self, faults: &mut Faults<'_>) {
        let mut fault = |field: &str, wrong: bool, message: &str| {
            if wrong {
                faults.add(None, field, message);
            }
        };
        let positive = |x: f64| x.is_finite() && x > 0.0;
        fault("region.base_mva", !positive(self.facts.base_mva), "must be a positive number");
        let transmission_kv = self.facts.transmission_minimum_kv;
        fault("region.transmission_minimum_kv", !positive(transmission_kv), "must be a positive number");
        let names: BTreeSet<&str> = self.zones.iter().map(|zone| zone.name.as_str()).collect();
        fault("zones.name", names.len() != self.zones.len(), "two zones have the same name");
        let slug = |name: &str| {
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        let plain = names.iter().all(|name| slug(name));
        fault("zones.name", !plain, "a zone's name has lower-case letters, digits and underscores only");
        let shares: f64 = self.zones.iter().map(|zone| zone.large_load_share).sum();
        let share_range = self.zones.iter().all(|zone| (0.0..=1.0).contains(&zone.large_load_share));
        let shares_fit = share_range && (shares - 1.0).abs() <= 1e-9;
        fault("zones.large_load_share", !shares_fit, "the shares must lie in 0 to 1 and sum to 1");
        let m = &self.market;
        let prices = [m.offer_floor_usd_per_mwh, m.offer_cap_usd_per_mwh, m.settlement_cap_usd_per_mwh];
        let rising = prices.windows(2).all(|w| w[0] < w[1]) && prices.iter().all(|p| p.is_finite());
        fault("market", !rising, "offer floor < offer cap < settlement cap must hold");
        let tiers = [m.offer_cap_usd_per_mwh, self.shed.large_load_usd_per_mwh, self.shed.native_usd_per_mwh];
        let order = tiers.windows(2).all(|w| w[0] < w[1]) && tiers.iter().all(|p| p.is_finite());
        fault("shed", !order, "offer cap < large loads < native must hold");
        let steps = &self.branch_ceilings;
        let rises = steps.windows(2).all(|w| w[0].minimum_kv < w[1].minimum_kv);
        fault("branch_ceilings", !rises, "list them by rising minimum_kv");
        let valid = steps.iter().all(|step| positive(step.usd_per_mwh) && step.minimum_kv >= 0.0);
        fault("branch_ceilings", !valid, "prices must be positive and voltages not negative");
        let falls = self.reserve.windows(2).all(|w| w[0].usd_per_mwh > w[1].usd_per_mwh);
        fault("reserve", !falls, "list the steps by falling price");
        let valid = self.reserve.iter().all(|step| positive(step.size_mw) && positive(step.usd_per_mwh));
        fault("reserve", !valid, "sizes and prices must be positive");
        let valid = self.fuels.values().all(|fuel| fuel.price_usd_per_mmbtu.is_finite());
        fault("fuels", !valid, "prices must be finite");
        for (fuel, price) in &self.fuels {
            let path = format!("fuels.{}.basis_usd_per_mmbtu", fuel.name());
            let basis = &price.basis_usd_per_mmbtu;
            let stray = basis.keys().any(|zone| !names.contains(zone.as_str()));
            fault(&path, stray, "names a zone that the region does not have");
            fault(&path, !basis.values().all(|x| x.is_finite()), "must be finite");
            let other = !basis.is_empty() && !matches!(fuel, Fuel::Gas | Fuel::Coal);
            fault(&path, other, "only gas and coal have prices by zone");
        }
        let carbon = self.carbon.as_ref().map_or(0.0, |carbon| carbon.price_usd_per_tonne);
        fault("carbon.price_usd_per_tonne", !(carbon.is_finite() && carbon >= 0.0), "must not be negative");
        let margin = self.commitment.as_ref().map_or(0.0, |commitment| commitment.margin_percent);
        fault("commitment.margin_percent", !(0.0..=100.0).contains(&margin), "lies in 0 to 100");
        let priced = self.fuels.contains_key(&Fuel::Import);
        fault("fuels.import", priced, "an import has the gas price of its zone");
        let valid = self.availability.values().all(|entry| (0.0..=1.0).contains(&entry.fraction));
        fault("availability", !valid, "a fraction lies in 0 to 1");
        self.context.check(fault);
    }
}

fn line_of(text: &str, offset: usize) -> u64 {
    let before = text.get(..offset).unwrap_or(text);
    1 + before.matches('\n').count() as u64
}

/// The sections of the file that have not been read yet.
struct Sections<'t, 'f, 'l> {
    text: &'t str,
    table: DeTable<'t>,
    faults: &'f mut Faults<'l>,
}

impl<'t> Sections<'t, '_, '_> {
    fn take(&mut self, name: &str, required: bool) -> Option<Spanned<DeValue<'t>>> {
        let found = self.table.remove(name);
        if found.is_none() && required {
            self.faults.add(None, name, "this section is missing");
        }
        found
    }

    fn read<T: DeserializeOwned>(&mut self, path: &str, value: Spanned<DeValue<'t>>) -> Option<T> {
        let start = value.span().start;
        match T::deserialize(ValueDeserializer::from(value)) {
            Ok(read) => Some(read),
            Err(error) => {
                let line = line_of(self.text, error.span().map_or(start, |span| span.start));
                self.faults.add(Some(line), path, error.message());
                None
            }
        }
    }

    fn schema(&mut self) {
        let Some(value) = self.take("schema", true) else { return };
        let line = line_of(self.text, value.span().start);
        if self.read::<i64>("schema", value).is_some_and(|found| found != SCHEMA) {
            let fault = self.faults.add(Some(line), "schema", "this version cannot be read");
            fault.allowed = Some(SCHEMA.to_string());
        }
    }

    fn one<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let value = self.take(name, true)?;
        self.read(name, value)
    }

    /// A section that may be absent; `None` also when it could not be read, which is a fault.
    fn maybe<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let value = self.take(name, false)?;
        self.read(name, value)
    }

    /// The entries of an array of tables; `None` when one of them could not be read.
    fn list<T: DeserializeOwned>(&mut self, name: &str) -> Option<Vec<T>> {
        let value = self.take(name, true)?;
        let line = line_of(self.text, value.span().start);
        let DeValue::Array(entries) = value.into_inner() else {
            self.faults.add(Some(line), name, format!("write this section as [[{name}]]"));
            return None;
        };
        let read: Vec<Option<T>> = entries
            .into_iter()
            .enumerate()
            .map(|(i, entry)| self.read(&format!("{name}[{i}]"), entry))
            .collect();
        read.into_iter().collect()
    }

    /// A table with one entry per fuel; `None` when one of them could not be read.
    fn by_fuel<T: DeserializeOwned>(&mut self, name: &str) -> Option<BTreeMap<Fuel, T>> {
        let value = self.take(name, true)?;
        let line = line_of(self.text, value.span().start);
        let DeValue::Table(entries) = value.into_inner() else {
            self.faults.add(Some(line), name, "this must be a table with one entry per fuel");
            return None;
        };
        let mut read = BTreeMap::new();
        let mut complete = true;
        for (key, entry) in entries {
            let path = format!("{name}.{}", key.get_ref());
            let fuel = Fuel::from_name(key.get_ref());
            if fuel.is_none() {
                let line = line_of(self.text, key.span().start);
                let known = Fuel::ALL.iter().map(|fuel| fuel.name());
                self.faults.unknown(Some(line), &path, "fuel", key.get_ref(), known);
            }
            match fuel.zip(self.read(&path, entry)) {
                Some((fuel, value)) => drop(read.insert(fuel, value)),
                None => complete = false,
            }
        }
        complete.then_some(read)
    }

    /// Notes every section that nobody asked for.
    fn rest(&mut self) {
        const KNOWN: [&str; 16] = [
            "schema",
            "region",
            "zones",
            "market",
            "shed",
            "branch_ceilings",
            "reserve",
            "fuels",
            "carbon",
            "commitment",
            "availability",
            "adequacy",
            "capacity_market",
            "retail",
            "public",
            "weather",
        ];
        for key in self.table.keys() {
            let line = line_of(self.text, key.span().start);
            self.faults.unknown(Some(line), key.get_ref(), "section", key.get_ref(), KNOWN.into_iter());
        }
    }
}
