//! The dispatch against hand calculation, an independent solver and its own certificate.

// Tests may read cases and say why they skip.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

mod causes;
mod degenerate;
mod flowgates;
mod generate;
mod hand;
mod marginal;
mod meshed;
mod oracle;
mod parts;
mod pipes;
mod random;
mod rts;
mod unique;
