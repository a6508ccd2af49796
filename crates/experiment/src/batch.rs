//! Runs a plan, or a shard of it, into parts.
//!
//! Threads take units in order from one counter; whoever finishes the last unit of a part writes it. A part
//! that is finished is never computed again, so a kill at any instant costs at most the parts in flight,
//! about one per thread and one more. Memory holds those parts and the cells in flight, whatever the
//! length of the plan. A unit that fails is recorded with its seed and error and stops nothing; a part
//! that cannot be written stops the batch, and all finished parts stay.

mod part;
mod shard;

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use gridrush_core::kernel::{Purpose, Streams, uniform_open};
use gridrush_core::names::Key;
use gridrush_tables::TableError;

pub use part::{Part, PartError, State, UnitFailure, read, state};
pub use shard::{Shard, ShardError};

use crate::compare::panic_message;
use crate::plan::{Plan, Unit};
use crate::{ExperimentError, Metric};

/// The folder of parts beside a plan.
pub const PARTS_FOLDER: &str = "parts";

/// What simulates the cells of a plan. Both calls must be pure functions of their arguments.
pub trait Work: Sync {
    /// What all replications of a cell share.
    type Cell: Send + Sync;
    /// Makes what the replications of a cell share.
    fn prepare(&self, cell: usize) -> Result<Self::Cell, String>;
    /// Runs a replication of a cell.
    fn simulate(&self, cell: &Self::Cell, replication: u32) -> Result<Vec<Metric>, String>;
}

/// Which part of a plan is run, and how.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The folder of parts, which exists.
    pub parts: &'a Path,
    /// Which parts.
    pub shard: Shard,
    /// Number of threads; as many as the machine has if absent.
    pub threads: Option<usize>,
    /// Seed of a random order of the parts; that of the plan if absent.
    pub shuffle: Option<u64>,
}

/// What a batch did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Parts of the shard.
    pub parts: u64,
    /// Parts that were finished before.
    pub skipped: u64,
    /// Names of parts that were damaged and are replaced.
    pub damaged: Vec<String>,
    /// Units that failed, also those of parts that were finished before.
    pub failures: Vec<UnitFailure>,
}

/// Why a batch could not begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The threads could not be started.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// A part of another plan lies where a part of this one belongs.
    #[error(transparent)]
    Part(#[from] PartError),
    /// A part could not be written.
    #[error("{finished} of {parts} parts are finished and stay; the batch stopped")]
    Write {
        /// Finished parts, also those of earlier batches.
        finished: u64,
        /// Parts of the shard.
        parts: u64,
        /// What went wrong.
        source: TableError,
    },
}

/// The cells in flight: what the first unit of a cell made is kept until its last one is done.
struct Cells<C> {
    open: Mutex<BTreeMap<usize, (usize, Prepared<C>)>>,
}

type Prepared<C> = Arc<OnceLock<Result<C, String>>>;

/// A part in flight.
struct Slot {
    waiting: usize,
    outcomes: Vec<Option<Result<Vec<Metric>, String>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic of a unit is caught before it can leave a lock behind in a half state.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Batch<'_> {
    /// The parts of the shard that are still to be run, in their order, and what was found of the others.
    /// Fails if a part of another plan is in the way.
    pub fn unfinished(&self) -> Result<(Vec<u64>, Done), PartError> {
        let mut done = Done::default();
        let mut missing = Vec::new();
        for part in (0..self.plan.parts()).filter(|&part| self.shard.has(part)) {
            done.parts += 1;
            match state(self.plan, self.parts, part)? {
                State::Finished(failures) => {
                    done.skipped += 1;
                    done.failures.extend(failures);
                }
                State::Missing => missing.push(part),
                State::Damaged(reason) => {
                    done.damaged.push(format!("{}: {reason}", self.plan.part_name(part)));
                    missing.push(part);
                }
            }
        }
        if let Some(seed) = self.shuffle {
            let mut rng = Streams::new(seed, 0).open(Key::of("batch"), Purpose::of("order"));
            for last in (1..missing.len()).rev() {
                let other = (uniform_open(&mut rng) * (last + 1) as f64) as usize;
                missing.swap(last, other.min(last));
            }
        }
        Ok((missing, done))
    }

