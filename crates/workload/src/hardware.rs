//! The machines: mining rigs and accelerators.
//!
//! Two types that share nothing, because a SHA-256 rig cannot train a model and an accelerator does not
//! mine Bitcoin.

pub mod accelerator;
pub mod asic;
