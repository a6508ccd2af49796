//! Evidence: what a run says, beside what really happened.
//!
//! * [`backtest`]: a replayed year against its prices and outputs, line by line.
//! * [`statistics`]: quantiles, correlations, least squares.
//! * [`baseline`]: the naive forecast that a model has to beat.

pub mod backtest;
pub mod baseline;
pub mod statistics;
