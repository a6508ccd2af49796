//! Power above a firm floor that may be cut when the network needs it, until upgrades are built or some
//! years have passed.
//!
//! The study charges nothing that cutting would clear; the floor is firm from the first day. With a number
//! of hours a year the rest may be cut only so long. Provisional controllable load in Texas, flexible and
//! non-wires connections elsewhere. Nobody publishes a default for the floor: 0, assumed.

use crate::interconnection::{Scope, Track};
use crate::policy::parts::CONDITIONAL_PLACE;
use crate::policy::{Asked, Hooks, Module, ParamDecl, Rule, ServiceTerms};

/// Conditional service.
pub const MODULE: Module = Module {
    name: "conditional_service",
    meaning: "connects at once with a firm floor; what is above may be cut until upgrades are built",
    params: &[
        ParamDecl::share("firm_share", 0.0, "part of the contract that is never cut"),
        ParamDecl::limit(
            "hours_per_year",
            "h",
            "hours a year in which the rest may be cut; not limited below 0",
        ),
        ParamDecl::new(
            "years",
            "years",
            5.0,
            (0.0, 100.0),
            "years until it has to be firm and pays for that",
        ),
        ParamDecl::limit(
            "bid_cap_usd_per_mwh",
            "$/MWh",
            "highest price that the rest may bid; not limited below 0",
        ),
    ],
    hooks: Hooks { amend: Some(amend), service: Some(service), ..Hooks::NONE },
};

fn amend(rule: &Rule, track: &mut Track) {
    track.scope = Scope::Conditional { years: rule.number("years") };
}

fn service(rule: &Rule, _: &Asked) -> ServiceTerms {
    ServiceTerms {
        firm_share: rule.number("firm_share"),
        until_upgraded: true,
        hours_per_year: rule.limit("hours_per_year"),
        emergency_order: Some(CONDITIONAL_PLACE),
        bid_cap_usd_per_mwh: rule.limit("bid_cap_usd_per_mwh"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::parts::track;
    use crate::policy::testing::{asked, rule};

    #[test]
    fn a_quarter_of_a_percent_of_the_year() {
        // 0.25 % of 8,760 hours = 21.9 hours in which up to 70 of 100 MW may be cut.
        let rule = rule(&MODULE, &[("firm_share", 0.3), ("hours_per_year", 0.0025 * 8760.0)]);
        let terms = service(&rule, &asked());
        assert!((asked().mw * (1.0 - terms.firm_share) - 70.0).abs() < 1e-9);
        assert!((terms.hours_per_year.expect("a limit") - 21.9).abs() < 1e-9);
        assert_eq!((terms.bid_cap_usd_per_mwh, terms.until_upgraded), (None, true));
        let mut track = track(&rule, Vec::new());
        amend(&rule, &mut track);
        assert_eq!(track.scope, Scope::Conditional { years: 5.0 });
    }
}
