//! The Sobol sequence with a random digital shift: points that fill the unit cube evenly.
//!
//! Direction numbers are those of Joe and Kuo; points come in the order of the Gray code, so each takes one
//! exclusive or per dimension. The first 2^m points of a dimension lie one in each 2^m-th of [0, 1). The
//! shift makes every point uniform, keeps that property and is drawn from a seed.
//!
//! Reference: S. Joe and F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional
//! projections", SIAM Journal on Scientific Computing 30 (2008), 2635-2654.

use gridrush_core::kernel::{Purpose, Streams};
use gridrush_core::names::Key;
use rand::RngExt;

/// Binary digits of a coordinate.
const BITS: u32 = 32;

/// For each dimension from the second on: a primitive polynomial with all its coefficients as binary
/// digits, and the first direction numbers.
const DIRECTIONS: [(u32, &[u32]); 39] = [
    (3, &[1]),
    (7, &[1, 3]),
    (11, &[1, 3, 1]),
    (13, &[1, 1, 1]),
    (19, &[1, 1, 3, 3]),
    (25, &[1, 3, 5, 13]),
    (37, &[1, 1, 5, 5, 17]),
    (41, &[1, 1, 5, 5, 5]),
    (47, &[1, 1, 7, 11, 19]),
    (55, &[1, 1, 5, 1, 1]),
    (59, &[1, 1, 1, 3, 11]),
    (61, &[1, 3, 5, 5, 31]),
    (67, &[1, 3, 3, 9, 7, 49]),
    (91, &[1, 1, 1, 15, 21, 21]),
    (97, &[1, 3, 1, 13, 27, 49]),
    (103, &[1, 1, 1, 15, 7, 5]),
    (109, &[1, 3, 1, 15, 13, 25]),
    (115, &[1, 1, 5, 5, 19, 61]),
    (131, &[1, 3, 7, 11, 23, 15, 103]),
    (137, &[1, 3, 7, 13, 13, 15, 69]),
    (143, &[1, 1, 3, 13, 7, 35, 63]),
    (145, &[1, 3, 5, 9, 1, 25, 53]),
    (157, &[1, 3, 1, 13, 9, 35, 107]),
    (167, &[1, 3, 1, 5, 27, 61, 31]),
    (171, &[1, 1, 5, 11, 19, 41, 61]),
    (185, &[1, 3, 5, 3, 3, 13, 69]),
    (191, &[1, 1, 7, 13, 1, 19, 1]),
    (193, &[1, 3, 7, 5, 13, 19, 59]),
    (203, &[1, 1, 3, 9, 25, 29, 41]),
    (211, &[1, 3, 5, 13, 23, 1, 55]),
    (213, &[1, 3, 7, 3, 13, 59, 17]),
    (229, &[1, 3, 1, 3, 5, 53, 69]),
    (239, &[1, 1, 5, 5, 23, 33, 13]),
    (241, &[1, 1, 7, 7, 1, 61, 123]),
    (247, &[1, 1, 7, 9, 13, 61, 49]),
    (253, &[1, 3, 3, 5, 3, 55, 33]),
    (285, &[1, 3, 1, 15, 31, 13, 49, 245]),
    (299, &[1, 3, 5, 15, 31, 59, 63, 97]),
    (301, &[1, 3, 1, 11, 11, 11, 77, 249]),
];

/// Most dimensions that a sequence can have.
pub const MOST_DIMENSIONS: usize = DIRECTIONS.len() + 1;

/// An endless sequence of points, of which the first 2^32 differ.
#[derive(Clone, Debug)]
pub struct SobolSequence {
    directions: Vec<[u32; BITS as usize]>,
    at: Vec<u32>,
    next: u64,
}

