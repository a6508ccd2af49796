//! A load beside its own generation contracts with the grid for what it does not make itself.
//!
//! Firm contract demand is the contract less the own generation: 1,000 MW of load with 900 MW beside it
//! buys 100 MW. As non-firm, nothing is firm.

use crate::policy::parts::NON_FIRM_PLACE;
use crate::policy::{Asked, Hooks, Module, ParamDecl, Rule, ServiceTerms};

/// Contract demand.
pub const MODULE: Module = Module {
    name: "contract_demand",
    meaning: "makes firm what own generation does not cover, or nothing; the rest is cut before firm load",
    params: &[ParamDecl::switch("firm", 1.0, "0: not even what own generation does not cover is firm")],
    hooks: Hooks { service: Some(service), ..Hooks::NONE },
};

fn service(rule: &Rule, asked: &Asked) -> ServiceTerms {
    let left_mw = (asked.mw - asked.onsite_mw).clamp(0.0, asked.mw);
    let firm_share = if rule.switch("firm") && asked.mw > 0.0 { left_mw / asked.mw } else { 0.0 };
    ServiceTerms {
        firm_share,
        until_upgraded: false,
        hours_per_year: None,
        emergency_order: Some(NON_FIRM_PLACE),
        bid_cap_usd_per_mwh: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{asked, rule};

    #[test]
    fn nine_hundred_of_a_thousand_beside_it() {
        let with = |onsite_mw| Asked { mw: 1000.0, onsite_mw, ..asked() };
        let firm = rule(&MODULE, &[]);
        // 1,000 - 900 = 100 MW firm.
        assert!((service(&firm, &with(900.0)).firm_share * 1000.0 - 100.0).abs() < 1e-9);
        assert_eq!(service(&firm, &with(0.0)).firm_share, 1.0);
        assert_eq!(service(&firm, &with(1200.0)).firm_share, 0.0);
        assert_eq!(service(&rule(&MODULE, &[("firm", 0.0)]), &with(0.0)).firm_share, 0.0);
    }
}
