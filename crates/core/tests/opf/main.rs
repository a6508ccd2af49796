//! Optimal power flows against hand calculation, published objectives and another solver.

// Tests may read cases and say why they skip.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

mod cases;
mod hand;
mod published;
