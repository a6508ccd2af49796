//! The day-ahead commitment of slow units: which of them are on, hour by hour.
//!
//! At a fixed local hour the next local day is committed by the priority list of
//! [`gridrush_core::market::commit`] on a forecast:
//!
//! ```text
//!   net load = native load - wind - sun + what large loads drew on average in the last 24 hours,
//!              levelled by batteries: each day's peaks are cut and its valleys filled as far as they can
//!   energy   = net load (1 + margin)      cover = net load + reserve      room = net load - nuclear minimum
//! ```
//!
//! Where several regions are joined, each commits for itself, by its own clock; only the look at the network sees
//! the others.
//!
//! The list does not know the network. So one hour of each few (the one with the greatest net load) is also
//! cleared on the forecast with all lines, every unit free to run at its place on the list; what runs there
//! at half of its minimum output or more is called for these hours. Without that, load pockets stay
//! uncommitted day after day.
//!
//! The list looks further than it decides, so that a unit is not stopped in the evening that the next
//! morning needs. Units of the pack are committed whole, new capacity of a zone as so many units of the usual
//! size, the last of which may be smaller. Cost: once a day `O(units x horizon)` and a few dispatches, every hour
//! `O(units)`.

use std::collections::VecDeque;
use std::ops::Range;

use gridrush_core::dispatch::{DispatchError, DispatchSolution, Solver};
use gridrush_core::grid::Technology;
use gridrush_core::kernel::Streams;
use gridrush_core::market::{Needs, QuickCapacity, SlowUnit, UnitState, commit};
use gridrush_core::weather::WeatherYears;

use crate::clearing::Clearing;
use crate::forecast::Forecast;
use crate::setup::Setup;
use crate::units::{FuelPrices, SLOW, Unit};

/// Less than this is not running.
const NOTHING_MW: f64 = 1e-6;

/// Technologies whose starts are counted.
pub const STARTED: [Technology; 4] = [SLOW[0], SLOW[1], SLOW[2], Technology::CombustionTurbine];

/// Something that is committed: a unit of the pack, or one of those that a zone's new capacity consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Slot {
    /// Position of the unit in the market.
    unit: usize,
    /// Which part of it.
    part: u32,
}

/// What a year of starting and standing by was, for one technology.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CommitmentYear {
    /// Starts.
    pub starts: f64,
    /// What they cost.
    pub start_usd: f64,
    /// What being on cost.
    pub no_load_usd: f64,
    /// Capacity that was on, summed over hours.
    pub on_mwh: f64,
    /// Capacity, summed over hours.
    pub capacity_mwh: f64,
}

impl CommitmentYear {
    /// Adds that of another region.
    pub fn add(&mut self, other: CommitmentYear) {
        self.starts += other.starts;
        self.start_usd += other.start_usd;
        self.no_load_usd += other.no_load_usd;
        self.on_mwh += other.on_mwh;
        self.capacity_mwh += other.capacity_mwh;
    }
}

/// What a megawatt of a slow technology does this hour.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Standing {
    /// Share that is on.
    pub on_share: f64,
    /// Least output of what is on.
    pub minimum_share: f64,
    /// What was started this hour costs, per MW of all capacity.
    pub start_usd_per_mw: f64,
}

/// The commitment of a region.
#[derive(Clone, Debug)]
pub struct Commitment {
    /// The region, by position.
    area: usize,
    zones: Range<usize>,
    slots: Vec<Slot>,
    /// At the end of the hours that are fixed.
    states: Vec<UnitState>,
    /// In the present hour.
    on: Vec<bool>,
    /// Fixed hours, the present one first; a slot beyond a list's end is off.
    fixed: VecDeque<Vec<bool>>,
    /// What large loads drew in the last hours, latest last.
    large_load_mw: VecDeque<f64>,
    /// By slow technology and zone.
    standing: Vec<Vec<Standing>>,
    /// By technology of [`STARTED`].
    year: [CommitmentYear; STARTED.len()],
    /// Clears hours of the forecast.
    solver: Option<Solver>,
    solution: DispatchSolution,
}

