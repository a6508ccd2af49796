//! The seam between commands and the simulator: one call that simulates, one that draws.

use std::path::{Path, PathBuf};

use gridrush_experiment::Metric;
use gridrush_sim::scenario::Resolved;
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
    _resolved: &std::sync::Arc<Resolved>,
    _seed: u64,
    _replication: u32,
    _sink: &mut dyn RowSink,
    _progress: &mut dyn FnMut(Step),
) -> anyhow::Result<Outcome> {
    anyhow::bail!("the simulator is not part of this build")
}

/// Draws all charts of a folder of results. Returns the files written, and for each chart that could not
/// be drawn its name and the reason.
pub fn draw(_results: &Path, _charts: &Path) -> anyhow::Result<(Vec<PathBuf>, Vec<String>)> {
    anyhow::bail!("charts are not part of this build")
}
