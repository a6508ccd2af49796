//! AI campuses: accelerators that fill energized megawatts, train models and serve them.
//!
//! A [`Campus`] stands on one site. Its accelerators are divided once into a training and an inference
//! part. Training jobs wait in one line and run on the total-work clock of the kernel; a power cut slows
//! all of them at once and, when deep, costs a restart. Inference follows the clock of its users. What is
//! counted is energy, accelerator hours and delivered training FLOP.
//!
//! ```text
//!   energized MW --> orders --(delivery)--> batches --+--> training part --> FIFO line, work clock --> FLOP
//!                                                     +--> inference part --> users' day and week
//!   both parts --> bid blocks --> award --> rate of the work clock, energy, interruptions
//! ```
//!
//! * [`campus`]: what stands on a site, its bids and its accounts.
//! * [`jobs`]: the mix of jobs and the line in which they wait.
//! * [`goodput`]: what failures and checkpoints leave of the time.
//! * [`compute_clock`]: delivered training FLOP.
//! * [`inference`]: utilisation by local hour.
//! * [`params`]: every number, with its source.
//!
//! Equations, sources and limits: `docs/models/compute.md`.

use gridrush_core::demand::SiteId;
use serde::{Deserialize, Serialize};

pub mod campus;
pub mod compute_clock;
pub mod goodput;
pub mod inference;
pub mod jobs;
pub mod params;

pub use campus::{Campus, CampusTotals, Order};
pub use compute_clock::ComputeClock;
pub use params::AiParams;

/// What can happen to a campus. The order of the variants is the order within an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AiEvent {
    /// Accelerators arrive at the site.
    Deliver(SiteId),
    /// A training job is submitted.
    Arrive(SiteId),
    /// A training job ends.
    Finish(SiteId),
}

impl AiEvent {
    /// The site whose campus handles this event.
    pub fn site(self) -> SiteId {
        match self {
            AiEvent::Deliver(site) | AiEvent::Arrive(site) | AiEvent::Finish(site) => site,
        }
    }
}
