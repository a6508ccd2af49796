//! What stands on a mining site: batches of rigs that bid their breakeven.
//!
//! A batch is worth `hashprice 1000/24 / (J/TH) / PUE` per MWh at the meter, less hosting and variable
//! cost, and is switched off above that. Batches of like efficiency are merged into at most four bid
//! blocks, best first, so bids fall from block to block. Merging joins the neighbours whose merger loses
//! least (MW-weighted variance of ln J/TH).
//!
//! Once a month the owner looks at the site and renews it (`review.rs`).
//!
//! Invariants: energy, hashes and revenue are non-negative; requested power is what installed rigs draw at
//! zero price. A bid costs O(4).

mod review;

use gridrush_core::demand::{Award, Bid, BidBlock, BidBook, Demand, SiteId};
use gridrush_core::kernel::SimTime;
use gridrush_core::math::ln;
use serde::{Deserialize, Serialize};

use super::valuation::{ValuationParams, breakeven_usd_per_mwh};
use crate::MINING;
pub use review::{Review, RigMarket};

/// Most blocks a site bids.
pub const MAX_BLOCKS: usize = 4;

/// How a mine is run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FleetParams {
    /// Power at the meter over power of the rigs. \[S\] 1.02-1.10.
    pub pue: f64,
    /// Variable cost besides power, taken off the bid, $/MWh. Assumed: wires charges per MWh and repairs.
    pub adder_usd_per_mwh: f64,
    /// Months from order to hashing. \[S\] 3-9.
    pub delivery_months: u32,
    /// Months without profit after which rigs leave. Assumed.
    pub patience_months: u32,
    /// Greatest share of the site exchanged at one review. Assumed.
    pub exchange_share_per_month: f64,
    /// A rig is bought if its value is at least this many times its price. Assumed.
    pub hurdle: f64,
    /// Value of a used rig relative to a new one of the same efficiency. Assumed.
    pub resale_share: f64,
    /// How rigs are valued.
    pub valuation: ValuationParams,
}

impl Default for FleetParams {
    fn default() -> Self {
        Self {
            pue: 1.05,
            adder_usd_per_mwh: 4.0,
            delivery_months: 5,
            patience_months: 6,
            exchange_share_per_month: 0.10,
            hurdle: 1.1,
            resale_share: 0.4,
            valuation: ValuationParams::default(),
        }
    }
}

/// Rigs of one efficiency.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RigBatch {
    /// Energy per 1e12 hashes at the wall, J.
    pub j_per_th: f64,
    /// Hashrate, TH/s.
    pub ths: f64,
    /// Month of installation, counted by the caller.
    pub installed_month: u32,
    /// Reviews in a row at which running did not pay.
    pub months_unprofitable: u32,
}

/// Rigs under way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RigOrder {
    /// Month of arrival.
    pub due_month: u32,
    /// Efficiency, J/TH.
    pub j_per_th: f64,
    /// Hashrate, TH/s.
    pub ths: f64,
    /// Whether the worst rigs make way for it; otherwise a free place waits.
    pub replaces: bool,
}

/// What a site used and earned over some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FleetTotals {
    /// Energy that installed rigs would have used at zero price, MWh.
    pub requested_mwh: f64,
    /// Energy used, MWh.
    pub energy_mwh: f64,
    /// Work done, PH/s times days.
    pub work_ph_days: f64,
    /// Income from mining, $.
    pub revenue_usd: f64,
    /// Cost of energy at the settlement price, $; negative prices pay the site.
    pub energy_cost_usd: f64,
    /// Hosting and variable cost, $.
    pub adder_cost_usd: f64,
}

impl FleetTotals {
    /// Mean hashrate over a time of `days`, EH/s.
    pub fn mean_ehs(&self, days: f64) -> f64 {
        self.work_ph_days / days / 1000.0
    }
}

/// A bid block: batches merged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Block {
    mw: f64,
    ths: f64,
}

