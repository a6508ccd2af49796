//! A grid connection and what stands on it.

use gridrush_core::demand::{Award, BidBook, ClassId, Demand, SiteId};
use gridrush_core::kernel::SimTime;
use gridrush_core::names::Key;
use gridrush_workload::ai::Campus;
use gridrush_workload::ai::jobs::JobKind;
use gridrush_workload::bitcoin::MineFleet;
use gridrush_workload::{AI_TRAINING, MINING};

use crate::setup::Params;

/// Blocks of a site that are controllable; the others are firm.
pub const CONTROLLABLE_BLOCKS: usize = 4;

/// What stands on a site. Mining rigs cannot train models, so the two never mix.
#[derive(Clone, Debug)]
pub enum Asset {
    /// A Bitcoin mine.
    Mine(MineFleet),
    /// An AI campus.
    Campus(Box<Campus>),
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

/// Rigs of the pack's mines: share of power and J/TH. Assumed; the mean, 23 J/TH, lies
/// a little below the world's 25 J/TH of 2024 \[D\], because American fleets are newer.
const EXISTING_RIGS: [(f64, f64); 3] = [(0.35, 18.0), (0.35, 22.0), (0.30, 30.0)];

/// Hashrate of an existing mine, EH/s, if all its rigs run.
pub fn existing_mine_ehs(mw: f64, params: &Params) -> f64 {
    EXISTING_RIGS.iter().map(|(share, j_per_th)| share * mw / j_per_th / params.fleet.pue).sum()
}

impl Asset {
    /// An empty asset of a class.
    pub fn new(class: ClassId, id: SiteId, name: &str, params: &Params) -> Asset {
        if class == MINING {
            Asset::Mine(MineFleet::new(id, params.fleet.clone()))
        } else {
            Asset::Campus(Box::new(Campus::new(id, Key::of(name), params.ai)))
        }
    }
}

/// Fills a mine of the pack with its rigs; `month` is the month of the run.
pub fn install_existing_rigs(mine: &mut MineFleet, mw: f64, month: u32) {
    for (share, j_per_th) in EXISTING_RIGS {
        mine.install_mw(share * mw, j_per_th, month);
    }
}

/// Delivered compute of some campuses over a month.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Compute {
    /// Accelerators installed.
    pub accelerators: f64,
    /// Their IT power.
    pub it_mw: f64,
    /// Floating-point operations delivered.
    pub delivered_flop: f64,
    /// Training jobs finished.
    pub jobs_finished: u64,
    /// Training jobs waiting.
    pub jobs_waiting: u64,
}

impl Compute {
    /// What a campus delivered since it was last asked: training, then inference.
    pub fn take(campus: &mut Campus, now: SimTime) -> [Compute; 2] {
        let totals = campus.take_totals(now);
        let (all, training) = (campus.accelerators() as f64, campus.training_accelerators());
        let it_mw = campus.installed_mw() / campus.params().pue;
        let part = |accelerators: f64, delivered_flop: f64, jobs_finished: u64, jobs_waiting: u64| Compute {
            accelerators,
            it_mw: if all > 0.0 { it_mw * accelerators / all } else { 0.0 },
            delivered_flop,
            jobs_finished,
            jobs_waiting,
        };
        let waiting = campus.jobs().waiting(JobKind::Small) + campus.jobs().waiting(JobKind::Large);
        let flop = totals.compute.delivered_training_flop();
        [part(training, flop, totals.jobs_finished, waiting as u64), part(all - training, f64::NAN, 0, 0)]
    }

    /// Adds another campus.
    pub fn add(&mut self, other: &Compute) {
        self.accelerators += other.accelerators;
        self.it_mw += other.it_mw;
        self.delivered_flop += other.delivered_flop;
        self.jobs_finished += other.jobs_finished;
        self.jobs_waiting += other.jobs_waiting;
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
