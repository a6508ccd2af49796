//! Rounds: requests that are studied together and answer together.
//!
//! ```text
//! begin_phase -> (desk) -> study -> reports -> all have answered -> conclude
//!      ^                                                               |
//!      |--- next phase ------------------------------------------------|
//!      '--- restudy: leaving has changed the cost of those who stay ---|
//!                                                                 sign all
//! ```
//!
//! Answers of a round take effect together, so nobody's answer depends on the order of being asked.
//! When the round signs, forfeited deposits (if they stay in the round) first pay what the members' shares
//! have grown by since their first report; what is left goes back to those who forfeited it, pro rata.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::money::{DEPOSITS_ACCOUNT, split};
use super::{Desk, Queue, QueueError, days};
use crate::interconnection::effect::{Effect, QueueEvent};
use crate::interconnection::office::Office;
use crate::interconnection::request::{Exit, RequestId, RoundId, Stage};
use crate::interconnection::track::{Basis, Phase, Restudy, Track};
use crate::interconnection::upgrade::{UpgradeId, UpgradeState};
use crate::kernel::{Schedule, SimSpan};
use crate::ledger::Cents;
use crate::names::Key;

/// Requests that are studied together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// Position of its lane.
    pub(super) lane: usize,
    /// Members that are still there, in order.
    pub(super) members: Vec<RequestId>,
    /// Its random draws belong to this.
    key: Key,
    phase: usize,
    /// Studies finished in all and in this phase.
    studies: u32,
    studies_of_phase: u32,
    restudies: u32,
    /// Whether somebody's leaving has changed the cost of others since the last study.
    pub(super) harmed: bool,
    /// Forfeited deposits that stay in the round, and by whom.
    pub(super) pool: Vec<(RequestId, Cents)>,
}

impl Round {
    /// Members that are still there, in order; also after signing.
    pub fn members(&self) -> &[RequestId] {
        &self.members
    }

    /// Position of the present phase.
    pub fn phase(&self) -> usize {
        self.phase
    }

    /// Studies finished, restudies included.
    pub fn studies(&self) -> u32 {
        self.studies
    }

    /// Forfeited deposits that it holds.
    pub fn pooled(&self) -> Cents {
        Cents(self.pool.iter().map(|(_, amount)| amount.0).sum())
    }
}

impl Queue {
    /// A round of these members, in a lane. A joint round has draws of its own; a round of one has those
    /// of its member.
    pub(super) fn open_round(&mut self, lane: usize, members: Vec<RequestId>, joint: bool) -> RoundId {
        let id = RoundId(self.rounds.len() as u32);
        let at = &mut self.lanes[lane];
        let key = if joint {
            at.joint_rounds += 1;
            Key::of(&self.tracks[at.track].name).part(at.joint_rounds)
        } else {
            self.requests[members[0].0 as usize].key
        };
        for &member in &members {
            self.requests[member.0 as usize].round = Some(id);
        }
        let round = Round {
            lane,
            key,
            phase: 0,
            studies: 0,
            studies_of_phase: 0,
            restudies: 0,
            harmed: false,
            pool: Vec::new(),
            members: members.clone(),
        };
        self.rounds.push(round);
        for member in members {
            self.reindex(member);
        }
        id
    }

    /// The process of a round: of one member that member's own, of several that of their lane.
    pub(super) fn track_of_round(&self, round: RoundId) -> &Track {
        let round = &self.rounds[round.0 as usize];
        match round.members[..] {
            [only] => self.track_of(only),
            _ => &self.tracks[self.lanes[round.lane].track],
        }
    }

    /// The present phase of a request's round, in the terms of its own track.
    pub(super) fn phase_of(&self, id: RequestId) -> (&Phase, usize) {
        let at = self.requests[id.0 as usize].round.map_or(0, |round| self.rounds[round.0 as usize].phase);
        let phases = &self.track_of(id).phases;
        (&phases[at.min(phases.len() - 1)], at)
    }

