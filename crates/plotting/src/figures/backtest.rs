//! A replayed year beside what happened: energy by month for each output that was not an input, the price from the
//! dearest hour to the cheapest, and price against price hour by hour.
//!
//! Shows the first commitment of the tables. Dots are every so manieth hour that counts, so that a thousand remain.

use std::collections::BTreeMap;
use std::path::Path;

use gridrush_tables::{Batch, Civil, Frame as Rows};

use super::{FULL_RIGHT, LEFT, rows};
use crate::axis::{Axis, largest, month_name};
use crate::legend::{Key, Legend};
use crate::page::{self, Anchor, Caption, Frame, Page, Stroke, TEXT, Type};
use crate::panel::{HEADING_SPACE, LABEL_SPACE, Panel};
use crate::style::{self, Color, FUELS, dress};
use crate::unit::number;
use crate::{Drawn, Figure, Options, PlotError, sheet};

/// The figure.
pub(crate) struct Backtest;

const HEIGHT: f64 = 150.0;
const GAP: f64 = 48.0;
/// Least room below a row of panels for the titles of their axes.
const AXIS_TITLE: f64 = 14.0;
/// Dots of a cloud.
const DOTS: usize = 1000;

/// A price or output over the hours that count.
#[derive(Default)]
struct Series {
    subject: String,
    is_price: bool,
    is_input: bool,
    times: Vec<i64>,
    observed: Vec<f64>,
    model: Vec<f64>,
    baseline: Vec<f64>,
}

impl Figure for Backtest {
    fn name(&self) -> &'static str {
        "backtest"
    }

    fn title(&self) -> &'static str {
        "A real year, replayed"
    }

    fn concerns(&self, results: &Path) -> bool {
        ["parquet", "csv"].iter().any(|kind| results.join(format!("backtest_hourly.{kind}")).is_file())
    }

    fn draw(&self, results: &Path, options: &Options) -> Result<Drawn, PlotError> {
        let shown = gather(results)?;
        let finding = finding(&shown);
        let caption = Caption { title: self.title(), finding: &finding, footer: options.footer.as_deref() };
        let rows = rows_of(&shown) as f64;
        let height = rows * (HEADING_SPACE + HEIGHT + LABEL_SPACE + AXIS_TITLE) + 18.0;
        let svg = page::draw(&caption, height, |page| paint(page, &shown))?;
        Ok(Drawn { svg, data: data(&shown) })
    }
}

fn gather(results: &Path) -> Result<Vec<Series>, PlotError> {
    const COLUMNS: [&str; 9] =
        ["time_utc", "commitment", "subject", "unit", "kind", "compared", "observed", "model", "baseline"];
    let rows: Rows = rows(results, "backtest_hourly", &COLUMNS)?;
    let (times, compared) = (rows.integers("time_utc")?, rows.integers("compared")?);
    let [commitment, subject, unit, kind] =
        [rows.texts("commitment")?, rows.texts("subject")?, rows.texts("unit")?, rows.texts("kind")?];
    let [observed, model, baseline] =
        [rows.floats("observed")?, rows.floats("model")?, rows.floats("baseline")?];
    let first = commitment.get(0);
    let mut out: Vec<Series> = Vec::new();
    for row in (0..rows.len()).filter(|&row| compared[row] == 1 && commitment.get(row) == first) {
        if out.last().is_none_or(|series| series.subject != subject.get(row)) {
            out.push(Series {
                subject: subject.get(row).to_owned(),
                is_price: unit.get(row) == "$/MWh",
                is_input: kind.get(row) == "input",
                ..Series::default()
            });
        }
        if let Some(series) = out.last_mut() {
            series.times.push(times[row]);
            series.observed.push(observed[row]);
            series.model.push(model[row]);
            series.baseline.push(baseline[row]);
        }
    }
    if out.is_empty() {
        return Err(PlotError::Nothing("no hour is compared".to_owned()));
    }
    Ok(out)
}

fn outputs(shown: &[Series]) -> impl Iterator<Item = &Series> {
    shown.iter().filter(|series| !series.is_price && !series.is_input).take(4)
}

fn price(shown: &[Series]) -> Option<&Series> {
    shown.iter().find(|series| series.is_price)
}

fn rows_of(shown: &[Series]) -> usize {
    outputs(shown).count().div_ceil(2) + usize::from(price(shown).is_some())
}

