//! `gridrush resume`: what is unfinished of a plan, then the tables; also the way to run one from the start.

use std::path::PathBuf;

use gridrush_experiment::batch::Shard;

use crate::commands::batch::{HowArgs, finish, run_shard};
use crate::commands::merge::merged;
use crate::experiment;
use crate::stop::Stop;

/// Runs what is unfinished of a plan and merges.
#[derive(Debug, clap::Args)]
pub struct ResumeArgs {
    /// The plan.
    #[arg(value_name = "plan.json")]
    plan: PathBuf,
    #[command(flatten)]
    how: HowArgs,
}

/// Runs, merges, and fails if any replication did.
pub fn run(args: &ResumeArgs) -> Result<(), Stop> {
    let (plan, dir) = experiment::read(&args.plan)?;
    let done = run_shard(&plan, &dir, Shard::WHOLE, None, &args.how)?;
    merged(&plan, &dir)?;
    finish(&plan, &done)
}
