//! The tables of the PowerSimData package (the synthetic grid of the United States, `usa_tamu`).
//!
//! `bus.csv`, `branch.csv` and `plant.csv` are read, and `sub.csv` with `bus2sub.csv` for names and
//! positions unless the bus table carries them itself (`sub_id`, `name`, `lat`, `lon`). Elements of
//! other interconnections are left out, and so are the ties to them. The cost columns are not read: they
//! hold heat rates of about 5 MMBtu/MWh, below what any plant reaches.
//!
//! Reference: Y. Xu, N. Myhrvold, D. Sivan et al., "U.S. Test System with High Spatial and Temporal
//! Resolution for Renewable Integration Studies" (2020), built on A. B. Birchfield et al., "Grid
//! Structural Characteristics as Validation Criteria for Synthetic Networks" (2017). `O(n log n)`.

use std::collections::BTreeMap;

use super::matpower::Ordinals;
use super::table::{Row, Shape, Table};
use super::{CaseFault, Faults, check};
use crate::grid::{Branch, BranchKind, Bus, BusId, Fuel, Generator, Network, Technology, Zone, ZoneId};
use crate::math;

/// File name of the bus table.
pub const BUS: &str = "bus.csv";
/// File name of the branch table.
pub const BRANCH: &str = "branch.csv";
/// File name of the plant table.
pub const PLANT: &str = "plant.csv";
/// File name of the substation table.
pub const SUB: &str = "sub.csv";
/// File name of the table that puts buses into substations.
pub const BUS2SUB: &str = "bus2sub.csv";

/// What to take from the tables.
#[derive(Clone, Copy, Debug)]
pub struct Selection<'a> {
    /// The interconnection, as the tables call it.
    pub interconnect: &'a str,
    /// Its zones: number in the tables, name in the result.
    pub zones: &'a [(u32, String)],
    /// Length of a line over the distance between its ends.
    pub line_detour: f64,
}

/// Reads the tables by file name. Generators have no costs yet and plants without capacity are left out;
/// load shares follow `Pd`.
pub fn read(files: &BTreeMap<String, String>, select: &Selection<'_>) -> Result<Network, Vec<CaseFault>> {
    let mut list = Vec::new();
    let mut network = Network { base_mva: 100.0, ..Network::default() };
    network.zones = select.zones.iter().map(|(_, name)| Zone { name: name.clone() }).collect();
    let stations = read_stations(files, &mut list);
    let mut numbers = BTreeMap::new();
    let mut lines = Vec::new();
    let mut station_names = Vec::new();
    if let Some(table) = open(files, BUS, &BUS_COLUMNS, &mut list) {
        let mut faults = Faults::new(BUS, &mut list);
        let mut names = Ordinals::default();
        for row in table.rows().filter(|row| row.text("interconnect") == select.interconnect) {
            let Some((mut bus, station)) = read_bus(&row, select, stations.as_ref(), &mut faults) else {
                continue;
            };
            bus.name = names.next(&format!("{station} {} kV", bus.base_kv));
            let number = bus.number;
            if numbers.insert(number, network.add_bus(bus)).is_some() {
                faults.add(Some(row.line), "bus_id", format!("bus {number} appears twice"));
            }
            lines.push(row.line);
            station_names.push(station);
        }
    }
    if let Some(table) = open(files, BRANCH, &BRANCH_COLUMNS, &mut list) {
        let mut faults = Faults::new(BRANCH, &mut list);
        let mut names = Ordinals::default();
        for row in table.rows().filter(|row| row.text("interconnect") == select.interconnect) {
            if let Some(mut branch) = read_branch(&row, &network, &numbers, select, &mut faults) {
                let (from, to) = (network.bus(branch.from), network.bus(branch.to));
                let station = |id: BusId| station_names[id.0 as usize].as_str();
                branch.name = names.next(&match branch.kind {
                    BranchKind::Line => {
                        format!("{} - {} {} kV", station(branch.from), station(branch.to), from.base_kv)
                    }
                    BranchKind::Transformer => {
                        let (high, low) = (from.base_kv.max(to.base_kv), from.base_kv.min(to.base_kv));
                        format!("{} {high}/{low} kV", station(branch.from))
                    }
                });
                network.add_branch(branch);
            }
        }
    }
    if let Some(table) = open(files, PLANT, &PLANT_COLUMNS, &mut list) {
        let mut faults = Faults::new(PLANT, &mut list);
        let mut names = Ordinals::default();
        for row in table.rows().filter(|row| row.text("interconnect") == select.interconnect) {
            if let Some(mut unit) = read_plant(&row, &numbers, &mut faults) {
                let station = &station_names[unit.bus.0 as usize];
                unit.name = names.next(&format!("{station} {}", unit.fuel.name()));
                network.generators.push(unit);
            }
        }
    }
    if list.is_empty() {
        check::connected(&network, &lines, &mut Faults::new(BUS, &mut list));
    }
    if list.is_empty() { Ok(network) } else { Err(list) }
}

