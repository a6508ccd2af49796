//! From the result of a study to offers: what each needs of others, what it costs, when it is ready.

use std::collections::BTreeSet;

use super::{Desk, Queue, QueueError, RoundStudy, days};
use crate::grid::BusId;
use crate::interconnection::effect::{Effect, QueueEvent};
use crate::interconnection::group::{GroupOverload, TransferOutcome};
use crate::interconnection::offer::{Offer, ReadyItem};
use crate::interconnection::request::{Exit, RequestId, RoundId, Stage};
use crate::interconnection::track::{CostShares, Scope};
use crate::interconnection::upgrade::{Remedy, Station, Upgrade, UpgradeId, UpgradeState, Works};
use crate::kernel::{Schedule, SimSpan, SimTime};
use crate::ledger::{Cents, Ledger};

use super::index::visit;
use super::money::{STUDY_ACCOUNT, split};

impl Queue {
    /// Takes the result of the study that was due and reports to every member, or rejects those for whom
    /// there is no bus, or whose part in an overload is largest that no standard works clear; the others
    /// are then studied again at this instant.
    ///
    /// The study must be that of [`Queue::study`] at this instant, or one that counts on the same
    /// [`Queue::commitments`] and [`Queue::add_planned`] increases.
    pub fn complete_study(
        &mut self,
        round: RoundId,
        study: &RoundStudy,
        schedule: &mut impl Schedule<QueueEvent>,
        ledger: &mut Ledger,
    ) -> Result<Vec<Effect>, QueueError> {
        let in_study = |id: &RequestId| self.requests[id.0 as usize].stage() == Stage::Studying;
        let members = self.rounds.get(round.0 as usize).map_or(&[][..], |round| &round.members);
        if members.is_empty() || !members.iter().all(in_study) {
            return Err(QueueError::NotInStudy(round.0));
        }
        let mut desk = Desk::new(schedule, ledger);
        let lane = self.rounds[round.0 as usize].lane;
        self.lanes[lane].leave(round);
        desk.schedule.cancel(QueueEvent::StudyDone(round));
        for &id in &study.nowhere {
            self.leave(id, Stage::Rejected, Exit::NoPointOfInterconnection, &mut desk)?;
        }
        let own = self.own_proposals(round);
        let mut works = Vec::new();
        for group in &study.outcome.charged {
            let Some(remedy) = self.remedy(group, &own) else {
                let worst = largest(&group.impact_mw);
                self.leave(study.sited[worst].0, Stage::Rejected, Exit::NoUpgradeClears, &mut desk)?;
                if !self.rounds[round.0 as usize].members.is_empty() {
                    desk.effects.push(Effect::StudyDue(round));
                }
                return Ok(desk.effects);
            };
            works.push((group, remedy));
        }
        if study.sited.is_empty() {
            return Ok(desk.effects);
        }
        self.report(round, study, &works, &own, &mut desk)?;
        self.restudy_dependents(super::leave::Causes::NONE, &mut desk)?;
        self.begin_studies(lane, &mut desk);
        Ok(desk.effects)
    }

    /// The works that clear an overload.
    fn remedy(&self, group: &GroupOverload, own: &BTreeSet<UpgradeId>) -> Option<Remedy> {
        let overload = &group.overload;
        let planned_anew = own.iter().any(|id| {
            let upgrade = &self.upgrades[id.0 as usize];
            upgrade.branch == overload.branch && upgrade.works == Works::Reconductor
        });
        let reconductored = self.index.reconductored.contains(&overload.branch) && !planned_anew;
        let catalogue = &self.params.catalogue;
        overload.remedy.or_else(|| catalogue.remedy(&overload.studied, reconductored, overload.lacking_mw()))
    }

    /// Upgrades that members of a round propose and that nobody who has signed relies on: a further study
    /// proposes them anew, or not.
    pub(super) fn own_proposals(&self, round: RoundId) -> BTreeSet<UpgradeId> {
        let members = &self.rounds[round.0 as usize].members;
        let proposals = members.iter().flat_map(|&id| self.index.proposals(id));
        proposals.filter(|&upgrade| self.signed_dependent(upgrade).is_none()).collect()
    }