    /// What amounts of a request are reckoned from.
    pub(super) fn basis(&self, id: RequestId) -> Basis {
        let request = &self.requests[id.0 as usize];
        Basis {
            mw: request.application.requested_mw,
            upgrades_usd: request.allocated.as_usd(),
            studies_usd: request.studies_cost.as_usd(),
        }
    }

    /// The phase's fees are paid and the round goes to the office.
    pub(super) fn begin_phase<S: Schedule<QueueEvent>>(
        &mut self,
        round: RoundId,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        for id in self.rounds[round.0 as usize].members.clone() {
            let fee_usd = self.phase_of(id).0.fee.usd(self.basis(id));
            desk.cashier().study_fee(&mut self.requests[id.0 as usize], "study_fee", fee_usd)?;
        }
        self.hand_in(round, desk);
        Ok(())
    }

    /// Hands a round in for a study, which begins at once if a desk is free or none is needed.
    fn hand_in<S: Schedule<QueueEvent>>(&mut self, round: RoundId, desk: &mut Desk<'_, S>) {
        let lane = self.rounds[round.0 as usize].lane;
        match &mut self.lanes[lane].office {
            Some(office) => {
                office.arrive(round);
                self.begin_studies(lane, desk);
            }
            None => self.begin_study(round, desk),
        }
    }

    /// Gives free desks of a lane to whoever is next.
    pub(super) fn begin_studies<S: Schedule<QueueEvent>>(&mut self, lane: usize, desk: &mut Desk<'_, S>) {
        while let Some(round) = self.lanes[lane].office.as_mut().and_then(Office::begin) {
            self.begin_study(round, desk);
        }
    }

    fn begin_study<S: Schedule<QueueEvent>>(&mut self, round: RoundId, desk: &mut Desk<'_, S>) {
        for id in self.rounds[round.0 as usize].members.clone() {
            self.enter(id, Stage::Studying, desk);
            self.requests[id.0 as usize].study_began = true;
        }
        let at = &self.rounds[round.0 as usize];
        let phase = &self.track_of_round(round).phases[at.phase];
        let duration = if at.studies_of_phase == 0 { &phase.study } else { &phase.restudy };
        let span = duration.draw(&self.streams, at.key, u64::from(at.studies));
        desk.after(span, QueueEvent::StudyDone(round));
    }

    /// Takes note of a finished study.
    pub(super) fn count_study(&mut self, round: RoundId) {
        let at = &mut self.rounds[round.0 as usize];
        at.studies += 1;
        at.studies_of_phase += 1;
        at.harmed = false;
    }

    /// Whether the last report of a round was that of a restudy.
    pub(super) fn is_restudied(&self, round: RoundId) -> bool {
        self.rounds[round.0 as usize].studies_of_phase > 1
    }

    /// Typical time from a decision in a phase of the round to the last decision.
    pub(super) fn phases_to_come(&self, round: RoundId) -> SimSpan {
        let phases = &self.track_of_round(round).phases[self.rounds[round.0 as usize].phase + 1..];
        days(phases.iter().map(|phase| phase.study.median_days() + phase.decision_days).sum())
    }

