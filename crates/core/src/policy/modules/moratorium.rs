//! A pause: new requests wait until the rule ends, or are refused if it has no end.

use crate::policy::{Hooks, Module, ParamDecl, Rule, Verdict};

/// Moratorium.
pub const MODULE: Module = Module {
    name: "moratorium",
    meaning: "holds new requests back until it ends",
    params: &[ParamDecl::switch("refuse", 0.0, "1: requests are refused and have to come again")],
    hooks: Hooks { admit: Some(|rule, _, _, _| admit(rule)), ..Hooks::NONE },
};

fn admit(rule: &Rule) -> Verdict {
    match rule.sunset {
        Some(sunset) if !rule.switch("refuse") => Verdict::Wait(sunset),
        _ => Verdict::Refuse("moratorium"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::SimTime;
    use crate::policy::testing::{Admitted, asked, rule};
    use crate::policy::{Asked, Policies};

    #[test]
    fn requests_wait_for_the_end() {
        let end = SimTime::from_hours(550 * 24);
        let pause = Rule { sunset: Some(end), ..rule(&MODULE, &[]) };
        assert_eq!(admit(&pause), Verdict::Wait(end));
        assert_eq!(admit(&rule(&MODULE, &[])), Verdict::Refuse("moratorium"));
        // From its last day on the rule is not in force, and nobody waits.
        let policies = Policies { policies: Vec::new(), rules: vec![pause] };
        let late = Asked { filed: end, ..asked() };
        assert_eq!(policies.admit(&late, end, &Admitted::default()), (Verdict::Accept, None));
    }
}
