//! The basis as a whole: emptied, saved, taken over.

use super::{Engine, KernelRow, Overload};
use crate::dispatch::basis::{Basis, Binding, Constraint};
use crate::dispatch::error::DispatchError;

impl Engine {
    /// Back to the canonical cold basis: no constraint binds, every column at its lower bound until its
    /// cost says otherwise.
    pub(in crate::dispatch) fn reset(&mut self) {
        self.basic.clear();
        self.kernel.clear();
        self.overloaded.clear();
        self.watched.clear();
        self.seen = 0;
        self.at_upper.fill(false);
        self.mark_basis();
    }

    /// The present basis.
    pub(in crate::dispatch) fn basis(&self) -> Basis {
        let mut basis = Basis {
            columns: self.basic.clone(),
            binding: self
                .kernel
                .iter()
                .map(|row| Binding { constraint: row.constraint, at_upper: row.at_upper })
                .collect(),
            overloaded: self.overloaded.iter().map(|o| (o.constraint, o.above)).collect(),
            watched: self.watched.clone(),
            cut: self.cut_buses(),
            at_upper: (0..self.x.len() as u32)
                .filter(|&j| self.at_upper[j as usize] && !self.is_basic[j as usize])
                .collect(),
        };
        basis.columns.sort_unstable();
        basis.binding.sort_unstable_by_key(|binding| binding.constraint);
        basis
    }

    /// Starts the next solve from this basis.
    pub(in crate::dispatch) fn set_basis(&mut self, basis: &Basis) -> Result<(), DispatchError> {
        let known = |constraint: Constraint| match constraint {
            Constraint::Island(i) => (i as usize) < self.islands.count(),
            Constraint::Row(r) => (r as usize) < self.rows.linear_count(),
            Constraint::Branch(l) => self.topology.is_some() && (l as usize) < self.branch_count,
            Constraint::Flowgate(g) => (g as usize) < self.gates.count() && self.gates.is_active(g),
        };
        let column = |&j: &u32| (j as usize) < self.x.len();
        let mut constraints: Vec<Constraint> = basis.binding.iter().map(|b| b.constraint).collect();
        constraints.extend(basis.overloaded.iter().map(|&(constraint, _)| constraint));
        constraints.sort_unstable();
        let mut columns = basis.columns.clone();
        columns.sort_unstable();
        let fits = columns.windows(2).all(|pair| pair[0] < pair[1])
            && constraints.windows(2).all(|pair| pair[0] < pair[1])
            && constraints.iter().all(|&c| known(c))
            && basis.watched.iter().all(|&c| known(c))
            && (basis.overloaded.iter().map(|&(constraint, _)| constraint))
                .chain(basis.watched.iter().copied())
                .all(|constraint| self.flow_index(constraint).is_some())
            && basis.cut.windows(2).all(|pair| pair[0] < pair[1])
            && basis.cut.iter().all(|&bus| (bus as usize) < self.cut.len())
            && columns.iter().chain(&basis.at_upper).all(column);
        if !fits {
            return Err(DispatchError::ForeignBasis);
        }
        self.reset();
        self.cut_at(&basis.cut);
        self.basic = columns;
        self.kernel.extend(basis.binding.iter().map(|binding| KernelRow {
            constraint: binding.constraint,
            at_upper: binding.at_upper,
            dual: 0.0,
        }));
        self.kernel.sort_unstable_by_key(|row| row.constraint);
        self.overloaded.extend(basis.overloaded.iter().map(|&(constraint, above)| Overload {
            constraint,
            above,
            dual: 0.0,
        }));
        self.overloaded.sort_unstable_by_key(|o| o.constraint);
        for &constraint in &basis.watched {
            self.watch(constraint);
        }
        for &j in &basis.at_upper {
            self.at_upper[j as usize] = true;
        }
        self.mark_basis();
        Ok(())
    }

    /// Derives the flags of membership; inverse and duals are to be rebuilt.
    pub(super) fn mark_basis(&mut self) {
        self.is_basic.fill(false);
        for &j in &self.basic {
            self.is_basic[j as usize] = true;
        }
        self.island_binds.fill(false);
        self.row_binds.fill(false);
        self.flow_taken.fill(false);
        for r in 0..self.kernel.len() {
            self.mark(self.kernel[r].constraint, true);
        }
        for o in 0..self.overloaded.len() {
            self.mark(self.overloaded[o].constraint, true);
        }
        self.reselect = true;
        self.inverse_stale = true;
        self.duals_stale = true;
        self.misplaced = true;
    }

    /// Marks a constraint as slack.
    pub(super) fn free(&mut self, constraint: Constraint) {
        self.mark(constraint, false);
    }

    /// Marks a constraint as binding.
    pub(super) fn bind(&mut self, constraint: Constraint) {
        self.mark(constraint, true);
    }

    fn mark(&mut self, constraint: Constraint, taken: bool) {
        match constraint {
            Constraint::Island(i) => self.island_binds[i as usize] = taken,
            Constraint::Row(r) => self.row_binds[r as usize] = taken,
            Constraint::Branch(l) => self.flow_taken[l as usize] = taken,
            Constraint::Flowgate(g) => self.flow_taken[self.branch_count + g as usize] = taken,
        }
    }
}
