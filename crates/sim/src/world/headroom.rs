//! What every bus or zone could still take without works, in the states of studies.

use gridrush_core::grid::{BranchId, BusId};
use gridrush_core::interconnection::{Direction, Limit, Security, Source, StudyCase};
use gridrush_tables::{Cell, RowSink, TableError};

use super::{RunError, World};
use crate::probe;

/// A bus, or a zone where pipes join zones, and what limits it.
#[derive(Clone, Debug, PartialEq)]
pub struct Headroom {
    /// The name of the bus or zone.
    pub place: String,
    /// Its zone.
    pub zone: String,
    /// The voltage of the bus.
    pub base_kv: Option<f64>,
    /// Latitude and longitude in degrees.
    pub position: Option<(f64, f64)>,
    /// What limits it; none if nothing does.
    pub limit: Option<Limiting>,
}

/// A limit with its names.
#[derive(Clone, Debug, PartialEq)]
pub struct Limiting {
    /// How much more the place could take.
    pub headroom_mw: f64,
    /// What is then at its limit.
    pub element: String,
    /// The branch whose loss that is reckoned with.
    pub outage: Option<String>,
    /// The state.
    pub snapshot: String,
    /// Flow on the element per megawatt.
    pub dfax: f64,
}

impl World {
    /// Headroom of every bus (of every zone where pipes join zones) for more load or generation, in the order
    /// of the region, in all states of a study or in one. An unknown state leaves nothing that limits.
    pub fn headroom(
        &mut self,
        direction: Direction,
        snapshot: Option<&str>,
    ) -> Result<Vec<Headroom>, RunError> {
        self.planner.generators = direction == Direction::Generation;
        self.refresh_snapshots()?;
        if self.zonal.is_some() {
            return Ok(self.zonal_headroom(direction, snapshot));
        }
        let mut snapshots = self.snapshots.clone();
        snapshots.retain(|state| snapshot.is_none_or(|name| state.name == name));
        let names: Vec<String> = snapshots.iter().map(|state| state.name.clone()).collect();
        let network = &self.setup.pack.network;
        let branches = self.branches_as_planned();
        let rules = self.queue.params().rules;
        let case = StudyCase::new(&self.topology, &mut self.unit_flows, snapshots, branches, rules);
        let mut case = case.map_err(RunError::Study)?.in_zones(network);
        let branch = |branch: BranchId| network.branch(branch).name.clone();
        let of_bus = |(bus, data): (BusId, &gridrush_core::grid::Bus)| Headroom {
            place: data.name.clone(),
            zone: network.zones[usize::from(data.zone.0)].name.clone(),
            base_kv: Some(data.base_kv),
            position: data.position,
            limit: case.headroom_for(bus, direction).map(|limit| Limiting {
                headroom_mw: limit.headroom_mw,
                element: branch(limit.branch),
                outage: limit.outage.map(branch),
                snapshot: names[limit.snapshot].clone(),
                dfax: limit.dfax,
            }),
        };
        Ok(network.buses().map(of_bus).collect())
    }

    /// Names of the states in which a direction is studied.
    pub fn study_states(&self, direction: Direction) -> Vec<String> {
        let nodal = self.snapshots.iter().filter(|state| state.is_for(direction)).map(|state| &state.name);
        let zonal = self.zonal.iter().flat_map(|zonal| zonal.states(direction));
        nodal.chain(zonal).cloned().collect()
    }

    /// Which generators serve a load under study, in a word.
    pub fn study_source(&self) -> &'static str {
        match self.queue.params().rules.source {
            Source::Headroom | Source::Redispatch => "headroom",
            Source::Local => "local",
        }
    }

    fn zonal_headroom(&self, direction: Direction, snapshot: Option<&str>) -> Vec<Headroom> {
        let Some(zonal) = &self.zonal else { return Vec::new() };
        let params = self.queue.params();
        let network = &self.setup.pack.network;
        let of_zone = |(zone, name): (usize, &String)| {
            let own = |bus: &gridrush_core::grid::Bus| usize::from(bus.zone.0) == zone;
            let positions: Vec<(f64, f64)> =
                network.buses().filter(|(_, bus)| own(bus)).filter_map(|(_, bus)| bus.position).collect();
            let n = positions.len() as f64;
            let mean = |part: fn(&(f64, f64)) -> f64| positions.iter().map(part).sum::<f64>() / n;
            let limit = zonal.headroom(zone, direction, snapshot, params);
            Headroom {
                place: name.clone(),
                zone: name.clone(),
                base_kv: None,
                position: (n > 0.0).then(|| (mean(|p| p.0), mean(|p| p.1))),
                limit: limit.map(|(limit, snapshot): (Limit, String)| Limiting {
                    headroom_mw: limit.headroom_mw,
                    element: self.name_of_works(limit.branch),
                    outage: None,
                    snapshot,
                    dfax: limit.dfax,
                }),
            }
        };
        network.zones.iter().map(|zone| &zone.name).enumerate().map(of_zone).collect()
    }

    /// Writes headroom as a table.
    pub fn write_headroom(
        &self,
        direction: Direction,
        rows: &[Headroom],
        sink: &mut dyn RowSink,
    ) -> Result<(), TableError> {
        let rules = self.queue.params().rules;
        let security = match rules.security {
            Security::N1 => "n1",
            _ => "n0",
        };
        let source = self.study_source();
        let direction = match direction {
            Direction::Load => "load",
            Direction::Generation => "generation",
        };
        let mut batch = gridrush_tables::Batch::new(&probe::headroom::TABLE);
        for row in rows {
            let limit = row.limit.as_ref();
            let number = |value: Option<f64>| Cell::Float(value.unwrap_or(f64::NAN));
            let text = |value: Option<&'_ String>| value.map_or("", String::as_str).to_owned();
            let (element, snapshot) = (text(limit.map(|l| &l.element)), text(limit.map(|l| &l.snapshot)));
            let outage = text(limit.and_then(|l| l.outage.as_ref()));
            batch.push(&[
                Cell::Text(&row.place),
                Cell::Text(&row.zone),
                number(row.base_kv),
                number(row.position.map(|p| p.0)),
                number(row.position.map(|p| p.1)),
                Cell::Text(direction),
                number(limit.map(|l| l.headroom_mw)),
                Cell::Text(&element),
                Cell::Text(&outage),
                Cell::Text(&snapshot),
                number(limit.map(|l| l.dfax)),
                Cell::Text(source),
                Cell::Text(security),
            ]);
        }
        sink.write(&batch)
    }
}
