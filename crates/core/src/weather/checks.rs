//! The fitted-year checks: does generated weather look like the history it was fitted to?
//!
//! History's own calendar is generated again and again with the same hours left out, so both sides see
//! the same days. First the books: history's own native weather at each year's level plus the modelled
//! draw must give metered energy and peak back, and so must generated weather on average. Then every series, and the
//! zones' sum (in base year MW) as one more load: month-by-hour means, duration quantiles, ramps from hour to hour,
//! autocorrelation (of the series, and of what is left after the month-by-hour means), extremes of single years; and
//! the correlation of the sum with wind and sun. Series that are assumptions are left out. Cost: about 0.1 us per series,
//! hour and repetition.

mod extremes;
mod histogram;

use self::extremes::{Extremes, mean, outside};
use self::histogram::Histogram;
use super::calibrate::{Calibration, History, native::YearBook};
use super::model::{HOURS, MONTHS};
use super::{HourStamp, SeriesKind, WeatherFault};
use crate::kernel::Streams;
use crate::math::sqrt;

/// Tolerance of month-by-hour means.
pub const MEAN_TOLERANCE: f64 = 0.02;
/// Month-by-hour means below this part of capacity are measured against it: one bright minute of dusk is no
/// error of the model. A load's means are far above it.
pub const TWILIGHT: f64 = 0.01;
/// Tolerance of duration quantiles.
pub const QUANTILE_TOLERANCE: f64 = 0.03;
/// Tolerance of the yearly peak hour.
pub const PEAK_TOLERANCE: f64 = 0.05;
/// Tolerance of capacity factors.
pub const CAPACITY_FACTOR_TOLERANCE: f64 = 0.03;
/// Tolerance of native + modelled against metered energy and peak.
pub const BOOKS_TOLERANCE: f64 = 0.02;
/// Tolerance of autocorrelations, absolute.
pub const AUTOCORRELATION_TOLERANCE: f64 = 0.05;
/// Duration quantiles: the load exceeded in that part of the hours is the quantile of its complement.
pub const QUANTILES: [f64; 7] = [0.001, 0.01, 0.10, 0.50, 0.90, 0.99, 0.999];
/// Tolerance of ramp quantiles. The median, which is near zero, is measured against the 99 % quantile.
pub const RAMP_TOLERANCE: f64 = 0.10;
/// Quantiles of the change from one hour to the next.
pub const RAMP_QUANTILES: [f64; 3] = [0.01, 0.50, 0.99];
/// Tolerance of the correlation of load with wind and sun, absolute.
pub const CORRELATION_TOLERANCE: f64 = 0.05;
/// Tolerance of the mean of the yearly lowest 72-hour means of wind.
pub const DROUGHT_TOLERANCE: f64 = 0.15;

/// One line of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// The series, or `system`.
    pub series: String,
    /// What is compared.
    pub what: String,
    /// In history.
    pub fitted: f64,
    /// In generated weather.
    pub generated: f64,
    /// The difference: relative to `fitted`, absolute for correlations; for a year's peak the distance to the
    /// span of the generated ones.
    pub error: f64,
    /// What the error's size may be.
    pub tolerance: f64,
}

impl Check {
    /// Whether the error is within its tolerance.
    pub fn passes(&self) -> bool {
        self.error.abs() <= self.tolerance
    }
}

