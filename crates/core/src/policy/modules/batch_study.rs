//! One system-wide study of everybody who filed in a window, in place of a study for each.
//!
//! All requests of the window have equal standing; each is allotted the megawatts that hold without
//! waiting (firm now) and the rest when its upgrades are built. Whoever is controllable may draw the rest
//! at once, see `conditional_service`. Later batches follow in equal steps, or none. Duration of the study
//! assumed; the window is the policy's.

use crate::interconnection::{Amount, CostShares, Forfeits, Phase, Restudy, Track};
use crate::policy::parts::{DFAX_MIN, SPREAD_LOG, of_deposits, study, track, windows};
use crate::policy::{Hooks, Module, ParamDecl, Rule};

/// Batch study.
pub const MODULE: Module = Module {
    name: "batch_study",
    meaning: "studies everybody who filed in a window at once; everybody pays for the network",
    params: &[
        ParamDecl::days("open_days", 14.0, "the window stays open from the day the rule takes effect"),
        ParamDecl::days("every_days", 0.0, "from one window to the next; 0 for one window only"),
        ParamDecl::days("engagement_days", 14.0, "from closing to the begin of the study"),
        ParamDecl::days("study_days", 180.0, "duration of the study"),
        SPREAD_LOG,
        ParamDecl::usd("study_fee_usd", 0.0, "price of the study"),
        ParamDecl::days("decision_days", 30.0, "from the report to the owner's answer"),
        ParamDecl::days("agreement_days", 60.0, "from the answer to the begin of building"),
        ParamDecl::usd_per_mw("security_usd_per_mw", 0.0, "security held from filing to full demand"),
        ParamDecl::share("kept_share", 1.0, "part of it kept when a request leaves"),
        ParamDecl::switch("causer_pays", 0.0, "1: who causes an upgrade pays it, by impact, not everybody"),
    ],
    hooks: Hooks { process: Some(process), ..Hooks::NONE },
};

fn process(rule: &Rule) -> Track {
    let number = |name: &str| rule.number(name);
    let security = Amount::per_mw(number("security_usd_per_mw"));
    let batch = Phase {
        fee: Amount::flat(number("study_fee_usd")),
        deposit: security.clone(),
        penalty: of_deposits(number("kept_share")),
        ..study(rule, "batch", "study_days")
    };
    let by_impact = CostShares::Impact { dfax_min: DFAX_MIN };
    Track {
        intake: windows(rule),
        entry_deposit: security.clone(),
        restudy: Restudy::NextPhase,
        shares: if rule.switch("causer_pays") { by_impact } else { CostShares::PostageStamp },
        forfeits: Forfeits::Owner,
        agreement_days: number("agreement_days"),
        security,
        signed_penalty: of_deposits(number("kept_share")),
        ..track(rule, vec![batch])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interconnection::{Basis, Intake};
    use crate::kernel::{SimSpan, SimTime};
    use crate::policy::testing::rule;

    #[test]
    fn one_window_opens_with_the_rule() {
        // In force on day 100, open 14 days, studied from day 100 + 14 + 14 = 128.
        let batch =
            Rule { effective: SimTime::from_hours(2400), ..rule(&MODULE, &[("security_usd_per_mw", 50e3)]) };
        let track = process(&batch);
        let Intake::Windows { first, every, open, engagement } = track.intake else { panic!("a window") };
        assert_eq!((first, every), (SimTime::from_hours(2400), None));
        assert_eq!(first + open + engagement, SimTime::from_hours(128 * 24));
        assert_eq!(open, SimSpan::from_days(14));
        let basis = Basis { mw: 200.0, ..Basis::default() };
        assert_eq!(track.entry_deposit.usd(basis), 10e6, "200 MW x 50,000 $");
        assert_eq!(track.phases[0].deposit.usd(basis), 10e6, "already held: nothing more is due");
    }
}