    /// If all members of a round have answered: settles those who leave, and takes those who stay on.
    pub(super) fn conclude<S: Schedule<QueueEvent>>(
        &mut self,
        round: RoundId,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let members = self.rounds[round.0 as usize].members.clone();
        let answer = |id: &RequestId| {
            let request = &self.requests[id.0 as usize];
            request.answer.filter(|_| request.stage() == Stage::Offered)
        };
        if members.is_empty() || members.iter().any(|id| answer(id).is_none()) {
            return Ok(());
        }
        let ready = |id: &RequestId| {
            let under_control = self.requests[id.0 as usize].application.attributes.site_control_share;
            under_control >= self.phase_of(*id).0.site_control_share
        };
        let mut leavers = Vec::new();
        let mut stayers = Vec::new();
        for id in members {
            match (answer(&id) == Some(true), ready(&id)) {
                (true, true) => stayers.push(id),
                (true, false) => leavers.push((id, Exit::NotReady)),
                (false, _) => leavers.push((id, Exit::Declined)),
            }
        }
        let leaving: BTreeSet<RequestId> = leavers.iter().map(|(id, _)| *id).collect();
        let harm: Vec<bool> = leavers.iter().map(|&(id, _)| self.harms(id, &leaving)).collect();
        for ((id, exit), harm) in leavers.into_iter().zip(harm) {
            self.remove(id, Stage::Withdrawn, exit, harm, desk)?;
        }
        if stayers.is_empty() {
            return Ok(());
        }
        for &id in &stayers {
            let due = Cents::from_usd(self.phase_of(id).0.deposit.usd(self.basis(id)))?;
            desk.cashier().raise_readiness(&mut self.requests[id.0 as usize], due)?;
        }
        let at = &self.rounds[round.0 as usize];
        let track = self.track_of_round(round);
        let unstable =
            matches!(track.restudy, Restudy::UntilStable { most } if at.harmed && at.restudies < most);
        let last = at.phase + 1 == track.phases.len();
        if unstable || (last && stayers.iter().any(|&id| self.relies_on_nothing(id))) {
            self.restudy(round, false, desk)?;
        } else if last {
            self.keep_one_of_each_project(&mut stayers, desk)?;
            self.settle_round(round, desk)?;
            for id in stayers {
                self.sign(id, desk)?;
            }
        } else {
            let at = &mut self.rounds[round.0 as usize];
            (at.phase, at.studies_of_phase, at.restudies) = (at.phase + 1, 0, 0);
            self.take_back(round, desk);
            self.begin_phase(round, desk)?;
        }
        Ok(())
    }

    /// Of requests of one project in a round, only the first signs.
    fn keep_one_of_each_project<S: Schedule<QueueEvent>>(
        &mut self,
        stayers: &mut Vec<RequestId>,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let mut projects = BTreeSet::new();
        let mut twice = Vec::new();
        stayers.retain(|&id| {
            let project = self.requests[id.0 as usize].application.project.clone();
            let first = project.is_none_or(|project| projects.insert(project));
            if !first {
                twice.push(id);
            }
            first
        });
        let leaving: BTreeSet<RequestId> = twice.iter().copied().collect();
        for id in twice {
            let harm = self.harms(id, &leaving);
            self.remove(id, Stage::Withdrawn, Exit::BuiltElsewhere, harm, desk)?;
        }
        Ok(())
    }

    /// Whether an offer counts on an upgrade that was given up.
    fn relies_on_nothing(&self, id: RequestId) -> bool {
        let offer = self.requests[id.0 as usize].offer.as_ref();
        offer.is_some_and(|offer| {
            let state = |id: &UpgradeId| self.upgrades[id.0 as usize].state;
            offer.relied.iter().any(|id| state(id) == UpgradeState::Cancelled)
        })
    }

    /// Takes back the offers of a round, which waits for a study again.
    fn take_back<S: Schedule<QueueEvent>>(&mut self, round: RoundId, desk: &mut Desk<'_, S>) {
        for id in self.rounds[round.0 as usize].members.clone() {
            desk.schedule.cancel(QueueEvent::Decide(id));
            desk.schedule.cancel(QueueEvent::Expire(id));
            self.requests[id.0 as usize].answer = None;
            self.set_offer(id, None);
            self.enter(id, Stage::Filed, desk);
        }
    }

