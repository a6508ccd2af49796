//! `gridrush opf`: the DC optimal power flow of a case file.

use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;
use gridrush_core::dispatch::{Constraint, DispatchError};
use gridrush_core::grid::{BranchId, BusId, Network};
use gridrush_core::opf::{Convention, Opf, OpfError, Options};

use crate::case;
use crate::stop::Stop;

mod print;
mod report;

/// Solves the DC optimal power flow of a case: objective, dispatch, prices, flows, binding branches.
#[derive(Debug, clap::Args)]
pub struct OpfArgs {
    /// A MATPOWER case (.m); a folder of RTS-GMLC, of PyPSA or of our own tables; or a region.
    #[arg(value_name = "CASE")]
    case: String,
    /// Whose DC approximation: susceptances, taps, shifts, angle limits.
    #[arg(long, value_enum, default_value_t = ConventionArg::Matpower)]
    convention: ConventionArg,
    /// Solves this hour of a case with series, from 0: no minimum output, no storage, load shed at 9,000
    /// $/MWh, unless other options say so.
    #[arg(long, value_name = "N")]
    hour: Option<usize>,
    /// Whether units keep their minimum output; yes without --hour.
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    minimum_output: Option<bool>,
    /// Whether storage units run like other generators; yes without --hour.
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    storage: Option<bool>,
    /// Lets load be shed at its bus at this price, $/MWh.
    #[arg(long, value_name = "PRICE")]
    shed: Option<f64>,
    /// Multiplies every rating.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    limit_scale: f64,
    /// Ignores limits on angle differences.
    #[arg(long)]
    no_angle_limits: bool,
    /// Prints everything as JSON.
    #[arg(long)]
    json: bool,
    /// Rows of each table that is printed; the CSV files and JSON have all.
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
    /// Folder for all tables as CSV.
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Folder with region packs in `regions/`, looked at before all others.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ConventionArg {
    /// x / (r^2 + x^2), no taps, no shifts, angle differences limited.
    Powermodels,
    /// 1 / (x tap), shifts kept.
    Matpower,
}

impl ConventionArg {
    fn value(self) -> Convention {
        match self {
            ConventionArg::Powermodels => Convention::PowerModels,
            ConventionArg::Matpower => Convention::Matpower,
        }
    }

    fn name(self) -> &'static str {
        match self {
            ConventionArg::Powermodels => "powermodels",
            ConventionArg::Matpower => "matpower",
        }
    }
}

fn yes_or_no(word: &str) -> Result<bool, String> {
    match word {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("yes or no".to_owned()),
    }
}

/// Runs the command.
pub fn run(args: &OpfArgs) -> Result<(), Stop> {
    let case = case::read(&args.case, args.data.as_deref(), args.hour.is_some())?;
    let options = options(args, case.fuel_usd_per_mmbtu.clone());
    let mut opf = Opf::new(&case.network, &options).map_err(|error| stop(&case.network, &error))?;
    if let Some(hour) = args.hour {
        let series = case.series.as_ref();
        let series = series.ok_or_else(|| {
            let message = "has no hourly series; folders of RTS-GMLC and of PyPSA can have them";
            Stop::usage(format!("{} {message}", case.title))
        })?;
        if hour >= series.hours {
            return Err(Stop::usage(format!("the series have {} hours; --hour is {hour}", series.hours)));
        }
        opf.set_hour(series, hour).map_err(|error| stop(&case.network, &error))?;
    }
    let mut solver = opf.solver().map_err(|error| stop(&case.network, &error))?;
    let answer = opf.solve(&mut solver).map_err(|error| stop(&case.network, &error))?;
    let report = report::Report::new(args.convention.name(), args.hour, &case, &opf, &answer);
    if let Some(dir) = &args.out {
        report.write(dir).map_err(anyhow::Error::from)?;
    }
    let mut out = std::io::stdout().lock();
    if args.json {
        let text = serde_json::to_string_pretty(&report.json()).map_err(anyhow::Error::from)?;
        writeln!(out, "{text}")?;
    } else {
        print::report(&mut out, &report, args.top)?;
    }
    Ok(())
}

fn options(args: &OpfArgs, fuel_usd_per_mmbtu: Vec<(gridrush_core::grid::Fuel, f64)>) -> Options {
    let convention = args.convention.value();
    let preset = if args.hour.is_some() { Options::hourly(convention) } else { Options::case(convention) };
    Options {
        angle_limits: !args.no_angle_limits,
        minimum_output: args.minimum_output.unwrap_or(preset.minimum_output),
        storage: args.storage.unwrap_or(preset.storage),
        shed_usd_per_mwh: args.shed.or(preset.shed_usd_per_mwh),
        limit_scale: args.limit_scale,
        fuel_usd_per_mmbtu,
        ..preset
    }
}

/// Wrong options and cases are input; what has no solution is a failed run, told by names.
fn stop(network: &Network, error: &OpfError) -> Stop {
    let OpfError::Dispatch(error) = error else {
        return match error {
            OpfError::Coarse { .. } => Stop::Failed(anyhow::anyhow!("{error}")),
            OpfError::Option { option: "limit_scale", value } => {
                Stop::usage(format!("--limit-scale {value}: a number above 0"))
            }
            OpfError::Option { option: "shed_usd_per_mwh", value } => {
                Stop::usage(format!("--shed {value}: a number"))
            }
            _ => Stop::usage(error.to_string()),
        };
    };
    let DispatchError::Infeasible { constraint, by_mw } = error else {
        return Stop::Failed(anyhow::anyhow!("{error}"));
    };
    let what = if let Constraint::Branch(branch) = constraint {
        let branch = network.branch(BranchId(*branch));
        let number = |id: BusId| network.bus(id).number;
        format!("the limit of branch {} ({} to {})", branch.name, number(branch.from), number(branch.to))
    } else if let Constraint::Island(island) = constraint {
        format!("the balance of island {island}")
    } else {
        format!("{constraint:?}")
    };
    let message = format!(
        "there is no feasible dispatch: {what} is missed by {by_mw:.3} MW; --shed PRICE lets load be shed, \
         --minimum-output no lets units go down to zero"
    );
    Stop::Failed(anyhow::anyhow!(message))
}
