//! A battery that knows a forecast of the day and the past prices of its bus, and trades at prices it does not
//! know.

use gridrush_core::kernel::{Purpose, Streams, uniform_open};
use gridrush_core::market::{
    Conditions, HourAhead, LocalBasis, Outlook, ReserveCurve, Reservoir, StorageFleet, SupplyStack,
    WaterValue,
};
use gridrush_core::math;
use gridrush_core::names::Key;

/// Bounds on bids and offers.
const BOUNDS_USD_PER_MWH: (f64, f64) = (-250.0, 5000.0);

/// Correlation of forecast errors from hour to hour.
const CORRELATION: f64 = 0.9;

/// Hours of a look-ahead, and from one to the next.
const HOURS_AHEAD: usize = 24;
const HOURS_BETWEEN: usize = 12;

/// One hour as it will be, and how far off a forecast of it can be.
#[derive(Clone, Copy)]
#[allow(clippy::struct_field_names, reason = "units come last")]
pub struct Hour {
    pub load_mw: f64,
    pub wind_mw: f64,
    pub solar_mw: f64,
    /// What else runs for nothing.
    pub other_mw: f64,
    /// Standard deviations of long forecasts of load, wind and sun.
    pub errors_mw: [f64; 3],
}

impl Hour {
    pub fn net_load_mw(&self) -> f64 {
        self.load_mw - self.wind_mw - self.solar_mw - self.other_mw
    }

    fn conditions(&self, hour: usize) -> Conditions {
        let Hour { load_mw, wind_mw, solar_mw, .. } = *self;
        Conditions { hour_of_day: hour % 24, load_mw, wind_mw, solar_mw }
    }
}

/// The hours of a market.
pub struct Expected {
    pub hours: Vec<Hour>,
}

impl Expected {
    /// Errors of a day's forecasts of load, wind and sun, in standard deviations.
    fn errors(streams: &Streams, day: usize) -> [[f64; 3]; 24] {
        let mut rng = streams.open_at(Key::of("day ahead"), Purpose::of("forecast error"), day as u64);
        let mut draw = || [(); 3].map(|()| math::normal_quantile(uniform_open(&mut rng)));
        let mut errors = [draw(); 24];
        for hour in 1..24 {
            let (before, fresh) = (errors[hour - 1], draw());
            let left = (1.0 - CORRELATION * CORRELATION).sqrt();
            errors[hour] = [0, 1, 2].map(|part| CORRELATION * before[part] + left * fresh[part]);
        }
        errors
    }

    /// What is said in an hour of the next 24: the truth and errors that are drawn anew every day. Of today's
    /// error the last hour's is known, and what it leaves in the hours to come.
    fn ahead(&self, streams: &Streams, now: usize) -> Vec<(Hour, HourAhead)> {
        let days = [0, 1].map(|next| Expected::errors(streams, now / 24 + next));
        let last = (now % 24).checked_sub(1).map_or([0.0; 3], |last| days[0][last]);
        let end = (now + HOURS_AHEAD).min(self.hours.len());
        let said = |hour: usize| {
            let truth = self.hours[hour];
            let errors = days[hour / 24 - now / 24][hour % 24];
            let today = hour / 24 == now / 24 && !now.is_multiple_of(24);
            let left = if today { math::pow(CORRELATION, (hour + 1 - now) as f64) } else { 0.0 };
            let off = [0, 1, 2].map(|part| truth.errors_mw[part] * (errors[part] - left * last[part]));
            let said = Hour {
                load_mw: truth.load_mw + off[0],
                wind_mw: (truth.wind_mw + off[1]).max(0.0),
                solar_mw: (truth.solar_mw + off[2]).max(0.0),
                ..truth
            };
            let variance = truth.errors_mw.iter().map(|mw| mw * mw).sum::<f64>() * (1.0 - left * left);
            let net_load_mw = said.net_load_mw();
            (said, HourAhead { net_load_mw, error_mw: variance.sqrt(), basis_usd_per_mwh: 0.0 })
        };
        (now..end).map(said).collect()
    }
}

/// A battery, empty, and what it knows.
pub struct Trader<'a> {
    pub fleet: StorageFleet,
    stack: &'a SupplyStack,
    expected: &'a Expected,
    streams: Streams,
    value: WaterValue,
    basis: LocalBasis,
}

impl<'a> Trader<'a> {
    pub fn new(of: Reservoir, stack: &'a SupplyStack, expected: &'a Expected, seed: u64) -> Trader<'a> {
        let mut fleet = StorageFleet::new(of.round_trip);
        fleet.add(of.power_mw, of.energy_mwh);
        let (streams, value) = (Streams::new(seed, 0), WaterValue::default());
        Trader { fleet, stack, expected, streams, value, basis: LocalBasis::new(1) }
    }

    /// Sets bid and offer of an hour; twice a day after a look at the next 24 hours.
    pub fn quote(&mut self, hour: usize) {
        if hour.is_multiple_of(HOURS_BETWEEN) {
            let mut hours = Vec::new();
            for (n, (said, mut ahead)) in self.expected.ahead(&self.streams, hour).into_iter().enumerate() {
                let basis = std::slice::from_mut(&mut ahead.basis_usd_per_mwh);
                self.basis.expect(said.conditions(hour + n), basis);
                hours.push(ahead);
            }
            let reserve = ReserveCurve::default();
            let StorageFleet { power_mw, energy_mwh, round_trip, .. } = self.fleet;
            let of = Reservoir { power_mw, energy_mwh, round_trip };
            self.value = WaterValue::new(of, Outlook { stack: self.stack, reserve: &reserve, hours: &hours });
        }
        let (floor, cap) = BOUNDS_USD_PER_MWH;
        self.fleet.quote(&self.value, hour % HOURS_BETWEEN, floor, cap);
    }

    /// Books an hour, and learns the price that was paid at the bus.
    pub fn settle(&mut self, hour: usize, charge_mw: f64, discharge_mw: f64, price_usd_per_mwh: f64) {
        assert!(self.fleet.settle(charge_mw, discharge_mw, 1.0).abs() < 1e-6);
        let truth = self.expected.hours[hour];
        let net_load_mw = truth.net_load_mw() + charge_mw - discharge_mw;
        let basis = self.stack.basis_usd_per_mwh(net_load_mw, price_usd_per_mwh);
        self.basis.learn(truth.conditions(hour), std::iter::once(basis));
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
            self.settle(hour, charge, discharge, price);
            usd += price * (discharge - charge);
            charged_mwh += charge;
            discharged_mwh += discharge;
        }
        let off = self.fleet.round_trip * charged_mwh - discharged_mwh - self.fleet.stored_mwh;
        assert!(off.abs() < 1e-6 * (1.0 + charged_mwh), "{off} MWh from nowhere");
        usd
    }
}
