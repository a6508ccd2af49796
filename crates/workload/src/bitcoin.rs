//! Bitcoin: the chain, the coin price, mining fleets, and everybody else's hashrate.
//!
//! [`BitcoinWorld`] ties them together once a day:
//!
//! ```text
//! price(day), fees(day), difficulty --> hashprice --> bids of modelled fleets (next 24 hours)
//!                                          |
//!                                          '--> rest of the world: runs, orders, scraps
//! modelled + rest of the world --> network hashrate --> blocks, difficulty
//! ```
//!
//! Prices and fees are drawn beforehand, so nothing that happens on the grid can move a draw. The hashrate
//! of modelled fleets enters with the mean of the day before. A day costs O(vintages).

pub mod chain;
pub mod fees;
pub mod fleet;
pub mod history;
pub mod price;
pub mod rest_of_world;
pub mod valuation;

use gridrush_core::kernel::{Schedule, SimTime, Streams};
use gridrush_core::math::exp;
use serde::{Deserialize, Serialize};

pub use chain::{Chain, ChainEvent, ChainParams, Retargeted};
pub use fees::{FeeParams, fee_path};
pub use fleet::{FleetParams, FleetTotals, MineFleet, Review, RigMarket};
pub use history::{HistoryFault, PriceHistory, parse_history, replay};
pub use price::{PriceParams, PriceShape, YEAR_DAYS, price_path};
pub use rest_of_world::{RestOfWorld, RestOfWorldParams};
pub use valuation::{ValuationParams, breakeven_usd_per_mwh};

use crate::hardware::asic::AsicParams;

/// Everything about Bitcoin that a scenario can set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BitcoinParams {
    /// The scenario's start as a decimal year.
    pub start_year: f64,
    /// Network hashrate at the start, modelled fleets included, EH/s. \[M\] 780-800; difficulty says 786.
    pub start_network_ehs: f64,
    /// Time over which investors average hashprice, days. Assumed.
    pub trailing_days: f64,
    /// The protocol and its state at the start.
    pub chain: ChainParams,
    /// The coin price.
    pub price: PriceParams,
    /// Transaction fees.
    pub fees: FeeParams,
    /// The rig market.
    pub asic: AsicParams,
    /// Hashrate elsewhere.
    pub rest_of_world: RestOfWorldParams,
}

impl Default for BitcoinParams {
    fn default() -> Self {
        Self {
            start_year: 2025.0,
            start_network_ehs: 786.0,
            trailing_days: 90.0,
            chain: ChainParams::default(),
            price: PriceParams::default(),
            fees: FeeParams::default(),
            asic: AsicParams::default(),
            rest_of_world: RestOfWorldParams::default(),
        }
    }
}

/// The state of Bitcoin as a day begins, and what was mined since the report before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DayReport {
    /// Days since the start.
    pub day: u32,
    /// Coin price, $.
    pub price_usd: f64,
    /// Fees per block, BTC.
    pub fee_btc_per_block: f64,
    /// Subsidy per block, BTC.
    pub subsidy_btc_per_block: f64,
    /// Blocks that exist.
    pub height: u64,
    /// Difficulty in force.
    pub difficulty: f64,
    /// Expected income of 1 PH/s over the day, $.
    pub hashprice_usd_per_ph_day: f64,
    /// Its exponential mean over [`BitcoinParams::trailing_days`].
    pub trailing_hashprice_usd_per_ph_day: f64,
    /// Hashrate of all, EH/s.
    pub network_ehs: f64,
    /// Hashrate of the fleets on the simulated grid, the day before, EH/s.
    pub modelled_ehs: f64,
    /// Hashrate elsewhere, EH/s.
    pub rest_of_world_ehs: f64,
    /// Draw elsewhere, MW at the meters.
    pub rest_of_world_mw: f64,
    /// Blocks found since the report before.
    pub mined_blocks: f64,
    /// Coins issued since the report before.
    pub issued_btc: f64,
}

/// Bitcoin as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BitcoinWorld {
    start_year: f64,
    trailing_days: f64,
    asic: AsicParams,
    price_usd: Vec<f64>,
    fee_btc: Vec<f64>,
    chain: Chain,
    rest_of_world: RestOfWorld,
    trailing_hashprice: f64,
}

