//! A request for a connection: what was asked for, where it stands, and when it got there.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::offer::{Offer, ReadyItem};
use crate::demand::ClassId;
use crate::grid::{BranchId, BusId, ZoneId};
use crate::kernel::{SimSpan, SimTime};
use crate::ledger::Cents;
use crate::names::Key;
use crate::policy::Tags;

/// Position of a request in the queue's table, in order of filing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RequestId(pub u32);

/// Position of a round of requests in the queue's table; also its place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RoundId(pub u32);

/// Whether the load may be turned down by the market.
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

/// What rules may look at beyond size, place and dates.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attributes {
    /// What it is.
    pub tags: Tags,
    /// Voltage of its bus, if known.
    pub kv: Option<f64>,
    /// Part of its site that is under control.
    pub site_control_share: f64,
    /// Own dispatchable generation, MW.
    pub onsite_mw: f64,
    /// Own backup that cannot export, MW.
    pub backup_mw: f64,
    /// Part of its energy that is covered by additional renewable generation.
    pub renewable_share: f64,
    /// Power at the meter over power of the machines.
    pub pue: f64,
    /// What its owner would pay for a place that is auctioned, $/MW.
    pub bid_usd_per_mw: f64,
}

impl Default for Attributes {
    fn default() -> Attributes {
        Attributes {
            tags: Tags::default(),
            kv: None,
            site_control_share: 1.0,
            onsite_mw: 0.0,
            backup_mw: 0.0,
            renewable_share: 0.0,
            pue: 1.0,
            bid_usd_per_mw: 0.0,
        }
    }
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
    /// Whether it would draw power or feed it in.
    pub direction: Direction,
    /// Contract at the grid meter.
    pub requested_mw: f64,
    /// Part of the contract that it will ever use; the rest stays booked for it.
    pub delivered_share: f64,
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
    /// The project, if it is filed at several sites: at most one of them is built.
    pub project: Option<String>,
    /// What rules may look at besides.
    pub attributes: Attributes,
}

/// Where a request stands. Every request is in exactly one stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Not let in yet by a rule.
    Held,
    /// Filed, waits for a window, a place or a study office.
    Filed,
    /// In study.
    Studying,
    /// Holds an offer and has not answered.
    Offered,
    /// Signed; papers and security are in place, works have not begun.
    Agreement,
    /// Signed; its owner has put it off.
    Suspended,
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
    pub const ALL: [Stage; 12] = [
        Stage::Held,
        Stage::Filed,
        Stage::Studying,
        Stage::Offered,
        Stage::Agreement,
        Stage::Suspended,
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
            Stage::Held => "held",
            Stage::Filed => "filed",
            Stage::Studying => "studying",
            Stage::Offered => "offered",
            Stage::Agreement => "agreement",
            Stage::Suspended => "suspended",
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
        self.is_unsigned() || matches!(self, Stage::Agreement | Stage::Suspended | Stage::Building)
    }

    /// Whether it is in the queue and has not signed.
    pub const fn is_unsigned(self) -> bool {
        matches!(self, Stage::Held | Stage::Filed | Stage::Studying | Stage::Offered)
    }

    /// Whether it has signed and is not gone.
    pub const fn is_signed(self) -> bool {
        matches!(self, Stage::Agreement | Stage::Suspended | Stage::Building | Stage::Energized | Stage::Full)
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
    /// A rule refused it; [`Request::reason`] says which and why.
    Rule,
    /// Its site was not under control to the extent that its process asks for.
    NotReady,
    /// Its process has no window or place for it.
    NoPlace,
    /// The same project has signed elsewhere.
    BuiltElsewhere,
    /// It was put off for longer than its process allows.
    SuspendedTooLong,
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
            Exit::NotReady => "not_ready",
            Exit::NoPlace => "no_place",
            Exit::BuiltElsewhere => "built_elsewhere",
            Exit::SuspendedTooLong => "suspended_too_long",
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

/// What a request takes up in the studies of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Booking {
    pub bus: BusId,
    pub direction: Direction,
    /// In whole units (see `queue/index.rs`).
    pub units: i64,
    pub claim: Claim,
}

/// How firm a booking is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Claim {
    /// Waits in this place: later rounds count on it.
    Place(RoundId),
    /// Has had an offer: all count on it.
    Offer,
    /// Has signed: all count on it, also those of the other direction.
    Contract,
}

/// Where a request is counted, with megawatts in whole units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tallied {
    pub stage: Stage,
    pub requested: i64,
    pub energized: i64,
}

/// On which terms a contract is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Terms {
    /// All of it can be counted on.
    Firm,
    /// What is not firm may be cut until its upgrades are in service.
    Conditional,
    /// What is not firm is not served until its upgrades are in service.
    Lapsed,
}

