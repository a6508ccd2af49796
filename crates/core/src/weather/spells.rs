//! Spells of extreme weather beyond the record: heat waves, cold snaps, wind droughts.
//!
//! A spell has a return period, a season, a length and factors on series; all of them are assumptions of the user, no
//! result of the model. In each calendar year it happens at most once, with the probability of one over its return
//! period, and begins at midnight of a day that is uniform over the season. Both draws belong to the spell's name and the
//! year, so horizons and policies share spells. Its first and last twelve hours ease in and out. Cost: `O(hours)` for each
//! spell that happens.

use super::{HourStamp, WeatherYears, days_from_civil};
use crate::kernel::{Purpose, Streams, uniform_open};
use crate::names::Key;

const SPELL: Purpose = Purpose::of("weather/spell");
/// Hours over which a spell comes and goes.
const EASE_HOURS: f64 = 12.0;

/// Extreme weather that comes back.
#[derive(Clone, Debug, PartialEq)]
pub struct Spell {
    /// A name of its own; the draws belong to it.
    pub name: String,
    /// Mean number of years between two of them, at least 1.
    pub return_years: f64,
    /// Length in days.
    pub days: u32,
    /// Months in which it can begin, 1 to 12.
    pub months: Vec<u8>,
    /// For each series of the weather, by what its values are multiplied.
    pub factors: Vec<f32>,
}

impl Spell {
    /// The day on which it begins in a calendar year, counted from 1970-01-01; `None` in a year without it.
    pub fn first_day(&self, year: i16, streams: &Streams) -> Option<i64> {
        let mut rng = streams.open_at(Key::of(&self.name), SPELL, year as u64);
        let happens = uniform_open(&mut rng) < 1.0 / self.return_years;
        let at = uniform_open(&mut rng);
        let first_of = |month: u8| match month {
            13 => days_from_civil(i64::from(year) + 1, 1, 1),
            _ => days_from_civil(i64::from(year), month, 1),
        };
        let days: Vec<i64> =
            self.months.iter().flat_map(|&month| first_of(month)..first_of(month + 1)).collect();
        happens.then(|| days.get((at * days.len() as f64) as usize).copied()).flatten()
    }
}

impl WeatherYears {
    /// Lays spells over generated hours. Loads may pass their record, wind and sun stay between 0 and 1: `at_most` is
    /// the bound of each series.
    pub fn apply(&mut self, spells: &[Spell], at_most: &[f32], streams: &Streams, hours: &[HourStamp]) {
        let (Some(first), Some(last)) = (hours.first(), hours.last()) else { return };
        for spell in spells {
            // A spell of the year before may not be over.
            for year in first.year - 1..=last.year {
                let Some(begin) = spell.first_day(year, streams) else { continue };
                let length = f64::from(spell.days) * 24.0;
                for (t, stamp) in hours.iter().enumerate() {
                    let day = days_from_civil(i64::from(stamp.year), 1, 1) + i64::from(stamp.day_of_year) - 1;
                    let hour = (day - begin) * 24 + i64::from(stamp.hour_prevailing);
                    let middle = hour as f64 + 0.5;
                    if !(0.0..length).contains(&middle) {
                        continue;
                    }
                    let weight = (middle.min(length - middle) / EASE_HOURS).min(1.0) as f32;
                    for ((values, factor), &most) in self.values.iter_mut().zip(&spell.factors).zip(at_most) {
                        values[t] = (values[t] * (1.0 + weight * (factor - 1.0))).clamp(0.0, most);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Clock, Utc};
    use super::*;

    fn heat(return_years: f64) -> Spell {
        Spell {
            name: "heat".to_owned(),
            return_years,
            days: 5,
            months: vec![6, 7, 8],
            factors: vec![1.2, 0.3],
        }
    }

    fn calendar(from: i64, to: i64) -> Vec<HourStamp> {
        let hours = days_from_civil(from, 1, 1) * 24..days_from_civil(to, 1, 1) * 24;
        hours.map(|hour| Utc.stamp(hour)).collect()
    }

    fn flat(hours: usize) -> WeatherYears {
        WeatherYears {
            names: vec!["west".to_owned(), "wind".to_owned()],
            values: vec![vec![1.0; hours], vec![0.5; hours]],
        }
    }

    #[test]
    fn spells_come_back_after_their_return_period() {
        let years = 4000;
        let count = (0..years).filter(|&r| heat(10.0).first_day(2030, &Streams::new(7, r)).is_some()).count();
        // 400 expected, standard deviation 19.
        assert!((340..460).contains(&count), "{count}");
        let inside = (0..years).filter_map(|r| heat(1.0).first_day(2030, &Streams::new(7, r)));
        let (first, last) = (days_from_civil(2030, 6, 1), days_from_civil(2030, 8, 31));
        let days: Vec<i64> = inside.collect();
        assert_eq!((days.len(), days.iter().min(), days.iter().max()), (4000, Some(&first), Some(&last)));
    }

    #[test]
    fn a_spell_lasts_its_days_and_the_rest_stays() {
        let hours = calendar(2030, 2031);
        let mut years = flat(hours.len());
        years.apply(&[heat(1.0)], &[f32::INFINITY, 1.0], &Streams::new(1, 0), &hours);
        let touched: Vec<usize> = (0..hours.len()).filter(|&t| years.values[0][t] != 1.0).collect();
        assert_eq!(touched.len(), 120);
        assert_eq!(touched[119] - touched[0], 119);
        assert_eq!(hours[touched[0]].hour_prevailing, 0);
        let middle = touched[60];
        assert!(
            (years.values[0][middle] - 1.2).abs() < 1e-6 && (years.values[1][middle] - 0.15).abs() < 1e-6
        );
        // Eased in over twelve hours.
        assert!((years.values[0][touched[0]] - (1.0 + 0.2 * 0.5 / 12.0)).abs() < 1e-6);
    }

    #[test]
    fn horizons_share_spells() {
        let (long, short) = (calendar(2028, 2034), calendar(2030, 2032));
        let skip = long.iter().position(|stamp| stamp.year == 2030).expect("inside");
        for replication in 0..20 {
            let streams = Streams::new(3, replication);
            let (mut a, mut b) = (flat(long.len()), flat(short.len()));
            a.apply(&[heat(2.0)], &[f32::INFINITY, 1.0], &streams, &long);
            b.apply(&[heat(2.0)], &[f32::INFINITY, 1.0], &streams, &short);
            assert_eq!(a.values[0][skip..skip + short.len()], b.values[0][..]);
        }
    }
}
