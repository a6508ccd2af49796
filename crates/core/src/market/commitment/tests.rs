//! Days that can be committed by hand, and minimum times on random ones.

use proptest::prelude::*;

use super::*;

fn unit(capacity_mw: f64, cost: f64, start_usd: f64, up: u32, down: u32) -> SlowUnit {
    SlowUnit {
        capacity_mw,
        minimum_mw: 0.4 * capacity_mw,
        cost_usd_per_mwh: cost,
        start_usd,
        run_h: 10.0,
        minimum_up_h: up,
        minimum_down_h: down,
    }
}

fn needs(load: &[f64], reserve_mw: f64) -> Needs {
    Needs {
        energy_mw: load.to_vec(),
        cover_mw: load.iter().map(|mw| mw + reserve_mw).collect(),
        room_mw: load.to_vec(),
        called: Vec::new(),
    }
}

fn shown(schedule: &Schedule, unit: usize) -> String {
    schedule.of(unit).iter().map(|&on| if on { '1' } else { '0' }).collect()
}

#[test]
fn the_top_of_the_list_covers_the_load() {
    let units = [unit(100.0, 30.0, 0.0, 1, 1), unit(100.0, 20.0, 0.0, 1, 1), unit(100.0, 40.0, 0.0, 1, 1)];
    let found = commit(&units, &[], &[UnitState::COLD; 3], &needs(&[80.0, 150.0, 100.0, 250.0], 0.0));
    assert_eq!(
        (shown(&found, 0), shown(&found, 1), shown(&found, 2)),
        ("0101".into(), "1111".into(), "0001".into())
    );
}

#[test]
fn a_start_counts_in_the_order() {
    // 20 + 3,000 / (100 x 10) = 23 against 22.
    let units = [unit(100.0, 20.0, 3000.0, 1, 1), unit(100.0, 22.0, 0.0, 1, 1)];
    let found = commit(&units, &[], &[UnitState::COLD; 2], &needs(&[90.0], 0.0));
    assert_eq!((shown(&found, 0), shown(&found, 1)), ("0".into(), "1".into()));
}

#[test]
fn quick_capacity_stands_in_its_place() {
    // The turbine at 35 carries the peak before the boiler at 40 is started; the boiler starts for cover.
    let units = [unit(100.0, 20.0, 0.0, 1, 1), unit(100.0, 40.0, 0.0, 1, 1)];
    let quick = [QuickCapacity { capacity_mw: 60.0, cost_usd_per_mwh: 35.0 }];
    let found = commit(&units, &quick, &[UnitState::COLD; 2], &needs(&[90.0, 150.0, 170.0], 0.0));
    assert_eq!(shown(&found, 1), "001");
    let found = commit(&units, &quick, &[UnitState::COLD; 2], &needs(&[90.0, 150.0, 170.0], 20.0));
    assert_eq!(shown(&found, 1), "011");
}

#[test]
fn minimum_times_hold_over_gaps_and_runs() {
    let base = unit(100.0, 10.0, 0.0, 1, 1);
    let load = [150.0, 90.0, 90.0, 150.0, 90.0, 90.0, 90.0, 90.0, 90.0, 150.0];
    // A gap of two hours is shorter than three, one of five is not.
    let peaker = unit(100.0, 30.0, 0.0, 1, 3);
    let found = commit(&[base, peaker], &[], &[UnitState::COLD; 2], &needs(&load, 0.0));
    assert_eq!(shown(&found, 1), "1111000001");
    // A run goes on for five hours.
    let slow = unit(100.0, 30.0, 0.0, 5, 1);
    let found = commit(&[base, slow], &[], &[UnitState::COLD; 2], &needs(&load, 0.0));
    assert_eq!(shown(&found, 1), "1111100001");
}

#[test]
fn standing_by_is_weighed_against_a_start() {
    // In the gap the cheap unit is at the margin: standing by costs 40 MW x (30 - 10.1) for two hours = 1,592.
    let load = [150.0, 90.0, 90.0, 150.0];
    for (start_usd, want) in [(1600.0, "1111"), (1580.0, "1001")] {
        let mut units = [unit(100.0, 10.0, 0.0, 1, 1), unit(100.0, 30.0, start_usd, 1, 1)];
        units[0].start_usd = 100.0;
        let found = commit(&units, &[], &[UnitState::COLD; 2], &needs(&load, 0.0));
        assert_eq!(shown(&found, 1), want, "{start_usd}");
    }
}

#[test]
fn the_past_holds() {
    let units = [unit(100.0, 10.0, 0.0, 1, 1), unit(100.0, 30.0, 0.0, 5, 4)];
    let load = [150.0, 50.0, 50.0, 50.0, 50.0];
    // Two of five hours on: three to go.
    let on = [UnitState::COLD, UnitState { on: true, hours: 2 }];
    assert_eq!(shown(&commit(&units, &[], &on, &needs(&load, 0.0)), 1), "11100");
    // Three of four hours off: one more, though it would be needed.
    let off = [UnitState::COLD, UnitState { on: false, hours: 3 }];
    assert_eq!(shown(&commit(&units, &[], &off, &needs(&load, 0.0)), 1), "00000");
}

