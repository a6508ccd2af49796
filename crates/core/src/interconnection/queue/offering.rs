//! From the result of a study to an offer: what it needs of others, what it costs, when it is ready.

use super::{Queue, QueueError, days};
use crate::grid::BusId;
use crate::interconnection::offer::{Offer, ReadyItem};
use crate::interconnection::request::{RequestId, Stage};
use crate::interconnection::study::StudyOutcome;
use crate::interconnection::upgrade::{Station, UpgradeId, UpgradeState};
use crate::kernel::{SimSpan, SimTime};
use crate::ledger::Cents;

impl Queue {
    /// Of the upgrades on their way, those that the request's own earlier study proposed and still
    /// needs, and those of others that it needs: the surest and earliest ones of each branch that
    /// suffice.
    pub(super) fn needed_of_planned(
        &self,
        id: RequestId,
        outcome: &StudyOutcome,
    ) -> (Vec<UpgradeId>, Vec<UpgradeId>) {
        let (mut own, mut others) = (Vec::new(), Vec::new());
        for &(branch, needed_mw) in &outcome.relied {
            let mut on_branch: Vec<(SimTime, UpgradeId)> = (0..)
                .map(UpgradeId)
                .zip(&self.upgrades)
                .filter(|(_, upgrade)| upgrade.branch == branch)
                .filter_map(|(upgrade_id, upgrade)| match upgrade.state {
                    UpgradeState::Committed { ready } => Some((ready, upgrade_id)),
                    UpgradeState::Proposed => Some((SimTime(u64::MAX), upgrade_id)),
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

    pub(super) fn offer(
        &self,
        id: RequestId,
        bus: BusId,
        upgrades: Vec<UpgradeId>,
        relied: Vec<UpgradeId>,
        outcome: &StudyOutcome,
        now: SimTime,
    ) -> Result<Offer, QueueError> {
        let application = &self.requests[id.0 as usize].application;
        let mw = application.requested_mw;
        let (units, cost_usd, new_lead) = self.params.catalogue.station(mw);
        let lead = application.station_lead.unwrap_or(new_lead);
        let station = Station { units, cost: Cents::from_usd(cost_usd)?, lead };
        let charge = |ids: &[UpgradeId], proposed_only: bool| {
            ids.iter()
                .map(|id| &self.upgrades[id.0 as usize])
                .filter(|upgrade| !proposed_only || upgrade.state == UpgradeState::Proposed)
                .fold(Cents::ZERO, |sum, upgrade| sum.saturating_add(upgrade.charge))
        };
        let signed = now + days(self.params.decision_days);
        let begun = signed + days(self.params.agreement_days);
        let mut dates = vec![
            (application.wanted, ReadyItem::Wanted),
            (begun + application.construction, ReadyItem::OwnWorks),
            (begun + lead, ReadyItem::Station),
        ];
        for &upgrade_id in upgrades.iter().chain(&relied) {
            let upgrade = &self.upgrades[upgrade_id.0 as usize];
            let ready = match upgrade.state {
                UpgradeState::Committed { ready } => ready,
                _ if upgrade.payer == id => signed + upgrade.lead,
                _ => self.decision_point(upgrade.payer).unwrap_or(signed).max(now) + upgrade.lead,
            };
            dates.push((ready, ReadyItem::Upgrade(upgrade_id)));
        }
        let (ready, set_by) = latest(&dates);
        Ok(Offer {
            bus,
            firm_mw: mw,
            upgrade_cost: charge(&upgrades, false),
            contingent_cost: charge(&relied, true),
            upgrades,
            relied,
            station,
            security: Cents::from_usd(self.params.security_usd_per_mw * mw)?,
            ready: ready.to_next_hour_edge(),
            set_by,
            headroom: outcome.headroom,
            answer_by: now + days(self.params.offer_valid_days).max(SimSpan(1)),
        })
    }

    /// When the owner of a standing offer has to answer.
    fn decision_point(&self, id: RequestId) -> Option<SimTime> {
        let request = &self.requests[id.0 as usize];
        let offered = request.offer.as_ref().and(request.entered(Stage::Offered))?;
        Some(offered + days(self.params.decision_days))
    }
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
