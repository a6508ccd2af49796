//! The shape of a load: means, spreads and standardised residuals.
//!
//! A day's mean is interpolated between the middles of months, so the value at the middle of a month is
//! not the month's mean. With the observed weights of each (day type, month, hour) the twelve middles
//! solve a cyclic linear system whose solution has exactly the observed monthly means.

use super::super::generate::Months;
use super::super::model::{HOURS, MONTHS};
use super::super::transform::{FIRST, KNOTS, STEP, locate, moments, quantile_knots, value};
use super::{HourStamp, Shape};
use crate::math::sqrt;

/// Blocks of the day with a distribution of their own: with fewer the evening's tail lands on the afternoon.
const BLOCKS: usize = 8;
/// Hours of a block.
const WIDTH: usize = HOURS / BLOCKS;

pub(super) fn fit(values: &[Option<f64>], stamps: &[HourStamp]) -> Result<Shape, String> {
    let known: Vec<(f64, &HourStamp, Months)> = values
        .iter()
        .zip(stamps)
        .filter_map(|(x, stamp)| x.map(|x| (x, stamp, Months::of(*stamp))))
        .collect();
    let mut means = [const { [[0.0; MONTHS]; HOURS] }; 2];
    for (day_type, means) in means.iter_mut().enumerate() {
        for (hour, means) in means.iter_mut().enumerate() {
            let cell = known.iter().filter(|(_, stamp, _)| {
                usize::from(stamp.is_rest_day()) == day_type && usize::from(stamp.hour_prevailing) == hour
            });
            *means = middles(cell)?;
        }
    }
    let mean_at = |stamp: &HourStamp, months: &Months| {
        let row = &means[usize::from(stamp.is_rest_day())][usize::from(stamp.hour_prevailing)];
        row[months.this] + months.neighbour_weight * (row[months.neighbour] - row[months.this])
    };
    let mut squares = [[(0.0, 0.0); HOURS]; MONTHS];
    let mut extremes = [[[(f64::INFINITY, 0.0_f64); HOURS]; MONTHS]; 2];
    for (x, stamp, months) in &known {
        let cell = &mut squares[months.this][usize::from(stamp.hour_prevailing)];
        let residual = x - mean_at(stamp, months);
        *cell = (cell.0 + residual * residual, cell.1 + 1.0);
        let day_type = usize::from(stamp.is_rest_day());
        let cell = &mut extremes[day_type][months.this][usize::from(stamp.hour_prevailing)];
        *cell = (cell.0.min(*x), cell.1.max(*x));
    }
    let spread: [[f64; HOURS]; MONTHS] = core::array::from_fn(|month| {
        let variance = |hour: usize| {
            let (sum, count) = squares[month][hour % HOURS];
            sum / count
        };
        core::array::from_fn(|hour| {
            let around = variance(hour + HOURS - 1) + variance(hour + 1);
            sqrt(0.5 * variance(hour) + 0.25 * around).max(1e-3)
        })
    });
    let mut residuals: Vec<Vec<f64>> = vec![Vec::new(); MONTHS * BLOCKS];
    for (x, stamp, months) in &known {
        let hour = usize::from(stamp.hour_prevailing);
        let (this, other) = (spread[months.this][hour], spread[months.neighbour][hour]);
        let spread = this + months.neighbour_weight * (other - this);
        residuals[months.this * BLOCKS + hour / WIDTH].push((x - mean_at(stamp, months)) / spread);
    }
    // How far a month and block of hours has ever been from the middle of the month, in spreads.
    let reach: Vec<(f64, f64)> = (0..MONTHS * BLOCKS)
        .map(|row| {
            let (month, block) = (row / BLOCKS, row % BLOCKS);
            let hours = block * WIDTH..(block + 1) * WIDTH;
            let sum = hours.fold((0.0, 0.0), |sum, hour| {
                let at = |day_type: usize| {
                    let (least, most) = extremes[day_type][month][hour];
                    let middle = means[day_type][hour][month];
                    ((least - middle) / spread[month][hour], (most - middle) / spread[month][hour])
                };
                let (work, rest) = (at(0), at(1));
                (sum.0 + work.0.min(rest.0), sum.1 + work.1.max(rest.1))
            });
            (sum.0 / WIDTH as f64, sum.1 / WIDTH as f64)
        })
        .collect();
    let per_10k = |x: f64| (x * 1e4).round() as i32;
    let rows = |day_type: usize| -> Vec<Vec<i32>> {
        (0..MONTHS).map(|m| (0..HOURS).map(|h| per_10k(means[day_type][h][m])).collect()).collect()
    };
    Ok(Shape::Scaled {
        workday_per_10k: rows(0),
        restday_per_10k: rows(1),
        spread_per_10k: spread.iter().map(|row| row.iter().copied().map(per_10k).collect()).collect(),
        residual_per_1k: residuals
            .into_iter()
            .zip(reach)
            .map(|(sample, reach)| standardised(sample, reach))
            .collect(),
    })
}

/// Values at the middles of the months that give the observed monthly means.
fn middles<'a>(
    cell: impl Iterator<Item = &'a (f64, &'a HourStamp, Months)>,
) -> Result<[f64; MONTHS], String> {
    let mut matrix = [[0.0; MONTHS + 1]; MONTHS];
    let mut counts = [0_u32; MONTHS];
    for (x, _, months) in cell {
        let row = &mut matrix[months.this];
        row[months.this] += 1.0 - months.neighbour_weight;
        row[months.neighbour] += months.neighbour_weight;
        row[MONTHS] += x;
        counts[months.this] += 1;
    }
    if let Some(month) = counts.iter().position(|&count| count < 3) {
        return Err(format!("month {} has hours with fewer than 3 days of data", month + 1));
    }
    // Weights of a month's own middle are at least 1/2, about 3/4 on average: elimination without
    // pivoting is stable.
    for k in 0..MONTHS {
        for i in 0..MONTHS {
            if i == k {
                continue;
            }
            let factor = matrix[i][k] / matrix[k][k];
            let pivot = matrix[k];
            for (a, b) in matrix[i].iter_mut().zip(pivot).skip(k) {
                *a -= factor * b;
            }
        }
    }
    Ok(core::array::from_fn(|k| matrix[k][MONTHS] / matrix[k][k]))
}

/// Knots with mean 0 and variance 1, strictly ascending and within `reach`, in parts per 1,000.
///
/// Without the limits a cool day of late August, hot for its date, would lend its residual to the middle
/// of the month, where the mean is higher and air conditioners are at their end.
fn standardised(mut sample: Vec<f64>, reach: (f64, f64)) -> Vec<i32> {
    sample.sort_by(f64::total_cmp);
    let mut knots = quantile_knots(&sample);
    // A constant load has no residual; any ascending row does.
    if knots[KNOTS - 1] - knots[0] < 1e-6 {
        knots = core::array::from_fn(|k| FIRST + STEP * k as f64);
    }
    // Limiting shrinks the variance and scaling passes the limits: a few rounds settle.
    for _ in 0..20 {
        let limited = knots.map(|x| x.clamp(reach.0.min(-1.0), reach.1.max(1.0)));
        let (mean, variance) = moments(|z| value(&limited, locate(z)));
        knots = limited.map(|x| (x - mean) / sqrt(variance));
    }
    let mut last = i32::MIN;
    let ascend = |x: &f64| {
        last = ((x * 1e3).round() as i32).max(last.saturating_add(5));
        last
    };
    knots.iter().map(ascend).collect()
}