/// Generates history's calendar `repetitions` times and compares.
///
/// # Errors
/// Faults of the model's tables.
pub fn check(fitted: &Calibration, seed: u64, repetitions: u32) -> Result<Vec<Check>, Vec<WeatherFault>> {
    let Calibration { model, history, books, assumed, .. } = fitted;
    let prepared = model.prepare()?;
    let loads: Vec<(usize, f64)> = (0..model.series.len())
        .filter(|&i| model.series[i].kind == SeriesKind::Load)
        .map(|i| (i, model.series[i].base_mean_mw.unwrap_or(0.0)))
        .collect();
    let total: f64 = loads.iter().map(|(_, mw)| mw).sum();
    let with_system = loads.len() > 1 && total > 0.0;

    let mut names: Vec<(String, SeriesKind)> =
        model.series.iter().map(|series| (series.name.clone(), series.kind)).collect();
    let mut observed = history.series.clone();
    if with_system {
        names.push(("system".to_owned(), SeriesKind::Load));
        let sum = |t: usize| loads.iter().map(|&(i, mw)| history.series[i][t].map(|x| x * mw / total)).sum();
        observed.push((0..history.stamps.len()).map(sum).collect());
    }
    let frames: Vec<Frame> = names
        .iter()
        .zip(&observed)
        .map(|((_, kind), values)| Frame::new(*kind, values, &history.stamps))
        .collect();
    let mut seen: Vec<Summary> = frames.iter().map(Summary::new).collect();
    let mut rebuilt: Vec<(f64, Vec<f64>)> = vec![(0.0, Vec::new()); books.len()];
    // The load that the others are set against: the sum, or the only one.
    let system = if with_system { model.series.len() } else { loads.first().map_or(0, |&(i, _)| i) };
    let others: Vec<usize> = (0..model.series.len())
        .filter(|&i| model.series[i].kind != SeriesKind::Load && !assumed[i] && !loads.is_empty())
        .collect();
    let mut together = vec![Together::default(); others.len()];
    let mut buffer = vec![0.0; history.stamps.len()];
    for repetition in 0..repetitions {
        // Every other repetition is the mirror image of the one before: the same law, less noise in means.
        let sign = if repetition % 2 == 0 { 1.0 } else { -1.0 };
        let weather = prepared.generate(&Streams::new(seed, repetition / 2), &history.stamps, sign);
        for (i, summary) in seen.iter_mut().enumerate() {
            if let Some(values) = weather.values.get(i) {
                for (out, &x) in buffer.iter_mut().zip(values) {
                    *out = f64::from(x);
                }
            } else {
                for (t, out) in buffer.iter_mut().enumerate() {
                    *out = loads.iter().map(|&(j, mw)| f64::from(weather.values[j][t]) * mw / total).sum();
                }
            }
            summary.add(&frames[i], &buffer, &history.stamps);
            if i == system {
                for (&other, together) in others.iter().zip(&mut together) {
                    let values = weather.values[other].iter().map(|&x| f64::from(x));
                    together.add(&frames[i], &frames[other], &buffer, values);
                }
            }
        }
        for (book, sums) in books.iter().zip(&mut rebuilt) {
            let (energy, peak) =
                rebuild(book, &loads, &history.stamps, false, |i, t| f64::from(weather.values[i][t]));
            sums.0 += energy;
            sums.1.push(peak);
        }
    }
    let mut out = compare_books(books, &rebuilt, &loads, history);
    for (&other, seen) in others.iter().zip(&together) {
        let mut truth = Together::default();
        let values = |i: usize| observed[i].iter().map(|x: &Option<f64>| x.unwrap_or(0.0));
        let load: Vec<f64> = values(system).collect();
        truth.add(&frames[system], &frames[other], &load, values(other));
        let (fitted, generated) = (truth.correlation(), seen.correlation());
        out.push(Check {
            series: names[system].0.clone(),
            what: format!("correlation with {}", names[other].0),
            fitted,
            generated,
            error: generated - fitted,
            tolerance: CORRELATION_TOLERANCE,
        });
    }
    for (i, (name, kind)) in names.iter().enumerate() {
        if assumed.get(i) == Some(&true) {
            continue;
        }
        let frame = &frames[i];
        let mut truth = Summary::new(frame);
        for (out, x) in buffer.iter_mut().zip(&observed[i]) {
            *out = x.unwrap_or(0.0);
        }
        truth.add(frame, &buffer, &history.stamps);
        compare(name, *kind, &truth, &seen[i], &mut out);
    }
    Ok(out)
}

