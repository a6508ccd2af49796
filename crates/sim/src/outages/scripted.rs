//! Losses that the scenario dates: a cold snap, a fire, a substation under water.

use gridrush_core::grid::{Branch, BranchId, Fuel, RegionPack, Technology};
use gridrush_core::kernel::{HOUR_MS, SimSpan, SimTime};

use super::units::matches;
use super::year::{Cause, OutageYear, Subject};
use crate::clearing::Clearing;
use crate::scenario::{Scenario, ScriptedOutage};
use crate::setup::{Setup, SetupError};

/// One dated loss, with names resolved.
#[derive(Clone, Debug)]
pub(super) struct Script {
    from: SimTime,
    to: SimTime,
    fuel: Option<Fuel>,
    technology: Option<Technology>,
    zone: Option<usize>,
    share: Option<f64>,
    mw: Option<f64>,
    branches: Vec<u32>,
}

impl Script {
    /// All losses of the scenario.
    pub(super) fn all(setup: &Setup) -> Vec<Script> {
        let at = |day, hour: u32| setup.time_of(day) + SimSpan::from_hours(u64::from(hour));
        let zone = |name: &str| setup.pack.network.zone_named(name).map(|zone| usize::from(zone.0));
        let script = |event: &ScriptedOutage| Script {
            from: at(event.from, event.from_hour),
            to: at(event.to, event.to_hour),
            fuel: event.fuel.as_deref().and_then(Fuel::from_name),
            technology: event.technology.as_deref().and_then(Technology::from_name),
            zone: event.zone.as_deref().and_then(zone),
            share: event.share,
            mw: event.mw,
            branches: branches_of(event, &setup.pack),
        };
        setup.scenario.outages.scripted.iter().map(script).collect()
    }

    pub(super) fn is_active(&self, now: SimTime) -> bool {
        self.from <= now && now < self.to
    }

    /// Whether the interval that begins now is its first.
    pub(super) fn begins(&self, now: SimTime, hours: f64) -> bool {
        now.since(self.from).0 < (hours * HOUR_MS as f64) as u64
    }

    pub(super) fn branches(&self) -> &[u32] {
        &self.branches
    }

    /// Takes its part of what other outages have left of the units, and books it.
    pub(super) fn take_units(
        &self,
        weather: &[f32],
        hours: f64,
        clearing: &mut Clearing,
        year: &mut OutageYear,
    ) {
        let mine = |unit: &crate::units::Unit| matches(unit, self.fuel, self.technology, self.zone);
        let share = match (self.share, self.mw) {
            (Some(share), _) => share,
            (None, Some(mw)) => {
                let total_mw: f64 = clearing.units.iter().filter(|u| mine(u)).map(|u| u.capacity_mw).sum();
                if total_mw > 0.0 { (mw / total_mw).min(1.0) } else { 0.0 }
            }
            (None, None) => return,
        };
        for unit in clearing.units.iter_mut().filter(|unit| mine(unit)) {
            let mw = unit.capacity_mw * unit.availability_now(weather) * unit.outage_factor;
            unit.outage_factor *= 1.0 - share;
            year.add(Subject::Technology(unit.technology), Cause::Scripted, 0.0, share * mw * hours);
        }
    }
}

/// The branches that an event takes out: those it names, then all that end at its substations.
fn branches_of(event: &ScriptedOutage, pack: &RegionPack) -> Vec<u32> {
    let network = &pack.network;
    let at = |bus| event.substations.contains(&network.bus(bus).substation);
    let taken = |&(_, branch): &(BranchId, &Branch)| {
        event.branches.contains(&branch.name) || at(branch.from) || at(branch.to)
    };
    network.branches().filter(taken).map(|(id, _)| id.0).collect()
}

/// Names of branches and numbers of substations that the region does not have.
pub(crate) fn unknown_names(scenario: &Scenario, pack: &RegionPack) -> Vec<SetupError> {
    let mut out = Vec::new();
    for event in &scenario.outages.scripted {
        let mut unknown = |what: String| out.push(SetupError::Scripted { event: event.name.clone(), what });
        for name in &event.branches {
            if !pack.network.branches().any(|(_, branch)| branch.name == *name) {
                unknown(format!("branch `{name}`"));
            }
        }
        for number in &event.substations {
            if !pack.network.buses().any(|(_, bus)| bus.substation == *number) {
                unknown(format!("substation {number}"));
            } else if pack.region.is_zonal() {
                unknown(format!("line at substation {number}: its zones are joined by pipes"));
            }
        }
    }
    out
}
