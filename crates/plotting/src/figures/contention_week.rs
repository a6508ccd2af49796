//! The most contended week, hour by hour: the same blocks as the figure over time, against deliverable
//! power, with the price below.
//!
//! The week is the 168 hours from a midnight in which the energy that large loads asked for and did not get
//! was worth most at the prices of the moment; weeks in which loads only stood by at low prices rank low.

use std::collections::BTreeMap;
use std::path::Path;

use gridrush_tables::{Batch, Civil, DAY_MS, scan_table};

use super::contention::DELIVERABLE;
use super::{LEFT, LEGEND, NATIVE, RIGHT, rows};
use crate::axis::{Axis, largest, month_name};
use crate::legend::{Key, Legend};
use crate::page::{self, Caption, Page, Stroke};
use crate::panel::{Panel, column, column_height};
use crate::pivot::Pivot;
use crate::style::{self, CLASSES, Dressed, dress};
use crate::unit::{Unit, number, percent};
use crate::{Drawn, Figure, Options, PlotError, sheet};

/// The figure.
pub(crate) struct ContentionWeek;

const HEIGHTS: [f64; 2] = [190.0, 85.0];
const WEEK_MS: i64 = 7 * DAY_MS;
/// How the price is drawn.
const PRICE: Stroke = Stroke::solid(style::INK, 1.2);

/// What the figure shows, by hour of the week.
struct Shown {
    times: Vec<i64>,
    step_ms: i64,
    classes: Vec<Dressed>,
    requested_mw: Vec<Vec<f64>>,
    served_mw: Vec<Vec<f64>>,
    deliverable_mw: Vec<f64>,
    price_usd_per_mwh: Vec<f64>,
}

impl Figure for ContentionWeek {
    fn name(&self) -> &'static str {
        "contention_week"
    }

    fn title(&self) -> &'static str {
        "The most contended week, hour by hour"
    }

    fn draw(&self, results: &Path, options: &Options) -> Result<Drawn, PlotError> {
        let shown = gather(results)?;
        let finding = finding(&shown);
        let caption = Caption { title: self.title(), finding: &finding, footer: options.footer.as_deref() };
        let svg = page::draw(&caption, column_height(&HEIGHTS), |page| paint(page, &shown))?;
        Ok(Drawn { svg, data: data(&shown) })
    }
}

fn gather(results: &Path) -> Result<Shown, PlotError> {
    let columns =
        ["time_utc", "large_requested_mw", "large_served_mw", "deliverable_mw", "price_usd_per_mwh"];
    let system = rows(results, "system_hourly", &columns)?;
    let times = system.integers("time_utc")?;
    let (asked, got) = (system.floats("large_requested_mw")?, system.floats("large_served_mw")?);
    let (deliverable, price) = (system.floats("deliverable_mw")?, system.floats("price_usd_per_mwh")?);
    let worth: Vec<f64> =
        (0..times.len()).map(|at| (asked[at] - got[at]).max(0.0) * price[at].max(0.0)).collect();
    let start = most_contended(times, &worth)
        .or_else(|| most_contended(times, asked))
        .ok_or_else(|| PlotError::Nothing("no large load asked for power".to_owned()))?;
    let week: Vec<usize> =
        (0..times.len()).filter(|&at| (start..start + WEEK_MS).contains(&times[at])).collect();

    let mut hourly: Vec<(i64, String, f64, f64)> = Vec::new();
    scan_table::<PlotError>(
        results,
        "contention_hourly",
        &["time_utc", "class", "requested_mw", "served_mw"],
        |rows| {
            let (times, classes) = (rows.integers("time_utc")?, rows.texts("class")?);
            let (requested, served) = (rows.floats("requested_mw")?, rows.floats("served_mw")?);
            for row in 0..rows.len() {
                if (start..start + WEEK_MS).contains(&times[row]) && classes.get(row) != NATIVE {
                    hourly.push((times[row], classes.get(row).to_owned(), requested[row], served[row]));
                }
            }
            Ok(())
        },
    )?;
    let requested = Pivot::sum(hourly.iter().map(|(time, class, asked, _)| (*time, class.as_str(), *asked)));
    let served = Pivot::sum(hourly.iter().map(|(time, class, _, got)| (*time, class.as_str(), *got)));
    let classes = dress(&requested.names, CLASSES);
    if classes.is_empty() {
        return Err(PlotError::Nothing("table `contention_hourly` has no large load in the week".to_owned()));
    }
    let hours: Vec<i64> = week.iter().map(|&at| times[at]).collect();
    let step = hours.windows(2).map(|pair| pair[1] - pair[0]).find(|&step| step > 0);
    Ok(Shown {
        requested_mw: classes.iter().map(|class| requested.at(&class.name, &hours)).collect(),
        served_mw: classes.iter().map(|class| served.at(&class.name, &hours)).collect(),
        deliverable_mw: week.iter().map(|&at| deliverable[at]).collect(),
        price_usd_per_mwh: week.iter().map(|&at| price[at]).collect(),
        step_ms: step.unwrap_or(3_600_000),
        times: hours,
        classes,
    })
}

