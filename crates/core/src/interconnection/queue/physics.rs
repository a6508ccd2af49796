//! The study that the queue asks for: siting and physics on the grid as it stands now.

use std::collections::BTreeSet;

use super::Queue;
use crate::grid::{BranchId, BusId, Network};
use crate::interconnection::group::{GroupOutcome, Transfer};
use crate::interconnection::request::{Direction, RequestId, RoundId};
use crate::interconnection::study::{Snapshot, StudyBranch, StudyCase, StudyError};
use crate::interconnection::track::Scope;
use crate::interconnection::transfer::{DcFlow, UnitFlows};
use crate::interconnection::zonal::{ZonalCase, ZonalGrid, ZonalTransfer};

/// The grid that requests are studied on.
#[derive(Debug)]
pub struct StudyGrid<'a, F> {
    /// Its flows.
    pub dc: &'a F,
    /// The cache of flow patterns that belongs to `dc`.
    pub unit: &'a mut UnitFlows,
    /// Buses, voltages and zones.
    pub network: &'a Network,
    /// States in which whatever draws power now is included.
    pub snapshots: Vec<Snapshot>,
    /// Branches with the ratings in service now and nothing planned.
    pub branches: Vec<StudyBranch>,
}

/// The study of a round.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoundStudy {
    /// Who was studied and where, in the order of the outcome's transfers.
    pub sited: Vec<(RequestId, BusId)>,
    /// Members whose zone has no bus to attach to.
    pub nowhere: Vec<RequestId>,
    /// What it says.
    pub outcome: GroupOutcome,
}

impl RoundStudy {
    /// Leaves out what other branches would charge or make wait for.
    fn keep_only(&mut self, counts: impl Fn(BranchId) -> bool) {
        self.outcome.charged.retain(|group| counts(group.overload.branch));
        for own in &mut self.outcome.transfers {
            own.relied.retain(|(branch, _)| counts(*branch));
        }
    }
}

impl Queue {
    /// Adds what the round has to count on (upgrades on their way, [`Queue::commitments`]), chooses a bus
    /// for every member that has none (one after the other, each counting on those before), and studies all
    /// of them together.
    ///
    /// # Panics
    /// If there is no such round, or a bus or branch is not in the grid.
    pub fn study<F: DcFlow>(&self, round: RoundId, grid: StudyGrid<'_, F>) -> Result<RoundStudy, StudyError> {
        let StudyGrid { dc, unit, network, snapshots, mut branches } = grid;
        self.add_planned(round, &mut branches);
        let mut case = StudyCase::new(dc, unit, snapshots, branches, self.params.rules)?.in_zones(network);
        for commitment in self.commitments(round) {
            case.commit_transfer(commitment);
        }
        let mut study = RoundStudy::default();
        let mut transfers = Vec::new();
        let mut seen = 0;
        let members = &self.rounds[round.0 as usize].members;
        for (n, &id) in members.iter().enumerate() {
            let request = &self.requests[id.0 as usize];
            let application = &request.application;
            let (zone, mw, direction) = (application.zone, application.requested_mw, application.direction);
            let siting = &self.params.siting;
            let bus = (request.bus)
                .or_else(|| siting.choose(&mut case, network, zone, mw, direction).map(|siting| siting.bus));
            let Some(bus) = bus else {
                study.nowhere.push(id);
                continue;
            };
            study.sited.push((id, bus));
            let transfer = Transfer { bus, mw, direction };
            transfers.push(transfer);
            // Those who still look for a bus see it taken.
            if members[n + 1..].iter().any(|other| self.requests[other.0 as usize].bus.is_none()) {
                case.commit_transfer(transfer);
                seen += 1;
            }
        }
        for &transfer in &transfers[..seen] {
            case.commit_transfer(Transfer { mw: -transfer.mw, ..transfer });
        }
        study.outcome = case.study_round(&transfers);
        if self.track_of_round(round).scope == Scope::Local {
            let buses: BTreeSet<BusId> = study.sited.iter().map(|(_, bus)| *bus).collect();
            study.keep_only(|branch| {
                let branch = network.branch(branch);
                buses.contains(&branch.from) || buses.contains(&branch.to)
            });
        }
        Ok(study)
    }

    /// The same where pipes join zones: requests attach in their zones. `more_room_mw` is room of each pipe,
    /// forward and backward, beyond that of the states.
    ///
    /// # Panics
    /// If there is no such round.
    pub fn study_zonal(&self, round: RoundId, grid: &ZonalGrid, more_room_mw: &[[f64; 2]]) -> RoundStudy {
        let zones = grid.snapshots.first().map_or(0, |snapshot| snapshot.load_mw.len());
        let mut planned_mw = vec![0.0; 3 * zones];
        let own = self.own_proposals(round);
        for (branch, upgrades) in &self.index.pending {
            for id in upgrades.iter().filter(|id| !own.contains(id)) {
                planned_mw[branch.0 as usize] += self.upgrades[id.0 as usize].added_mw;
            }
        }
        let (mut committed_mw, mut committed_generation_mw) = (vec![0.0; zones], vec![0.0; zones]);
        for commitment in self.commitments(round) {
            let zone = grid.zone_of_bus[commitment.bus.0 as usize];
            match commitment.direction {
                Direction::Load => committed_mw[zone] += commitment.mw,
                Direction::Generation => committed_generation_mw[zone] += commitment.mw,
            }
        }
        let (zonal, rules, streams) = (&self.params.zonal, &self.params.rules, &self.streams);
        let case = ZonalCase {
            grid,
            planned_mw,
            more_room_mw,
            committed_mw,
            committed_generation_mw,
            zonal,
            rules,
            streams,
        };
        let mut study = RoundStudy::default();
        let mut transfers = Vec::new();
        for &id in &self.rounds[round.0 as usize].members {
            let request = &self.requests[id.0 as usize];
            let application = &request.application;
            let zone = usize::from(application.zone.0);
            let home = || grid.zone_of_bus.iter().position(|&z| z == zone).map(|at| BusId(at as u32));
            match request.bus.or_else(home) {
                Some(bus) => {
                    study.sited.push((id, bus));
                    transfers.push(ZonalTransfer {
                        request: request.key,
                        zone,
                        mw: application.requested_mw,
                        direction: application.direction,
                    });
                }
                None => study.nowhere.push(id),
            }
        }
        study.outcome = case.study_round(&transfers);
        if self.track_of_round(round).scope == Scope::Local {
            study.keep_only(|element| (element.0 as usize) < zones);
        }
        study
    }
}
