//! Sites draw only what they are connected for.

use std::collections::BTreeSet;

use gridrush_core::grid::Date;
use gridrush_core::kernel::SimTime;

use jiff::civil::date;

use crate::harness::{self, texts};
use crate::story::{self, NEW_MINE, Story};

/// Instants at which the new mine's connection grew, with its size from then on.
fn steps(story: &Story) -> Vec<(SimTime, f64)> {
    let mut steps: Vec<(SimTime, f64)> = Vec::new();
    for hour in &story.hours {
        if let Some((_, energized_mw, _)) = hour.sites.iter().find(|site| site.0 == NEW_MINE)
            && steps.last().is_none_or(|last| last.1 < *energized_mw)
        {
            steps.push((hour.at, *energized_mw));
        }
    }
    steps
}

#[test]
fn a_site_draws_at_most_what_is_energized() {
    for story in [story::testbed(), story::rts24()] {
        let mut drawn = 0.0;
        for (name, energized_mw, drawn_mw) in story.hours.iter().flat_map(|hour| &hour.sites) {
            assert!(*drawn_mw <= energized_mw + 1e-9, "{name} draws {drawn_mw} of {energized_mw} MW");
            drawn += drawn_mw;
        }
        assert!(drawn > 0.0);
    }
}

#[test]
fn a_new_site_waits_for_its_queue_and_then_ramps() {
    let story = story::testbed();
    let requests = story.run.table("requests");
    let (filed, days) =
        (requests.integers("filed_utc").unwrap()[0], requests.floats("energized_days").unwrap()[0]);
    let steps = steps(story);
    assert_eq!(steps.len(), 3, "{steps:?}");
    for (step, want_mw) in steps.iter().zip([40.0 / 3.0, 80.0 / 3.0, 40.0]) {
        assert!((step.1 - want_mw).abs() < 1e-9, "{steps:?}");
    }
    let first = story.setup.unix_ms(steps[0].0) - filed;
    assert!((first as f64 / 86_400_000.0 - days).abs() < 1.0 / 24.0, "{days} days to first power");
    // A mine takes nine months to build.
    assert!(days > 270.0, "{days} days");
}

#[test]
fn being_unconnected_is_a_cause_only_while_a_site_ramps() {
    for story in [story::testbed(), story::rts24()] {
        let steps = steps(story);
        let (first, last) = (steps.first().unwrap().0, steps.last().unwrap().0);
        let ramping: BTreeSet<i64> = (story.setup.months.iter())
            .filter(|month| month.end > first && month.begin < last)
            .map(|month| story.setup.unix_ms(month.begin))
            .collect();
        let table = story.run.table("curtailment_monthly");
        let (cause, time) = (texts(&table, "cause"), table.integers("time_utc").unwrap());
        let seen: BTreeSet<i64> =
            (0..table.len()).filter(|&row| cause[row] == "not_connected").map(|row| time[row]).collect();
        assert!(!seen.is_empty() && seen.is_subset(&ramping), "{seen:?} {ramping:?}");
    }
}

/// The mine and the campus of the testbed from their own dates on, in a run that begins before them.
#[test]
fn a_large_load_of_the_pack_is_energized_at_its_date() {
    let text = "[arrivals]\nenabled = false\n";
    let setup = harness::setup_with("testbed", "2025-01-01", "2025-05-01", text, &|pack| {
        pack.sites[0].energized = Date { year: 2025, month: 3, day: 1 };
        pack.sites[1].energized = Date { year: 2025, month: 5, day: 1 };
    });
    assert_eq!(setup.existing_ehs(), 0.0);
    let mut first = None;
    let run = harness::run(&setup, 0, &mut |world, solution| {
        for (name, energized_mw, drawn_mw) in story::look(world, solution).sites {
            assert_eq!((name.as_str(), energized_mw), ("mine_plains_1", 60.0));
            if drawn_mw > 0.0 {
                first.get_or_insert(world.now());
            }
        }
    });
    assert_eq!(first, Some(setup.time_of(date(2025, 3, 1))));
    let table = run.table("load_monthly");
    let (class, energized_mw) = (texts(&table, "class"), table.floats("energized_mw").unwrap());
    let (zone, time) = (texts(&table, "zone"), table.integers("time_utc").unwrap());
    let of_mines: Vec<(i64, f64)> = (0..table.len())
        .filter(|&row| class[row] == "mining" && zone[row] == "plains")
        .map(|row| (time[row], energized_mw[row]))
        .collect();
    let month = |n: usize| setup.unix_ms(setup.months[n].begin);
    assert_eq!(of_mines, [(month(2), 60.0), (month(3), 60.0)]);
}
