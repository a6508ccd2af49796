//! Columns as the simplex method reads them: one flat array per property.

use super::error::DispatchError;
use super::problem::{ColumnId, DispatchProblem, Place};

/// Where columns inject. Buses are given by their place in the order of nodal vectors; a column that
/// does not inject at exactly one bus points at one more, unused entry with coefficient zero.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    /// Bus of a column with one bus.
    bus: Vec<u32>,
    coefficient: Vec<f64>,
    /// Columns with several buses.
    spread: Vec<(u32, Vec<(u32, f64)>)>,
    /// Fraction in [0, 1) in the order of keys, for ties.
    tie: Vec<f64>,
}

impl Columns {
    /// How many columns were taken over.
    pub(super) fn count(&self) -> usize {
        self.bus.len()
    }

    /// Takes over the columns appended since the last call; `order` maps buses to their place.
    pub(super) fn extend(&mut self, problem: &DispatchProblem, order: &[u32]) -> Result<(), DispatchError> {
        let known = self.count();
        let added = problem.places()[known..].iter().zip(&problem.keys()[known..]);
        for (column, place) in problem.places().iter().enumerate().skip(known) {
            let terms = match place {
                Place::None => &[][..],
                Place::Bus(bus, coefficient) => &[(*bus, *coefficient)][..],
                Place::Spread(terms) => &terms[..],
            };
            for &(bus, coefficient) in terms {
                if bus as usize >= order.len() || !coefficient.is_finite() {
                    let column = ColumnId(column as u32);
                    return Err(DispatchError::Place { column, bus, coefficient });
                }
            }
        }
        for (place, key) in added {
            let column = self.count() as u32;
            let (bus, coefficient) = match place {
                Place::Bus(bus, coefficient) => (order[*bus as usize], *coefficient),
                Place::None => (order.len() as u32, 0.0),
                Place::Spread(terms) => {
                    let terms = terms.iter().map(|&(bus, c)| (order[bus as usize], c)).collect();
                    self.spread.push((column, terms));
                    (order.len() as u32, 0.0)
                }
            };
            self.bus.push(bus);
            self.coefficient.push(coefficient);
            self.tie.push((key.0 >> 11) as f64 / (1_u64 << 53) as f64);
        }
        Ok(())
    }

    /// The fraction that decides ties.
    pub(super) fn tie(&self, column: usize) -> f64 {
        self.tie[column]
    }

    /// Adds what all columns inject to a nodal vector with one unused entry at its end.
    pub(super) fn inject(&self, x: &[f64], injection: &mut [f64]) {
        for ((&bus, &coefficient), &x) in self.bus.iter().zip(&self.coefficient).zip(x) {
            injection[bus as usize] += coefficient * x;
        }
        for (column, terms) in &self.spread {
            let x = x[*column as usize];
            if x != 0.0 {
                for &(bus, coefficient) in terms {
                    injection[bus as usize] += coefficient * x;
                }
            }
        }
    }

    /// The coefficients by column, from column `first` on, of a row with these coefficients by bus.
    pub(super) fn gather(&self, first: usize, by_bus: impl Fn(u32) -> f64, row: &mut Vec<f64>) {
        row.truncate(first);
        let one_bus = self.bus[first..].iter().zip(&self.coefficient[first..]);
        row.extend(one_bus.map(|(&bus, &c)| if c == 0.0 { 0.0 } else { c * by_bus(bus) }));
        for (column, terms) in self.spread.iter().filter(|spread| spread.0 as usize >= first) {
            row[*column as usize] = terms.iter().map(|&(bus, c)| c * by_bus(bus)).sum();
        }
    }
}
