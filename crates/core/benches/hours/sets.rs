//! Hourly markets on published networks, for the bench, the test against an independent solver and the
//! comparison with other programs.
//!
//! | set | network | hours |
//! |---|---|---|
//! | `case24` | PGLib `case24_ieee_rts` | 8,784 |
//! | `rts` | RTS-GMLC, 73 buses | 8,784 |
//! | `rts_dc` | the same with four data centers | 8,784 |
//! | `rts_tight` | `rts_dc` with ratings x 0.6 | 8,784 |
//! | `case118`, `case300` | PGLib, with four data centers | 8,784 |
//! | `texas` | ACTIVSg2000 | 720 |
//! | `rts_product`, `texas_product` | `rts` and `texas` with what `product.rs` adds | |
//!
//! RTS-GMLC has its own day-ahead series of load, wind, sun and water. The PGLib cases borrow its three
//! regional load shapes, which buses take in turn, with the case's loads as peaks. ACTIVSg2000 has its own
//! load by area; its wind and solar plants take the RTS-GMLC profiles in turn.
//!
//! Everything is as [`Options::hourly`] says, in MATPOWER's convention, with ratings as the only branch
//! limits; a quadratic cost is two straight pieces. A data center is 3 % of the network's peak load, a fifth of it firm; the rest bids a price that
//! changes every hour. Its place, size and bids are assumed.
//!
//! The files are not part of the project; without them [`build`] gives `None`.

// Bench, test and example use different parts.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use gridrush_core::dispatch::{Bound, ColumnId, DispatchProblem, Place};
use gridrush_core::grid::case::matpower::{self, ZoneBy};
use gridrush_core::grid::case::rts_gmlc;
use gridrush_core::grid::{BusId, CostCurve, Fuel, HourlySeries, LoadSeries, Network};
use gridrush_core::math;
use gridrush_core::names::Key;
use gridrush_core::opf::{Convention, Opf, Options};

#[path = "../../../../tests/data.rs"]
mod data;
#[path = "product.rs"]
mod product;

use product::Product;

/// All sets.
pub const NAMES: [&str; 7] = ["case24", "rts", "rts_dc", "rts_tight", "case118", "case300", "texas"];

/// The sets of other networks with the rows and columns of the product.
pub const PRODUCTS: [&str; 2] = ["rts_product", "texas_product"];

/// Hours of the Texas set: January.
const TEXAS_HOURS: usize = 720;

/// A market with hours.
pub struct Set {
    /// How many hours there are.
    pub hours: usize,
    opf: Opf,
    series: HourlySeries,
    centers: Vec<Center>,
    product: Option<Product>,
}

/// A data center: a firm part and a block with a bid.
struct Center {
    bus: usize,
    column: ColumnId,
    firm_mw: f64,
    base_bid_usd_per_mwh: f64,
}

impl Set {
    /// Demand, availability and bids of an hour.
    pub fn set_hour(&mut self, hour: usize) {
        self.opf.set_hour(&self.series, hour).expect("the series fit");
        for (n, center) in self.centers.iter().enumerate() {
            let shed = self.opf.shed_column(center.bus).expect("load may be shed");
            let problem = self.opf.problem_mut();
            problem.demand_mw[center.bus] += center.firm_mw;
            problem.bounds[shed.0 as usize].upper_mw += center.firm_mw;
            let bid =
                center.base_bid_usd_per_mwh + 6.0 * noise("coin", 0, hour) + 3.0 * noise("site", n, hour);
            problem.bounds[center.column.0 as usize].cost_usd_per_mwh = -bid;
        }
        if let Some(product) = &self.product {
            product.set_hour(hour, self.opf.problem_mut());
        }
    }

    /// The market of the hour.
    pub fn problem(&self) -> &DispatchProblem {
        self.opf.problem()
    }

    /// The market of the hour, to take branches out of service.
    pub fn problem_mut(&mut self) -> &mut DispatchProblem {
        self.opf.problem_mut()
    }

    fn new(network: &Network, series: HourlySeries, limit_scale: f64) -> Set {
        let options = Options { limit_scale, angle_limits: false, ..Options::hourly(Convention::Matpower) };
        let opf = Opf::new(network, &options).expect("a case that can be solved");
        Set { hours: series.hours, opf, series, centers: Vec::new(), product: None }
    }

