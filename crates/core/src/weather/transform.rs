//! Monotone maps from a standard normal score to a value, linear between knots at fixed scores.
//!
//! A straight line is a normal distribution, a bend is skewness or a bound; beyond the outer knots the
//! last piece goes on, so a tail can pass the record. Cost: one multiplication, two loads.

use crate::math::{exp, normal_cdf};

/// Scores of the knots: `FIRST + k * STEP`.
pub(crate) const FIRST: f64 = -3.0;
/// Distance between knots.
pub(crate) const STEP: f64 = 0.5;
/// Number of knots.
pub(crate) const KNOTS: usize = 13;

/// Position of a score: the piece it lies on and the part of it (outside [0, 1] beyond the ends).
pub(crate) fn locate(score: f64) -> (usize, f64) {
    let u = (score - FIRST) / STEP;
    // A cast saturates, so every score finds a piece.
    let piece = (u.max(0.0) as usize).min(KNOTS - 2);
    (piece, u - piece as f64)
}

/// Value at a located score.
pub(crate) fn value(knots: &[f64], (piece, part): (usize, f64)) -> f64 {
    knots[piece] + part * (knots[piece + 1] - knots[piece])
}

/// Empirical quantiles at the knots of an ascending sample, by linear interpolation between the
/// plotting positions (i + 0.5) / n. An empty sample gives zeros.
pub(crate) fn quantile_knots(sorted: &[f64]) -> [f64; KNOTS] {
    core::array::from_fn(|k| quantile(sorted, normal_cdf(FIRST + STEP * k as f64)))
}

/// The `p` quantile of an ascending sample; zero if it is empty.
pub(crate) fn quantile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let position = (p * sorted.len() as f64 - 0.5).clamp(0.0, last as f64);
    let below = position as usize;
    let above = (below + 1).min(last);
    sorted[below] + (position - below as f64) * (sorted[above] - sorted[below])
}

/// Mean and variance of `f(Z)` for a standard normal Z, by the midpoint rule on [-6, 6].
pub(crate) fn moments(f: impl Fn(f64) -> f64) -> (f64, f64) {
    const CELLS: u32 = 2400;
    let width = 12.0 / f64::from(CELLS);
    let (mut weight, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for cell in 0..CELLS {
        let z = -6.0 + (f64::from(cell) + 0.5) * width;
        let density = exp(-0.5 * z * z);
        let y = f(z);
        weight += density;
        sum += density * y;
        squares += density * y * y;
    }
    let mean = sum / weight;
    (mean, (squares / weight - mean * mean).max(0.0))
}

/// Moments of maps as sums over their knots: each map is a sum of knots times hats.
pub(crate) struct Quadrature {
    mean: [f64; KNOTS],
    slope: [f64; KNOTS],
    square: [[f64; KNOTS]; KNOTS],
}

impl Quadrature {
    pub(crate) fn new() -> Quadrature {
        let hat = |k: usize| {
            let mut knots = [0.0; KNOTS];
            knots[k] = 1.0;
            move |z: f64| value(&knots, locate(z))
        };
        Quadrature {
            mean: core::array::from_fn(|k| moments(hat(k)).0),
            slope: core::array::from_fn(|k| moments(|z| z * hat(k)(z)).0),
            square: core::array::from_fn(|k| {
                core::array::from_fn(|l| {
                    if k.abs_diff(l) < 3 { moments(|z| hat(k)(z) * hat(l)(z)).0 } else { 0.0 }
                })
            }),
        }
    }

    /// Mean, covariance with the score, and variance of a map.
    pub(crate) fn moments(&self, knots: &[f64; KNOTS]) -> (f64, f64, f64) {
        let dot = |weights: &[f64; KNOTS]| -> f64 { weights.iter().zip(knots).map(|(w, x)| w * x).sum() };
        let mean = dot(&self.mean);
        let square: f64 = self.square.iter().zip(knots).map(|(row, x)| x * dot(row)).sum();
        (mean, dot(&self.slope), (square - mean * mean).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_normal_distribution() {
        let knots: Vec<f64> = (0..KNOTS).map(|k| 2.0 + 0.7 * (FIRST + STEP * k as f64)).collect();
        for z in [-5.5, -3.0, -0.2, 0.0, 1.75, 2.99, 4.0] {
            let y = value(&knots, locate(z));
            assert!((y - (2.0 + 0.7 * z)).abs() < 1e-12);
        }
        let (mean, variance) = moments(|z| value(&knots, locate(z)));
        assert!((mean - 2.0).abs() < 1e-9 && (variance - 0.49).abs() < 1e-6);
        let line: [f64; KNOTS] = core::array::from_fn(|k| knots[k]);
        let (mean, slope, variance) = Quadrature::new().moments(&line);
        assert!((mean - 2.0).abs() < 1e-9 && (slope - 0.7).abs() < 1e-6 && (variance - 0.49).abs() < 1e-6);
        // Any map: the sums over hats are the integrals.
        let bent: [f64; KNOTS] = core::array::from_fn(|k| (k as f64 / 6.0).powi(3));
        let (mean, _, variance) = Quadrature::new().moments(&bent);
        let (m, v) = moments(|z| value(&bent, locate(z)));
        assert!((mean - m).abs() < 1e-9 && (variance - v).abs() < 1e-9);
    }

    #[test]
    fn quantiles_of_a_ramp() {
        let ramp: Vec<f64> = (0..1000).map(|i| (f64::from(i) + 0.5) / 1000.0).collect();
        for p in [0.01, 0.5, 0.9] {
            assert!((quantile(&ramp, p) - p).abs() < 1e-12);
        }
        assert_eq!(quantile(&[], 0.5), 0.0);
        assert_eq!(quantile(&[3.0], 0.99), 3.0);
    }
}
