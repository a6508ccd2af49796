//! The study that the queue asks for: siting and physics on the grid as it stands now.

use super::Queue;
use crate::grid::{BusId, Network};
use crate::interconnection::request::RequestId;
use crate::interconnection::study::{Snapshot, StudyBranch, StudyCase, StudyError, StudyOutcome};
use crate::interconnection::transfer::{DcFlow, UnitFlows};
use crate::interconnection::zonal::{ZonalCase, ZonalGrid};

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

impl Queue {
    /// Adds what the request has to count on (upgrades on their way, [`Queue::commitments`]), chooses a
    /// bus if it has none, and studies it there. `None` if its zone has no bus to attach to: reject it
    /// with [`super::Exit::NoPointOfInterconnection`].
    ///
    /// # Panics
    /// If there is no such request, or a bus or branch is not in the grid.
    pub fn study<F: DcFlow>(
        &self,
        id: RequestId,
        grid: StudyGrid<'_, F>,
    ) -> Result<Option<(BusId, StudyOutcome)>, StudyError> {
        let StudyGrid { dc, unit, network, snapshots, mut branches } = grid;
        self.add_planned(&mut branches);
        let mut case = StudyCase::new(dc, unit, snapshots, branches, self.params.rules)?.in_zones(network);
        for commitment in self.commitments(id) {
            case.commit(commitment.bus, commitment.mw);
        }
        let request = &self.requests[id.0 as usize];
        let (zone, mw) = (request.application.zone, request.application.requested_mw);
        let site = request
            .bus
            .or_else(|| self.params.siting.choose(&mut case, network, zone, mw).map(|siting| siting.bus));
        Ok(site.map(|bus| (bus, case.study(bus, mw))))
    }

    /// The same where pipes join zones: the request attaches in its zone. `None` if that has no bus.
    ///
    /// # Panics
    /// If there is no such request.
    pub fn study_zonal(&self, id: RequestId, grid: &ZonalGrid) -> Option<(BusId, StudyOutcome)> {
        let zones = grid.snapshots.first().map_or(0, |snapshot| snapshot.load_mw.len());
        let mut planned_mw = vec![0.0; 3 * zones];
        for upgrade in self.upgrades.iter().filter(|upgrade| upgrade.is_pending()) {
            planned_mw[upgrade.branch.0 as usize] += upgrade.added_mw;
        }
        let mut committed_mw = vec![0.0; zones];
        for commitment in self.commitments(id) {
            committed_mw[grid.zone_of_bus[commitment.bus.0 as usize]] += commitment.mw;
        }
        let (zonal, rules, streams) = (&self.params.zonal, &self.params.rules, &self.streams);
        let committed_generation_mw = vec![0.0; zones];
        let case =
            ZonalCase { grid, planned_mw, committed_mw, committed_generation_mw, zonal, rules, streams };
        let request = &self.requests[id.0 as usize];
        let zone = usize::from(request.application.zone.0);
        let home = || grid.zone_of_bus.iter().position(|&z| z == zone).map(|at| BusId(at as u32));
        let bus = request.bus.or_else(home)?;
        Some((bus, case.study(request.key, zone, request.application.requested_mw)))
    }
}
