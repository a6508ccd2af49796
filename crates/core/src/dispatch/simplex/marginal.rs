//! What another MW of demand changes in any sum over the columns: the price vector with other numbers in
//! place of costs.
//!
//! With basic columns `B` of the kernel and values `v`, `w = v_B K^-1` is the change of `sum_j v_j x_j` per unit
//! of each kernel row's bound, as prices are that of the cost. Overloaded flows are free to grow: their ceiling
//! is a cost and nothing else, so it is left out here. Cost: `O(k^2 + k buses)` for `k` kernel rows.

use super::Engine;
use crate::dispatch::basis::Constraint;
use crate::dispatch::vector::add_combination;

impl Engine {
    /// Fills `by_bus` with the change of the sum of `by_column` times what columns do, per MW of demand.
    pub(in crate::dispatch) fn marginal_of(&self, by_column: &[f64], by_bus: &mut Vec<f64>) {
        let basic: Vec<f64> = self.basic.iter().map(|&j| by_column[j as usize]).collect();
        let mut by_row = Vec::new();
        self.inverse.multiply_left(&basic, &mut by_row);
        let mut by_island = vec![0.0; self.islands.count()];
        for (row, &value) in self.kernel.iter().zip(&by_row) {
            if let Constraint::Island(i) = row.constraint {
                by_island[i as usize] = value;
            }
        }
        // The second half is room for the values in the order of nodal vectors.
        let buses = self.order.len();
        by_bus.resize(2 * buses, 0.0);
        let (by_order, by_place) = by_bus.split_at_mut(buses);
        if let [value] = by_island[..] {
            by_place.fill(value);
        } else {
            for (value, &island) in by_place.iter_mut().zip(&self.island_of) {
                *value = by_island[island as usize];
            }
        }
        let flows = self.kernel.iter().zip(&by_row).filter_map(|(row, &value)| match row.constraint {
            flow @ (Constraint::Branch(_) | Constraint::Flowgate(_)) => Some((value, self.rows.by_bus(flow))),
            Constraint::Island(_) | Constraint::Row(_) => None,
        });
        add_combination(by_place, flows);
        for (value, &place) in by_order.iter_mut().zip(&self.order) {
            *value = by_place[place as usize];
        }
        by_bus.truncate(buses);
    }
}
