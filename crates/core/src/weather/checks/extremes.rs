//! The extremes of single years: the highest hour, and the lowest mean of three days.

use super::Frame;

/// Hours of a drought's mean.
const DROUGHT_HOURS: usize = 72;
/// A year with fewer known hours has no extreme of its own.
const ENOUGH_HOURS: u32 = 4000;

/// Extremes by year of history's calendar, one entry per repetition.
pub(super) struct Extremes {
    /// Highest hours.
    pub(super) peaks: Vec<Vec<f64>>,
    /// Lowest means of 72 known hours in a row.
    pub(super) lowest_3_days: Vec<Vec<f64>>,
}

impl Extremes {
    pub(super) fn new(frame: &Frame) -> Extremes {
        let years = vec![Vec::new(); frame.year_count];
        Extremes { peaks: years.clone(), lowest_3_days: years }
    }

    pub(super) fn add(&mut self, frame: &Frame, values: &[f64]) {
        let mut years = vec![(0.0_f64, f64::INFINITY, 0_u32); frame.year_count];
        let (mut sum, mut run) = (0.0, 0);
        for (t, (&x, cell)) in values.iter().zip(&frame.cells).enumerate() {
            if cell.is_none() {
                (sum, run) = (0.0, 0);
                continue;
            }
            sum += x;
            run += 1;
            if run > DROUGHT_HOURS {
                sum -= values[t - DROUGHT_HOURS];
            }
            let year = &mut years[usize::from(frame.years[t])];
            year.0 = year.0.max(x);
            if run >= DROUGHT_HOURS {
                year.1 = year.1.min(sum / DROUGHT_HOURS as f64);
            }
            year.2 += 1;
        }
        for (i, (peak, lowest, hours)) in years.into_iter().enumerate() {
            if hours > ENOUGH_HOURS {
                self.peaks[i].push(peak);
                self.lowest_3_days[i].push(lowest);
            }
        }
    }
}

/// The mean of all years and repetitions; zero of none.
pub(super) fn mean(years: &[Vec<f64>]) -> f64 {
    let (sum, count) = years.iter().flatten().fold((0.0, 0.0), |(sum, count), x| (sum + x, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

/// The middle of a sample, and how far `real` lies outside its 2.5 to 97.5 % band (zero inside).
pub(super) fn against_band(real: f64, sample: &[f64]) -> (f64, f64) {
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |p: f64| super::super::transform::quantile(&sorted, p);
    let outside = if real < at(0.025) { real - at(0.025) } else { (real - at(0.975)).max(0.0) };
    (at(0.5), outside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_holds_what_is_inside() {
        let sample: Vec<f64> = (0..1000).map(f64::from).collect();
        assert_eq!(against_band(30.0, &sample), (499.5, 0.0));
        assert!((against_band(1000.0, &sample).1 - 25.5).abs() < 1e-9);
        assert!((against_band(4.5, &sample).1 + 20.0).abs() < 1e-9);
    }
}
