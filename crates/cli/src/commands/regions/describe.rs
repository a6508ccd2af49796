//! What a pack holds, beside what is published of the region.

use std::collections::BTreeMap;
use std::io::Write;

use gridrush_core::grid::pack::{Context, PublicFigures, Tie};
use gridrush_core::grid::{Date, Fuel, RegionPack, ZoneId};

use super::base_year::{self, BaseYear};
use super::kind;
use crate::files::RegionFiles;
use crate::stop::Stop;

/// Most by which capacity of a fuel may differ from what is published before it is called off.
const CAPACITY_TOLERANCE: f64 = 0.10;
/// Most by which energy and peak may differ.
const LOAD_TOLERANCE: f64 = 0.05;

/// Prints a region; `joint` are the ties between packs.
pub(super) fn print(
    out: &mut impl Write,
    pack: &RegionPack,
    files: &RegionFiles,
    joint: &[Tie],
) -> Result<(), Stop> {
    let (facts, context) = (&pack.region.facts, &pack.region.context);
    let (buses, branches) = (pack.network.buses().len(), pack.network.branches().len());
    writeln!(out, "{}: {}", facts.name, facts.title)?;
    writeln!(
        out,
        "  {} network: {buses} buses, {branches} branches, {} direct-current links; base year {}; {}",
        kind(facts.network),
        pack.network.dc_links.len(),
        facts.base_year,
        facts.time_zone
    )?;
    writeln!(out, "  from {}", files.origin)?;
    writeln!(out, "  {}", facts.notice)?;
    zones(out, pack)?;
    capacity(out, pack)?;
    load(out, pack, files)?;
    interfaces(out, pack)?;
    ties(out, pack)?;
    joint_ties(out, &facts.name, joint)?;
    market(out, context)?;
    writeln!(
        out,
        "Large loads at the start: {} sites, {:.0} MW contracted, {:.0} MW installed",
        pack.sites.len(),
        // An empty sum is -0.0.
        0.0 + pack.sites.iter().map(|site| site.contract_mw).sum::<f64>(),
        0.0 + pack.sites.iter().map(|site| site.installed_mw).sum::<f64>()
    )?;
    writeln!(out, "Planned changes: {} rows", pack.planned.len())?;
    if !pack.region.adequacy_notes.is_empty() {
        writeln!(out, "Notes")?;
    }
    for note in &pack.region.adequacy_notes {
        writeln!(out, "  {note}")?;
    }
    Ok(())
}

fn last_day(year: i16) -> Date {
    Date { year, month: 12, day: 31 }
}

fn zones(out: &mut impl Write, pack: &RegionPack) -> Result<(), Stop> {
    let day = last_day(pack.region.facts.base_year);
    writeln!(out, "Zones at the end of {}", day.year)?;
    let width = pack.region.zones.iter().map(|zone| zone.name.len()).max().unwrap_or(0);
    for (position, zone) in pack.region.zones.iter().enumerate() {
        let here = |bus| usize::from(pack.network.bus(bus).zone.0) == position;
        let units = pack.network.generators.iter().filter(|unit| here(unit.bus) && unit.runs_on(day));
        let (units, own_mw) = units
            .filter(|unit| unit.fuel != Fuel::Import)
            .fold((0, 0.0), |(n, mw), unit| (n + 1, mw + unit.capacity_mw));
        writeln!(out, "  {:width$}  {own_mw:8.0} MW in {units:3} units  {}", zone.name, zone.title)?;
    }
    Ok(())
}

/// Capacity by fuel on a day, imports apart from the rest.
pub(super) fn capacity_mw(pack: &RegionPack, day: Date) -> BTreeMap<Fuel, f64> {
    let mut by_fuel = BTreeMap::new();
    for unit in pack.network.generators.iter().filter(|unit| unit.runs_on(day)) {
        *by_fuel.entry(unit.fuel).or_insert(0.0) += unit.capacity_mw;
    }
    by_fuel
}