/// What a plan is made from.
#[derive(Clone, Copy)]
pub struct Outlook<'a> {
    /// The scenario and its region.
    pub setup: &'a Setup,
    /// This replication's weather.
    pub weather: &'a WeatherYears,
    /// This replication's random streams.
    pub streams: &'a Streams,
    /// Fuel prices in force.
    pub prices: &'a FuelPrices,
}

impl Commitment {
    /// Nothing is committed yet in this region.
    pub fn new(clearing: &Clearing, area: usize) -> Commitment {
        Commitment {
            area,
            zones: clearing.terms().areas[area].zones.clone(),
            slots: Vec::new(),
            states: Vec::new(),
            on: Vec::new(),
            fixed: VecDeque::new(),
            large_load_mw: VecDeque::new(),
            standing: vec![vec![Standing::default(); clearing.zones.len()]; SLOW.len()],
            year: [CommitmentYear::default(); STARTED.len()],
            solver: None,
            solution: DispatchSolution::default(),
        }
    }

    /// Brings the market's slow units to an hour; commits the next day when it is time.
    pub fn begin_hour(
        &mut self,
        outlook: Outlook,
        clearing: &mut Clearing,
        hour: usize,
    ) -> Result<(), DispatchError> {
        let first = self.slots.is_empty() && self.fixed.is_empty();
        let clock = outlook.setup.areas[self.area].stamps[hour].hour_prevailing;
        let decides = u32::from(clock) == outlook.setup.scenario.thermal.decision_hour;
        if self.fixed.is_empty() {
            self.plan(outlook, clearing, hour, hour)?;
        }
        if decides {
            self.plan(outlook, clearing, hour, hour + self.fixed.len())?;
        }
        let row = self.fixed.pop_front().unwrap_or_default();
        self.take(outlook, clearing, &row, first);
        Ok(())
    }

    /// Fixes the hours from `from` to the next local midnight, seen from hour `now`.
    fn plan(
        &mut self,
        outlook: Outlook,
        clearing: &mut Clearing,
        now: usize,
        from: usize,
    ) -> Result<(), DispatchError> {
        let setup = outlook.setup;
        let own = &setup.areas[self.area];
        let stamps = &own.stamps;
        if from >= setup.hours {
            return Ok(());
        }
        let end = (from + 1..setup.hours)
            .find(|&h| stamps[h].day_of_year != stamps[from].day_of_year)
            .unwrap_or(setup.hours);
        self.add_slots(setup, clearing);
        let horizon_h = (setup.scenario.thermal.horizon_h as usize).max(end - from);
        let forecast = setup.forecast(outlook.weather, outlook.streams, now, from, horizon_h);
        let mut net_mw = forecast.net_load_mw(&clearing.units, self.zones.clone());
        let large_mw = self.large_load_mw.iter().sum::<f64>() / self.large_load_mw.len().max(1) as f64;
        for mw in &mut net_mw {
            *mw += large_mw;
        }
        for day in net_mw.chunks_mut(24) {
            let (power_mw, energy_mwh) = clearing.stores.area_size(self.area);
            level(day, power_mw, energy_mwh, clearing.terms().storage_round_trip);
        }
        let (mut quick, mut must_run_mw) = (Vec::new(), 0.0);
        let quickly = |unit: &&Unit| !unit.slow && !unit.is_variable() && self.is_own(unit);
        for unit in clearing.units.iter().filter(quickly) {
            let capacity_mw =
                unit.capacity_mw * unit.availability_now(forecast.weather(0)) * unit.outage_factor;
            quick
                .push(QuickCapacity { capacity_mw, cost_usd_per_mwh: unit.cost_usd_per_mwh(outlook.prices) });
            if unit.on_share.is_some() {
                must_run_mw += unit.minimum_share * capacity_mw;
            }
        }
        let reserve_mw = clearing.terms().areas[self.area].reserve.requirement_mw();
        let margin = own.scenario.thermal.margin_percent / 100.0;
        let called = self.call(outlook, clearing, &forecast, &net_mw[..end - from])?;
        let needs = Needs {
            energy_mw: net_mw.iter().map(|mw| mw * (1.0 + margin)).collect(),
            cover_mw: net_mw.iter().map(|mw| mw + reserve_mw).collect(),
            room_mw: net_mw.iter().map(|mw| mw - must_run_mw).collect(),
            called,
        };
        let units: Vec<SlowUnit> =
            self.slots.iter().map(|&slot| slow_unit(slot, outlook, clearing, forecast.weather(0))).collect();
        let schedule = commit(&units, &quick, &self.states, &needs);
        for hour in 0..end - from {
            self.fixed.push_back((0..self.slots.len()).map(|slot| schedule.is_on(slot, hour)).collect());
        }
        for (slot, state) in self.states.iter_mut().enumerate() {
            *state = schedule.of(slot)[..end - from].iter().fold(*state, |state, &on| state.after(on));
        }
        Ok(())
    }

