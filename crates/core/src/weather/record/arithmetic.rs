//! One series from several: weighted sums, and files that follow one another in time.

use super::super::Clock;
use super::HourlyRecord;

impl HourlyRecord {
    /// Moves the values of one hour of the day (prevailing time, named by its beginning) to the day before: the repair
    /// of a publisher's end-of-day hour that is booked a day late. Gives the number of values moved.
    pub fn move_to_day_before(&mut self, hour_prevailing: u8, clock: &dyn Clock) -> usize {
        let hours: Vec<usize> = (self.start_hour..)
            .zip(0..self.values.len())
            .filter(|&(utc_hour, _)| clock.stamp(utc_hour).hour_prevailing == hour_prevailing)
            .map(|(_, index)| index)
            .collect();
        for (&index, later) in hours.iter().zip(hours.iter().skip(1).map(Some).chain([None])) {
            self.values[index] = later.and_then(|&later| self.values[later]);
        }
        hours.len()
    }

    /// The sum of weighted records over the hours that any of them covers; an hour that one of them does not
    /// know is unknown. Nothing comes of nothing. `O(hours x records)`.
    pub fn weighted_sum(parts: &[(f64, HourlyRecord)]) -> Option<HourlyRecord> {
        let (start_hour, end) = span(parts.iter().map(|(_, record)| record))?;
        let value = |hour| parts.iter().map(|(weight, record)| Some(weight * record.at(hour)?)).sum();
        Some(HourlyRecord { start_hour, values: (start_hour..end).map(value).collect() })
    }

    /// Records one after the other; where two of them cover an hour, the first that knows it counts. `O(hours x
    /// records)`.
    pub fn sequence(parts: &[HourlyRecord]) -> Option<HourlyRecord> {
        let (start_hour, end) = span(parts.iter())?;
        let value = |hour| parts.iter().find_map(|record| record.at(hour));
        Some(HourlyRecord { start_hour, values: (start_hour..end).map(value).collect() })
    }
}

fn span<'a>(records: impl Iterator<Item = &'a HourlyRecord> + Clone) -> Option<(i64, i64)> {
    let start = records.clone().map(|record| record.start_hour).min()?;
    Some((start, records.map(HourlyRecord::end_hour).max()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(start_hour: i64, values: &[f64]) -> HourlyRecord {
        // A negative value stands for an unknown one.
        let values = values.iter().map(|&x| (x >= 0.0).then_some(x)).collect();
        HourlyRecord { start_hour, values }
    }

    #[test]
    fn an_hour_booked_a_day_late_comes_back() {
        let mut days = record(0, &(0..72).map(f64::from).collect::<Vec<f64>>());
        assert_eq!(days.move_to_day_before(23, &super::super::super::Utc), 3);
        assert_eq!(
            (days.at(22), days.at(23), days.at(47), days.at(71)),
            (Some(22.0), Some(47.0), Some(71.0), None)
        );
    }

    #[test]
    fn a_remainder_is_known_where_all_its_parts_are() {
        let (all, part) = (record(10, &[9.0, 8.0, -1.0, 7.0]), record(9, &[1.0, 2.0, 3.0, 4.0]));
        let rest = HourlyRecord::weighted_sum(&[(0.5, all), (-0.5, part)]).expect("two parts");
        assert_eq!((rest.start_hour, rest.end_hour()), (9, 14));
        assert_eq!(rest.values, [None, Some(3.5), Some(2.5), None, None]);
        assert_eq!(HourlyRecord::weighted_sum(&[]), None);
    }

    #[test]
    fn the_first_file_that_knows_an_hour_counts() {
        let files = [record(0, &[1.0, -1.0, 1.0]), record(1, &[2.0, 2.0]), record(5, &[3.0])];
        let one = HourlyRecord::sequence(&files).expect("three files");
        assert_eq!(one.values, [Some(1.0), Some(2.0), Some(1.0), None, None, Some(3.0)]);
    }
}