const BUS_COLUMNS: [&str; 6] = ["bus_id", "Pd", "Gs", "zone_id", "baseKV", "interconnect"];
const BRANCH_COLUMNS: [&str; 12] = [
    "branch_id",
    "from_bus_id",
    "to_bus_id",
    "r",
    "x",
    "rateA",
    "rateC",
    "ratio",
    "angle",
    "status",
    "branch_device_type",
    "interconnect",
];
const PLANT_COLUMNS: [&str; 6] = ["plant_id", "bus_id", "type", "interconnect", "Pmax", "Pmin"];

/// What is known of a substation.
struct Station {
    name: String,
    position: (f64, f64),
}

/// Substations by number, and the substation of each bus.
struct Stations {
    by_number: BTreeMap<u32, Station>,
    of_bus: BTreeMap<u32, u32>,
}

fn open(
    files: &BTreeMap<String, String>,
    file: &str,
    required: &[&str],
    list: &mut Vec<CaseFault>,
) -> Option<Table> {
    let mut faults = Faults::new(file, list);
    let Some(text) = files.get(file) else {
        faults.add(None, "file", "this file is missing");
        return None;
    };
    Table::read(text, &Shape { required, optional: &[], foreign: true, renamed: &[] }, &mut faults)
}

/// The substation tables, when both are there.
fn read_stations(files: &BTreeMap<String, String>, list: &mut Vec<CaseFault>) -> Option<Stations> {
    if !files.contains_key(SUB) || !files.contains_key(BUS2SUB) {
        return None;
    }
    let mut stations = Stations { by_number: BTreeMap::new(), of_bus: BTreeMap::new() };
    let table = open(files, SUB, &["sub_id", "name", "lat", "lon"], list)?;
    let mut faults = Faults::new(SUB, list);
    for row in table.rows() {
        let (number, name) = (row.integer("sub_id", &mut faults), row.name("name", &mut faults));
        let position = read_position(&row, &mut faults);
        if let (Some(number), Some(name), Some(position)) = (number, name, position) {
            stations.by_number.insert(number, Station { name: title_case(&name), position });
        }
    }
    let table = open(files, BUS2SUB, &["bus_id", "sub_id"], list)?;
    let mut faults = Faults::new(BUS2SUB, list);
    for row in table.rows() {
        let (bus, station) = (row.integer("bus_id", &mut faults), row.integer("sub_id", &mut faults));
        if let (Some(bus), Some(station)) = (bus, station) {
            stations.of_bus.insert(bus, station);
        }
    }
    Some(stations)
}

fn read_position(row: &Row<'_>, faults: &mut Faults<'_>) -> Option<(f64, f64)> {
    let latitude = row.number_in("lat", -90.0, 90.0, faults);
    let longitude = row.number_in("lon", -180.0, 180.0, faults);
    latitude.zip(longitude)
}

/// A bus without its name, and the name of its station.
fn read_bus(
    row: &Row<'_>,
    select: &Selection<'_>,
    stations: Option<&Stations>,
    faults: &mut Faults<'_>,
) -> Option<(Bus, String)> {
    let number = row.integer("bus_id", faults);
    let load_mw = row.not_negative("Pd", faults);
    let shunt_mw = row.number("Gs", faults);
    let base_kv = row.not_negative("baseKV", faults);
    let zone_number = row.integer("zone_id", faults);
    let zone = zone_number.and_then(|n| select.zones.iter().position(|(number, _)| *number == n));
    if let (Some(n), None) = (zone_number, zone) {
        faults.add(Some(row.line), "zone_id", format!("zone {n} is not in the recipe"));
    }
    let (substation, name, position) = if let Some(stations) = stations {
        let number = number?;
        let substation = stations.of_bus.get(&number);
        let found = substation.and_then(|number| Some((*number, stations.by_number.get(number)?)));
        let Some((substation, station)) = found else {
            faults.add(Some(row.line), "bus_id", format!("no substation is known for bus {number}"));
            return None;
        };
        (substation, station.name.clone(), station.position)
    } else {
        let substation = row.integer("sub_id", faults);
        let name = row.name("name", faults).map(|name| title_case(&name));
        let position = read_position(row, faults);
        (substation?, name?, position?)
    };
    let bus = Bus {
        number: number?,
        name: String::new(),
        zone: ZoneId(zone? as u16),
        substation,
        base_kv: base_kv?,
        load_mw: load_mw?,
        shunt_mw: shunt_mw?,
        load_share: 0.0,
        position: Some(position),
    };
    Some((bus, name))
}

