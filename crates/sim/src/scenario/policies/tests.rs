//! Policy files and the scenario's numbers on top of them.

use std::collections::BTreeMap;

use gridrush_core::policy::{Asked, Verdict};

use super::*;
use crate::scenario::{Checked, Scenario};

const SCENARIO: &str =
    "schema = 1\nname = \"t\"\nregion = \"testbed\"\nstart = 2025-01-01\nend = 2026-01-01\n";

const CAP: &str = r#"schema = 1
id = "cap"
title = "A budget of megawatts"
jurisdiction = "nowhere"
source = "a test"
confidence = "source"
announced = 2025-01-15
effective = 2025-03-01
sunset = 2027-03-01
tested_on = "testbed"

[[rules]]
module = "mw_cap"
applies_to = { any_tag = ["data_center"], direction = "load", min_mw = 25 }
params = { mw_per_period = { value = 300, confidence = "memory", source = "page 7" } }

[[rules]]
module = "study_fee"
params = { fee_usd = 5000 }

[[rules]]
module = "study_fee"
name = "large_fee"
applies_to = { min_mw = 100 }
params = { fee_usd = 7000 }
"#;

fn around(files: &[(&str, &str)]) -> Surroundings {
    let text = |(id, text): &(&str, &str)| {
        ((*id).to_owned(), PolicyText { file: format!("policies/{id}.toml"), text: (*text).to_owned() })
    };
    Surroundings {
        regions: vec!["testbed".to_owned()],
        zones: vec!["north".to_owned(), "south".to_owned()],
        policies: files.iter().map(text).collect::<BTreeMap<_, _>>(),
        ..Surroundings::default()
    }
}

fn read(text: &str, overrides: &[&str], around: &Surroundings) -> Result<Checked, Vec<Fault>> {
    let overrides: Vec<String> = overrides.iter().map(|&o| o.to_owned()).collect();
    let text = format!("{SCENARIO}{text}");
    Draft::parse("s.toml", &text).with("-p", &overrides).finish(&Scenario::defaults(), around)
}

/// File, line and path of every fault of a policy file.
fn faults_of(policy: &str) -> Vec<(Option<u32>, String, Option<String>)> {
    let around = around(&[("cap", policy)]);
    let found = read("policies = [\"cap\"]\n", &[], &around).expect_err("faults");
    assert!(found.iter().all(|fault| fault.file == "policies/cap.toml"), "{found:?}");
    found.into_iter().map(|fault| (fault.line, fault.path, fault.nearest)).collect()
}

fn the(policy: &Checked) -> &PolicyFile {
    &policy.scenario.policy.files[0]
}

#[test]
fn a_file_says_who_what_when_and_how_well_it_is_known() {
    let checked = read("policies = [\"cap\"]\n", &[], &around(&[("cap", CAP)])).expect("valid");
    let policy = the(&checked);
    assert_eq!(policy.about.title, "A budget of megawatts");
    let names: Vec<&str> = policy.rules.iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names, ["mw_cap", "study_fee", "large_fee"]);
    let budget = &policy.rules[0].numbers[0];
    assert_eq!((budget.value, budget.confidence), (300.0, Confidence::Memory));
    assert_eq!(budget.source.as_deref(), Some("page 7"));
    let fee = &policy.rules[1].numbers[0];
    assert_eq!((fee.value, fee.confidence, fee.given), (5000.0, Confidence::Source, true));
    let deposit = &policy.rules[1].numbers[2];
    assert_eq!((deposit.value, deposit.confidence, deposit.given), (0.0, Confidence::Assumed, false));
}

#[test]
fn policies_are_added_to_those_of_the_scenario() {
    let around = around(&[("cap", CAP), ("cap2", &CAP.replace("id = \"cap\"", "id = \"cap2\""))]);
    let ids = |text: &str, set: &[&str]| read(text, set, &around).map(|checked| checked.scenario.policies);
    let own = "policies = [\"cap\"]\n";
    assert_eq!(ids(own, &["policies+=[\"cap2\"]"]).expect("valid"), ["cap", "cap2"]);
    assert_eq!(ids(own, &["policies += [\"cap2\", \"cap\"]"]).expect("valid"), ["cap", "cap2"]);
    assert_eq!(ids("", &["policies+=[\"cap\"]"]).expect("valid"), ["cap"]);
    let later = ["policies=[\"cap2\"]", "policies+=[\"cap\"]"];
    assert_eq!(ids(own, &later).expect("valid"), ["cap2", "cap"]);
    for (wrong, said) in
        [("policies+=cap2", "takes a list behind +="), ("seed+=[2]", "is 1, and += adds to lists")]
    {
        let found = ids("seed = 1\n", &[wrong]).expect_err("a fault");
        assert!(found.len() == 1 && found[0].message == said, "{found:?}");
    }
}

