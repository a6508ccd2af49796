//! How unusual native load is, hour by hour: the nearest thing to a temperature that the model has.

use super::generate::Table;
use super::model::{SeriesKind, WeatherModel};
use super::stamp::HourStamp;
use super::transform::{FIRST, KNOTS, STEP};

impl WeatherModel {
    /// The standard normal score of every hour's native load, given month, day type and hour: the mean over the
    /// load series weighted by their mean load. Below one in variance, because zones differ. Zero for a model without
    /// loads. `values` are this model's series over these hours. `O(hours x series)`.
    pub fn load_scores(&self, values: &[Vec<f32>], hours: &[HourStamp]) -> Vec<f32> {
        let mut scores = vec![0.0_f32; hours.len()];
        let loads = || {
            let all = self.series.iter().zip(values).enumerate();
            all.filter(|(_, (s, _))| s.kind == SeriesKind::Load)
        };
        let total: f64 = loads().map(|(_, (series, _))| series.base_mean_mw.unwrap_or(0.0)).sum();
        for (i, (series, values)) in loads() {
            let weight = series.base_mean_mw.unwrap_or(0.0) / total;
            if weight > 0.0 {
                let table = Table::new(series, self.shape_of(i));
                for ((score, &stamp), &value) in scores.iter_mut().zip(hours).zip(values) {
                    *score += (weight * score_of(&table.knots_at(stamp), f64::from(value))) as f32;
                }
            }
        }
        scores
    }
}

/// The score at which rising knots have this value; the outer pieces go on beyond the ends.
fn score_of(knots: &[f64; KNOTS], value: f64) -> f64 {
    let piece = knots[1..KNOTS - 1].partition_point(|&knot| knot < value);
    let (low, high) = (knots[piece], knots[piece + 1]);
    let part = if high > low { (value - low) / (high - low) } else { 0.5 };
    FIRST + STEP * (piece as f64 + part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_the_inverse_of_its_value() {
        let knots: [f64; KNOTS] = core::array::from_fn(|k| 0.8 + 0.01 * (k as f64).powi(2));
        for score in [-4.0, -3.0, -1.3, 0.0, 0.25, 2.9, 3.5] {
            let value = super::super::transform::value(&knots, super::super::transform::locate(score));
            assert!((score_of(&knots, value) - score).abs() < 1e-9, "{score}");
        }
    }
}
