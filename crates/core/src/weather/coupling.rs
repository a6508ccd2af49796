//! Correlation between series: from observed cross-correlations to factors of the innovations.
//!
//! Slow components of series i and j correlate by `S`, fast ones by `F`. At lag k (mean of both
//! directions) the scores correlate by `sqrt(si sj) S (mean of slow autocorrelations) + sqrt((1-si)(1-sj))
//! F (mean of fast autocorrelations)`; lags 0 and 24 give two equations for the two unknowns. The innovations that produce a
//! stationary correlation R between two components correlate by R over the overlap of the two responses (sum of
//! products over the root of the squares' product); for fast ones, whose response after k hours is `(k + 1) b^k`, the
//! sum of products is `(1 + x) / (1 - x)^3` at `x = bi bj`. A matrix that is not positive definite is replaced by the one with its negative
//! eigenvalues raised and a unit diagonal. Cost: O(n^3) for n series.

use super::Memory;
use super::memory::{fast_after, slow_after, slow_overlap};
use crate::math::{exp, sqrt};

/// A symmetric matrix as rows.
pub(crate) type Matrix = Vec<Vec<f64>>;

/// Factors (slow, fast) of the innovations for cross-correlations at lag 0 and lag 24.
pub(crate) fn factors(memory: &[Memory], lag_0: &Matrix, lag_24: &Matrix) -> (Matrix, Matrix) {
    let count = memory.len();
    let mut slow = identity(count);
    let mut fast = identity(count);
    for i in 0..count {
        for j in 0..i {
            let (s, f) = components(&memory[i], &memory[j], lag_0[i][j], lag_24[i][j]);
            slow[i][j] = innovation(s, slow_overlap(&memory[i], &memory[j]));
            fast[i][j] = innovation(f, fast_overlap(memory[i].fast_hours, memory[j].fast_hours));
            (slow[j][i], fast[j][i]) = (slow[i][j], fast[i][j]);
        }
    }
    (factor(&slow), factor(&fast))
}

/// Stationary correlations of the slow and the fast components of two series.
fn components(i: &Memory, j: &Memory, lag_0: f64, lag_24: f64) -> (f64, f64) {
    let slow_keep = 0.5 * (slow_after(24.0, i) + slow_after(24.0, j));
    let fast_keep = 0.5 * (fast_after(24.0, i.fast_hours) + fast_after(24.0, j.fast_hours));
    let slow = sqrt(i.slow_share * j.slow_share);
    let fast = sqrt((1.0 - i.slow_share) * (1.0 - j.slow_share));
    // Lag 24 less the fast part of lag 0, over what the slow part keeps in excess of the fast one.
    let excess = slow * (slow_keep - fast_keep);
    let s = if excess > 1e-6 { (lag_24 - fast_keep * lag_0) / excess } else { lag_0 };
    let s = s.clamp(-1.0, 1.0);
    // Lag 0 is met first; where one component alone cannot, the other one takes up the rest.
    let f = if fast > 1e-6 { ((lag_0 - slow * s) / fast).clamp(-1.0, 1.0) } else { 0.0 };
    let s = if slow > 1e-6 { ((lag_0 - fast * f) / slow).clamp(-1.0, 1.0) } else { 0.0 };
    (s, f)
}

/// Correlation of innovations for a stationary one.
fn innovation(stationary: f64, overlap: f64) -> f64 {
    (stationary / overlap).clamp(-0.999, 0.999)
}

fn fast_overlap(hours_i: f64, hours_j: f64) -> f64 {
    let (a, b) = (exp(-1.0 / hours_i), exp(-1.0 / hours_j));
    let sum = |x: f64| (1.0 + x) / ((1.0 - x) * (1.0 - x) * (1.0 - x));
    sum(a * b) / sqrt(sum(a * a) * sum(b * b))
}

fn identity(count: usize) -> Matrix {
    (0..count).map(|i| (0..count).map(|j| f64::from(u8::from(i == j))).collect()).collect()
}

/// Lower triangular factor with rows of unit norm, rounded to five digits.
fn factor(correlation: &Matrix) -> Matrix {
    let sound = nearest(correlation);
    let mut rows: Matrix = Vec::new();
    for (i, wanted) in sound.iter().enumerate() {
        let mut row: Vec<f64> = Vec::with_capacity(i + 1);
        for (j, other) in rows.iter().enumerate() {
            let known: f64 = row.iter().zip(other).map(|(a, b)| a * b).sum();
            row.push((wanted[j] - known) / other[j]);
        }
        let used: f64 = row.iter().map(|x| x * x).sum();
        row.push(sqrt((1.0 - used).max(1e-8)));
        let norm = sqrt(row.iter().map(|x| x * x).sum());
        rows.push(row.iter().map(|x| x / norm).collect());
    }
    rows.iter().map(|row| row.iter().map(|x| (x * 1e5).round() / 1e5).collect()).collect()
}

