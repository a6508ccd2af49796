//! The optimal power flow of a case file, as other programs define it.
//!
//! [`Opf`] turns a [`Network`](crate::grid::Network) into a [`DispatchProblem`](crate::dispatch::DispatchProblem) and
//! a solution back into outputs, flows and prices by element. [`Options`] say which program's conventions count
//! and how an hour of a case with series is read. Costs that are quadratic (or any convex polynomial) are cut into blocks;
//! [`Opf::solve`] cuts them again around each solution until the blocks no longer matter, and tells how much is left.
//!
//! ```
//! use gridrush_core::grid::case::matpower::{self, ZoneBy};
//! use gridrush_core::opf::{Opf, Options};
//!
//! let case = "mpc.version = '2'; mpc.baseMVA = 100;
//!     mpc.bus = [1 3 0 0 0 0 1 1 0 138 1 1.1 0.9; 2 1 80 0 0 0 1 1 0 138 1 1.1 0.9];
//!     mpc.branch = [1 2 0 0.1 0 50 0 0 0 0 1];
//!     mpc.gen = [1 0 0 0 0 1 100 1 200 0; 2 0 0 0 0 1 100 1 200 0];
//!     mpc.gencost = [2 0 0 2 10 0 0; 2 0 0 3 0.5 20 7];";
//! let network = matpower::read("two.m", case, ZoneBy::Area).unwrap();
//! let mut opf = Opf::new(&network, &Options::default())?;
//! let mut solver = opf.solver()?;
//! let answer = opf.solve(&mut solver)?;
//! // 50 MW at 10 $/MWh over the line, 30 MW at bus 2 for 7 + 20 * 30 + 0.5 * 30^2.
//! assert!((answer.objective_usd_per_h - (500.0 + 1057.0)).abs() < 1e-6);
//! assert!((answer.lmp_usd_per_mwh[1] - 50.0).abs() < 1e-6);
//! # Ok::<(), gridrush_core::opf::OpfError>(())
//! ```

mod answer;
mod branch;
mod build;
mod error;
mod options;
mod polynomial;
mod refine;
mod unit;

pub use answer::{Answer, BindingLimit, LimitKind};
pub use build::Opf;
pub use error::OpfError;
pub use options::{Convention, Options};
