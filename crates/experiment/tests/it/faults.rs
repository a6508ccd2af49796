//! What is not as it should be is named, and nothing good is lost.

use std::fs;

use gridrush_experiment::batch::{BatchError, PartError, Shard, State, state};
use gridrush_experiment::merge::{MergeError, merge};

use crate::synthetic::{Synthetic, merged, plan, run};

#[test]
fn a_missing_part_is_refused_by_name() {
    let plan = plan(4, 4, 0);
    let dir = tempfile::tempdir().expect("folder");
    run(dir.path(), &Synthetic::new(&plan), Shard::new(0, 2).expect("inside"), 2).expect("runs");
    let error = merge(&plan, &dir.path().join("parts"), &dir.path().join("tables")).expect_err("half");
    let text = error.to_string();
    assert!(text.starts_with("3 of 6 parts") && text.contains("part-000001-of-000006 is missing"), "{text}");
    assert!(!dir.path().join("tables").exists(), "nothing was written");
}

#[test]
fn a_damaged_part_is_named_and_run_again() {
    let plan = plan(4, 4, 0);
    let dir = tempfile::tempdir().expect("folder");
    run(dir.path(), &Synthetic::new(&plan), Shard::WHOLE, 2).expect("runs");
    merged(dir.path(), &plan);
    let parts = dir.path().join("parts");
    let path = parts.join("part-000002-of-000006.parquet");
    let good = fs::read(&path).expect("file");
    let mut bad = good.clone();
    bad[100] ^= 1;
    fs::write(&path, &bad).expect("writes");
    let tables = dir.path().join("tables");
    let before = fs::read(tables.join("values.parquet")).expect("file");
    let error = merge(&plan, &parts, &tables).expect_err("damaged").to_string();
    assert!(error.contains("part-000002-of-000006: its bytes are not those"), "{error}");
    assert_eq!(fs::read(tables.join("values.parquet")).expect("file"), before, "older tables stay");

    fs::write(parts.join("part-000004-of-000006.json"), "{").expect("writes");
    assert!(matches!(state(&plan, &parts, 4), Ok(State::Damaged(_))));
    let again = Synthetic::new(&plan);
    let done = run(dir.path(), &again, Shard::WHOLE, 2).expect("runs");
    assert_eq!((done.damaged.len(), again.units.into_inner()), (2, 8));
    assert_eq!(fs::read(&path).expect("file"), good);
    merged(dir.path(), &plan);
}

#[test]
fn parts_of_another_plan_are_never_touched() {
    let (one, other) = (plan(4, 4, 0), {
        let mut other = plan(4, 4, 0);
        other.seed = "4".to_owned();
        other.sealed()
    });
    let dir = tempfile::tempdir().expect("folder");
    run(dir.path(), &Synthetic::new(&one), Shard::WHOLE, 2).expect("runs");
    let error = run(dir.path(), &Synthetic::new(&other), Shard::WHOLE, 2).expect_err("foreign");
    assert!(matches!(&error, BatchError::Part(PartError::Foreign { .. })), "{error}");
    let error = merge(&other, &dir.path().join("parts"), &dir.path().join("tables")).expect_err("foreign");
    assert!(matches!(error, MergeError::Part(PartError::Foreign { .. })));
    merged(dir.path(), &one);
}

/// A device that is always full stands where the third part goes.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_keeps_what_is_finished() {
    let plan = plan(4, 4, 0);
    let dir = tempfile::tempdir().expect("folder");
    let parts = gridrush_experiment::batch::parts_folder(dir.path()).expect("folder");
    let blocked = parts.join(".part-000003-of-000006.parquet.partial");
    std::os::unix::fs::symlink("/dev/full", &blocked).expect("link");
    let error = run(dir.path(), &Synthetic::new(&plan), Shard::WHOLE, 1).expect_err("full");
    let BatchError::Write { finished, parts: all, source } = error else { panic!("{error}") };
    assert_eq!((finished, all), (3, 6));
    let cause = std::error::Error::source(&source).expect("a cause").to_string();
    assert!(cause.contains("No space left on device"), "{cause}");
    // The link is gone with the failed file: there is room now.
    let again = Synthetic::new(&plan);
    run(dir.path(), &again, Shard::WHOLE, 1).expect("runs");
    assert_eq!(again.units.into_inner(), 12);
    merged(dir.path(), &plan);
}
