//! Lines and transformers that fail and are repaired.

use gridrush_core::grid::{Branch, BranchId, BranchKind};
use gridrush_core::kernel::{SimTime, Streams};
use gridrush_core::names::Key;
use gridrush_core::outage::branch::{length_mi, step_ups};
use gridrush_core::outage::{Rates, Renewal, Stress};

use super::year::{Cause, OutageYear, Subject};
use crate::clearing::Clearing;
use crate::event::OutageEvent;
use crate::setup::Setup;

/// The processes of branches, and what is out.
#[derive(Clone, Debug)]
pub(super) struct Branches {
    processes: Vec<(u32, Renewal)>,
    /// Failed branches, in the order in which they failed.
    failed: Vec<u32>,
    /// Branches of the pack that carry flow at all.
    in_service: Vec<bool>,
}

/// How often each branch in service fails; absent for those that never do.
pub(crate) fn rates(setup: &Setup) -> Vec<Option<Rates>> {
    let network = &setup.pack.network;
    let outages = &setup.scenario.outages;
    let step_ups = step_ups(network);
    let rate = |((_, branch), step_up): ((BranchId, &Branch), &bool)| match branch.kind {
        _ if !branch.in_service => None,
        BranchKind::Line => {
            let mi = length_mi(network, branch).unwrap_or(outages.lines.unknown_length_mi);
            Rates::of_failures(outages.lines.per_100_mile_years * mi / 100.0, outages.lines.repair_hours)
        }
        BranchKind::Transformer if *step_up => None,
        BranchKind::Transformer => {
            Rates::of_failures(outages.transformers.per_year, outages.transformers.repair_hours)
        }
    };
    network.branches().zip(&step_ups).map(rate).collect()
}

impl Branches {
    pub(super) fn new(setup: &Setup, streams: &Streams) -> Branches {
        let network = &setup.pack.network;
        let calm = Stress::calm();
        let process = |((id, branch), rates): ((BranchId, &Branch), Option<Rates>)| {
            Some((id.0, Renewal::new(streams, Key::of(&branch.name), rates?, &calm)))
        };
        let processes: Vec<(u32, Renewal)> = if setup.scenario.outages.branches {
            network.branches().zip(rates(setup)).filter_map(process).collect()
        } else {
            Vec::new()
        };
        Branches {
            failed: processes.iter().filter(|p| p.1.is_down()).map(|p| p.0).collect(),
            processes,
            in_service: network.branches().map(|(_, branch)| branch.in_service).collect(),
        }
    }

    pub(super) fn first_events(&self) -> Vec<(SimTime, OutageEvent)> {
        let event =
            |(n, process): (usize, &(u32, Renewal))| (process.1.edge(), OutageEvent::Branch(n as u32));
        self.processes.iter().enumerate().map(event).collect()
    }

    /// Passes a branch's changes up to now; returns the next edge, the branch, and how many were failures.
    pub(super) fn advance(&mut self, n: usize, streams: &Streams, now: SimTime) -> (SimTime, u32, u32) {
        let (branch, process) = &mut self.processes[n];
        let failures = process.advance(streams, &Stress::calm(), now);
        self.failed.retain(|failed| failed != branch);
        if process.is_down() {
            self.failed.push(*branch);
        }
        (process.edge(), *branch, failures)
    }

    /// Takes out of service what has failed and what the scenario takes out.
    pub(super) fn apply(&self, scripted: &[u32], clearing: &mut Clearing) {
        let wanted = |branch: &u32| self.failed.contains(branch) || scripted.contains(branch);
        if clearing.out().iter().all(wanted)
            && self.failed.iter().chain(scripted).all(|b| clearing.out().contains(b) || !self.carries(*b))
        {
            return;
        }
        let mut out: Vec<u32> = clearing.out().iter().copied().filter(wanted).collect();
        for &branch in self.failed.iter().chain(scripted) {
            if !out.contains(&branch) && self.carries(branch) {
                out.push(branch);
            }
        }
        clearing.set_out(&out);
    }

    fn carries(&self, branch: u32) -> bool {
        self.in_service[branch as usize]
    }
}

/// Books the branches that are out in an interval.
pub(super) fn book(scripted: &[u32], hours: f64, clearing: &Clearing, year: &mut OutageYear) {
    for &branch in clearing.out() {
        let limit_mw = clearing.problem.branches[branch as usize].limit_mw;
        let mwh = if limit_mw.is_finite() { limit_mw * hours } else { 0.0 };
        let cause = if scripted.contains(&branch) { Cause::Scripted } else { Cause::Forced };
        year.add(Subject::Branch(branch), cause, hours, mwh);
    }
}
