//! Batteries: the look at the day ahead, the hour's settlement, the month's table.

use gridrush_core::grid::Fuel;
use gridrush_core::market::{HourAhead, Outlook};
use gridrush_tables::{Cell, RowSink};

use super::settle::BALANCE;
use super::{Interval, RunError, World};
use crate::probe;
use crate::setup::Month;

/// Hours of a look-ahead.
const HOURS_AHEAD: usize = 24;

/// What all batteries did in an interval.
#[derive(Default)]
pub(super) struct StoresHour {
    /// Discharged less charged.
    pub net_mw: f64,
    /// What that was worth.
    pub energy_usd: f64,
    /// Reserve held.
    pub standby_mw: f64,
}

impl World {
    /// Sets bids and offers of an hour; once a day, at a fixed local hour, after a look ahead.
    pub(super) fn quote_stores(&mut self, hour: usize, weather: &[f32]) {
        let look_ahead_hour = self.setup.scenario.dispatch.storage.look_ahead_hour;
        let due = u32::from(self.setup.stamps[hour].hour_prevailing) == look_ahead_hour;
        if due || self.clearing.stores.first_hour().is_none() {
            let stack = self.clearing.supply_stack(&self.prices, weather);
            let hours = self.net_load_ahead(hour);
            let reserve = self.clearing.terms().reserve.clone();
            let outlook = Outlook { stack: &stack, reserve: &reserve, hours: &hours };
            self.clearing.stores.look_ahead(hour, outlook);
        }
        let terms = self.clearing.terms();
        let (floor, cap) = (terms.offer_floor_usd_per_mwh, terms.offer_cap_usd_per_mwh);
        self.clearing.stores.quote(hour, floor, cap);
    }

    /// What the forecast says of the hours from `first` on: native load less wind and sun, plus what sites
    /// last asked for, and how far off it may be by then.
    fn net_load_ahead(&self, first: usize) -> Vec<HourAhead> {
        let terms = &self.setup.scenario.forecast;
        let forecast = self.setup.forecast(&self.weather, &self.streams, first, first, HOURS_AHEAD);
        let sites_mw: f64 = self.clearing.load_blocks().map(|block| block.0).sum();
        let units = &self.clearing.units;
        let net_load_mw = forecast.net_load_mw(units, 0..self.clearing.zones.len());
        let wind_mw: f64 = units.iter().filter(|u| u.fuel == Fuel::Wind).map(|u| u.capacity_mw).sum();
        let solar = units.iter().filter(|u| u.fuel == Fuel::Solar);
        let kept = terms.hourly_correlation * terms.hourly_correlation;
        let mut known = 1.0;
        net_load_mw
            .into_iter()
            .enumerate()
            .map(|(n, net_load_mw)| {
                let weather = forecast.weather(n);
                let solar_mw: f64 = solar.clone().map(|u| u.capacity_mw * u.availability_now(weather)).sum();
                let parts = [
                    terms.load_error_percent * forecast.native_mw(n).iter().sum::<f64>(),
                    terms.wind_error_percent * wind_mw,
                    terms.solar_error_percent * solar_mw,
                ];
                let variance = parts.iter().map(|part| part * part / 1e4).sum::<f64>() * (1.0 - known);
                known *= kept;
                HourAhead { net_load_mw: net_load_mw + sites_mw, error_mw: variance.sqrt() }
            })
            .collect()
    }

    /// Energy, money and reserve of all batteries in an interval. No energy comes from nowhere: a store that
    /// does not hold what went in less what came out ends the run.
    pub(super) fn settle_stores(
        &mut self,
        interval: &Interval,
        reserve_price: f64,
    ) -> Result<StoresHour, RunError> {
        let mut all = StoresHour::default();
        let mut zone_usd = vec![0.0; self.clearing.zones.len()];
        for position in 0..self.clearing.stores.list.len() {
            let store = &self.clearing.stores.list[position];
            if store.fleet.power_mw <= 0.0 {
                continue;
            }
            let zone = store.zone;
            let (charge_mw, discharge_mw) = store.mw(&interval.solution);
            let price = self.clearing.price_at(&interval.solution, &store.buses);
            let standby_mw = (store.standby_limit_mw(&self.clearing.problem.bounds) - discharge_mw).max(0.0);
            let (energy_usd, reserve_usd) = (
                (discharge_mw - charge_mw) * price * interval.hours,
                reserve_price * standby_mw * interval.hours,
            );
            let off =
                self.clearing.stores.list[position].fleet.settle(charge_mw, discharge_mw, interval.hours);
            if off.abs() > BALANCE * (1.0 + charge_mw + discharge_mw) {
                let what = "stored = stored before + charged x round trip - discharged";
                return Err(RunError::Invariant { what, hour: interval.hour, off });
            }
            all.net_mw += discharge_mw - charge_mw;
            all.energy_usd += energy_usd;
            all.standby_mw += standby_mw;
            zone_usd[zone] += energy_usd + reserve_usd;
            let month = &mut self.clearing.stores.month[zone];
            month.charged_mwh += charge_mw * interval.hours;
            month.discharged_mwh += discharge_mw * interval.hours;
            month.energy_usd += energy_usd;
            month.reserve_usd += reserve_usd;
            self.probes.generated_mwh[Fuel::Storage as usize] += discharge_mw * interval.hours;
        }
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
