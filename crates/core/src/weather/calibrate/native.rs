//! From metered to native load, and out of growth.
//!
//! Native = metered - draw of the modelled classes ([`super::super::draw`]). Growth is a broken line
//! through the yearly means at mid-year; each year is then scaled to a mean of exactly one, so neither
//! the level of a year nor the slope inside it is taken for a season. Flat industrial load grows faster
//! than weather-sensitive load, so a year's swing around its mean (its regression on the mean pattern by
//! month, hour and day type) is scaled to the common one too. How much the swings of years differ
//! comes back into generated years as a draw by year, common to all loads.

use core::cmp::Reverse;
use std::collections::BTreeMap;

use super::super::draw::PEAK_HOURS_PER_MONTH;
use super::{HourStamp, Input, SeriesKind, SeriesModel, WeatherFault, fault};
use crate::math::sqrt;

/// One year of the books: metered = native + modelled.
#[derive(Clone, Debug, PartialEq)]
pub struct YearBook {
    /// Civil year, prevailing time.
    pub year: i16,
    /// Hours with all zones known.
    pub hours: u32,
    /// Metered energy over those hours.
    pub metered_mwh: f64,
    /// Energy of the modelled classes over those hours.
    pub modelled_mwh: f64,
    /// Highest metered hour of the system.
    pub metered_peak_mw: f64,
    /// Mean native load of each zone over those hours.
    pub native_mean_mw: Vec<f64>,
    /// Swing of each zone around its mean, in parts of the common swing of all years.
    pub native_swing: Vec<f64>,
    /// Draw of the modelled classes in the peak hours of each month.
    pub modelled_at_peak_mw: [f64; 12],
}

pub(super) struct Native {
    /// MW, one series per zone.
    pub(super) series: Vec<Vec<Option<f64>>>,
    pub(super) base_mean_mw: Vec<f64>,
    pub(super) books: Vec<YearBook>,
}

type Month = (i64, u8);

pub(super) fn native(input: &Input, start: i64, stamps: &[HourStamp]) -> Result<Native, Vec<WeatherFault>> {
    let mut faults = Vec::new();
    let zones: Vec<&str> = input.loads.iter().map(|load| load.name.as_str()).collect();
    let mut draw: BTreeMap<Month, Vec<(f64, f64)>> = BTreeMap::new();
    for row in &input.draw {
        let Some(zone) = zones.iter().position(|&zone| zone == row.zone) else {
            faults.push(fault("draw", &format!("zone {:?} has no load", row.zone)));
            continue;
        };
        let month = draw.entry(row.month).or_insert_with(|| vec![(0.0, 0.0); zones.len()]);
        month[zone].0 += row.mean_mw;
        month[zone].1 += row.peak_mw;
    }
    let metered: Vec<Vec<Option<f64>>> = input
        .loads
        .iter()
        .map(|load| (start..).zip(stamps).map(|(hour, _)| load.record.at(hour)).collect())
        .collect();
    let system: Vec<Option<f64>> =
        (0..stamps.len()).map(|t| metered.iter().map(|zone| zone[t]).sum()).collect();
    let at_peak = peak_hours(&system, stamps);

    let mut native = metered.clone();
    let mut missing: Vec<Month> = Vec::new();
    for (t, stamp) in stamps.iter().enumerate() {
        let month = month_of(*stamp);
        let Some(rows) = draw.get(&month) else {
            if !input.draw.is_empty() && missing.last() != Some(&month) && system[t].is_some() {
                missing.push(month);
            }
            continue;
        };
        for (zone, &(mean, peak)) in native.iter_mut().zip(rows) {
            zone[t] = zone[t].map(|mw| mw - if at_peak[t] { peak } else { mean });
        }
    }
    for (year, month) in missing {
        faults.push(fault("draw", &format!("no row for {year}-{month:02}, a month of the record")));
    }
    for (zone, values) in zones.iter().zip(&native) {
        let negative = values.iter().flatten().filter(|&&mw| mw <= 0.0).count();
        if negative > 0 {
            let message = format!("the modelled draw exceeds the metered load in {negative} hours");
            faults.push(fault(zone, &message));
        }
    }
    let books = books(&system, &native, &draw, stamps);
    let base_mean_mw = base_means(input, &draw, &native, &books, stamps, &mut faults);
    if faults.is_empty() { Ok(Native { series: native, base_mean_mw, books }) } else { Err(faults) }
}

