//! Only local works before a connection; what it does to the network beyond is left to dispatch.
//!
//! Generators in Texas connect so. Part of the local cost may be paid by everybody.

use crate::interconnection::{Scope, Track};
use crate::policy::{Hooks, Module, ParamDecl, Rule};

/// Connect and manage.
pub const MODULE: Module = Module {
    name: "connect_and_manage",
    meaning: "asks for local works only; congestion beyond is left to dispatch",
    params: &[ParamDecl::usd("allowance_usd", 0.0, "up to this much of its works is paid by everybody")],
    hooks: Hooks { amend: Some(amend), ..Hooks::NONE },
};

fn amend(rule: &Rule, track: &mut Track) {
    track.scope = Scope::Local;
    track.allowance_usd = rule.number("allowance_usd");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::parts::track;
    use crate::policy::testing::rule;

    #[test]
    fn local_works_and_an_allowance() {
        let rule = rule(&MODULE, &[("allowance_usd", 14e6)]);
        let mut track = track(&rule, Vec::new());
        amend(&rule, &mut track);
        assert_eq!((track.scope, track.allowance_usd), (Scope::Local, 14e6));
    }
}
