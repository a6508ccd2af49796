//! A replication is a pure function of (scenario, seed, replication).

use std::sync::Arc;

use gridrush_core::kernel::SimTime;
use gridrush_sim::setup::Setup;

use crate::harness::{self, BUSY, Run, bytes};

fn busy(seed: u64) -> Arc<Setup> {
    harness::setup("testbed", "2025-01-01", "2026-07-01", &format!("seed = {seed}\n{BUSY}"))
}

fn tables(setup: &Arc<Setup>, replication: u32) -> std::collections::BTreeMap<&'static str, String> {
    bytes(&Run::new(setup, replication).finish())
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let first = tables(&busy(1), 0);
    assert!(first.len() >= 12, "{:?}", first.keys());
    assert_eq!(first, tables(&busy(1), 0));
    for (what, other) in [("seed", tables(&busy(2), 0)), ("replication", tables(&busy(1), 1))] {
        for table in ["contention_hourly", "system_hourly", "bitcoin_daily", "requests", "ledger_monthly"] {
            assert_ne!(first[table], other[table], "another {what} leaves {table} as it is");
        }
    }
}

#[test]
fn a_world_that_is_cloned_on_its_way_ends_like_the_whole_run() {
    let setup = busy(1);
    let whole = tables(&setup, 0);
    // The middle of a day, the first hour of a month, and the first hour of a year.
    for stop in [1000, setup.months[3].begin.hour(), setup.months[12].begin.hour()] {
        let mut run = Run::new(&setup, 0);
        while run.world.now() < SimTime::from_hours(stop as u64) {
            assert!(run.step(&mut |_, _| {}));
        }
        let copy = run.clone();
        assert_eq!(bytes(&run.finish()), whole, "the original, stopped at hour {stop}");
        assert_eq!(bytes(&copy.finish()), whole, "the copy, made at hour {stop}");
    }
}

#[test]
fn replications_do_not_know_of_each_other() {
    let setup = busy(1);
    let alone: Vec<_> = [0, 1, 2].map(|n| tables(&setup, n)).into();
    // Backwards, and three at once in lockstep.
    let backwards: Vec<_> = [2, 1, 0].map(|n| tables(&setup, n)).into();
    assert!(alone.iter().eq(backwards.iter().rev()));
    let mut runs = [0, 1, 2].map(|n| Run::new(&setup, n));
    while runs.iter_mut().map(|run| run.step(&mut |_, _| {})).fold(false, |any, more| any | more) {}
    for (run, alone) in runs.iter().zip(&alone) {
        assert_eq!(&bytes(&run.sink), alone);
    }
}