fn month_of(stamp: HourStamp) -> Month {
    (i64::from(stamp.year), stamp.month)
}

/// Whether an hour is among its month's highest.
fn peak_hours(system: &[Option<f64>], stamps: &[HourStamp]) -> Vec<bool> {
    let mut by_month: BTreeMap<Month, Vec<(Reverse<i64>, usize)>> = BTreeMap::new();
    for (t, (value, stamp)) in system.iter().zip(stamps).enumerate() {
        if let Some(mw) = value {
            // Whole kilowatts order exactly.
            by_month.entry(month_of(*stamp)).or_default().push((Reverse((mw * 1e3) as i64), t));
        }
    }
    let mut out = vec![false; system.len()];
    for hours in by_month.values_mut() {
        hours.sort_unstable();
        for &(_, t) in hours.iter().take(PEAK_HOURS_PER_MONTH) {
            out[t] = true;
        }
    }
    out
}

fn books(
    system: &[Option<f64>],
    native: &[Vec<Option<f64>>],
    draw: &BTreeMap<Month, Vec<(f64, f64)>>,
    stamps: &[HourStamp],
) -> Vec<YearBook> {
    let mut books: Vec<YearBook> = Vec::new();
    for (t, (metered, stamp)) in system.iter().zip(stamps).enumerate() {
        let Some(metered) = *metered else { continue };
        if books.last().is_none_or(|book| book.year != stamp.year) {
            let at_peak = |month: u8| draw.get(&(i64::from(stamp.year), month));
            books.push(YearBook {
                year: stamp.year,
                hours: 0,
                metered_mwh: 0.0,
                modelled_mwh: 0.0,
                metered_peak_mw: 0.0,
                native_mean_mw: vec![0.0; native.len()],
                native_swing: vec![1.0; native.len()],
                modelled_at_peak_mw: core::array::from_fn(|m| {
                    at_peak(m as u8 + 1).map_or(0.0, |rows| rows.iter().map(|row| row.1).sum())
                }),
            });
        }
        let Some(book) = books.last_mut() else { continue };
        let mut native_mw = 0.0;
        for (sum, zone) in book.native_mean_mw.iter_mut().zip(native) {
            let mw = zone[t].unwrap_or(0.0);
            *sum += mw;
            native_mw += mw;
        }
        book.hours += 1;
        book.metered_mwh += metered;
        book.modelled_mwh += metered - native_mw;
        book.metered_peak_mw = book.metered_peak_mw.max(metered);
    }
    for book in &mut books {
        for sum in &mut book.native_mean_mw {
            *sum /= f64::from(book.hours);
        }
    }
    // The first and last local day of a record may lie in a year of their own.
    books.retain(|book| book.hours > 4000);
    books
}

