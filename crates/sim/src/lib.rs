//! One replication: the typed scenario, the closed set of events, the world and its probes.
//!
//! * [`scenario`]: the user's file, checked, with every default explicit.

pub mod scenario;
