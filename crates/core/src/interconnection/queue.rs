//! The queue: one interpreter of tracks, from filing to full demand.
//!
//! ```text
//! file -> [Held] -> Filed -> Studying -> Offered -> Agreement -> Building -> Energized -> Full
//!                     ^                     |           ^  |        |
//!                     '-- further study ----'           Suspended --'
//!         any waiting stage -> Withdrawn | Rejected | Expired
//! ```
//!
//! Requests are gathered into rounds as their track says (`lanes`); a serial track makes rounds of one.
//! A round waits for a desk of its lane, is studied as a whole, and all its members answer; when the last
//! one has answered, those who leave are settled, those who stay raise their deposits, and the round is
//! studied again, goes to its next phase, or signs (`rounds`).
//!
//! A study counts on everybody with an earlier place and on everybody who has had an offer or holds a
//! contract: an offer, once made, stands. Where the track says so, when one of these leaves, every
//! unanswered offer that counted on it *and* needs any upgrade is void and studied again, at the
//! request's old place. Later requests that rely on an upgrade wait for it and, if all who pay for it
//! drop out before signing, the earliest signed one takes it over.
//!
//! The queue values no project: it emits [`Effect::DecisionDue`] and waits. It knows no flows: it emits
//! [`Effect::StudyDue`] and takes the result.
//!
//! Invariants: every request is in exactly one stage and at most one round; deposits held equal what
//! waiting and ramping requests have paid in and what leavers forfeited to rounds that are still open; an
//! upgrade is ordered at most once. No event goes through all requests ever filed (`index`): the cost of
//! one is that of the calendar, of the members of a round, or of the offers that are open.

mod admission;
mod index;
mod lanes;
mod leave;
mod money;
mod offering;
mod physics;
mod rounds;
mod supply;
mod views;
mod works;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use admission::asked_of;
pub use money::{DEPOSITS_ACCOUNT, RATE_BASE_ACCOUNT, STATION_ACCOUNT, STUDY_ACCOUNT, TRANSMISSION_ACCOUNT};
pub use physics::{RoundStudy, StudyGrid};
pub use rounds::Round;
pub use supply::Energization;
pub use views::{Commitment, StageRow};

use super::effect::{Effect, QueueEvent};
use super::params::QueueParams;
use super::request::{Application, Exit, Request, RequestId, Stage, Stamp};
use super::track::Track;
use super::upgrade::{Upgrade, months};
use crate::kernel::{Purpose, Schedule, SimSpan, SimTime, Streams, uniform_open};
use crate::ledger::{Ledger, LedgerError};
use crate::math::ln;
use crate::policy::Policies;
use index::Index;
use lanes::Lane;
use money::Cashier;
use supply::Supply;

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
    /// There is no such round, or it is not in study.
    #[error("round {0} waits for no study's result")]
    NotInStudy(u32),
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

/// Requests, rounds, upgrades and study offices of one region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Queue {
    params: QueueParams,
    streams: Streams,
    /// Every track that a request has come under; the first is that of the parameters.
    tracks: Vec<Track>,
    lanes: Vec<Lane>,
    rounds: Vec<Round>,
    requests: Vec<Request>,
    upgrades: Vec<Upgrade>,
    names: BTreeSet<String>,
    index: Index,
    /// Lines of work, if they are modelled.
    supply: Option<Supply>,
    /// Reports made so far.
    reports: u64,
}

/// What a step of the queue works with besides the queue.
struct Desk<'a, S> {
    schedule: &'a mut S,
    ledger: &'a mut Ledger,
    effects: Vec<Effect>,
}

