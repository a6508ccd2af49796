//! From signing to full demand: payments, orders, construction, energization, ramp.

use super::money::{RATE_BASE_ACCOUNT, STATION_ACCOUNT, TRANSMISSION_ACCOUNT};
use super::offering::latest;
use super::{Desk, Queue, QueueError, days};
use crate::interconnection::effect::{Effect, QueueEvent};
use crate::interconnection::offer::ReadyItem;
use crate::interconnection::request::{Exit, RequestId, Stage, Terms};
use crate::interconnection::track::Scope;
use crate::interconnection::upgrade::{MONTH_HOURS, UpgradeId, UpgradeState};
use crate::kernel::{Schedule, SimSpan};
use crate::ledger::{Cents, Ledger};

/// Hours in a mean year.
const YEAR_HOURS: f64 = 12.0 * MONTH_HOURS;

impl Queue {
    /// Signs the standing offer: security and contributions are paid, its upgrades ordered, and the same
    /// project's requests elsewhere given up.
    pub(super) fn sign<S: Schedule<QueueEvent>>(
        &mut self,
        id: RequestId,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        desk.schedule.cancel(QueueEvent::Decide(id));
        desk.schedule.cancel(QueueEvent::Expire(id));
        self.enter(id, Stage::Agreement, desk);
        let agreement = days(self.track_of(id).agreement_days);
        let request = &mut self.requests[id.0 as usize];
        let (own, security) = match &request.offer {
            Some(offer) => (offer.upgrades.clone(), offer.security),
            None => (Vec::new(), Cents::ZERO),
        };
        if request.offer.as_ref().is_some_and(|offer| offer.conditional_mw > 0.0) {
            request.terms = Terms::Conditional;
        }
        desk.cashier().return_application(request)?;
        desk.cashier().security(request, security)?;
        for upgrade in own {
            if self.upgrades[upgrade.0 as usize].state == UpgradeState::Proposed {
                self.order(upgrade, desk)?;
            }
        }
        self.order_station(id, desk.schedule.now());
        self.restart_attrition(id, desk);
        desk.after(agreement, QueueEvent::Build(id));
        self.give_up_siblings(id, desk)
    }

    /// Of the requests of a project, only the one that signed first is built.
    fn give_up_siblings<S: Schedule<QueueEvent>>(
        &mut self,
        id: RequestId,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let project = self.requests[id.0 as usize].application.project.as_ref();
        let siblings = project.and_then(|project| self.index.projects.get(project)).cloned();
        for sibling in siblings.into_iter().flatten().filter(|&sibling| sibling != id) {
            if self.requests[sibling.0 as usize].stage().is_waiting() {
                self.leave(sibling, Stage::Withdrawn, Exit::BuiltElsewhere, desk)?;
            }
        }
        Ok(())
    }

