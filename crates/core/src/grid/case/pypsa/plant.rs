//! Generators and storage units of a PyPSA folder, and what their carriers mean here.
//!
//! | carrier (case, `-` and `_` do not matter) | fuel, technology |
//! |---|---|
//! | `ccgt`; `gas`, `natural gas`, `ng` | gas, combined cycle |
//! | `ocgt` | gas, combustion turbine |
//! | `coal`, `hard coal`, `brown coal`, `lignite` | coal, steam |
//! | `nuclear`, `uranium` | nuclear |
//! | `wind`, `onwind`, `offwind` and those with `ac`, `dc`, `float`; `wind onshore`, `onshore wind`, ... | wind |
//! | `solar`, `pv`, `solar rooftop`, `solar hsat` | solar |
//! | `hydro`, `ror`, `run of river`, `storage hydro`, `reservoir`, `water` | hydro |
//! | `phs`, `pumped hydro`, `pumped storage`, `battery`, `storage` | storage, battery |
//! | `oil`, `diesel` | oil, combustion turbine |
//! | all others | other; noted |

use super::cells::Cells;
use super::series::Series;
use super::{GENERATORS, Reader};
use crate::grid::{CostCurve, Date, Fuel, Generator, Network, Technology};

const STORAGE_UNITS: &str = "storage_units.csv";

impl Reader<'_> {
    pub fn read_generators(&mut self, network: &mut Network) {
        self.names.clear();
        let most = self.read_series("generators", "p_max_pu");
        let least = self.read_series("generators", "p_min_pu");
        let costs = self.cost_series("generators");
        self.each(GENERATORS, &["bus"], |reader, cells| {
            let bus = reader.bus(&cells, "bus");
            let size_mw = reader.unit_size(&cells);
            let least_pu = reader.number_or_mean(&cells, "p_min_pu", 0.0, &least);
            let available = most.get(cells.name);
            let most_pu = match available {
                Some(pu) => Some(pu.iter().copied().fold(1.0, f64::max)),
                None => reader.number(&cells, "p_max_pu", 1.0),
            };
            let cost = reader.cost(&cells, &costs);
            let years = reader.years(&cells);
            let active = reader.flag(&cells, "active", true);
            reader.positive_sign(&cells);
            reader.unused(&cells, &UNUSED_OF_GENERATORS);
            if least_pu.zip(most_pu).is_some_and(|(least, most)| least > most) {
                reader.fault(&cells, "p_min_pu", "the least output is above the greatest");
            }
            let (Some(bus), Some(size_mw), Some(least_pu), Some(most_pu)) = (bus, size_mw, least_pu, most_pu)
            else {
                return;
            };
            let (Some(cost), Some((online, retired)), Some(active)) = (cost, years, active) else { return };
            let (fuel, technology) = reader.carrier(&cells);
            if let Some(pu) = available {
                let at = network.generators.len() as u32;
                reader.series.available_mw.push((at, pu.iter().map(|pu| pu * size_mw).collect()));
            }
            network.generators.push(Generator {
                name: reader.own_name(cells.name),
                bus,
                fuel,
                technology,
                capacity_mw: size_mw * most_pu,
                minimum_mw: size_mw * least_pu,
                heat_rate_mmbtu_per_mwh: 0.0,
                variable_om_usd_per_mwh: 0.0,
                storage_mwh: 0.0,
                online,
                retired,
                in_service: active,
                cost: Some(cost),
                co2_kg_per_mmbtu: None,
                forced_outage_rate: None,
                neighbour: None,
            });
        });
    }

    pub fn read_storage_units(&mut self, network: &mut Network) {
        let most = self.read_series("storage_units", "p_max_pu");
        let costs = self.cost_series("storage_units");
        self.each(STORAGE_UNITS, &["bus"], |reader, cells| {
            let bus = reader.bus(&cells, "bus");
            let size_mw = reader.unit_size(&cells);
            let hours = reader.number(&cells, "max_hours", 1.0);
            if hours.is_some_and(|hours| hours < 0.0) {
                reader.fault(&cells, "max_hours", "this is out of range").allowed =
                    Some("0 or more".to_owned());
            }
            let most_pu = reader.number_or_mean(&cells, "p_max_pu", 1.0, &most);
            let cost = reader.cost(&cells, &costs);
            let years = reader.years(&cells);
            let active = reader.flag(&cells, "active", true);
            reader.positive_sign(&cells);
            reader.unused(&cells, &UNUSED_OF_STORAGE);
            let (Some(bus), Some(size_mw), Some(hours), Some(most_pu)) = (bus, size_mw, hours, most_pu)
            else {
                return;
            };
            let (Some(cost), Some((online, retired)), Some(active)) = (cost, years, active) else { return };
            let (fuel, technology) = match cells.text("carrier") {
                "" => (Fuel::Storage, Technology::Battery),
                carrier => match meaning(carrier) {
                    Some((Fuel::Hydro, _)) => (Fuel::Hydro, Technology::Hydro),
                    _ => (Fuel::Storage, Technology::Battery),
                },
            };
            network.generators.push(Generator {
                name: reader.own_name(cells.name),
                bus,
                fuel,
                technology,
                capacity_mw: size_mw * most_pu,
                minimum_mw: 0.0,
                heat_rate_mmbtu_per_mwh: 0.0,
                variable_om_usd_per_mwh: 0.0,
                storage_mwh: size_mw * hours,
                online,
                retired,
                in_service: active,
                cost: Some(cost),
                co2_kg_per_mmbtu: None,
                forced_outage_rate: None,
                neighbour: None,
            });
        });
    }

    /// Series of the two coefficients of cost.
    pub fn cost_series(&mut self, components: &str) -> [Series; 2] {
        ["marginal_cost", "marginal_cost_quadratic"].map(|attribute| self.read_series(components, attribute))
    }

    /// What a component costs by MW.
    pub fn cost(&mut self, cells: &Cells<'_>, series: &[Series; 2]) -> Option<CostCurve> {
        let slope = self.number_or_mean(cells, "marginal_cost", 0.0, &series[0]);
        let bend = self.number_or_mean(cells, "marginal_cost_quadratic", 0.0, &series[1]);
        let (slope, bend) = (slope?, bend?);
        Some(CostCurve::Polynomial(if bend == 0.0 { vec![0.0, slope] } else { vec![0.0, slope, bend] }))
    }

    /// `p_nom`, which must be finite for a unit.
    fn unit_size(&mut self, cells: &Cells<'_>) -> Option<f64> {
        let size_mw = self.size(cells, "p_nom")?;
        if size_mw.is_infinite() {
            self.fault(cells, "p_nom", "this must be finite");
            return None;
        }
        Some(size_mw)
    }

    /// The beginnings of the first year and of the year after the last; a year of 0 and an endless life are unknown.
    fn years(&mut self, cells: &Cells<'_>) -> Option<(Option<Date>, Option<Date>)> {
        let first = self.number(cells, "build_year", 0.0)?;
        let life = self.number_or_infinity(cells, "lifetime", f64::INFINITY)?;
        let year =
            |year: f64| (1800.0..=2200.0).contains(&year).then(|| Date::new(year as i16, 1, 1)).flatten();
        Some((year(first), year(first).and(year(first + life))))
    }

    fn positive_sign(&mut self, cells: &Cells<'_>) {
        if self.number(cells, "sign", 1.0).is_some_and(|sign| sign != 1.0) {
            self.fault(cells, "sign", "only units that inject are read").allowed = Some("1".to_owned());
        }
    }

    fn carrier(&mut self, cells: &Cells<'_>) -> (Fuel, Technology) {
        let carrier = cells.text("carrier");
        meaning(carrier).unwrap_or_else(|| {
            let file = cells.file;
            self.notes.count(&format!("{file}: carrier \"{carrier}\" is taken as other"), cells.name);
            (Fuel::Other, Technology::Other)
        })
    }
}

