//! `gridrush export`: writes a case or a region for other programs.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::ValueEnum;
use gridrush_core::grid::case::{matpower, own};
use gridrush_core::grid::{Fuel, Network};

use super::import;
use crate::case::{self, Case};
use crate::stop::Stop;

/// Writes a case or a region as a MATPOWER case or as tables, and tells what they cannot hold.
#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// A MATPOWER case (.m), a folder of RTS-GMLC, of PyPSA or of our own tables, or a region.
    #[arg(value_name = "CASE")]
    case: String,
    /// What to write.
    #[arg(long, value_enum)]
    format: Format,
    /// The file (matpower) or folder (csv) to write.
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// Price of a fuel in $/MMBtu for units with a heat rate, such as `gas=3.5`; may be repeated. A region
    /// has prices of its own, which this overrides.
    #[arg(long = "fuel", value_name = "FUEL=PRICE", value_parser = fuel_price)]
    fuels: Vec<(Fuel, f64)>,
    /// Folder with region packs in `regions/`, looked at before all others.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A MATPOWER case file, version 2.
    Matpower,
    /// buses.csv, branches.csv, generators.csv and dc_links.csv.
    Csv,
}

/// Our tables name no base of per-unit values; without a `region.toml` it is this.
const TABLES_MVA: f64 = 100.0;

/// Runs the command.
pub fn run(args: &ExportArgs) -> Result<(), Stop> {
    let mut case = case::read(&args.case, args.data.as_deref(), true)?;
    let mut out = std::io::stdout().lock();
    match args.format {
        Format::Matpower => {
            let own_prices = case.fuel_usd_per_mmbtu.iter().copied();
            let prices: Vec<(Fuel, f64)> = own_prices.chain(args.fuels.iter().copied()).collect();
            let written = matpower::write(&name_of(&args.out), &case.network, &prices);
            let written = written.map_err(|missing| {
                let list: Vec<String> = missing.iter().map(ToString::to_string).collect();
                Stop::usage(format!("{}; --fuel FUEL=PRICE gives one", list.join("; ")))
            })?;
            if let Some(dir) = args.out.parent().filter(|dir| !dir.as_os_str().is_empty()) {
                fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
            }
            gridrush_tables::atomic::write(&args.out, written.text.as_bytes())
                .map_err(anyhow::Error::from)?;
            writeln!(out, "{}", args.out.display())?;
            case.notes.extend(written.notes);
        }
        Format::Csv => {
            if !args.fuels.is_empty() {
                return Err(Stop::usage(
                    "--fuel: the tables keep heat rates, so prices have no place in them",
                ));
            }
            rebase(&mut case);
            import::write(&args.out, &own::write(&case.network), &mut out)?;
        }
    }
    if case.series.is_some() {
        case.notes.push("the hourly series of the case are left out".to_owned());
    }
    for note in &case.notes {
        writeln!(out, "note: {note}")?;
    }
    Ok(())
}

/// Brings per-unit values to the base that tables without a `region.toml` are read with.
fn rebase(case: &mut Case) {
    let network: &mut Network = &mut case.network;
    if network.base_mva == TABLES_MVA {
        return;
    }
    let factor = TABLES_MVA / network.base_mva;
    for branch in network.graph.edge_weights_mut() {
        branch.r_pu *= factor;
        branch.x_pu *= factor;
    }
    case.notes.push(format!("impedances are on {TABLES_MVA} MVA, in the source on {} MVA", network.base_mva));
    network.base_mva = TABLES_MVA;
}

fn name_of(path: &Path) -> String {
    path.file_stem().map_or_else(|| "exported".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

fn fuel_price(word: &str) -> Result<(Fuel, f64), String> {
    let (name, price) = word.split_once('=').ok_or("FUEL=PRICE is needed, such as gas=3.5")?;
    let fuel = Fuel::from_name(name).ok_or_else(|| {
        let names: Vec<&str> = Fuel::ALL.iter().map(|fuel| fuel.name()).collect();
        format!("{name} is none of {}", names.join(", "))
    })?;
    let price = price.parse().ok().filter(|price: &f64| price.is_finite());
    Ok((fuel, price.ok_or("the price must be a finite number")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_of_fuels_are_read() {
        assert_eq!(fuel_price("gas=3.5"), Ok((Fuel::Gas, 3.5)));
        assert!(fuel_price("gas").is_err_and(|why| why.contains("FUEL=PRICE")));
        assert!(fuel_price("tea=1").is_err_and(|why| why.contains("nuclear")));
        assert!(fuel_price("gas=NaN").is_err_and(|why| why.contains("finite")));
    }

    #[test]
    fn tables_are_on_100_mva() {
        let text = "mpc.version = '2'; mpc.baseMVA = 50;
            mpc.bus = [1 3 0 0 0 0 1 1 0 138 1 1.1 0.9; 2 1 80 0 0 0 1 1 0 138 1 1.1 0.9];
            mpc.branch = [1 2 0.01 0.1 0 50 0 0 0 0 1]; mpc.gen = [1 0 0 0 0 1 100 1 200 0];";
        let network = matpower::read("two.m", text, matpower::ZoneBy::Area).expect("a case");
        let mut case = Case {
            title: String::new(),
            network,
            series: None,
            fuel_usd_per_mmbtu: Vec::new(),
            notes: Vec::new(),
        };
        rebase(&mut case);
        rebase(&mut case);
        let (_, branch) = case.network.branches().next().expect("a branch");
        assert_eq!((branch.x_pu, branch.r_pu, case.notes.len()), (0.2, 0.02, 1));
    }
}
