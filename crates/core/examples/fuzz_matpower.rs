//! Mutates small MATPOWER cases byte by byte for so many seconds and reads what comes out.
//!
//! ```text
//! cargo run -p gridrush-core --example fuzz_matpower -- SECONDS [SEED]
//! ```
//!
//! Whatever the bytes, the reader must return, with a case or with faults, and a case must become an optimal power flow
//! or an error. A panic or ten seconds without an answer end the run with exit code 1 and the text. Run it without
//! `--release`: the dev profile has overflow checks. The same seed tries the same texts in the same order.

// An instrument, not a part of the simulator: it measures time, takes arguments and prints.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods, clippy::disallowed_types)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gridrush_core::grid::case::matpower::{self, ZoneBy};
use gridrush_core::opf::{Convention, Opf, Options};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Dxsm;

/// Texts to begin with.
const SEEDS: [&str; 3] = [
    "function mpc = small
mpc.version = '2';  mpc.baseMVA = 100; % a comment
%{
mpc.baseMVA = 1;
%}
mpc.bus = [
  1, 3, 50, 10, 0.5, 0, 1, 1, 0, 138, 1, 1.1, 0.9;
  2  1  -5  0   0  0 1 1 0 138 1 1.1 0.9
  3  1 100  0   0  0 ...  the row goes on
     1 1 0 345 2 1.1 0.9;
  9  4  70  0   0  0 1 1 0 345 2 1.1 0.9; ];
mpc.gen = [ 1 0 0 0 0 1 100 1 200 20 0 0; 3 0 0 0 0 1 100 0 1.5e2 0 0 0; 9 0 0 0 0 1 100 1 10 0 0 0; ];
mpc.branch = [
  1 2 0.01 0.1 0 100 0 120 0 0 1 -360 360;
  1 2 0.01 0.1 0 0 0 0 0 0 1 -30 30;
  2 3 0 0.05 0 150 0 0 0.98 -3.5 1 -360 360;
  3 9 0 0.05 0 150 0 0 0 0 1 -360 360;
];
mpc.gencost = [ 2 0 0 3 0.02 10 5 0; 1 0 0 2 0 0 150 3000; 2 0 0 2 1 0 0 0; ];
mpc.genfuel = {'ng'; 'coal'; 'wind'};
mpc.gentype = {'GT'; 'ST'; \"W2\"};
mpc.bus_name = {'Don''s'; 'B'; 'C'; 'D'};
mpc.dcline = [ 1 3 1 0 0 0 0 1 1 -20 30 0 0 0 0 0.5 0.02 ];
mpc.dclinecost = [ 2 0 0 2 4 1 ];
",
    "mpc.version='2';mpc.baseMVA=1d2;mpc.bus=[7 3 1e1 0 0 0 1 1 0 1 1 1 1];mpc.branch=[];
mpc.gen=[7 0 0 0 0 1 1 1 99 0];mpc.gencost=[1 0 0 3 0 0 10 100 20 250];",
    "mpc.version = 2\nmpc.baseMVA = 100\nmpc.bus = [1 3 0 0 0 0 1 1 0 138 1 1 1; 2 1 9 0 0 0 2 1 0 138 2 1 1]
mpc.branch = [1 2 .01 -.1 0 5 6 7 0 0 1; 2 1 0 1e-3 0 0 0 0 0 180 1 -90 0]
mpc.gen = [1 0 0 0 0 1 100 1 50 -50; 2 0 0 0 0 1 100 1 50 0]
mpc.gencost = [2 0 0 5 1e-9 -1e-6 0.01 2 0; 2 0 0 1 8; 2 0 0 3 0 0 0; 2 0 0 3 0 0 0]
",
];

/// Pieces that have a meaning for the reader, or are hard on numbers.
const PIECES: [&str; 40] = [
    "[",
    "]",
    "{",
    "}",
    ";",
    ",",
    "'",
    "\"",
    "=",
    "...",
    "%",
    "%{",
    "\n%}\n",
    "\n",
    " ",
    "\t",
    "\r",
    "\0",
    "NaN",
    "Inf",
    "-Inf",
    "1e308",
    "-1e308",
    "1e-320",
    "1e999",
    "-0",
    "0",
    "-1",
    "4294967296",
    "99999999999999999999",
    "0.1.2",
    "1e",
    "--1",
    "mpc.bus = [",
    "mpc.gencost = [",
    "mpc.version = '2';",
    "mpc.",
    "\u{feff}",
    "\u{e9}",
    "\u{1f4a1}",
];

/// A text a few mutations away from one of the seeds.
fn mutate(rng: &mut Pcg64Dxsm) -> String {
    let mut bytes = SEEDS[rng.random_range(0..SEEDS.len())].as_bytes().to_vec();
    for _ in 0..rng.random_range(1..12_u32) {
        let at = rng.random_range(0..=bytes.len());
        let end = (at + rng.random_range(0..40_usize)).min(bytes.len());
        match rng.random_range(0..9_u32) {
            0 if at < bytes.len() => bytes[at] ^= 1 << rng.random_range(0..8_u32),
            1 if at < bytes.len() => bytes[at] = rng.random_range(0..=255_u8),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let copy = bytes[at..end].to_vec();
                let times = rng.random_range(1..50_usize);
                drop(bytes.splice(at..at, copy.repeat(times)));
            }
            4 => bytes.truncate(at),
            5 => {
                let other = SEEDS[rng.random_range(0..SEEDS.len())].as_bytes();
                let from = rng.random_range(0..other.len());
                drop(bytes.splice(at..end, other[from..].iter().copied()));
            }
            // A whole number or word is replaced, so that the text stays a case more often.
            6 | 7 => {
                let word = |byte: u8| byte.is_ascii_alphanumeric() || b".+-".contains(&byte);
                let first = (0..at).rev().find(|&i| !word(bytes[i])).map_or(0, |i| i + 1);
                let last = (first..bytes.len()).find(|&i| !word(bytes[i])).unwrap_or(bytes.len());
                drop(bytes.splice(first..last, PIECES[rng.random_range(18..33)].bytes()));
            }
            _ => drop(bytes.splice(at..at, PIECES[rng.random_range(0..PIECES.len())].bytes())),
        }
        bytes.truncate(1 << 16);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether the text is a case.
fn try_one(text: &str) -> bool {
    let Ok((network, _)) = matpower::read_case("fuzz.m", text, ZoneBy::Area) else { return false };
    for convention in [Convention::Matpower, Convention::PowerModels] {
        // Numbers may be too large for a market; that is an error, not a panic.
        let solver = Opf::new(&network, &Options::case(convention)).and_then(|opf| opf.solver());
        drop(solver);
    }
    true
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let seconds: u64 = arguments.next().and_then(|word| word.parse().ok()).unwrap_or(60);
    let seed: u64 = arguments.next().and_then(|word| word.parse().ok()).unwrap_or(1);
    let present = Arc::new(Mutex::new((Instant::now(), String::new())));
    let watched = Arc::clone(&present);
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_secs(1));
            let (since, text) = &*watched.lock().expect("no panic while it is held");
            if since.elapsed() > Duration::from_secs(10) {
                eprintln!("no answer in ten seconds, seed {seed}:\n{text:?}");
                std::process::exit(1);
            }
        }
    });
    let began = Instant::now();
    let mut rng = Pcg64Dxsm::seed_from_u64(seed);
    let (mut texts, mut cases) = (0_u64, 0_u64);
    while began.elapsed() < Duration::from_secs(seconds) {
        let text = mutate(&mut rng);
        *present.lock().expect("no panic while it is held") = (Instant::now(), text.clone());
        if let Ok(case) = catch_unwind(AssertUnwindSafe(|| try_one(&text))) {
            cases += u64::from(case);
        } else {
            eprintln!("a panic, seed {seed}, text {texts}:\n{text:?}");
            std::process::exit(1);
        }
        texts += 1;
    }
    println!("{texts} texts, {cases} of them cases, no panic and no hang in {seconds} s (seed {seed})");
    assert!(cases > 0, "no mutated text was a case: the mutations are too wild to reach the checks");
}
