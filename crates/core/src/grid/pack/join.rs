//! Several packs as one.
//!
//! Each region becomes an *area* of the joined pack: a run of zones with market rules, fuel prices, availability and
//! weather of its own. Names get the region's name in front (`pjm_west`), so that none is given twice; buses are
//! numbered on from region to region. Ties between the regions become pipes. What a region buys from another one that is joined is left
//! out: that one is simulated now.
//!
//! A region alone is one area and keeps its names. Cost: a copy of all packs.

use std::ops::Range;

use super::ties::{TIES, Tie};
use super::{Interface, Region, RegionPack};
use crate::grid::case::{CaseFault, Faults};
use crate::grid::{BusId, DcLink, Network, Zone, ZoneId};

/// A region of a pack.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// Its settings; zones and series are named as in the pack that it stands in.
    pub region: Region,
    /// Its zones, by position.
    pub zones: Range<usize>,
}

/// A name in a joined pack.
pub fn joined_name(region: &str, name: &str) -> String {
    format!("{region}_{name}")
}

impl RegionPack {
    /// Joins regions, in this order. Of the ties those count whose two regions are among them. One region stays as
    /// it is.
    ///
    /// # Errors
    /// Ties that name a zone which their region does not have, and regions that cannot be joined: all packs must be
    /// zonal and differ from each other.
    ///
    /// # Panics
    /// Without any region.
    pub fn join(packs: Vec<RegionPack>, ties: &[Tie]) -> Result<RegionPack, Vec<CaseFault>> {
        assert!(!packs.is_empty(), "a pack joins one region or more");
        if packs.len() == 1 {
            return Ok(packs.into_iter().next().expect("there is one"));
        }
        let mut list = Vec::new();
        check_regions(&packs, &mut list);
        let names: Vec<String> = packs.iter().map(|pack| pack.region.facts.name.clone()).collect();
        let mut joined = Joined::new(&packs);
        for pack in &packs {
            joined.add(pack, &names);
        }
        joined.tie(&names, ties, &mut Faults::new(TIES, &mut list));
        if list.is_empty() { Ok(joined.pack) } else { Err(list) }
    }

    /// How many regions it holds.
    pub fn area_count(&self) -> usize {
        self.areas.len().max(1)
    }

    /// The settings of a region of it.
    pub fn region_of(&self, area: usize) -> &Region {
        self.areas.get(area).map_or(&self.region, |area| &area.region)
    }

    /// The zones of a region of it, by position.
    pub fn zones_of(&self, area: usize) -> Range<usize> {
        self.areas.get(area).map_or(0..self.region.zones.len(), |area| area.zones.clone())
    }

    /// A name of a region of it, such as that of a series, as it stands in this pack.
    pub fn name_of(&self, area: usize, name: &str) -> String {
        self.areas.get(area).map_or_else(|| name.to_owned(), |a| joined_name(&a.region.facts.name, name))
    }
}

fn check_regions(packs: &[RegionPack], list: &mut Vec<CaseFault>) {
    let mut faults = Faults::new(super::REGION, list);
    for (n, pack) in packs.iter().enumerate() {
        let name = &pack.region.facts.name;
        if packs[..n].iter().any(|other| other.region.facts.name == *name) {
            faults.add(None, "region.name", format!("{name} is joined with itself"));
        }
        if !pack.region.is_zonal() {
            let message = format!("{name} is nodal; only zonal regions can be joined");
            faults.add(None, "region.network", message);
        }
    }
}

/// What has been joined so far.
struct Joined {
    pack: RegionPack,
    /// Sum of `load_mw` of all buses of each region.
    load_mw: Vec<f64>,
    numbers: u32,
    substations: u32,
}

impl Joined {
    fn new(packs: &[RegionPack]) -> Joined {
        let mut region = packs[0].region.clone();
        let join = |text: &dyn Fn(&Region) -> &str, between: &str| {
            let mut texts: Vec<&str> = Vec::new();
            for pack in packs {
                let text = text(&pack.region);
                if !texts.contains(&text) {
                    texts.push(text);
                }
            }
            texts.join(between)
        };
        let facts = &mut region.facts;
        facts.name = join(&|region| &region.facts.name, "+");
        facts.title = join(&|region| &region.facts.title, " with ");
        facts.notice = join(&|region| &region.facts.notice, " ");
        facts.synthetic = packs.iter().any(|pack| pack.region.facts.synthetic);
        region.zones.clear();
        region.adequacy_notes = packs.iter().flat_map(|pack| pack.region.adequacy_notes.clone()).collect();
        region.context = super::Context::default();
        let load = |pack: &RegionPack| pack.network.buses().map(|(_, bus)| bus.load_mw).sum::<f64>();
        Joined {
            pack: RegionPack {
                region,
                network: Network { base_mva: packs[0].network.base_mva, ..Network::default() },
                interfaces: Vec::new(),
                planned: Vec::new(),
                sites: Vec::new(),
                reinforcements: Vec::new(),
                areas: Vec::new(),
            },
            load_mw: packs.iter().map(load).collect(),
            numbers: 0,
            substations: 0,
        }
    }

