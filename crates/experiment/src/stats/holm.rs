//! Holm's step-down correction: the smallest of m p values counts m times, the next m - 1 times, ...
//!
//! It keeps the probability of even one false finding below the level whatever the dependence between
//! the comparisons, and never finds less than Bonferroni. O(m log m).
//!
//! Reference: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal
//! of Statistics 6 (1979), 65-70.

/// Adjusted p values, in the given order: a comparison holds at level a if its value is at most a.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut out = vec![0.0; p_values.len()];
    let mut least: f64 = 0.0;
    for (rank, &i) in order.iter().enumerate() {
        least = least.max(p_values[i] * (p_values.len() - rank) as f64).min(1.0);
        out[i] = least;
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::bonferroni;

    /// Four values by hand: 4 x 0.005, 3 x 0.01, 2 x 0.03, and the last not below the one before it.
    #[test]
    fn four_comparisons_by_hand() {
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (found, expected) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((found - expected).abs() < 1e-15, "{adjusted:?}");
        }
    }

    proptest! {
        #[test]
        fn between_the_raw_values_and_bonferroni(p in prop::collection::vec(0.0..=1.0_f64, 0..12)) {
            let adjusted = holm(&p);
            for ((raw, holm), bound) in p.iter().zip(&adjusted).zip(bonferroni(&p)) {
                prop_assert!(raw <= holm && *holm <= bound);
            }
        }
    }
}
