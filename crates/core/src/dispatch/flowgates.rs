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
//! Shares `H` in the factored network are kept; a change of topology corrects them for the branches that are
//! out. Cost of an update: a pass over the terms; for what is new, per distinct outaged branch one solve that
//! climbs the elimination tree from the ends of that branch and comes down only to the ends of the terms.

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
    /// The factor to which `known` belongs.
    edition: u64,
    known: Vec<Known>,
    /// Flowgates whose shares are missing by outaged branch, to share solves.
    order: Vec<(u32, u32)>,
    /// Weight of the outaged branch by flowgate.
    transferred: Vec<Option<f64>>,
    angle: Partial,
}

/// A flowgate and its shares in the factored network.
#[derive(Clone, Debug, Default)]
struct Known {
    terms: Vec<(u32, f64)>,
    outage: Option<u32>,
    /// Whether it is in force and its branches are in service: all of them, of an interface any.
    live: bool,
    /// Flow of each term per MW from end to end of the outaged branch.
    shares: Vec<f64>,
    /// The same of the outaged branch; none until it is needed.
    own_share: Option<f64>,
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

    /// Forgets all but the shares.
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
        if self.edition != topology.edition() {
            self.edition = topology.edition();
            self.known.clear();
        }
        self.known.resize_with(flowgates.len(), Known::default);
        self.order.clear();
        for (g, (gate, known)) in flowgates.iter().zip(&mut self.known).enumerate().skip(first) {
            if known.outage != gate.outage || known.terms != gate.terms {
                *known = Known { terms: gate.terms.clone(), outage: gate.outage, ..Known::default() };
            }
            let mut members = gate.terms.iter().map(|term| term.0).chain(gate.outage);
            let in_service = |l: u32| branches[l as usize].in_service;
            known.live = gate.in_force
                && if gate.outage.is_some() { members.all(in_service) } else { members.any(in_service) };
            if let (true, Some(k), None) = (known.live, gate.outage, known.own_share) {
                self.order.push((k, g as u32));
            }
        }
        self.find_shares(topology);
        self.transferred.clear();
        self.transferred.extend(self.known[first..].iter().map(|known| known.transferred(topology)));
    }

    /// Fills the shares of the flowgates in `order`, those of one outage from one solve.
    fn find_shares(&mut self, topology: &Topology) {
        self.order.sort_unstable();
        for same in self.order.chunk_by(|a, b| a.0 == b.0) {
            let k = same[0].0;
            let terms = same.iter().flat_map(|&(_, g)| &self.known[g as usize].terms);
            topology.angles_of_pair(k, terms.map(|term| term.0), &mut self.angle);
            for &(_, g) in same {
                let known = &mut self.known[g as usize];
                known.own_share = Some(topology.whole_share(k, &self.angle));
                let shares = known.terms.iter().map(|term| topology.whole_share(term.0, &self.angle));
                known.shares = shares.collect();
            }
        }
    }
}

impl Known {
    /// The weight of the outaged branch in the present network, zero without one; none when idle.
    fn transferred(&self, topology: &Topology) -> Option<f64> {
        let (Some(k), true) = (self.outage, self.live) else { return self.live.then_some(0.0) };
        let left = 1.0 - topology.share(k, k, self.own_share?);
        if left.abs() < SPLIT {
            return None;
        }
        let factor = |l, share| if l == k { -1.0 } else { topology.share(l, k, share) / left };
        Some(
            self.terms.iter().zip(&self.shares).map(|(&(l, weight), &share)| weight * factor(l, share)).sum(),
        )
    }
}
