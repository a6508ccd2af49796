//! A fee and a deposit with the application, on top of a process.

use crate::interconnection::Track;
use crate::policy::{Hooks, Module, ParamDecl, Rule};

/// Fees with the application.
pub const MODULE: Module = Module {
    name: "study_fee",
    meaning: "asks for a fee and a deposit with the application",
    params: &[
        ParamDecl::usd("fee_usd", 0.0, "kept"),
        ParamDecl::usd_per_mw("fee_usd_per_mw", 0.0, "kept, by size"),
        ParamDecl::usd("deposit_usd", 0.0, "returned at signing, or on leaving before the study"),
    ],
    hooks: Hooks { amend: Some(amend), ..Hooks::NONE },
};

fn amend(rule: &Rule, track: &mut Track) {
    track.application_fee.flat_usd += rule.number("fee_usd");
    track.application_fee.usd_per_mw += rule.number("fee_usd_per_mw");
    track.application_deposit.flat_usd += rule.number("deposit_usd");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interconnection::{Amount, Basis};
    use crate::policy::parts::track;
    use crate::policy::testing::rule;

    #[test]
    fn a_fee_is_added_to_what_the_process_asks_for() {
        let rule = rule(&MODULE, &[("fee_usd", 100_000.0), ("fee_usd_per_mw", 100.0)]);
        let mut track = track(&rule, Vec::new());
        track.application_fee = Amount::flat(5_000.0);
        amend(&rule, &mut track);
        // 5,000 + 100,000 + 75 x 100 = 112,500 $.
        let basis = Basis { mw: 75.0, ..Basis::default() };
        assert_eq!(track.application_fee.usd(basis), 112_500.0);
        assert_eq!(track.application_deposit.usd(basis), 0.0);
    }
}
