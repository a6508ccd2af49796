//! The same plan gives the same tables whoever computes what, when and how often.

use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;

use gridrush_core::kernel::{Purpose, Streams};
use gridrush_core::names::Key;
use gridrush_experiment::batch::{Batch, Shard, parts_folder};
use gridrush_experiment::stats::Wording;
use gridrush_tables::read_table;
use rand::RngExt;

use crate::synthetic::{EFFECTS, Synthetic, merged, plan, run, tables};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("folder")
}

#[test]
fn threads_shards_and_order_do_not_matter() {
    let plan = plan(34, 8, 0);
    assert_eq!(plan.units(), 204);
    let reference = folder();
    run(reference.path(), &Synthetic::new(&plan), Shard::WHOLE, 1).expect("runs");
    merged(reference.path(), &plan);
    let expected = tables(reference.path());
    assert!(expected.contains_key("differences.parquet") && expected.contains_key("ranking.csv"));

    let two = folder();
    run(two.path(), &Synthetic::new(&plan), Shard::WHOLE, 2).expect("runs");
    merged(two.path(), &plan);
    assert!(tables(two.path()) == expected, "two threads");

    for count in [4, 7] {
        let sharded = folder();
        for index in (0..count).rev() {
            let shard = Shard::new(index, count).expect("inside");
            run(sharded.path(), &Synthetic::new(&plan), shard, 2).expect("runs");
        }
        merged(sharded.path(), &plan);
        assert!(tables(sharded.path()) == expected, "{count} shards");
    }

    for seed in 0..3 {
        let shuffled = folder();
        let parts = parts_folder(shuffled.path()).expect("folder");
        let batch =
            Batch { plan: &plan, parts: &parts, shard: Shard::WHOLE, threads: Some(3), shuffle: Some(seed) };
        batch.run(&Synthetic::new(&plan), &|| ()).expect("runs");
        merged(shuffled.path(), &plan);
        assert!(tables(shuffled.path()) == expected, "order {seed}");
    }
}

/// A kill leaves some finished parts, and of the one in flight a temporary file, a torn one, or metrics
/// without their record.
#[test]
fn what_a_kill_leaves_is_completed() {
    let plan = plan(5, 4, 0);
    let reference = folder();
    run(reference.path(), &Synthetic::new(&plan), Shard::WHOLE, 2).expect("runs");
    merged(reference.path(), &plan);
    let expected = tables(reference.path());
    let mut rng = Streams::new(5, 0).open(Key::of("kill"), Purpose::of("instant"));
    for _ in 0..20 {
        let dir = folder();
        let parts = parts_folder(dir.path()).expect("folder");
        for part in 0..plan.parts() {
            let name = plan.part_name(part);
            let copy = |name: &str, to: &str, bytes: Option<usize>| {
                let whole = fs::read(reference.path().join("parts").join(name)).expect("file");
                let keep = bytes.map_or(whole.len(), |n| n.min(whole.len()));
                fs::write(parts.join(to), &whole[..keep]).expect("writes");
            };
            let (metrics, record) = (format!("{name}.parquet"), format!("{name}.json"));
            match rng.random_range(0..4) {
                0 => {
                    copy(&metrics, &metrics, None);
                    copy(&record, &record, None);
                }
                1 => copy(&metrics, &metrics, None),
                2 => copy(&metrics, &format!(".{metrics}.partial"), Some(rng.random_range(0..900))),
                _ => {}
            }
        }
        run(dir.path(), &Synthetic::new(&plan), Shard::WHOLE, 2).expect("runs");
        merged(dir.path(), &plan);
        assert!(tables(dir.path()) == expected);
        let left = fs::read_dir(&parts).expect("folder").count() as u64;
        assert_eq!(left, 2 * plan.parts(), "temporary files are gone");
    }
}

#[test]
fn finished_parts_are_not_run_again() {
    let plan = plan(4, 4, 0);
    let dir = folder();
    let first = Synthetic::new(&plan);
    run(dir.path(), &first, Shard::new(0, 2).expect("inside"), 2).expect("runs");
    let (ran, all) = (first.units.into_inner(), plan.units());
    assert!(ran > 0 && ran < all);
    let second = Synthetic::new(&plan);
    let done = run(dir.path(), &second, Shard::WHOLE, 2).expect("runs");
    assert_eq!(second.units.load(Ordering::Relaxed), all - ran);
    assert_eq!((done.parts, done.skipped), (plan.parts(), ran / 4));
    let third = Synthetic::new(&plan);
    run(dir.path(), &third, Shard::WHOLE, 2).expect("runs");
    assert_eq!(third.units.into_inner(), 0);
}