/// Metered energy and peaks against history's native weather and against the generated years; `rebuilt` holds, for each
/// year, the sum of generated energies and all generated peaks.
fn compare_books(
    books: &[YearBook],
    rebuilt: &[(f64, Vec<f64>)],
    loads: &[(usize, f64)],
    history: &History,
) -> Vec<Check> {
    let mut out = Vec::new();
    let mut push = |what: String, fitted: f64, generated: f64, tolerance: f64| {
        let error = (generated - fitted) / fitted;
        out.push(Check { series: "metered".to_owned(), what, fitted, generated, error, tolerance });
    };
    let (mut metered, mut generated) = (0.0, 0.0);
    for (book, (energy, peaks)) in books.iter().zip(rebuilt) {
        let count = peaks.len() as f64;
        let year = book.year;
        let (same_energy, same_peak) =
            rebuild(book, loads, &history.stamps, true, |i, t| history.series[i][t].unwrap_or(0.0));
        let metered_twh = book.metered_mwh * 1e-6;
        push(format!("{year} native + modelled, TWh"), metered_twh, same_energy * 1e-6, BOOKS_TOLERANCE);
        let what = format!("{year} native + modelled, peak GW");
        push(what, book.metered_peak_mw * 1e-3, same_peak * 1e-3, BOOKS_TOLERANCE);
        let what = format!("{year} generated + modelled, TWh");
        push(what, metered_twh, energy / count * 1e-6, BOOKS_TOLERANCE);
        metered += book.metered_peak_mw * 1e-3;
        generated += peaks.iter().sum::<f64>() / count * 1e-3;
    }
    if !books.is_empty() {
        // One year's peak is one draw of its weather; the mean of all years is compared.
        let years = books.len() as f64;
        let what = "generated + modelled, mean peak GW".to_owned();
        push(what, metered / years, generated / years, PEAK_TOLERANCE);
    }
    for (book, (_, peaks)) in books.iter().zip(rebuilt) {
        let real = book.metered_peak_mw;
        out.push(Check {
            series: "metered".to_owned(),
            what: format!("{} peak among the generated, GW", book.year),
            fitted: real * 1e-3,
            generated: mean(peaks) * 1e-3,
            error: outside(real, peaks) / real,
            tolerance: 0.0,
        });
    }
    out
}

/// Energy and peak of a year: native load, at that year's level and if asked for with its swing (generated years have
/// drawn theirs), plus the modelled draw. `value` gives a load series at an hour; an hour in which a zone has zero load
/// is unknown.
fn rebuild(
    book: &YearBook,
    loads: &[(usize, f64)],
    stamps: &[HourStamp],
    with_swing: bool,
    value: impl Fn(usize, usize) -> f64,
) -> (f64, f64) {
    let (mut sum, mut hours, mut peak) = (0.0, 0.0, 0.0_f64);
    for (t, stamp) in stamps.iter().enumerate() {
        if stamp.year != book.year || loads.iter().any(|&(i, _)| value(i, t) == 0.0) {
            continue;
        }
        let level = book.native_mean_mw.iter().zip(&book.native_swing);
        let zones = loads.iter().zip(level);
        let native: f64 = zones
            .map(|(&(i, _), (mw, swing))| {
                mw * (1.0 + if with_swing { *swing } else { 1.0 } * (value(i, t) - 1.0))
            })
            .sum();
        sum += native;
        hours += 1.0;
        peak = peak.max(native + book.modelled_at_peak_mw[usize::from(stamp.month - 1)]);
    }
    (sum / f64::max(hours, 1.0) * f64::from(book.hours) + book.modelled_mwh, peak)
}

/// What of a series' calendar is the same in every repetition.
struct Frame {
    /// Cell (day type, month, hour) of every hour; `None` if left out.
    cells: Vec<Option<u16>>,
    /// Run of equal years: index of the year.
    years: Vec<u16>,
    year_count: usize,
    /// History's mean of every cell.
    means: Vec<f64>,
    mean: f64,
    /// Sun: hours of night say nothing about its memory.
    daylight_only: bool,
}

