//! Units as groups of machines that fail, are repaired and are maintained.
//!
//! A plant of the pack is as many equal machines as its size suggests; an entrant column is as many typical machines
//! as fit into its capacity, the last one in part. The group's factor is
//!
//! ```text
//!   (1 - planned - failed) / ((1 - mean planned) (1 - mean failed))      x mean availability = what can run
//! ```
//!
//! `planned` is the month's derating (for reactors: the machines that refuel), `failed` the part of the machines
//! that are down and not planned to be.

use std::sync::Arc;

use gridrush_core::grid::{Fuel, Technology};
use gridrush_core::kernel::{SimTime, Streams};
use gridrush_core::names::Key;
use gridrush_core::outage::planned::{greatest_share, normalised, refuels};
use gridrush_core::outage::{Rates, Renewal, Shares, Stress};
use gridrush_core::weather::{HourStamp, WeatherYears};

use super::weather::stresses;
use super::year::{Cause, OutageYear, Subject, Tally};
use crate::clearing::Clearing;
use crate::event::OutageEvent;
use crate::scenario::{OutageWeather, Scenario};
use crate::setup::Setup;
use crate::units::{Availability, Unit};

/// Less than this is not a machine.
const NOTHING_MW: f64 = 1e-6;

/// The machines behind one unit of the market.
#[derive(Clone, Debug)]
struct Group {
    unit: usize,
    key: Key,
    machine_mw: f64,
    shares: Shares,
    rates: Option<Rates>,
    area: usize,
    stress: usize,
    machines: Vec<Renewal>,
    /// The technology's position in the account.
    account: usize,
    /// What is down, if nothing has changed since.
    down: Option<Down>,
    /// The capacity for which there are machines.
    grown_mw: Option<f64>,
}

/// What is down of a group of so much capacity.
#[derive(Clone, Copy, Debug)]
struct Down {
    capacity_mw: f64,
    mw: f64,
    machines: f64,
}

/// All groups.
#[derive(Clone, Debug)]
pub(super) struct Units {
    groups: Vec<Group>,
    /// Those in the account.
    technologies: Vec<Technology>,
    stress: Arc<Vec<[Stress; 3]>>,
    month_weights: [f64; 12],
}

impl Units {
    pub(super) fn new(setup: &Setup, clearing: &Clearing, weather: &WeatherYears) -> Units {
        let outages = &setup.scenario.outages;
        let month_weights = normalised(&outages.planned_by_month.0);
        let any = outages.units || outages.planned;
        let mut groups: Vec<Group> = if any {
            (0..clearing.units.len())
                .filter_map(|unit| group(setup, clearing, unit, &month_weights))
                .collect()
        } else {
            Vec::new()
        };
        let mut technologies = Vec::new();
        for group in &mut groups {
            let technology = clearing.units[group.unit].technology;
            let known = technologies.iter().position(|&known| known == technology);
            group.account = known.unwrap_or(technologies.len());
            if known.is_none() {
                technologies.push(technology);
            }
        }
        Units { groups, technologies, stress: Arc::new(stresses(setup, weather)), month_weights }
    }

    /// The technology of a machine; absent when its unit has shrunk and it no longer exists.
    pub(super) fn technology_of(&self, at: (usize, usize), clearing: &Clearing) -> Option<Technology> {
        let group = &self.groups[at.0];
        let unit = &clearing.units[group.unit];
        (at.1 < count(unit.capacity_mw, group.machine_mw)).then_some(unit.technology)
    }

    /// Passes a machine's changes up to now; returns the next edge and how many were failures.
    pub(super) fn advance(&mut self, at: (usize, usize), streams: &Streams, now: SimTime) -> (SimTime, u32) {
        let group = &mut self.groups[at.0];
        group.down = None;
        let machine = &mut group.machines[at.1];
        let failures = machine.advance(streams, &self.stress[group.area][group.stress], now);
        (machine.edge(), failures)
    }

