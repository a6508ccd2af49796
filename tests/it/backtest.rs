//! `gridrush backtest` on a small invented year, and what it says of files that are not there.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::{gridrush, root};

const SCENARIO: &str = "schema = 1
name = \"small\"
region = \"testbed\"
start = 2025-01-06
end = 2025-02-03
observed_folder = \"observed\"
[load]
large_loads = false
[supply]
planned = false
merchant_entry = false
retirement = false
background_transmission = false
[replay.load_format]
source = \"metered load of the testbed\"
[[replay.load]]
zone = \"plains\"
file = \"load.csv\"
column = \"plains\"
[[replay.load]]
zone = \"city\"
file = \"load.csv\"
column = \"city\"
[[replay.generation]]
series = \"wind\"
file = \"load.csv\"
column = \"wind\"
[[backtest.prices]]
name = \"city\"
file = \"price.csv\"
column = \"usd\"
zones = [\"city\"]
quantile_percent = 25.0
rank_correlation = 0.6
[[backtest.prices]]
name = \"plains\"
file = \"price.csv\"
column = \"usd\"
zones = [\"plains\"]
[[backtest.spreads]]
of = \"plains\"
less = \"city\"
[[backtest.outputs]]
name = \"wind\"
file = \"load.csv\"
columns = [\"wind\"]
fuels = [\"wind\"]
input = true
energy_percent = 10.0
[[backtest.exclude]]
from = 2025-01-10
through = 2025-01-11
reason = \"test\"
";

/// Four weeks of load and wind, and prices that follow load.
fn write_files(dir: &Path) {
    let mut load = "time,plains,city,wind\n".to_owned();
    let mut price = "time,usd\n".to_owned();
    for h in 0..28 * 24 {
        let (day, hour) = (6 + h / 24, h % 24);
        let date = if day > 31 { format!("2025-02-{:02}", day - 31) } else { format!("2025-01-{day:02}") };
        let daily = if (7..22).contains(&hour) { 100 } else { 0 };
        let wind = (h * 7) % 120;
        writeln!(load, "{date} {hour:02}:00,{},{},{wind}", 150 + daily / 2 + h % 5, 450 + daily + h % 3)
            .unwrap();
        writeln!(price, "{date} {hour:02}:00,{}", 20 + daily / 4 + h % 7).unwrap();
    }
    fs::create_dir_all(dir.join("observed")).unwrap();
    fs::write(dir.join("observed/load.csv"), load).unwrap();
    fs::write(dir.join("observed/price.csv"), price).unwrap();
    fs::write(dir.join("small.toml"), SCENARIO).unwrap();
}

fn run(dir: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = gridrush().current_dir(dir).args(arguments).output().expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("exit code"), text(output.stdout), text(output.stderr))
}

#[test]
fn a_small_year_is_replayed_and_compared() {
    let dir = tempfile::tempdir().unwrap();
    write_files(dir.path());
    let (code, out, err) = run(dir.path(), &["backtest", "small.toml", "--no-progress", "-o", "out"]);
    assert_eq!(code, 0, "{err}");
    for commitment in ["light", "none"] {
        assert!(out.contains(&format!("small, commitment = \"{commitment}\"")), "{out}");
    }
    assert!(out.contains("city, rank correlation") && out.contains("plains - city, mean spread"), "{out}");
    let summary = fs::read_to_string(dir.path().join("out/backtest_summary.csv")).unwrap();
    // 28 days without two.
    let wind = summary.lines().find(|line| line.starts_with("light,wind,energy")).expect("a line for wind");
    assert!(wind.contains(",input,624,") && wind.contains(",passes,"), "{wind}");
    let cells: Vec<&str> = wind.split(',').collect();
    let (observed, model): (f64, f64) = (cells[6].parse().unwrap(), cells[7].parse().unwrap());
    assert!(observed > 0.0 && (model / observed - 1.0).abs() < 0.1, "{wind}");
    for file in ["backtest_hourly.parquet", "manifest.json", "charts/backtest.svg", "charts/backtest.csv"] {
        assert!(dir.path().join("out").join(file).is_file(), "{file}");
    }
    let again = run(dir.path(), &["backtest", "small.toml", "--no-progress", "--no-charts", "-o", "again"]);
    assert_eq!(again.0, 0);
    let bytes = |folder: &str| fs::read(dir.path().join(folder).join("backtest_hourly.parquet")).unwrap();
    assert!(bytes("out") == bytes("again"), "the same input gives the same bytes");
}

#[test]
fn a_missing_file_is_named_with_what_it_is() {
    let dir = tempfile::tempdir().unwrap();
    write_files(dir.path());
    fs::remove_file(dir.path().join("observed/load.csv")).unwrap();
    let (code, _, err) = run(dir.path(), &["backtest", "small.toml", "--no-progress"]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("wanted: metered load of the testbed"), "{err}");
    assert!(!dir.path().join("output").exists());
    let (code, _, err) = run(dir.path(), &["backtest", "small.toml", "--observed", "nowhere"]);
    assert_eq!(code, 2);
    assert!(err.contains("nowhere/price.csv"), "{err}");
}

#[test]
fn dirt_is_refused_before_anything_runs_and_repairs_are_printed() {
    let dir = tempfile::tempdir().unwrap();
    write_files(dir.path());
    let file = dir.path().join("observed/load.csv");
    let text = fs::read_to_string(&file).unwrap();
    let bad = text.replace("2025-01-08 03:00,151,", "2025-01-08 03:00,2147480000,");
    assert!(text != bad);
    fs::write(&file, bad).unwrap();
    let (code, _, err) = run(dir.path(), &["backtest", "small.toml", "--no-progress"]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("load.csv:53: plains 2147480000 is far outside the record"), "{err}");
    let repair = "replay.load_format.repair={ outliers = \"drop\", gaps = \"interpolate\" }";
    let arguments = ["backtest", "small.toml", "--no-progress", "--no-charts", "-o", "out", "-p", repair];
    let (code, out, err) = run(dir.path(), &arguments);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("load.csv: 2 repairs") && out.contains("interpolated"), "{out}");
    let manifest = fs::read_to_string(dir.path().join("out/manifest.json")).unwrap();
    assert!(manifest.contains("is far outside the record: left out"), "{manifest}");
}

#[test]
fn a_scenario_without_observations_has_nothing_to_compare() {
    let (code, _, err) = run(&root(), &["backtest", "scenarios/quickstart.toml", "--no-progress"]);
    assert_eq!(code, 2);
    assert!(err.contains("names nothing observed"), "{err}");
}
