//! Random streams: pinned draws, independence of addresses, uniformity.

use gridrush_core::kernel::{Purpose, Streams, uniform_open};
use gridrush_core::names::Key;
use rand::RngExt;

const FAILURE: Purpose = Purpose::of("failure");

fn draws(streams: Streams, key: Key, purpose: Purpose, index: u64) -> [u64; 3] {
    let mut rng = streams.open_at(key, purpose, index);
    core::array::from_fn(|_| rng.random())
}

/// A change of these numbers changes every result of every user: it needs a new generator name. The
/// numbers come from a second implementation (FNV-1a, SplitMix64 and PCG64-DXSM in whole numbers of
/// another language), not from this one.
#[test]
fn the_first_draws_are_pinned() {
    let line = Key::of("texas/line/104213");
    assert_eq!(line, Key(3408052245428330856));
    assert_eq!(
        draws(Streams::new(1, 0), line, FAILURE, 0),
        [11682722519860321868, 14358775590246235667, 2482041411988351773]
    );
    assert_eq!(
        draws(Streams::new(1, 0), line, FAILURE, 1),
        [11041080052144922244, 2206283180603815493, 15959839834116940722]
    );
    assert_eq!(
        draws(Streams::new(u64::MAX, 9), line.part(3), Purpose::of("repair"), 41),
        [16488526028919286846, 18280634439901078809, 7023550704721131968]
    );
    assert_eq!(uniform_open(&mut Streams::new(1, 0).open(line, FAILURE)).to_bits(), 4603879673900676963);
}

#[test]
fn every_part_of_the_address_matters() {
    let line = Key::of("line/1");
    let base = draws(Streams::new(1, 0), line, FAILURE, 0);
    for other in [
        draws(Streams::new(2, 0), line, FAILURE, 0),
        draws(Streams::new(1, 1), line, FAILURE, 0),
        draws(Streams::new(1, 0), Key::of("line/2"), FAILURE, 0),
        draws(Streams::new(1, 0), line, Purpose::of("repair"), 0),
        draws(Streams::new(1, 0), line, FAILURE, 1),
    ] {
        assert_ne!(base, other);
    }
    let mut open = Streams::new(1, 0).open(line, FAILURE);
    assert_eq!(base[0], open.random::<u64>(), "`open` is occasion zero");
}

/// First draws of neighbouring addresses are as good as uniform and uncorrelated: 200,000 of them in
/// 100 cells, chi-squared below its 99.99 % point, and lag-1 correlation within 4 standard errors.
#[test]
fn first_draws_of_neighbours_are_uniform_and_uncorrelated() {
    let n = 200_000_u64;
    let streams = Streams::new(7, 3);
    let key = Key::of("wind/zone/west");
    let mut cells = [0_u32; 100];
    let mut correlation = 0.0;
    let mut last = 0.5;
    for index in 0..n {
        let u = uniform_open(&mut streams.open_at(key, FAILURE, index));
        assert!(u > 0.0 && u < 1.0);
        cells[(u * 100.0) as usize] += 1;
        correlation += (u - 0.5) * (last - 0.5);
        last = u;
    }
    let expected = n as f64 / 100.0;
    let chi2: f64 =
        cells.iter().map(|c| (f64::from(*c) - expected) * (f64::from(*c) - expected) / expected).sum();
    assert!(chi2 < 161.3, "chi-squared {chi2} with 99 degrees of freedom");
    let correlation = correlation * 12.0 / n as f64;
    assert!(correlation.abs() < 4.0 / (n as f64).sqrt(), "lag-1 correlation {correlation}");
}
