//! The bound-flipping ratio test: how far the duals can move and who stops them.
//!
//! When a violated quantity is driven back to its bound, the dual objective rises at first with a slope
//! equal to the violation. Each reduced cost that reaches zero on the way is a breakpoint: its column
//! may jump to its other bound, which lowers the slope by `range * |coefficient|`. The step ends at the
//! breakpoint where the slope would turn negative; everything before it flips, that one enters.
//!
//! Breakpoints are collected below a threshold that grows until the slope turns, and only the part that
//! is passed is put in order. The result does not depend on the threshold: the list is walked in the order of
//! (step, kind, position). Cost: `O(groups)` per threshold, `O(collected + passed log collected)` to walk.

use super::columns::Columns;
use super::problem::Bound;
use super::vector::widest;

/// Coefficients below this do not count as able to help.
pub(super) const COEFFICIENT_MIN: f64 = 1e-9;

/// An entering coefficient below this is avoided when an earlier breakpoint has a larger one.
const COEFFICIENT_SAFE: f64 = 1e-5;

/// Groups looked at together.
const LANES: usize = 8;

/// The first threshold as a multiple of the last step.
const REACH: f64 = 2.0;

/// Whether a group has a column with a breakpoint before its worth reaches this.
#[inline]
fn is_near(worth: f64, up: f64, down: f64) -> bool {
    let (rises, falls) = (up <= worth, worth <= down);
    rises | falls
}

/// What reaches its breakpoint. Constraints pass up to two: from one bound to the other, then beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stop {
    /// The violated constraint itself, at its n-th breakpoint.
    Own(u8),
    /// The kernel row at this position, at its n-th breakpoint.
    Row(u32, u8),
    /// A column.
    Column(u32),
}

/// A breakpoint of the dual objective.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Breakpoint {
    /// Where it lies along the dual step.
    pub(super) step: f64,
    /// By how much the slope falls when it is passed; infinite when it cannot be passed.
    pub(super) loss: f64,
    /// The absolute coefficient with which it acts on the violated quantity.
    pub(super) coefficient: f64,
    pub(super) stop: Stop,
}

/// A breakpoint in the queue: where it lies, and its position among those collected.
type Queued = (f64, u32);

/// Whether a breakpoint comes before another: along the step, then by kind and position.
#[inline]
fn is_before(collected: &[Breakpoint], a: Queued, b: Queued) -> bool {
    let stop = |queued: Queued| collected[queued.1 as usize].stop;
    a.0 < b.0 || (a.0 == b.0 && stop(a) < stop(b))
}

