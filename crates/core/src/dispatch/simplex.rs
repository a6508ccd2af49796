//! A bound-flipping dual simplex whose kernel holds only what binds.
//!
//! The kernel is the square system of binding constraints (one balance per island, linear rows and
//! branches at their bounds) and as many basic columns; its dense inverse, the columns' bounds and the
//! sparse factor of the network are the whole state. A constraint that does not bind costs nothing but
//! its check. Every column is boxed, so after any change of data the basis becomes dual feasible by
//! moving columns between their bounds, and one dual simplex answers changes of demand, availability,
//! limits and bids alike.
//!
//! A limited flow, of a branch or over a flowgate, has a piecewise-linear cost: nothing within its limit, its ceiling price beyond. It
//! is either slack (price 0), binding (in the kernel, price between 0 and the ceiling) or overloaded
//! (price fixed at the ceiling, out of the kernel).
//!
//! Invariants: reduced costs agree with the bound of their column to [`DUAL_TOLERANCE`]; when a solve
//! ends, inverse, values and duals were rebuilt from the *sorted* basis, so that they are a function of
//! (basis, data). Cost of a pivot: `O(k groups + k^2)` (groups of columns that act alike) for `k` kernel rows; of the flows: one solve with the
//! network's factor.
//!
//! Sources: the dual simplex with bound flipping follows A. Koberstein, "The dual simplex method,
//! techniques for a fast and stable implementation" (2005), chapter 3 and 6.2; the kernel is that of the
//! reduced-basis (working-basis) methods.

mod cut;
mod evaluate;
mod load;
mod marginal;
mod pivot;
mod place;
mod price;
mod saved;
mod sync;
mod ties;
mod violated;

use super::basis::Constraint;
use super::columns::Columns;
use super::error::DispatchError;
use super::flowgates::Gates;
use super::inverse::{Inverse, independent_part};
use super::loads::Loads;
use super::problem::{Bound, DispatchProblem};
use super::ratio::RatioTest;
use super::rows::Rows;
use super::topology::{Islands, Topology};
use super::vector::long_dot;
use pivot::Leaving;
use ties::{LOOSER, TIES_MAX};

/// A column this far outside its bounds is violated, in MW.
const COLUMN_TOLERANCE: f64 = 1e-9;
/// A constraint this far outside its bounds is violated, in MW.
const ROW_TOLERANCE: f64 = 1e-8;
/// Rounding of a flow per MW/rad of the stiffest branch: angles near one radian carry sixteen digits.
const FLOW_ROUNDING_RAD: f64 = 1e-13;
/// A reduced cost of the wrong sign this far is an error, in $/MWh.
const DUAL_TOLERANCE: f64 = 1e-10;
/// A kernel that is taken over with a larger entry in its inverse is reduced to its independent part.
const INVERSE_MAX: f64 = 1e7;
/// How many violated flows of one flow solution are watched.
const WATCHED_AT_ONCE: usize = 6;
/// How many flows are watched.
const WATCHED_MAX: usize = 16;
/// With so many basic columns outside their bounds, flows watched before are looked at from the beginning; with
/// fewer it costs more than it saves.
const WATCH_FROM: usize = 3;
/// Cost perturbation that breaks ties among a few thousand columns, in $/MWh.
const TIE_USD_PER_MWH: f64 = 1e-6;
/// So far do ties of two columns stand apart at least, in $/MWh; with many columns the perturbation grows.
const TIE_SPACING_USD_PER_MWH: f64 = 2.0 * DUAL_TOLERANCE;
/// Greatest perturbation that breaks a cycle, in $/MWh; it is removed again before a solve ends.
const CYCLE_USD_PER_MWH: f64 = 1e-4;

/// A constraint in the kernel.
#[derive(Clone, Copy, Debug)]
struct KernelRow {
    constraint: Constraint,
    at_upper: bool,
    /// Derivative of its penalty: what one more MW of activity must save elsewhere. Positive at the
    /// upper bound, negative at the lower one.
    dual: f64,
}

