//! Contention over time: what large loads asked for and got, month by month, against what the grid could
//! deliver to them, and why the rest was not served.
//!
//! Each class is a block of a stack: its solid part is the mean power served, its pale part what was asked
//! for and not served, so that the top of the block is what it asked for. The line and band of deliverable
//! power are the mean and the 5 to 95 % quantiles over the hours of a month.

use std::collections::BTreeMap;
use std::path::Path;

use gridrush_tables::{Batch, Civil, DAY_MS};

use super::{LEFT, LEGEND, NATIVE, RIGHT, rows, rows_if_any};
use crate::axis::{Axis, largest, month_name};
use crate::legend::{BAND_EDGE, BAND_OPACITY, Key, Legend};
use crate::page::{self, Anchor, Caption, Page, Stroke, TEXT, Type};
use crate::panel::{Panel, column, column_height};
use crate::pivot::{Pivot, middles, month, quantile, through, with_ends};
use crate::style::{self, CAUSES, CLASSES, Dressed, dress};
use crate::unit::{Unit, percent};
use crate::{Drawn, Figure, Options, PlotError, sheet};

/// The figure.
pub(crate) struct Contention;

const HEIGHTS: [f64; 2] = [205.0, 105.0];

/// Mean and quantiles of deliverable power in a month, in MW.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Deliverable {
    mean: f64,
    p5: f64,
    p95: f64,
}

/// What the figure shows; series are by month.
struct Shown {
    months: Vec<i64>,
    classes: Vec<Dressed>,
    /// Mean MW by class and month.
    requested_mw: Vec<Vec<f64>>,
    served_mw: Vec<Vec<f64>>,
    deliverable: Vec<Option<Deliverable>>,
    causes: Vec<Dressed>,
    /// Share of the requested energy that was not served, by cause and month.
    shares: Vec<Vec<f64>>,
    /// Share of the requested energy that was not served over the whole time.
    unserved_share: f64,
}

impl Figure for Contention {
    fn name(&self) -> &'static str {
        "contention"
    }

    fn title(&self) -> &'static str {
        "When and why power was contended"
    }

    fn draw(&self, results: &Path, options: &Options) -> Result<Drawn, PlotError> {
        let shown = gather(results)?;
        let finding = finding(&shown);
        let caption = Caption { title: self.title(), finding: &finding, footer: options.footer.as_deref() };
        let height = column_height(&HEIGHTS);
        let svg = page::draw(&caption, height, |page| paint(page, &shown))?;
        Ok(Drawn { svg, data: data(&shown) })
    }
}