fn capacity(out: &mut impl Write, pack: &RegionPack) -> Result<(), Stop> {
    let day = last_day(pack.region.facts.base_year);
    let mut have = capacity_mw(pack, day);
    let ties_mw = have.remove(&Fuel::Import);
    let public = pack.region.context.public.as_ref();
    writeln!(out, "Capacity at the end of {}, MW {}", day.year, beside(public))?;
    let named = public.into_iter().flat_map(|of| of.capacity_mw.keys());
    let fuels: std::collections::BTreeSet<Fuel> = have.keys().chain(named).copied().collect();
    for fuel in fuels {
        let mw = have.get(&fuel).copied().unwrap_or(0.0);
        let published = public.and_then(|of| of.capacity_mw.get(&fuel).copied());
        writeln!(out, "  {:14}{}", fuel.name(), compared(mw, published, CAPACITY_TOLERANCE))?;
    }
    writeln!(out, "  {:14}{:>10.0}", "total", have.values().sum::<f64>())?;
    if let Some(mw) = ties_mw {
        writeln!(out, "  {:14}{mw:>10.0}  (ties to neighbours, not in the total)", "import")?;
    }
    Ok(())
}

fn beside(public: Option<&PublicFigures>) -> String {
    public.map_or_else(
        || "(no public figures in the pack)".to_owned(),
        |of| format!("(pack, public figure of {}, deviation)", of.year),
    )
}

/// A number of the pack, the published one and the deviation.
fn compared(have: f64, published: Option<f64>, tolerance: f64) -> String {
    let Some(published) = published else { return format!("{have:>10.0}") };
    if published == 0.0 {
        return format!("{have:>10.0}{published:>10.0}");
    }
    let off = have / published - 1.0;
    let beyond =
        if off.abs() > tolerance { format!("  beyond {:.0} %", tolerance * 100.0) } else { String::new() };
    format!("{have:>10.0}{published:>10.0}{:>+8.1} %{beyond}", off * 100.0)
}

fn load(out: &mut impl Write, pack: &RegionPack, files: &RegionFiles) -> Result<(), Stop> {
    let public = pack.region.context.public.as_ref();
    writeln!(out, "Load of {} with existing large loads {}", pack.region.facts.base_year, beside(public))?;
    match base_year::of(pack, files) {
        Ok(BaseYear { energy_twh, peak_mw }) => {
            let published = public.map(|of| of.energy_twh * 1000.0);
            writeln!(
                out,
                "  {:14}{}",
                "energy, GWh",
                compared(energy_twh * 1000.0, published, LOAD_TOLERANCE)
            )?;
            let published = public.map(|of| of.peak_mw);
            writeln!(out, "  {:14}{}", "peak, MW", compared(peak_mw, published, LOAD_TOLERANCE))?;
        }
        Err(why) => writeln!(out, "  not known: {why}")?,
    }
    if let Some(of) = public {
        writeln!(out, "  public figures: {}", of.source)?;
    }
    match &pack.region.context.weather {
        Some(of) => {
            let parts =
                [("load", of.load), ("wind", of.wind), ("solar", of.solar), ("temperature", of.temperature)];
            let parts: Vec<String> =
                parts.iter().map(|(name, origin)| format!("{name} {}", origin.name())).collect();
            writeln!(out, "Weather: {}", parts.join(", "))?;
            writeln!(out, "  {}", of.source)?;
        }
        None => writeln!(out, "Weather: the pack does not say where it comes from")?,
    }
    Ok(())
}

/// Limits between zones, each with its source.
fn interfaces(out: &mut impl Write, pack: &RegionPack) -> Result<(), Stop> {
    let kind = if pack.region.is_zonal() { "Pipes between zones" } else { "Interfaces between zones" };
    if pack.interfaces.is_empty() {
        writeln!(out, "{kind}: none")?;
        return Ok(());
    }
    writeln!(out, "{kind}, greatest flow forward and back")?;
    let names = |zones: &[ZoneId]| {
        let name = |zone: &ZoneId| pack.network.zones[usize::from(zone.0)].name.as_str();
        zones.iter().map(name).collect::<Vec<_>>().join(", ")
    };
    for of in &pack.interfaces {
        let (from, to) = (names(&of.from_zones), names(&of.to_zones));
        writeln!(
            out,
            "  {}: {from} to {to}, {}{} ({})",
            of.name,
            limits(of.forward_limit_mw, of.reverse_limit_mw),
            losses(of.loss_fraction),
            of.source
        )?;
    }
    Ok(())
}