fn finding(shown: &[Series]) -> String {
    let twh = |values: &[f64]| number(values.iter().sum::<f64>() / 1e6, 1);
    let energy = outputs(shown).map(|series| {
        format!("{} {} TWh, really {}", series.subject, twh(&series.model), twh(&series.observed))
    });
    let median = |values: &[f64]| number(sorted(values)[values.len() / 2], 0);
    let price = price(shown).map(|price| {
        format!("median price {} $/MWh, really {}", median(&price.model), median(&price.observed))
    });
    let parts: Vec<String> = energy.chain(price).collect();
    format!("The model's year: {}.", parts.join("; "))
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut out = values.to_vec();
    out.sort_by(|a, b| b.total_cmp(a));
    out
}

/// Sums by month, TWh.
fn by_month(times: &[i64], values: &[f64]) -> Vec<((i64, u8), f64)> {
    let mut sums: BTreeMap<(i64, u8), f64> = BTreeMap::new();
    for (&time, &mw) in times.iter().zip(values) {
        let civil = Civil::from_ms(time);
        *sums.entry((civil.year, civil.month)).or_default() += mw / 1e6;
    }
    // Hours of a local year that fall into the next month of UTC are not a month.
    let most = sums.values().copied().fold(0.0, f64::max);
    sums.into_iter().filter(|&(_, twh)| twh > 0.01 * most).collect()
}

/// From the dearest hour to the cheapest, over the share of hours.
fn duration(values: &[f64]) -> Vec<(f64, f64)> {
    let sorted = sorted(values);
    let stride = (sorted.len() / 500).max(1);
    let share = |rank: usize| 100.0 * (rank as f64 + 0.5) / sorted.len() as f64;
    (0..sorted.len())
        .filter(|rank| rank % stride == 0 || *rank < 100)
        .map(|r| (share(r), sorted[r]))
        .collect()
}

fn cloud(series: &Series) -> Vec<(f64, f64)> {
    let stride = (series.times.len() / DOTS).max(1) | 1;
    (0..series.times.len()).step_by(stride).map(|h| (series.observed[h], series.model[h])).collect()
}

fn color_of(subject: &str) -> Color {
    dress(&[subject], FUELS)[0].color
}

const OBSERVED: Stroke = Stroke::solid(style::INK, 1.6);
const MODEL: Stroke = Stroke::solid(style::MODEL, 1.6);
const NAIVE: Stroke = Stroke::dashed(style::SOFT_INK, 1.2);

fn paint(page: &Page, shown: &[Series]) -> Result<(), PlotError> {
    let width = (FULL_RIGHT - LEFT - GAP) / 2.0;
    let frame = |index: usize| Frame {
        left: LEFT + (index % 2) as f64 * (width + GAP),
        top: page.top
            + 14.0
            + HEADING_SPACE
            + (index / 2) as f64 * (HEADING_SPACE + HEIGHT + LABEL_SPACE + AXIS_TITLE),
        width,
        height: HEIGHT,
    };
    let mut at = LEFT - 34.0;
    for (key, label, room) in [
        (Key::Line(OBSERVED), "what happened", 106.0),
        (Key::Line(MODEL), "model", 64.0),
        (Key::Line(NAIVE), "naive: net load and gas price", 190.0),
    ] {
        Legend::new("").with(key, label).draw(page, (at, page.top))?;
        at += room;
    }
    let mut next = 0;
    for series in outputs(shown) {
        months(page, frame(next), series)?;
        next += 1;
    }
    next = next.next_multiple_of(2);
    if let Some(price) = price(shown) {
        prices(page, frame(next), price)?;
        scatter(page, frame(next + 1), price)?;
    }
    Ok(())
}

