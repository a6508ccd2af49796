//! One file per command.

mod backtest;
pub mod calibrate;
mod compare;
mod evidence;
pub mod export;
pub mod headroom;
pub mod import;
pub mod opf;
mod plot;
mod policy;
mod regions;
mod run;
mod schema;
mod validate;

use crate::args::Command;
use crate::stop::Stop;

/// Does what was asked for.
pub fn execute(command: Command) -> Result<(), Stop> {
    match command {
        Command::Run(args) => run::run(&args),
        Command::Validate(args) => validate::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Backtest(args) => backtest::run(&args),
        Command::Evidence(args) => evidence::run(&args),
        Command::Calibrate(args) => calibrate::run(&args),
        Command::Import(args) => import::run(args),
        Command::Export(args) => export::run(&args),
        Command::Headroom(args) => headroom::run(&args),
        Command::Opf(args) => opf::run(&args),
        Command::Policy(args) => policy::run(&args),
        Command::Plot(args) => plot::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Regions(args) => regions::run(&args),
    }
}
