//! What a kind of rule can do: functions that the queue, the market and the bill call.

use super::applies::{Asked, Books};
use super::rule::Rule;
use crate::grid::Fuel;
use crate::interconnection::Track;
use crate::kernel::SimTime;

/// Whether a request may come in now.
pub type Admit = fn(&Rule, &Asked, SimTime, &dyn Books) -> Verdict;

/// What a site owes for a month.
pub type ChargeOf = fn(&Rule, &Asked, &MonthView) -> Vec<Charge>;

/// The functions of a kind of rule; what it leaves out it has no say in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hooks {
    /// The process that requests go through.
    pub process: Option<fn(&Rule) -> Track>,
    /// Changes to the process in force.
    pub amend: Option<fn(&Rule, &mut Track)>,
    /// Whether a request may come in now.
    pub admit: Option<Admit>,
    /// What becomes of a request that waits when the rule takes effect.
    pub transition: Option<fn(&Rule, &Asked) -> Transition>,
    /// On which terms it is served.
    pub service: Option<fn(&Rule, &Asked) -> ServiceTerms>,
    /// What it may draw this hour.
    pub operate: Option<fn(&Rule, &Asked, &HourView) -> Limits>,
    /// Added to the cost of burning a fuel, $ per MMBtu; the argument is its carbon content in t CO2 per MMBtu.
    pub fuel_adder: Option<fn(&Rule, Fuel, f64) -> f64>,
    /// What a site owes for a month.
    pub charge: Option<ChargeOf>,
    /// What a megawatt drawn in the hour of a month's highest load costs in the end, $; the argument is
    /// the month, 1..=12. Owners who can switch off weigh it against what an hour is worth to them.
    pub peak_price: Option<fn(&Rule, u8) -> f64>,
    /// What it has to bring along.
    pub obligation: Option<fn(&Rule, &Asked) -> Obligation>,
}

impl Hooks {
    /// No say in anything.
    pub const NONE: Hooks = Hooks {
        process: None,
        amend: None,
        admit: None,
        transition: None,
        service: None,
        operate: None,
        fuel_adder: None,
        charge: None,
        peak_price: None,
        obligation: None,
    };
}

/// Whether a request may come in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// It may.
    Accept,
    /// It may, with so many megawatts.
    AcceptUpTo(f64),
    /// It may not; why, as tables name it.
    Refuse(&'static str),
    /// Not before this instant; it is asked again then.
    Wait(SimTime),
}

/// What becomes of a request that waits when a rule takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// It stays on the track on which it was filed.
    Stay,
    /// It is filed anew under the rules in force, with its first date of filing.
    Move,
    /// It is refused; why, as tables name it. What it has paid in deposits is returned.
    Leave(&'static str),
}

/// On which terms a site is served.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServiceTerms {
    /// Part of the contract that is firm.
    pub firm_share: f64,
    /// Whether the rest lacks network only: it is firm as far as the study says so, and all of it once the
    /// upgrades of the request are in service.
    pub until_upgraded: bool,
    /// Hours a year in which the rest may be cut; `None` without a limit.
    pub hours_per_year: Option<f64>,
    /// Place in the order of an emergency: lower goes first; `None` for firm load.
    pub emergency_order: Option<u8>,
    /// Highest price that the rest may bid, $/MWh.
    pub bid_cap_usd_per_mwh: Option<f64>,
}

/// What a rule about operation sees of an hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HourView {
    /// The hour begins.
    pub now: SimTime,
    /// Local year.
    pub year: i16,
    /// Local month, 1..=12.
    pub month: u8,
    /// Local day of the month.
    pub day: u8,
    /// Local hour, 0..24.
    pub hour: u8,
    /// Whether the last hour had a shortage of reserve or shed load.
    pub emergency: bool,
    /// Available generation of the last hour less reserve and the load of those that the rule is not about,
    /// MW; negative if there was too little.
    pub surplus_mw: f64,
    /// Load expected for this hour over the highest of the last twelve months: 1 at the peak.
    pub peak_share: f64,
    /// Hours this year in which the rule has cut this site.
    pub hours_cut: f64,
    /// Highest draw of the site over the last twelve months, MW.
    pub peak_mw: f64,
    /// Part of the load at each place in the order of an emergency that has to go, lowest place first.
    pub called: [f64; PLACES],
    /// What it would draw without rules, MW.
    pub wish_mw: f64,
    /// What others under the same rule ask for who bid more, MW.
    pub outbid_mw: f64,
}

impl HourView {
    /// What is left of the draw when a part of what is not firm has to go.
    pub fn left_mw(&self, called: f64, firm_mw: f64) -> f64 {
        self.wish_mw - called * (self.wish_mw - firm_mw).max(0.0)
    }
}

/// Places in the order of an emergency: 0 offered it for pay, 1 and 2 are not firm, 3 has backup or is cut
/// by law, 4 is firm.
pub const PLACES: usize = 5;

/// What a site may draw and bid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Megawatts at most.
    pub ceiling_mw: f64,
    /// Bid at most, $/MWh.
    pub bid_cap_usd_per_mwh: Option<f64>,
    /// Of what is cut, so much goes on from the site's own backup, MW.
    pub backup_mw: f64,
}

impl Limits {
    /// No limit.
    pub const NONE: Limits = Limits { ceiling_mw: f64::INFINITY, bid_cap_usd_per_mwh: None, backup_mw: 0.0 };

    /// At most so many megawatts.
    pub const fn at_most(ceiling_mw: f64) -> Limits {
        Limits { ceiling_mw, ..Limits::NONE }
    }
}

/// What a rule about bills sees of a site's month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonthView {
    /// The month begins.
    pub begin: SimTime,
    /// Months since the site was energized.
    pub months_energized: u32,
    /// Contract, MW.
    pub contract_mw: f64,
    /// Energy drawn, MWh.
    pub energy_mwh: f64,
    /// Paid for it, $.
    pub energy_usd: f64,
    /// Highest draw, MW.
    pub peak_mw: f64,
    /// Draw in the hour of the system's highest load of the month, MW.
    pub coincident_mw: f64,
    /// Highest load of the system in the month, MW.
    pub system_peak_mw: f64,
    /// Draw in the hour of the system's highest load of each month of the last calendar year, January
    /// first, MW; zero before the site was there.
    pub last_year_coincident_mw: [f64; 12],
    /// Local month, 1..=12.
    pub month: u8,
    /// Carbon dioxide of what it drew, t.
    pub co2_t: f64,
    /// Whether the site left (or reduced its contract) in this month, and by how much, MW.
    pub left_mw: f64,
}

/// Who receives a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Payee {
    /// The transmission owner, against its rate base.
    Transmission,
    /// The distribution utility.
    Utility,
    /// The public purse.
    Government,
    /// Other customers, by energy.
    Customers,
    /// Generators that hold certificates.
    Generators,
}

/// A line on a bill.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Charge {
    /// What for, as the ledger names it.
    pub kind: &'static str,
    /// How much, $; never negative.
    pub usd: f64,
    /// To whom.
    pub payee: Payee,
}

/// What a site has to bring along.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Obligation {
    /// Own dispatchable generation, MW.
    pub onsite_mw: f64,
    /// Backup that can be ordered to run, MW.
    pub backup_mw: f64,
    /// Part of its energy from additional renewable generation.
    pub renewable_share: f64,
    /// Years until the renewable part is due.
    pub glide_years: f64,
}
