//! A budget of megawatts for each period: who comes when it is spent waits for the next.
//!
//! First come, first served; for a choice by score or bid see `capacity_block`. A request that is larger
//! than a whole budget gets the budget of a period.

use crate::kernel::SimTime;
use crate::policy::parts::span;
use crate::policy::{AppliesTo, Asked, Books, Hooks, Module, ParamDecl, Rule, Verdict};

/// Megawatts a period.
pub const MODULE: Module = Module {
    name: "mw_cap",
    meaning: "admits so many megawatts a period; who comes later waits for the next",
    params: &[
        ParamDecl::new("mw_per_period", "MW", 0.0, (0.0, 1e6), "megawatts admitted in a period").required(),
        ParamDecl::days("period_days", 365.0, "length of a period"),
        ParamDecl::switch("by_zone", 0.0, "1: each zone has the budget for itself"),
    ],
    hooks: Hooks { admit: Some(admit), ..Hooks::NONE },
};

fn admit(rule: &Rule, asked: &Asked, now: SimTime, books: &dyn Books) -> Verdict {
    let period = span(rule.number("period_days").max(1.0));
    let begin = rule.period_of(now, period);
    let about = if rule.switch("by_zone") {
        AppliesTo { zones: vec![asked.zone], ..rule.applies_to.clone() }
    } else {
        rule.applies_to.clone()
    };
    let budget = rule.number("mw_per_period");
    let left = budget - books.admitted_mw(&about, begin);
    if asked.mw <= left {
        Verdict::Accept
    } else if asked.mw > budget && left >= budget && budget > 0.0 {
        Verdict::AcceptUpTo(budget)
    } else if budget <= 0.0 {
        Verdict::Refuse("cap")
    } else {
        Verdict::Wait(rule.next_period(now, period))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::ZoneId;
    use crate::policy::testing::{Admitted, asked, rule};

    fn day(days: u64) -> SimTime {
        SimTime::from_hours(24 * days)
    }

    #[test]
    fn a_budget_a_year() {
        // 150 MW a year from day 10 on. On day 50 100 MW are taken; 60 MW more have to wait for day 375,
        // 50 MW fit. On day 380 the budget is whole again.
        let cap = Rule { effective: day(10), ..rule(&MODULE, &[("mw_per_period", 150.0)]) };
        let books = Admitted(vec![(asked(), day(50))]);
        let of = |mw| Asked { mw, ..asked() };
        assert_eq!(admit(&cap, &of(60.0), day(60), &books), Verdict::Wait(day(375)));
        assert_eq!(admit(&cap, &of(50.0), day(60), &books), Verdict::Accept);
        assert_eq!(admit(&cap, &of(150.0), day(380), &books), Verdict::Accept);
        assert_eq!(admit(&cap, &of(400.0), day(380), &books), Verdict::AcceptUpTo(150.0));
        assert_eq!(admit(&cap, &of(400.0), day(60), &books), Verdict::Wait(day(375)));
    }

    #[test]
    fn zones_have_budgets_of_their_own() {
        let cap = rule(&MODULE, &[("mw_per_period", 150.0), ("by_zone", 1.0)]);
        let books = Admitted(vec![(asked(), day(1))]);
        let there = Asked { zone: ZoneId(1), ..asked() };
        assert_eq!(admit(&cap, &asked(), day(2), &books), Verdict::Wait(day(365)));
        assert_eq!(admit(&cap, &there, day(2), &books), Verdict::Accept);
    }
}
