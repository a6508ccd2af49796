//! Several requests studied together: what they do to every branch, and who does how much of it.
//!
//! All transfers of a round are added to a snapshot at once. A branch is charged to the round by the same
//! three conditions as to a single request, with the growth of its overload taken over the whole round;
//! each transfer's impact on it is DFAX x MW in the direction of the overload. Shares of the cost follow
//! from the impacts by the rule of the process ([`CostShares`]).

use serde::{Deserialize, Serialize};

use super::request::Direction;
use super::study::{Limit, Overload};
use super::track::CostShares;
use crate::grid::{BranchId, BusId};

/// Power between a request's bus and the generators (or, for a generator, the load) of the region.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transfer {
    /// Where it attaches.
    pub bus: BusId,
    /// How much, MW.
    pub mw: f64,
    /// Into the bus (load) or out of it.
    pub direction: Direction,
}

/// A branch charged to a round, in its worst state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupOverload {
    /// The branch and its state before and after the whole round; `dfax` is that of the largest impact.
    pub overload: Overload,
    /// Per transfer in the round's order: DFAX, signed along the overload.
    pub dfax: Vec<f64>,
    /// Per transfer: DFAX x MW along the overload, MW; negative where a transfer relieves it.
    pub impact_mw: Vec<f64>,
}

impl GroupOverload {
    /// Each transfer's part of what the round has to pay; sums to 1, or to 0 where nobody in the queue
    /// pays.
    pub fn shares(&self, rule: CostShares) -> Vec<f64> {
        let weight = |(dfax, impact): (&f64, &f64)| match rule {
            CostShares::PerCapita => f64::from(u8::from(*impact > 0.0)),
            CostShares::Impact { dfax_min } if *dfax >= dfax_min => impact.max(0.0),
            CostShares::Causer | CostShares::PostageStamp | CostShares::Impact { .. } => 0.0,
        };
        let mut shares: Vec<f64> = self.dfax.iter().zip(&self.impact_mw).map(weight).collect();
        let sum: f64 = shares.iter().sum();
        let largest =
            (0..self.impact_mw.len()).max_by(|&a, &b| self.impact_mw[a].total_cmp(&self.impact_mw[b]));
        match (rule, largest) {
            (CostShares::PostageStamp, _) | (_, None) => {}
            _ if sum > 0.0 => shares.iter_mut().for_each(|share| *share /= sum),
            (_, Some(largest)) => shares[largest] = 1.0,
        }
        shares
    }
}

/// What a study says about one transfer of a round.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TransferOutcome {
    /// Branches that hold only because of upgrades on their way and how much of these it needs.
    pub relied: Vec<(BranchId, f64)>,
    /// What its bus could take without charge, before the round; `None` if nothing limits it.
    pub headroom: Option<Limit>,
    /// Megawatts that could be served without any upgrade if the rest were cut when needed.
    pub firm_mw: Option<f64>,
}

/// The result of a study of a round.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupOutcome {
    /// Branches charged to the round, in order of branches.
    pub charged: Vec<GroupOverload>,
    /// Per transfer, in the round's order.
    pub transfers: Vec<TransferOutcome>,
    /// Branches overloaded before the round and by how much at worst: the transmission owner's.
    pub pre_existing: Vec<(BranchId, f64)>,
}
