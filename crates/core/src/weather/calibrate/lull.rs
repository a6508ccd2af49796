//! Bends the low end of wind until the lowest three days of a generated year are as low as history's.
//!
//! Marginals and memory together do not pin the depth of a lull down: history's are deeper or milder than those of a
//! normal score with the same autocorrelation. The values below the median are multiplied by `exp(bend x min(1, -z / 2))`
//! and the bend is found by bisection: the least one that brings the mean of the yearly lowest three days within 8 % of
//! history's, which a few years determine no better. Cost: some hundred generated years of one series.

use super::super::lulls::yearly_lowest;
use super::{HourStamp, SeriesModel, Shape, alone, availability};

/// Generated copies of history's calendar, half of them mirror images.
const COPIES: u32 = 20;
/// A factor of four either way.
const MOST: f64 = 1.4;

/// Near enough to history's.
const NEAR: f64 = 0.08;

/// The shape of a wind series whose memory is known; `None` where its lulls are right, or no year has any.
pub(super) fn shape(model: &SeriesModel, values: &[Option<f64>], stamps: &[HourStamp]) -> Option<Shape> {
    let history = mean(&yearly_lowest(values, stamps))?;
    let unbent = lowest(model.clone(), values, stamps)?;
    let wanted = unbent.clamp((1.0 - NEAR) * history, (1.0 + NEAR) * history);
    if wanted == unbent {
        return None;
    }
    let (mut low, mut high) = (-MOST, MOST);
    let mut best = None;
    for _ in 0..8 {
        let bend = 0.5 * (low + high);
        let shape = availability::fit(values, stamps, model.kind, bend).ok()?;
        let trial = SeriesModel { shape: shape.clone(), zone: None, ..model.clone() };
        let generated = lowest(trial, values, stamps)?;
        best = Some(shape);
        if generated > wanted {
            high = bend;
        } else {
            low = bend;
        }
    }
    best
}

/// Mean of the yearly lowest three days of a series that is generated alone.
fn lowest(series: SeriesModel, values: &[Option<f64>], stamps: &[HourStamp]) -> Option<f64> {
    let copies = alone::copies(series, values, stamps, COPIES)?;
    let all: Vec<(i16, f64)> = copies.iter().flat_map(|copy| yearly_lowest(copy, stamps)).collect();
    mean(&all)
}

fn mean(years: &[(i16, f64)]) -> Option<f64> {
    let sum: f64 = years.iter().map(|(_, lowest)| lowest).sum();
    (!years.is_empty()).then(|| sum / years.len() as f64)
}
