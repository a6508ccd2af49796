//! One file per command.

pub mod ask;
mod backtest;
pub mod batch;
pub mod brief;
pub mod calibrate;
mod compare;
mod evidence;
pub mod export;
pub mod headroom;
pub mod import;
pub mod merge;
pub mod opf;
pub mod plan;
mod plot;
mod policy;
mod regions;
pub mod rerun;
pub mod resume;
mod run;
mod schema;
pub mod submit;
mod validate;

use crate::args::Command;
use crate::stop::Stop;

/// Does what was asked for.
pub fn execute(command: Command) -> Result<(), Stop> {
    match command {
        Command::Ask(args) => ask::run(&args),
        Command::Brief(args) => brief::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Validate(args) => validate::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Batch(args) => batch::run(&args),
        Command::Merge(args) => merge::run(&args),
        Command::Resume(args) => resume::run(&args),
        Command::Rerun(args) => rerun::run(&args),
        Command::Submit(args) => submit::run(&args),
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
