//! Fitting a weather model to hourly history.
//!
//! History becomes normalised series first ([`native`]: metered less the modelled classes, growth taken
//! out; generation over installed capacity), then shapes (of loads, of wind and sun), then deviations from
//! the shapes' expectations, then the memory and the coupling that give the deviations' correlations.
//! Shapes are rounded to the file's integers first, so what is fitted is what is written. Cost: a few seconds for ten series of
//! three years, nearly all of it sorting and cross-correlations.

mod alone;
mod availability;
mod load;
mod lull;
pub mod native;
mod ramps;

use super::coupling::{Matrix, factors};
use super::draw::DrawRow;
use super::generate::Table;
use super::memory::LAGS;
use super::model::{SEASONS, season};
use super::record::HourlyRecord;
use super::transform::Quadrature;
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
    /// Scales the shape to this mean, cut at the whole capacity; `None` keeps the record's own.
    pub capacity_factor: Option<f64>,
    /// The record stands for a fleet that it does not measure: no check is claimed.
    pub assumed: bool,
}

/// Hours that are left out of the fit, such as days with load shed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Names of the series that lose these hours; without names all of them.
    pub series: Vec<String>,
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
    /// Per series: it stands for a fleet that its record does not measure.
    pub assumed: Vec<bool>,
    /// Metered, modelled and native load by year.
    pub books: Vec<native::YearBook>,
    /// What was changed before the fit besides the values that reading left out.
    pub notes: Vec<String>,
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
    let native = native::native(input, start, &stamps)?;
    let (mut series, mut books) = (native.series, native.books);
    for generation in &input.generation {
        series.push(per_capacity(generation, start, stamps.len())?);
    }
    let assumed = |i: usize| i.checked_sub(input.loads.len()).is_some_and(|g| input.generation[g].assumed);
    leave_out(input, &mut series, start);
    let mut notes = Vec::new();
    let mut faults = Vec::new();
    let mut models = Vec::new();
    let mut deviations = Vec::new();
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
                if generation.kind == SeriesKind::Solar {
                    let hours = availability::darken_night(values, &stamps);
                    if hours > 0 {
                        notes.push(format!(
                            "{}: output in {hours} hours of night taken as zero",
                            generation.name
                        ));
                    }
                }
                if let Some(wanted) = generation.capacity_factor {
                    scale_to_mean(values, wanted);
                }
                (&generation.name, generation.kind, generation.zone.clone(), None)
            }
        };
        let (name, about) = (name.clone(), (kind, zone, base_mean_mw));
        let (model, deviation) = match fit_series(name.clone(), about, values, &stamps) {
            Ok(fitted) => fitted,
            Err(message) => {
                faults.push(fault(&name, &message));
                continue;
            }
        };
        models.push(model);
        deviations.push(deviation);
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    native::set_swing_spread(&mut models, &books);
    let model = WeatherModel {
        schema: 1,
        title: input.title.clone(),
        source: input.source.clone(),
        time_zone: input.time_zone.clone(),
        base_year: input.base_year,
        coupling: (0..SEASONS).map(|s| couple(&models, &deviations, s, &stamps)).collect(),
        series: models,
    };
    let faults = model.check();
    if !faults.is_empty() {
        return Err(faults);
    }
    let assumed = (0..series.len()).map(assumed).collect();
    Ok(Calibration { model, history: History { stamps, series }, assumed, books, notes })
}

/// The model of a normalised series, coupling apart, and its deviations. `about`: kind, zone, mean of the base year.
fn fit_series(
    name: String,
    about: (SeriesKind, Option<String>, Option<f64>),
    values: &[Option<f64>],
    stamps: &[HourStamp],
) -> Result<(SeriesModel, Deviation), String> {
    let (kind, zone, base_mean_mw) = about;
    let shape = match kind {
        SeriesKind::Load => load::fit(values, stamps)?,
        SeriesKind::Wind | SeriesKind::Solar => availability::fit(values, stamps, kind, 0.0)?,
    };
    let (low, high) = bounds(values, &shape);
    let (memory, swing_spread) = (Vec::new(), None);
    let mut model = SeriesModel { name, kind, zone, base_mean_mw, swing_spread, low, high, shape, memory };
    let deviation = Deviation::of(&model, values, stamps);
    let targets: ramps::Targets =
        core::array::from_fn(|s| LAGS.map(|(lag, _)| correlation(&deviation, &deviation, lag, s, stamps)));
    model.memory = ramps::memory(&model, &targets, kind != SeriesKind::Load, values, stamps);
    if kind == SeriesKind::Wind
        && let Some(shape) = lull::shape(&model, values, stamps)
    {
        model.shape = shape;
    }
    Ok((model, deviation))
}