    /// Starts the processes of machines that have come into being, as they stand now.
    pub(super) fn grow(
        &mut self,
        streams: &Streams,
        now: SimTime,
        clearing: &Clearing,
    ) -> Vec<(SimTime, OutageEvent)> {
        let mut events = Vec::new();
        for (g, group) in self.groups.iter_mut().enumerate() {
            let Some(rates) = group.rates else { continue };
            let capacity_mw = clearing.units[group.unit].capacity_mw;
            if group.grown_mw.replace(capacity_mw) == Some(capacity_mw) {
                continue;
            }
            group.down = None;
            let needed = count(capacity_mw, group.machine_mw);
            while group.machines.len() < needed {
                let n = group.machines.len();
                let stress = &self.stress[group.area][group.stress];
                let mut machine = Renewal::new(streams, group.key.part(n as u64), rates, stress);
                machine.advance(streams, stress, now);
                let event = OutageEvent::Machine { group: g as u32, machine: n as u32 };
                events.push((machine.edge(), event));
                group.machines.push(machine);
            }
        }
        events
    }

    /// Sets the factor of every unit for an interval and books what is out. `stamps` is the hour in each region.
    pub(super) fn set_factors(
        &mut self,
        stamps: &[HourStamp],
        hours: f64,
        clearing: &mut Clearing,
        year: &mut OutageYear,
    ) {
        for unit in &mut clearing.units {
            unit.outage_factor = 1.0;
        }
        let causes = [Cause::Planned, Cause::Forced];
        let account = |&technology| causes.map(|cause| year.of(Subject::Technology(technology), cause));
        let mut accounts: Vec<[Tally; 2]> = self.technologies.iter().map(account).collect();
        for group in &mut self.groups {
            let stamp = stamps[group.area];
            let weight = self.month_weights[usize::from(stamp.month - 1)];
            let unit = &mut clearing.units[group.unit];
            if unit.capacity_mw <= NOTHING_MW {
                continue;
            }
            let (planned, failed, machines_down) = group.out_now(unit, weight, stamp);
            let Shares { forced, planned: mean_planned, ambient } = group.shares;
            // Everything out may add up to a hair more than one.
            let left = (1.0 - planned - failed).max(0.0);
            unit.outage_factor = left / ((1.0 - mean_planned) * (1.0 - forced));
            let mwh = unit.capacity_mw * ambient * hours;
            let [of_plans, of_failures] = &mut accounts[group.account];
            of_plans.add(0.0, planned * mwh);
            of_failures.add(machines_down * hours, failed * mwh);
        }
        for (&technology, tallies) in self.technologies.iter().zip(accounts) {
            for (cause, tally) in causes.into_iter().zip(tallies) {
                year.put(Subject::Technology(technology), cause, tally);
            }
        }
    }
}

#[cfg(test)]
impl Units {
    /// Energy that failures take out of `hours` in the long run, by fuel.
    pub(super) fn expected_forced_mwh(
        &self,
        clearing: &Clearing,
        hours: f64,
    ) -> std::collections::BTreeMap<Fuel, f64> {
        let mut by_fuel = std::collections::BTreeMap::new();
        for Group { unit, shares, .. } in &self.groups {
            let unit = &clearing.units[*unit];
            let up_mw = unit.capacity_mw * shares.ambient * (1.0 - shares.planned);
            *by_fuel.entry(unit.fuel).or_insert(0.0) += up_mw * shares.forced * hours;
        }
        by_fuel
    }
}

impl Group {
    /// The parts of capacity in maintenance and down beyond that, and the number of machines that are down.
    fn out_now(&mut self, unit: &Unit, weight: f64, stamp: HourStamp) -> (f64, f64, f64) {
        let capacity_mw = unit.capacity_mw;
        if unit.technology == Technology::Nuclear {
            let refuels = |n: usize| refuels(self.key.part(n as u64), self.shares.planned, stamp);
            let (refuels_mw, failed_mw, machines_down) = self.count_down(capacity_mw, refuels);
            return (refuels_mw / capacity_mw, failed_mw / capacity_mw, machines_down);
        }
        let down = self.down.filter(|down| down.capacity_mw == capacity_mw).unwrap_or_else(|| {
            let (_, mw, machines) = self.count_down(capacity_mw, |_| false);
            Down { capacity_mw, mw, machines }
        });
        self.down = Some(down);
        let planned = self.shares.planned * weight;
        (planned, (1.0 - planned) * (down.mw / capacity_mw), down.machines)
    }