impl BitcoinWorld {
    /// Bitcoin at the start, with prices from the model, for a run of `days`. `modelled_ehs` is the part of
    /// the network's hashrate that stands on the simulated grid.
    pub fn new(params: &BitcoinParams, streams: &Streams, days: u32, modelled_ehs: f64) -> Self {
        let days = days.max(1);
        Self::with_prices(params, streams, price_path(&params.price, streams, days), modelled_ehs)
    }

    /// The same with a price for each day; after its end the last price holds.
    ///
    /// # Panics
    /// If there is no price.
    pub fn with_prices(
        params: &BitcoinParams,
        streams: &Streams,
        price_usd: Vec<f64>,
        modelled_ehs: f64,
    ) -> Self {
        assert!(!price_usd.is_empty(), "a price path has a day");
        let fee_btc = fee_path(&params.fees, streams, price_usd.len() as u32);
        let chain = Chain::new(&params.chain, streams);
        let hashprice = chain.hashprice_usd_per_ph_day(price_usd[0], fee_btc[0]);
        let elsewhere = (params.start_network_ehs - modelled_ehs).max(0.0);
        let rest_of_world =
            RestOfWorld::new(&params.rest_of_world, &params.asic, params.start_year, elsewhere, hashprice);
        Self {
            start_year: params.start_year,
            trailing_days: params.trailing_days,
            asic: params.asic.clone(),
            price_usd,
            fee_btc,
            chain,
            rest_of_world,
            trailing_hashprice: hashprice,
        }
    }

    /// Lives through the beginning of `day`: to be called on [`ChainEvent::Day`], first with day 0 at the
    /// start of the run. `modelled_ehs` is the mean hashrate of modelled fleets over the day before (on
    /// day 0 what is expected). Schedules the next day.
    pub fn step_day(
        &mut self,
        day: u32,
        modelled_ehs: f64,
        schedule: &mut impl Schedule<ChainEvent>,
    ) -> DayReport {
        let now = schedule.now();
        let mined = self.chain.take_mined(now);
        let at = (day as usize).min(self.price_usd.len() - 1);
        let (price_usd, fee_btc) = (self.price_usd[at], self.fee_btc[at]);
        let hashprice = self.chain.hashprice_usd_per_ph_day(price_usd, fee_btc);
        if day > 0 {
            let memory = exp(-1.0 / self.trailing_days);
            self.trailing_hashprice = memory * self.trailing_hashprice + (1.0 - memory) * hashprice;
            self.rest_of_world.step_day(&self.asic, self.year(day), hashprice);
        }
        let network_ehs = self.rest_of_world.running_ehs() + modelled_ehs;
        self.chain.set_hashrate(network_ehs, schedule);
        schedule.at(SimTime::from_hours(24 * (u64::from(day) + 1)), ChainEvent::Day);
        DayReport {
            day,
            price_usd,
            fee_btc_per_block: fee_btc,
            subsidy_btc_per_block: self.chain.subsidy_btc(),
            height: self.chain.height(),
            difficulty: self.chain.difficulty(),
            hashprice_usd_per_ph_day: hashprice,
            trailing_hashprice_usd_per_ph_day: self.trailing_hashprice,
            network_ehs,
            modelled_ehs,
            rest_of_world_ehs: self.rest_of_world.running_ehs(),
            rest_of_world_mw: self.rest_of_world.running_mw(),
            mined_blocks: mined.blocks,
            issued_btc: mined.issued_btc,
        }
    }

    /// Ends a difficulty epoch: to be called on [`ChainEvent::Retarget`].
    pub fn retarget(&mut self, schedule: &mut impl Schedule<ChainEvent>) -> Retargeted {
        self.chain.retarget(schedule)
    }

    /// What rigs sell for on a day, for the monthly review of a site.
    pub fn rig_market(&self, day: u32, power_usd_per_mwh: f64) -> RigMarket {
        let year = self.year(day);
        let j_per_th = self.asic.delivered_j_per_th(year);
        RigMarket {
            hashprice_usd_per_ph_day: self.trailing_hashprice,
            j_per_th,
            price_usd_per_th: self.asic.rig_price_usd_per_th(year, self.trailing_hashprice, j_per_th),
            efficiency_elasticity: self.asic.price_efficiency_elasticity,
            power_usd_per_mwh,
        }
    }

    /// The chain.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Hashrate elsewhere.
    pub fn rest_of_world(&self) -> &RestOfWorld {
        &self.rest_of_world
    }

    fn year(&self, day: u32) -> f64 {
        self.start_year + f64::from(day) / YEAR_DAYS
    }
}
