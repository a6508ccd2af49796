//! A case of any format, recognised by its content.
//!
//! | what is given | how it is recognised | reader |
//! |---|---|---|
//! | a file | assigns to `mpc.` fields | MATPOWER |
//! | a folder | has `region.toml` | region pack |
//! | a folder | has `SourceData/bus.csv`, as itself or in `RTS_Data` | RTS-GMLC |
//! | a folder | has `buses.csv` and `branches.csv` | our own tables |
//! | a folder | has `buses.csv` and no `branches.csv` | PyPSA |
//! | a name | a region pack is found under it | region pack |
//!
//! Readers live in core; here files are found and read, and every fault is reported as of a scenario.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gridrush_core::grid::case::matpower::{self, ZoneBy};
use gridrush_core::grid::case::{CaseFault, own, pypsa, rts_gmlc};
use gridrush_core::grid::{Date, Fuel, HourlySeries, Network, RegionPack};
use gridrush_sim::scenario::Fault;

use crate::files::PackSource;
use crate::stop::Stop;

/// A network with what else its source tells.
#[derive(Debug)]
pub struct Case {
    /// What it is, for people.
    pub title: String,
    /// The network.
    pub network: Network,
    /// Hourly load and availability, when the source has them.
    pub series: Option<HourlySeries>,
    /// Fuel prices, when costs follow from heat rates.
    pub fuel_usd_per_mmbtu: Vec<(Fuel, f64)>,
    /// What was left out or assumed.
    pub notes: Vec<String>,
}

/// Base of per-unit values in a folder of our own tables that no `region.toml` goes with.
const BASE_MVA: f64 = 100.0;

/// Reads a case. `data` is a folder with region packs that is looked at before all others. Series that stand in
/// files of their own are read only when they are wanted.
pub fn read(given: &str, data: Option<&Path>, series: bool) -> Result<Case, Stop> {
    let path = Path::new(given);
    if path.is_file() {
        return matpower_file(path, ZoneBy::Area);
    }
    if path.is_dir() {
        return folder(path, series);
    }
    match PackSource::find(data, None)?.region(given)? {
        Some(files) => pack(given, &files.texts),
        None => Err(Stop::usage(format!("{given} is neither a file nor a folder nor a region"))),
    }
}

/// A MATPOWER case with the zones of that column.
pub fn matpower_file(path: &Path, zone_by: ZoneBy) -> Result<Case, Stop> {
    let name = path.display().to_string();
    let bytes = fs::read(path).map_err(|error| Stop::usage(format!("cannot read {name}: {error}")))?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return Err(Stop::usage(format!("{name} is packed; gunzip it first")));
    }
    let text = String::from_utf8(bytes)
        .map_err(|error| Stop::usage(format!("{name} is not UTF-8: {}", error.utf8_error())))?;
    if !text.contains("mpc.") {
        let message = format!("{name} is no MATPOWER case: nothing is assigned to a field of mpc");
        return Err(Stop::usage(message));
    }
    let (network, notes) = matpower::read_case(&name, &text, zone_by).map_err(|list| refuse(&name, &list))?;
    Ok(Case {
        title: format!("MATPOWER case {name}"),
        network,
        series: None,
        fuel_usd_per_mmbtu: Vec::new(),
        notes,
    })
}

fn folder(path: &Path, series: bool) -> Result<Case, Stop> {
    let name = path.display().to_string();
    if let Some(base) = rts_base(path) {
        return rts(&name, &base, series);
    }
    let texts = texts(path)?;
    if texts.contains_key("region.toml") {
        return pack(&name, &texts);
    }
    if texts.contains_key(own::BUSES) && texts.contains_key(own::BRANCHES) {
        return own_tables(&name, &texts);
    }
    if texts.contains_key(pypsa::BUSES) {
        return pypsa_tables(&name, &texts, None);
    }
    Err(Stop::usage(format!(
        "{name} holds no case: neither region.toml nor buses.csv nor SourceData/bus.csv"
    )))
}

/// A folder of PyPSA, with the zones of that column of its bus table.
pub fn pypsa_folder(path: &Path, zones: Option<&str>) -> Result<Case, Stop> {
    pypsa_tables(&path.display().to_string(), &texts(path)?, zones)
}

fn pypsa_tables(name: &str, texts: &BTreeMap<String, String>, zones: Option<&str>) -> Result<Case, Stop> {
    let (network, series, notes) = pypsa::read(texts, zones).map_err(|list| refuse(name, &list))?;
    Ok(Case { title: format!("PyPSA folder {name}"), network, series, fuel_usd_per_mmbtu: Vec::new(), notes })
}

/// The RTS-GMLC folder, given as itself or as the one around it.
pub fn rts_gmlc_folder(path: &Path) -> Result<Case, Stop> {
    let name = path.display().to_string();
    let missing = || Stop::usage(format!("{name} has no {}", rts_gmlc::BUS));
    rts(&name, &rts_base(path).ok_or_else(missing)?, true)
}

