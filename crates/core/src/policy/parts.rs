//! Parts from which kinds of rules put tracks together.

use super::rule::Rule;
use crate::interconnection::{
    Amount, CostShares, Duration, Forfeits, Intake, Penalty, Phase, Restudy, Scope, Track,
};
use crate::kernel::SimSpan;

/// Calendar days of a business day.
pub(super) const DAYS_PER_BUSINESS_DAY: f64 = 7.0 / 5.0;

/// Smallest |DFAX| that takes part in a cost: 3 % `[S2]` PJM.
pub(super) const DFAX_MIN: f64 = 0.03;

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

/// Windows that open with the rule and then in equal steps (once, if the step is zero).
pub(super) fn windows(rule: &Rule, every_days: f64, open_days: f64, engagement_days: f64) -> Intake {
    let every = span(every_days);
    Intake::Windows {
        first: rule.first_period(every),
        every: (every.0 > 0).then_some(every),
        open: span(open_days),
        engagement: span(engagement_days),
    }
}
