//! Taking over the numbers of an interval: bounds, costs, ceilings, demand.
//!
//! Columns are compared with what is known of them; most differ in nothing, or only in a bound at which they do
//! not stand. Only the others are looked at. Cost: `O(n + N)`, one pass over each.

use super::{Engine, ROW_TOLERANCE, TIE_SPACING_USD_PER_MWH, TIE_USD_PER_MWH};
use crate::dispatch::basis::Constraint;
use crate::dispatch::error::DispatchError;
use crate::dispatch::problem::{Bound, ColumnId, DispatchProblem};
use crate::dispatch::vector::sum;

impl Engine {
    /// Numbers: bounds, costs, ceilings of overloaded branches, demand.
    pub(super) fn load(&mut self, problem: &DispatchProblem) -> Result<(), DispatchError> {
        self.load_bounds(&problem.bounds)?;
        self.load_ceilings(problem);
        for (g, gate) in problem.flowgates.iter().enumerate() {
            let crossed = gate.lower_mw.is_nan() || gate.upper_mw.is_nan() || gate.lower_mw > gate.upper_mw;
            if crossed || gate.lower_mw == f64::INFINITY || gate.upper_mw == f64::NEG_INFINITY {
                return Err(DispatchError::Flowgate { flowgate: g as u32 });
            }
        }
        self.load_demand(problem)
    }

    fn load_bounds(&mut self, bounds: &[Bound]) -> Result<(), DispatchError> {
        self.changed.clear();
        let known = self.bounds[..self.read].iter_mut().zip(bounds).zip(&self.at_upper);
        for (j, ((old, new), &at_upper)) in (0..).zip(known) {
            let same = |a: f64, b: f64| a.to_bits() == b.to_bits();
            if same(old.lower_mw, new.lower_mw) & same(old.cost_usd_per_mwh, new.cost_usd_per_mwh) {
                if same(old.upper_mw, new.upper_mw) {
                    continue;
                }
                // A bound at which the column does not stand matters only in pivots.
                let free = old.upper_mw > old.lower_mw && new.upper_mw > new.lower_mw;
                if free && !at_upper && new.upper_mw < f64::INFINITY {
                    old.upper_mw = new.upper_mw;
                    continue;
                }
            }
            self.changed.push(j);
        }
        self.changed.extend(self.read as u32..bounds.len() as u32);
        for at in 0..self.changed.len() {
            let j = self.changed[at] as usize;
            self.load_bound(j, bounds[j])?;
        }
        self.read = bounds.len();
        Ok(())
    }

    fn load_bound(&mut self, j: usize, bound: Bound) -> Result<(), DispatchError> {
        let Bound { lower_mw, upper_mw, cost_usd_per_mwh } = bound;
        if !(lower_mw <= upper_mw && (upper_mw - lower_mw + cost_usd_per_mwh).is_finite()) {
            return Err(DispatchError::Bound { column: ColumnId(j as u32), bound });
        }
        let old = std::mem::replace(&mut self.bounds[j], bound);
        let moves = if self.at_upper[j] { upper_mw != old.upper_mw } else { lower_mw != old.lower_mw };
        let mut place = moves || (upper_mw > lower_mw) != (old.upper_mw > old.lower_mw);
        if j >= self.read || cost_usd_per_mwh != old.cost_usd_per_mwh {
            self.cost[j] = cost_usd_per_mwh + self.perturbation * self.columns.tie(j);
            self.duals_stale |= self.is_basic[j];
            place = true;
        }
        if place {
            self.place_column(j);
        }
        Ok(())
    }

    fn load_ceilings(&mut self, problem: &DispatchProblem) {
        for at in (0..self.overloaded.len()).rev() {
            let overload = self.overloaded[at];
            let range = self.range(problem, overload.constraint);
            let bound = if overload.above { range.upper } else { range.lower };
            let dual = if overload.above { range.ceiling } else { -range.ceiling };
            if dual != overload.dual {
                self.duals_stale = true;
                self.overloaded[at].dual = dual;
            }
            if dual.is_infinite() || bound.is_infinite() {
                self.overloaded.remove(at);
                self.free(overload.constraint);
                self.duals_stale = true;
            }
        }
    }

    fn load_demand(&mut self, problem: &DispatchProblem) -> Result<(), DispatchError> {
        self.island_demand.clear();
        self.island_demand.resize(self.islands.count(), 0.0);
        let mut first = 0;
        for &(island, end) in &self.stretches {
            self.island_demand[island as usize] += sum(&problem.demand_mw[first..end as usize]);
            first = end as usize;
        }
        if let Some(topology) = &self.topology {
            self.loads.take(problem, &self.order, topology.shift_injection());
            let shifts = topology.shift_injection().iter().zip(&self.bus_at);
            for (injection, (shift, &bus)) in self.base_injection.iter_mut().zip(shifts) {
                *injection = shift - problem.demand_mw[bus as usize];
            }
        }
        if self.island_demand.iter().all(|demand| demand.is_finite()) {
            let unserved = self.island_idle.iter().zip(&self.island_demand);
            let at = unserved.map(|(&idle, &demand)| idle && demand.abs() > ROW_TOLERANCE).position(|u| u);
            return at.map_or(Ok(()), |i| {
                let (constraint, by_mw) = (Constraint::Island(i as u32), self.island_demand[i].abs());
                Err(DispatchError::Infeasible { constraint, by_mw })
            });
        }
        let bus = problem.demand_mw.iter().position(|demand| !demand.is_finite()).unwrap_or(0);
        Err(DispatchError::Demand { bus: bus as u32, demand_mw: problem.demand_mw[bus] })
    }

    /// The perturbation with which ties are broken: a function of the number of columns.
    pub(super) fn tie_usd_per_mwh(&self) -> f64 {
        (TIE_SPACING_USD_PER_MWH * self.columns.count() as f64).max(TIE_USD_PER_MWH)
    }

    /// Replaces the perturbation of costs.
    pub(super) fn perturb(&mut self, perturbation_usd_per_mwh: f64) {
        self.perturbation = perturbation_usd_per_mwh;
        for (j, (cost, bound)) in self.cost.iter_mut().zip(&self.bounds).enumerate() {
            *cost = bound.cost_usd_per_mwh + self.perturbation * self.columns.tie(j);
        }
        self.misplaced = true;
        self.duals_stale = true;
    }
}
