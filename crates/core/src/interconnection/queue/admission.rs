//! Who is let in, under which track, and what becomes of those who wait when the rules change.

use super::{Desk, Queue, QueueError};
use crate::interconnection::effect::{Effect, QueueEvent};
use crate::interconnection::request::{Application, Exit, Request, RequestId, Stage, Stamp};
use crate::interconnection::track::Track;
use crate::kernel::{Schedule, SimSpan, SimTime};
use crate::ledger::{Cents, Ledger};
use crate::policy::{AppliesTo, Asked, Books, Policies, Transition, Verdict};

impl Queue {
    /// What rules see of a request.
    pub fn asked(&self, id: RequestId) -> Result<Asked, QueueError> {
        let request = self.request(id)?;
        let project = request.application.project.as_ref();
        let siblings = project.and_then(|project| self.index.projects.get(project));
        let duplicates = siblings.map_or(0, |siblings| siblings.len().saturating_sub(1));
        Ok(asked_of(&request.application, request.filed(), duplicates as u32))
    }

    /// Puts the dates on which rules take effect that say what becomes of waiting requests into the
    /// calendar.
    pub fn schedule_reforms(&self, policies: &Policies, schedule: &mut impl Schedule<QueueEvent>) {
        for (n, rule) in policies.rules.iter().enumerate() {
            if rule.module.hooks.transition.is_some() && rule.effective >= schedule.now() {
                schedule.at(rule.effective, QueueEvent::Reform(n as u32));
            }
        }
    }

    /// Asks the rules again about a request that was made to wait.
    pub fn admit(
        &mut self,
        id: RequestId,
        policies: &Policies,
        schedule: &mut impl Schedule<QueueEvent>,
        ledger: &mut Ledger,
    ) -> Result<Vec<Effect>, QueueError> {
        self.expect(id, &[Stage::Held], "be let in")?;
        let mut desk = Desk::new(schedule, ledger);
        self.try_to_admit(id, policies, &mut desk)?;
        Ok(desk.effects)
    }

    /// Lets a request in, makes it wait, or refuses it.
    pub(super) fn try_to_admit<S: Schedule<QueueEvent>>(
        &mut self,
        id: RequestId,
        policies: &Policies,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let now = desk.schedule.now();
        let asked = self.asked(id)?;
        // What is asked for does not count among those who were admitted before.
        self.index.living.remove(&id);
        let (verdict, policy) = policies.admit(&asked, now, self);
        self.index.living.insert(id);
        let request = &mut self.requests[id.0 as usize];
        match verdict {
            Verdict::Accept => {}
            Verdict::AcceptUpTo(mw) if mw > 0.0 => {
                request.application.requested_mw = request.application.requested_mw.min(mw);
                self.reindex(id);
            }
            Verdict::AcceptUpTo(_) => {
                return self.refuse(id, policy.unwrap_or_default(), "nothing is left", desk);
            }
            Verdict::Refuse(why) => return self.refuse(id, policy.unwrap_or_default(), why, desk),
            Verdict::Wait(until) => {
                // Being held begins with the filing, not after it.
                if request.history.len() == 1 && request.stage() == Stage::Filed {
                    request.history[0] = Stamp { at: now, stage: Stage::Held };
                    self.reindex(id);
                }
                desk.schedule.at(until.max(now + SimSpan(1)), QueueEvent::Admit(id));
                return Ok(());
            }
        }
        let track = policies.track(&self.tracks[0], &asked, now);
        self.come_in(id, track, desk)
    }

    fn refuse<S: Schedule<QueueEvent>>(
        &mut self,
        id: RequestId,
        policy: &str,
        why: &str,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        self.requests[id.0 as usize].reason = Some(format!("{policy}: {why}"));
        self.leave(id, Stage::Rejected, Exit::Rule, desk)
    }

    /// A request that is let in pays and is gathered, unless its site is not under control.
    fn come_in<S: Schedule<QueueEvent>>(
        &mut self,
        id: RequestId,
        track: Option<Track>,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let at = track.map_or(0, |track| self.intern(track));
        self.requests[id.0 as usize].track = at;
        if self.requests[id.0 as usize].stage() == Stage::Held {
            self.enter(id, Stage::Filed, desk);
        }
        if self.falls_short(id, self.tracks[at].entry_site_control_share) {
            return self.leave(id, Stage::Rejected, Exit::NotReady, desk);
        }
        let (track, basis) = (&self.tracks[at], self.basis(id));
        let fee_usd = track.application_fee.usd(basis);
        let (deposit_usd, entry_usd) = (track.application_deposit.usd(basis), track.entry_deposit.usd(basis));
        let request = &mut self.requests[id.0 as usize];
        desk.cashier().filing(request, fee_usd, deposit_usd, entry_usd)?;
        self.restart_attrition(id, desk);
        self.gather(id, desk)
    }

