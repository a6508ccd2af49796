//! Real hours from the user's files: what is replayed, what is compared with, and prices of fuel by date.
//!
//! Reading is that of `gridrush_core::weather::replay`: dirt is a fault with file and line or a repair that is
//! listed. Replayed load is in MW by zone. Replayed wind and sun become parts of capacity, so that the market
//! sees them as it sees generated weather; divided by the capacity of the region's own plants they give back the
//! megawatts of the file.

use std::collections::BTreeMap;

use gridrush_core::grid::pack::RegionPack;
use gridrush_core::grid::{Fuel, Generator};
use gridrush_core::weather::record::RecordFault;
use gridrush_core::weather::replay::{GapRule, HourlyFile, Quantity, Replayed as Hours};
use gridrush_core::weather::{Clock, SeriesKind, civil_from_days};
use jiff::civil::Date;

use crate::area::Series;
use crate::scenario::{FuelFile, HourlyFormat, OutputUnit, Scenario, ZonedFuel};
use crate::setup::{SetupError, ZoneSeries, days_of};

/// More than this part of capacity is a mistake. A little more than all of it only says that capacity is dated too
/// coarsely; the megawatts are still those of the file.
const MOST_SHARE: f64 = 1.25;

/// Hours of the run that files replace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replayed {
    /// Load by zone, MW.
    pub load_mw: Vec<Option<Vec<f32>>>,
    /// Wind and sun by series of the weather, in parts of capacity.
    pub share: Vec<Option<Vec<f32>>>,
}

/// What really happened, hour by hour; nothing where a file has no value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// As `backtest.prices`, $/MWh.
    pub prices: Vec<Vec<Option<f64>>>,
    /// As `backtest.outputs`, MW.
    pub outputs: Vec<Vec<Option<f64>>>,
}

/// Prices of a fuel from dates on.
#[derive(Clone, Debug, PartialEq)]
pub struct FuelPath {
    /// The fuel.
    pub fuel: ZonedFuel,
    /// Zones that pay it; all without any.
    pub zones: Vec<usize>,
    /// Days since 1970-01-01 in order, each with what holds from then on, $/MMBtu.
    pub steps: Vec<(i64, f64)>,
}

impl FuelPath {
    /// The price of a day; that of the first date before it.
    pub fn at(&self, day: i64) -> f64 {
        let after = self.steps.partition_point(|step| step.0 <= day);
        self.steps.get(after.saturating_sub(1)).map_or(0.0, |step| step.1)
    }
}

/// Where hours are read from, and what was found.
pub(crate) struct Reader<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) files: &'a BTreeMap<String, String>,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) first_hour: i64,
    pub(crate) hours: usize,
    /// The local day of every hour, counted from 1970-01-01.
    pub(crate) days: Vec<i64>,
    pub(crate) faults: Vec<SetupError>,
    pub(crate) repairs: Vec<RecordFault>,
}

/// A column of a file.
struct Wanted<'a> {
    key: String,
    file: &'a str,
    column: &'a str,
    only: Option<&'a str>,
    format: &'a HourlyFormat,
    quantity: Quantity,
    /// Whether hours may stay empty.
    holes: bool,
}

