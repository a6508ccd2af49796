//! The dispatch problem as data: columns at buses, limits on flows and sums of flows, a few linear rows.
//!
//! ```text
//!   minimise    sum_j cost_j x_j + sum_l ceiling_l (o+_l + o-_l) + the same of flowgates
//!   subject to  sum_j a_bj x_j - demand_b = sum of flows leaving b        (every bus; dual: LMP)
//!               -limit_l - o-_l <= flow_l <= limit_l + o+_l               (every branch with a limit)
//!               lower_g - o-_g <= sum_l w_gl flow_l <= upper_g + o+_g     (every flowgate)
//!               lower_r <= sum_j c_rj x_j <= upper_r                      (every linear row)
//!               lower_j <= x_j <= upper_j,   o >= 0
//! ```
//!
//! with `flow_l = susceptance_l (theta_from - theta_to - shift_l)`. A generator is a column with
//! coefficient +1 at its bus, an elastic load a column with -1 and a negative cost (its bid), a shed
//! block a column spread over the buses of a zone. Every column is boxed with finite bounds, so every
//! basis can be made dual feasible by moving columns between their bounds.

use super::pipes::Pipe;
use crate::names::Key;

/// Position of a column in the problem. Columns are only ever appended, so it stays valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnId(pub u32);

/// Position of a linear row in the problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(pub u32);

/// Where a column injects power.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// Nowhere: the column appears in linear rows only (a reserve block).
    None,
    /// One bus, with this coefficient (+1 injects, -1 withdraws).
    Bus(u32, f64),
    /// Several buses, each with its coefficient (a zone's shed block, a DC link).
    Spread(Vec<(u32, f64)>),
}

/// Bounds and cost of a column for the coming interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// Least value.
    pub lower_mw: f64,
    /// Greatest value.
    pub upper_mw: f64,
    /// Cost of one more unit; negative for a load's bid.
    pub cost_usd_per_mwh: f64,
}

/// A branch as dispatch sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlowBranch {
    /// The bus at which positive flow leaves.
    pub from: u32,
    /// The bus at which positive flow arrives.
    pub to: u32,
    /// Flow per radian of angle difference.
    pub susceptance_mw_per_rad: f64,
    /// Phase shift subtracted from the angle difference.
    pub shift_rad: f64,
    /// Greatest flow in either direction; infinite for none.
    pub limit_mw: f64,
    /// Price of one MW of flow beyond the limit; infinite for a hard limit.
    pub ceiling_usd_per_mwh: f64,
    /// Whether it carries flow.
    pub in_service: bool,
}

/// A limit on a weighted sum of flows: an interface between areas, or a branch after the loss of another.
#[derive(Clone, Debug, PartialEq)]
pub struct Flowgate {
    /// A stable name's key.
    pub key: Key,
    /// Branches with the weight of their flow.
    pub terms: Vec<(u32, f64)>,
    /// The branch whose loss is provided for: each term's flow then includes what it would take over (its
    /// line outage distribution factor times that branch's flow). Without it, flows count as they are.
    pub outage: Option<u32>,
    /// Least sum; minus infinity for none.
    pub lower_mw: f64,
    /// Greatest sum; infinity for none.
    pub upper_mw: f64,
    /// Price of one MW beyond the limits; infinite for hard limits.
    pub ceiling_usd_per_mwh: f64,
    /// Whether it is watched. One that provides for a loss is also idle while a term or the outaged branch is out of
    /// service, or when that loss would split an island; one that does not, while no term is in service.
    pub in_force: bool,
}

/// A linear row over columns, such as a reserve requirement.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearRow {
    /// A stable name's key, for ties.
    pub key: Key,
    /// Coefficients by column.
    pub terms: Vec<(ColumnId, f64)>,
    /// Least activity (may be minus infinity).
    pub lower: f64,
    /// Greatest activity (may be infinity).
    pub upper: f64,
}

/// Buses whose demand rises and falls together.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadZone {
    shares: Vec<(u32, f64)>,
    level_mw: f64,
}

impl LoadZone {
    /// Buses with their shares of the zone's level.
    pub fn shares(&self) -> &[(u32, f64)] {
        &self.shares
    }

    /// Load of the zone as it was set last.
    pub fn level_mw(&self) -> f64 {
        self.level_mw
    }
}

/// One interval's market, changed in place from interval to interval.
///
/// Bounds, costs, demand, branch limits and row bounds may change at will between solves. Columns and
/// rows may be appended. A change of `in_service` or `susceptance`, or of a flowgate other than its limits and
/// ceiling, or of the place of a column, must be followed by [`DispatchProblem::touch_topology`].
#[derive(Clone, Debug, Default)]
pub struct DispatchProblem {
    /// Fixed withdrawal by bus.
    pub demand_mw: Vec<f64>,
    /// All branches.
    pub branches: Vec<FlowBranch>,
    /// Limits on sums of flows.
    pub flowgates: Vec<Flowgate>,
    /// Bounds and cost by column.
    pub bounds: Vec<Bound>,
    /// All linear rows.
    pub rows: Vec<LinearRow>,
    /// Pairs of columns that are the two directions of a pipe. The solver needs no more than the columns; who asks
    /// what binds, and what a network withholds, looks here.
    pub pipes: Vec<Pipe>,
    places: Vec<Place>,
    keys: Vec<Key>,
    topology: u64,
    moves: u64,
    load_zones: Vec<LoadZone>,
}

