//! Supply over the years: planned projects, merchant entry and exit, and the accounts they look at.
//!
//! Every month closes an account of what a megawatt of each technology in each zone would have earned:
//! energy at the zone's strong buses above its short-run cost, or operating reserve where that pays
//! more. The yearly review averages the trailing window and applies the rules of `core::market`.

use std::collections::VecDeque;

use gridrush_core::grid::pack::PlannedAction;
use gridrush_core::grid::{Fuel, Technology};
use gridrush_core::kernel::{Purpose, SimSpan, SimTime, Streams, uniform_open};
use gridrush_core::market::{NetRevenue, entry_by_zone, retirement_mw};
use gridrush_core::math;
use gridrush_core::names::Key;

use crate::clearing::Clearing;
use crate::commitment::{Commitment, Standing};
use crate::fleet::FleetChange;
use crate::setup::Setup;
use crate::units::{Costs, ENTRANTS, INCUMBENTS, TechnologyCost};

const COMPLETES: Purpose = Purpose::of("supply/completes");

/// Hours of an average month.
const MONTH_HOURS: f64 = 730.5;

/// Why a project happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The region's dated list.
    Planned,
    /// A merchant's decision.
    Entry,
    /// An owner's decision to close.
    Exit,
}

/// Capacity that comes or goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// Where.
    pub zone: usize,
    /// What.
    pub technology: Technology,
    /// Power; negative closes.
    pub capacity_mw: f64,
    /// Energy of storage.
    pub storage_mwh: f64,
    /// Why.
    pub origin: Origin,
    /// When.
    pub online: SimTime,
    /// Whether it has happened.
    pub done: bool,
}

/// Prices of a zone in one interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ZoneHour {
    /// The zone.
    pub zone: usize,
    /// Price at its strong buses.
    pub price_usd_per_mwh: f64,
    /// Price of operating reserve.
    pub reserve_usd_per_mwh: f64,
    /// Length of the interval.
    pub hours: f64,
}

/// What a megawatt earns in an hour at a price. Without commitment it runs when that pays or holds reserve. A
/// committed technology follows its commitment: what is on has its minimum output at any price, pays for being
/// on and for its starts, and runs the rest of its range when that pays.
fn margin_usd_per_mw(cost: &TechnologyCost, price: f64, reserve: f64, standing: Option<Standing>) -> f64 {
    let Some(Standing { on_share, minimum_share, start_usd_per_mw }) = standing else {
        return (price - cost.usd_per_mwh).max(reserve);
    };
    let over = price - (cost.usd_per_mwh - cost.no_load_usd_per_mw_h);
    let running =
        minimum_share * over + (1.0 - minimum_share) * over.max(reserve) - cost.no_load_usd_per_mw_h;
    on_share * running - start_usd_per_mw
}

/// What changed in a year, by fuel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FuelYear {
    /// Came online from the list.
    pub planned_mw: f64,
    /// Came online by entry.
    pub entered_mw: f64,
    /// Closed.
    pub retired_mw: f64,
}

/// Accounts and projects of the supply side.
#[derive(Clone, Debug)]
pub struct Supply {
    /// All projects so far, in the order of their decisions.
    pub projects: Vec<Project>,
    /// This year's changes by fuel.
    pub year: Vec<FuelYear>,
    /// Dated changes of the pack's units that have not happened yet, the next one first.
    fleet: VecDeque<(SimTime, usize, FleetChange)>,
    zones: usize,
    /// Margin per megawatt this month: entrants, then batteries, then incumbents, each by zone.
    month_usd_per_mw: Vec<f64>,
    /// Closed months, latest last.
    closed: Vec<Vec<f64>>,
    /// What capacity is paid per megawatt this month, by row; the same in all zones.
    month_capacity_usd_per_mw: [f64; ROWS],
    /// The same of closed months.
    closed_capacity: Vec<[f64; ROWS]>,
}

/// Rows of the account.
const ROWS: usize = ENTRANTS.len() + 1 + INCUMBENTS.len();
const BATTERY_ROW: usize = ENTRANTS.len();

