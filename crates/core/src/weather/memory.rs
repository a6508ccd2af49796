//! A score's memory: its autocorrelation, and the fit to an observed one.
//!
//! The slow component is a first-order autoregression, autocorrelation `a^k`. The fast one is the same
//! filter applied twice (a second-order autoregression with a double root `b`), autocorrelation
//! `(1 + k (1 - b^2) / (1 + b^2)) b^k`: flat at the origin, because weather does not jump from hour to
//! hour. The sum is linear in the slow share once the two time constants are fixed, so the fit is a search
//! over a grid of time constants, refined three times around its best point. Lags 1
//! and 24 carry most of the weight: they are what the fitted-year checks look at. Cost: about 10^4
//! evaluations of ten lags.

use super::Memory;
use crate::math::{exp, ln};

/// Lags that are fitted, with weights.
pub(crate) const LAGS: [(usize, f64); 10] = [
    (1, 400.0),
    (2, 40.0),
    (3, 10.0),
    (6, 2.0),
    (12, 1.0),
    (24, 100.0),
    (36, 1.0),
    (48, 4.0),
    (72, 2.0),
    (120, 1.0),
];

const SLOW_HOURS: (f64, f64) = (8.0, 400.0);
const FAST_HOURS: (f64, f64) = (0.5, 60.0);
const GRID: u32 = 24;

/// Autocorrelation of the slow component after `lag` hours.
pub(crate) fn slow_after(lag: f64, hours: f64) -> f64 {
    exp(-lag / hours)
}

/// Autocorrelation of the fast component after `lag` hours.
pub(crate) fn fast_after(lag: f64, hours: f64) -> f64 {
    let root = exp(-1.0 / hours);
    (1.0 + lag * (1.0 - root * root) / (1.0 + root * root)) * exp(-lag / hours)
}

/// The memory whose autocorrelation is nearest to `autocorrelation` at [`LAGS`]; an unknown lag is `None`.
pub(crate) fn fit(autocorrelation: &[Option<f64>; LAGS.len()]) -> Memory {
    let mut slow = (ln(SLOW_HOURS.0), ln(SLOW_HOURS.1));
    let mut fast = (ln(FAST_HOURS.0), ln(FAST_HOURS.1));
    let mut best = (f64::INFINITY, Memory { slow_share: 1.0, slow_hours: 24.0, fast_hours: 4.0 });
    for _ in 0..4 {
        let at = |(low, high): (f64, f64), i: u32| exp(low + (high - low) * f64::from(i) / f64::from(GRID));
        for i in 0..=GRID {
            for j in 0..=GRID {
                let (slow_hours, fast_hours) = (at(slow, i), at(fast, j));
                if fast_hours > slow_hours {
                    continue;
                }
                let (error, slow_share) = share(autocorrelation, slow_hours, fast_hours);
                if error < best.0 {
                    best = (error, Memory { slow_share, slow_hours, fast_hours });
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
    let round = |x: f64, digits: f64| (x * digits).round() / digits;
    Memory {
        slow_share: round(best.1.slow_share, 1e4),
        slow_hours: round(best.1.slow_hours, 1e2),
        fast_hours: round(best.1.fast_hours, 1e2),
    }
}

/// Weighted squared error and best share for two time constants.
fn share(target: &[Option<f64>; LAGS.len()], slow_hours: f64, fast_hours: f64) -> (f64, f64) {
    let lags = || {
        LAGS.iter().zip(target).filter_map(|(&(lag, weight), &r)| {
            let (a, b) = (slow_after(lag as f64, slow_hours), fast_after(lag as f64, fast_hours));
            r.map(|r| (weight, r, a, b))
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
    fn a_known_memory_is_found_again() {
        for (s, a, b) in [(0.7, 60.0, 5.0), (0.9, 150.0, 2.0), (0.5, 30.0, 8.0)] {
            let model = |s: f64, a: f64, b: f64, k: f64| s * slow_after(k, a) + (1.0 - s) * fast_after(k, b);
            let target = LAGS.map(|(k, _)| Some(model(s, a, b, k as f64)));
            let found = fit(&target);
            for ((lag, _), r) in LAGS.iter().zip(target) {
                let fitted = model(found.slow_share, found.slow_hours, found.fast_hours, *lag as f64);
                assert!((fitted - r.expect("known")).abs() < 0.01, "lag {lag}: {fitted} for {found:?}");
            }
        }
    }
}
