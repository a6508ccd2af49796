//! Constraints as rows of coefficients by column.
//!
//! An island's row holds what each column injects into the island, a linear row its own terms, and a
//! branch's row the transfer factors gathered at the columns. Rows of branches are built when a branch
//! first binds (one solve with the factor of the network) and kept until the topology changes, so the
//! memory is `O(branches that ever bound x (buses + columns))`.

use super::basis::Constraint;
use super::columns::Columns;
use super::error::DispatchError;
use super::inverse::dot;
use super::problem::{DispatchProblem, RowId};
use super::topology::Topology;

/// The row of a branch.
#[derive(Clone, Debug, Default)]
struct BranchRow {
    /// Transfer factors by bus, in elimination order.
    by_bus: Vec<f64>,
    by_column: Vec<f64>,
    /// The flow when all columns are zero.
    base_mw: f64,
    /// The interval of `base_mw`.
    interval: u64,
}

/// All rows known so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    islands: Vec<Vec<f64>>,
    linear: Vec<Vec<f64>>,
    /// How many terms of each linear row were taken over.
    terms: Vec<usize>,
    branches: Vec<BranchRow>,
    /// Which of `branches` belongs to a branch.
    slot: Vec<Option<u32>>,
    /// How many of `branches` are in use.
    used: usize,
    columns: usize,
    /// Counts the intervals, so that bases are computed once in each.
    interval: u64,
}

impl Rows {
    /// The coefficients by column of a constraint; a branch's row must have been prepared.
    #[inline]
    pub(super) fn by_column(&self, constraint: Constraint) -> &[f64] {
        match constraint {
            Constraint::Island(i) => &self.islands[i as usize],
            Constraint::Row(r) => &self.linear[r as usize],
            Constraint::Branch(l) => &self.branch(l).by_column,
        }
    }

    /// The transfer factors of a prepared branch, in elimination order.
    pub(super) fn by_bus(&self, branch: u32) -> &[f64] {
        &self.branch(branch).by_bus
    }

    /// The flow of a prepared branch when all columns are zero.
    pub(super) fn base_mw(&self, branch: u32) -> f64 {
        self.branch(branch).base_mw
    }

    fn branch(&self, branch: u32) -> &BranchRow {
        let slot = self.slot[branch as usize].expect("a branch is prepared before it is used");
        &self.branches[slot as usize]
    }

    /// Says that demand may be another one now.
    pub(super) fn next_interval(&mut self) {
        self.interval += 1;
    }

    /// Builds the row of a branch unless it is there, and its flow under these injections (in elimination
    /// order, shifters included) unless it was built in this interval.
    pub(super) fn prepare(
        &mut self,
        branch: u32,
        topology: &Topology,
        columns: &Columns,
        base_injection: &[f64],
    ) {
        let slot = if let Some(slot) = self.slot[branch as usize] {
            slot as usize
        } else {
            if self.used == self.branches.len() {
                self.branches.push(BranchRow::default());
            }
            let row = &mut self.branches[self.used];
            row.by_bus.resize(topology.bus_count(), 0.0);
            topology.transfer_factors_in_order(branch, &mut row.by_bus);
            let by_bus = &row.by_bus;
            row.by_column.clear();
            columns.gather(0, |bus| by_bus[bus as usize], &mut row.by_column);
            row.interval = 0;
            self.slot[branch as usize] = Some(self.used as u32);
            self.used += 1;
            self.used - 1
        };
        let row = &mut self.branches[slot];
        if row.interval != self.interval {
            row.interval = self.interval;
            row.base_mw = dot(&row.by_bus, base_injection) - topology.links()[branch as usize].shift_mw;
        }
    }

    /// Forgets the rows of branches and builds those of islands; `island_of` is in the order of nodal
    /// vectors.
    pub(super) fn set_structure(
        &mut self,
        count: usize,
        island_of: &[u32],
        branch_count: usize,
        columns: &Columns,
    ) {
        self.used = 0;
        self.slot.clear();
        self.slot.resize(branch_count, None);
        self.columns = columns.count();
        self.islands.clear();
        for island in 0..count as u32 {
            let mut row = Vec::new();
            let by_bus = |bus: u32| f64::from(u8::from(island_of[bus as usize] == island));
            columns.gather(0, by_bus, &mut row);
            self.islands.push(row);
        }
        for row in &mut self.linear {
            row.resize(self.columns, 0.0);
        }
    }

    /// Extends the rows of islands and branches to the columns appended since.
    pub(super) fn extend_columns(&mut self, island_of: &[u32], columns: &Columns) {
        let first = self.columns;
        self.columns = columns.count();
        for (island, row) in self.islands.iter_mut().enumerate() {
            let by_bus = |bus: u32| f64::from(u8::from(island_of[bus as usize] as usize == island));
            columns.gather(first, by_bus, row);
        }
        for row in &mut self.branches[..self.used] {
            let by_bus = &row.by_bus;
            columns.gather(first, |bus| by_bus[bus as usize], &mut row.by_column);
        }
        for row in &mut self.linear {
            row.resize(self.columns, 0.0);
        }
    }

    /// Takes over new linear rows and rows with new terms; says whether an old one changed.
    pub(super) fn sync_linear(&mut self, problem: &DispatchProblem) -> Result<bool, DispatchError> {
        let mut changed = false;
        for (r, row) in problem.rows.iter().enumerate() {
            let crossed = row.lower.is_nan() || row.upper.is_nan() || row.lower > row.upper;
            if crossed || row.lower == f64::INFINITY || row.upper == f64::NEG_INFINITY {
                return Err(DispatchError::Row { row: RowId(r as u32) });
            }
            if self.terms.get(r) == Some(&row.terms.len()) {
                continue;
            }
            let usable =
                |&(column, c): &(super::ColumnId, f64)| (column.0 as usize) < self.columns && c.is_finite();
            if !row.terms.iter().all(usable) {
                return Err(DispatchError::Row { row: RowId(r as u32) });
            }
            if r == self.linear.len() {
                self.linear.push(Vec::new());
                self.terms.push(0);
            } else {
                changed = true;
            }
            self.terms[r] = row.terms.len();
            let coefficients = &mut self.linear[r];
            coefficients.clear();
            coefficients.resize(self.columns, 0.0);
            for &(column, c) in &row.terms {
                coefficients[column.0 as usize] += c;
            }
        }
        Ok(changed)
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
