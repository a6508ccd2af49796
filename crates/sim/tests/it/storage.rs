//! Batteries take no energy from nowhere, and their table agrees with the hours.

use std::collections::BTreeMap;

use crate::harness::{self, texts};
use crate::story;

/// The round trip that scenarios have if they do not say otherwise.
const ROUND_TRIP: f64 = 0.85;

#[test]
fn stores_begin_empty_and_hold_what_went_in_less_what_came_out() {
    let run = &story::testbed().run;
    let table = run.table("storage_monthly");
    assert!(!table.is_empty(), "no month with batteries");
    let column = |name: &str| table.floats(name).unwrap();
    let zones = texts(&table, "zone");
    let mut before: BTreeMap<&str, f64> = BTreeMap::new();
    for (row, zone) in zones.iter().enumerate() {
        let (charged, discharged) = (column("charged_mwh")[row], column("discharged_mwh")[row]);
        let stored = before.entry(zone).or_insert(0.0);
        let want = *stored + ROUND_TRIP * charged - discharged;
        let holds = column("stored_mwh")[row];
        assert!((holds - want).abs() < 1e-6 * (1.0 + charged), "{holds} MWh is not {want}");
        assert!((0.0..=column("energy_mwh")[row] + 1e-9).contains(&holds));
        assert!((column("cycles")[row] * column("energy_mwh")[row] - discharged).abs() < 1e-6);
        *stored = holds;
    }
    let discharged: f64 = column("discharged_mwh").iter().sum();
    assert!(discharged > 0.0, "no battery ever runs");
    let hourly: f64 = run.table("system_hourly").floats("storage_mw").unwrap().iter().sum();
    let net = discharged - column("charged_mwh").iter().sum::<f64>();
    assert!((hourly - net).abs() < 1e-6 * (1.0 + discharged), "{hourly} MWh in hours, {net} in months");
}

#[test]
fn the_hours_of_the_look_aheads_matter_and_batteries_can_be_switched_off() {
    let run = |text: &str| {
        let setup = harness::setup("testbed", "2025-07-01", "2025-07-15", text);
        harness::run(&setup, 0, &mut |_, _| ())
    };
    let of = |run: &harness::Run| -> Vec<f64> {
        run.table("storage_monthly").floats("discharged_mwh").unwrap().to_vec()
    };
    let [midnight, noon, often] = [(0, 24), (12, 24), (0, 12)].map(|(hour, every)| {
        let keys = format!("look_ahead_hour = {hour}\nlook_ahead_every_h = {every}\n");
        of(&run(&format!("[dispatch.storage]\n{keys}")))
    });
    assert_ne!(midnight, noon);
    assert_ne!(midnight, often);
    let off = run("[dispatch.storage]\nenabled = false\n");
    assert!(off.table("storage_monthly").is_empty());
}
