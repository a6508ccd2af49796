//! What surrounds the model of a region: its capacity market, retail prices, public figures to compare the
//! pack with, and where its weather comes from. A pack may leave each of these sections out.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::settings::{Written, one_of, settings};
use crate::grid::Fuel;

/// How a region sees to it that there is enough capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CapacityMarketKind {
    /// Nobody pays for capacity; scarce energy is dear.
    EnergyOnly,
    /// A forward auction.
    Auction,
    /// Suppliers must hold or contract capacity.
    Bilateral,
}

impl Written for CapacityMarketKind {
    fn kind() -> String {
        use CapacityMarketKind::{Auction, Bilateral, EnergyOnly};
        one_of(&[EnergyOnly, Auction, Bilateral].map(CapacityMarketKind::name))
    }
}

impl CapacityMarketKind {
    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            CapacityMarketKind::EnergyOnly => "energy_only",
            CapacityMarketKind::Auction => "auction",
            CapacityMarketKind::Bilateral => "bilateral",
        }
    }
}

settings! {
    "[capacity_market]",
    /// How the region sees to it that there is enough capacity.
    pub struct CapacityMarket {
        /// Its kind.
        pub kind: CapacityMarketKind,
        /// What a megawatt of accredited capacity was paid per day near the base year.
        pub price_usd_per_mw_day: Option<f64>,
        /// Where the numbers come from.
        pub source: String,
    }
}

settings! {
    "[retail]",
    /// Yearly mean prices to customers.
    pub struct Retail {
        /// Homes.
        pub residential_usd_per_mwh: f64,
        /// Shops and offices.
        pub commercial_usd_per_mwh: f64,
        /// Industry.
        pub industrial_usd_per_mwh: f64,
        /// What energy and capacity cost in these prices, if known.
        pub wholesale_usd_per_mwh: Option<f64>,
        /// Where the numbers come from.
        pub source: String,
    }
}

settings! {
    "[public]",
    /// What is published of the region; `gridrush regions NAME` compares the pack with it.
    pub struct PublicFigures {
        /// The year of the figures (its end, for capacity).
        pub year: i16,
        /// Metered demand of the year.
        pub energy_twh: f64,
        /// Greatest hourly demand of the year.
        pub peak_mw: f64,
        /// Installed capacity by fuel; fuels that are not named are not compared.
        pub capacity_mw: BTreeMap<Fuel, f64>,
        /// Where the numbers come from.
        pub source: String,
    }
}

/// Where a kind of series in `weather.toml` comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeriesOrigin {
    /// Fitted to history of the region.
    Fitted,
    /// No series of the region was at hand.
    Assumption,
}

impl Written for SeriesOrigin {
    fn kind() -> String {
        one_of(&[SeriesOrigin::Fitted, SeriesOrigin::Assumption].map(SeriesOrigin::name))
    }
}

impl SeriesOrigin {
    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            SeriesOrigin::Fitted => "fitted",
            SeriesOrigin::Assumption => "assumption",
        }
    }
}

settings! {
    "[weather]",
    /// Where the series of `weather.toml` come from.
    pub struct WeatherOrigin {
        /// Native load.
        pub load: SeriesOrigin,
        /// Wind.
        pub wind: SeriesOrigin,
        /// Sun.
        pub solar: SeriesOrigin,
        /// Temperature.
        pub temperature: SeriesOrigin,
        /// What the words above mean here.
        pub source: String,
    }
}

/// The optional sections.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    /// Section `[capacity_market]`.
    pub capacity_market: Option<CapacityMarket>,
    /// Section `[retail]`.
    pub retail: Option<Retail>,
    /// Section `[public]`.
    pub public: Option<PublicFigures>,
    /// Section `[weather]`.
    pub weather: Option<WeatherOrigin>,
}

impl Context {
    /// Calls `fault` with the key and the reason of every number that cannot be right.
    pub(super) fn check(&self, mut fault: impl FnMut(&str, bool, &str)) {
        let not_negative = |x: f64| x.is_finite() && x >= 0.0;
        let positive = |x: f64| x.is_finite() && x > 0.0;
        if let Some(market) = &self.capacity_market {
            let wrong = market.price_usd_per_mw_day.is_some_and(|price| !not_negative(price));
            fault("capacity_market.price_usd_per_mw_day", wrong, "must be zero or more");
            let unpaid =
                market.kind == CapacityMarketKind::EnergyOnly && market.price_usd_per_mw_day.is_some();
            fault("capacity_market.price_usd_per_mw_day", unpaid, "an energy-only market pays none");
        }
        if let Some(retail) = &self.retail {
            let prices = [
                retail.residential_usd_per_mwh,
                retail.commercial_usd_per_mwh,
                retail.industrial_usd_per_mwh,
                retail.wholesale_usd_per_mwh.unwrap_or(0.0),
            ];
            fault("retail", !prices.into_iter().all(not_negative), "prices must be zero or more");
        }
        if let Some(public) = &self.public {
            fault("public.energy_twh", !positive(public.energy_twh), "must be a positive number");
            fault("public.peak_mw", !positive(public.peak_mw), "must be a positive number");
            let capacities = public.capacity_mw.values().all(|&mw| not_negative(mw));
            fault("public.capacity_mw", !capacities, "capacities must be zero or more");
        }
    }
}
