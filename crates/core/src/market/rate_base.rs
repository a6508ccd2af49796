//! What a utility has invested and what its customers owe for it, month by month.
//!
//! An asset of cost `C` and life `n` months that has been in the books for `k` whole months costs its customers
//!
//! ```text
//!   depreciation  C / n                          until nothing is left
//!   return        (C - k C / n) r / 12           on what is not depreciated
//!   operation     C o / 12                       operation, taxes, insurance, as long as it lives
//! ```
//!
//! in the month after. With the defaults (40 years, 7 %, 2.5 %) the first year costs 12 % of the investment, the
//! usual carrying charge, and later years less. Depreciation is in whole cents and sums to the cost exactly.
//! O(assets) a month.

use crate::ledger::Cents;

/// How investments are recovered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateBaseTerms {
    /// Life of an asset.
    pub life_months: u32,
    /// Return on what is not depreciated, per year, taxes on it included.
    pub return_share: f64,
    /// Operation, taxes and insurance as a share of the cost, per year.
    pub operation_share: f64,
}

impl RateBaseTerms {
    /// What the first year of an asset costs, as a share of the investment.
    pub fn carrying_charge(&self) -> f64 {
        12.0 / f64::from(self.life_months) + self.return_share + self.operation_share
    }
}

/// An investment.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Asset {
    /// The month from which it is paid for.
    begun: u32,
    cost: Cents,
}

/// What a month costs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Requirement {
    /// Capital given back to investors.
    pub depreciation: Cents,
    /// Return on capital, $.
    pub return_usd: f64,
    /// Operation, taxes and insurance, $.
    pub operation_usd: f64,
}

/// Investments that are paid for by the month.
#[derive(Clone, Debug, PartialEq)]
pub struct RateBase {
    terms: RateBaseTerms,
    assets: Vec<Asset>,
}

impl RateBase {
    /// No investments.
    pub fn new(terms: RateBaseTerms) -> RateBase {
        RateBase { terms, assets: Vec::new() }
    }

    /// The terms.
    pub fn terms(&self) -> &RateBaseTerms {
        &self.terms
    }

    /// Adds an investment that is paid for from a month on.
    pub fn add(&mut self, month: u32, cost: Cents) {
        if cost > Cents::ZERO {
            self.assets.push(Asset { begun: month, cost });
        }
    }

    /// Everything invested so far.
    pub fn gross(&self) -> Cents {
        Cents(self.assets.iter().map(|asset| asset.cost.0).sum())
    }

    /// What is not depreciated at the begin of a month.
    pub fn net(&self, month: u32) -> Cents {
        Cents(self.assets.iter().map(|asset| asset.cost.0 - self.written_off(asset, month).0).sum())
    }

    /// What of an investment of its own is not depreciated at the begin of a month.
    pub fn left_of(&self, cost: Cents, begun: u32, month: u32) -> Cents {
        Cents(cost.0 - self.written_off(&Asset { begun, cost }, month).0)
    }

    /// What a month costs.
    pub fn requirement(&self, month: u32) -> Requirement {
        let mut sum = Requirement::default();
        for asset in &self.assets {
            let age = month.saturating_sub(asset.begun);
            if month < asset.begun || age >= self.terms.life_months {
                continue;
            }
            let (before, after) = (self.written_off(asset, month), self.written_off(asset, month + 1));
            sum.depreciation.0 += after.0 - before.0;
            sum.return_usd += Cents(asset.cost.0 - before.0).as_usd() * self.terms.return_share / 12.0;
            sum.operation_usd += asset.cost.as_usd() * self.terms.operation_share / 12.0;
        }
        sum
    }

    /// What has been depreciated of an asset by the begin of a month.
    fn written_off(&self, asset: &Asset, month: u32) -> Cents {
        let life = i128::from(self.terms.life_months);
        let age = i128::from(month.saturating_sub(asset.begun)).min(life);
        Cents((i128::from(asset.cost.0) * age / life) as i64)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Forty years, 7 % and 2.5 %: 2.5 + 7 + 2.5 = 12 % in the first year.
    const TERMS: RateBaseTerms =
        RateBaseTerms { life_months: 480, return_share: 0.07, operation_share: 0.025 };

    #[test]
    fn forty_eight_million_by_hand() {
        assert!((TERMS.carrying_charge() - 0.12).abs() < 1e-12);
        let mut base = RateBase::new(TERMS);
        base.add(3, Cents(4_800_000_000));
        assert_eq!(base.requirement(2), Requirement::default());
        // 48 M$ / 480 = 100,000 $; 48 M$ x 7 % / 12 = 280,000 $; 48 M$ x 2.5 % / 12 = 100,000 $.
        let first = base.requirement(3);
        assert_eq!(first.depreciation, Cents(10_000_000));
        assert!((first.return_usd - 280_000.0).abs() < 1e-6);
        assert!((first.operation_usd - 100_000.0).abs() < 1e-6);
        // Twenty years later half is left: half the return.
        assert_eq!(base.net(243), Cents(2_400_000_000));
        assert!((base.requirement(243).return_usd - 140_000.0).abs() < 1e-6);
        assert_eq!((base.net(483), base.requirement(483)), (Cents::ZERO, Requirement::default()));
        // An upgrade of 12 M$ from month 3 on, for one who leaves after ten years: 9 M$ are stranded.
        assert_eq!(base.left_of(Cents(1_200_000_000), 3, 123), Cents(900_000_000));
    }

    proptest! {
        #[test]
        fn depreciation_gives_back_every_cent(
            assets in prop::collection::vec((0_u32..50, 0_i64..10_000_000_000), 0..20), life in 1_u32..600,
        ) {
            let mut base = RateBase::new(RateBaseTerms { life_months: life, ..TERMS });
            for &(month, cents) in &assets {
                base.add(month, Cents(cents));
            }
            let mut paid = 0;
            for month in 0..=50 + life {
                prop_assert_eq!(base.net(month).0 + paid, base.gross().0);
                paid += base.requirement(month).depreciation.0;
            }
            prop_assert_eq!(paid, base.gross().0);
        }
    }
}
