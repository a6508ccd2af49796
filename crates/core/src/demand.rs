//! What a load asks of the market and what it gets: the seam between the grid and any workload.

use serde::{Deserialize, Serialize};

use crate::kernel::{SimSpan, SimTime};

/// A site's position in the world's table of sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SiteId(pub u32);

/// What a block of load is willing to pay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bid {
    /// Firm load: served at its shed tier, never priced out.
    Firm,
    /// Controllable load: served while the price at its bus is at most this, in $/MWh.
    AtMost(f64),
}

/// One block of a site's load for the coming interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BidBlock {
    /// Whose load it is.
    pub site: SiteId,
    /// The class it is reported under (a position in the workload's list of classes).
    pub class: ClassId,
    /// How much the installed, ready equipment would draw at a price of zero, at the grid meter.
    pub requested_mw: f64,
    /// What it is willing to pay.
    pub bid: Bid,
}

/// A class of load in results, such as "mining". Zero is native load; workloads declare the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClassId(pub u8);

impl ClassId {
    /// Everybody else: homes, shops, industry.
    pub const NATIVE: ClassId = ClassId(0);
}

/// The blocks of all sites for one interval, in the order in which sites were asked.
#[derive(Clone, Debug, Default)]
pub struct BidBook {
    blocks: Vec<BidBlock>,
}

impl BidBook {
    /// Forgets all blocks and keeps the memory.
    pub fn clear(&mut self) {
        self.blocks.clear();
    }

    /// Adds a block. Blocks of no or negative size are dropped.
    pub fn add(&mut self, block: BidBlock) {
        debug_assert!(block.requested_mw.is_finite(), "bid of {} MW", block.requested_mw);
        if block.requested_mw > 0.0 {
            self.blocks.push(block);
        }
    }

    /// All blocks, in the order in which they were added.
    pub fn blocks(&self) -> &[BidBlock] {
        &self.blocks
    }
}

/// What one block of load got over an interval, in the order of the site's blocks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Award {
    /// Position of the block among the blocks that the site added.
    pub block: usize,
    /// What the block asked for.
    pub requested_mw: f64,
    /// What it was given.
    pub served_mw: f64,
    /// The settlement price at its bus.
    pub price_usd_per_mwh: f64,
    /// The length of the interval.
    pub span: SimSpan,
}

/// Something that stands on a site and draws power.
pub trait Demand {
    /// Adds the blocks for the interval that begins now.
    fn bid(&self, now: SimTime, book: &mut BidBook);
    /// Takes note of what one block got over the interval that begins now.
    fn award(&mut self, now: SimTime, award: &Award);
}
