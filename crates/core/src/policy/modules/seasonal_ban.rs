//! No grid power in a part of every year, such as the heating season.

use super::terms::{EVADING, between, param};
use crate::policy::{Asked, Hooks, HourView, Limits, Module, Rule};

/// No power from one day of the year to another, both counted in.
pub const MODULE: Module = Module {
    name: "seasonal_ban",
    meaning: "cuts all grid power from one day of every year to another, both counted in",
    params: &[
        param("from_month", "month of the first day", "", None, (1.0, 12.0)),
        param("from_day", "first day in its month", "", Some(1.0), (1.0, 31.0)),
        param("to_month", "month of the last day", "", None, (1.0, 12.0)),
        param("to_day", "last day in its month", "", Some(31.0), (1.0, 31.0)),
        EVADING,
    ],
    hooks: Hooks { operate: Some(operate), ..Hooks::NONE },
};

fn operate(rule: &Rule, asked: &Asked, hour: &HourView) -> Limits {
    let place = |month: f64, day: f64| 100.0 * month + day;
    let from = place(rule.number("from_month"), rule.number("from_day"));
    let to = place(rule.number("to_month"), rule.number("to_day"));
    if between(place(f64::from(hour.month), f64::from(hour.day)), from, to) {
        Limits::at_most(rule.number("evading_share") * asked.mw)
    } else {
        Limits::NONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{HOUR, SITE, rule};

    #[test]
    fn a_winter_and_a_summer_by_dates() {
        let winter = [("from_month", 11.0), ("from_day", 15.0), ("to_month", 3.0), ("to_day", 15.0)];
        let summer = [("from_month", 6.0), ("to_month", 8.0)];
        let table = [
            (11, 14, false, false),
            (11, 15, true, false),
            (12, 31, true, false),
            (1, 1, true, false),
            (3, 15, true, false),
            (3, 16, false, false),
            (5, 31, false, false),
            (6, 1, false, true),
            (8, 31, false, true),
            (9, 1, false, false),
        ];
        for (month, day, in_winter, in_summer) in table {
            let hour = HourView { month, day, ..HOUR };
            let cut = |numbers: &[(&str, f64)]| operate(&rule(&MODULE, numbers), &SITE, &hour).ceiling_mw;
            assert_eq!(cut(&winter) == 0.0, in_winter, "{month}-{day}");
            assert_eq!(cut(&summer) == 0.0, in_summer, "{month}-{day}");
        }
    }
}
