//! `gridrush regions`: the region packs that can be found.

use std::io::Write;

use crate::args::RegionsArgs;
use crate::files::PackSource;
use crate::stop::Stop;

/// Prints name and origin of every region.
pub fn run(args: &RegionsArgs) -> Result<(), Stop> {
    let regions = PackSource::find(args.data.as_deref(), None)?.regions()?;
    let mut out = std::io::stdout().lock();
    let width = regions.keys().map(|name| name.chars().count()).max().unwrap_or(0);
    for (name, origin) in regions {
        writeln!(out, "{name:width$}  {origin}")?;
    }
    Ok(())
}
