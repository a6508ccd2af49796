//! Stress on machines by kind: from a replication's native load to factors on failure rates.

use gridrush_core::kernel::Streams;
use gridrush_core::outage::{Sensitivity, Stress};
use gridrush_core::weather::{HourStamp, WeatherModel, WeatherYears, days_from_civil};

use crate::area::Area;
use crate::setup::Setup;

/// The sample that factors are normalised with: its own seed, so that no replication is its own reference.
const REFERENCE: Streams = Streams::new(u64::MAX, u32::MAX);
/// Years of it: the mean of a factor is then known to a few parts in a thousand.
const REFERENCE_YEARS: i64 = 10;

/// The mean factor of every kind of machine over a reference sample of the weather. Ones when nothing is sensitive
/// or the model has faults, which are reported elsewhere.
pub(crate) fn reference_means(weather: &WeatherModel, of: [Sensitivity; 3]) -> [f64; 3] {
    if of.iter().all(|s| s.cold == 0.0 && s.heat == 0.0) {
        return [1.0; 3];
    }
    let first = days_from_civil(2001, 1, 1) * 24;
    let end = days_from_civil(2001 + REFERENCE_YEARS, 1, 1) * 24;
    let stamps: Vec<HourStamp> = (first..end).map(|hour| HourStamp::at(hour, 0, 0)).collect();
    let Ok(years) = weather.generate(&REFERENCE, &stamps) else { return [1.0; 3] };
    let scores = weather.load_scores(&years.values, &stamps);
    of.map(|s| s.mean(stamps.iter().map(|stamp| stamp.month).zip(scores.iter().copied())))
}

/// The stress of every kind of machine over the run, by region. Calm without unit outages.
pub(super) fn stresses(setup: &Setup, weather: &WeatherYears) -> Vec<[Stress; 3]> {
    setup.areas.iter().map(|area| stress_in(area, weather)).collect()
}

fn stress_in(area: &Area, weather: &WeatherYears) -> [Stress; 3] {
    let outages = &area.scenario.outages;
    if !outages.units {
        return [Stress::calm(), Stress::calm(), Stress::calm()];
    }
    let scores = area.weather.load_scores(&weather.values[area.series.clone()], &area.stamps);
    let of = outages.weather.sensitivities();
    std::array::from_fn(|kind| {
        if of[kind].cold == 0.0 && of[kind].heat == 0.0 {
            return Stress::calm();
        }
        let hours = area.stamps.iter().map(|stamp| stamp.month).zip(scores.iter().copied());
        Stress::new(of[kind], area.outage_means[kind], hours)
    })
}