    /// Proposes the works of a study and makes everybody an offer.
    fn report<S: Schedule<QueueEvent>>(
        &mut self,
        round: RoundId,
        study: &RoundStudy,
        works: &[(&GroupOverload, Remedy)],
        own: &BTreeSet<UpgradeId>,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let needs: Vec<(Vec<UpgradeId>, Vec<UpgradeId>)> = (study.sited.iter())
            .zip(&study.outcome.transfers)
            .map(|(&(id, _), outcome)| self.needed_of_planned(id, own, outcome))
            .collect();
        let rule = self.track_of_round(round).shares;
        let mut kept: BTreeSet<UpgradeId> = needs.iter().flat_map(|(own, _)| own).copied().collect();
        let mut proposed: Vec<(UpgradeId, &GroupOverload)> = Vec::new();
        for (group, remedy) in works {
            let id = self.propose(&study.sited, group, *remedy, rule, own)?;
            kept.insert(id);
            proposed.push((id, group));
        }
        let members: Vec<RequestId> = study.sited.iter().map(|(id, _)| *id).collect();
        let before: BTreeSet<UpgradeId> =
            members.iter().flat_map(|&id| self.index.proposals(id)).filter(|id| !kept.contains(id)).collect();
        for id in before {
            self.give_up(id, desk)?;
        }
        self.allow(&members, &proposed);
        self.pay_for_lateness(round, desk)?;
        self.count_study(round);
        self.reports += 1;
        for (n, ((&(id, bus), outcome), (mut upgrades, mut relied))) in
            study.sited.iter().zip(&study.outcome.transfers).zip(needs).enumerate()
        {
            for (upgrade, group) in &proposed {
                if self.upgrades[upgrade.0 as usize].shares.iter().any(|(sharer, _)| *sharer == id) {
                    upgrades.push(*upgrade);
                } else if group.impact_mw[n] > 0.0 && group.dfax[n] >= self.params.rules.dfax_min {
                    relied.push(*upgrade);
                }
            }
            self.make_offer(id, bus, (upgrades, relied), outcome, desk)?;
        }
        Ok(())
    }

    /// Takes what everybody in the region pays for out of the shares of a round's members.
    fn allow(&mut self, members: &[RequestId], proposed: &[(UpgradeId, &GroupOverload)]) {
        for &id in members {
            let mut left = Cents::from_usd(self.track_of(id).allowance_usd).unwrap_or(Cents::ZERO);
            for (upgrade, _) in proposed {
                let upgrade = &mut self.upgrades[upgrade.0 as usize];
                for (_, share) in upgrade.shares.iter_mut().filter(|(sharer, _)| *sharer == id) {
                    let allowed = left.min(*share);
                    left = Cents(left.0 - allowed.0);
                    *share = Cents(share.0 - allowed.0);
                    upgrade.charge = Cents(upgrade.charge.0 - allowed.0);
                }
            }
        }
    }

    /// An office that took too long pays the members in equal parts.
    fn pay_for_lateness<S: Schedule<QueueEvent>>(
        &mut self,
        round: RoundId,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let at = &self.rounds[round.0 as usize];
        let Some(late) = self.track_of_round(round).phases[at.phase()].late else { return Ok(()) };
        let members = at.members.clone();
        let begun = members.first().and_then(|id| self.requests[id.0 as usize].entered(Stage::Studying));
        let took_days = begun.map_or(0.0, |begun| desk.schedule.now().since(begun).as_days());
        let entry_usd: f64 =
            members.iter().map(|&id| self.track_of(id).entry_deposit.usd(self.basis(id))).sum();
        let owed_usd =
            (late.usd_per_day * (took_days - late.due_days).max(0.0)).min(late.max_deposit_share * entry_usd);
        let parts = split(Cents::from_usd(owed_usd)?, &vec![1.0; members.len()]);
        for (id, part) in members.iter().zip(parts) {
            let owner = &self.requests[id.0 as usize].application.owner;
            desk.cashier().pay(STUDY_ACCOUNT, owner, "late_study", part)?;
        }
        Ok(())
    }

