//! Sites of a limited size: larger requests get the limit, or nothing.

use crate::policy::{Asked, Hooks, Module, ParamDecl, Rule, Verdict};

/// Size of a site.
pub const MODULE: Module = Module {
    name: "size_limit",
    meaning: "admits no site above a size",
    params: &[
        ParamDecl::new("max_mw", "MW", 0.0, (0.0, 1e6), "largest size").required(),
        ParamDecl::switch("refuse", 0.0, "1: larger requests are refused, not cut down"),
    ],
    hooks: Hooks { admit: Some(|rule, asked, _, _| admit(rule, asked)), ..Hooks::NONE },
};

fn admit(rule: &Rule, asked: &Asked) -> Verdict {
    let most = rule.number("max_mw");
    if asked.mw <= most {
        Verdict::Accept
    } else if rule.switch("refuse") || most <= 0.0 {
        Verdict::Refuse("too_large")
    } else {
        Verdict::AcceptUpTo(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{asked, rule};

    #[test]
    fn one_megawatt_a_site() {
        let limit = rule(&MODULE, &[("max_mw", 1.0)]);
        assert_eq!(admit(&limit, &asked()), Verdict::AcceptUpTo(1.0));
        assert_eq!(admit(&limit, &Asked { mw: 1.0, ..asked() }), Verdict::Accept);
        let strict = rule(&MODULE, &[("max_mw", 1.0), ("refuse", 1.0)]);
        assert_eq!(admit(&strict, &asked()), Verdict::Refuse("too_large"));
    }
}
