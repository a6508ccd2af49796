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
use gridrush_core::kernel::Streams;
use gridrush_core::weather::{Clock, HourStamp, SeriesKind, Spell, WeatherFault, WeatherModel, WeatherYears};
use jiff::tz::TimeZone;

use crate::clearing::AreaTerms;
use crate::scenario::Scenario;
use crate::setup::{SetupError, ZoneClock};

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
    /// Hours between its own midnight of the first day and the start of the run, if that comes later.
    pub(crate) lead: Vec<HourStamp>,
    /// Hours of the run before its own midnight of the first day.
    pub(crate) late_h: usize,
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
            lead: Vec::new(),
            late_h: 0,
            outage_means: [1.0; 3],
            weather,
            clock,
        });
    }
    (out.len() == pack.area_count()).then_some((out, all))
}

impl Area {
    /// Sets the hours of a run; `midnight` and `first` are its own midnight of the first day and the start of the run, in
    /// hours since 1970.
    pub(crate) fn set_hours(&mut self, midnight: i64, first: i64, hours: usize) {
        let clock = ZoneClock(&self.clock);
        self.lead = (midnight..first).map(|hour| clock.stamp(hour)).collect();
        self.late_h = usize::try_from(midnight - first).unwrap_or(0).min(hours);
        self.stamps = (0..hours as i64).map(|hour| clock.stamp(first + hour)).collect();
    }

    /// The weather of a replication in the hours of the run: that of the region alone, which begins at its own
    /// midnight. Hours before that one are like those of the day after. `spells` lie over it.
    pub(crate) fn weather_years(
        &self,
        spells: &[Spell],
        streams: &Streams,
    ) -> Result<WeatherYears, Vec<WeatherFault>> {
        let own: Vec<HourStamp> = self.lead.iter().chain(&self.stamps[self.late_h..]).copied().collect();
        let mut years = self.weather.generate(streams, &own)?;
        let at_most = |kind| if kind == SeriesKind::Load { f32::INFINITY } else { 1.0 };
        let at_most: Vec<f32> = self.weather.series.iter().map(|series| at_most(series.kind)).collect();
        years.apply(spells, &at_most, streams, &own);
        for values in &mut years.values {
            values.drain(..self.lead.len());
            let before: Vec<f32> = (0..self.late_h)
                .map(|hour| values.get(hour + 24 - self.late_h).or(values.first()).copied().unwrap_or(0.0))
                .collect();
            values.splice(..0, before);
        }
        Ok(years)
    }

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
