//! A grid connection and what stands on it.

use gridrush_core::demand::{Award, BidBook, ClassId, Demand, SiteId};
use gridrush_core::kernel::SimTime;
use gridrush_workload::ai::Campus;
use gridrush_workload::bitcoin::MineFleet;
use gridrush_workload::{AI_TRAINING, MINING};

/// Blocks of a site that are controllable; the others are firm.
pub const CONTROLLABLE_BLOCKS: usize = 4;

/// What stands on a site. Mining rigs cannot train models, so the two never mix.
#[derive(Clone, Debug)]
pub enum Asset {
    /// A Bitcoin mine.
    Mine(MineFleet),
    /// An AI campus.
    Campus(Campus),
}

impl Asset {
    /// The class under which the site's contract is reported.
    pub fn class(&self) -> ClassId {
        match self {
            Asset::Mine(_) => MINING,
            Asset::Campus(_) => AI_TRAINING,
        }
    }
}

impl Demand for Asset {
    fn bid(&self, now: SimTime, book: &mut BidBook) {
        match self {
            Asset::Mine(mine) => mine.bid(now, book),
            Asset::Campus(campus) => campus.bid(now, book),
        }
    }

    fn award(&mut self, now: SimTime, award: &Award) {
        match self {
            Asset::Mine(mine) => mine.award(now, award),
            Asset::Campus(campus) => campus.award(now, award),
        }
    }
}

/// A grid connection.
#[derive(Clone, Debug)]
pub struct Site {
    /// Stable name.
    pub name: String,
    /// Its number.
    pub id: SiteId,
    /// Its bus.
    pub bus: u32,
    /// The zone of its bus.
    pub zone: usize,
    /// Contract demand once fully energized.
    pub contract_mw: f64,
    /// What it may draw now.
    pub energized_mw: f64,
    /// What stands there.
    pub asset: Asset,
}