    /// Appends a region.
    fn add(&mut self, pack: &RegionPack, names: &[String]) {
        let own = &pack.region.facts.name;
        let prefixed = |name: &str| joined_name(own, name);
        let network = &mut self.pack.network;
        let (first_zone, first_bus) = (network.zones.len(), network.buses().len() as u32);
        let zone_at = |id: ZoneId| ZoneId(id.0 + first_zone as u16);
        let bus_at = |id: BusId| BusId(id.0 + first_bus);

        let mut region = pack.region.clone();
        let all_mw: f64 = self.load_mw.iter().sum();
        let share = if all_mw > 0.0 {
            self.load_mw[self.pack.areas.len()] / all_mw
        } else {
            1.0 / self.load_mw.len() as f64
        };
        for zone in &mut region.zones {
            zone.title = format!("{}: {}", pack.region.facts.name, zone.title);
            for name in [&mut zone.name, &mut zone.load_series, &mut zone.wind_series, &mut zone.solar_series]
            {
                *name = prefixed(name);
            }
            zone.large_load_share *= share;
        }
        for price in region.fuels.values_mut() {
            let basis = std::mem::take(&mut price.basis_usd_per_mmbtu);
            price.basis_usd_per_mmbtu = basis.into_iter().map(|(zone, usd)| (prefixed(&zone), usd)).collect();
        }

        network.zones.extend(region.zones.iter().map(|zone| Zone { name: zone.name.clone() }));
        for (_, bus) in pack.network.buses() {
            let mut bus = bus.clone();
            bus.zone = zone_at(bus.zone);
            bus.number += self.numbers;
            bus.substation += self.substations;
            network.add_bus(bus);
        }
        let here = || network.buses().skip(first_bus as usize).map(|(_, bus)| bus);
        let numbers = here().map(|bus| bus.number).max().unwrap_or(self.numbers);
        let substations = here().map(|bus| bus.substation).max().unwrap_or(self.substations);
        (self.numbers, self.substations) = (numbers, substations);
        let simulated = |neighbour: &str| names.iter().any(|name| name.eq_ignore_ascii_case(neighbour));
        let units = pack.network.generators.iter();
        for unit in units.filter(|unit| !unit.neighbour.as_deref().is_some_and(simulated)) {
            let mut unit = unit.clone();
            (unit.name, unit.bus) = (prefixed(&unit.name), bus_at(unit.bus));
            network.generators.push(unit);
        }
        for link in &pack.network.dc_links {
            let mut link = link.clone();
            (link.name, link.from, link.to) = (prefixed(&link.name), bus_at(link.from), bus_at(link.to));
            network.dc_links.push(link);
        }
        for interface in &pack.interfaces {
            let mut interface = interface.clone();
            interface.name = prefixed(&interface.name);
            for zone in interface.from_zones.iter_mut().chain(&mut interface.to_zones) {
                *zone = zone_at(*zone);
            }
            self.pack.interfaces.push(interface);
        }
        for planned in &pack.planned {
            let mut planned = planned.clone();
            (planned.name, planned.zone) = (prefixed(&planned.name), zone_at(planned.zone));
            self.pack.planned.push(planned);
        }
        for site in &pack.sites {
            let mut site = site.clone();
            (site.name, site.zone, site.bus) = (prefixed(&site.name), zone_at(site.zone), bus_at(site.bus));
            self.pack.sites.push(site);
        }
        let zones = first_zone..first_zone + region.zones.len();
        self.pack.region.zones.extend(region.zones.iter().cloned());
        self.pack.areas.push(Area { region, zones });
    }

    /// Appends the ties between joined regions as pipes.
    fn tie(&mut self, names: &[String], ties: &[Tie], faults: &mut Faults<'_>) {
        let pack = &mut self.pack;
        for tie in ties.iter().filter(|t| names.contains(&t.from_region) && names.contains(&t.to_region)) {
            let mut end = |region: &str, zone: &str, column: &str| {
                let found = pack.network.zone_named(&joined_name(region, zone));
                if found.is_none() {
                    let prefix = joined_name(region, "");
                    let known: Vec<&str> = pack
                        .network
                        .zones
                        .iter()
                        .filter_map(|zone| zone.name.strip_prefix(&prefix))
                        .collect();
                    faults.unknown(Some(tie.line), column, "zone", zone, known.into_iter());
                }
                let bus = found.and_then(|zone| pack.network.buses().find(|(_, bus)| bus.zone == zone));
                found.zip(bus.map(|(id, _)| id))
            };
            let from = end(&tie.from_region, &tie.from_zone, "from_zone");
            let to = end(&tie.to_region, &tie.to_zone, "to_zone");
            let (Some((from_zone, from)), Some((to_zone, to))) = (from, to) else { continue };
            if pack.interfaces.iter().any(|other| other.name == tie.name) {
                faults.add(Some(tie.line), "name", "a pipe of a joined region has this name");
            }
            pack.interfaces.push(Interface {
                name: tie.name.clone(),
                from_zones: vec![from_zone],
                to_zones: vec![to_zone],
                forward_limit_mw: tie.forward_limit_mw,
                reverse_limit_mw: tie.reverse_limit_mw,
                loss_fraction: tie.loss_fraction,
                source: tie.source.clone(),
            });
            pack.network.dc_links.push(DcLink {
                name: tie.name.clone(),
                from,
                to,
                minimum_mw: 0.0 - tie.reverse_limit_mw,
                maximum_mw: tie.forward_limit_mw,
                loss_fraction: tie.loss_fraction,
                fixed_loss_mw: 0.0,
                cost: None,
                in_service: true,
            });
        }
    }
}

#[cfg(test)]
mod tests;
