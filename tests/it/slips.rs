//! Slips on the command line are told before any work is done.

use std::fs;
use std::path::Path;

use crate::{gridrush, root};

/// Exit code and what is printed as an error.
fn refused(arguments: &[&str]) -> (Option<i32>, String) {
    let output = gridrush().args(arguments).output().expect("runs");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path")
}

#[test]
fn a_number_of_threads_or_shards_is_at_least_one() {
    for arguments in [
        ["compare", "scenarios/quickstart.toml", "-j", "0"].as_slice(),
        &["brief", "--region", "testbed", "--policy", "p01_none", "-j", "0"],
        &["plan", "scenarios/experiment-quickstart.toml", "-j", "0"],
        &["batch", "--plan", "plan.json", "-j", "0"],
        &["resume", "plan.json", "-j", "0"],
        &["evidence", "-j", "0"],
        &["submit", "slurm", "--plan", "plan.json", "--print", "-j", "0"],
        &["submit", "slurm", "--plan", "plan.json", "--print", "--shards", "0"],
        &["calibrate", "data/regions/rts/calibrate.toml", "--check", "--repetitions", "0"],
    ] {
        let (code, why) = refused(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {why}");
        assert!(why.contains("0 is not in 1.."), "{arguments:?}: {why}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_to_is_found_before_the_work() {
    let dir = tempfile::tempdir().expect("folder");
    let blocked = dir.path().join("file/results");
    fs::write(dir.path().join("file"), "not a folder").expect("file");
    let (out, five) = (text(&blocked), "scenarios/five-years.toml");
    for arguments in [
        ["compare", "--seed", "1", five, "scenarios/one-year.toml", "-o", out].as_slice(),
        &["brief", "--region", "texas", "--policy", "p28", "-o", out],
        &["evidence", "-o", out],
    ] {
        let (code, why) = refused(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {why}");
        assert!(why.contains("cannot write to") && why.contains("file/results"), "{arguments:?}: {why}");
    }
}

#[test]
fn a_metric_to_stop_at_is_checked_before_the_first_round() {
    let scenarios = ["compare", "--seed", "1", "scenarios/five-years.toml", "scenarios/one-year.toml"];
    let (code, why) = refused(&[scenarios.as_slice(), &["--half-width", "firm_shed_gw=1"]].concat());
    assert_eq!(code, Some(2), "{why}");
    assert!(why.contains("no run has a metric firm_shed_gw; did you mean firm_shed_gwh?"), "{why}");
}

#[test]
fn a_folder_without_results_is_not_drawn() {
    let dir = tempfile::tempdir().expect("folder");
    let (code, why) = refused(&["plot", text(dir.path())]);
    assert_eq!(code, Some(2), "{why}");
    assert!(why.contains("holds no results of gridrush (no table could be read)"), "{why}");
    assert_eq!(fs::read_dir(dir.path()).expect("folder").count(), 0);
}

#[test]
fn options_of_power_flow_are_named_as_they_were_typed() {
    let (code, why) = refused(&["opf", "testbed", "--limit-scale", "nan"]);
    assert!(code == Some(2) && why.contains("--limit-scale NaN: a number above 0"), "{why}");
    let (code, why) = refused(&["opf", "testbed", "--shed", "inf"]);
    assert!(code == Some(2) && why.contains("--shed inf: a number"), "{why}");
    let (code, why) = refused(&["opf", "testbed", "--hour", "5"]);
    let formats = "has no hourly series; folders of RTS-GMLC and of PyPSA can have them";
    assert!(code == Some(2) && why.contains(formats), "{why}");
}

#[test]
fn help_begins_with_what_the_program_does() {
    let output = gridrush().arg("--help").output().expect("runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.starts_with("Simulates electric grids, Bitcoin mines and AI campuses"), "{said}");
}

#[test]
fn a_class_that_is_no_large_load_is_refused_with_its_file() {
    let dir = tempfile::tempdir().expect("folder");
    let (from, to) = (root().join("data/regions/testbed"), dir.path().join("regions/testbed"));
    fs::create_dir_all(&to).expect("folder");
    for entry in fs::read_dir(from).expect("folder") {
        let entry = entry.expect("entry");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("file");
    }
    let sites = fs::read_to_string(to.join("sites.csv")).expect("table");
    fs::write(to.join("sites.csv"), sites.replace(",mining,", ",minning,")).expect("table");
    let scenario = "schema = 1\nname = \"t\"\nregion = \"testbed\"\nstart = 2025-01-01\nend = 2025-02-01\n";
    let file = dir.path().join("t.toml");
    fs::write(&file, scenario).expect("scenario");
    let (code, why) = refused(&["validate", "--data", text(dir.path()), text(&file)]);
    assert_eq!(code, Some(2), "{why}");
    assert!(why.contains("`mine_plains_1`: `minning` is no class of large load"), "{why}");
}
