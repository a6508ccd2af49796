//! A study that is done within a fixed time, whoever else waits, for loads that the grid may cut or that
//! bring their own supply.
//!
//! No desk is waited for; each request is studied alone on what stands and what has signed. With
//! conditional years the load connects without network upgrades and is cut when it would overload
//! something; after these years it has to be firm and pays for what that takes. Without, it pays for its
//! upgrades at once. Defaults: SPP's 90 days `[S]` and 5 years `[S]`.

use crate::interconnection::{Amount, CostShares, Duration, Phase, Restudy, Scope, Track};
use crate::policy::parts::NON_FIRM_PLACE;
use crate::policy::parts::{of_deposits, phase, track};
use crate::policy::{Asked, Hooks, Module, ParamDecl, Rule, ServiceTerms};

/// Fixed-clock lane.
pub const MODULE: Module = Module {
    name: "fixed_clock_lane",
    meaning: "studies a load within a fixed time; on conditional terms it connects without upgrades and is cut first",
    params: &[
        ParamDecl::days("study_days", 90.0, "from filing to the report"),
        ParamDecl::usd("study_fee_usd", 100_000.0, "price of the study"),
        ParamDecl::limit(
            "conditional_years",
            "years",
            "years of conditional service; below 0 the load is firm",
        ),
        ParamDecl::days("decision_days", 30.0, "from the report to the owner's answer"),
        ParamDecl::days("agreement_days", 30.0, "from the answer to the begin of building"),
        ParamDecl::usd_per_mw("security_usd_per_mw", 0.0, "security from signing to full demand"),
    ],
    hooks: Hooks { process: Some(process), service: Some(service), ..Hooks::NONE },
};

fn process(rule: &Rule) -> Track {
    let number = |name: &str| rule.number(name);
    let study = Phase {
        fee: Amount::flat(number("study_fee_usd")),
        ..phase("study", Duration::Fixed { days: number("study_days") }, number("decision_days"))
    };
    Track {
        restudy: Restudy::NextPhase,
        shares: CostShares::Causer,
        scope: rule.limit("conditional_years").map_or(Scope::Network, |years| Scope::Conditional { years }),
        agreement_days: number("agreement_days"),
        security: Amount::per_mw(number("security_usd_per_mw")),
        signed_penalty: of_deposits(1.0),
        ..track(rule, vec![study])
    }
}

fn service(rule: &Rule, _: &Asked) -> ServiceTerms {
    let conditional = rule.limit("conditional_years").is_some();
    ServiceTerms {
        firm_share: if conditional { 0.0 } else { 1.0 },
        until_upgraded: conditional,
        hours_per_year: None,
        emergency_order: conditional.then_some(NON_FIRM_PLACE),
        bid_cap_usd_per_mwh: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{asked, rule};

    #[test]
    fn ninety_days_whoever_waits() {
        let firm = rule(&MODULE, &[]);
        let track = process(&firm);
        // Report on day 90, answer on day 120, building from day 150.
        assert_eq!(track.phases[0].study, Duration::Fixed { days: 90.0 });
        assert_eq!(90.0 + track.phases[0].decision_days + track.agreement_days, 150.0);
        assert_eq!((track.study_slots, track.scope), (None, Scope::Network));
        assert_eq!(service(&firm, &asked()).firm_share, 1.0);
        let conditional = rule(&MODULE, &[("conditional_years", 5.0)]);
        assert_eq!(process(&conditional).scope, Scope::Conditional { years: 5.0 });
        let terms = service(&conditional, &asked());
        assert_eq!((terms.firm_share, terms.emergency_order), (0.0, Some(NON_FIRM_PLACE)));
    }
}