fn bus_of(
    row: &Row<'_>,
    column: &str,
    numbers: &BTreeMap<u32, BusId>,
    faults: &mut Faults<'_>,
) -> Option<BusId> {
    let number = row.integer(column, faults)?;
    let found = numbers.get(&number).copied();
    if found.is_none() {
        faults.add(Some(row.line), column, format!("there is no bus {number}"));
    }
    found
}

fn read_branch(
    row: &Row<'_>,
    network: &Network,
    numbers: &BTreeMap<u32, BusId>,
    select: &Selection<'_>,
    faults: &mut Faults<'_>,
) -> Option<Branch> {
    let from = bus_of(row, "from_bus_id", numbers, faults);
    let to = bus_of(row, "to_bus_id", numbers, faults);
    let r_pu = row.number("r", faults);
    let x_pu = row.number("x", faults);
    let rating = row.not_negative("rateA", faults);
    let emergency = row.not_negative("rateC", faults);
    let ratio = row.not_negative("ratio", faults);
    let shift_deg = row.number("angle", faults);
    let status = row.integer("status", faults);
    if x_pu == Some(0.0) {
        faults.add(Some(row.line), "x", "a branch needs a reactance other than zero");
    }
    let kind = match row.text("branch_device_type") {
        "Line" => Some(BranchKind::Line),
        "Transformer" | "TransformerWinding" => Some(BranchKind::Transformer),
        other => {
            let known = ["Line", "Transformer", "TransformerWinding"].into_iter();
            faults.unknown(Some(row.line), "branch_device_type", "kind of branch", other, known);
            None
        }
    };
    let (from, to, kind) = (from?, to?, kind?);
    let ends = (network.bus(from).position, network.bus(to).position);
    let length_mi = match (kind, ends) {
        (BranchKind::Line, (Some(a), Some(b))) => {
            Some((distance_mi(a, b) * select.line_detour * 10.0).round() / 10.0)
        }
        _ => None,
    };
    let limit = |mw: f64| Some(mw).filter(|mw| *mw > 0.0);
    Some(Branch {
        name: String::new(),
        from,
        to,
        kind,
        r_pu: r_pu?,
        x_pu: x_pu?,
        tap: limit(ratio?).unwrap_or(1.0),
        shift_deg: shift_deg?,
        angle_difference_deg: None,
        rating_mw: limit(rating?).unwrap_or(f64::INFINITY),
        emergency_rating_mw: limit(emergency?),
        length_mi,
        in_service: status? > 0,
    })
}

/// What a plant burns, and the prime mover that is the most usual for it.
pub(crate) fn plant_kind(row: &Row<'_>, faults: &mut Faults<'_>) -> Option<(Fuel, Technology)> {
    match row.text("type") {
        "ng" => Some((Fuel::Gas, Technology::CombinedCycle)),
        "coal" => Some((Fuel::Coal, Technology::CoalSteam)),
        "nuclear" => Some((Fuel::Nuclear, Technology::Nuclear)),
        "wind" | "wind_offshore" => Some((Fuel::Wind, Technology::Wind)),
        "solar" => Some((Fuel::Solar, Technology::Solar)),
        "hydro" => Some((Fuel::Hydro, Technology::Hydro)),
        "dfo" => Some((Fuel::Oil, Technology::CombustionTurbine)),
        "geothermal" | "other" => Some((Fuel::Other, Technology::Other)),
        other => {
            let known = ["ng", "coal", "nuclear", "wind", "solar", "hydro", "dfo", "geothermal", "other"];
            faults.unknown(Some(row.line), "type", "kind of plant", other, known.into_iter());
            None
        }
    }
}