/// A branch or flowgate beyond a limit.
#[derive(Clone, Copy, Debug)]
struct Overload {
    constraint: Constraint,
    above: bool,
    /// The ceiling price, negative below the lower limit.
    dual: f64,
}

/// Lower bound, upper bound and price of exceeding them.
#[derive(Clone, Copy, Debug)]
struct Range {
    lower: f64,
    upper: f64,
    ceiling: f64,
}

/// Why a run of pivots ended without a solution.
#[derive(Clone, Copy, Debug)]
enum Stop {
    Infeasible {
        constraint: Constraint,
        by_mw: f64,
    },
    /// Numerical trouble or too many pivots.
    Stalled,
    /// A flow matters that tells buses of a radial part apart.
    Cut,
}

/// The simplex method over one problem, with or without branch limits.
#[allow(clippy::struct_excessive_bools, reason = "each says what has to be rebuilt")]
#[derive(Clone, Debug)]
pub(super) struct Engine {
    /// Absent for a copper plate.
    topology: Option<Topology>,
    islands: Islands,
    /// Topology version taken over; none after a failure.
    version: Option<u64>,
    /// Columns that were moved until then.
    moves: u64,
    /// Rows are not those of the present islands and columns.
    ungrouped: bool,
    /// Place of each bus in nodal vectors.
    order: Vec<u32>,
    /// Bus at each place.
    bus_at: Vec<u32>,
    /// Island by place.
    island_of: Vec<u32>,
    /// Stretches of consecutive buses in one island: the island and the bus behind the last.
    stretches: Vec<(u32, u32)>,
    /// By bus: what hangs on it is apart from the rest of its radial part.
    cut: Vec<bool>,
    columns: Columns,
    rows: Rows,
    gates: Gates,
    loads: Loads,
    /// Counts the times that groups or zones became others.
    lens_edition: u64,

    // By column.
    /// With costs as they are.
    bounds: Vec<Bound>,
    /// How many of them were taken over.
    read: usize,
    /// Columns whose changes move something.
    changed: Vec<u32>,
    /// Costs with their perturbation.
    cost: Vec<f64>,
    x: Vec<f64>,
    /// +1 when the column may rise from its lower bound, -1 when it may fall, 0 when basic or fixed.
    direction: Vec<f64>,
    at_upper: Vec<bool>,
    is_basic: Vec<bool>,

    // By seat of a column among the members of groups.
    /// The cost of a column that may rise, infinite for others.
    rising: Vec<f64>,
    /// The cost of a column that may fall, minus infinity for others.
    falling: Vec<f64>,

    // By live group of columns. The reduced cost of a column is its cost less the worth of its group.
    alpha: Vec<f64>,
    worth: Vec<f64>,
    /// Least cost of the columns that may rise, greatest cost of those that may fall.
    next_up: Vec<f64>,
    next_down: Vec<f64>,
    /// Sum of the values of its columns.
    live_total: Vec<f64>,
    /// Groups with a column that is basic or can move, and some that had one.
    live: Vec<u32>,
    /// How many of them have one.
    live_count: usize,
    /// Groups that came to have one.
    newly_live: Vec<u32>,
    /// They have to be listed anew.
    live_stale: bool,

    // By group.
    /// Where it is among the live ones, if it is.
    spot: Vec<u32>,
    is_live: Vec<bool>,
    /// `next_up` and `next_down` of all groups.
    up: Vec<f64>,
    down: Vec<f64>,
    /// Sum of the values of its columns.
    total: Vec<f64>,
    /// Groups that are not live, with their sums unless zero: nothing changes these during a run.
    fixed: Vec<(u32, f64)>,
    /// Groups whose columns changed since the last three were made.
    stale: Vec<u32>,
    is_stale: Vec<bool>,
    /// Columns have to be put on their bounds anew.
    misplaced: bool,

