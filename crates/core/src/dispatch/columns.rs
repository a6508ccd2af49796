//! Columns as the simplex method reads them: in groups that act alike.
//!
//! Columns that inject at the same buses with the same coefficients, and stand in the same linear rows with
//! the same coefficients, differ in bounds and cost only: the blocks of a unit, the units of a plant. Every
//! transformed row has one entry per group, and the reduced cost of a column is its cost less what its
//! group is worth. Only loading data and reporting go through single columns.
//!
//! Cost of grouping: `O(n log n)`, once per change of columns or rows.

use std::collections::BTreeMap;

use super::error::DispatchError;
use super::problem::{ColumnId, DispatchProblem, Place};

/// Buses with coefficients, and the groups that inject there.
#[derive(Clone, Debug)]
struct Spread {
    terms: Vec<(u32, f64)>,
    /// With +1 or -1: what charges and what discharges stand at the same place.
    groups: Vec<(u32, f64)>,
}

/// Which columns act alike, and where groups inject. Buses are given by their place in the order of nodal
/// vectors; a group that does not inject at exactly one bus points at one more, unused entry with
/// coefficient zero.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    /// Group by column; groups are numbered by their first column.
    group: Vec<u32>,
    /// Where the members of each group begin, and the end of the last.
    start: Vec<u32>,
    member: Vec<u32>,
    bus: Vec<u32>,
    coefficient: Vec<f64>,
    /// Groups with several buses, by where they stand.
    spread: Vec<Spread>,
    /// Fraction in [0, 1) in the order of keys, for ties, by column.
    tie: Vec<f64>,
}

impl Columns {
    /// Groups the columns of a problem; `order` maps buses to their place.
    pub(super) fn of(problem: &DispatchProblem, order: &[u32]) -> Result<Columns, DispatchError> {
        let mut columns = Columns { start: vec![0], ..Columns::default() };
        let mut marks = marks(problem, order)?;
        for (row, position) in problem.rows.iter().zip(0_u64..) {
            let mut total: BTreeMap<u32, f64> = BTreeMap::new();
            for &(column, coefficient) in &row.terms {
                *total.entry(column.0).or_default() += coefficient;
            }
            for (column, coefficient) in total.into_iter().filter(|term| term.1 != 0.0) {
                marks[column as usize].extend([position, coefficient.to_bits()]);
            }
        }
        let mut known: BTreeMap<Vec<u64>, u32> = BTreeMap::new();
        for (column, mark) in marks.into_iter().enumerate() {
            let next = columns.bus.len() as u32;
            let group = *known.entry(mark).or_insert(next);
            if group == next {
                columns.push_group(&problem.places()[column], order);
            }
            columns.group.push(group);
        }
        columns.rank(problem);
        columns.list_members();
        Ok(columns)
    }

    fn push_group(&mut self, place: &Place, order: &[u32]) {
        let nowhere = order.len() as u32;
        let (bus, coefficient) = match place {
            Place::Bus(bus, coefficient) => (order[*bus as usize], *coefficient),
            Place::None => (nowhere, 0.0),
            Place::Spread(terms) => {
                let sign = terms.first().map_or(1.0, |first| 1.0_f64.copysign(first.1));
                let terms = terms.iter().map(|&(bus, c)| (order[bus as usize], sign * c));
                let known =
                    self.spread.iter_mut().find(|known| known.terms.iter().copied().eq(terms.clone()));
                let group = (self.bus.len() as u32, sign);
                if let Some(known) = known {
                    known.groups.push(group);
                } else {
                    self.spread.push(Spread { terms: terms.collect(), groups: vec![group] });
                }
                (nowhere, 0.0)
            }
        };
        self.bus.push(bus);
        self.coefficient.push(coefficient);
    }

