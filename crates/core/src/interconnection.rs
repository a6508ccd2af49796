//! Requests for a grid connection and their way to energization.
