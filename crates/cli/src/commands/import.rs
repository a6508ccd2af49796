//! `gridrush import`: makes the tables of a region pack from a public case.
//!
//! The work is done by the readers and the recipe in core; this module finds the files and writes the
//! result. Nothing is written unless everything could be read.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use gridrush_core::grid::case::matpower::ZoneBy;
use gridrush_core::grid::case::powersimdata;
use gridrush_core::grid::recipe::Recipe;
use gridrush_core::grid::recipe::zonal::{ZonalRecipe, is_zonal};
use gridrush_core::grid::{Network, RegionPack};

use crate::case::{self, Case};
use crate::stop::Stop;

/// Makes the tables of a region pack from a public case.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    #[command(subcommand)]
    source: Source,
}

#[derive(Debug, clap::Subcommand)]
enum Source {
    /// The tables of the PowerSimData package, brought to a base year by a recipe.
    Powersimdata {
        /// Folder with bus.csv, branch.csv and plant.csv; sub.csv and bus2sub.csv are used if present.
        dir: PathBuf,
        /// The recipe.
        #[arg(long)]
        recipe: PathBuf,
        /// Folder of the pack.
        #[arg(long)]
        out: PathBuf,
    },
    /// A MATPOWER case file, version 2.
    Matpower {
        /// The case.
        file: PathBuf,
        /// Folder of the pack.
        #[arg(long)]
        out: PathBuf,
        /// Take the area column for zones instead of the zone column.
        #[arg(long)]
        zones_by_area: bool,
    },
    /// A folder of CSV files as PyPSA exports it.
    Pypsa {
        /// The folder.
        dir: PathBuf,
        /// Folder of the pack.
        #[arg(long)]
        out: PathBuf,
        /// Column of buses.csv that makes the zones, such as `country`; one zone for all without it.
        #[arg(long, value_name = "COLUMN")]
        zones: Option<String>,
    },
    /// The CSV folder of the RTS-GMLC test system.
    RtsGmlc {
        /// The folder with `SourceData`, or the one around it.
        dir: PathBuf,
        /// Folder of the pack.
        #[arg(long)]
        out: PathBuf,
    },
}

/// Runs the command. When the content of a file is at fault, nothing is written.
pub fn run(args: ImportArgs) -> Result<(), Stop> {
    let mut print = io::stdout().lock();
    match args.source {
        Source::Powersimdata { dir, recipe, out } => import_powersimdata(&dir, &recipe, &out, &mut print),
        Source::Matpower { file, out, zones_by_area } => {
            let zone_by = if zones_by_area { ZoneBy::Area } else { ZoneBy::Zone };
            write_pack(&case::matpower_file(&file, zone_by)?, &file, &out, &mut print)
        }
        Source::Pypsa { dir, out, zones } => {
            write_pack(&case::pypsa_folder(&dir, zones.as_deref())?, &dir, &out, &mut print)
        }
        Source::RtsGmlc { dir, out } => write_pack(&case::rts_gmlc_folder(&dir)?, &dir, &out, &mut print),
    }
}

fn import_powersimdata(dir: &Path, recipe: &Path, out: &Path, print: &mut impl Write) -> Result<(), Stop> {
    let name = recipe.display().to_string();
    let recipe = text(recipe)?;
    let mut tables = BTreeMap::new();
    for name in [
        powersimdata::BUS,
        powersimdata::BRANCH,
        powersimdata::PLANT,
        powersimdata::SUB,
        powersimdata::BUS2SUB,
    ] {
        let path = dir.join(name);
        if path.is_file() {
            tables.insert(name.to_owned(), text(&path)?);
        }
    }
    let origin = dir.display().to_string();
    let files = if is_zonal(&recipe) {
        let recipe = ZonalRecipe::parse(&name, &recipe).map_err(|faults| case::refuse(&name, &faults))?;
        recipe.apply(&tables).map_err(|faults| case::refuse(&origin, &faults))?
    } else {
        let recipe = Recipe::parse(&name, &recipe).map_err(|faults| case::refuse(&name, &faults))?;
        recipe.apply_to_powersimdata(&tables).map_err(|faults| case::refuse(&origin, &faults))?
    };
    write(out, &files, print)?;
    if !out.join("region.toml").is_file() {
        writeln!(print, "region.toml is written by hand: docs/region-packs.md tells what it holds")?;
    }
    Ok(())
}

