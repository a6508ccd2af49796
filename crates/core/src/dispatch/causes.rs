//! One cause per curtailed megawatt: price, scarcity, or a named branch or flowgate.
//!
//! The same market is cleared once more on a copper plate. What a block gets there (`y0`) and not in the
//! dispatch (`y`) was lost to the network; what it gets in neither was lost to the system:
//!
//! ```text
//!   network = max(0, y0 - y)      system = ceiling - max(y, y0)      network + system = ceiling - y
//! ```
//!
//! The system part is *scarcity* when load is shed or reserve is short on the copper plate, in the block's
//! island, and *price* otherwise. The network part is named after the binding flow (branch or
//! flowgate) that lifts the price at the block's bus most above the island's load-weighted mean: the largest
//! `-mu_l (h_lb - sum_k w_k h_lk)` with shadow price `mu_l`, transfer factors `h` and load shares `w`.
//! Only `w` matters there, not the reference bus of `h`. Where [pipes](super::Pipe) join the buses, the copper plate
//! is the whole of what they join, and the pipe that binds most is found likewise (see `pipes`).
//!
//! Cost: nothing when no block is short; no copper plate when no flow binds; otherwise a look at its merit order,
//! a warm solve where that does not tell enough (see `merit`), and `O(binding flows x (buses + blocks))`.

use super::basis::{Basis, Constraint};
use super::copper::CopperPlate;
use super::error::DispatchError;
use super::merit::MeritOrder;
use super::parts::PriceParts;
use super::pipes::Joined;
use super::problem::{ColumnId, DispatchProblem, DispatchSolution, Place};
use super::solver::Solver;
use super::topology::Islands;
use super::vector::sum;

/// Less than this is not curtailed, in MW.
const CURTAILED_MIN_MW: f64 = 1e-6;

/// Load that may get less than it asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Block {
    /// A controllable load: the column is what it is served, the ceiling what it may take at most.
    Elastic {
        /// The load's column.
        column: ColumnId,
        /// What remains of its request after connection, equipment and rules.
        ceiling_mw: f64,
    },
    /// Firm load: the column is what is shed.
    Shed {
        /// The shed column.
        column: ColumnId,
    },
}

impl Block {
    fn column(self) -> ColumnId {
        match self {
            Block::Elastic { column, .. } | Block::Shed { column } => column,
        }
    }

    fn is_short(self, column_mw: &[f64]) -> bool {
        self.curtailed_mw(column_mw[self.column().0 as usize]) > CURTAILED_MIN_MW
    }

    /// How much is curtailed when the column has this value.
    fn curtailed_mw(self, column_mw: f64) -> f64 {
        match self {
            Block::Elastic { ceiling_mw, .. } => ceiling_mw - column_mw,
            Block::Shed { .. } => column_mw,
        }
    }
}

/// A column that shows scarcity on the copper plate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortage {
    /// Short when used at all: shed load, a reserve shortfall that is paid for.
    Used(ColumnId),
    /// Short when not full: a reserve step that is worth its price.
    Unfilled(ColumnId),
}

impl Shortage {
    fn column(self) -> ColumnId {
        match self {
            Shortage::Used(column) | Shortage::Unfilled(column) => column,
        }
    }
}

/// Why a block got less than its ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Power cost more than the bid.
    Price,
    /// There was not enough power or reserve.
    Scarcity,
    /// The network did not deliver; named after the branch that binds most for this block.
    Network {
        /// Position of the branch.
        branch: u32,
    },
    /// The network did not deliver; named after the flowgate that binds most for this block.
    Flowgate {
        /// Position of the flowgate.
        flowgate: u32,
    },
    /// The network did not deliver; named after the pipe that binds most for this block.
    Pipe {
        /// Position of the pipe.
        pipe: u32,
        /// Whether its flow runs from `to` to `from`.
        backward: bool,
    },
}

/// A part of a block's curtailment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curtailment {
    /// Position of the block in the list given.
    pub block: u32,
    /// Why.
    pub cause: Cause,
    /// How much.
    pub mw: f64,
}

