//! Solves of hours that have not happened: study snapshots and the sizing of background transmission.
//!
//! Both start from the market as it stands, put large loads at their firm contracts, and read native
//! load and weather of the coming year from the replication's own weather (a planner knows the climate,
//! not the day: states are means over the most extreme hours, percentiles over a regular sample).

use gridrush_core::dispatch::{DispatchError, DispatchSolution, Place, Solver};
use gridrush_core::grid::{BusId, Fuel};
use gridrush_core::interconnection::{Direction, Snapshot, ZonalSnapshot};
use gridrush_core::kernel::SimTime;
use gridrush_core::weather::WeatherYears;

use crate::clearing::Clearing;
use crate::limits::{Element, Elements};
use crate::links::Link;
use crate::setup::Setup;
use crate::site::CONTROLLABLE_BLOCKS;
use crate::supply::Supply;
use crate::units::Unit;

/// Hours averaged into one snapshot.
const EXTREME_HOURS: usize = 10;
/// Hours sampled from a year to size transmission.
const SAMPLED_HOURS: usize = 100;

/// The states in which interconnection is studied (`docs/limits.md`, M9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stress {
    SummerPeak,
    NetPeak,
    WinterMorning,
    WindyNight,
    SpringMidday,
}

impl Stress {
    /// In the order in which they are dispatched.
    const ALL: [Stress; 5] = [
        Stress::SummerPeak,
        Stress::NetPeak,
        Stress::WinterMorning,
        Stress::WindyNight,
        Stress::SpringMidday,
    ];

    const fn name(self) -> &'static str {
        match self {
            Stress::SummerPeak => "summer_peak",
            Stress::NetPeak => "summer_net_peak",
            Stress::WinterMorning => "winter_morning",
            Stress::WindyNight => "windy_night",
            Stress::SpringMidday => "spring_midday",
        }
    }

    /// How extreme an hour is for this stress; `None` where it does not apply.
    fn rank(self, hour: &HourOfYear) -> Option<f64> {
        let summer = (6..=9).contains(&hour.month);
        let winter = matches!(hour.month, 12 | 1 | 2);
        let night = hour.clock < 6;
        let spring = (3..=5).contains(&hour.month);
        match self {
            Stress::SummerPeak => summer.then_some(hour.load_mw),
            Stress::NetPeak => summer.then_some(hour.load_mw - hour.renewable_mw),
            Stress::WinterMorning => (winter && (5..=9).contains(&hour.clock)).then_some(hour.load_mw),
            Stress::WindyNight => night.then_some(hour.renewable_mw),
            Stress::SpringMidday => {
                (spring && (11..=15).contains(&hour.clock)).then_some(hour.renewable_mw - hour.load_mw)
            }
        }
    }

    /// Who is studied in it: loads in the states of high load, generators in those of much renewable output.
    const fn only(self) -> Option<Direction> {
        match self {
            Stress::SummerPeak | Stress::NetPeak | Stress::WinterMorning => Some(Direction::Load),
            Stress::WindyNight => None,
            Stress::SpringMidday => Some(Direction::Generation),
        }
    }

    /// Whether the largest unit is out in this state.
    const fn loses_largest_unit(self) -> bool {
        matches!(self, Stress::SummerPeak | Stress::NetPeak | Stress::WinterMorning)
    }
}

struct HourOfYear {
    hour: usize,
    month: u8,
    clock: u8,
    load_mw: f64,
    renewable_mw: f64,
}

/// A site's firm load for planning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirmLoad {
    /// The site's position in the market.
    pub site: usize,
    /// Its contract.
    pub mw: f64,
}

/// A stressed state, dispatched.
struct State<'a> {
    name: &'static str,
    only: Option<Direction>,
    clearing: &'a Clearing,
    solution: &'a DispatchSolution,
    native_mw: &'a [f64],
}

/// The year that a plan looks at.
#[derive(Clone, Copy)]
pub struct Outset<'a> {
    /// The run.
    pub setup: &'a Setup,
    /// Its weather.
    pub weather: &'a WeatherYears,
    /// The market as it stands.
    pub market: &'a Clearing,
    /// What is decided to come and go.
    pub supply: &'a Supply,
    /// What sites draw.
    pub loads: &'a [FirmLoad],
    /// Where the year begins.
    pub first_hour: usize,
}

