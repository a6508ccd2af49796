//! Auctions of capacity and what a month of it costs. The rule is `core::market::capacity`.
//!
//! At the end of a year capacity is sold for the delivery year some years on: all plants that will stand by then offer
//! what staying open costs beyond what they earn with energy, and demand follows a forecast of the peak:
//!
//! ```text
//!   forecast = native peak x growth + firm contracts x share + controllable load as it was at the peak
//! ```
//!
//! Until the first delivery year of the run, all accredited capacity is paid the region's price.

use std::collections::BTreeMap;
use std::sync::Arc;

use gridrush_core::grid::{Fuel, Technology};
use gridrush_core::interconnection::{Service, Stage};
use gridrush_core::kernel::SimSpan;
use gridrush_core::ledger::Cents;
use gridrush_core::market::{CapacityOffer, clear_capacity};
use gridrush_tables::{Cell, RowSink};

use super::{RunError, World};
use crate::clearing::Clearing;
use crate::probe;
use crate::scenario::CapacityMarket;
use crate::setup::Month;

/// Days of an auction's year.
const DAYS: f64 = 365.0;

/// What an auction sold.
#[derive(Clone, Copy, Debug, Default)]
struct Sold {
    price_usd_per_mw_day: f64,
    by_fuel_mw: [f64; Fuel::ALL.len()],
}

/// Auctions by delivery year.
#[derive(Clone, Debug, Default)]
pub(super) struct CapacityBook {
    sold: BTreeMap<i16, Sold>,
}

/// Installed megawatts of a technology in a zone.
struct Stock {
    zone: usize,
    technology: Technology,
    fuel: Fuel,
    installed_mw: f64,
}

/// What stands in a market, by zone and technology.
fn stock(clearing: &Clearing) -> Vec<Stock> {
    let mut out: Vec<Stock> = Vec::new();
    for unit in &clearing.units {
        let zone = usize::from(unit.zone.0);
        let same = |of: &&mut Stock| (of.zone, of.technology, of.fuel) == (zone, unit.technology, unit.fuel);
        match out.iter_mut().find(same) {
            Some(of) => of.installed_mw += unit.capacity_mw,
            None => out.push(Stock {
                zone,
                technology: unit.technology,
                fuel: unit.fuel,
                installed_mw: unit.capacity_mw,
            }),
        }
    }
    let installed_mw = clearing.stores.power_mw();
    out.push(Stock { zone: 0, technology: Technology::Battery, fuel: Fuel::Storage, installed_mw });
    out.retain(|of| of.installed_mw > 0.0);
    out
}

impl World {
    /// What capacity costs in a month, by the fuel that is paid; also tells the accounts of entry.
    pub(super) fn capacity_of_month(&mut self, month: Month, hours: f64) -> [Cents; Fuel::ALL.len()] {
        let setup = Arc::clone(&self.setup);
        let capacity = &setup.scenario.capacity;
        let nothing = [Cents::ZERO; Fuel::ALL.len()];
        if capacity.market == CapacityMarket::EnergyOnly {
            return nothing;
        }
        let sold = *self.billing.capacity.sold.entry(month.year).or_insert_with(|| {
            let mut by_fuel_mw = [0.0; Fuel::ALL.len()];
            for of in stock(&self.clearing) {
                by_fuel_mw[of.fuel as usize] += capacity.accreditation.of(of.technology) * of.installed_mw;
            }
            Sold { price_usd_per_mw_day: capacity.price_usd_per_mw_day, by_fuel_mw }
        });
        let usd_per_mw = sold.price_usd_per_mw_day * hours / 24.0;
        if capacity.pays_entrants {
            self.supply.book_capacity(&|technology| usd_per_mw * capacity.accreditation.of(technology));
        }
        let mw: f64 = sold.by_fuel_mw.iter().sum();
        let total = Cents::from_usd(usd_per_mw * mw).unwrap_or(Cents::ZERO);
        World::by_fuel(total, &sold.by_fuel_mw)
    }

