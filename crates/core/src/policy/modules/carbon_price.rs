//! A price of carbon dioxide: in the cost of fuel, where it moves dispatch, or on the bill of who draws power.
//!
//! On bills a MWh carries the mean of what plants emitted in its hour.

use super::terms::param;
use crate::grid::Fuel;
use crate::policy::{Asked, Charge, Hooks, Module, MonthView, Payee, Rule};

/// A price of carbon dioxide.
pub const MODULE: Module = Module {
    name: "carbon_price",
    meaning: "prices carbon dioxide in fuel, or on the bills of those who draw power",
    params: &[
        param("usd_per_tonne", "price", "$/t", None, (0.0, 5_000.0)),
        param(
            "on_consumption",
            "1: billed on what is drawn; 0: in the cost of fuel",
            "",
            Some(0.0),
            (0.0, 1.0),
        ),
    ],
    hooks: Hooks { fuel_adder: Some(fuel_adder), charge: Some(charge), ..Hooks::NONE },
};

fn fuel_adder(rule: &Rule, _: Fuel, tonnes_per_mmbtu: f64) -> f64 {
    if rule.number("on_consumption") > 0.0 { 0.0 } else { rule.number("usd_per_tonne") * tonnes_per_mmbtu }
}

fn charge(rule: &Rule, _: &Asked, month: &MonthView) -> Vec<Charge> {
    let usd = rule.number("usd_per_tonne") * month.co2_t;
    if rule.number("on_consumption") > 0.0 && usd > 0.0 {
        vec![Charge { kind: "carbon", usd, payee: Payee::Government }]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{MONTH, SITE, close, rule};

    #[test]
    fn in_fuel_or_on_bills_but_not_both() {
        let in_fuel = rule(&MODULE, &[("usd_per_tonne", 20.0)]);
        // Gas: 0.0531 t/MMBtu x 20 $/t = 1.062 $/MMBtu.
        assert!(close(fuel_adder(&in_fuel, Fuel::Gas, 0.0531), 1.062));
        assert!(charge(&in_fuel, &SITE, &MONTH).is_empty());
        let on_bills = rule(&MODULE, &[("usd_per_tonne", 20.0), ("on_consumption", 1.0)]);
        assert_eq!(fuel_adder(&on_bills, Fuel::Gas, 0.0531), 0.0);
        // 16,000 t x 20 $/t.
        assert!(close(charge(&on_bills, &SITE, &MONTH)[0].usd, 320_000.0));
    }
}
