//! First come, first served: one request at a time, each on top of all earlier ones.
//!
//! Up to three studies in a row (feasibility, system impact, facilities); a study of zero days is left out.
//! When somebody leaves, those whose offer counted on it and who have not answered are studied again at
//! their old place. The cause of an upgrade pays all of it. Defaults: the clock of Order 2003 `[M]`,
//! desks and spread assumed.

use crate::interconnection::{Amount, Phase, Restudy, Track};
use crate::policy::parts::{SPREAD_LOG, lasting, of_deposits, phase, track};
use crate::policy::{Hooks, Module, ParamDecl, Rule};

/// Serial queue.
pub const MODULE: Module = Module {
    name: "serial_fcfs",
    meaning: "studies requests one by one in the order of filing; who causes an upgrade pays it",
    params: &[
        ParamDecl::limit("study_slots", "studies", "studies under way at once; not limited below 0"),
        ParamDecl::days("feasibility_days", 45.0, "duration of the feasibility study; 0 leaves it out"),
        ParamDecl::days("impact_days", 90.0, "duration of the system impact study; 0 leaves it out"),
        ParamDecl::days("facilities_days", 90.0, "duration of the facilities study"),
        SPREAD_LOG,
        ParamDecl::days("restudy_days", 60.0, "duration of a restudy"),
        ParamDecl::usd("feasibility_usd", 10_000.0, "price of the feasibility study"),
        ParamDecl::usd("impact_usd", 50_000.0, "price of the system impact study"),
        ParamDecl::usd("facilities_usd", 100_000.0, "price of the facilities study"),
        ParamDecl::usd("restudy_usd", 10_000.0, "price of a restudy"),
        ParamDecl::usd("application_deposit_usd", 10_000.0, "deposit with the application"),
        ParamDecl::days("decision_days", 30.0, "from a report to the owner's answer"),
        ParamDecl::days("valid_days", 60.0, "from a report to the lapse of the offer"),
        ParamDecl::days("agreement_days", 90.0, "from the last answer to the begin of building"),
        ParamDecl::usd_per_mw("security_usd_per_mw", 0.0, "security from signing to full demand"),
        ParamDecl::share(
            "security_forfeit_share",
            1.0,
            "part of it kept when a request leaves after signing",
        ),
    ],
    hooks: Hooks { process: Some(process), ..Hooks::NONE },
};

fn process(rule: &Rule) -> Track {
    let number = |name: &str| rule.number(name);
    let study = |name: &str, days, usd| Phase {
        restudy: lasting(number("restudy_days"), number("spread_log")),
        valid_days: number("valid_days").max(number("decision_days")),
        fee: Amount::flat(usd),
        ..phase(name, lasting(days, number("spread_log")), number("decision_days"))
    };
    let all = [
        ("feasibility", number("feasibility_days"), number("feasibility_usd")),
        ("impact", number("impact_days"), number("impact_usd")),
        ("facilities", number("facilities_days"), number("facilities_usd")),
    ];
    let last = all.len() - 1;
    let kept = all.into_iter().enumerate().filter(|(i, (_, days, _))| *days > 0.0 || *i == last);
    let phases = kept.map(|(_, (name, days, usd))| study(name, days, usd)).collect();
    Track {
        study_slots: rule.limit("study_slots").map(|slots| (slots as usize).max(1)),
        application_deposit: Amount::flat(number("application_deposit_usd")),
        restudy: Restudy::Dependents,
        restudy_fee: Amount::flat(number("restudy_usd")),
        agreement_days: number("agreement_days"),
        security: Amount::per_mw(number("security_usd_per_mw")),
        signed_penalty: of_deposits(number("security_forfeit_share")),
        ..track(rule, phases)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interconnection::{Basis, CostShares, Duration, Intake};
    use crate::policy::testing::rule;

    #[test]
    fn the_clock_of_order_2003() {
        // Reports 45, 45 + 30 + 90 = 165 and 165 + 30 + 90 = 285 days after filing if each answer takes its
        // 30 days; building begins 285 + 30 + 90 = 405 days after filing.
        let track = process(&rule(&MODULE, &[("security_usd_per_mw", 50_000.0)]));
        assert_eq!(track.intake, Intake::Continuous);
        assert_eq!(track.shares, CostShares::Causer);
        let mut day = 0.0;
        let mut reports = Vec::new();
        for phase in &track.phases {
            let Duration::Fixed { days } = phase.study else { panic!("no spread was asked for") };
            reports.push(day + days);
            day += days + phase.decision_days;
        }
        assert_eq!(reports, [45.0, 165.0, 285.0]);
        assert_eq!(day + track.agreement_days, 405.0);
        // Studies of a 100 MW request cost 10,000 + 50,000 + 100,000 $; its security is 5 M$.
        let of = |amount: &Amount| amount.usd(Basis { mw: 100.0, upgrades_usd: 20e6, studies_usd: 0.0 });
        assert_eq!(track.phases.iter().map(|phase| of(&phase.fee)).sum::<f64>(), 160_000.0);
        assert_eq!(of(&track.application_deposit), 10_000.0);
        assert_eq!(of(&track.security), 5e6);
    }

    #[test]
    fn one_study_may_do_for_all() {
        let one = [("feasibility_days", 0.0), ("impact_days", 0.0), ("facilities_days", 120.0)];
        let track = process(&rule(&MODULE, &one));
        assert_eq!(track.phases.len(), 1);
        assert_eq!(track.phases[0].study, Duration::Fixed { days: 120.0 });
    }
}
