//! What the event kernel costs: hold, M/M/1, opening a stream, a power cut to many jobs.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use gridrush_core::kernel::{
    Calendar, HOUR_MS, Purpose, Rng, SimSpan, SimTime, Streams, WorkClock, uniform_open,
};
use gridrush_core::names::Key;
use rand::SeedableRng;

#[path = "kernel/mm1.rs"]
mod mm1;

fn main() {
    divan::main();
}

/// The hold model: take the next event, schedule it again after an exponential wait.
#[divan::bench(args = [1_000, 100_000])]
fn hold(bencher: Bencher, pending: u32) {
    const HOLDS: u32 = 100_000;
    let mut rng = Rng::seed_from_u64(1);
    let mut calendar = Calendar::<u32>::new();
    for event in 0..pending {
        calendar.schedule(event, SimTime::ZERO + mm1::exponential(&mut rng, 1.0));
    }
    bencher.counter(ItemsCount::new(HOLDS)).bench_local(|| {
        for _ in 0..HOLDS {
            let Some((now, event)) = calendar.pop() else { break };
            calendar.schedule(event, now + mm1::exponential(&mut rng, 1.0));
        }
    });
}

#[divan::bench(args = [200_000])]
fn mm1_customers(bencher: Bencher, customers: usize) {
    let durations = mm1::Durations::draw(customers, 1);
    bencher.counter(ItemsCount::new(customers)).bench(|| mm1::run(black_box(&durations)));
}

/// Opening an addressed stream and taking its first draw.
#[divan::bench]
fn stream_first_draw(bencher: Bencher) {
    const PURPOSE: Purpose = Purpose::of("failure");
    let key = Key::of("line/1");
    let streams = Streams::new(1, 0);
    let mut index = 0;
    bencher.bench_local(|| {
        index += 1;
        uniform_open(&mut streams.open_at(key, PURPOSE, index))
    });
}

/// A power cut to a site with this many running jobs: a new rate and a new wake-up.
#[divan::bench(args = [1_000, 100_000])]
fn power_cut(bencher: Bencher, jobs: u32) {
    let mut clock = WorkClock::<u32>::new(1);
    for job in 0..jobs {
        clock.start(SimTime::ZERO, 0, job, 1e6 + f64::from(job));
    }
    let mut calendar = Calendar::<u32>::new();
    let mut now = SimTime::ZERO;
    bencher.bench_local(|| {
        now = now + SimSpan(HOUR_MS);
        clock.set_rate(now, 0, if now.hour().is_multiple_of(2) { 1.0 } else { 0.5 });
        if let Some(at) = clock.next_finish() {
            calendar.schedule(0, at);
        }
    });
}
