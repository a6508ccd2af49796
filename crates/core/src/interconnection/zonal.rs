//! The study of a region whose zones are joined by pipes: no branch, no transfer factor, three questions.
//!
//! For a request of P megawatts in zone z, in every snapshot:
//!
//! ```text
//!   stations    load of z + commitments in z + P  <=  capacity of the zone's stations
//!   import      commitments in z + P              <=  what can be delivered to z
//! ```
//!
//! What can be delivered is a maximum flow from upward headroom through what dispatch has left of the pipes, after
//! commitments in other zones have taken theirs. Whether generation suffices is not what a study of wires asks: where
//! upward headroom is less than all that is asked, it is scaled up, place by place in proportion. So a zone with
//! plant of its own needs less import, and two zones behind one pipe share it.
//!
//! A generator is studied on the export of its zone: what pipes can carry to generation that it displaces.
//!
//! What lacks is built in standard steps. Cost per megawatt and time to build are log-normal and belong to the
//! request's name, so they are the same under any policy and in any order of studies. *Elements* of a zonal region, in
//! the order of [`BranchId`]s: the stations of each zone, then the import of each zone, then the export of each zone.
//!
//! Cost: two maximum flows a snapshot on a graph of the zones, `O(zones^3 x pipes)` at worst and tiny.

use serde::{Deserialize, Serialize};

use super::group::{GroupOutcome, GroupOverload, TransferOutcome};
use super::request::Direction;
#[cfg(test)]
use super::study::StudyOutcome;
use super::study::{Limit, Overload, StudyBranch, StudyRules, grows};
use super::upgrade::{Remedy, Works, months};
use crate::grid::{BranchId, BranchKind};
use crate::kernel::{Purpose, Streams, uniform_open};
use crate::math::{exp, normal_quantile};
use crate::names::Key;

/// The stream of cost and time of works: index 0 for stations, 1 for import.
const WORKS: Purpose = Purpose::of("zonal works");

/// Cost and time of works in a zonal region.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ZonalRules {
    /// Capacity of a zone's stations over its native peak. Default 1.25, assumed.
    pub station_ratio: f64,
    /// Works come in multiples of this. Default 50 MW, assumed.
    pub step_mw: f64,
    /// Median cost of local works. Default 85 $/kW: network upgrades of active requests in PJM, 2020 to 2022 `[S]`.
    pub local_cost_usd_per_mw: f64,
    /// Standard deviation of its logarithm. Default 1.44: the mean of the same is 240 $/kW `[S]`.
    pub local_cost_spread_log: f64,
    /// Median time to build local works. Default 17 months: ERCOT generation from agreement to energization, to
    /// 2022 `[D]`.
    pub local_lead_months: f64,
    /// Standard deviation of its logarithm. Default 0.54: 8 and 32 months are its tenth and ninetieth
    /// percentiles `[D]`.
    pub local_lead_spread_log: f64,
    /// Median cost of more import. Default 270 $/kW, assumed: a hundred miles of line and its stations.
    pub import_cost_usd_per_mw: f64,
    /// Standard deviation of its logarithm. Default 0.6, assumed.
    pub import_cost_spread_log: f64,
    /// Median time to build more import. Default 78 months, the middle of 60-96 for a 345 kV line `[M]`.
    pub import_lead_months: f64,
    /// Standard deviation of its logarithm. Default 0.18: 60 and 96 months as tenth and ninetieth
    /// percentiles `[M]`.
    pub import_lead_spread_log: f64,
}

impl Default for ZonalRules {
    fn default() -> ZonalRules {
        ZonalRules {
            station_ratio: 1.25,
            step_mw: 50.0,
            local_cost_usd_per_mw: 85_000.0,
            local_cost_spread_log: 1.44,
            local_lead_months: 17.0,
            local_lead_spread_log: 0.54,
            import_cost_usd_per_mw: 270_000.0,
            import_cost_spread_log: 0.6,
            import_lead_months: 78.0,
            import_lead_spread_log: 0.18,
        }
    }
}