fn text(path: &Path) -> Result<String, Stop> {
    fs::read_to_string(path).map_err(|error| Stop::usage(format!("cannot read {}: {error}", path.display())))
}

/// Writes a case as a pack with assumed settings, if it makes a pack that reads.
fn write_pack(case: &Case, source: &Path, out: &Path, print: &mut impl Write) -> Result<(), Stop> {
    let region = out.join("region.toml");
    if region.exists() {
        return Err(Stop::usage(format!("{} exists and would be overwritten", region.display())));
    }
    let stem = source.file_stem().map_or_else(|| "case".into(), |stem| stem.to_string_lossy().into_owned());
    let mut files = RegionPack::write_tables(&case.network, &[], &[], &[]);
    files.insert("region.toml".to_owned(), region_template(&stem, &case.network));
    // Some cases are sound without being packs: parts that nothing joins, generators without a name.
    RegionPack::parse(&files).map_err(|faults| case::refuse(&out.display().to_string(), &faults))?;
    write(out, &files, print)?;
    for note in &case.notes {
        writeln!(print, "note: {note}")?;
    }
    if case.series.is_some() {
        writeln!(print, "note: the hourly series of the case have no place in a pack")?;
    }
    Ok(())
}

/// A `region.toml` that parses, for the user to correct: nothing in a case file tells prices and rules.
fn region_template(name: &str, network: &Network) -> String {
    let mut text = format!(
        "# Made from {name}: every number here is assumed and yours to correct (docs/region-packs.md).\n\
         # weather.toml is still missing: gridrush calibrate makes it.\nschema = 1\n\n\
         [region]\nname = {name:?}\ntitle = {name:?}\nnetwork = \"nodal\"\ntime_zone = \"UTC\"\nbase_year = 2024\n\
         synthetic = true\nnotice = \"Imported test case.\"\nbase_mva = {:?}\ntransmission_minimum_kv = 200.0\n",
        network.base_mva
    );
    for (index, zone) in network.zones.iter().enumerate() {
        // The shares must sum to one; which zone takes large loads is for the user to say.
        let share = if index == 0 { 1.0 } else { 0.0 };
        let name = &zone.name;
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n[[zones]]\nname = {name:?}\ntitle = {name:?}\nload_series = {name:?}\nwind_series = \"wind\"\n\
             solar_series = \"solar\"\nlarge_load_share = {share:?}\n"
        );
    }
    text += "\n[market]\noffer_floor_usd_per_mwh = -250.0\noffer_cap_usd_per_mwh = 5000.0\n\
         settlement_cap_usd_per_mwh = 6000.0\nsource = \"assumed\"\n\n\
         [shed]\nlarge_load_usd_per_mwh = 5200.0\nnative_usd_per_mwh = 5400.0\n\
         source = \"assumed\"\n\n\
         [[branch_ceilings]]\nminimum_kv = 0.0\nusd_per_mwh = 3500.0\nsource = \"assumed\"\n\n\
         [[reserve]]\nsize_mw = 1.0\nusd_per_mwh = 10.0\nsource = \"assumed\"\n\n\
         [fuels.gas]\nprice_usd_per_mmbtu = 3.0\nsource = \"assumed\"\n\n\
         [availability.gas]\nfraction = 0.92\nsource = \"assumed\"\n\n[adequacy]\nnotes = []\n";
    text
}