    /// Studies a round again, at its old place. Where its offers are `void`, nobody counts on them any
    /// more, and what they proposed is given up unless a signed request relies on it.
    pub(super) fn restudy<S: Schedule<QueueEvent>>(
        &mut self,
        round: RoundId,
        void: bool,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        if void {
            for id in self.rounds[round.0 as usize].members.clone() {
                for upgrade in self.index.proposals(id) {
                    if self.signed_dependent(upgrade).is_none() {
                        self.set_upgrade(upgrade, UpgradeState::Cancelled);
                    }
                }
                self.requests[id.0 as usize].counted_since = None;
            }
        }
        self.take_back(round, desk);
        for id in self.rounds[round.0 as usize].members.clone() {
            let fee_usd = self.track_of(id).restudy_fee.usd(self.basis(id));
            desk.cashier().study_fee(&mut self.requests[id.0 as usize], "restudy_fee", fee_usd)?;
            desk.effects.push(Effect::Restudy(id));
        }
        self.rounds[round.0 as usize].restudies += 1;
        self.hand_in(round, desk);
        Ok(())
    }

    /// Before a round signs: shares of those who left fall on those who stay, in proportion to theirs; the
    /// pool pays what shares have grown by since the first report, as far as it goes, and the rest of it
    /// is returned.
    fn settle_round<S: Schedule<QueueEvent>>(
        &mut self,
        round: RoundId,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let members = self.rounds[round.0 as usize].members.clone();
        let proposed: BTreeSet<UpgradeId> =
            members.iter().flat_map(|&member| self.index.proposals(member)).collect();
        for id in proposed {
            self.spread_orphaned(id, desk);
        }
        let grown = |id: &RequestId| {
            let request = &self.requests[id.0 as usize];
            request.allocated_first.map_or(0, |first| (request.allocated.0 - first.0).max(0))
        };
        let growth: Vec<i64> = members.iter().map(grown).collect();
        let pool = std::mem::take(&mut self.rounds[round.0 as usize].pool);
        let pooled: i64 = pool.iter().map(|(_, amount)| amount.0).sum();
        let relief = Cents(pooled.min(growth.iter().sum()));
        let weights: Vec<f64> = growth.iter().map(|&grown| grown as f64).collect();
        for (member, part) in members.iter().zip(split(relief, &weights)) {
            let owner = &self.requests[member.0 as usize].application.owner;
            desk.cashier().pay(DEPOSITS_ACCOUNT, owner, "withdrawal_relief", part)?;
        }
        self.return_pool(&pool, Cents(pooled - relief.0), desk)
    }

    /// Returns what is left of a pool to those who forfeited it, pro rata.
    pub(super) fn return_pool<S: Schedule<QueueEvent>>(
        &mut self,
        pool: &[(RequestId, Cents)],
        left: Cents,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let weights: Vec<f64> = pool.iter().map(|(_, amount)| amount.0 as f64).collect();
        for (&(leaver, _), part) in pool.iter().zip(split(left, &weights)) {
            let owner = &self.requests[leaver.0 as usize].application.owner;
            desk.cashier().pay(DEPOSITS_ACCOUNT, owner, "forfeit_refund", part)?;
        }
        Ok(())
    }

    /// Makes those who still pay for a proposed upgrade pay for all of it.
    fn spread_orphaned<S: Schedule<QueueEvent>>(&mut self, id: UpgradeId, desk: &mut Desk<'_, S>) {
        let upgrade = &mut self.upgrades[id.0 as usize];
        let paid: i64 = upgrade.shares.iter().map(|(_, share)| share.0).sum();
        let orphaned = Cents(upgrade.charge.0 - paid);
        if orphaned == Cents::ZERO {
            return;
        }
        let weights: Vec<f64> = upgrade.shares.iter().map(|(_, share)| share.0 as f64).collect();
        for ((sharer, share), part) in upgrade.shares.iter_mut().zip(split(orphaned, &weights)) {
            *share = Cents(share.0 + part.0);
            let request = &mut self.requests[sharer.0 as usize];
            request.allocated = request.allocated.saturating_add(part);
            if let Some(offer) = &mut request.offer {
                offer.upgrade_cost = offer.upgrade_cost.saturating_add(part);
            }
            if part != Cents::ZERO {
                desk.effects.push(Effect::CostReassigned { request: *sharer, upgrade: id, charge: part });
            }
        }
    }
}
