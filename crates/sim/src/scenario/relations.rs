//! Checks that look at more than one value, or at names of things outside the file.
//!
//! A relation is only checked when each of its values is right by itself, so one slip gives one fault.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use gridrush_core::grid::Fuel;
use jiff::civil::Date;

use super::check::{Fault, Faults};
use super::dispatch::Commitment;
use super::document::Place;
use super::{Draft, Scenario, Surroundings};

/// The years in which a run may lie.
const YEARS: RangeInclusive<i16> = 1900..=2200;

/// Two values of which the second must be above the first, or at least as large.
struct Order {
    low: (&'static str, f64),
    high: (&'static str, f64),
    strictly: bool,
}

fn order(low: (&'static str, f64), high: (&'static str, f64)) -> Order {
    Order { low, high, strictly: false }
}

impl Scenario {
    fn orders(&self) -> Vec<Order> {
        let d = &self.dispatch;
        let cap = ("dispatch.offer_cap_usd_per_mwh", d.offer_cap_usd_per_mwh);
        let settled = ("dispatch.settlement_cap_usd_per_mwh", d.settlement_cap_usd_per_mwh);
        let large = ("dispatch.large_load_shed_usd_per_mwh", d.large_load_shed_usd_per_mwh);
        let native = ("dispatch.native_shed_usd_per_mwh", d.native_shed_usd_per_mwh);
        let world = &self.bitcoin.rest_of_world;
        let (mining, ai) = (&self.arrivals.mining, &self.arrivals.ai);
        let value = &self.arrivals.decisions;
        let queue = &self.queue.process;
        let (campus, jobs) = (&self.ai.campus, &self.ai.jobs);
        let capacity = &self.capacity;
        vec![
            Order { low: cap, high: settled, strictly: true },
            order(cap, large),
            order(large, native),
            order(
                ("bitcoin.rest_of_world.lag_min_days", f64::from(world.lag_min_days)),
                ("bitcoin.rest_of_world.lag_max_days", f64::from(world.lag_max_days)),
            ),
            order(("arrivals.mining.min_mw", mining.min_mw), ("arrivals.mining.max_mw", mining.max_mw)),
            order(("arrivals.ai.min_mw", ai.min_mw), ("arrivals.ai.max_mw", ai.max_mw)),
            order(
                ("arrivals.mining.wanted_min_months", mining.wanted_min_months),
                ("arrivals.mining.wanted_max_months", mining.wanted_max_months),
            ),
            order(
                ("arrivals.ai.wanted_min_months", ai.wanted_min_months),
                ("arrivals.ai.wanted_max_months", ai.wanted_max_months),
            ),
            order(
                ("arrivals.decisions.ai_value_min_usd_per_mwh", value.ai_value_min_usd_per_mwh),
                ("arrivals.decisions.ai_value_max_usd_per_mwh", value.ai_value_max_usd_per_mwh),
            ),
            order(
                ("ai.campus.idle_power_share", campus.idle_power_share),
                ("ai.campus.busy_power_share", campus.busy_power_share),
            ),
            order(
                ("ai.jobs.large_share_min", jobs.large_share_min),
                ("ai.jobs.large_share_max", jobs.large_share_max),
            ),
            order(
                ("queue.process.decision_days", queue.decision_days),
                ("queue.process.offer_valid_days", queue.offer_valid_days),
            ),
            order(
                ("capacity.floor_usd_per_mw_day", capacity.floor_usd_per_mw_day),
                ("capacity.cap_usd_per_mw_day", capacity.cap_usd_per_mw_day),
            ),
            order(
                ("capacity.first_share", capacity.first_share),
                ("capacity.middle_share", capacity.middle_share),
            ),
            order(
                ("capacity.middle_share", capacity.middle_share),
                ("capacity.last_share", capacity.last_share),
            ),
        ]
    }
}

impl Draft {
    /// Values that differ from their default and have no effect next to the others.
    pub(super) fn warnings(&self, scenario: &Scenario, base: &Scenario, around: &Surroundings) -> Vec<Fault> {
        let (load, supply) = (&scenario.load, &scenario.supply);
        let no_entry = (!supply.merchant_entry).then_some("supply.merchant_entry = false");
        let no_exit = (!supply.retirement).then_some("supply.retirement = false");
        let no_lines = (!supply.background_transmission).then_some("supply.background_transmission = false");
        let outages = &scenario.outages;
        let no_units = (!outages.units).then_some("outages.units = false");
        let no_unit_at_all = no_units.filter(|_| !outages.planned);
        let no_maintenance = (!outages.planned).then_some("outages.planned = false");
        let no_branches = (!outages.branches).then_some("outages.branches = false");
        let no_requests = (!load.large_loads).then_some("load.large_loads = false");
        let uncommitted =
            (scenario.dispatch.commitment == Commitment::None).then_some("dispatch.commitment = \"none\"");
        let (dispatch, queue) = (&scenario.dispatch, &scenario.queue);
        let pipes = around.zonal.then_some("a zonal region: pipes join its zones, and no line is modelled");
        let no_pipes = (!around.zonal).then_some("a nodal region: no pipes join its zones");
        let idle = [
            ("queue.zonal", queue.zonal != base.queue.zonal, no_pipes),
            ("dispatch.security", dispatch.security != base.dispatch.security, pipes),
            ("dispatch.security_list", dispatch.security_list != base.dispatch.security_list, pipes),
            ("dispatch.branch_ceilings", dispatch.branch_ceilings != base.dispatch.branch_ceilings, pipes),
            (
                "dispatch.contingency_ceilings",
                dispatch.contingency_ceilings != base.dispatch.contingency_ceilings,
                pipes,
            ),
            ("outages.branches", outages.branches != base.outages.branches, pipes),
            ("queue.siting", queue.siting != base.queue.siting, pipes),
            ("supply.entry", supply.entry != base.supply.entry, no_entry),
            ("supply.exit", supply.exit != base.supply.exit, no_exit),
            ("supply.transmission", supply.transmission != base.supply.transmission, no_lines),
            ("outages.weather", outages.weather != base.outages.weather, no_units),
            ("outages.machines", outages.machines != base.outages.machines, no_unit_at_all),
            (
                "outages.planned_by_month",
                outages.planned_by_month != base.outages.planned_by_month,
                no_maintenance,
            ),
            ("outages.lines", outages.lines != base.outages.lines, no_branches),
            ("outages.transformers", outages.transformers != base.outages.transformers, no_branches),
            ("requests", scenario.requests != base.requests, no_requests),
            ("forecast", scenario.forecast != base.forecast, uncommitted),
        ];
        let mut faults = Faults::default();
        for (path, differs, reason) in idle {
            if let Some(reason) = reason.filter(|_| differs) {
                faults.add(Fault::new(&self.place(path), path, format!("has no effect with {reason}")));
            }
        }
        faults.sorted()
    }

    /// Relations between values and names of things outside the file.
    pub(super) fn check(&self, scenario: &Scenario, around: &Surroundings, faults: &mut Faults) {
        let place = |path: &str| self.place(path);
        let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if !faults.touches("name") && (!scenario.name.chars().all(named) || scenario.name.starts_with('.')) {
            let fault = Fault::new(&place("name"), "name", "cannot be the name of a directory".to_owned());
            let fault = fault.value(format!("\"{}\"", scenario.name));
            faults.add(fault.allowed("letters, digits, `-`, `_` and `.`, not beginning with `.`"));
        }
        for (key, day) in [("start", scenario.start), ("end", scenario.end)] {
            if !faults.touches(key) && !YEARS.contains(&day.year()) {
                let fault = Fault::new(&place(key), key, "is outside the calendar".to_owned());
                let years = format!("a date in the years {} to {}", YEARS.start(), YEARS.end());
                faults.add(fault.value(day.to_string()).allowed(years));
            }
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
        self.check_regions(scenario, around, faults);
        let observed = (scenario.replay.load.iter().enumerate())
            .map(|(i, load)| ("replay.load", i, "zone", std::slice::from_ref(&load.zone)))
            .chain(
                (scenario.fuel.files.iter().enumerate())
                    .map(|(i, file)| ("fuel.files", i, "zones", &*file.zones)),
            )
            .chain(
                (scenario.backtest.prices.iter().enumerate())
                    .map(|(i, price)| ("backtest.prices", i, "zones", &*price.zones)),
            );
        for (list, i, key, zones) in observed {
            for zone in zones.iter().filter(|zone| !zone.is_empty()) {
                let path = format!("{list}.{i}.{key}");
                check_zone(zone, &path, &self.place_in_list(list, i), around, faults);
            }
        }
        self.check_backtest(scenario, faults);
        let growth = ("load.growth_by_zone_percent_per_year", &scenario.load.growth_by_zone_percent_per_year);
        let shares = ("arrivals.zone_share", &scenario.arrivals.zone_share);
        let gas = ("fuel.gas_basis_usd_per_mmbtu", &scenario.fuel.gas_basis_usd_per_mmbtu);
        let coal = ("fuel.coal_basis_usd_per_mmbtu", &scenario.fuel.coal_basis_usd_per_mmbtu);
        for (table, by_zone) in [growth, shares, gas, coal] {
            for zone in by_zone.keys() {
                let path = format!("{table}.{zone}");
                check_zone(zone, &path, &place(&path), around, faults);
            }
        }
        self.check_scripted(scenario, around, faults);
        self.check_spells(scenario, around, faults);
        self.check_order(scenario, faults);
    }

    /// `region` or `regions`, and packs of these names.
    fn check_regions(&self, scenario: &Scenario, around: &Surroundings, faults: &mut Faults) {
        if faults.touches("region") || faults.touches("regions") {
            return;
        }
        let place = |path: &str| self.place(path);
        match (&scenario.region, scenario.regions.is_empty()) {
            (None, true) => {
                let message = "is missing: Name of the region pack.".to_owned();
                faults.add_missing(Fault::new(&place("region"), "region", message).allowed("text"));
            }
            (Some(_), false) => {
                let message = "cannot stand beside region".to_owned();
                faults.add(Fault::new(&place("regions"), "regions", message).allowed("one of the two"));
            }
            _ => {}
        }
        let one = scenario.region.iter().map(|name| ("region".to_owned(), "region", name));
        let several = scenario.regions.iter().enumerate();
        let several = several.map(|(i, name)| (format!("regions.{i}"), "regions", name));
        let known = || around.regions.iter().map(String::as_str);
        for (path, key, name) in one.chain(several) {
            if !known().any(|region| region == name) {
                let fault = Fault::new(&place(key), &path, "is not a known region pack".to_owned());
                let fault = fault.value(format!("\"{name}\"")).nearest(name, known());
                faults.add(fault.allowed(around.regions.join(", ")));
            }
        }
    }

    /// Names within `[backtest]` and names of fuels.
    fn check_backtest(&self, scenario: &Scenario, faults: &mut Faults) {
        let backtest = &scenario.backtest;
        let prices = || backtest.prices.iter().map(|price| price.name.as_str());
        for (i, spread) in backtest.spreads.iter().enumerate() {
            for (key, name) in [("of", &spread.of), ("less", &spread.less)] {
                if !name.is_empty() && !prices().any(|price| price == name) {
                    let path = format!("backtest.spreads.{i}.{key}");
                    let place = self.place_in_list("backtest.spreads", i);
                    let fault = Fault::new(&place, &path, "is not the name of a price".to_owned());
                    faults.add(fault.value(format!("\"{name}\"")).nearest(name, prices()));
                }
            }
        }
        let known = || Fuel::ALL.iter().map(|fuel| fuel.name());
        let mut check_fuel = |list: &str, i: usize, key: &str, name: &str| {
            if !name.is_empty() && Fuel::from_name(name).is_none() {
                let place = self.place_in_list(list, i);
                let fault = Fault::new(&place, &format!("{list}.{i}.{key}"), "is not a fuel".to_owned());
                let fault = fault.value(format!("\"{name}\"")).nearest(name, known());
                faults.add(fault.allowed(known().collect::<Vec<_>>().join(", ")));
            }
        };
        for (i, output) in backtest.outputs.iter().enumerate() {
            for name in &output.fuels {
                check_fuel("backtest.outputs", i, "fuels", name);
            }
        }
    }

    /// Values that must not be below others.
    fn check_order(&self, scenario: &Scenario, faults: &mut Faults) {
        for Order { low: (low_path, low), high: (high_path, high), strictly } in scenario.orders() {
            let fine = if strictly { low < high } else { low <= high };
            if !fine && !faults.touches(low_path) && !faults.touches(high_path) {
                let relation = if strictly { "must be above" } else { "must be at least" };
                let message = format!("{relation} {low_path}, which is {low:?}");
                let at = if self.node(high_path).is_some() { high_path } else { low_path };
                faults.add(Fault::new(&self.place(at), high_path, message).value(format!("{high:?}")));
            }
        }
    }

    /// Arms have names of their own.
    pub(super) fn check_arms(&self, scenario: &Scenario, faults: &mut Faults) {
        let mut names = BTreeSet::new();
        for (i, arm) in scenario.arms.iter().enumerate() {
            if !arm.name.is_empty() && !names.insert(&arm.name) {
                let path = format!("arms.{i}.name");
                let fault = Fault::new(&self.place("arms"), &path, "is the name of another arm".to_owned());
                faults.add(fault.value(format!("\"{}\"", arm.name)));
            }
        }
    }
}

pub(super) fn check_zone(zone: &str, path: &str, place: &Place, around: &Surroundings, faults: &mut Faults) {
    let zones = around.zones.iter().map(String::as_str);
    if !around.zones.is_empty() && !zones.clone().any(|z| z == zone) {
        let fault = Fault::new(place, path, "is not a zone of the region".to_owned());
        let fault = fault.value(format!("\"{zone}\"")).nearest(zone, zones);
        faults.add(fault.allowed(around.zones.join(", ")));
    }
}

pub(super) fn check_requests(
    scenario: &Scenario,
    places: &[Place],
    around: &Surroundings,
    faults: &mut Faults,
) {
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
