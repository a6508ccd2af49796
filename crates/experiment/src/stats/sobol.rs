//! Sobol indices: how much of a result's variance each factor makes, alone and with all others.
//!
//! The design of Saltelli evaluates two independent sets of points, A and B, and for each factor a copy of
//! A whose column of that factor comes from B. The *first* index of a factor is the share of variance that
//! would vanish if it were fixed; the *total* index the share that would be left if all others were. First
//! indices use the estimator of Saltelli et al., total ones that of Jansen. Intervals are percentiles of a
//! bootstrap over rows. Cost: rows x factors x bootstrap draws.
//!
//! Reference: A. Saltelli et al., "Variance based sensitivity analysis of model output", Computer Physics
//! Communications 181 (2010), 259-270, table 2 (b) and (f).

use super::{Bootstrap, Bootstrapped};

/// Results of a Saltelli design, equally many rows each.
#[derive(Clone, Debug)]
pub struct Rows<'a> {
    /// Results at the points of A.
    a: &'a [f64],
    /// Results at the points of B.
    b: &'a [f64],
    /// For each factor the results at A with that factor's column from B.
    mixed: Vec<&'a [f64]>,
}

impl<'a> Rows<'a> {
    /// Results in the order of the points of a design of these sizes; `None` unless there is one result per
    /// point.
    pub fn of(results: &'a [f64], factors: usize, rows: usize) -> Option<Rows<'a>> {
        if rows == 0 || results.len() != rows * (factors + 2) {
            return None;
        }
        let (a, rest) = results.split_at(rows);
        let (b, mixed) = rest.split_at(rows);
        Some(Rows { a, b, mixed: mixed.chunks(rows).collect() })
    }
}

/// A share of variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Index {
    /// The estimate; may lie a little outside [0, 1].
    pub value: f64,
    /// Bootstrap interval.
    pub interval: Option<(f64, f64)>,
}

/// The indices of one factor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Indices {
    /// Share that the factor makes alone.
    pub first: Index,
    /// Share that it makes alone and together with others.
    pub total: Index,
}

impl Indices {
    /// The indices of every factor; `None` unless all rows are there, numbers, and vary.
    pub fn of(rows: &Rows<'_>, bootstrap: &Bootstrap) -> Option<Vec<Indices>> {
        let n = rows.a.len();
        let mut columns = [rows.a, rows.b].into_iter().chain(rows.mixed.iter().copied());
        if n < 2 || columns.any(|column| column.iter().any(|x| !x.is_finite())) {
            return None;
        }
        let all: Vec<usize> = (0..n).collect();
        if variance_of(rows, &all).1 <= 0.0 {
            return None;
        }
        let index = |statistic: &dyn Fn(&[usize]) -> f64| {
            let interval = bootstrap.percentile(n, &mut |numbers: &[usize]| statistic(numbers));
            let value = statistic(&all);
            Index { value, interval: interval.map(|Bootstrapped { interval, .. }| interval) }
        };
        let indices = |mixed: &&[f64]| Indices {
            first: index(&|numbers| first(rows, mixed, numbers)),
            total: index(&|numbers| total(rows, mixed, numbers)),
        };
        Some(rows.mixed.iter().map(indices).collect())
    }
}

/// Mean and variance over the rows of A and B together.
fn variance_of(rows: &Rows<'_>, numbers: &[usize]) -> (f64, f64) {
    let count = 2.0 * numbers.len() as f64;
    let middle = numbers.iter().map(|&r| rows.a[r] + rows.b[r]).sum::<f64>() / count;
    let square = |x: f64| (x - middle) * (x - middle);
    (middle, numbers.iter().map(|&r| square(rows.a[r]) + square(rows.b[r])).sum::<f64>() / count)
}

fn first(rows: &Rows<'_>, mixed: &[f64], numbers: &[usize]) -> f64 {
    let (middle, variance) = variance_of(rows, numbers);
    // Measured from the mean, which changes nothing but the noise.
    let sum: f64 = numbers.iter().map(|&r| (rows.b[r] - middle) * (mixed[r] - rows.a[r])).sum();
    sum / numbers.len() as f64 / variance
}

fn total(rows: &Rows<'_>, mixed: &[f64], numbers: &[usize]) -> f64 {
    let (_, variance) = variance_of(rows, numbers);
    let sum: f64 = numbers.iter().map(|&r| (rows.a[r] - mixed[r]) * (rows.a[r] - mixed[r])).sum();
    sum / (2.0 * numbers.len() as f64) / variance
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use gridrush_core::kernel::Streams;
    use gridrush_core::names::Key;

    use super::*;
    use crate::design::Saltelli;

    fn indices(factors: usize, base: usize, f: &dyn Fn(&[f64]) -> f64) -> Vec<Indices> {
        let design = Saltelli::new(factors, base, &Streams::new(11, 0)).expect("few factors");
        let results: Vec<f64> = design.points().iter().map(|point| f(point)).collect();
        let bootstrap =
            Bootstrap { draws: 100, confidence: 0.95, streams: Streams::new(1, 0), key: Key::of("sobol") };
        let rows = Rows::of(&results, factors, base).expect("one result per point");
        Indices::of(&rows, &bootstrap).expect("varies")
    }

    /// Ishigami and Homma (1990) with a = 7, b = 0.1: V1 = (1 + b pi^4 / 5)^2 / 2, V2 = a^2 / 8 and
    /// V13 = 8 b^2 pi^8 / 225 in closed form.
    #[test]
    fn the_ishigami_function() {
        let (a, b) = (7.0, 0.1);
        let ishigami = |u: &[f64]| {
            let [x, y, z] = [0, 1, 2].map(|i| PI * (2.0 * u[i] - 1.0));
            x.sin() + a * y.sin().powi(2) + b * z.powi(4) * x.sin()
        };
        let v1 = 0.5 * (1.0 + b * PI.powi(4) / 5.0).powi(2);
        let v2 = a * a / 8.0;
        let v13 = 8.0 * b * b * PI.powi(8) / 225.0;
        let v = v1 + v2 + v13;
        let expected = [(v1 / v, (v1 + v13) / v), (v2 / v, v2 / v), (0.0, v13 / v)];
        let found = indices(3, 4096, &ishigami);
        for (i, (first, total)) in expected.into_iter().enumerate() {
            let Indices { first: s, total: t } = found[i];
            assert!((s.value - first).abs() < 0.02, "first {i}: {} for {first}", s.value);
            assert!((t.value - total).abs() < 0.02, "total {i}: {} for {total}", t.value);
            let (low, high) = t.interval.expect("drawn");
            assert!(low - 0.02 < total && total < high + 0.02 && high - low < 0.1, "{low} to {high}");
        }
    }

    /// In `x + 2 y` the shares are 1/5 and 4/5, and nothing is shared.
    #[test]
    fn a_sum_has_no_interactions() {
        let found = indices(2, 1024, &|u| u[0] + 2.0 * u[1]);
        for (found, share) in found.iter().zip([0.2, 0.8]) {
            assert!((found.first.value - share).abs() < 0.01 && (found.total.value - share).abs() < 0.01);
        }
    }

    #[test]
    fn nothing_that_varies_has_no_indices() {
        let bootstrap =
            Bootstrap { draws: 10, confidence: 0.95, streams: Streams::new(1, 0), key: Key::of("sobol") };
        let rows = Rows::of(&[1.0; 12], 1, 4).expect("one result per point");
        assert_eq!(Indices::of(&rows, &bootstrap), None);
        assert!(Rows::of(&[1.0; 11], 1, 4).is_none() && Rows::of(&[], 1, 0).is_none());
    }
}
