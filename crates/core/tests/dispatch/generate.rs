//! Generated meshed grids with a year of weather, for tests and benches.
//!
//! Buses are random points, branches a nearest-neighbour tree plus the shortest remaining pairs (1.6 per
//! bus, as in real grids). Ratings are the largest flow of a few sampled hours without limits times a
//! random factor around one, so that some branches bind in most hours. Load has eight zones, wind an
//! autocorrelated availability per zone, mines bid a price that changes every hour.

// Tests and bench use different parts.
#![allow(dead_code)]

use gridrush_core::dispatch::{
    Bound, ColumnId, DispatchProblem, DispatchSolution, FlowBranch, Flowgate, LinearRow, Place, RowId,
    Solver, Topology,
};
use gridrush_core::math;
use gridrush_core::names::Key;

const ZONES: usize = 8;

/// Uniform in [0, 1) for a name and a position.
fn uniform(name: &str, n: usize) -> f64 {
    (Key::of(name).part(n as u64).0 >> 11) as f64 / (1_u64 << 53) as f64
}

/// A market with hours.
pub struct Market {
    pub problem: DispatchProblem,
    zone: Vec<usize>,
    load_mw: Vec<f64>,
    wind: Vec<(ColumnId, usize, f64)>,
    solar: Vec<(ColumnId, f64)>,
    mines: Vec<ColumnId>,
    sheds: Vec<(ColumnId, usize)>,
    reserve: RowId,
    eligible: Vec<ColumnId>,
}

/// A grid of this many buses with limits at `tightness` times their sampled largest flow.
pub fn market(buses: usize, tightness: f64) -> Market {
    let points: Vec<(f64, f64)> = (0..buses).map(|b| (uniform("x", b), uniform("y", b))).collect();
    let zone: Vec<usize> =
        points.iter().map(|&(x, y)| (x * 4.0) as usize * 2 + usize::from(y > 0.5)).collect();
    let branches = branches(&points);
    let mut problem = DispatchProblem::new(buses, branches);
    let load_mw: Vec<f64> = (0..buses).map(|b| 60.0 * uniform("load", b) * uniform("size", b)).collect();
    let total: f64 = load_mw.iter().sum();

    let mut eligible = Vec::new();
    let units = buses * 3 / 10 + 8;
    for n in 0..units {
        let bus = (uniform("unit bus", n) * buses as f64) as u32;
        let size = (0.3 + uniform("unit size", n)) * 1.3 * total / units as f64 / 0.8;
        let heat_rate = 6.5 + 5.0 * uniform("unit heat", n);
        for block in 0..2 {
            let cost = (heat_rate + 0.4 * f64::from(block)) * 3.5 + 3.0;
            let bound = Bound { lower_mw: 0.0, upper_mw: size / 2.0, cost_usd_per_mwh: cost };
            let key = Key::of("unit").part(2 * n as u64 + block as u64);
            eligible.push(problem.add_column(key, Place::Bus(bus, 1.0), bound));
        }
    }
    let mut wind = Vec::new();
    let mut solar = Vec::new();
    let parks = buses / 20 + 4;
    for n in 0..parks {
        let bus = (uniform("park bus", n) * buses as f64) as usize;
        let size = 0.6 * total / parks as f64 * (0.5 + uniform("park size", n));
        let bound = Bound { lower_mw: 0.0, upper_mw: size, cost_usd_per_mwh: -20.0 };
        let column = problem.add_column(Key::of("wind").part(n as u64), Place::Bus(bus as u32, 1.0), bound);
        wind.push((column, zone[bus], size));
        let bus = (uniform("sun bus", n) * buses as f64) as u32;
        let size = 0.3 * total / parks as f64;
        let bound = Bound { lower_mw: 0.0, upper_mw: size, cost_usd_per_mwh: 0.0 };
        let column = problem.add_column(Key::of("solar").part(n as u64), Place::Bus(bus, 1.0), bound);
        solar.push((column, size));
    }
    let mut mines = Vec::new();
    for n in 0..buses / 40 + 2 {
        let bus = (uniform("mine bus", n) * buses as f64) as u32;
        let size = 0.1 * total / (buses / 40 + 2) as f64;
        let bound = Bound { lower_mw: 0.0, upper_mw: size, cost_usd_per_mwh: -60.0 };
        mines.push(problem.add_column(Key::of("mine").part(n as u64), Place::Bus(bus, -1.0), bound));
    }
    let mut sheds = Vec::new();
    for z in 0..ZONES {
        let members: Vec<usize> = (0..buses).filter(|&b| zone[b] == z).collect();
        let zone_load: f64 = members.iter().map(|&b| load_mw[b]).sum();
        let shares: Vec<(u32, f64)> =
            members.iter().map(|&b| (b as u32, load_mw[b] / zone_load)).filter(|s| s.1 > 0.0).collect();
        for (tier, cost) in [5000.0, 9000.0].into_iter().enumerate() {
            let bound = Bound { lower_mw: 0.0, upper_mw: 0.6 * zone_load, cost_usd_per_mwh: cost };
            let key = Key::of("shed").part((2 * z + tier) as u64);
            let column = problem.add_column(key, Place::Spread(shares.clone()), bound);
            sheds.push((column, z));
        }
    }
    let mut terms: Vec<(ColumnId, f64)> = eligible.iter().map(|&unit| (unit, -1.0)).collect();
    for (step, price) in [1.0, 10.0, 50.0, 300.0, 2000.0].into_iter().enumerate() {
        let bound = Bound { lower_mw: 0.0, upper_mw: 0.02 * total, cost_usd_per_mwh: price };
        terms.push((problem.add_column(Key::of("step").part(step as u64), Place::None, bound), 1.0));
    }
    let (key, upper) = (Key::of("reserve"), f64::INFINITY);
    let reserve = problem.add_row(LinearRow { key, terms, lower: f64::NEG_INFINITY, upper });
    let mut market = Market { problem, zone, load_mw, wind, solar, mines, sheds, reserve, eligible };
    market.set_limits(tightness);
    market
}

