//! The reported solution, from the sorted basis and unperturbed data, in order of position.

use super::Engine;
use crate::dispatch::basis::Constraint;
use crate::dispatch::inverse::add_combination;
use crate::dispatch::problem::{DispatchProblem, DispatchSolution};
use crate::dispatch::topology::Islands;

impl Engine {
    /// Fills the solution; the last run must have ended well.
    pub(in crate::dispatch) fn evaluate(
        &mut self,
        problem: &DispatchProblem,
        pivots: u32,
        solution: &mut DispatchSolution,
    ) {
        self.evaluate_duals(problem);
        self.report_prices(problem, solution);
        self.report_branches(problem, solution);

        solution.row_dual.clear();
        solution.row_dual.resize(problem.rows.len(), 0.0);
        for (row, &price) in self.kernel.iter().zip(&self.w) {
            if let Constraint::Row(r) = row.constraint {
                solution.row_dual[r as usize] = price;
            }
        }

        solution.column_mw.clear();
        let mut objective = 0.0;
        for (&x, bound) in self.x.iter().zip(&problem.bounds) {
            let x = x.clamp(bound.lower_mw, bound.upper_mw);
            objective += bound.cost_usd_per_mwh * x;
            solution.column_mw.push(x);
        }
        for &(l, by_mw) in &solution.overload_mw {
            objective += self.range(problem, Constraint::Branch(l)).ceiling * by_mw;
        }
        solution.objective_usd_per_h = objective;
        solution.pivots = pivots;
    }

    /// The islands.
    pub(in crate::dispatch) fn islands(&self) -> &Islands {
        &self.islands
    }

    /// The island in which a branch lies.
    pub(in crate::dispatch) fn island_of_branch(&self, branch: u32) -> u32 {
        let link = self.topology.as_ref().map(|topology| topology.links()[branch as usize]);
        link.map_or(0, |link| self.island_of[link.from as usize])
    }

    /// The transfer factor at a bus of a branch that carries a price.
    pub(in crate::dispatch) fn transfer_factor(&self, branch: u32, bus: u32) -> f64 {
        self.rows.by_bus(branch)[self.order[bus as usize] as usize]
    }

    /// `w` becomes the price of each kernel row: the change of the objective per unit of its bound.
    fn evaluate_duals(&mut self, problem: &DispatchProblem) {
        let overloads = &self.overloaded;
        self.scratch.clear();
        self.scratch.extend(self.basic.iter().map(|&j| {
            let j = j as usize;
            let charges =
                overloads.iter().map(|o| o.dual * self.rows.by_column(Constraint::Branch(o.branch))[j]);
            problem.bounds[j].cost_usd_per_mwh + charges.sum::<f64>()
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
        for (lmp, &island) in lmp.iter_mut().zip(&self.island_of) {
            *lmp = self.scratch[island as usize];
        }
        let binding = self.kernel.iter().zip(&self.w).filter_map(|(row, &price)| match row.constraint {
            Constraint::Branch(l) => Some((price, self.rows.by_bus(l))),
            _ => None,
        });
        let overloaded = self.overloaded.iter().map(|o| (-o.dual, self.rows.by_bus(o.branch)));
        add_combination(lmp, binding.chain(overloaded));
        solution.lmp_usd_per_mwh.clear();
        solution.lmp_usd_per_mwh.extend(self.order.iter().map(|&place| lmp[place as usize]));
    }

    fn report_branches(&self, problem: &DispatchProblem, solution: &mut DispatchSolution) {
        solution.flow_mw.clear();
        solution.flow_mw.extend_from_slice(&self.flow);
        solution.binding.clear();
        solution.overload_mw.clear();
        for (row, &price) in self.kernel.iter().zip(&self.w) {
            if let Constraint::Branch(l) = row.constraint {
                let ceiling = self.range(problem, row.constraint).ceiling;
                let (least, most) = if row.at_upper { (0.0, ceiling) } else { (-ceiling, 0.0) };
                solution.binding.push((l, (-price).clamp(least, most)));
            }
        }
        for overload in &self.overloaded {
            solution.binding.push((overload.branch, overload.dual));
            let flow = self.flow[overload.branch as usize].abs();
            let by_mw = flow - self.range(problem, Constraint::Branch(overload.branch)).upper;
            if by_mw > 0.0 {
                solution.overload_mw.push((overload.branch, by_mw));
            }
        }
        solution.binding.sort_unstable_by_key(|binding| binding.0);
    }
}
