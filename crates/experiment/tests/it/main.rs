//! What experiments promise, seen from outside.

mod coverage;
mod faults;
mod identity;
mod synthetic;
