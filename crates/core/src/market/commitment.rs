//! Light unit commitment: which slow units are on in which hour, by priority list.
//!
//! Units are ranked by their average cost at full load with the cost of a start spread over the hours
//! that a start usually serves. Then, in this order:
//!
//! ```text
//!   1 cover     what the past holds on and what is called stands first; then, hour by hour, units are
//!               taken from the top of the list, quick-start capacity in its place, until they can carry the energy; then until everything that can
//!               answer carries the cover
//!   2 repair    a gap between two runs is filled when it is shorter than the minimum down time or when
//!               standing by costs less than a start; a run shorter than the minimum up time goes on
//!   3 prune     runs that 2 made superfluous are dropped, dearest first
//!   4 make room where minimum outputs exceed the load, the dearest units go off for as long as their
//!               minimum down time asks, if the rest still covers every hour
//! ```
//!
//! Invariant: minimum up and down times hold, those of the past included, and every hour is covered that
//! all free units together can cover. It is a rule of thumb, not an optimum: what it decides on a
//! forecast, dispatch takes as given. Cost: `O(units x hours)` and one sort.

/// A unit that takes hours to start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SlowUnit {
    /// What it can give.
    pub capacity_mw: f64,
    /// Least output while on.
    pub minimum_mw: f64,
    /// Average cost at full load.
    pub cost_usd_per_mwh: f64,
    /// Cost of a start.
    pub start_usd: f64,
    /// Hours that a start usually serves, at least one.
    pub run_h: f64,
    /// Hours that it stays on once started.
    pub minimum_up_h: u32,
    /// Hours that it stays off once stopped.
    pub minimum_down_h: u32,
}

impl SlowUnit {
    /// Its place on the list: average cost at full load, start included.
    pub fn priority_usd_per_mwh(&self) -> f64 {
        self.cost_usd_per_mwh + self.start_usd / (self.capacity_mw.max(1e-9) * self.run_h.max(1.0))
    }
}

/// Capacity that needs no commitment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuickCapacity {
    /// What it can give.
    pub capacity_mw: f64,
    /// Cost of a megawatt-hour, its starts included.
    pub cost_usd_per_mwh: f64,
}

/// Where a unit stands when the first hour begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitState {
    /// Whether it is on.
    pub on: bool,
    /// For how long.
    pub hours: u32,
}

impl UnitState {
    /// Off for so long that nothing holds it.
    pub const COLD: UnitState = UnitState { on: false, hours: u32::MAX };

    /// The state an hour later.
    pub fn after(self, on: bool) -> UnitState {
        let hours = if on == self.on { self.hours.saturating_add(1) } else { 1 };
        UnitState { on, hours }
    }
}

/// What is asked for, hour by hour; all lists have the same length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Needs {
    /// Load that the units at the top of the list shall carry.
    pub energy_mw: Vec<f64>,
    /// Load and reserve that everything together shall be able to carry.
    pub cover_mw: Vec<f64>,
    /// Load that is left for minimum outputs.
    pub room_mw: Vec<f64>,
    /// (unit, hour) in which a unit is called for a reason that the list does not know, such as the network.
    pub called: Vec<(usize, usize)>,
}

/// Which units are on, hour by hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    on: Vec<bool>,
    hours: usize,
}

impl Schedule {
    /// Whether a unit is on in an hour.
    pub fn is_on(&self, unit: usize, hour: usize) -> bool {
        self.on[unit * self.hours + hour]
    }

    /// The hours of a unit.
    pub fn of(&self, unit: usize) -> &[bool] {
        &self.on[unit * self.hours..(unit + 1) * self.hours]
    }
}

/// Commits slow units for as many hours as `needs` has. `states` are those before the first hour.
pub fn commit(units: &[SlowUnit], quick: &[QuickCapacity], states: &[UnitState], needs: &Needs) -> Schedule {
    let hours = needs.energy_mw.len();
    let mut list = List {
        units,
        quick,
        states,
        needs,
        order: merit_order(units, quick),
        quick_mw: quick.iter().map(|q| q.capacity_mw).sum(),
        schedule: Schedule { on: vec![false; units.len() * hours], hours },
        called: vec![false; units.len() * hours],
        on_mw: vec![0.0; hours],
        minimum_mw: vec![0.0; hours],
        marginal_usd_per_mwh: vec![0.0; hours],
    };
    list.cover();
    list.repair();
    list.prune();
    list.make_room();
    list.schedule
}

/// A place on the list.
#[derive(Clone, Copy)]
enum Entry {
    Slow(usize),
    Quick(usize),
}