    /// Clears the hour with the greatest net load of each few hours on the forecast, and calls for these hours
    /// what runs. Leaves only what [`Clearing::set_hour`] sets anew.
    fn call(
        &mut self,
        outlook: Outlook,
        clearing: &mut Clearing,
        forecast: &Forecast,
        net_mw: &[f64],
    ) -> Result<Vec<(usize, usize)>, DispatchError> {
        let setup = outlook.setup;
        let every_h = setup.scenario.thermal.network_check_h as usize;
        let mut called = Vec::new();
        if every_h == 0 {
            return Ok(called);
        }
        let on_shares: Vec<Option<f64>> = clearing.units.iter().map(|unit| unit.on_share).collect();
        for unit in clearing.units.iter_mut().filter(|unit| unit.slow) {
            unit.on_share = None;
            // At the average at full load with the start in it, as on the list.
            let start_usd = start_usd_per_mw(outlook, unit) / run_h(setup, unit);
            let extra_usd_per_mwh = unit.no_load_usd_per_mw_h(outlook.prices) + start_usd;
            for bound in &mut clearing.problem.bounds[unit.columns()] {
                bound.cost_usd_per_mwh += extra_usd_per_mwh;
            }
        }
        for (n, block) in net_mw.chunks(every_h).enumerate() {
            let first = n * every_h;
            let Some(peak) = (0..block.len()).max_by(|&a, &b| block[a].total_cmp(&block[b]).then(b.cmp(&a)))
            else {
                continue;
            };
            clearing.set_hour(forecast.native_mw(first + peak), forecast.weather(first + peak), 1.0);
            let solver = match &mut self.solver {
                Some(solver) => solver,
                None => self.solver.insert(Solver::new(&clearing.problem)?),
            };
            solver.solve(&clearing.problem, &mut self.solution)?;
            for (slot, &Slot { unit, part }) in self.slots.iter().enumerate() {
                let unit = &clearing.units[unit];
                let part_mw = part_mw(setup, unit, part);
                let below_mw = if unit.bus.is_some() { 0.0 } else { f64::from(part) * unit_mw(setup, unit) };
                let share = clearing.upper_mw(unit) / unit.capacity_mw.max(NOTHING_MW);
                let runs_mw = unit.output_mw(&self.solution) - share * below_mw;
                if runs_mw > NOTHING_MW.max(0.5 * unit.minimum_share * share * part_mw) {
                    called.extend((first..first + block.len()).map(|hour| (slot, hour)));
                }
            }
        }
        for (unit, on_share) in clearing.units.iter_mut().zip(on_shares) {
            unit.on_share = on_share;
        }
        clearing.set_fuel_prices(outlook.prices);
        Ok(called)
    }