    // The kernel.
    basic: Vec<u32>,
    kernel: Vec<KernelRow>,
    inverse: Inverse,
    /// What the basic columns must deliver to each kernel row.
    rhs: Vec<f64>,
    overloaded: Vec<Overload>,
    /// Flows that were beyond a limit or let go of one lately, the latest last: worth a look before all are
    /// computed.
    watched: Vec<Constraint>,
    /// How many of them, from the end, are looked at in this solve.
    seen: usize,
    /// Those of them that are beyond their limit.
    active: Vec<Constraint>,
    violations: Vec<(f64, u32)>,
    /// Linear rows and flows that touch a bound out of the kernel, with their activity.
    touching: Vec<(Constraint, f64)>,
    ties: Vec<Leaving>,
    /// Branches at or beyond their limit, as all flows were computed last.
    near: Vec<u32>,
    /// Groups of columns that went from bound to bound in a pivot, and by how much.
    moved: Vec<(u32, f64)>,
    /// Factor on all tolerances of values: one until ties are being resolved.
    looser: f64,
    /// The tiny increase of demand by place and by island.
    growth: Vec<f64>,
    island_growth: Vec<f64>,
    /// Islands, linear rows and flows that are in the kernel or (flows) overloaded. Flows are those of
    /// branches, then those over flowgates.
    island_binds: Vec<bool>,
    /// Islands without columns.
    island_idle: Vec<bool>,
    row_binds: Vec<bool>,
    flow_taken: Vec<bool>,
    branch_count: usize,
    /// A flow this far beyond its limit is violated, in MW.
    flow_tolerance: f64,
    /// Kernel rows and basic columns may not be independent any more.
    reselect: bool,
    inverse_stale: bool,
    duals_stale: bool,
    perturbation: f64,

    // Nodal vectors, one unused entry at the end.
    base_injection: Vec<f64>,
    injection: Vec<f64>,
    island_demand: Vec<f64>,
    flow: Vec<f64>,

    ratio: RatioTest,
    w: Vec<f64>,
    u: Vec<f64>,
    basic_value: Vec<f64>,
    scratch: Vec<f64>,
}

impl Engine {
    /// Solves from the present basis; on trouble from the cold one, then with a larger perturbation.
    pub(super) fn solve(&mut self, problem: &DispatchProblem) -> Result<u32, DispatchError> {
        self.sync(problem)?;
        self.load(problem)?;
        let mut pivots = 0;
        let limit = 200 + 4 * (self.x.len() + self.order.len()) as u32;
        loop {
            let stop = match self.attempt(problem, &mut pivots, limit) {
                Ok(()) => return Ok(pivots),
                Err(stop) => stop,
            };
            if !matches!(stop, Stop::Cut) {
                self.reset();
            }
            match stop {
                Stop::Cut => self.read_columns(problem)?,
                Stop::Infeasible { constraint, by_mw } => {
                    return Err(DispatchError::Infeasible { constraint, by_mw });
                }
                Stop::Stalled => return Err(DispatchError::Stalled { pivots }),
            }
        }
    }

    /// Runs from the present basis if there is one; on trouble from the cold one, then with a larger perturbation.
    fn attempt(&mut self, problem: &DispatchProblem, pivots: &mut u32, limit: u32) -> Result<(), Stop> {
        let warm = !self.kernel.is_empty();
        let mut last = if warm { self.run(problem, pivots, limit) } else { Err(Stop::Stalled) };
        if !matches!(last, Ok(()) | Err(Stop::Cut)) {
            self.reset();
            last = self.run(problem, pivots, limit);
        }
        if matches!(last, Err(Stop::Stalled)) {
            last = self.recover(problem, pivots, 4 * limit);
        }
        last
    }

    /// Out of a cycle: solves with costs that are farther apart, then from there with the true ones.
    fn recover(&mut self, problem: &DispatchProblem, pivots: &mut u32, limit: u32) -> Result<(), Stop> {
        self.reset();
        self.perturb(CYCLE_USD_PER_MWH);
        let near = self.run(problem, pivots, limit);
        self.perturb(self.tie_usd_per_mwh());
        near.and_then(|()| self.run(problem, pivots, limit))
    }