impl Frame {
    fn new(kind: SeriesKind, values: &[Option<f64>], stamps: &[HourStamp]) -> Frame {
        let cell = |stamp: &HourStamp| {
            let (day_type, hour) = match kind {
                SeriesKind::Load => (usize::from(stamp.is_rest_day()), stamp.hour_prevailing),
                SeriesKind::Wind | SeriesKind::Solar => (0, stamp.hour_standard),
            };
            ((day_type * MONTHS + usize::from(stamp.month - 1)) * HOURS + usize::from(hour)) as u16
        };
        let cells: Vec<Option<u16>> =
            values.iter().zip(stamps).map(|(x, stamp)| x.map(|_| cell(stamp))).collect();
        let mut sums = vec![(0.0, 0.0); 2 * MONTHS * HOURS];
        for (cell, x) in cells.iter().zip(values) {
            if let (Some(cell), Some(x)) = (cell, x) {
                let sum = &mut sums[usize::from(*cell)];
                *sum = (sum.0 + x, sum.1 + 1.0);
            }
        }
        let means = sums.iter().map(|&(sum, count)| if count > 0.0 { sum / count } else { 0.0 }).collect();
        let (sum, count) = sums.iter().fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
        let first = stamps.first().map_or(0, |stamp| stamp.year);
        let years: Vec<u16> = stamps.iter().map(|stamp| (stamp.year - first) as u16).collect();
        let year_count = years.last().map_or(0, |&year| usize::from(year) + 1);
        let mean = if count > 0.0 { sum / count } else { 0.0 };
        Frame { cells, years, year_count, means, mean, daylight_only: kind == SeriesKind::Solar }
    }
}

/// Running sums over repetitions.
struct Summary {
    cells: Vec<(f64, f64)>,
    levels: Histogram,
    ramps: Histogram,
    count: f64,
    sum: f64,
    extremes: Extremes,
    /// Lagged products and squares of (the series, its residual) at the lags.
    products: [[(f64, f64); 2]; LAGS.len()],
}

/// Width of a histogram's cell, in parts of the mean or of capacity.
const CELL: f64 = 2e-4;
const LAGS: [usize; 3] = [1, 24, 168];

impl Summary {
    fn new(frame: &Frame) -> Summary {
        Summary {
            cells: vec![(0.0, 0.0); frame.means.len()],
            levels: Histogram::new(0.0, 5.0, CELL),
            ramps: Histogram::new(-1.0, 1.0, CELL),
            count: 0.0,
            sum: 0.0,
            extremes: Extremes::default(),
            products: [[(0.0, 0.0); 2]; LAGS.len()],
        }
    }

    fn add(&mut self, frame: &Frame, values: &[f64], stamps: &[HourStamp]) {
        self.extremes.add(frame, values, stamps);
        for (t, (&x, cell)) in values.iter().zip(&frame.cells).enumerate() {
            let Some(cell) = *cell else { continue };
            let cell = usize::from(cell);
            self.cells[cell].0 += x;
            self.cells[cell].1 += 1.0;
            self.count += 1.0;
            self.sum += x;
            self.levels.add(x);
            if t > 0 && frame.cells[t - 1].is_some() {
                self.ramps.add(x - values[t - 1]);
            }
            for (lag, products) in LAGS.iter().zip(&mut self.products) {
                let Some(earlier) = t.checked_sub(*lag) else { continue };
                let Some(before) = frame.cells[earlier] else { continue };
                let before = usize::from(before);
                let y = values[earlier];
                let raw = ((x - frame.mean), (y - frame.mean));
                products[0].0 += raw.0 * raw.1;
                products[0].1 += 0.5 * (raw.0 * raw.0 + raw.1 * raw.1);
                if frame.daylight_only && (frame.means[cell] < 5e-4 || frame.means[before] < 5e-4) {
                    continue;
                }
                let left = (x - frame.means[cell], y - frame.means[before]);
                products[1].0 += left.0 * left.1;
                products[1].1 += 0.5 * (left.0 * left.0 + left.1 * left.1);
            }
        }
    }
}

/// Sums for the correlation of two series over the hours that both know.
#[derive(Clone, Copy, Default)]
struct Together {
    count: f64,
    sum: (f64, f64),
    square: (f64, f64),
    product: f64,
}

impl Together {
    fn add(&mut self, one: &Frame, other: &Frame, a: &[f64], b: impl Iterator<Item = f64>) {
        for (((x, y), here), there) in a.iter().zip(b).zip(&one.cells).zip(&other.cells) {
            if here.is_some() && there.is_some() {
                self.count += 1.0;
                self.sum = (self.sum.0 + x, self.sum.1 + y);
                self.square = (self.square.0 + x * x, self.square.1 + y * y);
                self.product += x * y;
            }
        }
    }