/// The midnight from which seven days have the largest sum; nothing if all sums are zero.
fn most_contended(times: &[i64], values: &[f64]) -> Option<i64> {
    let mut days: BTreeMap<i64, f64> = BTreeMap::new();
    for (&time, &value) in times.iter().zip(values) {
        *days.entry(time.div_euclid(DAY_MS)).or_default() += if value.is_finite() { value } else { 0.0 };
    }
    let last = *days.keys().next_back()?;
    let first = *days.keys().next()?;
    let sum = |start: i64| days.range(start..start + 7).map(|(_, value)| value).sum::<f64>();
    // A week reaches over the end of the run only if the run is shorter than a week.
    let starts = first..=(last - 6).max(first);
    let best = starts.max_by(|&a, &b| sum(a).total_cmp(&sum(b)).then(b.cmp(&a)))?;
    (sum(best) > 0.0).then_some(best * DAY_MS)
}

fn finding(shown: &Shown) -> String {
    let sum = |values: &[Vec<f64>]| values.iter().flatten().sum::<f64>();
    let (asked, got) = (sum(&shown.requested_mw), sum(&shown.served_mw));
    let dearest = largest(shown.price_usd_per_mwh.iter().copied());
    let [first, last] = [shown.times[0], shown.times[shown.times.len() - 1]].map(Civil::from_ms);
    let day = |civil: Civil| format!("{} {} {}", civil.day, month_name(civil.month), civil.year);
    format!(
        "{} to {}, UTC: mines and AI campuses asked for {} GWh and did not get {} % of it. Highest hourly price {} $/MWh.",
        day(first),
        day(last),
        number(asked * shown.step_ms as f64 / 3.6e9, 0),
        percent(if asked > 0.0 { (1.0 - got / asked).max(0.0) } else { 0.0 }),
        number(dearest, 0)
    )
}

