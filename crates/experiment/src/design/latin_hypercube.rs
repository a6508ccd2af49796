//! The Latin hypercube: n points such that each factor has one of them in each n-th of its range.
//!
//! Every factor's n strata are shuffled by a stream of their own and a point lies anywhere in its stratum,
//! so the columns of other factors do not change when one is added. O(points x factors).
//!
//! Reference: M. D. McKay, R. J. Beckman and W. J. Conover, "A comparison of three methods for selecting
//! values of input variables", Technometrics 21 (1979), 239-245.

use gridrush_core::kernel::{Purpose, Streams, uniform_open};
use gridrush_core::names::Key;

/// Shares in [0, 1) by point and factor; `names` are those of the factors.
pub fn latin_hypercube(names: &[&str], points: usize, streams: &Streams) -> Vec<Vec<f64>> {
    let mut out = vec![vec![0.0; names.len()]; points];
    for (factor, name) in names.iter().enumerate() {
        let mut rng = streams.open(Key::of(name), Purpose::of("latin hypercube"));
        let mut strata: Vec<usize> = (0..points).collect();
        for last in (1..points).rev() {
            let other = (uniform_open(&mut rng) * (last + 1) as f64) as usize;
            strata.swap(last, other.min(last));
        }
        for (point, stratum) in out.iter_mut().zip(strata) {
            point[factor] = (stratum as f64 + uniform_open(&mut rng)) / points as f64;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_stratum_once(seed in 0..1000_u64, points in 1..60_usize) {
            let drawn = latin_hypercube(&["a", "b", "c"], points, &Streams::new(seed, 0));
            for factor in 0..3 {
                let mut strata: Vec<usize> =
                    drawn.iter().map(|point| (point[factor] * points as f64) as usize).collect();
                strata.sort_unstable();
                prop_assert_eq!(strata, (0..points).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn a_further_factor_moves_no_other() {
        let streams = Streams::new(3, 0);
        let two = latin_hypercube(&["a", "b"], 10, &streams);
        let three = latin_hypercube(&["c", "a", "b"], 10, &streams);
        assert!(two.iter().zip(&three).all(|(two, three)| two[..] == three[1..]));
        assert_ne!(two, latin_hypercube(&["a", "b"], 10, &Streams::new(4, 0)));
    }
}