fn branches(points: &[(f64, f64)]) -> Vec<FlowBranch> {
    let distance = |a: usize, b: usize| {
        let (dx, dy) = (points[a].0 - points[b].0, points[a].1 - points[b].1);
        (dx * dx + dy * dy).sqrt()
    };
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for b in 1..points.len() {
        let nearest = (0..b).min_by(|&p, &q| distance(p, b).total_cmp(&distance(q, b)));
        pairs.extend(nearest.map(|a| (a, b)));
    }
    let mut others: Vec<(f64, usize, usize)> = Vec::new();
    let reach = 2.5 / (points.len() as f64).sqrt();
    for b in 1..points.len() {
        others.extend((0..b).map(|a| (distance(a, b), a, b)).filter(|pair| pair.0 < reach));
    }
    // Prefer short pairs, but not only the shortest.
    others.sort_by(|p, q| {
        let weight = |t: &(f64, usize, usize)| t.0 * (0.5 + uniform("pair", t.1 * points.len() + t.2));
        weight(p).total_cmp(&weight(q))
    });
    let extra = points.len() * 6 / 10;
    pairs.extend(others.iter().map(|&(_, a, b)| (a, b)).take(extra));
    let line = |&(a, b): &(usize, usize)| FlowBranch {
        from: a as u32,
        to: b as u32,
        susceptance_mw_per_rad: 60.0 / (0.003 + distance(a, b)),
        shift_rad: 0.0,
        limit_mw: f64::INFINITY,
        ceiling_usd_per_mwh: 4000.0,
        in_service: true,
    };
    pairs.iter().map(line).collect()
}

/// The same problem with its buses numbered backwards, which moves the reference bus of every island.
pub fn turned(problem: &DispatchProblem) -> DispatchProblem {
    let last = problem.bus_count() as u32 - 1;
    let turn = |bus: u32| last - bus;
    let branches = problem.branches.iter().map(|&b| FlowBranch { from: turn(b.from), to: turn(b.to), ..b });
    let mut turned = DispatchProblem::new(problem.bus_count(), branches.collect());
    for ((place, &key), &bound) in problem.places().iter().zip(problem.keys()).zip(&problem.bounds) {
        let place = match place {
            Place::None => Place::None,
            Place::Bus(bus, c) => Place::Bus(turn(*bus), *c),
            Place::Spread(terms) => Place::Spread(terms.iter().map(|&(bus, c)| (turn(bus), c)).collect()),
        };
        turned.add_column(key, place, bound);
    }
    turned.rows.clone_from(&problem.rows);
    turned.flowgates.clone_from(&problem.flowgates);
    turned.demand_mw = problem.demand_mw.iter().rev().copied().collect();
    turned
}

impl Market {
    /// The columns of elastic loads.
    pub fn mines(&self) -> &[ColumnId] {
        &self.mines
    }

