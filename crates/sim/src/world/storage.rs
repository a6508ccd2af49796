//! Batteries: the look at the day ahead, the hour's settlement and what it teaches, the month's table.

use gridrush_core::grid::Fuel;
use gridrush_core::market::{Conditions, HourAhead};
use gridrush_tables::{Cell, RowSink};

use super::settle::BALANCE;
use super::{Interval, RunError, World};
use crate::probe;
use crate::setup::Month;

/// Hours of a look-ahead.
const HOURS_AHEAD: usize = 24;

/// What all batteries did in an interval.
pub(super) struct StoresHour {
    /// Discharged less charged, by region.
    pub net_mw: Vec<f64>,
    /// What that was worth.
    pub energy_usd: f64,
    /// Reserve held, by region.
    pub standby_mw: Vec<f64>,
}

impl World {
    /// Sets bids and offers of an hour; at fixed local hours after a look ahead. Each region looks at itself.
    pub(super) fn quote_stores(&mut self, hour: usize, weather: &[f32]) {
        for area in 0..self.clearing.area_count() {
            let terms = &self.setup.scenario.dispatch.storage;
            let clock = self.setup.areas[area].stamps[hour].hour_prevailing;
            let since = u32::from(clock) + 24 - terms.look_ahead_hour;
            let due = (since % 24).is_multiple_of(terms.look_ahead_every_h);
            if due || !self.clearing.stores.has_looked_ahead(area) {
                let stack = self.clearing.supply_stack(area, &self.prices, weather);
                let hours = self.hours_ahead(area, hour);
                let reserve = self.clearing.terms().areas[area].reserve.clone();
                self.clearing.stores.look_ahead(area, hour, stack, &reserve, &hours);
            }
            let rules = &self.clearing.terms().areas[area];
            let (floor, cap) = (rules.offer_floor_usd_per_mwh, rules.offer_cap_usd_per_mwh);
            self.clearing.stores.quote(area, hour, floor, cap);
        }
    }

    /// What load, wind and sun of a region make of an hour: all of them, and the net load.
    fn conditions(&self, area: usize, hour: usize, native_mw: &[f64], weather: &[f32]) -> (Conditions, f64) {
        let zones = self.setup.areas[area].zones.clone();
        let sites_mw: f64 = self.clearing.load_blocks(area).map(|block| block.0).sum();
        let load_mw = native_mw[zones.clone()].iter().sum::<f64>() + sites_mw;
        let [wind_mw, solar_mw] = self.clearing.wind_and_solar_mw(area, weather);
        let hour_of_day = self.setup.areas[area].stamps[hour].hour_prevailing.into();
        (Conditions { hour_of_day, load_mw, wind_mw, solar_mw }, load_mw - wind_mw - solar_mw)
    }

    /// What the forecast says of a region's hours from `first` on: native load less wind and sun, plus what sites
    /// last asked for, and how far off it may be by then.
    fn hours_ahead(&self, area: usize, first: usize) -> Vec<(Conditions, HourAhead)> {
        let terms = &self.setup.scenario.forecast;
        let zones = self.setup.areas[area].zones.clone();
        let forecast = self.setup.forecast(&self.weather, &self.streams, first, first, HOURS_AHEAD);
        let wind_mw = self.clearing.wind_capacity_mw(area);
        let kept = terms.hourly_correlation * terms.hourly_correlation;
        let mut known = 1.0;
        (0..forecast.hours())
            .map(|n| {
                let native_mw = forecast.native_mw(n);
                let (conditions, net_load_mw) =
                    self.conditions(area, first + n, native_mw, forecast.weather(n));
                let parts = [
                    terms.load_error_percent * native_mw[zones.clone()].iter().sum::<f64>(),
                    terms.wind_error_percent * wind_mw,
                    terms.solar_error_percent * conditions.solar_mw,
                ];
                let variance = parts.iter().map(|part| part * part / 1e4).sum::<f64>() * (1.0 - known);
                known *= kept;
                (conditions, HourAhead { net_load_mw, error_mw: variance.sqrt(), basis_usd_per_mwh: 0.0 })
            })
            .collect()
    }