fn gather(results: &Path) -> Result<Shown, PlotError> {
    let loads = rows(results, "load_monthly", &["time_utc", "class", "requested_mwh", "served_mwh"])?;
    let (times, classes) = (loads.integers("time_utc")?, loads.texts("class")?);
    let by_class = |values: &'static str| -> Result<Pivot, PlotError> {
        let values = loads.floats(values)?;
        let all =
            times.iter().zip(classes.iter()).zip(values).map(|((&time, class), &value)| (time, class, value));
        Ok(Pivot::sum(all.filter(|(_, class, _)| *class != NATIVE)))
    };
    let requested = by_class("requested_mwh")?.without_zeros();
    let served = by_class("served_mwh")?;
    if requested.names.is_empty() {
        return Err(PlotError::Nothing("no large load asked for power".to_owned()));
    }
    let months = requested.times.clone();
    let hours: Vec<f64> = months.iter().map(|&start| (month(start).1 - start) as f64 / 3.6e6).collect();

    let system = rows_if_any(results, "system_hourly", &["time_utc", "deliverable_mw"])?;
    let (deliverable, counted) = match &system {
        Some(system) => by_month(system.integers("time_utc")?, system.floats("deliverable_mw")?),
        None => Default::default(),
    };
    // A run may begin or end within a month; the hourly table tells how many hours it covers.
    let hours: Vec<f64> = months
        .iter()
        .zip(&hours)
        .map(|(&start, &whole)| counted.get(&named_month(start)).copied().unwrap_or(whole))
        .collect();

    let classes = dress(&requested.names, CLASSES);
    let mean = |pivot: &Pivot, class: &Dressed| -> Vec<f64> {
        pivot.at(&class.name, &months).iter().zip(&hours).map(|(mwh, hours)| mwh / hours).collect()
    };

    let curtailed = match rows_if_any(
        results,
        "curtailment_monthly",
        &["time_utc", "class", "cause", "curtailed_mwh"],
    )? {
        Some(rows) => {
            let (times, classes) = (rows.integers("time_utc")?, rows.texts("class")?);
            let (causes, values) = (rows.texts("cause")?, rows.floats("curtailed_mwh")?);
            let large = (0..rows.len()).filter(|&row| classes.get(row) != NATIVE);
            Pivot::sum(large.map(|row| (times[row], causes.get(row), values[row]))).without_zeros()
        }
        None => Pivot::default(),
    };
    let asked = requested.total();
    let causes = dress(&curtailed.names, CAUSES);
    let share = |cause: &Dressed| -> Vec<f64> {
        let lost = curtailed.at(&cause.name, &months);
        lost.iter().zip(&asked).map(|(lost, &asked)| if asked > 0.0 { lost / asked } else { 0.0 }).collect()
    };
    let given: f64 = classes.iter().flat_map(|class| served.at(&class.name, &months)).sum();
    Ok(Shown {
        requested_mw: classes.iter().map(|class| mean(&requested, class)).collect(),
        served_mw: classes.iter().map(|class| mean(&served, class)).collect(),
        deliverable: months.iter().map(|&start| deliverable.get(&named_month(start)).copied()).collect(),
        shares: causes.iter().map(share).collect(),
        unserved_share: 1.0 - given / asked.iter().sum::<f64>(),
        months,
        classes,
        causes,
    })
}

/// The first instant, in UTC, of the month that a local month beginning at `start` is called by. Local
/// midnight is up to 14 hours off that of UTC, so the middle of the month decides.
fn named_month(start: i64) -> i64 {
    Civil::from_ms(start + 15 * DAY_MS).month_start().to_ms()
}

/// Deliverable power by month, and the number of hours that each month has in the table.
fn by_month(times: &[i64], deliverable_mw: &[f64]) -> (BTreeMap<i64, Deliverable>, BTreeMap<i64, f64>) {
    let step_h = times.windows(2).map(|pair| pair[1] - pair[0]).find(|&step| step > 0);
    let step_h = step_h.unwrap_or(3_600_000) as f64 / 3.6e6;
    let mut hours: BTreeMap<i64, f64> = BTreeMap::new();
    let mut values: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for (&time, &value) in times.iter().zip(deliverable_mw) {
        let start = Civil::from_ms(time).month_start().to_ms();
        *hours.entry(start).or_default() += step_h;
        if value.is_finite() {
            values.entry(start).or_default().push(value);
        }
    }
    let deliverable = values.into_iter().map(|(start, mut values)| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.sort_by(f64::total_cmp);
        (start, Deliverable { mean, p5: quantile(&values, 0.05), p95: quantile(&values, 0.95) })
    });
    (deliverable.collect(), hours)
}

fn total_share(shown: &Shown) -> Vec<f64> {
    (0..shown.months.len()).map(|at| shown.shares.iter().map(|share| share[at]).sum()).collect()
}

/// The month of which the largest share was not served, unless all was served.
fn worst_month(shown: &Shown) -> Option<usize> {
    let shares = total_share(shown);
    let worst = (0..shares.len()).max_by(|&a, &b| shares[a].total_cmp(&shares[b]).then(b.cmp(&a)))?;
    (shares[worst] > 0.0).then_some(worst)
}

fn finding(shown: &Shown) -> String {
    let whole = percent(shown.unserved_share.max(0.0));
    let text = format!(
        "Solid: power that mines and AI campuses got. Pale: power they asked for and did not get, {whole} % of their energy in all."
    );
    if let Some(worst) = worst_month(shown) {
        let civil = Civil::from_ms(shown.months[worst]);
        let share = percent(total_share(shown)[worst]);
        let main = (0..shown.causes.len())
            .max_by(|&a, &b| shown.shares[a][worst].total_cmp(&shown.shares[b][worst]));
        let cause = main.map_or("", |cause| shown.causes[cause].label.as_str());
        let (month, year) = (month_name(civil.month), civil.year);
        return format!("{text} Worst month: {month} {year}, {share} % not served; main cause: {cause}.");
    }
    text
}

