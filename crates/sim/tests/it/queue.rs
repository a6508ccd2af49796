//! The queue in the world: alone, with power plants, and under the rules of a region.

use std::sync::Arc;

use gridrush_core::interconnection::{Amount, Intake, Phase, Restudy, Track};
use gridrush_core::kernel::{SimSpan, SimTime};
use gridrush_core::policy::{AppliesTo, Hooks, Module, Rule};
use gridrush_sim::setup::Setup;

use crate::harness::{self, Run, texts};

const ALONE: &str = "
[dispatch]
hourly = false
security = \"n0\"
[supply]
merchant_entry = false
retirement = false
background_transmission = false
[arrivals]
scale = 2.0
[queue]
study_median_days = 60.0
[queue.works]
station_lead_months = 6.0
transformer_lead_months = 6.0
reconductor_lead_months = 6.0
";

fn run_of(setup: &Arc<Setup>) -> Run {
    harness::run(setup, 0, &mut |_, _| {})
}

#[test]
fn the_queue_runs_without_the_hourly_market() {
    let setup =
        harness::setup("testbed", "2027-01-01", "2035-01-01", &ALONE.replace("scale = 2.0", "scale = 0.2"));
    let run = run_of(&setup);
    assert_eq!(run.world.dispatched(), (0, 0));
    let stages = texts(&run.table("requests"), "stage");
    let count = |stage: &str| stages.iter().filter(|found| *found == stage).count();
    assert!(stages.len() > 200, "{}", stages.len());
    assert!(count("full") + count("energized") > 5, "{} full", count("full"));
    // Nothing is generated, drawn or paid for.
    assert!(run.sink.frame("load_monthly").is_none_or(|frame| texts(&frame, "class").is_empty()));
    assert!(run.sink.frame("bills_monthly").is_none_or(|frame| texts(&frame, "payer").is_empty()));
    assert_eq!(harness::bytes(&run_of(&setup).sink), harness::bytes(&run.sink));
}

/// A window a year, studied in 60 days, in which a readiness deposit of 20,000 $/MW is lost by leaving.
static WINDOWS: Module = Module {
    name: "windows",
    meaning: "",
    params: &[],
    hooks: Hooks {
        process: Some(|_| Track {
            name: "windows".to_owned(),
            intake: Intake::Windows {
                first: SimTime::ZERO,
                every: Some(SimSpan::from_days(365)),
                open: SimSpan::from_days(45),
                engagement: SimSpan::from_days(30),
            },
            entry_deposit: Amount::per_mw(20_000.0),
            phases: vec![Phase::default()],
            restudy: Restudy::UntilStable { most: 3 },
            ..Track::default()
        }),
        ..Hooks::NONE
    },
};

#[test]
fn a_policy_sets_the_process_and_dear_places_keep_speculation_out() {
    let filed_and_process = |policy: bool| {
        let setup = harness::setup("testbed", "2027-01-01", "2029-01-01", ALONE);
        let mut setup = Arc::try_unwrap(setup).unwrap_or_else(|_| panic!("held elsewhere"));
        if policy {
            setup.policies.rules.push(Rule {
                policy: "windows".to_owned(),
                name: "windows".to_owned(),
                module: &WINDOWS,
                applies_to: AppliesTo::default(),
                params: Vec::new(),
                announced: SimTime::ZERO,
                effective: SimTime::ZERO,
                sunset: None,
                age: SimSpan(0),
            });
        }
        let run = run_of(&Arc::new(setup));
        let processes = texts(&run.table("requests"), "process");
        (processes.len(), processes.first().cloned())
    };
    let (open, serial) = filed_and_process(false);
    let (filtered, windows) = filed_and_process(true);
    assert_eq!((serial.as_deref(), windows.as_deref()), (Some("serial"), Some("windows")));
    // A deposit of 2 M$ and more for a place that is worth 0.15 M$ at the median.
    assert!(filtered * 2 < open, "{filtered} of {open}");
}

/// Power is scarce and dear, so plants pay; they come into the market through the queue alone.
#[test]
fn plants_come_through_the_queue() {
    let text = "
[dispatch]
security = \"n0\"
commitment = \"none\"
[load]
growth_percent_per_year = 12
[supply]
entry_through_queue = true
retirement = false
[arrivals]
enabled = false
[queue]
study_median_days = 20.0
[queue.process]
agreement_days = 10.0
[queue.works]
station_lead_months = 3.0
transformer_lead_months = 3.0
reconductor_lead_months = 3.0
";
    let setup = harness::setup("testbed", "2027-01-01", "2031-01-01", text);
    let run = run_of(&setup);
    let requests = run.table("requests");
    let (classes, stages) = (texts(&requests, "class"), texts(&requests, "stage"));
    assert!(!classes.is_empty(), "developers file");
    assert!(classes.iter().all(|class| class != "mining" && class != "ai_training"), "{classes:?}");
    let connected_mw: f64 = requests.floats("energized_mw").unwrap().iter().sum();
    assert!(connected_mw > 0.0, "{stages:?}");
    let entered_mw: f64 = run.table("supply_yearly").floats("entered_mw").unwrap().iter().sum();
    // What was connected in the last year before its sample, and nothing else, has entered.
    assert!((entered_mw - connected_mw).abs() < 1e-6 * connected_mw, "{entered_mw} of {connected_mw}");
}
