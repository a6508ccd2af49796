//! `[bitcoin]`: coin price, chain, fees, rigs, modelled fleets and the rest of the world.

use gridrush_workload::bitcoin::price::Regime;
use gridrush_workload::bitcoin::{
    BitcoinParams, ChainParams, FeeParams, FleetParams, PriceParams, PriceShape, RestOfWorldParams,
    ValuationParams,
};
use gridrush_workload::hardware::asic::AsicParams;
use jiff::civil::Date;

use super::declare::{choices, mirror, section};

choices! {
    /// Which path the coin price takes.
    Shape {
        /// The trend times the cycle of booms and busts.
        BoomAndBust = "boom-and-bust",
        /// The trend alone.
        Flat = "flat",
        /// No cycle, with the mean of the boom-and-bust path of the same seed.
        MeanPreserving = "mean-preserving",
    }
}

impl Shape {
    fn params(self) -> PriceShape {
        match self {
            Shape::BoomAndBust => PriceShape::BoomAndBust,
            Shape::Flat => PriceShape::Flat,
            Shape::MeanPreserving => PriceShape::MeanPreserving,
        }
    }
}

section! {
    /// Bitcoin.
    Bitcoin {
        /// CSV file of daily coin prices to replay, path from the scenario file; after its end the price
        /// model continues.
        history_file: Option<String> = None, "", "";
        /// Network hashrate at the start, modelled fleets included.
        start_network_ehs: f64 = BitcoinParams::default().start_network_ehs, "EH/s", "[M]", 1.0..=1000000.0;
        /// Time over which investors average hashprice.
        trailing_days: f64 = BitcoinParams::default().trailing_days, "days", "assumed", 1.0..=3650.0;
    }
    tables {
        /// The coin price.
        price: Price;
        /// The protocol's state at the start.
        chain: Chain;
        /// Transaction fees.
        fees: Fees;
        /// Mining rigs on the market.
        rigs: Rigs;
        /// Mines on the simulated grid.
        fleet: Fleet;
        /// Hashrate elsewhere.
        rest_of_world: RestOfWorld;
    }
}

section! {
    /// The coin price: a trend times a cycle of calm, boom and bust.
    Price {
        /// Which path the price takes.
        shape: Shape = Shape::BoomAndBust, "", "";
    }
    tables {
        /// Trend and size of the cycle.
        path: Path;
        /// Small moves in both directions.
        calm: Season = Season::of(&PriceParams::default().calm);
        /// Sustained rise.
        boom: Season = Season::of(&PriceParams::default().boom);
        /// Sustained fall.
        bust: Season = Season::of(&PriceParams::default().bust);
    }
}

mirror! {
    /// Trend and size of the cycle.
    Path of PriceParams, from PriceParams::default() => {
        /// Price at the start.
        start_usd: f64, "$", "[M] start of 2025", 1.0..=100000000.0;
        /// Growth of the trend, as a logarithm; 0.57 over 2015-24.
        trend_log_per_year: f64, "1/year", "assumed", -2.0..=3.0;
        /// Scale of the cycle: 0 is the trend, 1 the amplitude of 2015-24.
        boom_amplitude: f64, "", "assumed", 0.0..=5.0;
        /// Time over which the cycle is pulled back to the trend.
        reversion_days: f64, "days", "assumed", 10.0..=100000.0;
        /// Share of days with large shocks.
        large_shock_share: f64, "share", "[D]", 0.0..=0.99;
        /// Standard deviation of large shocks relative to all shocks.
        large_shock_scale: f64, "", "[D]", 1.0..=20.0;
    }
}

mirror! {
    /// One regime of the price cycle.
    Season of Regime, from PriceParams::default().calm => {
        /// Drift of the log price.
        drift_per_day: f64, "1/day", "[D]", -0.2..=0.2;
        /// Standard deviation of the daily change of the log price.
        volatility_per_day: f64, "1/day", "[D]", 0.0..=1.0;
        /// Mean length.
        mean_days: f64, "days", "[D]", 1.0..=10000.0;
        /// Standard deviation of the logarithm of the length.
        spread_log: f64, "", "[D]", 0.0..=3.0;
        /// Chance that the first of the two other regimes follows, in the order calm, boom, bust.
        first_other_follows: f64, "probability", "[D]", 0.0..=1.0;
    }
}

mirror! {
    /// The protocol's state at the start; the defaults are those of the beginning of 2025.
    Chain of ChainParams, from ChainParams::default() => {
        /// Blocks that exist.
        start_height: u64, "blocks", "[M]", 0.0..=6900000.0;
        /// Difficulty.
        start_difficulty: f64, "", "[M]", 1.0..=1e20;
        /// Age of the current epoch.
        start_epoch_age_days: f64, "days", "[M]", 0.0..=60.0;
        /// Whether block times are random; if not, blocks come as expected.
        luck: bool, "", "";
    }
}

mirror! {
    /// Transaction fees.
    Fees of FeeParams, from FeeParams::default() => {
        /// Median fees per block.
        median_btc_per_block: f64, "BTC", "assumed, half of 2020-24 [D]", 0.0..=100.0;
        /// Standard deviation of their logarithm.
        spread_log: f64, "", "[D]", 0.0..=3.0;
        /// Time over which a deviation falls to 1/e.
        memory_days: f64, "days", "[D]", 0.1..=10000.0;
    }
}

