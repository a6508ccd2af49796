//! Who pays for the grid, what for, and at which price, month by month.

use std::path::Path;

use gridrush_tables::Batch;

use super::{LEFT, LEGEND, RIGHT, rows};
use crate::axis::{Axis, largest};
use crate::legend::{Key, Legend};
use crate::page::{self, Caption, Page, Stroke};
use crate::panel::{Panel, column, column_height};
use crate::pivot::{Pivot, month, through};
use crate::style::{COMPONENTS, Dressed, PAYERS, dress};
use crate::unit::{capitalised, number, percent};
use crate::{Drawn, Figure, Options, PlotError, sheet};

/// The figure.
pub(crate) struct WhoPays;

const HEIGHTS: [f64; 3] = [125.0, 125.0, 110.0];
const WIDTH: f64 = 1.3;

/// Parts of a bill; credits to customers stand with the taxes that they come from.
const PARTS: [(&str, &str); 7] = [
    ("energy", "energy_usd"),
    ("capacity", "capacity_usd"),
    ("network", "network_usd"),
    ("distribution", "distribution_usd"),
    ("tariff", "tariff_usd"),
    ("tax", "tax_usd"),
    ("tax", "credit_usd"),
];

/// What the figure shows.
struct Shown {
    months: Vec<i64>,
    payers: Vec<Dressed>,
    /// Million dollars by payer and month.
    paid: Vec<Vec<f64>>,
    components: Vec<Dressed>,
    /// Million dollars by component and month.
    parts: Vec<Vec<f64>>,
    /// Price by payer and month; not a number without energy.
    cents: Vec<Vec<f64>>,
    /// Price by payer over the whole time.
    mean_cents: Vec<f64>,
}

impl Figure for WhoPays {
    fn name(&self) -> &'static str {
        "who_pays"
    }

    fn title(&self) -> &'static str {
        "Who pays for the grid"
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
    let columns = PARTS.map(|(_, column)| column);
    let wanted = [&["time_utc", "payer", "energy_mwh", "total_usd"], columns.as_slice()].concat();
    let rows = rows(results, "bills_monthly", &wanted)?;
    let (times, payers) = (rows.integers("time_utc")?, rows.texts("payer")?);
    let by_payer =
        |values: &[f64]| Pivot::sum((0..rows.len()).map(|row| (times[row], payers.get(row), values[row])));
    let (usd, mwh) = (by_payer(rows.floats("total_usd")?), by_payer(rows.floats("energy_mwh")?));
    let months = usd.times.clone();
    let mut parts = Vec::new();
    for (name, column) in PARTS {
        let values = rows.floats(column)?;
        parts.extend((0..rows.len()).map(|row| (times[row], name, values[row])));
    }
    let by_part = Pivot::sum(parts.into_iter()).without_zeros();
    let payers = dress(&usd.names, PAYERS);
    let components = dress(&by_part.names, COMPONENTS);
    let million = |values: Vec<f64>| values.iter().map(|usd| usd / 1e6).collect::<Vec<f64>>();
    let cents = |usd: f64, mwh: f64| if mwh > 0.0 { usd / mwh / 10.0 } else { f64::NAN };
    let total = |values: &[f64]| values.iter().sum::<f64>();
    Ok(Shown {
        paid: payers.iter().map(|of| million(usd.at(&of.name, &months))).collect(),
        parts: components.iter().map(|of| million(by_part.at(&of.name, &months))).collect(),
        cents: (payers.iter())
            .map(|of| {
                let (usd, mwh) = (usd.at(&of.name, &months), mwh.at(&of.name, &months));
                usd.iter().zip(&mwh).map(|(&usd, &mwh)| cents(usd, mwh)).collect()
            })
            .collect(),
        mean_cents: (payers.iter())
            .map(|of| cents(total(&usd.at(&of.name, &months)), total(&mwh.at(&of.name, &months))))
            .collect(),
        months,
        payers,
        components,
    })
}

