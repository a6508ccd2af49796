//! What others may see of the queue.

use std::collections::BTreeMap;

use super::{Queue, QueueError, QueueParams};
use crate::demand::ClassId;
use crate::grid::BusId;
use crate::interconnection::request::{Request, RequestId, Stage};
use crate::interconnection::study::StudyBranch;
use crate::interconnection::upgrade::{Upgrade, UpgradeId, UpgradeState};

/// Load that a study has to count on beyond what already draws power.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Commitment {
    /// Whose.
    pub request: RequestId,
    /// Where.
    pub bus: BusId,
    /// Contract demand that is not energized yet.
    pub mw: f64,
}

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

    /// All upgrades in order of proposal.
    pub fn upgrades(&self) -> impl ExactSizeIterator<Item = (UpgradeId, &Upgrade)> {
        self.upgrades.iter().enumerate().map(|(i, upgrade)| (UpgradeId(i as u32), upgrade))
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = RequestId> + use<> {
        (0..self.requests.len() as u32).map(RequestId)
    }

    /// The requests that a study of `id` made now counts on, in order: waiting ones with an earlier
    /// place, and all that hold an offer, have signed, or are ramping.
    pub(super) fn base(&self, id: RequestId) -> Vec<RequestId> {
        self.ids()
            .filter(|&other| {
                let stage = self.requests[other.0 as usize].stage();
                let standing =
                    matches!(stage, Stage::Offered | Stage::Agreement | Stage::Building | Stage::Energized);
                other != id && (standing || (other < id && stage.is_waiting()))
            })
            .collect()
    }

    /// Loads that a study of `id` made now must add to the grid's present state. Requests whose bus is
    /// not known yet are left out.
    pub fn commitments(&self, id: RequestId) -> Vec<Commitment> {
        self.base(id)
            .into_iter()
            .filter_map(|other| {
                let request = &self.requests[other.0 as usize];
                let mw = request.application.requested_mw - request.energized_mw();
                request.bus.map(|bus| Commitment { request: other, bus, mw })
            })
            .collect()
    }

    /// Adds the upgrades that are proposed or ordered to the branches of a study.
    pub fn add_planned(&self, branches: &mut [StudyBranch]) {
        for upgrade in self.upgrades.iter().filter(|upgrade| upgrade.is_pending()) {
            branches[upgrade.branch.0 as usize].planned_mw += upgrade.added_mw;
        }
    }

    /// Rating that ordered upgrades will add, for the first `branches`.
    pub fn ordered_mw(&self, branches: usize) -> Vec<f64> {
        let mut mw = vec![0.0; branches];
        for upgrade in &self.upgrades {
            if let (UpgradeState::Committed { .. }, Some(mw)) =
                (upgrade.state, mw.get_mut(upgrade.branch.0 as usize))
            {
                *mw += upgrade.added_mw;
            }
        }
        mw
    }

    /// Requests and megawatts by class and stage, in that order; stages without requests are left out.
    /// O(requests).
    pub fn stage_rows(&self) -> Vec<StageRow> {
        let mut rows: BTreeMap<(ClassId, Stage), StageRow> = BTreeMap::new();
        for request in &self.requests {
            let (class, stage) = (request.application.class, request.stage());
            let row = rows.entry((class, stage)).or_insert(StageRow {
                class,
                stage,
                requests: 0,
                requested_mw: 0.0,
                energized_mw: 0.0,
            });
            row.requests += 1;
            row.requested_mw += request.application.requested_mw;
            row.energized_mw += request.energized_mw();
        }
        rows.into_values().collect()
    }
}