/// Finds causes interval after interval.
#[derive(Clone, Debug)]
pub struct Causes {
    plate: CopperPlate,
    /// What pipes join, where there are any.
    joined: Option<Joined>,
    merit: MeritOrder,
    /// Of columns, what was asked for last.
    plate_solution: DispatchSolution,
    /// Which islands are short of power or reserve.
    scarce: Vec<bool>,
    parts: PriceParts,
}

impl Causes {
    /// Ready for this problem.
    pub fn new(problem: &DispatchProblem) -> Result<Causes, DispatchError> {
        let joined = (!problem.pipes.is_empty()).then(|| Joined::new(problem)).transpose()?;
        Ok(Causes {
            plate: CopperPlate::new(joined.as_ref().map_or(problem, Joined::problem))?,
            joined,
            merit: MeritOrder::default(),
            plate_solution: DispatchSolution::default(),
            scarce: Vec::new(),
            parts: PriceParts::default(),
        })
    }

    /// The basis of the copper plate, which belongs to a saved world.
    pub fn basis(&self) -> Basis {
        self.plate.basis()
    }

    /// Continues from this basis of the copper plate.
    pub fn set_basis(&mut self, basis: &Basis) -> Result<(), DispatchError> {
        self.plate.set_basis(basis)
    }

    /// Fills `rows` with the causes of every block's curtailment, in the order of blocks. `solution` must
    /// be the one that `solver` found last, for this problem. The parts of a block sum to what it lacks.
    pub fn attribute(
        &mut self,
        problem: &DispatchProblem,
        solver: &Solver,
        solution: &DispatchSolution,
        blocks: &[Block],
        shortages: &[Shortage],
        rows: &mut Vec<Curtailment>,
    ) -> Result<(), DispatchError> {
        rows.clear();
        if !blocks.iter().any(|block| block.is_short(&solution.column_mw)) {
            return Ok(());
        }
        let congested = match &mut self.joined {
            Some(joined) => joined.take(problem, solution),
            None => !solution.binding.is_empty() || !solution.binding_flowgates.is_empty(),
        };
        if congested {
            let short = blocks.iter().filter(|block| block.is_short(&solution.column_mw));
            let asked = short.map(|block| block.column());
            let asked = asked.chain(shortages.iter().map(|shortage| shortage.column()));
            let prices = &solution.lmp_usd_per_mwh;
            let near = sum(prices) / prices.len() as f64;
            self.clear_plate(problem, solver, near, asked)?;
        }
        let plate_mw = if congested { &self.plate_solution.column_mw } else { &solution.column_mw };
        let islands = self.joined.as_ref().map_or_else(|| solver.islands(), Joined::islands);
        find_scarcity(problem, islands, plate_mw, shortages, &mut self.scarce);
        self.parts.flows.clear();

        for (at, &block) in blocks.iter().enumerate() {
            let lacks_mw = block.curtailed_mw(solution.column_mw[block.column().0 as usize]);
            if lacks_mw <= CURTAILED_MIN_MW {
                continue;
            }
            let lacks_on_plate_mw = block.curtailed_mw(plate_mw[block.column().0 as usize]);
            let mut network_mw = (lacks_mw - lacks_on_plate_mw).clamp(0.0, lacks_mw);
            if network_mw <= CURTAILED_MIN_MW {
                network_mw = 0.0;
            } else if lacks_mw - network_mw <= CURTAILED_MIN_MW {
                network_mw = lacks_mw;
            }
            let place = &problem.places()[block.column().0 as usize];
            let block_id = at as u32;
            if network_mw < lacks_mw {
                let scarce = matches!(block, Block::Shed { .. })
                    || islands_of(islands, place).any(|island| self.scarce[island as usize]);
                let cause = if scarce { Cause::Scarcity } else { Cause::Price };
                rows.push(Curtailment { block: block_id, cause, mw: lacks_mw - network_mw });
            }
            if network_mw > 0.0 {
                let cause = if let Some(joined) = &self.joined {
                    joined.heaviest(weights(place))
                } else {
                    if self.parts.flows.is_empty() {
                        self.parts.update_flows(solver, problem, solution);
                    }
                    heaviest_flow(solver, &self.parts, place)
                };
                rows.push(Curtailment { block: block_id, cause, mw: network_mw });
            }
        }
        Ok(())
    }

