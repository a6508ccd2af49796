//! Grid power only when there is more than others need, to whoever bids most: Kazakhstan since 2023.
//!
//! The surplus of the last hour is sold for the next; a site gets what those who bid more leave of it. What it pays
//! is the price of energy: no premium is raised.

use super::terms::param;
use crate::policy::{Hooks, Limits, Module};

/// Surplus by auction.
pub const MODULE: Module = Module {
    name: "surplus_auction",
    meaning: "lets a site draw only what higher bids leave of the surplus of the last hour",
    params: &[param("offered_share", "part of the surplus that is offered", "share", Some(1.0), (0.0, 1.0))],
    hooks: Hooks {
        operate: Some(|rule, asked, hour| {
            let left_mw = rule.number("offered_share") * hour.surplus_mw - hour.outbid_mw;
            Limits::at_most(left_mw.clamp(0.0, asked.mw))
        }),
        ..Hooks::NONE
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::HourView;
    use crate::policy::testing::{HOUR, SITE, rule};

    #[test]
    fn the_highest_bids_share_the_surplus() {
        let rule = rule(&MODULE, &[("offered_share", 0.5)]);
        // Half of 300 MW is offered: 150 for the first, 50 for one who is outbid by 100, nothing beyond.
        for (outbid_mw, want) in [(0.0, 100.0), (100.0, 50.0), (150.0, 0.0), (400.0, 0.0)] {
            let hour = HourView { surplus_mw: 300.0, outbid_mw, ..HOUR };
            assert_eq!(MODULE.hooks.operate.unwrap()(&rule, &SITE, &hour).ceiling_mw, want);
        }
        let short = HourView { surplus_mw: -10.0, ..HOUR };
        assert_eq!(MODULE.hooks.operate.unwrap()(&rule, &SITE, &short).ceiling_mw, 0.0);
    }
}
