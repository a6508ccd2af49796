//! The catalogue of policies: every file is read without a fault and every rule of it decides on something.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use gridrush_core::grid::{Fuel, RegionPack, ZoneId};
use gridrush_core::interconnection::{
    CostShares, DEPOSITS_ACCOUNT, Direction, QueueParams, Service, TRANSMISSION_ACCOUNT, Track,
};
use gridrush_core::kernel::{SimSpan, SimTime};
use gridrush_core::policy::{
    AppliesTo, Asked, Books, Confidence, HourView, Limits, MonthView, Obligation, PLACES, Rule, Transition,
    Verdict,
};
use gridrush_sim::scenario::{
    Checked, Draft, Faults, PolicyFile, PolicyText, Resolved, Scenario, Surroundings,
};
use gridrush_sim::setup::Setup;
use gridrush_workload::tags::{tags_of_class, tags_of_plant};
use gridrush_workload::{AI_INFERENCE, AI_TRAINING, MINING};

use proptest::prelude::*;

use crate::harness::{Run, bytes, pack_files, texts};

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

/// The usual process, but everybody pays for upgrades.
fn plain_track() -> Track {
    Track { shares: CostShares::PostageStamp, ..QueueParams::default().track() }
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

/// Policies about power plants, which are met after the first review of supply.
const OF_PLANTS: [&str; 6] = [
    "p05_pjm_rri",
    "p06_pjm_eit",
    "p15_ercot_connect_and_manage",
    "p18_miso_eras",
    "p36_gb_gate2",
    "p42_caiso_zonal",
];

/// Load that has outgrown supply, with plants in the queue.
const WITH_PLANTS: &str = "[load]\ngrowth_percent_per_year = 12\n[supply]\nentry_through_queue = true\n";

/// Policies about loads that bring their own generation.
const OF_OWN_PLANTS: [&str; 2] = ["p08_ferc_colocation", "p25_ny_pow"];

/// A campus and a mine beside plants of their own.
const BESIDE_PLANTS: &str = "[[requests]]\nname = \"beside\"\nkind = \"ai\"\nzone = \"city\"\n\
    requested_mw = 30\nonsite_mw = 20\nfiled = 2025-11-02\nramp_months = 1\n\
    [[requests]]\nname = \"own\"\nkind = \"mining\"\nzone = \"plains\"\nrequested_mw = 30\nonsite_mw = 30\n\
    filed = 2025-11-03\nramp_months = 1\n";

/// Weeks of a testbed on which much is asked for, built within weeks, and reserve always lacks.
fn results(
    id: Option<&str>,
    [start, effective, end]: [&str; 3],
    more: &str,
    all: &BTreeMap<String, PolicyText>,
) -> BTreeMap<&'static str, String> {
    let files = pack_files("testbed");
    let pack = RegionPack::parse(&files).unwrap();
    let mut around = Surroundings { regions: vec!["testbed".to_owned()], ..Surroundings::default() };
    around.add_region(&pack);
    around.policies.clone_from(all);
    let rules = id.map_or_else(String::new, |id| {
        // Peaks of the summer, moved into the weeks of the run; a threshold that the sites of the testbed reach.
        let fitted = match id {
            "p13_ercot_4cp" => "from_month = 1\nto_month = 3\n".to_owned(),
            "p21_indiana_michigan_power" => format!("[policy.{id}.minimum_bill]\nmin_mw = 25\n"),
            _ => String::new(),
        };
        format!("policies = [\"{id}\"]\n[policy.{id}]\neffective = {effective}\n{fitted}")
    });
    let text = format!(
        "schema = 1\nname = \"t\"\nregion = \"testbed\"\nstart = {start}\nend = {end}\n{rules}\
         [queue]\nstudy_median_days = 2.0\nrestudy_median_days = 2.0\n\
         [queue.process]\ndecision_days = 1.0\noffer_valid_days = 2.0\nagreement_days = 1.0\n\
         [queue.works]\nstation_lead_months = 0.2\ntransformer_lead_months = 0.2\n\
         [arrivals.mining]\nbase_per_month = 5.0\nconstruction_months = 0.2\n\
         [arrivals.ai]\nbase_per_month = 5.0\nconstruction_months = 0.2\nreal_share = 1.0\n\
         [dispatch]\nreserve = [[100000, 5]]\n[operation]\nemergency_reserve_percent = 100\n{more}"
    );
    let draft = Draft::parse("test.toml", &text);
    let checked = draft.finish(&Scenario::defaults_of(&pack), &around);
    let scenario = checked.unwrap_or_else(|faults| panic!("{faults:#?}")).scenario;
    let setup = Setup::new(Resolved::alone(scenario, pack, files, BTreeMap::new())).unwrap();
    bytes(&Run::new(&Arc::new(setup), 0).finish())
}

