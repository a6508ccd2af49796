//! What a study leads to: the connection that is offered, its price and its date.

use serde::{Deserialize, Serialize};

use super::study::Limit;
use super::upgrade::{Station, UpgradeId};
use crate::grid::BusId;
use crate::kernel::SimTime;
use crate::ledger::Cents;

/// What sets a date of energization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadyItem {
    /// The date that the owner wanted.
    Wanted,
    /// The owner's own works.
    OwnWorks,
    /// The transformers of its station.
    Station,
    /// A network upgrade, its own or one it relies on.
    Upgrade(UpgradeId),
}

impl ReadyItem {
    /// The name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            ReadyItem::Wanted => "wanted",
            ReadyItem::OwnWorks => "own_works",
            ReadyItem::Station => "station",
            ReadyItem::Upgrade(_) => "upgrade",
        }
    }
}

/// An offer of a connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// Where it attaches.
    pub bus: BusId,
    /// Contract that can be counted on from first power.
    pub firm_mw: f64,
    /// Contract besides that may be cut until the upgrades are in service.
    pub conditional_mw: f64,
    /// Position of the phase whose report this is.
    pub phase: usize,
    /// Phases that follow; 0 if staying means signing.
    pub phases_left: usize,
    /// Readiness deposit that has to be added to stay.
    pub deposit_due: Cents,
    /// What leaving at this decision costs.
    pub leaving_cost: Cents,
    /// What leaving at the next one would cost, as far as deposits are known today.
    pub at_risk: Cents,
    /// Upgrades that it pays for.
    pub upgrades: Vec<UpgradeId>,
    /// Upgrades of others without which it cannot be energized.
    pub relied: Vec<UpgradeId>,
    /// Its part of its own upgrades' cost, due at signing.
    pub upgrade_cost: Cents,
    /// What it would have to pay besides if those it relies on and that are not signed for yet drop out
    /// after it has signed.
    pub contingent_cost: Cents,
    /// Its own station, paid when building begins.
    pub station: Station,
    /// Security due at signing, returned at full demand; deposits held for readiness count towards it.
    pub security: Cents,
    /// When it would be energized if it signed at the decision point and all went as planned.
    pub ready: SimTime,
    /// What sets that date.
    pub set_by: ReadyItem,
    /// What the bus could take without charge; `None` if nothing limits it.
    pub headroom: Option<Limit>,
    /// The offer lapses at this instant.
    pub answer_by: SimTime,
}
