//! The hourly market: a welfare-maximising DC optimal power flow.

mod ldl;
mod problem;
mod topology;

pub use problem::{Bound, ColumnId, DispatchProblem, DispatchSolution, FlowBranch, LinearRow, Place, RowId};
pub use topology::{Islands, Topology, TopologyError};
