//! A gate that only ready and wanted projects pass: those who file, and all who wait when it takes effect.
//!
//! Readiness is the part of the site under control. Wanted is what still fits into a plan of megawatts of
//! its kind. Who waits and is not ready leaves with its deposits; who is ready keeps its date of filing.

use crate::kernel::SimTime;
use crate::policy::{Asked, Books, Hooks, Module, ParamDecl, Rule, Transition, Verdict};

/// Readiness gate.
pub const MODULE: Module = Module {
    name: "readiness_gate",
    meaning: "lets only ready projects in, and sends away all who wait and are not ready",
    params: &[
        ParamDecl::share("min_site_control_share", 1.0, "part of the site under control"),
        ParamDecl::limit("plan_mw", "MW", "megawatts of its kind that are wanted; not limited below 0"),
        ParamDecl::switch("whole_queue", 1.0, "1: those who wait when it takes effect pass it too"),
    ],
    hooks: Hooks {
        admit: Some(|rule, asked, _, books| admit(rule, asked, books)),
        transition: Some(transition),
        ..Hooks::NONE
    },
};

fn is_ready(rule: &Rule, asked: &Asked) -> bool {
    asked.site_control_share >= rule.number("min_site_control_share")
}

fn admit(rule: &Rule, asked: &Asked, books: &dyn Books) -> Verdict {
    if !is_ready(rule, asked) {
        return Verdict::Refuse("not_ready");
    }
    let admitted_mw = || books.admitted_mw(&rule.applies_to, SimTime::ZERO);
    match rule.limit("plan_mw") {
        Some(plan) if admitted_mw() + asked.mw > plan => Verdict::Refuse("not_in_plan"),
        _ => Verdict::Accept,
    }
}

fn transition(rule: &Rule, asked: &Asked) -> Transition {
    if !rule.switch("whole_queue") {
        Transition::Stay
    } else if is_ready(rule, asked) {
        Transition::Move
    } else {
        Transition::Leave("not_ready")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policies;
    use crate::policy::testing::{Admitted, asked, rule};

    #[test]
    fn the_unready_leave_and_the_ready_keep_their_date() {
        let day = |days: u64| SimTime::from_hours(24 * days);
        let gate = Rule { effective: day(100), announced: day(40), ..rule(&MODULE, &[]) };
        let policies = Policies { policies: Vec::new(), rules: vec![gate] };
        let unready = Asked { site_control_share: 0.6, filed: day(20), ..asked() };
        let ready = Asked { filed: day(20), ..asked() };
        // Before the gate everybody gets in; from its announcement on owners can see it coming.
        let books = Admitted::default();
        assert_eq!(policies.admit(&unready, day(99), &books), (Verdict::Accept, None));
        assert_eq!(policies.announced(&unready, day(39)), None);
        assert_eq!(policies.announced(&unready, day(40)), Some(day(100)));
        assert_eq!(policies.announced(&unready, day(100)), None);
        assert_eq!(policies.transition(&unready, day(100)), (Transition::Leave("not_ready"), Some("test")));
        assert_eq!(policies.transition(&ready, day(100)), (Transition::Move, Some("test")));
        assert_eq!(policies.transition(&unready, day(101)), (Transition::Stay, None));
        assert_eq!(policies.admit(&unready, day(100), &books), (Verdict::Refuse("not_ready"), Some("test")));
    }

    #[test]
    fn a_plan_is_full_at_some_point() {
        let gate = rule(&MODULE, &[("plan_mw", 250.0)]);
        let books = Admitted(vec![(asked(), SimTime::ZERO), (asked(), SimTime::ZERO)]);
        assert_eq!(admit(&gate, &asked(), &books), Verdict::Refuse("not_in_plan"));
        assert_eq!(admit(&gate, &Asked { mw: 50.0, ..asked() }, &books), Verdict::Accept);
    }
}
