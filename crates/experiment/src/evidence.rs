//! Evidence: what a run says, beside what really happened.
//!
//! * [`backtest`]: a replayed year against its prices and outputs, line by line.
//! * [`facts`]: what is known of queues and grids beside what scenarios say of it.
//! * [`record`]: how those claims fared when they were last run.
//! * [`statistics`]: quantiles, correlations, least squares.
//! * [`baseline`]: the naive forecast that a model has to beat.

pub mod backtest;
pub mod baseline;
pub mod facts;
pub mod record;
pub mod statistics;