impl<'a, S: Schedule<QueueEvent>> Desk<'a, S> {
    fn new(schedule: &'a mut S, ledger: &'a mut Ledger) -> Desk<'a, S> {
        Desk { schedule, ledger, effects: Vec::new() }
    }

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
        let mut queue = Queue {
            tracks: Vec::new(),
            lanes: Vec::new(),
            rounds: Vec::new(),
            requests: Vec::new(),
            upgrades: Vec::new(),
            names: BTreeSet::new(),
            index: Index::default(),
            supply: Supply::of(&params),
            reports: 0,
            params,
            streams,
        };
        let track = queue.params.track();
        queue.intern(track);
        queue
    }

    /// Files a request: if the rules in force let it in, it pays fee and deposit of its track and takes
    /// its place.
    pub fn file(
        &mut self,
        application: Application,
        policies: &Policies,
        schedule: &mut impl Schedule<QueueEvent>,
        ledger: &mut Ledger,
    ) -> Result<(RequestId, Vec<Effect>), QueueError> {
        let name = application.name.clone();
        if !(application.requested_mw.is_finite() && application.requested_mw > 0.0) {
            return Err(QueueError::Size { name, mw: application.requested_mw.to_string() });
        }
        if !self.names.insert(name.clone()) {
            return Err(QueueError::DuplicateName(name));
        }
        let id = RequestId(self.requests.len() as u32);
        if let Some(project) = &application.project {
            self.index.projects.entry(project.clone()).or_default().insert(id);
        }
        self.requests.push(Request::new(application, schedule.now()));
        self.index.living.insert(id);
        self.reindex(id);
        let mut desk = Desk::new(schedule, ledger);
        self.try_to_admit(id, policies, &mut desk)?;
        if self.requests[id.0 as usize].stage().is_waiting() {
            self.order_early(id, desk.schedule.now());
        }
        Ok((id, desk.effects))
    }

    /// Handles an event that the calendar delivered.
    pub fn handle(
        &mut self,
        event: QueueEvent,
        schedule: &mut impl Schedule<QueueEvent>,
        ledger: &mut Ledger,
    ) -> Result<Vec<Effect>, QueueError> {
        let mut desk = Desk::new(schedule, ledger);
        match event {
            QueueEvent::UpgradeDone(id) => self.finish(id, &mut desk),
            QueueEvent::Reform(_) => desk.effects.push(Effect::ReformDue),
            QueueEvent::Admit(id) => desk.effects.push(Effect::AdmissionDue(id)),
            QueueEvent::Close(lane) => self.close(lane as usize, &mut desk)?,
            QueueEvent::Begin(round) => self.begin_phase(round, &mut desk)?,
            QueueEvent::StudyDone(round) => {
                let lane = self.rounds[round.0 as usize].lane;
                self.lanes[lane].leave(round);
                self.begin_studies(lane, &mut desk);
                desk.effects.push(Effect::StudyDue(round));
            }
            QueueEvent::Decide(id) => {
                if let Some(offer) = &self.request(id)?.offer {
                    desk.effects.push(Effect::DecisionDue(id, Box::new(offer.clone())));
                }
            }
            QueueEvent::Expire(id) => self.leave(id, Stage::Expired, Exit::OfferLapsed, &mut desk)?,
            QueueEvent::Quit(id) => self.leave(id, Stage::Withdrawn, Exit::Attrition, &mut desk)?,
            QueueEvent::Resume(id) => self.resume(id, &mut desk),
            QueueEvent::Build(id) => self.build(id, &mut desk)?,
            QueueEvent::Lapse(id) => self.lapse(id, &mut desk),
            QueueEvent::Energize(id) | QueueEvent::Ramp(id) => self.ramp(id, &mut desk)?,
        }
        Ok(desk.effects)
    }

    /// The owner's answer to the standing offer. In a round it takes effect when all have answered.
    pub fn decide(
        &mut self,
        id: RequestId,
        accept: bool,
        schedule: &mut impl Schedule<QueueEvent>,
        ledger: &mut Ledger,
    ) -> Result<Vec<Effect>, QueueError> {
        self.expect(id, &[Stage::Offered], "answer an offer")?;
        let mut desk = Desk::new(schedule, ledger);
        desk.schedule.cancel(QueueEvent::Decide(id));
        desk.schedule.cancel(QueueEvent::Expire(id));
        self.requests[id.0 as usize].answer = Some(accept);
        if let Some(round) = self.requests[id.0 as usize].round {
            self.conclude(round, &mut desk)?;
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
        let waiting = Stage::ALL.map(|stage| if stage.is_waiting() { stage } else { Stage::Filed });
        self.expect(id, &waiting, "leave the queue")?;
        let mut desk = Desk::new(schedule, ledger);
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
        self.reindex(id);
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

    /// The track of a request.
    pub fn track(&self, id: RequestId) -> Result<&Track, QueueError> {
        Ok(&self.tracks[self.request(id)?.track])
    }

    fn track_of(&self, id: RequestId) -> &Track {
        &self.tracks[self.requests[id.0 as usize].track]
    }
}

#[cfg(test)]
mod tests;
