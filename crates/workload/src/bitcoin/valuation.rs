//! What mining is worth: breakeven price of power and the value of a rig.
//!
//! One PH/s at 1 J/TH draws 1 kW, so a hashprice `h` ($/PH/day) pays
//!
//! ```text
//! breakeven = h 1000 / 24 / (J/TH) / PUE      [$/MWh at the grid meter]
//! ```
//!
//! A rig's value is the sum of its monthly margins while they are positive, discounted, on a hashprice
//! expected to fall at a steady rate (other miners keep adding better rigs).

use gridrush_core::math::{exp, ln};
use serde::{Deserialize, Serialize};

/// Hours in a month of 1/12 year.
pub const MONTH_HOURS: f64 = 730.5;

/// The price of power at which a rig just pays for it, $/MWh at the grid meter.
pub fn breakeven_usd_per_mwh(hashprice_usd_per_ph_day: f64, j_per_th: f64, pue: f64) -> f64 {
    hashprice_usd_per_ph_day * (1000.0 / 24.0) / j_per_th / pue
}

/// How investors value a rig.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ValuationParams {
    /// Expected fall of hashprice per year. Assumed 25 %: rigs improved by 21 % a year \[D\] and the subsidy
    /// falls by 16 % a year on average, against some growth of the coin price; to be swept.
    pub hashprice_fall_per_year: f64,
    /// Discount rate per year. Assumed.
    pub discount_per_year: f64,
    /// Planned life of a rig, years. \[S\] 1.5 (academia) to 3-5 (industry).
    pub rig_life_years: u32,
}

impl Default for ValuationParams {
    fn default() -> Self {
        Self { hashprice_fall_per_year: 0.25, discount_per_year: 0.15, rig_life_years: 4 }
    }
}

impl ValuationParams {
    /// Present value of running 1 MW (at the meter) of rigs for `months`, $ per MW; power costs
    /// `power_usd_per_mwh` all in. Never negative, because a rig can be switched off.
    pub fn running_value_usd_per_mw(
        &self,
        breakeven_usd_per_mwh: f64,
        power_usd_per_mwh: f64,
        months: u32,
    ) -> f64 {
        let fall = exp(ln(1.0 - self.hashprice_fall_per_year) / 12.0);
        let discount = exp(-ln(1.0 + self.discount_per_year) / 12.0);
        let (mut breakeven, mut factor, mut value) = (breakeven_usd_per_mwh, 1.0, 0.0);
        for _ in 0..months {
            value += factor * (breakeven - power_usd_per_mwh).max(0.0) * MONTH_HOURS;
            breakeven *= fall;
            factor *= discount;
        }
        value
    }

    /// Present value of a rig over its planned life, $ per MW.
    pub fn rig_value_usd_per_mw(&self, breakeven_usd_per_mwh: f64, power_usd_per_mwh: f64) -> f64 {
        self.running_value_usd_per_mw(breakeven_usd_per_mwh, power_usd_per_mwh, self.rig_life_years * 12)
    }
}

/// Rig cost per MW at the meter, $, from a price per TH/s.
pub fn rig_cost_usd_per_mw(price_usd_per_th: f64, j_per_th: f64, pue: f64) -> f64 {
    price_usd_per_th * 1e6 / j_per_th / pue
}

/// The yearly payment per $ that pays back with interest over a number of years.
pub fn annuity(rate_per_year: f64, years: f64) -> f64 {
    if rate_per_year.abs() < 1e-12 {
        return 1.0 / years;
    }
    rate_per_year / (1.0 - exp(-years * ln(1.0 + rate_per_year)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breakeven_of_known_rigs() {
        for (hashprice, j_per_th, expected) in [(46.0, 20.0, 96.0), (36.0, 20.0, 75.0), (55.0, 29.5, 78.0)] {
            let got = breakeven_usd_per_mwh(hashprice, j_per_th, 1.0);
            assert!((got - expected).abs() < 0.5, "{got}");
        }
        assert!(
            (breakeven_usd_per_mwh(46.0, 20.0, 1.1) * 1.1 - breakeven_usd_per_mwh(46.0, 20.0, 1.0)).abs()
                < 1e-12
        );
    }

    /// 20 J/TH at 43.3 $/PH/day grosses 0.79 M$ per MW and year.
    #[test]
    fn gross_income_per_mw_year() {
        let steady =
            ValuationParams { hashprice_fall_per_year: 0.0, discount_per_year: 0.0, rig_life_years: 1 };
        let gross = steady.rig_value_usd_per_mw(breakeven_usd_per_mwh(43.3, 20.0, 1.0), 0.0);
        assert!((gross / 0.79e6 - 1.0).abs() < 0.005, "{gross}");
    }

    #[test]
    fn value_is_the_discounted_sum_and_never_negative() {
        let v = ValuationParams { hashprice_fall_per_year: 0.0, discount_per_year: 0.12, rig_life_years: 3 };
        let d = gridrush_core::math::pow(1.12, -1.0 / 12.0);
        let expected = 40.0 * MONTH_HOURS * (1.0 - d.powi(36)) / (1.0 - d);
        assert!((v.rig_value_usd_per_mw(100.0, 60.0) / expected - 1.0).abs() < 1e-12);
        assert_eq!(v.rig_value_usd_per_mw(50.0, 60.0), 0.0);
        let base = ValuationParams::default();
        assert!(base.rig_value_usd_per_mw(100.0, 60.0) < v.rig_value_usd_per_mw(100.0, 60.0) * 4.0 / 3.0);
    }

    #[test]
    fn annuities() {
        assert!((annuity(0.1, 2.0) - 0.5761904761904762).abs() < 1e-12);
        assert_eq!(annuity(0.0, 4.0), 0.25);
    }
}
