//! What a new load does to every branch, whom it owes what, and how much more a bus could take.
//!
//! A request of P megawatts at a bus is a transfer from generators, pro rata to their upward headroom
//! in a snapshot, to that bus. With DFAX = flow on a branch per megawatt transferred, the flow after
//! connection is `before + DFAX P`. A branch is charged to the request only if
//!
//! 1. the flow after exceeds the rating,
//! 2. |DFAX| is at least [`StudyRules::dfax_min`], and
//! 3. the overload grew by more than [`StudyRules::overload_growth_min`] of the rating.
//!
//! Of the megawatts that such a branch lacks, the part that it lacked before is the transmission
//! owner's. Ratings include upgrades that earlier requests have brought on their way; what would be
//! overloaded without these is *relied on*, and the request has to wait for it.
//!
//! Headroom of a bus = min over branches with |DFAX| >= `dfax_min` and over snapshots of
//! (rating - flow in the direction of the transfer) / |DFAX|, at least zero.
//!
//! Cost: per bus one flow solve ([`UnitFlows`]) and per study O(branches x snapshots).

use serde::{Deserialize, Serialize};

use super::transfer::{DcFlow, UnitFlows};
use super::upgrade::Remedy;
use crate::grid::{BranchId, BranchKind, BusId, Network};

/// Which states of the network a study covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Security {
    /// All branches in service.
    #[default]
    N0,
}

/// When a branch is charged to a request.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StudyRules {
    /// Smallest |DFAX| that counts. Default 0.03 (PJM's cost rule) `[S2]`.
    pub dfax_min: f64,
    /// Smallest growth of an overload that counts, as a part of the rating. Default 0.01, assumed.
    pub overload_growth_min: f64,
    /// States of the network that are studied. Default N-0.
    pub security: Security,
}

impl Default for StudyRules {
    fn default() -> StudyRules {
        StudyRules { dfax_min: 0.03, overload_growth_min: 0.01, security: Security::N0 }
    }
}

/// A state of the grid in which requests are studied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// A name such as "summer peak".
    pub name: String,
    /// Flow per branch, everything that is there already included.
    pub flow_mw: Vec<f64>,
    /// How much more the generators at a bus could produce; buses may repeat.
    pub upward_mw: Vec<(BusId, f64)>,
}

/// A branch as a study sees it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StudyBranch {
    /// Line or transformer.
    pub kind: BranchKind,
    /// Voltage; of a transformer the higher one.
    pub base_kv: f64,
    /// Length of a line, when known.
    pub length_mi: Option<f64>,
    /// Rating of one original circuit, the measure of standard upgrades; infinite when unlimited.
    pub circuit_mw: f64,
    /// Rating in service now.
    pub rating_mw: f64,
    /// Increase that upgrades on their way will bring.
    pub planned_mw: f64,
}

impl StudyBranch {
    /// The branches of a network as they are at the start, nothing planned.
    pub fn of_network(network: &Network) -> Vec<StudyBranch> {
        let kv = |bus| network.bus(bus).base_kv;
        network
            .branches()
            .map(|(_, branch)| StudyBranch {
                kind: branch.kind,
                base_kv: kv(branch.from).max(kv(branch.to)),
                length_mi: branch.length_mi,
                circuit_mw: branch.rating_mw,
                rating_mw: branch.rating_mw,
                planned_mw: 0.0,
            })
            .collect()
    }

    fn future_mw(&self) -> f64 {
        self.rating_mw + self.planned_mw
    }
}

/// What keeps a bus from taking more.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// How much more it can take.
    pub headroom_mw: f64,
    /// The branch that is then at its rating.
    pub branch: BranchId,
    /// The branch that is out in that state; none with all in service.
    pub outage: Option<BranchId>,
    /// Position of the snapshot.
    pub snapshot: usize,
    /// Flow on the branch per megawatt at the bus, signed.
    pub dfax: f64,
}

/// A branch charged to the request, in its worst snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overload {
    /// The branch.
    pub branch: BranchId,
    /// The branch that is out in that state; none with all in service.
    pub outage: Option<BranchId>,
    /// Position of the snapshot.
    pub snapshot: usize,
    /// Flow per megawatt transferred, signed.
    pub dfax: f64,
    /// Flow before the request, signed.
    pub before_mw: f64,
    /// Flow after it, signed.
    pub after_mw: f64,
    /// The branch as it was studied.
    pub studied: StudyBranch,
    /// The works that clear it, where the study itself says; otherwise the catalogue does.
    pub remedy: Option<Remedy>,
}

