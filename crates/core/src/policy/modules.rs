//! The kinds of rules, one file each.

mod ban;

use super::Module;

/// All kinds of rules.
pub const MODULES: &[&Module] = &[&ban::MODULE];
