//! `gridrush opf`: cases of every format, as text, JSON and CSV.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::data::public_data;
use crate::{gridrush, root};

/// 90 MW at bus 3 of a triangle of equal lines; 1-3 is full at 50 MW, so bus 1 sends 60 MW at 10 $/MWh and bus
/// 2 30 MW at 30 $/MWh, and a MW at bus 3 costs 50 $/MWh.
const TRIANGLE: &str = "\
mpc.version = '2';
mpc.baseMVA = 100;
mpc.bus = [
 1 3 0 0 0 0 1 1 0 138 1 1.1 0.9;
 2 1 0 0 0 0 1 1 0 138 1 1.1 0.9;
 3 1 90 20 0 5 1 1 0 138 1 1.1 0.9;
];
mpc.branch = [
 1 2 0 0.1 0 0 0 0 0 0 1 -360 360;
 2 3 0 0.1 0 0 0 0 0 0 1 -360 360;
 1 3 0 0.1 0 50 0 0 0 0 1 -360 360;
];
mpc.gen = [ 1 0 0 0 0 1 100 1 200 0; 2 0 0 0 0 1 100 1 200 0 ];
mpc.gencost = [ 2 0 0 2 10 0; 2 0 0 2 30 5 ];
";

fn run(dir: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = gridrush().current_dir(dir).arg("opf").args(arguments).output().expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("exit code"), text(output.stdout), text(output.stderr))
}

fn json(dir: &Path, arguments: &[&str]) -> Value {
    let (code, out, err) = run(dir, &[arguments, &["--json"]].concat());
    assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
    serde_json::from_str(&out).expect("JSON")
}

fn close(value: &Value, want: f64) {
    let got = value.as_f64().unwrap_or_else(|| panic!("{value} is no number"));
    assert!((got - want).abs() < 1e-6, "{got} is not {want}");
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("folder");
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folder");
        fs::write(path, text).expect("file");
    }
    dir
}

#[test]
fn a_case_as_text_json_and_tables() {
    let dir = folder(&[("triangle.m", TRIANGLE)]);
    let (code, out, err) = run(dir.path(), &["triangle.m", "--out", "tables", "--top", "2"]);
    assert_eq!((code, err.as_str()), (0, ""));
    for line in [
        "  objective_usd_per_h    1505.0000",
        "  note: left out: 1 reactive loads",
        "  note: left out: 1 shunt susceptances",
        "binding (by shadow price, 1 of 1)",
        "buses (highest prices, 2 of 3)",
    ] {
        assert!(out.lines().any(|found| found == line), "{line}\nnot in\n{out}");
    }
    let buses = fs::read_to_string(dir.path().join("tables/buses.csv")).expect("a table");
    assert!(
        buses.starts_with("bus,name,zone,load_mw,shunt_mw,shed_mw,lmp_usd_per_mwh,congestion_usd_per_mwh\n"),
        "{buses}"
    );
    assert_eq!(buses.lines().count(), 4);

    let answer = json(dir.path(), &["triangle.m"]);
    assert_eq!(answer["schema"], 1);
    assert_eq!(answer["convention"], "matpower");
    close(&answer["objective_usd_per_h"], 1505.0);
    let column = |table: &str, name: &str| -> Vec<f64> {
        let rows = answer[table].as_array().expect("rows");
        rows.iter().map(|row| row[name].as_f64().expect("a number")).collect()
    };
    let near = |got: Vec<f64>, want: &[f64]| {
        assert!(
            got.iter().zip(want).all(|(g, w)| (g - w).abs() < 1e-6) && got.len() == want.len(),
            "{got:?}"
        );
    };
    near(column("generators", "output_mw"), &[60.0, 30.0]);
    near(column("buses", "lmp_usd_per_mwh"), &[10.0, 30.0, 50.0]);
    near(column("branches", "flow_mw"), &[10.0, 40.0, 50.0]);
    near(column("binding", "shadow_price_usd_per_mwh"), &[60.0]);
    assert_eq!(answer["binding"][0]["limit"], "rating");
    assert_eq!(answer["branches"][0]["greatest_mw"], Value::Null);
}