    /// Load by hour.
    fn load_mw(&self) -> Vec<f64> {
        let total = |hour: usize| self.series.load.iter().map(|load| load.mw[hour]).sum();
        (0..self.hours).map(total).collect()
    }

    /// Adds what the product's market has.
    fn with_product(mut self, network: &Network) -> Set {
        let load_mw = self.load_mw();
        let highest = (0..self.hours).max_by(|&a, &b| load_mw[a].total_cmp(&load_mw[b]));
        self.product = Some(Product::new(network, &mut self.opf, &load_mw));
        self.set_hour(highest.expect("hours"));
        Product::watch_losses(self.opf.problem_mut());
        self
    }

    /// Adds four data centers, each at the first bus with load in its quarter of the buses.
    fn with_centers(mut self, network: &Network) -> Set {
        let peak_mw = self.load_mw().into_iter().fold(0.0, f64::max);
        let buses = network.buses().len();
        for n in 0..4 {
            let quarter = n * buses / 4;
            let at = network.buses().skip(quarter).find(|(_, bus)| bus.load_mw > 0.0);
            let bus = at.expect("a bus with load").0.0 as usize;
            let (size_mw, firm_part) = (0.03 * peak_mw, 0.2);
            let upper_mw = size_mw * (1.0 - firm_part);
            let bound = Bound { lower_mw: 0.0, upper_mw, cost_usd_per_mwh: 0.0 };
            let key = Key::of("data center").part(n as u64);
            let column = self.opf.problem_mut().add_column(key, Place::Bus(bus as u32, -1.0), bound);
            let base_bid_usd_per_mwh = 18.0 + 8.0 * n as f64;
            self.centers.push(Center { bus, column, firm_mw: size_mw * firm_part, base_bid_usd_per_mwh });
        }
        self
    }
}

/// The folder of public data.
pub fn data() -> PathBuf {
    data::public_data()
}

/// The set of that name, or `None` when its files are not there.
pub fn build(name: &str) -> Option<Set> {
    let (network, series) = rts(&data())?;
    match name {
        "rts" => Some(Set::new(&network, series, 1.0)),
        "rts_dc" => Some(Set::new(&network, series, 1.0).with_centers(&network)),
        "rts_tight" => Some(Set::new(&network, series, 0.6).with_centers(&network)),
        "rts_product" => Some(Set::new(&network, series, 1.0).with_product(&network)),
        "texas" | "texas_product" => {
            let case = matpower_case("matpower/case_ACTIVSg2000")?;
            let series = texas_series(&case, &network, &series)?;
            let plain = Set::new(&case, series, 1.0);
            Some(if name == "texas" { plain } else { plain.with_product(&case) })
        }
        "case24" => {
            let case = matpower_case("pglib/pglib_opf_case24_ieee_rts")?;
            Some(Set::new(&case, borrowed_load(&case, &series), 1.0))
        }
        "case118" | "case300" => {
            let case = matpower_case(&format!("pglib/pglib_opf_{name}_ieee"))?;
            let series = borrowed_load(&case, &series);
            Some(Set::new(&case, series, 1.0).with_centers(&case))
        }
        _ => None,
    }
}

fn unpack(path: &Path) -> Option<String> {
    let mut text = String::new();
    let packed = std::fs::read(path).ok()?;
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).ok()?;
    Some(text)
}

fn matpower_case(name: &str) -> Option<Network> {
    let text = unpack(&data().join(format!("cases/{name}.m.gz")))?;
    let mut network = matpower::read(name, &text, ZoneBy::Area).expect("a good case");
    for unit in &mut network.generators {
        let full_mw = unit.capacity_mw;
        if let Some(curve @ CostCurve::Polynomial(c)) = &unit.cost
            && c.iter().skip(2).any(|c| *c != 0.0)
            && full_mw > 0.0
        {
            let points = [0.0, full_mw / 2.0, full_mw].map(|mw| (mw, curve.at(mw)));
            unit.cost = Some(CostCurve::Piecewise(points.to_vec()));
        }
    }
    Some(network)
}