/// Native means of the base year: the last full year's, all grown by the one factor that makes native
/// plus modelled draw of the base year meet the declared metered demand.
fn base_means(
    input: &Input,
    draw: &BTreeMap<Month, Vec<(f64, f64)>>,
    native: &[Vec<Option<f64>>],
    books: &[YearBook],
    stamps: &[HourStamp],
    faults: &mut Vec<WeatherFault>,
) -> Vec<f64> {
    let Some(book) = books.iter().rfind(|book| book.hours > 8000) else {
        if !input.loads.is_empty() {
            faults.push(fault("load", "no year with 8,000 hours of all zones"));
        }
        return vec![0.0; native.len()];
    };
    let last = i64::from(book.year);
    let mean = |values: &Vec<Option<f64>>| {
        let known = values.iter().zip(stamps).filter(|(_, stamp)| stamp.year == book.year);
        let (sum, count) = known.fold((0.0, 0.0), |(sum, count), (value, _)| match value {
            Some(mw) => (sum + mw, count + 1.0),
            None => (sum, count),
        });
        if count > 0.0 { sum / count } else { 0.0 }
    };
    let means: Vec<f64> = native.iter().map(mean).collect();
    let base = i64::from(input.base_year);
    let months: Vec<f64> = (1..=12_u8)
        .filter_map(|month| draw.get(&(base, month)))
        .map(|rows| rows.iter().map(|&(mean, peak)| mean_with_peak(mean, peak)).sum())
        .collect();
    if months.len() != 12 && !input.draw.is_empty() {
        faults.push(fault("draw", &format!("{} of 12 months of the base year {base}", months.len())));
        return means;
    }
    let modelled = months.iter().sum::<f64>() / 12.0;
    let ratio = if base == last { 1.0 } else { input.base_demand_ratio };
    let wanted = ratio * book.metered_mwh / f64::from(book.hours) - modelled;
    let factor = wanted / means.iter().sum::<f64>();
    if !(factor.is_finite() && factor > 0.0) {
        faults.push(fault("base_demand_ratio", &format!("native load of {base} would be {wanted} MW")));
    }
    means.iter().map(|mw| (mw * factor * 10.0).round() / 10.0).collect()
}

fn mean_with_peak(mean: f64, peak: f64) -> f64 {
    let part = PEAK_HOURS_PER_MONTH as f64 / 730.5;
    mean + part * (peak - mean)
}

/// Divides by the growth path, then every year by its mean.
pub(super) fn remove_growth(values: &mut [Option<f64>], stamps: &[HourStamp]) {
    let middles = yearly(values, stamps);
    let position = |stamp: &HourStamp| f64::from(stamp.year) + (f64::from(stamp.day_of_year) - 0.5) / 365.25;
    for (value, stamp) in values.iter_mut().zip(stamps) {
        let x = position(stamp);
        // The piece of the broken line that holds x, or the nearest one.
        let next = middles.partition_point(|&(year, _)| f64::from(year) + 0.5 < x);
        let next = next.clamp(1.min(middles.len() - 1), middles.len() - 1);
        let (from, to) = (middles[next.saturating_sub(1)], middles[next]);
        let part =
            if from.0 == to.0 { 0.0 } else { (x - f64::from(from.0) - 0.5) / f64::from(to.0 - from.0) };
        *value = value.map(|mw| mw / (from.1 + part * (to.1 - from.1)));
    }
    let means = yearly(values, stamps);
    for (value, stamp) in values.iter_mut().zip(stamps) {
        let mean = means.iter().find(|(year, _)| *year == stamp.year).map_or(1.0, |(_, mean)| *mean);
        *value = value.map(|x| x / mean);
    }
}

