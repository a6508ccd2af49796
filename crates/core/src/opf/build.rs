//! A network as a dispatch problem, and what belongs to what.
//!
//! Columns in order: generators in service, each with its blocks; direct-current lines in service, each with its
//! blocks; shedding by bus. Demand is load, shunt conductance, fixed losses of direct-current lines and the
//! centred part of branch flows.

use core::ops::Range;

use super::branch::Channel;
use super::unit::Unit;
use super::{Answer, BindingLimit, OpfError, Options};
use crate::dispatch::{Bound, ColumnId, DispatchProblem, DispatchSolution, Place, Solver};
use crate::grid::{BranchId, CostCurve, Generator, HourlySeries, Network};
use crate::names::Key;

/// A case as an optimal power flow.
#[derive(Clone, Debug)]
pub struct Opf {
    pub(super) options: Options,
    pub(super) problem: DispatchProblem,
    pub(super) units: Vec<Unit>,
    generators: Vec<Option<usize>>,
    dc_links: Vec<Option<usize>>,
    shed: Option<usize>,
    channels: Vec<Channel>,
    load_mw: Vec<f64>,
    /// Demand that no hour changes.
    fixed_mw: Vec<f64>,
}

impl Opf {
    /// The optimal power flow of a network with the loads of the case. `O(buses + branches + blocks)`.
    pub fn new(network: &Network, options: &Options) -> Result<Opf, OpfError> {
        check(options)?;
        let buses = network.graph.node_count();
        let far_mw = far_mw(network, options);
        let channels =
            network.branches().map(|(_, branch)| Channel::of(branch, network.base_mva, far_mw, options));
        let channels: Vec<Channel> = channels.collect::<Result<_, _>>()?;
        let branches = channels.iter().map(|channel| channel.branch).collect();
        let mut opf = Opf {
            options: options.clone(),
            problem: DispatchProblem::new(buses, branches),
            units: Vec::new(),
            generators: Vec::with_capacity(network.generators.len()),
            dc_links: Vec::with_capacity(network.dc_links.len()),
            shed: None,
            channels,
            load_mw: network.buses().map(|(_, bus)| bus.load_mw).collect(),
            fixed_mw: network.buses().map(|(_, bus)| bus.shunt_mw).collect(),
        };
        for generator in &network.generators {
            let runs = generator.in_service && (options.storage || generator.storage_mwh == 0.0);
            let unit = if runs { Some(opf.add_generator(generator)?) } else { None };
            opf.generators.push(unit);
        }
        for link in &network.dc_links {
            let unit = link.in_service.then(|| {
                opf.fixed_mw[link.to.0 as usize] += link.fixed_loss_mw;
                let range_mw = (link.minimum_mw, link.maximum_mw);
                let free = CostCurve::Polynomial(vec![0.0]);
                let curve = link.cost.as_ref().unwrap_or(&free);
                let unit = Unit::new(range_mw, curve, options.blocks, options.convexity);
                let arrives = 1.0 - link.loss_fraction;
                let place = Place::Spread(vec![(link.from.0, -1.0), (link.to.0, arrives)]);
                opf.add_unit(Key::of("dc link").part(Key::of(&link.name).0), &place, unit)
            });
            opf.dc_links.push(unit);
        }
        if let Some(cost_usd_per_mwh) = options.shed_usd_per_mwh {
            opf.shed = Some(opf.problem.bounds.len());
            for (id, bus) in network.buses() {
                let bound = Bound { lower_mw: 0.0, upper_mw: 0.0, cost_usd_per_mwh };
                let key = Key::of("shed").part(u64::from(bus.number));
                opf.problem.add_column(key, Place::Bus(id.0, 1.0), bound);
            }
        }
        for channel in opf.channels.iter().filter(|channel| channel.branch.in_service) {
            opf.fixed_mw[channel.branch.from as usize] += channel.centre_mw;
            opf.fixed_mw[channel.branch.to as usize] -= channel.centre_mw;
        }
        opf.set_load();
        opf.write_units();
        Ok(opf)
    }

