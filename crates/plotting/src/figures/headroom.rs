//! What each bus or zone could take without works: a map where places have coordinates, else bars by rank.

use std::path::Path;

use gridrush_tables::{Batch, Cell, Column, Kind, Table};
use plotters::style::RGBColor;

use super::{LEFT, RIGHT, rows};
use crate::axis::Axis;
use crate::legend::{Key, Legend};
use crate::page::{self, Anchor, Caption, Frame, Page, TEXT, Type};
use crate::panel::{HEADING_SPACE, LABEL_SPACE, Panel};
use crate::style::{self, Color};
use crate::unit::number;
use crate::{Drawn, Figure, Options, PlotError};

/// The figure.
pub(crate) struct Headroom;

/// The name of the table, without which a folder of results has no such figure.
const TABLE: &str = "headroom";
/// Bands of headroom: below this many megawatts, what people read, colour. From dark to light: little to much.
const BANDS: [(f64, &str, Color); 5] = [
    (1.0, "none", RGBColor(0x44, 0x01, 0x54)),
    (100.0, "below 100 MW", RGBColor(0x3B, 0x52, 0x8B)),
    (300.0, "100 to 300 MW", RGBColor(0x21, 0x91, 0x8C)),
    (1000.0, "300 to 1,000 MW", RGBColor(0x5E, 0xC9, 0x62)),
    (f64::INFINITY, "1,000 MW and more", RGBColor(0xE8, 0xD5, 0x20)),
];
/// Most bars.
const BARS: usize = 40;
/// Height of a bar with its gap.
const BAR: f64 = 13.0;
/// Most that the height of a map may be.
const MAP_HEIGHT: f64 = 520.0;
/// Least height of a map.
const LEAST_HEIGHT: f64 = 120.0;

static SHOWN: Table = Table {
    name: "figure",
    meaning: "One row per place.",
    columns: &[
        Column { name: "place", kind: Kind::Text, unit: "", meaning: "Bus or zone." },
        Column { name: "latitude_deg", kind: Kind::Float, unit: "degrees", meaning: "Latitude." },
        Column { name: "longitude_deg", kind: Kind::Float, unit: "degrees", meaning: "Longitude." },
        Column { name: "headroom_mw", kind: Kind::Float, unit: "MW", meaning: "Headroom; NaN if unlimited." },
    ],
    csv: true,
};

/// A place; headroom is infinite where nothing limits it.
struct Place {
    name: String,
    position: Option<(f64, f64)>,
    mw: f64,
}

struct Shown {
    places: Vec<Place>,
    direction: String,
    security: String,
    zonal: bool,
}

impl Figure for Headroom {
    fn name(&self) -> &'static str {
        "headroom"
    }

    fn title(&self) -> &'static str {
        "What the grid could take without works"
    }

    fn concerns(&self, results: &Path) -> bool {
        results.join(format!("{TABLE}.parquet")).exists()
    }

    fn draw(&self, results: &Path, options: &Options) -> Result<Drawn, PlotError> {
        let shown = gather(results)?;
        let finding = finding(&shown);
        let caption = Caption { title: self.title(), finding: &finding, footer: options.footer.as_deref() };
        let placed = shown.places.iter().filter(|place| place.position.is_some()).count();
        let svg = if placed == shown.places.len() && !shown.zonal {
            let span = Span::of(&shown.places);
            let whole = HEADING_SPACE + span.size(RIGHT - LEFT).1 + LABEL_SPACE;
            page::draw(&caption, whole, |page| map(page, &shown.places, span))?
        } else {
            let bars = ranked(&shown.places);
            let height = HEADING_SPACE + BAR * bars.len() as f64;
            page::draw(&caption, height, |page| rank(page, &bars))?
        };
        Ok(Drawn { svg, data: data(&shown.places) })
    }
}

