//! Emissions of an interval and their tables.

use gridrush_core::grid::Fuel;
use gridrush_core::kernel::SimTime;
use gridrush_tables::{Cell, RowSink};
use gridrush_workload::CLASSES;

use super::{Interval, RunError, World};
use crate::emissions::{HourEnergy, Mix};
use crate::probe::{self, FuelMonth};
use crate::setup::Month;

/// Fuels that are renewable energy.
const RENEWABLE: [Fuel; 3] = [Fuel::Wind, Fuel::Solar, Fuel::Hydro];

/// Fuels that are available by weather.
const VARIABLE: [Fuel; 2] = [Fuel::Wind, Fuel::Solar];

/// Fuels that are bought.
const BOUGHT: [Fuel; 5] = [Fuel::Gas, Fuel::Coal, Fuel::Nuclear, Fuel::Oil, Fuel::Other];

/// What plants gave in an interval.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Given {
    /// By fuel; batteries are left out.
    pub fuel_mw: [f64; Fuel::ALL.len()],
    /// Available, by fuel.
    pub available_mw: [f64; Fuel::ALL.len()],
    /// By fuel.
    pub co2_t_per_h: [f64; Fuel::ALL.len()],
}

impl World {
    /// Books what the interval emitted and whose it is.
    pub(super) fn settle_emissions(&mut self, interval: &Interval, given: &Given, served_mw: f64) {
        let h = interval.hours;
        for &fuel in Fuel::ALL {
            let year = &mut self.emissions.year[fuel as usize];
            year.co2_t += given.co2_t_per_h[fuel as usize] * h;
            if VARIABLE.contains(&fuel) {
                let left_mw = given.available_mw[fuel as usize] - given.fuel_mw[fuel as usize];
                year.curtailed_mwh += left_mw.max(0.0) * h;
            }
        }
        let (mut charged_mwh, mut discharged_mwh) = (0.0, 0.0);
        let mut batteries = Vec::new();
        for store in self.clearing.stores.list.iter().filter(|store| store.fleet.power_mw > 0.0) {
            let (charge_mw, discharge_mw) = store.mw(&interval.solution);
            charged_mwh += charge_mw * h;
            discharged_mwh += discharge_mw * h;
            let marginal_t = self.emissions.marginal_at(&store.buses) * (charge_mw - discharge_mw) * h;
            batteries.push((store.zone, charge_mw * h, discharge_mw * h, marginal_t));
        }
        let renewable_mw: f64 = RENEWABLE.iter().map(|&fuel| given.fuel_mw[fuel as usize]).sum();
        let plants = Mix {
            mwh: given.fuel_mw.iter().sum::<f64>() * h,
            co2_t: given.co2_t_per_h.iter().sum::<f64>() * h,
            renewable_mwh: renewable_mw * h,
        };
        let hour = HourEnergy { plants, served_mwh: served_mw * h, charged_mwh, discharged_mwh };
        let mix = self.emissions.stored.mix(hour, self.clearing.terms().storage_round_trip);
        let of_load =
            |mwh: f64| Mix { mwh, co2_t: mix.co2_t_per_mwh * mwh, renewable_mwh: mix.renewable_share * mwh };
        for zone in 0..self.clearing.zones.len() {
            let native_mw = interval.native_mw[zone];
            let served_mw = native_mw - self.clearing.native_shed_mw(&interval.solution, zone);
            let home = self.emissions.marginal_at(&self.clearing.zones[zone].load);
            let marginal_t =
                self.over_native(interval, zone, home, &|buses| self.emissions.marginal_at(buses)) * h;
            self.emissions.of(zone, 0).add(of_load(served_mw * h), marginal_t);
        }
        for block in &interval.blocks {
            let site = &self.sites[block.site];
            let column = self.clearing.block_column(block.site, block.column).0 as usize;
            let mwh = interval.solution.column_mw[column].min(block.ceiling_mw) * h;
            let marginal_t = self.emissions.marginal_at(&[(site.bus, 1.0)]) * mwh;
            self.operate.books[block.site].month.co2_t += mix.co2_t_per_mwh * mwh;
            self.emissions.of(site.zone, usize::from(block.class)).add(of_load(mwh), marginal_t);
        }
        for (zone, charged_mwh, discharged_mwh, marginal_t) in batteries {
            let co2_t = mix.co2_t_per_mwh * charged_mwh - mix.discharged_co2_t_per_mwh * discharged_mwh;
            let net = Mix { mwh: charged_mwh - discharged_mwh, co2_t, renewable_mwh: 0.0 };
            self.emissions.of(zone, CLASSES.len()).add(net, marginal_t);
        }
    }

