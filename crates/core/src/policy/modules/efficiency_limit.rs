//! Only efficient data centers: power at the meter over power of the machines is limited.

use crate::policy::{Asked, Hooks, Module, ParamDecl, Rule, Verdict};

/// Efficiency.
pub const MODULE: Module = Module {
    name: "efficiency_limit",
    meaning: "refuses data centers that use too much power beside their machines",
    params: &[ParamDecl::new(
        "max_pue",
        "",
        1.3,
        (1.0, 10.0),
        "power at the meter over power of the machines, at most",
    )],
    hooks: Hooks { admit: Some(|rule, asked, _, _| admit(rule, asked)), ..Hooks::NONE },
};

fn admit(rule: &Rule, asked: &Asked) -> Verdict {
    if asked.pue > rule.number("max_pue") { Verdict::Refuse("inefficient") } else { Verdict::Accept }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{asked, rule};

    #[test]
    fn at_most_one_point_three() {
        let rule = rule(&MODULE, &[]);
        assert_eq!(admit(&rule, &Asked { pue: 1.3, ..asked() }), Verdict::Accept);
        assert_eq!(admit(&rule, &Asked { pue: 1.31, ..asked() }), Verdict::Refuse("inefficient"));
    }
}