/// Writes the files of a folder, then prints what they hold: a reader that goes away leaves them whole.
pub fn write(out: &Path, files: &BTreeMap<String, String>, print: &mut impl Write) -> Result<(), Stop> {
    fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    for (name, text) in files {
        let path = out.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    for (name, text) in files {
        let path = out.join(name);
        let rows = text.lines().count().saturating_sub(1);
        let is_table = path.extension().is_some_and(|end| end == "csv");
        let rows = if is_table { format!(" ({rows} rows)") } else { String::new() };
        writeln!(print, "{}{rows}", path.display())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASE: &str = "\
mpc.version = '2';
mpc.baseMVA = 100;
mpc.bus = [
 1 3 0 0 0 0 1 1 0 345 1 1.1 0.9;
 2 1 90 0 0 0 2 1 0 345 1 1.1 0.9;
];
mpc.gen = [ 1 0 0 0 0 1 100 1 200 0 ];
mpc.gencost = [ 2 0 0 2 20 0 ];
mpc.branch = [ 1 2 0 0.1 0 100 0 0 0 0 1 ];
";

    fn read_back(folder: &Path) -> RegionPack {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            files.insert(name, fs::read_to_string(path).expect("a text"));
        }
        RegionPack::parse(&files).unwrap_or_else(|faults| panic!("{}", faults[0]))
    }

    fn import_matpower(file: &Path, out: &Path, zone_by: ZoneBy) -> Result<String, Stop> {
        let mut printed = Vec::new();
        write_pack(&case::matpower_file(file, zone_by)?, file, out, &mut printed)?;
        Ok(String::from_utf8(printed).expect("UTF-8"))
    }

    #[test]
    fn a_matpower_case_becomes_a_pack_that_reads() {
        let folder = tempfile::tempdir().expect("a folder");
        let (case, out) = (folder.path().join("two.m"), folder.path().join("pack"));
        fs::write(&case, CASE).expect("a case");
        let printed = import_matpower(&case, &out, ZoneBy::Area).expect("an import");
        assert!(printed.contains("buses.csv (2 rows)"), "{printed}");
        let pack = read_back(&out);
        assert_eq!(pack.region.facts.name, "two");
        assert_eq!(pack.region.zone_names(), ["area_1", "area_2"]);
        assert_eq!(pack.network.generators[0].cost.as_ref().map(|cost| cost.at(10.0)), Some(200.0));
        let again = import_matpower(&case, &out, ZoneBy::Area).expect_err("the settings would be lost");
        assert!(
            matches!(&again, Stop::Usage(message) if message.contains("would be overwritten")),
            "{again:?}"
        );
    }

    fn refused(case: &Path, out: &Path) -> Vec<String> {
        match import_matpower(case, out, ZoneBy::Zone) {
            Err(Stop::Input(faults)) => {
                let place = |line: Option<u32>| line.map_or_else(String::new, |line| format!(":{line}"));
                faults.iter().map(|f| format!("{}{}: {}", f.file, place(f.line), f.path)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_broken_case_writes_nothing_and_tells_every_fault() {
        let folder = tempfile::tempdir().expect("a folder");
        let (case, out) = (folder.path().join("bad.m"), folder.path().join("pack"));
        fs::write(&case, CASE.replace("1 2 0 0.1", "1 7 0 0").replace("200 0 ]", "200 900 ]"))
            .expect("a case");
        let faults = refused(&case, &out);
        assert_eq!(faults.len(), 3, "{faults:?}");
        for part in ["bad.m:7: gen.Pmin:", "bad.m:9: branch.tbus:", "bad.m:9: branch.x:"] {
            assert!(faults.iter().any(|fault| fault.ends_with(part)), "{part} not in {faults:?}");
        }
        assert!(!out.exists());
    }

    #[test]
    fn a_case_in_two_parts_is_no_pack() {
        let folder = tempfile::tempdir().expect("a folder");
        let (case, out) = (folder.path().join("parts.m"), folder.path().join("pack"));
        let parts = CASE.replace("];\nmpc.gen =", " 3 1 9 0 0 0 2 1 0 345 1 1.1 0.9;\n];\nmpc.gen =");
        fs::write(&case, parts).expect("a case");
        let faults = refused(&case, &out);
        assert!(
            faults.iter().all(|fault| fault.contains("buses.csv") && fault.ends_with("bus:")),
            "{faults:?}"
        );
        assert!(!out.exists());
    }
}
