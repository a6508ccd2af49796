//! A battery that knows a forecast of net load for the day, and trades at prices it does not know.

use gridrush_core::kernel::{Purpose, Streams, uniform_open};
use gridrush_core::market::{
    HourAhead, Outlook, ReserveCurve, Reservoir, StorageFleet, SupplyStack, WaterValue,
};
use gridrush_core::math;
use gridrush_core::names::Key;

/// Bounds on bids and offers.
const BOUNDS_USD_PER_MWH: (f64, f64) = (-250.0, 5000.0);

/// Correlation of forecast errors from hour to hour.
const CORRELATION: f64 = 0.9;

/// Net load of every hour, and the standard deviation of its forecast.
pub struct Expected {
    pub net_load_mw: Vec<f64>,
    pub error_mw: Vec<f64>,
}

impl Expected {
    /// What is said of a day before it begins: the truth and an error that is drawn anew every day.
    pub fn day(&self, streams: &Streams, day: usize) -> Vec<HourAhead> {
        let mut rng = streams.open_at(Key::of("net load"), Purpose::of("forecast error"), day as u64);
        let mut z = math::normal_quantile(uniform_open(&mut rng));
        let hours = 24 * day..(24 * (day + 1)).min(self.net_load_mw.len());
        hours
            .map(|hour| {
                let error_mw = self.error_mw[hour];
                let said = HourAhead { net_load_mw: self.net_load_mw[hour] + z * error_mw, error_mw };
                let fresh = math::normal_quantile(uniform_open(&mut rng));
                z = CORRELATION * z + (1.0 - CORRELATION * CORRELATION).sqrt() * fresh;
                said
            })
            .collect()
    }
}

/// A battery, empty, and what it knows.
pub struct Trader<'a> {
    pub fleet: StorageFleet,
    pub stack: &'a SupplyStack,
    pub expected: &'a Expected,
    pub streams: Streams,
    value: WaterValue,
}

impl<'a> Trader<'a> {
    pub fn new(of: Reservoir, stack: &'a SupplyStack, expected: &'a Expected, seed: u64) -> Trader<'a> {
        let mut fleet = StorageFleet::new(of.round_trip);
        fleet.add(of.power_mw, of.energy_mwh);
        Trader { fleet, stack, expected, streams: Streams::new(seed, 0), value: WaterValue::default() }
    }

    /// Sets bid and offer of an hour; at midnight after a look at the day ahead.
    pub fn quote(&mut self, hour: usize) {
        if hour.is_multiple_of(24) {
            let hours = self.expected.day(&self.streams, hour / 24);
            let reserve = ReserveCurve::default();
            let fleet = &self.fleet;
            let of = Reservoir {
                power_mw: fleet.power_mw,
                energy_mwh: fleet.energy_mwh,
                round_trip: fleet.round_trip,
            };
            self.value = WaterValue::new(of, Outlook { stack: self.stack, reserve: &reserve, hours: &hours });
        }
        self.fleet.quote(&self.value, hour % 24, BOUNDS_USD_PER_MWH.0, BOUNDS_USD_PER_MWH.1);
    }

    /// What it earns over hours whose prices it does not move. Checks that no energy comes from nowhere.
    pub fn takes(mut self, prices_usd_per_mwh: &[f64]) -> f64 {
        let (mut usd, mut charged_mwh, mut discharged_mwh) = (0.0, 0.0, 0.0);
        for (hour, &price) in prices_usd_per_mwh.iter().enumerate() {
            self.quote(hour);
            let prices = self.fleet.thresholds;
            assert!(prices.bid_usd_per_mwh < prices.offer_usd_per_mwh, "{prices:?}");
            let charge = if price < prices.bid_usd_per_mwh { self.fleet.charge_limit_mw(1.0) } else { 0.0 };
            let discharge =
                if price > prices.offer_usd_per_mwh { self.fleet.discharge_limit_mw(1.0) } else { 0.0 };
            assert!(self.fleet.settle(charge, discharge, 1.0).abs() < 1e-9);
            usd += price * (discharge - charge);
            charged_mwh += charge;
            discharged_mwh += discharge;
        }
        let off = self.fleet.round_trip * charged_mwh - discharged_mwh - self.fleet.stored_mwh;
        assert!(off.abs() < 1e-6 * (1.0 + charged_mwh), "{off} MWh from nowhere");
        usd
    }
}
