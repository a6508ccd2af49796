//! Pipes: flows that are chosen, and what they say of the network they stand for.
//!
//! A pipe is a pair of columns, each taking a megawatt at one end and giving what is not lost at the other. The price
//! of its limit is what is left of the difference of prices:
//!
//! ```text
//!   forward    m = (1 - loss) p_to - p_from - cost      backward    m = (1 - loss) p_from - p_to - cost
//! ```
//!
//! positive only where the column is at its limit. On the copper plate of a network of pipes everything that they
//! join is one bus. Without losses `p_to - p_from = m_forward - m_backward` on every pipe, so for any way `f` in which
//! a megawatt may get from the load (shares `w`) to bus `b`, `p_b - sum_k w_k p_k = sum_l m_l f_l`. With `f` the flows
//! of equal susceptances, `m_l f_l` is the part of the price at `b` that pipe `l` makes: the same formula as for
//! branches, and as little dependent on a reference bus. With losses it holds but for these.
//!
//! Cost: one small problem beside the first; `O(binding pipes x buses)` an hour.

use super::causes::Cause;
use super::error::DispatchError;
use super::problem::{ColumnId, DispatchProblem, DispatchSolution, FlowBranch};
use super::topology::{Islands, Topology};

/// A limit that is worth less than this does not bind, in $/MWh.
const WORTH_MIN_USD_PER_MWH: f64 = 1e-6;

/// The two directions of a flow that is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pipe {
    /// The bus at which forward flow leaves.
    pub from: u32,
    /// The bus at which it arrives.
    pub to: u32,
    /// The column of flow from `from` to `to`, in MW that leave.
    pub forward: ColumnId,
    /// The column of flow from `to` to `from`.
    pub backward: ColumnId,
    /// Lost on the way for each MW that leaves.
    pub loss_fraction: f64,
}

impl Pipe {
    /// The column of a direction.
    pub fn column(&self, backward: bool) -> ColumnId {
        if backward { self.backward } else { self.forward }
    }

    /// The direction that is at its limit, and what one more megawatt of it would save.
    pub fn binding(&self, problem: &DispatchProblem, solution: &DispatchSolution) -> Option<(bool, f64)> {
        [false, true].into_iter().find_map(|backward| {
            let (a, b) = if backward { (self.to, self.from) } else { (self.from, self.to) };
            let price = |bus: u32| solution.lmp_usd_per_mwh[bus as usize];
            let cost = problem.bounds[self.column(backward).0 as usize].cost_usd_per_mwh;
            let worth = (1.0 - self.loss_fraction) * price(b) - price(a) - cost;
            (worth > WORTH_MIN_USD_PER_MWH).then_some((backward, worth))
        })
    }

    /// The pipe as a line without a limit.
    fn line(&self) -> FlowBranch {
        FlowBranch {
            from: self.from,
            to: self.to,
            susceptance_mw_per_rad: 1.0,
            shift_rad: 0.0,
            limit_mw: f64::INFINITY,
            ceiling_usd_per_mwh: f64::INFINITY,
            in_service: true,
        }
    }
}

/// What pipes join: the market on its copper plate, and the part of each binding pipe in the price of a bus.
#[derive(Clone, Debug)]
pub(super) struct Joined {
    problem: DispatchProblem,
    islands: Islands,
    topology: Topology,
    /// Binding pipes: position, direction, and by bus what it adds to the price.
    binding: Vec<(u32, bool, Vec<f64>)>,
}

impl Joined {
    /// Ready for the pipes of this problem, which stay.
    pub(super) fn new(problem: &DispatchProblem) -> Result<Joined, DispatchError> {
        let lines: Vec<FlowBranch> =
            problem.branches.iter().copied().chain(problem.pipes.iter().map(Pipe::line)).collect();
        let topology = Topology::new(problem.bus_count(), &lines)?;
        let islands = Islands::of(problem.bus_count(), &lines);
        let mut joined =
            Joined { problem: DispatchProblem::default(), islands, topology, binding: Vec::new() };
        joined.copy(problem);
        Ok(joined)
    }

