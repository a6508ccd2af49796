//! Lulls: the lowest mean of three days in a year, which says how long a fleet can be without wind.

use super::HourStamp;

/// Hours of a lull's mean.
const HOURS: usize = 72;
/// A year with fewer known hours has no lowest one.
const ENOUGH_HOURS: u32 = 4000;

/// The lowest mean of 72 known hours in a row, by the calendar year in which it ends.
pub(crate) fn yearly_lowest(values: &[Option<f64>], stamps: &[HourStamp]) -> Vec<(i16, f64)> {
    let mut years: Vec<(i16, f64, u32)> = Vec::new();
    let (mut sum, mut run) = (0.0, 0);
    for (t, (value, stamp)) in values.iter().zip(stamps).enumerate() {
        let Some(x) = *value else {
            (sum, run) = (0.0, 0);
            continue;
        };
        sum += x;
        run += 1;
        if run > HOURS {
            sum -= values[t - HOURS].unwrap_or(0.0);
        }
        if years.last().is_none_or(|year| year.0 != stamp.year) {
            years.push((stamp.year, f64::INFINITY, 0));
        }
        if let Some(year) = years.last_mut() {
            year.2 += 1;
            if run >= HOURS {
                year.1 = year.1.min(sum / HOURS as f64);
            }
        }
    }
    years.into_iter().filter(|year| year.2 > ENOUGH_HOURS).map(|(year, lowest, _)| (year, lowest)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Clock, Utc};
    use super::*;

    #[test]
    fn a_lull_is_found_and_a_hole_ends_it() {
        let stamps: Vec<HourStamp> = (0..8760).map(|hour| Utc.stamp(hour)).collect();
        let mut values = vec![Some(0.5); 8760];
        values[1000..1072].fill(Some(0.1));
        // Deeper, but an hour is unknown.
        values[3000..3072].fill(Some(0.0));
        values[3036] = None;
        let found = yearly_lowest(&values, &stamps);
        assert_eq!(found.len(), 1);
        assert!((found[0].1 - 0.1).abs() < 1e-9, "{found:?}");
        assert_eq!(yearly_lowest(&values[..3000], &stamps), []);
    }
}
