//! What all replications of a scenario share: the region, its calendar, the order of its series.
//!
//! Time zones are resolved here, once: after this the simulator knows only hours since the start, their
//! local stamps and the edges of local months.

mod calendar;
mod fuel;
mod usable;

use std::collections::BTreeMap;

use gridrush_core::demand::ClassId;
use gridrush_core::grid::pack::{ExistingSite, RegionPack};
use gridrush_core::grid::{Fuel, Technology, ZoneId};
use gridrush_core::interconnection::QueueParams;
use gridrush_core::kernel::{SimTime, Streams};
use gridrush_core::policy::Policies;
use gridrush_core::weather::record::RecordFault;
use gridrush_core::weather::{Clock, HourStamp, SeriesKind, Spell, WeatherYears, civil_from_days};
use jiff::civil::Date;
use thiserror::Error;

use gridrush_workload::MINING;
use gridrush_workload::ai::AiParams;
use gridrush_workload::bitcoin::{BitcoinParams, FleetParams, PriceHistory, parse_history};
use gridrush_workload::firms::{AcceptParams, ArrivalParams, OwnerParams, ZoneShare};

use crate::area::{Area, Series, areas};
use crate::clearing::ClearingTerms;
use crate::fleet::{Fleet, FleetTerms, civil};
use crate::limits::interface_gates;
use crate::outages::{reference_means, unknown_names, usual_shares};
use crate::replay::{FuelPath, Observed, Reader, Replayed};
use crate::scenario::{Commitment, Resolved, Scenario, ScriptedOutage, Security};
use crate::security::SecurityTerms;
use crate::site::existing_mine_ehs;
use crate::units::{Availabilities, Availability};
pub use calendar::Month;
pub(crate) use calendar::{ZoneClock, day_of, days_of, start_day};
use calendar::{midnight_s, months_between, since_start, uneven};
use usable::{classes_of_sites, nothing_to_change, unusable};

/// Why a scenario cannot be set up for its region.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SetupError {
    /// The region's time zone is not in the time-zone database.
    #[error("region.toml: region.time_zone: `{0}` is not a known time zone")]
    TimeZone(String),
    /// Clocks of the region's time zone are not whole hours from UTC during the run.
    #[error(
        "region.toml: region.time_zone: `{0}` is not whole hours from UTC in these years; hours begin with those of UTC"
    )]
    UnevenZone(String),
    /// A zone names a series that `weather.toml` does not have, or one of another kind.
    #[error(
        "region.toml: zones: `{zone}` wants the {kind} series `{series}`, which weather.toml does not have"
    )]
    Series {
        /// The zone.
        zone: String,
        /// What the series should be.
        kind: &'static str,
        /// The name that was wanted.
        series: String,
    },
    /// A scripted outage names something that the region does not have.
    #[error("outages.scripted: `{event}`: the region has no {what}")]
    Scripted {
        /// The event.
        event: String,
        /// What it names.
        what: String,
    },
    /// A date is outside what the calendar can hold.
    #[error("{0} cannot be placed in the region's time zone")]
    Date(Date),
    /// `weather.toml` has faults.
    #[error("weather.toml: {0}")]
    Weather(String),
    /// Something in the pack that the market of this version cannot do.
    #[error("{0}")]
    Pack(String),
    /// Something in a file that the scenario names; begins with the file's name.
    #[error("{0}")]
    File(String),
    /// Something at a place of a file that the scenario names.
    #[error(transparent)]
    Record(RecordFault),
}

/// Positions of a zone's series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneSeries {
    /// Native load.
    pub load: usize,
    /// Wind availability.
    pub wind: usize,
    /// Solar availability.
    pub solar: usize,
}