/// Lets the entry at a place of a binary heap sink to where it belongs.
#[inline]
fn sink(heap: &mut [Queued], mut at: usize, collected: &[Breakpoint]) {
    let entry = heap[at];
    loop {
        let mut child = 2 * at + 1;
        if child + 1 < heap.len() && is_before(collected, heap[child + 1], heap[child]) {
            child += 1;
        }
        if child >= heap.len() || !is_before(collected, heap[child], entry) {
            break;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = entry;
}

/// The columns as the ratio test sees them. A column's reduced cost is its cost less its group's worth.
#[derive(Clone, Copy)]
pub(super) struct ColumnView<'a> {
    pub(super) columns: &'a Columns,
    /// The groups that are looked at.
    pub(super) live: &'a [u32],
    /// By live group: change of the violated quantity per unit of a column.
    pub(super) alpha: &'a [f64],
    /// By live group: what one unit of a column is worth at present prices.
    pub(super) worth: &'a [f64],
    /// By live group: least cost of the columns at their lower bound; infinite without any.
    pub(super) next_up: &'a [f64],
    /// By live group: greatest cost of the columns at their upper bound; minus infinity without any.
    pub(super) next_down: &'a [f64],
    /// By column.
    pub(super) cost: &'a [f64],
    /// By column: +1 at the lower bound, -1 at the upper bound, 0 when basic or fixed.
    pub(super) direction: &'a [f64],
    pub(super) bounds: &'a [Bound],
}

/// Memory of the ratio test.
#[derive(Clone, Debug)]
pub(super) struct RatioTest {
    /// Breakpoints of constraints, filled by the caller.
    pub(super) constraints: Vec<Breakpoint>,
    collected: Vec<Breakpoint>,
    heap: Vec<Queued>,
    passed: Vec<Breakpoint>,
    threshold: f64,
}

impl Default for RatioTest {
    fn default() -> RatioTest {
        RatioTest {
            constraints: Vec::new(),
            collected: Vec::new(),
            heap: Vec::new(),
            passed: Vec::new(),
            threshold: 1.0,
        }
    }
}

impl RatioTest {
    /// Finds the breakpoint that ends the step, when `sign` times the violated quantity must fall by
    /// `violation`. On failure the quantity cannot be brought within `tolerance` of its bound; what
    /// remains is returned.
    pub(super) fn choose(
        &mut self,
        columns: ColumnView,
        sign: f64,
        violation: f64,
        tolerance: f64,
    ) -> Result<Breakpoint, f64> {
        loop {
            let within = self.collect(columns, sign);
            let everything = self.threshold == f64::INFINITY;
            if within >= violation || everything {
                let (end, remaining) = self.walk(violation);
                if let Some(end) = end.or(if everything && remaining <= tolerance {
                    self.passed.len().checked_sub(1)
                } else {
                    None
                }) {
                    return Ok(self.end_at(end));
                }
                if everything {
                    self.threshold = 1.0;
                    return Err(remaining);
                }
            }
            self.threshold = if self.threshold < 1e7 { self.threshold * 4.0 } else { f64::INFINITY };
        }
    }

    /// What flips before the step ends, in order.
    pub(super) fn passed(&self) -> &[Breakpoint] {
        &self.passed
    }

    /// Gathers the breakpoints up to the threshold; returns the loss of slope when all are passed.
    fn collect(&mut self, columns: ColumnView, sign: f64) -> f64 {
        widest!(self.collect_wide(columns, sign))
    }

    #[allow(clippy::inline_always, reason = "takes over the instruction set of its caller")]
    #[inline(always)]
    fn collect_wide(&mut self, columns: ColumnView, sign: f64) -> f64 {
        let threshold = self.threshold;
        self.collected.clear();
        self.collected.extend(self.constraints.iter().filter(|b| b.step <= threshold));
        let reach = -sign * threshold;
        let (alpha, alpha_rest) = columns.alpha.as_chunks::<LANES>();
        let (worth, worth_rest) = columns.worth.as_chunks::<LANES>();
        let (up, up_rest) = columns.next_up.as_chunks::<LANES>();
        let (down, down_rest) = columns.next_down.as_chunks::<LANES>();
        // Few groups are near, so most runs of groups are dismissed without looking at their members.
        for (run, (((alpha, worth), up), down)) in alpha.iter().zip(worth).zip(up).zip(down).enumerate() {
            let near = |lane: usize| is_near(worth[lane] + reach * alpha[lane], up[lane], down[lane]);
            if (0..LANES).fold(false, |any, lane| any | near(lane)) {
                for lane in (0..LANES).filter(|&lane| near(lane)) {
                    self.push_group(columns, run * LANES + lane, sign);
                }
            }
        }
        let first = columns.alpha.len() - alpha_rest.len();
        let rest = alpha_rest.iter().zip(worth_rest).zip(up_rest.iter().zip(down_rest));
        for (spot, ((&alpha, &worth), (&up, &down))) in (first..).zip(rest) {
            if is_near(worth + reach * alpha, up, down) {
                self.push_group(columns, spot, sign);
            }
        }
        self.collected.iter().map(|b| b.loss).sum()
    }

    /// Appends the breakpoints of the columns of a live group.
    fn push_group(&mut self, columns: ColumnView, spot: usize, sign: f64) {
        let rate = -sign * columns.alpha[spot];
        let (helps, direction) = (rate.abs(), 1.0_f64.copysign(rate));
        if helps <= COEFFICIENT_MIN {
            return;
        }
        // Equal lengths, so that one check of the index does for all.
        let ColumnView { cost, direction: directions, bounds, .. } = columns;
        let (directions, bounds) = (&directions[..cost.len()], &bounds[..cost.len()]);
        let (worth, reach) = (columns.worth[spot], self.threshold * helps);
        for &j in columns.columns.members(columns.live[spot] as usize) {
            let at = j as usize;
            let distance = (cost[at] - worth) * direction;
            if directions[at] == direction && distance <= reach {
                self.collected.push(Breakpoint {
                    step: distance.max(0.0) / helps,
                    loss: (bounds[at].upper_mw - bounds[at].lower_mw) * helps,
                    coefficient: helps,
                    stop: Stop::Column(j),
                });
            }
        }
    }

    /// Takes the breakpoints in order up to the first at which the slope is no longer positive and finds it;
    /// returns also the slope left there or at the end. Mostly few of those collected are passed, so they wait
    /// in a heap.
    fn walk(&mut self, violation: f64) -> (Option<usize>, f64) {
        let (collected, heap) = (&self.collected[..], &mut self.heap);
        heap.clear();
        heap.extend(collected.iter().map(|breakpoint| breakpoint.step).zip(0..));
        for at in (0..heap.len() / 2).rev() {
            sink(heap, at, collected);
        }
        self.passed.clear();
        let mut slope = violation;
        while let Some(&(_, first)) = heap.first() {
            let breakpoint = collected[first as usize];
            slope -= breakpoint.loss;
            self.passed.push(breakpoint);
            if slope <= 0.0 {
                return (Some(self.passed.len() - 1), slope);
            }
            heap.swap_remove(0);
            if !heap.is_empty() {
                sink(heap, 0, collected);
            }
        }
        (None, slope)
    }

    /// Ends at this breakpoint or, when its coefficient is too small to divide by, at the last safe one
    /// before it: a shorter step is as valid.
    fn end_at(&mut self, end: usize) -> Breakpoint {
        let safe = |b: &Breakpoint| b.coefficient >= COEFFICIENT_SAFE;
        let end = self.passed[..=end].iter().rposition(safe).unwrap_or(end);
        let chosen = self.passed[end];
        self.passed.truncate(end);
        self.threshold = (REACH * chosen.step).clamp(0.1, 1e7);
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::{Bound, DispatchProblem, Place};
    use crate::names::Key;

    /// Four units at buses of their own, at their lower bounds.
    struct Units {
        columns: Columns,
        alpha: [f64; 4],
        cost: [f64; 4],
        bounds: [Bound; 4],
    }

    fn units(alpha: [f64; 4], cost: [f64; 4], upper: [f64; 4]) -> Units {
        let mut problem = DispatchProblem::new(4, Vec::new());
        for bus in 0..4 {
            let bound = Bound { lower_mw: 0.0, upper_mw: 1.0, cost_usd_per_mwh: 0.0 };
            problem.add_column(Key::of("unit").part(u64::from(bus)), Place::Bus(bus, 1.0), bound);
        }
        let bounds = upper.map(|upper_mw| Bound { lower_mw: 0.0, upper_mw, cost_usd_per_mwh: 0.0 });
        Units { columns: Columns::of(&problem, &[0, 1, 2, 3]).unwrap(), alpha, cost, bounds }
    }

    impl Units {
        fn view(&self) -> ColumnView<'_> {
            ColumnView {
                columns: &self.columns,
                live: &[0, 1, 2, 3],
                alpha: &self.alpha,
                worth: &[0.0; 4],
                next_up: &self.cost,
                next_down: &[f64::NEG_INFINITY; 4],
                cost: &self.cost,
                direction: &[1.0; 4],
                bounds: &self.bounds,
            }
        }
    }

    #[test]
    fn merit_order_in_one_step() {
        // 100 MW are missing; units of 30, 50, 40, 40 MW at 5, 20, 10, 30 $/MWh.
        let mut test = RatioTest::default();
        let units = units([1.0; 4], [5.0, 20.0, 10.0, 30.0], [30.0, 50.0, 40.0, 40.0]);
        let chosen = test.choose(units.view(), -1.0, 100.0, 1e-9).unwrap();
        assert_eq!((chosen.stop, chosen.step), (Stop::Column(1), 20.0));
        let flipped: Vec<Stop> = test.passed().iter().map(|b| b.stop).collect();
        assert_eq!(flipped, [Stop::Column(0), Stop::Column(2)]);
    }

    #[test]
    fn what_cannot_be_met_is_said() {
        let mut test = RatioTest::default();
        let units = units([1.0; 4], [5.0, 20.0, 10.0, 1e9], [30.0, 50.0, 40.0, 40.0]);
        let missing = test.choose(units.view(), -1.0, 170.0, 1e-9);
        assert_eq!(missing, Err(10.0));
    }

    #[test]
    fn tiny_coefficients_are_avoided() {
        let mut test = RatioTest::default();
        let units = units([1.0, 1e-8, 1.0, 1.0], [5.0, 6e-8, 10.0, 9.0], [5.0, 1e12, 0.1, 0.1]);
        let chosen = test.choose(units.view(), -1.0, 100.0, 1e-9).unwrap();
        assert_eq!(chosen.stop, Stop::Column(0));
        assert!(test.passed().is_empty());
    }
}
