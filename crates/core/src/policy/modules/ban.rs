//! A ban on new connections while the policy is in force.

use crate::policy::{Hooks, Module, Verdict};

/// No new requests.
pub const MODULE: Module = Module {
    name: "ban_new",
    meaning: "refuses new requests while it is in force",
    params: &[],
    hooks: Hooks { admit: Some(|_, _, _, _| Verdict::Refuse("ban")), ..Hooks::NONE },
};
