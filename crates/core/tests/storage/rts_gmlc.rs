//! A year of RTS-GMLC as an hourly market: 73 buses, wind, sun and rivers by their day-ahead series, every
//! other unit between nothing and its maximum on the convex hull of its heat-rate curve, without the two
//! units that store energy.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use gridrush_core::dispatch::{Bound, ColumnId, DispatchProblem, FlowBranch, Place};
use gridrush_core::grid::CostCurve;
use gridrush_core::names::Key;

/// Price of load that is not served.
pub const SHED_USD_PER_MWH: f64 = 9000.0;

/// The market with the series that move it.
pub struct Market {
    pub problem: DispatchProblem,
    /// What burns fuel: MW and $/MWh.
    pub thermal: Vec<(f64, f64)>,
    /// Columns whose upper bound is a series.
    weather: Vec<(ColumnId, Kind, Vec<f64>)>,
    /// Area and share of its load, by bus.
    load_share: Vec<(usize, f64)>,
    area_load_mw: Vec<Vec<f64>>,
    bus_number: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Wind,
    Sun,
    Rivers,
}

/// Power by kind in one hour.
#[derive(Clone, Copy, Default)]
pub struct Hour {
    pub load_mw: f64,
    pub wind_mw: f64,
    pub sun_mw: f64,
    pub rivers_mw: f64,
}

type Row = BTreeMap<String, String>;

fn rows(text: &str) -> Vec<Row> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(|row| row.unwrap()).collect()
}

fn number(row: &Row, column: &str) -> Option<f64> {
    row[column].trim().parse().ok()
}

/// Hourly series by column name.
fn series(file: &Path) -> BTreeMap<String, Vec<f64>> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(file).unwrap()).read_to_string(&mut text).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let mut columns = vec![Vec::new(); names.len()];
    for record in reader.records() {
        for (column, cell) in columns.iter_mut().zip(&record.unwrap()) {
            column.push(cell.trim().parse().unwrap());
        }
    }
    names.into_iter().zip(columns).skip(4).collect()
}

/// The market, unless the data are not there.
pub fn read() -> Option<Market> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/rts_gmlc");
    let table = |name: &str| std::fs::read_to_string(folder.join("SourceData").join(name)).ok();
    let (Some(buses), Some(branches), Some(units)) =
        (table("bus.csv"), table("branch.csv"), table("gen.csv"))
    else {
        println!("skipped: RTS-GMLC is not there");
        return None;
    };
    let hourly = |name: &str| series(&folder.join("timeseries").join(format!("{name}.csv.gz")));
    let buses = rows(&buses);
    let bus_number: Vec<String> = buses.iter().map(|bus| bus["Bus ID"].clone()).collect();
    let at = |number: &str| bus_number.iter().position(|n| n == number).unwrap() as u32;
    let area = |bus: &Row| bus["Area"].parse::<usize>().unwrap() - 1;
    let mut area_mw = [0.0; 3];
    buses.iter().for_each(|bus| area_mw[area(bus)] += number(bus, "MW Load").unwrap());
    let load_share =
        buses.iter().map(|bus| (area(bus), number(bus, "MW Load").unwrap() / area_mw[area(bus)])).collect();
    let regional = hourly("Load__DAY_AHEAD_regional_Load");
    let area_load_mw = ["1", "2", "3"].map(|name| regional[name].clone()).into();

    let flow = |row: &Row| FlowBranch {
        from: at(&row["From Bus"]),
        to: at(&row["To Bus"]),
        susceptance_mw_per_rad: 100.0
            / (number(row, "X").unwrap() * number(row, "Tr Ratio").filter(|&tap| tap > 0.0).unwrap_or(1.0)),
        shift_rad: 0.0,
        limit_mw: number(row, "Cont Rating").unwrap(),
        ceiling_usd_per_mwh: 3500.0,
        in_service: true,
    };
    let branches = rows(&branches).iter().map(flow).collect();
    let mut problem = DispatchProblem::new(buses.len(), branches);
    let bound = |upper_mw, cost_usd_per_mwh| Bound { lower_mw: 0.0, upper_mw, cost_usd_per_mwh };
    let weather_files = [
        (Kind::Wind, hourly("WIND__DAY_AHEAD_wind")),
        (Kind::Sun, hourly("PV__DAY_AHEAD_pv")),
        (Kind::Sun, hourly("RTPV__DAY_AHEAD_rtpv")),
        (Kind::Rivers, hourly("Hydro__DAY_AHEAD_hydro")),
    ];
    let (mut thermal, mut weather) = (Vec::new(), Vec::new());
    for unit in rows(&units) {
        let (name, place) = (&unit["GEN UID"], Place::Bus(at(&unit["Bus ID"]), 1.0));
        let found = weather_files.iter().find_map(|(kind, file)| Some((*kind, file.get(name)?)));
        if let Some((kind, values)) = found {
            let column = problem.add_column(Key::of(name), place, bound(0.0, 0.0));
            weather.push((column, kind, values.clone()));
        } else if let Some(curve) = cost_curve(&unit) {
            for (n, block) in curve.blocks(0.0, number(&unit, "PMax MW").unwrap(), 1).iter().enumerate() {
                let key = Key::of(name).part(n as u64);
                problem.add_column(key, place.clone(), bound(block.size_mw, block.cost_usd_per_mwh));
                thermal.push((block.size_mw, block.cost_usd_per_mwh));
            }
        }
    }
    let link = Place::Spread(vec![(at("113"), -1.0), (at("316"), 1.0)]);
    problem.add_column(Key::of("DC1"), link, Bound { lower_mw: -100.0, ..bound(100.0, 0.0) });
    for (bus, number) in bus_number.iter().enumerate() {
        let shed = bound(1e4, SHED_USD_PER_MWH);
        problem.add_column(Key::of("shed").part(number.parse().unwrap()), Place::Bus(bus as u32, 1.0), shed);
    }
    Some(Market { problem, thermal, weather, load_share, area_load_mw, bus_number })
}

