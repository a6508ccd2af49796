//! Prices of fuels and carbon: constant, by date, by file, by rule, and what zones pay beyond the region.

use gridrush_core::grid::Fuel;
use gridrush_core::kernel::SimTime;

use super::{Setup, start_day};
use crate::area::Area;
use crate::replay::FuelPath;
use crate::scenario::{Dated, ZonedFuel};
use crate::units::{FuelPrices, ZoneExtra};

impl Setup {
    /// Prices of fuels and carbon expected for an hour: in force unless they are drawn. What zones pay beyond the first
    /// region's prices stands beside them.
    pub fn fuel_prices(&self, hour: usize) -> FuelPrices {
        let mut prices = self.area_fuel_prices(&self.areas[0], hour);
        let zoned: Vec<&FuelPath> = self.fuel_paths.iter().filter(|path| !path.zones.is_empty()).collect();
        if self.areas.len() == 1 && zoned.is_empty() {
            return prices;
        }
        let mut zone_extra = vec![ZoneExtra::default(); self.series.len()];
        for area in &self.areas[1..] {
            let own = self.area_fuel_prices(area, hour);
            zone_extra[area.zones.clone()].fill(ZoneExtra::between(&own, &prices));
        }
        let day = self.day_of(hour);
        for path in zoned {
            for &zone in &path.zones {
                let extra = &mut zone_extra[zone];
                match path.fuel {
                    ZonedFuel::Gas => extra.gas_usd_per_mmbtu = path.at(day) - prices.gas_usd_per_mmbtu,
                    ZonedFuel::Coal => extra.coal_usd_per_mmbtu = path.at(day) - prices.coal_usd_per_mmbtu,
                    ZonedFuel::Oil => extra.oil_usd_per_mmbtu = path.at(day) - prices.oil_usd_per_mmbtu,
                }
            }
        }
        prices.zone_extra = zone_extra;
        prices
    }

    /// The same of one region.
    fn area_fuel_prices(&self, area: &Area, hour: usize) -> FuelPrices {
        let fuel = &area.scenario.fuel;
        let years = hour as f64 / 8766.0;
        let growth = gridrush_core::math::pow(1.0 + fuel.gas_growth_percent_per_year / 100.0, years);
        let day = self.day_of(hour);
        let dated = |list: &Dated, before: f64| {
            let at = SimTime::from_hours(hour as u64);
            list.iter().take_while(|(date, _)| self.time_of(*date) <= at).last().map_or(before, |(_, x)| x)
        };
        let filed = |fuel: ZonedFuel, else_usd: f64| {
            let whole = |path: &&FuelPath| path.fuel == fuel && path.zones.is_empty();
            self.fuel_paths.iter().rfind(whole).map_or(else_usd, |path| path.at(day))
        };
        let (gas, coal, oil) = (
            filed(ZonedFuel::Gas, dated(&fuel.gas_by_date_usd_per_mmbtu, fuel.gas_usd_per_mmbtu * growth)),
            filed(ZonedFuel::Coal, dated(&fuel.coal_by_date_usd_per_mmbtu, fuel.coal_usd_per_mmbtu)),
            filed(ZonedFuel::Oil, dated(&fuel.oil_by_date_usd_per_mmbtu, fuel.oil_usd_per_mmbtu)),
        );
        FuelPrices {
            gas_usd_per_mmbtu: gas,
            coal_usd_per_mmbtu: coal,
            nuclear_usd_per_mmbtu: dated(&fuel.nuclear_by_date_usd_per_mmbtu, fuel.nuclear_usd_per_mmbtu),
            oil_usd_per_mmbtu: oil,
            other_usd_per_mmbtu: dated(&fuel.other_by_date_usd_per_mmbtu, fuel.other_usd_per_mmbtu),
            carbon_usd_per_tonne: fuel.carbon_usd_per_tonne,
            carbon_by_rule_usd_per_tonne: self.carbon_by_rule(SimTime::from_hours(hour as u64)),
            zone_extra: Vec::new(),
        }
    }

    /// What rules in force add to the cost of a tonne of carbon dioxide, by fuel. Adders of rules go with carbon.
    fn carbon_by_rule(&self, now: SimTime) -> [f64; Fuel::ALL.len()] {
        let mut usd_per_tonne = [0.0; Fuel::ALL.len()];
        for rule in self.policies.rules.iter().filter(|rule| rule.in_force(now)) {
            if let Some(adder) = rule.module.hooks.fuel_adder {
                for &fuel in Fuel::ALL {
                    usd_per_tonne[fuel as usize] += adder(rule, fuel, 1.0);
                }
            }
        }
        usd_per_tonne
    }

    /// The hours of the run in which a dated or drawn fuel price begins, in order.
    pub fn fuel_price_hours(&self) -> Vec<usize> {
        let fuel = &self.scenario.fuel;
        let lists = [
            &fuel.gas_by_date_usd_per_mmbtu,
            &fuel.coal_by_date_usd_per_mmbtu,
            &fuel.nuclear_by_date_usd_per_mmbtu,
            &fuel.oil_by_date_usd_per_mmbtu,
            &fuel.other_by_date_usd_per_mmbtu,
        ];
        let dates = lists.into_iter().flat_map(Dated::iter);
        let mut hours: Vec<usize> = dates.map(|(date, _)| self.time_of(date).hour()).collect();
        let first_day = start_day(&self.scenario);
        for &(day, _) in self.fuel_paths.iter().flat_map(|path| &path.steps) {
            if day > first_day {
                hours.push(self.midnight_of(day).hour());
            }
        }
        for rule in self.policies.rules.iter().filter(|rule| rule.module.hooks.fuel_adder.is_some()) {
            hours.extend(std::iter::once(rule.effective).chain(rule.sunset).map(SimTime::hour));
        }
        if fuel.movements().iter().any(Option::is_some) {
            hours.extend(self.months.iter().map(|month| month.begin.hour()));
        }
        hours.sort_unstable();
        hours.dedup();
        hours
    }
}
