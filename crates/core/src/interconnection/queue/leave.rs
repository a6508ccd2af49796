//! Leaving the queue, and what that means for those who counted on the one who left.

use std::collections::BTreeSet;

use super::money::STUDY_ACCOUNT;
use super::{Desk, Queue, QueueError};
use crate::interconnection::effect::{Effect, QueueEvent};
use crate::interconnection::request::{Exit, RequestId, Stage};
use crate::interconnection::upgrade::{UpgradeId, UpgradeState};
use crate::kernel::Schedule;
use crate::ledger::Cents;

impl Queue {
    /// Ends a waiting request: its events, deposits, proposed upgrades, and the offers that counted on
    /// it.
    pub(super) fn leave<S: Schedule<QueueEvent>>(
        &mut self,
        id: RequestId,
        stage: Stage,
        exit: Exit,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        debug_assert!(stage.is_gone() && self.requests[id.0 as usize].stage().is_waiting());
        for event in [
            QueueEvent::StudyDone(id),
            QueueEvent::Decide(id),
            QueueEvent::Expire(id),
            QueueEvent::Quit(id),
            QueueEvent::Build(id),
            QueueEvent::Energize(id),
        ] {
            desk.schedule.cancel(event);
        }
        self.office.leave(id);
        self.enter(id, stage, desk);
        let kept_share = self.params.security_forfeit_share;
        let request = &mut self.requests[id.0 as usize];
        request.exit = Some(exit);
        request.set_by = None;
        let keep_deposit = request.study_began && stage != Stage::Rejected;
        desk.cashier().close_application(request, keep_deposit)?;
        let kept_share = if stage == Stage::Rejected { 0.0 } else { kept_share };
        desk.cashier().close_security(request, kept_share)?;
        desk.effects.push(match stage {
            Stage::Rejected => Effect::Rejected(id, exit),
            Stage::Expired => Effect::Expired(id, exit),
            _ => Effect::Withdrawn(id, exit),
        });
        self.drop_proposals(id, &[], desk)?;
        self.restudy_dependents(Some(id), desk)?;
        self.begin_studies(desk);
        Ok(())
    }

    /// Gives up the upgrades that a request proposed, except `kept`: the earliest signed request that
    /// relies on one takes it over and orders it, otherwise it is cancelled.
    pub(super) fn drop_proposals<S: Schedule<QueueEvent>>(
        &mut self,
        id: RequestId,
        kept: &[UpgradeId],
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        for index in 0..self.upgrades.len() {
            let upgrade_id = UpgradeId(index as u32);
            let upgrade = &self.upgrades[index];
            if upgrade.payer != id || upgrade.state != UpgradeState::Proposed || kept.contains(&upgrade_id) {
                continue;
            }
            match self.signed_dependent(upgrade_id) {
                Some(heir) => {
                    self.upgrades[index].payer = heir;
                    let charge = self.upgrades[index].charge;
                    if let Some(offer) = &mut self.requests[heir.0 as usize].offer {
                        offer.relied.retain(|&relied| relied != upgrade_id);
                        offer.upgrades.push(upgrade_id);
                        offer.upgrade_cost = offer.upgrade_cost.saturating_add(charge);
                        offer.contingent_cost = Cents(offer.contingent_cost.0 - charge.0);
                    }
                    desk.effects.push(Effect::CostReassigned { request: heir, upgrade: upgrade_id, charge });
                    self.order(upgrade_id, desk)?;
                    if self.requests[heir.0 as usize].stage() == Stage::Building {
                        self.set_energization(heir, desk);
                    }
                }
                None => self.upgrades[index].state = UpgradeState::Cancelled,
            }
        }
        Ok(())
    }

    /// The earliest signed request that relies on an upgrade.
    fn signed_dependent(&self, upgrade: UpgradeId) -> Option<RequestId> {
        self.ids().find(|&id| {
            let request = &self.requests[id.0 as usize];
            request.stage().is_signed()
                && request.offer.as_ref().is_some_and(|offer| offer.relied.contains(&upgrade))
        })
    }

    /// Voids the unanswered offers that need any upgrade and counted on the request that left, then those
    /// that counted on these; and any that rely on an upgrade that is cancelled. Ends because every step
    /// takes one offer away.
    pub(super) fn restudy_dependents<S: Schedule<QueueEvent>>(
        &mut self,
        gone: Option<RequestId>,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let mut causes: BTreeSet<RequestId> = gone.into_iter().collect();
        while let Some(id) = self.ids().find(|&id| self.is_void(id, &causes)) {
            self.restudy(id, desk)?;
            causes.insert(id);
        }
        Ok(())
    }

    fn is_void(&self, id: RequestId, causes: &BTreeSet<RequestId>) -> bool {
        let request = &self.requests[id.0 as usize];
        let Some(offer) = request.offer.as_ref().filter(|_| request.stage() == Stage::Offered) else {
            return false;
        };
        let needs_any = !offer.upgrades.is_empty() || !offer.relied.is_empty();
        let cancelled = |id: &UpgradeId| self.upgrades[id.0 as usize].state == UpgradeState::Cancelled;
        needs_any
            && (request.base.iter().any(|other| causes.contains(other)) || offer.relied.iter().any(cancelled))
    }

    /// Voids a request's offer and hands it to the office again, at its old place. Upgrades that it
    /// proposed and a signed request relies on stay proposed until the new study shows whether it still
    /// needs them.
    fn restudy<S: Schedule<QueueEvent>>(
        &mut self,
        id: RequestId,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        desk.schedule.cancel(QueueEvent::Decide(id));
        desk.schedule.cancel(QueueEvent::Expire(id));
        for index in 0..self.upgrades.len() {
            let upgrade = &self.upgrades[index];
            if upgrade.payer == id
                && upgrade.state == UpgradeState::Proposed
                && self.signed_dependent(UpgradeId(index as u32)).is_none()
            {
                self.upgrades[index].state = UpgradeState::Cancelled;
            }
        }
        let request = &mut self.requests[id.0 as usize];
        request.offer = None;
        request.base.clear();
        let owner = request.application.owner.clone();
        let fee = Cents::from_usd(self.params.restudy_fee_usd)?;
        desk.cashier().pay(&owner, STUDY_ACCOUNT, "restudy_fee", fee)?;
        self.enter(id, Stage::Filed, desk);
        self.office.arrive(id);
        desk.effects.push(Effect::Restudy(id));
        Ok(())
    }
}
