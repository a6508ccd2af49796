//! `gridrush policy`, and policies in scenarios.

use std::fs;

use crate::{gridrush, root};

fn printed(arguments: &[&str]) -> String {
    let output = gridrush().args(arguments).output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_catalogue_of_the_docs_is_fresh() {
    let written = fs::read_to_string(root().join("docs/policies.md")).expect("docs/policies.md");
    for (name, arguments) in
        [("catalogue", ["policy", "list", "--markdown"]), ("kinds", ["policy", "kinds", "--markdown"])]
    {
        let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->"));
        let (_, rest) = written.split_once(&begin).expect("a mark");
        let (table, _) = rest.split_once(&end).expect("another mark");
        let fresh = printed(&arguments);
        assert!(table == fresh, "docs/policies.md: put `gridrush {}` between the marks", arguments.join(" "));
    }
}

#[test]
fn a_policy_shows_how_well_its_numbers_are_known() {
    let shown = printed(&["policy", "show", "p19"]);
    for text in ["MISO", "tested on     testbed", "source  ", "memory  ", "8,000", "$/MW"] {
        assert!(shown.contains(text), "{text} in {shown}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&printed(&["policy", "show", "p19", "--json"])).expect("JSON");
    let numbers = json["rules"][0]["numbers"].as_array().expect("numbers");
    let second =
        numbers.iter().find(|n| n["name"] == "milestone_2_usd_per_mw").expect("the second milestone");
    assert_eq!(second["value"], 8000.0);
    assert_eq!(second["confidence"], "source");
}

#[test]
fn two_policies_differ_in_what_they_say_differently() {
    let differ = printed(&["policy", "diff", "p16", "p17"]);
    assert!(differ.contains("conditional_years"), "{differ}");
    assert!(!differ.contains("study_days"), "both take 90 days: {differ}");
    assert!(printed(&["policy", "diff", "p16", "p16"]).ends_with("nothing differs\n"));
}

#[test]
fn a_wrong_id_is_answered_with_the_nearest() {
    let output = gridrush().args(["policy", "show", "p11_ercot_batch_zeor"]).output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("did you mean p11_ercot_batch_zero?"), "{said}");
    let output = gridrush().args(["policy", "show", "p0"]).output().expect("runs");
    assert!(String::from_utf8_lossy(&output.stderr).contains("could be"), "several begin so");
}

#[test]
fn a_users_own_policy_is_found_and_its_faults_have_places() {
    let dir = tempfile::tempdir().expect("folder");
    fs::create_dir_all(dir.path().join("policies")).expect("folder");
    let file = dir.path().join("policies/mine.toml");
    let text = "schema = 1\nid = \"mine\"\ntitle = \"No more mines\"\njurisdiction = \"here\"\nsource = \"us\"\n\
                confidence = \"assumed\"\neffective = 2025-06-01\ntested_on = \"testbed\"\n\n[[rules]]\n\
                module = \"ban_new\"\napplies_to = { any_tag = [\"proof_of_work\"] }\n";
    fs::write(&file, text).expect("file");
    let data = dir.path().display().to_string();
    assert!(printed(&["policy", "show", "mine", "--data", &data]).contains("No more mines"));
    let validate = |set: &str| {
        let mut command = gridrush();
        command.args(["validate", "scenarios/quickstart.toml", "--resolved", "--data", &data, "-p", set]);
        command.output().expect("runs")
    };
    let output = validate("policies=[\"mine\"]");
    let resolved = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && resolved.contains("[policy.mine.ban_new]"), "{resolved}");
    fs::write(&file, text.replace("proof_of_work", "proof_of_wrok")).expect("file");
    let output = validate("policies=[\"mine\"]");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("mine.toml:12:") && said.contains("did you mean proof_of_work?"), "{said}");
}

/// A brief has to know whose law each policy of the catalogue is, and that today's rules are in it.
#[test]
fn every_jurisdiction_has_a_place() {
    use gridrush_experiment::brief::{current, known_jurisdiction};
    let catalogue: serde_json::Value =
        serde_json::from_str(&printed(&["policy", "list", "--json"])).expect("JSON");
    let list = catalogue.as_array().expect("a list");
    for policy in list {
        let name = policy["jurisdiction"].as_str().expect("text");
        assert!(known_jurisdiction(name), "{name}: say in brief/standing.rs which regions hold it");
    }
    for region in ["caiso", "isone", "miso", "nyiso", "pjm", "spp", "texas", "testbed"] {
        for id in current(region) {
            assert!(list.iter().any(|policy| policy["id"] == *id), "{id} of {region}");
        }
    }
}
