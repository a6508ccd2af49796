//! Direct-current links and pipes in the hourly market: flows that are chosen, not ones that follow from angles.
//!
//! A link without losses is one column that takes from one end and gives at the other, negative when it
//! runs backwards. With losses each direction has its own column, because what is lost is lost in either.
//! Where prices are negative, running both at once burns what would otherwise be spilled; their limits bound it.
//!
//! A pipe always has a column for each direction: their ties in the solver are positive, so no flow runs in a circle
//! of pipes without losses. A third and fourth column beyond the limits are closed but in plans that ask what would
//! flow if limits were nearly free.

use gridrush_core::dispatch::{Bound, ColumnId, DispatchProblem, DispatchSolution, Pipe, Place};
use gridrush_core::grid::DcLink;
use gridrush_core::names::Key;

/// The columns of a link.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    forward: ColumnId,
    backward: Option<ColumnId>,
    /// Flow beyond the limits of a pipe, by direction.
    beyond: Option<[ColumnId; 2]>,
    loss_fraction: f64,
}

/// More than a plan ever asks of a pipe.
const BEYOND_MW: f64 = 1e5;

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
            return Link { forward, backward: None, beyond: None, loss_fraction: 0.0 };
        }
        let (low, high) = (link.minimum_mw, link.maximum_mw);
        let forward = problem.add_column(key, between(from, to), bound(low.max(0.0), high.max(0.0)));
        let backward =
            problem.add_column(key.part(1), between(to, from), bound((-high).max(0.0), (-low).max(0.0)));
        Link { forward, backward: Some(backward), beyond: None, loss_fraction: link.loss_fraction }
    }

    /// Appends the columns of a pipe and tells the problem of it.
    pub fn pipe(link: &DcLink, problem: &mut DispatchProblem) -> Link {
        let key = Key::of(&link.name);
        let (from, to) = (link.from.0, link.to.0);
        let mut column = |part: u64, backward: bool, upper_mw: f64| {
            let (a, b) = if backward { (to, from) } else { (from, to) };
            let place = Place::Spread(vec![(a, -1.0), (b, 1.0 - link.loss_fraction)]);
            problem.add_column(
                key.part(part),
                place,
                Bound { lower_mw: 0.0, upper_mw, cost_usd_per_mwh: 0.0 },
            )
        };
        let (forward, backward) = (column(0, false, link.maximum_mw), column(1, true, -link.minimum_mw));
        let beyond = [column(2, false, 0.0), column(3, true, 0.0)];
        problem.pipes.push(Pipe { from, to, forward, backward, loss_fraction: link.loss_fraction });
        Link { forward, backward: Some(backward), beyond: Some(beyond), loss_fraction: link.loss_fraction }
    }

    /// Lets flow of a pipe exceed its limits at a price.
    pub fn open_beyond(&self, cost_usd_per_mwh: f64, problem: &mut DispatchProblem) {
        for column in self.beyond.into_iter().flatten() {
            problem.bounds[column.0 as usize] =
                Bound { lower_mw: 0.0, upper_mw: BEYOND_MW, cost_usd_per_mwh };
        }
    }

    /// Flow from `from` to `to` where it leaves.
    pub fn flow_mw(&self, solution: &DispatchSolution) -> f64 {
        let [there, back] = self.sent_mw(solution);
        there - back
    }

    /// What is lost on the way.
    pub fn loss_mw(&self, solution: &DispatchSolution) -> f64 {
        let [there, back] = self.sent_mw(solution);
        self.loss_fraction * (there + back)
    }

    /// What leaves at either end.
    pub fn sent_mw(&self, solution: &DispatchSolution) -> [f64; 2] {
        let mw = |column: ColumnId| solution.column_mw[column.0 as usize];
        let beyond = self.beyond.map_or([0.0; 2], |columns| columns.map(mw));
        [mw(self.forward) + beyond[0], self.backward.map_or(0.0, mw) + beyond[1]]
    }
}