/// Plans on a copy of the market. Keeps its solver warm from plan to plan.
#[derive(Clone, Default)]
pub struct Planner {
    /// Whether generators are studied, so that the states that only they are studied in are made.
    pub generators: bool,
    solver: Option<Solver>,
    solution: DispatchSolution,
}

impl Planner {
    /// One for studies of loads, and of generators if they are studied.
    pub fn new(generators: bool) -> Planner {
        Planner { generators, ..Planner::default() }
    }

    /// The snapshots of a study: mean states of the most extreme hours of the year, dispatched with every energized site at its firm load and every project that is
    /// decided to be in service by then.
    pub fn snapshots(&mut self, outset: Outset<'_>) -> Result<Vec<Snapshot>, DispatchError> {
        let mut out = Vec::with_capacity(Stress::ALL.len());
        self.each_state(outset, &mut |state| {
            out.push(Snapshot {
                name: state.name.to_owned(),
                flow_mw: state.solution.flow_mw.clone(),
                upward_mw: upward(state.clearing, state.solution),
                downward_mw: by_bus(state.clearing, &|unit| unit.output_mw(state.solution)),
                only: state.only,
            });
        })?;
        Ok(out)
    }

    /// The same where pipes join zones. `site_mw` is what sites draw, by zone; `stations_mw` what works have added
    /// to stations.
    pub fn zonal_snapshots(
        &mut self,
        outset: Outset<'_>,
        site_mw: &[f64],
        stations_mw: &[f64],
    ) -> Result<Vec<ZonalSnapshot>, DispatchError> {
        let ratio = outset.setup.params.queue.zonal.station_ratio;
        let peak_mw = native_peaks(outset.setup, outset.weather, outset.first_hour);
        let mut out = Vec::with_capacity(Stress::ALL.len());
        self.each_state(outset, &mut |state| {
            let by_zone = |by_bus: Vec<(BusId, f64)>| {
                let mut by_zone = vec![0.0; peak_mw.len()];
                for (bus, mw) in by_bus {
                    by_zone[state.clearing.zone_of_bus(bus.0)] += mw;
                }
                by_zone
            };
            let room = |(pipe, link): (u32, &Link)| {
                let limit = |backward| state.clearing.limit_mw(Element::Pipe { pipe, backward });
                let flow_mw = link.flow_mw(state.solution);
                [(limit(false) - flow_mw).max(0.0), (limit(true) + flow_mw).max(0.0)]
            };
            out.push(ZonalSnapshot {
                name: state.name.to_owned(),
                load_mw: state.native_mw.iter().zip(site_mw).map(|(native, sites)| native + sites).collect(),
                station_mw: peak_mw.iter().zip(stations_mw).map(|(peak, more)| ratio * peak + more).collect(),
                added_mw: vec![0.0; peak_mw.len()],
                upward_mw: by_zone(upward(state.clearing, state.solution)),
                downward_mw: by_zone(by_bus(state.clearing, &|unit| unit.output_mw(state.solution))),
                only: state.only,
                room_mw: (0..).zip(&state.clearing.links).map(room).collect(),
            });
        })?;
        Ok(out)
    }

