//! What stands on a grid connection: Bitcoin mines and AI campuses, the hardware in them, and the firms
//! that ask for power.
//!
//! Everything here is a pure function of its inputs and of named random streams. A workload meets the
//! grid through three plain seams of `gridrush-core`: it bids and is awarded energy
//! ([`gridrush_core::demand`]), its firms file requests ([`firms::arrivals`]), and they answer offers
//! ([`firms::decisions`]).
//!
//! * [`bitcoin`]: protocol, coin price, mining fleets, hashrate of the rest of the world.
//! * [`ai`]: campuses, jobs, inference, delivered compute.
//! * [`hardware`]: mining rigs and accelerators, two types, because a rig cannot train a model.
//! * [`firms`]: who asks for a connection, when, and whether they take what is offered.
//! * [`tags`]: what loads are, as rules of policy name it.

// Unit tests may read files and print why they skip; the library itself is checked without them.
#![cfg_attr(test, allow(clippy::disallowed_macros, clippy::disallowed_methods))]

pub mod ai;
pub mod bitcoin;
pub mod firms;
pub mod hardware;
pub mod tags;

use gridrush_core::demand::ClassId;

/// Names of the load classes in results; a [`ClassId`] is a position in this list.
pub const CLASSES: &[&str] = &["native", "mining", "ai_training", "ai_inference"];

/// Bitcoin mines.
pub const MINING: ClassId = ClassId(1);
/// Training of models.
pub const AI_TRAINING: ClassId = ClassId(2);
/// Serving of models.
pub const AI_INFERENCE: ClassId = ClassId(3);
