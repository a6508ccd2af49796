//! The shape of wind or sun: the quantiles of every month and hour, with the observed mean.
//!
//! Wind pools an hour with its two neighbours, scaled to its own mean, because one hour of a month has
//! some sixty observations only. Sun does not: its neighbours differ by height above the horizon.

use super::super::model::{HOURS, MONTHS};
use super::super::transform::{FIRST, KNOTS, STEP, locate, moments, quantile, quantile_knots, value};
use super::{HourStamp, SeriesKind, Shape};
use crate::math::exp;

/// Output that counts as none: a two-thousandth of capacity.
const NIGHT: f64 = 5e-4;

fn cells(values: &[Option<f64>], stamps: &[HourStamp]) -> Vec<Vec<f64>> {
    let mut cells: Vec<Vec<f64>> = vec![Vec::new(); MONTHS * HOURS];
    for (x, &stamp) in values.iter().zip(stamps) {
        cells[cell(stamp)].extend(*x);
    }
    cells
}

fn cell(stamp: HourStamp) -> usize {
    usize::from(stamp.month - 1) * HOURS + usize::from(stamp.hour_standard)
}

/// Standard hours in which the sun is down all year below 55 degrees of latitude.
const DARK: [usize; 6] = [21, 22, 23, 0, 1, 2];

/// Sets sunshine at night (a stuck meter) to zero: output in hours that are dark everywhere, and in an hour of
/// a month that has none on nine days of ten. Gives the number of hours.
pub(super) fn darken_night(values: &mut [Option<f64>], stamps: &[HourStamp]) -> usize {
    let night: Vec<bool> = cells(values, stamps)
        .iter_mut()
        .enumerate()
        .map(|(index, cell)| {
            cell.sort_by(f64::total_cmp);
            DARK.contains(&(index % HOURS)) || quantile(cell, 0.9) < NIGHT
        })
        .collect();
    let mut darkened = 0;
    for (value, &stamp) in values.iter_mut().zip(stamps) {
        if night[cell(stamp)] && value.is_some_and(|x| x >= NIGHT) {
            *value = Some(0.0);
            darkened += 1;
        }
    }
    darkened
}

/// `bend` multiplies values below the median by `exp(bend x min(1, -z / 2))`; 0 leaves the quantiles as they are.
pub(super) fn fit(
    values: &[Option<f64>],
    stamps: &[HourStamp],
    kind: SeriesKind,
    bend: f64,
) -> Result<Shape, String> {
    let cells = cells(values, stamps);
    if let Some(cell) = cells.iter().position(|cell| cell.len() < 10) {
        return Err(format!("month {} has hours with fewer than 10 days of data", cell / HOURS + 1));
    }
    let mean = |cell: &[f64]| cell.iter().sum::<f64>() / cell.len() as f64;
    let most = values.iter().flatten().copied().fold(0.0, f64::max);
    let high = (1.02 * most).min(1.0);
    let mut rows = Vec::with_capacity(MONTHS * HOURS);
    for month in 0..MONTHS {
        for hour in 0..HOURS {
            let own = &cells[month * HOURS + hour];
            let wanted = mean(own);
            let mut sample = own.clone();
            sample.sort_by(f64::total_cmp);
            if kind == SeriesKind::Solar && quantile(&sample, 0.9) < NIGHT {
                rows.push(vec![0; KNOTS]);
                continue;
            }
            if kind == SeriesKind::Wind {
                for other in [hour + HOURS - 1, hour + 1] {
                    let other = &cells[month * HOURS + other % HOURS];
                    let scale = wanted / mean(other).max(1e-9);
                    sample.extend(other.iter().map(|x| (x * scale).min(most)));
                }
                sample.sort_by(f64::total_cmp);
            }
            rows.push(with_mean(&bent(quantile_knots(&sample), bend), wanted, high));
        }
    }
    Ok(Shape::Direct { value_per_100k: rows })
}

/// Knots below the median moved by `bend`, still ascending.
fn bent(mut knots: [f64; KNOTS], bend: f64) -> [f64; KNOTS] {
    for k in (0..KNOTS - 1).rev() {
        let below = -(FIRST + STEP * k as f64);
        if below > 0.0 {
            knots[k] = (knots[k] * exp(bend * (0.5 * below).min(1.0))).min(knots[k + 1]);
        }
    }
    knots
}

/// Knots scaled so that the mean of the bounded map is `wanted`, in parts per 100,000.
fn with_mean(knots: &[f64; KNOTS], wanted: f64, high: f64) -> Vec<i32> {
    let mut scale = 1.0;
    for _ in 0..30 {
        let scaled = knots.map(|x| x * scale);
        let (mean, _) = moments(|z| value(&scaled, locate(z)).clamp(0.0, high));
        if mean <= 0.0 {
            break;
        }
        scale *= wanted / mean;
    }
    knots.iter().map(|x| (x * scale * 1e5).round() as i32).collect()
}
