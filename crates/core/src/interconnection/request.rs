//! A request for a connection: what was asked for, where it stands, and when it got there.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::offer::{Offer, ReadyItem};
use crate::demand::ClassId;
use crate::grid::{BusId, ZoneId};
use crate::kernel::{SimSpan, SimTime};
use crate::ledger::Cents;
use crate::names::Key;

/// Position of a request in the queue's table; also its place in the queue, since ids follow filing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RequestId(pub u32);

/// Whether the load may be turned down by the market. Both are studied alike for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// Served at its shed tier.
    Firm,
    /// Bids a price and follows dispatch.
    Controllable,
}

/// Whether a request would draw power or feed it in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Draws power.
    #[default]
    Load,
    /// Feeds it in.
    Generation,
}

/// What an owner files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Application {
    /// A stable name, unique in the queue; random draws belong to it.
    pub name: String,
    /// What the load is reported under.
    pub class: ClassId,
    /// The owner's account in the ledger.
    pub owner: String,
    /// The zone in which it wants to be.
    pub zone: ZoneId,
    /// The bus it names, if it names one; otherwise one is chosen in the zone when it is studied.
    pub bus: Option<BusId>,
    /// Firm contract demand at the grid meter.
    pub requested_mw: f64,
    /// When the owner wants power; it is never energized earlier.
    pub wanted: SimTime,
    /// Time the owner's own works take from the start of building.
    pub construction: SimSpan,
    /// Lead time of its station's transformers when the owner has them from elsewhere (in stock, used,
    /// mobile); otherwise the lead time of new ones.
    pub station_lead: Option<SimSpan>,
    /// Number of equal monthly steps to full demand; 0 and 1 both mean at once.
    pub ramp_months: u32,
    /// Firm or controllable.
    pub service: Service,
    /// Whether it may give up by chance while it waits; owners who decide for themselves say no.
    pub attrition: bool,
}

/// Where a request stands. Every request is in exactly one stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Filed, waits for a study office.
    Filed,
    /// In study.
    Studying,
    /// Holds an offer and has not answered.
    Offered,
    /// Signed; papers and security are in place, works have not begun.
    Agreement,
    /// Own works, station and network upgrades are under way.
    Building,
    /// Draws power and grows month by month.
    Energized,
    /// Has its full contract demand.
    Full,
    /// Gone by its owner's choice or by attrition.
    Withdrawn,
    /// Refused.
    Rejected,
    /// Its offer lapsed.
    Expired,
}

impl Stage {
    /// All stages in their usual order.
    pub const ALL: [Stage; 10] = [
        Stage::Filed,
        Stage::Studying,
        Stage::Offered,
        Stage::Agreement,
        Stage::Building,
        Stage::Energized,
        Stage::Full,
        Stage::Withdrawn,
        Stage::Rejected,
        Stage::Expired,
    ];

    /// The name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Filed => "filed",
            Stage::Studying => "studying",
            Stage::Offered => "offered",
            Stage::Agreement => "agreement",
            Stage::Building => "building",
            Stage::Energized => "energized",
            Stage::Full => "full",
            Stage::Withdrawn => "withdrawn",
            Stage::Rejected => "rejected",
            Stage::Expired => "expired",
        }
    }

    /// Whether it is in the queue: neither energized nor gone.
    pub const fn is_waiting(self) -> bool {
        matches!(self, Stage::Filed | Stage::Studying | Stage::Offered | Stage::Agreement | Stage::Building)
    }

    /// Whether it has signed and is not gone.
    pub const fn is_signed(self) -> bool {
        matches!(self, Stage::Agreement | Stage::Building | Stage::Energized | Stage::Full)
    }

    /// Whether it left without power.
    pub const fn is_gone(self) -> bool {
        matches!(self, Stage::Withdrawn | Stage::Rejected | Stage::Expired)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a request left without power.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// The owner declined the offer.
    Declined,
    /// The owner withdrew while waiting.
    OwnerWithdrew,
    /// Gave up by chance while waiting.
    Attrition,
    /// No bus of a fitting voltage in its zone.
    NoPointOfInterconnection,
    /// No standard upgrade clears an overload that it causes.
    NoUpgradeClears,
    /// A rule refused it.
    Rule,
    /// The offer was not answered in time.
    OfferLapsed,
}

impl Exit {
    /// The name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Exit::Declined => "declined",
            Exit::OwnerWithdrew => "owner_withdrew",
            Exit::Attrition => "attrition",
            Exit::NoPointOfInterconnection => "no_point_of_interconnection",
            Exit::NoUpgradeClears => "no_upgrade_clears",
            Exit::Rule => "rule",
            Exit::OfferLapsed => "offer_lapsed",
        }
    }
}

/// A change of stage and its date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// When.
    pub at: SimTime,
    /// The stage entered.
    pub stage: Stage,
}

/// A request and its history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    pub(super) application: Application,
    pub(super) key: Key,
    pub(super) bus: Option<BusId>,
    pub(super) history: Vec<Stamp>,
    pub(super) exit: Option<Exit>,
    pub(super) studies: u32,
    pub(super) study_began: bool,
    pub(super) offer: Option<Offer>,
    pub(super) base: Vec<RequestId>,
    pub(super) set_by: Option<ReadyItem>,
    pub(super) steps: u32,
    pub(super) application_deposit: Cents,
    pub(super) security: Cents,
}

impl Request {
    /// What was filed.
    pub fn application(&self) -> &Application {
        &self.application
    }

    /// The key of its name.
    pub fn key(&self) -> Key {
        self.key
    }

    /// The bus at which it attaches: the one it named, or the one of its last study.
    pub fn bus(&self) -> Option<BusId> {
        self.bus
    }

    /// Where it stands.
    pub fn stage(&self) -> Stage {
        self.history[self.history.len() - 1].stage
    }

    /// Stage changes with their dates, oldest first; the first is the filing. A restudy shows as a
    /// second `Filed`.
    pub fn history(&self) -> &[Stamp] {
        &self.history
    }

    /// When it was filed.
    pub fn filed(&self) -> SimTime {
        self.history[0].at
    }

    /// When it last entered a stage.
    pub fn entered(&self, stage: Stage) -> Option<SimTime> {
        self.history.iter().rev().find(|stamp| stamp.stage == stage).map(|stamp| stamp.at)
    }

    /// Why it left, if it did.
    pub fn exit(&self) -> Option<Exit> {
        self.exit
    }

    /// How many studies of it have been finished, restudies included.
    pub fn studies(&self) -> u32 {
        self.studies
    }

    /// Its standing or signed offer; none before the first study and during a restudy.
    pub fn offer(&self) -> Option<&Offer> {
        self.offer.as_ref()
    }

    /// The requests that its offer counts as being there.
    pub fn base(&self) -> &[RequestId] {
        &self.base
    }

    /// What set the date of its energization, once it is energized.
    pub fn set_by(&self) -> Option<ReadyItem> {
        self.set_by
    }

    /// Contract demand that it may draw now.
    pub fn energized_mw(&self) -> f64 {
        match self.stage() {
            Stage::Full => self.application.requested_mw,
            Stage::Energized => {
                let steps = f64::from(self.application.ramp_months.max(1));
                self.application.requested_mw * f64::from(self.steps) / steps
            }
            _ => 0.0,
        }
    }
}