    /// Proposes works, or renews the proposal if the round had proposed the same before.
    fn propose(
        &mut self,
        sited: &[(RequestId, BusId)],
        group: &GroupOverload,
        remedy: Remedy,
        rule: CostShares,
        own: &BTreeSet<UpgradeId>,
    ) -> Result<UpgradeId, QueueError> {
        let branch = group.overload.branch;
        let weights = group.shares(rule);
        let payer = sited[largest(&group.impact_mw)].0;
        let charge = if rule == CostShares::PostageStamp {
            Cents::ZERO
        } else {
            Cents::from_usd(remedy.cost_usd * group.overload.own_share())?
        };
        // Where nobody pays, the largest stands for the order.
        let mut shares: Vec<(RequestId, Cents)> =
            sited.iter().map(|(id, _)| *id).zip(split(charge, &weights)).collect();
        let mut at = 0;
        shares.retain(|(id, _)| {
            at += 1;
            weights[at - 1] > 0.0 || (rule == CostShares::PostageStamp && *id == payer)
        });
        let payer = if shares.iter().any(|(id, _)| *id == payer) { payer } else { shares[0].0 };
        let same = own.iter().copied().find(|id| {
            let known = &self.upgrades[id.0 as usize];
            known.branch == branch && known.works == remedy.works && known.added_mw == remedy.added_mw
        });
        let id = same.unwrap_or(UpgradeId(self.upgrades.len() as u32));
        if same.is_none() {
            self.upgrades.push(Upgrade {
                branch,
                works: remedy.works,
                added_mw: remedy.added_mw,
                cost: Cents::ZERO,
                charge: Cents::ZERO,
                shares: Vec::new(),
                lead: remedy.lead,
                payer,
                state: UpgradeState::Proposed,
            });
        }
        let upgrade = &mut self.upgrades[id.0 as usize];
        (upgrade.cost, upgrade.charge) = (Cents::from_usd(remedy.cost_usd)?, charge);
        self.set_shares(id, payer, shares);
        Ok(id)
    }

    /// Of the upgrades on their way, those that the request has proposed and still needs, and those of
    /// others that it needs: the surest and earliest ones of each branch that suffice. Not those that its
    /// round proposes anew.
    fn needed_of_planned(
        &self,
        id: RequestId,
        anew: &BTreeSet<UpgradeId>,
        outcome: &TransferOutcome,
    ) -> (Vec<UpgradeId>, Vec<UpgradeId>) {
        let (mut own, mut others) = (Vec::new(), Vec::new());
        for &(branch, needed_mw) in &outcome.relied {
            let pending = self.index.pending.get(&branch).into_iter().flatten();
            visit(pending.clone().count());
            let mut on_branch: Vec<(SimTime, UpgradeId)> = pending
                .filter(|upgrade| !anew.contains(upgrade))
                .filter_map(|&upgrade| match self.upgrades[upgrade.0 as usize].state {
                    UpgradeState::Committed { ready } => Some((ready, upgrade)),
                    UpgradeState::Proposed => Some((SimTime(u64::MAX), upgrade)),
                    UpgradeState::Done { .. } | UpgradeState::Cancelled => None,
                })
                .collect();
            on_branch.sort_unstable();
            let mut missing_mw = needed_mw;
            for (_, upgrade_id) in on_branch {
                if missing_mw <= 0.0 {
                    break;
                }
                let upgrade = &self.upgrades[upgrade_id.0 as usize];
                missing_mw -= upgrade.added_mw;
                if upgrade.payer == id { own.push(upgrade_id) } else { others.push(upgrade_id) }
            }
        }
        (own, others)
    }

    /// Reports to a request and waits for its answer.
    fn make_offer<S: Schedule<QueueEvent>>(
        &mut self,
        id: RequestId,
        bus: BusId,
        needs: (Vec<UpgradeId>, Vec<UpgradeId>),
        outcome: &TransferOutcome,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let now = desk.schedule.now();
        let own_cost = self.share_of(id, &needs.0);
        let (phase, at) = self.phase_of(id);
        let decision = days(phase.decision_days);
        let restudied = self.requests[id.0 as usize].round.is_some_and(|round| self.is_restudied(round));
        let request = &mut self.requests[id.0 as usize];
        request.bus = Some(bus);
        request.studies += 1;
        request.reported_phase = Some(at);
        request.reported_restudy = restudied;
        request.allocated_before = (request.studies > 1).then_some(request.allocated);
        request.allocated = own_cost;
        request.allocated_first = request.allocated_first.or(Some(own_cost));
        request.reported = self.reports;
        request.counted_since = request.counted_since.or(Some(self.reports));
        let offer = self.offer(id, bus, needs, outcome, now)?;
        let answer_by = offer.answer_by;
        let limiting = offer.upgrades.first().map(|id| self.upgrades[id.0 as usize].branch);
        self.requests[id.0 as usize].limiting = limiting;
        self.set_offer(id, Some(offer));
        self.enter(id, Stage::Offered, desk);
        desk.after(decision, QueueEvent::Decide(id));
        desk.schedule.at(answer_by, QueueEvent::Expire(id));
        Ok(())
    }

    /// A request's part of the cost of upgrades.
    fn share_of(&self, id: RequestId, upgrades: &[UpgradeId]) -> Cents {
        let shares = upgrades.iter().flat_map(|upgrade| &self.upgrades[upgrade.0 as usize].shares);
        let own = shares.filter(|(sharer, _)| *sharer == id);
        own.fold(Cents::ZERO, |sum, (_, share)| sum.saturating_add(*share))
    }

