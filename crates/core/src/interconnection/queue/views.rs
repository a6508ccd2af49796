//! What others may see of the queue.

use super::{Queue, QueueError, QueueParams, Round};
use crate::demand::ClassId;
use crate::interconnection::group::Transfer;
use crate::interconnection::request::{Request, RequestId, RoundId, Stage};
use crate::interconnection::study::StudyBranch;
use crate::interconnection::upgrade::{Upgrade, UpgradeId, UpgradeState};

/// Contract that a study has to count on beyond what already flows, at one bus.
pub type Commitment = Transfer;

/// Requests of one class in one stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StageRow {
    /// The class.
    pub class: ClassId,
    /// The stage.
    pub stage: Stage,
    /// How many requests.
    pub requests: u32,
    /// What they asked for.
    pub requested_mw: f64,
    /// What they may draw now.
    pub energized_mw: f64,
}

impl Queue {
    /// The parameters.
    pub fn params(&self) -> &QueueParams {
        &self.params
    }

    /// A request.
    pub fn request(&self, id: RequestId) -> Result<&Request, QueueError> {
        self.requests.get(id.0 as usize).ok_or(QueueError::Unknown(id.0))
    }

    /// All requests in order of filing.
    pub fn requests(&self) -> impl ExactSizeIterator<Item = (RequestId, &Request)> {
        self.requests.iter().enumerate().map(|(i, request)| (RequestId(i as u32), request))
    }

    /// Requests that are not gone, in order of filing.
    pub fn living(&self) -> impl Iterator<Item = (RequestId, &Request)> {
        self.index.living.iter().map(|&id| (id, &self.requests[id.0 as usize]))
    }

    /// All rounds in order of their places.
    pub fn rounds(&self) -> impl ExactSizeIterator<Item = (RoundId, &Round)> {
        self.rounds.iter().enumerate().map(|(i, round)| (RoundId(i as u32), round))
    }

    /// All upgrades in order of proposal.
    pub fn upgrades(&self) -> impl ExactSizeIterator<Item = (UpgradeId, &Upgrade)> {
        self.upgrades.iter().enumerate().map(|(i, upgrade)| (UpgradeId(i as u32), upgrade))
    }

    /// An upgrade.
    pub fn upgrade(&self, id: UpgradeId) -> Option<&Upgrade> {
        self.upgrades.get(id.0 as usize)
    }

    /// What a study of `round` made now must add to the grid's present state, by bus and direction.
    /// Requests whose bus is not known yet are left out.
    pub fn commitments(&self, round: RoundId) -> Vec<Commitment> {
        self.booked_mw(round)
    }

    /// Adds the upgrades on which a study of `round` can count to the branches: those that are proposed or
    /// ordered, but for its own proposals, which it makes anew.
    pub fn add_planned(&self, round: RoundId, branches: &mut [StudyBranch]) {
        let own = self.own_proposals(round);
        for (branch, upgrades) in &self.index.pending {
            for id in upgrades.iter().filter(|id| !own.contains(id)) {
                branches[branch.0 as usize].planned_mw += self.upgrades[id.0 as usize].added_mw;
            }
        }
    }

    /// Rating that ordered upgrades will add, for the first `branches`.
    pub fn ordered_mw(&self, branches: usize) -> Vec<f64> {
        let mut mw = vec![0.0; branches];
        for (branch, upgrades) in &self.index.pending {
            let Some(mw) = mw.get_mut(branch.0 as usize) else { continue };
            for upgrade in upgrades.iter().map(|id| &self.upgrades[id.0 as usize]) {
                if let UpgradeState::Committed { .. } = upgrade.state {
                    *mw += upgrade.added_mw;
                }
            }
        }
        mw
    }
}
