//! Why a block of load was not served: one cause for every megawatt.
//!
//! The same market is cleared again on a copper plate. What a block gets there and not in the network is
//! the network's doing; what it does not get even there is a matter of price, or of scarcity when load is
//! shed or operating reserve is short on the plate:
//!
//! ```text
//!   ceiling - y*  =  max(0, y0 - y*)  +  ceiling - max(y*, y0)
//!                    network             price | scarcity
//! ```
//!
//! with `y*` the award in the network and `y0` the award on the plate. The network's part is named after
//! the binding branch that raises the price at the block most, against the load-weighted price of its
//! island: the largest `-mu_l (h_li - sum_k w_k h_lk)`, with `mu` the shadow price, `h` the transfer
//! factors and `w` the shares of fixed demand. Differences of transfer factors do not depend on the
//! reference bus, so neither does the name; megawatts do not depend on the name.
//!
//! Cost: nothing when nobody is short; otherwise one copper-plate solve, and for the network's part one
//! solve with the network's factor for every binding branch not met before.

use super::copper::CopperPlate;
use super::error::DispatchError;
use super::problem::{ColumnId, DispatchProblem, DispatchSolution, Place, RowId};
use super::topology::Topology;

/// Less than this is served in full.
const SHORT_MW: f64 = 1e-9;
/// A reserve price above this says that reserve is short.
const SHORT_RESERVE_USD_PER_MWH: f64 = 1e-6;

/// A block of load that wanted its ceiling.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CauseBlock {
    /// Its column.
    pub column: ColumnId,
    /// The most that it could have had.
    pub ceiling_mw: f64,
}

/// Why something was not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CauseKind {
    /// It was worth less than its price, on a plate as well.
    Price,
    /// Generation and reserve were short, on a plate as well.
    Scarcity,
    /// The network could not bring it; named after a binding branch.
    Network {
        /// The branch.
        branch: u32,
    },
}

/// A part of what one block did not get.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CauseRow {
    /// Position of the block; shed columns follow after the last block, in their order.
    pub block: usize,
    /// Why.
    pub cause: CauseKind,
    /// How much.
    pub mw: f64,
}

/// Attributes curtailment, interval after interval.
#[derive(Clone, Debug)]
pub struct Causes {
    plate: CopperPlate,
    on_plate: DispatchSolution,
    topology: Topology,
    version: u64,
    /// By branch: transfer factors by bus, once asked for.
    factors: Vec<Option<Box<[f64]>>>,
}

impl Causes {
    /// Prepares for a problem and its later versions.
    pub fn new(problem: &DispatchProblem) -> Result<Causes, DispatchError> {
        Ok(Causes {
            plate: CopperPlate::new(problem)?,
            on_plate: DispatchSolution::default(),
            topology: Topology::new(problem.bus_count(), &problem.branches)?,
            version: problem.topology_version(),
            factors: vec![None; problem.branches.len()],
        })
    }

    /// Adds to `out` a row for every part of what `blocks` and `sheds` lack. A column of `sheds` gives
    /// back fixed load; its rows are numbered after the blocks. `reserve` is the row whose price says that
    /// reserve is short. For every block its rows sum to its ceiling less its award, and for every shed
    /// column to what was shed.
    pub fn attribute(
        &mut self,
        problem: &DispatchProblem,
        solution: &DispatchSolution,
        blocks: &[CauseBlock],
        sheds: &[ColumnId],
        reserve: Option<RowId>,
        out: &mut Vec<CauseRow>,
    ) -> Result<(), DispatchError> {
        let award = |column: ColumnId| solution.column_mw[column.0 as usize];
        let short = |block: &CauseBlock| block.ceiling_mw - award(block.column) > SHORT_MW;
        let shed = |&column: &ColumnId| award(column) > SHORT_MW;
        if !blocks.iter().any(short) && !sheds.iter().any(shed) {
            return Ok(());
        }
        self.follow_topology(problem)?;
        self.plate.solve(problem, &mut self.on_plate)?;
        let plate = |column: ColumnId| self.on_plate.column_mw[column.0 as usize];
        let reserve_short = reserve
            .is_some_and(|row| self.on_plate.row_dual[row.0 as usize].abs() > SHORT_RESERVE_USD_PER_MWH);
        let scarce = reserve_short || sheds.iter().any(|&column| plate(column) > SHORT_MW);
        let system = if scarce { CauseKind::Scarcity } else { CauseKind::Price };

        let mut parts: Vec<(usize, ColumnId, f64, f64, CauseKind)> = Vec::new();
        for (n, block) in blocks.iter().enumerate().filter(|(_, block)| short(block)) {
            let (got, could) = (award(block.column), plate(block.column).min(block.ceiling_mw));
            parts.push((n, block.column, (could - got).max(0.0), block.ceiling_mw - could.max(got), system));
        }
        for (n, &column) in sheds.iter().enumerate().filter(|(_, column)| shed(column)) {
            let (lost, would_lose) = (award(column), plate(column).max(0.0));
            let network = (lost - would_lose).max(0.0);
            parts.push((blocks.len() + n, column, network, lost - network, CauseKind::Scarcity));
        }
        for (block, column, network_mw, system_mw, system) in parts {
            if network_mw > SHORT_MW {
                // Without any binding branch the difference is a tie between equal bids.
                let cause = self
                    .name(problem, solution, column)
                    .map_or(system, |branch| CauseKind::Network { branch });
                out.push(CauseRow { block, cause, mw: network_mw });
            }
            let rest = if network_mw > SHORT_MW { system_mw } else { system_mw + network_mw };
            if rest > 0.0 {
                out.push(CauseRow { block, cause: system, mw: rest });
            }
        }
        Ok(())
    }