    /// Capacity of machines that refuel, of others that are down, and the number of all that are down.
    fn count_down(&self, capacity_mw: f64, refuels: impl Fn(usize) -> bool) -> (f64, f64, f64) {
        let size = |n: usize| (capacity_mw - n as f64 * self.machine_mw).clamp(0.0, self.machine_mw);
        let down = |n: usize| self.machines.get(n).is_some_and(Renewal::is_down);
        let (mut refuels_mw, mut failed_mw, mut machines_down) = (0.0, 0.0, 0.0);
        for n in 0..count(capacity_mw, self.machine_mw) {
            if refuels(n) {
                refuels_mw += size(n);
            } else if down(n) {
                failed_mw += size(n);
            }
            machines_down += f64::from(u8::from(down(n)));
        }
        (refuels_mw, failed_mw, machines_down)
    }
}

/// Machines of a size that make up a capacity, the last one in part.
fn count(capacity_mw: f64, machine_mw: f64) -> usize {
    ((capacity_mw - NOTHING_MW) / machine_mw).ceil().max(0.0) as usize
}

fn group(setup: &Setup, clearing: &Clearing, at: usize, month_weights: &[f64; 12]) -> Option<Group> {
    let outages = &setup.scenario.outages;
    let unit = &clearing.units[at];
    let Availability::Share(availability) = unit.availability else { return None };
    let machine_mw = machine_mw(&setup.scenario, unit.technology, unit.rated_mw)?;
    let class = outages.machines.class(unit.technology, machine_mw)?;
    let rate = unit.forced_outage_rate.unwrap_or(class.forced_share);
    let forced = if outages.units { rate } else { 0.0 };
    let planned = if outages.planned { class.planned_share() } else { 0.0 };
    let shares = Shares::within(availability, forced, planned.min(greatest_share(month_weights)));
    Some(Group {
        unit: at,
        key: unit.key,
        machine_mw,
        shares,
        rates: Rates::of_share(shares.forced, class.repair_h),
        area: setup.area_of_zone[usize::from(unit.zone.0)],
        stress: OutageWeather::kind_of(unit.fuel),
        machines: Vec::new(),
        account: 0,
        down: None,
        grown_mw: None,
    })
}

/// The size of the equal machines that make up a plant, near the usual size.
fn machine_mw(scenario: &Scenario, technology: Technology, capacity_mw: f64) -> Option<f64> {
    let typical_mw = scenario.outages.machines.machine_mw(technology)?;
    let whole = capacity_mw > NOTHING_MW;
    Some(if whole { capacity_mw / (capacity_mw / typical_mw).round().max(1.0) } else { typical_mw })
}

/// A technology's mean availability taken apart, whatever outages the scenario lets happen.
pub(crate) fn usual_shares(
    scenario: &Scenario,
    of: Availability,
    technology: Technology,
    capacity_mw: f64,
) -> Option<Shares> {
    let Availability::Share(availability) = of else { return None };
    let class =
        scenario.outages.machines.class(technology, machine_mw(scenario, technology, capacity_mw)?)?;
    Some(Shares::within(availability, class.forced_share, class.planned_share()))
}

/// Whether a scripted event takes from a unit.
pub(super) fn matches(
    unit: &Unit,
    fuel: Option<Fuel>,
    technology: Option<Technology>,
    zone: Option<usize>,
) -> bool {
    fuel.is_none_or(|fuel| unit.fuel == fuel)
        && technology.is_none_or(|technology| unit.technology == technology)
        && zone.is_none_or(|zone| usize::from(unit.zone.0) == zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capacity_is_so_many_machines() {
        assert_eq!([0.0, 1e-9, 354.0, 355.0, 356.0, 710.0].map(|mw| count(mw, 355.0)), [0, 0, 1, 1, 2, 2]);
    }
}
