//! The calendar of one hour: what load and sun depend on besides the weather.
//!
//! Load follows the clock on the wall (prevailing time), the sun follows local standard time. Date
//! fields are those of the prevailing clock. Hours are counted from 1970-01-01T00:00Z and named by their
//! beginning; an offset that is not a whole number of hours is rounded down to the hour that contains
//! the instant. Cost: a few integer divisions.

use serde::{Deserialize, Serialize};

/// The local calendar of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HourStamp {
    /// Civil year of the prevailing date.
    pub year: i16,
    /// Month of the prevailing date, 1 to 12.
    pub month: u8,
    /// Day of the year of the prevailing date, 1 to 366.
    pub day_of_year: u16,
    /// Hour that begins on the prevailing clock, 0 to 23.
    pub hour_prevailing: u8,
    /// Hour that begins in local standard time, 0 to 23.
    pub hour_standard: u8,
    /// Day of the week of the prevailing date, 0 = Monday to 6 = Sunday.
    pub weekday: u8,
}

/// A place's clock: its offsets from UTC. Time-zone databases live outside this crate.
pub trait Clock {
    /// Minutes east of UTC at the beginning of an hour: (standard time, prevailing time).
    fn offsets_minutes(&self, utc_hour: i64) -> (i32, i32);

    /// The calendar of an hour.
    fn stamp(&self, utc_hour: i64) -> HourStamp {
        let (standard, prevailing) = self.offsets_minutes(utc_hour);
        HourStamp::at(utc_hour, standard, prevailing)
    }
}

/// The clock of UTC itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Utc;

impl Clock for Utc {
    fn offsets_minutes(&self, _utc_hour: i64) -> (i32, i32) {
        (0, 0)
    }
}

impl HourStamp {
    /// The stamp of the hour that begins `utc_hour` hours after 1970-01-01T00:00Z at a place whose
    /// standard and prevailing clocks are that many minutes ahead of UTC.
    pub fn at(utc_hour: i64, standard_minutes: i32, prevailing_minutes: i32) -> HourStamp {
        let local = |minutes: i32| utc_hour + i64::from(minutes).div_euclid(60);
        let prevailing = local(prevailing_minutes);
        let day = prevailing.div_euclid(24);
        let (year, month, _) = civil_from_days(day);
        HourStamp {
            year: year as i16,
            month,
            day_of_year: (day - days_from_civil(year, 1, 1) + 1) as u16,
            hour_prevailing: prevailing.rem_euclid(24) as u8,
            hour_standard: local(standard_minutes).rem_euclid(24) as u8,
            weekday: (day + 3).rem_euclid(7) as u8,
        }
    }

    /// Saturday or Sunday.
    pub const fn is_rest_day(self) -> bool {
        self.weekday >= 5
    }

    /// Where in its month the day lies, in (0, 1): the middle of the day over the month's length.
    pub fn part_of_month(self) -> f64 {
        let (year, month) = (i64::from(self.year), self.month);
        let new_year = days_from_civil(year, 1, 1);
        let first = days_from_civil(year, month, 1) - new_year;
        let end =
            if month == 12 { days_from_civil(year + 1, 1, 1) } else { days_from_civil(year, month + 1, 1) };
        let day = i64::from(self.day_of_year) - 1 - first;
        (day as f64 + 0.5) / (end - new_year - first) as f64
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar. The month is 1 to 12; a day
/// beyond the month's end counts on into the next.
pub const fn days_from_civil(year: i64, month: u8, day: u8) -> i64 {
    // Years begin in March, so that the leap day is the last day of a year.
    let shifted = (month as i64 + 9) % 12;
    let year = if month <= 2 { year - 1 } else { year };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leaps + (shifted * 306 + 5) / 10 + day as i64 - 1 - 719_468
}

/// The date (year, month 1 to 12, day 1 to 31) that many days after 1970-01-01.
pub const fn civil_from_days(days: i64) -> (i64, u8, u8) {
    let mut year = (days * 400 + 400 * 719_468).div_euclid(146_097);
    // The estimate by the mean length of a year is at most one year off.
    while days_from_civil(year + 1, 3, 1) <= days {
        year += 1;
    }
    while days_from_civil(year, 3, 1) > days {
        year -= 1;
    }
    let in_year = days - days_from_civil(year, 3, 1);
    let shifted = (in_year * 5 + 2) / 153;
    let day = in_year - (shifted * 153 + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (if month <= 2 { year + 1 } else { year }, month as u8, day as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_follow_one_another_for_eight_centuries() {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let mut days = days_from_civil(1600, 1, 1);
        for year in 1600..2400_i64 {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            for month in 1..=12_u8 {
                let length = lengths[usize::from(month) - 1] + u8::from(leap && month == 2);
                for day in 1..=length {
                    assert_eq!(days_from_civil(year, month, day), days);
                    assert_eq!(civil_from_days(days), (year, month, day));
                    days += 1;
                }
            }
        }
        assert_eq!(days_from_civil(1970, 1, 1), 0);
    }

    #[test]
    fn a_summer_evening_in_texas_has_two_clocks() {
        // 2024-07-01T04:00Z is Sunday 30 June, 23:00 on the wall and 22:00 by the sun.
        let hour = days_from_civil(2024, 7, 1) * 24 + 4;
        let stamp = HourStamp::at(hour, -360, -300);
        assert_eq!((stamp.year, stamp.month, stamp.day_of_year), (2024, 6, 182));
        assert_eq!((stamp.hour_prevailing, stamp.hour_standard, stamp.weekday), (23, 22, 6));
        assert!(stamp.is_rest_day());
        assert!((stamp.part_of_month() - 29.5 / 30.0).abs() < 1e-12);
        // Half-hour clocks: 00:00Z begins in Adelaide at 09:30, inside the hour that begins at 9.
        assert_eq!(HourStamp::at(0, 570, 570).hour_prevailing, 9);
    }
}