/// What a carrier means; `None` if it is not known.
fn meaning(carrier: &str) -> Option<(Fuel, Technology)> {
    let plain = carrier.to_lowercase().replace(['-', '_'], " ");
    Some(match plain.as_str() {
        "ccgt" | "gas" | "natural gas" | "ng" => (Fuel::Gas, Technology::CombinedCycle),
        "ocgt" => (Fuel::Gas, Technology::CombustionTurbine),
        "coal" | "hard coal" | "brown coal" | "lignite" => (Fuel::Coal, Technology::CoalSteam),
        "nuclear" | "uranium" => (Fuel::Nuclear, Technology::Nuclear),
        "wind" | "onwind" | "offwind" | "offwind ac" | "offwind dc" | "offwind float" | "wind onshore"
        | "wind offshore" | "onshore wind" | "offshore wind" => (Fuel::Wind, Technology::Wind),
        "solar" | "pv" | "solar rooftop" | "solar hsat" => (Fuel::Solar, Technology::Solar),
        "hydro" | "ror" | "run of river" | "storage hydro" | "reservoir" | "water" => {
            (Fuel::Hydro, Technology::Hydro)
        }
        "phs" | "pumped hydro" | "pumped storage" | "battery" | "storage" => {
            (Fuel::Storage, Technology::Battery)
        }
        "oil" | "diesel" => (Fuel::Oil, Technology::CombustionTurbine),
        "biomass" | "biogas" | "geothermal" | "waste" | "other" => (Fuel::Other, Technology::Other),
        _ => return None,
    })
}

const UNUSED_OF_GENERATORS: [(&str, Option<f64>); 15] = [
    ("p_set", None),
    ("committable", Some(0.0)),
    ("maintainable", Some(0.0)),
    ("start_up_cost", Some(0.0)),
    ("shut_down_cost", Some(0.0)),
    ("stand_by_cost", Some(0.0)),
    ("min_up_time", Some(0.0)),
    ("min_down_time", Some(0.0)),
    ("ramp_limit_up", None),
    ("ramp_limit_down", None),
    ("ramp_limit_start_up", None),
    ("ramp_limit_shut_down", None),
    ("e_sum_min", Some(f64::NEG_INFINITY)),
    ("e_sum_max", Some(f64::INFINITY)),
    ("p_nom_mod", Some(0.0)),
];

const UNUSED_OF_STORAGE: [(&str, Option<f64>); 13] = [
    ("p_set", None),
    ("p_min_pu", Some(-1.0)),
    ("p_dispatch_set", None),
    ("p_store_set", None),
    ("state_of_charge_set", None),
    ("state_of_charge_initial", Some(0.0)),
    ("cyclic_state_of_charge", Some(0.0)),
    ("efficiency_store", Some(1.0)),
    ("efficiency_dispatch", Some(1.0)),
    ("standing_loss", Some(0.0)),
    ("inflow", Some(0.0)),
    ("spill_cost", Some(0.0)),
    ("marginal_cost_storage", Some(0.0)),
];
