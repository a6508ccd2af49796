//! Leaving the queue, and what that means for those who counted on the one who left.

use std::collections::BTreeSet;

use super::index::visit;
use super::{Desk, Queue, QueueError};
use crate::interconnection::effect::{Effect, QueueEvent};
use crate::interconnection::request::{Exit, RequestId, RoundId, Stage};
use crate::interconnection::track::{Forfeits, Penalty, Restudy};
use crate::interconnection::upgrade::{UpgradeId, UpgradeState};
use crate::kernel::Schedule;
use crate::ledger::Cents;

/// Those who left or whose offers are void, as far as others can have counted on them.
pub(super) struct Causes {
    first_place: Option<RoundId>,
    counted_since: Option<u64>,
}

impl Causes {
    /// Nobody.
    pub(super) const NONE: Causes = Causes { first_place: None, counted_since: None };

    fn any(&self) -> bool {
        self.first_place.is_some() || self.counted_since.is_some()
    }

    /// Adds another one; true if that may concern more offers.
    fn take_in(&mut self, place: Option<RoundId>, since: Option<u64>) -> bool {
        let before = (self.first_place, self.counted_since);
        self.first_place = self.first_place.into_iter().chain(place).min();
        self.counted_since = self.counted_since.into_iter().chain(since).min();
        before != (self.first_place, self.counted_since)
    }
}

impl Queue {
    /// Ends a waiting request, and concludes its round if only its answer was missing.
    pub(super) fn leave<S: Schedule<QueueEvent>>(
        &mut self,
        id: RequestId,
        stage: Stage,
        exit: Exit,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let harm = self.harms(id, &BTreeSet::from([id]));
        self.remove(id, stage, exit, harm, desk)?;
        match self.requests[id.0 as usize].round {
            Some(round) => self.conclude(round, desk),
            None => Ok(()),
        }
    }

    /// Whether leaving changes what others have to pay or wait for: somebody else who is not `leaving` has
    /// a part in what it proposes, or relies on it.
    pub(super) fn harms(&self, id: RequestId, leaving: &BTreeSet<RequestId>) -> bool {
        self.index.proposals(id).into_iter().any(|upgrade| {
            let sharers = self.upgrades[upgrade.0 as usize].shares.iter().map(|(sharer, _)| *sharer);
            let stays = |other: RequestId| {
                visit(1);
                !leaving.contains(&other) && self.requests[other.0 as usize].stage().is_waiting()
            };
            sharers.chain(self.index.relying_on(upgrade)).any(stays)
        })
    }

    /// Ends a waiting request: its events, deposits, proposed upgrades, and the offers that counted on it.
    pub(super) fn remove<S: Schedule<QueueEvent>>(
        &mut self,
        id: RequestId,
        stage: Stage,
        exit: Exit,
        harm: bool,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let was = self.requests[id.0 as usize].stage();
        debug_assert!(stage.is_gone() && was.is_waiting());
        let kept = match stage {
            Stage::Rejected => [Cents::ZERO; 3],
            _ => self.forfeited(id, was, harm)?,
        };
        let lane = self.detach(id, desk);
        desk.schedule.cancel(QueueEvent::Quit(id));
        self.enter(id, stage, desk);
        let round = self.requests[id.0 as usize].round;
        let pooled = !was.is_signed() && self.track_of(id).forfeits == Forfeits::Round && round.is_some();
        let request = &mut self.requests[id.0 as usize];
        request.exit = Some(exit);
        request.set_by = None;
        let causes = Causes { first_place: request.round, counted_since: request.counted_since };
        let forfeited = desk.cashier().settle_leaver(request, kept, pooled)?;
        desk.effects.push(match stage {
            Stage::Rejected => Effect::Rejected(id, exit),
            Stage::Expired => Effect::Expired(id, exit),
            _ => Effect::Withdrawn(id, exit),
        });
        if let Some(project) = &self.requests[id.0 as usize].application.project
            && let Some(siblings) = self.index.projects.get_mut(project)
        {
            siblings.remove(&id);
        }
        for upgrade in self.requests[id.0 as usize].offer.iter().flat_map(|offer| &offer.relied) {
            self.index.relying.remove(&(*upgrade, id));
        }
        if let Some(round) = round {
            let at = &mut self.rounds[round.0 as usize];
            at.harmed |= harm;
            if pooled && forfeited > Cents::ZERO {
                at.pool.push((id, forfeited));
            }
            self.close_if_empty(round, desk)?;
        }
        self.cancel_station(id, desk);
        self.drop_proposals(id, desk)?;
        self.restudy_dependents(causes, desk)?;
        self.begin_studies(lane, desk);
        Ok(())
    }