fn rts_base(path: &Path) -> Option<PathBuf> {
    [path.to_owned(), path.join("RTS_Data")].into_iter().find(|base| base.join(rts_gmlc::BUS).is_file())
}

fn pack(name: &str, texts: &BTreeMap<String, String>) -> Result<Case, Stop> {
    let mut pack = RegionPack::parse(texts).map_err(|list| refuse(name, &list))?;
    let day = Date { year: pack.region.facts.base_year, month: 12, day: 31 };
    pack.network.generators.retain(|unit| !unit.in_service || unit.runs_on(day));
    let price = |fuel: Fuel| {
        let burnt = if fuel == Fuel::Import { Fuel::Gas } else { fuel };
        pack.region.fuels.get(&burnt).map_or(0.0, |entry| entry.price_usd_per_mmbtu)
    };
    let fuel_usd_per_mmbtu = Fuel::ALL.iter().map(|fuel| (*fuel, price(*fuel))).collect();
    let notes = "loads are those of the source case, fuel prices those of the base year, and units, those of its last day, run \
                 up to their capacity whatever the weather; carbon and credits do not count";
    Ok(Case {
        title: format!("region pack {name}: {}", pack.region.facts.title),
        network: pack.network,
        series: None,
        fuel_usd_per_mmbtu,
        notes: vec![notes.to_owned()],
    })
}

/// Zones are those of the bus table, in order of the first bus.
fn own_tables(name: &str, texts: &BTreeMap<String, String>) -> Result<Case, Stop> {
    let mut zones: Vec<String> = Vec::new();
    let mut rows = texts[own::BUSES].lines().filter(|line| !line.trim_start().starts_with('#'));
    let column = rows.next().and_then(|header| header.split(',').position(|cell| cell.trim() == "zone"));
    for zone in rows.filter_map(|row| row.split(',').nth(column?)) {
        let zone = zone.trim().trim_matches('"').to_owned();
        if !zones.contains(&zone) {
            zones.push(zone);
        }
    }
    let network = own::read(texts, &zones, BASE_MVA).map_err(|list| refuse(name, &list))?;
    Ok(Case {
        title: format!("tables in {name}"),
        network,
        series: None,
        fuel_usd_per_mmbtu: Vec::new(),
        notes: vec![format!("per-unit values are taken to be on {BASE_MVA} MVA")],
    })
}

fn rts(name: &str, base: &Path, series: bool) -> Result<Case, Stop> {
    let source = texts(&base.join("SourceData"))?;
    let mut texts: BTreeMap<String, String> =
        source.into_iter().map(|(file, text)| (format!("SourceData/{file}"), text)).collect();
    if !series {
        texts.retain(|path, _| !path.ends_with("timeseries_pointers.csv"));
    }
    for path in rts_gmlc::series_paths(&texts) {
        // The reader tells what is missing and what that means.
        if let Ok(text) = fs::read_to_string(base.join(&path)) {
            texts.insert(path, text);
        }
    }
    let (network, series, notes) = rts_gmlc::read(&texts).map_err(|list| refuse(name, &list))?;
    Ok(Case {
        title: format!("RTS-GMLC folder {name}"),
        network,
        series,
        fuel_usd_per_mmbtu: Vec::new(),
        notes,
    })
}

/// The text files of a folder by name.
fn texts(dir: &Path) -> Result<BTreeMap<String, String>, Stop> {
    let unreadable = |error: std::io::Error| Stop::usage(format!("cannot read {}: {error}", dir.display()));
    let mut texts = BTreeMap::new();
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let known = [".csv", ".toml"].iter().any(|end| name.ends_with(end));
        if known && path.is_file() {
            let text = fs::read_to_string(&path)
                .map_err(|error| Stop::usage(format!("cannot read {}: {error}", path.display())))?;
            texts.insert(name, text);
        }
    }
    Ok(texts)
}

/// Where in its file a fault is; nothing more is said of a whole file.
pub fn place_of(fault: &CaseFault) -> String {
    if fault.field == "file" { String::new() } else { format!("{}:", fault.field) }
}

/// The faults of a case in the form in which all faults are printed.
pub fn refuse(origin: &str, list: &[CaseFault]) -> Stop {
    let fault = |fault: &CaseFault| Fault {
        file: if fault.file == origin { fault.file.clone() } else { format!("{origin}/{}", fault.file) },
        line: fault.line.and_then(|line| u32::try_from(line).ok()),
        column: None,
        path: place_of(fault),
        message: fault.message.clone(),
        value: None,
        allowed: fault.allowed.clone(),
        nearest: fault.nearest.clone(),
    };
    Stop::Input(list.iter().map(fault).collect())
}