    /// Spreads the columns over [0, 1) in the order of keys, those with the same key in the order of columns: at least
    /// a place apart, and not evenly, since sums of whole places would be tied again.
    fn rank(&mut self, problem: &DispatchProblem) {
        let mut order: Vec<(u64, u32)> = problem.keys().iter().map(|key| key.0).zip(0..).collect();
        order.sort_unstable();
        self.tie.resize(order.len(), 0.0);
        for (rank, &(key, column)) in order.iter().enumerate() {
            let fraction = (key >> 11) as f64 / (1_u64 << 53) as f64;
            self.tie[column as usize] = (rank as f64 + 0.5 * fraction) / order.len() as f64;
        }
    }

    fn list_members(&mut self) {
        self.start.resize(self.bus.len() + 1, 0);
        for &group in &self.group {
            self.start[group as usize + 1] += 1;
        }
        for group in 0..self.bus.len() {
            self.start[group + 1] += self.start[group];
        }
        let mut next = self.start.clone();
        self.member.resize(self.group.len(), 0);
        for (column, &group) in self.group.iter().enumerate() {
            self.member[next[group as usize] as usize] = column as u32;
            next[group as usize] += 1;
        }
    }

    /// How many columns were taken over.
    pub(super) fn count(&self) -> usize {
        self.group.len()
    }

    /// How many groups there are.
    pub(super) fn group_count(&self) -> usize {
        self.bus.len()
    }

    /// The group of a column.
    #[inline]
    pub(super) fn group(&self, column: u32) -> usize {
        self.group[column as usize] as usize
    }

    /// The columns of a group.
    #[inline]
    pub(super) fn members(&self, group: usize) -> &[u32] {
        &self.member[self.start[group] as usize..self.start[group + 1] as usize]
    }

    /// The fraction that decides ties.
    pub(super) fn tie(&self, column: usize) -> f64 {
        self.tie[column]
    }

    /// Adds what all columns inject to a nodal vector with one unused entry at its end, given the sum of
    /// values by group.
    pub(super) fn inject(&self, total: &[f64], injection: &mut [f64]) {
        for ((&bus, &coefficient), &total) in self.bus.iter().zip(&self.coefficient).zip(total) {
            if total != 0.0 {
                injection[bus as usize] += coefficient * total;
            }
        }
        for Spread { terms, groups } in &self.spread {
            let total: f64 = groups.iter().map(|&(group, sign)| sign * total[group as usize]).sum();
            if total != 0.0 {
                for &(bus, coefficient) in terms {
                    injection[bus as usize] += coefficient * total;
                }
            }
        }
    }

    /// The coefficients by group of a row with these coefficients by bus.
    pub(super) fn gather(&self, by_bus: impl Fn(u32) -> f64, row: &mut Vec<f64>) {
        row.clear();
        let one_bus = self.bus.iter().zip(&self.coefficient);
        row.extend(one_bus.map(|(&bus, &c)| if c == 0.0 { 0.0 } else { c * by_bus(bus) }));
        for Spread { terms, groups } in &self.spread {
            let sum: f64 = terms.iter().map(|&(bus, c)| c * by_bus(bus)).sum();
            for &(group, sign) in groups {
                row[group as usize] = sign * sum;
            }
        }
    }
}

/// What tells the places of columns apart, as numbers.
fn marks(problem: &DispatchProblem, order: &[u32]) -> Result<Vec<Vec<u64>>, DispatchError> {
    let mut marks = Vec::with_capacity(problem.places().len());
    for (column, place) in problem.places().iter().enumerate() {
        let one = match place {
            Place::Bus(bus, coefficient) => Some((*bus, *coefficient)),
            Place::None | Place::Spread(_) => None,
        };
        let several = if let Place::Spread(terms) = place { &terms[..] } else { &[] };
        // A place of so many terms: the count keeps them apart from the terms of rows that follow.
        let mut mark = vec![several.len() as u64 + u64::from(one.is_some())];
        for (bus, coefficient) in one.into_iter().chain(several.iter().copied()) {
            if bus as usize >= order.len() || !coefficient.is_finite() {
                return Err(DispatchError::Place { column: ColumnId(column as u32), bus, coefficient });
            }
            mark.extend([u64::from(bus), coefficient.to_bits()]);
        }
        marks.push(mark);
    }
    Ok(marks)
}