/// Scales every full year's swing to the common one; gives the swings by year.
pub(super) fn remove_swing(values: &mut [Option<f64>], stamps: &[HourStamp]) -> Vec<(i16, f64)> {
    let cell = |stamp: &HourStamp| {
        let day_type = usize::from(stamp.is_rest_day());
        (day_type * 12 + usize::from(stamp.month - 1)) * 24 + usize::from(stamp.hour_prevailing)
    };
    let mut pattern = vec![(0.0, 0.0); 2 * 12 * 24];
    for (value, stamp) in values.iter().zip(stamps) {
        if let Some(x) = value {
            let sum = &mut pattern[cell(stamp)];
            *sum = (sum.0 + x - 1.0, sum.1 + 1.0);
        }
    }
    let pattern: Vec<f64> = pattern.iter().map(|&(sum, count)| sum / f64::max(count, 1.0)).collect();
    let mut sums: BTreeMap<i16, (f64, f64)> = BTreeMap::new();
    for (value, stamp) in values.iter().zip(stamps) {
        if let Some(x) = value {
            let p = pattern[cell(stamp)];
            let sum = sums.entry(stamp.year).or_default();
            *sum = (sum.0 + (x - 1.0) * p, sum.1 + p * p);
        }
    }
    let most = sums.values().map(|&(_, weight)| weight).fold(0.0, f64::max);
    let swing = |(product, weight): (f64, f64)| if weight > 0.5 * most { product / weight } else { 1.0 };
    let swings: Vec<(i16, f64)> = sums.into_iter().map(|(year, sum)| (year, swing(sum))).collect();
    for (value, stamp) in values.iter_mut().zip(stamps) {
        let swing = swings.iter().find(|(year, _)| *year == stamp.year).map_or(1.0, |(_, swing)| *swing);
        *value = value.map(|x| 1.0 + (x - 1.0) / swing);
    }
    swings
}

/// More than this part of the swing is taken for growth or an odd year such as 2020 (assumed).
const WIDEST_SPREAD: f64 = 0.03;

/// How much the swing of a year differs from the common one: the standard deviation of the mean swing of all loads, the
/// same for each of them. Nothing with fewer than two full years.
pub(super) fn set_swing_spread(models: &mut [SeriesModel], books: &[YearBook]) {
    let weights: Vec<f64> = models.iter().map(|model| model.base_mean_mw.unwrap_or(0.0)).collect();
    let total: f64 = weights.iter().sum();
    let mean_swing = |book: &YearBook| -> f64 {
        book.native_swing.iter().zip(&weights).map(|(swing, weight)| swing * weight / total).sum()
    };
    let of_all: Vec<f64> = books.iter().map(mean_swing).collect();
    let count = books.len() as f64;
    if books.len() < 2 {
        return;
    }
    let middle = of_all.iter().sum::<f64>() / count;
    let squares: f64 = of_all.iter().map(|x| (x - middle) * (x - middle)).sum();
    let spread = sqrt(squares / (count - 1.0)).min(WIDEST_SPREAD);
    for model in models.iter_mut().filter(|model| model.kind == SeriesKind::Load) {
        model.swing_spread = Some((spread * 1e4).round() / 1e4);
    }
}

/// Means by year; a year with less than half the hours of the fullest one is left out.
fn yearly(values: &[Option<f64>], stamps: &[HourStamp]) -> Vec<(i16, f64)> {
    let mut sums: BTreeMap<i16, (f64, f64)> = BTreeMap::new();
    for (value, stamp) in values.iter().zip(stamps) {
        if let Some(x) = value {
            let sum = sums.entry(stamp.year).or_default();
            *sum = (sum.0 + x, sum.1 + 1.0);
        }
    }
    let most = sums.values().map(|&(_, count)| count).fold(0.0, f64::max);
    let full = sums.iter().filter(|(_, (_, count))| *count >= 0.5 * most);
    let means: Vec<(i16, f64)> = full.map(|(&year, &(sum, count))| (year, sum / count)).collect();
    if means.is_empty() { vec![(0, 1.0)] } else { means }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Clock, Utc, days_from_civil};
    use super::*;

    #[test]
    fn steady_growth_leaves_a_flat_series() {
        let start = days_from_civil(2020, 1, 1) * 24;
        let end = days_from_civil(2023, 1, 1) * 24;
        let stamps: Vec<HourStamp> = (start..end).map(|hour| Utc.stamp(hour)).collect();
        // 5 GW that grow by 10 MW every 100 hours, without season.
        let mut values: Vec<Option<f64>> = (0..stamps.len()).map(|t| Some(5000.0 + 0.1 * t as f64)).collect();
        remove_growth(&mut values, &stamps);
        for x in values.into_iter().flatten() {
            assert!((x - 1.0).abs() < 2e-3, "{x}");
        }
    }
}