    fn offer(
        &self,
        id: RequestId,
        bus: BusId,
        (upgrades, relied): (Vec<UpgradeId>, Vec<UpgradeId>),
        outcome: &TransferOutcome,
        now: SimTime,
    ) -> Result<Offer, QueueError> {
        let request = &self.requests[id.0 as usize];
        let application = &request.application;
        let (track, (phase, at)) = (self.track_of(id), self.phase_of(id));
        let mw = application.requested_mw;
        let (units, cost_usd, new_lead) = self.params.catalogue.station(mw);
        let contingent_cost = (relied.iter())
            .map(|id| &self.upgrades[id.0 as usize])
            .filter(|upgrade| upgrade.state == UpgradeState::Proposed)
            .fold(Cents::ZERO, |sum, upgrade| sum.saturating_add(upgrade.charge));
        let to_come = request.round.map_or(SimSpan(0), |round| self.phases_to_come(round));
        let signed = now + days(phase.decision_days) + to_come;
        let begun = signed + days(track.agreement_days);
        let quoted = self.quoted_station(id, now).map(|ready| ready.since(begun));
        let lead = quoted.or(application.station_lead).unwrap_or(new_lead);
        let station = Station { units, cost: Cents::from_usd(cost_usd)?, lead };
        let mut dates = vec![
            (application.wanted, ReadyItem::Wanted),
            (begun + application.construction, ReadyItem::OwnWorks),
            (begun + lead, ReadyItem::Station),
        ];
        let waits = !matches!(track.scope, Scope::Conditional { .. });
        for &upgrade_id in upgrades.iter().chain(&relied).filter(|_| waits) {
            let upgrade = &self.upgrades[upgrade_id.0 as usize];
            let shares = upgrade.shares.iter().any(|(sharer, _)| *sharer == id);
            let ready = match upgrade.state {
                UpgradeState::Committed { ready } => ready,
                _ if shares => signed + upgrade.lead,
                _ => self.decision_point(upgrade.payer).unwrap_or(signed).max(now) + upgrade.lead,
            };
            dates.push((ready, ReadyItem::Upgrade(upgrade_id)));
        }
        let (ready, set_by) = latest(&dates);
        let firm_mw = if waits || (upgrades.is_empty() && relied.is_empty()) {
            mw
        } else {
            let headroom_mw = outcome.headroom.map_or(mw, |limit| limit.headroom_mw);
            outcome.firm_mw.unwrap_or(headroom_mw).clamp(0.0, mw)
        };
        let basis = self.basis(id);
        let due = Cents::from_usd(phase.deposit.usd(basis))?;
        let deposit = due.max(request.readiness);
        let security = Cents::from_usd(track.security.usd(basis))?;
        let (penalty, held) = match track.phases.get(at + 1) {
            Some(next) => (&next.penalty, deposit),
            None => (&track.signed_penalty, security),
        };
        let at_risk_usd = penalty.deposit_share * held.as_usd() + penalty.amount.usd(basis);
        Ok(Offer {
            bus,
            firm_mw,
            conditional_mw: mw - firm_mw,
            phase: at,
            phases_left: track.phases.len().saturating_sub(at + 1),
            deposit_due: Cents((due.0 - request.readiness.0).max(0)),
            leaving_cost: self.leaving_cost(id, request.readiness, true)?,
            at_risk: Cents::from_usd(at_risk_usd)?.clamp(Cents::ZERO, held),
            upgrade_cost: request.allocated,
            contingent_cost,
            upgrades,
            relied,
            station,
            security,
            ready: ready.to_next_hour_edge(),
            set_by,
            headroom: outcome.headroom,
            answer_by: now + days(phase.valid_days).max(SimSpan(1)),
        })
    }

    /// When the owner of a standing offer has to answer.
    fn decision_point(&self, id: RequestId) -> Option<SimTime> {
        let request = &self.requests[id.0 as usize];
        let offered = request.offer.as_ref().and(request.entered(Stage::Offered))?;
        Some(offered + days(self.phase_of(id).0.decision_days))
    }
}

/// The position of the largest, of equal ones the first.
fn largest(quantities: &[f64]) -> usize {
    (0..quantities.len()).rev().max_by(|&a, &b| quantities[a].total_cmp(&quantities[b])).unwrap_or(0)
}

/// The latest date and what sets it; of equal dates the first in the list.
pub(super) fn latest(dates: &[(SimTime, ReadyItem)]) -> (SimTime, ReadyItem) {
    let mut latest = dates[0];
    for &date in &dates[1..] {
        if date.0 > latest.0 {
            latest = date;
        }
    }
    latest
}
