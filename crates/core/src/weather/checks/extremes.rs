//! The extremes of single years: the highest hour, and the lowest mean of three days.

use super::super::lulls::yearly_lowest;
use super::{Frame, HourStamp};

/// A year with fewer known hours has no extreme of its own.
const ENOUGH_HOURS: u32 = 4000;

/// Extremes of the years of history's calendar, over all repetitions.
#[derive(Default)]
pub(super) struct Extremes {
    /// Highest hours.
    pub(super) peaks: Vec<f64>,
    /// Lowest means of 72 known hours in a row.
    pub(super) lowest_3_days: Vec<f64>,
}

impl Extremes {
    pub(super) fn add(&mut self, frame: &Frame, values: &[f64], stamps: &[HourStamp]) {
        let known: Vec<Option<f64>> =
            values.iter().zip(&frame.cells).map(|(&x, cell)| cell.map(|_| x)).collect();
        self.lowest_3_days.extend(yearly_lowest(&known, stamps).into_iter().map(|(_, lowest)| lowest));
        let mut years = vec![(0.0_f64, 0_u32); frame.year_count];
        for (value, &year) in known.iter().zip(&frame.years) {
            if let Some(x) = value {
                let year = &mut years[usize::from(year)];
                *year = (year.0.max(*x), year.1 + 1);
            }
        }
        self.peaks.extend(years.into_iter().filter(|&(_, hours)| hours > ENOUGH_HOURS).map(|(peak, _)| peak));
    }
}

/// The mean of a sample; zero of none.
pub(super) fn mean(sample: &[f64]) -> f64 {
    sample.iter().sum::<f64>() / f64::max(sample.len() as f64, 1.0)
}

/// How far `real` lies outside the span of a sample; zero inside.
pub(super) fn outside(real: f64, sample: &[f64]) -> f64 {
    let least = sample.iter().copied().fold(f64::INFINITY, f64::min);
    let most = sample.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if real < least { real - least } else { (real - most).max(0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_holds_what_is_inside() {
        let sample = [3.0, 1.0, 2.0];
        assert_eq!(outside(1.5, &sample), 0.0);
        assert_eq!(outside(3.5, &sample), 0.5);
        assert_eq!(outside(0.0, &sample), -1.0);
        assert_eq!(mean(&sample), 2.0);
    }
}
