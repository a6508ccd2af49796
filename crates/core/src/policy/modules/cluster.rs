//! First ready, first served: yearly clusters that are studied together, with deposits that grow and
//! penalties for leaving (Order 2023).
//!
//! A window gathers requests of equal standing; after the engagement window they are studied jointly.
//! Those who stay raise their readiness deposit to a part of the upgrades allocated to them. Leaving costs
//! something only if it raises the cost of others, and nothing if the own cost has grown much since the
//! report before. If somebody leaves, the cluster is studied again until nobody does. An office that is
//! late owes a sum per business day. Defaults `[M]` but the window and the final security `[S]`; the study
//! is taken to cost what its deposit is.

use crate::interconnection::{Amount, Band, Late, Penalty, Phase, Restudy, Track};
use crate::policy::parts::{DAYS_PER_BUSINESS_DAY, DFAX, SPREAD_LOG, of_upgrades, rounds, study};
use crate::policy::{Hooks, Module, ParamDecl, Rule};

/// Cluster study.
pub const MODULE: Module = Module {
    name: "cluster",
    meaning: "gathers requests in windows, studies them together, and makes leaving cost what it harms",
    params: &[
        ParamDecl::days("every_days", 365.0, "from one window to the next; 0 for one window only"),
        ParamDecl::days("open_days", 45.0, "a window stays open"),
        ParamDecl::days("engagement_days", 60.0, "from closing to the begin of the study"),
        ParamDecl::usd("application_fee_usd", 5_000.0, "fee with the application"),
        ParamDecl::new("small_mw", "MW", 80.0, (0.0, 1e5), "up to this size the small study deposit is due"),
        ParamDecl::usd("small_deposit_usd", 35_000.0, "small study deposit"),
        ParamDecl::usd_per_mw("small_deposit_usd_per_mw", 1_000.0, "added to the small study deposit"),
        ParamDecl::new("large_mw", "MW", 200.0, (0.0, 1e5), "above this size the large study deposit is due"),
        ParamDecl::usd("middle_deposit_usd", 150_000.0, "study deposit between the two sizes"),
        ParamDecl::usd("large_deposit_usd", 250_000.0, "large study deposit"),
        ParamDecl::new("readiness_multiple", "", 2.0, (0.0, 100.0), "readiness deposit over study deposit"),
        ParamDecl::share("entry_site_control_share", 0.9, "part of the site under control at filing"),
        ParamDecl::share(
            "final_site_control_share",
            1.0,
            "part of the site under control at the facilities study",
        ),
        ParamDecl::days("study_days", 150.0, "duration of the cluster study and of each restudy"),
        ParamDecl::days("facilities_days", 90.0, "duration of the facilities study"),
        SPREAD_LOG,
        ParamDecl::days(
            "decision_days",
            34.0,
            "from a report to the answer: meeting within 10 business days, then 20 days",
        ),
        ParamDecl::share(
            "study_deposit_share",
            0.05,
            "deposit after the cluster study, of allocated upgrades",
        ),
        ParamDecl::share(
            "facilities_deposit_share",
            0.1,
            "deposit after the facilities study, of allocated upgrades",
        ),
        ParamDecl::new(
            "study_penalty_multiple",
            "",
            2.0,
            (0.0, 100.0),
            "penalty after the cluster study, of own study costs",
        ),
        ParamDecl::share("restudy_penalty_share", 0.05, "penalty after a restudy, of allocated upgrades"),
        ParamDecl::share(
            "facilities_penalty_share",
            0.1,
            "penalty after the facilities study, of allocated upgrades",
        ),
        ParamDecl::share("signed_penalty_share", 0.2, "penalty after signing, of allocated upgrades"),
        ParamDecl::new(
            "free_if_cost_grew_share",
            "share",
            0.25,
            (0.0, 100.0),
            "no penalty if costs grew by more since the report before",
        ),
        ParamDecl::new(
            "facilities_free_if_cost_grew_share",
            "share",
            1.0,
            (0.0, 100.0),
            "the same from cluster report to facilities report",
        ),
        ParamDecl::new("restudies", "", 5.0, (0.0, 100.0), "restudies of a round at most"),
        DFAX,
        ParamDecl::days("agreement_days", 60.0, "from the last answer to the begin of building"),
        ParamDecl::share("security_share", 0.2, "security at signing, of allocated upgrades"),
        ParamDecl::usd(
            "late_study_usd_per_business_day",
            1_000.0,
            "owed by an office that is late with the cluster study",
        ),
        ParamDecl::usd(
            "late_facilities_usd_per_business_day",
            2_500.0,
            "owed by an office that is late with the facilities study",
        ),
        ParamDecl::new(
            "late_grace_business_days",
            "days",
            10.0,
            (0.0, 1000.0),
            "nothing is owed for so many business days",
        ),
    ],
    hooks: Hooks { process: Some(process), ..Hooks::NONE },
};

/// The study deposit by size.
fn deposit(rule: &Rule, multiple: f64) -> Amount {
    let usd = |name| multiple * rule.number(name);
    let bands = vec![
        Band {
            to_mw: rule.number("small_mw"),
            flat_usd: usd("small_deposit_usd"),
            usd_per_mw: usd("small_deposit_usd_per_mw"),
        },
        Band { to_mw: rule.number("large_mw"), flat_usd: usd("middle_deposit_usd"), usd_per_mw: 0.0 },
        Band { to_mw: f64::INFINITY, flat_usd: usd("large_deposit_usd"), usd_per_mw: 0.0 },
    ];
    Amount { bands, ..Amount::NONE }
}