    /// Orders a proposed upgrade at the expense of those who share it and sets the date of everybody who waits for it.
    pub(super) fn order<S: Schedule<QueueEvent>>(
        &mut self,
        id: UpgradeId,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        debug_assert_eq!(
            self.upgrades[id.0 as usize].state,
            UpgradeState::Proposed,
            "an upgrade is ordered once"
        );
        let ready = self.order_works(id, desk.schedule.now());
        let upgrade = &mut self.upgrades[id.0 as usize];
        upgrade.state = UpgradeState::Committed { ready };
        let (cost, shares) = (upgrade.cost, upgrade.shares.clone());
        self.index.track_upgrade(id, &self.upgrades[id.0 as usize]);
        let mut rest = cost;
        for (sharer, share) in shares {
            let owner = &self.requests[sharer.0 as usize].application.owner;
            desk.cashier().pay(owner, TRANSMISSION_ACCOUNT, "upgrade_contribution", share)?;
            rest = rest.checked_sub(share).unwrap_or(Cents::ZERO);
        }
        desk.cashier().pay(RATE_BASE_ACCOUNT, TRANSMISSION_ACCOUNT, "upgrade_remainder", rest)?;
        desk.schedule.at(ready, QueueEvent::UpgradeDone(id));
        let relying: Vec<RequestId> = self.index.relying_on(id).collect();
        for request in relying {
            if self.requests[request.0 as usize].stage() == Stage::Building {
                self.set_energization(request, desk);
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
            (self.station_ready(id, begun, offer.station.lead), ReadyItem::Station),
        ];
        let waits = request.terms == Terms::Firm;
        for &upgrade in offer.upgrades.iter().chain(&offer.relied).filter(|_| waits) {
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
            self.begin_conditional_years(id, desk);
        }
        let request = &self.requests[id.0 as usize];
        if full {
            self.enter(id, Stage::Full, desk);
            desk.cashier().return_security(&mut self.requests[id.0 as usize])?;
        } else if let Some(energized) = request.entered(Stage::Energized) {
            let next = energized + SimSpan::from_hours_f64(MONTH_HOURS * f64::from(step));
            desk.at_hour(next, QueueEvent::Ramp(id));
        }
        self.reindex(id);
        self.report_power(id, desk);
        Ok(())
    }

    fn report_power<S: Schedule<QueueEvent>>(&self, request: RequestId, desk: &mut Desk<'_, S>) {
        let energized_mw = self.requests[request.0 as usize].energized_mw();
        desk.effects.push(Effect::Energized { request, energized_mw });
    }

    fn begin_conditional_years<S: Schedule<QueueEvent>>(&self, id: RequestId, desk: &mut Desk<'_, S>) {
        let request = &self.requests[id.0 as usize];
        if let (Terms::Conditional, Scope::Conditional { years }) = (request.terms, self.track_of(id).scope) {
            desk.after(SimSpan::from_hours_f64(YEAR_HOURS * years), QueueEvent::Lapse(id));
            desk.effects.push(Effect::Firm { request: id, firm_mw: request.firm_mw() });
        }
    }

    /// The years of conditional service are over: until its upgrades are in service it may draw no more
    /// than what is firm.
    pub(super) fn lapse<S: Schedule<QueueEvent>>(&mut self, id: RequestId, desk: &mut Desk<'_, S>) {
        if self.requests[id.0 as usize].terms == Terms::Conditional {
            self.requests[id.0 as usize].terms = Terms::Lapsed;
            self.reindex(id);
            self.report_power(id, desk);
        }
    }

    /// An upgrade goes into service; conditional requests that lacked nothing else become firm.
    pub(super) fn finish<S: Schedule<QueueEvent>>(&mut self, id: UpgradeId, desk: &mut Desk<'_, S>) {
        self.set_upgrade(id, UpgradeState::Done { at: desk.schedule.now() });
        let upgrade = &self.upgrades[id.0 as usize];
        let (branch, added_mw) = (upgrade.branch, upgrade.added_mw);
        desk.effects.push(Effect::RatingChanged { branch, added_mw });
        let sharers = upgrade.shares.iter().map(|(sharer, _)| *sharer);
        let waiting: Vec<RequestId> = sharers.chain(self.index.relying_on(id)).collect();
        for request in waiting {
            self.become_firm(request, desk);
        }
    }

    fn become_firm<S: Schedule<QueueEvent>>(&mut self, id: RequestId, desk: &mut Desk<'_, S>) {
        let request = &mut self.requests[id.0 as usize];
        let done = |upgrade: &UpgradeId| {
            matches!(
                self.upgrades[upgrade.0 as usize].state,
                UpgradeState::Done { .. } | UpgradeState::Cancelled
            )
        };
        let needs = request.offer.iter().flat_map(|offer| offer.upgrades.iter().chain(&offer.relied));
        if request.terms == Terms::Firm || !needs.into_iter().all(done) {
            return;
        }
        let lapsed = std::mem::replace(&mut request.terms, Terms::Firm) == Terms::Lapsed;
        desk.schedule.cancel(QueueEvent::Lapse(id));
        if request.stage().is_signed() {
            desk.effects.push(Effect::Firm { request: id, firm_mw: request.firm_mw() });
            if lapsed {
                self.report_power(id, desk);
            }
        }
        self.reindex(id);
    }

    /// The owner puts a signed project off for so long; its upgrades stay ordered. If that is more than its
    /// track allows in all, the request ends.
    pub fn suspend(
        &mut self,
        id: RequestId,
        span: SimSpan,
        schedule: &mut impl Schedule<QueueEvent>,
        ledger: &mut Ledger,
    ) -> Result<Vec<Effect>, QueueError> {
        self.expect(id, &[Stage::Agreement, Stage::Building], "be put off")?;
        let mut desk = Desk::new(schedule, ledger);
        let most = SimSpan::from_hours_f64(YEAR_HOURS * self.track_of(id).suspension_years);
        let request = &mut self.requests[id.0 as usize];
        request.suspended = SimSpan(request.suspended.0 + span.0);
        if request.suspended > most {
            self.leave(id, Stage::Expired, Exit::SuspendedTooLong, &mut desk)?;
            return Ok(desk.effects);
        }
        desk.schedule.cancel(QueueEvent::Build(id));
        desk.schedule.cancel(QueueEvent::Energize(id));
        self.enter(id, Stage::Suspended, &desk);
        desk.after(span, QueueEvent::Resume(id));
        Ok(desk.effects)
    }

    /// Takes up a project that was put off: papers or works begin anew.
    pub(super) fn resume<S: Schedule<QueueEvent>>(&mut self, id: RequestId, desk: &mut Desk<'_, S>) {
        if self.requests[id.0 as usize].entered(Stage::Building).is_some() {
            self.enter(id, Stage::Building, desk);
            self.set_energization(id, desk);
        } else {
            self.enter(id, Stage::Agreement, desk);
            let agreement = days(self.track_of(id).agreement_days);
            desk.after(agreement, QueueEvent::Build(id));
        }
    }
}
