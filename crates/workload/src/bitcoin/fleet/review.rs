//! The monthly look at a mine: what arrives, leaves, is exchanged and is ordered.
//!
//! In this order: ordered rigs that are due arrive; rigs that did not pay for power for half a year leave;
//! part of the worst rigs is to be replaced if new ones, after their price, are worth more than the old ones
//! less what they sell for; free places are filled if a rig is worth its price times a hurdle. Rigs to be
//! replaced run until the new ones arrive.
//!
//! Invariant: installed rigs, with the orders for free places, fit into the power that the site may use. A
//! review costs O(batches^2).

use gridrush_core::math::pow;
use serde::{Deserialize, Serialize};

use super::{MineFleet, RigBatch, RigOrder};
use crate::bitcoin::valuation::{breakeven_usd_per_mwh, rig_cost_usd_per_mw};

/// What rigs sell for when a site is reviewed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RigMarket {
    /// Hashprice that the owner reckons with (trailing mean), $/PH/day.
    pub hashprice_usd_per_ph_day: f64,
    /// Efficiency of rigs on sale, J/TH.
    pub j_per_th: f64,
    /// Their price, $/TH.
    pub price_usd_per_th: f64,
    /// Price of an old rig of efficiency `e` relative to a rig on sale is `(e / j_per_th)^-elasticity`.
    pub efficiency_elasticity: f64,
    /// Price of power that the owner expects at the site, $/MWh.
    pub power_usd_per_mwh: f64,
}

/// What a review decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Rigs that arrived, TH/s.
    pub installed_ths: f64,
    /// Rigs that left, TH/s.
    pub retired_ths: f64,
    /// What they drew, MW at the meter.
    pub retired_mw: f64,
    /// What they sold for, $.
    pub resale_usd: f64,
    /// Rigs ordered, TH/s.
    pub ordered_ths: f64,
    /// What they will draw, MW at the meter.
    pub ordered_mw: f64,
    /// What they cost, $.
    pub order_usd: f64,
}

impl MineFleet {
    /// The monthly look at the site, which may use up to `available_mw`.
    pub fn review(&mut self, month: u32, available_mw: f64, market: &RigMarket) -> Review {
        let mut review = Review::default();
        self.receive(month, available_mw, market, &mut review);
        self.retire(market, &mut review);
        self.exchange(month, available_mw, market, &mut review);
        self.fill(month, available_mw, market, &mut review);
        self.rebuild_blocks();
        review
    }

    fn batches_mw(&self) -> f64 {
        self.batches.iter().map(|b| self.mw(b.j_per_th, b.ths)).sum()
    }

    /// Installs what has arrived. Rigs that find no place, because the site shrank, are sold on.
    fn receive(&mut self, month: u32, available_mw: f64, market: &RigMarket, review: &mut Review) {
        let (due, later): (Vec<_>, Vec<_>) = self.orders.iter().partition(|o| o.due_month <= month);
        self.orders = later;
        for order in due {
            let mut batch = RigBatch {
                j_per_th: order.j_per_th,
                ths: order.ths,
                installed_month: month,
                months_unprofitable: 0,
            };
            if order.replaces {
                self.remove_worst(self.mw(order.j_per_th, order.ths), order.j_per_th, market, review);
            }
            let room_mw = (available_mw - self.batches_mw()).max(0.0);
            let fits = (room_mw / self.mw(batch.j_per_th, batch.ths)).min(1.0);
            review.resale_usd += self.resale_usd(market, &batch, batch.ths * (1.0 - fits));
            batch.ths *= fits;
            if batch.ths > 0.0 {
                review.installed_ths += batch.ths;
                self.install(batch);
            }
        }
    }

    /// Sells up to `mw` of the rigs that are worse than `j_per_th`, worst first.
    fn remove_worst(&mut self, mw: f64, j_per_th: f64, market: &RigMarket, review: &mut Review) {
        let mut left_mw = mw;
        while left_mw > 0.0 {
            let Some(worst) = self.batches.pop_if(|b| b.j_per_th > j_per_th) else { break };
            let worst_mw = self.mw(worst.j_per_th, worst.ths);
            // A remainder below one watt is no rig.
            let share = if worst_mw - left_mw > 1e-6 { left_mw / worst_mw } else { 1.0 };
            let leaving = worst.ths * share;
            review.retired_ths += leaving;
            review.retired_mw += self.mw(worst.j_per_th, leaving);
            review.resale_usd += self.resale_usd(market, &worst, leaving);
            left_mw -= worst_mw;
            if share < 1.0 {
                self.batches.push(RigBatch { ths: worst.ths - leaving, ..worst });
            }
        }
    }

