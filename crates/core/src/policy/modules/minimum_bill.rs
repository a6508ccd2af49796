//! Take-or-pay: a site pays for part of its contract whether it draws it or not.
//!
//! ```text
//!   demand bill = max(use, m x contract) x rate          for wires, and again for generation
//! ```
//!
//! `m` rises in equal yearly steps over the ramp. `use` is the month's highest draw. The bill is split into what use
//! alone would have cost and what the minimum adds.

use super::terms::param;
use crate::policy::{Asked, Charge, Hooks, Module, MonthView, Payee, Rule};

/// A minimum demand bill.
pub const MODULE: Module = Module {
    name: "minimum_bill",
    meaning: "bills demand at a rate, for at least a part of the contract",
    params: &[
        param("minimum_share", "part of the contract billed for wires", "share", Some(0.85), (0.0, 1.0)),
        param("demand_usd_per_mw_month", "rate of wires", "$/(MW month)", Some(8_000.0), (0.0, 1e6)),
        param(
            "generation_minimum_share",
            "part of the contract billed for generation",
            "share",
            Some(0.0),
            (0.0, 1.0),
        ),
        param("generation_usd_per_mw_month", "rate of generation", "$/(MW month)", Some(0.0), (0.0, 1e6)),
        param("ramp_years", "years until the whole minimum holds", "a", Some(0.0), (0.0, 20.0)),
        param("term_years", "years for which the minimum holds", "a", Some(12.0), (0.0, 100.0)),
    ],
    hooks: Hooks { charge: Some(charge), ..Hooks::NONE },
};

/// The part of the minimum that holds so many months after energization.
pub(super) fn part_due(months: u32, ramp_years: f64, term_years: f64) -> f64 {
    let year = f64::from(months / 12);
    if year >= term_years {
        0.0
    } else if year >= ramp_years {
        1.0
    } else {
        (year + 1.0) / (ramp_years + 1.0)
    }
}

fn charge(rule: &Rule, _: &Asked, month: &MonthView) -> Vec<Charge> {
    let due = part_due(month.months_energized, rule.number("ramp_years"), rule.number("term_years"));
    let mut out = Vec::new();
    let mut bill = |share: &str, rate: &str, kinds: [&'static str; 2], payee: Payee| {
        let rate = rule.number(rate);
        let least_mw = due * rule.number(share) * month.contract_mw;
        let lines = [month.peak_mw * rate, (least_mw - month.peak_mw).max(0.0) * rate];
        for (kind, usd) in kinds.into_iter().zip(lines) {
            if usd > 0.0 {
                out.push(Charge { kind, usd, payee });
            }
        }
    };
    let wires = ["demand", "minimum_take"];
    bill("minimum_share", "demand_usd_per_mw_month", wires, Payee::Transmission);
    let generation = ["generation_demand", "generation_minimum_take"];
    bill("generation_minimum_share", "generation_usd_per_mw_month", generation, Payee::Utility);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{MONTH, SITE, close, rule};

    /// Dominion's GS-5: 85 % of wires, 60 % of generation.
    const GS5: [(&str, f64); 4] = [
        ("demand_usd_per_mw_month", 10_000.0),
        ("generation_minimum_share", 0.6),
        ("generation_usd_per_mw_month", 5_000.0),
        ("term_years", 14.0),
    ];

    #[test]
    fn wires_and_generation_by_hand() {
        // Drawn 70 of 100 MW. Wires: max(70, 85) x 10,000 = 700,000 + 150,000.
        // Generation: max(70, 60) x 5,000 = 350,000.
        let lines = charge(&rule(&MODULE, &GS5), &SITE, &MONTH);
        let want = [("demand", 7e5), ("minimum_take", 1.5e5), ("generation_demand", 3.5e5)];
        assert_eq!(lines.len(), 3);
        for (line, (kind, usd)) in lines.iter().zip(want) {
            assert!(line.kind == kind && close(line.usd, usd), "{line:?}");
        }
        assert!(lines[..2].iter().all(|line| line.payee == Payee::Transmission));
        // Nothing drawn: 85 x 10,000 + 60 x 5,000 = 1.15 M$.
        let idle = charge(&rule(&MODULE, &GS5), &SITE, &MonthView { peak_mw: 0.0, ..MONTH });
        assert!(close(idle.iter().map(|line| line.usd).sum(), 1.15e6));
        // After the term only use is billed.
        let after = charge(&rule(&MODULE, &GS5), &SITE, &MonthView { months_energized: 168, ..MONTH });
        assert!(close(after.iter().map(|line| line.usd).sum(), 1.05e6));
    }

    #[test]
    fn the_minimum_ramps_by_year() {
        // Four years of ramp: 1/5, 2/5, 3/5, 4/5, then all, to the end of year 12.
        for (months, want) in [(0, 0.2), (11, 0.2), (12, 0.4), (47, 0.8), (48, 1.0), (143, 1.0), (144, 0.0)] {
            assert!(close(part_due(months, 4.0, 12.0), want), "month {months}");
        }
    }
}
