//! Constraints as rows of coefficients by group of columns.
//!
//! A group is *live* while one of its columns is basic or can move; pivots see only those. Many are not in any given
//! hour: suns at night, units that are off, sites that are still to come.
//!
//! An island's row holds what a column of each group injects into the island, a linear row its own terms, and a
//! branch's or flowgate's row the transfer factors gathered at the groups. Rows of flows are built when
//! one is first looked at and kept until the topology changes: by group from the images of rows of the factored
//! network ([`Lens`]), which outlive the topology; by bus only for those that carry a price. The memory is
//! `O(flows looked at x (buses + groups))`.

use super::basis::Constraint;
use super::columns::Columns;
use super::error::DispatchError;
use super::flowgates::Gates;
use super::lens::Lens;
use super::problem::{DispatchProblem, RowId};
use super::topology::{Topology, WholeRows};
use super::vector::long_dot;

/// Appends the entries of the live groups that are not there yet.
fn pick(row: &[f64], live: &[u32], out: &mut Vec<f64>) {
    let known = out.len();
    out.extend(live[known..].iter().map(|&group| row[group as usize]));
}

/// What groups with these sums bring to a row.
fn brought(fixed: &[(u32, f64)], row: &[f64]) -> f64 {
    fixed.iter().map(|&(group, total)| row[group as usize] * total).sum()
}

/// The row of a branch or flowgate.
#[derive(Clone, Debug, Default)]
struct FlowRow {
    /// Transfer factors by bus, in elimination order; none until they are needed.
    by_bus: Vec<f64>,
    /// By group, then what else the lens shows.
    image: Vec<f64>,
    groups: usize,
    /// By live group, as of an edition of these.
    by_live: Vec<f64>,
    edition: u64,
    /// The flow when all live groups are zero.
    base_mw: f64,
    /// The interval of `base_mw`.
    interval: u64,
}

/// What rows of flows are made of.
#[derive(Clone, Copy)]
pub(super) struct Sources<'a> {
    pub(super) topology: &'a Topology,
    pub(super) gates: &'a Gates,
    pub(super) lens: Lens<'a>,
    /// What shifters inject less demand, by place.
    pub(super) base_injection: &'a [f64],
}

impl FlowRow {
    fn by_group(&self) -> &[f64] {
        &self.image[..self.groups]
    }
}

/// All rows known so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    islands: Vec<Vec<f64>>,
    linear: Vec<Vec<f64>>,
    /// Groups that can move, and the rows of islands and linear rows over them.
    live: Vec<u32>,
    /// Counts the times that `live` was made anew.
    edition: u64,
    live_islands: Vec<Vec<f64>>,
    live_linear: Vec<Vec<f64>>,
    /// The sums of groups that are not live, and what they bring to islands and linear rows.
    fixed: Vec<(u32, f64)>,
    island_base: Vec<f64>,
    linear_base: Vec<f64>,
    /// How many terms of each linear row were taken over.
    terms: Vec<usize>,
    flows: Vec<FlowRow>,
    /// Which of `flows` belongs to a branch.
    branch_slot: Vec<Option<u32>>,
    /// Which of `flows` belongs to a flowgate.
    gate_slot: Vec<Option<u32>>,
    /// How many of `flows` are in use.
    used: usize,
    /// What the rows of flows are made of.
    whole: WholeRows,
    /// Counts the intervals, so that bases are computed once in each.
    interval: u64,
}

impl Rows {
    /// The coefficients by group of a constraint; the row of a flow must have been prepared.
    #[inline]
    pub(super) fn by_group(&self, constraint: Constraint) -> &[f64] {
        match constraint {
            Constraint::Island(i) => &self.islands[i as usize],
            Constraint::Row(r) => &self.linear[r as usize],
            Constraint::Branch(_) | Constraint::Flowgate(_) => self.flow(constraint).by_group(),
        }
    }

    /// The same over live groups only.
    #[inline]
    pub(super) fn by_live(&self, constraint: Constraint) -> &[f64] {
        match constraint {
            Constraint::Island(i) => &self.live_islands[i as usize],
            Constraint::Row(r) => &self.live_linear[r as usize],
            Constraint::Branch(_) | Constraint::Flowgate(_) => &self.flow(constraint).by_live,
        }
    }