    /// Appends what has been built since the last plan.
    fn add_slots(&mut self, setup: &Setup, clearing: &Clearing) {
        let mut have = vec![0_u32; clearing.units.len()];
        for slot in &self.slots {
            have[slot.unit] += 1;
        }
        let zones = self.zones.clone();
        let own = |unit: &Unit| unit.slow && zones.contains(&usize::from(unit.zone.0));
        for (position, unit) in clearing.units.iter().enumerate().filter(|(_, unit)| own(unit)) {
            for part in have[position]..parts(setup, unit) {
                self.slots.push(Slot { unit: position, part });
                self.states.push(UnitState::COLD);
                self.on.push(false);
            }
        }
    }

    /// Takes an hour's commitment into the market and counts starts. What is on in the first hour of a run was
    /// on before.
    fn take(&mut self, outlook: Outlook, clearing: &mut Clearing, row: &[bool], first: bool) {
        let zones = self.zones.clone();
        let own = |unit: &&mut Unit| unit.slow && zones.contains(&usize::from(unit.zone.0));
        for unit in clearing.units.iter_mut().filter(own) {
            unit.on_share_before = unit.on_share.unwrap_or(0.0);
            unit.on_share = Some(0.0);
        }
        for zone in self.standing.iter_mut().flatten() {
            *zone = Standing::default();
        }
        for (n, slot) in self.slots.iter().enumerate() {
            let unit = &mut clearing.units[slot.unit];
            let part_mw = part_mw(outlook.setup, unit, slot.part);
            let on = row.get(n).copied().unwrap_or(false);
            let was_on = std::mem::replace(&mut self.on[n], on);
            if part_mw <= NOTHING_MW {
                continue;
            }
            let technology = SLOW.iter().position(|&t| t == unit.technology).unwrap_or(0);
            let standing = &mut self.standing[technology][usize::from(unit.zone.0)];
            if on {
                unit.on_share = unit.on_share.map(|share| (share + part_mw / unit.capacity_mw).min(1.0));
                standing.on_share += part_mw;
                standing.minimum_share += part_mw * unit.minimum_share;
            }
            if on && !was_on && !first {
                let usd = start_usd_per_mw(outlook, unit) * part_mw;
                standing.start_usd_per_mw += usd;
                let year = &mut self.year[technology];
                year.starts += 1.0;
                year.start_usd += usd;
            }
        }
        let mut capacity_mw = vec![vec![0.0; clearing.zones.len()]; SLOW.len()];
        for unit in clearing.units.iter_mut().filter(own) {
            let technology = SLOW.iter().position(|&t| t == unit.technology).unwrap_or(0);
            capacity_mw[technology][usize::from(unit.zone.0)] += unit.capacity_mw;
            let on_mw = unit.on_share.unwrap_or(0.0) * unit.capacity_mw;
            let year = &mut self.year[technology];
            year.capacity_mwh += unit.capacity_mw;
            year.on_mwh += on_mw;
            year.no_load_usd += unit.no_load_usd_per_mw_h(outlook.prices) * on_mw;
            if first {
                unit.on_share_before = unit.on_share.unwrap_or(0.0);
                unit.output_before_mw = on_mw;
            }
        }
        for (row, capacity_mw) in self.standing.iter_mut().zip(&capacity_mw) {
            per_megawatt(&mut row[zones.clone()], &capacity_mw[zones.clone()]);
        }
    }

    /// Books an hour that has been cleared: outputs for the next hour's ramps, starts of turbines, and what
    /// large loads drew.
    pub fn end_hour(
        &mut self,
        outlook: Outlook,
        clearing: &mut Clearing,
        output_mw: &[f64],
        large_load_mw: f64,
    ) {
        self.large_load_mw.push_back(large_load_mw);
        if self.large_load_mw.len() > 24 {
            self.large_load_mw.pop_front();
        }
        let turbines = STARTED.len() - 1;
        let zones = self.zones.clone();
        let own = |of: &(&mut Unit, &f64)| zones.contains(&usize::from(of.0.zone.0));
        for (unit, &output_mw) in clearing.units.iter_mut().zip(output_mw).filter(own) {
            if unit.technology == STARTED[turbines] {
                let year = &mut self.year[turbines];
                year.capacity_mwh += unit.capacity_mw;
                if output_mw > NOTHING_MW {
                    year.on_mwh += output_mw;
                }
                // Capacity of a zone consists of units of the usual size; one of the pack starts as a whole.
                let started_mw = match unit.bus {
                    Some(_) if output_mw > NOTHING_MW && unit.output_before_mw <= NOTHING_MW => {
                        unit.capacity_mw
                    }
                    Some(_) => 0.0,
                    None => (output_mw - unit.output_before_mw).max(0.0),
                };
                if started_mw > NOTHING_MW {
                    let size_mw =
                        if unit.bus.is_some() { unit.capacity_mw } else { unit_mw(outlook.setup, unit) };
                    year.starts += started_mw / size_mw;
                    year.start_usd += start_usd_per_mw(outlook, unit) * started_mw;
                }
            }
            unit.output_before_mw = output_mw;
        }
    }

