use std::io::Read;
use std::path::{Path, PathBuf};

use super::*;
use crate::grid::case::matpower::{self, ZoneBy};
use crate::grid::{CostCurve, Fuel, Technology};
use crate::test_data::public_data;

/// Three buses in two areas: a coal unit with a curve, a wind park and a battery, two hours.
fn small() -> BTreeMap<String, String> {
    let table = |rows: &[&str]| rows.join("\n");
    let texts = [
        (
            BUS,
            table(&[
                "Bus ID,Bus Name,BaseKV,MW Load,MW Shunt G,Area,lat,lng",
                "1,Ash,138,30,0,1,33,-114",
                "2,Birch,138,10,0,1,34,-114",
                "3,Cedar,230,60,1.5,4,34,-115",
            ]),
        ),
        (
            BRANCH,
            table(&[
                "UID,From Bus,To Bus,R,X,Cont Rating,STE Rating,Tr Ratio,Length",
                "L1,1,2,0.01,0.1,175,200,0,12",
                "T1,2,3,0,0.05,100,120,1.03,0",
            ]),
        ),
        (
            GENERATOR,
            table(&[
                "GEN UID,Bus ID,Unit Type,Fuel,PMax MW,PMin MW,Fuel Price $/MMBTU,Output_pct_0,Output_pct_1,Output_pct_2,HR_avg_0,HR_incr_1,HR_incr_2,VOM",
                "1_STEAM_1,1,STEAM,Coal,100,40,2,0.4,1,NA,12000,9000,NA,0.5",
                "3_WIND_1,3,WIND,Wind,50,0,0,0,0,0,NA,0,0,0",
                "3_STORAGE_1,3,STORAGE,Storage,20,0,0,0,0,0,NA,0,0,0",
                "3_SYNC_1,3,SYNC_COND,Sync_Cond,0,0,0,0,0,0,NA,0,0,0",
            ]),
        ),
        (DC_BRANCH, table(&["UID,From Bus,To Bus,MW Load", "DC1,1,3,100"])),
        (STORAGE, table(&["GEN UID,Storage,Max Volume GWh,position", "3_STORAGE_1,UPPER,0.15,head"])),
        (
            POINTERS,
            table(&[
                "Simulation,Category,Object,Parameter,Scaling Factor,Data File",
                "DAY_AHEAD,Area,1,MW Load,40,../series/load.csv",
                "DAY_AHEAD,Area,4,MW Load,60,../series/load.csv",
                "DAY_AHEAD,Generator,3_WIND_1,PMax MW,50,../series/wind.csv",
                "REAL_TIME,Generator,3_WIND_1,PMax MW,50,../series/rt.csv",
            ]),
        ),
        ("series/load.csv", table(&["Year,Month,Day,Period,1,4", "2020,1,1,1,20,45", "2020,1,1,2,36,70"])),
        ("series/wind.csv", table(&["Year,Month,Day,Period,3_WIND_1", "2020,1,1,1,7", "2020,1,1,2,50"])),
    ];
    texts.into_iter().map(|(path, text)| (format!("folder/{path}"), text)).collect()
}

#[test]
fn a_small_folder_is_read_as_it_says() {
    let (network, series, notes) = read(&small()).unwrap();
    let names: Vec<&str> = network.zones.iter().map(|zone| zone.name.as_str()).collect();
    assert_eq!(names, ["area_1", "area_4"]);
    let shares: Vec<f64> = network.buses().map(|(_, bus)| bus.load_share).collect();
    assert_eq!(shares, [0.75, 0.25, 1.0]);
    assert_eq!(network.branch(crate::grid::BranchId(0)).length_mi, Some(12.0));
    let transformer = network.branch(crate::grid::BranchId(1));
    assert_eq!(
        (transformer.kind, transformer.tap, transformer.rating_mw),
        (BranchKind::Transformer, 1.03, 100.0)
    );
    assert_eq!(network.bus(BusId(1)).substation, network.bus(BusId(2)).substation);
    // 40 MW at 12 MMBtu/MWh and 2 $/MMBtu plus 0.5 $/MWh; 60 MW more at 9 MMBtu/MWh.
    let coal = &network.generators[0];
    assert_eq!(coal.cost, Some(CostCurve::Piecewise(vec![(40.0, 980.0), (100.0, 2090.0)])));
    assert_eq!((coal.technology, coal.minimum_mw), (Technology::CoalSteam, 40.0));
    assert!((coal.heat_rate_mmbtu_per_mwh - 10.2).abs() < 1e-12);
    assert_eq!(network.generators[2].storage_mwh, 150.0);
    assert_eq!(network.generators.len(), 3);
    assert_eq!((network.dc_links[0].minimum_mw, network.dc_links[0].maximum_mw), (-100.0, 100.0));
    let series = series.unwrap();
    let mut demand_mw = [0.0; 3];
    series.add_load_mw(1, &mut demand_mw);
    assert_eq!(demand_mw, [27.0, 9.0, 70.0]);
    assert_eq!(series.available_mw, [(1, vec![7.0, 50.0])]);
    assert!(notes.iter().any(|note| note.contains("synchronous")), "{notes:?}");
    assert_eq!(series_paths(&small()), ["folder/series/load.csv", "folder/series/wind.csv"]);
}

