//! The reported solution, from the sorted basis and unperturbed data, in order of position.

use super::Engine;
use crate::dispatch::basis::Constraint;
#[cfg(debug_assertions)]
use crate::dispatch::flowgates::Gates;
use crate::dispatch::problem::{Bound, DispatchProblem, DispatchSolution};
use crate::dispatch::topology::Islands;
use crate::dispatch::vector::{add_combination, long_dot};

impl Engine {
    /// Fills the solution; the last run must have ended well.
    pub(in crate::dispatch) fn evaluate(
        &mut self,
        problem: &DispatchProblem,
        pivots: u32,
        solution: &mut DispatchSolution,
    ) {
        self.evaluate_duals();
        self.complete_rows();
        self.report_prices(problem, solution);
        self.report_flows(problem, solution);

        solution.row_dual.clear();
        solution.row_dual.resize(problem.rows.len(), 0.0);
        for (row, &price) in self.kernel.iter().zip(&self.w) {
            if let Constraint::Row(r) = row.constraint {
                solution.row_dual[r as usize] = price;
            }
        }

        solution.column_mw.clear();
        solution.column_mw.extend_from_slice(&self.x);
        for &j in &self.basic {
            let (j, bound) = (j as usize, &self.bounds[j as usize]);
            solution.column_mw[j] = self.x[j].clamp(bound.lower_mw, bound.upper_mw);
        }
        let mut objective = self.turnover(&solution.column_mw);
        for &(l, by_mw) in &solution.overload_mw {
            objective += self.range(problem, Constraint::Branch(l)).ceiling * by_mw;
        }
        for &(g, by_mw) in &solution.flowgate_overload_mw {
            objective += self.range(problem, Constraint::Flowgate(g)).ceiling * by_mw;
        }
        solution.objective_usd_per_h = objective;
        solution.pivots = pivots;
    }

    /// Builds the transfer factors by bus of all flows that carry a price.
    fn complete_rows(&mut self) {
        let Some(topology) = &self.topology else { return };
        let flows = self.kernel.iter().map(|row| row.constraint);
        for flow in flows.chain(self.overloaded.iter().map(|o| o.constraint)) {
            self.rows.complete(flow, topology, &self.gates);
        }
    }

    /// What these values of columns cost, summed in four lanes.
    fn turnover(&self, column_mw: &[f64]) -> f64 {
        let cost = |(bound, mw): (&Bound, &f64)| bound.cost_usd_per_mwh * mw;
        let (runs, rest) = self.bounds.as_chunks::<4>();
        let (values, rest_values) = column_mw.as_chunks::<4>();
        let mut lanes = [0.0_f64; 4];
        for (bounds, values) in runs.iter().zip(values) {
            for ((lane, bound), value) in lanes.iter_mut().zip(bounds).zip(values) {
                *lane += cost((bound, value));
            }
        }
        rest.iter().zip(rest_values).map(cost).sum::<f64>() + ((lanes[0] + lanes[2]) + (lanes[1] + lanes[3]))
    }

    /// The islands.
    pub(in crate::dispatch) fn islands(&self) -> &Islands {
        &self.islands
    }

    /// The sum that a flowgate limits; none while it is idle.
    pub(in crate::dispatch) fn flowgate_flow_mw(&self, gate: u32) -> Option<f64> {
        let active = (gate as usize) < self.gates.count() && self.gates.is_active(gate);
        active.then(|| self.flow[self.branch_count + gate as usize])
    }

    /// Whether a branch, or a term of a flowgate, lies in an island.
    pub(in crate::dispatch) fn touches(&self, flow: Constraint, island: u32) -> bool {
        let Some(topology) = &self.topology else { return false };
        let inside = |l: u32| self.island_of[topology.links()[l as usize].from as usize] == island;
        match flow {
            Constraint::Branch(l) => inside(l),
            Constraint::Flowgate(g) => self.gates.terms(g).iter().any(|&(l, _)| inside(l)),
            Constraint::Island(_) | Constraint::Row(_) => false,
        }
    }

    /// Weighted sums of the transfer factors of a flow that carries a price, by island.
    pub(in crate::dispatch) fn mean_transfer_factors(
        &self,
        flow: Constraint,
        share_by_place: &[f64],
        mean: &mut [f64],
    ) {
        let factors = self.rows.by_bus(flow);
        if let [mean] = mean {
            *mean = long_dot(factors, share_by_place);
            return;
        }
        for ((&factor, &share), &island) in factors.iter().zip(share_by_place).zip(&self.island_of) {
            mean[island as usize] += factor * share;
        }
    }

