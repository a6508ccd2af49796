//! The gridrush command line: arguments to a plan, a plan to work, and all printing.
//!
//! ```text
//! args (what was typed) -> plan (what is meant: files read, everything checked) -> commands
//! ```
//!
//! Nothing is written before the whole input is found right. Exit codes: 0 fine, 1 a run failed, 2 the
//! arguments or the input are wrong. A reader that closes our output early is no failure.

mod archive;
mod args;
mod case;
mod commands;
mod engine;
mod experiment;
mod files;
mod output;
mod plan;
mod progress;
mod render;
mod stop;
#[cfg(test)]
#[path = "../../../tests/data.rs"]
mod test_data;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = args::Args::parse();
    match commands::execute(args.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => render::stop(&stop),
    }
}
