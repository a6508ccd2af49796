//! From signing to full demand: payments, orders, construction, energization, ramp.

use super::money::{RATE_BASE_ACCOUNT, STATION_ACCOUNT, TRANSMISSION_ACCOUNT};
use super::offering::latest;
use super::{Desk, Queue, QueueError, days};
use crate::interconnection::effect::{Effect, QueueEvent};
use crate::interconnection::offer::ReadyItem;
use crate::interconnection::request::{Request, RequestId, Stage};
use crate::interconnection::upgrade::{MONTH_HOURS, UpgradeId, UpgradeState};
use crate::kernel::{Schedule, SimSpan};
use crate::ledger::Cents;

impl Queue {
    /// Signs the standing offer: security and contributions are paid, its upgrades ordered.
    pub(super) fn sign<S: Schedule<QueueEvent>>(
        &mut self,
        id: RequestId,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        desk.schedule.cancel(QueueEvent::Decide(id));
        desk.schedule.cancel(QueueEvent::Expire(id));
        self.enter(id, Stage::Agreement, desk);
        let request = &mut self.requests[id.0 as usize];
        let (own, security) = match &request.offer {
            Some(offer) => (offer.upgrades.clone(), offer.security),
            None => (Vec::new(), Cents::ZERO),
        };
        desk.cashier().close_application(request, false)?;
        desk.cashier().security(request, security)?;
        for upgrade in own {
            self.order(upgrade, desk)?;
        }
        self.restart_attrition(id, desk);
        desk.after(days(self.params.agreement_days), QueueEvent::Build(id));
        Ok(())
    }

    /// Orders a proposed upgrade at its payer's expense and sets the date of everybody who waits for it.
    pub(super) fn order<S: Schedule<QueueEvent>>(
        &mut self,
        id: UpgradeId,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let upgrade = &mut self.upgrades[id.0 as usize];
        debug_assert_eq!(upgrade.state, UpgradeState::Proposed, "an upgrade is ordered once");
        let ready = (desk.schedule.now() + upgrade.lead.max(SimSpan(1))).to_next_hour_edge();
        upgrade.state = UpgradeState::Committed { ready };
        let (payer, charge) = (upgrade.payer, upgrade.charge);
        let rest = upgrade.cost.checked_sub(charge).unwrap_or(Cents::ZERO);
        let owner = &self.requests[payer.0 as usize].application.owner;
        desk.cashier().pay(owner, TRANSMISSION_ACCOUNT, "upgrade_contribution", charge)?;
        desk.cashier().pay(RATE_BASE_ACCOUNT, TRANSMISSION_ACCOUNT, "upgrade_remainder", rest)?;
        desk.schedule.at(ready, QueueEvent::UpgradeDone(id));
        let waits = |request: &Request| {
            request.stage() == Stage::Building
                && request.offer.as_ref().is_some_and(|offer| offer.relied.contains(&id))
        };
        for index in 0..self.requests.len() {
            if waits(&self.requests[index]) {
                self.set_energization(RequestId(index as u32), desk);
            }
        }
        Ok(())
    }

    pub(super) fn build<S: Schedule<QueueEvent>>(
        &mut self,
        id: RequestId,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        self.enter(id, Stage::Building, desk);
        let request = &self.requests[id.0 as usize];
        if let Some(offer) = &request.offer {
            let (owner, cost) = (&request.application.owner, offer.station.cost);
            desk.cashier().pay(owner, STATION_ACCOUNT, "station", cost)?;
        }
        self.set_energization(id, desk);
        Ok(())
    }

    /// Schedules the energization of a request under construction at the latest of all it needs. While
    /// an upgrade it relies on is not ordered there is no date.
    pub(super) fn set_energization<S: Schedule<QueueEvent>>(
        &mut self,
        id: RequestId,
        desk: &mut Desk<'_, S>,
    ) {
        let request = &self.requests[id.0 as usize];
        let (Some(offer), Some(begun)) = (&request.offer, request.entered(Stage::Building)) else { return };
        let mut dates = vec![
            (request.application.wanted, ReadyItem::Wanted),
            (begun + request.application.construction, ReadyItem::OwnWorks),
            (begun + offer.station.lead, ReadyItem::Station),
        ];
        for &upgrade in offer.upgrades.iter().chain(&offer.relied) {
            match self.upgrades[upgrade.0 as usize].state {
                UpgradeState::Committed { ready: at } | UpgradeState::Done { at } => {
                    dates.push((at, ReadyItem::Upgrade(upgrade)));
                }
                UpgradeState::Proposed => return,
                UpgradeState::Cancelled => {}
            }
        }
        let (at, set_by) = latest(&dates);
        self.requests[id.0 as usize].set_by = Some(set_by);
        desk.at_hour(at, QueueEvent::Energize(id));
    }

    /// The first and every later step to full demand.
    pub(super) fn ramp<S: Schedule<QueueEvent>>(
        &mut self,
        id: RequestId,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let request = &mut self.requests[id.0 as usize];
        request.steps += 1;
        let (step, first) = (request.steps, request.steps == 1);
        let full = step >= request.application.ramp_months;
        if first {
            desk.schedule.cancel(QueueEvent::Quit(id));
            self.enter(id, Stage::Energized, desk);
        }
        let request = &self.requests[id.0 as usize];
        if full {
            self.enter(id, Stage::Full, desk);
            desk.cashier().close_security(&mut self.requests[id.0 as usize], 0.0)?;
        } else if let Some(energized) = request.entered(Stage::Energized) {
            let next = energized + SimSpan::from_hours_f64(MONTH_HOURS * f64::from(step));
            desk.at_hour(next, QueueEvent::Ramp(id));
        }
        let energized_mw = self.requests[id.0 as usize].energized_mw();
        desk.effects.push(Effect::Energized { request: id, energized_mw });
        Ok(())
    }
}
