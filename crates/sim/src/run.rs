//! Runs a replication from its start to its end.

use std::sync::Arc;

use gridrush_core::dispatch::{DispatchSolution, Solver};
use gridrush_core::kernel::SimTime;
use gridrush_tables::RowSink;

use crate::metrics::Metric;
use crate::setup::Setup;
use crate::world::{RunError, Step, World};

/// What a finished replication can say about itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunSummary {
    /// Events handled.
    pub events: u64,
    /// Intervals cleared.
    pub intervals: u64,
    /// Pivots that took.
    pub pivots: u64,
    /// Closing numbers.
    pub metrics: Vec<Metric>,
}

/// Runs one replication. `progress` hears the instant of every interval.
pub fn run(
    setup: Arc<Setup>,
    replication: u32,
    sink: &mut dyn RowSink,
    progress: &mut dyn FnMut(SimTime),
) -> Result<RunSummary, RunError> {
    let mut world = World::new(setup, replication)?;
    let mut solver = Solver::new(world.problem()).map_err(RunError::Planning)?;
    let mut solution = DispatchSolution::default();
    while world.advance(sink)? == Step::NeedsDispatch {
        let hour = world.now().hour();
        solver.solve(world.problem(), &mut solution).map_err(|source| RunError::Dispatch { hour, source })?;
        world.apply(&solver, &mut solution)?;
        progress(world.now());
    }
    let (intervals, pivots) = world.dispatched();
    Ok(RunSummary { events: world.events(), intervals, pivots, metrics: world.metrics() })
}
