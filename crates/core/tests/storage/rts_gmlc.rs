//! A year of RTS-GMLC as an hourly market, with what a forecaster sees of it.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use gridrush_core::dispatch::DispatchProblem;
use gridrush_core::grid::case::rts_gmlc;
use gridrush_core::grid::{Fuel, HourlySeries, Network};
use gridrush_core::market::SupplyStack;
use gridrush_core::opf::{Convention, Opf, Options};

use crate::trade::{Expected, Hour};

#[path = "../../../../tests/data.rs"]
mod data;

/// Standard deviation of day-ahead errors: of load, of the greatest wind, of available sun. Assumed, from
/// what is usual of forecasts of a region.
const ERRORS: [f64; 3] = [0.02, 0.08, 0.08];

/// The market and its hours.
#[derive(Clone)]
pub struct Market {
    opf: Opf,
    network: Network,
    series: HourlySeries,
}

fn unpack(path: &Path) -> Option<String> {
    let mut text = String::new();
    let packed = std::fs::read(path).ok()?;
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).ok()?;
    Some(text)
}

/// The market, unless the data are not there. Series lie packed and flat, so they are put where the
/// pointers say.
pub fn read() -> Option<Market> {
    let folder = data::public_data().join("rts_gmlc");
    let Ok(tables) = std::fs::read_dir(folder.join("SourceData")) else {
        println!("skipped: RTS-GMLC is not there");
        return None;
    };
    let mut files = BTreeMap::new();
    for path in tables.map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_str().unwrap();
        files.insert(format!("SourceData/{name}"), std::fs::read_to_string(&path).unwrap());
    }
    for path in rts_gmlc::series_paths(&files) {
        let (kind, file) = path.strip_prefix("timeseries_data_files/").unwrap().split_once('/').unwrap();
        let kind = if kind == "HYDRO" { "Hydro" } else { kind };
        // The inflow of the solar thermal plant is not there; the plant is then out of service.
        if let Some(text) = unpack(&folder.join(format!("timeseries/{kind}__{file}.gz"))) {
            files.insert(path, text);
        }
    }
    let (network, series, _) = rts_gmlc::read(&files).unwrap();
    let options = Options { angle_limits: false, ..Options::hourly(Convention::Matpower) };
    Some(Market { opf: Opf::new(&network, &options).unwrap(), series: series.unwrap(), network })
}

impl Market {
    /// How many hours there are.
    pub fn hours(&self) -> usize {
        self.series.hours
    }

    /// Position of a bus by its number.
    pub fn bus(&self, number: u32) -> u32 {
        self.network.buses().find(|(_, bus)| bus.number == number).unwrap().0.0
    }

    /// Brings the problem to an hour.
    pub fn set_hour(&mut self, hour: usize) {
        self.opf.set_hour(&self.series, hour).unwrap();
    }

    pub fn problem(&self) -> &DispatchProblem {
        self.opf.problem()
    }

    pub fn problem_mut(&mut self) -> &mut DispatchProblem {
        self.opf.problem_mut()
    }

    /// Everything that burns fuel.
    pub fn stack(&self) -> SupplyStack {
        let weather: Vec<usize> = self.series.available_mw.iter().map(|(unit, _)| *unit as usize).collect();
        let burns = (0..self.network.generators.len()).filter(|unit| !weather.contains(unit));
        let columns = burns.flat_map(|unit| self.opf.generator_columns(unit));
        let bounds = columns.map(|column| self.opf.problem().bounds[column]);
        SupplyStack::new(bounds.map(|bound| (bound.upper_mw, bound.cost_usd_per_mwh)), 0.0, 9000.0)
    }

    /// Load, wind, sun and rivers, and the standard deviations of their forecasts.
    pub fn expected(&self) -> Expected {
        let of = |fuel: Fuel, hour: usize| {
            let units = |unit: &u32| self.network.generators[*unit as usize].fuel == fuel;
            let mine = self.series.available_mw.iter().filter(|(unit, _)| units(unit));
            mine.map(|(_, mw)| mw[hour]).sum::<f64>()
        };
        let hours = 0..self.hours();
        let wind_top_mw = hours.clone().map(|hour| of(Fuel::Wind, hour)).fold(0.0, f64::max);
        let hour = |hour: usize| {
            let load_mw = self.series.load.iter().map(|area| area.mw[hour]).sum::<f64>();
            let all_mw: f64 = self.series.available_mw.iter().map(|(_, mw)| mw[hour]).sum();
            let (wind_mw, solar_mw) = (of(Fuel::Wind, hour), of(Fuel::Solar, hour));
            let errors_mw = [ERRORS[0] * load_mw, ERRORS[1] * wind_top_mw, ERRORS[2] * solar_mw];
            Hour { load_mw, wind_mw, solar_mw, other_mw: all_mw - wind_mw - solar_mw, errors_mw }
        };
        Expected { hours: hours.map(hour).collect() }
    }
}
