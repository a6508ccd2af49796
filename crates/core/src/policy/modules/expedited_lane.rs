//! A fast lane with a limited number of places.
//!
//! At the begin of each period the best of those who wait are taken, by date or by score; each is studied
//! by itself. The lane is closed once all its places are gone. Defaults: MISO's lane, places `[S]`, fee,
//! milestone and clock `[M]`.

use crate::interconnection::Track;
use crate::policy::parts::{
    EARLY_WEIGHT, FLEXIBLE_WEIGHT, GATHER_DAYS, Places, REQUESTS_PER_PERIOD, SMALL_WEIGHT, SPREAD_LOG,
    chosen, readiness_weight, slots,
};
use crate::policy::{Hooks, Module, ParamDecl, Rule};

/// Expedited lane.
pub const MODULE: Module = Module {
    name: "expedited_lane",
    meaning: "takes a limited number of requests a period, the best ranked ones, and studies each at once",
    params: &[
        ParamDecl::days("period_days", 91.0, "length of a period"),
        GATHER_DAYS,
        REQUESTS_PER_PERIOD,
        ParamDecl::limit("requests_in_all", "requests", "requests taken in all; not limited below 0"),
        ParamDecl::limit("mw_per_period", "MW", "megawatts taken in a period; not limited below 0"),
        readiness_weight(0.0),
        EARLY_WEIGHT,
        SMALL_WEIGHT,
        FLEXIBLE_WEIGHT,
        ParamDecl::usd("application_fee_usd", 100_000.0, "fee with the application"),
        ParamDecl::usd_per_mw("entry_deposit_usd_per_mw", 24_000.0, "deposit with the application"),
        ParamDecl::share("kept_share", 1.0, "part of the deposit kept when a request leaves after its study"),
        ParamDecl::share("entry_site_control_share", 1.0, "part of the site under control at filing"),
        ParamDecl::days("study_days", 90.0, "duration of the study"),
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
        total_requests: rule.limit("requests_in_all"),
        mw: rule.limit("mw_per_period"),
        ..Places::default()
    };
    chosen(rule, slots(rule, places, None), rule.number("kept_share"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interconnection::{Intake, Rank};
    use crate::kernel::SimTime;
    use crate::policy::parts::span;
    use crate::policy::testing::{rule, usd};

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
        assert_eq!(usd(&lane.application_fee, 300.0, 0.0), 100_000.0);
        assert_eq!(usd(&lane.entry_deposit, 300.0, 0.0), 7.2e6);
    }

    #[test]
    fn a_weight_turns_dates_into_scores() {
        let lane = process(&rule(&MODULE, &[("early_weight", 0.6), ("readiness_weight", 0.4)]));
        let Intake::Slots { rank, .. } = lane.intake else { panic!("slots") };
        assert_eq!(rank, Rank::Score { readiness: 0.4, early: 0.6, small: 0.0, flexible: 0.0 });
    }
}