impl Supply {
    /// The projects of the region's list, as this replication has them.
    pub fn new(setup: &Setup, streams: &Streams) -> Supply {
        let zones = setup.pack.region.zones.len();
        let mut projects = Vec::new();
        if setup.scenario.supply.planned {
            for planned in &setup.pack.planned {
                let mut rng = streams.open(Key::of(&planned.name), COMPLETES);
                let (completes, late) = (uniform_open(&mut rng), uniform_open(&mut rng));
                if completes >= planned.completion_probability {
                    continue;
                }
                let slip_months = -planned.mean_slip_months * math::ln(late);
                let day =
                    jiff::civil::date(planned.date.year, planned.date.month as i8, planned.date.day as i8);
                let due = setup.time_of(day) + SimSpan::from_hours_f64(slip_months * MONTH_HOURS);
                let sign = if planned.action == PlannedAction::Retire { -1.0 } else { 1.0 };
                projects.push(Project {
                    zone: usize::from(planned.zone.0),
                    technology: planned.technology,
                    capacity_mw: sign * planned.capacity_mw,
                    storage_mwh: planned.storage_mwh,
                    origin: Origin::Planned,
                    online: due.to_next_hour_edge(),
                    done: false,
                });
            }
        }
        Supply {
            projects,
            year: vec![FuelYear::default(); Fuel::ALL.len()],
            fleet: setup.fleet.changes.iter().copied().collect(),
            zones,
            month_usd_per_mw: vec![0.0; ROWS * zones],
            closed: Vec::new(),
            month_capacity_usd_per_mw: [0.0; ROWS],
            closed_capacity: Vec::new(),
        }
    }

    /// Books an hour: what a megawatt of each technology would have earned in a zone.
    pub fn book_hour(
        &mut self,
        clearing: &Clearing,
        costs: &Costs,
        commitment: Option<&Commitment>,
        weather: &[f32],
        hour: ZoneHour,
    ) {
        let ZoneHour { zone, price_usd_per_mwh: price, reserve_usd_per_mwh, hours } = hour;
        let at = |row: usize| row * self.zones + zone;
        let standing = |technology| commitment.and_then(|c| c.standing(technology, zone));
        for (row, &technology) in ENTRANTS.iter().enumerate() {
            let Some(unit) = clearing.entrant(zone, technology) else { continue };
            let reserve = if unit.gives_reserve() { reserve_usd_per_mwh } else { 0.0 };
            let margin = margin_usd_per_mw(&costs.entrant[row][zone], price, reserve, standing(technology));
            self.month_usd_per_mw[at(row)] += unit.availability_now(weather) * margin * hours;
        }
        for (i, cost) in costs.incumbent.iter().enumerate() {
            if let Some(cost) = &cost[zone] {
                let technology = INCUMBENTS[i];
                let reserve = if technology == Technology::Nuclear { 0.0 } else { reserve_usd_per_mwh };
                let margin = margin_usd_per_mw(cost, price, reserve, standing(technology));
                self.month_usd_per_mw[at(BATTERY_ROW + 1 + i)] += cost.availability * margin * hours;
            }
        }
    }

    /// Books an hour of the batteries of a zone, per megawatt.
    pub fn book_storage(&mut self, zone: usize, usd_per_mw: f64) {
        self.month_usd_per_mw[BATTERY_ROW * self.zones + zone] += usd_per_mw;
    }

    /// Closes the month's account.
    pub fn close_month(&mut self, keep: usize) {
        let month = std::mem::replace(&mut self.month_usd_per_mw, vec![0.0; ROWS * self.zones]);
        self.closed.push(month);
        self.closed_capacity.push(std::mem::replace(&mut self.month_capacity_usd_per_mw, [0.0; ROWS]));
        if self.closed.len() > keep {
            self.closed.remove(0);
            self.closed_capacity.remove(0);
        }
    }

    /// Books what a megawatt of each technology is paid for capacity this month.
    pub fn book_capacity(&mut self, usd_per_mw: &dyn Fn(Technology) -> f64) {
        let technologies = ENTRANTS.iter().chain([&Technology::Battery]).chain(&INCUMBENTS);
        for (month, &technology) in self.month_capacity_usd_per_mw.iter_mut().zip(technologies) {
            *month += usd_per_mw(technology);
        }
    }

