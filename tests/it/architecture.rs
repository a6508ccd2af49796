//! Which crate may use which, and what the pure crates must not touch.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::root;

/// Every allowed edge between our crates, user first.
const ALLOWED: &[(&str, &str)] = &[
    ("workload", "core"),
    ("sim", "core"),
    ("sim", "workload"),
    ("sim", "tables"),
    ("experiment", "core"),
    ("experiment", "workload"),
    ("experiment", "sim"),
    ("experiment", "tables"),
    ("plotting", "tables"),
    ("cli", "core"),
    ("cli", "workload"),
    ("cli", "sim"),
    ("cli", "experiment"),
    ("cli", "tables"),
    ("cli", "plotting"),
];

fn short(name: &str) -> Option<&str> {
    name.strip_prefix("gridrush-")
}

#[test]
fn crates_use_only_what_they_may() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo metadata");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let allowed: BTreeSet<(&str, &str)> = ALLOWED.iter().copied().collect();
    let mut crates = 0;
    for package in metadata["packages"].as_array().expect("packages") {
        let user = short(package["name"].as_str().expect("name")).expect("all crates begin with gridrush-");
        crates += 1;
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let name = dependency["name"].as_str().expect("name");
            if let Some(used) = short(name) {
                assert!(allowed.contains(&(user, used)), "{user} must not use {used}");
            }
        }
    }
    assert_eq!(crates, 7);
}

/// The pure crates refuse clocks, files, printing, hash order and the platform's functions by the same
/// list.
#[test]
fn the_pure_crates_share_one_list_of_refusals() {
    let list = |name: &str| {
        fs::read_to_string(root().join("crates").join(name).join("clippy.toml")).expect("clippy.toml")
    };
    let core = list("core");
    for word in ["Instant::now", "std::fs::read", "println", "HashMap", "HashSet", "f64::ln", "f64::powf"] {
        assert!(core.contains(word), "{word}");
    }
    assert_eq!(core, list("workload"));
    assert_eq!(core, list("sim"));
}
