//! Brings a fleet to its targets and gives every plant a heat rate.
//!
//! Growth goes to transmission buses, because plants scaled where they stand do not get their power out;
//! shrinking scales the zone's plants. The ladder then orders the plants of a fuel by size and reads
//! prime mover and heat rate off it. Plants of one prime mover at one bus become one plant.
//! `O(n log n)` in plants.

use std::collections::BTreeMap;

use petgraph::graph::NodeIndex;

use super::{FleetRule, LadderStep, Recipe, dates, round};
use crate::grid::case::matpower::Ordinals;
use crate::grid::{BusId, Date, Generator, Network, Technology, ZoneId};

pub(super) fn bring_to_target(recipe: &Recipe, network: &mut Network) {
    for rule in &recipe.fleet {
        for (index, zone) in recipe.zones.iter().enumerate() {
            let target_mw = rule.capacity_mw.get(&zone.name).copied().unwrap_or(0.0);
            bring_zone(recipe, rule, ZoneId(index as u16), target_mw, network);
        }
    }
    for fuel in crate::grid::Fuel::ALL {
        let steps: Vec<&LadderStep> = recipe.ladder.iter().filter(|step| step.fuel == *fuel).collect();
        climb(&steps, network.generators.iter_mut().filter(|unit| unit.fuel == *fuel).collect());
    }
    merge(recipe, network);
}

/// A difference below this part of the target is rounding, not growth: plants are scaled where they stand.
const GROWTH_MINIMUM: f64 = 0.01;

/// Scales a zone's plants of a fuel, or adds plants at its transmission buses.
fn bring_zone(recipe: &Recipe, rule: &FleetRule, zone: ZoneId, target_mw: f64, network: &mut Network) {
    let buses = &network.graph;
    let here =
        |unit: &Generator| unit.fuel == rule.fuel && buses[NodeIndex::new(unit.bus.0 as usize)].zone == zone;
    let existing_mw: f64 =
        network.generators.iter().filter(|unit| here(unit)).map(|unit| unit.capacity_mw).sum();
    if existing_mw > 0.0 && existing_mw > target_mw * (1.0 - GROWTH_MINIMUM) {
        let scale = target_mw / existing_mw;
        for unit in network.generators.iter_mut().filter(|unit| here(unit)) {
            unit.capacity_mw *= scale;
            unit.minimum_mw *= scale;
        }
        network.generators.retain(|unit| unit.capacity_mw > 0.0);
        return;
    }
    let mut weights = network.transmission_weights(zone, recipe.network.transmission_minimum_kv);
    weights.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    weights.truncate(recipe.growth_buses);
    let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
    let growth_mw = target_mw - existing_mw;
    for (bus, weight) in weights {
        let capacity_mw = growth_mw * weight / total;
        if capacity_mw > 0.0 {
            network.generators.push(Generator {
                name: String::new(),
                bus,
                fuel: rule.fuel,
                technology: rule.technology,
                capacity_mw,
                minimum_mw: 0.0,
                heat_rate_mmbtu_per_mwh: 0.0,
                variable_om_usd_per_mwh: 0.0,
                storage_mwh: capacity_mw * rule.storage_hours,
                // Growth has a date of its own; until it is known, that of the targets.
                online: recipe.days().map(|(_, fleet)| fleet),
                retired: None,
                co2_kg_per_mmbtu: None,
                forced_outage_rate: None,
                neighbour: None,
                in_service: true,
                cost: None,
            });
        }
    }
}

/// Gives the plants of one fuel, largest first, the steps of its ladder. A plant stands where the middle
/// of its capacity falls; heat rates rise linearly along a step.
fn climb(steps: &[&LadderStep], mut units: Vec<&mut Generator>) {
    if steps.is_empty() {
        return;
    }
    units.sort_by(|a, b| b.capacity_mw.total_cmp(&a.capacity_mw));
    let total_mw: f64 = units.iter().map(|unit| unit.capacity_mw).sum();
    let mut below_mw = 0.0;
    for unit in units {
        let mut place = (below_mw + unit.capacity_mw / 2.0) / total_mw;
        below_mw += unit.capacity_mw;
        let mut step = steps[0];
        for next in steps {
            step = next;
            if place <= step.capacity_share {
                break;
            }
            place -= step.capacity_share;
        }
        let along = (place / step.capacity_share).clamp(0.0, 1.0);
        unit.technology = step.technology;
        unit.heat_rate_mmbtu_per_mwh =
            step.first_mmbtu_per_mwh + along * (step.last_mmbtu_per_mwh - step.first_mmbtu_per_mwh);
        unit.variable_om_usd_per_mwh = step.variable_om_usd_per_mwh;
    }
}

/// Joins plants of one prime mover at one bus, growth apart from the rest, dates and names them and rounds their
/// numbers.
fn merge(recipe: &Recipe, network: &mut Network) {
    let mut merged: BTreeMap<(BusId, Technology, Option<Date>), Generator> = BTreeMap::new();
    for unit in core::mem::take(&mut network.generators) {
        merged
            .entry((unit.bus, unit.technology, unit.online))
            .and_modify(|whole| {
                let heat = whole.heat_rate_mmbtu_per_mwh * whole.capacity_mw
                    + unit.heat_rate_mmbtu_per_mwh * unit.capacity_mw;
                whole.capacity_mw += unit.capacity_mw;
                whole.minimum_mw += unit.minimum_mw;
                whole.storage_mwh += unit.storage_mwh;
                whole.heat_rate_mmbtu_per_mwh = heat / whole.capacity_mw;
            })
            .or_insert(unit);
    }
    let mut names = Ordinals::default();
    let dated = dates::give(recipe, network, merged.into_values().collect());
    let finish = |mut unit: Generator| {
        let bus = network.bus(unit.bus).name.clone();
        unit.name = names.next(&format!("{} {}", station_of(&bus), unit.technology.name()));
        unit.capacity_mw = round(unit.capacity_mw, 2);
        unit.minimum_mw = round(unit.minimum_mw, 2).min(unit.capacity_mw);
        unit.heat_rate_mmbtu_per_mwh = round(unit.heat_rate_mmbtu_per_mwh, 3);
        unit.storage_mwh = round(unit.storage_mwh, 1);
        unit
    };
    network.generators = dated.into_iter().map(finish).collect();
}

/// The part of a bus name before its voltage.
fn station_of(bus: &str) -> &str {
    let without_unit = bus.split(" kV").next().unwrap_or(bus);
    without_unit.rsplit_once(' ').map_or(bus, |(station, _)| station)
}
