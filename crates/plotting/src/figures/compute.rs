//! AI compute: training work delivered each month by zone, and the accelerators that stand.

use std::path::Path;

use gridrush_tables::Batch;

use super::{LEFT, LEGEND, RIGHT, rows};
use crate::axis::{Axis, largest};
use crate::legend::Legend;
use crate::page::{self, Caption, Page};
use crate::panel::{Panel, column, column_height};
use crate::pivot::{Pivot, middles, month, with_ends};
use crate::style::{self, CLASSES, Dressed, dress};
use crate::unit::{Unit, number};
use crate::{Drawn, Figure, Options, PlotError, sheet};

/// The figure.
pub(crate) struct Compute;

const HEIGHTS: [f64; 2] = [150.0, 110.0];
/// How many zones are shown by name; the rest is put together.
const NAMED_ZONES: usize = 6;

/// What the figure shows, by month.
struct Shown {
    months: Vec<i64>,
    zones: Vec<Dressed>,
    /// Training work by zone.
    flop: Vec<Vec<f64>>,
    classes: Vec<Dressed>,
    /// Accelerators by class.
    accelerators: Vec<Vec<f64>>,
}

impl Figure for Compute {
    fn name(&self) -> &'static str {
        "compute"
    }

    fn title(&self) -> &'static str {
        "AI compute delivered"
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
    let columns = ["time_utc", "zone", "class", "accelerators", "delivered_flop"];
    let rows = rows(results, "compute_monthly", &columns)?;
    let (times, zones, classes) = (rows.integers("time_utc")?, rows.texts("zone")?, rows.texts("class")?);
    let flop = rows.floats("delivered_flop")?;
    // A count may be kept as an integer or, where it is a mean, as a float.
    let accelerators: Vec<f64> = match rows.floats("accelerators") {
        Ok(counts) => counts.to_vec(),
        Err(_) => rows.integers("accelerators")?.iter().map(|&count| count as f64).collect(),
    };
    let training = (0..rows.len()).filter(|&row| classes.get(row) == "ai_training");
    let by_zone = Pivot::sum(training.map(|row| (times[row], zones.get(row), flop[row]))).without_zeros();
    let by_class = (0..rows.len()).map(|row| (times[row], classes.get(row), accelerators[row]));
    let by_class = Pivot::sum(by_class).without_zeros();
    if by_class.names.is_empty() {
        return Err(PlotError::Nothing("there are no accelerators".to_owned()));
    }
    let months = by_class.times.clone();
    let (zones, flop) = largest_zones(&by_zone, &months);
    let classes = dress(&by_class.names, CLASSES);
    Ok(Shown {
        accelerators: classes.iter().map(|class| by_class.at(&class.name, &months)).collect(),
        classes,
        zones,
        flop,
        months,
    })
}

/// The zones with the most work, the largest first, and the rest as one.
fn largest_zones(by_zone: &Pivot, months: &[i64]) -> (Vec<Dressed>, Vec<Vec<f64>>) {
    let mut order: Vec<usize> = (0..by_zone.names.len()).collect();
    let total = |zone: usize| by_zone.values[zone].iter().sum::<f64>();
    order.sort_by(|&a, &b| {
        total(b).total_cmp(&total(a)).then_with(|| by_zone.names[a].cmp(&by_zone.names[b]))
    });
    let named = if order.len() <= NAMED_ZONES + 1 { order.len() } else { NAMED_ZONES };
    let names: Vec<&String> = order[..named].iter().map(|&zone| &by_zone.names[zone]).collect();
    let mut values: Vec<Vec<f64>> = names.iter().map(|name| by_zone.at(name, months)).collect();
    let mut zones = dress(&names, &[]);
    if named < order.len() {
        let rest = order[named..].iter().map(|&zone| by_zone.at(&by_zone.names[zone], months));
        values.push(
            rest.reduce(|sum, one| sum.iter().zip(&one).map(|(a, b)| a + b).collect()).unwrap_or_default(),
        );
        zones.push(Dressed { name: "others".into(), label: "other zones".into(), color: style::BACKDROP });
    }
    (zones, values)
}