impl ZonalRules {
    /// The works of a request that add at least `lacking_mw`.
    fn remedy(&self, streams: &Streams, request: Key, works: Works, lacking_mw: f64) -> Remedy {
        let (index, cost, lead) = match works {
            Works::ZoneImport | Works::ZoneExport => (
                1,
                (self.import_cost_usd_per_mw, self.import_cost_spread_log),
                (self.import_lead_months, self.import_lead_spread_log),
            ),
            _ => (
                0,
                (self.local_cost_usd_per_mw, self.local_cost_spread_log),
                (self.local_lead_months, self.local_lead_spread_log),
            ),
        };
        let mut rng = streams.open_at(request, WORKS, index);
        let mut draw =
            |(median, spread): (f64, f64)| median * exp(spread * normal_quantile(uniform_open(&mut rng)));
        let added_mw = (lacking_mw / self.step_mw).ceil().max(1.0) * self.step_mw;
        Remedy { works, added_mw, cost_usd: added_mw * draw(cost), lead: months(draw(lead)) }
    }
}

/// A state of a zonal region in which requests are studied; lists are by zone but for pipes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ZonalSnapshot {
    /// A name such as "summer peak".
    pub name: String,
    /// Native load and what sites drew when the state was made.
    pub load_mw: Vec<f64>,
    /// Capacity of stations, works in service included.
    pub station_mw: Vec<f64>,
    /// What sites draw in addition since the state was made.
    pub added_mw: Vec<f64>,
    /// How much more generators could give.
    pub upward_mw: Vec<f64>,
    /// How much less they could give.
    pub downward_mw: Vec<f64>,
    /// The only direction that is studied here; `None` if both are.
    pub only: Option<Direction>,
    /// Room on each pipe: forward, backward.
    pub room_mw: Vec<[f64; 2]>,
}

/// Zones, pipes and states, ready for a study.
#[derive(Clone, Debug, PartialEq)]
pub struct ZonalGrid {
    /// The zone of each bus.
    pub zone_of_bus: Vec<usize>,
    /// Zones that each pipe joins.
    pub pipes: Vec<(usize, usize)>,
    /// The states.
    pub snapshots: Vec<ZonalSnapshot>,
}

impl ZonalGrid {
    /// What limits more load or generation in a zone when nothing is under way; `None` if nothing does.
    /// Generation is scaled up to what is asked, so this is the largest request that fits: it is looked for
    /// from above.
    pub fn headroom(
        &self,
        zone: usize,
        direction: Direction,
        zonal: &ZonalRules,
        rules: &StudyRules,
    ) -> Option<Limit> {
        let zones = self.snapshots.first()?.load_mw.len();
        let streams = Streams::new(0, 0);
        let case = ZonalCase {
            grid: self,
            planned_mw: vec![0.0; 3 * zones],
            more_room_mw: &[],
            committed_mw: vec![0.0; zones],
            committed_generation_mw: vec![0.0; zones],
            zonal,
            rules,
            streams: &streams,
        };
        let mut mw = MORE_THAN_ANY_MW;
        let mut limit = None;
        for _ in 0..HEADROOM_STEPS {
            let request = ZonalTransfer { request: Key::of("headroom"), zone, mw, direction };
            limit = case.study_round(&[request]).transfers[0].headroom;
            let least_mw = limit.map_or(f64::INFINITY, |limit| limit.headroom_mw);
            if least_mw >= mw * (1.0 - 1e-9) || least_mw <= 0.0 {
                break;
            }
            mw = least_mw;
        }
        limit.filter(|limit| limit.headroom_mw < MORE_THAN_ANY_MW)
    }
}

/// A request that no region could take.
const MORE_THAN_ANY_MW: f64 = 1e6;
/// Steps towards the largest request that fits.
const HEADROOM_STEPS: usize = 500;

/// The stations of a zone as an element.
pub fn station_of(zone: usize) -> BranchId {
    BranchId(zone as u32)
}

/// The import of a zone as an element.
pub fn import_of(zone: usize, zones: usize) -> BranchId {
    BranchId((zones + zone) as u32)
}