    /// Says which groups are live from now on: the same list as before with more behind it, or one made `anew`.
    /// Rows of flows follow when they are prepared next.
    pub(super) fn set_live(&mut self, live: &[u32], anew: bool) {
        self.live.clear();
        self.live.extend_from_slice(live);
        self.edition += u64::from(anew);
        let Rows { islands, linear, live_islands, live_linear, .. } = self;
        for (rows, live_rows) in [(islands, live_islands), (linear, live_linear)] {
            live_rows.resize(rows.len(), Vec::new());
            for (row, live_row) in rows.iter().zip(live_rows) {
                if anew {
                    live_row.clear();
                }
                pick(row, live, live_row);
            }
        }
    }

    /// Whether the row of a branch or flowgate is there.
    #[inline]
    pub(super) fn has(&self, flow: Constraint) -> bool {
        self.slot(flow).is_some()
    }

    /// The transfer factors of a completed flow, in elimination order.
    pub(super) fn by_bus(&self, constraint: Constraint) -> &[f64] {
        &self.flow(constraint).by_bus
    }

    /// The activity of a constraint when all live groups are zero; a flow must have been prepared.
    pub(super) fn base_mw(&self, constraint: Constraint) -> f64 {
        match constraint {
            Constraint::Island(i) => self.island_base[i as usize],
            Constraint::Row(r) => self.linear_base[r as usize],
            Constraint::Branch(_) | Constraint::Flowgate(_) => self.flow(constraint).base_mw,
        }
    }

    /// By how much a prepared flow falls with the tiny increase of demand, all columns fixed.
    pub(super) fn growth(&self, constraint: Constraint) -> f64 {
        self.flow(constraint).image.last().copied().unwrap_or(0.0)
    }

    fn slot(&self, constraint: Constraint) -> Option<u32> {
        match constraint {
            Constraint::Branch(l) => self.branch_slot[l as usize],
            Constraint::Flowgate(g) => self.gate_slot[g as usize],
            Constraint::Island(_) | Constraint::Row(_) => None,
        }
    }

    fn flow(&self, constraint: Constraint) -> &FlowRow {
        let slot = self.slot(constraint).expect("a flow is prepared before it is used");
        &self.flows[slot as usize]
    }

    /// Says that demand may be another one now, and what groups that are not live sum up to.
    pub(super) fn next_interval(&mut self, fixed: &[(u32, f64)]) {
        self.interval += 1;
        self.fixed.clear();
        self.fixed.extend_from_slice(fixed);
        for (rows, bases) in [(&self.islands, &mut self.island_base), (&self.linear, &mut self.linear_base)] {
            bases.clear();
            bases.extend(rows.iter().map(|row| brought(&self.fixed, row)));
        }
    }

    /// Builds the row of a branch or flowgate unless it is there, and its flow when all live groups are zero unless it
    /// was built in this interval.
    pub(super) fn prepare(&mut self, constraint: Constraint, sources: Sources) {
        let Sources { topology, gates, lens, base_injection } = sources;
        let own = [(if let Constraint::Branch(l) = constraint { l } else { 0 }, 1.0)];
        let terms = if let Constraint::Flowgate(g) = constraint { gates.terms(g) } else { &own[..] };
        let slot = self.slot(constraint).unwrap_or(self.used as u32) as usize;
        if slot == self.used {
            if self.used == self.flows.len() {
                self.flows.push(FlowRow::default());
            }
            self.used += 1;
            match constraint {
                Constraint::Flowgate(g) => self.gate_slot[g as usize] = Some(slot as u32),
                Constraint::Branch(l) => self.branch_slot[l as usize] = Some(slot as u32),
                Constraint::Island(_) | Constraint::Row(_) => unreachable!("only flows are prepared"),
            }
            let row = &mut self.flows[slot];
            row.by_bus.clear();
            if !self.whole.image(topology, terms, &lens, &mut row.image) {
                row.by_bus.resize(topology.bus_count(), 0.0);
                self.whole.combine(topology, terms, &mut row.by_bus);
                lens.image(&row.by_bus, &mut row.image);
            }
            row.groups = lens.by_group(&row.image).len();
            row.edition = 0;
            row.interval = 0;
        }
        let row = &mut self.flows[slot];
        if row.edition != self.edition {
            row.edition = self.edition;
            row.by_live.clear();
        }
        pick(&row.image, &self.live, &mut row.by_live);
        if row.interval != self.interval {
            row.interval = self.interval;
            let shift = |&(l, weight): &(u32, f64)| weight * topology.links()[l as usize].shift_mw;
            let shift_mw: f64 = terms.iter().map(shift).sum();
            let apart = lens.loads.apart();
            if apart.is_none_or(|apart| !apart.is_empty()) {
                self.complete(constraint, topology, gates);
            }
            let row = &mut self.flows[slot];
            let unshifted = apart.map_or_else(
                || long_dot(&row.by_bus, base_injection),
                |apart| {
                    let apart = apart.iter().map(|&(place, mw)| row.by_bus[place as usize] * mw);
                    lens.loads.flow_of_zones(lens.by_zone(&row.image)) + apart.sum::<f64>()
                },
            );
            row.base_mw = unshifted - shift_mw + brought(&self.fixed, row.by_group());
        }
    }

