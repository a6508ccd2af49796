//! What rules about operation and bills have in common: parameters and seasons.

use crate::policy::{ParamDecl, Rule};

/// A parameter.
pub(super) const fn param(
    name: &'static str,
    meaning: &'static str,
    unit: &'static str,
    default: Option<f64>,
    range: (f64, f64),
) -> ParamDecl {
    ParamDecl { name, meaning, unit, default, min: range.0, max: range.1 }
}

/// The part that goes on in spite of a ban.
pub(super) const EVADING: ParamDecl =
    param("evading_share", "part of the load that goes on unlicensed", "share", Some(0.0), (0.0, 1.0));

/// Whether a month lies between two months, both counted in; the first may be the later one.
pub(super) fn in_months(rule: &Rule, month: u8) -> bool {
    between(f64::from(month), rule.number("from_month"), rule.number("to_month"))
}

/// Whether a place on the circle of the year lies between two others, both counted in.
pub(super) fn between(at: f64, from: f64, to: f64) -> bool {
    if from <= to { (from..=to).contains(&at) } else { at >= from || at <= to }
}
