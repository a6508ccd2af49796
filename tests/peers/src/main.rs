//! Times the same M/M/1 queue (load 0.8) on several event kernels.
//!
//! The durations are drawn beforehand, the same for every kernel, so all of them must print the same sum
//! of sojourns. Prints one line per kernel: `kernel,round,ns_per_customer,sojourn_ms`; rounds take the
//! kernels in turn, so that the ratios inside a round see the same machine.
//!
//! Usage: `kernel-peers ROUND FILE` times round `ROUND` and leaves its durations in `FILE` (whole
//! milliseconds, 64 bits little-endian: all gaps, then all services) for the kernels of other languages.

use std::time::Instant;

#[path = "../../../crates/core/benches/kernel/mm1.rs"]
mod mm1;
mod nexosim_mm1;

const CUSTOMERS: usize = 200_000;

fn time(kernel: &str, round: u64, run: impl FnOnce() -> u64) {
    let start = Instant::now();
    let sojourn_ms = run();
    let ns = start.elapsed().as_nanos() as f64 / CUSTOMERS as f64;
    println!("{kernel},{round},{ns:.2},{sojourn_ms}");
}

fn main() {
    let mut args = std::env::args().skip(1);
    let round = args.next().expect("ROUND").parse().expect("a number");
    let file = args.next().expect("FILE");
    let durations = mm1::Durations::draw(CUSTOMERS, round);
    let bytes: Vec<u8> =
        durations.gap_ms.iter().chain(&durations.service_ms).flat_map(|ms| ms.to_le_bytes()).collect();
    std::fs::write(file, bytes).expect("the durations are written");
    time("gridrush", round, || mm1::run(&durations));
    time("nexosim, one model", round, || nexosim_mm1::one_model(&durations).expect("runs"));
    time("nexosim, two models", round, || nexosim_mm1::two_models(&durations).expect("runs"));
}