    fn is_own(&self, unit: &Unit) -> bool {
        self.zones.contains(&usize::from(unit.zone.0))
    }

    /// What a megawatt of a technology does this hour in a zone, or in the region where the zone has none;
    /// `None` for technologies that are not committed.
    pub fn standing(&self, technology: Technology, zone: usize) -> Option<Standing> {
        let row = SLOW.iter().position(|&t| t == technology)?;
        Some(self.standing[row][zone])
    }

    /// The year that ends now, by technology of [`STARTED`]; the next begins.
    pub fn take_year(&mut self) -> [CommitmentYear; STARTED.len()] {
        std::mem::take(&mut self.year)
    }
}

/// Turns sums over capacity into shares, where there is capacity; elsewhere the region's.
fn per_megawatt(row: &mut [Standing], capacity_mw: &[f64]) {
    let share = |sum: Standing, mw: f64| Standing {
        on_share: if mw > 0.0 { sum.on_share / mw } else { 0.0 },
        minimum_share: if sum.on_share > 0.0 { sum.minimum_share / sum.on_share } else { 0.0 },
        start_usd_per_mw: if mw > 0.0 { sum.start_usd_per_mw / mw } else { 0.0 },
    };
    let all = row.iter().fold(Standing::default(), |a, b| Standing {
        on_share: a.on_share + b.on_share,
        minimum_share: a.minimum_share + b.minimum_share,
        start_usd_per_mw: a.start_usd_per_mw + b.start_usd_per_mw,
    });
    let region = share(all, capacity_mw.iter().sum());
    for (standing, &mw) in row.iter_mut().zip(capacity_mw) {
        *standing = if mw > 0.0 { share(*standing, mw) } else { region };
    }
}

/// Size of the units that new capacity consists of.
fn unit_mw(setup: &Setup, unit: &Unit) -> f64 {
    setup.scenario.thermal.of(unit.technology).map_or(f64::INFINITY, |of| of.unit_mw)
}

/// Hours that a start usually serves.
fn run_h(setup: &Setup, unit: &Unit) -> f64 {
    setup.scenario.thermal.of(unit.technology).map_or(1.0, |of| of.hours_per_start)
}

/// Of how many parts a unit consists.
fn parts(setup: &Setup, unit: &Unit) -> u32 {
    if unit.bus.is_some() { 1 } else { (unit.capacity_mw / unit_mw(setup, unit)).ceil() as u32 }
}

/// Capacity of a part; those of new capacity fill up one after the other.
fn part_mw(setup: &Setup, unit: &Unit, part: u32) -> f64 {
    if unit.bus.is_some() {
        return unit.capacity_mw;
    }
    let size_mw = unit_mw(setup, unit);
    (unit.capacity_mw - f64::from(part) * size_mw).clamp(0.0, size_mw)
}

/// Fuel and wear of a start.
fn start_usd_per_mw(outlook: Outlook, unit: &Unit) -> f64 {
    outlook.setup.scenario.thermal.of(unit.technology).map_or(0.0, |of| {
        of.start_mmbtu_per_mw * unit.fuel_price_usd_per_mmbtu(outlook.prices) + of.start_usd_per_mw
    })
}

