//! Statistics of replications.

mod paired;
mod student;

pub use paired::{Estimate, Paired};
pub use student::{t_probability, t_quantile};
