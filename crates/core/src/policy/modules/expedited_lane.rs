//! A fast lane with a limited number of places.
//!
//! At the begin of each period the best of those who wait are taken, by date or by score; each is studied
//! by itself. The lane is closed once all its places are gone. Defaults: MISO's lane, places `[S]`, fee,
//! milestone and clock `[M]`.

use crate::interconnection::{Amount, CostShares, Intake, Phase, Rank, Restudy, Track};
use crate::policy::parts::{lasting, of_deposits, phase, span, track};
use crate::policy::{Hooks, Module, ParamDecl, Rule};

/// Expedited lane.
pub const MODULE: Module = Module {
    name: "expedited_lane",
    meaning: "takes a limited number of requests a period, the best ranked ones, and studies each at once",
    params: &[
        ParamDecl::days("period_days", 91.0, "length of a period"),
        ParamDecl::days("gather_days", 0.0, "from the day the rule takes effect to the first choice"),
        ParamDecl::limit(
            "requests_per_period",
            "requests",
            "requests taken in a period; not limited below 0",
        ),
        ParamDecl::limit("requests_in_all", "requests", "requests taken in all; not limited below 0"),
        ParamDecl::limit("mw_per_period", "MW", "megawatts taken in a period; not limited below 0"),
        ParamDecl::share(
            "readiness_weight",
            0.0,
            "weight of readiness; without any weight the date of filing decides",
        ),
        ParamDecl::share("early_weight", 0.0, "weight of an early date wanted"),
        ParamDecl::share("small_weight", 0.0, "weight of small size"),
        ParamDecl::share("flexible_weight", 0.0, "weight of flexibility"),
        ParamDecl::usd("application_fee_usd", 100_000.0, "fee with the application"),
        ParamDecl::usd_per_mw("entry_deposit_usd_per_mw", 24_000.0, "deposit with the application"),
        ParamDecl::share("kept_share", 1.0, "part of the deposit kept when a request leaves after its study"),
        ParamDecl::share("entry_site_control_share", 1.0, "part of the site under control at filing"),
        ParamDecl::days("study_days", 90.0, "duration of the study"),
        ParamDecl::new("spread_log", "", 0.0, (0.0, 3.0), "standard deviation of the logarithm of durations"),
        ParamDecl::days("decision_days", 30.0, "from the report to the owner's answer"),
        ParamDecl::days("agreement_days", 60.0, "from the answer to the begin of building"),
        ParamDecl::usd_per_mw("security_usd_per_mw", 0.0, "security from signing to full demand"),
    ],
    hooks: Hooks { process: Some(process), ..Hooks::NONE },
};

fn process(rule: &Rule) -> Track {
    let number = |name: &str| rule.number(name);
    let kept = of_deposits(number("kept_share"));
    let entry = Amount::per_mw(number("entry_deposit_usd_per_mw"));
    let study = Phase {
        deposit: entry.clone(),
        penalty: kept.clone(),
        ..phase("study", lasting(number("study_days"), number("spread_log")), number("decision_days"))
    };
    let period = span(number("period_days").max(1.0));
    Track {
        intake: Intake::Slots {
            first: rule.first_period(period) + span(number("gather_days")),
            period,
            requests: rule.limit("requests_per_period").map(|most| most as u32),
            mw: rule.limit("mw_per_period"),
            total_requests: rule.limit("requests_in_all").map(|most| most as u32),
            by_zone: false,
            rank: rank(rule),
            jointly: false,
        },
        application_fee: Amount::flat(number("application_fee_usd")),
        entry_deposit: entry,
        entry_site_control_share: number("entry_site_control_share"),
        restudy: Restudy::NextPhase,
        shares: CostShares::Causer,
        agreement_days: number("agreement_days"),
        security: Amount::per_mw(number("security_usd_per_mw")),
        signed_penalty: kept,
        ..track(rule, vec![study])
    }
}

/// By score if a weight is given, otherwise by date.
pub(super) fn rank(rule: &Rule) -> Rank {
    let [readiness, early, small, flexible] =
        ["readiness_weight", "early_weight", "small_weight", "flexible_weight"].map(|name| rule.number(name));
    if readiness + early + small + flexible > 0.0 {
        Rank::Score { readiness, early, small, flexible }
    } else {
        Rank::Filed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interconnection::Basis;
    use crate::kernel::SimTime;
    use crate::policy::testing::rule;

    #[test]
    fn places_money_and_clock_of_the_lane() {
        let lane = process(&rule(&MODULE, &[("requests_per_period", 10.0), ("requests_in_all", 68.0)]));
        let Intake::Slots { first, period, requests, total_requests, mw, rank, .. } = lane.intake else {
            panic!("slots")
        };
        // Ten in each 91 days: 68 are through with the seventh choice, on day 6 x 91 = 546.
        assert_eq!((requests, total_requests, mw), (Some(10), Some(68), None));
        assert_eq!((first, period), (SimTime::ZERO, span(91.0)));
        assert_eq!(rank, Rank::Filed);
        // 300 MW: fee 100,000 $, deposit 300 x 24,000 = 7.2 M$.
        let basis = Basis { mw: 300.0, ..Basis::default() };
        assert_eq!(lane.application_fee.usd(basis), 100_000.0);
        assert_eq!(lane.entry_deposit.usd(basis), 7.2e6);
    }

    #[test]
    fn a_weight_turns_dates_into_scores() {
        let lane = process(&rule(&MODULE, &[("early_weight", 0.6), ("readiness_weight", 0.4)]));
        let Intake::Slots { rank, .. } = lane.intake else { panic!("slots") };
        assert_eq!(rank, Rank::Score { readiness: 0.4, early: 0.6, small: 0.0, flexible: 0.0 });
    }
}