impl Overload {
    /// How much rating is lacking.
    pub fn lacking_mw(&self) -> f64 {
        self.after_mw.abs() - self.studied.future_mw()
    }

    /// The request's part of what is lacking, in (0, 1]; the rest was lacking before.
    pub fn own_share(&self) -> f64 {
        let lacked_before = self.before_mw.abs().max(self.studied.future_mw());
        ((self.after_mw.abs() - lacked_before) / self.lacking_mw()).min(1.0)
    }
}

/// The result of a study.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StudyOutcome {
    /// Branches charged to the request, in order of branches.
    pub charged: Vec<Overload>,
    /// Branches that hold only because of upgrades on their way and how much of these the request needs,
    /// in order of branches.
    pub relied: Vec<(BranchId, f64)>,
    /// Branches overloaded before the request and by how much at worst: the transmission owner's.
    pub pre_existing: Vec<(BranchId, f64)>,
    /// What the bus could take without any charge; `None` if nothing limits it.
    pub headroom: Option<Limit>,
}

/// Why a study cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StudyError {
    /// No generator can produce more.
    #[error("no generator has upward headroom in snapshot `{0}`")]
    NoSource(String),
    /// There is nothing to study.
    #[error("a study needs at least one snapshot")]
    NoSnapshot,
}

/// Snapshots, ratings and rules, ready for any number of buses.
#[derive(Debug)]
pub struct StudyCase<'a, F> {
    dc: &'a F,
    unit: &'a mut UnitFlows,
    snapshots: Vec<Snapshot>,
    source_flow: Vec<Vec<f64>>,
    branches: Vec<StudyBranch>,
    rules: StudyRules,
}