    fn correlation(&self) -> f64 {
        let n = self.count.max(1.0);
        let (x, y) = (self.sum.0 / n, self.sum.1 / n);
        let variance = (self.square.0 / n - x * x) * (self.square.1 / n - y * y);
        if variance > 0.0 { (self.product / n - x * y) / sqrt(variance) } else { 0.0 }
    }
}

/// A part as a per cent without needless digits.
fn percent(part: f64) -> f64 {
    (part * 1e3).round() / 10.0
}

fn compare(name: &str, kind: SeriesKind, truth: &Summary, seen: &Summary, out: &mut Vec<Check>) {
    let mut push = |what: String, fitted: f64, generated: f64, tolerance: f64, scale: f64| {
        let error = if scale > 0.0 { (generated - fitted) / scale } else { 0.0 };
        out.push(Check { series: name.to_owned(), what, fitted, generated, error, tolerance });
    };
    // Month by hour over both day types; the worst cell stands for all.
    let merge = |summary: &Summary, cell: usize| {
        let (a, b) = (summary.cells[cell], summary.cells[cell + MONTHS * HOURS]);
        (a.0 + b.0) / (a.1 + b.1)
    };
    let cells = (0..MONTHS * HOURS).map(|cell| (cell, merge(truth, cell), merge(seen, cell)));
    let scale = |fitted: f64| f64::max(fitted, TWILIGHT);
    let worst = cells.max_by(|a, b| {
        let error =
            |&(_, fitted, generated): &(usize, f64, f64)| ((generated - fitted) / scale(fitted)).abs();
        error(a).total_cmp(&error(b))
    });
    if let Some((cell, fitted, generated)) = worst {
        let what = format!("worst month-hour mean (month {}, hour {})", cell / HOURS + 1, cell % HOURS);
        push(what, fitted, generated, MEAN_TOLERANCE, scale(fitted));
    }
    let (mean, generated) = (truth.sum / truth.count, seen.sum / seen.count);
    if kind == SeriesKind::Load {
        push("mean".to_owned(), mean, generated, MEAN_TOLERANCE, mean);
    } else {
        push("capacity factor".to_owned(), mean, generated, CAPACITY_FACTOR_TOLERANCE, mean);
    }
    for p in QUANTILES {
        let (fitted, generated) = (truth.levels.quantile(p), seen.levels.quantile(p));
        // Sun and wind: parts of capacity, so that an hour of dusk is not measured against itself.
        let scale = if kind == SeriesKind::Load { fitted } else { 1.0 };
        push(format!("quantile {} %", percent(p)), fitted, generated, QUANTILE_TOLERANCE, scale);
    }
    let steep = truth.ramps.quantile(0.99);
    for p in RAMP_QUANTILES {
        let (fitted, generated) = (truth.ramps.quantile(p), seen.ramps.quantile(p));
        let scale = if p == 0.5 { steep } else { fitted.abs() };
        push(format!("ramp quantile {} %", percent(p)), fitted, generated, RAMP_TOLERANCE, scale);
    }
    match kind {
        SeriesKind::Load => {
            let of = |summary: &Summary| extremes::mean(&summary.extremes.peaks);
            let (fitted, generated) = (of(truth), of(seen));
            push("yearly peak hour".to_owned(), fitted, generated, PEAK_TOLERANCE, fitted);
        }
        SeriesKind::Wind => {
            let of = |summary: &Summary| extremes::mean(&summary.extremes.lowest_3_days);
            let (fitted, generated) = (of(truth), of(seen));
            push("yearly lowest 72-hour mean".to_owned(), fitted, generated, DROUGHT_TOLERANCE, fitted);
        }
        SeriesKind::Solar => {}
    }
    for (which, what) in ["", " of the residual"].into_iter().enumerate() {
        // A few years do not tell what is left a week later from chance.
        for (lag, hours) in LAGS.iter().enumerate().take(LAGS.len() - which) {
            let at = |summary: &Summary| summary.products[lag][which].0 / summary.products[lag][which].1;
            let what = format!("lag-{hours} autocorrelation{what}");
            push(what, at(truth), at(seen), AUTOCORRELATION_TOLERANCE, 1.0);
        }
    }
}
