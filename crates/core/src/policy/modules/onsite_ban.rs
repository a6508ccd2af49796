//! A ban on new loads that run on their own plant behind the meter; those on the grid are free.

use crate::policy::{Asked, Hooks, Module, ParamDecl, Rule, Verdict};

/// Ban of own plants.
pub const MODULE: Module = Module {
    name: "onsite_ban",
    meaning: "refuses new loads that bring their own generation",
    params: &[ParamDecl::share("max_share", 0.0, "own generation over the contract, at most")],
    hooks: Hooks { admit: Some(|rule, asked, _, _| admit(rule, asked)), ..Hooks::NONE },
};

fn admit(rule: &Rule, asked: &Asked) -> Verdict {
    if asked.onsite_mw > rule.number("max_share") * asked.mw {
        Verdict::Refuse("own_generation")
    } else {
        Verdict::Accept
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{asked, rule};

    #[test]
    fn behind_the_meter_only() {
        let rule = rule(&MODULE, &[]);
        assert_eq!(admit(&rule, &asked()), Verdict::Accept);
        assert_eq!(admit(&rule, &Asked { onsite_mw: 1.0, ..asked() }), Verdict::Refuse("own_generation"));
    }
}
