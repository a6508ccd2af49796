//! A brief: what one policy does in one region, in two pages, for people who decide.
//!
//! ```text
//! question, policy, region --standing, scenario--> two arms
//! pair 0, 1, 2, .. --schedule--> best guesses, or a draw from the ranges of what is uncertain
//! closing numbers and tables of both arms --measures--> Pair --findings, grade--> words --tables--> files
//! ```
//!
//! Nothing here runs a simulation, reads a file or asks for the time: every decision is a function of the
//! numbers of the pairs, so the same number of pairs gives the same brief. Statistics are those of
//! [`stats`](crate::stats). A new question is one file in `questions/`.

mod findings;
mod grade;
mod measures;
mod pairs;
mod question;
mod questions;
mod record;
mod scenario;
mod schedule;
mod standing;
mod tables;
mod words;

pub use findings::{Findings, Moved, Mover, Said, expected_share};
pub use grade::{Criterion, Grade, Level, grade};
pub use measures::{Kept, compute_dates, measures};
pub use pairs::{Pair, run};
pub use question::{Channel, Headline, QUESTIONS, Question, Uncertain, question, suggested};
pub use record::{Verdict, verdicts};
pub use scenario::{Arms, START_YEAR, arms, scenario};
pub use schedule::{Part, WANTED_DRAWS, draws, years_within};
pub use standing::{Obstacle, Place, Standing, current, known_jurisdiction, obstacles, pick, standing};
pub use tables::{About, Brief, Drawn, PolicyNumber, brief};
