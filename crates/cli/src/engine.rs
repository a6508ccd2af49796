//! The seam between commands and the simulator: one call that simulates, one that draws.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gridrush_core::dispatch::{DispatchSolution, Solver};
use gridrush_core::kernel::SimTime;
use gridrush_experiment::Metric;
use gridrush_plotting::{Options, draw_all};
use gridrush_sim::probe::TABLES;
use gridrush_sim::run::run;
use gridrush_sim::setup::Setup;
use gridrush_sim::world::{self as sim, World};
use gridrush_tables::{Batch, RowSink, Table, TableError};

/// Takes rows and keeps none, where only closing numbers are wanted.
pub struct NoRows;

impl RowSink for NoRows {
    fn write(&mut self, _: &Batch) -> Result<(), TableError> {
        Ok(())
    }
}

/// How fast a scenario runs, from the start of its first replication.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Expected time of a replication, in seconds.
    pub replication_s: f64,
    /// Closing numbers of a replication.
    pub metrics: usize,
}

/// Simulates for at most so long and extrapolates by the hours done. Later years have more of everything,
/// so a probe that ends early is rather too low.
pub fn probe(setup: &Arc<Setup>, most: Duration) -> anyhow::Result<Rate> {
    let started = Instant::now();
    let mut world = World::new(Arc::clone(setup), 0)?;
    let mut solver = Solver::new(world.problem())?;
    let mut solution = DispatchSolution::default();
    let mut hours_done = setup.hours;
    while world.advance(&mut NoRows)? == sim::Step::NeedsDispatch {
        solver.solve(world.problem(), &mut solution)?;
        world.apply(&solver, &mut solution)?;
        if started.elapsed() >= most {
            hours_done = world.now().hour().max(1);
            break;
        }
    }
    let share = setup.hours as f64 / hours_done as f64;
    Ok(Rate {
        replication_s: started.elapsed().as_secs_f64() * share.max(1.0),
        metrics: world.metrics().len(),
    })
}

/// How far a replication is.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Hours simulated so far.
    pub hours_done: u64,
}

/// What a replication leaves behind besides its tables.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Hours simulated.
    pub hours: u64,
    /// Hours in which the market was cleared.
    pub dispatched_hours: u64,
    /// Events handled.
    pub events: u64,
    /// Closing numbers, the ones that a comparison compares.
    pub metrics: Vec<Metric>,
    /// The tables that were written, for the dictionary.
    pub tables: Vec<&'static Table>,
}

/// Simulates one replication into a sink.
pub fn simulate(
    setup: &Arc<Setup>,
    replication: u32,
    sink: &mut dyn RowSink,
    progress: &mut dyn FnMut(Step),
) -> anyhow::Result<Outcome> {
    let mut at = |now: SimTime| progress(Step { hours_done: now.hour() as u64 });
    let summary = run(Arc::clone(setup), replication, sink, &mut at)?;
    let metric = |m: &gridrush_sim::metrics::Metric| Metric {
        name: m.name.clone(),
        unit: m.unit.to_owned(),
        value: m.value,
    };
    Ok(Outcome {
        hours: setup.hours as u64,
        dispatched_hours: summary.intervals,
        events: summary.events,
        metrics: summary.metrics.iter().map(metric).collect(),
        tables: TABLES.to_vec(),
    })
}

/// Draws all charts of a folder of results. Returns the files written, and for each chart that could not
/// be drawn its name and the reason.
pub fn draw(
    results: &Path,
    charts: &Path,
    footer: Option<String>,
) -> anyhow::Result<(Vec<PathBuf>, Vec<String>)> {
    Ok(told(draw_all(results, charts, &Options { footer })?))
}

/// As [`draw`], for the charts of a comparison.
pub fn draw_arms(
    results: &Path,
    charts: &Path,
    footer: Option<String>,
) -> anyhow::Result<(Vec<PathBuf>, Vec<String>)> {
    Ok(told(gridrush_plotting::draw_arms(results, charts, &Options { footer })?))
}

fn told(outcome: gridrush_plotting::Outcome) -> (Vec<PathBuf>, Vec<String>) {
    let skipped = outcome.skipped.iter().map(|s| format!("{}: {}", s.figure, s.reason)).collect();
    (outcome.written, skipped)
}
