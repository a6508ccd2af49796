//! Many replications of several scenarios, and what their differences are worth.
//!
//! * [`compare()`]: every arm times every replication on a pool of threads, folded by number.
//! * [`design`]: which points of the factors an experiment visits.
//! * [`stats`]: paired differences, their intervals, and what else replications say.
//! * [`report`]: the results as tables.
//! * [`evidence`]: a run beside what really happened.
//!
//! The result does not depend on the number of threads or on the order in which they finish.

pub mod compare;
pub mod design;
pub mod evidence;
pub mod report;
pub mod stats;

pub use compare::{Comparison, ExperimentError, Failure, Metric, compare};