/// A request and its history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    pub(super) application: Application,
    pub(super) key: Key,
    pub(super) asked_mw: f64,
    pub(super) bus: Option<BusId>,
    pub(super) history: Vec<Stamp>,
    pub(super) exit: Option<Exit>,
    pub(super) reason: Option<String>,
    /// Position in the table of tracks.
    pub(super) track: usize,
    pub(super) round: Option<RoundId>,
    pub(super) answer: Option<bool>,
    pub(super) studies: u32,
    pub(super) study_began: bool,
    /// The phase of the last report, whether that was a restudy, and what it allocated; what the one before
    /// and the first one allocated.
    pub(super) reported_phase: Option<usize>,
    pub(super) reported_restudy: bool,
    pub(super) allocated: Cents,
    /// The first element that its last report had strengthened.
    pub(super) limiting: Option<BranchId>,
    pub(super) allocated_before: Option<Cents>,
    pub(super) allocated_first: Option<Cents>,
    pub(super) studies_cost: Cents,
    pub(super) offer: Option<Offer>,
    /// The count of reports since which all studies count on it.
    pub(super) counted_since: Option<u64>,
    /// The count of reports at its last one.
    pub(super) reported: u64,
    pub(super) booking: Option<Booking>,
    pub(super) tallied: Option<Tallied>,
    pub(super) set_by: Option<ReadyItem>,
    pub(super) steps: u32,
    pub(super) terms: Terms,
    pub(super) suspended: SimSpan,
    pub(super) application_deposit: Cents,
    pub(super) readiness: Cents,
    pub(super) security: Cents,
}

impl Request {
    /// A request filed at an instant, without a place.
    pub(super) fn new(application: Application, at: SimTime) -> Request {
        Request {
            key: Key::of(&application.name),
            asked_mw: application.requested_mw,
            bus: application.bus,
            application,
            history: vec![Stamp { at, stage: Stage::Filed }],
            exit: None,
            reason: None,
            track: 0,
            round: None,
            answer: None,
            studies: 0,
            study_began: false,
            reported_phase: None,
            reported_restudy: false,
            allocated: Cents::ZERO,
            limiting: None,
            allocated_before: None,
            allocated_first: None,
            studies_cost: Cents::ZERO,
            offer: None,
            counted_since: None,
            reported: 0,
            booking: None,
            tallied: None,
            set_by: None,
            steps: 0,
            terms: Terms::Firm,
            suspended: SimSpan(0),
            application_deposit: Cents::ZERO,
            readiness: Cents::ZERO,
            security: Cents::ZERO,
        }
    }

    /// What was filed; its size may have been reduced by a rule.
    pub fn application(&self) -> &Application {
        &self.application
    }

    /// The key of its name.
    pub fn key(&self) -> Key {
        self.key
    }

    /// What it asked for before any rule reduced it.
    pub fn asked_mw(&self) -> f64 {
        self.asked_mw
    }

    /// The bus at which it attaches: the one it named, or the one of its last study.
    pub fn bus(&self) -> Option<BusId> {
        self.bus
    }

    /// Where it stands.
    pub fn stage(&self) -> Stage {
        self.history[self.history.len() - 1].stage
    }

    /// Stage changes with their dates, oldest first; the first is the filing. Every further study shows
    /// as another `Filed`.
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

    /// The rule that refused it and why, if one did.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// The round in which it is studied.
    pub fn round(&self) -> Option<RoundId> {
        self.round
    }

    /// How many studies of it have been finished, restudies included.
    pub fn studies(&self) -> u32 {
        self.studies
    }

    /// Its standing or signed offer; none before the first study and during a further one.
    pub fn offer(&self) -> Option<&Offer> {
        self.offer.as_ref()
    }

    /// The first element that its last report had strengthened for it; stays when it leaves.
    pub fn limiting(&self) -> Option<BranchId> {
        self.limiting
    }

    /// Network upgrades allocated to it by its last report; stays when it leaves.
    pub fn allocated(&self) -> Cents {
        self.allocated
    }

    /// What it has paid for studies.
    pub fn studies_cost(&self) -> Cents {
        self.studies_cost
    }

    /// Deposits and security that are held for it.
    pub fn held(&self) -> Cents {
        Cents(self.application_deposit.0 + self.readiness.0 + self.security.0)
    }

    /// What set the date of its energization, once it is energized.
    pub fn set_by(&self) -> Option<ReadyItem> {
        self.set_by
    }

    /// From the date wanted, at the earliest that of filing, to first power; `None` before that. Zero if it
    /// was in time.
    pub fn late(&self) -> Option<SimSpan> {
        let energized = self.entered(Stage::Energized)?;
        Some(SimSpan(energized.0.saturating_sub(self.application.wanted.max(self.filed()).0)))
    }

    /// What it will draw or feed in at full demand: less than the contract by the share that it does not
    /// use.
    pub fn delivered_mw(&self) -> f64 {
        let whole_mw = self.application.requested_mw * self.application.delivered_share;
        let firm_mw = self.offer.as_ref().map_or(0.0, |offer| offer.firm_mw);
        if self.terms == Terms::Lapsed { whole_mw.min(firm_mw) } else { whole_mw }
    }

    /// Contract that can be counted on: less than all while part of it is conditional.
    pub fn firm_mw(&self) -> f64 {
        let conditional_mw = self.offer.as_ref().map_or(0.0, |offer| offer.conditional_mw);
        self.application.requested_mw - if self.terms == Terms::Firm { 0.0 } else { conditional_mw }
    }

    /// What it may draw or feed in now.
    pub fn energized_mw(&self) -> f64 {
        match self.stage() {
            Stage::Full => self.delivered_mw(),
            Stage::Energized => {
                let steps = f64::from(self.application.ramp_months.max(1));
                self.delivered_mw() * f64::from(self.steps) / steps
            }
            _ => 0.0,
        }
    }
}
