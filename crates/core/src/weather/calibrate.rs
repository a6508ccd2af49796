//! Fitting a weather model to hourly history.
//!
//! History becomes normalised series first ([`native`]: metered less the modelled classes, growth taken
//! out; generation over installed capacity), then shapes ([`load`], [`availability`]), then scores by
//! inverting the shapes, then the scores' memory and coupling. Shapes are rounded to the file's integers
//! before they are inverted, so what is fitted is what is written. Cost: a few seconds for ten series of
//! three years, nearly all of it sorting and cross-correlations.

mod availability;
mod load;
pub mod native;

use super::coupling::{Matrix, factors};
use super::draw::DrawRow;
use super::generate::Table;
use super::memory::{LAGS, fit};
use super::model::{SEASONS, season};
use super::record::HourlyRecord;
use super::transform::{invert, locate, value};
use super::{Clock, Coupling, HourStamp, Memory, SeriesKind, SeriesModel, Shape, WeatherFault, WeatherModel};
use crate::math::sqrt;

/// The metered load of a zone.
#[derive(Clone, Debug)]
pub struct LoadInput {
    /// Name of the zone and of its series.
    pub name: String,
    /// Metered load in MW.
    pub record: HourlyRecord,
}

/// The generation of a wind or solar fleet.
#[derive(Clone, Debug)]
pub struct GenerationInput {
    /// Name of the series.
    pub name: String,
    /// Wind or solar.
    pub kind: SeriesKind,
    /// The zone it belongs to; `None` for the whole region.
    pub zone: Option<String>,
    /// Generation in MW.
    pub record: HourlyRecord,
    /// Installed capacity at instants (UTC hour, MW), ascending; linear between, flat outside.
    pub capacity: Vec<(i64, f64)>,
}

/// Hours that are left out of the fit, such as days with load shed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First hour, UTC.
    pub from_hour: i64,
    /// The hour after the last.
    pub to_hour: i64,
}

/// Everything a fit needs.
#[derive(Clone, Debug)]
pub struct Input {
    /// What the model describes.
    pub title: String,
    /// Data and assumptions, for the model's header.
    pub source: String,
    /// IANA name of the time zone.
    pub time_zone: String,
    /// Year of the zones' base mean.
    pub base_year: i16,
    /// Metered system demand of the base year over that of the last year of the record.
    pub base_demand_ratio: f64,
    /// Zones.
    pub loads: Vec<LoadInput>,
    /// Wind and solar.
    pub generation: Vec<GenerationInput>,
    /// What metered load contains of the modelled classes.
    pub draw: Vec<DrawRow>,
    /// Hours left out.
    pub exclude: Vec<Window>,
}

/// Normalised history: what a generated year is compared with.
#[derive(Clone, Debug)]
pub struct History {
    /// Calendar of consecutive hours.
    pub stamps: Vec<HourStamp>,
    /// One series each in the order of the model; `None` where unknown or left out.
    pub series: Vec<Vec<Option<f64>>>,
}

/// A fitted model and what it was fitted to.
#[derive(Clone, Debug)]
pub struct Calibration {
    /// The model.
    pub model: WeatherModel,
    /// Its history.
    pub history: History,
    /// Metered, modelled and native load by year.
    pub books: Vec<native::YearBook>,
}

/// Fits a model.
///
/// # Errors
/// Every reason why the history does not determine one.
pub fn calibrate(input: &Input, clock: &dyn Clock) -> Result<Calibration, Vec<WeatherFault>> {
    let records = || {
        let loads = input.loads.iter().map(|load| &load.record);
        loads.chain(input.generation.iter().map(|generation| &generation.record))
    };
    let Some(start) = records().map(|record| record.start_hour).min() else {
        return Err(vec![fault("load", "nothing to fit")]);
    };
    let end = records().map(HourlyRecord::end_hour).max().unwrap_or(start);
    let stamps: Vec<HourStamp> = (start..end).map(|hour| clock.stamp(hour)).collect();
    let excluded = |hour: i64| input.exclude.iter().any(|w| (w.from_hour..w.to_hour).contains(&hour));

    let native = native::native(input, start, &stamps)?;
    let (mut series, mut books) = (native.series, native.books);
    for generation in &input.generation {
        series.push(per_capacity(generation, start, stamps.len())?);
    }
    for values in &mut series {
        for (value, hour) in values.iter_mut().zip(start..) {
            if excluded(hour) {
                *value = None;
            }
        }
    }
    let mut faults = Vec::new();
    let mut models = Vec::new();
    let mut scores = Vec::new();
    for (i, values) in series.iter_mut().enumerate() {
        let (name, kind, zone, base_mean_mw) = match i.checked_sub(input.loads.len()) {
            None => {
                native::remove_growth(values, &stamps);
                let swings = native::remove_swing(values, &stamps);
                for book in &mut books {
                    let swing = swings.iter().find(|(year, _)| *year == book.year);
                    book.native_swing[i] = swing.map_or(1.0, |(_, swing)| *swing);
                }
                let name = &input.loads[i].name;
                (name, SeriesKind::Load, Some(name.clone()), Some(native.base_mean_mw[i]))
            }
            Some(g) => {
                let generation = &input.generation[g];
                (&generation.name, generation.kind, generation.zone.clone(), None)
            }
        };
        let fitted = match kind {
            SeriesKind::Load => load::fit(values, &stamps),
            SeriesKind::Wind | SeriesKind::Solar => availability::fit(values, &stamps, kind),
        };
        let shape = match fitted {
            Ok(shape) => shape,
            Err(message) => {
                faults.push(fault(name, &message));
                continue;
            }
        };
        let (low, high) = bounds(values, &shape);
        let memory = Vec::new();
        let mut model =
            SeriesModel { name: name.clone(), kind, zone, base_mean_mw, low, high, shape, memory };
        let score = invert_all(&model, values, &stamps);
        model.memory = (0..SEASONS)
            .map(|s| fit(&LAGS.map(|(lag, _)| correlation(&score, &score, lag, s, &stamps))))
            .collect();
        models.push(model);
        scores.push(score);
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let model = WeatherModel {
        schema: 1,
        title: input.title.clone(),
        source: input.source.clone(),
        time_zone: input.time_zone.clone(),
        base_year: input.base_year,
        coupling: (0..SEASONS).map(|s| couple(&models, &scores, s, &stamps)).collect(),
        series: models,
    };
    let faults = model.check();
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Calibration { model, history: History { stamps, series }, books })
}

