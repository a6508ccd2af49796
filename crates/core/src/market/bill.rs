//! Who pays: costs of a month shared among classes of customers, to the cent.
//!
//! A cost is shared in proportion to one measure of the payers: what they drew when the system's load was highest,
//! their energy, or their number. Every cost has a [`Component`]; the sum over payers of a component is its cost, to
//! the cent, whatever the weights.

use serde::{Deserialize, Serialize};

use crate::ledger::Cents;

/// A measure by which a cost is shared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Allocation {
    /// Draw at the system's highest load.
    #[default]
    CoincidentPeak,
    /// Energy drawn.
    Energy,
    /// Number of customers.
    Customer,
}

/// What a payer measures.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measure {
    /// Draw at the system's highest load, MW.
    pub coincident_mw: f64,
    /// Energy drawn, MWh.
    pub energy_mwh: f64,
    /// Customers.
    pub customers: f64,
}

impl Allocation {
    /// The weight of a payer.
    pub fn weight(self, of: &Measure) -> f64 {
        match self {
            Allocation::CoincidentPeak => of.coincident_mw,
            Allocation::Energy => of.energy_mwh,
            Allocation::Customer => of.customers,
        }
    }
}

/// A part of a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Component {
    /// Energy and reserve, less congestion rent that is returned and reserve that is given.
    Energy,
    /// Capacity.
    Capacity,
    /// The network: what stood at the start and what has been built since, less what tariffs bring in.
    Network,
    /// Distribution, metering, retail: customers without a connection of their own.
    Distribution,
    /// Charges by rule for the network and for generation: demand, minimum bills, exit fees, coincident peaks.
    Tariff,
    /// Taxes, surcharges, certificates.
    Tax,
    /// What other customers' surcharges give back; never positive.
    Credit,
}

impl Component {
    /// All, in the order of bills.
    pub const ALL: [Component; 7] = [
        Component::Energy,
        Component::Capacity,
        Component::Network,
        Component::Distribution,
        Component::Tariff,
        Component::Tax,
        Component::Credit,
    ];

    /// The name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Component::Energy => "energy",
            Component::Capacity => "capacity",
            Component::Network => "network",
            Component::Distribution => "distribution",
            Component::Tariff => "tariff",
            Component::Tax => "tax",
            Component::Credit => "credit",
        }
    }
}

/// Shares an amount, which may be negative, in proportion to weights: every part is the exact share rounded to a
/// neighbouring cent, and the parts sum to the amount. Without any weight the first payer takes it all.
///
/// Cents that rounding leaves go to the largest fractions, the earlier payer first. O(n log n).
pub fn share(total: Cents, weights: &[f64]) -> Vec<Cents> {
    let sum: f64 = weights.iter().map(|w| w.max(0.0)).sum();
    if weights.is_empty() {
        return Vec::new();
    }
    if !(sum.is_finite() && sum > 0.0) {
        let mut parts = vec![Cents::ZERO; weights.len()];
        parts[0] = total;
        return parts;
    }
    let exact = |w: f64| total.0 as f64 * (w.max(0.0) / sum);
    let mut parts: Vec<Cents> = weights.iter().map(|&w| Cents(exact(w).floor() as i64)).collect();
    let mut left = total.0 - parts.iter().map(|part| part.0).sum::<i64>();
    let mut order: Vec<usize> = (0..weights.len()).filter(|&n| weights[n] > 0.0).collect();
    let fraction = |n: usize| exact(weights[n]) - exact(weights[n]).floor();
    order.sort_by(|&a, &b| fraction(b).total_cmp(&fraction(a)).then(a.cmp(&b)));
    for &n in order.iter().cycle() {
        if left == 0 {
            break;
        }
        parts[n].0 += left.signum();
        left -= left.signum();
    }
    parts
}

/// The bills of a month: cents by payer and component.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bills {
    cents: Vec<[i64; Component::ALL.len()]>,
}

impl Bills {
    /// Empty bills of so many payers.
    pub fn new(payers: usize) -> Bills {
        Bills { cents: vec![[0; Component::ALL.len()]; payers] }
    }