#[test]
fn broken_input_and_impossible_cases_say_so() {
    let broken = TRIANGLE.replace("2 3 0 0.1", "2 8 0 0").replace("200 0; 2 0", "200 300; 2 0");
    let dir = folder(&[("broken.m", &broken), ("small.m", TRIANGLE), ("notes.txt", "nothing")]);
    let (code, out, err) = run(dir.path(), &["broken.m"]);
    assert_eq!((code, out.as_str()), (2, ""));
    for part in ["broken.m:10: branch.tbus", "broken.m:10: branch.x", "broken.m:13: gen.Pmin", "3 faults"] {
        assert!(err.contains(part), "{part}\nnot in\n{err}");
    }
    for (arguments, part) in [
        (vec!["nowhere.m"], "neither a file nor a folder nor a region"),
        (vec!["notes.txt"], "no MATPOWER case"),
        (vec!["."], "holds no case"),
        (vec!["small.m", "--hour", "0"], "no hourly series"),
        (vec!["small.m", "--limit-scale", "0"], "--limit-scale 0: a number above 0"),
    ] {
        let (code, out, err) = run(dir.path(), &arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.contains(part), "{part}\nnot in\n{err}");
    }
    fs::write(dir.path().join("small.m"), TRIANGLE.replace("3 1 90", "3 1 190")).expect("file");
    let (code, _, err) = run(dir.path(), &["small.m", "--limit-scale", "0.5"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("no feasible dispatch"), "{err}");
    // From bus 2 alone a third takes the line of 25 MW, so 75 MW arrive and the rest is shed.
    let answer = json(dir.path(), &["small.m", "--limit-scale", "0.5", "--shed", "1000"]);
    close(&answer["shed_mw"], 115.0);
}

/// Two buses, a line of 60 MW, and load by hour in the way of PyPSA.
const PYPSA: [(&str, &str); 5] = [
    ("buses.csv", "name,v_nom\nwest,220\neast,220\n"),
    ("generators.csv", "name,bus,p_nom,marginal_cost\ncheap,west,200,12\ndear,east,200,40\n"),
    ("lines.csv", "name,bus0,bus1,x,s_nom\nlink,west,east,10,60\n"),
    ("loads.csv", "name,bus,p_set\ncity,east,0\n"),
    ("snapshots.csv", "snapshot\n2030-01-01 00:00\n2030-01-01 01:00\n"),
];

#[test]
fn an_hour_of_a_pypsa_folder() {
    let series = ("loads-p_set.csv", "snapshot,city\n2030-01-01 00:00,50\n2030-01-01 01:00,100\n");
    let dir = folder(&[PYPSA.as_slice(), &[series]].concat());
    let answer = json(dir.path(), &[".", "--hour", "0"]);
    close(&answer["objective_usd_per_h"], 600.0);
    let answer = json(dir.path(), &[".", "--hour", "1"]);
    close(&answer["objective_usd_per_h"], 60.0 * 12.0 + 40.0 * 40.0);
    assert_eq!(answer["hour"], 1);
    let (code, _, err) = run(dir.path(), &[".", "--hour", "2"]);
    assert!(code == 2 && err.contains("2 hours"), "{err}");
}

#[test]
fn regions_and_their_tables_are_cases() {
    let by_name = json(&root(), &["rts24"]);
    assert!(by_name["objective_usd_per_h"].as_f64().expect("a number") > 0.0);
    let mut by_folder = json(&root(), &["data/regions/rts24"]);
    by_folder["case"] = by_name["case"].clone();
    assert_eq!(by_name, by_folder);
    // Without region.toml nothing tells the prices of fuels.
    let dir = tempfile::tempdir().expect("folder");
    for name in ["buses.csv", "branches.csv", "generators.csv"] {
        fs::copy(root().join("data/regions/rts24").join(name), dir.path().join(name)).expect("copied");
    }
    let (code, _, err) = run(dir.path(), &["."]);
    assert!(code == 2 && err.contains("there is no price of"), "{err}");
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let dir = folder(&[("triangle.m", TRIANGLE)]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_gridrush"))
        .current_dir(dir.path())
        .args(["opf", "triangle.m", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn published_objectives_to_every_printed_digit() {
    let cases = public_data().join("cases");
    let Ok(table) = fs::read_to_string(cases.join("dc_objectives.csv")) else {
        println!("skipped: no table of published objectives in {}", cases.display());
        return;
    };
    let dir = tempfile::tempdir().expect("folder");
    let solve = |path: &str, convention: &str| {
        let packed = fs::File::open(cases.join(format!("{path}.m.gz"))).expect("a case");
        let mut text = String::new();
        flate2::read::GzDecoder::new(packed).read_to_string(&mut text).expect("text");
        fs::write(dir.path().join("case.m"), text).expect("file");
        let answer = json(dir.path(), &["case.m", "--convention", convention]);
        answer["objective_usd_per_h"].as_f64().expect("a number")
    };
    let mut count = 0;
    for row in table.lines().filter(|row| row.starts_with("pglib_")) {
        let cells: Vec<&str> = row.split(',').collect();
        let published: f64 = cells[3].parse().expect("a number");
        let objective = solve(&format!("pglib/{}", cells[0]), "powermodels");
        assert_eq!(format!("{objective:.4e}"), format!("{published:.4e}"), "{}", cells[0]);
        count += 1;
    }
    assert_eq!(count, 14);
    assert_eq!(format!("{:.2}", solve("matpower/case_RTS_GMLC", "matpower")), "225806.07");
    assert_eq!(format!("{:.4}", solve("matpower/case_ACTIVSg2000", "matpower")), "1201320.7843");
}