#[test]
fn statistics_find_the_truth() {
    let plan = plan(40, 8, 100);
    let dir = folder();
    run(dir.path(), &Synthetic::new(&plan), Shard::WHOLE, 2).expect("runs");
    let results = merged(dir.path(), &plan).results;
    let waits: Vec<_> = results.differences().into_iter().filter(|d| d.metric == 0).collect();
    assert_eq!(waits.len(), 4, "two regions with two further policies each");
    for found in &waits {
        let cell = &plan.cells[found.cell];
        assert_eq!(cell.values[0], plan.cells[found.base].values[0], "bases are of the same region");
        let policy: usize = cell.values[1].parse().expect("a level");
        // Four standard errors: an interval of 95 % misses one time in twenty, as it should.
        let difference = found.paired.difference;
        let error = difference.standard_error.expect("replications");
        assert!((difference.mean - EFFECTS[policy]).abs() < 4.0 * error, "{difference:?}");
        assert!((error / (0.5_f64 / 40.0).sqrt() - 1.0).abs() < 0.4, "{error}");
        let (student, drawn) = (difference.interval.expect("pairs"), found.bootstrap.expect("pairs"));
        assert!((student.0 - drawn.0).abs() < 0.5 * error && (student.1 - drawn.1).abs() < 0.5 * error);
        // The noise of the pair is 0.5, of a value 10: 200.5 / 0.5.
        let factor = found.paired.variance_factor().expect("varies");
        assert!((100.0..1000.0).contains(&factor), "{factor}");
        // Draws move the effect evenly from nothing to twice itself.
        let total = found.total.expect("draws");
        assert_eq!(total.draws, 100);
        assert!((total.median - EFFECTS[policy]).abs() < 1.0 && total.interval.0 < 1.8 * EFFECTS[policy]);
        assert!(total.negative_share > 0.8);
    }
    let best: Vec<_> = results.ranking();
    assert_eq!(best.len(), 6);
    for group in best.chunks(3) {
        let shares: f64 = group.iter().map(|r| r.ranking.probability_best).sum();
        assert!((shares - 1.0).abs() < 1e-12);
        assert!(group[2].ranking.probability_best > 0.9 && group[0].ranking.probability_best < 1e-3);
    }
    let drivers = read_table(&dir.path().join("tables"), "drivers").expect("table");
    let slopes = drivers.floats("slope").expect("column");
    // 2 x effect per unit of p for every cell with a base.
    let strongest = slopes.iter().copied().fold(f64::INFINITY, f64::min);
    assert!((strongest + 11.0).abs() < 0.7, "{strongest}");
    let measures = results.measures();
    assert_eq!(measures.len(), 18);
    let wait = measures.iter().find(|m| m.difference.is_some()).expect("compared");
    assert!(wait.wanted.is_some());
    let finding = gridrush_experiment::stats::wording(wait.difference.expect("compared").interval);
    assert_eq!(finding, Wording::Lower);
    let of_cost: Vec<_> =
        results.differences().into_iter().filter(|d| d.metric == 1).map(|d| d.paired.difference).collect();
    assert!(of_cost.iter().all(|d| d.interval == Some((0.0, 0.0))), "policies leave the cost alone");
}

#[test]
fn a_failure_is_listed_and_stops_nothing() {
    let plan = plan(6, 4, 0);
    let dir = folder();
    let work = Synthetic { broken: Some(2), ..Synthetic::new(&plan) };
    let done = run(dir.path(), &work, Shard::WHOLE, 2).expect("runs");
    let failed: Vec<(usize, u32, &str, &str)> =
        done.failures.iter().map(|f| (f.cell, f.replication, f.seed.as_str(), f.message.as_str())).collect();
    assert_eq!(failed, [1, 3, 5].map(|r| (2, r, "7", "no water")));
    let merged = merged(dir.path(), &plan);
    assert_eq!(merged.failures, done.failures);
    let counts: Vec<u32> = merged
        .results
        .differences()
        .iter()
        .filter(|d| d.metric == 0)
        .map(|d| d.paired.difference.count)
        .collect();
    assert_eq!(counts, [6, 3, 6, 6]);
    let failures = read_table(&dir.path().join("tables"), "failures").expect("table");
    assert_eq!(failures.len(), 3);
}

#[test]
fn a_panic_is_a_failure_of_its_unit() {
    let plan = plan(2, 4, 0);
    let dir = folder();
    let work = Synthetic { dies_after: Some(10), ..Synthetic::new(&plan) };
    let done = run(dir.path(), &work, Shard::WHOLE, 1).expect("runs");
    assert_eq!(done.failures.len(), 2);
    assert!(done.failures[0].message.contains("out of order"));
    assert!(Path::new(&dir.path().join("parts")).is_dir());
}

/// The text for people says what the tables say: 40 replications tell -5.5 from 0, the last level being the best.
#[test]
fn answers_are_those_of_the_tables() {
    let plan = plan(40, 16, 0);
    let dir = folder();
    run(dir.path(), &Synthetic::new(&plan), Shard::WHOLE, 2).expect("runs");
    let results = merged(dir.path(), &plan).results;
    let answers = results.answers().expect("cells are compared");
    let measured = results.measures();
    for region in ["east", "west"] {
        let (_, rest) = answers.split_once(&format!("## region {region}\n")).expect("a part for each region");
        let part = rest.split("## ").next().expect("text");
        let cell = plan.cells.iter().position(|c| c.values == [region, "2"]).expect("a cell");
        let row = measured.iter().find(|row| row.measure == 0 && row.cell == cell).expect("a row");
        let from = row.difference.expect("a difference");
        let (low, high) = from.interval.expect("an interval");
        let change = format!("{:+.2} ± {:.2}", from.value, 0.5 * (high - low));
        assert!(part.contains(&format!("| 2      | {:.2} ({change})", row.value)), "{change}: {part}");
        assert!(part.contains("| policy | wait [d] "), "{part}");
        let verdict = part
            .lines()
            .find(|line| line.starts_with("- wait (low is better): 2, with 100 %"))
            .expect("best");
        assert!(verdict.contains(&format!(": {change} d. With it: long_wait ")), "{verdict}");
        assert!(!part.contains("- long_wait ("), "what is not ranked has no best: {part}");
    }
    assert_eq!(answers.matches("\n## ").count(), 2);
}

/// With three replications nobody can say which of two like levels is better.
#[test]
fn what_is_not_settled_is_said_so() {
    let plan = plan(3, 16, 0);
    let dir = folder();
    run(dir.path(), &Synthetic::new(&plan), Shard::WHOLE, 2).expect("runs");
    let answers = merged(dir.path(), &plan).results.answers().expect("cells are compared");
    assert!(answers.contains("- wait (low is better): not settled ("), "{answers}");
    assert!(answers.contains("replications for the wanted half-width in all rows"), "{answers}");
}
