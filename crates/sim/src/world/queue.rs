//! The world's side of the interconnection queue: studies, answers, energizations.
//!
//! The queue says that a study is due; the world makes it on this year's snapshots with everything that
//! the queue counts on. The queue says that an answer is due; the world asks the firm. The queue says
//! that a site is energized; the world opens it and puts equipment on order.

use gridrush_core::grid::{BusId, ZoneId};
use gridrush_core::interconnection::{Effect, Offer, QueueEvent, RequestId, StudyBranch, StudyCase};
use gridrush_tables::RowSink;

use super::{RunError, World};
use crate::planning::FirmLoad;
use crate::supply::months;

/// Years between a study and the year it studies: what is asked for now is built by then.
const STUDY_AHEAD_YEARS: usize = 2;

impl World {
    pub(super) fn handle_queue(&mut self, event: QueueEvent, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let effects = self.queue.handle(event, &mut self.calendar, &mut self.ledger)?;
        self.follow(effects, sink)
    }

    /// Acts on what the queue hands over, in order, including what follows from it.
    fn follow(&mut self, effects: Vec<Effect>, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let mut pending: std::collections::VecDeque<Effect> = effects.into();
        while let Some(effect) = pending.pop_front() {
            match effect {
                Effect::StudyDue(request) => pending.extend(self.study(request)?),
                Effect::DecisionDue(request, offer) => pending.extend(self.answer(request, &offer, sink)?),
                Effect::Energized { request, energized_mw } => self.energize(request, energized_mw)?,
                Effect::RatingChanged { branch, added_mw } => {
                    self.clearing.problem.branches[branch.0 as usize].limit_mw += added_mw;
                    self.study_branches[branch.0 as usize].rating_mw += added_mw;
                }
                Effect::CostReassigned { .. }
                | Effect::Restudy(_)
                | Effect::Withdrawn(..)
                | Effect::Rejected(..)
                | Effect::Expired(..) => {}
            }
        }
        Ok(())
    }

    /// Studies a request on this year's snapshots, finding it a bus first if it has none.
    fn study(&mut self, id: RequestId) -> Result<Vec<Effect>, RunError> {
        let mut branches: Vec<StudyBranch> = self.study_branches.clone();
        self.queue.add_planned(&mut branches);
        let rules = self.queue.params().rules;
        let dc = &self.topology;
        let mut case = StudyCase::new(dc, &mut self.unit_flows, self.snapshots.clone(), branches, rules)
            .map_err(RunError::Study)?;
        // What was energized since the snapshots were made, then what has not been energized yet.
        for (site, &drawn_mw) in self.sites.iter().zip(&self.snapshot_mw) {
            if site.energized_mw > drawn_mw {
                case.commit(BusId(site.bus), site.energized_mw - drawn_mw);
            }
        }
        for commitment in self.queue.commitments(id) {
            case.commit(commitment.bus, commitment.mw);
        }
        let request = self.queue.request(id)?;
        let application = request.application();
        let (mw, zone) = (application.requested_mw, application.zone);
        let bus = match request.bus() {
            Some(bus) => bus,
            None => {
                let siting = &self.queue.params().siting;
                let found = siting.choose(&mut case, &self.setup.pack.network, zone, mw);
                found.map_or_else(|| strongest(&self.clearing, zone), |siting| siting.bus)
            }
        };
        let outcome = case.study(bus, mw);
        Ok(self.queue.complete_study(id, bus, &outcome, &mut self.calendar, &mut self.ledger)?)
    }

    /// Asks the owner for an answer.
    fn answer(
        &mut self,
        id: RequestId,
        offer: &Offer,
        sink: &mut dyn RowSink,
    ) -> Result<Vec<Effect>, RunError> {
        let accept = self.owner_accepts(id, offer, sink)?;
        if accept {
            self.probes.system.upgrade_cost_usd += offer.upgrade_cost.as_usd();
        }
        Ok(self.queue.decide(id, accept, &mut self.calendar, &mut self.ledger)?)
    }

    /// Gives a request its power, opening its site the first time.
    fn energize(&mut self, id: RequestId, energized_mw: f64) -> Result<(), RunError> {
        let at = id.0 as usize;
        if self.site_of_request.len() <= at {
            self.site_of_request.resize(at + 1, None);
        }
        let site = match self.site_of_request[at] {
            Some(site) => site,
            None => {
                let request = self.queue.request(id)?;
                let application = request.application().clone();
                let bus = request.bus().unwrap_or(BusId(0));
                let mw = application.requested_mw;
                let site = self.open_site(&application.name, application.class, bus, mw);
                self.site_of_request[at] = Some(site);
                site
            }
        };
        self.sites[site].energized_mw = energized_mw;
        let contract_mw = self.sites[site].contract_mw;
        let steps = self.queue.request(id)?.application().ramp_months.max(1);
        let next_mw = (energized_mw + contract_mw / f64::from(steps)).min(contract_mw);
        self.equip(site, next_mw);
        Ok(())
    }

    /// Makes this year's snapshots: the state of the grid some years ahead, with every site that exists
    /// at its contract.
    pub(super) fn refresh_snapshots(&mut self) -> Result<(), RunError> {
        let hours_ahead = months(12 * STUDY_AHEAD_YEARS as u32).0 / gridrush_core::kernel::HOUR_MS;
        let first_hour = self.calendar.now().hour() + hours_ahead as usize;
        let loads = self.firm_loads(false);
        self.snapshot_mw = self.sites.iter().map(|site| site.energized_mw).collect();
        self.snapshots = self
            .planner
            .snapshots(&self.setup, &self.weather, &self.clearing, &loads, first_hour)
            .map_err(RunError::Planning)?;
        Ok(())
    }

    /// What energized sites may draw now, or (for planners who look ahead) their whole contract.
    pub(super) fn firm_loads(&self, whole_contract: bool) -> Vec<FirmLoad> {
        let load = |(n, site): (usize, &crate::site::Site)| FirmLoad {
            site: n,
            mw: if whole_contract { site.contract_mw } else { site.energized_mw },
        };
        self.sites.iter().enumerate().map(load).collect()
    }
}

/// The bus of a zone with most line capacity.
fn strongest(clearing: &crate::clearing::Clearing, zone: ZoneId) -> BusId {
    let strong = &clearing.zones[usize::from(zone.0)].strong;
    let best = strong.iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
    BusId(best.map_or(0, |&(bus, _)| bus))
}
