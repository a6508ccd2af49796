//! Financial security by size: with the application, and from signing to full demand.

use crate::interconnection::Track;
use crate::policy::{Hooks, Module, ParamDecl, Rule};

/// Security.
pub const MODULE: Module = Module {
    name: "security",
    meaning: "asks for financial security, and keeps a part of it from those who leave",
    params: &[
        ParamDecl::usd_per_mw("entry_usd_per_mw", 0.0, "held from the application on"),
        ParamDecl::usd_per_mw("signed_usd_per_mw", 0.0, "held from signing to full demand"),
        ParamDecl::share("upgrade_share", 0.0, "held besides from signing, of allocated upgrades"),
        ParamDecl::share("kept_before_signing_share", 0.0, "part kept when leaving after a report"),
        ParamDecl::share("kept_after_signing_share", 1.0, "part kept when leaving after signing"),
    ],
    hooks: Hooks { amend: Some(amend), ..Hooks::NONE },
};

fn amend(rule: &Rule, track: &mut Track) {
    let entry = rule.number("entry_usd_per_mw");
    track.entry_deposit.usd_per_mw += entry;
    for phase in &mut track.phases {
        phase.deposit.usd_per_mw += entry;
        phase.penalty.deposit_share =
            phase.penalty.deposit_share.max(rule.number("kept_before_signing_share"));
    }
    track.security.usd_per_mw += rule.number("signed_usd_per_mw");
    track.security.upgrade_share += rule.number("upgrade_share");
    let kept = rule.number("kept_after_signing_share");
    track.signed_penalty.deposit_share = track.signed_penalty.deposit_share.max(kept);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interconnection::{Basis, Duration};
    use crate::policy::parts::{phase, track};
    use crate::policy::testing::rule;

    #[test]
    fn fifty_thousand_a_megawatt() {
        let numbers = [("signed_usd_per_mw", 50_000.0), ("entry_usd_per_mw", 1_000.0)];
        let rule = rule(&MODULE, &numbers);
        let mut track = track(&rule, vec![phase("study", Duration::Fixed { days: 90.0 }, 30.0)]);
        amend(&rule, &mut track);
        // 200 MW: 0.2 M$ with the application, 10 M$ from signing, all of it lost by leaving then.
        let basis = Basis { mw: 200.0, upgrades_usd: 7e6, studies_usd: 0.0 };
        assert_eq!(track.entry_deposit.usd(basis), 0.2e6);
        assert_eq!(track.phases[0].deposit.usd(basis), 0.2e6);
        assert_eq!(track.security.usd(basis), 10e6);
        assert_eq!(track.phases[0].penalty.deposit_share, 0.0);
        assert_eq!(track.signed_penalty.deposit_share, 1.0);
    }
}