impl Block {
    /// Efficiency at the meter, J/TH.
    fn j_per_th(&self) -> f64 {
        self.mw * 1e6 / self.ths
    }

    fn merged(self, other: Block) -> Block {
        Block { mw: self.mw + other.mw, ths: self.ths + other.ths }
    }
}

/// The rigs of one site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MineFleet {
    site: SiteId,
    params: FleetParams,
    batches: Vec<RigBatch>,
    orders: Vec<RigOrder>,
    blocks: Vec<Block>,
    hashprice_usd_per_ph_day: f64,
    totals: FleetTotals,
}

impl MineFleet {
    /// A site without rigs.
    pub fn new(site: SiteId, params: FleetParams) -> Self {
        Self {
            site,
            params,
            batches: Vec::new(),
            orders: Vec::new(),
            blocks: Vec::new(),
            hashprice_usd_per_ph_day: 0.0,
            totals: FleetTotals::default(),
        }
    }

    /// The site.
    pub fn site(&self) -> SiteId {
        self.site
    }

    /// The rigs, best first.
    pub fn batches(&self) -> &[RigBatch] {
        &self.batches
    }

    /// Rigs under way.
    pub fn orders(&self) -> &[RigOrder] {
        &self.orders
    }

    /// Power of installed rigs at the meter, MW.
    pub fn installed_mw(&self) -> f64 {
        self.blocks.iter().map(|b| b.mw).sum()
    }

    /// Power of ordered rigs at the meter, MW: those for free places, or those that replace others.
    pub fn ordered_mw(&self, replacing: bool) -> f64 {
        self.orders.iter().filter(|o| o.replaces == replacing).map(|o| self.mw(o.j_per_th, o.ths)).sum()
    }

    /// Hashrate of installed rigs, EH/s.
    pub fn installed_ehs(&self) -> f64 {
        self.blocks.iter().map(|b| b.ths).sum::<f64>() / 1e6
    }

    /// Sets the hashprice that bids and revenue use from now on.
    pub fn set_hashprice(&mut self, hashprice_usd_per_ph_day: f64) {
        debug_assert!(hashprice_usd_per_ph_day >= 0.0, "hashprice of {hashprice_usd_per_ph_day}");
        self.hashprice_usd_per_ph_day = hashprice_usd_per_ph_day;
    }

    /// Puts rigs on the site that fill `mw` at the meter.
    pub fn install_mw(&mut self, mw: f64, j_per_th: f64, month: u32) {
        let ths = mw * 1e6 / j_per_th / self.params.pue;
        self.install(RigBatch { j_per_th, ths, installed_month: month, months_unprofitable: 0 });
        self.rebuild_blocks();
    }

    /// What was used and earned since the last call.
    pub fn take_totals(&mut self) -> FleetTotals {
        core::mem::take(&mut self.totals)
    }

    /// The price above which a block of this efficiency switches off, $/MWh.
    pub fn bid_usd_per_mwh(&self, j_per_th: f64) -> f64 {
        breakeven_usd_per_mwh(self.hashprice_usd_per_ph_day, j_per_th, self.params.pue)
            - self.params.adder_usd_per_mwh
    }

    fn mw(&self, j_per_th: f64, ths: f64) -> f64 {
        ths * j_per_th * self.params.pue / 1e6
    }

    fn install(&mut self, batch: RigBatch) {
        let like = self
            .batches
            .iter_mut()
            .find(|b| b.installed_month == batch.installed_month && b.j_per_th == batch.j_per_th);
        match like {
            Some(same) => same.ths += batch.ths,
            None => self.batches.push(batch),
        }
        self.batches.sort_by(|a, b| {
            a.j_per_th.total_cmp(&b.j_per_th).then(a.installed_month.cmp(&b.installed_month))
        });
    }