impl Reader<'_> {
    fn read(&mut self, wanted: &Wanted<'_>) -> Option<Vec<Option<f64>>> {
        let Some(text) = self.files.get(&wanted.key) else {
            self.faults.push(SetupError::File(format!("{}: {} was not read", wanted.key, wanted.file)));
            return None;
        };
        let format = wanted.format;
        let layout = format.layout();
        let mut repair = format.repair.rules();
        if wanted.holes && repair.gaps == GapRule::Refuse {
            repair.gaps = GapRule::Leave;
        }
        let file = HourlyFile {
            name: wanted.file,
            text,
            layout: &layout,
            hour_column: format.hour_column.as_deref(),
            only: format.only_column.as_deref().zip(wanted.only),
            clock: self.clock,
            repair,
        };
        match file.read(wanted.column, wanted.quantity, self.first_hour, self.hours) {
            Ok(Hours { values, repairs }) => {
                self.repairs.extend(repairs);
                Some(values)
            }
            Err(faults) => {
                self.faults.extend(faults.into_iter().map(SetupError::Record));
                None
            }
        }
    }

    /// `[replay]`.
    pub(crate) fn replayed(&mut self, pack: &RegionPack, all: &[Series], zones: &[ZoneSeries]) -> Replayed {
        let scenario = self.scenario;
        let mut out = Replayed { load_mw: vec![None; zones.len()], share: vec![None; all.len()] };
        for (i, load) in scenario.replay.load.iter().enumerate() {
            let Some(zone) = pack.region.zones.iter().position(|zone| zone.name == load.zone) else {
                continue;
            };
            let values = self.read(&Wanted {
                key: format!("replay.load.{i}.file"),
                file: &load.file,
                column: &load.column,
                only: load.only.as_deref(),
                format: &scenario.replay.load_format,
                quantity: Quantity::Load,
                holes: false,
            });
            if out.load_mw[zone].is_some() {
                self.faults.push(SetupError::File(format!("replay.load: zone {} comes twice", load.zone)));
            }
            let mw = |value: Option<f64>| (value.unwrap_or(0.0) * load.factor) as f32;
            out.load_mw[zone] = values.map(|values| values.into_iter().map(mw).collect());
        }
        for (i, generation) in scenario.replay.generation.iter().enumerate() {
            let found = all.iter().position(|series| series.0 == generation.series);
            let Some(series) = found.filter(|&s| all[s].1 != SeriesKind::Load) else {
                let message = format!(
                    "replay.generation: weather.toml has no wind or solar series `{}`",
                    generation.series
                );
                self.faults.push(SetupError::File(message));
                continue;
            };
            let values = self.read(&Wanted {
                key: format!("replay.generation.{i}.file"),
                file: &generation.file,
                column: &generation.column,
                only: generation.only.as_deref(),
                format: &scenario.replay.generation_format,
                quantity: Quantity::Generation,
                holes: false,
            });
            let Some(values) = values else { continue };
            let path = &generation.capacity_by_date_mw;
            let first_day = self.days.first().copied().unwrap_or(0);
            let days = first_day..=self.days.last().copied().unwrap_or(0);
            let mut own = capacity_by_day_mw(pack, zones, all[series].1, series, days);
            if !scenario.supply.planned {
                // Then the fleet of the first day stays.
                let standing = own[0];
                own.fill(standing);
            }
            let mut worst: Option<(f64, f64, usize)> = None;
            let share = |(hour, value): (usize, Option<f64>)| {
                let value = value.unwrap_or(0.0);
                let share = match generation.unit {
                    OutputUnit::Share => value,
                    OutputUnit::Mw => {
                        let day = self.days[hour];
                        let given = path.linear_at(day as f64, |date| days_of(date) as f64);
                        let capacity = given.unwrap_or(own[(day - first_day) as usize]);
                        if value > 0.0 { value / capacity } else { 0.0 }
                    }
                };
                if share > worst.map_or(MOST_SHARE, |worst| worst.0) {
                    worst = Some((share, value, hour));
                }
                share as f32
            };
            let shares = values.into_iter().enumerate().map(share).collect();
            if let Some((share, value, hour)) = worst {
                let message = format!(
                    "{}: {} reaches {share:.2} of capacity ({value} in hour {hour} of the run): capacity is too small",
                    generation.file, generation.series
                );
                self.faults.push(SetupError::File(message));
            }
            out.share[series] = Some(shares);
        }
        out
    }

    /// `[backtest]`.
    pub(crate) fn observed(&mut self) -> Observed {
        let backtest = &self.scenario.backtest;
        let mut out = Observed::default();
        let nothing = vec![None; self.hours];
        for (i, price) in backtest.prices.iter().enumerate() {
            let values = self.read(&Wanted {
                key: format!("backtest.prices.{i}.file"),
                file: &price.file,
                column: &price.column,
                only: price.only.as_deref(),
                format: &backtest.price_format,
                quantity: Quantity::Any,
                holes: true,
            });
            out.prices.push(values.unwrap_or_else(|| nothing.clone()));
        }
        for (i, output) in backtest.outputs.iter().enumerate() {
            let mut sum: Vec<Option<f64>> = vec![Some(0.0); self.hours];
            for column in &output.columns {
                let values = self.read(&Wanted {
                    key: format!("backtest.outputs.{i}.file"),
                    file: &output.file,
                    column,
                    only: None,
                    format: &backtest.output_format,
                    quantity: Quantity::Any,
                    holes: true,
                });
                for (sum, value) in sum.iter_mut().zip(values.unwrap_or_else(|| nothing.clone())) {
                    *sum = sum.zip(value).map(|(sum, value)| sum + value);
                }
            }
            out.outputs.push(sum);
        }
        out
    }

    /// `[[fuel.files]]`.
    pub(crate) fn fuel_paths(&mut self, pack: &RegionPack) -> Vec<FuelPath> {
        let mut out = Vec::new();
        for (i, file) in self.scenario.fuel.files.iter().enumerate() {
            let key = format!("fuel.files.{i}.file");
            let Some(text) = self.files.get(&key) else {
                self.faults.push(SetupError::File(format!("{key}: {} was not read", file.file)));
                continue;
            };
            let zone = |name: &String| pack.region.zones.iter().position(|zone| zone.name == *name);
            match dated_prices(file, text, &mut self.repairs) {
                Ok(steps) if steps[0].0 > self.first_hour.div_euclid(24) + 1 => {
                    let message = format!("{}: begins after the scenario does", file.file);
                    self.faults.push(SetupError::File(message));
                }
                Ok(steps) => {
                    let zones = file.zones.iter().filter_map(zone).collect();
                    out.push(FuelPath { fuel: file.fuel, zones, steps });
                }
                Err(faults) => self.faults.extend(faults.into_iter().map(SetupError::Record)),
            }
        }
        out
    }
}