/// The export of a zone as an element.
pub fn export_of(zone: usize, zones: usize) -> BranchId {
    BranchId((2 * zones + zone) as u32)
}

/// A request of a round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ZonalTransfer {
    pub request: Key,
    pub zone: usize,
    pub mw: f64,
    pub direction: Direction,
}

/// A study under way.
pub(super) struct ZonalCase<'a> {
    pub grid: &'a ZonalGrid,
    /// Works on their way, by element.
    pub planned_mw: Vec<f64>,
    /// Room of each pipe, forward and backward, beyond that of the states; none if empty.
    pub more_room_mw: &'a [[f64; 2]],
    /// Contracts that are not energized yet, by zone.
    pub committed_mw: Vec<f64>,
    /// Generators that have signed and do not run yet, by zone.
    pub committed_generation_mw: Vec<f64>,
    pub zonal: &'a ZonalRules,
    pub rules: &'a StudyRules,
    pub streams: &'a Streams,
}

impl ZonalCase<'_> {
    fn zones(&self) -> usize {
        self.committed_mw.len()
    }

    /// Studies a load of `mw` in a zone: the round of one.
    #[cfg(test)]
    pub(super) fn study(&self, request: Key, zone: usize, mw: f64) -> StudyOutcome {
        let mut round = self.study_round(&[ZonalTransfer { request, zone, mw, direction: Direction::Load }]);
        let own = round.transfers.pop().unwrap_or_default();
        StudyOutcome {
            charged: round.charged.into_iter().map(|group| group.overload).collect(),
            relied: own.relied,
            pre_existing: round.pre_existing,
            headroom: own.headroom,
        }
    }

    /// Studies requests together. Of those who share pipes into different zones, the lower zone is served
    /// first. The outcome lists its transfers in the same order.
    pub(super) fn study_round(&self, transfers: &[ZonalTransfer]) -> GroupOutcome {
        let mut outcome = GroupOutcome {
            transfers: vec![TransferOutcome::default(); transfers.len()],
            ..GroupOutcome::default()
        };
        let zones = self.zones();
        let mut round_mw = [vec![0.0; zones], vec![0.0; zones]];
        let mut elements = Vec::new();
        for zone in 0..zones {
            for direction in [Direction::Load, Direction::Generation] {
                let is_here = |t: &ZonalTransfer| t.zone == zone && t.direction == direction;
                let here: Vec<usize> = (0..transfers.len()).filter(|&t| is_here(&transfers[t])).collect();
                if here.is_empty() {
                    continue;
                }
                let mw: f64 = here.iter().map(|&t| transfers[t].mw).sum();
                let mut reach = Vec::new();
                let mut stations = Vec::new();
                for (at, snapshot) in self.grid.snapshots.iter().enumerate() {
                    if snapshot.only.is_some_and(|only| only != direction) {
                        continue;
                    }
                    let committed_mw = self.wanted_mw(snapshot, direction, zone);
                    stations.push((at, snapshot.load_mw[zone] + committed_mw, snapshot.station_mw[zone]));
                    let earlier_mw = &round_mw[direction as usize];
                    reach.push((at, committed_mw, self.reach_mw(snapshot, direction, zone, mw, earlier_mw)));
                }
                match direction {
                    Direction::Load => {
                        elements.push((station_of(zone), Works::LocalStation, stations, here.clone()));
                        elements.push((import_of(zone, zones), Works::ZoneImport, reach, here));
                    }
                    Direction::Generation => {
                        elements.push((export_of(zone, zones), Works::ZoneExport, reach, here));
                    }
                }
                round_mw[direction as usize][zone] = mw;
            }
        }
        elements.sort_by_key(|(element, ..)| *element);
        for (element, works, states, here) in elements {
            self.element((element, works), &states, &here, transfers, &mut outcome);
        }
        outcome
    }

    /// Charges an element whose use and rating are given by snapshot to those of the round that use it.
    fn element(
        &self,
        (branch, works): (BranchId, Works),
        states: &[(usize, f64, f64)],
        here: &[usize],
        transfers: &[ZonalTransfer],
        outcome: &mut GroupOutcome,
    ) {
        let mw: f64 = here.iter().map(|&t| transfers[t].mw).sum();
        let planned_mw = self.planned_mw.get(branch.0 as usize).copied().unwrap_or(0.0);
        let mut worst: Option<Overload> = None;
        let mut headroom: Option<Limit> = None;
        let (mut relied_mw, mut lacked_before_mw) = (0.0_f64, 0.0_f64);
        for &(snapshot, before_mw, rating_mw) in states {
            let studied = StudyBranch {
                kind: if works == Works::LocalStation { BranchKind::Transformer } else { BranchKind::Line },
                base_kv: 0.0,
                length_mi: None,
                circuit_mw: rating_mw,
                rating_mw,
                planned_mw,
                emergency_ratio: 1.0,
            };
            let (after_mw, future_mw) = (before_mw + mw, rating_mw + planned_mw);
            let least_growth = self.rules.overload_growth_min;
            lacked_before_mw = lacked_before_mw.max(before_mw - future_mw);
            if planned_mw > 0.0 && grows(before_mw, after_mw, rating_mw, least_growth) {
                relied_mw = relied_mw.max(after_mw - rating_mw);
            }
            if grows(before_mw, after_mw, future_mw, least_growth) {
                let outage = None;
                let (dfax, remedy) = (1.0, None);
                let overload =
                    Overload { branch, outage, snapshot, dfax, before_mw, after_mw, studied, remedy };
                if worst.is_none_or(|worst| overload.lacking_mw() > worst.lacking_mw()) {
                    worst = Some(overload);
                }
            }
            let headroom_mw = (future_mw - before_mw).max(0.0);
            if headroom.is_none_or(|limit| headroom_mw < limit.headroom_mw) {
                headroom = Some(Limit { headroom_mw, branch, outage: None, snapshot, dfax: 1.0 });
            }
        }
        for &t in here {
            let own = &mut outcome.transfers[t];
            if relied_mw > 0.0 {
                own.relied.push((branch, relied_mw.min(planned_mw)));
            }
            let Some(limit) = headroom else { continue };
            if own.headroom.is_none_or(|own| limit.headroom_mw < own.headroom_mw) {
                own.headroom = Some(limit);
            }
            let firm_mw = transfers[t].mw * (limit.headroom_mw / mw).min(1.0);
            own.firm_mw = Some(own.firm_mw.map_or(firm_mw, |least| least.min(firm_mw)));
        }
        if lacked_before_mw > 0.0 {
            outcome.pre_existing.push((branch, lacked_before_mw));
        }
        // Works belong to the largest request, of equal ones to the first.
        let largest = here.iter().rev().max_by(|&&a, &&b| transfers[a].mw.total_cmp(&transfers[b].mw));
        if let (Some(mut overload), Some(&largest)) = (worst, largest) {
            let request = transfers[largest].request;
            overload.remedy = Some(self.zonal.remedy(self.streams, request, works, overload.lacking_mw()));
            let mut dfax = vec![0.0; transfers.len()];
            for &t in here {
                dfax[t] = 1.0;
            }
            let impact_mw = dfax.iter().zip(transfers).map(|(dfax, of)| dfax * of.mw).collect();
            outcome.charged.push(GroupOverload { overload, dfax, impact_mw });
        }
    }

    /// What commitments of a zone draw from others, or feed into them.
    fn wanted_mw(&self, snapshot: &ZonalSnapshot, direction: Direction, zone: usize) -> f64 {
        match direction {
            Direction::Load => self.committed_mw[zone] + snapshot.added_mw[zone],
            Direction::Generation => self.committed_generation_mw.get(zone).copied().unwrap_or(0.0),
        }
    }

    /// Most that can be delivered to commitments and new load of a zone, or carried away from its generators, once
    /// other zones have theirs and `earlier_mw`, without works on their way at its own border.
    fn reach_mw(
        &self,
        snapshot: &ZonalSnapshot,
        direction: Direction,
        zone: usize,
        mw: f64,
        earlier_mw: &[f64],
    ) -> f64 {
        let zones = self.zones();
        // What a generator sends out is what a load takes in, with pipes turned round.
        let (other_side, border, turned) = match direction {
            Direction::Load => (&snapshot.upward_mw, import_of(0, zones), false),
            Direction::Generation => (&snapshot.downward_mw, export_of(0, zones), true),
        };
        let wanted = |z: usize| self.wanted_mw(snapshot, direction, z) + earlier_mw[z];
        let there_mw: f64 = other_side.iter().sum();
        let asked_mw: f64 = (0..zones).map(wanted).sum::<f64>() + mw;
        let scale = if there_mw > 0.0 { (asked_mw / there_mw).max(1.0) } else { 0.0 };
        let (source, sink) = (zones, zones + 1);
        let mut flow = MaxFlow::new(zones + 2);
        for (z, &mw) in other_side.iter().enumerate() {
            *flow.room(source, z) += scale * mw;
            if z != zone {
                let works = self.planned_mw.get(border.0 as usize + z);
                *flow.room(source, z) += works.copied().unwrap_or(0.0);
                *flow.room(z, sink) += wanted(z);
            }
        }
        for (pipe, (&(a, b), room)) in self.grid.pipes.iter().zip(&snapshot.room_mw).enumerate() {
            let more = self.more_room_mw.get(pipe).copied().unwrap_or_default();
            let (there, back) = (usize::from(turned), usize::from(!turned));
            *flow.room(a, b) += room[there] + more[there];
            *flow.room(b, a) += room[back] + more[back];
        }
        flow.run(source, sink);
        *flow.room(zone, sink) = f64::INFINITY;
        flow.run(source, sink)
    }
}

