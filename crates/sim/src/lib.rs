//! One replication: the typed scenario, the closed set of events, the world and its probes.
//!
//! * [`scenario`]: the user's file, checked, with every default explicit.

// Unit tests may read files and print why they skip; the library itself is checked without them.
#![cfg_attr(test, allow(clippy::disallowed_macros, clippy::disallowed_methods))]

pub mod scenario;
