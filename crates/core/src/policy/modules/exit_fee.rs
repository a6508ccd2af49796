//! What leaving, or cutting one's contract, costs: minimum bills that were still to come.

use super::terms::param;
use crate::policy::{Asked, Charge, Hooks, Module, MonthView, Payee, Rule};

/// A fee for leaving early.
pub const MODULE: Module = Module {
    name: "exit_fee",
    meaning: "bills minimum bills to come when a site leaves or cuts its contract",
    params: &[
        param("minimum_share", "part of the contract in the minimum bill", "share", Some(0.85), (0.0, 1.0)),
        param(
            "demand_usd_per_mw_month",
            "rate of the minimum bill",
            "$/(MW month)",
            Some(8_000.0),
            (0.0, 1e6),
        ),
        param(
            "months",
            "minimum bills due, at most those left of the term",
            "months",
            Some(36.0),
            (0.0, 600.0),
        ),
        param("term_years", "length of the term", "a", Some(12.0), (0.0, 100.0)),
        param(
            "free_share",
            "part of the contract that may be given up for nothing",
            "share",
            Some(0.0),
            (0.0, 1.0),
        ),
    ],
    hooks: Hooks { charge: Some(charge), ..Hooks::NONE },
};

fn charge(rule: &Rule, _: &Asked, month: &MonthView) -> Vec<Charge> {
    let mw = month.left_mw - rule.number("free_share") * month.contract_mw;
    let left = 12.0 * rule.number("term_years") - f64::from(month.months_energized);
    let months = rule.number("months").min(left);
    if mw <= 0.0 || months <= 0.0 {
        return Vec::new();
    }
    let usd = mw * rule.number("minimum_share") * rule.number("demand_usd_per_mw_month") * months;
    vec![Charge { kind: "exit_fee", usd, payee: Payee::Transmission }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{MONTH, SITE, close, rule};

    #[test]
    fn minimum_bills_to_come_by_hand() {
        let numbers = [("demand_usd_per_mw_month", 10_000.0), ("free_share", 0.2)];
        let rule = rule(&MODULE, &numbers);
        let fee = |left_mw, months_energized| {
            charge(&rule, &SITE, &MonthView { months_energized, left_mw, ..MONTH }).first().map(|c| c.usd)
        };
        assert_eq!(fee(0.0, 24), None);
        assert_eq!(fee(20.0, 24), None);
        // 100 - 20 free = 80 MW x 85 % x 10,000 $ x 36 months = 24.48 M$.
        assert!(close(fee(100.0, 24).unwrap(), 24.48e6));
        // Ten months before the end of twelve years: 80 x 0.85 x 10,000 x 10 = 6.8 M$.
        assert!(close(fee(100.0, 134).unwrap(), 6.8e6));
        assert_eq!(fee(100.0, 144), None);
    }
}