    /// The month's emissions by zone and class.
    pub(super) fn write_emissions(&mut self, month: Month, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let at = self.setup.unix_ms(month.begin);
        for zone in 0..self.clearing.zones.len() {
            for class in 0..=CLASSES.len() {
                let of = std::mem::take(self.emissions.of(zone, class));
                let Mix { mwh, co2_t, renewable_mwh } = of.average;
                let name = CLASSES.get(class).copied();
                if mwh == 0.0 && co2_t == 0.0 {
                    continue;
                }
                let each = |what: f64| if name.is_some() && mwh > 0.0 { what / mwh } else { f64::NAN };
                let row = [
                    Cell::Integer(at),
                    Cell::Text(&self.setup.pack.region.zones[zone].name),
                    Cell::Text(name.unwrap_or("storage")),
                    Cell::Float(mwh),
                    Cell::Float(co2_t),
                    Cell::Float(of.marginal_t),
                    Cell::Float(each(co2_t)),
                    Cell::Float(each(of.marginal_t)),
                    Cell::Float(each(renewable_mwh)),
                ];
                self.probes.table(&probe::emissions::MONTHLY).push(sink, &row)?;
            }
        }
        Ok(())
    }

    /// The year's emissions by fuel, from what was generated.
    pub(super) fn write_emissions_year(
        &mut self,
        begin: i64,
        year: i16,
        sink: &mut dyn RowSink,
    ) -> Result<(), RunError> {
        for &fuel in Fuel::ALL {
            let of = std::mem::take(&mut self.emissions.year[fuel as usize]);
            let generated_mwh = self.probes.generated_mwh[fuel as usize];
            if fuel == Fuel::Storage || (generated_mwh <= 0.0 && of.co2_t <= 0.0 && of.curtailed_mwh <= 0.0) {
                continue;
            }
            let by_weather = VARIABLE.contains(&fuel);
            let available_mwh = generated_mwh + of.curtailed_mwh;
            let row = [
                Cell::Integer(begin),
                Cell::Integer(i64::from(year)),
                Cell::Text(fuel.name()),
                Cell::Float(generated_mwh),
                Cell::Float(of.co2_t),
                Cell::Float(if by_weather { of.curtailed_mwh } else { f64::NAN }),
                Cell::Float(if by_weather { of.curtailed_mwh / available_mwh } else { f64::NAN }),
            ];
            self.probes.table(&probe::emissions::YEARLY).push(sink, &row)?;
        }
        Ok(())
    }

    /// Books what fuels cost in the interval.
    pub(super) fn book_fuel(&mut self, interval: &Interval) {
        let month = self.setup.month_at(SimTime::from_hours(interval.hour as u64));
        let book = &mut self.probes.fuel;
        book.hours += interval.hours;
        for fuel in BOUGHT {
            book.usd_h_per_mmbtu[fuel as usize] += self.prices.of(fuel) * interval.hours;
            book.factor_h[fuel as usize] += self.fuel_draws.factor(fuel, month) * interval.hours;
        }
    }

    /// What fuels cost in the month.
    pub(super) fn write_fuel(&mut self, month: Month, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let at = self.setup.unix_ms(month.begin);
        let FuelMonth { hours, usd_h_per_mmbtu, factor_h } = std::mem::take(&mut self.probes.fuel);
        for fuel in BOUGHT.into_iter().filter(|_| hours > 0.0) {
            let row = [
                Cell::Integer(at),
                Cell::Text(fuel.name()),
                Cell::Float(usd_h_per_mmbtu[fuel as usize] / hours),
                Cell::Float(factor_h[fuel as usize] / hours),
            ];
            self.probes.table(&probe::fuel::TABLE).push(sink, &row)?;
        }
        Ok(())
    }
}
