//! Plain statistics of series of equal length.

/// The value below which a share of sorted values lies, with straight lines between ranks; NaN of nothing.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    crate::stats::quantile(sorted, share.clamp(0.0, 1.0)).unwrap_or(f64::NAN)
}

/// Values from least to greatest.
pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut out = values.to_vec();
    out.sort_by(f64::total_cmp);
    out
}

/// The mean; NaN of nothing.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Pearson's correlation; NaN where one of them does not vary.
pub fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        let (x, y) = (x - mean_a, y - mean_b);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    ab / (aa * bb).sqrt()
}

/// Spearman's rank correlation; equal values share the mean of their ranks. `O(n log n)`.
pub fn rank_correlation(a: &[f64], b: &[f64]) -> f64 {
    correlation(&ranks(a), &ranks(b))
}

/// Ranks from 1; equal values share the mean of theirs.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut out = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        // What is not a number equals nothing, not even itself.
        let equal = |i: usize| values[i].total_cmp(&values[order[from]]).is_eq();
        let same = order[from..].iter().take_while(|&&i| equal(i)).count();
        for &i in &order[from..from + same] {
            out[i] = from as f64 + 0.5 * (same as f64 + 1.0);
        }
        from += same;
    }
    out
}

/// The coefficients `c` that make `sum_k c_k x_k` nearest to `y` in squares, by the normal equations with
/// pivoting; nothing if the regressors depend on each other. `O(n k^2)`.
pub fn least_squares(rows: &[Vec<f64>], y: &[f64]) -> Option<Vec<f64>> {
    let k = rows.first()?.len();
    let mut a = vec![vec![0.0; k + 1]; k];
    for (row, &y) in rows.iter().zip(y) {
        for i in 0..k {
            for j in 0..k {
                a[i][j] += row[i] * row[j];
            }
            a[i][k] += row[i] * y;
        }
    }
    let scale: Vec<f64> = (0..k).map(|i| a[i][i].sqrt()).collect();
    if scale.contains(&0.0) {
        return None;
    }
    for i in 0..k {
        for j in 0..k {
            a[i][j] /= scale[i] * scale[j];
        }
        a[i][k] /= scale[i];
    }
    for i in 0..k {
        let pivot = (i..k).max_by(|&p, &q| a[p][i].abs().total_cmp(&a[q][i].abs()))?;
        a.swap(i, pivot);
        if a[i][i].abs() < 1e-12 {
            return None;
        }
        for r in 0..k {
            if r != i {
                let part = a[r][i] / a[i][i];
                let above = a[i].clone();
                for (x, above) in a[r].iter_mut().zip(&above).skip(i) {
                    *x -= part * above;
                }
            }
        }
    }
    Some((0..k).map(|i| a[i][k] / a[i][i] / scale[i]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_ranks() {
        let values = sorted(&[5.0, 1.0, 3.0, 2.0]);
        assert_eq!([0.0, 0.1, 0.5, 1.0].map(|p| quantile(&values, p)), [1.0, 1.3, 2.5, 5.0]);
        assert!(quantile(&[], 0.5).is_nan() && mean(&[]).is_nan());
    }

    #[test]
    fn ranks_share_ties() {
        assert_eq!(ranks(&[10.0, 30.0, 10.0, 20.0, 10.0]), [2.0, 5.0, 2.0, 4.0, 2.0]);
        assert_eq!(ranks(&[f64::NAN, 1.0, f64::NAN]), [2.5, 1.0, 2.5]);
    }

    #[test]
    fn correlations_by_hand() {
        // Deviations -1, 0, 1 and -1, 1, 0: 1 / 2.
        assert!((correlation(&[1.0, 2.0, 3.0], &[4.0, 6.0, 5.0]) - 0.5).abs() < 1e-12);
        // Without ties 1 - 6 sum d^2 / (n (n^2 - 1)): d = 0, 1, -1, 0 of four ranks.
        let spearman = rank_correlation(&[1.0, 2.0, 3.0, 9.0], &[10.0, 30.0, 20.0, 1000.0]);
        assert!((spearman - (1.0 - 6.0 * 2.0 / (4.0 * 15.0))).abs() < 1e-12);
        assert!(correlation(&[1.0, 1.0], &[1.0, 2.0]).is_nan());
    }

    #[test]
    fn least_squares_by_hand() {
        // y = 2 + 3 x - z, without noise, then the line through (0,1), (1,3), (2,4): 7/6 + 3/2 x.
        let rows: Vec<Vec<f64>> =
            [(0.0, 1.0), (1.0, 5.0), (2.0, 3.0), (3.0, -2.0)].map(|(x, z)| vec![1.0, x, z]).into();
        let y: Vec<f64> = rows.iter().map(|row| 2.0 + 3.0 * row[1] - row[2]).collect();
        let c = least_squares(&rows, &y).unwrap();
        for (got, want) in c.iter().zip([2.0, 3.0, -1.0]) {
            assert!((got - want).abs() < 1e-9, "{c:?}");
        }
        let line =
            least_squares(&[vec![1.0, 0.0], vec![1.0, 1.0], vec![1.0, 2.0]], &[1.0, 3.0, 4.0]).unwrap();
        assert!((line[0] - 7.0 / 6.0).abs() < 1e-12 && (line[1] - 1.5).abs() < 1e-12);
        assert!(least_squares(&[vec![1.0, 2.0], vec![2.0, 4.0]], &[1.0, 2.0]).is_none());
    }
}
