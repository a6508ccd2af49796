//! The effect on flows of one more megawatt at a bus, solved once per bus and kept.
//!
//! Flows of a lossless DC network are linear in injections, so the flow pattern of any transfer is a
//! sum of patterns "one megawatt in at a bus, out at the reference bus"; the reference cancels in every
//! balanced sum. One solve per bus serves all snapshots and all requests until the topology changes.
//! Memory: buses asked for x branches x 8 bytes.

use super::study::Losses;
use crate::dispatch::Topology;
use crate::grid::{BranchId, BusId};

/// Flows of a connected network for balanced injections.
pub trait DcFlow {
    /// Writes the flow of every branch, positive from its first to its second bus, for injections (one
    /// per bus, positive into the network) that sum to zero.
    fn flows(&self, injection_mw: &[f64], flow_mw: &mut [f64]);

    /// The buses that a branch joins.
    fn ends(&self, branch: BranchId) -> (BusId, BusId);
}

/// Flows are linear in injections only without phase shifts: a study takes a topology whose branches
/// have none (shifts are part of the base flows of a snapshot).
impl DcFlow for Topology {
    fn flows(&self, injection_mw: &[f64], flow_mw: &mut [f64]) {
        let mut flows = Vec::with_capacity(flow_mw.len());
        Topology::flows(self, injection_mw, &mut flows);
        flow_mw.copy_from_slice(&flows);
    }

    fn ends(&self, branch: BranchId) -> (BusId, BusId) {
        let (from, to) = Topology::ends(self, branch.0);
        (BusId(from), BusId(to))
    }
}

/// Flow patterns of unit injections. A derived cache: it is rebuilt to the same bits and never saved.
#[derive(Clone, Debug)]
pub struct UnitFlows {
    reference: BusId,
    branches: usize,
    rows: Vec<Option<Box<[f64]>>>,
    /// What the loss of each branch does, once asked for.
    pub(super) losses: Option<Losses>,
}

impl UnitFlows {
    /// An empty cache for a network of that size. The reference bus must exist.
    pub fn new(buses: usize, branches: usize, reference: BusId) -> UnitFlows {
        assert!((reference.0 as usize) < buses, "the reference bus is not in the network");
        UnitFlows { reference, branches, rows: vec![None; buses], losses: None }
    }

    /// Forgets all patterns; to be called when the topology or a reactance changes.
    pub fn clear(&mut self) {
        self.rows.fill(None);
        self.losses = None;
    }

    /// Number of buses.
    pub fn buses(&self) -> usize {
        self.rows.len()
    }

    /// Number of branches.
    pub fn branches(&self) -> usize {
        self.branches
    }

    /// Flow per branch for one megawatt in at `bus` and out at the reference bus. One solve at the first
    /// call, O(1) afterwards.
    pub fn row(&mut self, dc: &impl DcFlow, bus: BusId) -> &[f64] {
        let (buses, branches, reference) = (self.rows.len(), self.branches, self.reference);
        self.rows[bus.0 as usize].get_or_insert_with(|| {
            let mut injection_mw = vec![0.0; buses];
            injection_mw[bus.0 as usize] += 1.0;
            injection_mw[reference.0 as usize] -= 1.0;
            let mut flow_mw = vec![0.0; branches].into_boxed_slice();
            dc.flows(&injection_mw, &mut flow_mw);
            flow_mw
        })
    }

    /// The pattern of a bus that was asked for before.
    ///
    /// # Panics
    /// If it was not.
    pub(super) fn known(&self, bus: BusId) -> &[f64] {
        self.rows[bus.0 as usize].as_deref().unwrap_or_else(|| panic!("bus {} was not asked for", bus.0))
    }

    /// Flow per branch for injections of the given shares, out at the reference bus. One solve.
    pub fn mix(&self, dc: &impl DcFlow, shares: &[(BusId, f64)]) -> Vec<f64> {
        let mut injection_mw = vec![0.0; self.rows.len()];
        for &(bus, share) in shares {
            injection_mw[bus.0 as usize] += share;
            injection_mw[self.reference.0 as usize] -= share;
        }
        let mut flow_mw = vec![0.0; self.branches];
        dc.flows(&injection_mw, &mut flow_mw);
        flow_mw
    }
}