/// Every other policy from `first` on changes what happens on the testbed.
fn bind(first: usize) {
    let all = catalogue();
    let results = |id: Option<&str>| results(id, ["2025-01-01", "2025-01-01", "2025-03-12"], "", &all);
    let without = results(None);
    let elsewhere = |id: &str| OF_PLANTS.contains(&id) || OF_OWN_PLANTS.contains(&id);
    let met = all.keys().skip(first).step_by(2).filter(|id| !elsewhere(id));
    let idle: Vec<&String> = met.filter(|id| results(Some(id)) == without).collect();
    assert!(idle.is_empty(), "{idle:?} change nothing");
}

#[test]
fn policies_bind_end_to_end() {
    bind(0);
}

#[test]
fn the_other_policies_bind_end_to_end() {
    bind(1);
}

#[test]
fn policies_about_plants_bind_end_to_end() {
    let all = catalogue();
    for (ids, dates, more) in [
        (OF_PLANTS.as_slice(), ["2029-01-01", "2030-01-01", "2030-05-01"], WITH_PLANTS),
        (&OF_OWN_PLANTS, ["2025-11-01", "2025-11-01", "2026-03-01"], BESIDE_PLANTS),
    ] {
        let without = results(None, dates, more, &all);
        let idle: Vec<&&str> =
            ids.iter().filter(|id| results(Some(id), dates, more, &all) == without).collect();
        assert!(idle.is_empty(), "{idle:?} change nothing");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    /// Under any two policies of the catalogue, taken one after the other: what is held is what living requests and rounds
    /// have deposited, every month it is what came in less what went out, and nothing goes out that did not come in.
    #[test]
    fn deposits_and_penalties_add_up_to_the_cent(
        first in 0_usize..46, second in 0_usize..46, replication in 0_u32..1_000,
    ) {
        let all = catalogue();
        let ids: Vec<&String> = all.keys().collect();
        let (first, second) = (ids[first % ids.len()], ids[second % ids.len()]);
        let list = if first == second { format!("{first:?}") } else { format!("{first:?}, {second:?}") };
        let of = |id: &str, day: &str| format!("[policy.{id}]\neffective = {day}\n");
        let later = if first == second { String::new() } else { of(second, "2028-07-01") };
        let dates = of(first, "2027-01-01") + &later;
        let files = pack_files("testbed");
        let pack = RegionPack::parse(&files).unwrap();
        let mut around = Surroundings { regions: vec!["testbed".to_owned()], ..Surroundings::default() };
        around.add_region(&pack);
        around.policies.clone_from(&all);
        let text = format!(
            "schema = 1\nname = \"t\"\nregion = \"testbed\"\nstart = 2027-01-01\nend = 2031-01-01\n\
             policies = [{list}]\n{dates}[dispatch]\nhourly = false\nsecurity = \"n0\"\n\
             [arrivals]\nscale = 0.5\n[queue.works]\nstation_lead_months = 6.0\ntransformer_lead_months = 6.0\n"
        );
        let checked = Draft::parse("test.toml", &text).finish(&Scenario::defaults_of(&pack), &around);
        let scenario = checked.unwrap_or_else(|faults| panic!("{faults:#?}")).scenario;
        let setup = Setup::new(Resolved::alone(scenario, pack, files, BTreeMap::new())).unwrap();
        let run = crate::harness::run(&Arc::new(setup), replication, &mut |_, _| {});
        let queue = run.world.queue();
        let held: i64 = queue.requests().map(|(_, request)| request.held().0).sum::<i64>()
            + queue.rounds().map(|(_, round)| round.pooled().0).sum::<i64>();
        let balance = run.world.ledger().balance_of(DEPOSITS_ACCOUNT).unwrap_or_default();
        prop_assert_eq!(balance.0, held, "{} then {}", first, second);
        run.world.ledger().check().unwrap();
        let books = run.table("ledger_monthly");
        let (debit, credit) = (texts(&books, "debit"), texts(&books, "credit"));
        let (time, cents) = (books.integers("time_utc").unwrap(), books.integers("cents").unwrap());
        // Months are in order.
        let mut owned: BTreeMap<&str, i64> = BTreeMap::new();
        let (mut month, mut in_hand) = (0, 0);
        for row in 0..books.len() {
            if time[row] != month {
                prop_assert!(in_hand >= 0, "{} cents are missing", -in_hand);
                month = time[row];
            }
            if debit[row] == DEPOSITS_ACCOUNT {
                in_hand += cents[row];
                *owned.entry(&credit[row]).or_default() += cents[row];
            } else if credit[row] == DEPOSITS_ACCOUNT {
                in_hand -= cents[row];
                *owned.entry(&debit[row]).or_default() -= cents[row];
            }
        }
        prop_assert_eq!(in_hand, held);
        // Owners get back at most what they paid, but for what leavers of their round pay them.
        let forfeited: i64 = -owned.get(TRANSMISSION_ACCOUNT).copied().unwrap_or(0);
        let owners: i64 = owned.iter().filter(|(who, _)| **who != TRANSMISSION_ACCOUNT).map(|(_, cents)| cents).sum();
        prop_assert!(forfeited >= 0);
        prop_assert_eq!(owners, held + forfeited, "paid in, less returned, is held or forfeited");
    }
}