    /// The binding branch that raises the price at a column most; of equals the first.
    fn name(
        &mut self,
        problem: &DispatchProblem,
        solution: &DispatchSolution,
        column: ColumnId,
    ) -> Option<u32> {
        let mut best: Option<(f64, u32)> = None;
        for &(branch, shadow) in &solution.binding {
            let topology = &self.topology;
            let factors = self.factors[branch as usize].get_or_insert_with(|| {
                let mut by_bus = Vec::new();
                topology.transfer_factors(branch, &mut by_bus);
                by_bus.into_boxed_slice()
            });
            let here = match &problem.places()[column.0 as usize] {
                Place::None => 0.0,
                Place::Bus(bus, _) => factors[*bus as usize],
                Place::Spread(terms) => {
                    let weight: f64 = terms.iter().map(|t| t.1.abs()).sum();
                    terms.iter().map(|&(bus, w)| w.abs() * factors[bus as usize]).sum::<f64>()
                        / weight.max(1e-300)
                }
            };
            let island = &self.topology.islands().by_bus();
            let home = island[problem.branches[branch as usize].from as usize];
            let (mut weighted, mut total) = (0.0, 0.0);
            for (bus, &demand) in problem.demand_mw.iter().enumerate() {
                if island[bus] == home && demand > 0.0 {
                    weighted += demand * factors[bus];
                    total += demand;
                }
            }
            let mean = if total > 0.0 { weighted / total } else { 0.0 };
            let raises = -shadow * (here - mean);
            if best.is_none_or(|(most, _)| raises > most) {
                best = Some((raises, branch));
            }
        }
        best.map(|(_, branch)| branch)
    }

    fn follow_topology(&mut self, problem: &DispatchProblem) -> Result<(), DispatchError> {
        if self.version != problem.topology_version() {
            self.topology.update(&problem.branches)?;
            self.factors.fill(None);
            self.version = problem.topology_version();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::{Bound, FlowBranch, LinearRow, Solver};
    use crate::names::Key;

    /// Two buses, one line of 50 MW: cheap plant at bus 0, an elastic load of 100 MW and 20 MW of firm
    /// load at bus 1, a dear plant of `dear_mw` there.
    fn market(dear_mw: f64, bid: f64, line_mw: f64) -> (DispatchProblem, CauseBlock, ColumnId, RowId) {
        let line = FlowBranch {
            from: 0,
            to: 1,
            susceptance_mw_per_rad: 1000.0,
            shift_rad: 0.0,
            limit_mw: line_mw,
            ceiling_usd_per_mwh: 4000.0,
            in_service: true,
        };
        let mut problem = DispatchProblem::new(2, vec![line]);
        let bound = |upper_mw, cost_usd_per_mwh| Bound { lower_mw: 0.0, upper_mw, cost_usd_per_mwh };
        problem.demand_mw[1] = 20.0;
        let cheap = problem.add_column(Key::of("cheap"), Place::Bus(0, 1.0), bound(90.0, 20.0));
        let dear = problem.add_column(Key::of("dear"), Place::Bus(1, 1.0), bound(dear_mw, 60.0));
        let load = problem.add_column(Key::of("load"), Place::Bus(1, -1.0), bound(100.0, -bid));
        let shed = problem.add_column(Key::of("shed"), Place::Bus(1, 1.0), bound(20.0, 9000.0));
        let step = problem.add_column(Key::of("step"), Place::None, bound(5.0, -1000.0));
        let terms = vec![(cheap, 1.0), (dear, 1.0), (step, 1.0)];
        let row =
            LinearRow { key: Key::of("reserve"), terms, lower: f64::NEG_INFINITY, upper: 90.0 + dear_mw };
        let row = problem.add_row(row);
        (problem, CauseBlock { column: load, ceiling_mw: 100.0 }, shed, row)
    }

    fn causes(dear_mw: f64, bid: f64, line_mw: f64) -> Vec<(CauseKind, f64)> {
        let (problem, block, shed, row) = market(dear_mw, bid, line_mw);
        let mut solution = DispatchSolution::default();
        Solver::new(&problem).and_then(|mut s| s.solve(&problem, &mut solution)).expect("feasible");
        let mut out = Vec::new();
        Causes::new(&problem)
            .and_then(|mut c| c.attribute(&problem, &solution, &[block], &[shed], Some(row), &mut out))
            .expect("feasible");
        let served = solution.column_mw[block.column.0 as usize];
        let sum: f64 = out.iter().filter(|r| r.block == 0).map(|r| r.mw).sum();
        assert!((sum - (100.0 - served)).abs() < 1e-9, "{out:?}");
        out.iter().map(|r| (r.cause, (r.mw * 1e6).round() / 1e6)).collect()
    }

    #[test]
    fn a_line_takes_the_blame_for_what_a_plate_would_bring() {
        // The line brings 50: 20 to firm load and 30 to the block. A plate would bring 90 - 20 = 70, of
        // which reserve keeps 5; the rest is beyond the dear plant's price.
        let rows = causes(1000.0, 40.0, 50.0);
        assert_eq!(rows, [(CauseKind::Network { branch: 0 }, 40.0), (CauseKind::Price, 30.0)]);
    }

    #[test]
    fn a_wide_line_leaves_price_alone() {
        assert_eq!(causes(1000.0, 40.0, 500.0), [(CauseKind::Price, 30.0)]);
        assert_eq!(causes(1000.0, 70.0, 500.0), []);
    }

    #[test]
    fn too_little_plant_is_scarcity() {
        // 100 MW of plant, 20 firm, 5 kept in reserve at 1,000 $: the block gets 75.
        assert_eq!(causes(10.0, 400.0, 500.0), [(CauseKind::Scarcity, 25.0)]);
    }
}