#[test]
fn minimum_outputs_make_room_for_each_other() {
    // Two units of 40 MW minimum in a night of 60 MW: the dear one goes off, for its four hours.
    let units = [unit(100.0, 10.0, 0.0, 1, 1), unit(100.0, 12.0, 10000.0, 2, 4)];
    let load = [150.0, 150.0, 60.0, 60.0, 90.0, 90.0, 150.0, 150.0];
    let found = commit(&units, &[], &[UnitState::COLD; 2], &needs(&load, 0.0));
    assert_eq!((shown(&found, 0), shown(&found, 1)), ("11111111".into(), "11000011".into()));
    // With a minimum up time of three hours the morning's run would be too short: it stays.
    let mut stiff = units;
    stiff[1].minimum_up_h = 3;
    let found = commit(&stiff, &[], &[UnitState::COLD; 2], &needs(&load, 0.0));
    assert_eq!(shown(&found, 1), "11111111");
}

#[test]
fn a_run_that_others_make_superfluous_is_dropped() {
    // The cheap unit is held off for one hour, so the dear one is called for it and must stay three hours;
    // what the past holds on is no reason to call it at all.
    let units = [unit(100.0, 10.0, 0.0, 1, 2), unit(100.0, 30.0, 0.0, 3, 1), unit(100.0, 50.0, 0.0, 4, 1)];
    let states = [UnitState { on: false, hours: 1 }, UnitState::COLD, UnitState { on: true, hours: 1 }];
    let found = commit(&units, &[], &states, &needs(&[90.0, 90.0, 90.0, 90.0], 0.0));
    assert_eq!((shown(&found, 1), shown(&found, 2)), ("0000".into(), "1110".into()));
    assert_eq!(shown(&found, 0), "0001");
}

#[test]
fn what_is_called_runs_and_counts() {
    // The dear unit is called for one hour, stays for two, and takes the place of the next on the list.
    let units = [unit(100.0, 10.0, 0.0, 1, 1), unit(100.0, 20.0, 0.0, 1, 1), unit(100.0, 90.0, 0.0, 2, 1)];
    let called = Needs { called: vec![(2, 1)], ..needs(&[150.0, 150.0, 150.0, 50.0], 0.0) };
    let found = commit(&units, &[], &[UnitState::COLD; 3], &called);
    assert_eq!(
        (shown(&found, 0), shown(&found, 1), shown(&found, 2)),
        ("1111".into(), "1000".into(), "0110".into())
    );
}

/// Every run and gap that ends inside the horizon is long enough.
fn times_hold(units: &[SlowUnit], states: &[UnitState], found: &Schedule) -> bool {
    units.iter().zip(states).enumerate().all(|(u, (unit, &start))| {
        let mut state = start;
        found.of(u).iter().all(|&on| {
            let least = if state.on { unit.minimum_up_h } else { unit.minimum_down_h };
            let kept = on == state.on || state.hours >= least;
            state = state.after(on);
            kept
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_days_keep_minimum_times_and_are_covered(
        rows in prop::collection::vec((10.0..300.0, 5.0..60.0, 0.0..20000.0, 1_u32..12, 1_u32..12), 1..12),
        quick_mw in 0.0..200.0,
        history in prop::collection::vec((any::<bool>(), 1_u32..15), 12),
        load in prop::collection::vec(0.0..1500.0, 1..50),
        calls in prop::collection::vec((0_usize..12, 0_usize..50), 0..6),
        reserve_mw in 0.0..200.0,
    ) {
        let units: Vec<SlowUnit> = rows.iter().map(|&(mw, c, s, up, down)| unit(mw, c, s, up, down)).collect();
        let states: Vec<UnitState> =
            history[..units.len()].iter().map(|&(on, hours)| UnitState { on, hours }).collect();
        let quick = [QuickCapacity { capacity_mw: quick_mw, cost_usd_per_mwh: 45.0 }];
        let called = calls.into_iter().filter(|&(u, h)| u < units.len() && h < load.len()).collect();
        let needs = Needs { called, ..needs(&load, reserve_mw) };
        let found = commit(&units, &quick, &states, &needs);
        prop_assert!(times_hold(&units, &states, &found));
        for &(u, hour) in &needs.called {
            let held_off = !states[u].on && states[u].hours + (hour as u32) < units[u].minimum_down_h;
            prop_assert!(found.is_on(u, hour) || held_off, "unit {u} is called in hour {hour}");
        }
        for (hour, cover_mw) in needs.cover_mw.iter().enumerate() {
            let mut on_mw = quick_mw;
            let mut free_mw = quick_mw;
            for (u, unit) in units.iter().enumerate() {
                let held_off = !states[u].on && states[u].hours + (hour as u32) < unit.minimum_down_h;
                on_mw += if found.is_on(u, hour) { unit.capacity_mw } else { 0.0 };
                free_mw += if held_off { 0.0 } else { unit.capacity_mw };
            }
            prop_assert!(on_mw >= cover_mw.min(free_mw) - 1e-6, "hour {hour}: {on_mw} of {cover_mw}");
        }
    }
}