    /// Sells capacity for a delivery year to come. The year that has just ended is what forecasts build on.
    pub(super) fn hold_auction(&mut self, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let setup = Arc::clone(&self.setup);
        let capacity = &setup.scenario.capacity;
        let Some(curve) = capacity.curve() else { return Ok(()) };
        let now = self.calendar.now();
        let ahead = capacity.forward_years;
        let year = setup.months[self.month].year + ahead as i16;
        let begin = now + SimSpan::from_hours_f64(f64::from(ahead) * 8766.0);
        let mut then = self.clearing.clone();
        self.supply.add_expected(begin, &mut then);
        let stock = stock(&then);
        let offers: Vec<CapacityOffer> = (stock.iter())
            .map(|of| {
                let stay = setup.scenario.supply.exit.of(of.technology).unwrap_or(0.0);
                let earns = self.supply.energy_usd_per_kw_year(of.technology, of.zone).unwrap_or(stay);
                let counts = capacity.accreditation.of(of.technology);
                let usd_per_mw_day = 1_000.0 * (stay - earns).max(0.0) / DAYS / counts.max(1e-9);
                CapacityOffer { accredited_mw: counts * of.installed_mw, usd_per_mw_day }
            })
            .collect();
        let (forecast_mw, large_mw) = self.forecast_peak(f64::from(ahead) + 1.0);
        let cleared = clear_capacity(&curve, capacity.requirement_per_peak * forecast_mw, &offers);
        let mut by_fuel_mw = [0.0; Fuel::ALL.len()];
        for (of, mw) in stock.iter().zip(&cleared.taken_mw) {
            by_fuel_mw[of.fuel as usize] += mw;
        }
        let price = cleared.price_usd_per_mw_day;
        self.billing.capacity.sold.insert(year, Sold { price_usd_per_mw_day: price, by_fuel_mw });
        let row = [
            Cell::Integer(setup.unix_ms(now)),
            Cell::Integer(i64::from(year)),
            Cell::Float(forecast_mw),
            Cell::Float(large_mw),
            Cell::Float(cleared.requirement_mw),
            Cell::Float(cleared.offered_mw),
            Cell::Float(cleared.cleared_mw),
            Cell::Float(price),
            Cell::Integer(i64::from(cleared.at_cap)),
            Cell::Float(price * cleared.cleared_mw * DAYS),
        ];
        self.probes.table(&probe::capacity::TABLE).push(sink, &row)?;
        Ok(())
    }

    /// The highest load expected so many years after the last one, and the part of it that is large load.
    fn forecast_peak(&self, years: f64) -> (f64, f64) {
        let peaks = &self.billing.peaks;
        let highest = peaks.iter().max_by(|a, b| a.0.total_cmp(&b.0));
        let native_mw = highest.map_or(0.0, |peak| peak.1[0]);
        let base = |zone: usize| self.setup.base_mean_mw(zone);
        let zones = 0..self.setup.series.len();
        let sum: f64 = zones.clone().map(base).sum();
        let growth = zones.map(|zone| base(zone) * self.setup.growth_per_year(zone)).sum::<f64>() / sum;
        let share = self.setup.scenario.capacity.large_load_share;
        let mut large_mw = 0.0;
        for (site, book) in self.sites.iter().zip(&self.operate.books) {
            large_mw += match book.service {
                _ if book.gone => 0.0,
                Service::Firm => share * site.contract_mw,
                Service::Controllable => book.last_year_coincident_mw.iter().copied().fold(0.0, f64::max),
            };
        }
        for (_, request) in self.queue.requests() {
            let coming = matches!(request.stage(), Stage::Agreement | Stage::Building);
            let application = request.application();
            if coming && application.service == Service::Firm {
                large_mw += share * application.requested_mw;
            }
        }
        (native_mw * gridrush_core::math::pow(1.0 + growth, years) + large_mw, large_mw)
    }
}