    fn cost_of_power(&self, market: &RigMarket) -> f64 {
        market.power_usd_per_mwh + self.params.adder_usd_per_mwh
    }

    fn breakeven(&self, market: &RigMarket, j_per_th: f64) -> f64 {
        breakeven_usd_per_mwh(market.hashprice_usd_per_ph_day, j_per_th, self.params.pue)
    }

    fn resale_usd(&self, market: &RigMarket, batch: &RigBatch, ths: f64) -> f64 {
        let relative = pow(batch.j_per_th / market.j_per_th, -market.efficiency_elasticity);
        self.params.resale_share * market.price_usd_per_th * relative.min(1.0) * ths
    }

    fn retire(&mut self, market: &RigMarket, review: &mut Review) {
        let cost = self.cost_of_power(market);
        let mut kept = Vec::with_capacity(self.batches.len());
        for mut batch in core::mem::take(&mut self.batches) {
            let pays = self.breakeven(market, batch.j_per_th) >= cost;
            batch.months_unprofitable = if pays { 0 } else { batch.months_unprofitable + 1 };
            if batch.months_unprofitable >= self.params.patience_months {
                review.retired_ths += batch.ths;
                review.retired_mw += self.mw(batch.j_per_th, batch.ths);
                review.resale_usd += self.resale_usd(market, &batch, batch.ths);
            } else {
                kept.push(batch);
            }
        }
        self.batches = kept;
    }

    /// Orders rigs to replace part of the worst batch, if its places are worth more with new rigs.
    fn exchange(&mut self, month: u32, available_mw: f64, market: &RigMarket, review: &mut Review) {
        let Some(worst) = self.batches.last().copied() else { return };
        let worst_mw = self.mw(worst.j_per_th, worst.ths);
        let share_mw = self.params.exchange_share_per_month * available_mw;
        let mw = share_mw.min(worst_mw - self.ordered_mw(true));
        if mw < 0.01 || worst.j_per_th <= market.j_per_th {
            return;
        }
        let cost = self.cost_of_power(market);
        let v = &self.params.valuation;
        let age_months = month.saturating_sub(worst.installed_month);
        let months_left = (v.rig_life_years * 12).saturating_sub(age_months).max(self.params.patience_months);
        let old_value = v.running_value_usd_per_mw(self.breakeven(market, worst.j_per_th), cost, months_left);
        let resale = self.resale_usd(market, &worst, worst.ths) / worst_mw;
        if self.new_value_usd_per_mw(market) + resale > old_value {
            self.order(month, mw, true, market, review);
        }
    }

    fn fill(&mut self, month: u32, available_mw: f64, market: &RigMarket, review: &mut Review) {
        let free_mw = available_mw - self.batches_mw() - self.ordered_mw(false);
        if free_mw > 0.01 && self.new_value_usd_per_mw(market) > 0.0 {
            self.order(month, free_mw, false, market, review);
        }
    }

    /// Value of new rigs less their price and the hurdle.
    fn new_value_usd_per_mw(&self, market: &RigMarket) -> f64 {
        let breakeven = self.breakeven(market, market.j_per_th);
        let value = self.params.valuation.rig_value_usd_per_mw(breakeven, self.cost_of_power(market));
        value
            - self.params.hurdle
                * rig_cost_usd_per_mw(market.price_usd_per_th, market.j_per_th, self.params.pue)
    }

