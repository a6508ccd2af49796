//! The exact, warm-started DC optimal power flow.

use super::basis::{Basis, Constraint};
use super::error::DispatchError;
use super::problem::{DispatchProblem, DispatchSolution};
use super::simplex::Engine;
use super::topology::Islands;

/// Clears one interval after another, each from the basis of the one before.
///
/// The problem must be feasible: the caller gives every island columns that can shed its demand and
/// spill its surplus. Memory is kept between solves, so a warm solve does not allocate.
///
/// ```
/// use gridrush_core::dispatch::{Bound, DispatchProblem, DispatchSolution, Place, Solver};
/// use gridrush_core::names::Key;
///
/// let mut problem = DispatchProblem::new(1, Vec::new());
/// let unit = Bound { lower_mw: 0.0, upper_mw: 50.0, cost_usd_per_mwh: 20.0 };
/// problem.add_column(Key::of("cheap"), Place::Bus(0, 1.0), unit);
/// problem.add_column(Key::of("dear"), Place::Bus(0, 1.0), Bound { cost_usd_per_mwh: 35.0, ..unit });
/// problem.demand_mw[0] = 60.0;
/// let mut solver = Solver::new(&problem)?;
/// let mut solution = DispatchSolution::default();
/// solver.solve(&problem, &mut solution)?;
/// assert_eq!(solution.column_mw, [50.0, 10.0]);
/// assert_eq!(solution.lmp_usd_per_mwh, [35.0]);
/// # Ok::<(), gridrush_core::dispatch::DispatchError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Solver {
    engine: Engine,
}

impl Solver {
    /// A solver at the cold basis of this problem.
    pub fn new(problem: &DispatchProblem) -> Result<Solver, DispatchError> {
        Ok(Solver { engine: Engine::new(problem, true)? })
    }

    /// Clears the interval. After an error the solution is as before and the next solve starts cold or
    /// where this one started.
    ///
    /// Cost: see `docs/models/dispatch.md`; tens of microseconds for 2,000 buses from a near basis.
    pub fn solve(
        &mut self,
        problem: &DispatchProblem,
        solution: &mut DispatchSolution,
    ) -> Result<(), DispatchError> {
        let pivots = self.engine.solve(problem)?;
        self.engine.evaluate(problem, pivots, solution);
        #[cfg(debug_assertions)]
        super::certify::certify_with(problem, solution, self.engine.gates()).assert_optimal();
        Ok(())
    }

    /// The basis of the last solve.
    pub fn basis(&self) -> Basis {
        self.engine.basis()
    }

    /// Starts the next solve from this basis. A solver of the same problem continues from it to the same
    /// bytes as the solver that it was taken from.
    pub fn set_basis(&mut self, basis: &Basis) -> Result<(), DispatchError> {
        self.engine.set_basis(basis)
    }

    /// Starts the next solve from the canonical cold basis.
    pub fn reset(&mut self) {
        self.engine.reset();
    }

    /// The islands of the topology in use.
    pub fn islands(&self) -> &Islands {
        self.engine.islands()
    }

    /// The sum that a flowgate limits, as of the last solve; none while it is idle.
    pub fn flowgate_flow_mw(&self, flowgate: u32) -> Option<f64> {
        self.engine.flowgate_flow_mw(flowgate)
    }

    /// Change of `sum_j value_j x_j` per MW of demand at each bus, for values by column such as emissions per
    /// MWh, as of the last solve: exact as long as its basis holds, and on the side of more demand where a unit
    /// just reaches its limit. What the basis moves answers: where that is an elastic load, it gives way and its
    /// own value counts.
    ///
    /// Cost: one recovery of prices, `O(k^2 + k buses)` for `k` binding constraints.
    ///
    /// # Panics
    /// If `by_column` is shorter than the columns of the last solve.
    ///
    /// ```
    /// use gridrush_core::dispatch::{Bound, DispatchProblem, DispatchSolution, Place, Solver};
    /// use gridrush_core::names::Key;
    ///
    /// let mut problem = DispatchProblem::new(1, Vec::new());
    /// let unit = Bound { lower_mw: 0.0, upper_mw: 50.0, cost_usd_per_mwh: 20.0 };
    /// problem.add_column(Key::of("coal"), Place::Bus(0, 1.0), unit);
    /// problem.add_column(Key::of("gas"), Place::Bus(0, 1.0), Bound { cost_usd_per_mwh: 35.0, ..unit });
    /// problem.demand_mw[0] = 60.0;
    /// let mut solver = Solver::new(&problem)?;
    /// solver.solve(&problem, &mut DispatchSolution::default())?;
    /// let mut t_per_mwh = Vec::new();
    /// solver.marginal_of(&[0.95, 0.37], &mut t_per_mwh);
    /// assert_eq!(t_per_mwh, [0.37]);
    /// # Ok::<(), gridrush_core::dispatch::DispatchError>(())
    /// ```
    pub fn marginal_of(&self, by_column: &[f64], by_bus: &mut Vec<f64>) {
        self.engine.marginal_of(by_column, by_bus);
    }

    /// Whether a branch, or a term of a flowgate, lies in an island.
    pub(super) fn touches(&self, flow: Constraint, island: u32) -> bool {
        self.engine.touches(flow, island)
    }

    /// Weighted sums of the transfer factors of a binding flow, by island; weights are in the order of nodal
    /// vectors.
    pub(super) fn mean_transfer_factors(&self, flow: Constraint, share_by_place: &[f64], mean: &mut [f64]) {
        self.engine.mean_transfer_factors(flow, share_by_place, mean);
    }

    /// Values by bus in the order of nodal vectors.
    pub(super) fn in_order(&self, by_bus: &[f64], by_place: &mut Vec<f64>) {
        self.engine.in_order(by_bus, by_place);
    }

    /// Flow of a branch or flowgate listed as binding per MW injected at a bus and withdrawn at the
    /// reference.
    pub(super) fn transfer_factor(&self, flow: Constraint, bus: u32) -> f64 {
        self.engine.transfer_factor(flow, bus)
    }
}
