//! Taking over what changed in the problem since the last solve.

use super::place::NOWHERE;
use super::{Engine, FLOW_ROUNDING_RAD, ROW_TOLERANCE, TIE_USD_PER_MWH};
use crate::dispatch::basis::Constraint;
use crate::dispatch::columns::Columns;
use crate::dispatch::error::DispatchError;
use crate::dispatch::flowgates::Gates;
use crate::dispatch::inverse::Inverse;
use crate::dispatch::loads::Loads;
use crate::dispatch::problem::{Bound, DispatchProblem};
use crate::dispatch::ratio::RatioTest;
use crate::dispatch::rows::Rows;
use crate::dispatch::topology::{Islands, Topology, TopologyError};

impl Engine {
    /// An engine at the cold basis; without limits it never looks at flows.
    pub(in crate::dispatch) fn new(problem: &DispatchProblem, limits: bool) -> Result<Engine, DispatchError> {
        let topology =
            if limits { Some(Topology::new(problem.bus_count(), &problem.branches)?) } else { None };
        let buses = problem.bus_count();
        let mut engine = Engine {
            topology,
            islands: Islands::default(),
            version: None,
            moves: problem.moves(),
            ungrouped: true,
            order: Vec::new(),
            bus_at: Vec::new(),
            island_of: Vec::new(),
            stretches: Vec::new(),
            cut: vec![false; buses],
            columns: Columns::default(),
            rows: Rows::default(),
            gates: Gates::default(),
            loads: Loads::default(),
            lens_edition: 0,
            bounds: Vec::new(),
            read: 0,
            changed: Vec::new(),
            cost: Vec::new(),
            x: Vec::new(),
            direction: Vec::new(),
            at_upper: Vec::new(),
            is_basic: Vec::new(),
            rising: Vec::new(),
            falling: Vec::new(),
            alpha: Vec::new(),
            worth: Vec::new(),
            next_up: Vec::new(),
            next_down: Vec::new(),
            live_total: Vec::new(),
            live: Vec::new(),
            live_count: 0,
            newly_live: Vec::new(),
            live_stale: true,
            spot: Vec::new(),
            is_live: Vec::new(),
            up: Vec::new(),
            down: Vec::new(),
            total: Vec::new(),
            fixed: Vec::new(),
            stale: Vec::new(),
            is_stale: Vec::new(),
            misplaced: true,
            basic: Vec::new(),
            kernel: Vec::new(),
            inverse: Inverse::default(),
            rhs: Vec::new(),
            overloaded: Vec::new(),
            watched: Vec::new(),
            seen: 0,
            active: Vec::new(),
            violations: Vec::new(),
            touching: Vec::new(),
            ties: Vec::new(),
            moved: Vec::new(),
            near: Vec::new(),
            looser: 1.0,
            growth: Vec::new(),
            island_growth: Vec::new(),
            island_binds: Vec::new(),
            island_idle: Vec::new(),
            row_binds: Vec::new(),
            flow_taken: Vec::new(),
            branch_count: 0,
            flow_tolerance: ROW_TOLERANCE,
            reselect: true,
            inverse_stale: true,
            duals_stale: true,
            perturbation: TIE_USD_PER_MWH,
            base_injection: vec![0.0; buses + 1],
            injection: vec![0.0; buses + 1],
            island_demand: Vec::new(),
            flow: Vec::new(),
            ratio: RatioTest::default(),
            w: Vec::new(),
            u: Vec::new(),
            basic_value: Vec::new(),
            scratch: Vec::new(),
        };
        engine.sync(problem)?;
        Ok(engine)
    }

    /// Structure: topology, appended columns, linear rows.
    pub(super) fn sync(&mut self, problem: &DispatchProblem) -> Result<(), DispatchError> {
        let shrunk = problem.bus_count() + 1 != self.injection.len()
            || problem.bounds.len() < self.x.len()
            || problem.rows.len() < self.rows.linear_count()
            || problem.branches.len() < self.branch_count
            || problem.flowgates.len() < self.gates.count();
        if shrunk {
            return Err(DispatchError::Shrunk);
        }
        let rewired =
            self.version != Some(problem.topology_version()) || problem.branches.len() != self.branch_count;
        if rewired {
            self.version = None;
            self.take_topology(problem)?;
            if self.moves != problem.moves() {
                self.moves = problem.moves();
                self.columns = Columns::default();
            }
        }
        if !self.loads.knows(problem.load_zones().len()) {
            self.loads = Loads::of(problem, &self.order);
            self.ungrouped = true;
        }
        let new_rows = self.rows.check_linear(problem)?;
        let new_columns = new_rows || problem.bounds.len() > self.columns.count();
        if new_columns {
            self.version = None;
            self.read_columns(problem)?;
        }
        if self.ungrouped {
            self.regroup(problem);
        }
        self.extend_gates(problem)?;
        self.version = Some(problem.topology_version());
        Ok(())
    }