fn process(rule: &Rule) -> Track {
    let number = |name: &str| rule.number(name);
    let harm = |amount, free| Penalty {
        amount,
        only_if_harmful: true,
        free_if_cost_grew: Some(number(free)),
        ..Penalty::default()
    };
    let late = |days: &str, usd: &str| {
        Some(Late {
            due_days: number(days) + DAYS_PER_BUSINESS_DAY * number("late_grace_business_days"),
            usd_per_day: number(usd) / DAYS_PER_BUSINESS_DAY,
            max_deposit_share: 1.0 / number("readiness_multiple").max(1.0),
        })
    };
    let of_study = Amount { study_multiple: number("study_penalty_multiple"), ..Amount::NONE };
    let free = "free_if_cost_grew_share";
    let first = Phase {
        fee: deposit(rule, 1.0),
        deposit: of_upgrades(number("study_deposit_share")),
        penalty: harm(of_study, free),
        restudy_penalty: Some(harm(of_upgrades(number("restudy_penalty_share")), free)),
        late: late("study_days", "late_study_usd_per_business_day"),
        ..study(rule, "cluster_study", "study_days")
    };
    let facilities = Phase {
        deposit: of_upgrades(number("facilities_deposit_share")),
        penalty: harm(of_upgrades(number("facilities_penalty_share")), "facilities_free_if_cost_grew_share"),
        site_control_share: number("final_site_control_share"),
        late: late("facilities_days", "late_facilities_usd_per_business_day"),
        ..study(rule, "facilities_study", "facilities_days")
    };
    let signed = of_upgrades(number("signed_penalty_share"));
    Track {
        application_fee: Amount::flat(number("application_fee_usd")),
        entry_deposit: deposit(rule, number("readiness_multiple")),
        entry_site_control_share: number("entry_site_control_share"),
        restudy: Restudy::UntilStable { most: rule.count("restudies") },
        security: of_upgrades(number("security_share")),
        signed_penalty: Penalty { amount: signed, only_if_harmful: true, ..Penalty::default() },
        ..rounds(rule, vec![first, facilities])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interconnection::{Basis, Intake};
    use crate::kernel::{SimSpan, SimTime};
    use crate::policy::testing::rule;

    #[test]
    fn the_money_of_order_2023() {
        let track = process(&rule(&MODULE, &[]));
        // 100 MW with 10 M$ of upgrades allocated: studies cost 150,000 $, entry 5,000 $ and a readiness
        // deposit of 2 x 150,000 = 300,000 $; staying raises it to 5 % = 0.5 M$, then 10 % = 1 M$; signing
        // takes 20 % = 2 M$.
        let of =
            |amount: &Amount| amount.usd(Basis { mw: 100.0, upgrades_usd: 10e6, studies_usd: 150_000.0 });
        let [study, facilities] = &track.phases[..] else { panic!("two phases") };
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a} {b}");
        close(of(&track.application_fee), 5_000.0);
        close(of(&track.entry_deposit), 300_000.0);
        close(of(&study.fee), 150_000.0);
        close(of(&study.deposit), 0.5e6);
        close(of(&facilities.deposit), 1e6);
        close(of(&track.security), 2e6);
        // Leaving after the first report costs 2 x 150,000 $, after a restudy 5 %, after the facilities
        // study 10 %, after signing 20 % of 10 M$.
        close(of(&study.penalty.amount), 300_000.0);
        close(of(&study.restudy_penalty.as_ref().expect("its own").amount), 0.5e6);
        close(of(&facilities.penalty.amount), 1e6);
        close(of(&track.signed_penalty.amount), 2e6);
        assert!(study.penalty.only_if_harmful && facilities.penalty.only_if_harmful);
        assert_eq!(study.penalty.free_if_cost_grew, Some(0.25));
        assert_eq!(facilities.penalty.free_if_cost_grew, Some(1.0));
    }

    #[test]
    fn a_late_office_owes_a_sum_per_business_day() {
        let track = process(&rule(&MODULE, &[]));
        // Due after 150 days and 10 business days (two weeks); then 1,000 $ on five days of seven: a study of
        // 178 days is 14 days late and owes 10,000 $.
        let late = track.phases[0].late.expect("a clock");
        assert!((late.due_days - 164.0).abs() < 1e-9);
        assert!(((178.0 - late.due_days) * late.usd_per_day - 10_000.0).abs() < 1e-6);
        assert_eq!(late.max_deposit_share, 0.5, "of the readiness deposit, which is twice the study deposit");
    }

    #[test]
    fn windows_keep_their_phase_from_before_the_run() {
        // In force for 400 days when the run begins: windows opened at day -400 and day -35; the next one
        // opens 365 - 35 = 330 days into the run.
        let old = Rule { age: SimSpan::from_days(400), ..rule(&MODULE, &[]) };
        let first = SimTime::from_hours(330 * 24);
        let Intake::Windows { first: opens, every, open, engagement } = process(&old).intake else {
            panic!("windows")
        };
        assert_eq!((opens, every), (first, Some(SimSpan::from_days(365))));
        assert_eq!((open, engagement), (SimSpan::from_days(45), SimSpan::from_days(60)));
    }
}
