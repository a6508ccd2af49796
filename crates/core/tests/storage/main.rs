//! What storage earns and saves, against perfect foresight.

// Tests may read cases and print what they measure.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

mod arbitrage;
mod fleet;
mod foresight;
mod rts_gmlc;
mod trade;
