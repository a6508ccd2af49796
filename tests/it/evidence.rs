//! `gridrush evidence`: facts are listed, judged and written, and their scenarios are sound.

use std::fs;
use std::path::Path;

use crate::{gridrush, root};

fn facts(arguments: &[&str], out: &Path) -> (Option<i32>, String) {
    let output =
        gridrush().args(["evidence", "--no-progress", "-o"]).arg(out).args(arguments).output().expect("runs");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A claim that fails is no error of the program; tables do not depend on threads.
#[test]
fn a_fact_is_judged_and_written() {
    let out = tempfile::tempdir().expect("folder");
    let [one, two] = ["one", "two"].map(|name| out.path().join(name));
    let (code, said) = facts(&["t11", "-n", "2", "-j", "1"], &one);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("room at 1 % over room at 0.25 %") && said.contains("other-model"), "{said}");
    let (code, _) = facts(&["T11", "-n", "2", "-j", "2"], &two);
    assert_eq!(code, Some(0));
    for file in ["facts.csv", "facts.parquet", "replications.csv", "replications.parquet", "dictionary.md"] {
        let [one, two] = [&one, &two].map(|dir| fs::read(dir.join(file)).expect(file));
        assert!(!one.is_empty() && one == two, "{file}");
    }
    let table = fs::read_to_string(one.join("facts.csv")).expect("table");
    assert!(table.lines().skip(1).all(|line| line.starts_with("T11,")), "{table}");
    let page = fs::read_to_string(one.join("facts.md")).expect("table");
    assert!(
        page.lines().any(|line| line.starts_with("| T11 | room at 1 % over room at 0.25 % | 1.66 |")),
        "{page}"
    );
    assert!(one.join("facts-headroom.ercot.toml").exists());
}

#[test]
fn facts_are_listed_and_unknown_ones_refused() {
    let out = tempfile::tempdir().expect("folder");
    let (code, said) = facts(&["--list"], &out.path().join("none"));
    assert_eq!(code, Some(0));
    for id in ["T1 ", "T3 ", "T7 ", "T10 ", "T11 ", "T13 ", "T15 "] {
        assert!(said.lines().any(|line| line.starts_with(id)), "{id} in {said}");
    }
    assert_eq!(facts(&["T99"], out.path()).0, Some(2));
    assert!(!out.path().join("none").exists());
}

#[test]
fn scenarios_of_facts_are_sound() {
    let folder = root().join("scenarios/facts");
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()).collect();
    files.sort();
    assert!(files.len() >= 8, "{files:?}");
    let output = gridrush().arg("validate").arg("--strict").args(&files).output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