/// What all replications share.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The scenario, every value explicit; where regions differ, with the values of the first.
    pub scenario: Scenario,
    /// The region, or several as one.
    pub pack: RegionPack,
    /// What is not common to the regions, one by one.
    pub areas: Vec<Area>,
    /// The class of each of the pack's sites.
    pub site_classes: Vec<ClassId>,
    /// The region of each zone.
    pub area_of_zone: Vec<usize>,
    /// Kinds of all series of the weather.
    pub kinds: Vec<SeriesKind>,
    /// The scenario's start in milliseconds since 1970-01-01 UTC.
    pub start_unix_ms: i64,
    /// Length of the run.
    pub hours: usize,
    /// The pack's units in this run.
    pub fleet: Fleet,
    /// Local months of the run, in order.
    pub months: Vec<Month>,
    /// Series by zone.
    pub series: Vec<ZoneSeries>,
    /// Real hours where files replace the model.
    pub replayed: Replayed,
    /// What really happened.
    pub observed: Observed,
    /// Every repair of a file that the scenario names.
    pub repairs: Vec<RecordFault>,
    /// Prices of fuels that files give.
    pub fuel_paths: Vec<FuelPath>,
    /// Coin prices that a file gives.
    pub coin_history: Option<PriceHistory>,
    /// Parameters of workloads, firms and the queue.
    pub params: Params,
    /// The rules of the region.
    pub policies: Policies,
    /// The zone of each entry of the arrival shares that the region has.
    pub arrival_zones: Vec<ZoneId>,
}

/// Parameters of workloads, firms and the queue.
#[derive(Clone, Debug, Default)]
pub struct Params {
    /// Coin price, chain, rest of the world.
    pub bitcoin: BitcoinParams,
    /// Mines.
    pub fleet: FleetParams,
    /// Campuses.
    pub ai: AiParams,
    /// Who asks for connections.
    pub arrivals: ArrivalParams,
    /// Who takes what is offered.
    pub accept: AcceptParams,
    /// What owners know of their projects.
    pub owners: OwnerParams,
    /// The interconnection queue.
    pub queue: QueueParams,
}

impl Params {
    /// The parameters of a scenario.
    fn of(scenario: &Scenario) -> Params {
        Params {
            bitcoin: scenario.bitcoin.params(scenario.start),
            fleet: scenario.bitcoin.fleet.params(),
            ai: scenario.ai.params(),
            arrivals: scenario.arrivals.params(),
            accept: scenario.arrivals.accept_params(),
            owners: scenario.arrivals.owner_params(),
            queue: QueueParams {
                equipment: scenario.equipment.params(),
                start_year: f64::from(scenario.start.year())
                    + (f64::from(scenario.start.day_of_year()) - 1.0) / 365.25,
                ..scenario.queue.params()
            },
        }
    }
}