impl DispatchProblem {
    /// A problem over buses and branches, without columns.
    pub fn new(bus_count: usize, branches: Vec<FlowBranch>) -> DispatchProblem {
        DispatchProblem { demand_mw: vec![0.0; bus_count], branches, ..DispatchProblem::default() }
    }

    /// How many buses there are.
    pub fn bus_count(&self) -> usize {
        self.demand_mw.len()
    }

    /// Appends a zone that spreads its load by fixed shares; a bus is in one zone at most. Zones add nothing to `demand_mw`: they say how it
    /// comes about, and where a bus has just its share of the level, flows of demand cost one product per zone.
    pub fn add_load_zone(&mut self, shares: Vec<(u32, f64)>) {
        self.load_zones.push(LoadZone { shares, level_mw: 0.0 });
    }

    /// The zones, in the order in which they were added.
    pub fn load_zones(&self) -> &[LoadZone] {
        &self.load_zones
    }

    /// Sets the demand of all buses of a zone to their shares of a level.
    ///
    /// # Panics
    /// If there is no such zone, or it names a bus that does not exist.
    pub fn set_zone_load(&mut self, zone: usize, level_mw: f64) {
        let zone = &mut self.load_zones[zone];
        zone.level_mw = level_mw;
        for &(bus, share) in &zone.shares {
            self.demand_mw[bus as usize] = share * level_mw;
        }
    }

    /// Appends a column. `key` is the stable name that decides ties.
    pub fn add_column(&mut self, key: Key, place: Place, bound: Bound) -> ColumnId {
        self.places.push(place);
        self.keys.push(key);
        self.bounds.push(bound);
        ColumnId(self.bounds.len() as u32 - 1)
    }

    /// Appends a linear row.
    pub fn add_row(&mut self, row: LinearRow) -> RowId {
        self.rows.push(row);
        RowId(self.rows.len() as u32 - 1)
    }

    /// Appends a term to a row.
    pub fn add_term(&mut self, row: RowId, column: ColumnId, coefficient: f64) {
        self.rows[row.0 as usize].terms.push((column, coefficient));
    }

    /// Where each column injects.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// Moves a column. Must be followed by [`DispatchProblem::touch_topology`].
    pub fn set_place(&mut self, column: ColumnId, place: Place) {
        self.moves += 1;
        self.places[column.0 as usize] = place;
    }

    /// The stable key of each column.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Says that branches went in or out of service or changed susceptance.
    pub fn touch_topology(&mut self) {
        self.topology += 1;
    }

    /// Counts the calls of [`DispatchProblem::set_place`].
    pub(super) fn moves(&self) -> u64 {
        self.moves
    }

    /// Counts the calls of [`DispatchProblem::touch_topology`].
    pub fn topology_version(&self) -> u64 {
        self.topology
    }
}

/// The cleared interval. Prices are unclipped duals; settlement clips them.
#[derive(Debug, Default)]
pub struct DispatchSolution {
    /// Value by column.
    pub column_mw: Vec<f64>,
    /// Locational marginal price by bus: the cost of one more MW of demand there. Where load sits exactly
    /// at a step, that of slightly more load at all buses.
    pub lmp_usd_per_mwh: Vec<f64>,
    /// Flow by branch, positive from `from` to `to`; zero out of service.
    pub flow_mw: Vec<f64>,
    /// Branches at or beyond their limit with their shadow price: the welfare gained by one more MW of
    /// limit, positive when the flow is positive (`from` to `to`) and negative when it is reversed. In
    /// order of branch position.
    pub binding: Vec<(u32, f64)>,
    /// Branches beyond their limit and by how much, in order of branch position.
    pub overload_mw: Vec<(u32, f64)>,
    /// Flowgates at or beyond a limit with their shadow price, signed as that of branches. In order of
    /// position.
    pub binding_flowgates: Vec<(u32, f64)>,
    /// Flowgates beyond a limit and by how much, in order of position.
    pub flowgate_overload_mw: Vec<(u32, f64)>,
    /// Dual of each linear row: the change of the objective per unit of its activity bound.
    pub row_dual: Vec<f64>,
    /// The minimised objective, overload charges included.
    pub objective_usd_per_h: f64,
    /// Pivots taken.
    pub pivots: u32,
}

impl Clone for DispatchSolution {
    fn clone(&self) -> DispatchSolution {
        let mut clone = DispatchSolution::default();
        clone.clone_from(self);
        clone
    }

    /// Keeps the memory of the old solution.
    fn clone_from(&mut self, source: &DispatchSolution) {
        self.column_mw.clone_from(&source.column_mw);
        self.lmp_usd_per_mwh.clone_from(&source.lmp_usd_per_mwh);
        self.flow_mw.clone_from(&source.flow_mw);
        self.binding.clone_from(&source.binding);
        self.overload_mw.clone_from(&source.overload_mw);
        self.binding_flowgates.clone_from(&source.binding_flowgates);
        self.flowgate_overload_mw.clone_from(&source.flowgate_overload_mw);
        self.row_dual.clone_from(&source.row_dual);
        self.objective_usd_per_h = source.objective_usd_per_h;
        self.pivots = source.pivots;
    }
}
