//! Outages in the world: events, the market of the next interval, names behind congestion, the yearly table.

use gridrush_core::dispatch::{Cause as CauseKind, Curtailment};
use gridrush_core::grid::{BranchId, BranchKind};
use gridrush_core::kernel::SimTime;
use gridrush_core::weather::HourStamp;
use gridrush_tables::{Cell, RowSink};

use super::{Interval, RunError, World};
use crate::event::{Event, OutageEvent};
use crate::limits::{Element, Limit};
use crate::outages::{Cause as OutageCause, Subject, Tally};
use crate::probe::{self, Cause, Why};

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
        let stamps: Vec<HourStamp> = self.setup.areas.iter().map(|area| area.stamps[interval.hour]).collect();
        let events =
            self.outages.prepare(now, &stamps, &interval.weather, interval.hours, &mut self.clearing);
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

    /// Why a row of the causes was not served, as tables give it.
    pub(super) fn why(&self, interval: &Interval, row: &Curtailment) -> Why {
        let bus = match interval.blocks.get(row.block as usize) {
            Some(block) => self.sites[block.site].bus,
            None => self.clearing.place_of_shed(row.block as usize - interval.blocks.len()).1,
        };
        let of = |branch: u32| Limit::from(Element::Branch(branch));
        if let Some(branch) = self.clearing.cut_off(bus) {
            return Why { cause: Cause::Outage, limit: Some(of(branch)), outage: None };
        }
        let limit = match row.cause {
            CauseKind::Price => return Cause::Price.into(),
            CauseKind::Scarcity => return Cause::Scarcity.into(),
            CauseKind::Network { branch } => Some(of(branch)),
            CauseKind::Flowgate { flowgate } => {
                let binding = &interval.solution.binding_flowgates;
                let shadow = binding.iter().find(|b| b.0 == flowgate).map_or(0.0, |b| b.1);
                self.clearing.limit_of_gate(flowgate, shadow)
            }
            CauseKind::Pipe { pipe, backward } => Some(Element::Pipe { pipe, backward }.into()),
        };
        let of_station = limit.is_some_and(|limit| limit.element.kind(&self.setup.pack) == "transformer");
        let cause = if of_station { Cause::Substation } else { Cause::Congestion };
        let bare = limit.filter(|limit| limit.loss.is_none()).map(|limit| limit.element);
        let outage = bare.and_then(|element| {
            interval.behind.iter().find(|b| Element::Branch(b.0) == element).map(|b| b.1)
        });
        Why { cause, limit, outage }
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
