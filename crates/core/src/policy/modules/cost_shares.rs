//! Who pays for upgrades that several requests need.

use crate::interconnection::{CostShares, Track};
use crate::policy::parts::DFAX_MIN;
use crate::policy::{Hooks, Module, ParamDecl, Rule};

/// Shares of the cost of upgrades.
pub const MODULE: Module = Module {
    name: "cost_shares",
    meaning: "says who pays for upgrades, and up to which amount everybody does",
    params: &[
        ParamDecl::new(
            "by",
            "",
            2.0,
            (0.0, 3.0),
            "0: who causes it; 1: equal parts; 2: by impact; 3: everybody by energy",
        ),
        ParamDecl::share(
            "dfax_min",
            DFAX_MIN,
            "smallest share of a request's power on a branch that pays by impact",
        ),
        ParamDecl::usd("allowance_usd", 0.0, "up to this much of a request's upgrades is paid by everybody"),
    ],
    hooks: Hooks { amend: Some(amend), ..Hooks::NONE },
};

fn amend(rule: &Rule, track: &mut Track) {
    track.shares = match rule.count("by") {
        0 => CostShares::Causer,
        1 => CostShares::PerCapita,
        2 => CostShares::Impact { dfax_min: rule.number("dfax_min") },
        _ => CostShares::PostageStamp,
    };
    track.allowance_usd = rule.number("allowance_usd");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::parts::track;
    use crate::policy::testing::rule;

    #[test]
    fn every_way_to_share() {
        for (by, shares) in [
            (0.0, CostShares::Causer),
            (1.0, CostShares::PerCapita),
            (2.0, CostShares::Impact { dfax_min: 0.03 }),
            (3.0, CostShares::PostageStamp),
        ] {
            let rule = rule(&MODULE, &[("by", by), ("allowance_usd", 14e6)]);
            let mut track = track(&rule, Vec::new());
            amend(&rule, &mut track);
            assert_eq!((track.shares, track.allowance_usd), (shares, 14e6));
        }
    }
}