/// A slot as the priority list sees it.
fn slow_unit(slot: Slot, outlook: Outlook, clearing: &Clearing, weather: &[f32]) -> SlowUnit {
    let unit = &clearing.units[slot.unit];
    let part_mw = part_mw(outlook.setup, unit, slot.part);
    let capacity_mw = part_mw * unit.availability_now(weather) * unit.outage_factor;
    let of = outlook.setup.scenario.thermal.of(unit.technology);
    SlowUnit {
        capacity_mw,
        minimum_mw: unit.minimum_share * capacity_mw,
        cost_usd_per_mwh: unit.cost_usd_per_mwh(outlook.prices),
        start_usd: start_usd_per_mw(outlook, unit) * part_mw,
        run_h: run_h(outlook.setup, unit),
        minimum_up_h: of.map_or(0, |of| of.minimum_up_h),
        minimum_down_h: of.map_or(0, |of| of.minimum_down_h),
    }
}

/// Cuts the peaks of a day and fills its valleys as far as batteries can: at most their power in any hour, their
/// energy once.
fn level(load_mw: &mut [f64], power_mw: f64, energy_mwh: f64, round_trip: f64) {
    if power_mw <= 0.0 || energy_mwh <= 0.0 || load_mw.is_empty() {
        return;
    }
    let mean_mw = load_mw.iter().sum::<f64>() / load_mw.len() as f64;
    let above = |line: f64| load_mw.iter().map(|mw| (mw - line).clamp(0.0, power_mw)).sum::<f64>();
    let below = |line: f64| load_mw.iter().map(|mw| (line - mw).clamp(0.0, power_mw)).sum::<f64>();
    let most_mw = load_mw.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let least_mw = load_mw.iter().copied().fold(f64::INFINITY, f64::min);
    // The lines nearest to the mean that the batteries' energy reaches.
    let upper = bisect(mean_mw, most_mw, |line| above(line) <= energy_mwh);
    let lower = bisect(mean_mw, least_mw, |line| below(line) <= energy_mwh / round_trip);
    for mw in load_mw {
        *mw += (lower - *mw).clamp(0.0, power_mw) - (*mw - upper).clamp(0.0, power_mw);
    }
}

/// The point nearest to `near` at which something holds that holds at `far` and, once it holds, further on.
fn bisect(near: f64, far: f64, holds: impl Fn(f64) -> bool) -> f64 {
    if holds(near) {
        return near;
    }
    let (mut fails, mut fine) = (near, far);
    for _ in 0..40 {
        let middle = 0.5 * (fails + fine);
        if holds(middle) { fine = middle } else { fails = middle }
    }
    fine
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batteries_level_a_day() {
        let mut day = [10.0, 10.0, 20.0, 40.0, 60.0, 40.0];
        level(&mut day, 15.0, 15.0, 0.75);
        // 15 MWh of peak: the hour of 60 by all of the power. 20 MWh of valley: two hours by ten.
        for (got, want) in day.iter().zip([20.0, 20.0, 20.0, 40.0, 45.0, 40.0]) {
            assert!((got - want).abs() < 1e-6, "{day:?}");
        }
        let flat = [30.0; 4];
        let mut same = flat;
        level(&mut same, 15.0, 15.0, 0.75);
        assert_eq!(same, flat);
    }

    #[test]
    fn a_zone_without_a_technology_sees_the_region() {
        let sums = |on_share, minimum_share, start_usd_per_mw| Standing {
            on_share,
            minimum_share,
            start_usd_per_mw,
        };
        let mut row = [sums(100.0, 40.0, 500.0), Standing::default(), sums(50.0, 30.0, 0.0)];
        per_megawatt(&mut row, &[200.0, 0.0, 100.0]);
        assert_eq!(row[0], sums(0.5, 0.4, 2.5));
        assert_eq!((row[1].on_share, row[2].on_share), (0.5, 0.5));
        assert!((row[1].minimum_share - 70.0 / 150.0).abs() < 1e-12);
    }
}