/// RTS-GMLC. Its series lie packed and flat, so they are put where the pointers say.
fn rts(data: &Path) -> Option<(Network, HourlySeries)> {
    let folder = data.join("rts_gmlc");
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder.join("SourceData")).ok()? {
        let path = entry.ok()?.path();
        let name = path.file_name()?.to_str()?.to_owned();
        files.insert(format!("SourceData/{name}"), std::fs::read_to_string(&path).ok()?);
    }
    for path in rts_gmlc::series_paths(&files) {
        let (kind, file) = path.strip_prefix("timeseries_data_files/")?.split_once('/')?;
        let kind = if kind == "HYDRO" { "Hydro" } else { kind };
        // The inflow of the solar thermal plant is not there; the plant is then out of service.
        if let Some(text) = unpack(&folder.join(format!("timeseries/{kind}__{file}.gz"))) {
            files.insert(path, text);
        }
    }
    let (network, series, _) = rts_gmlc::read(&files).expect("a good folder");
    Some((network, series?))
}

/// Every bus with load follows one of the shapes of another network's areas; at the shape's highest hour
/// its load is that of the case.
fn borrowed_load(network: &Network, from: &HourlySeries) -> HourlySeries {
    let mut load = Vec::new();
    for (n, shape) in from.load.iter().enumerate() {
        let members =
            network.buses().filter(|(id, bus)| id.0 as usize % from.load.len() == n && bus.load_mw != 0.0);
        let buses: Vec<(BusId, f64)> = members.map(|(id, bus)| (id, bus.load_mw)).collect();
        let total_mw: f64 = buses.iter().map(|(_, mw)| mw).sum();
        let peak_mw = shape.mw.iter().copied().fold(0.0, f64::max);
        load.push(LoadSeries {
            buses: buses.into_iter().map(|(id, mw)| (id, mw / total_mw)).collect(),
            mw: shape.mw.iter().map(|mw| total_mw * mw / peak_mw).collect(),
        });
    }
    HourlySeries { hours: from.hours, load, available_mw: Vec::new() }
}

/// The area loads of ACTIVSg2000 and the profiles of another network for its wind and sun.
fn texas_series(network: &Network, source: &Network, from: &HourlySeries) -> Option<HourlySeries> {
    let text = unpack(&data().join("cases/matpower/scenarios_ACTIVSg2000.m.gz"))?;
    let mut by_area: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    // label, probability, table, row (the area), column, kind of change, new value
    for line in text.lines() {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let [label, _, "CT_TAREALOAD", area, _, "CT_REP", value] = cells.as_slice() else { continue };
        if label.parse::<usize>().ok()? <= TEXAS_HOURS {
            by_area.entry(area.parse().ok()?).or_default().push(value.trim_end_matches(';').parse().ok()?);
        }
    }
    let load = by_area.into_iter().map(|(area, mw)| {
        let zone = network.zone_named(&format!("area_{area}")).expect("an area of the case");
        let here = network.buses().filter(|(_, bus)| bus.zone == zone && bus.load_share > 0.0);
        LoadSeries { buses: here.map(|(id, bus)| (id, bus.load_share)).collect(), mw }
    });
    let mut series = HourlySeries { hours: TEXAS_HOURS, load: load.collect(), available_mw: Vec::new() };
    for fuel in [Fuel::Wind, Fuel::Solar] {
        let unit = |position: u32| &source.generators[position as usize];
        let profiles: Vec<&(u32, Vec<f64>)> =
            from.available_mw.iter().filter(|(position, _)| unit(*position).fuel == fuel).collect();
        let plants = network.generators.iter().enumerate().filter(|(_, plant)| plant.fuel == fuel);
        for (n, (position, plant)) in plants.enumerate() {
            let (source, mw) = profiles[n % profiles.len()];
            let scale = plant.capacity_mw / unit(*source).capacity_mw;
            let available = mw[..TEXAS_HOURS].iter().map(|mw| mw * scale).collect();
            series.available_mw.push((position as u32, available));
        }
    }
    Some(series)
}

/// Smooth noise in [-1, 1]: random values every six hours, joined by cosine steps.
fn noise(name: &str, n: usize, hour: usize) -> f64 {
    let value = |knot: usize| {
        let bits = Key::of(name).part(n as u64).part(knot as u64).0 >> 11;
        2.0 * (bits as f64 / (1_u64 << 53) as f64) - 1.0
    };
    let (knot, part) = (hour / 6, (hour % 6) as f64 / 6.0);
    let weight = 0.5 - 0.5 * math::cos(std::f64::consts::PI * part);
    value(knot) * (1.0 - weight) + value(knot + 1) * weight
}