    /// Returns the pool of a round that nobody is left in.
    pub(super) fn close_if_empty<S: Schedule<QueueEvent>>(
        &mut self,
        round: RoundId,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let at = &mut self.rounds[round.0 as usize];
        if !at.members.is_empty() {
            return Ok(());
        }
        let pool = std::mem::take(&mut at.pool);
        let left = Cents(pool.iter().map(|(_, amount)| amount.0).sum());
        self.return_pool(&pool, left, desk)
    }

    /// Takes a request out of its lane and round, and its events out of the calendar; returns its lane.
    pub(super) fn detach<S: Schedule<QueueEvent>>(&mut self, id: RequestId, desk: &mut Desk<'_, S>) -> usize {
        for event in [
            QueueEvent::Admit(id),
            QueueEvent::Decide(id),
            QueueEvent::Expire(id),
            QueueEvent::Resume(id),
            QueueEvent::Build(id),
            QueueEvent::Energize(id),
        ] {
            desk.schedule.cancel(event);
        }
        let lane = self.lane_of(id);
        self.lanes[lane].gathering.remove(&id);
        if let Some(round) = self.requests[id.0 as usize].round {
            let members = &mut self.rounds[round.0 as usize].members;
            members.retain(|member| *member != id);
            if members.is_empty() {
                desk.schedule.cancel(QueueEvent::StudyDone(round));
                desk.schedule.cancel(QueueEvent::Begin(round));
                let lane = self.rounds[round.0 as usize].lane;
                self.lanes[lane].leave(round);
            }
        }
        lane
    }

    /// What leaving costs a request of its application deposit, readiness deposit and security.
    fn forfeited(&self, id: RequestId, was: Stage, harm: bool) -> Result<[Cents; 3], QueueError> {
        let request = &self.requests[id.0 as usize];
        let application = if request.study_began { request.application_deposit } else { Cents::ZERO };
        if was.is_signed() {
            let penalty = &self.track_of(id).signed_penalty;
            return Ok([application, Cents::ZERO, self.penalty(id, penalty, request.security, harm)?]);
        }
        let readiness = self.leaving_cost(id, request.readiness, harm)?;
        Ok([application, readiness, Cents::ZERO])
    }

    /// What leaving before signing costs of a readiness deposit of `held`: nothing before the first report.
    pub(super) fn leaving_cost(&self, id: RequestId, held: Cents, harm: bool) -> Result<Cents, QueueError> {
        let phases = &self.track_of(id).phases;
        let request = &self.requests[id.0 as usize];
        let Some(at) = request.reported_phase else { return Ok(Cents::ZERO) };
        let phase = &phases[at.min(phases.len() - 1)];
        let after_restudy = phase.restudy_penalty.as_ref().filter(|_| request.reported_restudy);
        self.penalty(id, after_restudy.unwrap_or(&phase.penalty), held, harm)
    }

    /// A penalty out of `held`.
    fn penalty(
        &self,
        id: RequestId,
        penalty: &Penalty,
        held: Cents,
        harm: bool,
    ) -> Result<Cents, QueueError> {
        let request = &self.requests[id.0 as usize];
        let grew = |more: f64| {
            (request.allocated_before)
                .is_some_and(|before| request.allocated.as_usd() > before.as_usd() * (1.0 + more))
        };
        if (penalty.only_if_harmful && !harm) || penalty.free_if_cost_grew.is_some_and(grew) {
            return Ok(Cents::ZERO);
        }
        let usd = penalty.deposit_share * held.as_usd() + penalty.amount.usd(self.basis(id));
        Ok(Cents::from_usd(usd)?.clamp(Cents::ZERO, held))
    }