/// Energy by month: the model as bars, what happened as a line of steps.
fn months(page: &Page, frame: Frame, series: &Series) -> Result<(), PlotError> {
    let (observed, model) =
        (by_month(&series.times, &series.observed), by_month(&series.times, &series.model));
    let most = largest(observed.iter().chain(&model).map(|&(_, twh)| twh));
    let count = observed.len() as f64;
    let mut x = Axis::stepped(0.0, count.max(1.0), count.max(1.0));
    x.grid.clear();
    let every = observed.len().div_ceil(12).max(1);
    x.labels = observed
        .iter()
        .enumerate()
        .filter(|(at, _)| at % every == 0)
        .map(|(at, &((_, month), _))| (at as f64 + 0.5, month_name(month)[..1].to_owned()))
        .collect();
    let heading = format!("{}, energy by month (TWh)", series.subject);
    let panel = Panel::new(page, frame, &heading, x, Axis::linear(0.0, most, 4))?;
    let color = style::pale(color_of(&series.subject));
    for (at, &(_, twh)) in model.iter().enumerate() {
        let at = at as f64;
        panel.bar((at + 0.15, at + 0.85), (0.0, twh), color)?;
        panel.line(&[(at + 0.15, twh), (at + 0.85, twh)], MODEL)?;
    }
    for (at, &(_, twh)) in observed.iter().enumerate() {
        let at = at as f64;
        panel.line(&[(at + 0.05, twh), (at + 0.95, twh)], OBSERVED)?;
    }
    Ok(())
}

fn prices(page: &Page, frame: Frame, series: &Series) -> Result<(), PlotError> {
    let all = || series.observed.iter().chain(&series.model).copied();
    let axis = Axis::symlog(all().fold(0.0, f64::min), largest(all()), 10.0);
    let heading = format!("Price of {}, dearest hour first ($/MWh)", series.subject);
    let panel = Panel::new(page, frame, &heading, Axis::stepped(0.0, 100.0, 20.0), axis)?;
    if series.baseline.iter().all(|x| x.is_finite()) {
        panel.line(&duration(&series.baseline), NAIVE)?;
    }
    panel.line(&duration(&series.observed), OBSERVED)?;
    panel.line(&duration(&series.model), MODEL)?;
    below(page, frame, "share of hours (%)")
}

fn scatter(page: &Page, frame: Frame, series: &Series) -> Result<(), PlotError> {
    let points = cloud(series);
    let all = || points.iter().flat_map(|&(a, b)| [a, b]);
    let axis = || Axis::symlog(all().fold(0.0, f64::min), largest(all()), 10.0);
    let panel = Panel::new(page, frame, "Price, model (up) and what happened ($/MWh)", axis(), axis())?;
    let ends = [all().fold(f64::INFINITY, f64::min), largest(all())];
    for &(observed, model) in &points {
        page.dot(panel.place(observed, model), 0.9, style::MODEL)?;
    }
    let line: Vec<(f64, f64)> =
        (0..=100).map(|i| ends[0] + (ends[1] - ends[0]) * f64::from(i * i) / 1e4).map(|x| (x, x)).collect();
    panel.line(&line, Stroke::solid(style::INK, 0.8))?;
    below(page, frame, "what happened ($/MWh)")
}

fn below(page: &Page, frame: Frame, title: &str) -> Result<(), PlotError> {
    let at = (frame.left + frame.width / 2.0, frame.top + frame.height + 22.0);
    page.text(at, title, Type { anchor: Anchor::Center, ..TEXT })
}

fn data(shown: &[Series]) -> Batch {
    let mut out = sheet::curves();
    for series in outputs(shown) {
        for (name, values) in [("observed", &series.observed), ("model", &series.model)] {
            let months = by_month(&series.times, values);
            let points: Vec<(f64, f64)> =
                months.iter().map(|&((_, month), twh)| (f64::from(month), twh)).collect();
            sheet::add_curve(&mut out, &series.subject, name, ("month", "TWh"), &points);
        }
    }
    if let Some(price) = price(shown) {
        for (name, values) in
            [("observed", &price.observed), ("model", &price.model), ("naive", &price.baseline)]
        {
            sheet::add_curve(&mut out, "duration", name, ("% of hours", "$/MWh"), &duration(values));
        }
        sheet::add_curve(&mut out, "hours", "model", ("observed, $/MWh", "$/MWh"), &cloud(price));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_add_up_and_a_few_hours_are_none() {
        let start = Civil::date(2021, 1, 1).to_ms();
        let times: Vec<i64> = (0..59 * 24 + 6).map(|h| start + h * 3_600_000).collect();
        let months = by_month(&times, &vec![1000.0; times.len()]);
        assert_eq!(months.len(), 2);
        assert_eq!(months[0].0, (2021, 1));
        assert!((months[0].1 - 0.744).abs() < 1e-9 && (months[1].1 - 0.672).abs() < 1e-9);
        let curve = duration(&[1.0, 3.0, 2.0]);
        assert_eq!(curve.iter().map(|point| point.1).collect::<Vec<_>>(), [3.0, 2.0, 1.0]);
    }
}
