//! A score's memory: its autocorrelation, and the fit to an observed one.
//!
//! The slow component is a first-order autoregression; with a turn of P hours its root is complex, `a e^(i w)` with
//! `w = 2 pi / P`, its response after n hours is `a^n cos(w n)`, and highs follow lows after about P / 2: weather
//! systems pass by. Its autocovariance is `a^k / 2 Re(e^(i w k) / (1 - a^2 e^(2 i w)) + e^(i w k) / (1 - a^2))`.
//! The fast component is an autoregression applied twice (a double root `b`), autocorrelation
//! `(1 + k (1 - b^2) / (1 + b^2)) b^k`: flat at the origin, because weather does not jump from hour to
//! hour. The sum is linear in the slow share once turn and time constants are fixed, so the fit is a search
//! over turns and over a grid of time constants, refined three times around its best point. Lags 1, 24 and
//! 168 carry most of the weight: they are what the fitted-year checks look at. Cost: about 10^4
//! evaluations of eleven lags for every turn.

use super::Memory;
use crate::math::{cos, exp, ln, sin};

/// Lags that are fitted, with weights.
pub(crate) const LAGS: [(usize, f64); 11] = [
    (1, 4000.0),
    (2, 100.0),
    (3, 10.0),
    (6, 2.0),
    (12, 1.0),
    (24, 100.0),
    (36, 1.0),
    (48, 10.0),
    (72, 10.0),
    (120, 5.0),
    (168, 30.0),
];

const SLOW_HOURS: (f64, f64) = (8.0, 400.0);
const FAST_HOURS: (f64, f64) = (0.5, 60.0);
const GRID: u32 = 24;
/// Turns that are tried for weather that passes by.
const TURNS: [f64; 9] = [160.0, 200.0, 240.0, 290.0, 350.0, 420.0, 500.0, 700.0, 1000.0];

/// The slow component's root: keep per hour, and angle per hour.
fn root(memory: &Memory) -> (f64, f64) {
    let turn = memory.slow_turn_hours.map_or(0.0, |hours| core::f64::consts::TAU / hours);
    (exp(-1.0 / memory.slow_hours), turn)
}

/// `sum over n of a^n b^n cos(v n) cos(w n)` with the second response begun `lag` hours earlier.
fn overlap((a, v): (f64, f64), (b, w): (f64, f64), lag: f64) -> f64 {
    // Re(e^(i w lag) / (1 - c e^(i u))) for the sum and the difference of the angles.
    let part = |c: f64, u: f64| {
        let (x, y) = (1.0 - c * cos(u), -c * sin(u));
        (cos(w * lag) * x + sin(w * lag) * y) / (x * x + y * y)
    };
    0.5 * exp(lag * ln(b)) * (part(a * b, w + v) + part(a * b, w - v))
}

/// Sum of the products of two slow components' responses, in parts of the geometric mean of their squares.
pub(crate) fn slow_overlap(i: &Memory, j: &Memory) -> f64 {
    let (i, j) = (root(i), root(j));
    overlap(i, j, 0.0) / crate::math::sqrt(overlap(i, i, 0.0) * overlap(j, j, 0.0))
}

/// Variance of the slow component for innovations of unit variance.
pub(crate) fn slow_variance(memory: &Memory) -> f64 {
    overlap(root(memory), root(memory), 0.0)
}

/// Autocorrelation of the slow component after `lag` hours.
pub(crate) fn slow_after(lag: f64, memory: &Memory) -> f64 {
    overlap(root(memory), root(memory), lag) / slow_variance(memory)
}

/// Autocorrelation of the fast component after `lag` hours.
pub(crate) fn fast_after(lag: f64, hours: f64) -> f64 {
    let root = exp(-1.0 / hours);
    (1.0 + lag * (1.0 - root * root) / (1.0 + root * root)) * exp(-lag / hours)
}

/// The memory whose autocorrelation is nearest to `autocorrelation` at [`LAGS`]; an unknown lag is `None`. Only a
/// `turning` one has a turn.
pub(crate) fn fit(autocorrelation: &[Option<f64>; LAGS.len()], turning: bool) -> Memory {
    let turns = TURNS.iter().filter(|_| turning).map(|&hours| Some(hours));
    let mut best =
        (f64::INFINITY, Memory { slow_share: 1.0, slow_hours: 24.0, fast_hours: 4.0, slow_turn_hours: None });
    for turn in core::iter::once(None).chain(turns) {
        let found = fit_turn(autocorrelation, turn);
        // A turn has to earn its place.
        if found.0 < 0.9 * best.0 {
            best = found;
        }
    }
    let round = |x: f64, digits: f64| (x * digits).round() / digits;
    Memory {
        slow_share: round(best.1.slow_share, 1e4),
        slow_hours: round(best.1.slow_hours, 1e2),
        fast_hours: round(best.1.fast_hours, 1e2),
        slow_turn_hours: best.1.slow_turn_hours,
    }
}

