//! A surcharge for every MWh: a fixed one, one that depends on the price paid, and a price below which a site never
//! gets its power.
//!
//! ```text
//!   $/MWh = base + tier of the month's mean price + max(0, floor - mean price)
//! ```
//!
//! A tier holds from its price on, up to the next one. Kazakhstan taxes cheap power more than dear power; Quebec sells
//! outside its block at a dissuasive price.

use super::terms::param;
use crate::policy::{Asked, Charge, Hooks, Module, MonthView, Payee, Rule};

/// The tiers' names.
const TIERS: [(&str, &str); 6] = [
    ("tier_1_from_usd_per_mwh", "tier_1_usd_per_mwh"),
    ("tier_2_from_usd_per_mwh", "tier_2_usd_per_mwh"),
    ("tier_3_from_usd_per_mwh", "tier_3_usd_per_mwh"),
    ("tier_4_from_usd_per_mwh", "tier_4_usd_per_mwh"),
    ("tier_5_from_usd_per_mwh", "tier_5_usd_per_mwh"),
    ("tier_6_from_usd_per_mwh", "tier_6_usd_per_mwh"),
];

/// A price that no month reaches.
const NEVER: Option<f64> = Some(1e9);
const FROM: &str = "mean price from which the tier holds; tiers rise";
const RATE: &str = "surcharge of the tier";
const UNIT: &str = "$/MWh";
const ANY: (f64, f64) = (-1e9, 1e9);
const CHARGE: (f64, f64) = (0.0, 1e4);

/// A surcharge.
pub const MODULE: Module = Module {
    name: "surcharge",
    meaning: "bills a surcharge for every MWh, by the price paid for it",
    params: &[
        param("base_usd_per_mwh", "surcharge at any price", UNIT, Some(0.0), CHARGE),
        param("floor_usd_per_mwh", "least that energy and this part cost together", UNIT, Some(0.0), CHARGE),
        param(
            "to_customers",
            "1: other customers receive it; 0: the public purse",
            "",
            Some(0.0),
            (0.0, 1.0),
        ),
        param(TIERS[0].0, FROM, UNIT, NEVER, ANY),
        param(TIERS[0].1, RATE, UNIT, Some(0.0), CHARGE),
        param(TIERS[1].0, FROM, UNIT, NEVER, ANY),
        param(TIERS[1].1, RATE, UNIT, Some(0.0), CHARGE),
        param(TIERS[2].0, FROM, UNIT, NEVER, ANY),
        param(TIERS[2].1, RATE, UNIT, Some(0.0), CHARGE),
        param(TIERS[3].0, FROM, UNIT, NEVER, ANY),
        param(TIERS[3].1, RATE, UNIT, Some(0.0), CHARGE),
        param(TIERS[4].0, FROM, UNIT, NEVER, ANY),
        param(TIERS[4].1, RATE, UNIT, Some(0.0), CHARGE),
        param(TIERS[5].0, FROM, UNIT, NEVER, ANY),
        param(TIERS[5].1, RATE, UNIT, Some(0.0), CHARGE),
    ],
    hooks: Hooks { charge: Some(charge), ..Hooks::NONE },
};

fn charge(rule: &Rule, _: &Asked, month: &MonthView) -> Vec<Charge> {
    if month.energy_mwh <= 0.0 {
        return Vec::new();
    }
    let price = month.energy_usd / month.energy_mwh;
    let tier = TIERS.iter().rev().find(|(from, _)| price >= rule.number(from));
    let rate = rule.number("base_usd_per_mwh")
        + tier.map_or(0.0, |(_, rate)| rule.number(rate))
        + (rule.number("floor_usd_per_mwh") - price).max(0.0)
            * f64::from(u8::from(rule.number("floor_usd_per_mwh") > 0.0));
    let payee = if rule.number("to_customers") > 0.0 { Payee::Customers } else { Payee::Government };
    let usd = rate * month.energy_mwh;
    if usd > 0.0 { vec![Charge { kind: "surcharge", usd, payee }] } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{MONTH, SITE, close, rule};

    #[test]
    fn tiers_and_floors_by_hand() {
        let tiers = [
            ("base_usd_per_mwh", 2.0),
            ("tier_1_from_usd_per_mwh", 0.0),
            ("tier_1_usd_per_mwh", 50.0),
            ("tier_2_from_usd_per_mwh", 40.0),
            ("tier_2_usd_per_mwh", 20.0),
        ];
        let usd = |numbers: &[(&str, f64)], price: f64| {
            let month = MonthView { energy_mwh: 1_000.0, energy_usd: 1_000.0 * price, ..MONTH };
            charge(&rule(&MODULE, numbers), &SITE, &month).first().map_or(0.0, |line| line.usd)
        };
        // 1,000 MWh: 2 + 50 below 40 $/MWh, 2 + 20 from there on, 2 at a negative price.
        for (price, want) in [(39.0, 52_000.0), (40.0, 22_000.0), (90.0, 22_000.0), (-1.0, 2_000.0)] {
            assert!(close(usd(&tiers, price), want), "{price}");
        }
        // Quebec: 174.5 $/MWh less what energy cost.
        let floor = [("floor_usd_per_mwh", 174.5)];
        assert!(close(usd(&floor, 50.0), 124_500.0));
        assert_eq!(usd(&floor, 180.0), 0.0);
        assert_eq!(usd(&[], -20.0), 0.0);
    }
}
