//! What a run leaves behind: all tables and charts, and the same bytes for the same input.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::gridrush;

const QUICKSTART: &str = "scenarios/quickstart.toml";

/// Runs a command that must succeed and returns what it printed.
fn succeed(arguments: &[&str]) -> String {
    let output = gridrush().args(arguments).arg("--no-progress").output().expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{arguments:?}: {out}");
    out
}

/// Runs the quickstart into a folder of its own, with these arguments more.
fn quickstart(more: &[&str]) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().expect("folder");
    let out = dir.path().display().to_string();
    let printed = succeed(&[&["run", QUICKSTART, "-o", &out], more].concat());
    (dir, printed)
}

/// Every file below a folder by its relative path, but for the record of how it was made.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    fn collect(dir: &Path, prefix: &str, into: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(dir).expect("folder") {
            let path = entry.expect("entry").path();
            let name = format!("{prefix}{}", path.file_name().expect("name").to_string_lossy());
            if path.is_dir() {
                collect(&path, &format!("{name}/"), into);
            } else if name != "provenance.json" {
                into.insert(name, fs::read(&path).expect("file"));
            }
        }
    }
    let mut all = BTreeMap::new();
    collect(dir, "", &mut all);
    all
}

/// Names of the files that differ or that only one side has.
fn differences<'a>(a: &'a BTreeMap<String, Vec<u8>>, b: &'a BTreeMap<String, Vec<u8>>) -> Vec<&'a str> {
    let mut names: Vec<&str> = a.keys().chain(b.keys()).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| a.get(*name) != b.get(*name));
    names
}

#[test]
fn the_quickstart_leaves_every_table_and_chart() {
    let (dir, printed) = quickstart(&[]);
    let files = files(dir.path());
    for name in [
        "manifest.json",
        "scenario.toml",
        "dictionary.md",
        "contention_hourly.parquet",
        "system_hourly.parquet",
        "load_monthly.csv",
        "requests.csv",
        "ledger_monthly.csv",
    ] {
        assert!(files.get(name).is_some_and(|bytes| !bytes.is_empty()), "{name} in {:?}", files.keys());
    }
    assert!(dir.path().join("provenance.json").is_file());
    let charts: Vec<&str> = files.keys().filter_map(|name| name.strip_suffix(".svg")).collect();
    for chart in &charts {
        let numbers = String::from_utf8(files[&format!("{chart}.csv")].clone()).expect("text");
        assert!(numbers.lines().count() > 1, "{chart}");
    }
    // A chart that has nothing to show is left out with a reason.
    let skipped = printed.lines().filter(|line| line.trim_start().starts_with("not drawn")).count();
    assert_eq!(charts.len() + skipped, 11, "{printed}");
    assert!(charts.len() >= 8 && files.contains_key("charts/contention.svg"), "{charts:?}");
    for words in ["quickstart: done", "26280 hours, 26280 dispatched", "closing numbers"] {
        assert!(printed.contains(words), "{words} in {printed}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_does_not() {
    let year = &["-p", "end=2025-07-01"];
    let (first, _) = quickstart(year);
    let (again, _) = quickstart(year);
    let (first, again) = (files(first.path()), files(again.path()));
    assert_eq!(differences(&first, &again), [""; 0]);

    let (other, _) = quickstart(&[year, &["--seed", "2"][..]].concat());
    let other = files(other.path());
    let different = differences(&first, &other);
    for name in
        ["contention_hourly.parquet", "load_monthly.csv", "bitcoin_daily.csv", "charts/contention.svg"]
    {
        assert!(different.contains(&name), "{name} not in {different:?}");
    }
    assert!(!different.contains(&"dictionary.md"));
}

/// The scenario that a run writes down, with every value explicit, is that run's own input.
#[test]
fn the_written_scenario_gives_the_same_files() {
    let more = ["--data", "data", "--no-charts"];
    let (first, _) = quickstart(&[&["-p", "end=2025-03-01"], &more[..]].concat());
    let again = tempfile::tempdir().expect("folder");
    let scenario = first.path().join("scenario.toml").display().to_string();
    succeed(&[&["run", &scenario, "-o", &again.path().display().to_string()], &more[..]].concat());
    assert_eq!(differences(&files(first.path()), &files(again.path())), [""; 0]);
}

#[test]
fn threads_do_not_change_a_comparison() {
    let dir = tempfile::tempdir().expect("folder");
    let scenario = fs::read_to_string(crate::root().join(QUICKSTART)).expect("scenario");
    let arms = "\n[[arms]]\nname = \"base\"\nset = []\n\n[[arms]]\nname = \"dear-gas\"\nset = [\"fuel.gas_usd_per_mmbtu=9\"]\n";
    let file = dir.path().join("arms.toml");
    fs::write(&file, scenario + arms).expect("file");
    let compare = |threads: &str| {
        let out = tempfile::tempdir().expect("folder");
        let (file, folder) = (file.display().to_string(), out.path().display().to_string());
        succeed(&["compare", &file, "-p", "end=2025-03-01", "-n", "3", "-j", threads, "-o", &folder]);
        files(out.path())
    };
    let (one, two) = (compare("1"), compare("2"));
    assert_eq!(differences(&one, &two), [""; 0]);
    let differences = String::from_utf8(one["differences.csv"].clone()).expect("text");
    let price = differences.lines().find(|line| line.contains("price_usd_per_mwh")).expect("a price");
    assert!(price.contains("dear-gas"), "{price}");
}

#[test]
fn a_coin_history_is_replayed_day_by_day() {
    let folder = tempfile::tempdir().expect("folder");
    let history = folder.path().join("coin.csv");
    let days = (1..=31).map(|day| format!("2025-01-{day:02},{}\n", 40_000 + 100 * day));
    fs::write(&history, format!("date,price_usd\n{}", days.collect::<String>())).expect("written");
    let path = history.display().to_string();
    let (dir, _) = quickstart(&["-p", "end=2025-03-01", "--bitcoin-history", &path, "--no-charts"]);
    let table = fs::read_to_string(dir.path().join("bitcoin_daily.csv")).expect("table");
    let prices: Vec<f64> = (table.lines().skip(1))
        .map(|line| line.split(',').nth(1).and_then(|price| price.parse().ok()).expect("price"))
        .collect();
    assert_eq!(prices[0], 40_100.0);
    assert_eq!(prices[30], 43_100.0);

    fs::write(&history, "date,price_usd\n2025-01-01,100\n2025-01-02,-5\n").expect("written");
    let arguments = ["validate", QUICKSTART, "--bitcoin-history", &path];
    let output = gridrush().args(arguments).output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("line 3"), "{output:?}");
}