    /// Trailing net revenue of a technology in a zone without what capacity is paid; `None` for technologies without
    /// an account.
    pub fn energy_usd_per_kw_year(&self, technology: Technology, zone: usize) -> Option<f64> {
        let incumbent = INCUMBENTS.iter().position(|&t| t == technology).map(|i| BATTERY_ROW + 1 + i);
        let entrant = || ENTRANTS.iter().position(|&t| t == technology);
        let battery = || (technology == Technology::Battery).then_some(BATTERY_ROW);
        let row = incumbent.or_else(entrant).or_else(battery)?;
        let usd: f64 = self.closed.iter().map(|month| month[row * self.zones + zone]).sum();
        Some(usd * 12.0 / self.closed.len().max(1) as f64 / 1000.0)
    }

    /// Trailing net revenue by zone of a row of the account.
    fn trailing(&self, row: usize) -> Vec<NetRevenue> {
        let months = self.closed.len().max(1) as f64;
        let capacity_usd: f64 = self.closed_capacity.iter().map(|month| month[row]).sum();
        (0..self.zones)
            .map(|zone| {
                let energy_usd: f64 = self.closed.iter().map(|month| month[row * self.zones + zone]).sum();
                let usd = energy_usd + capacity_usd;
                NetRevenue { usd_per_kw_year: usd * 12.0 / months / 1000.0 }
            })
            .collect()
    }

    /// The best zone's trailing net revenue of a technology that may enter.
    pub fn best_revenue_usd_per_kw_year(&self, technology: Technology) -> Option<f64> {
        self.trailing(row_of(technology)).iter().map(|r| r.usd_per_kw_year).reduce(f64::max)
    }

    /// What merchants would start this year: technology, zone, megawatts.
    pub fn would_start(&self, setup: &Setup) -> Vec<(Technology, usize, f64)> {
        let supply = &setup.scenario.supply;
        if !supply.merchant_entry || self.closed.is_empty() {
            return Vec::new();
        }
        let mut starts = Vec::new();
        for (technology, of) in supply.entrants() {
            let trailing = self.trailing(row_of(technology));
            for area in &setup.areas {
                let started = entry_by_zone(&supply.entry_terms(of), &trailing[area.zones.clone()]);
                let zones = area.zones.clone().zip(started).filter(|(_, mw)| *mw >= 1.0);
                starts.extend(zones.map(|(zone, mw)| (technology, zone, mw)));
            }
        }
        starts
    }

    /// Trailing net revenue of a technology that may enter, in a zone.
    pub fn revenue_usd_per_kw_year(&self, technology: Technology, zone: usize) -> f64 {
        self.trailing(row_of(technology)).get(zone).map_or(0.0, |revenue| revenue.usd_per_kw_year)
    }

    /// Takes capacity that has just been connected (a project that is done) into service and counts it in this year's changes.
    pub fn connect(&mut self, project: Project, clearing: &mut Clearing) {
        for (fuel, mw) in apply(&project, clearing) {
            self.count(project.origin, fuel, mw);
        }
        self.projects.push(project);
    }

