//! No grid power at all while the policy is in force; machines stand idle.

use super::terms::EVADING;
use crate::policy::{Hooks, Limits, Module};

/// No power.
pub const MODULE: Module = Module {
    name: "full_ban",
    meaning: "cuts all grid power while it is in force",
    params: &[EVADING],
    hooks: Hooks {
        operate: Some(|rule, asked, _| Limits::at_most(rule.number("evading_share") * asked.mw)),
        ..Hooks::NONE
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{HOUR, SITE, rule};

    #[test]
    fn what_goes_on_is_what_evades() {
        let operate = MODULE.hooks.operate.unwrap();
        assert_eq!(operate(&rule(&MODULE, &[]), &SITE, &HOUR).ceiling_mw, 0.0);
        // 20 % of 100 MW.
        assert_eq!(operate(&rule(&MODULE, &[("evading_share", 0.2)]), &SITE, &HOUR).ceiling_mw, 20.0);
    }
}
