//! What was typed.

use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args as ClapArgs, Parser, Subcommand};

use crate::commands::ask::AskArgs;
use crate::commands::batch::BatchArgs;
use crate::commands::brief::BriefArgs;
use crate::commands::calibrate::CalibrateArgs;
use crate::commands::export::ExportArgs;
use crate::commands::headroom::HeadroomArgs;
use crate::commands::import::ImportArgs;
use crate::commands::merge::MergeArgs;
use crate::commands::opf::OpfArgs;
use crate::commands::plan::PlanArgs;
use crate::commands::rerun::RerunArgs;
use crate::commands::resume::ResumeArgs;
use crate::commands::submit::SubmitArgs;

/// A whole number from 1 on, such as a number of threads.
pub fn at_least_one() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..)
}

/// Simulates electric grids, Bitcoin mines and AI campuses that contend for power.
#[derive(Debug, Parser)]
#[command(name = "gridrush", version, max_term_width = 100)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Lists the questions that the model was made for, with the command that answers each.
    Ask(AskArgs),
    /// Says in two pages what a policy does in a region; no file is needed.
    Brief(BriefArgs),
    /// Simulates one scenario and draws its charts.
    Run(RunArgs),
    /// Checks scenarios and reports every fault; writes nothing.
    Validate(ValidateArgs),
    /// Simulates scenarios under common random numbers and prints their paired differences.
    Compare(CompareArgs),
    /// Checks an experiment, writes its plan and says what it will take.
    Plan(PlanArgs),
    /// Runs a plan, or a shard of it, into parts.
    Batch(BatchArgs),
    /// Puts the parts of a plan together into tables.
    Merge(MergeArgs),
    /// Runs what is unfinished of a plan and merges.
    Resume(ResumeArgs),
    /// Runs a run or one replication of a cell again and compares the results to the bit.
    Rerun(RerunArgs),
    /// Prints what submits a plan to a cluster.
    Submit(SubmitArgs),
    /// Replays a real year and compares it with what happened, line by line.
    Backtest(BacktestArgs),
    /// Runs the scenarios of stylised facts and prints what is known beside what they say.
    Evidence(EvidenceArgs),
    /// Fits a region's weather and load to hourly history and checks the fit.
    Calibrate(CalibrateArgs),
    /// Makes the tables of a region pack from a public case.
    Import(ImportArgs),
    /// Writes a case or a region for other programs.
    Export(ExportArgs),
    /// Tells what every bus or zone of a region could take without works.
    Headroom(HeadroomArgs),
    /// Solves the DC optimal power flow of a case: objective, dispatch, prices, flows.
    Opf(OpfArgs),
    /// Lists policies, shows one, or says what two of them say differently.
    Policy(PolicyArgs),
    /// Draws the charts of existing results again.
    Plot(PlotArgs),
    /// Prints the reference of the scenario format.
    Schema(SchemaArgs),
    /// Lists the region packs that can be found, describes one, or writes its files.
    Regions(RegionsArgs),
}

/// Where scenarios and packs come from.
#[derive(Clone, Debug, Default, ClapArgs)]
pub struct InputArgs {
    /// Overrides a key of the scenario; may be repeated.
    #[arg(short = 'p', long = "set", value_name = "DOTTED.PATH=VALUE")]
    pub overrides: Vec<String>,
    /// Root of all random streams, in place of the scenario's.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// CSV file of daily coin prices to replay, in place of the scenario's `bitcoin.history_file`; path
    /// from the current directory.
    #[arg(long, value_name = "FILE")]
    pub bitcoin_history: Option<PathBuf>,
    /// Folder of the files of real hours and prices, in place of the scenario's `observed_folder`; path from
    /// the current directory.
    #[arg(long, value_name = "DIR")]
    pub observed: Option<PathBuf>,
    /// Folder with region packs in `regions/` and policies in `policies/`, looked at before all others.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Treats warnings as faults.
    #[arg(long)]
    pub strict: bool,
}

/// `gridrush run`.
#[derive(Debug, ClapArgs)]
pub struct RunArgs {
    /// The scenario.
    #[arg(value_name = "SCENARIO.toml")]
    pub scenario: PathBuf,
    /// Folder for results; `output/` and the scenario's name if not given.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Number of the replication, from 0.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub replication: u32,
    /// Writes tables and no charts.
    #[arg(long)]
    pub no_charts: bool,
    /// Prints no progress.
    #[arg(long)]
    pub no_progress: bool,
    #[command(flatten)]
    pub input: InputArgs,
}

/// `gridrush validate`.
#[derive(Debug, ClapArgs)]
pub struct ValidateArgs {
    /// The scenarios, or experiments.
    #[arg(value_name = "SCENARIO.toml", required = true)]
    pub scenarios: Vec<PathBuf>,
    /// Prints each scenario with every value explicit.
    #[arg(long)]
    pub resolved: bool,
    #[command(flatten)]
    pub input: InputArgs,
}

