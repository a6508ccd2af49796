//! `gridrush submit`: prints what runs a plan on a cluster; nothing is started.
//!
//! The files in `engines/` are complete but for names in `@...@`.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::args::at_least_one;
use crate::experiment;
use crate::stop::Stop;

/// The job array and the merge that waits for it.
const SLURM: &str = include_str!("../../engines/slurm.sh");
/// The driver for Dask.
const DASK: &str = include_str!("../../engines/dask_driver.py");

/// Prints what submits a plan to a cluster.
#[derive(Debug, clap::Args)]
pub struct SubmitArgs {
    /// What runs the shards.
    #[arg(value_enum)]
    engine: Engine,
    /// The plan.
    #[arg(long, value_name = "plan.json")]
    plan: PathBuf,
    /// Number of shards; few and big ones, of 5 to 60 minutes each.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..))]
    shards: u64,
    /// Threads of each shard.
    #[arg(short = 'j', long, value_name = "N", default_value_t = 1, value_parser = at_least_one())]
    threads: usize,
    /// Time limit of each shard, as Slurm writes it.
    #[arg(long, value_name = "TIME", default_value = "01:00:00")]
    time: String,
    /// Prints it: the only thing that this command does.
    #[arg(long)]
    print: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Engine {
    /// A script for `sh` that submits a job array and the merge after it.
    Slurm,
    /// A Python driver for a Dask cluster.
    Dask,
}

/// Prints the script.
pub fn run(args: &SubmitArgs) -> Result<(), Stop> {
    if !args.print {
        return Err(Stop::usage(
            "submit starts nothing by itself: add --print, look at it, and pipe it to sh or save it",
        ));
    }
    let (plan, _) = experiment::read(&args.plan)?;
    if args.shards > plan.parts() {
        let message =
            format!("--shards {}: the plan has {} parts, and a shard needs one", args.shards, plan.parts());
        return Err(Stop::usage(message));
    }
    if args.time.chars().any(|c| !(c.is_ascii_digit() || ":-".contains(c))) {
        return Err(Stop::usage(format!("--time {}: write minutes, h:mm:ss or days-hh:mm:ss", args.time)));
    }
    let absolute =
        |path: &Path| path.canonicalize().map_err(|e| Stop::usage(format!("{}: {e}", path.display())));
    let path = absolute(&args.plan)?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let program = std::env::current_exe()?;
    let text = match args.engine {
        Engine::Slurm => SLURM,
        Engine::Dask => DASK,
    };
    let quote: fn(&Path) -> String = match args.engine {
        Engine::Slurm => |path| format!("'{}'", path.display().to_string().replace('\'', "'\\''")),
        Engine::Dask => |path| format!("{:?}", path.display().to_string()),
    };
    let values = [
        ("@NAME@", plan.name.clone()),
        ("@PROGRAM@", quote(&program)),
        ("@PLAN@", quote(&path)),
        ("@FOLDER@", folder.display().to_string()),
        ("@SHARDS@", args.shards.to_string()),
        ("@LAST@", (args.shards - 1).to_string()),
        ("@THREADS@", args.threads.to_string()),
        ("@TIME@", args.time.clone()),
    ];
    let text = values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}
