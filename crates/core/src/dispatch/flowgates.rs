//! Flowgates as weighted sums of branch flows.
//!
//! A flowgate that provides for the loss of branch `k` watches `sum_t w_t (f_t + LODF_tk f_k)`, where the
//! line outage distribution factor
//!
//! ```text
//!   LODF_tk = H_tk / (1 - H_kk),    H_tk = flow of t per MW injected at k's from end and withdrawn at its to end
//! ```
//!
//! holds for the present topology (`LODF_kk = -1`). So it is one more sum: the terms and the outaged branch
//! with the weight `sum_t w_t LODF_tk`. Flows of branches being known, all flowgates cost one pass over
//! their terms and no network solve.
//!
//! A flowgate that provides for a loss is idle when it is not in force, when a term or the outaged branch is out of
//! service, or when the loss would split the island (`|1 - H_kk|` below [`SPLIT`]). One that provides for none is an
//! interface: it is watched while any term is in service, and the others carry nothing.
//!
//! Cost of an update: per distinct outaged branch one solve that climbs the elimination tree from the ends
//! of that branch and comes down only to the ends of the terms.

use super::error::DispatchError;
use super::ldl::Partial;
use super::problem::{FlowBranch, Flowgate};
use super::topology::Topology;

/// A branch that carries more than this share of what its ends exchange is their only link.
const SPLIT: f64 = 1e-6;

/// All flowgates of a problem.
#[derive(Clone, Debug, Default)]
pub(super) struct Gates {
    /// Where the terms of each flowgate begin, and the end of the last; an idle one has none.
    start: Vec<u32>,
    /// Branches and weights, the outaged one last.
    terms: Vec<(u32, f64)>,
    /// Sum of the sizes of the weights, at least one.
    size: Vec<f64>,
    /// Flowgates by outaged branch, to share solves.
    order: Vec<(u32, u32)>,
    /// Weight of the outaged branch by flowgate.
    transferred: Vec<Option<f64>>,
    angle: Partial,
}

impl Gates {
    /// How many were taken over.
    pub(super) fn count(&self) -> usize {
        self.start.len().saturating_sub(1)
    }

    /// The branches of a flowgate with their weights; none when it is idle.
    pub(super) fn terms(&self, gate: u32) -> &[(u32, f64)] {
        &self.terms[self.start[gate as usize] as usize..self.start[gate as usize + 1] as usize]
    }

    /// By how much the rounding of one flow may grow in the sum.
    pub(super) fn size(&self, gate: u32) -> f64 {
        self.size[gate as usize]
    }

    /// Whether a flowgate is watched.
    pub(super) fn is_active(&self, gate: u32) -> bool {
        self.start[gate as usize] < self.start[gate as usize + 1]
    }

    /// The flow over every flowgate, given those of branches; zero for an idle one.
    pub(super) fn flows(&self, branch_flow: &[f64], gate_flow: &mut [f64]) {
        for (range, flow) in self.start.windows(2).zip(gate_flow) {
            let terms = &self.terms[range[0] as usize..range[1] as usize];
            *flow = terms.iter().map(|&(l, weight)| weight * branch_flow[l as usize]).sum();
        }
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.start.clear();
        self.terms.clear();
        self.size.clear();
    }

    /// Takes over the flowgates appended since the last call.
    pub(super) fn extend(
        &mut self,
        flowgates: &[Flowgate],
        branches: &[FlowBranch],
        topology: &Topology,
    ) -> Result<(), DispatchError> {
        let first = self.count();
        if first == flowgates.len() {
            return Ok(());
        }
        for (g, gate) in flowgates.iter().enumerate().skip(first) {
            let term = |&(l, weight): &(u32, f64)| (l as usize) < branches.len() && weight.is_finite();
            let outage = gate.outage.is_none_or(|k| (k as usize) < branches.len());
            if !gate.terms.iter().all(term) || !outage {
                return Err(DispatchError::Flowgate { flowgate: g as u32 });
            }
        }
        self.transfer(first, flowgates, branches, topology);
        if self.start.is_empty() {
            self.start.push(0);
        }
        for (gate, transferred) in flowgates[first..].iter().zip(&self.transferred) {
            if let Some(weight) = *transferred {
                self.terms.extend_from_slice(&gate.terms);
                self.terms.extend(gate.outage.map(|k| (k, weight)));
            }
            let own = &self.terms[self.start[self.start.len() - 1] as usize..];
            self.size.push(own.iter().map(|term| term.1.abs()).sum::<f64>().max(1.0));
            self.start.push(self.terms.len() as u32);
        }
        Ok(())
    }

    /// Fills `transferred` for the flowgates from `first` on: the weight with which the outaged branch
    /// counts (zero without one), none for idle flowgates.
    fn transfer(
        &mut self,
        first: usize,
        flowgates: &[Flowgate],
        branches: &[FlowBranch],
        topology: &Topology,
    ) {
        self.transferred.clear();
        self.order.clear();
        for (at, gate) in flowgates[first..].iter().enumerate() {
            let mut members = gate.terms.iter().map(|term| term.0).chain(gate.outage);
            let in_service = |l: u32| branches[l as usize].in_service;
            let live = gate.in_force
                && if gate.outage.is_some() { members.all(in_service) } else { members.any(in_service) };
            self.transferred.push((live && gate.outage.is_none()).then_some(0.0));
            if let (true, Some(k)) = (live, gate.outage) {
                self.order.push((k, at as u32));
            }
        }
        self.order.sort_unstable();
        let mut rest = &self.order[..];
        while let Some(&(k, _)) = rest.first() {
            let (same, others) = rest.split_at(rest.partition_point(|&(outage, _)| outage == k));
            rest = others;
            let own = topology.links()[k as usize];
            let gates = || same.iter().map(|&(_, at)| &flowgates[first + at as usize]);
            let wanted =
                gates().flat_map(|gate| gate.terms.iter().map(|term| topology.links()[term.0 as usize]));
            let ends = wanted.chain([own]).flat_map(|link| [link.from, link.to]);
            topology.angles_of_pair(own, ends, &mut self.angle);
            let share = |l: u32| {
                let link = topology.links()[l as usize];
                link.susceptance_mw_per_rad * (self.angle.at(link.from) - self.angle.at(link.to))
            };
            let left = 1.0 - share(k);
            if left.abs() < SPLIT {
                continue;
            }
            for &(_, at) in same {
                let gate = &flowgates[first + at as usize];
                let factor = |l: u32| if l == k { -1.0 } else { share(l) / left };
                let weight = gate.terms.iter().map(|&(l, weight)| weight * factor(l)).sum();
                self.transferred[at as usize] = Some(weight);
            }
        }
    }
}