fn finding(shown: &Shown) -> String {
    let all: f64 = shown.flop.iter().flatten().sum();
    let last = shown.months.len() - 1;
    let standing = |at: usize| shown.accelerators.iter().map(|values| values[at]).sum::<f64>();
    let work = Unit::scientific(all, "FLOP");
    let count = Unit::count(standing(last), "accelerators");
    let digits = |value: f64| usize::from(value < 20.0);
    let (work_value, end) = (all * work.factor, standing(last) * count.factor);
    let mut text = format!("At the end {} {} stood.", number(end, digits(end)), count.label);
    if all > 0.0 {
        text = format!(
            "In all {} \u{d7} {} of training were delivered. {text}",
            number(work_value, digits(work_value)),
            work.label
        );
    }
    text
}

fn paint(page: &Page, shown: &Shown) -> Result<(), PlotError> {
    let frames = column(page, LEFT, RIGHT, &HEIGHTS);
    let (from, to) = (shown.months[0], month(shown.months[shown.months.len() - 1]).1);
    let xs = middles(&shown.months, month);
    let stacked_top = |values: &[Vec<f64>]| {
        largest((0..shown.months.len()).map(|at| values.iter().map(|values| values[at]).sum()))
    };
    let panels = [
        (
            &shown.flop,
            &shown.zones,
            Unit::scientific(stacked_top(&shown.flop), "FLOP"),
            "Training work, monthly",
            "Training in",
        ),
        (
            &shown.accelerators,
            &shown.classes,
            Unit::count(stacked_top(&shown.accelerators), "accelerators"),
            "Accelerators standing",
            "Built for",
        ),
    ];
    for (index, (values, looks, unit, heading, legend)) in panels.into_iter().enumerate() {
        let mut time = Axis::time(from, to, RIGHT - LEFT);
        if index == 0 {
            time = time.unlabelled();
        }
        let unit_label = unit.label.trim_end_matches(" accelerators").trim_end_matches("accelerators");
        let heading =
            if unit_label.is_empty() { heading.to_owned() } else { format!("{heading} ({unit_label})") };
        let axis = Axis::from_zero([stacked_top(values) * unit.factor], 4);
        let panel = Panel::new(page, frames[index], &heading, time, axis)?;
        let layers: Vec<_> = values
            .iter()
            .zip(looks)
            .map(|(values, look)| (with_ends(&unit.of(values)), look.color))
            .collect();
        panel.stack(&xs, &layers)?;
        if !looks.is_empty() {
            Legend::new(legend).with_stack(looks).draw(page, (LEGEND, frames[index].top))?;
        }
    }
    Ok(())
}

fn data(shown: &Shown) -> Batch {
    let mut out = sheet::over_time();
    for (zone, values) in shown.zones.iter().zip(&shown.flop) {
        sheet::add(&mut out, "training work a month", &zone.name, "FLOP", &shown.months, values);
    }
    for (class, values) in shown.classes.iter().zip(&shown.accelerators) {
        sheet::add(&mut out, "accelerators", &class.name, "1", &shown.months, values);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_zones_are_put_together() {
        let names: Vec<String> = (0..9).map(|zone| format!("z{zone}")).collect();
        let rows = names.iter().enumerate().map(|(zone, name)| (0, name.as_str(), zone as f64 + 1.0));
        let pivot = Pivot::sum(rows);
        let (zones, values) = largest_zones(&pivot, &[0]);
        assert_eq!(zones.len(), 7);
        assert_eq!((zones[0].name.as_str(), values[0][0]), ("z8", 9.0));
        assert_eq!((zones[6].name.as_str(), values[6][0]), ("others", 1.0 + 2.0 + 3.0));
    }
}
