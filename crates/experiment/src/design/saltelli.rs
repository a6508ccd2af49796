//! Saltelli's design for Sobol indices: points A, points B, and A with one column after the other from B.
//!
//! A and B are the two halves of the columns of one Sobol sequence of twice as many dimensions, so both
//! fill the space evenly and independently. n (k + 2) points for k factors. Results in this order
//! go to [`Rows::of`](crate::stats::Rows::of).

use gridrush_core::kernel::Streams;

use super::{MOST_DIMENSIONS, SobolSequence};

/// The points of a design, in blocks A, B, mixed 1, .., mixed k.
#[derive(Clone, Debug, PartialEq)]
pub struct Saltelli {
    points: Vec<Vec<f64>>,
}

impl Saltelli {
    /// Most factors that a design can have.
    pub const MOST_FACTORS: usize = MOST_DIMENSIONS / 2;

    /// A design with `base` rows; best a power of two. `None` without factors or with too many.
    pub fn new(factors: usize, base: usize, streams: &Streams) -> Option<Saltelli> {
        if factors == 0 {
            return None;
        }
        let drawn: Vec<Vec<f64>> = SobolSequence::new(2 * factors, streams)?.take(base).collect();
        let a = drawn.iter().map(|row| row[..factors].to_vec());
        let b = drawn.iter().map(|row| row[factors..].to_vec());
        let mixed = (0..factors).flat_map(|j| {
            drawn.iter().map(move |row| {
                let mut point = row[..factors].to_vec();
                point[j] = row[factors + j];
                point
            })
        });
        let points = a.chain(b).chain(mixed).collect();
        Some(Saltelli { points })
    }

    /// All points, as shares of each factor's range.
    pub fn points(&self) -> &[Vec<f64>] {
        &self.points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An experiment file with more is refused when it is read.
    #[test]
    fn files_and_designs_have_the_same_limit() {
        assert_eq!(Saltelli::MOST_FACTORS, gridrush_sim::scenario::MOST_SOBOL_FACTORS);
    }

    #[test]
    fn a_mixed_block_differs_from_a_in_one_column() {
        let design = Saltelli::new(3, 8, &Streams::new(2, 0)).expect("few factors");
        assert_eq!(design.points().len(), 40);
        let block = |i: usize| &design.points()[8 * i..8 * (i + 1)];
        for j in 0..3 {
            for row in 0..8 {
                for column in 0..3 {
                    let from = if column == j { block(1) } else { block(0) };
                    assert_eq!(block(2 + j)[row][column], from[row][column]);
                }
            }
        }
        assert!(Saltelli::new(0, 8, &Streams::new(2, 0)).is_none());
        assert!(Saltelli::new(Saltelli::MOST_FACTORS + 1, 8, &Streams::new(2, 0)).is_none());
    }
}
