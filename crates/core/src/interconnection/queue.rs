//! The queue: first come, first served, from filing to full demand.
//!
//! ```text
//! file -> Filed -> Studying -> Offered -> Agreement -> Building -> Energized -> Full
//!           ^                     |
//!           '----- restudy -------'      any waiting stage -> Withdrawn | Rejected | Expired
//! ```
//!
//! A study counts on everybody with an earlier place and on everybody who already holds an offer or a
//! contract: an offer, once made, stands. When one of these leaves, every unanswered offer that counted
//! on it *and* needs any upgrade is void and studied again, at the request's old place. Who causes an
//! upgrade pays for it at signing; later requests that rely on it wait for it and, if its payer drops
//! out before signing, the earliest signed one takes it over.
//!
//! The queue values no project: it emits [`Effect::DecisionDue`] and waits. It knows no flows: it emits
//! [`Effect::StudyDue`] and takes the [`StudyOutcome`].
//!
//! Invariants: every request is in exactly one stage; deposits held equal what waiting and ramping
//! requests have paid in; an upgrade is ordered at most once. Events cost O(log n) in the calendar and
//! O(requests + upgrades) where somebody leaves or an upgrade is ordered.

mod leave;
mod money;
mod offering;
mod physics;
mod views;
mod works;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use money::{DEPOSITS_ACCOUNT, RATE_BASE_ACCOUNT, STATION_ACCOUNT, STUDY_ACCOUNT, TRANSMISSION_ACCOUNT};
pub use physics::StudyGrid;
pub use views::{Commitment, StageRow};

use super::effect::{Effect, QueueEvent};
use super::office::Office;
use super::params::QueueParams;
use super::request::{Application, Exit, Request, RequestId, Stage, Stamp};
use super::study::StudyOutcome;
use super::upgrade::{Remedy, Upgrade, UpgradeId, UpgradeState, Works, months};
use crate::grid::BusId;
use crate::kernel::{Purpose, Schedule, SimSpan, SimTime, Streams, uniform_open};
use crate::ledger::{Cents, Ledger, LedgerError};
use crate::math::ln;
use crate::names::Key;
use money::Cashier;

/// The stream of the exponential clock before signing (index 0) and after it (index 1).
const ATTRITION: Purpose = Purpose::of("queue attrition");

/// What the queue refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// The size is not a positive number.
    #[error("request `{name}` asks for {mw} MW")]
    Size {
        /// The request.
        name: String,
        /// What it asked for.
        mw: String,
    },
    /// The name is taken.
    #[error("a request named `{0}` was filed before")]
    DuplicateName(String),
    /// There is no such request.
    #[error("there is no request number {0}")]
    Unknown(u32),
    /// The request is in a stage where this cannot happen.
    #[error("request `{name}` is {stage}, so it cannot {action}")]
    Stage {
        /// The request.
        name: String,
        /// Where it stands.
        stage: Stage,
        /// What was tried.
        action: &'static str,
    },
    /// The books refused a payment.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Requests, upgrades and the study office of one region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Queue {
    params: QueueParams,
    streams: Streams,
    office: Office<RequestId>,
    requests: Vec<Request>,
    upgrades: Vec<Upgrade>,
    names: BTreeSet<String>,
}

/// What a step of the queue works with besides the queue.
struct Desk<'a, S> {
    schedule: &'a mut S,
    ledger: &'a mut Ledger,
    effects: Vec<Effect>,
}

impl<S: Schedule<QueueEvent>> Desk<'_, S> {
    fn cashier(&mut self) -> Cashier<'_> {
        Cashier { at: self.schedule.now(), ledger: self.ledger }
    }

    /// Schedules after `span`, never at the present instant.
    fn after(&mut self, span: SimSpan, event: QueueEvent) {
        let at = self.schedule.now() + span.max(SimSpan(1));
        self.schedule.at(at, event);
    }

    /// Schedules at the first hour edge at or after `at` that is still to come.
    fn at_hour(&mut self, at: SimTime, event: QueueEvent) {
        let at = at.max(self.schedule.now() + SimSpan(1)).to_next_hour_edge();
        self.schedule.at(at, event);
    }
}

fn days(days: f64) -> SimSpan {
    SimSpan::from_hours_f64(days * 24.0)
}

impl Queue {
    /// An empty queue.
    pub fn new(params: QueueParams, streams: Streams) -> Queue {
        let office = Office::new(params.study_slots);
        Queue { params, streams, office, requests: Vec::new(), upgrades: Vec::new(), names: BTreeSet::new() }
    }

