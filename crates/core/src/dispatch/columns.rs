//! Columns as the simplex method reads them: in groups that act alike.
//!
//! Columns that inject at the same buses with the same coefficients, and stand in the same linear rows with
//! the same coefficients, differ in bounds and cost only: the blocks of a unit, the units of a plant. So do
//! columns at buses that no row in use tells apart, those of a radial part. Every transformed row has one entry
//! per group, and the reduced cost of a column is its cost less what its group is worth. Only loading data and
//! reporting go through single columns.
//!
//! Cost of grouping: `O(n log n)`, once per change of columns, rows or what stands for buses.

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

/// Consecutive members of a group at one bus.
#[derive(Clone, Copy, Debug)]
struct Part {
    place: u32,
    coefficient: f64,
    start: u32,
    end: u32,
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
    /// Where a column stands among the members.
    seat: Vec<u32>,
    bus: Vec<u32>,
    coefficient: Vec<f64>,
    /// Where groups inject all of whose columns stand at one bus, and the coefficient, zero for others.
    own: Vec<(u32, f64)>,
    /// What groups with columns at several buses of a radial part have at each.
    parts: Vec<Part>,
    /// Groups with several buses, by where they stand.
    spread: Vec<Spread>,
    /// Fraction in [0, 1) in the order of keys, for ties, by column.
    tie: Vec<f64>,
}

impl Columns {
    /// Groups the columns of a problem; `order` maps buses to their place, `roots` to the bus that stands for them.
    pub(super) fn of(
        problem: &DispatchProblem,
        order: &[u32],
        roots: &[u32],
    ) -> Result<Columns, DispatchError> {
        let mut columns = Columns { start: vec![0], ..Columns::default() };
        let mut marks = marks(problem, roots)?;
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
                columns.push_group(&problem.places()[column], order, roots);
            }
            columns.group.push(group);
        }
        columns.rank(problem);
        columns.list_members();
        columns.list_parts(problem, order);
        Ok(columns)
    }

    fn push_group(&mut self, place: &Place, order: &[u32], roots: &[u32]) {
        let nowhere = order.len() as u32;
        let (bus, coefficient) = match place {
            Place::Bus(bus, coefficient) => (order[roots[*bus as usize] as usize], *coefficient),
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

    /// Sorts the members of groups that stand for several buses by bus.
    fn list_parts(&mut self, problem: &DispatchProblem, order: &[u32]) {
        let place_of = |column: u32| match &problem.places()[column as usize] {
            Place::Bus(bus, _) => order[*bus as usize],
            Place::None | Place::Spread(_) => order.len() as u32,
        };
        for (group, &coefficient) in self.coefficient.iter().enumerate() {
            let first = self.start[group];
            let members = &mut self.member[first as usize..self.start[group + 1] as usize];
            members.sort_unstable_by_key(|&column| (place_of(column), column));
            let of_bus = members.chunk_by(|&a, &b| place_of(a) == place_of(b));
            if of_bus.clone().count() == 1 {
                self.own.push((place_of(members[0]), coefficient));
                continue;
            }
            self.own.push((order.len() as u32, 0.0));
            let mut start = first;
            for columns in of_bus {
                let end = start + columns.len() as u32;
                self.parts.push(Part { place: place_of(columns[0]), coefficient, start, end });
                start = end;
            }
        }
        self.seat.resize(self.member.len(), 0);
        for (seat, &column) in (0..).zip(&self.member) {
            self.seat[column as usize] = seat;
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
        &self.member[self.seats(group)]
    }

    /// Where the columns of a group stand among the members of all groups.
    #[inline]
    pub(super) fn seats(&self, group: usize) -> std::ops::Range<usize> {
        self.start[group] as usize..self.start[group + 1] as usize
    }

    /// Where a column stands among the members of all groups.
    #[inline]
    pub(super) fn seat(&self, column: usize) -> usize {
        self.seat[column] as usize
    }

    /// The fraction that decides ties.
    pub(super) fn tie(&self, column: usize) -> f64 {
        self.tie[column]
    }

    /// Adds what all columns inject to a nodal vector with one unused entry at its end, given their values and the
    /// sum by group.
    pub(super) fn inject(&self, x: &[f64], total: &[f64], injection: &mut [f64]) {
        for (&(place, coefficient), &total) in self.own.iter().zip(total) {
            if total != 0.0 {
                injection[place as usize] += coefficient * total;
            }
        }
        for part in &self.parts {
            let members = &self.member[part.start as usize..part.end as usize];
            let total: f64 = members.iter().map(|&j| x[j as usize]).sum();
            injection[part.place as usize] += part.coefficient * total;
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
fn marks(problem: &DispatchProblem, roots: &[u32]) -> Result<Vec<Vec<u64>>, DispatchError> {
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
            if bus as usize >= roots.len() || !coefficient.is_finite() {
                return Err(DispatchError::Place { column: ColumnId(column as u32), bus, coefficient });
            }
            let stands = if one.is_some() { roots[bus as usize] } else { bus };
            mark.extend([u64::from(stands), coefficient.to_bits()]);
        }
        marks.push(mark);
    }
    Ok(marks)
}