/// The fuel and operation cost of a unit that burns something; `None` for all others.
fn cost_curve(unit: &Row) -> Option<CostCurve> {
    if !["Coal", "NG", "Oil", "Nuclear"].contains(&unit["Fuel"].as_str()) {
        return None;
    }
    let (top_mw, price, other) =
        (number(unit, "PMax MW")?, number(unit, "Fuel Price $/MMBTU")?, number(unit, "VOM").unwrap_or(0.0));
    let (mut mw, mut usd) = (0.0, 0.0);
    let mut points = vec![(mw, usd)];
    for step in 0..5 {
        let heat = if step == 0 { "HR_avg_0".to_owned() } else { format!("HR_incr_{step}") };
        let (Some(share), Some(rate)) = (number(unit, &format!("Output_pct_{step}")), number(unit, &heat))
        else {
            break;
        };
        let next_mw = share * top_mw;
        usd += (next_mw - mw) * (rate / 1000.0 * price + other);
        mw = next_mw;
        points.push((mw, usd));
    }
    Some(CostCurve::Piecewise(points))
}

impl Market {
    /// How many hours there are.
    pub fn hours(&self) -> usize {
        self.area_load_mw[0].len()
    }

    /// Position of a bus by its number.
    pub fn bus(&self, number: &str) -> u32 {
        self.bus_number.iter().position(|n| n == number).unwrap() as u32
    }

    /// Load and weather of an hour.
    pub fn hour(&self, hour: usize) -> Hour {
        let sum = |kind| self.weather.iter().filter(|w| w.1 == kind).map(|w| w.2[hour]).sum();
        Hour {
            load_mw: self.area_load_mw.iter().map(|area| area[hour]).sum(),
            wind_mw: sum(Kind::Wind),
            sun_mw: sum(Kind::Sun),
            rivers_mw: sum(Kind::Rivers),
        }
    }

    /// Brings the problem to an hour.
    pub fn set_hour(&mut self, hour: usize) {
        for (demand, &(area, share)) in self.problem.demand_mw.iter_mut().zip(&self.load_share) {
            *demand = share * self.area_load_mw[area][hour];
        }
        for (column, _, values) in &self.weather {
            self.problem.bounds[column.0 as usize].upper_mw = values[hour];
        }
    }
}