/// Slow units and quick capacity from cheap to dear; ties by position, slow units first.
fn merit_order(units: &[SlowUnit], quick: &[QuickCapacity]) -> Vec<(f64, Entry)> {
    let slow = units.iter().enumerate().map(|(u, unit)| (unit.priority_usd_per_mwh(), Entry::Slow(u)));
    let quick = quick.iter().enumerate().map(|(q, quick)| (quick.cost_usd_per_mwh, Entry::Quick(q)));
    let mut order: Vec<(f64, Entry)> = slow.chain(quick).collect();
    // Stable, so equal costs keep the order of construction.
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    order
}

/// Slack below this is rounding.
const NOTHING_MW: f64 = 1e-6;

struct List<'a> {
    units: &'a [SlowUnit],
    quick: &'a [QuickCapacity],
    states: &'a [UnitState],
    needs: &'a Needs,
    order: Vec<(f64, Entry)>,
    /// All quick capacity.
    quick_mw: f64,
    schedule: Schedule,
    /// What is called, in the layout of the schedule.
    called: Vec<bool>,
    /// Capacity of slow units that are on, by hour.
    on_mw: Vec<f64>,
    /// Their minimum output.
    minimum_mw: Vec<f64>,
    /// Cost of the last entry that an hour's energy needs.
    marginal_usd_per_mwh: Vec<f64>,
}

