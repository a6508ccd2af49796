//! `gridrush calibrate`: exit code 2 for input that cannot be used, 1 for checks that fail.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::gridrush;

const RECIPE: &str = r#"
title = "One zone"
source = "made for this test"
time_zone = "UTC"
base_year = 2021
base_demand_ratio = 1.0
load_format = { time_column = "time", hour = "beginning", clock = "utc", date = "year_month_day" }
load = [{ name = "north", file = "north.csv", column = "mw" }]
"#;

/// Two years of hours, day and night, with this load in one hour of every month.
fn history(odd_mw: f64) -> String {
    let mut text = String::from("time,mw\n");
    for (year, days) in [
        (2020, [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]),
        (2021, [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]),
    ] {
        for (month, days) in (1..).zip(days) {
            for (day, hour) in (1..=days).flat_map(|day| (0..24).map(move |hour| (day, hour))) {
                let mw = if (day, hour) == (17, 9) {
                    odd_mw
                } else {
                    100.0 + f64::from((hour * 7 + day * 3) % 24)
                };
                writeln!(text, "{year}-{month:02}-{day:02} {hour:02}:00,{mw}").expect("a string");
            }
        }
    }
    text
}

fn calibrate(dir: &Path) -> (i32, String, String) {
    let output = gridrush()
        .current_dir(dir)
        .args(["calibrate", "recipe.toml", "--repetitions", "2", "--out", "weather.toml"])
        .output()
        .expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("exit code"), text(output.stdout), text(output.stderr))
}

#[test]
fn input_that_cannot_be_used_ends_with_code_two() {
    let dir = tempfile::tempdir().expect("folder");
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).expect("file");
    let cases = [
        (None, None, "recipe.toml: cannot read"),
        (Some("title = 1"), None, "recipe.toml: not a recipe"),
        (Some(RECIPE), None, "north.csv: cannot read"),
        (Some(RECIPE), Some("time,mw\nnoon,5\n"), "north.csv:2: \"noon\" is not the stamp of a whole hour"),
    ];
    for (recipe, load, expected) in cases {
        if let Some(text) = recipe {
            write("recipe.toml", text);
        }
        if let Some(text) = load {
            write("north.csv", text);
        }
        let (code, out, err) = calibrate(dir.path());
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(expected), "{expected}\nnot in\n{err}");
        assert!(!dir.path().join("weather.toml").exists());
    }
}

/// One hour a month at five times the load is a peak that a smooth model cannot make.
#[test]
fn checks_that_fail_end_with_code_one() {
    let dir = tempfile::tempdir().expect("folder");
    fs::write(dir.path().join("recipe.toml"), RECIPE).expect("file");
    fs::write(dir.path().join("north.csv"), history(600.0)).expect("file");
    let (code, out, err) = calibrate(dir.path());
    assert_eq!(code, 1, "{out}{err}");
    assert!(out.contains("FAIL") && err.contains("checks fail"), "{out}{err}");
    assert!(dir.path().join("weather.toml").is_file());
}
