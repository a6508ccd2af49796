//! The bound-flipping ratio test: how far the duals can move and who stops them.
//!
//! When a violated quantity is driven back to its bound, the dual objective rises at first with a slope
//! equal to the violation. Each reduced cost that reaches zero on the way is a breakpoint: its column
//! may jump to its other bound, which lowers the slope by `range * |coefficient|`. The step ends at the
//! breakpoint where the slope would turn negative; everything before it flips, that one enters.
//!
//! Breakpoints are collected below a threshold that grows until the slope turns, and only the part that
//! is passed is sorted. The result does not depend on the threshold: the list is walked in the order of
//! (step, kind, position). Cost: `O(columns)` per threshold, `O(collected + passed log passed)` to walk.

/// Coefficients below this do not count as able to help.
pub(super) const COEFFICIENT_MIN: f64 = 1e-9;

/// An entering coefficient below this is avoided when an earlier breakpoint has a larger one.
const COEFFICIENT_SAFE: f64 = 1e-5;

/// Columns looked at together.
const LANES: usize = 8;

/// A list of this length is sorted at once.
const SHORT: usize = 12;

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

/// The columns as the ratio test sees them, one entry per column.
#[derive(Clone, Copy)]
pub(super) struct ColumnView<'a> {
    /// Change of the violated quantity per unit of the column.
    pub(super) alpha: &'a [f64],
    /// Reduced cost.
    pub(super) dual: &'a [f64],
    /// +1 at the lower bound, -1 at the upper bound, 0 when basic or fixed.
    pub(super) direction: &'a [f64],
    pub(super) lower: &'a [f64],
    pub(super) upper: &'a [f64],
}

/// Memory of the ratio test.
#[derive(Clone, Debug)]
pub(super) struct RatioTest {
    /// Breakpoints of constraints, filled by the caller.
    pub(super) constraints: Vec<Breakpoint>,
    passed: Vec<Breakpoint>,
    threshold: f64,
}

