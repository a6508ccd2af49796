//! Wires paid by what a site drew in the hours of the system's highest load a year before: ERCOT's four coincident
//! peaks.
//!
//! ```text
//!   month's charge = rate / 12 x mean over the season's months of last year of the draw at the system's peak
//! ```
//!
//! An hour stands for the quarter hour of the real rule. A megawatt drawn in the peak hour of one of `n` months
//! costs rate / n in the year after.

use super::terms::{in_months, param};
use crate::policy::{Asked, Charge, Hooks, Module, MonthView, Payee, Rule};

/// A charge by coincident peaks.
pub const MODULE: Module = Module {
    name: "coincident_peak",
    meaning: "bills wires by the draw in the hours of the system's monthly peaks of last year",
    params: &[
        param("usd_per_kw_year", "rate", "$/(kW a)", Some(65.0), (0.0, 1_000.0)),
        param("from_month", "first month whose peak counts", "", Some(6.0), (1.0, 12.0)),
        param("to_month", "last month whose peak counts", "", Some(9.0), (1.0, 12.0)),
    ],
    hooks: Hooks { charge: Some(charge), peak_price: Some(peak_price), ..Hooks::NONE },
};

fn months(rule: &Rule) -> impl Iterator<Item = u8> + '_ {
    (1..=12).filter(|&month| in_months(rule, month))
}

fn charge(rule: &Rule, _: &Asked, month: &MonthView) -> Vec<Charge> {
    let count = months(rule).count() as f64;
    let sum: f64 = months(rule).map(|m| month.last_year_coincident_mw[usize::from(m) - 1]).sum();
    let usd = rule.number("usd_per_kw_year") * 1_000.0 * sum / count / 12.0;
    if usd > 0.0 {
        vec![Charge { kind: "coincident_peak", usd, payee: Payee::Transmission }]
    } else {
        Vec::new()
    }
}

fn peak_price(rule: &Rule, month: u8) -> f64 {
    if in_months(rule, month) {
        rule.number("usd_per_kw_year") * 1_000.0 / months(rule).count() as f64
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{MONTH, SITE, close, rule};

    #[test]
    fn four_peaks_by_hand() {
        let rule = rule(&MODULE, &[("usd_per_kw_year", 64.0)]);
        let mut last = [90.0; 12];
        last[5..9].copy_from_slice(&[80.0, 40.0, 0.0, 0.0]);
        let month = MonthView { last_year_coincident_mw: last, ..MONTH };
        // Mean of 80, 40, 0, 0 = 30 MW x 64,000 $/(MW a) / 12 = 160,000 $.
        let lines = charge(&rule, &SITE, &month);
        assert!(lines.len() == 1 && close(lines[0].usd, 160_000.0), "{lines:?}");
        assert!(charge(&rule, &SITE, &MONTH).is_empty(), "nothing in the first year");
        // 16,000 $ for a megawatt in one of the four hours.
        assert_eq!([5, 6, 9, 10].map(|month| peak_price(&rule, month)), [0.0, 16_000.0, 16_000.0, 0.0]);
    }
}