    fn add_generator(&mut self, generator: &Generator) -> Result<usize, OpfError> {
        let options = &self.options;
        let linear;
        let curve = if let Some(curve) = &generator.cost {
            curve
        } else {
            let price = options.fuel_usd_per_mmbtu.iter().find(|(fuel, _)| *fuel == generator.fuel);
            let price_usd_per_mmbtu = match price {
                Some((_, price)) => *price,
                None if generator.heat_rate_mmbtu_per_mwh == 0.0 => 0.0,
                None => {
                    return Err(OpfError::FuelPrice {
                        generator: generator.name.clone(),
                        fuel: generator.fuel,
                    });
                }
            };
            let slope = generator.heat_rate_mmbtu_per_mwh * price_usd_per_mmbtu;
            linear = CostCurve::Polynomial(vec![0.0, slope + generator.variable_om_usd_per_mwh]);
            &linear
        };
        // What withdraws at its minimum is a load, not a unit that could be off.
        let kept = options.minimum_output || generator.minimum_mw < 0.0;
        let least_mw = if kept { generator.minimum_mw } else { generator.capacity_mw.min(0.0) };
        let range_mw = (least_mw, generator.capacity_mw);
        let unit = Unit::new(range_mw, curve, options.blocks, options.convexity);
        Ok(self.add_unit(Key::of(&generator.name), &Place::Bus(generator.bus.0, 1.0), unit))
    }

    fn add_unit(&mut self, key: Key, place: &Place, mut unit: Unit) -> usize {
        unit.first = self.problem.bounds.len();
        for k in 0..unit.count {
            let bound = Bound { lower_mw: 0.0, upper_mw: 0.0, cost_usd_per_mwh: 0.0 };
            self.problem.add_column(key.part(k as u64), place.clone(), bound);
        }
        self.units.push(unit);
        self.units.len() - 1
    }

    fn set_load(&mut self) {
        self.problem.demand_mw.clone_from(&self.fixed_mw);
        for (demand, load) in self.problem.demand_mw.iter_mut().zip(&self.load_mw) {
            *demand += load;
        }
        if let Some(shed) = self.shed {
            for (bound, load) in self.problem.bounds[shed..].iter_mut().zip(&self.load_mw) {
                bound.upper_mw = load.max(0.0);
            }
        }
    }

    pub(super) fn write_units(&mut self) {
        for unit in &self.units {
            unit.write(&mut self.problem.bounds);
        }
    }

    /// Goes to an hour of the series: load by bus, where the series have any, and what generators with a
    /// series can produce. Columns that were appended to the problem stay as they are. `O(buses + shares + columns)`.
    pub fn set_hour(&mut self, series: &HourlySeries, hour: usize) -> Result<(), OpfError> {
        let buses = series.load.iter().flat_map(|load| &load.buses).map(|(bus, _)| bus.0 as usize + 1).max();
        let generators = series.available_mw.iter().map(|(generator, _)| *generator as usize + 1).max();
        let (buses, generators) = (buses.unwrap_or(0), generators.unwrap_or(0));
        let hours = series.hours;
        let short = series.load.iter().any(|load| load.mw.len() <= hour)
            || series.available_mw.iter().any(|(_, mw)| mw.len() <= hour);
        if hour >= hours || short || buses > self.load_mw.len() || generators > self.generators.len() {
            return Err(OpfError::Series { hour, hours, buses, generators });
        }
        if !series.load.is_empty() {
            self.load_mw.fill(0.0);
            series.add_load_mw(hour, &mut self.load_mw);
        }
        for (generator, available_mw) in &series.available_mw {
            if let Some(unit) = self.generators[*generator as usize] {
                self.units[unit].limit(available_mw[hour]);
            }
        }
        self.set_load();
        self.write_units();
        Ok(())
    }

    /// The problem of the present hour, for a [`Solver`] or to append columns and rows to.
    pub fn problem(&self) -> &DispatchProblem {
        &self.problem
    }

    /// The problem, to append columns and rows to or to change demand and limits. Columns of generators, lines and
    /// shedding are set again by [`Opf::set_hour`], as is demand.
    pub fn problem_mut(&mut self) -> &mut DispatchProblem {
        &mut self.problem
    }

    /// A solver at the cold basis.
    pub fn solver(&self) -> Result<Solver, OpfError> {
        Ok(Solver::new(&self.problem)?)
    }

    /// Columns of a generator in order of cost; their sum is its output. Empty out of service.
    pub fn generator_columns(&self, generator: usize) -> Range<usize> {
        self.columns(self.generators[generator])
    }

    /// Columns of a direct-current line; their sum is the flow sent. Empty out of service.
    pub fn dc_link_columns(&self, link: usize) -> Range<usize> {
        self.columns(self.dc_links[link])
    }

    fn columns(&self, unit: Option<usize>) -> Range<usize> {
        unit.map_or(0..0, |unit| self.units[unit].first..self.units[unit].first + self.units[unit].count)
    }

    /// The column that sheds load at a bus, if load may be shed.
    pub fn shed_column(&self, bus: usize) -> Option<ColumnId> {
        self.shed.map(|first| ColumnId((first + bus) as u32))
    }

