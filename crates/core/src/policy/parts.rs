//! Parts from which kinds of rules put tracks together.

use super::rule::{ParamDecl, Rule};
use crate::interconnection::{
    Amount, CostShares, Duration, Forfeits, Intake, Penalty, Phase, Rank, Restudy, Scope, Track,
};
use crate::kernel::SimSpan;

/// Calendar days of a business day.
pub(super) const DAYS_PER_BUSINESS_DAY: f64 = 7.0 / 5.0;

/// Smallest |DFAX| that takes part in a cost: 3 % `[S2]` PJM.
pub(super) const DFAX_MIN: f64 = 0.03;

/// Spread of durations.
pub(super) const SPREAD_LOG: ParamDecl =
    ParamDecl::new("spread_log", "", 0.0, (0.0, 3.0), "standard deviation of the logarithm of durations");

/// The threshold of cost shares by impact.
pub(super) const DFAX: ParamDecl = ParamDecl::new(
    "dfax_min",
    "share",
    DFAX_MIN,
    (0.0, 1.0),
    "smallest share of a request's power on a branch that pays",
);

/// Time before the first choice among those who wait.
pub(super) const GATHER_DAYS: ParamDecl =
    ParamDecl::days("gather_days", 0.0, "from the day the rule takes effect to the first choice");

/// Requests taken in a choice.
pub(super) const REQUESTS_PER_PERIOD: ParamDecl =
    ParamDecl::limit("requests_per_period", "requests", "requests taken in a period; not limited below 0");

/// Weight of an early date in a score.
pub(super) const EARLY_WEIGHT: ParamDecl =
    ParamDecl::share("early_weight", 0.0, "weight of an early date wanted");

/// Weight of small size in a score.
pub(super) const SMALL_WEIGHT: ParamDecl = ParamDecl::share("small_weight", 0.0, "weight of small size");

/// Weight of flexibility in a score.
pub(super) const FLEXIBLE_WEIGHT: ParamDecl =
    ParamDecl::share("flexible_weight", 0.0, "weight of flexibility");

/// Weight of readiness in a score.
pub(super) const fn readiness_weight(default: f64) -> ParamDecl {
    ParamDecl::share(
        "readiness_weight",
        default,
        "weight of readiness; without any weight the date of filing decides",
    )
}

/// Place in the order of an emergency of load that is conditional on the network.
pub(super) const CONDITIONAL_PLACE: u8 = 1;

/// Place in the order of an emergency of load that has no capacity behind it.
pub(super) const NON_FIRM_PLACE: u8 = 2;

/// A number of days.
pub(super) fn span(days: f64) -> SimSpan {
    SimSpan::from_hours_f64(days * 24.0)
}

/// A duration around a median; exactly that long without spread.
pub(super) fn lasting(days: f64, spread_log: f64) -> Duration {
    if spread_log > 0.0 {
        Duration::LogNormal { median_days: days, sigma: spread_log }
    } else {
        Duration::Fixed { days }
    }
}

/// A phase of a study of so many days, which costs nothing and binds to nothing.
pub(super) fn phase(name: &str, study: Duration, decision_days: f64) -> Phase {
    Phase {
        name: name.to_owned(),
        study,
        restudy: study,
        decision_days,
        valid_days: decision_days,
        fee: Amount::NONE,
        deposit: Amount::NONE,
        penalty: Penalty::default(),
        restudy_penalty: None,
        site_control_share: 0.0,
        late: None,
    }
}

/// A track that takes requests at once, on desks without limit, and asks for no money.
pub(super) fn track(rule: &Rule, phases: Vec<Phase>) -> Track {
    Track {
        name: rule.policy.clone(),
        intake: Intake::Continuous,
        study_slots: None,
        application_fee: Amount::NONE,
        application_deposit: Amount::NONE,
        entry_deposit: Amount::NONE,
        entry_site_control_share: 0.0,
        phases,
        restudy: Restudy::Dependents,
        restudy_fee: Amount::NONE,
        shares: CostShares::Causer,
        allowance_usd: 0.0,
        scope: Scope::Network,
        forfeits: Forfeits::Owner,
        agreement_days: 0.0,
        security: Amount::NONE,
        signed_penalty: Penalty::default(),
        suspension_years: 0.0,
    }
}

