//! Requests for the same project elsewhere have to be disclosed, and only so many are studied.
//!
//! The law asks for disclosure; that offices then do not study more than so many is assumed.

use crate::policy::{Asked, Hooks, Module, ParamDecl, Rule, Verdict};

/// Duplicates.
pub const MODULE: Module = Module {
    name: "duplicate_limit",
    meaning: "refuses requests of projects that are already waiting elsewhere too often",
    params: &[ParamDecl::new(
        "max_elsewhere",
        "requests",
        0.0,
        (0.0, 1e3),
        "open requests elsewhere at most",
    )],
    hooks: Hooks { admit: Some(|rule, asked, _, _| admit(rule, asked)), ..Hooks::NONE },
};

fn admit(rule: &Rule, asked: &Asked) -> Verdict {
    if asked.duplicates > rule.count("max_elsewhere") {
        Verdict::Refuse("duplicate")
    } else {
        Verdict::Accept
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{asked, rule};

    #[test]
    fn the_second_copy_is_one_too_many() {
        let rule = rule(&MODULE, &[("max_elsewhere", 1.0)]);
        assert_eq!(admit(&rule, &Asked { duplicates: 1, ..asked() }), Verdict::Accept);
        assert_eq!(admit(&rule, &Asked { duplicates: 2, ..asked() }), Verdict::Refuse("duplicate"));
    }
}