    /// Values by bus in the order of nodal vectors.
    pub(in crate::dispatch) fn in_order(&self, by_bus: &[f64], by_place: &mut Vec<f64>) {
        by_place.resize(self.order.len(), 0.0);
        for (&place, &value) in self.order.iter().zip(by_bus) {
            by_place[place as usize] = value;
        }
    }

    /// The transfer factor at a bus of a flow that carries a price.
    pub(in crate::dispatch) fn transfer_factor(&self, flow: Constraint, bus: u32) -> f64 {
        self.rows.by_bus(flow)[self.order[bus as usize] as usize]
    }

    /// `w` becomes the price of each kernel row: the change of the objective per unit of its bound.
    fn evaluate_duals(&mut self) {
        let overloads = &self.overloaded;
        self.scratch.clear();
        self.scratch.extend(self.basic.iter().map(|&j| {
            let group = self.columns.group(j);
            let charges = overloads.iter().map(|o| o.dual * self.rows.by_group(o.constraint)[group]);
            self.bounds[j as usize].cost_usd_per_mwh + charges.sum::<f64>()
        }));
        self.inverse.multiply_left(&self.scratch, &mut self.w);
    }

    /// Price at a bus = price of its island - sum over branches of shadow price x transfer factor.
    fn report_prices(&mut self, problem: &DispatchProblem, solution: &mut DispatchSolution) {
        self.scratch.clear();
        self.scratch.resize(self.islands.count(), 0.0);
        for (row, &price) in self.kernel.iter().zip(&self.w) {
            if let Constraint::Island(i) = row.constraint {
                self.scratch[i as usize] = price;
            }
        }
        let lmp = &mut self.injection[..problem.bus_count()];
        if let [price] = self.scratch[..] {
            lmp.fill(price);
        } else {
            for (lmp, &island) in lmp.iter_mut().zip(&self.island_of) {
                *lmp = self.scratch[island as usize];
            }
        }
        let binding = self.kernel.iter().zip(&self.w).filter_map(|(row, &price)| match row.constraint {
            flow @ (Constraint::Branch(_) | Constraint::Flowgate(_)) => Some((price, self.rows.by_bus(flow))),
            Constraint::Island(_) | Constraint::Row(_) => None,
        });
        let overloaded = self.overloaded.iter().map(|o| (-o.dual, self.rows.by_bus(o.constraint)));
        add_combination(lmp, binding.chain(overloaded));
        solution.lmp_usd_per_mwh.clear();
        solution.lmp_usd_per_mwh.extend(self.order.iter().map(|&place| lmp[place as usize]));
    }

    fn report_flows(&self, problem: &DispatchProblem, solution: &mut DispatchSolution) {
        solution.flow_mw.clear();
        solution.flow_mw.extend_from_slice(&self.flow[..self.branch_count]);
        solution.binding.clear();
        solution.overload_mw.clear();
        solution.binding_flowgates.clear();
        solution.flowgate_overload_mw.clear();
        for (row, &price) in self.kernel.iter().zip(&self.w) {
            let ceiling = self.range(problem, row.constraint).ceiling;
            let (least, most) = if row.at_upper { (0.0, ceiling) } else { (-ceiling, 0.0) };
            let shadow = (-price).clamp(least, most);
            match row.constraint {
                Constraint::Branch(l) => solution.binding.push((l, shadow)),
                Constraint::Flowgate(g) => solution.binding_flowgates.push((g, shadow)),
                Constraint::Island(_) | Constraint::Row(_) => {}
            }
        }
        for overload in &self.overloaded {
            let range = self.range(problem, overload.constraint);
            let flow = self.known_flow(overload.constraint);
            let by_mw = if overload.above { flow - range.upper } else { range.lower - flow };
            let (binding, beyond, at) = match overload.constraint {
                Constraint::Flowgate(g) => {
                    (&mut solution.binding_flowgates, &mut solution.flowgate_overload_mw, g)
                }
                Constraint::Branch(l) | Constraint::Island(l) | Constraint::Row(l) => {
                    (&mut solution.binding, &mut solution.overload_mw, l)
                }
            };
            binding.push((at, overload.dual));
            if by_mw > 0.0 {
                beyond.push((at, by_mw));
            }
        }
        solution.binding.sort_unstable_by_key(|binding| binding.0);
        solution.binding_flowgates.sort_unstable_by_key(|binding| binding.0);
    }

    /// The flowgates with the weights of their flows, for the certificate.
    #[cfg(debug_assertions)]
    pub(in crate::dispatch) fn gates(&self) -> &Gates {
        &self.gates
    }
}
