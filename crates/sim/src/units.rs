//! What generates: units and entrants, how much of them can run, and what another megawatt-hour costs.

use gridrush_core::dispatch::ColumnId;
use gridrush_core::grid::{Fuel, Technology, ZoneId};
use gridrush_core::names::Key;

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

/// Heat rate and variable cost of new plants: (technology, fuel, MMBtu/MWh, $/MWh).
/// Heat rates: lower end of the range for combined cycle (6.4) and frame turbines (9.5); variable
/// operation and maintenance 2.5 and 4.5 $/MWh \[M\].
pub(crate) const NEW_PLANTS: [(Technology, Fuel, f64, f64); ENTRANTS.len()] = [
    (Technology::CombinedCycle, Fuel::Gas, 6.4, 2.5),
    (Technology::CombustionTurbine, Fuel::Gas, 9.5, 4.5),
    (Technology::Wind, Fuel::Wind, 0.0, 0.0),
    (Technology::Solar, Fuel::Solar, 0.0, 0.0),
];

/// Short-run cost by fuel, $/MMBtu, carbon included.
#[derive(Clone, Copy, Debug, PartialEq)]
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
}

impl FuelPrices {
    fn of(&self, fuel: Fuel) -> f64 {
        match fuel {
            Fuel::Gas => self.gas_usd_per_mmbtu,
            Fuel::Coal => self.coal_usd_per_mmbtu,
            Fuel::Nuclear => self.nuclear_usd_per_mmbtu,
            Fuel::Oil => self.oil_usd_per_mmbtu,
            Fuel::Other => self.other_usd_per_mmbtu,
            Fuel::Wind | Fuel::Solar | Fuel::Hydro | Fuel::Storage => 0.0,
        }
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

/// A column that generates.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its column.
    pub column: ColumnId,
    /// The key of its stable name.
    pub key: Key,
    /// Where its output counts.
    pub zone: ZoneId,
    /// What it burns.
    pub fuel: Fuel,
    /// Its prime mover.
    pub technology: Technology,
    /// Capacity at present.
    pub capacity_mw: f64,
    pub(crate) availability: Availability,
    /// What outages leave of the mean availability this hour: 1 on average, above 1 when nothing is out.
    pub(crate) outage_factor: f64,
    pub(crate) heat_rate_mmbtu_per_mwh: f64,
    pub(crate) other_cost_usd_per_mwh: f64,
}

impl Unit {
    /// Cost of one more megawatt-hour.
    pub fn cost_usd_per_mwh(&self, prices: &FuelPrices) -> f64 {
        self.heat_rate_mmbtu_per_mwh * prices.of(self.fuel) + self.other_cost_usd_per_mwh
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
}

/// Cost and availability of an incumbent technology in a zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IncumbentCost {
    /// Capacity-weighted short-run cost.
    pub usd_per_mwh: f64,
    /// Capacity-weighted availability.
    pub availability: f64,
}

/// Short-run costs that the accounts compare prices with; they change only with fuel prices.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Costs {
    /// Of entrants, in their order.
    pub entrant: Vec<f64>,
    /// Of incumbents, in their order, by zone; absent where there is none.
    pub incumbent: Vec<Vec<Option<IncumbentCost>>>,
}
