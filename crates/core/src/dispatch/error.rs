//! What can be wrong with a dispatch problem.

use thiserror::Error;

use super::basis::Constraint;
use super::problem::{Bound, ColumnId, RowId};
use super::topology::TopologyError;

/// Why an interval could not be cleared. The solver stays usable after every variant.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum DispatchError {
    /// The branches make no network.
    #[error(transparent)]
    Topology(#[from] TopologyError),
    /// A column's bounds cross or are not finite, or its cost is not finite.
    #[error("column {} has bounds {} to {} MW and cost {} $/MWh", column.0, bound.lower_mw, bound.upper_mw, bound.cost_usd_per_mwh)]
    Bound {
        /// The column.
        column: ColumnId,
        /// What was given.
        bound: Bound,
    },
    /// A column injects at a bus that does not exist or with a coefficient that is not finite.
    #[error("column {} injects at bus {bus} with coefficient {coefficient}", column.0)]
    Place {
        /// The column.
        column: ColumnId,
        /// The bus.
        bus: u32,
        /// The coefficient.
        coefficient: f64,
    },
    /// A linear row has crossing bounds, or a term without column or with a coefficient that is not
    /// finite.
    #[error("linear row {} has crossing bounds or a term that is not a finite number times a column", row.0)]
    Row {
        /// The row.
        row: RowId,
    },
    /// A flowgate has crossing limits, or a term or outage that is not a branch or has no finite weight.
    #[error(
        "flowgate {flowgate} has crossing limits or names something that is not a branch with a finite weight"
    )]
    Flowgate {
        /// Position of the flowgate.
        flowgate: u32,
    },
    /// The demand of a bus is not finite.
    #[error("the demand of bus {bus} is {demand_mw} MW")]
    Demand {
        /// The bus.
        bus: u32,
        /// What was given.
        demand_mw: f64,
    },
    /// Columns, rows, buses, branches or flowgates were taken away; they may only be appended.
    #[error("columns, rows, buses, branches or flowgates were taken away from the problem")]
    Shrunk,
    /// A basis names a column or constraint that the problem does not have, or names one twice.
    #[error("the basis does not belong to this problem")]
    ForeignBasis,
    /// No value of the columns meets all hard constraints.
    #[error("infeasible: {constraint:?} (with others) is missed by {by_mw} MW")]
    Infeasible {
        /// One of the constraints that contradict each other.
        constraint: Constraint,
        /// By how much it is missed when all columns do what they can.
        by_mw: f64,
    },
    /// The pivots led nowhere, even from the cold basis with larger perturbation.
    #[error("no solution after {pivots} pivots")]
    Stalled {
        /// How many pivots were taken.
        pivots: u32,
    },
}
