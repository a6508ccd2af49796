//! What rules of policy will cost a project, as its owner sees it when an offer is on the table.
//!
//! ```text
//! cost at first power = upfront + sum over years n of  yearly_n d^(n + 1/2) + exit d^years
//! ```
//!
//! with `d` the owner's own yearly discount. What is charged by the MWh is not part of it: it adds to the expected
//! price of power.

use gridrush_core::math::{exp, ln};

/// Costs by rule of a project over the years for which its owner plans.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Burden {
    /// Paid with first power, $: generation that has to be brought along.
    pub upfront_usd: f64,
    /// Charges by year from first power that do not depend on energy, $; negative where a tariff asks for less than
    /// the cost in whose place it stands.
    pub yearly_usd: Vec<f64>,
    /// Paid when the plan ends, $: a fee for leaving before the term of the contract.
    pub exit_usd: f64,
    /// How long the plan is, years.
    pub years: f64,
}

impl Burden {
    /// The present value at first power, $; a year that the plan covers in part counts in part.
    pub fn value_usd(&self, discount_per_year: f64) -> f64 {
        let rate = -ln(1.0 + discount_per_year);
        let of_year = |(n, usd): (usize, &f64)| {
            let part = (self.years - n as f64).clamp(0.0, 1.0);
            usd * part * exp(rate * (n as f64 + 0.5 * part))
        };
        let yearly: f64 = self.yearly_usd.iter().enumerate().map(of_year).sum();
        self.upfront_usd + yearly + self.exit_usd * exp(rate * self.years)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 10 at once, 100 in the middle of each of two and a half years, 50 at the end, at 21 % a year: 1.21^0.5 = 1.1, so
    /// 10 + 100/1.1 + 100/1.331 + 50/1.21^2.25 + 50/1.21^2.5.
    #[test]
    fn present_value_by_hand() {
        let burden = Burden { upfront_usd: 10.0, yearly_usd: vec![100.0; 3], exit_usd: 50.0, years: 2.5 };
        let want =
            10.0 + 100.0 / 1.1 + 100.0 / 1.331 + 50.0 / 1.21_f64.powf(2.25) + 50.0 / 1.21_f64.powf(2.5);
        assert!((burden.value_usd(0.21) - want).abs() < 1e-9);
        assert_eq!(Burden::default().value_usd(0.1), 0.0);
    }
}