/// `gridrush compare`.
#[derive(Debug, ClapArgs)]
pub struct CompareArgs {
    /// The scenarios; the first is what the others are compared with.
    #[arg(value_name = "SCENARIO.toml", required = true, num_args = 1..)]
    pub scenarios: Vec<PathBuf>,
    /// Replications of each scenario; the first scenario's number if not given.
    #[arg(short = 'n', long, value_name = "N")]
    pub replications: Option<u32>,
    /// Threads; as many as the machine has if not given.
    #[arg(short = 'j', long, value_name = "N", value_parser = at_least_one())]
    pub threads: Option<usize>,
    /// Folder for results; if not given, `output/` and the names of the arms, of more than three the name of
    /// the first scenario.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Level of confidence of the intervals, in percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 95.0)]
    pub confidence: f64,
    /// Adds replications until the difference of a metric is known to this half-width; -n is the first round.
    #[arg(long, value_name = "METRIC=HALF_WIDTH")]
    pub half_width: Option<String>,
    /// Most replications of each scenario that --half-width may take.
    #[arg(long, value_name = "N", default_value_t = 1000, requires = "half_width")]
    pub at_most: u32,
    /// Prints no progress.
    #[arg(long)]
    pub no_progress: bool,
    #[command(flatten)]
    pub input: InputArgs,
}

/// `gridrush backtest`.
#[derive(Debug, ClapArgs)]
pub struct BacktestArgs {
    /// The scenario, with `[replay]` and `[backtest]`.
    #[arg(value_name = "SCENARIO.toml")]
    pub scenario: PathBuf,
    /// Folder for results; `output/` and the scenario's name if not given.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Writes tables and no charts.
    #[arg(long)]
    pub no_charts: bool,
    /// Prints no progress.
    #[arg(long)]
    pub no_progress: bool,
    #[command(flatten)]
    pub input: InputArgs,
}

/// `gridrush evidence`.
#[derive(Debug, ClapArgs)]
pub struct EvidenceArgs {
    /// Ids of facts, such as T11; all if none is given.
    #[arg(value_name = "FACT")]
    pub facts: Vec<String>,
    /// Replications of each scenario.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 30)]
    pub replications: u32,
    /// Threads; as many as the machine has if not given.
    #[arg(short = 'j', long, value_name = "N", value_parser = at_least_one())]
    pub threads: Option<usize>,
    /// Folder for results.
    #[arg(short, long, value_name = "DIR", default_value = "output/facts")]
    pub output: PathBuf,
    /// Lists the facts and runs nothing.
    #[arg(long)]
    pub list: bool,
    /// Root of all random streams, in place of those of the scenarios.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Folder with region packs in `regions/`, looked at before all others.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Prints no progress.
    #[arg(long)]
    pub no_progress: bool,
}

/// `gridrush plot`.
#[derive(Debug, ClapArgs)]
pub struct PlotArgs {
    /// Folder of results.
    #[arg(value_name = "RESULTS")]
    pub results: PathBuf,
    /// Folder for charts; `charts/` in the results if not given.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

/// `gridrush schema`.
#[derive(Debug, ClapArgs)]
pub struct SchemaArgs {
    /// Prints JSON in place of Markdown.
    #[arg(long)]
    pub json: bool,
    /// Prints the files of a region pack instead, as in docs/region-packs.md.
    #[arg(long, conflicts_with = "json")]
    pub packs: bool,
}

/// `gridrush regions`.
#[derive(Debug, ClapArgs)]
pub struct RegionsArgs {
    /// The region to describe; without it all are listed.
    #[arg(value_name = "NAME")]
    pub region: Option<String>,
    /// Writes the region's files below a folder, as `regions/NAME/`; never over files that are there.
    #[arg(long, value_name = "DIR", requires = "region")]
    pub extract: Option<PathBuf>,
    /// Folder with region packs in `regions/`, looked at before all others.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// `gridrush policy`.
#[derive(Debug, ClapArgs)]
pub struct PolicyArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: PolicyCommand,
    /// Prints JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// Folder with policies in `policies/`, looked at before all others.
    #[arg(long, value_name = "DIR", global = true)]
    pub data: Option<PathBuf>,
}

/// What to do with policies.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Lists the policies that can be found.
    List {
        /// Prints a table of Markdown.
        #[arg(long)]
        markdown: bool,
    },
    /// Shows one policy: dates, rules, every number with how well it is known.
    Show {
        /// Its id, or the beginning of it.
        #[arg(value_name = "ID")]
        policy: String,
    },
    /// Says what two policies say differently.
    Diff {
        /// The id of one, or its beginning.
        #[arg(value_name = "A")]
        first: String,
        /// The id of the other, or its beginning.
        #[arg(value_name = "B")]
        second: String,
    },
    /// Lists the kinds of rules, or shows the numbers of one.
    Kinds {
        /// The kind.
        #[arg(value_name = "KIND")]
        kind: Option<String>,
        /// Prints a table of Markdown.
        #[arg(long)]
        markdown: bool,
    },
}
