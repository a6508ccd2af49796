//! A study office: a fixed number of studies at once, in the order in which they are handed in.
//!
//! The office knows jobs only as ids. A job that comes back for a restudy waits behind those already
//! there, so it never overtakes one that was not studied yet. This is an M/M/c queue when arrivals are
//! Poisson and durations exponential. Handing in, beginning and leaving are O(log n) in the jobs that wait.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::kernel::{Purpose, SimSpan, Streams, uniform_open};
use crate::math::{exp, ln, normal_quantile};
use crate::names::Key;

/// The stream from which the durations of studies are drawn, indexed by the entity's n-th study.
const DURATION: Purpose = Purpose::of("study duration");

/// How long a study takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duration {
    /// The logarithm is normal.
    LogNormal {
        /// Half of all studies take less.
        median_days: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// Memoryless.
    Exponential {
        /// The mean.
        mean_days: f64,
    },
    /// Always the same.
    Fixed {
        /// The duration.
        days: f64,
    },
}

impl Duration {
    /// The duration of `entity`'s `index`-th study, the same however often and in whatever order it is
    /// asked for. At least one millisecond.
    pub fn draw(&self, streams: &Streams, entity: Key, index: u64) -> SimSpan {
        let u = uniform_open(&mut streams.open_at(entity, DURATION, index));
        let days = match *self {
            Duration::LogNormal { median_days, sigma } => median_days * exp(sigma * normal_quantile(u)),
            Duration::Exponential { mean_days } => -mean_days * ln(u),
            Duration::Fixed { days } => days,
        };
        SimSpan::from_hours_f64(days * 24.0).max(SimSpan(1))
    }

    /// The duration that half of all studies exceed, in days.
    pub fn median_days(&self) -> f64 {
        match *self {
            Duration::LogNormal { median_days, .. } => median_days,
            Duration::Exponential { mean_days } => mean_days * ln(2.0),
            Duration::Fixed { days } => days,
        }
    }
}

/// Parallel study slots and the jobs that wait for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Office<J: Ord> {
    slots: usize,
    busy: BTreeSet<J>,
    /// In order of hand-in: a restudy does not overtake those who have never been studied.
    waiting: BTreeMap<u64, J>,
    ticket_of: BTreeMap<J, u64>,
    tickets: u64,
}

impl<J: Ord + Copy> Office<J> {
    /// An idle office.
    pub fn new(slots: usize) -> Office<J> {
        Office {
            slots,
            busy: BTreeSet::new(),
            waiting: BTreeMap::new(),
            ticket_of: BTreeMap::new(),
            tickets: 0,
        }
    }

    /// Hands in a job.
    pub fn arrive(&mut self, job: J) {
        if !self.ticket_of.contains_key(&job) {
            self.waiting.insert(self.tickets, job);
            self.ticket_of.insert(job, self.tickets);
            self.tickets += 1;
        }
    }

    /// Takes a job out, finished or given up; true if it was being worked on.
    pub fn leave(&mut self, job: J) -> bool {
        if let Some(ticket) = self.ticket_of.remove(&job) {
            self.waiting.remove(&ticket);
        }
        self.busy.remove(&job)
    }

    /// Begins the next job if a slot is free and somebody waits.
    pub fn begin(&mut self) -> Option<J> {
        if self.busy.len() >= self.slots {
            return None;
        }
        let (_, job) = self.waiting.pop_first()?;
        self.ticket_of.remove(&job);
        self.busy.insert(job);
        Some(job)
    }

    /// How many jobs are being worked on.
    pub fn busy(&self) -> usize {
        self.busy.len()
    }

    /// How many jobs wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Calendar, SimTime};