/// Two limits in words.
fn limits(forward_mw: f64, reverse_mw: f64) -> String {
    let mw = |limit: f64| if limit.is_finite() { format!("{limit:.0}") } else { "no limit".to_owned() };
    format!("{} and {} MW", mw(forward_mw), mw(reverse_mw))
}

fn losses(fraction: f64) -> String {
    if fraction > 0.0 { format!(", {} % lost", (fraction * 1000.0).round() / 10.0) } else { String::new() }
}

/// Ties to regions that it can be joined with.
fn joint_ties(out: &mut impl Write, region: &str, ties: &[Tie]) -> Result<(), Stop> {
    let mut first = true;
    for tie in ties.iter().filter(|tie| tie.from_region == region || tie.to_region == region) {
        if std::mem::take(&mut first) {
            writeln!(out, "Ties where regions are joined, greatest flow forward and back")?;
        }
        writeln!(
            out,
            "  {}: {} {} to {} {}, {}{} ({})",
            tie.name,
            tie.from_region,
            tie.from_zone,
            tie.to_region,
            tie.to_zone,
            limits(tie.forward_limit_mw, tie.reverse_limit_mw),
            losses(tie.loss_fraction),
            tie.source
        )?;
    }
    Ok(())
}

fn ties(out: &mut impl Write, pack: &RegionPack) -> Result<(), Stop> {
    let day = last_day(pack.region.facts.base_year);
    let imports = |unit: &&gridrush_core::grid::Generator| unit.fuel == Fuel::Import && unit.runs_on(day);
    let imports: Vec<_> = pack.network.generators.iter().filter(imports).collect();
    if imports.is_empty() {
        writeln!(out, "Ties to neighbours: none")?;
        return Ok(());
    }
    writeln!(out, "Ties to neighbours")?;
    for unit in imports {
        let zone = &pack.network.zones[usize::from(pack.network.bus(unit.bus).zone.0)].name;
        let seller = unit.neighbour.as_deref().unwrap_or("not named");
        let (mw, heat, om) = (unit.capacity_mw, unit.heat_rate_mmbtu_per_mwh, unit.variable_om_usd_per_mwh);
        let name = &unit.name;
        writeln!(out, "  {name}: {mw:.0} MW into {zone} from {seller}, {heat} MMBtu/MWh, {om} $/MWh")?;
    }
    Ok(())
}

fn market(out: &mut impl Write, context: &Context) -> Result<(), Stop> {
    match &context.capacity_market {
        Some(of) => {
            let price = of.price_usd_per_mw_day.map_or(String::new(), |usd| format!(", {usd} $/MW-day"));
            writeln!(out, "Capacity market: {}{price} ({})", of.kind.name(), of.source)?;
        }
        None => writeln!(out, "Capacity market: not told")?,
    }
    match &context.retail {
        Some(of) => writeln!(
            out,
            "Retail prices, $/MWh: residential {}, commercial {}, industrial {} ({})",
            of.residential_usd_per_mwh, of.commercial_usd_per_mwh, of.industrial_usd_per_mwh, of.source
        )?,
        None => writeln!(out, "Retail prices: not told")?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations_are_signed_and_called_off() {
        assert_eq!(compared(105.0, Some(100.0), 0.1), "       105       100    +5.0 %");
        assert_eq!(compared(89.0, Some(100.0), 0.1), "        89       100   -11.0 %  beyond 10 %");
        assert_eq!(compared(89.0, None, 0.1), "        89");
        assert_eq!(compared(89.0, Some(0.0), 0.1), "        89         0");
    }

    #[test]
    fn limits_are_told_in_words() {
        assert_eq!(limits(1200.0, f64::INFINITY), "1200 and no limit MW");
        assert_eq!((losses(0.0).as_str(), losses(0.03).as_str()), ("", ", 3 % lost"));
    }
}
