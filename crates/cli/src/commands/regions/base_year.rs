//! Energy and peak of a pack's base year: native load of its weather model with the draw of the large loads that
//! metered load holds.
//!
//! The yearly mean over a few draws of the weather; its own seed, so that a scenario's seed changes nothing. Where
//! the pack has `modelled_draw.csv`, large loads are what it says: their mean by month in the energy, their draw at
//! peaks in the peak. Without it native load is what was metered.

use std::collections::BTreeMap;

use gridrush_core::grid::RegionPack;
use gridrush_core::kernel::Streams;
use gridrush_sim::scenario::{Draft, Resolved, Scenario, Surroundings};
use gridrush_sim::setup::Setup;

use crate::files::RegionFiles;

/// Draws of the weather.
const DRAWS: u32 = 5;
/// The file of a pack that says what large loads drew.
const DRAW: &str = "modelled_draw.csv";

/// A year of load.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct BaseYear {
    /// Energy.
    pub energy_twh: f64,
    /// Mean of the greatest hours of the draws.
    pub peak_mw: f64,
}

/// The base year of a pack, or why it has none.
pub(super) fn of(pack: &RegionPack, files: &RegionFiles) -> Result<BaseYear, String> {
    if !files.texts.contains_key("weather.toml") {
        return Err("the pack has no weather.toml".to_owned());
    }
    let facts = &pack.region.facts;
    let (name, year) = (&facts.name, facts.base_year);
    let text = format!(
        "schema = 1\nname = \"base-year\"\nregion = \"{name}\"\nstart = {year}-01-01\nend = {}-01-01\n",
        year + 1
    );
    let mut around = Surroundings { regions: vec![name.clone()], ..Surroundings::default() };
    around.add_region(pack);
    let checked = Draft::parse("base year", &text)
        .finish(&Scenario::defaults_of(pack), &around)
        .map_err(|faults| faults.first().map_or(String::new(), |fault| fault.message.clone()))?;
    let resolved = Resolved::alone(checked.scenario, pack.clone(), files.texts.clone(), BTreeMap::new());
    let setup =
        Setup::new(resolved).map_err(|faults| faults.first().map_or(String::new(), ToString::to_string))?;
    let drawn = drawn_by_month(files, year)?;
    let mut native_mw = vec![0.0; setup.series.len()];
    let mut mean = BaseYear::default();
    for draw in 0..DRAWS {
        let weather = setup.weather_years(&Streams::new(0, draw)).map_err(|error| error.to_string())?;
        let mut peak_mw: f64 = 0.0;
        for hour in 0..setup.hours {
            setup.native_mw(&weather, hour, &mut native_mw);
            let native: f64 = native_mw.iter().sum();
            let (mean_mw, at_peak_mw) = drawn[usize::from(setup.stamps()[hour].month - 1)];
            mean.energy_twh += (native + mean_mw) / 1e6 / f64::from(DRAWS);
            peak_mw = peak_mw.max(native + at_peak_mw);
        }
        mean.peak_mw += peak_mw / f64::from(DRAWS);
    }
    Ok(mean)
}

/// What large loads drew in each month of a year: on average and at peaks, MW.
fn drawn_by_month(files: &RegionFiles, year: i16) -> Result<[(f64, f64); 12], String> {
    let mut drawn = [(0.0, 0.0); 12];
    let Some(text) = files.texts.get(DRAW) else { return Ok(drawn) };
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let header: Vec<&str> = lines.next().unwrap_or("").split(',').collect();
    let column = |name: &str| {
        let at = header.iter().position(|cell| cell.trim() == name);
        at.ok_or_else(|| format!("{DRAW}: the column {name} is missing"))
    };
    let (month_at, mean_at, peak_at) = (column("month")?, column("mean_mw")?, column("peak_mw")?);
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let cell = |at: usize| cells.get(at).copied().unwrap_or("").trim();
        let Some((of, month)) = cell(month_at).split_once('-') else { continue };
        let month = month.parse::<usize>().ok().filter(|month| (1..=12).contains(month));
        let (Some(month), Ok(mean_mw), Ok(peak_mw)) =
            (month, cell(mean_at).parse::<f64>(), cell(peak_at).parse::<f64>())
        else {
            return Err(format!("{DRAW}: cannot be read: {line}"));
        };
        if of == year.to_string() {
            drawn[month - 1].0 += mean_mw;
            drawn[month - 1].1 += peak_mw;
        }
    }
    Ok(drawn)
}
