//! A study of each large load by itself, then a review by the grid operator.
//!
//! Requests are studied one by one at a limited number of desks; the review is a second, short phase that
//! changes nothing but takes its time. The region pays for the network (transmission is rolled into
//! everybody's rates). Defaults: the desks of ERCOT's process `[S]`, its review goal of ten business days
//! `[S]`; median and spread of the study as in `QueueParams` `[M]`, `[D]`.

use crate::interconnection::{Amount, CostShares, Duration, Phase, Restudy, Track};
use crate::policy::parts::{DAYS_PER_BUSINESS_DAY, lasting, of_deposits, phase, study, track};
use crate::policy::{Hooks, Module, ParamDecl, Rule};

/// Individual study of large loads.
pub const MODULE: Module = Module {
    name: "large_load_study",
    meaning: "studies each large load by itself, then reviews it; everybody pays for the network",
    params: &[
        ParamDecl::limit("study_slots", "studies", "studies under way at once; not limited below 0"),
        ParamDecl::days("study_days", 180.0, "median duration of the study"),
        ParamDecl::new(
            "spread_log",
            "",
            0.63,
            (0.0, 3.0),
            "standard deviation of the logarithm of durations",
        ),
        ParamDecl::days("restudy_days", 60.0, "median duration of a restudy"),
        ParamDecl::new(
            "review_business_days",
            "days",
            10.0,
            (0.0, 1000.0),
            "the operator's review, in business days",
        ),
        ParamDecl::usd("study_fee_usd", 0.0, "price of the study"),
        ParamDecl::days("decision_days", 30.0, "from the report to the owner's answer"),
        ParamDecl::days("agreement_days", 60.0, "from the review to the begin of building"),
        ParamDecl::usd_per_mw("security_usd_per_mw", 0.0, "security from signing to full demand"),
        ParamDecl::switch("causer_pays", 0.0, "1: who causes an upgrade pays it, not everybody"),
    ],
    hooks: Hooks { process: Some(process), ..Hooks::NONE },
};

fn process(rule: &Rule) -> Track {
    let number = |name: &str| rule.number(name);
    let own = Phase {
        restudy: lasting(number("restudy_days"), number("spread_log")),
        fee: Amount::flat(number("study_fee_usd")),
        ..study(rule, "study", "study_days")
    };
    let review_days = number("review_business_days") * DAYS_PER_BUSINESS_DAY;
    let review = phase("review", Duration::Fixed { days: review_days }, 0.0);
    let phases = if review_days > 0.0 { vec![own, review] } else { vec![own] };
    let shares = if rule.switch("causer_pays") { CostShares::Causer } else { CostShares::PostageStamp };
    Track {
        study_slots: rule.limit("study_slots").map(|slots| (slots as usize).max(1)),
        restudy: Restudy::Dependents,
        shares,
        agreement_days: number("agreement_days"),
        security: Amount::per_mw(number("security_usd_per_mw")),
        signed_penalty: of_deposits(1.0),
        ..track(rule, phases)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::rule;

    #[test]
    fn a_review_of_ten_business_days_takes_two_weeks() {
        let track = process(&rule(&MODULE, &[("study_slots", 45.0), ("spread_log", 0.0)]));
        let days: Vec<Duration> = track.phases.iter().map(|phase| phase.study).collect();
        assert_eq!(days, [Duration::Fixed { days: 180.0 }, Duration::Fixed { days: 14.0 }]);
        assert_eq!(track.study_slots, Some(45));
        assert_eq!(track.shares, CostShares::PostageStamp);
        assert_eq!(process(&rule(&MODULE, &[("review_business_days", 0.0)])).phases.len(), 1);
    }
}