impl<'a, F: DcFlow> StudyCase<'a, F> {
    /// Prepares the source side of the transfer in every snapshot; one flow solve per snapshot.
    ///
    /// # Panics
    /// If a snapshot or `branches` has another number of branches than `unit`.
    pub fn new(
        dc: &'a F,
        unit: &'a mut UnitFlows,
        snapshots: Vec<Snapshot>,
        branches: Vec<StudyBranch>,
        rules: StudyRules,
    ) -> Result<StudyCase<'a, F>, StudyError> {
        if snapshots.is_empty() {
            return Err(StudyError::NoSnapshot);
        }
        assert_eq!(branches.len(), unit.branches(), "branches of the study and of the flows");
        let mut source_flow = Vec::with_capacity(snapshots.len());
        for snapshot in &snapshots {
            assert_eq!(snapshot.flow_mw.len(), branches.len(), "branches of snapshot {}", snapshot.name);
            let total_mw: f64 = snapshot.upward_mw.iter().map(|(_, mw)| mw.max(0.0)).sum();
            if total_mw <= 0.0 {
                return Err(StudyError::NoSource(snapshot.name.clone()));
            }
            let shares: Vec<_> =
                snapshot.upward_mw.iter().map(|&(bus, mw)| (bus, mw.max(0.0) / total_mw)).collect();
            source_flow.push(unit.mix(dc, &shares));
        }
        Ok(StudyCase { dc, unit, snapshots, source_flow, branches, rules })
    }

    /// The snapshots, commitments included.
    pub fn snapshots(&self) -> &[Snapshot] {
        &self.snapshots
    }

    /// Flow per branch for one megawatt transferred to `bus` in a snapshot.
    pub fn dfax(&mut self, bus: BusId, snapshot: usize) -> Vec<f64> {
        let row = self.unit.row(self.dc, bus);
        self.source_flow[snapshot].iter().zip(row).map(|(source, sink)| source - sink).collect()
    }

    /// Adds a load that others have to count on to every snapshot.
    pub fn commit(&mut self, bus: BusId, mw: f64) {
        let row = self.unit.row(self.dc, bus);
        for (snapshot, source_flow) in self.snapshots.iter_mut().zip(&self.source_flow) {
            for ((flow_mw, source), sink) in snapshot.flow_mw.iter_mut().zip(source_flow).zip(row) {
                *flow_mw += mw * (source - sink);
            }
        }
    }

    /// What limits more load at `bus`; `None` if nothing does. The first branch of the first snapshot
    /// wins ties.
    pub fn headroom(&mut self, bus: BusId) -> Option<Limit> {
        let Security::N0 = self.rules.security;
        let row = self.unit.row(self.dc, bus);
        let mut tightest: Option<Limit> = None;
        for (snapshot, (state, source_flow)) in self.snapshots.iter().zip(&self.source_flow).enumerate() {
            for (i, branch) in self.branches.iter().enumerate() {
                let dfax = source_flow[i] - row[i];
                if dfax.abs() < self.rules.dfax_min {
                    continue;
                }
                let along_mw = if dfax > 0.0 { state.flow_mw[i] } else { -state.flow_mw[i] };
                let headroom_mw = ((branch.future_mw() - along_mw) / dfax.abs()).max(0.0);
                if headroom_mw < tightest.map_or(f64::INFINITY, |limit| limit.headroom_mw) {
                    let branch = BranchId(i as u32);
                    tightest = Some(Limit { headroom_mw, branch, outage: None, snapshot, dfax });
                }
            }
        }
        tightest
    }

    /// Whether the headroom of `bus` exceeds `mw`; leaves at the first branch that says no.
    pub fn has_more_than(&mut self, bus: BusId, mw: f64) -> bool {
        let row = self.unit.row(self.dc, bus);
        self.snapshots.iter().zip(&self.source_flow).all(|(state, source_flow)| {
            self.branches.iter().enumerate().all(|(i, branch)| {
                let dfax = source_flow[i] - row[i];
                let along_mw = if dfax > 0.0 { state.flow_mw[i] } else { -state.flow_mw[i] };
                dfax.abs() < self.rules.dfax_min || branch.future_mw() - along_mw > mw * dfax.abs()
            })
        })
    }

    /// Studies a load of `mw` at `bus`.
    pub fn study(&mut self, bus: BusId, mw: f64) -> StudyOutcome {
        let headroom = self.headroom(bus);
        let row = self.unit.row(self.dc, bus);
        let mut outcome = StudyOutcome { headroom, ..StudyOutcome::default() };
        for (i, &studied) in self.branches.iter().enumerate() {
            let branch = BranchId(i as u32);
            let mut worst: Option<Overload> = None;
            let (mut relied_mw, mut lacked_before_mw) = (0.0_f64, 0.0_f64);
            for (snapshot, (state, source_flow)) in self.snapshots.iter().zip(&self.source_flow).enumerate() {
                let dfax = source_flow[i] - row[i];
                let before_mw = state.flow_mw[i];
                let after_mw = before_mw + dfax * mw;
                lacked_before_mw = lacked_before_mw.max(before_mw.abs() - studied.future_mw());
                if dfax.abs() < self.rules.dfax_min {
                    continue;
                }
                let least_growth = self.rules.overload_growth_min;
                if studied.planned_mw > 0.0 && grows(before_mw, after_mw, studied.rating_mw, least_growth) {
                    relied_mw = relied_mw.max(after_mw.abs() - studied.rating_mw);
                }
                if grows(before_mw, after_mw, studied.future_mw(), least_growth) {
                    let overload = Overload {
                        branch,
                        outage: None,
                        snapshot,
                        dfax,
                        before_mw,
                        after_mw,
                        studied,
                        remedy: None,
                    };
                    if worst.is_none_or(|worst| overload.lacking_mw() > worst.lacking_mw()) {
                        worst = Some(overload);
                    }
                }
            }
            outcome.charged.extend(worst);
            if relied_mw > 0.0 {
                outcome.relied.push((branch, relied_mw.min(studied.planned_mw)));
            }
            if lacked_before_mw > 0.0 {
                outcome.pre_existing.push((branch, lacked_before_mw));
            }
        }
        outcome
    }
}

/// Whether a branch is overloaded after and its overload grew by more than a part of its rating.
pub(super) fn grows(before_mw: f64, after_mw: f64, rating_mw: f64, least_growth: f64) -> bool {
    let overload_after = after_mw.abs() - rating_mw;
    let overload_before = (before_mw.abs() - rating_mw).max(0.0);
    overload_after > 0.0 && overload_after - overload_before > least_growth * rating_mw
}

#[cfg(test)]
mod tests;