impl Setup {
    /// Joins a scenario with its region and files. All faults at once.
    pub fn new(resolved: Resolved) -> Result<Setup, Vec<SetupError>> {
        let Resolved { scenarios, pack, pack_files, files } = resolved;
        let mut faults = Vec::new();
        let Some((mut areas, all_series)) = areas(&pack, &scenarios, &pack_files, &mut faults) else {
            return Err(faults);
        };
        let scenario = areas[0].scenario.clone();
        let series = zone_series(&pack, &all_series, &mut faults);
        let zone = areas[0].clock.clone();
        let (start, end) = (scenario.start, scenario.end);
        let (start_s, end_s) = match (midnight_s(&zone, start), midnight_s(&zone, end)) {
            (Ok(start_s), Ok(end_s)) => (start_s, end_s),
            ends => {
                faults.extend([ends.0.err(), ends.1.err()].into_iter().flatten());
                return Err(faults);
            }
        };
        faults.extend(unusable(&pack));
        faults.extend(areas.iter().filter_map(|area| uneven(&area.clock, start_s, end_s)));
        let site_classes = classes_of_sites(&pack, &mut faults);
        faults.extend(unknown_names(&scenario, &pack));
        let hours = ((end_s - start_s) / 3600) as usize;
        let terms = FleetTerms {
            start,
            end,
            dated: scenario.supply.planned,
            credit_years: scenario.dispatch.wind_credit_years,
        };
        let fleet = Fleet::new(&pack.network, terms, &|day| since_start(&zone, day, start_s * 1000));
        faults.extend(nothing_to_change(&pack, &fleet));
        let first_hour = start_s.div_euclid(3600);
        let (replayed, observed, fuel_paths, repairs) = {
            let clock = ZoneClock(&zone);
            let day = |h| day_of(clock.stamp(first_hour + h));
            let mut reader = Reader {
                days: (0..hours as i64).map(day).collect(),
                scenario: &scenario,
                files: &files,
                clock: &clock,
                first_hour,
                hours,
                faults: Vec::new(),
                repairs: Vec::new(),
            };
            let replayed = reader.replayed(&pack, &all_series, &series);
            let (observed, fuel_paths) = (reader.observed(), reader.fuel_paths(&pack));
            faults.append(&mut reader.faults);
            (replayed, observed, fuel_paths, reader.repairs)
        };
        let coin_history = coin_history(&scenario, &files, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        for area in &mut areas {
            let midnight_s = midnight_s(&area.clock, start).unwrap_or(start_s);
            area.set_hours(midnight_s.div_euclid(3600), first_hour, hours);
            if scenario.outages.units {
                area.outage_means = reference_means(&area.weather, scenario.outages.weather.sensitivities());
            }
        }
        let months = months_between(&zone, start, end).map_err(|fault| vec![fault])?;
        let params = Params::of(&scenario);
        let arrival_zones = arrival_zones(&params.arrivals, &pack);
        let policies = scenario.policy.rules_in(
            scenario.start,
            &|day| since_start(&zone, day, start_s * 1000),
            &|name| pack.network.zone_named(name),
        );
        let area_of = |zone| areas.iter().position(|area| area.zones.contains(&zone)).unwrap_or(0);
        Ok(Setup {
            replayed,
            observed,
            repairs,
            fuel_paths,
            coin_history,
            params,
            policies,
            arrival_zones,
            site_classes,
            area_of_zone: (0..series.len()).map(area_of).collect(),
            kinds: all_series.iter().map(|series| series.1).collect(),
            scenario,
            pack,
            areas,
            start_unix_ms: start_s * 1000,
            hours,
            fleet,
            months,
            series,
        })
    }

    /// The instant of a local midnight; the start for earlier dates.
    pub fn time_of(&self, day: Date) -> SimTime {
        since_start(&self.areas[0].clock, day, self.start_unix_ms)
    }

    /// Local calendar of every hour; that of the first region.
    pub fn stamps(&self) -> &[HourStamp] {
        &self.areas[0].stamps
    }

    /// The region of a zone.
    pub fn area_of(&self, zone: usize) -> &Area {
        &self.areas[self.area_of_zone[zone]]
    }

    /// UTC milliseconds since 1970 of an instant.
    pub fn unix_ms(&self, at: SimTime) -> i64 {
        self.start_unix_ms + at.0 as i64
    }

    /// The end of the run.
    pub fn end(&self) -> SimTime {
        SimTime::from_hours(self.hours as u64)
    }

    /// Whether the region is zones joined by pipes, without any branch.
    pub fn is_zonal(&self) -> bool {
        self.pack.region.is_zonal()
    }

    /// Whether bills are written: there is nothing to share where nothing is dispatched.
    pub fn writes_bills(&self) -> bool {
        self.scenario.bills.enabled && self.scenario.dispatch.hourly
    }

    /// Whether the market holds room for the loss of branches.
    pub fn provides_for_losses(&self) -> bool {
        self.scenario.dispatch.security == Security::List && !self.is_zonal()
    }

    /// Whether any branch may ever be out of service.
    pub fn branches_can_fail(&self) -> bool {
        let outages = &self.scenario.outages;
        let cuts = |event: &ScriptedOutage| !event.branches.is_empty() || !event.substations.is_empty();
        outages.branches || outages.scripted.iter().any(cuts)
    }

    /// The weather of one replication, region by region. Series that files replace have the hours of the files; replayed
    /// load is in parts of its mean.
    pub fn weather_years(&self, streams: &Streams) -> Result<WeatherYears, SetupError> {
        let mut years = WeatherYears { names: Vec::new(), values: Vec::new() };
        for (n, area) in self.areas.iter().enumerate() {
            let mut own = area.weather_years(&self.spells(area), streams).map_err(|faults| {
                SetupError::Weather(faults.first().map_or(String::new(), ToString::to_string))
            })?;
            years.names.extend(own.names.iter().map(|name| self.pack.name_of(n, name)));
            years.values.append(&mut own.values);
        }
        for (values, share) in years.values.iter_mut().zip(&self.replayed.share) {
            if let Some(share) = share {
                values.clone_from(share);
            }
        }
        for (series, load_mw) in self.series.iter().zip(&self.replayed.load_mw) {
            if let Some(load_mw) = load_mw {
                let sum: f64 = load_mw.iter().copied().map(f64::from).sum();
                let mean = sum / load_mw.len() as f64;
                years.values[series.load] = load_mw.iter().map(|&mw| (f64::from(mw) / mean) as f32).collect();
            }
        }
        Ok(years)
    }

    /// The scenario's spells of extreme weather, as factors on the series of a region.
    fn spells(&self, area: &Area) -> Vec<Spell> {
        let zones = &self.pack.region.zones;
        let spells = self.scenario.weather.spells.iter().map(|spell| {
            let factor = |(i, kind): (usize, SeriesKind)| match kind {
                SeriesKind::Wind => spell.wind_factor,
                SeriesKind::Solar => spell.solar_factor,
                SeriesKind::Load => {
                    let mut own = self.series.iter().zip(zones).filter(|(series, _)| series.load == i);
                    let own = own.find_map(|(_, zone)| spell.load_factor_by_zone.get(&zone.name));
                    own.copied().unwrap_or(spell.load_factor)
                }
            };
            let kinds = area.series.clone().zip(area.weather.series.iter().map(|series| series.kind));
            Spell {
                name: spell.name.clone(),
                return_years: spell.return_years,
                days: spell.days,
                months: spell.season.months().to_vec(),
                factors: kinds.map(|series| factor(series) as f32).collect(),
            }
        });
        spells.collect()
    }

    /// Native load by zone in an hour.
    pub fn native_mw(&self, weather: &WeatherYears, hour: usize, out: &mut [f64]) {
        for (zone, (series, value)) in self.series.iter().zip(out).enumerate() {
            if let Some(load_mw) = &self.replayed.load_mw[zone] {
                *value = f64::from(load_mw[hour]);
                continue;
            }
            let area = self.area_of(zone);
            let stamp = &area.stamps[hour];
            let years =
                f64::from(stamp.year - area.weather.base_year) + f64::from(stamp.day_of_year) / 365.25 - 0.5;
            let growth = self.growth_per_year(zone);
            let mean_mw = self.base_mean_mw(zone);
            let shape = f64::from(weather.values[series.load][hour]);
            *value = mean_mw * gridrush_core::math::pow(1.0 + growth, years) * shape;
        }
    }

    /// Mean native load of a zone in its base year; zero without load.
    pub fn base_mean_mw(&self, zone: usize) -> f64 {
        let area = self.area_of(zone);
        area.weather.series[self.series[zone].load - area.series.start].base_mean_mw.unwrap_or(0.0)
    }

    /// The local day of an hour, counted from 1970-01-01.
    fn day_of(&self, hour: usize) -> i64 {
        self.stamps().get(hour).map_or(0, |stamp| day_of(*stamp))
    }

    /// The month of the run that an instant is in.
    pub fn month_at(&self, at: SimTime) -> usize {
        self.months.partition_point(|month| month.begin <= at).saturating_sub(1)
    }

    /// The instant at which a local day begins, counted from 1970-01-01.
    fn midnight_of(&self, day: i64) -> SimTime {
        let (year, month, day) = civil_from_days(day);
        Date::new(year as i16, month as i8, day as i8).map_or(SimTime::ZERO, |date| self.time_of(date))
    }

    /// The terms of the hourly market.
    pub fn clearing_terms(&self) -> ClearingTerms {
        let dispatch = &self.scenario.dispatch;
        let joined = |n: usize| self.pack.areas.get(n).map(|area| area.region.facts.name.clone());
        ClearingTerms {
            areas: self.areas.iter().enumerate().map(|(n, area)| area.terms(joined(n))).collect(),
            ceilings: dispatch.branch_ceilings.clone(),
            network: self.pack.region.facts.network,
            interfaces: interface_gates(&self.pack, &dispatch.branch_ceilings),
            security: SecurityTerms {
                list: dispatch.security_list.clone(),
                ceilings: dispatch.contingency_ceilings.clone(),
            },
            fleet: self.fleet.clone(),
            wind_offer_usd_per_mwh: dispatch.wind_offer_usd_per_mwh,
            thermal: self.scenario.thermal.clone(),
            commitment: dispatch.commitment == Commitment::Light,
            gas_basis_usd_per_mmbtu: self.by_zone(&self.scenario.fuel.gas_basis_usd_per_mmbtu),
            coal_basis_usd_per_mmbtu: self.by_zone(&self.scenario.fuel.coal_basis_usd_per_mmbtu),
            controllable_load_gives_reserve: true,
            storage: dispatch.storage.enabled,
            storage_round_trip: dispatch.storage.round_trip,
        }
    }

    /// Numbers by the names of zones as a list by zone; zero where none is given.
    fn by_zone(&self, named: &BTreeMap<String, f64>) -> Vec<f64> {
        let zones = self.pack.region.zones.iter();
        zones.map(|zone| named.get(&zone.name).copied().unwrap_or(0.0)).collect()
    }

    /// When a large load of the pack begins to draw power: the start for those that stood before.
    pub fn energized_at(&self, site: &ExistingSite) -> SimTime {
        civil(site.energized).map_or(SimTime::ZERO, |day| self.time_of(day))
    }

    /// Hashrate of the mines that stand at the start, EH/s, if all their rigs run.
    pub fn existing_ehs(&self) -> f64 {
        if !self.scenario.load.large_loads {
            return 0.0;
        }
        let sites = self.pack.sites.iter().zip(&self.site_classes);
        let mines =
            sites.filter(|(site, class)| **class == MINING && self.energized_at(site) == SimTime::ZERO);
        mines.map(|(site, _)| existing_mine_ehs(site.installed_mw, &self.params)).sum()
    }

    /// Growth of a zone's native load, as a share per year.
    pub fn growth_per_year(&self, zone: usize) -> f64 {
        let load = &self.scenario.load;
        let name = &self.pack.region.zones[zone].name;
        let percent = load.growth_by_zone_percent_per_year.get(name).unwrap_or(&load.growth_percent_per_year);
        percent / 100.0
    }

    /// All series in an hour.
    pub fn weather_at(weather: &WeatherYears, hour: usize, out: &mut [f32]) {
        for (series, value) in weather.values.iter().zip(out) {
            *value = series[hour];
        }
    }
}

impl Availabilities for Setup {
    fn of(&self, fuel: Fuel, _technology: Technology, zone: ZoneId) -> Availability {
        let series = &self.series[usize::from(zone.0)];
        match (self.area_of(usize::from(zone.0)).scenario.supply.availability.of(fuel), fuel) {
            (Some(share), _) => Availability::Share(share),
            (None, Fuel::Wind) => Availability::Series(series.wind),
            (None, _) => Availability::Series(series.solar),
        }
    }

