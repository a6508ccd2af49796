//! The supply side year by year: capacity by fuel against the peak load, what was added and retired, and
//! the reserve margin.

use std::path::Path;

use gridrush_tables::Batch;

use super::{LEFT, LEGEND, RIGHT, rows, rows_if_any};
use crate::axis::{Axis, largest};
use crate::legend::{Key, Legend};
use crate::page::{self, Anchor, Caption, Page, Stroke, TEXT, Type};
use crate::panel::{Panel, column, column_height};
use crate::pivot::{Pivot, year};
use crate::style::{self, Dressed, FUELS, dress};
use crate::unit::{Unit, number};
use crate::{Drawn, Figure, Options, PlotError, sheet};

/// The figure.
pub(crate) struct Supply;

const HEIGHTS: [f64; 3] = [150.0, 95.0, 65.0];
const PEAK: Stroke = Stroke::solid(style::INK, 1.5);

/// What the figure shows, by year.
struct Shown {
    years: Vec<i64>,
    fuels: Vec<Dressed>,
    capacity_mw: Vec<Vec<f64>>,
    added_mw: Vec<Vec<f64>>,
    retired_mw: Vec<Vec<f64>>,
    /// Year starts with the peak load.
    peak_mw: Vec<(i64, f64)>,
    /// Year starts with the reserve margin as a share.
    margin: Vec<(i64, f64)>,
}

impl Figure for Supply {
    fn name(&self) -> &'static str {
        "supply"
    }

    fn title(&self) -> &'static str {
        "How supply answered"
    }

    fn draw(&self, results: &Path, options: &Options) -> Result<Drawn, PlotError> {
        let shown = gather(results)?;
        let finding = finding(&shown);
        let caption = Caption { title: self.title(), finding: &finding, footer: options.footer.as_deref() };
        let heights = if shown.margin.is_empty() { &HEIGHTS[..2] } else { &HEIGHTS[..] };
        let svg = page::draw(&caption, column_height(heights), |page| paint(page, &shown, heights))?;
        Ok(Drawn { svg, data: data(&shown) })
    }
}

fn gather(results: &Path) -> Result<Shown, PlotError> {
    let columns = ["time_utc", "fuel", "capacity_mw", "planned_mw", "entered_mw", "retired_mw"];
    let rows = rows(results, "supply_yearly", &columns)?;
    let (times, fuels) = (rows.integers("time_utc")?, rows.texts("fuel")?);
    let by_fuel = |column: &'static str| -> Result<Pivot, PlotError> {
        let values = rows.floats(column)?;
        Ok(Pivot::sum((0..rows.len()).map(|row| (times[row], fuels.get(row), values[row]))))
    };
    let capacity = by_fuel("capacity_mw")?;
    let [planned, entered, retired] =
        [by_fuel("planned_mw")?, by_fuel("entered_mw")?, by_fuel("retired_mw")?];
    let years = capacity.times.clone();
    let known = |fuel: &&Dressed| {
        [&capacity, &planned, &entered, &retired]
            .iter()
            .any(|pivot| pivot.at(&fuel.name, &years).iter().any(|&mw| mw != 0.0))
    };
    let fuels: Vec<Dressed> = dress(&capacity.names, FUELS).iter().filter(known).cloned().collect();
    let of = |pivot: &Pivot| fuels.iter().map(|fuel| pivot.at(&fuel.name, &years)).collect::<Vec<_>>();
    let added = of(&planned)
        .iter()
        .zip(of(&entered))
        .map(|(a, b)| a.iter().zip(b).map(|(a, b)| a + b).collect())
        .collect();

    let (mut peak_mw, mut margin) = (Vec::new(), Vec::new());
    if let Some(rows) = rows_if_any(results, "adequacy_yearly", &["time_utc", "peak_mw", "reserve_margin"])? {
        let times = rows.integers("time_utc")?.iter().copied();
        let known = |(time, value): (i64, &f64)| value.is_finite().then_some((time, *value));
        peak_mw = times.clone().zip(rows.floats("peak_mw")?).filter_map(known).collect();
        margin = times.zip(rows.floats("reserve_margin")?).filter_map(known).collect();
    }
    Ok(Shown {
        capacity_mw: of(&capacity),
        added_mw: added,
        retired_mw: of(&retired),
        years,
        fuels,
        peak_mw,
        margin,
    })
}

fn finding(shown: &Shown) -> String {
    let sum = |values: &[Vec<f64>]| values.iter().flatten().sum::<f64>();
    let (added, retired) = (sum(&shown.added_mw), sum(&shown.retired_mw));
    let unit = Unit::power(added.max(retired));
    let digits = |value: f64| usize::from(value * unit.factor < 20.0);
    let mut text = format!(
        "Added {} {unit}, retired {} {unit}.",
        number(added * unit.factor, digits(added)),
        number(retired * unit.factor, digits(retired)),
        unit = unit.label
    );
    if let (Some(first), Some(last)) = (shown.peak_mw.first(), shown.peak_mw.last()) {
        let unit = Unit::power(last.1);
        text += &format!(
            " Peak load {} to {} {}.",
            number(first.1 * unit.factor, 1),
            number(last.1 * unit.factor, 1),
            unit.label
        );
    }
    text
}

