//! Everything that can happen, and its order inside one instant.
//!
//! Owners see only their own events through `Schedule<E>`; the world matches on this closed type. The
//! physical changes come first, in the order below, then `Dispatch`, `Settle` and `Sample`, so every
//! interval is cleared in a settled state and every sample sees a settled market.

use gridrush_core::interconnection::QueueEvent;
use gridrush_workload::ai::AiEvent;
use gridrush_workload::bitcoin::ChainEvent;
use serde::{Deserialize, Serialize};

/// What can happen. Declaration order is the order within one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Event {
    /// Supply and transmission: projects come online.
    Supply(SupplyEvent),
    /// Machines and branches fail and are repaired.
    Outage(OutageEvent),
    /// Applications, studies, decisions, energizations.
    Queue(QueueEvent),
    /// The Bitcoin network.
    Chain(ChainEvent),
    /// Equipment and jobs of AI campuses.
    Ai(AiEvent),
    /// Firms look at the published figures and act.
    Firm(FirmEvent),
    /// A market interval begins and needs prices.
    Dispatch,
    /// A month ends: books are closed.
    Settle,
    /// A month ends: monthly tables are written.
    Sample,
}

/// Supply side and transmission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SupplyEvent {
    /// A unit of the pack opens, closes or loses its production credit.
    Fleet(u32),
    /// A project of the list comes online (or, if negative, closes).
    Online(u32),
    /// A strengthened branch takes its new rating.
    Reinforced(u32),
}

/// What fails and is repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum OutageEvent {
    /// A machine of a unit goes or comes.
    Machine {
        /// The unit's group of machines.
        group: u32,
        /// The machine in it.
        machine: u32,
    },
    /// A branch goes or comes.
    Branch(u32),
}

/// Firms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FirmEvent {
    /// A large load of the pack is energized after the start.
    Open(u32),
    /// A request of this month is filed.
    File(u32),
    /// Monthly review of fleets and plans.
    Review,
}

macro_rules! from_owner {
    ($($owner:ident => $variant:ident),+ $(,)?) => {
        $(impl From<$owner> for Event {
            fn from(event: $owner) -> Event {
                Event::$variant(event)
            }
        })+
    };
}

from_owner!(
    SupplyEvent => Supply,
    OutageEvent => Outage,
    QueueEvent => Queue,
    ChainEvent => Chain,
    AiEvent => Ai,
    FirmEvent => Firm,
);
