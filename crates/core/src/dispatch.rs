//! The hourly market: a welfare-maximising DC optimal power flow.
//!
//! [`DispatchProblem`] is one interval as data, changed in place from interval to interval; [`Solver`]
//! clears it exactly, starting from the basis of the interval before. [`CopperPlate`] clears the same
//! market without branch limits and [`Causes`] splits what was curtailed between the two. [`Topology`] answers injections with flows
//! for anybody who asks, and [`certify`] proves a solution optimal from its numbers.
//!
//! Invariant: a reported solution is a function of (problem, final basis), not of the pivots that led
//! there, and the basis can be saved.

mod basis;
mod causes;
mod certify;
mod columns;
mod copper;
mod error;
mod flowgates;
mod inverse;
mod ldl;
mod lens;
mod loads;
mod merit;
mod parts;
mod pipes;
mod problem;
mod ratio;
mod rows;
mod simplex;
mod solver;
mod topology;
mod vector;

pub use basis::{Basis, Binding, Constraint};
pub use causes::{Block, Cause, Causes, Curtailment, Shortage};
pub use certify::{Certificate, certify};
pub use copper::CopperPlate;
pub use error::DispatchError;
pub use parts::PriceParts;
pub use pipes::Pipe;
pub use problem::{
    Bound, ColumnId, DispatchProblem, DispatchSolution, FlowBranch, Flowgate, LinearRow, LoadZone, Place,
    RowId,
};
pub use solver::Solver;
pub use topology::{Islands, Topology, TopologyError};