    fn rebuild_blocks(&mut self) {
        let mut blocks: Vec<Block> = self
            .batches
            .iter()
            .filter(|b| b.ths > 0.0)
            .map(|b| Block { mw: self.mw(b.j_per_th, b.ths), ths: b.ths })
            .collect();
        while blocks.len() > MAX_BLOCKS {
            let loss = |i: usize| {
                let (a, b) = (blocks[i], blocks[i + 1]);
                let distance = ln(b.j_per_th() / a.j_per_th());
                distance * distance * a.mw * b.mw / (a.mw + b.mw)
            };
            let closest = (0..blocks.len() - 1).min_by(|&i, &k| loss(i).total_cmp(&loss(k))).unwrap_or(0);
            let next = blocks.remove(closest + 1);
            blocks[closest] = blocks[closest].merged(next);
        }
        self.blocks = blocks;
    }
}

impl Demand for MineFleet {
    fn bid(&self, _now: SimTime, book: &mut BidBook) {
        for block in &self.blocks {
            let price = self.bid_usd_per_mwh(block.j_per_th() / self.params.pue);
            book.add(BidBlock {
                site: self.site,
                class: MINING,
                requested_mw: block.mw,
                bid: Bid::AtMost(price),
            });
        }
    }

    fn award(&mut self, _now: SimTime, award: &Award) {
        let Some(block) = self.blocks.get(award.block) else {
            debug_assert!(false, "award for block {} of {}", award.block, self.blocks.len());
            return;
        };
        let hours = award.span.as_hours();
        let energy_mwh = award.served_mw * hours;
        let work_ph_days = block.ths * (award.served_mw / block.mw) / 1000.0 * hours / 24.0;
        let totals = &mut self.totals;
        totals.requested_mwh += award.requested_mw * hours;
        totals.energy_mwh += energy_mwh;
        totals.work_ph_days += work_ph_days;
        totals.revenue_usd += work_ph_days * self.hashprice_usd_per_ph_day;
        totals.energy_cost_usd += energy_mwh * award.price_usd_per_mwh;
        totals.adder_cost_usd += energy_mwh * self.params.adder_usd_per_mwh;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gridrush_core::kernel::SimSpan;
    use proptest::prelude::*;

    fn fleet(rigs: &[(f64, f64)]) -> MineFleet {
        let mut fleet = MineFleet::new(SiteId(3), FleetParams::default());
        for (month, (mw, j_per_th)) in rigs.iter().enumerate() {
            fleet.install_mw(*mw, *j_per_th, month as u32);
        }
        fleet.set_hashprice(50.0);
        fleet
    }

    fn blocks(fleet: &MineFleet) -> Vec<BidBlock> {
        let mut book = BidBook::default();
        fleet.bid(SimTime::ZERO, &mut book);
        book.blocks().to_vec()
    }

    fn price(block: &BidBlock) -> f64 {
        match block.bid {
            Bid::AtMost(price) => price,
            Bid::Firm => panic!("a mine is never firm"),
        }
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

    /// 20 J/TH at 46 $/PH/day is worth 96 $/MWh at the rig: less at the meter of a site with losses.
    #[test]
    fn bids_the_breakeven_in_proportion_to_hashprice() {
        let params = FleetParams { pue: 1.0, adder_usd_per_mwh: 0.0, ..FleetParams::default() };
        let mut fleet = MineFleet::new(SiteId(0), params);
        fleet.install_mw(100.0, 20.0, 0);
        fleet.set_hashprice(46.0);
        let first = blocks(&fleet);
        assert!((first[0].requested_mw - 100.0).abs() < 1e-9);
        assert!((price(&first[0]) - 95.83).abs() < 0.01);
        fleet.set_hashprice(92.0);
        assert!((price(&blocks(&fleet)[0]) - 2.0 * price(&first[0])).abs() < 1e-9);
        assert_eq!(first[0].class, MINING);
    }

    #[test]
    fn merging_keeps_power_and_hashrate_and_joins_the_likest() {
        let fleet = fleet(&[(10.0, 15.0), (10.0, 15.5), (10.0, 20.0), (10.0, 30.0), (10.0, 38.0)]);
        let blocks = blocks(&fleet);
        assert_eq!(blocks.len(), MAX_BLOCKS);
        assert!((blocks[0].requested_mw - 20.0).abs() < 1e-9);
        let ehs: f64 = fleet.batches().iter().map(|b| b.ths).sum::<f64>() / 1e6;
        assert!((fleet.installed_ehs() - ehs).abs() < 1e-12);
        assert!((fleet.installed_mw() - 50.0).abs() < 1e-9);
    }

    #[test]
    fn an_hour_of_award_is_energy_hashes_and_money() {
        let mut fleet = fleet(&[(105.0, 20.0)]);
        // 105 MW at a PUE of 1.05 and 20 J/TH: 5 EH/s. Half of it for two hours.
        let award = Award {
            block: 0,
            requested_mw: 105.0,
            served_mw: 52.5,
            price_usd_per_mwh: 30.0,
            span: SimSpan::from_hours(2),
        };
        fleet.award(SimTime::ZERO, &award);
        let t = fleet.take_totals();
        assert!((t.mean_ehs(2.0 / 24.0) - 2.5).abs() < 1e-12);
        assert!((t.energy_mwh - 105.0).abs() < 1e-12 && (t.requested_mwh - 210.0).abs() < 1e-12);
        assert!((t.revenue_usd - 2_500.0 * 50.0 / 12.0).abs() < 1e-9);
        assert!((t.energy_cost_usd - 3_150.0).abs() < 1e-9);
        assert_eq!(fleet.take_totals(), FleetTotals::default());
    }

    proptest! {
        #[test]
        fn bids_fall_and_nothing_is_negative(
            rigs in prop::collection::vec((0.1_f64..300.0, 8.0_f64..110.0), 1..12),
            hashprice in 0.0_f64..500.0,
            served in 0.0_f64..=1.0,
            months in prop::collection::vec((5.0_f64..300.0, 8.0_f64..40.0, 0.0_f64..400.0), 0..24),
        ) {
            let mut fleet = fleet(&rigs);
            fleet.set_hashprice(hashprice);
            let total: f64 = rigs.iter().map(|r| r.0).sum();
            for (month, (hashprice, j_per_th, more_mw)) in months.iter().enumerate() {
                let available = total + more_mw;
                let review = fleet.review(12 + month as u32, available, &market(*hashprice, *j_per_th));
                prop_assert!(review.order_usd >= 0.0 && review.resale_usd >= 0.0);
                prop_assert!(fleet.batches().iter().all(|b| b.ths > 0.0));
                prop_assert!(fleet.orders().iter().all(|o| o.ths > 0.0));
            }
            let blocks = blocks(&fleet);
            prop_assert!(blocks.len() <= MAX_BLOCKS);
            prop_assert!(blocks.windows(2).all(|w| price(&w[0]) >= price(&w[1])));
            let mw: f64 = blocks.iter().map(|b| b.requested_mw).sum();
            prop_assert!((mw - fleet.installed_mw()).abs() < 1e-6);
            for (block, bid) in blocks.iter().enumerate() {
                let award = Award {
                    block,
                    requested_mw: bid.requested_mw,
                    served_mw: bid.requested_mw * served,
                    price_usd_per_mwh: 20.0,
                    span: SimSpan::from_hours(1),
                };
                fleet.award(SimTime::ZERO, &award);
            }
            let t = fleet.take_totals();
            prop_assert!(t.energy_mwh >= 0.0 && t.energy_mwh <= t.requested_mwh + 1e-9);
            prop_assert!(t.revenue_usd >= 0.0 && t.energy_cost_usd >= 0.0);
            prop_assert!((t.mean_ehs(1.0 / 24.0) - fleet.installed_ehs() * served).abs() < 1e-9);
        }
    }
}
