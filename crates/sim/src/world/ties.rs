//! Flows between regions: what a month of each tie was.

use std::sync::Arc;

use gridrush_tables::{Cell, RowSink};

use super::{Interval, RunError, World};
use crate::probe;
use crate::setup::Month;

impl World {
    /// Books what flowed between regions in an interval.
    pub(super) fn book_ties(&mut self, interval: &Interval) {
        if self.clearing.area_count() == 1 {
            return;
        }
        let solution = &interval.solution;
        for (at, link) in self.setup.pack.network.dc_links.iter().enumerate() {
            let [from, to] = [link.from.0, link.to.0];
            let area = |bus: u32| self.clearing.area_of_zone(self.clearing.zone_of_bus(bus));
            if area(from) == area(to) {
                continue;
            }
            let [forward_mw, reverse_mw] = self.clearing.links[at].sent_mw(solution);
            let (here, there) = (self.clearing.settled(solution, from), self.clearing.settled(solution, to));
            let arrives = 1.0 - link.loss_fraction;
            let worth = forward_mw * (arrives * there - here) + reverse_mw * (arrives * here - there);
            let month = self.probes.ties.entry(at).or_default();
            month.forward_mwh += forward_mw * interval.hours;
            month.reverse_mwh += reverse_mw * interval.hours;
            month.lost_mwh += self.clearing.links[at].loss_mw(solution) * interval.hours;
            month.worth_usd += worth * interval.hours;
        }
    }

    /// Writes the month of every tie.
    pub(super) fn write_ties(&mut self, month: Month, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let setup = Arc::clone(&self.setup);
        let (network, begin) = (&setup.pack.network, setup.unix_ms(month.begin));
        for (at, of) in std::mem::take(&mut self.probes.ties) {
            let link = &network.dc_links[at];
            let zone = |bus| network.zones[usize::from(network.bus(bus).zone.0)].name.as_str();
            let row = [
                Cell::Integer(begin),
                Cell::Text(&link.name),
                Cell::Text(zone(link.from)),
                Cell::Text(zone(link.to)),
                Cell::Float(of.forward_mwh),
                Cell::Float(of.reverse_mwh),
                Cell::Float(of.lost_mwh),
                Cell::Float(of.worth_usd),
            ];
            self.probes.table(&probe::ties::TABLE).push(sink, &row)?;
        }
        Ok(())
    }
}