impl List<'_> {
    fn set(&mut self, unit: usize, hour: usize, on: bool) {
        let slot = &mut self.schedule.on[unit * self.schedule.hours + hour];
        if *slot != on {
            *slot = on;
            let sign = if on { 1.0 } else { -1.0 };
            self.on_mw[hour] += sign * self.units[unit].capacity_mw;
            self.minimum_mw[hour] += sign * self.units[unit].minimum_mw;
        }
    }

    /// Hours at the beginning in which the past decides: on until `.0`, off until `.1`.
    fn held(&self, unit: usize) -> (usize, usize) {
        let (of, state) = (&self.units[unit], self.states[unit]);
        let left = |hours: u32| (hours.saturating_sub(state.hours) as usize).min(self.schedule.hours);
        if state.on { (left(of.minimum_up_h), 0) } else { (0, left(of.minimum_down_h)) }
    }

    /// Takes units from the top of the list until each hour is covered.
    fn cover(&mut self) {
        let held: Vec<(usize, usize)> = (0..self.units.len()).map(|u| self.held(u)).collect();
        for (unit, &(on_until, _)) in held.iter().enumerate() {
            (0..on_until).for_each(|hour| self.set(unit, hour, true));
        }
        for &(unit, hour) in &self.needs.called {
            if hour >= held[unit].1 {
                self.called[unit * self.schedule.hours + hour] = true;
                self.set(unit, hour, true);
            }
        }
        let order = std::mem::take(&mut self.order);
        for hour in 0..self.schedule.hours {
            let (energy_mw, cover_mw) = (self.needs.energy_mw[hour], self.needs.cover_mw[hour]);
            let mut passed_quick_mw = 0.0;
            for &(cost, entry) in &order {
                let carries = self.on_mw[hour] + passed_quick_mw >= energy_mw - NOTHING_MW;
                if carries && self.on_mw[hour] + self.quick_mw >= cover_mw - NOTHING_MW {
                    break;
                }
                match entry {
                    Entry::Quick(q) => passed_quick_mw += self.quick[q].capacity_mw,
                    Entry::Slow(unit) if hour >= held[unit].1 => self.set(unit, hour, true),
                    Entry::Slow(_) => continue,
                }
                if !carries {
                    self.marginal_usd_per_mwh[hour] = cost;
                }
            }
        }
        self.order = order;
    }

    /// Fills gaps and lengthens runs until minimum times hold.
    fn repair(&mut self) {
        let hours = self.schedule.hours;
        for unit in 0..self.units.len() {
            let of = self.units[unit];
            let mut state = self.states[unit];
            let mut hour = 0;
            while hour < hours {
                let on = self.schedule.is_on(unit, hour);
                if state.on && !on {
                    let short = state.hours < of.minimum_up_h;
                    let next = (hour..hours).find(|&h| self.schedule.is_on(unit, h));
                    let stays = short || next.is_some_and(|next| self.better_filled(unit, hour, next));
                    self.set(unit, hour, stays);
                    state = state.after(stays);
                } else {
                    state = state.after(on);
                }
                hour += 1;
            }
        }
    }

    /// Whether a unit stays on from `from` to `next`, when it runs again.
    fn better_filled(&self, unit: usize, from: usize, next: usize) -> bool {
        let of = &self.units[unit];
        let too_short = (next - from) < of.minimum_down_h as usize;
        let losses = self.marginal_usd_per_mwh[from..next].iter();
        let standing_by: f64 =
            losses.map(|marginal| of.minimum_mw * (of.cost_usd_per_mwh - marginal).max(0.0)).sum();
        too_short || standing_by < of.start_usd
    }

    /// Whether an hour is covered without a unit that is on in it, when quick capacity dearer than
    /// the unit does not take its place.
    fn spare(&self, unit: usize, hour: usize, cheaper_quick_mw: f64) -> bool {
        let left_mw = self.on_mw[hour] - self.units[unit].capacity_mw;
        !self.called[unit * self.schedule.hours + hour]
            && left_mw + cheaper_quick_mw >= self.needs.energy_mw[hour] - NOTHING_MW
            && left_mw + self.quick_mw >= self.needs.cover_mw[hour] - NOTHING_MW
    }

    /// Slow units from dear to cheap, each with the quick capacity that is cheaper.
    fn from_the_end(&self) -> Vec<(usize, f64)> {
        let mut quick_mw = 0.0;
        let mut slow = Vec::with_capacity(self.units.len());
        for &(_, entry) in &self.order {
            match entry {
                Entry::Quick(q) => quick_mw += self.quick[q].capacity_mw,
                Entry::Slow(unit) => slow.push((unit, quick_mw)),
            }
        }
        slow.reverse();
        slow
    }

    /// Drops runs of which no hour is needed.
    fn prune(&mut self) {
        let hours = self.schedule.hours;
        for (unit, cheaper_quick_mw) in self.from_the_end() {
            let (locked, _) = self.held(unit);
            let mut hour = locked;
            while hour < hours {
                if !self.schedule.is_on(unit, hour) {
                    hour += 1;
                    continue;
                }
                let end = (hour..hours).find(|&h| !self.schedule.is_on(unit, h)).unwrap_or(hours);
                let needless = (hour..end).all(|h| self.spare(unit, h, cheaper_quick_mw));
                // A run from the past that ends now must leave a long enough gap behind.
                let next = (end..hours).find(|&h| self.schedule.is_on(unit, h));
                let was_on =
                    if hour == 0 { self.states[unit].on } else { self.schedule.is_on(unit, hour - 1) };
                let gap_ok = !was_on
                    || next.is_none_or(|next| next - hour >= self.units[unit].minimum_down_h as usize);
                if needless && gap_ok {
                    (hour..end).for_each(|h| self.set(unit, h, false));
                }
                hour = end;
            }
        }
    }

    /// Turns the dearest units off where minimum outputs leave no room.
    fn make_room(&mut self) {
        let hours = self.schedule.hours;
        for (unit, cheaper_quick_mw) in self.from_the_end() {
            let crowded =
                |list: &Self, h: usize| list.minimum_mw[h] > list.needs.room_mw[h].max(0.0) + NOTHING_MW;
            let mut hour = 0;
            while hour < hours {
                if !(self.schedule.is_on(unit, hour) && crowded(self, hour)) {
                    hour += 1;
                    continue;
                }
                let until = (hour..hours)
                    .find(|&h| !(self.schedule.is_on(unit, h) && crowded(self, h)))
                    .unwrap_or(hours);
                let end = until.max(hour + self.units[unit].minimum_down_h as usize).min(hours);
                if self.may_stop(unit, hour, end, cheaper_quick_mw) {
                    (hour..end).for_each(|h| self.set(unit, h, false));
                }
                hour = end.max(hour + 1);
            }
        }
    }

    /// Whether a unit can be off from `from` to `end` (at least its minimum down time or up to the last
    /// hour): the rest covers, and what remains of its runs on both sides is long enough.
    fn may_stop(&self, unit: usize, from: usize, end: usize, cheaper_quick_mw: f64) -> bool {
        let hours = self.schedule.hours;
        let up_h = self.units[unit].minimum_up_h;
        let on = |h: usize| self.schedule.is_on(unit, h);
        let covered = (from..end).all(|h| !on(h) || self.spare(unit, h, cheaper_quick_mw));
        let before = (0..from).rev().take_while(|&h| on(h)).count();
        let past = if before == from && self.states[unit].on { self.states[unit].hours } else { 0 };
        let run_h = past.saturating_add(before as u32);
        let left_ok = run_h == 0 || run_h >= up_h;
        let after = (end..hours).take_while(|&h| on(h)).count();
        let right_ok = after == 0 || end + after == hours || after as u32 >= up_h;
        covered && left_ok && right_ok
    }
}

#[cfg(test)]
mod tests;
