//! Says in a few lines what a year of one region came to, from the tables of a run.
//!
//! ```text
//! cargo run -p gridrush-tables --example region_year -- FOLDER
//! cargo run -p gridrush-tables --example region_year -- --peaks FOLDER...
//! cargo run -p gridrush-tables --example region_year -- --zones FOLDER
//! ```
//!
//! The first prints load, price, fuels, curtailment and binding branches. Percentiles and the mean price are over
//! hours, each with the load-weighted price of the region; prices of zones are weighted by the load served there;
//! fuels are shares of what was served. The second prints the mean of the greatest hourly load of several runs,
//! the third prices of all zones and what flowed over ties between regions.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use gridrush_tables::{Frame, TableError, read_table};

/// Binding branches that are named, and the fewest hours that are worth it.
const BRANCHES: usize = 4;
const BINDING_HOURS: f64 = 20.0;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--peaks", ref folders @ ..] if !folders.is_empty() => {
            let mut sum_mw = 0.0;
            for folder in folders {
                sum_mw += greatest(&hourly_load_mw(Path::new(folder))?);
            }
            let mean_gw = sum_mw / folders.len() as f64 / 1e3;
            println!("Mean peak of {} weather draws {mean_gw:.1} GW.", folders.len());
        }
        ["--zones", folder] => print_by_zone(Path::new(folder))?,
        [folder] if !folder.starts_with('-') => print_year(Path::new(folder))?,
        _ => return Err("usage: region_year FOLDER, --zones FOLDER, or --peaks FOLDER...".into()),
    }
    Ok(())
}

fn print_year(folder: &Path) -> Result<(), TableError> {
    let hours = read_table(folder, "system_hourly")?;
    let load_mw = hourly_load_mw(folder)?;
    let load_mwh: f64 = load_mw.iter().sum();
    print!("Load {:.1} TWh, peak {:.1} GW. ", load_mwh / 1e6, greatest(&load_mw) / 1e3);
    print_prices(hours.floats("price_usd_per_mwh")?);
    let mut zones = zone_prices(&read_table(folder, "load_monthly")?)?;
    zones.sort_by(|a, b| a.1.total_cmp(&b.1));
    if let (Some(first), Some(last)) = (zones.first(), zones.last()) {
        print!("; by zone from {:.1} ({}) to {:.1} ({}).", first.1, first.0, last.1, last.0);
    }

    let supply = read_table(folder, "supply_yearly")?;
    let generated = sums(&supply, "fuel", "generated_mwh")?;
    let shares: Vec<String> = supply
        .texts("fuel")?
        .dictionary
        .iter()
        .filter(|fuel| *fuel != "storage")
        .map(|fuel| (fuel, 100.0 * generated[fuel] / load_mwh))
        .filter(|(_, share)| *share >= 0.5)
        .map(|(fuel, share)| format!("{fuel} {share:.0} %"))
        .collect();
    print!(" Of the load: {}.", shares.join(", "));

    let curtailed_mwh: f64 = hours.floats("renewable_curtailed_mw")?.iter().sum();
    let used_mwh: f64 = ["wind", "solar"].iter().filter_map(|fuel| generated.get(*fuel)).sum();
    let curtailed_percent = 100.0 * curtailed_mwh / (curtailed_mwh + used_mwh);
    let shed_gwh: f64 =
        read_table(folder, "adequacy_yearly")?.floats("firm_shed_mwh")?.iter().sum::<f64>() / 1e3;
    print!(" Curtailed wind and sun {curtailed_percent:.1} %, shed {shed_gwh:.1} GWh.");
    print_branches(&read_table(folder, "congestion_monthly")?)
}

fn hourly_load_mw(folder: &Path) -> Result<Vec<f64>, TableError> {
    let hours = read_table(folder, "system_hourly")?;
    let native = hours.floats("native_served_mw")?;
    let large = hours.floats("large_served_mw")?;
    Ok(native.iter().zip(large).map(|(native, large)| native + large).collect())
}

fn greatest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

fn print_prices(prices: &[f64]) {
    let mut sorted = prices.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = |percent: usize| sorted[(sorted.len() - 1) * percent / 100];
    print!(
        "Price: mean {:.1} $/MWh, p5 {:.1}, p50 {:.1}, p95 {:.1}, greatest {:.0}, {} hours below zero, {} above 100",
        prices.iter().sum::<f64>() / prices.len() as f64,
        rank(5),
        rank(50),
        rank(95),
        rank(100),
        prices.iter().filter(|&&price| price < 0.0).count(),
        prices.iter().filter(|&&price| price > 100.0).count(),
    );
}

fn print_by_zone(folder: &Path) -> Result<(), TableError> {
    for (zone, price) in zone_prices(&read_table(folder, "load_monthly")?)? {
        println!("{zone} {price:.1} $/MWh");
    }
    let ties = read_table(folder, "ties_monthly")?;
    let [forward, reverse, worth] =
        ["forward_mwh", "reverse_mwh", "worth_usd"].map(|column| sums(&ties, "tie", column));
    let (forward, reverse, worth) = (forward?, reverse?, worth?);
    for (tie, mwh) in forward {
        println!(
            "{tie}: {:.1} TWh, back {:.1} TWh, worth {:.1} million $",
            mwh / 1e6,
            reverse[&tie] / 1e6,
            worth[&tie] / 1e6
        );
    }
    Ok(())
}

/// Mean price of each zone, weighted by the load served there.
fn zone_prices(load: &Frame) -> Result<Vec<(String, f64)>, TableError> {
    let (served, paid) = (load.floats("served_mwh")?, load.floats("price_paid_usd_per_mwh")?);
    let mut zones: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for (row, zone) in load.texts("zone")?.iter().enumerate() {
        if served[row] > 0.0 {
            let (mwh, usd) = zones.entry(zone).or_default();
            *mwh += served[row];
            *usd += served[row] * paid[row];
        }
    }
    Ok(zones.iter().map(|(&zone, &(mwh, usd))| (zone.to_owned(), usd / mwh)).collect())
}

fn print_branches(congestion: &Frame) -> Result<(), TableError> {
    let hours = sums(congestion, "branch", "binding_h")?;
    let mut often: Vec<(&String, &f64)> = hours.iter().filter(|(_, h)| **h >= BINDING_HOURS).collect();
    often.sort_by(|a, b| b.1.total_cmp(a.1));
    let named: Vec<String> =
        often.iter().take(BRANCHES).map(|(branch, hours)| format!("{branch} {hours:.0}")).collect();
    println!(" Binding hours: {}.", if named.is_empty() { "none".to_owned() } else { named.join(", ") });
    Ok(())
}

/// Sums of a column by the texts of another.
fn sums(table: &Frame, by: &str, column: &str) -> Result<BTreeMap<String, f64>, TableError> {
    let values = table.floats(column)?;
    let mut sums = BTreeMap::new();
    for (row, key) in table.texts(by)?.iter().enumerate() {
        *sums.entry(key.to_owned()).or_insert(0.0) += values[row];
    }
    Ok(sums)
}