fn read_plant(row: &Row<'_>, numbers: &BTreeMap<u32, BusId>, faults: &mut Faults<'_>) -> Option<Generator> {
    let bus = bus_of(row, "bus_id", numbers, faults);
    let capacity_mw = row.not_negative("Pmax", faults);
    let minimum_mw = row.not_negative("Pmin", faults);
    let kind = plant_kind(row, faults);
    let (fuel, technology) = kind?;
    let follows_weather = matches!(fuel, Fuel::Wind | Fuel::Solar | Fuel::Hydro);
    Some(Generator {
        name: String::new(),
        bus: bus?,
        fuel,
        technology,
        capacity_mw: capacity_mw.filter(|mw| *mw > 0.0)?,
        minimum_mw: if follows_weather { 0.0 } else { minimum_mw? },
        heat_rate_mmbtu_per_mwh: 0.0,
        variable_om_usd_per_mwh: 0.0,
        storage_mwh: 0.0,
        online: None,
        retired: None,
        co2_kg_per_mmbtu: None,
        forced_outage_rate: None,
        neighbour: None,
        in_service: true,
        cost: None,
    })
}

/// Distance of two points (degrees north, degrees east) on a plane that touches the earth between them;
/// within 0.1 % of the great circle up to 300 miles at these latitudes.
fn distance_mi(a: (f64, f64), b: (f64, f64)) -> f64 {
    const MILES_PER_DEGREE: f64 = 69.093;
    let middle = f64::midpoint(a.0, b.0) * core::f64::consts::PI / 180.0;
    let (north, east) = (b.0 - a.0, (b.1 - a.1) * math::cos(middle));
    (north * north + east * east).sqrt() * MILES_PER_DEGREE
}

fn title_case(name: &str) -> String {
    let mut start = true;
    let letter = |c: char| {
        let written = if start { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
        start = !c.is_alphanumeric() && c != '\'';
        written
    };
    name.trim().chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> BTreeMap<String, String> {
        list.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn joins_the_substation_tables_and_leaves_other_grids_out() {
        let files = files(&[
            (
                BUS,
                "bus_id,Pd,Gs,zone_id,baseKV,interconnect\n1,10,0,301,115,Texas\n2,0,0,301,500,Texas\n\
                 3,5,0,301,500,Texas\n9,1,0,7,500,Eastern\n",
            ),
            (SUB, "sub_id,name,lat,lon\n40,FORT WORTH,30,-100\n41,O'DONNELL,31,-100\n"),
            (BUS2SUB, "bus_id,sub_id\n1,40\n2,40\n3,41\n"),
            (
                BRANCH,
                "branch_id,from_bus_id,to_bus_id,r,x,rateA,rateC,ratio,angle,status,branch_device_type,interconnect\n\
                 1,1,2,0,0.1,150,0,1,0,1,Transformer,Texas\n2,2,3,0,0.2,0,0,0,0,1,Line,Texas\n",
            ),
            (
                PLANT,
                "plant_id,bus_id,type,interconnect,Pmax,Pmin\n1,1,ng,Texas,100,30\n2,1,ng,Texas,0,0\n3,9,ng,Eastern,5,0\n",
            ),
        ]);
        let zones = [(301, "far_west".to_owned())];
        let select = Selection { interconnect: "Texas", zones: &zones, line_detour: 1.3 };
        let network = read(&files, &select).expect("valid tables");
        let names: Vec<&str> = network.buses().map(|(_, bus)| bus.name.as_str()).collect();
        assert_eq!(names, ["Fort Worth 115 kV", "Fort Worth 500 kV", "O'donnell 500 kV"]);
        let branches: Vec<&Branch> = network.branches().map(|(_, branch)| branch).collect();
        assert_eq!(branches[0].name, "Fort Worth 500/115 kV");
        assert_eq!(branches[1].name, "Fort Worth - O'donnell 500 kV");
        assert_eq!(branches[1].rating_mw, f64::INFINITY);
        // One degree of latitude is 69.09 miles.
        assert!((branches[1].length_mi.expect("a length") - 69.09 * 1.3).abs() < 0.1);
        assert_eq!(network.generators.len(), 1);

        let mut broken = files;
        broken.insert(BUS2SUB.to_owned(), "bus_id,sub_id\n1,40\n2,99\n3,41\n".to_owned());
        let faults = read(&broken, &select).expect_err("bus 2 has no substation");
        assert!(faults.iter().any(|f| f.file == BUS && f.line == Some(3)), "{faults:?}");
    }
}