    fn at_rate(&self, of: Availability, technology: Technology, capacity_mw: f64, rate: f64) -> Availability {
        match (of, usual_shares(&self.scenario, of, technology, capacity_mw)) {
            (Availability::Share(share), Some(usual)) => {
                Availability::Share((share * (1.0 - rate) / (1.0 - usual.forced)).min(1.0))
            }
            _ => of,
        }
    }
}

fn zone_series(pack: &RegionPack, all: &[Series], faults: &mut Vec<SetupError>) -> Vec<ZoneSeries> {
    let mut find = |zone: &str, name: &str, kind: SeriesKind, text: &'static str| {
        let at = all.iter().position(|series| series.0 == name && series.1 == kind);
        at.unwrap_or_else(|| {
            let (zone, series) = (zone.to_owned(), name.to_owned());
            faults.push(SetupError::Series { zone, kind: text, series });
            0
        })
    };
    (pack.region.zones.iter())
        .map(|zone| ZoneSeries {
            load: find(&zone.name, &zone.load_series, SeriesKind::Load, "load"),
            wind: find(&zone.name, &zone.wind_series, SeriesKind::Wind, "wind"),
            solar: find(&zone.name, &zone.solar_series, SeriesKind::Solar, "solar"),
        })
        .collect()
}

/// The user's coin prices, if the scenario names a file of them.
fn coin_history(
    scenario: &Scenario,
    files: &BTreeMap<String, String>,
    faults: &mut Vec<SetupError>,
) -> Option<PriceHistory> {
    let text = files.get("bitcoin.history_file")?;
    let name = scenario.bitcoin.history_file.as_deref().unwrap_or("bitcoin.history_file");
    match parse_history(text) {
        Ok(history) if history.first_day > start_day(scenario) => {
            let message = format!("{name}: begins after the scenario does");
            faults.push(SetupError::File(message));
            None
        }
        Ok(history) => Some(history),
        Err(list) => {
            faults.extend(list.iter().map(|fault| SetupError::File(format!("{name}: {fault}"))));
            None
        }
    }
}

/// The zone of each entry of the arrival shares.
fn arrival_zones(params: &ArrivalParams, pack: &RegionPack) -> Vec<ZoneId> {
    let zone = |share: &ZoneShare| pack.network.zone_named(&share.zone);
    params.zone_shares.iter().filter_map(zone).collect()
}
