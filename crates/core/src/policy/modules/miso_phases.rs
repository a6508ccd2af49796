//! Three phases with milestones by size and a penalty that is due whoever leaves and whatever it harms.
//!
//! Milestones: the second so much by size with the application, the third and fourth the excess of growing
//! parts of the allocated upgrades over what is held. Leaving keeps a growing part of what is held.
//! Milestones and penalties `[S]` (ER24-340); durations of studies and of the window `[M]`.

use crate::interconnection::{Amount, Phase, Track};
use crate::policy::parts::{DFAX, SPREAD_LOG, of_deposits, of_upgrades_at_least, rounds, study};
use crate::policy::{Hooks, Module, ParamDecl, Rule};

/// Phases with milestones and automatic withdrawal penalties.
pub const MODULE: Module = Module {
    name: "miso_phases",
    meaning: "studies a group of requests in three phases with milestones; leaving always costs a part of them",
    params: &[
        ParamDecl::days("every_days", 365.0, "from one window to the next; 0 for one window only"),
        ParamDecl::days("open_days", 45.0, "a window stays open"),
        ParamDecl::days("engagement_days", 60.0, "from closing to the begin of the first study"),
        ParamDecl::usd("application_fee_usd", 5_000.0, "fee with the application"),
        ParamDecl::usd_per_mw("milestone_2_usd_per_mw", 8_000.0, "second milestone, with the application"),
        ParamDecl::share("milestone_3_share", 0.2, "second and third milestone, of allocated upgrades"),
        ParamDecl::usd_per_mw("milestone_3_min_usd_per_mw", 1_000.0, "third milestone at least"),
        ParamDecl::share("milestone_4_share", 0.3, "second to fourth milestone, of allocated upgrades"),
        ParamDecl::days("phase_1_days", 140.0, "duration of the first study"),
        ParamDecl::days("phase_2_days", 90.0, "duration of the second study"),
        ParamDecl::days("phase_3_days", 90.0, "duration of the third study"),
        SPREAD_LOG,
        ParamDecl::days("decision_days", 15.0, "from a report to the answer"),
        ParamDecl::share("penalty_1_share", 0.1, "part of the milestones kept at the first decision"),
        ParamDecl::share("penalty_2_share", 0.35, "part of the milestones kept at the second decision"),
        ParamDecl::share("penalty_3_share", 0.75, "part of the milestones kept in the third phase"),
        ParamDecl::share("penalty_signed_share", 1.0, "part of the milestones kept after signing"),
        ParamDecl::share("entry_site_control_share", 0.5, "part of the site under control at filing"),
        ParamDecl::share(
            "final_site_control_share",
            1.0,
            "part of the site under control at the last decision",
        ),
        DFAX,
        ParamDecl::days("agreement_days", 150.0, "from the last answer to the begin of building"),
    ],
    hooks: Hooks { process: Some(process), ..Hooks::NONE },
};

fn process(rule: &Rule) -> Track {
    let number = |name: &str| rule.number(name);
    let second = number("milestone_2_usd_per_mw");
    let third =
        of_upgrades_at_least(number("milestone_3_share"), second + number("milestone_3_min_usd_per_mw"));
    let fourth = Amount { upgrade_share: number("milestone_4_share"), ..third.clone() };
    let phase = |name: &str, days: &str, deposit: Amount, kept: &str, site: &str| Phase {
        deposit,
        penalty: of_deposits(number(kept)),
        site_control_share: number(site),
        ..study(rule, name, days)
    };
    let (entry_site, final_site) = ("entry_site_control_share", "final_site_control_share");
    Track {
        application_fee: Amount::flat(number("application_fee_usd")),
        entry_deposit: Amount::per_mw(second),
        entry_site_control_share: number(entry_site),
        security: fourth.clone(),
        signed_penalty: of_deposits(number("penalty_signed_share")),
        ..rounds(
            rule,
            vec![
                phase("phase_1", "phase_1_days", third, "penalty_1_share", entry_site),
                phase("phase_2", "phase_2_days", fourth.clone(), "penalty_2_share", entry_site),
                phase("phase_3", "phase_3_days", fourth, "penalty_3_share", final_site),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{rule, usd};

    #[test]
    fn milestones_and_penalties_of_2024() {
        let track = process(&rule(&MODULE, &[]));
        let of = |amount: &Amount, upgrades_usd| usd(amount, 100.0, upgrades_usd);
        // 100 MW: second milestone 0.8 M$. With 40 M$ allocated the third is 8 - 0.8 = 7.2 M$ (held: 8 M$),
        // the fourth 12 - 0.8 - 7.2 = 4 M$ (held: 12 M$).
        assert_eq!(of(&track.entry_deposit, 40e6), 0.8e6);
        assert_eq!(of(&track.phases[0].deposit, 40e6), 8e6);
        assert_eq!(of(&track.phases[1].deposit, 40e6), 12e6);
        // With 1 M$ allocated the third is its least, 0.1 M$ (held: 0.9 M$).
        assert_eq!(of(&track.phases[0].deposit, 1e6), 0.9e6);
        // Leaving at the first decision keeps 10 % of 0.8 M$ = 80,000 $; at the second 35 % of 8 M$ = 2.8 M$;
        // in the third phase 75 % of 12 M$ = 9 M$; after signing all.
        let held = [0.8e6, 8e6, 12e6];
        let kept: Vec<f64> =
            track.phases.iter().zip(held).map(|(phase, held)| phase.penalty.deposit_share * held).collect();
        assert_eq!(kept, [80_000.0, 2.8e6, 9e6]);
        assert_eq!(track.signed_penalty.deposit_share, 1.0);
        assert!(!track.phases[0].penalty.only_if_harmful);
    }
}