/// Takes the hours that the input excludes out of its series.
fn leave_out(input: &Input, series: &mut [Vec<Option<f64>>], start: i64) {
    let loads = input.loads.iter().map(|load| &load.name);
    let names = loads.chain(input.generation.iter().map(|generation| &generation.name));
    for (values, name) in series.iter_mut().zip(names) {
        for window in input.exclude.iter().filter(|w| w.series.is_empty() || w.series.contains(name)) {
            for (value, hour) in values.iter_mut().zip(start..) {
                if (window.from_hour..window.to_hour).contains(&hour) {
                    *value = None;
                }
            }
        }
    }
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

/// Scales parts of capacity to a mean, cut at one.
fn scale_to_mean(values: &mut [Option<f64>], wanted: f64) {
    // Every round brings back what the last one cut off.
    for _ in 0..20 {
        let (sum, count) = values.iter().flatten().fold((0.0, 0.0), |(sum, n), x| (sum + x, n + 1.0));
        let scale = if sum > 0.0 { wanted * count / sum } else { 1.0 };
        for x in values.iter_mut().flatten() {
            *x = (*x * scale).min(1.0);
        }
    }
}

/// A load may pass its record by 8 %, a fleet its best hour by 2 % (assumed: a longer record has higher
/// extremes).
fn bounds(values: &[Option<f64>], shape: &Shape) -> (f64, f64) {
    let known = || values.iter().flatten().copied();
    let (least, most) = (known().fold(f64::INFINITY, f64::min), known().fold(0.0, f64::max));
    let round = |x: f64| (x * 1e4).round() / 1e4;
    match shape {
        Shape::Scaled { .. } => (round(0.92 * least), round(1.08 * most)),
        Shape::Direct { .. } | Shape::Like { .. } => (0.0, round((1.02 * most).min(1.0))),
    }
}

/// What a series does around its expected value.
struct Deviation {
    /// Value less the expectation of its hour, and the hour's standard deviation; `None` where the value is
    /// unknown or says nothing (night).
    values: Vec<Option<(f64, f64)>>,
    /// By season, the part of the variance that is linear in the score.
    linear: [f64; SEASONS],
}

impl Deviation {
    fn of(model: &SeriesModel, values: &[Option<f64>], stamps: &[HourStamp]) -> Deviation {
        let table = Table::new(model, &model.shape);
        let quadrature = Quadrature::new();
        let mut sums = [(0.0, 0.0); SEASONS];
        let deviation = |(value, stamp): (&Option<f64>, &HourStamp)| {
            let x = (*value)?;
            let (mean, slope, variance) = quadrature.moments(&table.knots_at(*stamp));
            let sum = &mut sums[season(stamp.month)];
            *sum = (sum.0 + slope * slope, sum.1 + variance);
            (variance > 0.0).then(|| (x - mean, sqrt(variance)))
        };
        let values = values.iter().zip(stamps).map(deviation).collect();
        Deviation { values, linear: sums.map(|(linear, all)| if all > 0.0 { linear / all } else { 1.0 }) }
    }
}

/// Correlation of `a` at an hour of the season with `b` that many hours later, as a correlation of their
/// scores; `None` with fewer than 200 pairs.
///
/// Deviations are used, not scores, so that the hours and the spells that move most megawatts count most;
/// products are set against those of the two hours' standard deviations, which differ.
/// With a part `q` of the variance linear in the score and the rest taken as its square, scores that
/// correlate by r give values that correlate by `q r + (1 - q) r^2` (first two Hermite terms).
fn correlation(
    a: &Deviation,
    b: &Deviation,
    lag: usize,
    in_season: usize,
    stamps: &[HourStamp],
) -> Option<f64> {
    let mut pairs = 0;
    let (mut xy, mut xx, mut yy) = ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0));
    let add = |sum: &mut (f64, f64), seen: f64, model: f64| *sum = (sum.0 + seen, sum.1 + model);
    for ((x, y), stamp) in a.values.iter().zip(b.values.get(lag..)?).zip(stamps) {
        if let (Some((x, x_spread)), Some((y, y_spread))) = (x, y)
            && season(stamp.month) == in_season
        {
            pairs += 1;
            add(&mut xy, x * y, x_spread * y_spread);
            add(&mut xx, x * x, x_spread * x_spread);
            add(&mut yy, y * y, y_spread * y_spread);
        }
    }
    if pairs < 200 || xx.0 <= 0.0 || yy.0 <= 0.0 {
        return None;
    }
    let ratio = |(seen, model): (f64, f64)| seen / model;
    let r = (ratio(xy) / sqrt(ratio(xx) * ratio(yy))).clamp(-1.0, 1.0);
    let q = sqrt(a.linear[in_season] * b.linear[in_season]).clamp(0.5, 1.0);
    let score = if r <= 0.0 {
        r / q
    } else if q > 0.999 {
        r
    } else {
        // Positive root of (1 - q) z^2 + q z = r.
        (sqrt(q * q + 4.0 * (1.0 - q) * r) - q) / (2.0 * (1.0 - q))
    };
    Some(score.clamp(-1.0, 1.0))
}

fn couple(
    models: &[SeriesModel],
    deviations: &[Deviation],
    in_season: usize,
    stamps: &[HourStamp],
) -> Coupling {
    let memory: Vec<Memory> = models.iter().map(|model| model.memory[in_season]).collect();
    let pairs = |lag: usize| -> Matrix {
        let both = |i: usize, j: usize| {
            let of = |a, b| correlation(a, b, lag, in_season, stamps).unwrap_or(0.0);
            let (one, other) = (of(&deviations[i], &deviations[j]), of(&deviations[j], &deviations[i]));
            0.5 * (one + other)
        };
        (0..models.len()).map(|i| (0..models.len()).map(|j| both(i, j)).collect()).collect()
    };
    let (slow, fast) = factors(&memory, &pairs(0), &pairs(24));
    Coupling { slow, fast }
}