    /// Adds an amount to a payer's bill.
    pub fn add(&mut self, payer: usize, component: Component, amount: Cents) {
        self.cents[payer][component as usize] += amount.0;
    }

    /// Adds a cost to the bills of all, by weight; returns the parts.
    pub fn add_shared(&mut self, component: Component, total: Cents, weights: &[f64]) -> Vec<Cents> {
        let parts = share(total, weights);
        for (payer, part) in parts.iter().enumerate() {
            self.add(payer, component, *part);
        }
        parts
    }

    /// A part of a payer's bill.
    pub fn of(&self, payer: usize, component: Component) -> Cents {
        Cents(self.cents[payer][component as usize])
    }

    /// A payer's bill.
    pub fn total(&self, payer: usize) -> Cents {
        Cents(self.cents[payer].iter().sum())
    }

    /// What all pay for a component.
    pub fn cost(&self, component: Component) -> Cents {
        Cents(self.cents.iter().map(|bill| bill[component as usize]).sum())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cents_that_do_not_divide_go_to_the_largest_fractions() {
        let cents =
            |total, weights: &[f64]| share(Cents(total), weights).iter().map(|c| c.0).collect::<Vec<_>>();
        // 100 by thirds: 33.3 each, the odd cent to the first. By 1:2:4 of 10: 1.43, 2.86, 5.71.
        assert_eq!(cents(100, &[1.0, 1.0, 1.0]), [34, 33, 33]);
        assert_eq!(cents(10, &[1.0, 2.0, 4.0]), [1, 3, 6]);
        assert_eq!(cents(-10, &[1.0, 2.0, 4.0]), [-1, -3, -6]);
        assert_eq!(cents(7, &[0.0, 5.0]), [0, 7]);
        assert_eq!(cents(7, &[0.0, 0.0]), [7, 0]);
        assert_eq!(cents(7, &[]), [0_i64; 0]);
    }

    #[test]
    fn three_measures_by_hand() {
        // Homes 50 MW, 200 MWh, 900 customers; a mine 50 MW, 600 MWh, one customer: 1,000 $ of cost.
        let homes = Measure { coincident_mw: 50.0, energy_mwh: 200.0, customers: 900.0 };
        let mine = Measure { coincident_mw: 50.0, energy_mwh: 600.0, customers: 1.0 };
        for (by, want) in [
            (Allocation::CoincidentPeak, [50_000, 50_000]),
            (Allocation::Energy, [25_000, 75_000]),
            (Allocation::Customer, [99_889, 111]),
        ] {
            let mut bills = Bills::new(2);
            let weights = [by.weight(&homes), by.weight(&mine)];
            bills.add_shared(Component::Network, Cents(100_000), &weights);
            assert_eq!([bills.total(0).0, bills.total(1).0], want, "{by:?}");
        }
    }

    proptest! {
        #[test]
        fn all_cost_is_paid_to_the_cent(
            costs in prop::collection::vec((-10_000_000_000_i64..10_000_000_000, 0_usize..7), 0..30),
            weights in prop::collection::vec(prop_oneof![Just(0.0), 0.0..1e6_f64], 1..12),
        ) {
            let mut bills = Bills::new(weights.len());
            let mut want = [0_i64; Component::ALL.len()];
            let sum: f64 = weights.iter().sum();
            for &(cents, component) in &costs {
                let parts = bills.add_shared(Component::ALL[component], Cents(cents), &weights);
                want[component] += cents;
                for (part, weight) in parts.iter().zip(&weights) {
                    if sum > 0.0 {
                        let exact = cents as f64 * (weight / sum);
                        prop_assert!((part.0 as f64 - exact).abs() <= 1.0 + 1e-9 * exact.abs());
                    }
                }
            }
            for component in Component::ALL {
                prop_assert_eq!(bills.cost(component).0, want[component as usize]);
            }
            let all: i64 = (0..weights.len()).map(|payer| bills.total(payer).0).sum();
            prop_assert_eq!(all, want.iter().sum::<i64>());
        }
    }
}
