//! Price duration curves, one per year: the hours of a year from the dearest to the cheapest.
//!
//! Left over all hours, right the hundred dearest. The price axis is linear up to about 10 dollars and
//! logarithmic beyond, so that ordinary and scarce hours are seen at once, and negative prices too.

use std::collections::BTreeMap;
use std::path::Path;

use gridrush_tables::{Batch, Civil, DAY_MS};

use super::{LEFT, LEGEND, RIGHT, rows};
use crate::axis::{Axis, largest};
use crate::legend::{Key, Legend};
use crate::page::{self, Anchor, Caption, Frame, Page, Stroke, TEXT, Type};
use crate::panel::{HEADING_SPACE, LABEL_SPACE, Panel};
use crate::style;
use crate::unit::number;
use crate::{Drawn, Figure, Options, PlotError, sheet};

/// The figure.
pub(crate) struct PriceDuration;

const HEIGHT: f64 = 210.0;
const GAP: f64 = 46.0;
/// How many of the dearest hours the right panel shows.
const DEAREST: usize = 100;

/// The prices of each year, the dearest hour first.
type Shown = BTreeMap<i64, Vec<f64>>;

impl Figure for PriceDuration {
    fn name(&self) -> &'static str {
        "price_duration"
    }

    fn title(&self) -> &'static str {
        "Prices from the dearest hour to the cheapest"
    }

    fn draw(&self, results: &Path, options: &Options) -> Result<Drawn, PlotError> {
        let shown = gather(results)?;
        let finding = finding(&shown);
        let caption = Caption { title: self.title(), finding: &finding, footer: options.footer.as_deref() };
        let height = HEADING_SPACE + HEIGHT + LABEL_SPACE + 14.0;
        let svg = page::draw(&caption, height, |page| paint(page, &shown))?;
        Ok(Drawn { svg, data: data(&shown) })
    }
}

fn gather(results: &Path) -> Result<Shown, PlotError> {
    let rows = rows(results, "system_hourly", &["time_utc", "price_usd_per_mwh"])?;
    let mut years: Shown = BTreeMap::new();
    let times = rows.integers("time_utc")?;
    // A run begins at local midnight, so its first hour says how far the local clock is from UTC.
    let late = times.first().map_or(0, |first| first.rem_euclid(DAY_MS));
    let offset = if late > DAY_MS / 2 { late - DAY_MS } else { late };
    for (&time, &price) in times.iter().zip(rows.floats("price_usd_per_mwh")?) {
        if price.is_finite() {
            years.entry(Civil::from_ms(time - offset).year).or_default().push(price);
        }
    }
    if years.is_empty() {
        return Err(PlotError::Nothing("no hour has a price".to_owned()));
    }
    for prices in years.values_mut() {
        prices.sort_by(|a, b| b.total_cmp(a));
    }
    Ok(years)
}

/// Which ranks of a year a curve goes through: all of the dearest, then every so many.
fn ranks(hours: usize) -> Vec<usize> {
    let stride = (hours / 500).max(1);
    let mut ranks: Vec<usize> = (0..hours).filter(|&rank| rank < DEAREST || rank % stride == 0).collect();
    if ranks.last() != Some(&(hours - 1)) {
        ranks.push(hours - 1);
    }
    ranks
}

/// A curve over the share of the hours, in percent: an hour holds from its rank to the next.
fn curve(prices: &[f64]) -> Vec<(f64, f64)> {
    let share = |rank: usize| 100.0 * (rank as f64 + 0.5) / prices.len() as f64;
    ranks(prices.len()).into_iter().map(|rank| (share(rank), prices[rank])).collect()
}

fn dearest(prices: &[f64]) -> Vec<(f64, f64)> {
    prices.iter().take(DEAREST).enumerate().map(|(rank, &price)| (rank as f64 + 1.0, price)).collect()
}

fn finding(shown: &Shown) -> String {
    let median = |prices: &[f64]| prices[prices.len() / 2];
    let above = |prices: &[f64]| prices.iter().filter(|&&price| price > 1_000.0).count();
    let text = |(year, prices): (&i64, &Vec<f64>)| {
        format!("{year}: median {} $/MWh, {} h above 1,000 $/MWh", number(median(prices), 0), above(prices))
    };
    let [first, last] = [shown.iter().next().map(text), shown.iter().next_back().map(text)];
    match (first, last) {
        (Some(first), Some(last)) if shown.len() > 1 => format!("{first}. {last}."),
        (Some(only), _) => format!("{only}."),
        _ => String::new(),
    }
}

fn paint(page: &Page, shown: &Shown) -> Result<(), PlotError> {
    let prices = || shown.values().flatten().copied();
    let (low, high) = (prices().fold(0.0, f64::min), largest(prices()));
    let axis = || Axis::symlog(low, high, 10.0);
    let width = RIGHT - LEFT - GAP;
    let top = page.top + HEADING_SPACE;
    let whole = Frame { left: LEFT, top, width: width * 0.56, height: HEIGHT };
    let tail = Frame { left: LEFT + width * 0.56 + GAP, top, width: width * 0.44, height: HEIGHT };
    let heading = "Price, load-weighted ($/MWh)";
    let all = Panel::new(page, whole, heading, Axis::stepped(0.0, 100.0, 20.0), axis())?;
    let hundred =
        Panel::new(page, tail, "The 100 dearest hours ($/MWh)", Axis::stepped(0.0, 100.0, 20.0), axis())?;
    for (frame, title) in [(whole, "share of the year's hours (%)"), (tail, "hours, the dearest first")] {
        let at = (frame.left + frame.width / 2.0, frame.top + frame.height + 23.0);
        page.text(at, title, Type { anchor: Anchor::Center, ..TEXT })?;
    }
    let mut legend = Legend::new("Year");
    for (index, (year, prices)) in shown.iter().enumerate() {
        let part = index as f64 / (shown.len() - 1).max(1) as f64;
        let stroke = Stroke::solid(style::ramp(part), 1.3);
        all.line(&curve(prices), stroke)?;
        hundred.line(&dearest(prices), stroke)?;
        legend = legend.with(Key::Line(Stroke { width: 2.0, ..stroke }), &year.to_string());
    }
    if low < 0.0 {
        all.zero()?;
        hundred.zero()?;
    }
    let below = legend.draw(page, (LEGEND, top))?;
    page.text((LEGEND, below + 4.0), "Scale: logarithmic", TEXT)?;
    page.text((LEGEND, below + 16.5), "beyond \u{b1}10 $/MWh", TEXT)?;
    Ok(())
}

fn data(shown: &Shown) -> Batch {
    let mut out = sheet::curves();
    for (year, prices) in shown {
        let year = year.to_string();
        sheet::add_curve(&mut out, "all hours", &year, ("% of hours", "$/MWh"), &curve(prices));
        sheet::add_curve(&mut out, "dearest hours", &year, ("rank", "$/MWh"), &dearest(prices));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_goes_through_the_dearest_and_the_cheapest_hour() {
        let prices: Vec<f64> = (0..8_760).rev().map(f64::from).collect();
        let points = curve(&prices);
        assert_eq!((points[0].1, points[99].1, points[points.len() - 1].1), (8_759.0, 8_660.0, 0.0));
        assert!(points.len() < 700 && points.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(curve(&[5.0]), [(50.0, 5.0)]);
        assert_eq!(dearest(&prices).len(), 100);
    }
}
