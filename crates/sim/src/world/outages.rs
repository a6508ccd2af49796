//! Outages in the world: events, the market of the next interval, names behind congestion, the yearly table.

use gridrush_core::dispatch::{Cause as CauseKind, Curtailment};
use gridrush_core::grid::{BranchId, BranchKind};
use gridrush_core::kernel::SimTime;
use gridrush_tables::{Cell, RowSink};

use super::{Interval, RunError, World};
use crate::event::{Event, OutageEvent};
use crate::outages::{Cause as OutageCause, Subject, Tally};
use crate::probe::{self, Cause};

impl World {
    pub(super) fn handle_outage(&mut self, event: OutageEvent) {
        let next = self.outages.handle(event, self.calendar.now(), &self.clearing);
        self.schedule_outages(vec![(next, event)]);
    }

    pub(super) fn schedule_outages(&mut self, events: Vec<(SimTime, OutageEvent)>) {
        let end = self.setup.end();
        for (at, event) in events.into_iter().filter(|(at, _)| *at < end) {
            self.calendar.schedule(Event::Outage(event), at);
        }
    }

    /// Brings units and branches to an interval.
    pub(super) fn prepare_outages(&mut self, now: SimTime, interval: &Interval) {
        let stamp = self.setup.stamps[interval.hour];
        let events = self.outages.prepare(now, stamp, &interval.weather, interval.hours, &mut self.clearing);
        self.schedule_outages(events);
    }

    /// Finds the outages behind the branches that withheld power in an interval.
    pub(super) fn name_outages(&mut self, interval: &mut Interval) {
        interval.behind.clear();
        let out = self.clearing.out();
        let (Some(behind), false) = (&mut self.behind, out.is_empty()) else { return };
        let mut branches: Vec<u32> = (interval.causes.iter())
            .filter_map(|row| if let CauseKind::Network { branch } = row.cause { Some(branch) } else { None })
            .collect();
        branches.sort_unstable();
        branches.dedup();
        if branches.is_empty() {
            return;
        }
        let (problem, solution) = (&self.clearing.problem, &interval.solution);
        behind.take(problem, solution);
        for branch in branches {
            if let Some(outage) = behind.outage(problem, solution, branch, out) {
                interval.behind.push((branch, outage));
            }
        }
    }

    /// The cause of a row as tables name it: cause, element, and the outage behind it.
    pub(super) fn cause(&self, interval: &Interval, row: &Curtailment) -> (Cause, Option<u32>, Option<u32>) {
        let bus = match interval.blocks.get(row.block as usize) {
            Some(block) => self.sites[block.site].bus,
            None => self.clearing.place_of_shed(row.block as usize - interval.blocks.len()).1,
        };
        if let Some(branch) = self.clearing.cut_off(bus) {
            return (Cause::Outage, Some(branch), None);
        }
        match row.cause {
            CauseKind::Price => (Cause::Price, None, None),
            CauseKind::Scarcity => (Cause::Scarcity, None, None),
            CauseKind::Network { branch } => {
                let outage = interval.behind.iter().find(|b| b.0 == branch).map(|b| b.1);
                match self.setup.pack.network.branch(BranchId(branch)).kind {
                    BranchKind::Line => (Cause::Congestion, Some(branch), outage),
                    BranchKind::Transformer => (Cause::Substation, Some(branch), outage),
                }
            }
        }
    }

    /// Writes the account of the year that ends now.
    pub(super) fn write_outages(&mut self, begin: i64, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let year = std::mem::take(&mut self.outages.year);
        for ((subject, cause), Tally { starts, out_h, unavailable_mwh }) in year.tallies {
            let (kind, element) = match subject {
                Subject::Technology(technology) => ("unit", technology.name()),
                Subject::Branch(branch) => {
                    let branch = self.setup.pack.network.branch(BranchId(branch));
                    let kind = match branch.kind {
                        BranchKind::Line => "line",
                        BranchKind::Transformer => "transformer",
                    };
                    (kind, branch.name.as_str())
                }
            };
            let reason: OutageCause = cause;
            let row = [
                Cell::Integer(begin),
                Cell::Text(kind),
                Cell::Text(element),
                Cell::Text(reason.name()),
                Cell::Integer(i64::from(starts)),
                Cell::Float(out_h),
                Cell::Float(unavailable_mwh),
            ];
            self.probes.table(&probe::outages::TABLE).push(sink, &row)?;
        }
        Ok(())
    }
}