    /// A solution of the present problem by element. `O(columns + buses + branches)`.
    pub fn read(&self, solution: &DispatchSolution) -> Answer {
        let sum = |unit: &Option<usize>| {
            solution.column_mw[self.columns(*unit)].iter().fold(0.0, |sum, mw| sum + mw)
        };
        let mut answer = Answer {
            output_mw: self.generators.iter().map(sum).collect(),
            dc_flow_mw: self.dc_links.iter().map(sum).collect(),
            shed_mw: self.shed.map_or_else(
                || vec![0.0; self.load_mw.len()],
                |first| solution.column_mw[first..first + self.load_mw.len()].to_vec(),
            ),
            lmp_usd_per_mwh: solution.lmp_usd_per_mwh.clone(),
            pivots: solution.pivots,
            rounds: 1,
            ..Answer::default()
        };
        let flow = |(channel, flow): (&Channel, &f64)| {
            if channel.branch.in_service { flow + channel.centre_mw } else { 0.0 }
        };
        answer.flow_mw = self.channels.iter().zip(&solution.flow_mw).map(flow).collect();
        for unit in &self.units {
            let columns_mw = &solution.column_mw[unit.first..unit.first + unit.count];
            answer.objective_usd_per_h += unit.cost_usd_per_h(columns_mw);
            let (lost, off) = unit.regret(columns_mw.iter().sum(), self.price_at(unit, solution));
            answer.gap_usd_per_h += lost;
            answer.price_gap_usd_per_mwh = answer.price_gap_usd_per_mwh.max(off);
        }
        let shed_mw: f64 = answer.shed_mw.iter().sum();
        answer.objective_usd_per_h += self.options.shed_usd_per_mwh.unwrap_or(0.0) * shed_mw;
        for &(branch, shadow_price_usd_per_mwh) in &solution.binding {
            answer.binding.push(BindingLimit {
                branch: BranchId(branch),
                kind: self.channels[branch as usize].kinds[usize::from(shadow_price_usd_per_mwh > 0.0)],
                flow_mw: answer.flow_mw[branch as usize],
                shadow_price_usd_per_mwh,
            });
        }
        answer
    }

    /// What one more MW of a unit is worth.
    pub(super) fn price_at(&self, unit: &Unit, solution: &DispatchSolution) -> f64 {
        match &self.problem.places()[unit.first] {
            Place::None => 0.0,
            Place::Bus(bus, coefficient) => coefficient * solution.lmp_usd_per_mwh[*bus as usize],
            Place::Spread(terms) => {
                terms.iter().map(|(bus, part)| part * solution.lmp_usd_per_mwh[*bus as usize]).sum()
            }
        }
    }

    /// Least and greatest flow of a branch under rating and angle limits.
    pub fn flow_limits_mw(&self, branch: BranchId) -> (f64, f64) {
        self.channels[branch.0 as usize].limits_mw
    }
}

fn check(options: &Options) -> Result<(), OpfError> {
    let positive = |x: f64| x > 0.0 && x.is_finite();
    let checks = [
        ("limit_scale", options.limit_scale, positive(options.limit_scale)),
        ("blocks", options.blocks as f64, (8..=1000).contains(&options.blocks)),
        ("relative_gap", options.relative_gap, positive(options.relative_gap)),
        ("price_gap_usd_per_mwh", options.price_gap_usd_per_mwh, positive(options.price_gap_usd_per_mwh)),
        (
            "shed_usd_per_mwh",
            options.shed_usd_per_mwh.unwrap_or(0.0),
            options.shed_usd_per_mwh.is_none_or(f64::is_finite),
        ),
    ];
    match checks.into_iter().find(|(_, _, good)| !good) {
        Some((option, value, _)) => Err(OpfError::Option { option, value }),
        None => Ok(()),
    }
}

/// A flow that no dispatch reaches: ten times all that can be injected, withdrawn and driven by phase shifts.
fn far_mw(network: &Network, options: &Options) -> f64 {
    let buses: f64 = network.buses().map(|(_, bus)| bus.load_mw.abs() + bus.shunt_mw.abs()).sum();
    let units: f64 =
        network.generators.iter().map(|unit| unit.capacity_mw.abs() + unit.minimum_mw.abs()).sum();
    let links: f64 = network.dc_links.iter().map(|link| link.minimum_mw.abs() + link.maximum_mw.abs()).sum();
    let shifts = network.branches().map(|(_, branch)| {
        let (susceptance, shift_rad) = super::branch::series(branch, network.base_mva, options.convention);
        (susceptance * shift_rad).abs()
    });
    10.0 * (buses + units + links + shifts.sum::<f64>())
}
