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
//! A generator is the same transfer the other way: from its bus to the generators that it displaces, pro
//! rata to what they produce in the snapshot; load stays as it is. A snapshot says for whom it is studied.
//!
//! Where security is N-1 ([`Security::N1`]) every branch is also looked at after the loss of each other one
//! (`losses`), against its emergency rating. What it lacks then is counted in continuous rating.
//!
//! Headroom of a bus = min over states (branch, outage, snapshot) with |DFAX| >= `dfax_min` of
//! (rating - flow in the direction of the transfer) / |DFAX|, at least zero.
//!
//! Cost: per bus one flow solve ([`UnitFlows`]) and per study O(states).

mod case;
mod firm;
mod losses;
mod round;

use serde::{Deserialize, Serialize};

use super::request::Direction;
use super::upgrade::Remedy;
use crate::grid::{BranchId, BranchKind, BusId, Network};

pub use case::StudyCase;
pub(super) use losses::Losses;

/// Which states of the network a study covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Security {
    /// All branches in service.
    #[default]
    N0,
    /// And after the loss of any one branch. The loss of a branch that alone connects what lies behind it
    /// reroutes nothing: that load is lost with it.
    N1,
}

/// Which generators serve a load under study; those that a generator displaces are found in the same way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Those of the region, pro rata to what more they could produce.
    #[default]
    Headroom,
    /// The same for charges and headroom; what is firm without works is the most that redispatch allows.
    Redispatch,
    /// Those of the zone of its bus, pro rata; of the region where that has none.
    Local,
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
    /// Which generators serve it. Default those of the region by headroom.
    pub source: Source,
}

impl Default for StudyRules {
    fn default() -> StudyRules {
        StudyRules {
            dfax_min: 0.03,
            overload_growth_min: 0.01,
            security: Security::N0,
            source: Source::Headroom,
        }
    }
}

/// A state of the grid in which requests are studied.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// A name such as "summer peak".
    pub name: String,
    /// Flow per branch, everything that is there already included.
    pub flow_mw: Vec<f64>,
    /// How much more the generators at a bus could produce; buses may repeat.
    pub upward_mw: Vec<(BusId, f64)>,
    /// How much less they could produce, which is what a new generator displaces; where that is nothing,
    /// it displaces those that could produce more.
    pub downward_mw: Vec<(BusId, f64)>,
    /// The only direction that is studied here; `None` if both are.
    pub only: Option<Direction>,
}

impl Snapshot {
    /// Whether requests of this direction are studied here.
    pub fn is_for(&self, direction: Direction) -> bool {
        self.only.is_none_or(|only| only == direction)
    }
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
    /// Rating after the loss of another branch over the continuous one, at least one.
    pub emergency_ratio: f64,
}

/// Emergency over continuous rating where a network gives none. Assumed.
pub const EMERGENCY_RATIO: f64 = 1.15;

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
                emergency_ratio: (branch.emergency_rating_mw)
                    .filter(|_| branch.rating_mw > 0.0 && branch.rating_mw.is_finite())
                    .map_or(EMERGENCY_RATIO, |mw| (mw / branch.rating_mw).max(1.0)),
            })
            .collect()
    }

    /// Continuous rating with the upgrades on their way.
    pub fn future_mw(&self) -> f64 {
        self.rating_mw + self.planned_mw
    }

    /// What the rating is multiplied with in a state.
    fn ratio(&self, outage: Option<BranchId>) -> f64 {
        outage.map_or(1.0, |_| self.emergency_ratio)
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
    /// How much continuous rating is lacking.
    pub fn lacking_mw(&self) -> f64 {
        self.after_mw.abs() / self.studied.ratio(self.outage) - self.studied.future_mw()
    }

    /// The request's part of what is lacking, in (0, 1]; the rest was lacking before.
    pub fn own_share(&self) -> f64 {
        let ratio = self.studied.ratio(self.outage);
        let lacked_before = (self.before_mw.abs() / ratio).max(self.studied.future_mw());
        ((self.after_mw.abs() / ratio - lacked_before) / self.lacking_mw()).min(1.0)
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

/// Whether a branch is overloaded after and its overload grew by more than a part of its rating.
pub(super) fn grows(before_mw: f64, after_mw: f64, rating_mw: f64, least_growth: f64) -> bool {
    let overload_after = after_mw.abs() - rating_mw;
    let overload_before = (before_mw.abs() - rating_mw).max(0.0);
    overload_after > 0.0 && overload_after - overload_before > least_growth * rating_mw
}

#[cfg(test)]
mod tests;