    /// The shed columns.
    pub fn sheds(&self) -> impl Iterator<Item = ColumnId> + '_ {
        self.sheds.iter().map(|shed| shed.0)
    }

    fn set_limits(&mut self, tightness: f64) {
        let mut most = vec![0.0_f64; self.problem.branches.len()];
        let mut solver = Solver::new(&self.problem).unwrap();
        let mut solution = DispatchSolution::default();
        for sample in 0..24 {
            self.set_hour(sample * 367 % 8760);
            solver.solve(&self.problem, &mut solution).unwrap();
            for (most, flow) in most.iter_mut().zip(&solution.flow_mw) {
                *most = most.max(flow.abs());
            }
        }
        for (l, branch) in self.problem.branches.iter_mut().enumerate() {
            branch.limit_mw = (tightness * (0.9 + 0.6 * uniform("rating", l)) * most[l]).max(20.0);
        }
    }

    /// Appends the `count` flowgates (one branch after the loss of another, limited at 1.15 times its
    /// rating) that come closest to their limit in sampled hours.
    pub fn secure(&mut self, count: usize) {
        let branches = self.problem.branches.len();
        let mut most = vec![0.0_f64; branches];
        let mut hours = Vec::new();
        let mut solver = Solver::new(&self.problem).unwrap();
        let mut solution = DispatchSolution::default();
        for sample in 0..8 {
            self.set_hour(sample * 1093 % 8760);
            solver.solve(&self.problem, &mut solution).unwrap();
            for (most, flow) in most.iter_mut().zip(&solution.flow_mw) {
                *most = most.max(flow.abs());
            }
            hours.push(solution.flow_mw.clone());
        }
        let topology = Topology::new(self.problem.bus_count(), &self.problem.branches).unwrap();
        let mut outages: Vec<usize> = (0..branches).collect();
        outages.sort_by(|&a, &b| most[b].total_cmp(&most[a]));
        let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
        let mut flow = Vec::new();
        for &k in outages.iter().take(120) {
            let mut exchange = vec![0.0; self.problem.bus_count()];
            exchange[self.problem.branches[k].from as usize] += 1.0;
            exchange[self.problem.branches[k].to as usize] -= 1.0;
            topology.flows(&exchange, &mut flow);
            if 1.0 - flow[k] < 1e-3 {
                continue;
            }
            for l in (0..branches).filter(|&l| l != k) {
                let factor = flow[l] / (1.0 - flow[k]);
                let worst = hours.iter().map(|hour| (hour[l] + factor * hour[k]).abs()).fold(0.0, f64::max);
                if factor.abs() > 0.05 {
                    pairs.push((worst / (1.15 * self.problem.branches[l].limit_mw), l, k));
                }
            }
        }
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
        for &(_, l, k) in pairs.iter().take(count) {
            let limit = 1.15 * self.problem.branches[l].limit_mw;
            self.problem.flowgates.push(Flowgate {
                key: Key::of("security").part((l * branches + k) as u64),
                terms: vec![(l as u32, 1.0)],
                outage: Some(k as u32),
                lower_mw: -limit,
                upper_mw: limit,
                ceiling_usd_per_mwh: 3000.0,
                in_force: true,
            });
        }
    }

    /// Demand, availability and bids of an hour.
    pub fn set_hour(&mut self, hour: usize) {
        let day = hour as f64 / 24.0;
        let turn = 2.0 * std::f64::consts::PI;
        let of_day = math::cos(turn * (day - 17.0 / 24.0));
        let of_year = math::cos(turn * 2.0 * (day / 365.0 - 0.08));
        let scale: Vec<f64> = (0..ZONES)
            .map(|z| 0.62 + 0.12 * of_day + 0.08 * of_year + 0.05 * noise("zone", z, hour))
            .collect();
        for (b, demand) in self.problem.demand_mw.iter_mut().enumerate() {
            *demand = self.load_mw[b] * scale[self.zone[b]];
        }
        for &(column, z, size) in &self.wind {
            let own = 0.1 * noise("park", column.0 as usize, hour);
            let availability = (0.4 + 0.35 * noise("wind", z, hour) + own).clamp(0.0, 1.0);
            self.problem.bounds[column.0 as usize].upper_mw = size * availability;
        }
        let sun = math::cos(turn * (day - 13.0 / 24.0)).max(0.0);
        for &(column, size) in &self.solar {
            let cloud = 0.8 + 0.2 * noise("cloud", column.0 as usize, hour);
            self.problem.bounds[column.0 as usize].upper_mw = size * sun * cloud;
        }
        for &mine in &self.mines {
            let bid = 25.0 + 15.0 * noise("coin", 0, hour) + 25.0 * uniform("rig", mine.0 as usize);
            self.problem.bounds[mine.0 as usize].cost_usd_per_mwh = -bid;
        }
        let mut zone_load = [0.0; ZONES];
        for (b, demand) in self.problem.demand_mw.iter().enumerate() {
            zone_load[self.zone[b]] += demand;
        }
        for &(column, z) in &self.sheds {
            self.problem.bounds[column.0 as usize].upper_mw = zone_load[z] / 2.0;
        }
        let capacity: f64 =
            self.eligible.iter().map(|unit| self.problem.bounds[unit.0 as usize].upper_mw).sum();
        let total: f64 = self.problem.demand_mw.iter().sum();
        self.problem.rows[self.reserve.0 as usize].lower = 0.06 * total - capacity;
    }
}

/// Smooth noise in [-1, 1]: random values every six hours, joined by cosine steps.
fn noise(name: &str, n: usize, hour: usize) -> f64 {
    let value = |knot: usize| 2.0 * uniform(name, n * 100_003 + knot) - 1.0;
    let (knot, part) = (hour / 6, (hour % 6) as f64 / 6.0);
    let weight = 0.5 - 0.5 * math::cos(std::f64::consts::PI * part);
    value(knot) * (1.0 - weight) + value(knot + 1) * weight
}
