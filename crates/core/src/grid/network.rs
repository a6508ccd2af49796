//! The network: an undirected multigraph of buses and branches that never loses a node.
//!
//! Elements go out of service by flag, not by removal, so positions stay valid for the whole run.

use petgraph::graph::{EdgeIndex, NodeIndex, UnGraph};
use serde::{Deserialize, Serialize};

use super::{CostCurve, Date, Fuel, Technology};

/// Position of a bus in the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BusId(pub u32);

/// Position of a branch in the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BranchId(pub u32);

/// Position of a load zone in the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ZoneId(pub u16);

/// A load zone: an area with one load shape and one reported price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Zone {
    /// The name in files and tables.
    pub name: String,
}

/// A node of the network at one voltage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bus {
    /// The number in the source file.
    pub number: u32,
    /// A readable name.
    pub name: String,
    /// The load zone.
    pub zone: ZoneId,
    /// Buses of one substation share this number and are joined by transformers.
    pub substation: u32,
    /// Nominal voltage.
    pub base_kv: f64,
    /// Load in the source case.
    pub load_mw: f64,
    /// Shunt conductance as a constant load at 1 p.u.
    pub shunt_mw: f64,
    /// This bus's part of its zone's native load; the parts of a zone sum to one.
    pub load_share: f64,
    /// Degrees north and east, when known.
    pub position: Option<(f64, f64)>,
}

/// What joins two buses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BranchKind {
    /// An overhead line or a cable.
    Line,
    /// A transformer between voltages (or a phase shifter).
    Transformer,
}

/// A line or a transformer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    /// The name in files and tables, unique in the network.
    pub name: String,
    /// The bus at which positive flow leaves.
    pub from: BusId,
    /// The bus at which positive flow arrives.
    pub to: BusId,
    /// What it is.
    pub kind: BranchKind,
    /// Series resistance, per unit on the network's base.
    pub r_pu: f64,
    /// Series reactance, per unit on the network's base; never zero.
    pub x_pu: f64,
    /// Off-nominal turns ratio; 1 for lines.
    pub tap: f64,
    /// Phase shift.
    pub shift_deg: f64,
    /// Least and greatest difference of the voltage angles, `from` minus `to`; infinite for no limit on one
    /// side, absent when the source limits neither. Used by the optimal power flow of case files only.
    pub angle_difference_deg: Option<(f64, f64)>,
    /// Continuous rating; infinite when the source gives none.
    pub rating_mw: f64,
    /// Short-term rating after a contingency, when the source gives one.
    pub emergency_rating_mw: Option<f64>,
    /// Length, when known.
    pub length_mi: Option<f64>,
    /// Whether it carries flow at the start.
    pub in_service: bool,
}

/// A generating unit or plant at one bus.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Generator {
    /// The name in files and tables, unique in the network.
    pub name: String,
    /// Where it injects.
    pub bus: BusId,
    /// What it burns.
    pub fuel: Fuel,
    /// Its prime mover.
    pub technology: Technology,
    /// Net capacity.
    pub capacity_mw: f64,
    /// Lowest stable output while committed.
    pub minimum_mw: f64,
    /// Full-load average heat rate; zero for units that burn nothing.
    pub heat_rate_mmbtu_per_mwh: f64,
    /// Variable operation and maintenance.
    pub variable_om_usd_per_mwh: f64,
    /// Energy capacity of storage; zero otherwise.
    pub storage_mwh: f64,
    /// The first day of its operation; absent when it is older than anything asked.
    pub online: Option<Date>,
    /// The day from which it no longer runs.
    pub retired: Option<Date>,
    /// Whether it is available at the start.
    pub in_service: bool,
    /// The cost curve of the source case, where that is all that is known of the unit's cost; it then
    /// takes the place of heat rate, fuel price and variable cost.
    pub cost: Option<CostCurve>,
    /// Carbon dioxide per unit of heat; absent: that of the fuel.
    pub co2_kg_per_mmbtu: Option<f64>,
    /// Share of time out by failure, 0 to 1; absent: that of the technology.
    pub forced_outage_rate: Option<f64>,
    /// The region that sells; imports only.
    pub neighbour: Option<String>,
}

impl Generator {
    /// Whether it runs on a day. `O(1)`.
    pub fn runs_on(&self, day: Date) -> bool {
        self.in_service
            && self.online.is_none_or(|online| online <= day)
            && self.retired.is_none_or(|retired| day < retired)
    }
}

