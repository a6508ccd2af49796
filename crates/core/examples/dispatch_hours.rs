//! Clears the hourly markets of `benches/hours/sets.rs`, to write them down for other programs or to time them.
//!
//! ```text
//! cargo run --release -p gridrush-core --example dispatch_hours -- dump FOLDER HOURS [SET...]
//! cargo run --release -p gridrush-core --example dispatch_hours -- time HOURS [SET...]
//!
//!   sets.rs --> set_hour --> Solver (warm) --dump--> FOLDER/SET/structure.json   buses, branches, columns
//!                                                    FOLDER/SET/hours.f64        one record an hour
//!                                          --time--> stdout                      SET,median us per hour
//! ```
//!
//! A record holds 64-bit little-endian numbers: demand by bus; lower bound, upper bound and cost by column;
//! objective; price by bus; value by column; shadow price and flow by branch. `HOURS` limits the hours (0:
//! all). Timed are passes over the hours after a first one, for a second at least; what it takes to set an hour's
//! data is not counted.

// An example reads files, asks the clock and prints.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods, clippy::disallowed_types)]

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use gridrush_core::dispatch::{DispatchProblem, DispatchSolution, Place, Solver};
use serde_json::{Value, json};

#[path = "../benches/hours/sets.rs"]
mod sets;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let folder = match args.next().as_deref() {
        Some("dump") => Some(args.next().ok_or(USAGE)?),
        Some("time") => None,
        _ => return Err(USAGE.into()),
    };
    let hours = args.next().ok_or(USAGE)?.parse::<usize>()?;
    let wanted: Vec<String> = args.collect();
    // The dump holds no rows and no flowgates.
    let products = sets::PRODUCTS.into_iter().filter(|_| folder.is_none());
    let names = sets::NAMES.into_iter().chain(products);
    for name in names.filter(|name| wanted.is_empty() || wanted.iter().any(|w| w == name)) {
        let Some(mut set) = sets::build(name) else {
            eprintln!("skipped: the files of {name} are not in {}", sets::data().display());
            continue;
        };
        if hours > 0 {
            set.hours = set.hours.min(hours);
        }
        if let Some(folder) = &folder {
            let folder = Path::new(folder).join(name);
            std::fs::create_dir_all(&folder)?;
            let structure = structure(set.problem(), set.hours);
            std::fs::write(folder.join("structure.json"), structure.to_string())?;
            write_hours(&mut set, &folder.join("hours.f64"))?;
        } else {
            println!("{name},{:.3}", median_us(&mut set)?);
        }
    }
    Ok(())
}

const USAGE: &str = "usage: dispatch_hours dump FOLDER HOURS [SET...] | time HOURS [SET...]";

/// What does not change from hour to hour; an infinite limit is `null`.
fn structure(problem: &DispatchProblem, hours: usize) -> Value {
    let finite = |x: f64| if x.is_finite() { json!(x) } else { Value::Null };
    let branch = |b: &gridrush_core::dispatch::FlowBranch| {
        json!({
            "from": b.from, "to": b.to, "susceptance": b.susceptance_mw_per_rad, "shift": b.shift_rad,
            "limit": finite(b.limit_mw), "ceiling": finite(b.ceiling_usd_per_mwh), "in_service": b.in_service,
        })
    };
    let place = |place: &Place| match place {
        Place::None => json!([]),
        Place::Bus(bus, coefficient) => json!([[bus, coefficient]]),
        Place::Spread(terms) => json!(terms),
    };
    json!({
        "hours": hours,
        "buses": problem.bus_count(),
        "branches": problem.branches.iter().map(branch).collect::<Vec<_>>(),
        "columns": problem.places().iter().map(place).collect::<Vec<_>>(),
        "rows": problem.rows.len() + problem.flowgates.len(),
    })
}

fn write_hours(set: &mut sets::Set, path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut file = BufWriter::new(File::create(path)?);
    set.set_hour(0);
    let mut solver = Solver::new(set.problem())?;
    let mut solution = DispatchSolution::default();
    for hour in 0..set.hours {
        set.set_hour(hour);
        let problem = set.problem();
        solver.solve(problem, &mut solution)?;
        let mut shadow = vec![0.0; problem.branches.len()];
        for &(branch, price) in &solution.binding {
            shadow[branch as usize] = price;
        }
        write(&mut file, problem.demand_mw.iter())?;
        write(&mut file, problem.bounds.iter().map(|bound| &bound.lower_mw))?;
        write(&mut file, problem.bounds.iter().map(|bound| &bound.upper_mw))?;
        write(&mut file, problem.bounds.iter().map(|bound| &bound.cost_usd_per_mwh))?;
        write(&mut file, [solution.objective_usd_per_h].iter())?;
        write(&mut file, solution.lmp_usd_per_mwh.iter())?;
        write(&mut file, solution.column_mw.iter())?;
        write(&mut file, shadow.iter())?;
        write(&mut file, solution.flow_mw.iter())?;
    }
    file.flush()?;
    Ok(())
}

fn write<'a>(file: &mut impl Write, numbers: impl Iterator<Item = &'a f64>) -> io::Result<()> {
    for number in numbers {
        file.write_all(&number.to_le_bytes())?;
    }
    Ok(())
}

/// The median of consecutive hours, each from the basis of the one before, after a first pass. Passes go on for a
/// second at least: a set of 40 ms would fit into one burst of other work on the machine.
fn median_us(set: &mut sets::Set) -> Result<f64, Box<dyn std::error::Error>> {
    set.set_hour(0);
    let mut solver = Solver::new(set.problem())?;
    let mut solution = DispatchSolution::default();
    let mut us = Vec::new();
    let begin = Instant::now();
    for pass in 0.. {
        if pass == 1 {
            us.clear();
        } else if pass > 1 && begin.elapsed().as_secs_f64() > 1.0 {
            break;
        }
        for hour in 0..set.hours {
            set.set_hour(hour);
            let start = Instant::now();
            solver.solve(set.problem(), &mut solution)?;
            us.push(start.elapsed().as_secs_f64() * 1e6);
        }
    }
    us.sort_by(f64::total_cmp);
    Ok(us[us.len() / 2])
}
