//! Batteries that buy below one price and sell above another.
//!
//! [`WaterValue`] says for a forecast what energy in store is worth in each coming hour, [`LocalBasis`] what
//! the price at a place will be above or below the merit order; a fleet bids what a
//! stored megawatt-hour is worth less the round trip and asks what giving it up costs. Both prices are one
//! unit's, the bid below the offer, so in no hour does it charge and discharge at once, whatever the price.
//! Energy enters a store by charging only and leaves it by discharging only.

mod local_basis;
mod water_value;

use serde::{Deserialize, Serialize};

pub use local_basis::{Conditions, LocalBasis};
pub use water_value::{HourAhead, Outlook, Reservoir, WaterValue};

/// Hours for which reserve must last.
const RESERVE_HOURS: f64 = 1.0;

/// What a fleet pays to charge and asks to discharge; the bid lies below the offer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Highest price at which it charges.
    pub bid_usd_per_mwh: f64,
    /// Lowest price at which it discharges.
    pub offer_usd_per_mwh: f64,
}

impl Thresholds {
    /// Bid and offer differ at least by this.
    pub const LEAST_SPREAD_USD_PER_MWH: f64 = 0.01;

    /// A bid and an offer within bounds, the offer raised where it would not lie above the bid.
    pub fn within(bid: f64, offer: f64, floor_usd_per_mwh: f64, cap_usd_per_mwh: f64) -> Thresholds {
        let spread = Thresholds::LEAST_SPREAD_USD_PER_MWH;
        let bid = bid.min(cap_usd_per_mwh - spread).max(floor_usd_per_mwh);
        let offer = offer.min(cap_usd_per_mwh).max(bid + spread);
        Thresholds { bid_usd_per_mwh: bid, offer_usd_per_mwh: offer }
    }
}

/// Batteries at one place that act as one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StorageFleet {
    /// Power in either direction, at the grid.
    pub power_mw: f64,
    /// Energy that fits, measured at the grid when discharging.
    pub energy_mwh: f64,
    /// Energy in store, measured at the grid when discharging.
    pub stored_mwh: f64,
    /// Energy out over energy in.
    pub round_trip: f64,
    /// This hour's prices.
    pub thresholds: Thresholds,
}

impl StorageFleet {
    /// A fleet of nothing, which neither buys nor sells before its first quote.
    pub fn new(round_trip: f64) -> StorageFleet {
        let thresholds = Thresholds { bid_usd_per_mwh: f64::MIN, offer_usd_per_mwh: f64::MAX };
        StorageFleet { power_mw: 0.0, energy_mwh: 0.0, stored_mwh: 0.0, round_trip, thresholds }
    }

    /// Adds batteries, empty.
    pub fn add(&mut self, power_mw: f64, energy_mwh: f64) {
        self.power_mw += power_mw;
        self.energy_mwh += energy_mwh;
    }

    /// Most that can be discharged over `hours`.
    pub fn discharge_limit_mw(&self, hours: f64) -> f64 {
        self.power_mw.min(self.stored_mwh / hours).max(0.0)
    }

    /// Most that can be charged over `hours`.
    pub fn charge_limit_mw(&self, hours: f64) -> f64 {
        self.power_mw.min((self.energy_mwh - self.stored_mwh) / (self.round_trip * hours)).max(0.0)
    }

    /// Most that counts as operating reserve, discharging included: what the store sustains for an hour.
    pub fn reserve_limit_mw(&self) -> f64 {
        self.discharge_limit_mw(RESERVE_HOURS)
    }

    /// Books an interval's energy. Returns what had to be rounded off to stay between empty and full, in
    /// MWh: nothing but rounding as long as the limits were kept.
    pub fn settle(&mut self, charge_mw: f64, discharge_mw: f64, hours: f64) -> f64 {
        let stored = self.stored_mwh + (charge_mw * self.round_trip - discharge_mw) * hours;
        self.stored_mwh = stored.clamp(0.0, self.energy_mwh);
        self.stored_mwh - stored
    }

    /// Sets bid and offer of an hour of the forecast from the worth of the store, within floor and cap.
    /// Without a forecast they stay.
    pub fn quote(&mut self, value: &WaterValue, hour: usize, floor_usd_per_mwh: f64, cap_usd_per_mwh: f64) {
        if self.energy_mwh <= 0.0 {
            return;
        }
        let share = |mw: f64| mw / self.energy_mwh;
        let filled = share(self.stored_mwh);
        let (up, down) = (self.round_trip * self.charge_limit_mw(1.0), self.discharge_limit_mw(1.0));
        if let Some((bid, offer)) = value.bid_and_offer(hour, filled, share(up), share(down)) {
            self.thresholds = Thresholds::within(bid, offer, floor_usd_per_mwh, cap_usd_per_mwh);
        }
    }
}
