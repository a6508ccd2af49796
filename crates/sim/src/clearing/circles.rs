//! Flow that runs in a circle of pipes with losses.
//!
//! Where prices are negative a market of pipes with losses would send power in a circle, only to burn what it would
//! otherwise spill; where they are zero it may. No operator does. The smallest flow of the circle is given a cost that no circle can earn,
//! `(pipes + 1) x loss x -floor` a megawatt, for this hour, and the hour is cleared again. Without losses, and
//! where all prices are positive, there are no circles. Cost: `O(pipes)` an hour, and a warm
//! solve for each circle found.

use gridrush_core::dispatch::{ColumnId, DispatchSolution};

use super::Clearing;

/// Less than this is rounding.
const FLOW_MIN_MW: f64 = 1e-6;
/// Where every price is above this, burning power costs.
const PRICE_MIN_USD_PER_MWH: f64 = 1e-6;

/// A direction of a pipe that is used.
#[derive(Clone, Copy)]
struct Arc {
    from: u32,
    to: u32,
    column: ColumnId,
    mw: f64,
    loss_fraction: f64,
}

impl Clearing {
    /// Takes back the costs of the last hour.
    pub fn forget_circles(&mut self) {
        for column in self.charged.drain(..) {
            self.problem.bounds[column.0 as usize].cost_usd_per_mwh = 0.0;
        }
    }

    /// Makes a circle of the solution too dear, if there is one; the hour must then be cleared again.
    pub fn break_circle(&mut self, solution: &DispatchSolution) -> bool {
        let lossy = self.problem.pipes.iter().any(|pipe| pipe.loss_fraction > 0.0);
        if !lossy || solution.lmp_usd_per_mwh.iter().all(|price| *price > PRICE_MIN_USD_PER_MWH) {
            return false;
        }
        let mut arcs = Vec::new();
        for pipe in &self.problem.pipes {
            for (column, from, to) in
                [(pipe.forward, pipe.from, pipe.to), (pipe.backward, pipe.to, pipe.from)]
            {
                let mw = solution.column_mw[column.0 as usize];
                if mw > FLOW_MIN_MW {
                    arcs.push(Arc { from, to, column, mw, loss_fraction: pipe.loss_fraction });
                }
            }
        }
        let circle = circle(&arcs, self.problem.bus_count());
        let loss = circle.iter().map(|arc| arc.loss_fraction).fold(0.0, f64::max);
        let open = circle.iter().filter(|arc| !self.charged.contains(&arc.column));
        let Some(least) = open.min_by(|a, b| a.mw.total_cmp(&b.mw)).filter(|_| loss > 0.0) else {
            return false;
        };
        let floors = self.terms.areas.iter().map(|area| area.offer_floor_usd_per_mwh);
        let floor = floors.fold(0.0, f64::min);
        let bound = &mut self.problem.bounds[least.column.0 as usize];
        bound.cost_usd_per_mwh = -floor * loss * (circle.len() + 1) as f64;
        self.charged.push(least.column);
        true
    }
}

/// A circle of arcs, if there is one: what nothing leaves is peeled off, and the rest walked until it repeats.
fn circle(arcs: &[Arc], buses: usize) -> Vec<Arc> {
    let mut inside = vec![true; buses];
    let leaves = |inside: &[bool], bus: u32| {
        arcs.iter().find(|arc| arc.from == bus && inside[arc.to as usize]).copied()
    };
    loop {
        let kept: Vec<bool> =
            (0..buses as u32).map(|bus| inside[bus as usize] && leaves(&inside, bus).is_some()).collect();
        if kept == inside {
            break;
        }
        inside = kept;
    }
    let mut walked: Vec<Arc> = Vec::new();
    let Some(mut at) = inside.iter().position(|&i| i).map(|bus| bus as u32) else { return walked };
    loop {
        if let Some(begin) = walked.iter().position(|arc| arc.from == at) {
            return walked.split_off(begin);
        }
        let Some(arc) = leaves(&inside, at) else { return Vec::new() };
        walked.push(arc);
        at = arc.to;
    }
}