    /// Builds the transfer factors by bus of a prepared flow, unless they are there.
    pub(super) fn complete(&mut self, constraint: Constraint, topology: &Topology, gates: &Gates) {
        let Some(slot) = self.slot(constraint) else { return };
        let row = &mut self.flows[slot as usize];
        if row.by_bus.is_empty() {
            row.by_bus.resize(topology.bus_count(), 0.0);
            match constraint {
                Constraint::Flowgate(g) => self.whole.combine(topology, gates.terms(g), &mut row.by_bus),
                Constraint::Branch(l) => self.whole.combine(topology, &[(l, 1.0)], &mut row.by_bus),
                Constraint::Island(_) | Constraint::Row(_) => {}
            }
        }
    }

    /// Forgets the rows of flows.
    pub(super) fn forget_flows(&mut self) {
        self.used = 0;
        self.branch_slot.fill(None);
        self.gate_slot.fill(None);
    }

    /// Makes room for so many branches and flowgates.
    pub(super) fn extend_flows(&mut self, branches: usize, gates: usize) {
        self.branch_slot.resize(branches, None);
        self.gate_slot.resize(gates, None);
    }

    /// Checks the linear rows; says whether there are new ones or new terms.
    pub(super) fn check_linear(&self, problem: &DispatchProblem) -> Result<bool, DispatchError> {
        let mut changed = false;
        for (r, row) in problem.rows.iter().enumerate() {
            let crossed = row.lower.is_nan() || row.upper.is_nan() || row.lower > row.upper;
            if crossed || row.lower == f64::INFINITY || row.upper == f64::NEG_INFINITY {
                return Err(DispatchError::Row { row: RowId(r as u32) });
            }
            if self.terms.get(r) == Some(&row.terms.len()) {
                continue;
            }
            changed = true;
            let count = problem.bounds.len();
            let usable = |&(column, c): &(super::ColumnId, f64)| (column.0 as usize) < count && c.is_finite();
            if !row.terms.iter().all(usable) {
                return Err(DispatchError::Row { row: RowId(r as u32) });
            }
        }
        Ok(changed)
    }

    /// Builds the rows of islands (`island_of` by place) and linear rows for these groups and forgets those of flows;
    /// says whether an old linear row changed.
    pub(super) fn regroup(
        &mut self,
        problem: &DispatchProblem,
        columns: &Columns,
        island_count: usize,
        island_of: &[u32],
    ) -> bool {
        self.islands.resize(island_count, Vec::new());
        for (island, row) in (0_u32..).zip(&mut self.islands) {
            columns.gather(|bus| f64::from(u8::from(island_of[bus as usize] == island)), row);
        }
        self.forget_flows();
        let old = self.linear.len();
        self.linear.resize(problem.rows.len(), Vec::new());
        let mut changed = false;
        let mut by_column = vec![0.0; columns.count()];
        for (r, (row, by_group)) in problem.rows.iter().zip(&mut self.linear).enumerate() {
            changed |= r < old && self.terms[r] != row.terms.len();
            for &(column, c) in &row.terms {
                by_column[column.0 as usize] += c;
            }
            by_group.clear();
            let first = |group: usize| by_column[columns.members(group)[0] as usize];
            by_group.extend((0..columns.group_count()).map(first));
            for &(column, _) in &row.terms {
                by_column[column.0 as usize] = 0.0;
            }
        }
        self.terms.clear();
        self.terms.extend(problem.rows.iter().map(|row| row.terms.len()));
        changed
    }

    /// How many linear rows were taken over.
    pub(super) fn linear_count(&self) -> usize {
        self.linear.len()
    }

    /// Whether any column injects into an island.
    pub(super) fn island_has_columns(&self, island: usize) -> bool {
        self.islands[island].iter().any(|&c| c != 0.0)
    }
}
