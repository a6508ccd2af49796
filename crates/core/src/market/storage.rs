//! Batteries of a zone as one fleet that buys below one price and sells above another.
//!
//! Once a day the fleet looks at the prices of the last 24 hours as its forecast for the next: it would
//! buy in the cheapest hours that fill it and sell in the dearest hours that empty it. Those two prices
//! are its bid and its offer for the day, kept apart by the round trip, so it never trades with itself
//! and never needs foresight.

use serde::{Deserialize, Serialize};

/// What a fleet pays to charge and asks to discharge.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Highest price at which it charges.
    pub bid_usd_per_mwh: f64,
    /// Lowest price at which it discharges.
    pub offer_usd_per_mwh: f64,
}

/// The batteries of one zone.
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
    /// Today's prices.
    pub thresholds: Thresholds,
}

impl StorageFleet {
    /// An empty fleet of nothing.
    pub fn new(round_trip: f64) -> StorageFleet {
        let thresholds = Thresholds { bid_usd_per_mwh: f64::MIN, offer_usd_per_mwh: f64::MAX };
        StorageFleet { power_mw: 0.0, energy_mwh: 0.0, stored_mwh: 0.0, round_trip, thresholds }
    }

    /// Adds batteries, half full.
    pub fn add(&mut self, power_mw: f64, energy_mwh: f64) {
        self.power_mw += power_mw;
        self.energy_mwh += energy_mwh;
        self.stored_mwh += 0.5 * energy_mwh;
    }

    /// Most that can be discharged over `hours`.
    pub fn discharge_limit_mw(&self, hours: f64) -> f64 {
        self.power_mw.min(self.stored_mwh / hours).max(0.0)
    }

    /// Most that can be charged over `hours`.
    pub fn charge_limit_mw(&self, hours: f64) -> f64 {
        self.power_mw.min((self.energy_mwh - self.stored_mwh) / (self.round_trip * hours)).max(0.0)
    }

    /// Books an interval's energy.
    pub fn settle(&mut self, charge_mw: f64, discharge_mw: f64, hours: f64) {
        let stored = self.stored_mwh + (charge_mw * self.round_trip - discharge_mw) * hours;
        self.stored_mwh = stored.clamp(0.0, self.energy_mwh);
    }

    /// Sets the thresholds from the last day's hourly prices; `scratch` is sorted in place.
    /// `floor_usd_per_mwh` and `cap_usd_per_mwh` bound what it may bid and ask.
    pub fn review(&mut self, scratch: &mut [f64], floor_usd_per_mwh: f64, cap_usd_per_mwh: f64) {
        if scratch.is_empty() || self.power_mw <= 0.0 {
            return;
        }
        scratch.sort_unstable_by(f64::total_cmp);
        let n = scratch.len();
        let hours = self.energy_mwh / self.power_mw;
        let cheap = ((hours / self.round_trip).ceil() as usize).clamp(1, n) - 1;
        let dear = n - (hours.ceil() as usize).clamp(1, n);
        let (low, high) = (scratch[cheap], scratch[dear]);
        // A megawatt-hour bought at `low` must be sold above `low / round_trip`; the middle of the
        // profitable band splits a day on which prices hardly move.
        let middle = 0.5 * (low + high).max(0.0);
        let bid = low.min(middle * self.round_trip.sqrt());
        let offer = high.max(middle / self.round_trip.sqrt()).max(bid / self.round_trip + 1.0).max(bid + 1.0);
        self.thresholds = Thresholds {
            bid_usd_per_mwh: bid.clamp(floor_usd_per_mwh, cap_usd_per_mwh - 1.0),
            offer_usd_per_mwh: offer.clamp(floor_usd_per_mwh + 1.0, cap_usd_per_mwh),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fleet() -> StorageFleet {
        let mut fleet = StorageFleet::new(0.85);
        fleet.add(100.0, 200.0);
        fleet
    }

    #[test]
    fn buys_the_cheap_hours_and_sells_the_dear_ones() {
        let mut fleet = fleet();
        let mut day: Vec<f64> = (1..=24).map(|h| f64::from(h) * 10.0).collect();
        fleet.review(&mut day, -250.0, 5000.0);
        // Two hours of discharge: 230 and 240 $; 2 / 0.85 -> three hours of charge: up to 30 $.
        assert_eq!(fleet.thresholds, Thresholds { bid_usd_per_mwh: 30.0, offer_usd_per_mwh: 230.0 });
    }

    #[test]
    fn a_flat_day_never_trades_at_a_loss() {
        let mut fleet = fleet();
        fleet.review(&mut [40.0; 24], -250.0, 5000.0);
        let Thresholds { bid_usd_per_mwh: bid, offer_usd_per_mwh: offer } = fleet.thresholds;
        assert!(offer * fleet.round_trip >= bid, "{bid} {offer}");
    }

    #[test]
    fn energy_closes() {
        let mut fleet = fleet();
        let before = fleet.stored_mwh;
        let charged = fleet.charge_limit_mw(1.0);
        fleet.settle(charged, 0.0, 1.0);
        assert!((fleet.stored_mwh - before - 0.85 * charged).abs() < 1e-9);
        let out = fleet.discharge_limit_mw(1.0);
        fleet.settle(0.0, out, 1.0);
        assert!(fleet.stored_mwh >= 0.0 && fleet.stored_mwh <= fleet.energy_mwh);
    }
}
