//! With what probability each arm is the best of its group.
//!
//! With a flat prior the means of k arms, given n common replications x_r, have a multivariate t
//! distribution of n - 1 degrees of freedom about the sample means. It is drawn without a covariance
//! matrix: `mean + sum of g_r (x_r - mean) / sqrt(n (n - 1))` with standard normal g_r has exactly the
//! covariance of the mean, also where there are more arms than replications, and one chi-square factor
//! makes it t. Pairing is kept, since all arms share the g_r. Cost: draws x replications x arms.
//!
//! Reference: S. E. Chick and K. Inoue, "New procedures to select the best simulated system using common
//! random numbers", Management Science 47 (2001), 1133-1149.

use gridrush_core::kernel::{Purpose, Streams, uniform_open};
use gridrush_core::math::normal_quantile;
use gridrush_core::names::Key;
use serde::{Deserialize, Serialize};

use super::moments::mean;

/// Which values are better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// Low ones.
    Low,
    /// High ones.
    High,
}

/// How an arm fares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranking {
    /// Mean over the common replications.
    pub mean: f64,
    /// Probability that its true mean is the best. Ties share.
    pub probability_best: f64,
    /// Expected loss against the best arm, in the unit of the values: what choosing this arm may cost.
    pub expected_loss: f64,
}

/// Ranks arms from values by arm and replication; `None` unless all arms have the same number of
/// replications, at least two, and there is a draw.
pub fn probability_best(
    arms: &[&[f64]],
    better: Better,
    draws: u32,
    streams: &Streams,
    key: Key,
) -> Option<Vec<Ranking>> {
    let n = arms.first()?.len();
    if n < 2 || draws == 0 || arms.iter().any(|arm| arm.len() != n) {
        return None;
    }
    let sign = if better == Better::High { 1.0 } else { -1.0 };
    let means: Vec<f64> = arms.iter().map(|arm| mean(arm)).collect();
    let mut best = vec![0.0; arms.len()];
    let mut loss = vec![0.0; arms.len()];
    let mut weights = vec![0.0; n];
    let mut values = vec![0.0; arms.len()];
    for draw in 0..draws {
        let mut rng = streams.open_at(key, Purpose::of("ranking"), u64::from(draw));
        let mut normal = || normal_quantile(uniform_open(&mut rng));
        weights.fill_with(&mut normal);
        let chi_square: f64 = (1..n).map(|_| normal()).map(|z| z * z).sum();
        // sqrt((n - 1) / chi-square) for the t, 1 / sqrt(n (n - 1)) for the covariance.
        let scale = 1.0 / (n as f64 * chi_square).sqrt();
        for ((value, arm), mean) in values.iter_mut().zip(arms).zip(&means) {
            let moved: f64 = weights.iter().zip(*arm).map(|(g, x)| g * (x - mean)).sum();
            *value = sign * (mean + scale * moved);
        }
        let top = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let winners = values.iter().filter(|&&value| value == top).count() as f64;
        for (i, &value) in values.iter().enumerate() {
            loss[i] += top - value;
            if value == top {
                best[i] += 1.0 / winners;
            }
        }
    }
    let share = |sum: f64| sum / f64::from(draws);
    let rank = |i: usize| Ranking {
        mean: means[i],
        probability_best: share(best[i]),
        expected_loss: share(loss[i]),
    };
    Some((0..arms.len()).map(rank).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Estimate, t_probability};

    fn rank(arms: &[&[f64]], better: Better) -> Vec<Ranking> {
        probability_best(arms, better, 40_000, &Streams::new(5, 0), Key::of("test")).expect("ranked")
    }

    /// With two arms it is the probability that a t variable stays on the side of the mean difference.
    #[test]
    fn two_arms_have_a_closed_form() {
        let a = [3.1, 4.0, 2.2, 5.3, 3.9, 4.4];
        let b = [3.4, 4.9, 2.0, 5.1, 4.6, 4.9];
        let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| b - a).collect();
        let d = Estimate::of(&differences, 0.95).expect("values");
        let t = d.mean / d.standard_error.expect("six values");
        let expected = 0.5 + 0.5 * t_probability(t, 5);
        let ranked = rank(&[&a, &b], Better::High);
        assert!((ranked[1].probability_best - expected).abs() < 0.006, "{ranked:?} {expected}");
        assert!((ranked[0].probability_best + ranked[1].probability_best - 1.0).abs() < 1e-12);
        let low = rank(&[&a, &b], Better::Low);
        assert!((low[0].probability_best - expected).abs() < 0.006);
        // Choosing the worse costs the mean difference more than choosing the better.
        assert!((ranked[0].expected_loss - ranked[1].expected_loss - d.mean).abs() < 0.01);
    }

    #[test]
    fn equal_arms_share_and_constant_gaps_decide() {
        let a = [1.0, 2.0, 4.0];
        let up = a.map(|x| x + 1.0);
        let ranked = rank(&[&a, &up, &up], Better::High);
        let shares: Vec<f64> = ranked.iter().map(|r| r.probability_best).collect();
        assert!(shares[0] == 0.0 && (shares[1] - 0.5).abs() < 0.01 && (shares[2] - 0.5).abs() < 0.01);
        assert!(
            probability_best(&[&a, &a[..2]], Better::Low, 9, &Streams::new(1, 0), Key::of("x")).is_none()
        );
    }
}
