//! One project may not be cut into requests below a threshold.
//!
//! A request together with those that are open for the same project counts as one; if it is below the
//! threshold only because it was split, it is refused.

use crate::policy::{Asked, Hooks, Module, ParamDecl, Rule, Verdict};

/// Anti-splitting.
pub const MODULE: Module = Module {
    name: "anti_splitting",
    meaning: "refuses requests that are below a threshold only because a project was split",
    params: &[ParamDecl::new("threshold_mw", "MW", 0.0, (0.0, 1e6), "the threshold").required()],
    hooks: Hooks { admit: Some(|rule, asked, _, _| admit(rule, asked)), ..Hooks::NONE },
};

fn admit(rule: &Rule, asked: &Asked) -> Verdict {
    let threshold = rule.number("threshold_mw");
    let project_mw = asked.mw * (1.0 + f64::from(asked.duplicates));
    if asked.mw < threshold && project_mw >= threshold { Verdict::Refuse("split") } else { Verdict::Accept }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{asked, rule};

    #[test]
    fn two_halves_are_a_whole() {
        let rule = rule(&MODULE, &[("threshold_mw", 75.0)]);
        let of = |mw, duplicates| Asked { mw, duplicates, ..asked() };
        // 2 x 40 = 80 MW is above 75 MW; 2 x 30 = 60 MW is not; 80 MW is above by itself.
        assert_eq!(admit(&rule, &of(40.0, 1)), Verdict::Refuse("split"));
        assert_eq!(admit(&rule, &of(30.0, 1)), Verdict::Accept);
        assert_eq!(admit(&rule, &of(80.0, 1)), Verdict::Accept);
        assert_eq!(admit(&rule, &of(40.0, 0)), Verdict::Accept);
    }
}