fn paint(page: &Page, shown: &Shown) -> Result<(), PlotError> {
    let frames = column(page, LEFT, RIGHT, &HEIGHTS);
    let (from, to) = (shown.times[0], shown.times[shown.times.len() - 1] + shown.step_ms);
    let time = || Axis::time(from, to, RIGHT - LEFT);
    // Each hour is level from its start to its end.
    let xs: Vec<f64> = shown.times.iter().flat_map(|&t| [t as f64, (t + shown.step_ms) as f64]).collect();
    let level = |values: &[f64]| values.iter().flat_map(|&value| [value, value]).collect::<Vec<f64>>();
    let points = |values: &[f64]| xs.iter().copied().zip(level(values)).collect::<Vec<_>>();

    let asked = |at: usize| shown.requested_mw.iter().map(|values| values[at]).sum::<f64>();
    let top = largest((0..shown.times.len()).map(asked).chain(shown.deliverable_mw.iter().copied()));
    let unit = Unit::power(top);
    let heading = format!("Large loads, hourly ({})", unit.label);
    let panel =
        Panel::new(page, frames[0], &heading, time().unlabelled(), Axis::from_zero([top * unit.factor], 5))?;
    let mut layers = Vec::new();
    for (class, (asked, got)) in shown.classes.iter().zip(shown.requested_mw.iter().zip(&shown.served_mw)) {
        let missing: Vec<f64> = asked.iter().zip(got).map(|(asked, got)| (asked - got).max(0.0)).collect();
        layers.push((level(&unit.of(got)), class.color));
        layers.push((level(&unit.of(&missing)), style::pale(class.color)));
    }
    panel.stack(&xs, &layers)?;
    let mut below = vec![0.0; shown.times.len()];
    for (class, asked) in shown.classes.iter().zip(&shown.requested_mw) {
        below.iter_mut().zip(unit.of(asked)).for_each(|(below, asked)| *below += asked);
        panel.line(&points(&below), Stroke::solid(style::dark(class.color), 0.9))?;
    }
    panel.line(&points(&unit.of(&shown.deliverable_mw)), DELIVERABLE)?;
    let next = Legend::new("Asked for and served")
        .with_stack(&shown.classes)
        .with(Key::Fill(style::BACKDROP), "solid: served")
        .with(Key::Fill(style::pale(style::BACKDROP)), "pale: not served")
        .draw(page, (LEGEND, frames[0].top))?;
    Legend::new("Deliverable to them")
        .with(Key::Line(DELIVERABLE), "in the hour")
        .draw(page, (LEGEND, next + 4.0))?;

    let prices = &shown.price_usd_per_mwh;
    let (low, high) = (prices.iter().copied().fold(0.0, f64::min), largest(prices.iter().copied()));
    let (axis, heading) = price_axis(low, high);
    let panel = Panel::new(page, frames[1], heading, time(), axis)?;
    if low < 0.0 {
        panel.zero()?;
    }
    panel.line(&points(prices), PRICE)?;
    Legend::new("Price").with(Key::Line(PRICE), "mean over all load").draw(page, (LEGEND, frames[1].top))?;
    Ok(())
}

/// A linear axis for prices of one size, else one that shows both 20 and 5,000 $/MWh.
fn price_axis(low: f64, high: f64) -> (Axis, &'static str) {
    if high > 300.0 {
        (Axis::symlog(low, high, 10.0), "Price ($/MWh, logarithmic beyond \u{b1}10)")
    } else {
        (Axis::linear(low, high, 4), "Price ($/MWh)")
    }
}

fn data(shown: &Shown) -> Batch {
    let mut out = sheet::over_time();
    let power = "large loads, hourly";
    for (index, class) in shown.classes.iter().enumerate() {
        for (kind, values) in [("requested", &shown.requested_mw), ("served", &shown.served_mw)] {
            sheet::add(
                &mut out,
                power,
                &format!("{} {kind}", class.name),
                "MW",
                &shown.times,
                &values[index],
            );
        }
    }
    sheet::add(&mut out, power, "deliverable", "MW", &shown.times, &shown.deliverable_mw);
    sheet::add(&mut out, "price", "load-weighted", "$/MWh", &shown.times, &shown.price_usd_per_mwh);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_contended_week_holds_the_most() {
        let times: Vec<i64> = (0..60 * 24).map(|hour| hour * 3_600_000).collect();
        let mut values = vec![0.0; times.len()];
        assert_eq!(most_contended(&times, &values), None);
        values[20 * 24 + 5] = 3.0;
        values[26 * 24 + 23] = 2.0;
        values[27 * 24] = 1.0;
        assert_eq!(most_contended(&times, &values), Some(20 * DAY_MS));
        values[59 * 24] = 9.0;
        assert_eq!(most_contended(&times, &values), Some(53 * DAY_MS));
        assert_eq!(most_contended(&times[..30], &[1.0; 30]), Some(0));
    }
}