    /// Runs what is unfinished. `finished` hears after each unit, from any thread.
    pub fn run<W: Work>(&self, work: &W, finished: &(dyn Fn() + Sync)) -> Result<Done, BatchError> {
        let (parts, mut done) = self.unfinished()?;
        let first = self.plan.first_units();
        let units: Vec<(u64, Unit)> = parts
            .iter()
            .flat_map(|&part| self.plan.units_of(part).map(move |number| (part, number)))
            .map(|(part, number)| (part, self.plan.unit(&first, number)))
            .collect();
        let mut left: BTreeMap<usize, usize> = BTreeMap::new();
        for (_, unit) in &units {
            *left.entry(unit.cell).or_default() += 1;
        }
        let cells = Cells { open: Mutex::new(BTreeMap::new()) };
        let slots: Mutex<BTreeMap<u64, Slot>> = Mutex::new(BTreeMap::new());
        let fault: Mutex<Option<TableError>> = Mutex::new(None);
        let failures: Mutex<Vec<UnitFailure>> = Mutex::new(Vec::new());
        let (next, stop, written) = (AtomicUsize::new(0), AtomicBool::new(false), AtomicUsize::new(0));

        let worker = |_: rayon::BroadcastContext<'_>| {
            while !stop.load(Ordering::Relaxed) {
                let Some(&(part, unit)) = units.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                let outcome = cells.run(work, unit, left[&unit.cell]);
                finished();
                let numbers = self.plan.units_of(part);
                let size = (numbers.end - numbers.start) as usize;
                let position = (self.plan.number(&first, unit) - numbers.start) as usize;
                let whole = {
                    let mut slots = lock(&slots);
                    let slot = slots
                        .entry(part)
                        .or_insert_with(|| Slot { waiting: size, outcomes: vec![None; size] });
                    slot.outcomes[position] = Some(outcome);
                    slot.waiting -= 1;
                    if slot.waiting == 0 { slots.remove(&part) } else { None }
                };
                let Some(slot) = whole else { continue };
                let part = Part::new(self.plan, part, slot.outcomes.into_iter().flatten());
                match part.write(self.plan, self.parts) {
                    Ok(()) => {
                        written.fetch_add(1, Ordering::Relaxed);
                        lock(&failures).extend(part.failures);
                    }
                    Err(error) => {
                        stop.store(true, Ordering::Relaxed);
                        lock(&fault).get_or_insert(error);
                    }
                }
            }
        };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads.unwrap_or(0)).build();
        pool.map_err(ExperimentError::from)?.broadcast(worker);

        if let Some(source) = fault.into_inner().unwrap_or_else(PoisonError::into_inner) {
            let finished = done.skipped + written.into_inner() as u64;
            return Err(BatchError::Write { finished, parts: done.parts, source });
        }
        done.failures.extend(failures.into_inner().unwrap_or_else(PoisonError::into_inner));
        done.failures.sort_by_key(|failure| (failure.cell, failure.replication));
        Ok(done)
    }
}

impl<C> Cells<C> {
    /// Runs a unit of a cell that has `units` units in this batch.
    fn run<W: Work<Cell = C>>(&self, work: &W, unit: Unit, units: usize) -> Result<Vec<Metric>, String> {
        let fresh = || (units, Prepared::default());
        let cell = Arc::clone(&lock(&self.open).entry(unit.cell).or_insert_with(fresh).1);
        let outcome = catch_unwind(AssertUnwindSafe(|| match cell.get_or_init(|| work.prepare(unit.cell)) {
            Ok(cell) => work.simulate(cell, unit.replication),
            Err(message) => Err(message.clone()),
        }))
        .unwrap_or_else(|panic| Err(panic_message(panic.as_ref())));
        let mut open = lock(&self.open);
        if let Some((left, _)) = open.get_mut(&unit.cell) {
            *left -= 1;
            if *left == 0 {
                open.remove(&unit.cell);
            }
        }
        outcome
    }
}

/// Makes the folder of parts beside a plan, if need be, and finds out whether it can be written to.
pub fn parts_folder(plan_dir: &Path) -> Result<std::path::PathBuf, TableError> {
    let parts = plan_dir.join(PARTS_FOLDER);
    fs::create_dir_all(&parts).map_err(|source| TableError::Io {
        action: "create",
        path: parts.clone(),
        source,
    })?;
    // A folder that takes no file is better found now than after the first part.
    let trial = parts.join(format!(".trial-{}", std::process::id()));
    let tried = fs::write(&trial, b"").and_then(|()| fs::remove_file(&trial));
    tried.map_err(|source| TableError::Io { action: "write", path: parts.clone(), source })?;
    Ok(parts)
}
