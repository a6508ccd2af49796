//! Studies only as many megawatts in each zone as its network could take, times a factor, by score.
//!
//! Turns the windows of a process into yearly choices: in each zone those with the highest scores are
//! studied together until the cap is reached; the others wait for the next choice. Available capacity is
//! what the planner published, by zone alike; assumed where nobody does.

use crate::interconnection::Track;
use crate::policy::parts::{
    EARLY_WEIGHT, FLEXIBLE_WEIGHT, GATHER_DAYS, Places, SMALL_WEIGHT, readiness_weight, slots,
};
use crate::policy::{Hooks, Module, ParamDecl, Rule};

/// Cap of studied megawatts by zone.
pub const MODULE: Module = Module {
    name: "zonal_cap",
    meaning: "studies in each zone only up to a multiple of its available capacity, the best scores first",
    params: &[
        ParamDecl::new("available_mw", "MW", 0.0, (0.0, 1e6), "available capacity of a zone").required(),
        ParamDecl::new("cap_share", "share", 1.5, (0.0, 100.0), "studied megawatts over available ones"),
        ParamDecl::days("period_days", 365.0, "from one choice to the next"),
        GATHER_DAYS,
        readiness_weight(1.0),
        EARLY_WEIGHT,
        SMALL_WEIGHT,
        FLEXIBLE_WEIGHT,
    ],
    hooks: Hooks { amend: Some(amend), ..Hooks::NONE },
};

fn amend(rule: &Rule, track: &mut Track) {
    let mw = Some(rule.number("available_mw") * rule.number("cap_share"));
    track.intake = slots(rule, Places { mw, by_zone: true, jointly: true, ..Places::default() }, None);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interconnection::Intake;
    use crate::policy::parts::track;
    use crate::policy::testing::rule;

    #[test]
    fn one_and_a_half_times_what_is_there() {
        let rule = rule(&MODULE, &[("available_mw", 400.0)]);
        let mut track = track(&rule, Vec::new());
        amend(&rule, &mut track);
        let Intake::Slots { mw, by_zone, jointly, .. } = track.intake else { panic!("slots") };
        assert_eq!((mw, by_zone, jointly), (Some(600.0), true, true));
    }
}
