//! Many replications of several scenarios, and what their differences are worth.
//!
//! * [`compare()`]: every arm times every replication on a pool of threads, folded by number.
//! * [`design`]: which points of the factors an experiment visits.
//! * [`stats`]: paired differences, their intervals, and what else replications say.
//! * [`plan`]: all cells of an experiment, with what determines each.
//! * [`batch`]: runs a plan or a shard of it into parts, which outlive any kill.
//! * [`merge`]: parts to tables.
//! * [`report`]: the results of a comparison as tables.
//! * [`evidence`]: a run beside what really happened.
//! * [`ask`]: the questions that the model was made for, and the commands that answer them.
//! * [`brief`]: what one policy does in one region, for people who decide.
//!
//! The result does not depend on the number of threads or on the order in which they finish.

pub mod ask;
pub mod batch;
pub mod brief;
pub mod compare;
pub mod design;
pub mod evidence;
pub mod merge;
pub mod plan;
pub mod report;
pub mod stats;

pub use compare::{Comparison, ExperimentError, Failure, Metric, compare};