    /// Takes a request's part out of the upgrades that it proposed. Where nobody else pays for one, it is
    /// given up.
    pub(super) fn drop_proposals<S: Schedule<QueueEvent>>(
        &mut self,
        id: RequestId,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        for upgrade_id in self.index.proposals(id) {
            let upgrade = &mut self.upgrades[upgrade_id.0 as usize];
            if upgrade.shares.len() == 1 {
                self.give_up(upgrade_id, desk)?;
                continue;
            }
            upgrade.shares.retain(|(sharer, _)| *sharer != id);
            if upgrade.payer == id {
                upgrade.payer = upgrade.shares[0].0;
            }
            self.index.proposed.remove(&(id, upgrade_id));
        }
        Ok(())
    }

    /// Gives up a proposed upgrade: the earliest signed request that relies on it takes it over and orders
    /// it, otherwise it is cancelled.
    pub(super) fn give_up<S: Schedule<QueueEvent>>(
        &mut self,
        id: UpgradeId,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let Some(heir) = self.signed_dependent(id) else {
            self.set_upgrade(id, UpgradeState::Cancelled);
            return Ok(());
        };
        let (charge, branch) = (self.upgrades[id.0 as usize].charge, self.upgrades[id.0 as usize].branch);
        self.set_shares(id, heir, vec![(heir, charge)]);
        let request = &mut self.requests[heir.0 as usize];
        request.limiting = request.limiting.or(Some(branch));
        request.allocated = request.allocated.saturating_add(charge);
        if let Some(offer) = &mut request.offer {
            offer.relied.retain(|&relied| relied != id);
            offer.upgrades.push(id);
            offer.upgrade_cost = offer.upgrade_cost.saturating_add(charge);
            offer.contingent_cost = Cents(offer.contingent_cost.0 - charge.0);
        }
        self.index.relying.remove(&(id, heir));
        desk.effects.push(Effect::CostReassigned { request: heir, upgrade: id, charge });
        self.order(id, desk)?;
        if self.requests[heir.0 as usize].stage() == Stage::Building {
            self.set_energization(heir, desk);
        }
        Ok(())
    }

    /// The earliest signed request that relies on an upgrade.
    pub(super) fn signed_dependent(&self, upgrade: UpgradeId) -> Option<RequestId> {
        self.index.relying_on(upgrade).find(|id| {
            visit(1);
            self.requests[id.0 as usize].stage().is_signed()
        })
    }

    /// Where tracks say so, voids the unanswered offers that need any upgrade and counted on the request
    /// that left, then those that counted on these; and any that rely on an upgrade that is cancelled. Ends
    /// because every step takes one offer away.
    ///
    /// An offer counted on all with an earlier place, and on all who had been counted since before its
    /// report; so of all causes only the earliest place and the earliest count matter.
    pub(super) fn restudy_dependents<S: Schedule<QueueEvent>>(
        &mut self,
        mut causes: Causes,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let mut from = RequestId(0);
        loop {
            let counted = |id: &RequestId| self.counted_on(*id, &causes);
            let counted = self.index.voidable.range(from..).copied().filter(|_| causes.any()).find(counted);
            let Some(id) = counted.into_iter().chain(self.index.lost.first().copied()).min() else { break };
            let request = &self.requests[id.0 as usize];
            let Some(round) = request.round else { break };
            let widened = causes.take_in(Some(round), request.counted_since);
            self.restudy(round, true, desk)?;
            // Who comes earlier can have counted only on causes that are new.
            from = if widened { RequestId(0) } else { id };
        }
        Ok(())
    }

    /// Whether an open offer that may be void counted on one of the causes.
    fn counted_on(&self, id: RequestId, causes: &Causes) -> bool {
        visit(1);
        let request = &self.requests[id.0 as usize];
        let earlier = |place: RoundId| request.round.is_some_and(|own| place < own);
        self.track_of(id).restudy == Restudy::Dependents
            && (causes.first_place.is_some_and(earlier)
                || causes.counted_since.is_some_and(|since| since < request.reported))
    }
}