impl SobolSequence {
    /// A sequence with a shift drawn from the streams; `None` beyond [`MOST_DIMENSIONS`].
    pub fn new(dimensions: usize, streams: &Streams) -> Option<SobolSequence> {
        if dimensions > MOST_DIMENSIONS {
            return None;
        }
        let shift = |dimension: u64| {
            streams.open_at(Key::of("sobol"), Purpose::of("digital shift"), dimension).random::<u32>()
        };
        Some(SobolSequence {
            directions: (0..dimensions).map(directions).collect(),
            at: (0..dimensions as u64).map(shift).collect(),
            next: 0,
        })
    }
}

impl Iterator for SobolSequence {
    type Item = Vec<f64>;

    fn next(&mut self) -> Option<Vec<f64>> {
        if self.next > 0 {
            let digit = (self.next.trailing_zeros() % BITS) as usize;
            for (at, directions) in self.at.iter_mut().zip(&self.directions) {
                *at ^= directions[digit];
            }
        }
        self.next += 1;
        let unit = 1.0 / (1_u64 << BITS) as f64;
        Some(self.at.iter().map(|&at| (f64::from(at) + 0.5) * unit).collect())
    }
}

/// The direction numbers of a dimension, from 0.
fn directions(dimension: usize) -> [u32; BITS as usize] {
    let mut out = [0; BITS as usize];
    let Some(above) = dimension.checked_sub(1) else {
        // The first dimension is van der Corput's sequence.
        for (k, direction) in out.iter_mut().enumerate() {
            *direction = 1 << (BITS - 1 - k as u32);
        }
        return out;
    };
    let (polynomial, first) = DIRECTIONS[above];
    let degree = first.len();
    for k in 0..BITS as usize {
        out[k] = match first.get(k) {
            Some(&m) => m << (BITS - 1 - k as u32),
            None => (1..degree)
                .filter(|&j| polynomial >> (degree - j) & 1 == 1)
                .fold(out[k - degree] ^ (out[k - degree] >> degree), |v, j| v ^ out[k - j]),
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the first 1,024 points each dimension has one in each 1,024th.
    #[test]
    fn every_interval_has_its_point() {
        let points: Vec<Vec<f64>> =
            SobolSequence::new(MOST_DIMENSIONS, &Streams::new(9, 0)).expect("fits").take(1024).collect();
        for dimension in 0..MOST_DIMENSIONS {
            let mut cells: Vec<usize> = points.iter().map(|p| (p[dimension] * 1024.0) as usize).collect();
            cells.sort_unstable();
            assert_eq!(cells, (0..1024).collect::<Vec<_>>(), "dimension {dimension}");
        }
        assert!(SobolSequence::new(MOST_DIMENSIONS + 1, &Streams::new(9, 0)).is_none());
    }

    /// The start of the unshifted sequence as printed by Joe and Kuo's own program, in three dimensions.
    #[test]
    fn the_published_points() {
        let mut sequence = SobolSequence::new(3, &Streams::new(1, 0)).expect("fits");
        sequence.at = vec![0; 3];
        let expected = [
            [0.0, 0.0, 0.0],
            [0.5, 0.5, 0.5],
            [0.75, 0.25, 0.25],
            [0.25, 0.75, 0.75],
            [0.375, 0.375, 0.625],
            [0.875, 0.875, 0.125],
            [0.625, 0.125, 0.875],
            [0.125, 0.625, 0.375],
        ];
        for (point, expected) in sequence.zip(expected) {
            assert!(point.iter().zip(expected).all(|(x, e)| (x - e).abs() < 1e-9), "{point:?} {expected:?}");
        }
    }

    /// A product of means: the integral of the product of (1 + (x_i - 1/2) / i) over the cube is 1.
    #[test]
    fn integrates_better_than_random_points() {
        let points = SobolSequence::new(8, &Streams::new(4, 0)).expect("fits").take(4096);
        let f = |p: &[f64]| p.iter().zip(1..).map(|(x, i)| 1.0 + (x - 0.5) / f64::from(i)).product::<f64>();
        let mean: f64 = points.map(|p| f(&p)).sum::<f64>() / 4096.0;
        assert!((mean - 1.0).abs() < 1e-3, "{mean}");
    }
}