/// Maximum flow by shortest augmenting paths; ties go to the lower zone.
struct MaxFlow {
    nodes: usize,
    /// From each node to each.
    room: Vec<f64>,
    /// Of the last search: the node before each on its path, and nodes in the order in which they were reached.
    before: Vec<usize>,
    reached: Vec<usize>,
}

/// Less room than this is none.
const NO_ROOM_MW: f64 = 1e-9;

impl MaxFlow {
    fn new(nodes: usize) -> MaxFlow {
        let (room, before) = (vec![0.0; nodes * nodes], vec![usize::MAX; nodes]);
        MaxFlow { nodes, room, before, reached: Vec::with_capacity(nodes) }
    }

    fn room(&mut self, from: usize, to: usize) -> &mut f64 {
        &mut self.room[from * self.nodes + to]
    }

    /// Looks for a shortest path with room; true if there is one.
    fn search(&mut self, source: usize, sink: usize) -> bool {
        self.before.fill(usize::MAX);
        self.before[source] = source;
        self.reached.clear();
        self.reached.push(source);
        let mut next = 0;
        while let Some(&a) = self.reached.get(next) {
            next += 1;
            let room = &self.room[a * self.nodes..(a + 1) * self.nodes];
            for (b, (from, &room)) in self.before.iter_mut().zip(room).enumerate() {
                if *from == usize::MAX && room > NO_ROOM_MW {
                    *from = a;
                    if b == sink {
                        return true;
                    }
                    self.reached.push(b);
                }
            }
        }
        false
    }

    /// Sends all that fits in addition to what was sent; returns how much.
    fn run(&mut self, source: usize, sink: usize) -> f64 {
        let mut sent_mw = 0.0;
        while self.search(source, sink) {
            let (mut mw, mut b) = (f64::INFINITY, sink);
            while b != source {
                let a = self.before[b];
                mw = mw.min(*self.room(a, b));
                b = a;
            }
            b = sink;
            while b != source {
                let a = self.before[b];
                *self.room(a, b) -= mw;
                *self.room(b, a) += mw;
                b = a;
            }
            sent_mw += mw;
        }
        sent_mw
    }
}

#[cfg(test)]
mod tests;
