//! The world's side of the interconnection queue: studies, answers, energizations.
//!
//! The queue says that a study is due; the world makes it on this year's snapshots with everything that
//! the queue counts on. The queue says that an answer is due; the world asks the firm. The queue says
//! that a site is energized; the world opens it and puts equipment on order.

use std::collections::BTreeMap;

use gridrush_core::grid::BusId;
use gridrush_core::interconnection::{
    Direction, Effect, Offer, QueueEvent, RequestId, RoundId, StudyBranch, StudyCase, StudyGrid, Transfer,
};
use gridrush_core::kernel::HOUR_MS;
use gridrush_tables::RowSink;

use super::{RunError, World};
use crate::planning::{FirmLoad, Outset};
use crate::site::Site;
use crate::supply::months;

/// Years between a study and the year it studies: what is asked for now is built by then.
const STUDY_AHEAD_YEARS: u32 = 2;

impl World {
    pub(super) fn handle_queue(&mut self, event: QueueEvent, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let effects = self.queue.handle(event, &mut self.calendar, &mut self.ledger)?;
        self.follow(effects, sink)
    }

    /// Acts on what the queue hands over, in order, including what follows from it.
    pub(super) fn follow(&mut self, effects: Vec<Effect>, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let mut pending: std::collections::VecDeque<Effect> = effects.into();
        while let Some(effect) = pending.pop_front() {
            match effect {
                Effect::StudyDue(round) => pending.extend(self.study(round)?),
                Effect::ReformDue => {
                    let policies = &self.setup.policies;
                    pending.extend(self.queue.reform(policies, &mut self.calendar, &mut self.ledger)?);
                }
                Effect::AdmissionDue(id) => {
                    let policies = &self.setup.policies;
                    pending.extend(self.queue.admit(id, policies, &mut self.calendar, &mut self.ledger)?);
                }
                Effect::DecisionDue(request, offer) => pending.extend(self.answer(request, &offer, sink)?),
                Effect::Energized { request, energized_mw } => self.energize(request, energized_mw)?,
                Effect::RatingChanged { branch, added_mw } if self.zonal.is_some() => {
                    self.finish_zonal_works(branch, added_mw);
                }
                Effect::RatingChanged { branch, added_mw } => {
                    let rating_mw = self.clearing.problem.branches[branch.0 as usize].limit_mw + added_mw;
                    self.clearing.set_rating(branch.0, rating_mw);
                    self.study_branches[branch.0 as usize].rating_mw += added_mw;
                }
                Effect::Firm { request, firm_mw } => {
                    let site = self.site_of_request.get(request.0 as usize).copied().flatten();
                    if let Some(site) = site {
                        self.note_firm(site, firm_mw);
                    }
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

    /// Studies a round on the snapshots, finding a bus for those who have none.
    fn study(&mut self, round: RoundId) -> Result<Vec<Effect>, RunError> {
        let study = if self.zonal.is_some() {
            self.study_zonal(round)
        } else {
            let branches = self.branches_as_planned();
            let grid = StudyGrid {
                dc: &self.topology,
                unit: &mut self.unit_flows,
                network: &self.setup.pack.network,
                snapshots: self.snapshots.clone(),
                branches,
            };
            self.queue.study(round, grid).map_err(RunError::Study)?
        };
        Ok(self.queue.complete_study(round, &study, &mut self.calendar, &mut self.ledger)?)
    }

    /// Branches with background reinforcements that are on their way.
    pub(super) fn branches_as_planned(&self) -> Vec<StudyBranch> {
        let mut branches = self.study_branches.clone();
        for (branch, building_mw) in branches.iter_mut().zip(&self.transmission.building_mw) {
            branch.planned_mw += building_mw;
        }
        branches
    }

    /// Asks the owner for an answer.
    fn answer(
        &mut self,
        id: RequestId,
        offer: &Offer,
        sink: &mut dyn RowSink,
    ) -> Result<Vec<Effect>, RunError> {
        let accept = self.owner_accepts(id, offer, sink)?;
        Ok(self.queue.decide(id, accept, &mut self.calendar, &mut self.ledger)?)
    }

    /// Gives a request its power: a load's site is opened the first time, a plant's capacity comes into the
    /// market.
    fn energize(&mut self, id: RequestId, energized_mw: f64) -> Result<(), RunError> {
        let at = id.0 as usize;
        if self.power_of_request.len() <= at {
            self.power_of_request.resize(at + 1, 0.0);
            self.site_of_request.resize(at + 1, None);
        }
        let added_mw = energized_mw - std::mem::replace(&mut self.power_of_request[at], energized_mw);
        let request = self.queue.request(id)?;
        let application = request.application();
        let bus = request.bus().unwrap_or(BusId(0));
        let zone = self.clearing.zone_of_bus(bus.0);
        let direction = application.direction;
        self.add_to_snapshots(Transfer { bus, mw: added_mw, direction }, zone)?;
        if let Some(technology) = self.intents[at].technology {
            self.connect_plant(technology, zone, added_mw);
            return Ok(());
        }
        if !self.setup.scenario.dispatch.hourly {
            return Ok(());
        }
        let steps = f64::from(self.queue.request(id)?.application().ramp_months.max(1));
        let site = if let Some(site) = self.site_of_request[at] {
            site
        } else {
            let application = self.queue.request(id)?.application().clone();
            let mw = application.requested_mw;
            let site = self.open_site(&application.name, application.class, bus, mw);
            self.site_of_request[at] = Some(site);
            self.settle_obligations(site, id)?;
            site
        };
        self.sites[site].energized_mw = energized_mw;
        self.note_energized(site);
        let contract_mw = self.sites[site].contract_mw;
        let next_mw = (energized_mw + contract_mw / steps).min(contract_mw);
        self.equip(site, next_mw);
        Ok(())
    }

    /// Adds power that flows from now on to the snapshots of studies.
    pub(super) fn add_to_snapshots(&mut self, transfer: Transfer, zone: usize) -> Result<(), RunError> {
        if let Some(zonal) = &mut self.zonal {
            // What plants add shows when the states are made anew.
            if transfer.direction == Direction::Load {
                zonal.add_load(zone, transfer.mw);
            }
            return Ok(());
        }
        let (snapshots, branches) = (std::mem::take(&mut self.snapshots), self.study_branches.clone());
        let rules = self.queue.params().rules;
        let mut case = StudyCase::new(&self.topology, &mut self.unit_flows, snapshots, branches, rules)
            .map_err(RunError::Study)?;
        case.commit_transfer(transfer);
        self.snapshots = case.snapshots().to_vec();
        Ok(())
    }

    /// Adds to new snapshots what was energized without a site: the queue runs alone.
    fn add_energized(&mut self) -> Result<(), RunError> {
        if self.setup.scenario.dispatch.hourly {
            return Ok(());
        }
        let mut mw_at: BTreeMap<BusId, f64> = BTreeMap::new();
        for (_, request) in self.queue.living() {
            if let (Some(bus), Direction::Load) = (request.bus(), request.application().direction) {
                *mw_at.entry(bus).or_default() += request.energized_mw();
            }
        }
        for (bus, mw) in mw_at.into_iter().filter(|(_, mw)| *mw > 0.0) {
            let transfer = Transfer { bus, mw, direction: Direction::Load };
            self.add_to_snapshots(transfer, self.clearing.zone_of_bus(bus.0))?;
        }
        Ok(())
    }

    /// Makes this year's snapshots: the state of the grid some years ahead, with every site at what it
    /// may draw now.
    pub(super) fn refresh_snapshots(&mut self) -> Result<(), RunError> {
        let hours_ahead = months(12 * STUDY_AHEAD_YEARS).0 / HOUR_MS;
        let first_hour = self.calendar.now().hour() + hours_ahead as usize;
        let loads = self.firm_loads(false);
        if self.zonal.is_some() {
            self.refresh_zonal_snapshots(&loads, first_hour)?;
            return self.add_energized();
        }
        self.snapshots = self
            .planner
            .snapshots(Outset {
                setup: &self.setup,
                weather: &self.weather,
                market: &self.clearing,
                supply: &self.supply,
                loads: &loads,
                first_hour,
            })
            .map_err(RunError::Planning)?;
        self.add_energized()
    }

    /// What sites may draw now, or (for planners who look ahead) their whole contract.
    pub(super) fn firm_loads(&self, whole_contract: bool) -> Vec<FirmLoad> {
        let load = |(n, site): (usize, &Site)| FirmLoad {
            site: n,
            mw: if whole_contract { site.contract_mw } else { site.energized_mw },
        };
        self.sites.iter().enumerate().map(load).collect()
    }
}