#[test]
fn every_fault_of_a_policy_file_is_found_at_once() {
    let wrong = CAP
        .replace("2025-01-15", "2025-04-15")
        .replace("2027-03-01", "2025-02-01")
        .replace("\"data_center\"", "\"data_centre\"")
        .replace("min_mw = 25", "min_mw = 25, below_mw = 20")
        .replace("value = 300", "value = -3")
        .replace(
            "module = \"study_fee\"\nparams = { fee_usd = 5000 }",
            "module = \"study_fees\"\nparams = {}",
        )
        .replace("fee_usd = 7000", "fee_usdd = 7000");
    let found = faults_of(&wrong);
    let expected = [
        (7, "announced", None),
        (9, "sunset", None),
        (12, "rules.0.applies_to.below_mw", None),
        (14, "rules.0.applies_to.any_tag.0", Some("data_center")),
        (15, "rules.0.params.mw_per_period", None),
        (18, "rules.1.module", Some("study_fee")),
        (25, "rules.2.params.fee_usdd", Some("fee_usd")),
    ];
    let expected: Vec<_> = expected
        .map(|(line, path, nearest)| (Some(line), path.to_owned(), nearest.map(str::to_owned)))
        .into();
    assert_eq!(found, expected);
}

#[test]
fn a_number_that_must_be_given_is_missed_and_a_name_must_fit_its_file() {
    let wrong = CAP
        .replace("id = \"cap\"", "id = \"cat\"")
        .replace("{ mw_per_period = { value = 300, confidence = \"memory\", source = \"page 7\" } }", "{}");
    let paths: Vec<String> = faults_of(&wrong).into_iter().map(|(_, path, _)| path).collect();
    assert_eq!(paths, ["id", "rules.0.params.mw_per_period"]);
}

#[test]
fn zones_of_another_region_are_refused() {
    let wrong = CAP.replace("min_mw = 100", "zones = [\"nort\"]");
    let (line, path, nearest) = faults_of(&wrong).remove(0);
    assert_eq!((line, path.as_str()), (Some(24), "rules.2.applies_to.zones.0"));
    assert_eq!(nearest.as_deref(), Some("north"));
}

#[test]
fn any_number_is_an_axis() {
    let around = around(&[("cap", CAP)]);
    let text = "policies = [\"cap\"]\n[policy.cap.large_fee]\nfee_usd = 9000\n";
    let set =
        ["policy.cap.mw_per_period=450", "policy.cap.study_fee.fee_usd=1", "policy.cap.mw_cap.min_mw=75"];
    let checked = read(text, &set, &around).expect("valid");
    let [cap, small, large] = &the(&checked).rules[..] else { panic!("three rules") };
    assert_eq!((cap.numbers[0].value, cap.numbers[0].confidence), (450.0, Confidence::Assumed));
    assert_eq!(cap.applies_to.min_mw, 75.0);
    assert_eq!((small.numbers[0].value, large.numbers[0].value), (1.0, 9000.0));
}

#[test]
fn dates_move_together_and_can_be_set_by_themselves() {
    let around = around(&[("cap", CAP)]);
    let day = |text: &str| text.parse::<Date>().expect("a date");
    // One year and ten days later: 375 days.
    let moved = read("policies = [\"cap\"]\n", &["policy.cap.effective=2026-03-11"], &around).expect("valid");
    let policy = the(&moved);
    assert_eq!((policy.announced, policy.effective), (day("2026-01-25"), day("2026-03-11")));
    assert_eq!(policy.sunset, Some(day("2028-03-10")));
    let set = ["policy.cap.effective=2026-03-11", "policy.cap.announced=2026-03-01"];
    assert_eq!(
        the(&read("policies = [\"cap\"]\n", &set, &around).expect("valid")).announced,
        day("2026-03-01")
    );
    let set = ["policy.cap.announced=2026-03-01"];
    let found = read("policies = [\"cap\"]\n", &set, &around).expect_err("after it takes effect");
    assert_eq!(found[0].path, "policy.cap.announced");
}

#[test]
fn the_resolved_scenario_reads_back_as_itself() {
    let around = around(&[("cap", CAP)]);
    let set = [
        "policy.cap.effective=2026-03-11",
        "policy.cap.large_fee.fee_usd=9000",
        "policy.cap.zones=[\"south\"]",
    ];
    let checked = read("policies = [\"cap\"]\n", &set, &around).expect("valid");
    let text = checked.scenario.to_toml();
    assert!(text.contains("[policy.cap.mw_cap]"), "{text}");
    let again = Draft::parse("resolved.toml", &text).finish(&Scenario::defaults(), &around).expect("valid");
    assert_eq!(again.scenario, checked.scenario);
}

