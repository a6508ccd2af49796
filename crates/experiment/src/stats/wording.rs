//! What an interval of a difference allows one to say.

use std::fmt;

/// A statement about a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    /// The whole interval lies above zero.
    Higher,
    /// The whole interval lies below zero.
    Lower,
    /// The interval contains zero.
    NotDistinguishable,
    /// There is no interval.
    NoInterval,
}

/// The statement that an interval allows.
pub fn wording(interval: Option<(f64, f64)>) -> Wording {
    match interval {
        None => Wording::NoInterval,
        Some((low, _)) if low > 0.0 => Wording::Higher,
        Some((_, high)) if high < 0.0 => Wording::Lower,
        Some(_) => Wording::NotDistinguishable,
    }
}

impl Wording {
    /// The statement in words.
    pub fn text(self) -> &'static str {
        match self {
            Wording::Higher => "higher",
            Wording::Lower => "lower",
            Wording::NotDistinguishable => "not distinguishable from zero",
            Wording::NoInterval => "no interval",
        }
    }
}

impl fmt::Display for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_that_touches_zero_says_nothing() {
        let cases =
            [((0.1, 2.0), "higher"), ((-2.0, -0.1), "lower"), ((-1.0, 1.0), "not distinguishable from zero")];
        for (interval, text) in cases {
            assert_eq!(wording(Some(interval)).to_string(), text);
        }
        assert_eq!(wording(Some((0.0, 1.0))), Wording::NotDistinguishable);
        assert_eq!(wording(None).text(), "no interval");
    }
}
