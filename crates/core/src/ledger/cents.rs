//! Money as a whole number of cents.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::LedgerError;

/// An amount of money in US cents; sums are exact and overflow is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cents(pub i64);

impl Cents {
    /// Nothing.
    pub const ZERO: Cents = Cents(0);

    /// Dollars rounded to the nearest cent, halves away from zero.
    ///
    /// # Errors
    /// [`LedgerError::NotBookable`] if `usd` is not finite or beyond about 9e16 dollars.
    pub fn from_usd(usd: f64) -> Result<Cents, LedgerError> {
        /// 2^63, the first float that no longer fits.
        const LIMIT: f64 = 9_223_372_036_854_775_808.0;
        let cents = (usd * 100.0).round();
        if cents.is_finite() && cents.abs() < LIMIT {
            Ok(Cents(cents as i64))
        } else {
            Err(LedgerError::NotBookable(usd.to_string()))
        }
    }

    /// The amount in dollars; exact below about 9e13 dollars.
    pub fn as_usd(self) -> f64 {
        self.0 as f64 / 100.0
    }

    /// The sum, unless it overflows.
    pub fn checked_add(self, other: Cents) -> Option<Cents> {
        self.0.checked_add(other.0).map(Cents)
    }

    /// The difference, unless it overflows.
    pub fn checked_sub(self, other: Cents) -> Option<Cents> {
        self.0.checked_sub(other.0).map(Cents)
    }

    /// The sum, held at the largest or smallest amount.
    #[must_use]
    pub fn saturating_add(self, other: Cents) -> Cents {
        Cents(self.0.saturating_add(other.0))
    }

    /// The amount without its sign, held at the largest amount.
    #[must_use]
    pub fn abs(self) -> Cents {
        Cents(self.0.saturating_abs())
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", cents / 100, cents % 100)
    }
}
