//! Case files for the tests.

use std::io::Read;

use gridrush_core::grid::Network;
use gridrush_core::grid::case::matpower::{self, ZoneBy};

#[path = "../../../../tests/data.rs"]
mod data;

/// A public case beside the project, or a word that it is not there.
pub fn public(name: &str) -> Option<Network> {
    let path = data::public_data().join("cases").join(name);
    let Ok(packed) = std::fs::read(path.with_extension("m.gz")) else {
        println!("skipped: {name} is not there");
        return None;
    };
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
    Some(matpower::read(name, &text, ZoneBy::Area).unwrap())
}

/// A case from its tables: buses `number, load`, branches, generators and costs as in the format.
pub fn small(buses: &[(u32, f64)], branches: &str, generators: &str, costs: &str, more: &str) -> Network {
    let rows = buses.iter().map(|(number, load)| format!("{number} 1 {load} 0 0 0 1 1 0 138 1 1.1 0.9;"));
    let buses = rows.collect::<Vec<_>>().join("\n");
    let text = format!(
        "mpc.version = '2';\nmpc.baseMVA = 100;\nmpc.bus = [\n{buses}\n];\nmpc.branch = [\n{branches}\n];\n\
         mpc.gen = [\n{generators}\n];\nmpc.gencost = [\n{costs}\n];\n{more}\n"
    );
    let case = matpower::read_case("small.m", &text, ZoneBy::Area);
    case.unwrap_or_else(|faults| panic!("{}", faults[0])).0
}