    /// Remembers what energy cost at every place, without what the price holds for reserve.
    fn learn_prices(&mut self, interval: &Interval, reserve_prices: &[f64], discharged_mw: &[f64]) {
        let mut cost = vec![0.0; self.clearing.stores.list.len()];
        for (store, cost) in self.clearing.stores.list.iter().zip(&mut cost) {
            let area = self.clearing.area_of_zone(store.zone);
            *cost = self.clearing.price_at(&interval.solution, &store.buses) - reserve_prices[area];
        }
        for (area, discharged_mw) in discharged_mw.iter().enumerate() {
            let (seen, net_load_mw) =
                self.conditions(area, interval.hour, &interval.native_mw, &interval.weather);
            self.clearing.stores.learn(area, seen, net_load_mw - discharged_mw, &cost);
        }
    }

    /// Energy, money and reserve of all batteries in an interval. No energy comes from nowhere: a store that
    /// does not hold what went in less what came out ends the run.
    pub(super) fn settle_stores(
        &mut self,
        interval: &Interval,
        reserve_prices: &[f64],
    ) -> Result<StoresHour, RunError> {
        let areas = reserve_prices.len();
        let mut all = StoresHour { net_mw: vec![0.0; areas], energy_usd: 0.0, standby_mw: vec![0.0; areas] };
        let mut zone_usd = vec![0.0; self.clearing.zones.len()];
        for position in 0..self.clearing.stores.list.len() {
            let store = &self.clearing.stores.list[position];
            if store.fleet.power_mw <= 0.0 {
                continue;
            }
            let zone = store.zone;
            let area = self.clearing.area_of_zone(zone);
            let (charge_mw, discharge_mw) = store.mw(&interval.solution);
            let price = self.clearing.price_at(&interval.solution, &store.buses);
            let standby_mw = (store.standby_limit_mw(&self.clearing.problem.bounds) - discharge_mw).max(0.0);
            let (energy_usd, reserve_usd) = (
                (discharge_mw - charge_mw) * price * interval.hours,
                reserve_prices[area] * standby_mw * interval.hours,
            );
            let off =
                self.clearing.stores.list[position].fleet.settle(charge_mw, discharge_mw, interval.hours);
            if off.abs() > BALANCE * (1.0 + charge_mw + discharge_mw) {
                let what = "stored = stored before + charged x round trip - discharged";
                return Err(RunError::Invariant { what, hour: interval.hour, off });
            }
            all.net_mw[area] += discharge_mw - charge_mw;
            all.energy_usd += energy_usd;
            all.standby_mw[area] += standby_mw;
            zone_usd[zone] += energy_usd + reserve_usd;
            let month = &mut self.clearing.stores.month[zone];
            month.charged_mwh += charge_mw * interval.hours;
            month.discharged_mwh += discharge_mw * interval.hours;
            month.energy_usd += energy_usd;
            month.reserve_usd += reserve_usd;
            self.probes.generated_mwh[Fuel::Storage as usize] += discharge_mw * interval.hours;
        }
        self.learn_prices(interval, reserve_prices, &all.net_mw);
        for (zone, usd) in zone_usd.into_iter().enumerate() {
            let power_mw = self.clearing.stores.zone_power_mw(zone);
            if power_mw > 0.0 {
                self.supply.book_storage(zone, usd / power_mw);
            }
        }
        Ok(all)
    }

    /// What batteries did in the month, by zone.
    pub(super) fn write_stores(&mut self, month: Month, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let at = self.setup.unix_ms(month.begin);
        for zone in 0..self.clearing.zones.len() {
            let did = std::mem::take(&mut self.clearing.stores.month[zone]);
            let power_mw = self.clearing.stores.zone_power_mw(zone);
            if power_mw <= 0.0 {
                continue;
            }
            let (energy_mwh, stored_mwh) = self.clearing.stores.zone_energy_mwh(zone);
            let row = [
                Cell::Integer(at),
                Cell::Text(&self.setup.pack.region.zones[zone].name),
                Cell::Float(power_mw),
                Cell::Float(energy_mwh),
                Cell::Float(did.charged_mwh),
                Cell::Float(did.discharged_mwh),
                Cell::Float(stored_mwh),
                Cell::Float(did.discharged_mwh / energy_mwh),
                Cell::Float(did.energy_usd),
                Cell::Float(did.reserve_usd),
            ];
            self.probes.table(&probe::storage::TABLE).push(sink, &row)?;
        }
        Ok(())
    }
}