    /// The market with everything that pipes join on one plate.
    pub(super) fn problem(&self) -> &DispatchProblem {
        &self.problem
    }

    /// What hangs together.
    pub(super) fn islands(&self) -> &Islands {
        &self.islands
    }

    /// Takes an hour; returns whether a pipe binds.
    pub(super) fn take(&mut self, problem: &DispatchProblem, solution: &DispatchSolution) -> bool {
        self.binding.clear();
        let share = self.load_shares(problem);
        for (at, pipe) in problem.pipes.iter().enumerate() {
            let Some((backward, worth)) = pipe.binding(problem, solution) else { continue };
            let mut part = Vec::new();
            self.topology.transfer_factors((problem.branches.len() + at) as u32, &mut part);
            let island = self.islands.by_bus()[pipe.from as usize];
            let here = |bus: usize| self.islands.by_bus()[bus] == island;
            let mean: f64 =
                part.iter().enumerate().filter(|(bus, _)| here(*bus)).map(|(bus, h)| share[bus] * h).sum();
            let signed = if backward { -worth } else { worth };
            for (bus, h) in part.iter_mut().enumerate() {
                *h = if here(bus) { -signed * (*h - mean) } else { 0.0 };
            }
            self.binding.push((at as u32, backward, part));
        }
        let binds = !self.binding.is_empty();
        if binds {
            self.copy(problem);
        }
        binds
    }

    /// The binding pipe that adds most to the price at these buses.
    ///
    /// # Panics
    /// If none binds.
    pub(super) fn heaviest(&self, weights: impl Iterator<Item = (u32, f64)>) -> Cause {
        let mut lift = vec![0.0; self.binding.len()];
        for (bus, weight) in weights {
            for (lift, (_, _, part)) in lift.iter_mut().zip(&self.binding) {
                *lift += weight * part[bus as usize];
            }
        }
        let mut most = 0;
        for (at, value) in lift.iter().enumerate() {
            if *value > lift[most] {
                most = at;
            }
        }
        let (pipe, backward, _) = self.binding[most];
        Cause::Pipe { pipe, backward }
    }

    /// Brings the plate to the hour: the same market with all pipes closed and their ends joined.
    fn copy(&mut self, problem: &DispatchProblem) {
        let plate = &mut self.problem;
        // A change of anything but numbers comes with new columns or another version.
        let shape = |p: &DispatchProblem| (p.places().len(), p.rows.len(), p.topology_version(), p.moves());
        if shape(plate) == shape(problem) {
            plate.bounds.clone_from(&problem.bounds);
            plate.demand_mw.clone_from(&problem.demand_mw);
            for (row, now) in plate.rows.iter_mut().zip(&problem.rows) {
                (row.lower, row.upper) = (now.lower, now.upper);
            }
        } else {
            plate.clone_from(problem);
            plate.branches.extend(problem.pipes.iter().map(Pipe::line));
        }
        for pipe in &problem.pipes {
            for column in [pipe.forward, pipe.backward] {
                let bound = &mut plate.bounds[column.0 as usize];
                (bound.lower_mw, bound.upper_mw) = (0.0, 0.0);
            }
        }
    }

    /// Share of each bus in the load of what hangs together; even where there is none.
    fn load_shares(&self, problem: &DispatchProblem) -> Vec<f64> {
        let (mut load, mut buses) = (vec![0.0; self.islands.count()], vec![0.0; self.islands.count()]);
        for (&island, demand) in self.islands.by_bus().iter().zip(&problem.demand_mw) {
            load[island as usize] += demand.max(0.0);
            buses[island as usize] += 1.0;
        }
        let share = |(&island, demand): (&u32, &f64)| {
            let island = island as usize;
            if load[island] > 0.0 { demand.max(0.0) / load[island] } else { 1.0 / buses[island] }
        };
        self.islands.by_bus().iter().zip(&problem.demand_mw).map(share).collect()
    }
}