    /// Pivots until nothing is violated.
    fn run(&mut self, problem: &DispatchProblem, pivots: &mut u32, limit: u32) -> Result<(), Stop> {
        let end = *pivots + limit;
        self.place_columns();
        self.prepare_rows()?;
        self.refactor()?;
        self.settle_duals(problem)?;
        self.set_primal(problem);
        let mut moved = false;
        let mut ties = 0;
        self.looser = 1.0;
        self.begin_watch(problem)?;
        while *pivots < end {
            let mut leaving = self.steepest(problem);
            leaving = leaving.or_else(|| self.violated_row(problem));
            leaving = leaving.or_else(|| if moved { self.violated_overload_now(problem) } else { None });
            if leaving.is_none() && moved {
                if self.activate_watched(problem)? {
                    continue;
                }
                self.refactor()?;
                self.set_primal(problem);
                moved = false;
                continue;
            }
            if leaving.is_none() {
                leaving = self.violated_flow(problem)?;
            }
            if let Some(leaving) = leaving {
                self.pivot(problem, leaving)?;
                *pivots += 1;
                moved = true;
            } else if self.duals_stale && self.settle_duals(problem)? {
                self.set_primal(problem);
            } else if ties < TIES_MAX && self.resolve_tie(problem)? {
                self.looser = LOOSER;
                ties += 1;
                *pivots += 1;
                moved = true;
            } else {
                return Ok(());
            }
        }
        Err(Stop::Stalled)
    }

    /// Bounds and ceiling of a constraint. Limits and ceilings that are negative or not numbers count as
    /// zero; an island's demand is on its right-hand side.
    fn range(&self, problem: &DispatchProblem, constraint: Constraint) -> Range {
        match constraint {
            Constraint::Island(i) => {
                let demand = self.island_demand[i as usize];
                Range { lower: demand, upper: demand, ceiling: f64::INFINITY }
            }
            Constraint::Row(r) => {
                let row = &problem.rows[r as usize];
                Range { lower: row.lower, upper: row.upper, ceiling: f64::INFINITY }
            }
            Constraint::Branch(l) => {
                let branch = &problem.branches[l as usize];
                let limit = branch.limit_mw.max(0.0);
                Range { lower: -limit, upper: limit, ceiling: branch.ceiling_usd_per_mwh.max(0.0) }
            }
            Constraint::Flowgate(g) => {
                let gate = &problem.flowgates[g as usize];
                let ceiling = gate.ceiling_usd_per_mwh.max(0.0);
                Range { lower: gate.lower_mw, upper: gate.upper_mw, ceiling }
            }
        }
    }

    /// Sorts the basis and rebuilds the inverse unless it is that of the sorted basis already.
    fn refactor(&mut self) -> Result<(), Stop> {
        if !self.inverse_stale {
            return Ok(());
        }
        self.basic.sort_unstable();
        self.kernel.sort_unstable_by_key(|row| row.constraint);
        if self.reselect && !(self.invert() && self.inverse.largest() <= INVERSE_MAX) {
            self.select_independent()?;
            self.inverse_stale = true;
        }
        self.reselect = false;
        if self.inverse_stale && !self.invert() {
            return Err(Stop::Stalled);
        }
        Ok(())
    }

    /// Inverts the kernel; false when it is singular or not square.
    fn invert(&mut self) -> bool {
        let (kernel, basic, rows) = (&self.kernel, &self.basic, &self.rows);
        let columns = &self.columns;
        let entry = |r: usize, c: usize| rows.by_group(kernel[r].constraint)[columns.group(basic[c])];
        let inverted = kernel.len() == basic.len() && self.inverse.invert(kernel.len(), entry);
        self.inverse_stale = !inverted;
        inverted
    }

    /// Position of a constraint among flows; none for islands and linear rows.
    fn flow_index(&self, constraint: Constraint) -> Option<usize> {
        match constraint {
            Constraint::Branch(l) => Some(l as usize),
            Constraint::Flowgate(g) => Some(self.branch_count + g as usize),
            Constraint::Island(_) | Constraint::Row(_) => None,
        }
    }

    /// The constraint at a position among flows.
    fn flow_at(&self, index: u32) -> Constraint {
        let branches = self.branch_count as u32;
        if index < branches { Constraint::Branch(index) } else { Constraint::Flowgate(index - branches) }
    }

