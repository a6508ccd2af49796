//! `gridrush regions`: the region packs that can be found, what one of them holds, and its files.

use std::io::Write;

use gridrush_core::grid::RegionPack;
use gridrush_core::grid::pack::{NetworkKind, SeriesOrigin, Tie, WeatherOrigin};

use crate::args::RegionsArgs;
use crate::files::{PackSource, RegionFiles};
use crate::plan::pack_fault;
use crate::stop::Stop;

mod base_year;
mod describe;
mod extract;

/// Lists all regions, describes one, or writes its files.
pub fn run(args: &RegionsArgs) -> Result<(), Stop> {
    let source = PackSource::find(args.data.as_deref(), None)?;
    let Some(name) = &args.region else { return list(&source) };
    let Some(files) = source.region(name)? else {
        let known: Vec<String> = source.regions()?.into_keys().collect();
        return Err(Stop::usage(format!("there is no region `{name}` (known: {})", known.join(", "))));
    };
    if let Some(folder) = &args.extract {
        return extract::write(name, &files, folder);
    }
    let pack = parse(&files)?;
    let ties = match source.ties()? {
        Some((text, file)) => Tie::parse(&text).map_err(|faults| {
            Stop::Input(faults.iter().map(|fault| pack_fault(&file.source, fault)).collect())
        })?,
        None => Vec::new(),
    };
    describe::print(&mut std::io::stdout().lock(), &pack, &files, &ties)
}

fn parse(files: &RegionFiles) -> Result<RegionPack, Stop> {
    RegionPack::parse(&files.texts)
        .map_err(|faults| Stop::Input(faults.iter().map(|fault| pack_fault(&files.origin, fault)).collect()))
}

/// A line per region: name, network, zones, public peak, title, what of its weather is assumed, origin. A pack
/// with faults says how many.
fn list(source: &PackSource) -> Result<(), Stop> {
    let regions = source.regions()?;
    let mut out = std::io::stdout().lock();
    let width = regions.keys().map(|name| name.chars().count()).max().unwrap_or(0);
    for name in regions.keys() {
        let Some(files) = source.region(name)? else { continue };
        let what = match RegionPack::parse(&files.texts) {
            Ok(pack) => summary(&pack),
            Err(faults) => format!("cannot be read ({} faults: gridrush regions {name})", faults.len()),
        };
        writeln!(out, "{name:width$}  {what}  [{}]", files.origin)?;
    }
    Ok(())
}

fn summary(pack: &RegionPack) -> String {
    let region = &pack.region;
    let zones = region.zones.len();
    let public = region.context.public.as_ref();
    let peak = public.map_or("no public peak".to_owned(), |of| format!("peak {:.1} GW", of.peak_mw / 1000.0));
    let assumed = match region.context.weather.as_ref().map(assumed) {
        None => "origin of the weather not told".to_owned(),
        Some(list) if list.is_empty() => "weather fitted".to_owned(),
        Some(list) => format!("assumed: {}", list.join(", ")),
    };
    let kind = kind(region.facts.network);
    format!("{kind}, {zones:2} zones, {peak}. {}. {assumed}", region.facts.title)
}

/// The name of a kind of network.
const fn kind(of: NetworkKind) -> &'static str {
    match of {
        NetworkKind::Nodal => "nodal",
        NetworkKind::Zonal => "zonal",
    }
}

/// The kinds of series that no history of the region stands behind.
fn assumed(of: &WeatherOrigin) -> Vec<&'static str> {
    let parts = [("load", of.load), ("wind", of.wind), ("solar", of.solar), ("temperature", of.temperature)];
    let assumed = parts.into_iter().filter(|(_, origin)| *origin == SeriesOrigin::Assumption);
    assumed.map(|(name, _)| name).collect()
}
