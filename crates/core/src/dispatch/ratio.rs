//! The bound-flipping ratio test: how far the duals can move and who stops them.
//!
//! When a violated quantity is driven back to its bound, the dual objective rises at first with a slope
//! equal to the violation. Each reduced cost that reaches zero on the way is a breakpoint: its column
//! may jump to its other bound, which lowers the slope by `range * |coefficient|`. The step ends at the
//! breakpoint where the slope would turn negative; everything before it flips, that one enters.
//!
//! Breakpoints are collected up to a threshold, at first the last step, that grows until the slope turns, and only the
//! part that is passed is put in order. The result does not depend on the threshold: breakpoints are walked in the order
//! of (step, kind, position). Cost: `O(groups)` per threshold, `O(collected)` to collect, and an eighth of that for each one
//! passed.

use fearless_simd::{Simd, SimdBase, SimdMask, f64x8};

use super::columns::Columns;
use super::problem::Bound;

/// Coefficients below this do not count as able to help.
pub(super) const COEFFICIENT_MIN: f64 = 1e-9;

/// An entering coefficient below this is avoided when an earlier breakpoint has a larger one.
const COEFFICIENT_SAFE: f64 = 1e-5;

/// Groups looked at together.
const LANES: usize = 8;

/// By how much more of the threshold groups are looked at, so that rounding hides none.
const ROUNDING: f64 = 1e-9;

