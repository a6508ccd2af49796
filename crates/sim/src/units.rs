//! What generates: units and entrants, how much of them can run, and what another megawatt-hour costs.

use std::ops::Range;

use gridrush_core::dispatch::{ColumnId, DispatchSolution};
use gridrush_core::grid::{Fuel, IMPORT_CO2_TONNES_PER_MWH, Technology, ZoneId};
use gridrush_core::names::Key;

use crate::offer::Offer;

/// Technologies that can enter a zone beyond the units of the pack.
pub const ENTRANTS: [Technology; 4] =
    [Technology::CombinedCycle, Technology::CombustionTurbine, Technology::Wind, Technology::Solar];

/// Incumbent technologies that may close.
pub const INCUMBENTS: [Technology; 5] = [
    Technology::CoalSteam,
    Technology::GasSteam,
    Technology::CombinedCycle,
    Technology::CombustionTurbine,
    Technology::Nuclear,
];

/// Technologies that take hours to start.
pub const SLOW: [Technology; 3] = [Technology::CombinedCycle, Technology::GasSteam, Technology::CoalSteam];

/// Heat rate and variable cost of new plants: (technology, fuel, MMBtu/MWh, $/MWh).
/// Heat rates: lower end of the range for combined cycle (6.4) and frame turbines (9.5); variable
/// operation and maintenance 2.5 and 4.5 $/MWh \[M\].
pub(crate) const NEW_PLANTS: [(Technology, Fuel, f64, f64); ENTRANTS.len()] = [
    (Technology::CombinedCycle, Fuel::Gas, 6.4, 2.5),
    (Technology::CombustionTurbine, Fuel::Gas, 9.5, 4.5),
    (Technology::Wind, Fuel::Wind, 0.0, 0.0),
    (Technology::Solar, Fuel::Solar, 0.0, 0.0),
];

/// What a zone pays for fuels and carbon beyond the region's prices, or beyond those of the first of several.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ZoneExtra {
    /// Natural gas.
    pub gas_usd_per_mmbtu: f64,
    /// Coal.
    pub coal_usd_per_mmbtu: f64,
    /// Nuclear fuel.
    pub nuclear_usd_per_mmbtu: f64,
    /// Oil products.
    pub oil_usd_per_mmbtu: f64,
    /// Biomass and waste.
    pub other_usd_per_mmbtu: f64,
    /// Emitted carbon dioxide.
    pub carbon_usd_per_tonne: f64,
}

impl ZoneExtra {
    /// What some prices are above others.
    pub fn between(own: &FuelPrices, others: &FuelPrices) -> ZoneExtra {
        ZoneExtra {
            gas_usd_per_mmbtu: own.gas_usd_per_mmbtu - others.gas_usd_per_mmbtu,
            coal_usd_per_mmbtu: own.coal_usd_per_mmbtu - others.coal_usd_per_mmbtu,
            nuclear_usd_per_mmbtu: own.nuclear_usd_per_mmbtu - others.nuclear_usd_per_mmbtu,
            oil_usd_per_mmbtu: own.oil_usd_per_mmbtu - others.oil_usd_per_mmbtu,
            other_usd_per_mmbtu: own.other_usd_per_mmbtu - others.other_usd_per_mmbtu,
            carbon_usd_per_tonne: own.carbon_usd_per_tonne - others.carbon_usd_per_tonne,
        }
    }
}

/// Prices of fuels and of carbon.
#[derive(Clone, Debug, PartialEq)]
pub struct FuelPrices {
    /// Natural gas.
    pub gas_usd_per_mmbtu: f64,
    /// Coal.
    pub coal_usd_per_mmbtu: f64,
    /// Nuclear fuel.
    pub nuclear_usd_per_mmbtu: f64,
    /// Oil products.
    pub oil_usd_per_mmbtu: f64,
    /// Biomass and waste.
    pub other_usd_per_mmbtu: f64,
    /// Emitted carbon dioxide.
    pub carbon_usd_per_tonne: f64,
    /// Emitted carbon dioxide, by rules of policy and by fuel, on top.
    pub carbon_by_rule_usd_per_tonne: [f64; Fuel::ALL.len()],
    /// By zone; empty where all zones pay the same.
    pub zone_extra: Vec<ZoneExtra>,
}

impl FuelPrices {
    /// The price of a fuel; zero for what burns none. An import costs what gas costs its neighbour's marginal unit.
    pub fn of(&self, fuel: Fuel) -> f64 {
        match fuel {
            Fuel::Gas | Fuel::Import => self.gas_usd_per_mmbtu,
            Fuel::Coal => self.coal_usd_per_mmbtu,
            Fuel::Nuclear => self.nuclear_usd_per_mmbtu,
            Fuel::Oil => self.oil_usd_per_mmbtu,
            Fuel::Other => self.other_usd_per_mmbtu,
            Fuel::Wind | Fuel::Solar | Fuel::Hydro | Fuel::Storage => 0.0,
        }
    }

