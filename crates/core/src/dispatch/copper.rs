//! The same market on a copper plate: no branch limits, one bus per island.
//!
//! Bids, bounds and linear rows are those of the dispatch problem; what is cleared here and not there
//! is lost to the network. The price of every bus is that of its island and all flows are reported as
//! zero. Cost: `O(columns x (islands + binding rows))` per pivot, no flows.

use super::basis::Basis;
use super::error::DispatchError;
use super::problem::{DispatchProblem, DispatchSolution};
use super::simplex::Engine;

/// Clears one interval after another without branch limits.
#[derive(Clone, Debug)]
pub struct CopperPlate {
    engine: Engine,
}

impl CopperPlate {
    /// A solver at the cold basis of this problem.
    pub fn new(problem: &DispatchProblem) -> Result<CopperPlate, DispatchError> {
        Ok(CopperPlate { engine: Engine::new(problem, false)? })
    }

    /// Clears the interval.
    pub fn solve(
        &mut self,
        problem: &DispatchProblem,
        solution: &mut DispatchSolution,
    ) -> Result<(), DispatchError> {
        let pivots = self.engine.solve(problem)?;
        self.engine.evaluate(problem, pivots, solution);
        Ok(())
    }

    /// The basis of the last solve.
    pub fn basis(&self) -> Basis {
        self.engine.basis()
    }

    /// Starts the next solve from this basis.
    pub fn set_basis(&mut self, basis: &Basis) -> Result<(), DispatchError> {
        self.engine.set_basis(basis)
    }

    /// Starts the next solve from the canonical cold basis.
    pub fn reset(&mut self) {
        self.engine.reset();
    }
}
