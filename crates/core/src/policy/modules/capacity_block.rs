//! Megawatts handed out in blocks: so many a period, to the best by date, score or bid.
//!
//! Each period has its budget (in the region, or in each zone); who does not get a place waits for the
//! next. By auction all who are taken pay the highest bid that was not. Those taken in a period are studied
//! together. Durations and fees assumed.

use crate::interconnection::{CostShares, Rank, Track};
use crate::policy::parts::{
    DFAX_MIN, EARLY_WEIGHT, FLEXIBLE_WEIGHT, GATHER_DAYS, Places, REQUESTS_PER_PERIOD, SMALL_WEIGHT,
    SPREAD_LOG, chosen, readiness_weight, slots,
};
use crate::policy::{Hooks, Module, ParamDecl, Rule};

/// Capacity blocks.
pub const MODULE: Module = Module {
    name: "capacity_block",
    meaning: "hands out so many megawatts a period by date, score or auction; the others wait",
    params: &[
        ParamDecl::new("mw_per_period", "MW", 0.0, (0.0, 1e6), "megawatts handed out in a period").required(),
        ParamDecl::days("period_days", 365.0, "length of a period"),
        GATHER_DAYS,
        REQUESTS_PER_PERIOD,
        ParamDecl::switch("by_zone", 0.0, "1: each zone has the budget for itself"),
        ParamDecl::switch("auction", 0.0, "1: the highest bidders per megawatt are taken"),
        readiness_weight(0.0),
        EARLY_WEIGHT,
        SMALL_WEIGHT,
        FLEXIBLE_WEIGHT,
        ParamDecl::usd("application_fee_usd", 0.0, "fee with the application"),
        ParamDecl::usd_per_mw("entry_deposit_usd_per_mw", 0.0, "deposit with the application"),
        ParamDecl::share("entry_site_control_share", 0.0, "part of the site under control at filing"),
        ParamDecl::days("study_days", 120.0, "duration of the study"),
        SPREAD_LOG,
        ParamDecl::days("decision_days", 30.0, "from the report to the owner's answer"),
        ParamDecl::days("agreement_days", 60.0, "from the answer to the begin of building"),
        ParamDecl::usd_per_mw("security_usd_per_mw", 0.0, "security from signing to full demand"),
    ],
    hooks: Hooks { process: Some(process), ..Hooks::NONE },
};

fn process(rule: &Rule) -> Track {
    let places = Places {
        requests: rule.limit(REQUESTS_PER_PERIOD.name),
        mw: Some(rule.number("mw_per_period")),
        by_zone: rule.switch("by_zone"),
        jointly: true,
        ..Places::default()
    };
    let intake = slots(rule, places, rule.switch("auction").then_some(Rank::Auction));
    Track { shares: CostShares::Impact { dfax_min: DFAX_MIN }, ..chosen(rule, intake, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interconnection::Intake;
    use crate::kernel::{SimSpan, SimTime};
    use crate::policy::testing::rule;

    #[test]
    fn a_budget_a_year_by_bid_or_score() {
        // 60 MW a year, first handed out 90 days after the rule took effect on day 10.
        let numbers = [("mw_per_period", 60.0), ("gather_days", 90.0), ("readiness_weight", 1.0)];
        let block = Rule { effective: SimTime::from_hours(240), ..rule(&MODULE, &numbers) };
        let Intake::Slots { first, period, mw, rank, jointly, .. } = process(&block).intake else {
            panic!("slots")
        };
        assert_eq!((first, period), (SimTime::from_hours(100 * 24), SimSpan::from_days(365)));
        assert_eq!((mw, jointly), (Some(60.0), true));
        assert_eq!(rank, Rank::Score { readiness: 1.0, early: 0.0, small: 0.0, flexible: 0.0 });
        let numbers = [("mw_per_period", 60.0), ("auction", 1.0), ("readiness_weight", 1.0)];
        let Intake::Slots { rank, .. } = process(&rule(&MODULE, &numbers)).intake else { panic!("slots") };
        assert_eq!(rank, Rank::Auction);
    }
}
