//! Room for the loss of branches: the security list as flowgates of the hourly market.
//!
//! The list is found on stressed states of the coming year and kept for the year. Each pair of a monitored
//! and a lost branch is a flowgate at the monitored branch's emergency rating. A pair that stays on the list
//! keeps its place, so the solver stays warm across a change of list.

use gridrush_core::dispatch::{FlowBranch, Flowgate};
use gridrush_core::grid::Network;
use gridrush_core::market::{SecurityBranch, SecurityPair};
use gridrush_core::names::Key;

use crate::clearing::Clearing;
use crate::scenario::{Ceilings, SecurityList};

/// What the list is made from.
#[derive(Clone, Debug)]
pub struct SecurityTerms {
    /// Its size, and emergency ratings.
    pub list: SecurityList,
    /// Price of flow beyond an emergency rating, by voltage.
    pub ceilings: Ceilings,
}

/// Emergency ratings and the pairs that are watched.
#[derive(Clone, Debug)]
pub struct Security {
    branches: Vec<Branch>,
    /// Flowgates that are not of the list; they come first.
    first: u32,
    /// The pair of each flowgate; none where a place is free.
    watched: Vec<Option<SecurityPair>>,
}

/// What the list needs to know of a branch.
#[derive(Clone, Copy, Debug)]
struct Branch {
    key: Key,
    emergency_ratio: f64,
    ceiling_usd_per_mwh: f64,
    can_be_lost: bool,
}

impl Security {
    /// An empty list, with its flowgates after the `first` ones.
    pub fn new(network: &Network, terms: &SecurityTerms, first: u32) -> Security {
        let SecurityTerms { list, ceilings } = terms;
        let element = |branch: &gridrush_core::grid::Branch| {
            let ends = [branch.from, branch.to].map(|bus| network.bus(bus).base_kv);
            let given = branch.emergency_rating_mw.filter(|_| branch.rating_mw > 0.0);
            Branch {
                key: Key::of(&branch.name),
                emergency_ratio: given.map_or(list.emergency_ratio, |mw| (mw / branch.rating_mw).max(1.0)),
                ceiling_usd_per_mwh: ceilings.at(ends[0].max(ends[1])),
                can_be_lost: branch.in_service && ends[0].max(ends[1]) >= list.lost_minimum_kv,
            }
        };
        Security {
            branches: network.branches().map(|(_, branch)| element(branch)).collect(),
            first,
            watched: Vec::new(),
        }
    }

    /// The position of its first flowgate.
    pub fn first(&self) -> u32 {
        self.first
    }

    /// Branches as the screening sees them, at their present ratings.
    pub fn elements(&self, branches: &[FlowBranch]) -> Vec<SecurityBranch> {
        let element = |(branch, element): (&FlowBranch, &Branch)| SecurityBranch {
            ends: (branch.from, branch.to),
            continuous_mw: branch.limit_mw,
            emergency_mw: branch.limit_mw * element.emergency_ratio,
            can_be_lost: element.can_be_lost,
        };
        branches.iter().zip(&self.branches).map(element).collect()
    }

    /// The pairs that are watched, with the position of their flowgate.
    pub fn watched(&self) -> impl Iterator<Item = (u32, &SecurityPair)> {
        (self.first..).zip(&self.watched).filter_map(|(at, pair)| Some((at, pair.as_ref()?)))
    }

    /// The pair of a flowgate.
    pub fn pair(&self, flowgate: u32) -> Option<&SecurityPair> {
        self.watched.get(flowgate.checked_sub(self.first)? as usize)?.as_ref()
    }

    /// Emergency over continuous rating of a branch.
    pub fn emergency_ratio(&self, branch: u32) -> f64 {
        self.branches[branch as usize].emergency_ratio
    }

    /// Takes what the pair's branch carries after the loss, and a margin, for its emergency rating, if that
    /// is more.
    pub fn raise(&mut self, pair: &SecurityPair, margin_share: f64) {
        let factor = pair.loading * (1.0 + margin_share);
        self.branches[pair.monitored as usize].emergency_ratio *= factor.max(1.0);
    }

    /// Watches exactly these pairs from now on.
    fn watch(&mut self, pairs: &[SecurityPair]) {
        let same = |a: &SecurityPair, b: &SecurityPair| (a.monitored, a.outaged) == (b.monitored, b.outaged);
        for place in &mut self.watched {
            *place = place.and_then(|old| pairs.iter().copied().find(|new| same(new, &old)));
        }
        let mut free = 0;
        for pair in pairs {
            if self.watched.iter().flatten().any(|old| same(old, pair)) {
                continue;
            }
            while self.watched.get(free).is_some_and(Option::is_some) {
                free += 1;
            }
            match self.watched.get_mut(free) {
                Some(place) => *place = Some(*pair),
                None => self.watched.push(Some(*pair)),
            }
        }
    }
}

impl Clearing {
    /// Replaces the security list.
    pub fn watch(&mut self, pairs: &[SecurityPair]) {
        self.security.watch(pairs);
        let flowgates = &mut self.problem.flowgates;
        for (at, pair) in (self.security.first as usize..).zip(&self.security.watched) {
            let flowgate = match pair {
                Some(pair) => {
                    let (monitored, lost) = (pair.monitored as usize, pair.outaged as usize);
                    let element = &self.security.branches[monitored];
                    let limit_mw = self.problem.branches[monitored].limit_mw * element.emergency_ratio;
                    Flowgate {
                        key: element.key.part(self.security.branches[lost].key.0),
                        terms: vec![(pair.monitored, 1.0)],
                        outage: Some(pair.outaged),
                        lower_mw: -limit_mw,
                        upper_mw: limit_mw,
                        ceiling_usd_per_mwh: element.ceiling_usd_per_mwh,
                        in_force: true,
                    }
                }
                None => Flowgate { in_force: false, ..flowgates[at].clone() },
            };
            match flowgates.get_mut(at) {
                Some(old) => *old = flowgate,
                None => flowgates.push(flowgate),
            }
        }
        self.problem.touch_topology();
    }

    /// Changes the rating of a branch, and with it the flowgates that monitor it.
    pub fn set_rating(&mut self, branch: u32, rating_mw: f64) {
        self.problem.branches[branch as usize].limit_mw = rating_mw;
        let limit_mw = rating_mw * self.security.emergency_ratio(branch);
        for (at, pair) in self.security.watched() {
            if pair.monitored == branch {
                let flowgate = &mut self.problem.flowgates[at as usize];
                (flowgate.lower_mw, flowgate.upper_mw) = (-limit_mw, limit_mw);
            }
        }
    }
}
