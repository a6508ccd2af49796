//! A cycle of three studies with a decision after each, and deposits that come to be the full cost.
//!
//! Each decision raises the readiness deposit: so much by size at entry, then growing parts of the
//! allocated upgrades, all of them before the agreement. A request pays for a facility on which its
//! distribution factor is at least the threshold, in proportion to factor x MW, and only within its cycle.
//! What leavers forfeit first pays for what they shift onto others. Defaults `[S2]` (Manual 14H as told by a
//! secondary source), the third deposit, the refund before the first decision and the steps of the study
//! deposit `[M]`, the length of the window assumed.

use crate::interconnection::{Amount, Band, Phase, Track};
use crate::policy::parts::{DFAX, SPREAD_LOG, of_deposits, of_upgrades, of_upgrades_at_least, rounds, study};
use crate::policy::{Hooks, Module, ParamDecl, Rule};

/// Study deposits by size of PJM `[M]`: $75,000 to $400,000.
const STUDY_DEPOSITS: [(f64, f64); 6] = [
    (20.0, 75_000.0),
    (50.0, 200_000.0),
    (100.0, 250_000.0),
    (250.0, 300_000.0),
    (750.0, 350_000.0),
    (f64::INFINITY, 400_000.0),
];

/// Cycle with three decision points.
pub const MODULE: Module = Module {
    name: "pjm_cycle",
    meaning: "studies a cycle of requests three times, with a decision and a larger deposit after each",
    params: &[
        ParamDecl::days("every_days", 365.0, "from one window to the next; 0 for one window only"),
        ParamDecl::days("open_days", 90.0, "a window stays open"),
        ParamDecl::days("engagement_days", 30.0, "from closing to the begin of the first study"),
        ParamDecl::new("study_deposit_factor", "", 1.0, (0.0, 100.0), "factor on the study deposit by size"),
        ParamDecl::share("study_deposit_kept_share", 0.1, "part of the study deposit that is never returned"),
        ParamDecl::usd_per_mw("entry_deposit_usd_per_mw", 4_000.0, "first readiness deposit"),
        ParamDecl::days("phase_1_days", 120.0, "duration of the first study"),
        ParamDecl::days("phase_2_days", 180.0, "duration of the second study"),
        ParamDecl::days("phase_3_days", 180.0, "duration of the third study"),
        SPREAD_LOG,
        ParamDecl::days("decision_days", 30.0, "from a report to the answer"),
        ParamDecl::share(
            "phase_1_deposit_share",
            0.1,
            "deposit after the first decision, of allocated upgrades",
        ),
        ParamDecl::share(
            "phase_2_deposit_share",
            0.2,
            "deposit after the second decision, of allocated upgrades",
        ),
        ParamDecl::share(
            "phase_3_deposit_share",
            1.0,
            "deposit after the third decision, of allocated upgrades",
        ),
        ParamDecl::share(
            "phase_1_kept_share",
            0.5,
            "part of the deposits kept when leaving at the first decision",
        ),
        ParamDecl::share("later_kept_share", 1.0, "part of the deposits kept when leaving later"),
        ParamDecl::share("entry_site_control_share", 1.0, "part of the site under control at filing"),
        DFAX,
        ParamDecl::days("agreement_days", 60.0, "from the last answer to the begin of building"),
    ],
    hooks: Hooks { process: Some(process), ..Hooks::NONE },
};

fn process(rule: &Rule) -> Track {
    let number = |name: &str| rule.number(name);
    let entry = number("entry_deposit_usd_per_mw");
    let site = number("entry_site_control_share");
    let phase = |name: &str, days: &str, deposit: &str, kept: &str| Phase {
        deposit: of_upgrades_at_least(number(deposit), entry),
        penalty: of_deposits(number(kept)),
        site_control_share: site,
        ..study(rule, name, days)
    };
    let study_deposit = |part: f64| Amount {
        bands: STUDY_DEPOSITS
            .map(|(to_mw, usd)| Band {
                to_mw,
                flat_usd: part * number("study_deposit_factor") * usd,
                usd_per_mw: 0.0,
            })
            .to_vec(),
        ..Amount::NONE
    };
    let kept = number("study_deposit_kept_share");
    Track {
        application_fee: study_deposit(kept),
        application_deposit: study_deposit(1.0 - kept),
        entry_deposit: Amount::per_mw(entry),
        entry_site_control_share: site,
        security: of_upgrades(number("phase_3_deposit_share")),
        signed_penalty: of_deposits(number("later_kept_share")),
        ..rounds(
            rule,
            vec![
                phase("phase_1", "phase_1_days", "phase_1_deposit_share", "phase_1_kept_share"),
                phase("phase_2", "phase_2_days", "phase_2_deposit_share", "later_kept_share"),
                phase("phase_3", "phase_3_days", "phase_3_deposit_share", "later_kept_share"),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{rule, usd};

    #[test]
    fn deposits_of_a_cycle_grow_to_the_full_cost() {
        let track = process(&rule(&MODULE, &[]));
        let of = |amount: &Amount, upgrades_usd| usd(amount, 100.0, upgrades_usd);
        // 100 MW: study deposit 250,000 $, of which 25,000 $ are kept; first readiness deposit 0.4 M$.
        assert!((of(&track.application_fee, 0.0) - 25_000.0).abs() < 1e-6);
        assert!((of(&track.application_deposit, 0.0) - 225_000.0).abs() < 1e-6);
        assert_eq!(of(&track.entry_deposit, 0.0), 400_000.0);
        // With 20 M$ allocated: 10 % = 2 M$, 20 % = 4 M$, 20 M$. With 1 M$ the entry deposit is more.
        let of_20: Vec<f64> = track.phases.iter().map(|phase| of(&phase.deposit, 20e6)).collect();
        assert_eq!(of_20, [2e6, 4e6, 20e6]);
        assert_eq!(of(&track.phases[0].deposit, 1e6), 400_000.0);
        // Leaving at the first decision keeps half of 0.4 M$, later everything.
        let kept: Vec<f64> = track.phases.iter().map(|phase| phase.penalty.deposit_share).collect();
        assert_eq!(kept, [0.5, 1.0, 1.0]);
    }
}
