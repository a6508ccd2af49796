//! Civil dates of UTC milliseconds, in the proleptic Gregorian calendar.
//!
//! Only what files and axes need: a timestamp to its date and back. Both ways are exact for all years that
//! fit a timestamp; both cost a few integer operations.

use std::fmt;

/// Milliseconds in a day.
pub const DAY_MS: i64 = 86_400_000;

/// A date and a time of day in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Civil {
    /// The year.
    pub year: i64,
    /// The month, 1-12.
    pub month: u8,
    /// The day of the month, 1-31.
    pub day: u8,
    /// Milliseconds since midnight.
    pub ms_of_day: i64,
}

impl Civil {
    /// The date of `ms` milliseconds since 1970-01-01.
    ///
    /// Years are counted from March, so that the leap day is the last of its year, and in eras of 400 years,
    /// which all have 146,097 days.
    pub fn from_ms(ms: i64) -> Civil {
        let days = ms.div_euclid(DAY_MS) + 719_468; // since 0000-03-01
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153; // 0 is March
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        Civil {
            year: era * 400 + year_of_era + i64::from(month <= 2),
            month: month as u8,
            day: (day_of_year - (153 * march_month + 2) / 5 + 1) as u8,
            ms_of_day: ms.rem_euclid(DAY_MS),
        }
    }

    /// Midnight of a date. The month must be 1-12; days past the month's end run into the next.
    pub fn date(year: i64, month: u8, day: u8) -> Civil {
        debug_assert!((1..=12).contains(&month));
        Civil { year, month, day, ms_of_day: 0 }
    }

    /// Milliseconds since 1970-01-01.
    pub fn to_ms(self) -> i64 {
        let month = i64::from(self.month);
        let year = self.year - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let march_month = if month > 2 { month - 3 } else { month + 9 };
        let day_of_year = (153 * march_month + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        (era * 146_097 + day_of_era - 719_468) * DAY_MS + self.ms_of_day
    }

    /// Midnight of the first day of this month.
    #[must_use]
    pub fn month_start(self) -> Civil {
        Civil::date(self.year, self.month, 1)
    }

    /// Midnight of the first day of the next month.
    #[must_use]
    pub fn next_month(self) -> Civil {
        if self.month == 12 {
            Civil::date(self.year + 1, 1, 1)
        } else {
            Civil::date(self.year, self.month + 1, 1)
        }
    }
}

/// ISO 8601 without zone, `2025-01-01T00:00:00`; milliseconds follow only if there are any.
impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.ms_of_day / 1_000;
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        write!(f, "{:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}", self.year, self.month, self.day)?;
        match self.ms_of_day % 1_000 {
            0 => Ok(()),
            ms => write!(f, ".{ms:03}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_instants() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00"),
            (1_735_689_600_000, "2025-01-01T00:00:00"),
            (951_782_400_000, "2000-02-29T00:00:00"),
            (951_868_799_999, "2000-02-29T23:59:59.999"),
            (-1, "1969-12-31T23:59:59.999"),
            (4_107_542_400_000, "2100-03-01T00:00:00"),
        ] {
            assert_eq!(Civil::from_ms(ms).to_string(), text);
            assert_eq!(Civil::from_ms(ms).to_ms(), ms);
        }
    }

    #[test]
    fn every_day_of_eight_centuries_follows_the_one_before() {
        let days_in = |year: i64, month: u8| match month {
            4 | 6 | 9 | 11 => 30,
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            _ => 31,
        };
        let mut expected = Civil::date(1600, 1, 1);
        let first = expected.to_ms() / DAY_MS;
        for day in first..first + 2 * 146_097 {
            assert_eq!(Civil::from_ms(day * DAY_MS), expected);
            assert_eq!(expected.to_ms(), day * DAY_MS);
            expected = if expected.day < days_in(expected.year, expected.month) {
                Civil { day: expected.day + 1, ..expected }
            } else {
                expected.next_month()
            };
        }
        assert_eq!(expected, Civil::date(2400, 1, 1));
    }
}