fn fault(path: &str, message: &str) -> WeatherFault {
    WeatherFault { path: path.to_owned(), message: message.to_owned() }
}

/// Generation over installed capacity.
fn per_capacity(
    input: &GenerationInput,
    start: i64,
    hours: usize,
) -> Result<Vec<Option<f64>>, Vec<WeatherFault>> {
    let points = &input.capacity;
    let sound = points.iter().all(|&(_, mw)| mw.is_finite() && mw > 0.0)
        && points.windows(2).all(|pair| pair[0].0 < pair[1].0);
    if points.is_empty() || !sound {
        return Err(vec![fault(&input.name, "capacity needs ascending dates with MW above 0")]);
    }
    let at = |hour: i64| {
        let next = points.partition_point(|&(point, _)| point <= hour);
        match (next.checked_sub(1).map(|i| points[i]), points.get(next)) {
            (Some((from, a)), Some(&(to, b))) => a + (b - a) * (hour - from) as f64 / (to - from) as f64,
            (Some((_, mw)), None) | (None, Some(&(_, mw))) => mw,
            (None, None) => 1.0,
        }
    };
    let hours = (start..).take(hours);
    let values: Vec<Option<f64>> = hours.map(|hour| input.record.at(hour).map(|mw| mw / at(hour))).collect();
    let above = values.iter().flatten().filter(|&&x| x > 1.0).count();
    if above > 0 {
        let message = format!("{above} hours generate more than the installed capacity");
        return Err(vec![fault(&input.name, &message)]);
    }
    Ok(values)
}

/// A load may pass its record by 8 %, a fleet its best hour by 2 % (assumed: a longer record has higher
/// extremes).
fn bounds(values: &[Option<f64>], shape: &Shape) -> (f64, f64) {
    let known = || values.iter().flatten().copied();
    let (least, most) = (known().fold(f64::INFINITY, f64::min), known().fold(0.0, f64::max));
    let round = |x: f64| (x * 1e4).round() / 1e4;
    match shape {
        Shape::Scaled { .. } => (round(0.92 * least), round(1.08 * most)),
        Shape::Direct { .. } => (0.0, round((1.02 * most).min(1.0))),
    }
}

/// A score and how much it moves the value: half the way from score -1 to score 1.
type Score = Option<(f64, f64)>;

/// The score of every hour; `None` where the value is unknown or says nothing (night).
fn invert_all(model: &SeriesModel, values: &[Option<f64>], stamps: &[HourStamp]) -> Vec<Score> {
    const FARTHEST: f64 = 4.0;
    let table = Table::new(model);
    let score = |(known, stamp): (&Option<f64>, &HourStamp)| {
        let knots = table.knots_at(stamp);
        let weight = 0.5 * (value(&knots, locate(1.0)) - value(&knots, locate(-1.0)));
        invert(&knots, (*known)?).map(|z| (z.clamp(-FARTHEST, FARTHEST), weight))
    };
    values.iter().zip(stamps).map(score).collect()
}

/// Correlation of `a` at an hour of the season with `b` that many hours later; hours count by how much
/// their scores move the values, so that an afternoon outweighs a night. `None` with fewer than 200 pairs.
fn correlation(a: &[Score], b: &[Score], lag: usize, in_season: usize, stamps: &[HourStamp]) -> Option<f64> {
    let (mut pairs, mut ab, mut aa, mut bb) = (0, 0.0, 0.0, 0.0);
    for ((a, b), stamp) in a.iter().zip(b.get(lag..)?).zip(stamps) {
        if let (Some((a, a_weight)), Some((b, b_weight))) = (a, b)
            && season(stamp.month) == in_season
        {
            let weight = a_weight * b_weight;
            pairs += 1;
            ab += weight * a * b;
            aa += weight * a * a;
            bb += weight * b * b;
        }
    }
    (pairs >= 200 && aa > 0.0 && bb > 0.0).then(|| ab / sqrt(aa * bb))
}

fn couple(models: &[SeriesModel], scores: &[Vec<Score>], in_season: usize, stamps: &[HourStamp]) -> Coupling {
    let memory: Vec<Memory> = models.iter().map(|model| model.memory[in_season]).collect();
    let pairs = |lag: usize| -> Matrix {
        let both = |i: usize, j: usize| {
            let one = correlation(&scores[i], &scores[j], lag, in_season, stamps).unwrap_or(0.0);
            let other = correlation(&scores[j], &scores[i], lag, in_season, stamps).unwrap_or(0.0);
            0.5 * (one + other)
        };
        (0..scores.len()).map(|i| (0..scores.len()).map(|j| both(i, j)).collect()).collect()
    };
    let (slow, fast) = factors(&memory, &pairs(0), &pairs(24));
    Coupling { slow, fast }
}
