//! Carbon dioxide per MWh of each class of load, month by month: its share of what was emitted, and what another MWh
//! would have emitted.

use std::path::Path;

use gridrush_tables::Batch;

use super::{LEFT, LEGEND, RIGHT, rows};
use crate::axis::{Axis, largest};
use crate::legend::{Key, Legend};
use crate::page::{self, Caption, Page, Stroke};
use crate::panel::{Panel, column, column_height};
use crate::pivot::{Pivot, month, through};
use crate::style::{CLASSES, Dressed, dress};
use crate::unit::{capitalised, number};
use crate::{Drawn, Figure, Options, PlotError, sheet};

/// The figure.
pub(crate) struct Emissions;

const HEIGHTS: [f64; 2] = [125.0, 125.0];
const HEADINGS: [&str; 2] = ["Average (t/MWh)", "Marginal (t/MWh)"];
const WIDTH: f64 = 1.3;

/// The class of what batteries hold back.
const STORAGE: &str = "storage";

/// What the figure shows.
struct Shown {
    months: Vec<i64>,
    classes: Vec<Dressed>,
    /// Average and marginal rate by class and month; not a number where nothing was served.
    rates: [Vec<Vec<f64>>; 2],
    /// Both over the whole time.
    means: [Vec<f64>; 2],
}

impl Figure for Emissions {
    fn name(&self) -> &'static str {
        "emissions"
    }

    fn title(&self) -> &'static str {
        "Carbon dioxide per MWh of load"
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
    let columns = ["time_utc", "class", "energy_mwh", "average_t", "marginal_t"];
    let rows = rows(results, "emissions_monthly", &columns)?;
    let (times, classes) = (rows.integers("time_utc")?, rows.texts("class")?);
    let energy_mwh = rows.floats("energy_mwh")?;
    let loads = || (0..rows.len()).filter(|&row| classes.get(row) != STORAGE && energy_mwh[row] > 0.0);
    let sum = |values: &[f64]| Pivot::sum(loads().map(|row| (times[row], classes.get(row), values[row])));
    let energy = sum(energy_mwh);
    if energy.names.is_empty() {
        return Err(PlotError::Nothing("no load was served".to_owned()));
    }
    let months = energy.times.clone();
    let dressed = dress(&energy.names, CLASSES);
    let tonnes = [sum(rows.floats("average_t")?), sum(rows.floats("marginal_t")?)];
    let ratio = |over: &[f64], under: &[f64]| -> Vec<f64> {
        over.iter().zip(under).map(|(over, under)| over / under).collect()
    };
    let total = |pivot: &Pivot, class: &Dressed| pivot.at(&class.name, &months).iter().sum::<f64>();
    let by_month = |class: &Dressed, pivot: &Pivot| {
        ratio(&pivot.at(&class.name, &months), &energy.at(&class.name, &months))
    };
    Ok(Shown {
        rates: [0, 1].map(|kind| dressed.iter().map(|class| by_month(class, &tonnes[kind])).collect()),
        means: [0, 1].map(|kind| {
            dressed.iter().map(|class| total(&tonnes[kind], class) / total(&energy, class)).collect()
        }),
        classes: dressed,
        months,
    })
}

fn finding(shown: &Shown) -> String {
    let parts: Vec<String> = (shown.classes.iter().enumerate())
        .map(|(at, class)| {
            let [average, marginal] = [0, 1].map(|kind| number(shown.means[kind][at], 2));
            format!("{} {average} and {marginal}", class.label)
        })
        .collect();
    format!("Over all months, t/MWh on average and at the margin: {}.", parts.join(", "))
}

fn paint(page: &Page, shown: &Shown) -> Result<(), PlotError> {
    let frames = column(page, LEFT, RIGHT, &HEIGHTS);
    let (from, to) = (shown.months[0], month(shown.months[shown.months.len() - 1]).1);
    let all = || shown.rates.iter().flatten().flatten().copied().filter(|rate| rate.is_finite());
    // One scale for both, so that they can be compared.
    let axis = Axis::linear(all().fold(0.0, f64::min), largest(all()), 4);
    for (kind, frame) in frames.iter().enumerate() {
        let mut time = Axis::time(from, to, RIGHT - LEFT);
        if kind + 1 < frames.len() {
            time = time.unlabelled();
        }
        let panel = Panel::new(page, *frame, HEADINGS[kind], time, axis.clone())?;
        for (class, rates) in shown.classes.iter().zip(&shown.rates[kind]) {
            panel.line(&through(&shown.months, month, rates), Stroke::solid(class.color, WIDTH))?;
        }
        panel.zero()?;
    }
    let legend = shown.classes.iter().rev().fold(Legend::new("Class of load"), |legend, class| {
        legend.with(Key::Line(Stroke::solid(class.color, WIDTH)), &capitalised(&class.label))
    });
    legend.draw(page, (LEGEND, frames[0].top))?;
    Ok(())
}

fn data(shown: &Shown) -> Batch {
    let mut out = sheet::over_time();
    for (kind, name) in ["average emissions", "marginal emissions"].into_iter().enumerate() {
        for (class, rates) in shown.classes.iter().zip(&shown.rates[kind]) {
            sheet::add(&mut out, name, &class.name, "t/MWh", &shown.months, rates);
        }
    }
    out
}