fn paint(page: &Page, shown: &Shown) -> Result<(), PlotError> {
    let frames = column(page, LEFT, RIGHT, &HEIGHTS);
    let (from, to) = (shown.months[0], month(shown.months[shown.months.len() - 1]).1);
    let time = || Axis::time(from, to, RIGHT - LEFT);
    let xs = middles(&shown.months, month);

    let asked = |at: usize| shown.requested_mw.iter().map(|values| values[at]).sum::<f64>();
    let highest_band = shown.deliverable.iter().flatten().map(|one| one.p95);
    let top = largest((0..shown.months.len()).map(asked).chain(highest_band));
    let unit = Unit::power(top);
    let heading = format!("Large loads, monthly mean ({})", unit.label);
    let panel =
        Panel::new(page, frames[0], &heading, time().unlabelled(), Axis::from_zero([top * unit.factor], 5))?;
    let mut layers = Vec::new();
    for (class, (asked, got)) in shown.classes.iter().zip(shown.requested_mw.iter().zip(&shown.served_mw)) {
        let missing: Vec<f64> = asked.iter().zip(got).map(|(asked, got)| (asked - got).max(0.0)).collect();
        layers.push((with_ends(&unit.of(got)), class.color));
        layers.push((with_ends(&unit.of(&missing)), style::pale(class.color)));
    }
    panel.stack(&xs, &layers)?;
    let mut below = vec![0.0; shown.months.len()];
    for (class, asked) in shown.classes.iter().zip(&shown.requested_mw) {
        below.iter_mut().zip(unit.of(asked)).for_each(|(below, asked)| *below += asked);
        panel.line(&through(&shown.months, month, &below), Stroke::solid(style::dark(class.color), 0.9))?;
    }
    for known in known_runs(&shown.deliverable) {
        let months = &shown.months[known.clone()];
        let series = |pick: fn(&Deliverable) -> f64| {
            let values: Vec<f64> = shown.deliverable[known.clone()].iter().flatten().map(pick).collect();
            through(months, month, &unit.of(&values))
        };
        let (low, high) = (series(|one| one.p5), series(|one| one.p95));
        panel.band(&low, &high, style::INK, BAND_OPACITY)?;
        panel.line(&low, BAND_EDGE)?;
        panel.line(&high, BAND_EDGE)?;
        panel.line(&series(|one| one.mean), DELIVERABLE)?;
    }
    if let Some(worst) = worst_month(shown) {
        mark(page, &panel, shown.months[worst])?;
    }

    let mut legend = Legend::new("Asked for and served").with_stack(&shown.classes);
    legend = legend
        .with(Key::Fill(style::BACKDROP), "solid: served")
        .with(Key::Fill(style::pale(style::BACKDROP)), "pale: not served");
    let next = legend.draw(page, (LEGEND, frames[0].top))?;
    if shown.deliverable.iter().any(Option::is_some) {
        let legend = Legend::new("Deliverable to them")
            .with(Key::Line(DELIVERABLE), "mean")
            .with(Key::Band(style::INK), "5\u{2013}95 % of hours");
        legend.draw(page, (LEGEND, next + 4.0))?;
    }

    let percents = |share: &[f64]| share.iter().map(|share| share * 100.0).collect::<Vec<_>>();
    let worst = largest(total_share(shown)) * 100.0;
    let why = Panel::new(
        page,
        frames[1],
        "Not served, by cause (% of energy asked for)",
        time(),
        Axis::from_zero([worst], 4),
    )?;
    let layers: Vec<_> = shown
        .causes
        .iter()
        .zip(&shown.shares)
        .map(|(cause, share)| (with_ends(&percents(share)), cause.color))
        .collect();
    why.stack(&xs, &layers)?;
    if let Some(worst) = worst_month(shown) {
        why.rule(middle(shown.months[worst]), MARK)?;
    }
    if !shown.causes.is_empty() {
        Legend::new("Because of").with_stack(&shown.causes).draw(page, (LEGEND, frames[1].top))?;
    }
    Ok(())
}

