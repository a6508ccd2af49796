//! What happens inside the queue and what it asks of the world.

use serde::{Deserialize, Serialize};

use super::offer::Offer;
use super::request::{Exit, RequestId, RoundId};
use super::upgrade::UpgradeId;
use crate::grid::BranchId;
use crate::ledger::Cents;

/// Things that happen to the queue at their time. Inside one instant upgrades come before the
/// requests that wait for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum QueueEvent {
    /// An upgrade goes into service.
    UpgradeDone(UpgradeId),
    /// A process takes effect: waiting requests may come over to it.
    Reform(u32),
    /// A rule is asked again about a request that it made wait.
    Admit(RequestId),
    /// A window closes or a period of places begins, on the lane of this number.
    Close(u32),
    /// The first study of a round may begin.
    Begin(RoundId),
    /// A study's time is over; its physics is due.
    StudyDone(RoundId),
    /// The owner has to answer the offer.
    Decide(RequestId),
    /// The offer lapses.
    Expire(RequestId),
    /// The request gives up by chance.
    Quit(RequestId),
    /// A request that was put off is taken up again.
    Resume(RequestId),
    /// Building begins.
    Build(RequestId),
    /// First power.
    Energize(RequestId),
    /// The years of conditional service are over.
    Lapse(RequestId),
    /// The next step of the ramp.
    Ramp(RequestId),
}

/// What the queue hands to the world.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Call [`super::Queue::reform`] at this instant.
    ReformDue,
    /// Call [`super::Queue::admit`] at this instant.
    AdmissionDue(RequestId),
    /// Study the round ([`super::Queue::study`]) and call [`super::Queue::complete_study`] at this
    /// instant.
    StudyDue(RoundId),
    /// Ask the owner and call [`super::Queue::decide`] before the offer lapses.
    DecisionDue(RequestId, Box<Offer>),
    /// The request may draw (or feed in) this much from now on.
    Energized {
        /// Whose.
        request: RequestId,
        /// In all, not in addition.
        energized_mw: f64,
    },
    /// This much of the contract can be counted on from now on.
    Firm {
        /// Whose.
        request: RequestId,
        /// In all.
        firm_mw: f64,
    },
    /// A rating rises for good.
    RatingChanged {
        /// Whose.
        branch: BranchId,
        /// By how much.
        added_mw: f64,
    },
    /// A request has to take over an upgrade, or a part of one, whose payer dropped out.
    CostReassigned {
        /// Who pays now.
        request: RequestId,
        /// For what.
        upgrade: UpgradeId,
        /// How much.
        charge: Cents,
    },
    /// An earlier request that its offer counted on is gone: the offer is void and the study repeated.
    Restudy(RequestId),
    /// Gone by choice or by chance.
    Withdrawn(RequestId, Exit),
    /// Refused.
    Rejected(RequestId, Exit),
    /// The offer lapsed.
    Expired(RequestId, Exit),
}
