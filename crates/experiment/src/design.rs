//! Which points of the factors an experiment visits.
//!
//! Factorial and one-at-a-time designs pick levels by number; the Latin hypercube and Saltelli's design
//! pick shares of each factor's range in [0, 1). A design is a function of its sizes and, where it draws,
//! of a seed.

mod factorial;
mod latin_hypercube;
mod one_at_a_time;
mod saltelli;
mod sobol_sequence;

pub use factorial::factorial;
pub use latin_hypercube::latin_hypercube;
pub use one_at_a_time::one_at_a_time;
pub use saltelli::Saltelli;
pub use sobol_sequence::{MOST_DIMENSIONS, SobolSequence};
