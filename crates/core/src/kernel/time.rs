//! Time as whole milliseconds since the scenario's start.

use core::fmt;
use core::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// Milliseconds in an hour.
pub const HOUR_MS: u64 = 3_600_000;

/// An instant: milliseconds since the scenario's start. Never a float, so equal instants are equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SimTime(pub u64);

/// A length of time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SimSpan(pub u64);

impl SimTime {
    /// The scenario's start.
    pub const ZERO: SimTime = SimTime(0);

    /// The instant `hours` after the start.
    pub const fn from_hours(hours: u64) -> SimTime {
        SimTime(hours * HOUR_MS)
    }

    /// The hour that contains this instant, counted from the start.
    pub const fn hour(self) -> usize {
        (self.0 / HOUR_MS) as usize
    }

    /// Whether this instant begins an hour.
    pub const fn is_hour_edge(self) -> bool {
        self.0.is_multiple_of(HOUR_MS)
    }

    /// The first hour edge at or after this instant.
    #[must_use]
    pub const fn to_next_hour_edge(self) -> SimTime {
        SimTime(self.0.div_ceil(HOUR_MS) * HOUR_MS)
    }

    /// The time since `earlier`; zero if `earlier` is later.
    pub const fn since(self, earlier: SimTime) -> SimSpan {
        SimSpan(self.0.saturating_sub(earlier.0))
    }
}

impl SimSpan {
    /// A whole number of hours.
    pub const fn from_hours(hours: u64) -> SimSpan {
        SimSpan(hours * HOUR_MS)
    }

    /// A whole number of days of 24 hours.
    pub const fn from_days(days: u64) -> SimSpan {
        SimSpan(days * 24 * HOUR_MS)
    }

    /// A duration drawn as a float, rounded **up** once to a whole millisecond, so that work due by
    /// then is done by then. Negative and NaN become zero; more than about 292 million years saturates.
    pub fn from_hours_f64(hours: f64) -> SimSpan {
        let ms = hours * HOUR_MS as f64;
        let whole = ms as u64;
        SimSpan(whole.saturating_add(u64::from((whole as f64) < ms)))
    }

    /// The duration in hours.
    pub fn as_hours(self) -> f64 {
        self.0 as f64 / HOUR_MS as f64
    }

    /// The duration in days of 24 hours.
    pub fn as_days(self) -> f64 {
        self.as_hours() / 24.0
    }
}

impl Add<SimSpan> for SimTime {
    type Output = SimTime;
    fn add(self, span: SimSpan) -> SimTime {
        SimTime(self.0.saturating_add(span.0))
    }
}

impl Sub for SimTime {
    type Output = SimSpan;
    fn sub(self, earlier: SimTime) -> SimSpan {
        debug_assert!(self >= earlier, "negative span");
        self.since(earlier)
    }
}

impl fmt::Display for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} h", self.0 as f64 / HOUR_MS as f64)
    }
}
