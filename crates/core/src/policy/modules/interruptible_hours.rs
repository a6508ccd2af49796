//! A utility may call for so many hours a year in which a site draws next to nothing: Hydro-Quebec's terms
//! for mines.
//!
//! It calls in an emergency, and in the season when load comes near the highest of the last twelve months.

use super::terms::{in_months, param};
use crate::policy::{Asked, Hooks, HourView, Limits, Module, Rule};

/// Interruption on call.
pub const MODULE: Module = Module {
    name: "interruptible_hours",
    meaning: "holds a site to a small part of its peak in hours that the utility calls, up to a number a year",
    params: &[
        param("hours_per_year", "hours that may be called", "h", Some(300.0), (0.0, 8784.0)),
        param("peak_share", "part of its twelve-month peak that stays", "share", Some(0.05), (0.0, 1.0)),
        param(
            "call_share",
            "load over the twelve-month peak from which it calls",
            "share",
            Some(0.95),
            (0.0, 2.0),
        ),
        param("from_month", "first month of the season", "", Some(12.0), (1.0, 12.0)),
        param("to_month", "last month of the season", "", Some(3.0), (1.0, 12.0)),
    ],
    hooks: Hooks { operate: Some(operate), ..Hooks::NONE },
};

fn operate(rule: &Rule, _: &Asked, hour: &HourView) -> Limits {
    let near_peak = in_months(rule, hour.month) && hour.peak_share >= rule.number("call_share");
    if hour.hours_cut < rule.number("hours_per_year") && (hour.emergency || near_peak) {
        Limits::at_most(rule.number("peak_share") * hour.peak_mw)
    } else {
        Limits::NONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{HOUR, SITE, rule};

    #[test]
    fn three_hundred_hours_at_five_percent() {
        // 5 % of 90 MW = 4.5 MW.
        let table = [
            (1, 0.96, false, 0.0, 4.5),
            (1, 0.94, false, 0.0, f64::INFINITY),
            (1, 0.96, false, 299.0, 4.5),
            (1, 0.96, false, 300.0, f64::INFINITY),
            (7, 0.96, false, 0.0, f64::INFINITY),
            (7, 0.50, true, 0.0, 4.5),
            (12, 1.00, false, 0.0, 4.5),
        ];
        let rule = rule(&MODULE, &[]);
        for (month, peak_share, emergency, hours_cut, want) in table {
            let hour = HourView { month, emergency, peak_share, hours_cut, ..HOUR };
            assert_eq!(operate(&rule, &SITE, &hour).ceiling_mw, want, "{month} {peak_share} {hours_cut}");
        }
    }
}