mirror! {
    /// Mining rigs on the market.
    Rigs of AsicParams, from AsicParams::default() => {
        /// Best efficiency at the start of 2025.
        frontier_2025_j_per_th: f64, "J/TH", "[D]", 0.1..=1000.0;
        /// Yearly fall of the frontier before the table of models ends.
        frontier_fall_per_year: f64, "share per year", "[D]", 0.0..=0.9;
        /// Decimal year in which the table ends.
        frontier_change_year: f64, "year", "[D] the table's end", 2009.0..=2200.0;
        /// Yearly fall of the frontier after that.
        frontier_fall_per_year_later: f64, "share per year", "assumed", 0.0..=0.9;
        /// Age of the frontier that is delivered.
        delivery_age_years: f64, "years", "[S]", 0.0..=10.0;
        /// Price of a frontier rig at a hashprice of 50 $/PH/day.
        price_usd_per_th_at_50: f64, "$/TH", "[D]", 0.01..=10000.0;
        /// Elasticity of the rig price in hashprice.
        price_hashprice_elasticity: f64, "", "[D]", 0.0..=5.0;
        /// Elasticity of the rig price in inefficiency relative to the frontier, without its sign.
        price_efficiency_elasticity: f64, "", "[D]", 0.0..=5.0;
    }
}

mirror! {
    /// Own numbers of the mines on the simulated grid.
    FleetNumbers of FleetParams, from FleetParams::default() => {
        /// Power at the meter over power of the rigs.
        pue: f64, "", "[S]", 1.0..=3.0;
        /// Variable cost besides power, taken off the bid.
        adder_usd_per_mwh: f64, "$/MWh", "assumed", 0.0..=1000.0;
        /// Time from order to hashing.
        delivery_months: u32, "months", "[S]", 0.0..=60.0;
        /// Time without profit after which rigs leave.
        patience_months: u32, "months", "assumed", 0.0..=240.0;
        /// Greatest share of the site that is exchanged in a month.
        exchange_share_per_month: f64, "share per month", "assumed", 0.0..=1.0;
        /// Least value of a rig over its price at which it is bought.
        hurdle: f64, "", "assumed", 0.0..=100.0;
        /// Value of a used rig relative to a new one of the same efficiency.
        resale_share: f64, "share", "assumed", 0.0..=1.0;
    }
}

mirror! {
    /// How owners value rigs.
    Valuation of ValuationParams, from ValuationParams::default() => {
        /// Expected fall of hashprice.
        hashprice_fall_per_year: f64, "share per year", "assumed", 0.0..=0.99;
        /// Discount rate.
        discount_per_year: f64, "share per year", "assumed", 0.0..=2.0;
        /// Planned life of a rig.
        rig_life_years: u32, "years", "[S]", 1.0..=20.0;
    }
}

section! {
    /// Mines on the simulated grid.
    Fleet {}
    tables {
        /// How mines run and renew their rigs.
        numbers: FleetNumbers;
        /// How owners value rigs.
        valuation: Valuation;
    }
}

impl Fleet {
    /// The parameters of a fleet.
    pub fn params(&self) -> FleetParams {
        let mut params = FleetParams::default();
        self.numbers.set(&mut params);
        self.valuation.set(&mut params.valuation);
        params
    }
}

mirror! {
    /// Hashrate elsewhere, with its own prices of power and its own entry.
    RestOfWorld of RestOfWorldParams, from RestOfWorldParams::default() => {
        /// Median delivered price of power.
        power_median_usd_per_mwh: f64, "$/MWh", "[S]", 0.1..=1000.0;
        /// Standard deviation of the logarithm of the price of power.
        power_spread_log: f64, "", "assumed", 0.01..=3.0;
        /// Power at the meter over power of the rigs.
        pue: f64, "", "[S]", 1.0..=3.0;
        /// Other operating cost.
        other_usd_per_mwh: f64, "$/MWh", "[S]", 0.0..=1000.0;
        /// Cost of a rig and its place.
        capital_usd_per_w: f64, "$/W", "[S]", 0.0..=100.0;
        /// Interest.
        interest_per_year: f64, "share per year", "assumed", 0.0001..=2.0;
        /// Planned life of a rig.
        rig_life_years: f64, "years", "[S]", 0.1..=20.0;
        /// Monthly entry per unit of the logarithm of breakeven over all-in cost.
        entry_per_month: f64, "1/month", "[D]", 0.0..=10.0;
        /// Greatest monthly entry.
        entry_cap_per_month: f64, "share per month", "[D]", 0.0..=10.0;
        /// Shortest lag from order to hashing.
        lag_min_days: u32, "days", "[D]", 0.0..=3650.0;
        /// Longest lag.
        lag_max_days: u32, "days", "[D]", 1.0..=3650.0;
        /// Time over which entrants average hashprice.
        outlook_days: f64, "days", "assumed", 1.0..=3650.0;
        /// Share of idle rigs that is scrapped in a month.
        scrap_idle_per_month: f64, "share per month", "assumed", 0.0..=1.0;
        /// Share of running rigs that fails for good in a year.
        failure_per_year: f64, "share per year", "assumed", 0.0..=1.0;
    }
}

impl Bitcoin {
    /// The parameters of Bitcoin for a run that starts on `start`.
    pub fn params(&self, start: Date) -> BitcoinParams {
        let days_in_year = f64::from(start.days_in_year());
        let mut params = BitcoinParams {
            start_year: f64::from(start.year()) + f64::from(start.day_of_year() - 1) / days_in_year,
            start_network_ehs: self.start_network_ehs,
            trailing_days: self.trailing_days,
            ..BitcoinParams::default()
        };
        let price = &self.price;
        params.price.shape = price.shape.params();
        price.path.set(&mut params.price);
        price.calm.set(&mut params.price.calm);
        price.boom.set(&mut params.price.boom);
        price.bust.set(&mut params.price.bust);
        self.chain.set(&mut params.chain);
        self.fees.set(&mut params.fees);
        self.rigs.set(&mut params.asic);
        self.rest_of_world.set(&mut params.rest_of_world);
        params
    }
}
