//! One series generated alone on history's calendar, for fits that look at what comes out.

use super::super::model::SEASONS;
use super::{Coupling, HourStamp, SeriesModel, WeatherModel};
use crate::kernel::Streams;

/// `count` copies of history's calendar with history's holes, every other one a mirror image; `None` for a series with
/// faults.
pub(super) fn copies(
    series: SeriesModel,
    values: &[Option<f64>],
    stamps: &[HourStamp],
    count: u32,
) -> Option<Vec<Vec<Option<f64>>>> {
    let alone = Coupling { slow: vec![vec![1.0]], fast: vec![vec![1.0]] };
    let model = WeatherModel {
        schema: 1,
        title: String::new(),
        source: String::new(),
        time_zone: String::new(),
        base_year: 0,
        series: vec![series],
        coupling: vec![alone; SEASONS],
    };
    let prepared = model.prepare().ok()?;
    let copy = |copy: u32| {
        let sign = if copy.is_multiple_of(2) { 1.0 } else { -1.0 };
        let years = prepared.generate(&Streams::new(0, copy / 2), stamps, sign);
        values.iter().zip(&years.values[0]).map(|(known, &x)| known.map(|_| f64::from(x))).collect()
    };
    Some((0..count).map(copy).collect())
}