/// Capacity of the plants that a series moves, day by day from the first of the run, MW.
fn capacity_by_day_mw(
    pack: &RegionPack,
    zones: &[ZoneSeries],
    kind: SeriesKind,
    series: usize,
    days: std::ops::RangeInclusive<i64>,
) -> Vec<f64> {
    let fuel = if kind == SeriesKind::Wind { Fuel::Wind } else { Fuel::Solar };
    let of = |zone: usize| match kind {
        SeriesKind::Wind => zones[zone].wind,
        _ => zones[zone].solar,
    };
    let mine =
        |unit: &&Generator| unit.fuel == fuel && of(usize::from(pack.network.bus(unit.bus).zone.0)) == series;
    let plants: Vec<&Generator> = pack.network.generators.iter().filter(mine).collect();
    let on = |day: i64| {
        let (year, month, day) = civil_from_days(day);
        let day = gridrush_core::grid::Date::new(year as i16, month, day);
        let runs = plants.iter().filter(|unit| day.is_some_and(|day| unit.runs_on(day)));
        runs.map(|unit| unit.capacity_mw).sum()
    };
    days.map(on).collect()
}

/// Days since 1970-01-01 and prices, in order of the day. Rows may stand in any order; lines above the header are
/// passed over.
fn dated_prices(
    file: &FuelFile,
    text: &str,
    repairs: &mut Vec<RecordFault>,
) -> Result<Vec<(i64, f64)>, Vec<RecordFault>> {
    let mut faults = Vec::new();
    let mut fault = |line: Option<u64>, message: String| {
        faults.push(RecordFault { file: file.file.clone(), line, message, fatal: true });
    };
    let cells = |line: &str| -> Vec<String> {
        line.split(',').map(|cell| cell.trim().trim_matches('"').to_owned()).collect()
    };
    let mut lines = text.trim_start_matches('\u{feff}').lines().zip(1_u64..);
    let header = lines
        .by_ref()
        .map(|(line, _)| cells(line))
        .find(|cells| cells.contains(&file.date_column) && cells.contains(&file.column));
    let Some(header) = header else {
        fault(None, format!("no line has the headers {:?} and {:?}", file.date_column, file.column));
        return Err(faults);
    };
    let index = |name: &String| header.iter().position(|cell| cell == name).unwrap_or(0);
    let (date_at, price_at) = (index(&file.date_column), index(&file.column));
    let mut steps: BTreeMap<i64, f64> = BTreeMap::new();
    for (line, number) in lines.filter(|(line, _)| !line.trim().is_empty()) {
        let cells = cells(line);
        let cell = |at: usize| cells.get(at).map_or("", String::as_str);
        let day = gridrush_core::weather::record::parse_day(cell(date_at), file.date.order());
        let price = cell(price_at).parse::<f64>().ok().filter(|x| x.is_finite());
        match (day, price) {
            (None, _) => fault(Some(number), format!("{:?} is not a date", cell(date_at))),
            (_, None) => {
                let what = format!("{:?} is not a price", cell(price_at));
                if file.text.drops() {
                    repairs.push(RecordFault {
                        file: file.file.clone(),
                        line: Some(number),
                        message: format!("{what}: left out"),
                        fatal: false,
                    });
                } else {
                    fault(Some(number), format!("{what}; repair: text = \"drop\""));
                }
            }
            (Some(day), Some(price)) => {
                if steps.insert(day, price + file.add_usd_per_mmbtu).is_some() {
                    fault(Some(number), format!("{} comes a second time", cell(date_at)));
                }
            }
        }
    }
    if steps.is_empty() && faults.is_empty() {
        faults.push(RecordFault {
            file: file.file.clone(),
            line: None,
            message: "no prices".to_owned(),
            fatal: true,
        });
    }
    if faults.is_empty() { Ok(steps.into_iter().collect()) } else { Err(faults) }
}

/// Whether a day is one of those that `[backtest]` leaves out.
pub fn is_excluded(scenario: &Scenario, day: Date) -> bool {
    scenario.backtest.exclude.iter().any(|out| (out.from..=out.through).contains(&day))
}
