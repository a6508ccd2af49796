//! The README and the pages agree with the program and with the tree.

use std::fs;

use crate::{gridrush, root};

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("README.md")
}

/// Every command shown is one that the program takes, on files that are there. With `--help` behind them the
/// arguments are read and nothing is done.
#[test]
fn its_commands_are_taken() {
    let mut commands = 0;
    for line in readme().lines() {
        let Some(shown) = line.trim_start().strip_prefix("cargo run --release -- ") else { continue };
        // Two spaces begin an explanation.
        let arguments: Vec<&str> = shown.split("  ").next().expect("words").split_whitespace().collect();
        let output = gridrush().args(&arguments).arg("--help").output().expect("runs");
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        for file in arguments.iter().filter(|word| word.starts_with("scenarios/")) {
            assert!(root().join(file).is_file(), "{file}");
        }
        commands += 1;
    }
    assert!(commands >= 5, "{commands} commands found");
}

#[test]
fn its_catalogue_has_as_many_rules_as_it_says() {
    let policies = fs::read_dir(root().join("data/policies")).expect("folder").count();
    let said = format!("The catalogue of {policies} queue rules");
    assert!(readme().contains(&said), "{said}");
}

/// Tables of Markdown begin with a header and a line of dashes: a blank line within one makes text of its rows.
#[test]
fn tables_of_the_pages_are_whole() {
    let docs = root().join("docs");
    let mut tables = 0;
    for folder in [root(), docs.clone(), docs.join("models")] {
        for entry in fs::read_dir(folder).expect("folder") {
            let path = entry.expect("entry").path();
            if path.extension().is_none_or(|extension| extension != "md") {
                continue;
            }
            let text = fs::read_to_string(&path).expect("text");
            let (mut above, mut fenced) = ("", false);
            let mut lines = text.lines().peekable();
            while let Some(line) = lines.next() {
                fenced ^= line.starts_with("```");
                if !fenced && line.starts_with('|') && !above.starts_with('|') {
                    let is_dashes = |line: &&str| line.trim_start_matches(['|', ' ', ':']).starts_with('-');
                    let dashes = lines.peek().is_some_and(is_dashes);
                    assert!(dashes, "{}: no header above {line}", path.display());
                    tables += 1;
                }
                above = line;
            }
        }
    }
    assert!(tables > 50, "{tables} tables found");
}

#[test]
fn its_links_lead_somewhere() {
    let text = readme();
    let targets: Vec<&str> =
        text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()).collect();
    assert!(!targets.is_empty());
    for target in targets.iter().filter(|target| !target.is_empty() && !target.contains("://")) {
        assert!(root().join(target).exists(), "{target}");
    }
}
