//! Local days and months in the hours of a run.

use gridrush_core::kernel::SimTime;
use gridrush_core::weather::{Clock, HourStamp, days_from_civil};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use super::SetupError;
use crate::scenario::Scenario;

/// A civil month of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    /// Calendar year.
    pub year: i16,
    /// 1 to 12.
    pub month: u8,
    /// First instant.
    pub begin: SimTime,
    /// First instant of the next month, at most the end of the run.
    pub end: SimTime,
}

/// The scenario's first day in days since 1970-01-01.
pub(crate) fn start_day(scenario: &Scenario) -> i64 {
    days_of(scenario.start)
}

/// A date in days since 1970-01-01.
pub(crate) fn days_of(date: Date) -> i64 {
    days_from_civil(i64::from(date.year()), date.month() as u8, date.day() as u8)
}

/// The local day of a stamp, counted from 1970-01-01.
pub(crate) fn day_of(stamp: HourStamp) -> i64 {
    days_from_civil(i64::from(stamp.year), 1, 1) + i64::from(stamp.day_of_year) - 1
}

/// The clock of a time zone.
pub(crate) struct ZoneClock<'a>(pub(crate) &'a TimeZone);

impl Clock for ZoneClock<'_> {
    fn offsets_minutes(&self, utc_hour: i64) -> (i32, i32) {
        let Ok(at) = Timestamp::from_second(utc_hour * 3600) else { return (0, 0) };
        let info = self.0.to_offset_info(at);
        let prevailing = info.offset().seconds() / 60;
        (if info.dst().is_dst() { prevailing - 60 } else { prevailing }, prevailing)
    }
}

/// The first second of a local day since 1970-01-01 UTC.
pub(super) fn midnight_s(zone: &TimeZone, day: Date) -> Result<i64, SetupError> {
    let midnight = zone.to_ambiguous_timestamp(day.at(0, 0, 0, 0)).compatible();
    midnight.map(Timestamp::as_second).map_err(|_| SetupError::Date(day))
}

/// What is wrong with a time zone that is not whole hours from UTC all the time.
pub(super) fn uneven(zone: &TimeZone, start_s: i64, end_s: i64) -> Option<SetupError> {
    let (start, end) = (Timestamp::from_second(start_s).ok()?, Timestamp::from_second(end_s).ok()?);
    let later = zone.following(start).take_while(|change| change.timestamp() < end);
    let mut offsets = std::iter::once(zone.to_offset(start)).chain(later.map(|change| change.offset()));
    let name = zone.iana_name().unwrap_or_default().to_owned();
    offsets.any(|offset| offset.seconds() % 3600 != 0).then_some(SetupError::UnevenZone(name))
}

/// The local months of a run, in order.
pub(super) fn months_between(zone: &TimeZone, start: Date, end: Date) -> Result<Vec<Month>, SetupError> {
    let second = |day: Date| midnight_s(zone, day.min(end));
    let start_s = second(start)?;
    let edge = |day: Date| Ok(SimTime::from_hours(((second(day)? - start_s) / 3600) as u64));
    let mut months = Vec::new();
    let mut first = start;
    while first < end {
        let (year, month) = (first.year(), first.month());
        let next = if month == 12 { date(year + 1, 1, 1) } else { date(year, month + 1, 1) };
        months.push(Month { year, month: month as u8, begin: edge(first)?, end: edge(next)? });
        first = next;
    }
    Ok(months)
}

/// The instant of a local midnight; the start for earlier dates.
pub(super) fn since_start(zone: &TimeZone, day: Date, start_unix_ms: i64) -> SimTime {
    let ms = midnight_s(zone, day).map_or(i64::MAX, |s| s.saturating_mul(1000));
    SimTime(ms.saturating_sub(start_unix_ms).max(0) as u64)
}
