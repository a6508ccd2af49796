//! A tax on what a site pays for electricity, rising over the first years: the excise on mining that was proposed in
//! the United States.

use super::terms::param;
use crate::kernel::HOUR_MS;
use crate::policy::{Asked, Charge, Hooks, Module, MonthView, Payee, Rule};

/// Hours of a mean year.
const YEAR_HOURS: u64 = 8_766;

/// A share of the cost of electricity.
pub const MODULE: Module = Module {
    name: "excise",
    meaning: "taxes what is paid for electricity",
    params: &[
        param("first_year_share", "rate of the first year of the policy", "share", Some(0.1), (0.0, 5.0)),
        param("second_year_share", "rate of the second year", "share", Some(0.2), (0.0, 5.0)),
        param("later_share", "rate from the third year on", "share", Some(0.3), (0.0, 5.0)),
    ],
    hooks: Hooks { charge: Some(charge), ..Hooks::NONE },
};

fn charge(rule: &Rule, _: &Asked, month: &MonthView) -> Vec<Charge> {
    let hours = (month.begin.0.saturating_sub(rule.effective.0) + rule.age.0) / HOUR_MS;
    let rate = match hours / YEAR_HOURS {
        0 => "first_year_share",
        1 => "second_year_share",
        _ => "later_share",
    };
    let usd = rule.number(rate) * month.energy_usd.max(0.0);
    if usd > 0.0 { vec![Charge { kind: "excise", usd, payee: Payee::Government }] } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{SimSpan, SimTime};
    use crate::policy::testing::{MONTH, SITE, close, rule};

    #[test]
    fn ten_twenty_thirty_percent() {
        let rule = Rule { effective: SimTime::from_hours(100), ..rule(&MODULE, &[]) };
        // Of 1.6 M$.
        for (year, want) in [(0, 160e3), (1, 320e3), (2, 480e3), (9, 480e3)] {
            let month = MonthView { begin: SimTime::from_hours(100 + year * YEAR_HOURS), ..MONTH };
            assert!(close(charge(&rule, &SITE, &month)[0].usd, want), "year {year}");
        }
        // In force a year before the run began.
        let old = Rule { age: SimSpan::from_hours(YEAR_HOURS), ..rule.clone() };
        let first = MonthView { begin: SimTime::from_hours(100), ..MONTH };
        assert!(close(charge(&old, &SITE, &first)[0].usd, 320e3));
        assert!(charge(&rule, &SITE, &MonthView { energy_usd: -5.0, ..MONTH }).is_empty());
    }
}
