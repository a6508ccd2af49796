//! Where a request attaches when it names no bus: a voltage by size, then the bus with most headroom.
//!
//! The voltage class that fits the request's size comes first, then higher ones. In a class the bus of
//! largest headroom is taken if the request is at most [`SitingRules::headroom_share`] of it; when no
//! class has such a bus, the best of all those seen is taken and the study shows what it lacks. Lower
//! voltages are looked at only in a zone that has nothing else. Headroom is that of the study case, so
//! it counts what was committed before; ties go to the lower bus.

use serde::{Deserialize, Serialize};

use super::request::Direction;
use super::study::{Limit, StudyCase};
use super::transfer::DcFlow;
use crate::grid::{BusId, Network, ZoneId};

/// Voltages at which requests up to a size attach.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SizeClass {
    /// Largest request; `None` for the class of all larger ones.
    pub up_to_mw: Option<f64>,
    /// Lowest voltage.
    pub min_kv: f64,
    /// Highest voltage.
    pub max_kv: f64,
}

/// How a point of interconnection is chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SitingRules {
    /// Size classes, smallest first. Default up to 150 MW at 100-161 kV, up to 400 MW at 200-230 kV,
    /// above at 300-500 kV; assumed.
    pub classes: Vec<SizeClass>,
    /// Preferred largest part of a bus's headroom that one request takes. Default 0.5, assumed.
    pub headroom_share: f64,
}

impl Default for SitingRules {
    fn default() -> SitingRules {
        let class = |up_to_mw, min_kv, max_kv| SizeClass { up_to_mw, min_kv, max_kv };
        SitingRules {
            classes: vec![
                class(Some(150.0), 100.0, 161.0),
                class(Some(400.0), 200.0, 230.0),
                class(None, 300.0, 500.0),
            ],
            headroom_share: 0.5,
        }
    }
}

/// A bus and what limits it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Siting {
    /// The bus.
    pub bus: BusId,
    /// What limits it; `None` if nothing does.
    pub limit: Option<Limit>,
}

impl Siting {
    fn headroom_mw(&self) -> f64 {
        self.limit.map_or(f64::INFINITY, |limit| limit.headroom_mw)
    }
}

impl SitingRules {
    /// The bus for a request of `mw` in `zone`; `None` if no bus of the zone has a voltage of any
    /// class. O(candidates x branches x snapshots), and a flow solve for every bus not asked before.
    pub fn choose<F: DcFlow>(
        &self,
        case: &mut StudyCase<'_, F>,
        network: &Network,
        zone: ZoneId,
        mw: f64,
        direction: Direction,
    ) -> Option<Siting> {
        let fits = |class: &SizeClass| class.up_to_mw.is_none_or(|largest| mw <= largest);
        let first = self.classes.iter().position(fits).unwrap_or(self.classes.len());
        let (lower, upper) = self.classes.split_at(first);
        let mut best: Option<Siting> = None;
        for class in upper {
            let found = most_headroom(case, network, zone, class, direction);
            if let Some(siting) = found
                && best.is_none_or(|best| siting.headroom_mw() > best.headroom_mw())
            {
                best = found;
                if mw <= self.headroom_share * siting.headroom_mw() {
                    break;
                }
            }
        }
        best.or_else(|| {
            lower.iter().rev().find_map(|class| most_headroom(case, network, zone, class, direction))
        })
    }
}

fn most_headroom<F: DcFlow>(
    case: &mut StudyCase<'_, F>,
    network: &Network,
    zone: ZoneId,
    class: &SizeClass,
    direction: Direction,
) -> Option<Siting> {
    let mut best: Option<Siting> = None;
    for (bus, data) in network.buses() {
        if data.zone == zone
            && (class.min_kv..=class.max_kv).contains(&data.base_kv)
            && best.is_none_or(|best| case.has_more_than(bus, best.headroom_mw(), direction))
        {
            best = Some(Siting { bus, limit: case.headroom_for(bus, direction) });
        }
    }
    best
}
