//! The basis: which columns and which constraints shape the solution, and at which bound the rest is.
//!
//! A reported solution is a function of (basis, data) alone, so a saved basis continues a run to the
//! same bytes. Everything is kept sorted by position.

use serde::{Deserialize, Serialize};

/// A constraint of the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Constraint {
    /// The balance of an island, by the island's number.
    Island(u32),
    /// A linear row, by position.
    Row(u32),
    /// The limit of a branch, by position.
    Branch(u32),
    /// The limits of a flowgate, by position.
    Flowgate(u32),
}

/// A constraint that binds, at its upper or its lower bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// Which constraint.
    pub constraint: Constraint,
    /// Whether its upper bound binds.
    pub at_upper: bool,
}

/// Where a solver stands; the default is the canonical cold start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// Basic columns, as many as binding constraints.
    pub columns: Vec<u32>,
    /// Constraints that bind at a finite price.
    pub binding: Vec<Binding>,
    /// Branches and flowgates beyond a limit, and whether beyond the upper one.
    pub overloaded: Vec<(Constraint, bool)>,
    /// Branches and flowgates to look at first, the latest last. They change the way to a solution only.
    #[serde(default)]
    pub watched: Vec<Constraint>,
    /// Buses at which radial parts of the network are cut, so that their columns are told apart. They change rounding
    /// only.
    #[serde(default)]
    pub cut: Vec<u32>,
    /// Columns at their upper bound; all others that are not basic are at their lower bound.
    pub at_upper: Vec<u32>,
}
