//! The written reference agrees with the program.

use std::fs;

use crate::{gridrush, root};

#[test]
fn the_scenario_reference_is_fresh() {
    let output = gridrush().arg("schema").output().expect("runs");
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).expect("text");
    let written = fs::read_to_string(root().join("docs/scenario.md")).expect("docs/scenario.md");
    assert!(
        printed == written,
        "docs/scenario.md is stale: cargo run -- schema > docs/scenario.md\nfirst difference: {:?}",
        printed.lines().zip(written.lines()).find(|(a, b)| a != b)
    );
}

#[test]
fn the_reference_of_packs_is_fresh() {
    let output = gridrush().args(["schema", "--packs"]).output().expect("runs");
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).expect("text");
    let written = fs::read_to_string(root().join("docs/region-packs.md")).expect("docs/region-packs.md");
    assert!(printed.lines().count() > 150, "{printed}");
    assert!(
        written.contains(&printed),
        "docs/region-packs.md is stale: put what `cargo run -- schema --packs` prints in place of its two sections\n\
         first line that it lacks: {:?}",
        printed.lines().find(|line| !written.contains(line))
    );
}

#[test]
fn the_reference_is_also_json() {
    let output = gridrush().args(["schema", "--json"]).output().expect("runs");
    let sections: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let paths: Vec<&str> =
        sections.as_array().expect("list").iter().filter_map(|s| s["path"].as_str()).collect();
    for path in ["", "load", "supply.entry.wind", "[requests]"] {
        assert!(paths.contains(&path), "{path} in {paths:?}");
    }
}