/// How deliverable power is drawn.
pub(crate) const DELIVERABLE: Stroke = Stroke::dashed(style::INK, 1.4);
const MARK: Stroke = Stroke::dashed(style::SOFT_INK, 0.75);

fn middle(start: i64) -> f64 {
    f64::midpoint(start as f64, month(start).1 as f64)
}

/// Marks the worst month across the panel and names it at the top.
fn mark(page: &Page, panel: &Panel, start: i64) -> Result<(), PlotError> {
    panel.rule(middle(start), MARK)?;
    let (x, _) = panel.place(middle(start), 0.0);
    let frame = panel.frame();
    let civil = Civil::from_ms(start);
    let label = format!("{} {}", month_name(civil.month), civil.year);
    let near_right = x > frame.left + frame.width * 0.85;
    let (x, anchor) = if near_right { (x - 4.0, Anchor::Right) } else { (x + 4.0, Anchor::Left) };
    page.text((x, frame.top + 7.0), &label, Type { anchor, ..TEXT })
}

/// Unbroken runs of months whose deliverable power is known.
fn known_runs(deliverable: &[Option<Deliverable>]) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for at in (0..deliverable.len()).filter(|&at| deliverable[at].is_some()) {
        match runs.last_mut().filter(|run| run.end == at) {
            Some(run) => run.end = at + 1,
            None => runs.push(at..at + 1),
        }
    }
    runs
}

fn data(shown: &Shown) -> Batch {
    let mut out = sheet::over_time();
    let power = "monthly mean of large loads";
    for (index, class) in shown.classes.iter().enumerate() {
        for (kind, values) in [("requested", &shown.requested_mw), ("served", &shown.served_mw)] {
            sheet::add(
                &mut out,
                power,
                &format!("{} {kind}", class.name),
                "MW",
                &shown.months,
                &values[index],
            );
        }
    }
    let known = shown.months.iter().zip(&shown.deliverable).filter_map(|(&time, one)| Some((time, (*one)?)));
    let (times, known): (Vec<i64>, Vec<Deliverable>) = known.unzip();
    for (index, series) in ["deliverable mean", "deliverable p5", "deliverable p95"].into_iter().enumerate() {
        let values: Vec<f64> = known.iter().map(|one| [one.mean, one.p5, one.p95][index]).collect();
        sheet::add(&mut out, power, series, "MW", &times, &values);
    }
    for (cause, shares) in shown.causes.iter().zip(&shown.shares) {
        sheet::add(&mut out, "share of requested energy not served", &cause.name, "1", &shown.months, shares);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliverable_power_is_summed_up_by_month() {
        let start = Civil::date(2025, 1, 31).to_ms();
        let times: Vec<i64> = (0..48).map(|hour| start + hour * 3_600_000).collect();
        let mut values: Vec<f64> = (0..48).map(f64::from).collect();
        let (months, hours) = by_month(&times, &values);
        let january = Civil::date(2025, 1, 1).to_ms();
        let february = Civil::date(2025, 2, 1).to_ms();
        assert_eq!(hours, BTreeMap::from([(january, 24.0), (february, 24.0)]));
        let one = months[&january];
        assert!((one.mean - 11.5).abs() < 1e-12 && (one.p5 - 1.15).abs() < 1e-12);
        assert!((months[&february].p95 - (24.0 + 0.95 * 23.0)).abs() < 1e-12);
        // What is not known does not count as zero.
        values[..24].fill(f64::NAN);
        values[24] = f64::NAN;
        let (months, hours) = by_month(&times, &values);
        assert_eq!((months.len(), hours[&january], months[&february].mean), (1, 24.0, 36.0));
    }

    #[test]
    fn runs_of_known_months_are_unbroken() {
        let known = Some(Deliverable { mean: 1.0, p5: 1.0, p95: 1.0 });
        assert_eq!(known_runs(&[None, known, known, None, known]), [1..3, 4..5]);
    }
}
