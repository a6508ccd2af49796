//! M/M/1 and M/M/c against Erlang's formula, and a split run against the whole run.

use gridrush_core::kernel::{HOUR_MS, Streams};

use super::mmc::Queue;

const REPLICATIONS: u32 = 40;
const CUSTOMERS: u64 = 40_000;
/// Two-sided 99.9 % point of Student's t with 39 degrees of freedom.
const T_999: f64 = 3.558;

/// Erlang's second formula: the probability that a customer waits.
fn erlang_c(servers: usize, rho: f64) -> f64 {
    let a = rho * servers as f64;
    let mut term = 1.0;
    let mut sum = 0.0;
    for k in 0..servers {
        sum += term;
        term *= a / (k + 1) as f64;
    }
    let tail = term / (1.0 - rho);
    tail / (sum + tail)
}

/// Mean and half width of the 99.9 % confidence interval.
fn interval(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0);
    (mean, T_999 * (variance / n).sqrt())
}

fn check(servers: usize, rho: f64) {
    let mut wait_h = Vec::new();
    let mut p_wait = Vec::new();
    let mut sojourn_h = Vec::new();
    for replication in 0..REPLICATIONS {
        let mut queue = Queue::new(servers, rho, 2_000, Streams::new(11, replication));
        queue.run(CUSTOMERS);
        let n = queue.served as f64;
        wait_h.push(queue.wait_ms as f64 / HOUR_MS as f64 / n);
        p_wait.push(queue.waited as f64 / n);
        sojourn_h.push(queue.sojourn_ms as f64 / HOUR_MS as f64 / n);
    }
    let p = erlang_c(servers, rho);
    let w = p / (servers as f64 * (1.0 - rho));
    for (what, values, expected, widest) in
        [("P(wait)", &p_wait, p, 0.02), ("wait", &wait_h, w, 0.06), ("sojourn", &sojourn_h, w + 1.0, 0.06)]
    {
        let (mean, half) = interval(values);
        assert!((mean - expected).abs() <= half, "{what}, c = {servers}: {mean} +- {half}, exact {expected}");
        assert!(half <= widest * expected, "{what}, c = {servers}: the interval +-{half} says too little");
    }
}

#[test]
fn one_server_waits_as_the_formula_says() {
    assert!((erlang_c(1, 0.7) - 0.7).abs() < 1e-15);
    check(1, 0.7);
}

#[test]
fn several_servers_wait_as_erlang_c_says() {
    // Two servers: C = 2 rho^2 / (1 + rho).
    assert!((erlang_c(2, 0.8) - 2.0 * 0.64 / 1.8).abs() < 1e-15);
    check(3, 0.8);
    check(8, 0.7);
}

#[test]
fn same_seed_same_bytes_and_another_seed_other_bytes() {
    let run = |seed| {
        let mut queue = Queue::new(3, 0.8, 0, Streams::new(seed, 0));
        queue.run(5_000);
        assert!(queue.events() >= 10_000);
        serde_json::to_string(&queue).unwrap()
    };
    assert_eq!(run(5), run(5));
    assert_ne!(run(5), run(6));
}

#[test]
fn a_run_cut_in_pieces_equals_the_whole_run() {
    let mut whole = Queue::new(4, 0.9, 100, Streams::new(3, 1));
    whole.run(4_000);
    let mut pieces = Queue::new(4, 0.9, 100, Streams::new(3, 1));
    for until in [1, 17, 900, 901, 2_500, 4_000] {
        pieces.run(until);
        let saved = serde_json::to_string(&pieces).unwrap();
        pieces = serde_json::from_str(&saved).unwrap();
        assert_eq!(serde_json::to_string(&pieces).unwrap(), saved, "restoring changed the state");
    }
    assert_eq!(serde_json::to_string(&pieces).unwrap(), serde_json::to_string(&whole).unwrap());
}
