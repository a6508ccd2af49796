//! Campuses in the world: local time, deliveries, jobs.

use gridrush_core::kernel::SimTime;
use gridrush_workload::ai::AiEvent;

use super::World;

impl World {
    pub(super) fn set_local_time(&mut self, _site: usize, _now: SimTime) {}
    pub(super) fn reschedule_campuses(&mut self) {}
    pub(super) fn handle_ai(&mut self, _event: AiEvent) {}
}
