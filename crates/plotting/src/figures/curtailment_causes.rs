//! Energy that was asked for and not served, month by month and by cause, with a panel per class.

use std::path::Path;

use gridrush_tables::Batch;

use super::{LEFT, LEGEND, RIGHT, rows};
use crate::axis::{Axis, largest};
use crate::legend::Legend;
use crate::page::{self, Caption, Page};
use crate::panel::{Panel, column, column_height};
use crate::pivot::{Pivot, month};
use crate::style::{CAUSES, CLASSES, Dressed, dress};
use crate::unit::{Unit, capitalised, percent};
use crate::{Drawn, Figure, Options, PlotError, sheet};

/// The figure.
pub(crate) struct CurtailmentCauses;

const PANEL_HEIGHT: f64 = 92.0;

/// What the figure shows.
struct Shown {
    months: Vec<i64>,
    causes: Vec<Dressed>,
    /// Each class with its MWh by cause and month.
    classes: Vec<(Dressed, Vec<Vec<f64>>)>,
}

impl Figure for CurtailmentCauses {
    fn name(&self) -> &'static str {
        "curtailment_causes"
    }

    fn title(&self) -> &'static str {
        "What kept loads from being served"
    }

    fn draw(&self, results: &Path, options: &Options) -> Result<Drawn, PlotError> {
        let shown = gather(results)?;
        let finding = finding(&shown);
        let caption = Caption { title: self.title(), finding: &finding, footer: options.footer.as_deref() };
        let heights = vec![PANEL_HEIGHT; shown.classes.len()];
        let svg = page::draw(&caption, column_height(&heights), |page| paint(page, &shown, &heights))?;
        Ok(Drawn { svg, data: data(&shown) })
    }
}

fn gather(results: &Path) -> Result<Shown, PlotError> {
    let rows = rows(results, "curtailment_monthly", &["time_utc", "class", "cause", "curtailed_mwh"])?;
    let (times, classes) = (rows.integers("time_utc")?, rows.texts("class")?);
    let (causes, values) = (rows.texts("cause")?, rows.floats("curtailed_mwh")?);
    let all = || 0..rows.len();
    let by_cause = Pivot::sum(all().map(|row| (times[row], causes.get(row), values[row]))).without_zeros();
    let by_class = Pivot::sum(all().map(|row| (times[row], classes.get(row), values[row]))).without_zeros();
    if by_cause.names.is_empty() {
        return Err(PlotError::Nothing("nothing was curtailed".to_owned()));
    }
    let months = by_cause.times;
    let dressed_causes = dress(&by_cause.names, CAUSES);
    let of_class = |class: Dressed| {
        let mine = all().filter(|&row| classes.get(row) == class.name);
        let pivot = Pivot::sum(mine.map(|row| (times[row], causes.get(row), values[row])));
        let values = dressed_causes.iter().map(|cause| pivot.at(&cause.name, &months)).collect();
        (class, values)
    };
    let classes = dress(&by_class.names, CLASSES).into_iter().rev().map(of_class).collect();
    Ok(Shown { months, causes: dressed_causes, classes })
}

fn finding(shown: &Shown) -> String {
    let total =
        |cause: usize| shown.classes.iter().map(|(_, values)| values[cause].iter().sum::<f64>()).sum::<f64>();
    let all: f64 = (0..shown.causes.len()).map(total).sum();
    let mut order: Vec<usize> = (0..shown.causes.len()).collect();
    order.sort_by(|&a, &b| total(b).total_cmp(&total(a)));
    let parts: Vec<String> = order
        .iter()
        .filter(|&&cause| total(cause) >= 0.005 * all)
        .map(|&cause| format!("{} {} %", shown.causes[cause].label, percent(total(cause) / all)))
        .collect();
    format!("Share of the energy not served: {}.", parts.join(", "))
}

fn paint(page: &Page, shown: &Shown, heights: &[f64]) -> Result<(), PlotError> {
    let frames = column(page, LEFT, RIGHT, heights);
    let (from, to) = (shown.months[0], month(shown.months[shown.months.len() - 1]).1);
    for (index, ((class, values), frame)) in shown.classes.iter().zip(&frames).enumerate() {
        let total = |at: usize| values.iter().map(|values| values[at]).sum::<f64>();
        let top = largest((0..shown.months.len()).map(total));
        let unit = Unit::energy(top);
        let mut time = Axis::time(from, to, RIGHT - LEFT);
        if index + 1 < frames.len() {
            time = time.unlabelled();
        }
        let heading = format!("{} ({} a month)", capitalised(&class.label), unit.label);
        let panel = Panel::new(page, *frame, &heading, time, Axis::from_zero([top * unit.factor], 3))?;
        for (at, &start) in shown.months.iter().enumerate() {
            let (left, right) = (start as f64, month(start).1 as f64);
            let mut low = 0.0;
            for (cause, values) in shown.causes.iter().zip(values) {
                let high = low + values[at] * unit.factor;
                panel.bar((left, right), (low, high), cause.color)?;
                low = high;
            }
        }
    }
    Legend::new("Not served because of").with_stack(&shown.causes).draw(page, (LEGEND, frames[0].top))?;
    Ok(())
}

fn data(shown: &Shown) -> Batch {
    let mut out = sheet::over_time();
    for (class, values) in &shown.classes {
        for (cause, values) in shown.causes.iter().zip(values) {
            sheet::add(&mut out, &class.name, &cause.name, "MWh", &shown.months, values);
        }
    }
    out
}
