//! What prices are made of: the energy of an island and the congestion of each binding flow.
//!
//! With shares `w` of the island's load as the reference (a distributed slack),
//!
//! ```text
//!   energy_i = sum_k w_k p_k       p_b = energy_i - sum_l m_l (h_lb - sum_k w_k h_lk)
//! ```
//!
//! over the branches and flowgates `l` with shadow price `m_l`, where `h_lb` is the flow of `l` per MW injected
//! at `b`. Neither part depends on the reference bus of `h`, because a change of it adds one constant per
//! island to all `h_lb`. An island without load weighs its buses evenly.
//!
//! Cost: `O(binding flows x buses)`.

use super::basis::Constraint;
use super::problem::{DispatchProblem, DispatchSolution};
use super::solver::Solver;
use super::vector::sum;

/// Prices taken apart.
#[derive(Clone, Debug, Default)]
pub struct PriceParts {
    /// By bus, the load-weighted mean price of its island.
    pub energy_usd_per_mwh: Vec<f64>,
    /// By bus, price less energy.
    pub congestion_usd_per_mwh: Vec<f64>,
    /// Branches and flowgates with a shadow price, as the solution lists them: branches, then flowgates.
    pub flows: Vec<(Constraint, f64)>,
    /// Mean transfer factor over the load of each island, one run of islands per flow.
    mean: Vec<f64>,
    /// Load shares by bus, and in the order of nodal vectors.
    share: Vec<f64>,
    share_by_place: Vec<f64>,
    island: Vec<f64>,
}

impl PriceParts {
    /// Takes the prices of a solution apart. It must be the one that `solver` found last, for this problem.
    pub fn update(&mut self, solver: &Solver, problem: &DispatchProblem, solution: &DispatchSolution) {
        self.update_flows(solver, problem, solution);
        let islands = solver.islands();
        self.island.clear();
        self.island.resize(islands.count(), 0.0);
        let prices = &solution.lmp_usd_per_mwh;
        for ((&island, &share), &price) in islands.by_bus().iter().zip(&self.share).zip(prices) {
            self.island[island as usize] += share * price;
        }
        self.energy_usd_per_mwh.clear();
        self.energy_usd_per_mwh.extend(islands.by_bus().iter().map(|&i| self.island[i as usize]));
        self.congestion_usd_per_mwh.clear();
        let energy = &self.energy_usd_per_mwh;
        self.congestion_usd_per_mwh.extend(prices.iter().zip(energy).map(|(price, energy)| price - energy));
    }

    /// What the `nth` of [`PriceParts::flows`] adds to the price of a bus. Over all flows these sum to the
    /// bus's congestion.
    pub fn congestion_of(&self, solver: &Solver, nth: usize, bus: u32) -> f64 {
        let (flow, shadow) = self.flows[nth];
        let islands = solver.islands();
        let mean = self.mean[nth * islands.count() + islands.by_bus()[bus as usize] as usize];
        -shadow * (solver.transfer_factor(flow, bus) - mean)
    }

    /// Fills what [`PriceParts::congestion_of`] needs.
    pub(super) fn update_flows(
        &mut self,
        solver: &Solver,
        problem: &DispatchProblem,
        solution: &DispatchSolution,
    ) {
        self.flows.clear();
        self.flows.extend(solution.binding.iter().map(|&(l, shadow)| (Constraint::Branch(l), shadow)));
        let gates = solution.binding_flowgates.iter();
        self.flows.extend(gates.map(|&(g, shadow)| (Constraint::Flowgate(g), shadow)));
        self.weigh(solver, problem);
        let islands = solver.islands();
        self.mean.clear();
        self.mean.resize(self.flows.len() * islands.count(), 0.0);
        for (&(flow, _), mean) in self.flows.iter().zip(self.mean.chunks_exact_mut(islands.count().max(1))) {
            solver.mean_transfer_factors(flow, &self.share_by_place, mean);
        }
    }

    fn weigh(&mut self, solver: &Solver, problem: &DispatchProblem) {
        let islands = solver.islands();
        let add_up = |share: &[f64], total: &mut Vec<f64>| {
            total.clear();
            total.resize(islands.count(), 0.0);
            if let [total] = &mut total[..] {
                *total = sum(share);
                return;
            }
            for (&island, &share) in islands.by_bus().iter().zip(share) {
                total[island as usize] += share;
            }
        };
        self.share.clear();
        self.share.extend(problem.demand_mw.iter().map(|demand| demand.max(0.0)));
        add_up(&self.share, &mut self.island);
        if self.island.contains(&0.0) {
            for (&island, share) in islands.by_bus().iter().zip(&mut self.share) {
                if self.island[island as usize] == 0.0 {
                    *share = 1.0;
                }
            }
            add_up(&self.share, &mut self.island);
        }
        if let [total] = self.island[..] {
            self.share.iter_mut().for_each(|share| *share /= total);
        } else {
            for (&island, share) in islands.by_bus().iter().zip(&mut self.share) {
                *share /= self.island[island as usize];
            }
        }
        solver.in_order(&self.share, &mut self.share_by_place);
    }
}
