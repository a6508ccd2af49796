//! Sums of a table's rows by time and by name, and how they are laid along an axis.

use std::collections::BTreeMap;

use gridrush_tables::Civil;

/// A table of sums: a row per name, a column per time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Pivot {
    /// The times that occur, rising.
    pub times: Vec<i64>,
    /// The names that occur, in order of first use.
    pub names: Vec<String>,
    /// For each name the sum at each time; zero where there was no row.
    pub values: Vec<Vec<f64>>,
}

impl Pivot {
    /// Adds up rows of (time, name, value); values that are not numbers count as absent.
    pub fn sum<'a>(rows: impl Iterator<Item = (i64, &'a str, f64)>) -> Pivot {
        let mut names: Vec<String> = Vec::new();
        let mut sums: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
        for (time, name, value) in rows {
            let index = names.iter().position(|known| known == name).unwrap_or_else(|| {
                names.push(name.to_owned());
                names.len() - 1
            });
            let row = sums.entry(time).or_default();
            if row.len() <= index {
                row.resize(index + 1, 0.0);
            }
            if value.is_finite() {
                row[index] += value;
            }
        }
        let column = |index: usize| sums.values().map(|row| row.get(index).copied().unwrap_or(0.0)).collect();
        Pivot { times: sums.keys().copied().collect(), values: (0..names.len()).map(column).collect(), names }
    }

    /// The sums of a name; nothing if it does not occur.
    pub fn get(&self, name: &str) -> Option<&[f64]> {
        let index = self.names.iter().position(|known| known == name)?;
        Some(&self.values[index])
    }

    /// The sums of a name at other times than those of this table; zero where it has none.
    pub fn at(&self, name: &str, times: &[i64]) -> Vec<f64> {
        let values = self.get(name);
        let value = |time| Some(values?[self.times.binary_search(time).ok()?]);
        times.iter().map(|time| value(time).unwrap_or(0.0)).collect()
    }

    /// The sums of all names.
    pub fn total(&self) -> Vec<f64> {
        (0..self.times.len()).map(|at| self.values.iter().map(|row| row[at]).sum()).collect()
    }

    /// Leaves out names whose sums are zero throughout.
    #[must_use]
    pub fn without_zeros(mut self) -> Pivot {
        let kept: Vec<bool> = self.values.iter().map(|row| row.iter().any(|&value| value != 0.0)).collect();
        let mut keep = kept.iter();
        self.names.retain(|_| *keep.next().unwrap_or(&false));
        let mut keep = kept.iter();
        self.values.retain(|_| *keep.next().unwrap_or(&false));
        self
    }
}

/// An interval of time in milliseconds.
pub(crate) type Interval = (i64, i64);

/// The month that begins at a time.
pub(crate) fn month(start: i64) -> Interval {
    (start, Civil::from_ms(start).next_month().to_ms())
}

/// The year that begins at a time.
pub(crate) fn year(start: i64) -> Interval {
    let civil = Civil::from_ms(start);
    (start, Civil::date(civil.year + 1, 1, 1).to_ms())
}

/// Positions for means over intervals: their middles, and the outer edges at both ends, so that the first
/// and the last value reach as far as they hold.
pub(crate) fn middles(times: &[i64], interval: fn(i64) -> Interval) -> Vec<f64> {
    let (Some(&first), Some(&last)) = (times.first(), times.last()) else { return Vec::new() };
    let middle = |&time: &i64| f64::midpoint(interval(time).0 as f64, interval(time).1 as f64);
    let mut xs = vec![first as f64];
    xs.extend(times.iter().map(middle));
    xs.push(interval(last).1 as f64);
    xs
}

/// The values that go with [`middles`].
pub(crate) fn with_ends(values: &[f64]) -> Vec<f64> {
    let ends = (values.first().copied(), values.last().copied());
    ends.0.into_iter().chain(values.iter().copied()).chain(ends.1).collect()
}

/// The points of a line through the middles of intervals.
pub(crate) fn through(times: &[i64], interval: fn(i64) -> Interval, values: &[f64]) -> Vec<(f64, f64)> {
    middles(times, interval).into_iter().zip(with_ends(values)).collect()
}

/// The value below which a share of sorted values lies, with straight lines between ranks.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let at = share.clamp(0.0, 1.0) * last as f64;
    let below = (at as usize).min(last);
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * (at - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_added_by_time_and_name() {
        let rows = [(2, "b", 1.0), (1, "a", 2.0), (2, "b", 3.0), (2, "a", f64::NAN), (3, "zero", 0.0)];
        let pivot = Pivot::sum(rows.into_iter());
        assert_eq!(pivot.times, [1, 2, 3]);
        assert_eq!(pivot.get("b").unwrap(), [0.0, 4.0, 0.0]);
        assert_eq!(pivot.total(), [2.0, 4.0, 0.0]);
        assert_eq!(pivot.at("a", &[0, 1]), [0.0, 2.0]);
        assert_eq!(pivot.at("c", &[1]), [0.0]);
        assert_eq!(pivot.without_zeros().names, ["b", "a"]);
    }

    #[test]
    fn quantiles_lie_between_ranks() {
        let sorted = [1.0, 2.0, 3.0, 5.0];
        assert_eq!([0.0, 0.5, 1.0].map(|share| quantile(&sorted, share)), [1.0, 2.5, 5.0]);
        assert!(quantile(&[], 0.5).is_nan());
        assert_eq!(quantile(&[7.0], 0.9), 7.0);
    }

    #[test]
    fn a_line_through_months_reaches_both_ends() {
        let [january, february, march] = [1, 2, 3].map(|month| Civil::date(2025, month, 1).to_ms());
        let points = through(&[january, february], month, &[1.0, 2.0]);
        assert_eq!(points.len(), 4);
        assert_eq!(points[0], (january as f64, 1.0));
        assert_eq!(points[3], (march as f64, 2.0));
        assert!(through(&[], month, &[]).is_empty());
    }
}