    /// Files a request: it pays fee and deposit and waits for a study.
    pub fn file(
        &mut self,
        application: Application,
        schedule: &mut impl Schedule<QueueEvent>,
        ledger: &mut Ledger,
    ) -> Result<RequestId, QueueError> {
        let name = application.name.clone();
        if !(application.requested_mw.is_finite() && application.requested_mw > 0.0) {
            return Err(QueueError::Size { name, mw: application.requested_mw.to_string() });
        }
        if self.names.contains(&name) {
            return Err(QueueError::DuplicateName(name));
        }
        let id = RequestId(self.requests.len() as u32);
        let mut request = Request {
            key: Key::of(&name),
            bus: application.bus,
            application,
            history: vec![Stamp { at: schedule.now(), stage: Stage::Filed }],
            exit: None,
            studies: 0,
            study_began: false,
            offer: None,
            base: Vec::new(),
            set_by: None,
            steps: 0,
            application_deposit: Cents::ZERO,
            security: Cents::ZERO,
        };
        let mut desk = Desk { schedule, ledger, effects: Vec::new() };
        desk.cashier().filing(&mut request, &self.params)?;
        self.names.insert(name);
        self.requests.push(request);
        self.restart_attrition(id, &mut desk);
        self.office.arrive(id);
        self.begin_studies(&mut desk);
        Ok(id)
    }

    /// Handles an event that the calendar delivered.
    pub fn handle(
        &mut self,
        event: QueueEvent,
        schedule: &mut impl Schedule<QueueEvent>,
        ledger: &mut Ledger,
    ) -> Result<Vec<Effect>, QueueError> {
        let mut desk = Desk { schedule, ledger, effects: Vec::new() };
        match event {
            QueueEvent::UpgradeDone(id) => {
                let upgrade = &mut self.upgrades[id.0 as usize];
                upgrade.state = UpgradeState::Done { at: desk.schedule.now() };
                let (branch, added_mw) = (upgrade.branch, upgrade.added_mw);
                desk.effects.push(Effect::RatingChanged { branch, added_mw });
            }
            QueueEvent::StudyDone(id) => {
                self.office.leave(id);
                self.begin_studies(&mut desk);
                desk.effects.push(Effect::StudyDue(id));
            }
            QueueEvent::Decide(id) => {
                if let Some(offer) = &self.request(id)?.offer {
                    desk.effects.push(Effect::DecisionDue(id, offer.clone()));
                }
            }
            QueueEvent::Expire(id) => self.leave(id, Stage::Expired, Exit::OfferLapsed, &mut desk)?,
            QueueEvent::Quit(id) => self.leave(id, Stage::Withdrawn, Exit::Attrition, &mut desk)?,
            QueueEvent::Build(id) => self.build(id, &mut desk)?,
            QueueEvent::Energize(id) | QueueEvent::Ramp(id) => self.ramp(id, &mut desk)?,
        }
        Ok(desk.effects)
    }

    /// Takes the result of the study that was due and makes an offer, or rejects the request if no
    /// standard works clear what it causes.
    ///
    /// The study must be that of [`Queue::study`] at this instant, or one that counts on the same
    /// [`Queue::commitments`] and [`Queue::add_planned`] increases.
    pub fn complete_study(
        &mut self,
        id: RequestId,
        bus: BusId,
        outcome: &StudyOutcome,
        schedule: &mut impl Schedule<QueueEvent>,
        ledger: &mut Ledger,
    ) -> Result<Vec<Effect>, QueueError> {
        self.expect(id, &[Stage::Studying], "take a study's result")?;
        let mut desk = Desk { schedule, ledger, effects: Vec::new() };
        self.office.leave(id);
        desk.schedule.cancel(QueueEvent::StudyDone(id));
        let remedies: Option<Vec<Remedy>> = outcome
            .charged
            .iter()
            .map(|overload| {
                let reconductored = self.upgrades.iter().any(|upgrade| {
                    upgrade.branch == overload.branch
                        && upgrade.works == Works::Reconductor
                        && upgrade.state != UpgradeState::Cancelled
                });
                let catalogue = &self.params.catalogue;
                let standard = || catalogue.remedy(&overload.studied, reconductored, overload.lacking_mw());
                overload.remedy.or_else(standard)
            })
            .collect();
        let Some(remedies) = remedies else {
            self.leave(id, Stage::Rejected, Exit::NoUpgradeClears, &mut desk)?;
            return Ok(desk.effects);
        };

        let (kept, relied) = self.needed_of_planned(id, outcome);
        self.drop_proposals(id, &kept, &mut desk)?;
        let mut upgrades = kept;
        for (overload, remedy) in outcome.charged.iter().zip(remedies) {
            upgrades.push(UpgradeId(self.upgrades.len() as u32));
            self.upgrades.push(Upgrade {
                branch: overload.branch,
                works: remedy.works,
                added_mw: remedy.added_mw,
                cost: Cents::from_usd(remedy.cost_usd)?,
                charge: Cents::from_usd(remedy.cost_usd * overload.own_share())?,
                lead: remedy.lead,
                payer: id,
                state: UpgradeState::Proposed,
            });
        }
        let base = self.base(id);
        let request = &mut self.requests[id.0 as usize];
        request.bus = Some(bus);
        request.studies += 1;
        request.base = base;
        let offer = self.offer(id, bus, upgrades, relied, outcome, desk.schedule.now())?;
        let answer_by = offer.answer_by;
        self.requests[id.0 as usize].offer = Some(offer);
        self.enter(id, Stage::Offered, &desk);
        desk.after(days(self.params.decision_days), QueueEvent::Decide(id));
        desk.schedule.at(answer_by, QueueEvent::Expire(id));
        self.restudy_dependents(None, &mut desk)?;
        self.begin_studies(&mut desk);
        Ok(desk.effects)
    }