fn paint(page: &Page, shown: &Shown, heights: &[f64]) -> Result<(), PlotError> {
    let frames = column(page, LEFT, RIGHT, heights);
    let (from, to) = (shown.years[0], year(shown.years[shown.years.len() - 1]).1);
    let last_panel = frames.len() - 1;
    let time = |panel: usize| {
        let axis = Axis::time(from, to, RIGHT - LEFT);
        if panel == last_panel { axis } else { axis.unlabelled() }
    };
    let middle = |start: i64| f64::midpoint(start as f64, year(start).1 as f64);
    let span = |start: i64| {
        let (left, right) = (start as f64, year(start).1 as f64);
        (left + 0.14 * (right - left), right - 0.14 * (right - left))
    };
    let total = |values: &[Vec<f64>], at: usize| values.iter().map(|values| values[at]).sum::<f64>();
    let highest = |values: &[Vec<f64>]| largest((0..shown.years.len()).map(|at| total(values, at)));

    let peaks = shown.peak_mw.iter().map(|&(_, mw)| mw);
    let top = largest(peaks.chain([highest(&shown.capacity_mw)]));
    let unit = Unit::power(top);
    let heading = format!("Capacity, installed ({})", unit.label);
    let panel = Panel::new(page, frames[0], &heading, time(0), Axis::from_zero([top * unit.factor], 5))?;
    for (at, &start) in shown.years.iter().enumerate() {
        let mut low = 0.0;
        for (fuel, values) in shown.fuels.iter().zip(&shown.capacity_mw) {
            let high = low + values[at] * unit.factor;
            panel.bar(span(start), (low, high), fuel.color)?;
            low = high;
        }
    }
    let peaks: Vec<_> = shown.peak_mw.iter().map(|&(start, mw)| (middle(start), mw * unit.factor)).collect();
    panel.line(&peaks, PEAK)?;
    for &(x, y) in &peaks {
        page.dot(panel.place(x, y), 2.2, PEAK.color)?;
    }
    let next = Legend::new("Capacity").with_stack(&shown.fuels).draw(page, (LEGEND, frames[0].top))?;
    if !peaks.is_empty() {
        Legend::new("").with(Key::Dots(PEAK), "peak load").draw(page, (LEGEND, next - 4.0))?;
    }

    let (up, down) = (highest(&shown.added_mw), highest(&shown.retired_mw));
    let unit = Unit::power(up.max(down));
    let heading = format!("Added (up) and retired (down) in the year ({})", unit.label);
    let axis = Axis::linear(-down * unit.factor, up * unit.factor, 4);
    let panel = Panel::new(page, frames[1], &heading, time(1), axis)?;
    for (at, &start) in shown.years.iter().enumerate() {
        for (values, sign) in [(&shown.added_mw, 1.0), (&shown.retired_mw, -1.0)] {
            let mut from = 0.0;
            for (fuel, values) in shown.fuels.iter().zip(values) {
                let to = from + sign * values[at] * unit.factor;
                panel.bar(span(start), (from.min(to), from.max(to)), fuel.color)?;
                from = to;
            }
        }
    }
    panel.zero()?;

    if let Some(&frame) = frames.get(2) {
        let points: Vec<_> =
            shown.margin.iter().map(|&(start, share)| (middle(start), share * 100.0)).collect();
        let low = points.iter().map(|point| point.1).fold(0.0, f64::min);
        let high = largest(points.iter().map(|point| point.1));
        let axis = Axis::linear(low, high + 0.2 * (high - low), 3);
        let panel = Panel::new(page, frame, "Reserve margin (% of peak load)", time(2), axis)?;
        panel.line(&points, PEAK)?;
        for &(x, y) in &points {
            page.dot(panel.place(x, y), 2.2, PEAK.color)?;
            let (px, py) = panel.place(x, y);
            page.text((px, py - 9.0), &number(y, 0), Type { anchor: Anchor::Center, ..TEXT })?;
        }
        if low < 0.0 {
            panel.zero()?;
        }
    }
    Ok(())
}

fn data(shown: &Shown) -> Batch {
    let mut out = sheet::over_time();
    let groups =
        [("capacity", &shown.capacity_mw), ("added", &shown.added_mw), ("retired", &shown.retired_mw)];
    for (panel, values) in groups {
        for (fuel, values) in shown.fuels.iter().zip(values) {
            sheet::add(&mut out, panel, &fuel.name, "MW", &shown.years, values);
        }
    }
    for (panel, series, unit, points) in [
        ("capacity", "peak load", "MW", &shown.peak_mw),
        ("reserve margin", "reserve margin", "1", &shown.margin),
    ] {
        let (times, values): (Vec<i64>, Vec<f64>) = points.iter().copied().unzip();
        sheet::add(&mut out, panel, series, unit, &times, &values);
    }
    out
}
