//! Mean, variance and covariance by two passes: the second pass keeps digits that sums of squares lose.

/// The mean; NaN without values.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Sample variance; `None` with fewer than two values.
pub(crate) fn variance(values: &[f64]) -> Option<f64> {
    covariance(values, values)
}

/// Sample covariance of paired values; `None` with fewer than two pairs.
pub(crate) fn covariance(a: &[f64], b: &[f64]) -> Option<f64> {
    debug_assert_eq!(a.len(), b.len());
    if a.len() < 2 {
        return None;
    }
    let (mean_a, mean_b) = (mean(a), mean(b));
    Some(a.iter().zip(b).map(|(x, y)| (x - mean_a) * (y - mean_b)).sum::<f64>() / (a.len() - 1) as f64)
}