    /// The price of a fuel in a zone.
    pub fn in_zone(&self, fuel: Fuel, zone: ZoneId) -> f64 {
        let extra = self.extra(zone);
        self.of(fuel)
            + match fuel {
                Fuel::Gas | Fuel::Import => extra.gas_usd_per_mmbtu,
                Fuel::Coal => extra.coal_usd_per_mmbtu,
                Fuel::Nuclear => extra.nuclear_usd_per_mmbtu,
                Fuel::Oil => extra.oil_usd_per_mmbtu,
                Fuel::Other => extra.other_usd_per_mmbtu,
                Fuel::Wind | Fuel::Solar | Fuel::Hydro | Fuel::Storage => 0.0,
            }
    }

    /// The price of carbon dioxide from a fuel in a zone.
    pub fn carbon_of(&self, fuel: Fuel, zone: ZoneId) -> f64 {
        self.carbon_usd_per_tonne
            + self.extra(zone).carbon_usd_per_tonne
            + self.carbon_by_rule_usd_per_tonne[fuel as usize]
    }

    fn extra(&self, zone: ZoneId) -> ZoneExtra {
        self.zone_extra.get(usize::from(zone.0)).copied().unwrap_or_default()
    }
}

/// How much of a unit can run this hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Availability {
    /// A constant share of capacity.
    Share(f64),
    /// A weather series, by position.
    Series(usize),
}

/// What a unit emits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Co2 {
    /// By the heat it burns.
    pub tonnes_per_mmbtu: f64,
    /// By what it gives: imports whose heat is burnt elsewhere.
    pub tonnes_per_mwh: f64,
}

impl Co2 {
    /// By heat of a fuel, or of a unit that gives its own number; by output of imports without one.
    pub fn of(fuel: Fuel, own_kg_per_mmbtu: Option<f64>) -> Co2 {
        match own_kg_per_mmbtu {
            None if fuel == Fuel::Import => {
                Co2 { tonnes_per_mmbtu: 0.0, tonnes_per_mwh: IMPORT_CO2_TONNES_PER_MWH }
            }
            own => {
                Co2 { tonnes_per_mmbtu: own.unwrap_or(fuel.co2_kg_per_mmbtu()) / 1000.0, tonnes_per_mwh: 0.0 }
            }
        }
    }

    /// The same by output, of a unit whose offer does not tell its heat.
    #[must_use]
    pub fn at_heat_rate(self, heat_rate_mmbtu_per_mwh: f64) -> Co2 {
        let by_heat = self.tonnes_per_mmbtu * heat_rate_mmbtu_per_mwh;
        Co2 { tonnes_per_mmbtu: 0.0, tonnes_per_mwh: self.tonnes_per_mwh + by_heat }
    }
}

/// Something that generates: one column for each block of its offer.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The column of its first block; the others follow.
    pub column: ColumnId,
    /// The key of its stable name.
    pub key: Key,
    /// Its bus; entrants stand at several.
    pub bus: Option<u32>,
    /// Where its output counts.
    pub zone: ZoneId,
    /// What it burns.
    pub fuel: Fuel,
    /// Its prime mover.
    pub technology: Technology,
    /// Capacity at present.
    pub capacity_mw: f64,
    /// What the pack gives it when it runs; zero for entrants.
    pub rated_mw: f64,
    pub(crate) availability: Availability,
    /// What it asks for its output.
    pub offer: Offer,
    /// What its fuel costs more in its zone.
    pub fuel_basis_usd_per_mmbtu: f64,
    /// Carbon dioxide per unit of heat and, where heat does not tell, per MWh.
    pub co2: Co2,
    /// Share of time out by failure, where it is not that of its technology.
    pub forced_outage_rate: Option<f64>,
    /// Least output while committed, as a share of what is available.
    pub minimum_share: f64,
    /// Most by which output changes in an hour, as a share of what is available; `None` where nothing holds it.
    pub ramp_share_per_h: Option<f64>,
    /// Whether it takes hours to start, so that it is committed a day ahead.
    pub slow: bool,
    /// The share of it that is on; `None` where it runs anywhere between nothing and its maximum.
    pub on_share: Option<f64>,
    /// The share that was on an hour ago.
    pub on_share_before: f64,
    /// Output an hour ago.
    pub output_before_mw: f64,
    /// What outages leave of the mean availability this hour: 1 on average, above 1 when nothing is out.
    pub(crate) outage_factor: f64,
}

