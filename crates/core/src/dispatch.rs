//! The hourly market: a welfare-maximising DC optimal power flow.

mod problem;

pub use problem::{Bound, ColumnId, DispatchProblem, DispatchSolution, FlowBranch, LinearRow, Place, RowId};