/// The best memory with that turn, and its weighted squared error.
fn fit_turn(autocorrelation: &[Option<f64>; LAGS.len()], slow_turn_hours: Option<f64>) -> (f64, Memory) {
    let mut slow = (ln(SLOW_HOURS.0), ln(SLOW_HOURS.1));
    let mut fast = (ln(FAST_HOURS.0), ln(FAST_HOURS.1));
    let mut best =
        (f64::INFINITY, Memory { slow_share: 1.0, slow_hours: 24.0, fast_hours: 4.0, slow_turn_hours });
    for _ in 0..4 {
        let at = |(low, high): (f64, f64), i: u32| exp(low + (high - low) * f64::from(i) / f64::from(GRID));
        for i in 0..=GRID {
            let slow_hours = at(slow, i);
            let like = Memory { slow_hours, ..best.1 };
            let slow_lags = LAGS.map(|(lag, _)| slow_after(lag as f64, &like));
            for j in 0..=GRID {
                let fast_hours = at(fast, j);
                if fast_hours > slow_hours {
                    continue;
                }
                let (error, slow_share) = share(autocorrelation, &slow_lags, fast_hours);
                if error < best.0 {
                    best = (error, Memory { slow_share, slow_hours, fast_hours, slow_turn_hours });
                }
            }
        }
        let around = |(low, high): (f64, f64), hours: f64, bounds: (f64, f64)| {
            let half = (high - low) / 8.0;
            ((ln(hours) - half).max(ln(bounds.0)), (ln(hours) + half).min(ln(bounds.1)))
        };
        slow = around(slow, best.1.slow_hours, SLOW_HOURS);
        fast = around(fast, best.1.fast_hours, FAST_HOURS);
    }
    best
}

/// Weighted squared error and best share for a slow component and a fast time constant.
fn share(target: &[Option<f64>; LAGS.len()], slow_lags: &[f64; LAGS.len()], fast_hours: f64) -> (f64, f64) {
    let lags = || {
        LAGS.iter().zip(slow_lags).zip(target).filter_map(|((&(lag, weight), &a), &r)| {
            r.map(|r| (weight, r, a, fast_after(lag as f64, fast_hours)))
        })
    };
    let (mut above, mut below) = (0.0, 0.0);
    for (weight, r, a, b) in lags() {
        above += weight * (r - b) * (a - b);
        below += weight * (a - b) * (a - b);
    }
    let s = if below > 0.0 { (above / below).clamp(0.0, 1.0) } else { 1.0 };
    let error = lags().map(|(weight, r, a, b)| {
        let miss = r - (s * a + (1.0 - s) * b);
        weight * miss * miss
    });
    (error.sum(), s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn autocovariances_are_the_sums_of_responses() {
        let memory = |slow_hours, slow_turn_hours| Memory {
            slow_share: 1.0,
            slow_hours,
            fast_hours: 1.0,
            slow_turn_hours,
        };
        let (x, y) = (memory(60.0, Some(300.0)), memory(40.0, None));
        let response = |m: &Memory, n: f64| {
            let turn = m.slow_turn_hours.map_or(0.0, |hours| core::f64::consts::TAU / hours);
            (-n / m.slow_hours).exp() * (turn * n).cos()
        };
        let sum = |i: &Memory, j: &Memory, lag: u32| -> f64 {
            (0..4000).map(|n| response(i, f64::from(n)) * response(j, f64::from(n + lag))).sum()
        };
        for lag in [0, 1, 24, 168] {
            for m in [&x, &y] {
                let expected = sum(m, m, lag) / sum(m, m, 0);
                assert!((slow_after(f64::from(lag), m) - expected).abs() < 1e-9, "{lag} {m:?}");
            }
        }
        assert!((slow_variance(&x) - sum(&x, &x, 0)).abs() < 1e-9);
        let expected = sum(&x, &y, 0) / (sum(&x, &x, 0) * sum(&y, &y, 0)).sqrt();
        assert!((slow_overlap(&x, &y) - expected).abs() < 1e-9);
        assert!((slow_after(24.0, &y) - (-24.0_f64 / 40.0).exp()).abs() < 1e-12);
    }

    #[test]
    fn a_known_memory_is_found_again() {
        let turns = [None, None, None, Some(350.0), Some(240.0)];
        for ((s, a, b), turn) in
            [(0.7, 60.0, 5.0), (0.9, 150.0, 2.0), (0.5, 30.0, 8.0), (0.8, 100.0, 3.0), (0.6, 60.0, 6.0)]
                .into_iter()
                .zip(turns)
        {
            let model = |m: &Memory, k: f64| {
                m.slow_share * slow_after(k, m) + (1.0 - m.slow_share) * fast_after(k, m.fast_hours)
            };
            let made = Memory { slow_share: s, slow_hours: a, fast_hours: b, slow_turn_hours: turn };
            let target = LAGS.map(|(k, _)| Some(model(&made, k as f64)));
            let found = fit(&target, turn.is_some());
            for ((lag, _), r) in LAGS.iter().zip(target) {
                let fitted = model(&found, *lag as f64);
                assert!((fitted - r.expect("known")).abs() < 0.01, "lag {lag}: {fitted} for {found:?}");
            }
        }
    }
}
