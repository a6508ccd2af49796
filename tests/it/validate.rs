//! `gridrush validate`: every fault at once, exit code 2, nothing written.

use std::fs;
use std::path::Path;

use crate::{gridrush, root};

fn run_in(dir: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = gridrush().current_dir(dir).args(arguments).output().expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("exit code"), text(output.stdout), text(output.stderr))
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .expect("folder")
        .map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

const FIVE_FAULTS: &str = r#"schema = 1
name = "planted"
region = "texas"
start = 2030-01-01
end = 2025-01-01

[load]
growth_percent_per_year = "fast"

[supply]
merchant_entri = true

[supply.entry.wind]
yearly_cap_mw = -5

[[requests]]
name = "campus"
kind = "ai"
zone = "far_wset"
requested_mw = 500
filed = 2025-03-01
"#;

#[test]
fn five_planted_faults_are_reported_and_nothing_is_written() {
    let dir = tempfile::tempdir().expect("folder");
    fs::write(dir.path().join("planted.toml"), FIVE_FAULTS).expect("file");
    for command in ["validate", "run"] {
        let (code, out, err) = run_in(dir.path(), &[command, "planted.toml"]);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        let expected = [
            "planted.toml:5:7: end = 2025-01-01 must be after start",
            "planted.toml:8:27: load.growth_percent_per_year = \"fast\" is not a number",
            "planted.toml:11:1: supply.merchant_entri is not a known key",
            "planted.toml:14:17: supply.entry.wind.yearly_cap_mw = -5 is out of range",
            "planted.toml:16:1: requests.0.zone = \"far_wset\" is not a zone",
        ];
        for line in expected {
            assert!(err.contains(line), "{line}\nnot in\n{err}");
        }
        assert_eq!(err.matches("error: ").count(), expected.len(), "{err}");
        assert!(
            err.contains("did you mean merchant_entry?") && err.contains("did you mean far_west?"),
            "{err}"
        );
        assert!(err.ends_with("5 faults; nothing was written\n"), "{err}");
        assert_eq!(names(dir.path()), ["planted.toml"]);
    }
}

#[test]
fn shipped_scenarios_are_valid() {
    for entry in fs::read_dir(root().join("scenarios")).expect("folder") {
        let path = entry.expect("entry").path();
        if path.extension().is_some_and(|e| e == "toml") {
            let file = path.display().to_string();
            let (code, out, err) = run_in(&root(), &["validate", "--strict", &file]);
            if file.contains("backtest-") {
                // The files of real years are the user's: nothing but them is missing, and each is named.
                let told = err.lines().filter(|line| line.starts_with("error: "));
                assert!(code == 2 && told.clone().count() > 0, "{file}: {err}");
                let known = |line: &str| line.contains("cannot be read") && line.contains("wanted: ");
                assert!(told.clone().all(known), "{err}");
                continue;
            }
            assert_eq!((code, err.as_str()), (0, ""), "{file}");
            assert!(out.contains("is valid"), "{out}");
        }
    }
}

#[test]
fn the_binary_alone_knows_its_regions() {
    let dir = tempfile::tempdir().expect("folder");
    let (code, out, _) = run_in(dir.path(), &["regions"]);
    assert!(code == 0 && out.contains("texas") && out.contains("inside the program"), "{out}");
    let text = FIVE_FAULTS.split("\n[load]").next().expect("head").replace("2025-01-01", "2031-01-01");
    fs::write(dir.path().join("alone.toml"), text).expect("file");
    let (code, out, err) = run_in(dir.path(), &["validate", "alone.toml"]);
    assert!(code == 0 && out.contains("alone.toml: planted is valid"), "{out}{err}");
    let (_, resolved, _) = run_in(dir.path(), &["validate", "--resolved", "alone.toml"]);
    fs::write(dir.path().join("resolved.toml"), &resolved).expect("file");
    let (code, again, err) = run_in(dir.path(), &["validate", "--strict", "--resolved", "resolved.toml"]);
    assert_eq!((code, again, err), (0, resolved, String::new()));
}

#[test]
fn bad_usage_ends_with_code_two() {
    let dir = tempfile::tempdir().expect("folder");
    fs::write(dir.path().join("planted.toml"), FIVE_FAULTS).expect("file");
    for arguments in [
        &["validate"][..],
        &["frobnicate"],
        &["run", "nowhere.toml"],
        &["validate", "planted.toml", "--data", "nowhere"],
        &["compare", "planted.toml", "--confidence", "100"],
        &["plot", "nowhere"],
    ] {
        let (code, _, err) = run_in(dir.path(), arguments);
        assert!(code == 2 && !err.is_empty(), "{arguments:?}: {code} {err}");
    }
    assert_eq!(names(dir.path()), ["planted.toml"]);
}

#[test]
fn overrides_are_checked_like_the_file() {
    let file = "scenarios/texas.toml";
    let (code, _, err) = run_in(&root(), &["validate", file, "-p", "fuel.gas_usd=3", "-p", "seed=-1"]);
    assert_eq!(code, 2);
    assert!(err.contains("-p fuel.gas_usd=3: fuel.gas_usd is not a known key"), "{err}");
    assert!(err.contains("-p seed=-1: seed = -1 is out of range"), "{err}");
    let arguments = ["validate", "--resolved", file, "-p", "fuel.gas_usd_per_mmbtu=7.25", "--seed", "9"];
    let (code, out, _) = run_in(&root(), &arguments);
    assert!(code == 0 && out.contains("gas_usd_per_mmbtu = 7.25\n") && out.contains("seed = 9\n"), "{out}");
}

#[test]
fn a_closed_pipe_is_no_failure() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_gridrush"))
        .arg("schema")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
