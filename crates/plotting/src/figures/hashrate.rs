//! Bitcoin over time: the network's hashrate and the part that is modelled, the price, and what a unit of
//! hashrate earns a day.

use std::path::Path;

use gridrush_tables::{Batch, DAY_MS, Frame as Rows};

use super::{LEFT, LEGEND, RIGHT, rows};
use crate::axis::{Axis, largest};
use crate::legend::{Key, Legend};
use crate::page::{self, Caption, Page, Stroke};
use crate::panel::{Panel, column, column_height};
use crate::style;
use crate::unit::{Unit, number, percent};
use crate::{Drawn, Figure, Options, PlotError, sheet};

/// The figure.
pub(crate) struct Hashrate;

const HEIGHTS: [f64; 3] = [120.0, 85.0, 85.0];
const NETWORK: Stroke = Stroke::solid(style::INK, 1.3);

/// What the figure shows, by day.
struct Shown {
    times: Vec<i64>,
    network_ehs: Vec<f64>,
    modelled_ehs: Vec<f64>,
    price_usd: Vec<f64>,
    hashprice: Vec<f64>,
}

impl Figure for Hashrate {
    fn name(&self) -> &'static str {
        "hashrate"
    }

    fn title(&self) -> &'static str {
        "Bitcoin: hashrate, price and earnings"
    }

    fn draw(&self, results: &Path, options: &Options) -> Result<Drawn, PlotError> {
        let columns = ["time_utc", "price_usd", "network_ehs", "modelled_ehs", "hashprice_usd_per_ph_day"];
        let shown = gather(&rows(results, "bitcoin_daily", &columns)?)?;
        let finding = finding(&shown);
        let caption = Caption { title: self.title(), finding: &finding, footer: options.footer.as_deref() };
        let svg = page::draw(&caption, column_height(&HEIGHTS), |page| paint(page, &shown))?;
        Ok(Drawn { svg, data: data(&shown) })
    }
}

fn gather(rows: &Rows) -> Result<Shown, PlotError> {
    Ok(Shown {
        times: rows.integers("time_utc")?.to_vec(),
        network_ehs: rows.floats("network_ehs")?.to_vec(),
        modelled_ehs: rows.floats("modelled_ehs")?.to_vec(),
        price_usd: rows.floats("price_usd")?.to_vec(),
        hashprice: rows.floats("hashprice_usd_per_ph_day")?.to_vec(),
    })
}

fn finding(shown: &Shown) -> String {
    let last = shown.times.len() - 1;
    let share = |at: usize| percent(shown.modelled_ehs[at] / shown.network_ehs[at]);
    let from_to = |values: &[f64], digits: usize| {
        format!("{} to {}", number(values[0], digits), number(values[last], digits))
    };
    format!(
        "From the first day to the last: network {} EH/s, modelled part {} % to {} %, price {} $, earnings {} $/PH/day.",
        from_to(&shown.network_ehs, 0),
        share(0),
        share(last),
        from_to(&shown.price_usd, 0),
        from_to(&shown.hashprice, 1)
    )
}

fn paint(page: &Page, shown: &Shown) -> Result<(), PlotError> {
    let frames = column(page, LEFT, RIGHT, &HEIGHTS);
    let (from, to) = (shown.times[0], shown.times[shown.times.len() - 1] + DAY_MS);
    let time = || Axis::time(from, to, RIGHT - LEFT);
    let xs: Vec<f64> = shown.times.iter().map(|&time| (time + DAY_MS / 2) as f64).collect();
    let points = |values: &[f64]| xs.iter().copied().zip(values.iter().copied()).collect::<Vec<_>>();
    let mining = style::dress(&["mining"], style::CLASSES).remove(0);

    let top = largest(shown.network_ehs.iter().copied());
    let unit = if top >= 5_000.0 {
        Unit { factor: 1e-3, label: "ZH/s".to_owned() }
    } else {
        Unit { factor: 1.0, label: "EH/s".to_owned() }
    };
    let heading = format!("Hashrate ({})", unit.label);
    let panel =
        Panel::new(page, frames[0], &heading, time().unlabelled(), Axis::from_zero([top * unit.factor], 4))?;
    panel.stack(&xs, &[(unit.of(&shown.modelled_ehs), mining.color)])?;
    panel.line(&points(&unit.of(&shown.network_ehs)), NETWORK)?;
    Legend::new("Hashrate")
        .with(Key::Line(NETWORK), "whole network")
        .with(Key::Fill(mining.color), "modelled mines")
        .draw(page, (LEGEND, frames[0].top))?;

    let panels = [
        ("Bitcoin price (thousand $, logarithmic)", &shown.price_usd, 1e-3, style::INK),
        ("Earnings of hashrate ($/PH/day, logarithmic)", &shown.hashprice, 1.0, mining.color),
    ];
    for (index, (heading, values, factor, color)) in panels.into_iter().enumerate() {
        let values: Vec<f64> =
            values.iter().map(|&value| if value > 0.0 { value * factor } else { f64::NAN }).collect();
        let known = || values.iter().copied().filter(|value| value.is_finite());
        let axis = Axis::log(known().fold(f64::INFINITY, f64::min), known().fold(0.0, f64::max));
        let time = if index == 0 { time().unlabelled() } else { time() };
        let panel = Panel::new(page, frames[index + 1], heading, time, axis)?;
        panel.line(&points(&values), Stroke::solid(color, 1.2))?;
    }
    Ok(())
}

fn data(shown: &Shown) -> Batch {
    let mut out = sheet::over_time();
    sheet::add(&mut out, "hashrate", "network", "EH/s", &shown.times, &shown.network_ehs);
    sheet::add(&mut out, "hashrate", "modelled", "EH/s", &shown.times, &shown.modelled_ehs);
    sheet::add(&mut out, "price", "bitcoin", "$", &shown.times, &shown.price_usd);
    sheet::add(&mut out, "earnings", "hashprice", "$/PH/day", &shown.times, &shown.hashprice);
    out
}
