//! The catalogue of policies: every file is read without a fault and every rule of it decides on something.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use gridrush_core::grid::{Fuel, RegionPack, ZoneId};
use gridrush_core::interconnection::{
    Amount, CostShares, Direction, Duration, Forfeits, Intake, Penalty, Phase, Restudy, Scope, Service, Track,
};
use gridrush_core::kernel::{SimSpan, SimTime};
use gridrush_core::policy::{
    AppliesTo, Asked, Books, Confidence, HourView, Limits, MonthView, Obligation, PLACES, Rule, Transition,
    Verdict,
};
use gridrush_sim::scenario::{Checked, Draft, Faults, PolicyFile, PolicyText, Scenario, Surroundings};
use gridrush_workload::tags::{tags_of_class, tags_of_plant};
use gridrush_workload::{AI_INFERENCE, AI_TRAINING, MINING};

use crate::harness::pack_files;

/// All policies of the repository by id.
fn catalogue() -> BTreeMap<String, PolicyText> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/policies");
    let files = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path());
    let text = |path: std::path::PathBuf| {
        let id = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        (id.clone(), PolicyText { file: format!("policies/{id}.toml"), text })
    };
    files.map(text).collect()
}

/// A policy in force from the first day of a year on the testbed.
fn on_testbed(id: &str, all: &BTreeMap<String, PolicyText>) -> Checked {
    let pack = RegionPack::parse(&pack_files("testbed")).unwrap();
    let mut around = Surroundings { regions: vec!["testbed".to_owned()], ..Surroundings::default() };
    around.add_region(&pack);
    around.policies.clone_from(all);
    let text = format!(
        "schema = 1\nname = \"t\"\nregion = \"testbed\"\nstart = 2025-01-01\nend = 2027-01-01\n\
         policies = [\"{id}\"]\n[policy.{id}]\neffective = 2025-01-01\n"
    );
    let draft = Draft::parse("test.toml", &text);
    draft.finish(&Scenario::defaults_of(&pack), &around).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

#[test]
fn every_file_is_right_and_says_where_it_comes_from() {
    let all = catalogue();
    let mut faults = Faults::default();
    let mut numbers = BTreeSet::new();
    for (id, text) in &all {
        let Some(policy) = PolicyFile::read(text, &mut faults) else { continue };
        let about = &policy.about;
        assert!(about.source.len() > 10 && about.title.len() > 10, "{id}");
        assert_eq!(about.tested_on, "testbed", "{id}");
        assert!(policy.announced <= policy.effective, "{id}");
        let given = || policy.rules.iter().flat_map(|rule| &rule.numbers).filter(|number| number.given);
        if given().any(|number| number.confidence == Confidence::Memory) {
            assert!(text.text.contains("\"memory\""), "{id}");
        }
        numbers.extend(id[1..3].parse::<u32>().ok());
    }
    assert!(faults.is_empty(), "{:#?}", faults.sorted());
    assert_eq!(numbers, (1..=42).collect(), "P01 to P42");
}

#[test]
fn every_policy_can_be_named_and_is_resolved_in_full() {
    let all = catalogue();
    for id in all.keys() {
        let checked = on_testbed(id, &all);
        assert!(checked.warnings.is_empty(), "{id}: {:?}", checked.warnings);
        let text = checked.scenario.to_toml();
        for rule in &checked.scenario.policy.files[0].rules {
            assert!(text.contains(&format!("[policy.{id}.{}]", rule.name)), "{id}.{}", rule.name);
        }
    }
}

/// Loads and plants of all kinds and sizes.
fn everybody() -> Vec<Asked> {
    let mut out = Vec::new();
    let loads =
        [MINING, AI_TRAINING, AI_INFERENCE].map(|class| (class, tags_of_class(class), Direction::Load));
    let plants = [Fuel::Gas, Fuel::Wind].map(|fuel| (MINING, tags_of_plant(fuel), Direction::Generation));
    for (class, tags, direction) in loads.into_iter().chain(plants) {
        for mw in [0.5, 5.0, 15.0, 30.0, 80.0, 400.0] {
            for kv in [69.0, 138.0, 345.0] {
                for part in [0.0, 0.5, 1.0] {
                    out.push(Asked {
                        class,
                        tags,
                        direction,
                        mw,
                        kv: Some(kv),
                        zone: ZoneId(1),
                        service: Service::Firm,
                        filed: SimTime::ZERO,
                        site_control_share: part,
                        onsite_mw: part * mw,
                        backup_mw: 0.0,
                        renewable_share: 0.0,
                        pue: 1.2 + 0.3 * part,
                        duplicates: (6.0 * part) as u32,
                    });
                }
            }
        }
    }
    out
}

/// Much has been admitted.
struct Full;

impl Books for Full {
    fn admitted_mw(&self, _: &AppliesTo, _: SimTime) -> f64 {
        1e6
    }
    fn admitted(&self, _: &AppliesTo, _: SimTime) -> u32 {
        1_000_000
    }
    fn energized_mw(&self, _: &AppliesTo) -> f64 {
        1e6
    }
}

fn plain_track() -> Track {
    let days = Duration::Fixed { days: 100.0 };
    Track {
        name: "plain".to_owned(),
        intake: Intake::Continuous,
        study_slots: None,
        application_fee: Amount::NONE,
        application_deposit: Amount::NONE,
        entry_deposit: Amount::NONE,
        entry_site_control_share: 0.0,
        phases: vec![Phase {
            name: "study".to_owned(),
            study: days,
            restudy: days,
            decision_days: 30.0,
            valid_days: 30.0,
            fee: Amount::NONE,
            deposit: Amount::NONE,
            penalty: Penalty::default(),
            restudy_penalty: None,
            site_control_share: 0.0,
            late: None,
        }],
        restudy: Restudy::Dependents,
        restudy_fee: Amount::NONE,
        shares: CostShares::PostageStamp,
        allowance_usd: 0.0,
        scope: Scope::Network,
        forfeits: Forfeits::Owner,
        agreement_days: 90.0,
        security: Amount::NONE,
        signed_penalty: Penalty::default(),
        suspension_years: 0.0,
    }
}

/// An hour of emergency in January, in which everybody is called.
fn hard_hour() -> HourView {
    HourView {
        now: SimTime::ZERO,
        year: 2025,
        month: 1,
        day: 15,
        hour: 18,
        emergency: true,
        surplus_mw: -100.0,
        peak_share: 1.0,
        hours_cut: 0.0,
        peak_mw: 10.0,
        called: [1.0; PLACES],
        wish_mw: 100.0,
        outbid_mw: 0.0,
    }
}

/// A January in which a site leaves; cheap energy.
fn hard_month(mw: f64) -> MonthView {
    MonthView {
        begin: SimTime::ZERO,
        months_energized: 30,
        contract_mw: mw,
        energy_mwh: 100.0 * mw,
        energy_usd: 1_500.0 * mw,
        peak_mw: 0.2 * mw,
        coincident_mw: 0.2 * mw,
        system_peak_mw: 1_000.0,
        last_year_coincident_mw: [0.2 * mw; 12],
        month: 1,
        co2_t: 40.0 * mw,
        left_mw: mw,
    }
}

/// The hooks through which a rule says something about somebody.
fn decides(rule: &Rule, asked: &Asked) -> BTreeSet<&'static str> {
    let hooks = &rule.module.hooks;
    let mut out = BTreeSet::new();
    let mut note = |name, decided| {
        if decided {
            out.insert(name);
        }
    };
    note("process", hooks.process.is_some_and(|process| !process(rule).phases.is_empty()));
    note(
        "amend",
        hooks.amend.is_some_and(|amend| {
            let mut track = plain_track();
            amend(rule, &mut track);
            track != plain_track()
        }),
    );
    note(
        "admit",
        hooks.admit.is_some_and(|admit| admit(rule, asked, SimTime::ZERO, &Full) != Verdict::Accept),
    );
    note("transition", hooks.transition.is_some_and(|f| f(rule, asked) != Transition::Stay));
    note("service", hooks.service.is_some_and(|service| service(rule, asked).firm_share < 1.0));
    note(
        "operate",
        hooks.operate.is_some_and(|operate| {
            let Limits { ceiling_mw, .. } = operate(rule, asked, &hard_hour());
            ceiling_mw < asked.mw
        }),
    );
    note("fuel_adder", hooks.fuel_adder.is_some_and(|adder| adder(rule, Fuel::Gas, 0.053) > 0.0));
    note("charge", hooks.charge.is_some_and(|charge| !charge(rule, asked, &hard_month(asked.mw)).is_empty()));
    note("obligation", hooks.obligation.is_some_and(|of| of(rule, asked) != Obligation::default()));
    out
}

/// Every rule is about some load or plant that the testbed could have, and decides something about it.
#[test]
fn every_rule_binds_on_the_testbed() {
    let all = catalogue();
    let pack = RegionPack::parse(&pack_files("testbed")).unwrap();
    for id in all.keys() {
        let checked = on_testbed(id, &all);
        let policies = checked.scenario.policy.rules_in(
            checked.scenario.start,
            &|day| {
                let days = (day - checked.scenario.start).get_days();
                SimTime::ZERO + SimSpan::from_days(u64::try_from(days).unwrap_or(0))
            },
            &|zone| pack.network.zone_named(zone),
        );
        for rule in &policies.rules {
            let bound: Vec<Asked> =
                everybody().into_iter().filter(|asked| rule.binds(asked, SimTime::ZERO)).collect();
            assert!(!bound.is_empty(), "{id}.{} is about nobody", rule.name);
            let decided: BTreeSet<&str> = bound.iter().flat_map(|asked| decides(rule, asked)).collect();
            assert!(!decided.is_empty(), "{id}.{} decides nothing", rule.name);
        }
    }
}
