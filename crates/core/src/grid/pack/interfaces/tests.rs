use std::path::Path;

use super::*;
use crate::grid::RegionPack;

fn testbed() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/regions/testbed");
    let names = [
        "region.toml",
        "buses.csv",
        "branches.csv",
        "generators.csv",
        "planned.csv",
        "sites.csv",
        "reinforcements.csv",
    ];
    names.map(|name| (name.to_owned(), std::fs::read_to_string(folder.join(name)).expect("a text"))).into()
}

/// The testbed with one bus a zone: 1 plains, 2 city, 3 coast.
fn zonal(interfaces: &str) -> BTreeMap<String, String> {
    let mut files = testbed();
    let region = files["region.toml"].replace("network = \"nodal\"", "network = \"zonal\"");
    files.insert("region.toml".to_owned(), region);
    files.remove("branches.csv");
    let header = files["buses.csv"].lines().next().expect("a header").to_owned();
    let rows =
        "1,Plains,plains,1,345,100,0,1,,\n2,City,city,2,345,600,0,1,,\n3,Coast,coast,3,345,300,0,1,,\n";
    files.insert("buses.csv".to_owned(), format!("{header}\n{rows}"));
    let zone = |bus: &str| match bus.parse::<u32>().expect("a bus") {
        1..=4 => "1",
        5..=8 => "2",
        _ => "3",
    };
    for (file, column) in [("generators.csv", 1), ("sites.csv", 3)] {
        let rows = files[file].lines().enumerate().map(|(line, row)| {
            let mut cells: Vec<&str> = row.split(',').collect();
            if line > 0 {
                cells[column] = zone(cells[column]);
            }
            cells.join(",") + "\n"
        });
        files.insert(file.to_owned(), rows.collect());
    }
    files.insert(INTERFACES.to_owned(), format!("{}\n{interfaces}", TABLE.names().join(",")));
    files
}

const PIPES: &str =
    "plains - city,plains,city,300,200,0,round number\ncity - coast,city,coast,150,400,0.02,round number\n";

#[test]
fn pipes_join_the_zones_of_a_pack_without_branches() {
    let files = zonal(PIPES);
    let pack = RegionPack::parse(&files).unwrap_or_else(|faults| panic!("{}", faults[0]));
    assert_eq!(pack.network.branches().len(), 0);
    let pipe = |n: usize| {
        let link = &pack.network.dc_links[n];
        (link.from.0, link.to.0, link.minimum_mw, link.maximum_mw, link.loss_fraction)
    };
    assert_eq!((pipe(0), pipe(1)), ((0, 1, -200.0, 300.0, 0.0), (1, 2, -400.0, 150.0, 0.02)));
    for (file, text) in pack.tables() {
        assert_eq!(text, files[&file], "{file}");
    }
}

#[test]
fn an_interface_of_a_nodal_pack_counts_its_branches_by_direction() {
    let mut files = testbed();
    let row = "export of the plains,plains,city coast,250,,0,round number\nimport of the city,coast plains,city,500,100,0,x\n";
    files.insert(INTERFACES.to_owned(), format!("{}\n{row}", TABLE.names().join(",")));
    let pack = RegionPack::parse(&files).unwrap_or_else(|faults| panic!("{}", faults[0]));
    let terms = |n: usize| -> Vec<(String, f64)> {
        let terms = pack.interfaces[n].terms(&pack.network);
        terms.into_iter().map(|(id, sign)| (pack.network.branch(id).name.clone(), sign)).collect()
    };
    let (mill, gate) = ("Windy - Mill 230 kV".to_owned(), "Sunny - Gate 230 kV".to_owned());
    assert_eq!(terms(0), [(mill.clone(), 1.0), (gate.clone(), 1.0)]);
    let (harbour, cape) = ("Mill - Harbour 230 kV".to_owned(), "Gate - Cape 230 kV".to_owned());
    assert_eq!(terms(1), [(mill, 1.0), (gate, 1.0), (harbour, -1.0), (cape, -1.0)]);
    assert_eq!(pack.interfaces[0].reverse_limit_mw, f64::INFINITY);
    assert_eq!(pack.tables()[INTERFACES], files[INTERFACES]);
}

#[test]
fn all_faults_of_the_table_come_at_once() {
    let rows =
        "a,plains,citty,1,1,0,x\na,plains city,coast,1,1,0,x\nb,coast,coast,-5,,0,x\nc,city,coast,1,1,1,x\n";
    let faults = RegionPack::parse(&zonal(rows)).expect_err("faults");
    let seen: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let has = |line: u64, field: &str, part: &str| {
        let right = |f: &&CaseFault| f.file == INTERFACES && f.line == Some(line) && f.field == field;
        assert!(
            faults.iter().filter(right).any(|f| f.to_string().contains(part)),
            "{line} {field} {part}: {seen:#?}"
        );
    };
    has(2, "to_zones", "did you mean city?");
    has(3, "name", "appears twice");
    has(3, "from_zones", "joins one zone to one other");
    has(4, "to_zones", "stands on both sides");
    has(4, "forward_limit_mw", "");
    has(4, "reverse_limit_mw", "");
    has(5, "loss_fraction", "");
    assert_eq!(faults.len(), 7, "{seen:#?}");
}

#[test]
fn a_zone_without_a_pipe_and_a_zone_of_two_buses_are_faults() {
    let faults = RegionPack::parse(&zonal("a,plains,city,1,1,0,x\n")).expect_err("an island");
    assert!(faults.len() == 1 && faults[0].message.contains("bus 3"), "{faults:#?}");
    let mut files = zonal(PIPES);
    let buses = files["buses.csv"].replace("3,Coast,coast,3,345,300,0,1", "3,Coast,city,3,345,300,0,0");
    files.insert("buses.csv".to_owned(), buses);
    files.insert("branches.csv".to_owned(), testbed()["branches.csv"].clone());
    let faults = RegionPack::parse(&files).expect_err("two buses, no coast, branches").into_iter();
    let seen: Vec<String> = faults.map(|fault| fault.to_string()).collect();
    assert!(
        seen.iter().any(|f| f.starts_with("buses.csv:4: zone: zone city already has bus 2")),
        "{seen:#?}"
    );
    let mut files = zonal(PIPES);
    let line = "a,1,2,line,0,0.1,1,0,300,,50,true";
    let header = testbed()["branches.csv"].lines().next().expect("a header").to_owned();
    files.insert("branches.csv".to_owned(), format!("{header}\n{line}\n"));
    let faults = RegionPack::parse(&files).expect_err("branches");
    assert!(
        faults[0].to_string().starts_with("branches.csv: name: a zonal pack has no branches"),
        "{faults:#?}"
    );
}