/// Appends the groups that have a column with a breakpoint before their worth has moved by `reach` times alpha.
#[allow(clippy::inline_always, reason = "takes over the instruction set of its caller")]
#[inline(always)]
fn find_near<S: Simd>(
    simd: S,
    (worth, reach, alpha): (&[f64], f64, &[f64]),
    next_up: &[f64],
    next_down: &[f64],
    near: &mut Vec<u32>,
) {
    let runs = |values| <[f64]>::as_chunks::<LANES>(values);
    let ((worths, worth), (alphas, alpha)) = (runs(worth), runs(alpha));
    let ((ups, up), (downs, down)) = (runs(next_up), runs(next_down));
    let mut first = 0;
    for (((worth, alpha), up), down) in worths.iter().zip(alphas).zip(ups).zip(downs) {
        let load = |values| f64x8::load_array_ref(simd, values);
        let worth = load(worth) + load(alpha) * reach;
        let mut lanes = (worth.simd_ge(load(up)) | worth.simd_le(load(down))).to_bitmask();
        while lanes != 0 {
            near.push(first + lanes.trailing_zeros());
            lanes &= lanes - 1;
        }
        first += LANES as u32;
    }
    for (spot, ((worth, alpha), (up, down))) in
        (first..).zip(worth.iter().zip(alpha).zip(up.iter().zip(down)))
    {
        let worth = worth + alpha * reach;
        if worth >= *up || worth <= *down {
            near.push(spot);
        }
    }
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

/// Breakpoints that wait to be walked, in runs whose least step is known: mostly few of many are passed.
#[derive(Clone, Debug, Default)]
struct Waiting {
    /// Steps of those collected, infinite once walked.
    step: Vec<[f64; LANES]>,
    /// The least step of each run.
    least: Vec<f64>,
}

impl Waiting {
    fn fill(&mut self, collected: &[Breakpoint]) {
        self.step.clear();
        self.step.extend(collected.chunks(LANES).map(|run| {
            let mut steps = [f64::INFINITY; LANES];
            for (step, breakpoint) in steps.iter_mut().zip(run) {
                *step = breakpoint.step;
            }
            steps
        }));
        self.least.clear();
        self.least.extend(self.step.iter().map(|run| least(run)));
    }

    /// Takes the first of those left: the least step, then kind and position. Cost: `O(runs)`.
    fn take_first(&mut self, collected: &[Breakpoint]) -> Option<Breakpoint> {
        let step = least(&self.least);
        let mut first: Option<usize> = None;
        for (run, steps) in self.step.iter().enumerate().filter(|&(run, _)| self.least[run] == step) {
            for (lane, breakpoint) in steps.iter().zip(&collected[run * LANES..]).enumerate() {
                let at = run * LANES + lane;
                if *breakpoint.0 == step
                    && first.is_none_or(|other| breakpoint.1.stop < collected[other].stop)
                {
                    first = Some(at);
                }
            }
        }
        let at = first.filter(|_| step < f64::INFINITY)?;
        let run = &mut self.step[at / LANES];
        run[at % LANES] = f64::INFINITY;
        self.least[at / LANES] = least(run);
        Some(collected[at])
    }
}

/// The least of these, none of them NaN.
#[inline]
fn least(of: &[f64]) -> f64 {
    of.iter().fold(f64::INFINITY, |least, &one| if one < least { one } else { least })
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
    /// By seat: the cost of a column at its lower bound, infinite for others.
    pub(super) rising: &'a [f64],
    /// By seat: the cost of a column at its upper bound, minus infinity for others.
    pub(super) falling: &'a [f64],
    /// By column.
    pub(super) bounds: &'a [Bound],
}

/// Memory of the ratio test.
#[derive(Clone, Debug)]
pub(super) struct RatioTest {
    /// Breakpoints of constraints, filled by the caller.
    pub(super) constraints: Vec<Breakpoint>,
    near: Vec<u32>,
    collected: Vec<Breakpoint>,
    waiting: Waiting,
    passed: Vec<Breakpoint>,
    threshold: f64,
}

impl Default for RatioTest {
    fn default() -> RatioTest {
        RatioTest {
            constraints: Vec::new(),
            near: Vec::new(),
            collected: Vec::new(),
            waiting: Waiting::default(),
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
        let mut slope = violation;
        let mut beyond = f64::NEG_INFINITY;
        self.passed.clear();
        loop {
            self.collect(columns, sign, beyond);
            let everything = self.threshold == f64::INFINITY;
            let last = if self.walk(&mut slope) || (everything && slope <= tolerance) {
                self.passed.len().checked_sub(1)
            } else {
                None
            };
            if let Some(last) = last {
                return Ok(self.end_at(last));
            }
            if everything {
                self.threshold = 1.0;
                return Err(slope);
            }
            beyond = self.threshold;
            self.threshold = if beyond < 1e7 { beyond * 4.0 } else { f64::INFINITY };
        }
    }

    /// What flips before the step ends, in order.
    pub(super) fn passed(&self) -> &[Breakpoint] {
        &self.passed
    }

    /// Gathers the breakpoints up to the threshold that lie beyond another one.
    fn collect(&mut self, columns: ColumnView, sign: f64, beyond: f64) {
        let threshold = self.threshold;
        self.collected.clear();
        self.collected.extend(self.constraints.iter().filter(|b| b.step > beyond && b.step <= threshold));
        self.near.clear();
        let reach = -sign * (threshold + ROUNDING * threshold.max(1.0));
        let ColumnView { alpha, worth, next_up, next_down, .. } = columns;
        fearless_simd::dispatch!(fearless_simd::Level::new(), simd => {
            find_near(simd, (worth, reach, alpha), next_up, next_down, &mut self.near);
        });
        for at in 0..self.near.len() {
            self.push_group(columns, self.near[at] as usize, sign, beyond);
        }
    }

    /// Appends the breakpoints of the columns of a live group.
    fn push_group(&mut self, columns: ColumnView, spot: usize, sign: f64, beyond: f64) {
        let rate = -sign * columns.alpha[spot];
        let (helps, direction) = (rate.abs(), 1.0_f64.copysign(rate));
        if helps <= COEFFICIENT_MIN {
            return;
        }
        // What cannot move costs infinitely much, so its step is beyond any limit.
        let (worth, limit) = (columns.worth[spot], self.threshold.min(f64::MAX));
        let within = limit * helps * (1.0 + ROUNDING);
        let group = columns.live[spot] as usize;
        let costs = if rate > 0.0 { columns.rising } else { columns.falling };
        for (&cost, &j) in costs[columns.columns.seats(group)].iter().zip(columns.columns.members(group)) {
            let distance = (cost - worth) * direction;
            if distance > within {
                continue;
            }
            let step = distance.max(0.0) / helps;
            if step > beyond && step <= limit {
                let bound = &columns.bounds[j as usize];
                self.collected.push(Breakpoint {
                    step,
                    loss: (bound.upper_mw - bound.lower_mw) * helps,
                    coefficient: helps,
                    stop: Stop::Column(j),
                });
            }
        }
    }

    /// Takes the breakpoints in order up to the first at which the slope is no longer positive; says whether there
    /// is one.
    fn walk(&mut self, slope: &mut f64) -> bool {
        self.waiting.fill(&self.collected);
        while let Some(breakpoint) = self.waiting.take_first(&self.collected) {
            *slope -= breakpoint.loss;
            self.passed.push(breakpoint);
            if *slope <= 0.0 {
                return true;
            }
        }
        false
    }

    /// Ends at this breakpoint or, when its coefficient is too small to divide by, at the last safe one
    /// before it: a shorter step is as valid.
    fn end_at(&mut self, end: usize) -> Breakpoint {
        let safe = |b: &Breakpoint| b.coefficient >= COEFFICIENT_SAFE;
        let end = self.passed[..=end].iter().rposition(safe).unwrap_or(end);
        let chosen = self.passed[end];
        self.passed.truncate(end);
        self.threshold = chosen.step.clamp(0.1, 1e7);
        chosen
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dispatch::{Bound, DispatchProblem, Place};
    use crate::names::Key;

    /// Units at buses of their own, at zero price.
    struct Units {
        columns: Columns,
        live: Vec<u32>,
        alpha: Vec<f64>,
        worth: Vec<f64>,
        cost: Vec<f64>,
        direction: Vec<f64>,
        bounds: Vec<Bound>,
        next_up: Vec<f64>,
        next_down: Vec<f64>,
    }

    /// Of coefficients, costs, greatest output and whether they stand at it.
    fn units(of: &[(f64, f64, f64, bool)]) -> Units {
        let count = of.len() as u32;
        let mut problem = DispatchProblem::new(of.len(), Vec::new());
        for bus in 0..count {
            let bound = Bound { lower_mw: 0.0, upper_mw: 1.0, cost_usd_per_mwh: 0.0 };
            problem.add_column(Key::of("unit").part(u64::from(bus)), Place::Bus(bus, 1.0), bound);
        }
        let live: Vec<u32> = (0..count).collect();
        let bound = |upper_mw| Bound { lower_mw: 0.0, upper_mw, cost_usd_per_mwh: 0.0 };
        Units {
            columns: Columns::of(&problem, &live, &live).unwrap(),
            live,
            alpha: of.iter().map(|unit| unit.0).collect(),
            worth: vec![0.0; of.len()],
            cost: of.iter().map(|unit| unit.1).collect(),
            direction: of.iter().map(|unit| if unit.3 { -1.0 } else { 1.0 }).collect(),
            bounds: of.iter().map(|unit| bound(unit.2)).collect(),
            next_up: of.iter().map(|unit| if unit.3 { f64::INFINITY } else { unit.1 }).collect(),
            next_down: of.iter().map(|unit| if unit.3 { unit.1 } else { f64::NEG_INFINITY }).collect(),
        }
    }

    impl Units {
        fn view(&self) -> ColumnView<'_> {
            ColumnView {
                columns: &self.columns,
                live: &self.live,
                alpha: &self.alpha,
                worth: &self.worth,
                next_up: &self.next_up,
                next_down: &self.next_down,
                // One column a group, in order.
                rising: &self.next_up,
                falling: &self.next_down,
                bounds: &self.bounds,
            }
        }

        /// The slow obvious version: all breakpoints in order. What is passed, and the last one if the slope turns.
        fn sorted(&self, sign: f64, violation: f64) -> (Vec<u32>, Result<u32, f64>) {
            let mut all: Vec<(f64, u32, f64)> = Vec::new();
            for j in 0..self.cost.len() {
                let rate = -sign * self.alpha[j];
                if rate * self.direction[j] > 0.0 {
                    let step = (self.cost[j] * self.direction[j]).max(0.0) / rate.abs();
                    all.push((step, j as u32, self.bounds[j].upper_mw * rate.abs()));
                }
            }
            all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let (mut slope, mut passed) = (violation, Vec::new());
            for (_, j, loss) in all {
                slope -= loss;
                if slope <= 0.0 {
                    return (passed, Ok(j));
                }
                passed.push(j);
            }
            (passed, Err(slope))
        }
    }

    proptest! {
        /// Whole numbers make many breakpoints at one place. Thresholds change nothing.
        #[test]
        fn agrees_with_the_sorted_list(
            of in prop::collection::vec((-8..9_i32, -30..60_i32, 0..20_u32, any::<bool>()), 1..60),
            up: bool,
            violation in 1..2000_u32,
            first in prop::sample::select(vec![0.1, 0.5, 1.0, 7.0, 30.0, 1e7]),
        ) {
            let number = |&(a, c, u, at_upper): &(i32, i32, u32, bool)| {
                (0.25 * f64::from(a), f64::from(c), f64::from(u), at_upper)
            };
            let units = units(&of.iter().map(number).collect::<Vec<_>>());
            let sign = if up { 1.0 } else { -1.0 };
            let mut test = RatioTest { threshold: first, ..RatioTest::default() };
            let chosen = test.choose(units.view(), sign, f64::from(violation), 1e-9);
            let (passed, end) = units.sorted(sign, f64::from(violation));
            match (chosen, end) {
                (Ok(chosen), Ok(j)) => {
                    prop_assert_eq!(chosen.stop, Stop::Column(j));
                    let flipped: Vec<Stop> = test.passed().iter().map(|b| b.stop).collect();
                    prop_assert_eq!(flipped, passed.into_iter().map(Stop::Column).collect::<Vec<_>>());
                }
                (Err(by), Err(slope)) => prop_assert_eq!(by, slope),
                (chosen, end) => prop_assert!(false, "{chosen:?} is not {end:?}"),
            }
        }
    }

    #[test]
    fn merit_order_in_one_step() {
        // 100 MW are missing; units of 30, 50, 40, 40 MW at 5, 20, 10, 30 $/MWh.
        let mut test = RatioTest::default();
        let units = units(&[
            (1.0, 5.0, 30.0, false),
            (1.0, 20.0, 50.0, false),
            (1.0, 10.0, 40.0, false),
            (1.0, 30.0, 40.0, false),
        ]);
        let chosen = test.choose(units.view(), -1.0, 100.0, 1e-9).unwrap();
        assert_eq!((chosen.stop, chosen.step), (Stop::Column(1), 20.0));
        let flipped: Vec<Stop> = test.passed().iter().map(|b| b.stop).collect();
        assert_eq!(flipped, [Stop::Column(0), Stop::Column(2)]);
    }

    #[test]
    fn what_cannot_be_met_is_said() {
        let mut test = RatioTest::default();
        let units = units(&[
            (1.0, 5.0, 30.0, false),
            (1.0, 20.0, 50.0, false),
            (1.0, 10.0, 40.0, false),
            (1.0, 1e9, 40.0, false),
        ]);
        let missing = test.choose(units.view(), -1.0, 170.0, 1e-9);
        assert_eq!(missing, Err(10.0));
    }

    #[test]
    fn tiny_coefficients_are_avoided() {
        let mut test = RatioTest::default();
        let units = units(&[
            (1.0, 5.0, 5.0, false),
            (1e-8, 6e-8, 1e12, false),
            (1.0, 10.0, 0.1, false),
            (1.0, 9.0, 0.1, false),
        ]);
        let chosen = test.choose(units.view(), -1.0, 100.0, 1e-9).unwrap();
        assert_eq!(chosen.stop, Stop::Column(0));
        assert!(test.passed().is_empty());
    }
}