/// The matrix with eigenvalues below 0.001 raised to it and the diagonal scaled back to one.
fn nearest(matrix: &Matrix) -> Matrix {
    const FLOOR: f64 = 1e-3;
    let count = matrix.len();
    let (values, vectors) = eigen(matrix);
    if values.iter().all(|&value| value >= FLOOR) {
        return matrix.clone();
    }
    let mut out = vec![vec![0.0; count]; count];
    for (k, value) in values.iter().enumerate() {
        for i in 0..count {
            for j in 0..count {
                out[i][j] += value.max(FLOOR) * vectors[i][k] * vectors[j][k];
            }
        }
    }
    let scale: Vec<f64> = (0..count).map(|i| 1.0 / sqrt(out[i][i])).collect();
    for i in 0..count {
        for j in 0..count {
            out[i][j] *= scale[i] * scale[j];
        }
    }
    out
}

/// Eigenvalues and column eigenvectors of a symmetric matrix by cyclic Jacobi rotations
/// (Golub and Van Loan, *Matrix Computations*, section 8.5).
fn eigen(matrix: &Matrix) -> (Vec<f64>, Matrix) {
    let count = matrix.len();
    let mut a = matrix.clone();
    let mut v = identity(count);
    for _ in 0..60 {
        let mut off = 0.0;
        for p in 0..count {
            for q in p + 1..count {
                off += a[p][q] * a[p][q];
                if a[p][q] == 0.0 {
                    continue;
                }
                let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
                let t = theta.signum() / (theta.abs() + sqrt(theta * theta + 1.0));
                let c = 1.0 / sqrt(t * t + 1.0);
                let s = t * c;
                for row in a.iter_mut().chain(v.iter_mut()) {
                    (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
                }
                // The rows p < q at once.
                let (above, below) = a.split_at_mut(q);
                for (x, y) in above[p].iter_mut().zip(&mut below[0]) {
                    (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
                }
            }
        }
        if off < 1e-24 {
            break;
        }
    }
    ((0..count).map(|i| a[i][i]).collect(), v)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(factor: &Matrix) -> Matrix {
        let at = |i: usize, j: usize| -> f64 { factor[i].iter().zip(&factor[j]).map(|(a, b)| a * b).sum() };
        (0..factor.len()).map(|i| (0..factor.len()).map(|j| at(i, j)).collect()).collect()
    }

    #[test]
    fn a_factor_gives_its_matrix_back() {
        let matrix = vec![vec![1.0, 0.8, -0.3], vec![0.8, 1.0, 0.1], vec![-0.3, 0.1, 1.0]];
        for (row, back) in matrix.iter().zip(product(&factor(&matrix))) {
            for (a, b) in row.iter().zip(back) {
                assert!((a - b).abs() < 1e-4, "{a} {b}");
            }
        }
    }

    #[test]
    fn an_impossible_matrix_becomes_a_possible_one() {
        // x like y, y like z, but x unlike z.
        let matrix = vec![vec![1.0, 0.9, -0.9], vec![0.9, 1.0, 0.9], vec![-0.9, 0.9, 1.0]];
        let (values, _) = eigen(&matrix);
        assert!((values.iter().sum::<f64>() - 3.0).abs() < 1e-12);
        assert!(values.iter().any(|&v| (v + 0.8).abs() < 1e-9), "{values:?}");
        let back = product(&factor(&matrix));
        for (i, row) in back.iter().enumerate() {
            assert!((row[i] - 1.0).abs() < 1e-4);
        }
        assert!(back[0][1] > 0.3 && back[1][2] > 0.3 && back[0][2] < -0.3, "{back:?}");
    }

    #[test]
    fn components_give_both_lags_back() {
        let i = Memory { slow_share: 0.7, slow_hours: 60.0, fast_hours: 5.0, slow_turn_hours: None };
        let j = Memory { slow_share: 0.6, slow_hours: 80.0, fast_hours: 3.0, slow_turn_hours: None };
        let (s, f) = (0.6, 0.2);
        let slow_keep = 0.5 * (slow_after(24.0, &i) + slow_after(24.0, &j));
        let fast_keep = 0.5 * (fast_after(24.0, 5.0) + fast_after(24.0, 3.0));
        let (slow, fast) = (sqrt(0.7 * 0.6), sqrt(0.3 * 0.4));
        let lag_24 = slow * s * slow_keep + fast * f * fast_keep;
        let (found_s, found_f) = components(&i, &j, slow * s + fast * f, lag_24);
        assert!((found_s - s).abs() < 1e-12 && (found_f - f).abs() < 1e-12);
    }
}