/// A direct-current line: a flow that is set, not one that follows from angles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DcLink {
    /// The name in files and tables, unique in the network.
    pub name: String,
    /// The bus at which positive flow leaves.
    pub from: BusId,
    /// The bus at which positive flow arrives.
    pub to: BusId,
    /// Least flow; negative when power may run backwards.
    pub minimum_mw: f64,
    /// Greatest flow.
    pub maximum_mw: f64,
    /// Lost on the way for each MW sent.
    pub loss_fraction: f64,
    /// Lost on the way whatever the flow.
    pub fixed_loss_mw: f64,
    /// What the flow costs, by MW sent, when the source tells.
    pub cost: Option<CostCurve>,
    /// Whether it carries flow at the start.
    pub in_service: bool,
}

/// Buses, branches, zones and generators of one region.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Network {
    /// The multigraph; parallel circuits are parallel edges.
    pub graph: UnGraph<Bus, Branch>,
    /// Load zones in the order of their ids.
    pub zones: Vec<Zone>,
    /// Generators in file order.
    pub generators: Vec<Generator>,
    /// Direct-current lines in file order.
    pub dc_links: Vec<DcLink>,
    /// The base of per-unit values.
    pub base_mva: f64,
}

impl Network {
    /// Adds a bus.
    pub fn add_bus(&mut self, bus: Bus) -> BusId {
        BusId(self.graph.add_node(bus).index() as u32)
    }

    /// Adds a branch between buses that exist.
    pub fn add_branch(&mut self, branch: Branch) -> BranchId {
        let (from, to) = (NodeIndex::new(branch.from.0 as usize), NodeIndex::new(branch.to.0 as usize));
        BranchId(self.graph.add_edge(from, to, branch).index() as u32)
    }

    /// A bus by position.
    pub fn bus(&self, id: BusId) -> &Bus {
        &self.graph[NodeIndex::new(id.0 as usize)]
    }

    /// A branch by position.
    pub fn branch(&self, id: BranchId) -> &Branch {
        &self.graph[EdgeIndex::new(id.0 as usize)]
    }

    /// All buses in order of position.
    pub fn buses(&self) -> impl ExactSizeIterator<Item = (BusId, &Bus)> {
        self.graph.raw_nodes().iter().enumerate().map(|(i, node)| (BusId(i as u32), &node.weight))
    }

    /// All branches in order of position.
    pub fn branches(&self) -> impl ExactSizeIterator<Item = (BranchId, &Branch)> {
        self.graph.raw_edges().iter().enumerate().map(|(i, edge)| (BranchId(i as u32), &edge.weight))
    }

    /// The zone of that name, as it stands in files.
    pub fn zone_named(&self, name: &str) -> Option<ZoneId> {
        self.zones.iter().position(|zone| zone.name == name).map(|i| ZoneId(i as u16))
    }

    /// Where bulk equipment attaches in a zone: its buses of at least `minimum_kv` that lines meet, each
    /// with the sum of those lines' ratings (transformers and unlimited lines left out), in order of
    /// position. `O(buses + branches)`.
    pub fn transmission_ratings_mw(&self, zone: ZoneId, minimum_kv: f64) -> Vec<(BusId, f64)> {
        let mut rating_mw = vec![0.0; self.graph.node_count()];
        for (_, branch) in self.branches() {
            if branch.kind == BranchKind::Line && branch.rating_mw.is_finite() {
                rating_mw[branch.from.0 as usize] += branch.rating_mw;
                rating_mw[branch.to.0 as usize] += branch.rating_mw;
            }
        }
        let here = |(id, bus): (BusId, &Bus)| {
            let mw = rating_mw[id.0 as usize];
            (bus.zone == zone && bus.base_kv >= minimum_kv && mw > 0.0).then_some((id, mw))
        };
        self.buses().filter_map(here).collect()
    }

    /// [`Network::transmission_ratings_mw`] as parts of their sum.
    pub fn transmission_weights(&self, zone: ZoneId, minimum_kv: f64) -> Vec<(BusId, f64)> {
        let mut weights = self.transmission_ratings_mw(zone, minimum_kv);
        let total_mw: f64 = weights.iter().map(|(_, mw)| mw).sum();
        for (_, weight) in &mut weights {
            *weight /= total_mw;
        }
        weights
    }
}
