//! Bonferroni's correction: with m comparisons, each p value counts m times.
//!
//! It keeps the probability of even one false finding below the level whatever the dependence between
//! the comparisons. [`holm`](super::holm()) promises the same and finds more; this one is the plain
//! bound that a reader can check in the head.

/// Adjusted p values, in the given order.
pub fn bonferroni(p_values: &[f64]) -> Vec<f64> {
    let count = p_values.len() as f64;
    p_values.iter().map(|p| (p * count).min(1.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_counts_as_often_as_there_are_values() {
        assert_eq!(bonferroni(&[0.01, 0.25, 0.5, 0.125]), [0.04, 1.0, 1.0, 0.5]);
        assert!(bonferroni(&[]).is_empty());
    }
}