fn finding(shown: &Shown) -> String {
    let sums: Vec<f64> = shown.paid.iter().map(|values| values.iter().sum()).collect();
    let all: f64 = sums.iter().sum();
    let of = |at: usize| {
        let price = shown.mean_cents[at];
        let price = if price.is_finite() { format!(" at {} c/kWh", number(price, 1)) } else { String::new() };
        format!("{} {} %{price}", shown.payers[at].label, percent(sums[at] / all))
    };
    let parts: Vec<String> = (0..shown.payers.len()).filter(|&at| sums[at] >= 0.005 * all).map(of).collect();
    format!("Share of all that is paid: {}.", parts.join(", "))
}

/// Bars of values that are added up; what is negative in a month is left out of its bar.
fn bars(panel: &Panel, months: &[i64], stack: &[Dressed], values: &[Vec<f64>]) -> Result<(), PlotError> {
    for (at, &start) in months.iter().enumerate() {
        let span = (start as f64, month(start).1 as f64);
        let mut low = 0.0;
        for (of, values) in stack.iter().zip(values) {
            let high = low + values[at].max(0.0);
            panel.bar(span, (low, high), of.color)?;
            low = high;
        }
    }
    Ok(())
}

fn paint(page: &Page, shown: &Shown) -> Result<(), PlotError> {
    let frames = column(page, LEFT, RIGHT, &HEIGHTS);
    let (from, to) = (shown.months[0], month(shown.months[shown.months.len() - 1]).1);
    let time = || Axis::time(from, to, RIGHT - LEFT);
    let height = |values: &[Vec<f64>], at: usize| values.iter().map(|row| row[at].max(0.0)).sum::<f64>();
    let top = |values: &[Vec<f64>]| largest((0..shown.months.len()).map(|at| height(values, at)));
    for (at, (heading, stack, values)) in [
        ("Paid by (million $ a month)", &shown.payers, &shown.paid),
        ("Paid for (million $ a month)", &shown.components, &shown.parts),
    ]
    .into_iter()
    .enumerate()
    {
        let panel =
            Panel::new(page, frames[at], heading, time().unlabelled(), Axis::from_zero([top(values)], 4))?;
        bars(&panel, &shown.months, stack, values)?;
    }
    // A month with next to no energy has a price that says nothing.
    let dearest = shown.mean_cents.iter().copied().filter(|cents| cents.is_finite()).fold(1.0, f64::max);
    let prices = shown.cents.iter().flatten().copied().filter(|cents| cents.is_finite());
    let low = prices.clone().fold(0.0, f64::min).max(-dearest);
    let high = prices.fold(1.0, f64::max).min(2.5 * dearest);
    let panel = Panel::new(page, frames[2], "Price (cents/kWh)", time(), Axis::linear(low, high, 4))?;
    for (payer, cents) in shown.payers.iter().zip(&shown.cents) {
        let held: Vec<f64> = cents.iter().map(|cents| cents.clamp(low, high)).collect();
        panel.line(&through(&shown.months, month, &held), Stroke::solid(payer.color, WIDTH))?;
    }
    panel.zero()?;
    Legend::new("Paid by").with_stack(&shown.payers).draw(page, (LEGEND, frames[0].top))?;
    Legend::new("Paid for").with_stack(&shown.components).draw(page, (LEGEND, frames[1].top))?;
    let prices = shown.payers.iter().rev().fold(Legend::new("Price of"), |legend, of| {
        legend.with(Key::Line(Stroke::solid(of.color, WIDTH)), &capitalised(&of.label))
    });
    prices.draw(page, (LEGEND, frames[2].top))?;
    Ok(())
}

fn data(shown: &Shown) -> Batch {
    let mut out = sheet::over_time();
    for (payer, values) in shown.payers.iter().zip(&shown.paid) {
        sheet::add(&mut out, "paid by", &payer.name, "M$", &shown.months, values);
    }
    for (component, values) in shown.components.iter().zip(&shown.parts) {
        sheet::add(&mut out, "paid for", &component.name, "M$", &shown.months, values);
    }
    for (payer, values) in shown.payers.iter().zip(&shown.cents) {
        sheet::add(&mut out, "price", &payer.name, "cents/kWh", &shown.months, values);
    }
    out
}
