//! Gives a fleet its dates.
//!
//! What the source has stands since before its day, or by vintages: the smallest plants are the oldest. Growth
//! follows a straight line from total to total. In every zone its buses are built up one after the other, the
//! smallest first; a plant comes online where the middle of its capacity falls on the line, and one that lies
//! across the day of a total is cut there, so that the totals hold to the day. `O(n log n)` in plants.

use super::{FleetRule, Recipe};
use crate::grid::{Date, Generator, Network, ZoneId};
use crate::weather::{civil_from_days, days_from_civil};

/// A cut that leaves less than this part of a plant on one side is not made.
const SLIVER: f64 = 0.02;

/// The days of a fuel's totals, each with the part of the growth that is there.
type Path = Vec<(f64, f64)>;

/// Dates plants of which growth carries any date and the rest none.
pub(super) fn give(recipe: &Recipe, network: &Network, units: Vec<Generator>) -> Vec<Generator> {
    let Some((source_day, fleet_day)) = recipe.days() else { return units };
    let mut rest = units;
    let mut dated = Vec::new();
    for rule in &recipe.fleet {
        let (mine, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|unit| unit.fuel == rule.fuel);
        rest = others;
        let (mut growth, mut source): (Vec<_>, Vec<_>) = mine.into_iter().partition(|u| u.online.is_some());
        for units in [&mut growth, &mut source] {
            units.sort_by(|a, b| a.capacity_mw.total_cmp(&b.capacity_mw).then(a.bus.cmp(&b.bus)));
        }
        let path = path(rule, (source_day, fleet_day), total_mw(&source), total_mw(&growth));
        for zone in 0..network.zones.len() {
            let here = |unit: &&Generator| network.bus(unit.bus).zone == ZoneId(zone as u16);
            let plants: Vec<&Generator> = growth.iter().filter(here).collect();
            dated.extend(along(&path, &plants));
        }
        by_vintage(rule, &mut source);
        dated.extend(source);
    }
    dated.extend(rest);
    dated.sort_by_key(|unit| (unit.bus, unit.technology, unit.online));
    dated
}

fn total_mw(units: &[Generator]) -> f64 {
    units.iter().map(|unit| unit.capacity_mw).sum()
}

fn days_of(date: Date) -> f64 {
    days_from_civil(i64::from(date.year), date.month, date.day) as f64
}

fn date_of(day: f64) -> Option<Date> {
    let (year, month, day) = civil_from_days(day.ceil() as i64);
    Date::new(i16::try_from(year).ok()?, month, day)
}

fn path(rule: &FleetRule, (source, fleet): (Date, Date), source_mw: f64, growth_mw: f64) -> Path {
    let mut path = vec![(days_of(source), 0.0)];
    for earlier in &rule.earlier {
        let part = (earlier.total_mw - source_mw) / growth_mw;
        let before = path.last().map_or(0.0, |last| last.1);
        path.extend(Date::parse(&earlier.date).map(|date| (days_of(date), part.clamp(before, 1.0))));
    }
    path.push((days_of(fleet), 1.0));
    path
}

/// The plants of a zone, one after the other along the path.
fn along(path: &Path, plants: &[&Generator]) -> Vec<Generator> {
    let total_mw: f64 = plants.iter().map(|unit| unit.capacity_mw).sum();
    let mut built = Vec::new();
    let mut from = 0.0;
    for plant in plants {
        let to = from + plant.capacity_mw / total_mw;
        let sliver = SLIVER * (to - from);
        let cuts = path.iter().map(|point| point.1).filter(|cut| from + sliver < *cut && *cut < to - sliver);
        let mut edges: Vec<f64> = core::iter::once(from).chain(cuts).collect();
        edges.dedup();
        edges.push(to);
        for piece in edges.windows(2) {
            let part = (piece[1] - piece[0]) / (to - from);
            built.push(Generator {
                capacity_mw: part * plant.capacity_mw,
                minimum_mw: part * plant.minimum_mw,
                storage_mwh: part * plant.storage_mwh,
                online: date_of(day_at(path, f64::midpoint(piece[0], piece[1]))),
                ..(*plant).clone()
            });
        }
        from = to;
    }
    built
}

/// The day on which a part of the growth is there.
fn day_at(path: &Path, part: f64) -> f64 {
    let leg = path.windows(2).find(|leg| part <= leg[1].1).unwrap_or(&path[path.len() - 2..]);
    let ((day, have), (next_day, next)) = (leg[0], leg[1]);
    let along = if next > have { ((part - have) / (next - have)).clamp(0.0, 1.0) } else { 1.0 };
    day + along * (next_day - day)
}

/// The source's plants, the smallest first, fill the vintages in order.
fn by_vintage(rule: &FleetRule, plants: &mut [Generator]) {
    let total_mw = total_mw(plants);
    let mut below_mw = 0.0;
    for plant in plants {
        let mut place = (below_mw + plant.capacity_mw / 2.0) / total_mw;
        below_mw += plant.capacity_mw;
        for vintage in &rule.vintages {
            plant.online = Date::parse(&vintage.online);
            if place <= vintage.capacity_share {
                break;
            }
            place -= vintage.capacity_share;
        }
    }
}

/// What is wrong with a rule's days, totals and vintages: the key and the reason.
pub(super) fn faults(rule: &FleetRule, days: Option<(Date, Date)>) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    let Some((mut before, fleet)) = days else {
        if !rule.earlier.is_empty() || !rule.vintages.is_empty() {
            out.push(("earlier", "needs source_date and fleet_date".to_owned()));
        }
        return out;
    };
    let mut total_mw = 0.0;
    for earlier in &rule.earlier {
        match Date::parse(&earlier.date) {
            None => out.push(("earlier", format!("\"{}\" is not a date", earlier.date))),
            Some(date) if date <= before || date >= fleet => {
                out.push(("earlier", format!("{date} is not in order between source_date and fleet_date")));
            }
            Some(date) => before = date,
        }
        if earlier.total_mw < total_mw {
            out.push(("earlier", format!("{} MW are less than before", earlier.total_mw)));
        }
        total_mw = earlier.total_mw;
    }
    for vintage in rule.vintages.iter().filter(|vintage| Date::parse(&vintage.online).is_none()) {
        out.push(("vintages", format!("\"{}\" is not a date", vintage.online)));
    }
    let shares: f64 = rule.vintages.iter().map(|vintage| vintage.capacity_share).sum();
    if !rule.vintages.is_empty() && (shares - 1.0).abs() > 1e-9 {
        out.push(("vintages", format!("the shares sum to {shares}, not to 1")));
    }
    out
}