impl Unit {
    /// The columns of its blocks.
    pub fn columns(&self) -> Range<usize> {
        let first = self.column.0 as usize;
        first..first + self.offer.blocks.len()
    }

    /// What it gives.
    pub fn output_mw(&self, solution: &DispatchSolution) -> f64 {
        solution.column_mw[self.columns()].iter().sum()
    }

    /// Price of its fuel at its zone, with the carbon that comes of it.
    pub fn fuel_price_usd_per_mmbtu(&self, prices: &FuelPrices) -> f64 {
        prices.in_zone(self.fuel, self.zone)
            + self.fuel_basis_usd_per_mmbtu
            + self.co2.tonnes_per_mmbtu * prices.carbon_of(self.fuel, self.zone)
    }

    /// Average cost at full load.
    pub fn cost_usd_per_mwh(&self, prices: &FuelPrices) -> f64 {
        self.offer.average_heat_rate_mmbtu_per_mwh * self.fuel_price_usd_per_mmbtu(prices)
            + self.offer.average_other_usd_per_mwh
            + self.co2.tonnes_per_mwh * prices.carbon_of(self.fuel, self.zone)
    }

    /// What another MWh of each of its blocks costs.
    pub fn block_costs_usd_per_mwh(&self, prices: &FuelPrices) -> impl Iterator<Item = f64> {
        let fuel_usd_per_mmbtu = self.fuel_price_usd_per_mmbtu(prices);
        let carbon_usd_per_mwh = self.co2.tonnes_per_mwh * prices.carbon_of(self.fuel, self.zone);
        self.offer.blocks.iter().map(move |block| {
            block.heat_rate_mmbtu_per_mwh * fuel_usd_per_mmbtu + block.other_usd_per_mwh + carbon_usd_per_mwh
        })
    }

    /// What another MWh of each of its blocks emits.
    pub fn block_co2_t_per_mwh(&self) -> impl Iterator<Item = f64> {
        let Co2 { tonnes_per_mmbtu, tonnes_per_mwh } = self.co2;
        self.offer.blocks.iter().map(move |b| b.heat_rate_mmbtu_per_mwh * tonnes_per_mmbtu + tonnes_per_mwh)
    }

    /// What it emits in the hour that was cleared, when so much of it is available: its blocks, being on, and what
    /// was just started.
    pub fn co2_t_per_h(
        &self,
        solution: &DispatchSolution,
        available_mw: f64,
        start_mmbtu_per_mw: f64,
    ) -> f64 {
        if self.co2 == Co2::default() {
            return 0.0;
        }
        let blocks = solution.column_mw[self.columns()].iter().zip(self.block_co2_t_per_mwh());
        let output: f64 = blocks.map(|(mw, t_per_mwh)| mw * t_per_mwh).sum();
        let Some(on) = self.on_share else { return output };
        let started_mw = (on - self.on_share_before).max(0.0) * self.capacity_mw;
        let heat = self.offer.no_load_mmbtu_per_mw_h * on * available_mw + start_mmbtu_per_mw * started_mw;
        output + heat * self.co2.tonnes_per_mmbtu
    }

    /// Cost of being on for an hour, per MW of capacity.
    pub fn no_load_usd_per_mw_h(&self, prices: &FuelPrices) -> f64 {
        self.offer.no_load_mmbtu_per_mw_h * self.fuel_price_usd_per_mmbtu(prices)
            + self.offer.no_load_usd_per_mw_h
    }

    /// Least and greatest output this hour when so much is available. A free unit runs from nothing to that.
    /// A committed one holds its minimum output and its ramp; the ramp yields to commitment, and both to
    /// availability, so there is always an output that is allowed:
    ///
    /// ```text
    ///   m s a <= x <= s a                                            s share that is on, a available
    ///   x <= x' + r s a + m (s - s')+ a     x >= x' - r s a - (s' - s)+ a     as far as the line above allows
    /// ```
    ///
    /// with output x' and share s' an hour ago: what was just started begins at its minimum.
    pub fn range_mw(&self, available_mw: f64) -> (f64, f64) {
        let Some(on) = self.on_share else { return (0.0, available_mw) };
        let (least, most) = (self.minimum_share * on * available_mw, on * available_mw);
        let Some(ramp) = self.ramp_share_per_h else { return (least, most) };
        let (started, stopped) = ((on - self.on_share_before).max(0.0), (self.on_share_before - on).max(0.0));
        let step = ramp * most;
        let up = self.output_before_mw + step + self.minimum_share * started * available_mw;
        let down = self.output_before_mw - step - stopped * available_mw;
        (down.clamp(least, most), up.clamp(least, most))
    }

    /// Whether wind or sun decides what it gives.
    pub fn is_variable(&self) -> bool {
        matches!(self.fuel, Fuel::Wind | Fuel::Solar)
    }

