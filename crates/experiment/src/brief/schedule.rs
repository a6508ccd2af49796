//! Which pair shows what: every third one runs at best guesses, the others each at a draw of its own from the
//! ranges of what is uncertain.
//!
//! Draws are points of a Sobol sequence, so that any number of them fills the ranges evenly and more of
//! them never change those before. A pair is a function of its number: a brief of N pairs is the beginning
//! of a brief of more.

use gridrush_core::kernel::Streams;

use crate::design::SobolSequence;

/// Draws that a total interval takes.
pub const WANTED_DRAWS: u32 = 100;

/// What a pair shows, with its number among its like, which is also its replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Parameters as the scenario has them.
    Best(u32),
    /// Parameters of a draw.
    Draw(u32),
}

impl Part {
    /// The part of the pair of this number, from 0.
    pub const fn of(pair: u32) -> Part {
        let group = pair / 3;
        match pair % 3 {
            0 => Part::Best(group),
            place => Part::Draw(2 * group + place - 1),
        }
    }

    /// The replication that both of its runs are.
    pub const fn replication(self) -> u32 {
        match self {
            Part::Best(n) | Part::Draw(n) => n,
        }
    }

    /// The word in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Part::Best(_) => "best guesses",
            Part::Draw(_) => "draw",
        }
    }
}

/// The first `count` draws, each a share of every range in [0, 1). At most 40 ranges; further ones are not
/// drawn.
pub fn draws(ranges: usize, count: usize, seed: u64) -> Vec<Vec<f64>> {
    let ranges = ranges.min(crate::design::MOST_DIMENSIONS);
    SobolSequence::new(ranges, &Streams::new(seed, 0)).into_iter().flatten().take(count).collect()
}

/// The longest horizon, of `wanted` years down to `least`, of which at least eight pairs fit into the budget.
/// `year_s` is the time that a simulated year takes, `threads` the pairs that run side by side.
pub fn years_within([least, wanted]: [u32; 2], year_s: f64, budget_s: f64, threads: u32) -> u32 {
    const LEAST_PAIRS: f64 = 8.0;
    let fits = |years: &u32| {
        let pair_s = 2.0 * f64::from(*years) * year_s;
        f64::from(threads) * budget_s >= LEAST_PAIRS * pair_s
    };
    (least..=wanted).rev().find(fits).unwrap_or(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_follow_each_pair_at_best_guesses() {
        let first: Vec<Part> = (0..6).map(Part::of).collect();
        let want = [Part::Best(0), Part::Draw(0), Part::Draw(1), Part::Best(1), Part::Draw(2), Part::Draw(3)];
        assert_eq!(first, want);
        let draws = (0..150).filter(|&pair| matches!(Part::of(pair), Part::Draw(_))).count();
        assert_eq!(draws, 100);
    }

    #[test]
    fn more_draws_leave_those_before_as_they_are() {
        let (few, many) = (draws(7, 5, 3), draws(7, 64, 3));
        assert_eq!(few[..], many[..5]);
        assert_ne!(few, draws(7, 5, 4));
        for range in 0..7 {
            let low = many.iter().filter(|draw| draw[range] < 0.5).count();
            assert_eq!(low, 32, "half of a range takes half of the draws");
        }
        assert!(draws(0, 3, 1).iter().all(Vec::is_empty));
    }

    /// A year of 6 s: eight pairs of five years take 480 s on one thread.
    #[test]
    fn the_horizon_shrinks_with_the_budget() {
        assert_eq!(years_within([2, 5], 6.0, 480.0, 1), 5);
        assert_eq!(years_within([2, 5], 6.0, 479.0, 1), 4);
        assert_eq!(years_within([2, 5], 6.0, 240.0, 2), 5);
        assert_eq!(years_within([2, 5], 6.0, 1.0, 2), 2);
        assert_eq!(years_within([4, 5], 6.0, 1.0, 2), 4);
    }
}
