//! Case files in and out: `import`, `export`, and the same answer from every form of a case.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{gridrush, root};

/// A folder of PyPSA: three buses, one quadratic cost, one transformer, one link.
const PYPSA: [(&str, &str); 6] = [
    ("buses.csv", "name,v_nom,country\nOslo,380,NO\nBergen,380,NO\nSkagen,110,DK\n"),
    ("lines.csv", "name,bus0,bus1,x,s_nom\nnorth,Oslo,Bergen,20,60\n"),
    ("transformers.csv", "name,bus0,bus1,x,s_nom,tap_ratio\nT,Bergen,Skagen,0.1,200,1.05\n"),
    ("links.csv", "name,bus0,bus1,p_nom,efficiency\nsea,Oslo,Skagen,50,0.95\n"),
    (
        "generators.csv",
        "name,bus,carrier,p_nom,marginal_cost,marginal_cost_quadratic\ng,Oslo,CCGT,400,30,0.05\n\
         w,Skagen,offwind,40,0,0\nd,Skagen,oil,300,90,0\n",
    ),
    ("loads.csv", "name,bus,p_set\nb,Bergen,80\ns,Skagen,70\n"),
];

fn pypsa(dir: &Path) {
    fs::create_dir_all(dir).expect("a folder");
    for (name, text) in PYPSA {
        fs::write(dir.join(name), text).expect("a table");
    }
}

/// Runs a command that must succeed and gives what it prints.
fn printed(arguments: &[&str]) -> String {
    let output = gridrush().args(arguments).output().expect("runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn objective(case: &str) -> f64 {
    let text = printed(&["opf", case, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    json["objective_usd_per_h"].as_f64().expect("an objective")
}

fn path(dir: &Path) -> &str {
    dir.to_str().expect("a path")
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs()
}

#[test]
fn a_pypsa_folder_costs_the_same_in_every_form() {
    let folder = tempfile::tempdir().expect("a folder");
    let [source, pack, case, tables] = ["source", "pack", "case.m", "tables"].map(|n| folder.path().join(n));
    pypsa(&source);
    // 40 MW of wind; Oslo sends 60 MW by the line and 50 MW by the link, of which 2.5 MW are lost; 2.5 MW of
    // oil are what is missing: 110 MW cost 30 p + 0.05 p^2.
    let expected = 30.0 * 110.0 + 0.05 * 110.0 * 110.0 + 2.5 * 90.0;
    assert!(close(objective(path(&source)), expected), "{}", objective(path(&source)));

    let text = printed(&["import", "pypsa", path(&source), "--out", path(&pack), "--zones", "country"]);
    assert!(text.contains("buses.csv (3 rows)"), "{text}");
    assert!(text.contains("note: buses.csv: buses are numbered in file order"), "{text}");
    assert!(fs::read_to_string(pack.join("region.toml")).expect("settings").contains("name = \"dk\""));
    assert!(close(objective(path(&pack)), expected));

    let text = printed(&["export", path(&source), "--format", "matpower", "--out", path(&case)]);
    assert!(text.contains("note: names of branches and units stand in comments"), "{text}");
    assert!(close(objective(path(&case)), expected));

    printed(&["export", path(&case), "--format", "csv", "--out", path(&tables)]);
    assert!(close(objective(path(&tables)), expected));
}

#[test]
fn a_region_is_exported_with_its_fuel_prices() {
    let folder = tempfile::tempdir().expect("a folder");
    let [case, tables] = ["testbed.m", "tables"].map(|name| folder.path().join(name));
    printed(&["export", "testbed", "--format", "matpower", "--out", path(&case)]);
    assert!(close(objective(path(&case)), objective("testbed")));

    // Tables keep heat rates, so a price has to come from somewhere.
    printed(&["export", "testbed", "--format", "csv", "--out", path(&tables)]);
    let refused = gridrush()
        .args(["export", path(&tables), "--format", "matpower", "--out", path(&folder.path().join("no.m"))])
        .output()
        .expect("runs");
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{why}");
    assert!(why.contains("no price of coal") && why.contains("--fuel FUEL=PRICE"), "{why}");
    assert!(!folder.path().join("no.m").exists());
}

#[test]
fn faults_of_a_folder_come_at_once_and_nothing_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let [source, pack] = ["source", "pack"].map(|name| folder.path().join(name));
    pypsa(&source);
    fs::write(source.join("lines.csv"), "name,bus0,bus1,x,s_nom\nnorth,Oslo,Bergn,0,-60\n").expect("a table");
    let output =
        gridrush().args(["import", "pypsa", path(&source), "--out", path(&pack)]).output().expect("runs");
    let why = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{why}");
    for part in [
        "lines.csv:2: bus1: unknown bus \"Bergn\"",
        "did you mean Bergen?",
        "lines.csv:2: s_nom: -60",
        "faults; nothing was written",
    ] {
        assert!(why.contains(part), "{part} not in {why}");
    }
    assert!(!pack.exists());
}

#[test]
fn a_file_that_is_missing_or_empty_is_told_as_such() {
    let folder = tempfile::tempdir().expect("a folder");
    let tables = folder.path().join("tables");
    printed(&["export", "testbed", "--format", "csv", "--out", path(&tables)]);
    let table = tables.join("generators.csv");
    let faults_of = || {
        let refused = gridrush().args(["opf", path(&tables)]).output().expect("runs");
        assert_eq!(refused.status.code(), Some(2));
        String::from_utf8_lossy(&refused.stderr).into_owned()
    };
    fs::write(&table, "").expect("a table");
    let why = faults_of();
    assert!(why.contains("generators.csv: header: the table is empty"), "{why}");
    fs::remove_file(&table).expect("a table");
    let why = faults_of();
    assert!(why.contains("generators.csv: this file is missing"), "{why}");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let [source, pack] = ["source", "pack"].map(|name| folder.path().join(name));
    pypsa(&source);
    let mut child = Command::new(env!("CARGO_BIN_EXE_gridrush"))
        .current_dir(root())
        .args(["import", "pypsa", path(&source), "--out", path(&pack)])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    let why = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && why.is_empty(), "{:?}: {why}", output.status);
    let files = fs::read_dir(&pack).expect("a pack").count();
    assert_eq!(files, 8, "all tables and the settings");
}
