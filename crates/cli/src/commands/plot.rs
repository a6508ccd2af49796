//! `gridrush plot`: the charts of existing results.

use std::io::Write;

use crate::args::PlotArgs;
use crate::engine;
use crate::stop::Stop;

/// Draws the charts again.
pub fn run(args: &PlotArgs) -> Result<(), Stop> {
    if !args.results.is_dir() {
        return Err(Stop::usage(format!("{} is not a folder of results", args.results.display())));
    }
    let charts = args.output.clone().unwrap_or_else(|| args.results.join("charts"));
    let (written, skipped) = engine::draw(&args.results, &charts, None)?;
    if written.is_empty() {
        let dir = args.results.display();
        return Err(Stop::usage(format!("{dir} holds no results of gridrush (no table could be read)")));
    }
    let mut out = std::io::stdout().lock();
    for reason in skipped {
        writeln!(out, "not drawn: {reason}")?;
    }
    writeln!(out, "{} files in {}", written.len(), charts.display())?;
    Ok(())
}