fn gather(results: &Path) -> Result<Shown, PlotError> {
    let columns =
        ["place", "base_kv", "latitude_deg", "longitude_deg", "direction", "headroom_mw", "security"];
    let rows = rows(results, TABLE, &columns)?;
    let (places, kv) = (rows.texts("place")?, rows.floats("base_kv")?);
    let (latitude, longitude) = (rows.floats("latitude_deg")?, rows.floats("longitude_deg")?);
    let headroom_mw = rows.floats("headroom_mw")?;
    let place = |row: usize| Place {
        name: places.get(row).to_owned(),
        position: (latitude[row].is_finite() && longitude[row].is_finite())
            .then_some((latitude[row], longitude[row])),
        mw: if headroom_mw[row].is_finite() { headroom_mw[row] } else { f64::INFINITY },
    };
    Ok(Shown {
        places: (0..rows.len()).map(place).collect(),
        direction: rows.texts("direction")?.get(0).to_owned(),
        security: rows.texts("security")?.get(0).to_owned(),
        zonal: kv.iter().all(|kv| !kv.is_finite()),
    })
}

fn finding(shown: &Shown) -> String {
    let mut mw: Vec<f64> = shown.places.iter().map(|place| place.mw).collect();
    mw.sort_by(f64::total_cmp);
    let median = mw[mw.len() / 2];
    let none = mw.iter().filter(|mw| **mw < 1.0).count();
    let whose = if shown.direction == "generation" { "generation" } else { "load" };
    let what = if shown.zonal { "zones" } else { "buses" };
    let median = if median.is_finite() { format!("{} MW", number(median, 0)) } else { "no limit".to_owned() };
    let states = if shown.zonal {
        ""
    } else if shown.security == "n1" {
        ", with all branches in service and after the loss of any one"
    } else {
        ", with all branches in service"
    };
    format!(
        "More {whose} at one place at a time{states}: median {median}; {none} of {} {what} can take none.",
        mw.len()
    )
}

fn color(mw: f64) -> Color {
    BANDS.iter().find(|band| mw < band.0).map_or(BANDS[BANDS.len() - 1].2, |band| band.2)
}

/// Degrees that a map covers.
#[derive(Clone, Copy)]
struct Span {
    latitude: (f64, f64),
    longitude: (f64, f64),
}

impl Span {
    fn of(places: &[Place]) -> Span {
        let range = |part: fn(&(f64, f64)) -> f64| {
            let of = || places.iter().filter_map(|place| place.position.as_ref().map(part));
            let (low, high) = (of().fold(f64::INFINITY, f64::min), of().fold(f64::NEG_INFINITY, f64::max));
            let margin = (0.04 * (high - low)).max(0.05);
            (low - margin, high + margin)
        };
        Span { latitude: range(|p| p.0), longitude: range(|p| p.1) }
    }

    /// Axes that hold it, longitude first.
    fn axes(self) -> (Axis, Axis) {
        let axis = |(low, high): (f64, f64)| Axis::linear(low, high, 9);
        (axis(self.longitude), axis(self.latitude))
    }

    /// Width and height at which a degree of latitude has its proper length in the middle of the map.
    fn size(self, width_max: f64) -> (f64, f64) {
        let degrees = |axis: &Axis| 1.0 / (axis.part(axis.low() + 1.0) - axis.part(axis.low()));
        let (x, y) = self.axes();
        let middle = f64::midpoint(self.latitude.0, self.latitude.1);
        let shape = degrees(&y) / (degrees(&x) * middle.to_radians().cos());
        let height = (width_max * shape).clamp(LEAST_HEIGHT, MAP_HEIGHT);
        ((height / shape).min(width_max), height)
    }
}

