//! Interconnection where pipes join zones: what studies look at, and what their works change.

use gridrush_core::grid::{BranchId, Network};
use gridrush_core::interconnection::{
    Direction, Limit, QueueParams, RoundId, RoundStudy, ZonalGrid, ZonalSnapshot,
};

use super::{RunError, World};
use crate::limits::Element;
use crate::planning::{FirmLoad, Outset};

/// Zones, pipes and states of the year, and what works have added to stations.
#[derive(Clone, Debug)]
pub(super) struct ZonalStudies {
    grid: ZonalGrid,
    stations_mw: Vec<f64>,
}

impl ZonalStudies {
    /// Without states yet.
    pub(super) fn new(network: &Network) -> ZonalStudies {
        let zone = |bus| usize::from(network.bus(bus).zone.0);
        let grid = ZonalGrid {
            zone_of_bus: network.buses().map(|(_, bus)| usize::from(bus.zone.0)).collect(),
            pipes: network.dc_links.iter().map(|link| (zone(link.from), zone(link.to))).collect(),
            snapshots: Vec::new(),
        };
        ZonalStudies { grid, stations_mw: vec![0.0; network.zones.len()] }
    }

    /// Adds power that a zone draws from now on.
    pub(super) fn add_load(&mut self, zone: usize, mw: f64) {
        for snapshot in &mut self.grid.snapshots {
            snapshot.added_mw[zone] += mw;
        }
    }

    /// Names of the states in which a direction is studied.
    pub(super) fn states(&self, direction: Direction) -> impl Iterator<Item = &String> {
        let is_for = move |state: &&ZonalSnapshot| state.only.is_none_or(|only| only == direction);
        self.grid.snapshots.iter().filter(is_for).map(|state| &state.name)
    }

    /// What a zone could take, with the name of the state that limits it.
    pub(super) fn headroom(
        &self,
        zone: usize,
        direction: Direction,
        snapshot: Option<&str>,
        params: &QueueParams,
    ) -> Option<(Limit, String)> {
        let mut grid = self.grid.clone();
        grid.snapshots.retain(|state| snapshot.is_none_or(|name| state.name == name));
        let limit = grid.headroom(zone, direction, &params.zonal, &params.rules)?;
        Some((limit, grid.snapshots[limit.snapshot].name.clone()))
    }

    fn zones(&self) -> usize {
        self.stations_mw.len()
    }
}

impl World {
    /// Studies a round on stations and borders of zones.
    pub(super) fn study_zonal(&self, round: RoundId) -> RoundStudy {
        let Some(zonal) = &self.zonal else { return RoundStudy::default() };
        // Background reinforcements on their way count.
        let building = |pipe, backward| {
            self.transmission.building_mw[self.elements.index(Element::Pipe { pipe, backward })]
        };
        let pipes = 0..zonal.grid.pipes.len() as u32;
        let building_mw: Vec<[f64; 2]> =
            pipes.map(|pipe| [building(pipe, false), building(pipe, true)]).collect();
        self.queue.study_zonal(round, &zonal.grid, &building_mw)
    }

    /// Makes this year's states.
    pub(super) fn refresh_zonal_snapshots(
        &mut self,
        loads: &[FirmLoad],
        first_hour: usize,
    ) -> Result<(), RunError> {
        let Some(zonal) = &mut self.zonal else { return Ok(()) };
        let mut site_mw = vec![0.0; zonal.zones()];
        for load in loads {
            site_mw[self.sites[load.site].zone] += load.mw;
        }
        zonal.grid.snapshots = self
            .planner
            .zonal_snapshots(
                Outset {
                    setup: &self.setup,
                    weather: &self.weather,
                    market: &self.clearing,
                    supply: &self.supply,
                    loads,
                    first_hour,
                },
                &site_mw,
                &zonal.stations_mw,
            )
            .map_err(RunError::Planning)?;
        Ok(())
    }

    /// Takes works into service: more stations, or more of every pipe across the border of the zone in
    /// proportion to what it carries in that direction.
    pub(super) fn finish_zonal_works(&mut self, element: BranchId, added_mw: f64) {
        let Some(zonal) = &mut self.zonal else { return };
        let at = element.0 as usize;
        let zones = zonal.zones();
        if at < zones {
            zonal.stations_mw[at] += added_mw;
            for snapshot in &mut zonal.grid.snapshots {
                snapshot.station_mw[at] += added_mw;
            }
            return;
        }
        let (zone, outwards) = (at % zones, at >= 2 * zones);
        let across = |(pipe, &(from, to)): (u32, &(usize, usize))| {
            let backward = (from == zone) != outwards;
            (from == zone || to == zone).then_some(Element::Pipe { pipe, backward })
        };
        let into: Vec<Element> = (0..).zip(&zonal.grid.pipes).filter_map(across).collect();
        let limits: Vec<f64> = into.iter().map(|&element| self.clearing.limit_mw(element)).collect();
        let total_mw: f64 = limits.iter().sum();
        for (&element, limit_mw) in into.iter().zip(&limits) {
            let share = if total_mw > 0.0 { limit_mw / total_mw } else { 1.0 / into.len() as f64 };
            self.clearing.add_to_limit(element, share * added_mw);
            if let Element::Pipe { pipe, .. } = element {
                for snapshot in &mut zonal.grid.snapshots {
                    snapshot.room_mw[pipe as usize].iter_mut().for_each(|room| *room += share * added_mw);
                }
            }
        }
    }

    /// What an upgrade of the queue works on, as tables name it.
    pub(super) fn name_of_works(&self, branch: BranchId) -> String {
        let pack = &self.setup.pack;
        let Some(zonal) = &self.zonal else { return pack.network.branch(branch).name.clone() };
        let zone = |at: usize| pack.region.zones[at].name.as_str();
        let at = branch.0 as usize;
        let zones = zonal.zones();
        match at / zones {
            0 => format!("stations of {}", zone(at)),
            1 => format!("import into {}", zone(at - zones)),
            _ => format!("export out of {}", zone(at - 2 * zones)),
        }
    }
}