    /// Rows and vectors for the present islands and groups.
    pub(super) fn regroup(&mut self, problem: &DispatchProblem) {
        let islands = self.islands.count();
        if self.rows.regroup(problem, &self.columns, islands, &self.island_of) {
            self.reselect = true;
            self.inverse_stale = true;
        }
        self.lens_edition += 1;
        self.island_idle.clear();
        self.island_idle.extend((0..islands).map(|i| !self.rows.island_has_columns(i)));
        self.row_binds.resize(problem.rows.len(), false);
        let count = self.columns.count();
        for values in [&mut self.x, &mut self.direction, &mut self.cost, &mut self.rising, &mut self.falling]
        {
            values.resize(count, 0.0);
        }
        self.bounds.resize(count, Bound { lower_mw: 0.0, upper_mw: 0.0, cost_usd_per_mwh: 0.0 });
        self.at_upper.resize(count, false);
        self.is_basic.resize(count, false);
        let groups = self.columns.group_count();
        for values in [&mut self.up, &mut self.down, &mut self.total] {
            values.resize(groups, 0.0);
        }
        self.is_live.clear();
        self.is_live.resize(groups, false);
        self.live_count = 0;
        self.newly_live.clear();
        self.spot.clear();
        self.spot.resize(groups, NOWHERE);
        self.live_stale = true;
        self.is_stale.clear();
        self.is_stale.resize(groups, false);
        self.stale.clear();
        // With other columns all have other ties.
        self.perturb(self.tie_usd_per_mwh());
        self.ungrouped = false;
    }

    /// Takes over appended flowgates.
    fn extend_gates(&mut self, problem: &DispatchProblem) -> Result<(), DispatchError> {
        if let Some(topology) = &self.topology {
            self.gates.extend(&problem.flowgates, &problem.branches, topology)?;
            self.rows.extend_flows(self.branch_count, self.gates.count());
        }
        let flows = self.branch_count + self.gates.count();
        self.flow_taken.resize(flows, false);
        self.flow.resize(flows, 0.0);
        Ok(())
    }

    /// What is in service; constraints that are gone leave the basis.
    fn take_topology(&mut self, problem: &DispatchProblem) -> Result<(), DispatchError> {
        let buses = problem.bus_count();
        if let Some(topology) = &mut self.topology {
            topology.update(&problem.branches)?;
            let stiffness = topology.links().iter().map(|link| link.susceptance_mw_per_rad.abs());
            let stiffest = stiffness.fold(0.0, f64::max);
            self.flow_tolerance = (stiffest * FLOW_ROUNDING_RAD).max(ROW_TOLERANCE);
            let reordered = self.order != topology.position();
            if reordered {
                self.order = topology.position().to_vec();
                // Places of buses are others now, so all columns and load zones are read again.
                self.columns = Columns::default();
                self.loads = Loads::default();
            }
            if reordered || self.islands != *topology.islands() {
                let islands = topology.islands().clone();
                self.take_islands(islands);
            }
        } else {
            for (l, branch) in problem.branches.iter().enumerate() {
                if let Some(&bus) = [branch.from, branch.to].iter().find(|&&bus| bus as usize >= buses) {
                    let fault = TopologyError::NoSuchBus { branch: l as u32, bus, bus_count: buses };
                    return Err(fault.into());
                }
            }
            let islands = Islands::of(buses, &problem.branches);
            if self.islands != islands {
                self.order = (0..buses as u32).collect();
                self.take_islands(islands);
            }
        }
        self.branch_count = problem.branches.len();
        self.rows.forget_flows();
        self.gates.clear();
        self.extend_gates(problem)?;
        self.drop_idle(problem);
        Ok(())
    }

    /// Other islands, which all rows depend on.
    fn take_islands(&mut self, islands: Islands) {
        self.islands = islands;
        // Which buses stand for others depends on them.
        self.columns = Columns::default();
        self.island_of.resize(self.order.len(), 0);
        for (&place, &island) in self.order.iter().zip(self.islands.by_bus()) {
            self.island_of[place as usize] = island;
        }
        self.bus_at.resize(self.order.len(), 0);
        for (bus, &place) in (0..).zip(&self.order) {
            self.bus_at[place as usize] = bus;
        }
        self.stretches.clear();
        for (bus, &island) in (1..).zip(self.islands.by_bus()) {
            match self.stretches.last_mut() {
                Some(last) if last.0 == island => last.1 = bus,
                _ => self.stretches.push((island, bus)),
            }
        }
        self.set_growth();
        self.ungrouped = true;
    }

    /// Takes constraints that are gone out of the basis; rows of flows that stay are others now.
    fn drop_idle(&mut self, problem: &DispatchProblem) {
        let gates = &self.gates;
        let islands = self.islands.count();
        let is_there = |constraint: Constraint| match constraint {
            Constraint::Island(i) => (i as usize) < islands,
            Constraint::Branch(l) => problem.branches[l as usize].in_service,
            Constraint::Flowgate(g) => gates.is_active(g),
            Constraint::Row(_) => true,
        };
        let taken = self.kernel.len() + self.overloaded.len();
        self.kernel.retain(|row| is_there(row.constraint));
        self.overloaded.retain(|overload| is_there(overload.constraint));
        self.watched.retain(|&constraint| is_there(constraint));
        self.seen = 0;
        self.island_binds.resize(islands, false);
        if self.ungrouped || self.kernel.len() + self.overloaded.len() < taken {
            self.mark_basis();
        }
        self.reselect = true;
        self.inverse_stale = true;
        self.duals_stale = true;
    }
}