    fn falls_short(&self, id: RequestId, site_control_share: f64) -> bool {
        self.requests[id.0 as usize].application.attributes.site_control_share < site_control_share
    }

    /// What becomes of waiting requests that have not signed when rules take effect at this instant, in
    /// order of filing: they stay, leave with their deposits, or move to the process in force without a
    /// penalty, with the deposits that they hold, which are raised to what entering costs.
    /// O(living requests).
    pub fn reform(
        &mut self,
        policies: &Policies,
        schedule: &mut impl Schedule<QueueEvent>,
        ledger: &mut Ledger,
    ) -> Result<Vec<Effect>, QueueError> {
        let mut desk = Desk::new(schedule, ledger);
        let now = desk.schedule.now();
        let waiting: Vec<RequestId> = self.index.living.iter().copied().collect();
        for id in waiting {
            let stage = self.requests[id.0 as usize].stage();
            if !stage.is_unsigned() || stage == Stage::Held {
                continue;
            }
            let asked = self.asked(id)?;
            match policies.transition(&asked, now) {
                (Transition::Stay, _) => {}
                (Transition::Leave(why), policy) => {
                    self.refuse(id, policy.unwrap_or_default(), why, &mut desk)?;
                }
                (Transition::Move, _) => {
                    let track = policies.track(&self.tracks[0], &asked, now);
                    let track = track.unwrap_or_else(|| self.tracks[0].clone());
                    if track.name != self.track_of(id).name {
                        self.move_over(id, track, &mut desk)?;
                    }
                }
            }
        }
        Ok(desk.effects)
    }

    /// Takes a request out of its round and gathers it anew.
    fn move_over<S: Schedule<QueueEvent>>(
        &mut self,
        id: RequestId,
        track: Track,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let lane = self.detach(id, desk);
        let old_round = self.requests[id.0 as usize].round.take();
        self.drop_proposals(id, desk)?;
        self.set_offer(id, None);
        let at = self.intern(track);
        let request = &mut self.requests[id.0 as usize];
        request.track = at;
        (request.answer, request.reported_phase, request.counted_since) = (None, None, None);
        request.limiting = None;
        (request.allocated, request.allocated_before, request.allocated_first) = (Cents::ZERO, None, None);
        if request.stage() == Stage::Filed {
            self.reindex(id);
        } else {
            self.enter(id, Stage::Filed, desk);
        }
        let entry = Cents::from_usd(self.tracks[at].entry_deposit.usd(self.basis(id)))?;
        desk.cashier().raise_readiness(&mut self.requests[id.0 as usize], entry)?;
        self.gather(id, desk)?;
        self.restudy_dependents(super::leave::Causes::NONE, desk)?;
        self.begin_studies(lane, desk);
        match old_round {
            Some(round) => {
                self.close_if_empty(round, desk)?;
                self.conclude(round, desk)
            }
            None => Ok(()),
        }
    }
}

/// What rules see of an application that is filed at an instant, beside so many of the same project.
pub fn asked_of(application: &Application, filed: SimTime, duplicates: u32) -> Asked {
    let attributes = &application.attributes;
    Asked {
        class: application.class,
        tags: attributes.tags,
        direction: application.direction,
        mw: application.requested_mw,
        kv: attributes.kv,
        zone: application.zone,
        service: application.service,
        filed,
        site_control_share: attributes.site_control_share,
        onsite_mw: attributes.onsite_mw,
        backup_mw: attributes.backup_mw,
        renewable_share: attributes.renewable_share,
        pue: attributes.pue,
        duplicates,
    }
}

/// O(living requests) for each question.
impl Books for Queue {
    fn admitted_mw(&self, about: &AppliesTo, since: SimTime) -> f64 {
        self.admitted_since(about, since).map(|request| request.application.requested_mw).sum()
    }

    fn admitted(&self, about: &AppliesTo, since: SimTime) -> u32 {
        self.admitted_since(about, since).count() as u32
    }

    fn energized_mw(&self, about: &AppliesTo) -> f64 {
        self.admitted_since(about, SimTime::ZERO).map(Request::energized_mw).sum()
    }
}

impl Queue {
    fn admitted_since<'a>(
        &'a self,
        about: &'a AppliesTo,
        since: SimTime,
    ) -> impl Iterator<Item = &'a Request> {
        self.index.living.iter().map(|id| &self.requests[id.0 as usize]).filter(move |request| {
            let asked = asked_of(&request.application, request.filed(), 0);
            request.stage() != Stage::Held && request.filed() >= since && about.holds(&asked, since)
        })
    }
}
