//! What experiments promise, seen from outside.

mod coverage;
