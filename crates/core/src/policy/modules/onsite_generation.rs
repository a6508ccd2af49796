//! Generation, storage or backup that a site has to bring along: Ireland, and bring-your-own-generation lanes.
//!
//! Dispatchable generation matches the contract after derating: the installed capacity is contract x share / derating.

use super::terms::param;
use crate::policy::{Hooks, Module, Obligation};

/// Own generation.
pub const MODULE: Module = Module {
    name: "onsite_generation",
    meaning: "requires own dispatchable generation, and backup that can be ordered to run",
    params: &[
        param("share", "part of the contract that generation has to match", "share", Some(1.0), (0.0, 2.0)),
        param("derating", "what a megawatt of it counts", "share", Some(0.9), (0.1, 1.0)),
        param(
            "backup_share",
            "part of the contract that backup has to cover",
            "share",
            Some(0.0),
            (0.0, 1.0),
        ),
    ],
    hooks: Hooks {
        obligation: Some(|rule, asked| Obligation {
            onsite_mw: rule.number("share") * asked.mw / rule.number("derating"),
            backup_mw: rule.number("backup_share") * asked.mw,
            ..Obligation::default()
        }),
        ..Hooks::NONE
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{SITE, close, rule};

    #[test]
    fn capacity_matches_the_contract_after_derating() {
        // 100 MW x 0.72 / 0.9 = 80 MW; half of 100 MW as backup.
        let numbers = [("share", 0.72), ("backup_share", 0.5)];
        let owed = MODULE.hooks.obligation.unwrap()(&rule(&MODULE, &numbers), &SITE);
        assert!(close(owed.onsite_mw, 80.0) && owed.backup_mw == 50.0 && owed.renewable_share == 0.0);
    }
}
