//! Requests for a grid connection: study, offer, upgrades, construction, energization.
//!
//! ```text
//! Application --> Queue::file --> round --> office --> StudyDue --> StudyCase (flows) --> Queue::complete_study
//!                                   ^                                                          |
//!                                   '-- next phase, restudy --- Queue::decide <-- DecisionDue (offers)
//!            Energized, RatingChanged <-- building, upgrades <----'
//!
//! Which rounds, studies, deposits and penalties: a `Track`, which is data.
//! ```
//!
//! The queue is a state machine of dated stages that schedules its own events and returns effects; the
//! world makes the study it asks for and brings the owner's answer. Studies are linear transfers on
//! direct-current flows; where pipes join zones, they are maximum flows (see `zonal`). Money goes through the ledger. Nothing here knows what stands behind a request.

mod conditional;
mod effect;
mod equipment;
mod group;
mod offer;
mod office;
mod params;
mod queue;
mod request;
mod siting;
mod study;
#[cfg(test)]
mod test_flows;
mod track;
mod transfer;
mod upgrade;
mod zonal;

pub use effect::{Effect, QueueEvent};
pub use equipment::{Customer, Equipment, EquipmentParams, Item, Order, OrderId, Pool, PoolParams, Procured};
pub use group::{GroupOutcome, GroupOverload, Transfer, TransferOutcome};
pub use offer::{Offer, ReadyItem};
pub use office::{Duration, Office};
pub use params::QueueParams;
pub use queue::{
    Commitment, DEPOSITS_ACCOUNT, Energization, Queue, QueueError, RATE_BASE_ACCOUNT, Round, RoundStudy,
    STATION_ACCOUNT, STUDY_ACCOUNT, StageRow, StudyGrid, TRANSMISSION_ACCOUNT, asked_of,
};
pub use request::{
    Application, Attributes, Direction, Exit, Request, RequestId, RoundId, Service, Stage, Stamp,
};
pub use siting::{Siting, SitingRules, SizeClass};
pub use study::{
    EMERGENCY_RATIO, Limit, Overload, Security, Snapshot, Source, StudyBranch, StudyCase, StudyError,
    StudyOutcome, StudyRules,
};
pub use track::{
    Amount, Band, Basis, CostShares, Forfeits, Intake, Late, Penalty, Phase, Rank, Restudy, Scope, Track,
};
pub use transfer::{DcFlow, UnitFlows};
pub use upgrade::{Catalogue, CircuitClass, Remedy, Station, Upgrade, UpgradeId, UpgradeState, Works};
pub use zonal::{ZonalGrid, ZonalRules, ZonalSnapshot, export_of, import_of, station_of};