    /// Brings these columns of the copper plate's solution to the interval; others may stay as they were. Its price may
    /// be near the one given.
    fn clear_plate(
        &mut self,
        problem: &DispatchProblem,
        solver: &Solver,
        near_usd_per_mwh: f64,
        mut asked: impl Iterator<Item = ColumnId>,
    ) -> Result<(), DispatchError> {
        let (plate, islands) = match &self.joined {
            Some(joined) => (joined.problem(), joined.islands()),
            None => (problem, solver.islands()),
        };
        if islands.count() == 1 {
            self.merit.take(plate);
            let plate_mw = &mut self.plate_solution.column_mw;
            plate_mw.resize(plate.bounds.len(), 0.0);
            let told = asked.all(|column| {
                let told = self.merit.tell(plate, column);
                told.inspect(|&mw| plate_mw[column.0 as usize] = mw).is_some()
            });
            if told && self.merit.rows_are_slack(plate, near_usd_per_mwh) {
                return Ok(());
            }
        }
        self.plate.solve(plate, &mut self.plate_solution)
    }
}

/// The buses of a column with their coefficients.
fn terms(place: &Place) -> &[(u32, f64)] {
    match place {
        Place::Spread(terms) => terms,
        Place::None | Place::Bus(..) => &[],
    }
}

/// Every bus of a column with the size of its coefficient.
fn weights(place: &Place) -> impl Iterator<Item = (u32, f64)> + '_ {
    let one = match place {
        Place::Bus(bus, coefficient) => Some((*bus, coefficient.abs())),
        Place::None | Place::Spread(_) => None,
    };
    one.into_iter().chain(terms(place).iter().map(|&(bus, coefficient)| (bus, coefficient.abs())))
}

fn islands_of<'a>(islands: &'a Islands, place: &'a Place) -> impl Iterator<Item = u32> + 'a {
    weights(place).map(|(bus, _)| islands.by_bus()[bus as usize])
}

/// Marks the islands that are short; a shortage without a bus (reserve) marks all.
fn find_scarcity(
    problem: &DispatchProblem,
    islands: &Islands,
    plate_mw: &[f64],
    shortages: &[Shortage],
    scarce: &mut Vec<bool>,
) {
    scarce.clear();
    scarce.resize(islands.count(), false);
    for &shortage in shortages {
        let (column, short) = match shortage {
            Shortage::Used(column) => {
                let j = column.0 as usize;
                (column, plate_mw[j] > problem.bounds[j].lower_mw + CURTAILED_MIN_MW)
            }
            Shortage::Unfilled(column) => {
                let j = column.0 as usize;
                (column, plate_mw[j] < problem.bounds[j].upper_mw - CURTAILED_MIN_MW)
            }
        };
        let place = &problem.places()[column.0 as usize];
        match place {
            _ if !short => {}
            Place::None => scarce.fill(true),
            Place::Bus(..) | Place::Spread(_) => {
                islands_of(islands, place).for_each(|island| scarce[island as usize] = true);
            }
        }
    }
}

/// The binding flow that lifts the price at the block's buses most above the mean of their islands. When
/// none lies in those islands (a reserve row couples them with others), the one with the highest price.
fn heaviest_flow(solver: &Solver, parts: &PriceParts, place: &Place) -> Cause {
    let mut own: Option<(f64, Constraint)> = None;
    let mut any: Option<(f64, Constraint)> = None;
    for (nth, &(flow, shadow)) in parts.flows.iter().enumerate() {
        let (mut lift, mut weight) = (0.0, 0.0);
        for (bus, share) in weights(place) {
            if solver.touches(flow, solver.islands().by_bus()[bus as usize]) {
                lift += share * parts.congestion_of(solver, nth, bus);
                weight += share;
            }
        }
        if weight > 0.0 && own.is_none_or(|(most, _)| lift / weight > most) {
            own = Some((lift / weight, flow));
        }
        if any.is_none_or(|(most, _)| shadow.abs() > most) {
            any = Some((shadow.abs(), flow));
        }
    }
    match own.or(any).expect("only binding flows make a network part").1 {
        Constraint::Flowgate(flowgate) => Cause::Flowgate { flowgate },
        Constraint::Branch(branch) | Constraint::Island(branch) | Constraint::Row(branch) => {
            Cause::Network { branch }
        }
    }
}
