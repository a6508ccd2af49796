//! The price that load paid in each zone, month by month: a small panel per zone, the others behind it.
//!
//! The price is the mean over all classes of load, weighted by the energy they got.

use std::path::Path;

use gridrush_tables::Batch;

use super::{FULL_RIGHT, LEFT, rows};
use crate::axis::{Axis, largest};
use crate::page::{self, Caption, Frame, Page, Stroke};
use crate::panel::{HEADING_SPACE, LABEL_SPACE, Panel};
use crate::pivot::{Pivot, month, through};
use crate::style;
use crate::unit::{capitalised, number};
use crate::{Drawn, Figure, Options, PlotError, sheet};

/// The figure.
pub(crate) struct PriceByZone;

const HEIGHT: f64 = 82.0;
const GAP: f64 = 34.0;
const THIS: Stroke = Stroke::solid(style::INK, 1.3);
const OTHERS: Stroke = Stroke::solid(style::BACKDROP, 0.6);

/// What the figure shows.
struct Shown {
    months: Vec<i64>,
    /// Zones by name.
    zones: Vec<String>,
    /// Price by zone and month; not a number where nothing was served.
    prices: Vec<Vec<f64>>,
    /// Mean over all time by zone, weighted by energy.
    means: Vec<f64>,
}

impl Figure for PriceByZone {
    fn name(&self) -> &'static str {
        "price_by_zone"
    }

    fn title(&self) -> &'static str {
        "Prices by zone"
    }

    fn draw(&self, results: &Path, options: &Options) -> Result<Drawn, PlotError> {
        let shown = gather(results)?;
        let finding = finding(&shown);
        let caption = Caption { title: self.title(), finding: &finding, footer: options.footer.as_deref() };
        let (columns, rows) = grid(shown.zones.len());
        let height = rows as f64 * (HEADING_SPACE + HEIGHT + LABEL_SPACE);
        let svg = page::draw(&caption, height, |page| paint(page, &shown, columns))?;
        Ok(Drawn { svg, data: data(&shown) })
    }
}

fn gather(results: &Path) -> Result<Shown, PlotError> {
    let columns = ["time_utc", "zone", "served_mwh", "price_paid_usd_per_mwh"];
    let rows = rows(results, "load_monthly", &columns)?;
    let (times, zones) = (rows.integers("time_utc")?, rows.texts("zone")?);
    let (served, price) = (rows.floats("served_mwh")?, rows.floats("price_paid_usd_per_mwh")?);
    let paid = (0..rows.len()).filter(|&row| price[row].is_finite() && served[row] > 0.0);
    let energy = Pivot::sum(paid.clone().map(|row| (times[row], zones.get(row), served[row])));
    let money = Pivot::sum(paid.map(|row| (times[row], zones.get(row), served[row] * price[row])));
    let mut names = energy.names.clone();
    names.sort();
    if names.is_empty() {
        return Err(PlotError::Nothing("no zone was served".to_owned()));
    }
    let months = energy.times.clone();
    let ratio = |zone: &String| -> Vec<f64> {
        let (money, energy) = (money.at(zone, &months), energy.at(zone, &months));
        money.iter().zip(&energy).map(|(money, energy)| money / energy).collect()
    };
    let sum = |pivot: &Pivot, zone: &str| pivot.at(zone, &months).iter().sum::<f64>();
    Ok(Shown {
        prices: names.iter().map(ratio).collect(),
        means: names.iter().map(|zone| sum(&money, zone) / sum(&energy, zone)).collect(),
        months,
        zones: names,
    })
}

/// Columns and rows for so many panels.
fn grid(panels: usize) -> (usize, usize) {
    let columns = match panels {
        0..=2 => panels.max(1),
        3 | 5 | 6 | 9 => 3,
        _ => 4,
    };
    (columns, panels.div_ceil(columns))
}

fn finding(shown: &Shown) -> String {
    let order = |a: &usize, b: &usize| shown.means[*a].total_cmp(&shown.means[*b]);
    let zones = 0..shown.zones.len();
    let (Some(least), Some(most)) = (zones.clone().min_by(order), zones.max_by(order)) else {
        return String::new();
    };
    let name = |zone: usize| {
        format!("{} ({} $/MWh)", shown.zones[zone].replace('_', " "), number(shown.means[zone], 1))
    };
    if least == most {
        return format!("Price paid by load, monthly mean: {}.", name(least));
    }
    format!(
        "Price paid by load, monthly mean weighted by energy; grey: the other zones. Cheapest on average: {}, dearest: {}.",
        name(least),
        name(most)
    )
}

fn paint(page: &Page, shown: &Shown, columns: usize) -> Result<(), PlotError> {
    let width = (FULL_RIGHT - LEFT - GAP * (columns - 1) as f64) / columns as f64;
    let (from, to) = (shown.months[0], month(shown.months[shown.months.len() - 1]).1);
    let prices = || shown.prices.iter().flatten().copied().filter(|price| price.is_finite());
    let axis = Axis::linear(prices().fold(0.0, f64::min), largest(prices()), 3);
    let points = |zone: usize| through(&shown.months, month, &shown.prices[zone]);
    for (index, zone) in shown.zones.iter().enumerate() {
        let (column, row) = (index % columns, index / columns);
        let frame = Frame {
            left: LEFT + (width + GAP) * column as f64,
            top: page.top + HEADING_SPACE + (HEADING_SPACE + HEIGHT + LABEL_SPACE) * row as f64,
            width,
            height: HEIGHT,
        };
        let heading = format!("{} ($/MWh)", capitalised(&zone.replace('_', " ")));
        let panel = Panel::new(page, frame, &heading, Axis::time(from, to, width), axis.clone())?;
        for other in (0..shown.zones.len()).filter(|&other| other != index) {
            panel.line(&points(other), OTHERS)?;
        }
        panel.line(&points(index), THIS)?;
    }
    Ok(())
}

fn data(shown: &Shown) -> Batch {
    let mut out = sheet::over_time();
    for (zone, prices) in shown.zones.iter().zip(&shown.prices) {
        sheet::add(&mut out, "price paid", zone, "$/MWh", &shown.months, prices);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_has_a_place() {
        for panels in 1..40 {
            let (columns, rows) = grid(panels);
            assert!(columns <= 4 && columns * rows >= panels && columns * (rows - 1) < panels);
        }
        assert_eq!(grid(8), (4, 2));
    }
}