#[test]
fn a_folder_without_pointers_has_no_hours() {
    let mut files = small();
    files.remove(&format!("folder/{POINTERS}"));
    assert_eq!(read(&files).unwrap().1, None);
}

#[test]
fn broken_folders_are_refused_with_file_and_line() {
    // File, text to replace, its replacement, line and column of the fault.
    let cases = [
        (BUS, "2,Birch", "1,Birch", Some(3), "Bus ID"),
        (BUS, "138,30", "138,NaN", Some(2), "MW Load"),
        (BUS, "MW Load", "Load", Some(1), "MW Load"),
        (BUS, "1.5,4,34", "1.5,4", Some(4), "row"),
        (BRANCH, "L1,1,2", "L1,1,9", Some(2), "To Bus"),
        (BRANCH, "L1,1,2", "L1,1,1", Some(2), "To Bus"),
        (BRANCH, "0.01,0.1,175", "0.01,0,175", Some(2), "X"),
        (BRANCH, "175", "-175", Some(2), "Cont Rating"),
        (BRANCH, "T1", "L1", Some(3), "UID"),
        (GENERATOR, "STEAM,Coal", "STEAM,Cole", Some(2), "Fuel"),
        (GENERATOR, "WIND,Wind", "WINDY,Wind", Some(3), "Unit Type"),
        (GENERATOR, "100,40", "100,140", Some(2), "PMin MW"),
        (GENERATOR, "0.4,1,NA", "0.4,0.3,NA", Some(2), "Output_pct_1"),
        (GENERATOR, "12000", "inf", Some(2), "HR_avg_0"),
        (GENERATOR, "3_WIND_1,3", "3_WIND_2,3", Some(4), "Object"),
        (DC_BRANCH, "DC1,1,3", "DC1,1,x", Some(2), "To Bus"),
        (STORAGE, "3_STORAGE_1", "3_STORAGE_2", None, "GEN UID"),
        (POINTERS, "series/wind", "series/wnd", Some(4), "Data File"),
        (POINTERS, "Area,4", "Area,5", Some(3), "Object"),
        (POINTERS, "Area,4", "Area,1", Some(3), "Object"),
        ("series/load.csv", "1,2,36", "1,3,36", Some(3), "Period"),
        ("series/load.csv", "20,45", "20,-45", Some(2), "4"),
        ("series/wind.csv", "\n2020,1,1,2,50", "", None, "Period"),
    ];
    for (file, text, replacement, line, field) in cases {
        let mut files = small();
        let path = format!("folder/{file}");
        let broken = files[&path].replacen(text, replacement, 1);
        assert_ne!(broken, files[&path], "{file}: {text}");
        files.insert(path.clone(), broken);
        let faults = read(&files).expect_err(replacement);
        let named = |f: &CaseFault| (f.line, f.field.as_str()) == (line, field);
        let file_named = |f: &CaseFault| f.file == path || field == "Object" || field == "Period";
        assert!(faults.iter().any(|f| named(f) && file_named(f)), "{file}, {replacement}: {faults:?}");
    }
    for file in [BUS, BRANCH, GENERATOR] {
        let mut files = small();
        files.remove(&format!("folder/{file}"));
        assert!(read(&files).expect_err(file).iter().any(|f| f.message.contains("missing")), "{file}");
    }
}

