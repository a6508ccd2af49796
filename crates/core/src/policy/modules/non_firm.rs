//! Load without capacity behind it: connected like any other, cut before firm load in an emergency.

use crate::policy::parts::NON_FIRM_PLACE;
use crate::policy::{Asked, Hooks, Module, ParamDecl, Rule, ServiceTerms};

/// Non-firm load.
pub const MODULE: Module = Module {
    name: "non_firm",
    meaning: "serves a load without capacity behind it: it is cut before firm load in an emergency",
    params: &[
        ParamDecl::share("firm_share", 0.0, "part of the contract that has capacity behind it"),
        ParamDecl::limit(
            "hours_per_year",
            "h",
            "hours a year in which the rest may be cut; not limited below 0",
        ),
    ],
    hooks: Hooks { service: Some(service), ..Hooks::NONE },
};

fn service(rule: &Rule, _: &Asked) -> ServiceTerms {
    ServiceTerms {
        firm_share: rule.number("firm_share"),
        until_upgraded: false,
        hours_per_year: rule.limit("hours_per_year"),
        emergency_order: Some(NON_FIRM_PLACE),
        bid_cap_usd_per_mwh: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{asked, rule};

    #[test]
    fn everything_may_go() {
        let terms = service(&rule(&MODULE, &[]), &asked());
        assert_eq!((terms.firm_share, terms.hours_per_year, terms.emergency_order), (0.0, None, Some(2)));
    }
}
