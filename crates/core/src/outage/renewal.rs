//! A two-state renewal process: up for a time, down for a time, each exponential.
//!
//! ```text
//!   up    until the hazard that has accrued reaches E x mean up time      (accrues faster under stress)
//!   down  for E' x mean down time                                         E, E' ~ Exp(1), one pair per cycle
//! ```
//!
//! The n-th cycle has its own random stream, so skipping ahead never shifts a draw. Changes happen at
//! continuous instants and show at the next hour edge; both edges of an outage move by the same rule, so
//! the mean time out is kept. Cost: `O(log hours)` per failure.

use super::stress::Stress;
use crate::kernel::{Purpose, SimSpan, SimTime, Streams, uniform_open};
use crate::math;
use crate::names::Key;

const START: Purpose = Purpose::of("outage/start");
const CYCLE: Purpose = Purpose::of("outage/cycle");

/// How often something fails and how long it stays away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// Mean time from the end of an outage to the next failure, hours.
    pub mean_up_h: f64,
    /// Mean length of an outage, hours.
    pub mean_down_h: f64,
}

impl Rates {
    /// Rates with this share of time out; `None` when it is never out.
    pub fn of_share(out_share: f64, mean_down_h: f64) -> Option<Rates> {
        let sensible = out_share > 0.0 && out_share < 1.0 && mean_down_h > 0.0;
        sensible.then(|| Rates { mean_up_h: mean_down_h * (1.0 - out_share) / out_share, mean_down_h })
    }

    /// Rates with this many failures per year in service; `None` when it never fails.
    pub fn of_failures(per_year: f64, mean_down_h: f64) -> Option<Rates> {
        (per_year > 0.0 && mean_down_h > 0.0).then(|| Rates { mean_up_h: 8766.0 / per_year, mean_down_h })
    }

    /// The long-run share of time out.
    pub fn out_share(&self) -> f64 {
        self.mean_down_h / (self.mean_up_h + self.mean_down_h)
    }
}

/// One element's process, standing between two of its changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Renewal {
    key: Key,
    rates: Rates,
    down: bool,
    cycle: u64,
    change: SimTime,
}

impl Renewal {
    /// The process at time zero, in its long-run distribution.
    pub fn new(streams: &Streams, key: Key, rates: Rates, stress: &Stress) -> Renewal {
        let mut rng = streams.open(key, START);
        let down = uniform_open(&mut rng) < rates.out_share();
        let amount = -math::ln(uniform_open(&mut rng));
        let mut renewal = Renewal { key, rates, down, cycle: 0, change: SimTime::ZERO };
        renewal.change = renewal.end_of_state(SimTime::ZERO, amount, stress);
        renewal
    }

    /// Whether it is out.
    pub fn is_down(&self) -> bool {
        self.down
    }

    /// The hour edge at which its next change shows.
    pub fn edge(&self) -> SimTime {
        self.change.to_next_hour_edge()
    }

    /// Passes all changes that show by `now`; returns how many of them were failures.
    pub fn advance(&mut self, streams: &Streams, stress: &Stress, now: SimTime) -> u32 {
        let mut failures = 0;
        while self.edge() <= now {
            self.down = !self.down;
            if self.down {
                failures += 1;
            } else {
                self.cycle += 1;
            }
            let mut rng = streams.open_at(self.key, CYCLE, self.cycle);
            let (up, down) = (uniform_open(&mut rng), uniform_open(&mut rng));
            let amount = -math::ln(if self.down { down } else { up });
            self.change = self.end_of_state(self.change, amount, stress);
        }
        failures
    }

    /// When the state that begins at `from` ends. At least a millisecond later, so that time goes on.
    fn end_of_state(&self, from: SimTime, amount: f64, stress: &Stress) -> SimTime {
        let end = if self.down {
            from + SimSpan::from_hours_f64(amount * self.rates.mean_down_h)
        } else {
            stress.reached(from, amount * self.rates.mean_up_h)
        };
        end.max(from + SimSpan(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hours out per hour, and failures, over a long run.
    fn long_run(rates: Rates, stress: &Stress, hours: u64) -> (f64, f64) {
        let streams = Streams::new(3, 0);
        let mut renewal = Renewal::new(&streams, Key::of("unit"), rates, stress);
        let (mut out_ms, mut failures, mut at) = (0, 0, SimTime::ZERO);
        while at < SimTime::from_hours(hours) {
            let edge = renewal.edge();
            if renewal.is_down() {
                out_ms += edge.since(at).0;
            }
            failures += renewal.advance(&streams, stress, edge);
            at = edge;
        }
        let total_h = SimSpan(at.0).as_hours();
        (SimSpan(out_ms).as_hours() / total_h, f64::from(failures) / total_h)
    }

    #[test]
    fn the_share_of_time_out_is_the_rate_that_was_asked_for() {
        for (share, hours_down) in [(0.033, 33.0), (0.08, 100.0), (0.02, 40.0), (0.1, 50.0), (0.01, 20.0)] {
            let rates = Rates::of_share(share, hours_down).unwrap();
            assert!((rates.out_share() - share).abs() < 1e-12);
            // Some 60,000 cycles: the relative error of their sum is about 0.6 %.
            let hours = (60_000.0 * (rates.mean_up_h + rates.mean_down_h)) as u64;
            let (out, failures) = long_run(rates, &Stress::calm(), hours);
            assert!((out / share - 1.0).abs() < 0.02, "{out} of {share}");
            let expected = 1.0 / (rates.mean_up_h + rates.mean_down_h);
            assert!((failures / expected - 1.0).abs() < 0.02, "{failures} of {expected}");
        }
    }

    #[test]
    fn short_outages_keep_their_mean_at_hour_edges() {
        let rates = Rates { mean_up_h: 5.0, mean_down_h: 0.4 };
        let (out, _) = long_run(rates, &Stress::calm(), 1_000_000);
        assert!((out / rates.out_share() - 1.0).abs() < 0.02, "{out} of {}", rates.out_share());
    }

    #[test]
    fn looking_rarely_sees_what_looking_always_sees() {
        let (streams, stress) = (Streams::new(9, 2), Stress::calm());
        let rates = Rates { mean_up_h: 300.0, mean_down_h: 40.0 };
        let mut often = Renewal::new(&streams, Key::of("a"), rates, &stress);
        let mut seldom = often.clone();
        let mut failures = 0;
        for hour in 0..20_000 {
            failures += often.advance(&streams, &stress, SimTime::from_hours(hour));
        }
        assert_eq!(seldom.advance(&streams, &stress, SimTime::from_hours(19_999)), failures);
        assert_eq!(often, seldom);
        assert!(failures > 30);
        let other = Renewal::new(&streams, Key::of("b"), rates, &stress);
        assert_ne!(other.edge(), Renewal::new(&streams, Key::of("a"), rates, &stress).edge());
    }

    #[test]
    fn nothing_that_never_fails_has_rates() {
        assert_eq!(Rates::of_share(0.0, 10.0), None);
        assert_eq!(Rates::of_failures(0.0, 10.0), None);
        let line = Rates::of_failures(0.5, 11.0).unwrap();
        assert_eq!(line.mean_up_h, 17_532.0);
    }
}
