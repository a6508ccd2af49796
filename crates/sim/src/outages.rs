//! What is out of order: machines, branches, and what the scenario takes away on a date.
//!
//! ```text
//!   units      groups of machines; each machine a renewal process of its own name, plus maintenance
//!   branches   a renewal process each
//!   scripted   a part of generation, or named branches, between two dates
//!        '--> at the beginning of every interval: factors of units, branches in service
//! ```
//!
//! Processes run on from time zero whether or not their machine exists yet, so what is built, and when, moves no
//! draw. Changes show at hour edges and reach the market when the next interval is prepared: what has been
//! cleared is settled as it was. Cost: `O(units + machines)` an hour.

mod behind;
mod branches;
mod scripted;
#[cfg(test)]
mod tests;
mod units;
mod weather;
mod year;

use gridrush_core::kernel::{SimTime, Streams};
use gridrush_core::weather::{HourStamp, WeatherYears};

use crate::clearing::Clearing;
use crate::event::OutageEvent;
use crate::setup::Setup;

pub(crate) use behind::Behind;
pub(crate) use scripted::unknown_names;
pub(crate) use units::usual_shares;
pub(crate) use weather::reference_means;
pub(crate) use year::{Cause, OutageYear, Subject, Tally};

use branches::Branches;
use scripted::Script;
use units::Units;

/// Everything that can be out of order in one replication.
#[derive(Clone, Debug)]
pub(crate) struct Outages {
    streams: Streams,
    units: Units,
    branches: Branches,
    scripts: Vec<Script>,
    /// This year.
    pub year: OutageYear,
}

impl Outages {
    pub(crate) fn new(
        setup: &Setup,
        clearing: &Clearing,
        streams: Streams,
        weather: &WeatherYears,
    ) -> Outages {
        Outages {
            streams,
            units: Units::new(setup, clearing, weather),
            branches: Branches::new(setup, &streams),
            scripts: Script::all(setup),
            year: OutageYear::default(),
        }
    }

    /// The first change of every branch.
    pub(crate) fn first_events(&self) -> Vec<(SimTime, OutageEvent)> {
        self.branches.first_events()
    }

    /// Passes a change; returns when the same element changes next.
    pub(crate) fn handle(&mut self, event: OutageEvent, now: SimTime, clearing: &Clearing) -> SimTime {
        match event {
            OutageEvent::Machine { group, machine } => {
                let at = (group as usize, machine as usize);
                let (next, failures) = self.units.advance(at, &self.streams, now);
                if let Some(technology) = self.units.technology_of(at, clearing) {
                    self.year.start(Subject::Technology(technology), Cause::Forced, failures);
                }
                next
            }
            OutageEvent::Branch(n) => {
                let (next, branch, failures) = self.branches.advance(n as usize, &self.streams, now);
                self.year.start(Subject::Branch(branch), Cause::Forced, failures);
                next
            }
        }
    }

    /// Brings the market's units and branches to the interval that begins now and books what is out in it. `stamps` is
    /// the hour in each region.
    /// Returns the first changes of machines that came into being.
    pub(crate) fn prepare(
        &mut self,
        now: SimTime,
        stamps: &[HourStamp],
        weather: &[f32],
        hours: f64,
        clearing: &mut Clearing,
    ) -> Vec<(SimTime, OutageEvent)> {
        let events = self.units.grow(&self.streams, now, clearing);
        self.units.set_factors(stamps, hours, clearing, &mut self.year);
        let active: Vec<&Script> = self.scripts.iter().filter(|script| script.is_active(now)).collect();
        for script in &active {
            script.take_units(weather, hours, clearing, &mut self.year);
            if script.begins(now, hours) {
                script
                    .branches()
                    .iter()
                    .for_each(|&b| self.year.start(Subject::Branch(b), Cause::Scripted, 1));
            }
        }
        let scripted: Vec<u32> = active.iter().flat_map(|script| script.branches()).copied().collect();
        self.branches.apply(&scripted, clearing);
        branches::book(&scripted, hours, clearing, &mut self.year);
        events
    }
}