impl Default for RatioTest {
    fn default() -> RatioTest {
        RatioTest { constraints: Vec::new(), passed: Vec::new(), threshold: 1.0 }
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
            self.threshold = if self.threshold < 1e7 { self.threshold * 8.0 } else { f64::INFINITY };
        }
    }

    /// What flips before the step ends, in order.
    pub(super) fn passed(&self) -> &[Breakpoint] {
        &self.passed
    }

    /// Gathers the breakpoints up to the threshold; returns the loss of slope when all are passed.
    fn collect(&mut self, columns: ColumnView, sign: f64) -> f64 {
        let threshold = self.threshold;
        self.passed.clear();
        self.passed.extend(self.constraints.iter().filter(|b| b.step <= threshold));
        let (alpha, alpha_rest) = columns.alpha.as_chunks::<LANES>();
        let (dual, dual_rest) = columns.dual.as_chunks::<LANES>();
        let (direction, direction_rest) = columns.direction.as_chunks::<LANES>();
        // Few columns are near, so most groups are dismissed without looking at their members.
        for (group, ((alpha, dual), direction)) in alpha.iter().zip(dual).zip(direction).enumerate() {
            let mut any = false;
            for lane in 0..LANES {
                let helps = -sign * alpha[lane] * direction[lane];
                let matters = helps > COEFFICIENT_MIN;
                let near = dual[lane] * direction[lane] <= threshold * helps;
                any |= matters & near;
            }
            if any {
                self.push_near(columns, group * LANES, sign, alpha, dual, direction);
            }
        }
        let first = columns.alpha.len() - alpha_rest.len();
        self.push_near(columns, first, sign, alpha_rest, dual_rest, direction_rest);
        self.passed.iter().map(|b| b.loss).sum()
    }

    /// Appends the breakpoints of a group of columns that begins at `first`.
    fn push_near(
        &mut self,
        columns: ColumnView,
        first: usize,
        sign: f64,
        alpha: &[f64],
        dual: &[f64],
        direction: &[f64],
    ) {
        for (j, ((&alpha, &dual), &direction)) in (first..).zip(alpha.iter().zip(dual).zip(direction)) {
            let helps = -sign * alpha * direction;
            let distance = dual * direction;
            if helps > COEFFICIENT_MIN && distance <= self.threshold * helps {
                self.passed.push(Breakpoint {
                    step: distance.max(0.0) / helps,
                    loss: (columns.upper[j] - columns.lower[j]) * helps,
                    coefficient: helps,
                    stop: Stop::Column(j as u32),
                });
            }
        }
    }

    /// Sorts the breakpoints up to the first at which the slope is no longer positive and finds it;
    /// returns also the slope left there or at the end. Halves the list around its middle again and
    /// again, so that only the part that is passed is ever sorted.
    fn walk(&mut self, violation: f64) -> (Option<usize>, f64) {
        let order = |a: &Breakpoint, b: &Breakpoint| a.step.total_cmp(&b.step).then(a.stop.cmp(&b.stop));
        let (mut sorted, mut slope) = (0, violation);
        loop {
            let rest = self.passed.len() - sorted;
            let mut take = rest;
            while take > SHORT {
                let half = take / 2;
                self.passed[sorted..sorted + take].select_nth_unstable_by(half, order);
                take = half;
            }
            self.passed[sorted..sorted + take].sort_unstable_by(order);
            for i in sorted..sorted + take {
                slope -= self.passed[i].loss;
                if slope <= 0.0 {
                    return (Some(i), slope);
                }
            }
            sorted += take;
            if take == rest {
                return (None, slope);
            }
        }
    }

    /// Ends at this breakpoint or, when its coefficient is too small to divide by, at the last safe one
    /// before it: a shorter step is as valid.
    fn end_at(&mut self, end: usize) -> Breakpoint {
        let safe = |b: &Breakpoint| b.coefficient >= COEFFICIENT_SAFE;
        let end = self.passed[..=end].iter().rposition(safe).unwrap_or(end);
        let chosen = self.passed[end];
        self.passed.truncate(end);
        self.threshold = (2.0 * chosen.step).clamp(1e-3, 1e7);
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view<'a>(alpha: &'a [f64], dual: &'a [f64], direction: &'a [f64], upper: &'a [f64]) -> ColumnView<'a> {
        ColumnView { alpha, dual, direction, lower: &[0.0; 4], upper }
    }

    #[test]
    fn merit_order_in_one_step() {
        // 100 MW are missing; units of 30, 50, 40, 40 MW at 5, 20, 10, 30 $/MWh.
        let mut test = RatioTest::default();
        let (alpha, dual, upper) = ([1.0; 4], [5.0, 20.0, 10.0, 30.0], [30.0, 50.0, 40.0, 40.0]);
        let chosen = test.choose(view(&alpha, &dual, &[1.0; 4], &upper), -1.0, 100.0, 1e-9).unwrap();
        assert_eq!((chosen.stop, chosen.step), (Stop::Column(1), 20.0));
        let flipped: Vec<Stop> = test.passed().iter().map(|b| b.stop).collect();
        assert_eq!(flipped, [Stop::Column(0), Stop::Column(2)]);
    }

    #[test]
    fn what_cannot_be_met_is_said() {
        let mut test = RatioTest::default();
        let (alpha, dual, upper) = ([1.0; 4], [5.0, 20.0, 10.0, 1e9], [30.0, 50.0, 40.0, 40.0]);
        let missing = test.choose(view(&alpha, &dual, &[1.0; 4], &upper), -1.0, 170.0, 1e-9);
        assert_eq!(missing, Err(10.0));
    }

    #[test]
    fn tiny_coefficients_are_avoided() {
        let mut test = RatioTest::default();
        let (alpha, dual, upper) = ([1.0, 1e-8, 1.0, 1.0], [5.0, 6e-8, 10.0, 9.0], [5.0, 1e12, 0.1, 0.1]);
        let chosen = test.choose(view(&alpha, &dual, &[1.0; 4], &upper), -1.0, 100.0, 1e-9).unwrap();
        assert_eq!(chosen.stop, Stop::Column(0));
        assert!(test.passed().is_empty());
    }
}