fn map(page: &Page, places: &[Place], span: Span) -> Result<(), PlotError> {
    let (width, height) = span.size(RIGHT - LEFT);
    let frame = Frame { left: LEFT, top: page.top + HEADING_SPACE, width, height };
    let (x, y) = span.axes();
    let panel = Panel::new(page, frame, "Buses by longitude and latitude (degrees)", x, y)?;
    let radius = if places.len() > 300 { 1.8 } else { 4.0 };
    // Those with much are drawn last, on top.
    let mut order: Vec<&Place> = places.iter().collect();
    order.sort_by(|a, b| a.mw.total_cmp(&b.mw));
    for place in order {
        if let Some((latitude, longitude)) = place.position {
            page.dot(panel.place(longitude, latitude), radius, color(place.mw))?;
        }
    }
    let legend = BANDS
        .iter()
        .fold(Legend::new("Headroom"), |legend, (_, label, color)| legend.with(Key::Fill(*color), label));
    legend.draw(page, (frame.left + frame.width + 14.0, frame.top))?;
    Ok(())
}

/// The places by headroom, most first; of many those with most.
fn ranked(places: &[Place]) -> Vec<&Place> {
    let mut order: Vec<&Place> = places.iter().collect();
    order.sort_by(|a, b| b.mw.total_cmp(&a.mw).then_with(|| a.name.cmp(&b.name)));
    order.truncate(BARS);
    order
}

fn rank(page: &Page, bars: &[&Place]) -> Result<(), PlotError> {
    let left = 170.0;
    let right = style::WIDTH - 90.0;
    page.text((8.0, page.top + 11.0), "Places by headroom (MW)", page::HEADING)?;
    let most = bars.iter().map(|bar| bar.mw).filter(|mw| mw.is_finite()).fold(1.0, f64::max);
    for (n, bar) in bars.iter().enumerate() {
        let top = page.top + HEADING_SPACE + BAR * n as f64;
        let part = if bar.mw.is_finite() { bar.mw / most } else { 1.0 };
        let frame = Frame { left, top, width: ((right - left) * part).max(0.5), height: BAR - 3.0 };
        page.fill(frame, color(bar.mw), 1.0)?;
        let middle = top + (BAR - 3.0) / 2.0;
        page.text((left - 6.0, middle), &bar.name, Type { anchor: Anchor::Right, ..TEXT })?;
        let label = if bar.mw.is_finite() { number(bar.mw, 0) } else { "no limit".to_owned() };
        page.text((frame.left + frame.width + 5.0, middle), &label, TEXT)?;
    }
    Ok(())
}

fn data(places: &[Place]) -> Batch {
    let mut out = Batch::new(&SHOWN);
    for place in places {
        let (latitude, longitude) = place.position.unwrap_or((f64::NAN, f64::NAN));
        out.push(&[
            Cell::Text(&place.name),
            Cell::Float(latitude),
            Cell::Float(longitude),
            Cell::Float(if place.mw.is_finite() { place.mw } else { f64::NAN }),
        ]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str, position: (f64, f64), mw: f64) -> Place {
        Place { name: name.to_owned(), position: Some(position), mw }
    }

    #[test]
    fn bands_hold_their_lower_end() {
        for (mw, band) in [(0.0, 0), (1.0, 1), (99.9, 1), (100.0, 2), (1000.0, 4), (f64::INFINITY, 4)] {
            assert_eq!(color(mw), BANDS[band].2, "{mw}");
        }
    }

    #[test]
    fn a_degree_of_longitude_is_shorter_in_the_north() {
        // Both spans hold two degrees each way: a square at the equator, twice as high as wide at 60 degrees.
        let at = |south: f64| Span::of(&[place("a", (south, 0.0), 1.0), place("b", (south + 2.0, 2.0), 1.0)]);
        let shape = |span: Span| {
            let (width, height) = span.size(200.0);
            height / width
        };
        assert!((shape(at(59.0)) / shape(at(-1.0)) - 2.0).abs() < 1e-6);
    }

    #[test]
    fn the_largest_come_first_and_ties_by_name() {
        let places =
            [place("b", (0.0, 0.0), 5.0), place("a", (0.0, 0.0), 5.0), place("c", (0.0, 0.0), f64::INFINITY)];
        let names: Vec<&str> = ranked(&places).iter().map(|place| place.name.as_str()).collect();
        assert_eq!(names, ["c", "a", "b"]);
    }
}