#[test]
fn names_are_checked() {
    let around = around(&[("cap", CAP)]);
    let nearest = |text: &str, set: &[&str]| {
        let fault = read(text, set, &around).expect_err("a fault").remove(0);
        (fault.path, fault.nearest)
    };
    let of = |path: &str, nearest: &str| (path.to_owned(), Some(nearest.to_owned()));
    assert_eq!(nearest("policies = [\"cup\"]\n", &[]), of("policies.0", "cap"));
    assert_eq!(nearest("[policy.cup]\nfee_usd = 1\n", &[]), of("policy.cup", "cap"));
    let named = "policies = [\"cap\"]\n";
    assert_eq!(
        nearest(named, &["policy.cap.mw_per_perod=1"]),
        of("policy.cap.mw_per_perod", "mw_per_period")
    );
    assert_eq!(nearest(named, &["policy.cap.mw_cup.by_zone=1"]), of("policy.cap.mw_cup", "mw_cap"));
    assert_eq!(nearest(named, &["policy.cap.zones=[\"sout\"]"]), of("policy.cap.zones.0", "south"));
    let several = read(named, &["policy.cap.fee_usd=1"], &around).expect_err("two fees").remove(0);
    assert_eq!(
        several.allowed.as_deref(),
        Some("policy.cap.study_fee.fee_usd, policy.cap.large_fee.fee_usd")
    );
    let twice = read("policies = [\"cap\", \"cap\"]\n", &[], &around).expect_err("twice");
    assert_eq!(twice[0].path, "policies.1");
    let idle = read("[policy.cap]\nmw_per_period = 1\n", &[], &around).expect("valid").warnings;
    assert_eq!(idle[0].path, "policy.cap");
}

/// Books in which nothing stands.
struct Empty;
impl gridrush_core::policy::Books for Empty {
    fn admitted_mw(&self, _: &AppliesTo, _: SimTime) -> f64 {
        0.0
    }
    fn admitted(&self, _: &AppliesTo, _: SimTime) -> u32 {
        0
    }
    fn energized_mw(&self, _: &AppliesTo) -> f64 {
        0.0
    }
}

#[test]
fn rules_stand_in_time_and_zones() {
    let around = around(&[("cap", CAP)]);
    let set = ["policy.cap.zones=[\"south\"]", "policy.cap.effective=2024-12-22"];
    let checked = read("policies = [\"cap\"]\n", &set, &around).expect("valid");
    let start = checked.scenario.start;
    let hours = |day: Date| SimTime::from_hours(24 * u64::try_from((day - start).get_days()).unwrap_or(0));
    let zone = |name: &str| ["north", "south"].iter().position(|z| *z == name).map(|z| ZoneId(z as u16));
    let policies = checked.scenario.policy.rules_in(start, &hours, &zone);
    let cap = &policies.rules[0];
    assert_eq!(cap.applies_to.zones, [ZoneId(1)]);
    assert_eq!((cap.effective, cap.age), (SimTime::ZERO, SimSpan::from_days(10)));
    // Budgets run from 22 December: the next begins 365 - 10 = 355 days into the run.
    assert_eq!(cap.first_period(SimSpan::from_days(365)), SimTime::from_hours(24 * 355));
    let campus = Asked {
        class: gridrush_workload::AI_TRAINING,
        tags: gridrush_workload::tags::tags_of_class(gridrush_workload::AI_TRAINING),
        direction: Direction::Load,
        mw: 400.0,
        kv: None,
        zone: ZoneId(1),
        service: gridrush_core::interconnection::Service::Firm,
        filed: SimTime::ZERO,
        site_control_share: 1.0,
        onsite_mw: 0.0,
        backup_mw: 0.0,
        renewable_share: 0.0,
        pue: 1.3,
        duplicates: 0,
    };
    let verdict = |asked: &Asked| policies.admit(asked, SimTime::ZERO, &Empty).0;
    assert_eq!(verdict(&campus), Verdict::AcceptUpTo(300.0));
    assert_eq!(verdict(&Asked { zone: ZoneId(0), ..campus }), Verdict::Accept);
    let mine = Asked { tags: gridrush_workload::tags::tags_of_class(gridrush_workload::MINING), ..campus };
    assert_eq!(verdict(&mine), Verdict::Accept);
}