/// A part of the allocated upgrades.
pub(super) fn of_upgrades(upgrade_share: f64) -> Amount {
    Amount { upgrade_share, ..Amount::NONE }
}

/// A part of the allocated upgrades, but at least so much by size.
pub(super) fn of_upgrades_at_least(upgrade_share: f64, min_usd_per_mw: f64) -> Amount {
    Amount { upgrade_share, min_usd_per_mw, ..Amount::NONE }
}

/// Leaving costs a part of the deposits held.
pub(super) fn of_deposits(deposit_share: f64) -> Penalty {
    Penalty { deposit_share, ..Penalty::default() }
}

/// A phase whose study lasts as a number of the rule says, with its spread and its time for an answer.
pub(super) fn study(rule: &Rule, name: &str, days: &str) -> Phase {
    let study = lasting(rule.number(days), rule.number(SPREAD_LOG.name));
    phase(name, study, rule.number("decision_days"))
}

/// Windows that open with the rule and then every so many days (once, if that is zero), as its numbers say.
pub(super) fn windows(rule: &Rule) -> Intake {
    let every = span(rule.number("every_days"));
    Intake::Windows {
        first: rule.first_period(every),
        every: (every.0 > 0).then_some(every),
        open: span(rule.number("open_days")),
        engagement: span(rule.number("engagement_days")),
    }
}

/// Rounds of a window that are studied jointly, phase by phase; cost follows impact, and what leavers forfeit stays
/// in the round.
pub(super) fn rounds(rule: &Rule, phases: Vec<Phase>) -> Track {
    Track {
        intake: windows(rule),
        restudy: Restudy::NextPhase,
        shares: CostShares::Impact { dfax_min: rule.number(DFAX.name) },
        forfeits: Forfeits::Round,
        agreement_days: rule.number("agreement_days"),
        ..track(rule, phases)
    }
}

/// How many are taken in a choice among those who wait.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Places {
    /// Requests.
    pub requests: Option<f64>,
    /// Requests in all choices together.
    pub total_requests: Option<f64>,
    /// Megawatts.
    pub mw: Option<f64>,
    /// Whether each zone has as many.
    pub by_zone: bool,
    /// Whether those taken are studied together.
    pub jointly: bool,
}

/// A choice every period, the first after a time of gathering, by `by` or by the weights of the rule.
pub(super) fn slots(rule: &Rule, places: Places, by: Option<Rank>) -> Intake {
    let period = span(rule.number("period_days").max(1.0));
    Intake::Slots {
        first: rule.first_period(period) + span(rule.number(GATHER_DAYS.name)),
        period,
        requests: places.requests.map(|most| most as u32),
        mw: places.mw,
        total_requests: places.total_requests.map(|most| most as u32),
        by_zone: places.by_zone,
        rank: by.unwrap_or_else(|| rank(rule)),
        jointly: places.jointly,
    }
}

/// By score if a weight is given, otherwise by date.
fn rank(rule: &Rule) -> Rank {
    let [readiness, early, small, flexible] =
        ["readiness_weight", EARLY_WEIGHT.name, SMALL_WEIGHT.name, FLEXIBLE_WEIGHT.name]
            .map(|name| rule.number(name));
    if readiness + early + small + flexible > 0.0 {
        Rank::Score { readiness, early, small, flexible }
    } else {
        Rank::Filed
    }
}

/// Places that are handed out, each with one study: a deposit at filing, of which leaving keeps a part.
pub(super) fn chosen(rule: &Rule, intake: Intake, kept: f64) -> Track {
    let entry = Amount::per_mw(rule.number("entry_deposit_usd_per_mw"));
    let study =
        Phase { deposit: entry.clone(), penalty: of_deposits(kept), ..study(rule, "study", "study_days") };
    Track {
        intake,
        application_fee: Amount::flat(rule.number("application_fee_usd")),
        entry_deposit: entry,
        entry_site_control_share: rule.number("entry_site_control_share"),
        restudy: Restudy::NextPhase,
        agreement_days: rule.number("agreement_days"),
        security: Amount::per_mw(rule.number("security_usd_per_mw")),
        signed_penalty: of_deposits(kept),
        ..track(rule, vec![study])
    }
}