    /// Whether it can provide operating reserve.
    pub fn gives_reserve(&self) -> bool {
        matches!(
            self.technology,
            Technology::CombinedCycle
                | Technology::CombustionTurbine
                | Technology::GasSteam
                | Technology::CoalSteam
                | Technology::Hydro
                | Technology::Other
        )
    }

    /// What of it can run this hour, if it is on.
    pub fn available_mw(&self, weather: &[f32]) -> f64 {
        self.capacity_mw * self.availability_now(weather) * self.outage_factor
    }

    /// The share of its capacity that can run this hour on average over outages.
    pub fn availability_now(&self, weather: &[f32]) -> f64 {
        match self.availability {
            Availability::Share(share) => share,
            Availability::Series(series) => f64::from(weather[series]),
        }
    }
}

/// Availability by unit, as a function of fuel, technology and zone.
pub trait Availabilities {
    /// How much of a unit can run.
    fn of(&self, fuel: Fuel, technology: Technology, zone: ZoneId) -> Availability;

    /// How much of a unit can run that fails at a rate of its own.
    fn at_rate(&self, of: Availability, technology: Technology, capacity_mw: f64, rate: f64) -> Availability {
        let _ = (technology, capacity_mw, rate);
        of
    }
}

/// Cost of a technology, and availability where weather does not decide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TechnologyCost {
    /// Capacity-weighted average cost at full load.
    pub usd_per_mwh: f64,
    /// Part of it that is the cost of being on, per MW of capacity and hour.
    pub no_load_usd_per_mw_h: f64,
    /// Capacity-weighted availability.
    pub availability: f64,
}

/// Short-run costs that the accounts compare prices with; they change only with fuel prices.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Costs {
    /// Of entrants, in their order, by zone. Availability is left to the weather.
    pub entrant: Vec<Vec<TechnologyCost>>,
    /// Of incumbents, in their order, by zone; absent where there is none.
    pub incumbent: Vec<Vec<Option<TechnologyCost>>>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::offer::Shape;

    fn unit() -> Unit {
        Unit {
            column: ColumnId(0),
            key: Key::of("unit"),
            bus: Some(0),
            zone: ZoneId(0),
            fuel: Fuel::Gas,
            technology: Technology::GasSteam,
            capacity_mw: 100.0,
            rated_mw: 100.0,
            availability: Availability::Share(1.0),
            outage_factor: 1.0,
            offer: Offer::of_heat_rate(10.0, 0.0, Shape::FLAT),
            fuel_basis_usd_per_mmbtu: 0.0,
            co2: Co2::default(),
            forced_outage_rate: None,
            minimum_share: 0.3,
            ramp_share_per_h: Some(0.2),
            slow: true,
            on_share: Some(1.0),
            on_share_before: 1.0,
            output_before_mw: 50.0,
        }
    }

    #[test]
    fn ranges_by_hand() {
        let close = |(a, b): (f64, f64), (c, d): (f64, f64)| (a - c).abs() < 1e-9 && (b - d).abs() < 1e-9;
        // 50 MW, 20 MW of ramp, minimum 30.
        assert!(close(unit().range_mw(100.0), (30.0, 70.0)));
        let high = Unit { output_before_mw: 95.0, ..unit() };
        assert!(close(high.range_mw(100.0), (75.0, 100.0)));
        // Half is lost: the ramp would hold 85 MW, availability gives 50.
        assert!(close(high.range_mw(50.0), (50.0, 50.0)));
        // Just started: minimum and a ramp.
        let fresh = Unit { output_before_mw: 0.0, on_share_before: 0.0, ..unit() };
        assert!(close(fresh.range_mw(100.0), (30.0, 50.0)));
        // Stopped from anywhere.
        assert!(close(Unit { on_share: Some(0.0), ..high.clone() }.range_mw(100.0), (0.0, 0.0)));
        assert!(close(Unit { on_share: None, ..high }.range_mw(100.0), (0.0, 100.0)));
    }

    proptest! {
        #[test]
        fn there_is_always_an_allowed_output(
            minimum_share in 0.0..=1.0, ramp in 0.0..2.0, on in 0.0..=1.0, before in 0.0..=1.0,
            output_before_mw in 0.0..400.0, available_mw in 0.0..400.0,
        ) {
            let unit = Unit {
                minimum_share,
                ramp_share_per_h: Some(ramp),
                on_share: Some(on),
                on_share_before: before,
                output_before_mw,
                ..unit()
            };
            let (least, most) = unit.range_mw(available_mw);
            prop_assert!(0.0 <= least && least <= most && most <= on * available_mw, "{least} {most}");
            prop_assert!(least >= minimum_share * on * available_mw);
        }
    }
}
