//! A region of a run: what it does not share with the others that it is joined with.
//!
//! ```text
//!   scenario   the same text over the defaults of this region: market rules, fuel prices, availability
//!   weather    its own model, generated as when it is alone
//!   stamps     its own clock
//! ```
//!
//! Everything else is common: the months of the books and tables, the queue, the world's markets.

use std::collections::BTreeMap;
use std::ops::Range;

use gridrush_core::grid::RegionPack;
use gridrush_core::weather::{HourStamp, SeriesKind, WeatherModel};
use jiff::tz::TimeZone;

use crate::clearing::AreaTerms;
use crate::scenario::Scenario;
use crate::setup::SetupError;

/// The file of a pack that holds its weather.
const WEATHER: &str = "weather.toml";

/// A region of a run.
#[derive(Clone, Debug)]
pub struct Area {
    /// The scenario with the defaults of this region.
    pub scenario: Scenario,
    /// Its zones, by position.
    pub zones: Range<usize>,
    /// Its weather.
    pub weather: WeatherModel,
    /// The series of its weather, among all.
    pub series: Range<usize>,
    /// Its local calendar of every hour.
    pub stamps: Vec<HourStamp>,
    /// Mean factor of extreme weather on failure rates, by kind of machine.
    pub(crate) outage_means: [f64; 3],
    pub(crate) clock: TimeZone,
}

/// A series of the weather: its name among all regions, and its kind.
pub(crate) type Series = (String, SeriesKind);

/// The regions of a pack with their weather and clock, and all series in their order; no hours yet. Faults of all
/// regions.
pub(crate) fn areas(
    pack: &RegionPack,
    scenarios: &[Scenario],
    files: &[BTreeMap<String, String>],
    faults: &mut Vec<SetupError>,
) -> Option<(Vec<Area>, Vec<Series>)> {
    let (mut out, mut all) = (Vec::new(), Vec::new());
    for n in 0..pack.area_count() {
        let text = files.get(n).and_then(|files| files.get(WEATHER)).map_or("", String::as_str);
        let weather: Option<WeatherModel> = match toml::from_str(text) {
            Ok(model) => Some(model),
            Err(error) => {
                faults.push(SetupError::Weather(error.message().to_owned()));
                None
            }
        };
        if let Some(weather) = &weather {
            faults.extend(weather.check().iter().map(|fault| SetupError::Weather(fault.to_string())));
        }
        let name = &pack.region_of(n).facts.time_zone;
        let clock = TimeZone::get(name).map_err(|_| faults.push(SetupError::TimeZone(name.clone()))).ok();
        let (Some(weather), Some(clock), Some(scenario)) = (weather, clock, scenarios.get(n)) else {
            continue;
        };
        let first = all.len();
        all.extend(weather.series.iter().map(|series| (pack.name_of(n, &series.name), series.kind)));
        out.push(Area {
            scenario: scenario.clone(),
            zones: pack.zones_of(n),
            series: first..all.len(),
            stamps: Vec::new(),
            outage_means: [1.0; 3],
            weather,
            clock,
        });
    }
    (out.len() == pack.area_count()).then_some((out, all))
}

impl Area {
    /// Its rules in the hourly market.
    pub(crate) fn terms(&self, name: Option<String>) -> AreaTerms {
        let dispatch = &self.scenario.dispatch;
        AreaTerms {
            name,
            zones: self.zones.clone(),
            offer_cap_usd_per_mwh: dispatch.offer_cap_usd_per_mwh,
            offer_floor_usd_per_mwh: dispatch.offer_floor_usd_per_mwh,
            settlement_cap_usd_per_mwh: dispatch.settlement_cap_usd_per_mwh,
            large_load_shed_usd_per_mwh: dispatch.large_load_shed_usd_per_mwh,
            native_shed_usd_per_mwh: dispatch.native_shed_usd_per_mwh,
            reserve: dispatch.reserve.clone(),
        }
    }
}
