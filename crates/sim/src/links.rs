//! Direct-current links in the hourly market: a flow that is chosen, not one that follows from angles.
//!
//! A link without losses is one column that takes from one end and gives at the other, negative when it
//! runs backwards. With losses each direction has its own column, because what is lost is lost in either.
//! Where prices are negative, running both at once burns what would otherwise be spilled; their limits bound it.

use gridrush_core::dispatch::{Bound, ColumnId, DispatchProblem, DispatchSolution, Place};
use gridrush_core::grid::DcLink;
use gridrush_core::names::Key;

/// The columns of a link.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    forward: ColumnId,
    backward: Option<ColumnId>,
    loss_fraction: f64,
}

impl Link {
    /// Appends the columns of a link.
    pub fn new(link: &DcLink, problem: &mut DispatchProblem) -> Link {
        let key = Key::of(&link.name);
        let between = |from: u32, to: u32| Place::Spread(vec![(from, -1.0), (to, 1.0 - link.loss_fraction)]);
        let bound = |lower_mw: f64, upper_mw: f64| {
            let open = if link.in_service { 1.0 } else { 0.0 };
            Bound { lower_mw: open * lower_mw, upper_mw: open * upper_mw, cost_usd_per_mwh: 0.0 }
        };
        let (from, to) = (link.from.0, link.to.0);
        if link.loss_fraction == 0.0 {
            let forward = problem.add_column(key, between(from, to), bound(link.minimum_mw, link.maximum_mw));
            return Link { forward, backward: None, loss_fraction: 0.0 };
        }
        let (low, high) = (link.minimum_mw, link.maximum_mw);
        let forward = problem.add_column(key, between(from, to), bound(low.max(0.0), high.max(0.0)));
        let backward =
            problem.add_column(key.part(1), between(to, from), bound((-high).max(0.0), (-low).max(0.0)));
        Link { forward, backward: Some(backward), loss_fraction: link.loss_fraction }
    }

    /// Flow from `from` to `to` where it leaves.
    pub fn flow_mw(&self, solution: &DispatchSolution) -> f64 {
        let back = self.backward.map_or(0.0, |column| solution.column_mw[column.0 as usize]);
        solution.column_mw[self.forward.0 as usize] - back
    }

    /// What is lost on the way.
    pub fn loss_mw(&self, solution: &DispatchSolution) -> f64 {
        let back = self.backward.map_or(0.0, |column| solution.column_mw[column.0 as usize]);
        self.loss_fraction * (solution.column_mw[self.forward.0 as usize] + back)
    }
}