    /// Keeps the largest independent part of the kernel; the rest becomes slack and goes to its bounds.
    fn select_independent(&mut self) -> Result<(), Stop> {
        self.reselect = false;
        let (kernel, basic, rows) = (&self.kernel, &self.basic, &self.rows);
        let columns = &self.columns;
        let entry = |r: usize, c: usize| rows.by_group(kernel[r].constraint)[columns.group(basic[c])];
        let (keep_row, keep_column) = independent_part(kernel.len(), basic.len(), entry);
        if keep_row.iter().chain(&keep_column).all(|&keep| keep) {
            return Ok(());
        }
        let mut keep = keep_row.iter();
        self.kernel.retain(|_| *keep.next().expect("one flag per row"));
        let mut keep = keep_column.iter();
        self.basic.retain(|_| *keep.next().expect("one flag per column"));
        self.mark_basis();
        self.reselect = false;
        self.place_columns();
        self.prepare_rows()
    }

    /// Adds a flow to those beyond a limit.
    fn overload(&mut self, overload: Overload) {
        self.bind(overload.constraint);
        let at = self.overloaded.partition_point(|o| o.constraint < overload.constraint);
        self.overloaded.insert(at, overload);
    }

    /// Right-hand side and basic values from scratch.
    fn set_primal(&mut self, problem: &DispatchProblem) {
        for at in 0..self.basic.len() {
            self.x[self.basic[at] as usize] = 0.0;
            self.refresh(self.columns.group(self.basic[at]));
        }
        self.rhs.clear();
        for r in 0..self.kernel.len() {
            let KernelRow { constraint, at_upper, .. } = self.kernel[r];
            let range = self.range(problem, constraint);
            let target = if at_upper { range.upper } else { range.lower };
            self.rhs.push(target - self.activity(constraint));
        }
        self.set_basic_values();
    }

    /// Activity of a constraint under the present values of columns.
    fn activity(&self, constraint: Constraint) -> f64 {
        long_dot(self.rows.by_live(constraint), &self.live_total) + self.rows.base_mw(constraint)
    }

    /// Basic values from the right-hand side.
    fn set_basic_values(&mut self) {
        self.inverse.multiply(&self.rhs, &mut self.basic_value);
        for (&j, &x) in self.basic.iter().zip(&self.basic_value) {
            let group = self.columns.group(j);
            self.total[group] += x - self.x[j as usize];
            self.live_total[self.spot[group] as usize] = self.total[group];
            self.x[j as usize] = x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::{Bound, DispatchSolution, FlowBranch, Place};
    use crate::names::Key;

    #[test]
    fn recovery_ends_at_the_same_solution() {
        let line = |from, to| FlowBranch {
            from,
            to,
            susceptance_mw_per_rad: 500.0,
            shift_rad: 0.0,
            limit_mw: 30.0,
            ceiling_usd_per_mwh: 400.0,
            in_service: true,
        };
        let mut problem = DispatchProblem::new(3, vec![line(0, 1), line(1, 2), line(0, 2), line(0, 2)]);
        for n in 0..9 {
            // Equal costs, so that only the perturbation tells units apart.
            let bound = Bound { lower_mw: 0.0, upper_mw: 20.0, cost_usd_per_mwh: f64::from(10 * (n % 2)) };
            problem.add_column(Key::of("unit").part(u64::from(n)), Place::Bus(n / 3, 1.0), bound);
        }
        problem.demand_mw = vec![5.0, 10.0, 130.0];
        let mut engine = Engine::new(&problem, true).unwrap();
        let (mut plain, mut recovered) = (DispatchSolution::default(), DispatchSolution::default());
        engine.solve(&problem).unwrap();
        engine.evaluate(&problem, 0, &mut plain);
        let mut pivots = 0;
        engine.recover(&problem, &mut pivots, 100).unwrap();
        engine.evaluate(&problem, 0, &mut recovered);
        assert!(pivots > 0);
        assert!(recovered.objective_usd_per_h > 0.0);
        assert!((plain.objective_usd_per_h - recovered.objective_usd_per_h).abs() < 1e-9);
        assert_eq!(plain.column_mw, recovered.column_mw);
    }
}
