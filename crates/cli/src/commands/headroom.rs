//! `gridrush headroom`: what every bus or zone of a region could take without works, and what limits it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::ValueEnum;
use gridrush_core::interconnection::Direction;
use gridrush_sim::world::{Headroom, World};
use gridrush_tables::DirectorySink;

use crate::args::InputArgs;
use crate::engine;
use crate::plan;
use crate::stop::Stop;

/// Prints how much more load or generation every bus (or zone) could take without works, one at a time, with
/// the element, outage and state that limit it; writes the table and a map.
#[derive(Debug, clap::Args)]
pub struct HeadroomArgs {
    /// A region, or a scenario that says more about one.
    #[arg(value_name = "REGION|SCENARIO.toml")]
    of: String,
    /// Only this state of the grid, such as `summer_peak`; all states of a study if not given.
    #[arg(long, value_name = "NAME")]
    snapshot: Option<String>,
    /// For more of what.
    #[arg(long = "for", value_enum, default_value_t = For::Load)]
    direction: For,
    /// Only so many places are printed, those with most headroom; the table has all.
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
    /// Folder for the table and the map; nothing is written if not given.
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    #[command(flatten)]
    input: InputArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum For {
    /// Load.
    Load,
    /// Generation.
    Generation,
}

/// Runs the command.
pub fn run(args: &HeadroomArgs) -> Result<(), Stop> {
    let path = Path::new(&args.of);
    let job = if path.extension().is_some_and(|extension| extension == "toml") {
        plan::job(path, &args.input)?
    } else {
        plan::region_job(&args.of, &args.input)?
    };
    let direction = match args.direction {
        For::Load => Direction::Load,
        For::Generation => Direction::Generation,
    };
    let mut world = World::new(Arc::clone(&job.setup), 0).context("the region cannot be dispatched")?;
    let every = world.headroom(direction, None).context("the study cannot be made")?;
    let states = world.study_states(direction);
    let rows = match &args.snapshot {
        None => every,
        Some(name) if states.contains(name) => {
            world.headroom(direction, Some(name)).context("the study cannot be made")?
        }
        Some(name) => {
            return Err(Stop::usage(format!("--snapshot {name} is none of {}", states.join(", "))));
        }
    };
    let mut out = std::io::stdout().lock();
    print(&mut out, &rows, args.top)?;
    writeln!(out, "source: {}", world.study_source())?;
    if let Some(footer) = job.footer() {
        writeln!(out, "{footer}")?;
    }
    let Some(dir) = &args.output else { return Ok(()) };
    fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
    let mut sink = DirectorySink::create(dir).map_err(anyhow::Error::from)?;
    world.write_headroom(direction, &rows, &mut sink).map_err(anyhow::Error::from)?;
    sink.finish().map_err(anyhow::Error::from)?;
    let (files, skipped) = engine::draw(dir, &dir.join("charts"), job.footer())?;
    for file in files {
        writeln!(out, "{}", file.display())?;
    }
    for reason in skipped.iter().filter(|reason| reason.starts_with("headroom")) {
        writeln!(out, "not drawn: {reason}")?;
    }
    Ok(())
}

/// A line per place, most headroom first.
fn print(out: &mut impl Write, rows: &[Headroom], top: usize) -> std::io::Result<()> {
    let mw = |row: &Headroom| row.limit.as_ref().map_or(f64::INFINITY, |limit| limit.headroom_mw);
    let mut order: Vec<&Headroom> = rows.iter().collect();
    order.sort_by(|a, b| mw(b).total_cmp(&mw(a)).then_with(|| a.place.cmp(&b.place)));
    order.truncate(top);
    let width = order.iter().map(|row| row.place.chars().count()).max().unwrap_or(0);
    writeln!(out, "{:width$}  {:>11}  limited by", "place", "headroom_mw")?;
    for row in &order {
        match &row.limit {
            None => writeln!(out, "{:width$}  {:>11}  nothing", row.place, "")?,
            Some(limit) => {
                let outage = limit.outage.as_ref().map_or(String::new(), |name| format!(", {name} out"));
                writeln!(
                    out,
                    "{:width$}  {:11.1}  {}{outage}, {}, DFAX {:.3}",
                    row.place, limit.headroom_mw, limit.element, limit.snapshot, limit.dfax
                )?;
            }
        }
    }
    if rows.len() > order.len() {
        writeln!(out, "... and {} more places with less", rows.len() - order.len())?;
    }
    Ok(())
}