    /// The owner's answer to the standing offer.
    pub fn decide(
        &mut self,
        id: RequestId,
        accept: bool,
        schedule: &mut impl Schedule<QueueEvent>,
        ledger: &mut Ledger,
    ) -> Result<Vec<Effect>, QueueError> {
        self.expect(id, &[Stage::Offered], "answer an offer")?;
        let mut desk = Desk { schedule, ledger, effects: Vec::new() };
        if accept {
            self.sign(id, &mut desk)?;
        } else {
            self.leave(id, Stage::Withdrawn, Exit::Declined, &mut desk)?;
        }
        Ok(desk.effects)
    }

    /// The owner gives up a request that is not energized yet.
    pub fn withdraw(
        &mut self,
        id: RequestId,
        schedule: &mut impl Schedule<QueueEvent>,
        ledger: &mut Ledger,
    ) -> Result<Vec<Effect>, QueueError> {
        self.end(id, Stage::Withdrawn, Exit::OwnerWithdrew, schedule, ledger)
    }

    /// Refuses a request that is not energized yet, for a reason outside the study.
    pub fn reject(
        &mut self,
        id: RequestId,
        reason: Exit,
        schedule: &mut impl Schedule<QueueEvent>,
        ledger: &mut Ledger,
    ) -> Result<Vec<Effect>, QueueError> {
        self.end(id, Stage::Rejected, reason, schedule, ledger)
    }

    fn end(
        &mut self,
        id: RequestId,
        stage: Stage,
        reason: Exit,
        schedule: &mut impl Schedule<QueueEvent>,
        ledger: &mut Ledger,
    ) -> Result<Vec<Effect>, QueueError> {
        let waiting = [Stage::Filed, Stage::Studying, Stage::Offered, Stage::Agreement, Stage::Building];
        self.expect(id, &waiting, "leave the queue")?;
        let mut desk = Desk { schedule, ledger, effects: Vec::new() };
        self.leave(id, stage, reason, &mut desk)?;
        Ok(desk.effects)
    }

    fn expect(&self, id: RequestId, stages: &[Stage], action: &'static str) -> Result<(), QueueError> {
        let request = self.request(id)?;
        let stage = request.stage();
        if stages.contains(&stage) {
            Ok(())
        } else {
            Err(QueueError::Stage { name: request.application.name.clone(), stage, action })
        }
    }

    fn enter<S: Schedule<QueueEvent>>(&mut self, id: RequestId, stage: Stage, desk: &Desk<'_, S>) {
        self.requests[id.0 as usize].history.push(Stamp { at: desk.schedule.now(), stage });
    }

    /// Gives free study slots to whoever is next.
    fn begin_studies<S: Schedule<QueueEvent>>(&mut self, desk: &mut Desk<'_, S>) {
        while let Some(id) = self.office.begin() {
            self.enter(id, Stage::Studying, desk);
            let request = &mut self.requests[id.0 as usize];
            request.study_began = true;
            let duration = if request.studies == 0 { &self.params.study } else { &self.params.restudy };
            let span = duration.draw(&self.streams, request.key, u64::from(request.studies));
            desk.after(span, QueueEvent::StudyDone(id));
        }
    }

    /// Starts the memoryless clock of giving up anew, with the hazard of the present side of signing.
    fn restart_attrition<S: Schedule<QueueEvent>>(&self, id: RequestId, desk: &mut Desk<'_, S>) {
        let request = &self.requests[id.0 as usize];
        let (index, per_month) = if request.stage().is_signed() {
            (1, self.params.exit_hazard_signed_per_month)
        } else {
            (0, self.params.exit_hazard_unsigned_per_month)
        };
        if request.application.attrition && per_month > 0.0 {
            let u = uniform_open(&mut self.streams.open_at(request.key, ATTRITION, index));
            desk.after(months(-ln(u) / per_month), QueueEvent::Quit(id));
        } else {
            desk.schedule.cancel(QueueEvent::Quit(id));
        }
    }
}

#[cfg(test)]
mod tests;