fn data() -> Option<PathBuf> {
    let folder = public_data();
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not there", folder.display());
    None
}

fn unpack(path: &Path) -> String {
    let mut text = String::new();
    let packed = std::fs::read(path).unwrap();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
    text
}

/// The published folder; its series lie packed and flat here.
fn published() -> Option<BTreeMap<String, String>> {
    let folder = data()?.join("rts_gmlc");
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder.join("SourceData")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        files.insert(format!("SourceData/{name}"), std::fs::read_to_string(&path).unwrap());
    }
    for entry in std::fs::read_dir(folder.join("timeseries")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let (kind, file) = name.trim_end_matches(".gz").split_once("__").unwrap();
        // The hydro folder is in capitals in the pointers.
        let kind = if kind == "Hydro" { "HYDRO" } else { kind };
        files.insert(format!("timeseries_data_files/{kind}/{file}"), unpack(&path));
    }
    Some(files)
}

#[test]
fn the_published_folder_is_read() {
    let Some(files) = published() else { return };
    let (network, series, notes) = read(&files).unwrap();
    assert_eq!(network.buses().len(), 73);
    assert_eq!(network.branches().len(), 120);
    assert_eq!(network.generators.len(), 155);
    let load_mw: f64 = network.buses().map(|(_, bus)| bus.load_mw).sum();
    assert_eq!(load_mw, 8550.0);
    let battery = network.generators.iter().find(|unit| unit.fuel == Fuel::Storage).unwrap();
    assert_eq!((battery.capacity_mw, battery.storage_mwh), (50.0, 150.0));
    // The inflow of the solar thermal plant is not among the shared files.
    let idle: Vec<&str> =
        network.generators.iter().filter(|u| !u.in_service).map(|u| u.name.as_str()).collect();
    assert_eq!(idle, ["212_CSP_1"]);
    assert!(notes.iter().any(|note| note.starts_with("212_CSP_1")), "{notes:?}");
    let series = series.unwrap();
    assert_eq!((series.hours, series.available_mw.len()), (8784, 80));
    let mut demand_mw = vec![0.0; 73];
    series.add_load_mw(0, &mut demand_mw);
    let total: f64 = demand_mw.iter().sum();
    assert!((total - (985.0197922 + 1102.675901 + 1249.636191)).abs() < 1e-9, "{total}");
}

/// The same authors publish the case for MATPOWER, costs computed by themselves.
#[test]
fn costs_are_those_of_the_published_matpower_case() {
    let Some(files) = published() else { return };
    let (network, _, _) = read(&files).unwrap();
    let text = unpack(&data().unwrap().join("cases/matpower/case_RTS_GMLC.m.gz"));
    let reference = matpower::read("RTS_GMLC", &text, ZoneBy::Area).unwrap();
    let mut compared = 0;
    for (id, bus) in network.buses() {
        let points = |network: &Network| {
            let at = network.buses().find(|(_, b)| b.number == bus.number).unwrap().0;
            // The solar thermal plant, out of service, has a variable cost in one of the two only.
            let units = network.generators.iter().filter(|unit| unit.bus == at && unit.in_service);
            let mut points: Vec<(f64, f64, f64)> = units
                .filter_map(|unit| match &unit.cost {
                    Some(CostCurve::Piecewise(points)) if points[0].0 > 0.0 && points[0].1 > 0.0 => {
                        Some((unit.capacity_mw, points[0].1, points[points.len() - 1].1))
                    }
                    _ => None,
                })
                .collect();
            points.sort_by(|a, b| a.partial_cmp(b).unwrap());
            points
        };
        let (ours, theirs) = (points(&network), points(&reference));
        assert_eq!(ours.len(), theirs.len(), "bus {}", bus.number);
        for (a, b) in ours.iter().zip(&theirs) {
            assert_eq!(a.0, b.0);
            assert!((a.1 - b.1).abs() < 1e-4 && (a.2 - b.2).abs() < 1e-4, "bus {}: {a:?}, {b:?}", id.0);
            compared += 1;
        }
    }
    assert!(compared >= 70, "{compared}");
    for ((_, a), (_, b)) in network.branches().zip(reference.branches()) {
        assert_eq!((a.r_pu, a.x_pu, a.rating_mw, a.tap), (b.r_pu, b.x_pu, b.rating_mw, b.tap), "{}", a.name);
    }
}
