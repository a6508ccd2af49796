//! Which uncertain parameters move a result most, and where one of them turns its sign.
//!
//! The result of every draw is fitted by a straight line in all parameters, each measured in standard
//! deviations. The square of a coefficient over the variance of the result is the share of that variance
//! that the parameter makes as far as it acts in a straight line; what the line leaves is reported too.
//! A sign turns where the fitted result crosses zero along one parameter with the others at their means.
//! Cost: draws x parameters^2 + parameters^3.

use super::moments::{mean, variance};
use crate::evidence::statistics::least_squares;

/// A parameter that moves the result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Driver {
    /// The parameter's number.
    pub parameter: usize,
    /// Change of the result per unit of the parameter.
    pub slope: f64,
    /// Share of the result's variance; shares add up to the explained share where parameters are not
    /// correlated.
    pub share: f64,
    /// The parameter's value at which the fitted result is zero; absent outside the drawn values.
    pub turns_at: Option<f64>,
}

/// What moves a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Drivers {
    /// All parameters, the strongest first.
    pub list: Vec<Driver>,
    /// Share of the variance that the straight lines explain.
    pub explained_share: f64,
}

impl Drivers {
    /// Fits results by draw to parameters by draw. `None` with fewer draws than parameters and two, where
    /// the result does not vary, and where parameters cannot be told apart.
    pub fn of(parameters: &[Vec<f64>], results: &[f64]) -> Option<Drivers> {
        let count = parameters.first()?.len();
        if parameters.len() != results.len() || results.len() < count + 2 || count == 0 {
            return None;
        }
        let column = |j: usize| parameters.iter().map(|row| row[j]).collect::<Vec<f64>>();
        let columns: Vec<Vec<f64>> = (0..count).map(column).collect();
        let middle: Vec<f64> = columns.iter().map(|values| mean(values)).collect();
        let spread: Vec<f64> = columns
            .iter()
            .map(|values| variance(values).map(f64::sqrt).filter(|&s| s > 0.0))
            .collect::<Option<_>>()?;
        let (level, varies) = (mean(results), variance(results).filter(|&v| v > 0.0)?);
        let scaled: Vec<Vec<f64>> = columns
            .iter()
            .enumerate()
            .map(|(j, values)| values.iter().map(|x| (x - middle[j]) / spread[j]).collect())
            .collect();
        let centred: Vec<f64> = results.iter().map(|y| y - level).collect();
        let rows: Vec<Vec<f64>> =
            (0..results.len()).map(|d| scaled.iter().map(|values| values[d]).collect()).collect();
        let slopes = least_squares(&rows, &centred)?;
        let fitted = |d: usize| slopes.iter().zip(&scaled).map(|(b, values)| b * values[d]).sum::<f64>();
        let left: f64 = centred.iter().enumerate().map(|(d, y)| (y - fitted(d)) * (y - fitted(d))).sum();
        let mut list: Vec<Driver> = (0..count)
            .map(|j| {
                let slope = slopes[j] / spread[j];
                let at = middle[j] - level / slope;
                let (low, high) = columns[j]
                    .iter()
                    .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &x| (l.min(x), h.max(x)));
                Driver {
                    parameter: j,
                    slope,
                    share: slopes[j] * slopes[j] / varies,
                    turns_at: (low..=high).contains(&at).then_some(at),
                }
            })
            .collect();
        list.sort_by(|a, b| b.share.total_cmp(&a.share));
        Some(Drivers { list, explained_share: 1.0 - left / (varies * (results.len() - 1) as f64) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `y = 2 a - 6 b + 3` over a full grid: variances 4 va and 36 vb, sign turns where a = 3 at b = 1.5.
    #[test]
    fn a_plane_is_found_exactly() {
        let grid: Vec<Vec<f64>> = (0..4)
            .flat_map(|a| {
                (0..4).map(move |b| vec![f64::from(a), f64::from(b), 7.0 + f64::from((a + 2 * b) % 4)])
            })
            .collect();
        let results: Vec<f64> = grid.iter().map(|row| 2.0 * row[0] - 6.0 * row[1] + 3.0).collect();
        let found = Drivers::of(&grid, &results).expect("fits");
        assert!((found.explained_share - 1.0).abs() < 1e-12);
        let [b, a, c] = found.list[..] else { panic!("three parameters") };
        assert_eq!((b.parameter, a.parameter), (1, 0));
        assert!((b.slope + 6.0).abs() < 1e-9 && (a.slope - 2.0).abs() < 1e-9 && c.slope.abs() < 1e-9);
        assert!((b.share - 0.9).abs() < 1e-9 && (a.share - 0.1).abs() < 1e-9);
        assert!((b.turns_at.expect("inside") - 1.0).abs() < 1e-9);
        assert!((a.turns_at.expect("inside") - 3.0).abs() < 1e-9);
    }

    #[test]
    fn what_cannot_be_told_apart_is_not_ranked() {
        let same: Vec<Vec<f64>> = (0..9).map(|i| vec![f64::from(i), 2.0 * f64::from(i)]).collect();
        let results: Vec<f64> = (0..9).map(f64::from).collect();
        assert_eq!(Drivers::of(&same, &results), None);
        assert_eq!(Drivers::of(&same[..3], &results[..3]), None);
        let single: Vec<Vec<f64>> = same.iter().map(|row| vec![row[0]]).collect();
        assert_eq!(Drivers::of(&single, &[1.0; 9]), None);
        assert!(Drivers::of(&single, &results).is_some());
    }
}
