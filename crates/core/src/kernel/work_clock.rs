//! Many jobs that advance together, with one wake-up instead of one event each.
//!
//! The jobs of a class progress at one common rate, so the class keeps a single number: `done`, the work
//! that a job present from the beginning would have behind it. A job that starts now and needs `work`
//! finishes when `done` reaches `done + work`; that threshold never changes again. A change of power is
//! then a change of `rate`: O(1), however many jobs run. Jobs of unequal shares go into several classes.
//!
//! Invariants: `done` is exact at `anchor`, the instant of the last change of rate; a job is finished
//! when its due instant, rounded **up** to a millisecond, has come. The wake-up and the test for being
//! finished are the same function of the same numbers, so neither needs a tolerance.
//!
//! Cost: `start` and `finish_due` O(log n), `set_rate`, `set_back` and `next_finish` O(1) per class.
//! `work_clock/oracle.rs` holds the obvious version, which walks over all jobs, for the tests.

use core::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};

use super::{HOUR_MS, SimSpan, SimTime};

#[cfg(test)]
mod oracle;

/// The jobs of one place, in classes of equal progress. `J` names a job; names are unique in the clock.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(serialize = "J: Copy + Ord + Serialize", deserialize = "J: Copy + Ord + Deserialize<'de>"))]
pub struct WorkClock<J> {
    classes: Vec<Class<J>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(
    from = "SavedClass<J>",
    into = "SavedClass<J>",
    bound(serialize = "J: Copy + Ord + Serialize", deserialize = "J: Copy + Ord + Deserialize<'de>")
)]
struct Class<J> {
    anchor: SimTime,
    done: f64,
    rate_per_hour: f64,
    finish: BinaryHeap<Reverse<(Threshold, J)>>,
}

/// The value of `done` at which a job finishes. Always finite, ordered as a number.
#[derive(Clone, Copy, Debug)]
struct Threshold(f64);

impl PartialEq for Threshold {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Threshold {}
impl PartialOrd for Threshold {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Threshold {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl<J: Copy + Ord> WorkClock<J> {
    /// A clock of `classes` classes, without jobs and at rate zero.
    pub fn new(classes: usize) -> Self {
        let class = Class { anchor: SimTime::ZERO, done: 0.0, rate_per_hour: 0.0, finish: BinaryHeap::new() };
        Self { classes: vec![class; classes] }
    }

    /// How many jobs of a class run.
    pub fn running(&self, class: usize) -> usize {
        self.classes[class].finish.len()
    }

    /// The rate of a class, in work per hour and job.
    pub fn rate_per_hour(&self, class: usize) -> f64 {
        self.classes[class].rate_per_hour
    }

    /// The work per job that a class has behind it at `now`.
    pub fn done(&self, class: usize, now: SimTime) -> f64 {
        self.classes[class].done_at(now)
    }

    /// Starts a job that needs `work` (positive, in the units of the rate).
    pub fn start(&mut self, now: SimTime, class: usize, job: J, work: f64) {
        debug_assert!(work > 0.0 && work.is_finite(), "a job of {work}");
        let class = &mut self.classes[class];
        let threshold = class.done_at(now) + work;
        class.finish.push(Reverse((Threshold(threshold), job)));
    }

    /// Changes the rate of a class from `now` on; zero stops it. Jobs due by `now` are to be taken out
    /// with [`finish_due`](Self::finish_due) before; one left inside finishes a millisecond later.
    pub fn set_rate(&mut self, now: SimTime, class: usize, rate_per_hour: f64) {
        debug_assert!(rate_per_hour >= 0.0 && rate_per_hour.is_finite(), "rate {rate_per_hour}");
        let class = &mut self.classes[class];
        if class.rate_per_hour != rate_per_hour {
            class.move_anchor(now);
            class.rate_per_hour = rate_per_hour;
        }
    }

    /// Makes every running job of a class repeat `work`: a restart from the last checkpoint.
    pub fn set_back(&mut self, now: SimTime, class: usize, work: f64) {
        debug_assert!(work >= 0.0 && work.is_finite(), "set back by {work}");
        let class = &mut self.classes[class];
        class.move_anchor(now);
        class.done -= work;
    }

    /// When the next job finishes at the present rates, if one ever does.
    pub fn next_finish(&self) -> Option<SimTime> {
        self.classes.iter().filter_map(Class::next).map(|(due, _)| due).min()
    }

    /// Takes out the next job that is due by `now`, earliest first, then by name.
    pub fn finish_due(&mut self, now: SimTime) -> Option<J> {
        let class = self
            .classes
            .iter_mut()
            .filter_map(|class| class.next().filter(|(due, _)| *due <= now).map(|key| (key, class)))
            .min_by_key(|(key, _)| *key)?
            .1;
        class.finish.pop().map(|Reverse((_, job))| job)
    }
}

impl<J: Copy + Ord> Class<J> {
    fn done_at(&self, now: SimTime) -> f64 {
        self.done + self.rate_per_hour * now.since(self.anchor).0 as f64 / HOUR_MS as f64
    }

    fn move_anchor(&mut self, now: SimTime) {
        self.done = self.done_at(now);
        self.anchor = now;
    }

    /// The next job to finish and its instant, always after the anchor.
    fn next(&self) -> Option<(SimTime, J)> {
        let Reverse((threshold, job)) = self.finish.peek()?;
        if self.rate_per_hour <= 0.0 {
            return None;
        }
        let wait_ms = ((threshold.0 - self.done) * HOUR_MS as f64 / self.rate_per_hour).ceil() as u64;
        Some((self.anchor + SimSpan(wait_ms.max(1)), *job))
    }
}

/// What is written of a class: its jobs in the order of finishing, so that equal states have equal bytes.
#[derive(Serialize, Deserialize)]
struct SavedClass<J> {
    anchor: SimTime,
    done: f64,
    rate_per_hour: f64,
    finish: Vec<(f64, J)>,
}

impl<J: Copy + Ord> From<SavedClass<J>> for Class<J> {
    fn from(saved: SavedClass<J>) -> Self {
        let finish = saved.finish.into_iter().map(|(at, job)| Reverse((Threshold(at), job))).collect();
        Self { anchor: saved.anchor, done: saved.done, rate_per_hour: saved.rate_per_hour, finish }
    }
}

impl<J: Copy + Ord> From<Class<J>> for SavedClass<J> {
    fn from(class: Class<J>) -> Self {
        let mut finish: Vec<_> = class.finish.into_iter().map(|Reverse(key)| key).collect();
        finish.sort_unstable();
        let finish = finish.into_iter().map(|(at, job)| (at.0, job)).collect();
        Self { anchor: class.anchor, done: class.done, rate_per_hour: class.rate_per_hour, finish }
    }
}
