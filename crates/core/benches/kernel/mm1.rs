//! An M/M/1 queue on the calendar, two events per customer, with durations drawn beforehand: what is
//! timed is the kernel and not the logarithm.

use std::collections::VecDeque;

use gridrush_core::kernel::{Calendar, Purpose, Rng, SimSpan, SimTime, Streams, uniform_open};
use gridrush_core::math::ln;
use gridrush_core::names::Key;

/// Load of the server.
const RHO: f64 = 0.8;

/// The gap before each customer and the service of each, in milliseconds; a mean service is an hour.
pub struct Durations {
    pub gap_ms: Vec<u64>,
    pub service_ms: Vec<u64>,
}

/// An exponential duration by inversion.
pub fn exponential(rng: &mut Rng, mean_h: f64) -> SimSpan {
    SimSpan::from_hours_f64(-ln(uniform_open(rng)) * mean_h)
}

impl Durations {
    pub fn draw(customers: usize, seed: u64) -> Self {
        let mut rng = Streams::new(seed, 0).open(Key::of("mm1"), Purpose::of("durations"));
        let mut draw = |mean_h| (0..customers).map(|_| exponential(&mut rng, mean_h).0).collect();
        Self { gap_ms: draw(1.0 / RHO), service_ms: draw(1.0) }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Event {
    Depart,
    Arrive,
}

/// Serves all customers and returns the sum of their times in the system, in milliseconds.
pub fn run(durations: &Durations) -> u64 {
    let mut gaps = durations.gap_ms.iter().map(|ms| SimSpan(*ms));
    let mut services = durations.service_ms.iter().map(|ms| SimSpan(*ms));
    let mut calendar = Calendar::new();
    let mut line: VecDeque<SimTime> = VecDeque::new();
    let mut sojourn_ms = 0;
    if let Some(gap) = gaps.next() {
        calendar.schedule(Event::Arrive, SimTime::ZERO + gap);
    }
    while let Some((now, event)) = calendar.pop() {
        let begin = match event {
            Event::Arrive => {
                line.push_back(now);
                if let Some(gap) = gaps.next() {
                    calendar.schedule(Event::Arrive, now + gap);
                }
                line.len() == 1
            }
            Event::Depart => {
                if let Some(arrived) = line.pop_front() {
                    sojourn_ms += (now - arrived).0;
                }
                !line.is_empty()
            }
        };
        if begin && let Some(service) = services.next() {
            calendar.schedule(Event::Depart, now + service);
        }
    }
    sojourn_ms
}
