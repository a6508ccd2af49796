//! The seam between commands and the simulator: one call that simulates, one that draws.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gridrush_core::kernel::SimTime;
use gridrush_experiment::Metric;
use gridrush_plotting::{Options, draw_all};
use gridrush_sim::probe::TABLES;
use gridrush_sim::run::run;
use gridrush_sim::setup::Setup;
use gridrush_tables::{RowSink, Table};

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
    let outcome = draw_all(results, charts, &Options { footer })?;
    let skipped = outcome.skipped.iter().map(|s| format!("{}: {}", s.figure, s.reason)).collect();
    Ok((outcome.written, skipped))
}