    /// Mean wait in days of `jobs` Poisson arrivals after a warm-up, in an office of `slots`.
    fn mean_wait_days(slots: usize, load: f64, jobs: u32) -> f64 {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        enum Event {
            Finish(u32),
            Arrive(u32),
        }
        let streams = Streams::new(20, 0);
        let duration = Duration::Exponential { mean_days: 10.0 };
        let mean_gap_hours = 240.0 / (slots as f64 * load);
        let key = Key::of("office/job");
        let gap = |job: u32| {
            let u = uniform_open(&mut streams.open_at(key, Purpose::of("gap"), u64::from(job)));
            SimSpan::from_hours_f64(-mean_gap_hours * ln(u))
        };
        let mut office = Office::new(slots);
        let mut calendar = Calendar::new();
        let mut arrived = vec![SimTime::ZERO; jobs as usize];
        let (mut total_days, mut counted) = (0.0, 0_u32);
        calendar.schedule(Event::Arrive(0), SimTime::ZERO + gap(0));
        while let Some((now, event)) = calendar.pop() {
            match event {
                Event::Arrive(job) => {
                    arrived[job as usize] = now;
                    office.arrive(job);
                    if job + 1 < jobs {
                        calendar.schedule(Event::Arrive(job + 1), now + gap(job + 1).max(SimSpan(1)));
                    }
                }
                Event::Finish(job) => assert!(office.leave(job)),
            }
            while let Some(job) = office.begin() {
                assert!(office.busy() <= slots);
                calendar.schedule(Event::Finish(job), now + duration.draw(&streams, key, u64::from(job)));
                if job >= jobs / 20 {
                    total_days += (now - arrived[job as usize]).as_days();
                    counted += 1;
                }
            }
        }
        assert_eq!((office.busy(), office.waiting()), (0, 0));
        assert_eq!(counted, jobs - jobs / 20);
        total_days / f64::from(counted)
    }

    /// The mean wait of M/M/c by Erlang's C formula, through the recursion of his B formula.
    fn erlang_c_wait_days(slots: usize, load: f64) -> f64 {
        let offered = slots as f64 * load;
        let blocked = (1..=slots).fold(1.0, |b, n| offered * b / (n as f64 + offered * b));
        let delayed = blocked / (1.0 - load * (1.0 - blocked));
        delayed * 10.0 / (slots as f64 * (1.0 - load))
    }

    #[test]
    fn one_slot_waits_as_a_single_server_does() {
        let closed_form = 0.7 / (1.0 - 0.7) * 10.0;
        assert!((erlang_c_wait_days(1, 0.7) - closed_form).abs() < 1e-12);
        // The error of a mean over 400,000 correlated waits at 70 % load is about 0.8 %.
        let simulated = mean_wait_days(1, 0.7, 400_000);
        assert!((simulated / closed_form - 1.0).abs() < 0.03, "{simulated} against {closed_form}");
    }

    #[test]
    fn parallel_slots_wait_by_erlang_c() {
        for (slots, load) in [(3, 0.8), (8, 0.85)] {
            let closed_form = erlang_c_wait_days(slots, load);
            let simulated = mean_wait_days(slots, load, 400_000);
            assert!(
                (simulated / closed_form - 1.0).abs() < 0.04,
                "{slots} slots: {simulated} against {closed_form}"
            );
        }
    }

    #[test]
    fn durations_belong_to_names_and_have_the_stated_median() {
        let streams = Streams::new(7, 3);
        let duration = Duration::LogNormal { median_days: 180.0, sigma: 0.63 };
        let mut days: Vec<f64> =
            (0..20_001).map(|i| duration.draw(&streams, Key::of("mine/7"), i).as_days()).collect();
        assert_eq!(days[5], duration.draw(&streams, Key::of("mine/7"), 5).as_days());
        days.sort_unstable_by(f64::total_cmp);
        // The median of n draws has a relative standard error of sigma sqrt(pi / 2n) = 0.56 %.
        assert!((days[10_000] / 180.0 - 1.0).abs() < 0.02, "{}", days[10_000]);
        let quartiles = days[15_000] / days[5_000];
        // exp(2 x 0.6745 x 0.63) = 2.339
        assert!((quartiles / 2.339 - 1.0).abs() < 0.04, "{quartiles}");
        assert_eq!(Duration::Fixed { days: 2.0 }.draw(&streams, Key::of("x"), 0), SimSpan::from_days(2));
    }

    #[test]
    fn jobs_are_taken_in_the_order_of_hand_in() {
        let mut office = Office::new(1);
        office.arrive(5);
        assert_eq!(office.begin(), Some(5));
        office.arrive(7);
        office.arrive(2);
        office.arrive(7);
        assert_eq!(office.begin(), None);
        assert!(office.leave(5));
        assert_eq!(office.begin(), Some(7));
        assert!(office.leave(7));
        assert_eq!(office.begin(), Some(2));
        assert!(office.leave(2));
        assert_eq!(office.begin(), None);
    }
}
