//! Maintenance: when in the year units are taken out on purpose.
//!
//! Most units are derated month by month: `share x weight(month)`, weights with a mean of one over the year, so
//! that the yearly total stays. A nuclear unit is out as a whole, once in three half-years, alternately around the
//! middle of the spring and of the autumn season.

use crate::names::Key;
use crate::weather::HourStamp;

/// Days of the months of an average year.
const MONTH_DAYS: [f64; 12] = [31.0, 28.25, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0];
const YEAR_DAYS: f64 = 365.25;

/// Relative maintenance by month, January first: most in spring and autumn, none in high summer. Assumed, after
/// the usual picture of planned outages in a summer-peaking system.
pub const MONTH_WEIGHTS: [f64; 12] = [0.6, 1.2, 2.0, 2.2, 1.4, 0.2, 0.0, 0.0, 0.4, 1.8, 1.6, 0.6];

/// Half-years from one refuelling to the next: 18 months \[M\].
const REFUELLING_HALF_YEARS: i64 = 3;
/// Middle of the refuelling season of each half-year: 10 April and 25 October, as days of the year. Assumed.
const MIDDLES: [f64; 2] = [100.0, 298.0];
/// How far from the middle a unit's own date may lie. Assumed.
const SPREAD_DAYS: f64 = 20.0;

/// The weights with a mean of one over the days of the year; all ones when they sum to nothing.
pub fn normalised(weights: &[f64; 12]) -> [f64; 12] {
    let mean = weights.iter().zip(MONTH_DAYS).map(|(w, days)| w * days).sum::<f64>() / YEAR_DAYS;
    if mean > 0.0 { weights.map(|w| w / mean) } else { [1.0; 12] }
}

/// The greatest yearly share that maintenance can have without taking out more than there is in some month.
pub fn greatest_share(normalised: &[f64; 12]) -> f64 {
    1.0 / normalised.iter().copied().fold(1.0, f64::max)
}

/// Whether a unit that spends `share` of its time on refuelling is out for it in this hour.
pub fn refuels(unit: Key, share: f64, at: HourStamp) -> bool {
    let day = f64::from(at.day_of_year - 1) + (f64::from(at.hour_prevailing) + 0.5) / 24.0;
    let second = usize::from(day >= YEAR_DAYS / 2.0);
    let half_year = 2 * i64::from(at.year) + second as i64;
    if (half_year + (unit.0 % 3) as i64).rem_euclid(REFUELLING_HALF_YEARS) != 0 {
        return false;
    }
    let days = share * REFUELLING_HALF_YEARS as f64 * YEAR_DAYS / 2.0;
    let own = ((unit.0 / 3) % 1024) as f64 / 1023.0 * 2.0 - 1.0;
    (day - MIDDLES[second] - own * SPREAD_DAYS).abs() < days / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weather::days_from_civil;

    #[test]
    fn the_yearly_total_stays() {
        let weights = normalised(&MONTH_WEIGHTS);
        let mean = weights.iter().zip(MONTH_DAYS).map(|(w, d)| w * d).sum::<f64>() / YEAR_DAYS;
        assert!((mean - 1.0).abs() < 1e-12);
        assert!(weights[3] > 2.0 && weights[7] == 0.0);
        assert!((greatest_share(&weights) - 1.0 / weights[3]).abs() < 1e-12);
        assert_eq!(normalised(&[0.0; 12]), [1.0; 12]);
    }

    #[test]
    fn a_reactor_refuels_every_eighteen_months_outside_the_peaks() {
        let first = days_from_civil(2024, 1, 1) * 24;
        let hours = 18 * 8766;
        for name in ["one", "two", "three", "four"] {
            let key = Key::of(name);
            let stamps = (0..hours).map(|h| HourStamp::at(first + h, -360, -360));
            let out: Vec<HourStamp> = stamps.filter(|&stamp| refuels(key, 0.05, stamp)).collect();
            let share = out.len() as f64 / hours as f64;
            assert!((share / 0.05 - 1.0).abs() < 0.02, "{share}");
            assert!(out.iter().all(|stamp| !matches!(stamp.month, 1 | 2 | 6 | 7 | 8 | 12)), "{name}");
        }
    }
}
