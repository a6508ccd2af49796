//! Statistics of replications.
//!
//! * `student`, `paired`: means, paired differences, how much pairing helped.
//! * `bootstrap`, `quantile`, `ratio`: intervals where a mean is not what is asked.
//! * `bonferroni`, `holm`: many comparisons at once.
//! * `sequential`: how many replications a wanted half-width takes.
//! * `ranking`: with what probability each arm is best.
//! * `total`, `drivers`: what stated ranges of the parameters do to a result, and which of them.
//! * `sobol`: how much of a variance each factor makes.
//! * `wording`: what an interval allows one to say.
//!
//! Every draw comes from `Streams`, so the same numbers give the same intervals on every machine.

mod bonferroni;
mod bootstrap;
mod drivers;
mod holm;
mod moments;
mod paired;
mod quantile;
mod ranking;
mod ratio;
mod sequential;
mod sobol;
mod student;
mod total;
mod wording;

pub use bonferroni::bonferroni;
pub use bootstrap::{Bootstrap, Bootstrapped};
pub use drivers::{Driver, Drivers};
pub use holm::holm;
pub use paired::{Estimate, Paired};
pub use quantile::{QuantileEstimate, quantile};
pub use ranking::{Better, Ranking, probability_best};
pub use ratio::Ratio;
pub use sequential::{Stopping, Verdict};
pub use sobol::{Index, Indices, Rows};
pub use student::{t_probability, t_quantile};
pub use total::Total;
pub use wording::{Wording, wording};
