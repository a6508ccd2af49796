//! The queue for grid connections: MW that wait, by stage, with a panel per class.
//!
//! All panels have the same scale. The stack holds requests that still wait; the lines show what has been
//! energized and what was withdrawn.

use std::path::Path;

use gridrush_tables::{Batch, Civil};

use super::{LEFT, LEGEND, RIGHT, rows};
use crate::axis::{Axis, largest, month_name};
use crate::legend::{Key, Legend};
use crate::page::{self, Caption, Page, Stroke};
use crate::panel::{Panel, column, column_height};
use crate::pivot::{Pivot, middles, month, through, with_ends};
use crate::style::{self, CLASSES, Dressed, WAITING_STAGES, dress};
use crate::unit::{Unit, capitalised, number};
use crate::{Drawn, Figure, Options, PlotError, sheet};

/// The figure.
pub(crate) struct Queue;

const PANEL_HEIGHT: f64 = 100.0;
const ENERGIZED: Stroke = Stroke::solid(style::INK, 1.5);
const WITHDRAWN: Stroke = Stroke::dashed(style::SOFT_INK, 1.1);
/// Stages that are not waiting, and how they are drawn.
const DONE: [(&str, &str, Stroke); 2] =
    [("energized", "energized", ENERGIZED), ("withdrawn", "withdrawn", WITHDRAWN)];

/// The stage under which a request is drawn: full demand counts as energized, and whoever left for
/// another reason as withdrawn.
fn shown_as(stage: &str) -> &str {
    match stage {
        "full" => "energized",
        "rejected" | "expired" => "withdrawn",
        other => other,
    }
}

/// What the figure shows.
struct Shown {
    months: Vec<i64>,
    stages: Vec<Dressed>,
    classes: Vec<Class>,
}

/// A class with its MW by month.
struct Class {
    look: Dressed,
    /// By waiting stage.
    waiting_mw: Vec<Vec<f64>>,
    /// By stage of [`DONE`]; nothing if it does not occur.
    done_mw: Vec<Option<Vec<f64>>>,
}

impl Figure for Queue {
    fn name(&self) -> &'static str {
        "queue"
    }

    fn title(&self) -> &'static str {
        "Waiting for a grid connection"
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
    let rows = rows(results, "queue_monthly", &["time_utc", "class", "stage", "mw"])?;
    let (times, classes) = (rows.integers("time_utc")?, rows.texts("class")?);
    let (stages, values) = (rows.texts("stage")?, rows.floats("mw")?);
    let all = || 0..rows.len();
    let by_stage = Pivot::sum(all().map(|row| (times[row], shown_as(stages.get(row)), values[row])));
    let by_class = Pivot::sum(all().map(|row| (times[row], classes.get(row), values[row]))).without_zeros();
    if by_class.names.is_empty() {
        return Err(PlotError::Nothing("nobody ever waited".to_owned()));
    }
    let waiting = by_stage.names.iter().filter(|name| DONE.iter().all(|(done, ..)| done != name));
    let waiting = dress(&waiting.collect::<Vec<_>>(), WAITING_STAGES);
    let months = by_stage.times;
    let of_class = |look: Dressed| {
        let mine = all().filter(|&row| classes.get(row) == look.name);
        let pivot = Pivot::sum(mine.map(|row| (times[row], shown_as(stages.get(row)), values[row])));
        Class {
            waiting_mw: waiting.iter().map(|stage| pivot.at(&stage.name, &months)).collect(),
            done_mw: DONE.iter().map(|(name, ..)| pivot.get(name).map(|_| pivot.at(name, &months))).collect(),
            look,
        }
    };
    let classes = dress(&by_class.names, CLASSES).into_iter().rev().map(of_class).collect();
    Ok(Shown { months, stages: waiting, classes })
}

fn waiting(class: &Class, at: usize) -> f64 {
    class.waiting_mw.iter().map(|values| values[at]).sum()
}

fn finding(shown: &Shown) -> String {
    let total = |at: usize| shown.classes.iter().map(|class| waiting(class, at)).sum::<f64>();
    let last = shown.months.len() - 1;
    let peak = (0..=last).max_by(|&a, &b| total(a).total_cmp(&total(b)).then(b.cmp(&a))).unwrap_or(last);
    let unit = Unit::power(total(peak));
    let civil = Civil::from_ms(shown.months[peak]);
    let digits = usize::from(total(peak) * unit.factor < 20.0);
    let size = |at: usize| format!("{} {}", number(total(at) * unit.factor, digits), unit.label);
    let end =
        if total(last) > 0.0 { format!("{} still waited", size(last)) } else { "nobody waited".to_owned() };
    format!(
        "The queue was longest in {} {}: {}. At the end {end}.",
        month_name(civil.month),
        civil.year,
        size(peak)
    )
}

fn paint(page: &Page, shown: &Shown, heights: &[f64]) -> Result<(), PlotError> {
    let frames = column(page, LEFT, RIGHT, heights);
    let (from, to) = (shown.months[0], month(shown.months[shown.months.len() - 1]).1);
    let xs = middles(&shown.months, month);
    for (index, (class, frame)) in shown.classes.iter().zip(&frames).enumerate() {
        // Classes differ by orders of magnitude, so each panel has its own scale.
        let stack = (0..shown.months.len()).map(|at| waiting(class, at));
        let top = largest(stack.chain(class.done_mw.iter().flatten().flatten().copied()));
        let unit = Unit::power(top);
        let mut time = Axis::time(from, to, RIGHT - LEFT);
        if index + 1 < frames.len() {
            time = time.unlabelled();
        }
        let who = if class.look.name == "ai_training" { "AI campuses" } else { class.look.label.as_str() };
        let heading = format!("{} ({})", capitalised(who), unit.label);
        let panel = Panel::new(page, *frame, &heading, time, Axis::from_zero([top * unit.factor], 5))?;
        let layers: Vec<_> = shown
            .stages
            .iter()
            .zip(&class.waiting_mw)
            .map(|(stage, values)| (with_ends(&unit.of(values)), stage.color))
            .collect();
        panel.stack(&xs, &layers)?;
        for (values, (_, _, stroke)) in class.done_mw.iter().zip(DONE) {
            if let Some(values) = values {
                panel.line(&through(&shown.months, month, &unit.of(values)), stroke)?;
            }
        }
    }
    let next = Legend::new("Waiting").with_stack(&shown.stages).draw(page, (LEGEND, frames[0].top))?;
    let mut legend = Legend::new("Not waiting any more");
    for (index, (_, label, stroke)) in DONE.iter().enumerate() {
        if shown.classes.iter().any(|class| class.done_mw[index].is_some()) {
            legend = legend.with(Key::Line(*stroke), label);
        }
    }
    legend.draw(page, (LEGEND, next + 4.0))?;
    Ok(())
}

fn data(shown: &Shown) -> Batch {
    let mut out = sheet::over_time();
    for class in &shown.classes {
        for (stage, values) in shown.stages.iter().zip(&class.waiting_mw) {
            sheet::add(&mut out, &class.look.name, &stage.name, "MW", &shown.months, values);
        }
        for ((name, ..), values) in DONE.iter().zip(&class.done_mw) {
            if let Some(values) = values {
                sheet::add(&mut out, &class.look.name, name, "MW", &shown.months, values);
            }
        }
    }
    out
}