    /// Dispatches the stressed states of a year.
    fn each_state(
        &mut self,
        outset: Outset<'_>,
        see: &mut dyn FnMut(&State<'_>),
    ) -> Result<(), DispatchError> {
        let Outset { setup, weather, market, supply, loads, first_hour } = outset;
        let mut clearing = at_contract(market, loads);
        supply.add_expected(SimTime::from_hours(first_hour as u64), &mut clearing);
        let year = survey(setup, weather, &clearing, first_hour);
        let mut native = vec![0.0; setup.series.len()];
        let mut series = vec![0.0_f32; weather.values.len()];
        for stress in Stress::ALL {
            if stress.only() == Some(Direction::Generation) && !self.generators {
                continue;
            }
            let mut hours: Vec<(f64, usize)> =
                year.iter().filter_map(|hour| Some((stress.rank(hour)?, hour.hour))).collect();
            hours.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            hours.truncate(EXTREME_HOURS);
            if hours.is_empty() {
                continue;
            }
            let n = hours.len() as f64;
            let (mut mean_native, mut mean_series) = (vec![0.0; native.len()], vec![0.0_f64; series.len()]);
            for &(_, hour) in &hours {
                setup.native_mw(weather, hour, &mut native);
                Setup::weather_at(weather, hour, &mut series);
                mean_native.iter_mut().zip(&native).for_each(|(m, v)| *m += v / n);
                mean_series.iter_mut().zip(&series).for_each(|(m, v)| *m += f64::from(*v) / n);
            }
            series.iter_mut().zip(&mean_series).for_each(|(s, m)| *s = *m as f32);
            clearing.set_hour(&mean_native, &series, 1.0);
            if stress.loses_largest_unit() {
                clearing.take_out_largest_unit();
            }
            self.solve(&clearing)?;
            see(&State {
                name: stress.name(),
                only: stress.only(),
                clearing: &clearing,
                solution: &self.solution,
                native_mw: &mean_native,
            });
        }
        Ok(())
    }

    /// The flow that each element is asked for in the year that begins at `first_hour`, in the order of `elements`: a
    /// percentile of its absolute flow (of pipes and interfaces, of that in its direction) over sampled hours in which
    /// overload is nearly free. For watched pairs the flow after
    /// the loss counts too, as what the branch would have to be rated for to carry it in an emergency.
    pub fn asked_flows(
        &mut self,
        setup: &Setup,
        weather: &WeatherYears,
        market: &Clearing,
        loads: &[FirmLoad],
        first_hour: usize,
        elements: Elements,
    ) -> Result<Vec<f64>, DispatchError> {
        let transmission = &setup.scenario.supply.transmission;
        let mut clearing = at_contract(market, loads);
        for branch in &mut clearing.problem.branches {
            branch.ceiling_usd_per_mwh = transmission.sizing_overload_usd_per_mwh;
        }
        for flowgate in &mut clearing.problem.flowgates {
            flowgate.ceiling_usd_per_mwh = transmission.sizing_overload_usd_per_mwh;
        }
        for link in &clearing.links {
            link.open_beyond(transmission.sizing_overload_usd_per_mwh, &mut clearing.problem);
        }
        let mut native = vec![0.0; setup.series.len()];
        let mut series = vec![0.0_f32; weather.values.len()];
        let last_hour = (first_hour + 8760).min(setup.hours);
        let stride = stride(last_hour.saturating_sub(first_hour));
        let mut flows: Vec<Vec<f32>> = vec![Vec::with_capacity(SAMPLED_HOURS + 1); elements.count()];
        for hour in (first_hour..last_hour).step_by(stride) {
            setup.native_mw(weather, hour, &mut native);
            Setup::weather_at(weather, hour, &mut series);
            clearing.set_hour(&native, &series, 1.0);
            self.solve(&clearing)?;
            let flow_mw = &self.solution.flow_mw;
            for (list, element) in flows.iter_mut().zip(elements.iter()) {
                list.push(clearing.flow_mw(element, &self.solution) as f32);
            }
            for (_, pair) in clearing.security.watched() {
                let (monitored, outaged) = (pair.monitored as usize, pair.outaged as usize);
                let after_mw = (flow_mw[monitored] + pair.lodf * flow_mw[outaged]).abs();
                let asked_mw = (after_mw / clearing.security.emergency_ratio(pair.monitored)) as f32;
                if let Some(most) = flows[monitored].last_mut() {
                    *most = most.max(asked_mw);
                }
            }
        }
        let share = transmission.size_percentile / 100.0;
        Ok(flows
            .into_iter()
            .map(|mut list| {
                list.sort_unstable_by(f32::total_cmp);
                let at = (share * (list.len() as f64 - 1.0)).round() as usize;
                list.get(at).map_or(0.0, |&flow| f64::from(flow))
            })
            .collect())
    }

    fn solve(&mut self, clearing: &Clearing) -> Result<(), DispatchError> {
        let solver = match &mut self.solver {
            Some(solver) => solver,
            None => self.solver.insert(Solver::new(&clearing.problem)?),
        };
        solver.solve(&clearing.problem, &mut self.solution)
    }
}

/// Greatest native load of each zone in the year that begins at `first_hour`.
fn native_peaks(setup: &Setup, weather: &WeatherYears, first_hour: usize) -> Vec<f64> {
    let (mut native, mut most) = (vec![0.0; setup.series.len()], vec![0.0_f64; setup.series.len()]);
    for hour in hours_of_year(setup, first_hour) {
        setup.native_mw(weather, hour, &mut native);
        most.iter_mut().zip(&native).for_each(|(most, mw)| *most = most.max(*mw));
    }
    most
}

/// The hours of the year that begins at `first_hour`, or of the last one of the run.
fn hours_of_year(setup: &Setup, first_hour: usize) -> std::ops::Range<usize> {
    let first_hour = first_hour.min(setup.hours.saturating_sub(8760));
    first_hour..(first_hour + 8760).min(setup.hours)
}

/// Load and renewable output of every hour of the year that begins at `first_hour`.
fn survey(setup: &Setup, weather: &WeatherYears, clearing: &Clearing, first_hour: usize) -> Vec<HourOfYear> {
    let mut native = vec![0.0; setup.series.len()];
    let mut series = vec![0.0_f32; weather.values.len()];
    hours_of_year(setup, first_hour)
        .map(|hour| {
            setup.native_mw(weather, hour, &mut native);
            Setup::weather_at(weather, hour, &mut series);
            let renewable = |u: &&Unit| matches!(u.fuel, Fuel::Wind | Fuel::Solar);
            HourOfYear {
                hour,
                month: setup.stamps()[hour].month,
                clock: setup.stamps()[hour].hour_prevailing,
                load_mw: native.iter().sum(),
                renewable_mw: (clearing.units.iter().filter(renewable))
                    .map(|u| u.capacity_mw * u.availability_now(&series))
                    .sum(),
            }
        })
        .collect()
}

/// Hours from one sample to the next: no factor in common with 24, so that every hour of the day is seen.
fn stride(hours: usize) -> usize {
    let about = (hours / SAMPLED_HOURS).max(1);
    // Of five numbers in a row one has neither factor.
    (about..about + 5).find(|n| n % 2 != 0 && n % 3 != 0).unwrap_or(about)
}

/// A copy of the market without outages in which every listed site draws its contract as firm load and any
/// unit may run.
fn at_contract(market: &Clearing, loads: &[FirmLoad]) -> Clearing {
    let mut clearing = market.intact();
    clearing.release();
    for load in loads {
        clearing.clear_site(load.site);
        clearing.set_block(load.site, CONTROLLABLE_BLOCKS, load.mw, None);
    }
    clearing
}

/// What generators at each bus could still produce; spread columns count at their buses. Where nothing
/// could produce more, every generator counts with all it has: whether there is enough generation is
/// not what a study of wires asks.
fn upward(clearing: &Clearing, solution: &DispatchSolution) -> Vec<(BusId, f64)> {
    let room = |unit: &Unit| clearing.upper_mw(unit) - unit.output_mw(solution);
    let left = by_bus(clearing, &room);
    if left.is_empty() { by_bus(clearing, &|unit| clearing.upper_mw(unit)) } else { left }
}

/// Sums a quantity of generators by the buses at which they stand; buses with less than a kilowatt are
/// left out.
fn by_bus(clearing: &Clearing, quantity: &dyn Fn(&Unit) -> f64) -> Vec<(BusId, f64)> {
    let mut by_bus = vec![0.0; clearing.problem.bus_count()];
    for unit in &clearing.units {
        let room = quantity(unit);
        if room <= 0.0 {
            continue;
        }
        match &clearing.problem.places()[unit.column.0 as usize] {
            Place::Bus(bus, _) => by_bus[*bus as usize] += room,
            Place::Spread(buses) => buses.iter().for_each(|&(bus, w)| by_bus[bus as usize] += w * room),
            Place::None => {}
        }
    }
    by_bus.into_iter().enumerate().filter(|(_, mw)| *mw > 1e-3).map(|(b, mw)| (BusId(b as u32), mw)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_a_year_see_every_hour_of_the_day() {
        for hours in [8760, 8784, 2000, 50] {
            let seen: std::collections::BTreeSet<usize> =
                (0..24 * stride(hours)).step_by(stride(hours)).map(|hour| hour % 24).collect();
            assert_eq!(seen.len(), 24, "{hours}");
        }
    }
}
