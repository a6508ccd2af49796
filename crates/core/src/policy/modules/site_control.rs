//! Control of the site: asked for at filing, and again at each decision.

use crate::interconnection::Track;
use crate::policy::{Hooks, Module, ParamDecl, Rule};

/// Site control.
pub const MODULE: Module = Module {
    name: "site_control",
    meaning: "asks for control of a part of the site at filing and at decisions",
    params: &[
        ParamDecl::share("entry_share", 1.0, "part of the site under control at filing"),
        ParamDecl::share("decision_share", 1.0, "part of the site under control at each decision"),
    ],
    hooks: Hooks { amend: Some(amend), ..Hooks::NONE },
};

fn amend(rule: &Rule, track: &mut Track) {
    track.entry_site_control_share = track.entry_site_control_share.max(rule.number("entry_share"));
    for phase in &mut track.phases {
        phase.site_control_share = phase.site_control_share.max(rule.number("decision_share"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interconnection::Duration;
    use crate::policy::parts::{phase, track};
    use crate::policy::testing::rule;

    #[test]
    fn a_process_may_ask_for_more_but_not_for_less() {
        let rule = rule(&MODULE, &[("entry_share", 0.5), ("decision_share", 0.8)]);
        let mut track = track(&rule, vec![phase("study", Duration::Fixed { days: 90.0 }, 30.0)]);
        track.entry_site_control_share = 0.9;
        amend(&rule, &mut track);
        assert_eq!(track.entry_site_control_share, 0.9);
        assert_eq!(track.phases[0].site_control_share, 0.8);
    }
}