    fn order(&mut self, month: u32, mw: f64, replaces: bool, market: &RigMarket, review: &mut Review) {
        let ths = mw * 1e6 / market.j_per_th / self.params.pue;
        review.ordered_ths += ths;
        review.ordered_mw += mw;
        review.order_usd += ths * market.price_usd_per_th;
        let due_month = month + self.params.delivery_months;
        self.orders.push(RigOrder { due_month, j_per_th: market.j_per_th, ths, replaces });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bitcoin::FleetParams;
    use gridrush_core::demand::SiteId;
    use proptest::prelude::*;

    fn fleet(rigs: &[(f64, f64)]) -> MineFleet {
        let mut fleet = MineFleet::new(SiteId(3), FleetParams::default());
        for (mw, j_per_th) in rigs {
            fleet.install_mw(*mw, *j_per_th, 0);
        }
        fleet
    }

    fn market(hashprice: f64, j_per_th: f64) -> RigMarket {
        RigMarket {
            hashprice_usd_per_ph_day: hashprice,
            j_per_th,
            price_usd_per_th: 15.0,
            efficiency_elasticity: 1.05,
            power_usd_per_mwh: 35.0,
        }
    }

    #[test]
    fn free_places_are_filled_after_the_lag_when_it_pays() {
        let mut fleet = MineFleet::new(SiteId(0), FleetParams::default());
        let review = fleet.review(0, 100.0, &market(20.0, 15.0));
        assert_eq!(review, Review::default());
        let review = fleet.review(1, 100.0, &market(60.0, 15.0));
        assert!((review.order_usd / review.ordered_ths - 15.0).abs() < 1e-12);
        assert!((fleet.ordered_mw(false) - 100.0).abs() < 1e-9);
        for month in 2..=5 {
            assert_eq!(fleet.review(month, 100.0, &market(60.0, 15.0)).ordered_ths, 0.0);
            assert_eq!(fleet.installed_mw(), 0.0);
        }
        fleet.review(6, 100.0, &market(60.0, 15.0));
        assert!((fleet.installed_mw() - 100.0).abs() < 1e-9);
    }

    #[test]
    fn old_rigs_are_exchanged_and_run_until_the_new_ones_come() {
        let mut fleet = fleet(&[(100.0, 38.0)]);
        let review = fleet.review(60, 100.0, &market(60.0, 15.0));
        assert!(review.ordered_ths > 0.0 && review.retired_ths == 0.0);
        assert!((fleet.ordered_mw(true) - 10.0).abs() < 1e-9);
        for month in 61..90 {
            fleet.review(month, 100.0, &market(60.0, 15.0));
            assert!((fleet.installed_mw() - 100.0).abs() < 1e-6, "month {month}");
        }
        assert_eq!(fleet.batches().iter().filter(|b| b.j_per_th > 15.0).count(), 0);
    }

    #[test]
    fn rigs_leave_after_half_a_year_without_profit() {
        let mut fleet = fleet(&[(50.0, 15.0), (50.0, 45.0)]);
        for month in 0..5 {
            fleet.review(month, 100.0, &market(30.0, 60.0));
            assert_eq!(fleet.batches().len(), 2, "month {month}");
        }
        let review = fleet.review(5, 100.0, &market(30.0, 60.0));
        assert!(review.retired_ths > 0.0 && review.resale_usd > 0.0);
        assert_eq!(fleet.batches().len(), 1);
    }

    proptest! {
        /// Rigs come by arrival and go by retirement, and by nothing else.
        #[test]
        fn no_rig_is_lost(
            rigs in prop::collection::vec((1.0_f64..50.0, 8.0_f64..40.0), 0..5),
            months in prop::collection::vec((20.0_f64..300.0, 8.0_f64..30.0, 0.0_f64..50.0), 1..60),
        ) {
            let mut fleet = fleet(&rigs);
            let mut available: f64 = rigs.iter().map(|r| r.0).sum();
            for (month, (hashprice, j_per_th, more_mw)) in months.iter().enumerate() {
                available += more_mw;
                let before = fleet.installed_ehs() * 1e6;
                let review = fleet.review(month as u32, available, &market(*hashprice, *j_per_th));
                let after = before + review.installed_ths - review.retired_ths;
                prop_assert!((fleet.installed_ehs() * 1e6 - after).abs() < 1e-6 * after.max(1.0));
            }
        }

        #[test]
        fn installed_and_free_place_orders_fit_the_site(
            months in prop::collection::vec((20.0_f64..200.0, 8.0_f64..30.0, 0.0_f64..50.0), 1..60),
        ) {
            let mut fleet = MineFleet::new(SiteId(0), FleetParams::default());
            let mut available = 0.0;
            for (month, (hashprice, j_per_th, more_mw)) in months.iter().enumerate() {
                available += more_mw;
                fleet.review(month as u32, available, &market(*hashprice, *j_per_th));
                prop_assert!(fleet.installed_mw() + fleet.ordered_mw(false) <= available + 0.02);
            }
        }
    }
}
