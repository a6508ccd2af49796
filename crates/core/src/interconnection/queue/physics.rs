//! The study that the queue asks for: siting and physics on the grid as it stands now.

use super::Queue;
use crate::grid::{BusId, Network};
use crate::interconnection::request::RequestId;
use crate::interconnection::study::{Snapshot, StudyBranch, StudyCase, StudyError, StudyOutcome};
use crate::interconnection::transfer::{DcFlow, UnitFlows};

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
        let mut case = StudyCase::new(dc, unit, snapshots, branches, self.params.rules)?;
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
}