    /// Decides entry and exit; returns the positions of new projects.
    pub fn review(&mut self, now: SimTime, setup: &Setup, clearing: &Clearing) -> Vec<u32> {
        let supply = &setup.scenario.supply;
        let first = self.projects.len();
        if supply.merchant_entry && !supply.entry_through_queue && !self.closed.is_empty() {
            for (technology, of) in supply.entrants() {
                let trailing = self.trailing(row_of(technology));
                let online = later(now, of.lead_months);
                // The yearly cap is that of each region.
                let built = setup.areas.iter().flat_map(|area| {
                    let built = entry_by_zone(&supply.entry_terms(of), &trailing[area.zones.clone()]);
                    area.zones.clone().zip(built)
                });
                let built: Vec<(usize, f64)> = built.filter(|(_, mw)| *mw >= 1.0).collect();
                for (zone, capacity_mw) in built {
                    let storage_mwh =
                        if technology == Technology::Battery { capacity_mw * of.storage_hours } else { 0.0 };
                    let origin = Origin::Entry;
                    let done = false;
                    self.projects.push(Project {
                        zone,
                        technology,
                        capacity_mw,
                        storage_mwh,
                        origin,
                        online,
                        done,
                    });
                }
            }
        }
        if supply.retirement && self.closed.len() >= supply.trailing_months.min(12) as usize {
            for (i, &technology) in INCUMBENTS.iter().enumerate() {
                let Some(cost) = supply.exit.of(technology) else { continue };
                let online = later(now, supply.exit.notice_months);
                let trailing = self.trailing(BATTERY_ROW + 1 + i);
                for (zone, revenue) in trailing.into_iter().enumerate() {
                    let capacity =
                        clearing.incumbent_mw(zone, technology) - self.closing_mw(zone, technology);
                    let closes = retirement_mw(capacity, revenue, cost, supply.exit.yearly_share);
                    if closes >= 1.0 {
                        self.projects.push(Project {
                            zone,
                            technology,
                            capacity_mw: -closes,
                            storage_mwh: 0.0,
                            origin: Origin::Exit,
                            online,
                            done: false,
                        });
                    }
                }
            }
        }
        (first..self.projects.len()).map(|p| p as u32).collect()
    }

    /// Capacity that is decided to close and still runs.
    fn closing_mw(&self, zone: usize, technology: Technology) -> f64 {
        let closing =
            |p: &&Project| !p.done && p.capacity_mw < 0.0 && p.zone == zone && p.technology == technology;
        -self.projects.iter().filter(closing).map(|p| p.capacity_mw).sum::<f64>()
    }

    /// Adds to a copy of the market what is decided to come or go by `at`.
    pub fn add_expected(&self, at: SimTime, clearing: &mut Clearing) {
        for &(_, unit, change) in self.fleet.iter().take_while(|change| change.0 <= at) {
            clearing.change_unit(unit, change);
        }
        clearing.stores.let_go();
        for project in self.projects.iter().filter(|project| !project.done && project.online <= at) {
            apply(project, clearing);
        }
    }

    /// Lets the next dated change of the pack's units happen and counts it as planned or as closed.
    pub fn change_fleet(&mut self, clearing: &mut Clearing) {
        let Some((_, unit, change)) = self.fleet.pop_front() else { return };
        if let Some((fuel, mw)) = clearing.change_unit(unit, change) {
            self.count(Origin::Planned, fuel, mw);
        }
    }

    fn count(&mut self, origin: Origin, fuel: Fuel, mw: f64) {
        let year = &mut self.year[fuel as usize];
        match (mw < 0.0, origin) {
            (true, _) => year.retired_mw -= mw,
            (false, Origin::Planned) => year.planned_mw += mw,
            (false, _) => year.entered_mw += mw,
        }
    }

    /// Brings a project online and counts it in this year's changes.
    pub fn bring_online(&mut self, project: u32, clearing: &mut Clearing) {
        let project = &mut self.projects[project as usize];
        project.done = true;
        let (origin, changed) = (project.origin, apply(project, clearing));
        for (fuel, mw) in changed {
            self.count(origin, fuel, mw);
        }
    }
}

/// The row of the account of a technology that may enter; that of batteries for them.
fn row_of(technology: Technology) -> usize {
    ENTRANTS.iter().position(|&t| t == technology).unwrap_or(BATTERY_ROW)
}

/// Changes the market's capacity by a project; returns what changed, by fuel.
fn apply(project: &Project, clearing: &mut Clearing) -> Vec<(Fuel, f64)> {
    let &Project { zone, technology, capacity_mw, storage_mwh, .. } = project;
    if capacity_mw >= 0.0 {
        clearing.add_capacity(zone, technology, capacity_mw, storage_mwh)
    } else {
        clearing.retire_capacity(zone, technology, -capacity_mw)
    }
}

/// The hour edge that many months on; never the present instant, whose supply events are over.
pub fn later(now: SimTime, n: u32) -> SimTime {
    (now + months(n).max(SimSpan(1))).to_next_hour_edge()
}

/// A number of average months.
pub fn months(n: u32) -> SimSpan {
    SimSpan::from_hours_f64(f64::from(n) * MONTH_HOURS)
}
