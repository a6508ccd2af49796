//! The pending events, earliest first; an event is its own key.
//!
//! Backed by the indexed binary heap of the `priority-queue` crate: `schedule`, `cancel`, `pop` and `peek`
//! are O(log n). Equal instants are ordered by the event itself (variant, then entity): low entities come
//! first, a known and documented bias, in exchange for an order that no unrelated event and no restart can
//! change.
//!
//! Most events schedule themselves again while they happen. A popped event therefore stays in the heap
//! until the next one is asked for: if it was scheduled again it has only moved, which costs one sift
//! instead of a removal and an insertion.

use core::cmp::Reverse;
use core::hash::Hash;

use priority_queue::PriorityQueue;
use rustc_hash::FxBuildHasher;
use serde::de::Deserializer;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use super::{Schedule, SimTime};

/// Pending events of a closed type `E`, at most one occurrence of each value.
#[derive(Clone)]
pub struct Calendar<E: Copy + Ord + Hash> {
    queue: PriorityQueue<E, Reverse<(SimTime, E)>, FxBuildHasher>,
    now: SimTime,
    current: Option<E>,
    popped: u64,
    /// Whether `current` lies in the queue only because nobody has removed it yet.
    spent: bool,
}

impl<E: Copy + Ord + Hash> Default for Calendar<E> {
    fn default() -> Self {
        Self {
            queue: PriorityQueue::with_default_hasher(),
            now: SimTime::ZERO,
            current: None,
            popped: 0,
            spent: false,
        }
    }
}

impl<E: Copy + Ord + Hash> Calendar<E> {
    /// An empty calendar at time zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// The instant of the event last popped.
    pub fn now(&self) -> SimTime {
        self.now
    }

    /// How many events have been popped.
    pub fn popped(&self) -> u64 {
        self.popped
    }

    /// How many events are pending.
    pub fn len(&self) -> usize {
        self.queue.len() - usize::from(self.spent)
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Schedules `event` at `at`, or moves it there if it is already pending.
    ///
    /// # Panics
    /// In debug builds, if `(at, event)` would come before what is happening now: scheduling into the
    /// past, or an instant that loops, is a programmer's mistake. In release builds such an event is
    /// delivered at the present instant.
    pub fn schedule(&mut self, event: E, at: SimTime) {
        debug_assert!(at >= self.now, "scheduled into the past");
        debug_assert!(
            at > self.now || self.current.is_none_or(|current| event > current),
            "an event scheduled an event of equal or lower order at the same instant"
        );
        self.queue.push(event, Reverse((at.max(self.now), event)));
        self.spent &= self.current != Some(event);
    }

    /// Removes `event`; returns the instant it was due, or `None` if it was not pending.
    pub fn cancel(&mut self, event: E) -> Option<SimTime> {
        if self.is_spent(event) {
            return None;
        }
        self.queue.remove(&event).map(|(_, Reverse((at, _)))| at)
    }

    /// When `event` is due, if it is pending.
    pub fn due(&self, event: E) -> Option<SimTime> {
        if self.is_spent(event) {
            return None;
        }
        self.queue.get_priority(&event).map(|Reverse((at, _))| *at)
    }

    /// The next event and its instant.
    pub fn peek(&mut self) -> Option<(SimTime, E)> {
        self.remove_spent();
        self.queue.peek().map(|(_, Reverse(next))| *next)
    }

    /// Removes the next event and moves the clock to it.
    pub fn pop(&mut self) -> Option<(SimTime, E)> {
        let (at, event) = self.peek()?;
        self.now = at;
        self.current = Some(event);
        self.spent = true;
        self.popped += 1;
        Some((at, event))
    }

    /// Removes the next event if it is due before `end`.
    pub fn pop_before(&mut self, end: SimTime) -> Option<(SimTime, E)> {
        if self.peek()?.0 < end { self.pop() } else { None }
    }

    /// All pending events in the order in which they will happen.
    pub fn sorted(&self) -> Vec<(SimTime, E)> {
        let pending = self.queue.iter().filter(|(event, _)| !self.is_spent(**event));
        let mut all: Vec<_> = pending.map(|(_, Reverse(key))| *key).collect();
        all.sort_unstable();
        all
    }

    fn is_spent(&self, event: E) -> bool {
        self.spent && self.current == Some(event)
    }

    fn remove_spent(&mut self) {
        if let Some(event) = self.current.filter(|_| self.spent) {
            self.queue.remove(&event);
            self.spent = false;
        }
    }
}

impl<E: Copy + Ord + Hash, F: Into<E>> Schedule<F> for Calendar<E> {
    fn now(&self) -> SimTime {
        self.now
    }
    fn at(&mut self, at: SimTime, event: F) {
        self.schedule(event.into(), at);
    }
    fn cancel(&mut self, event: F) {
        Calendar::cancel(self, event.into());
    }
}

/// What is written of a calendar: the pending events in order, so that equal states have equal bytes.
#[derive(Serialize, Deserialize)]
struct Saved<E> {
    now: SimTime,
    current: Option<E>,
    popped: u64,
    pending: Vec<(SimTime, E)>,
}

impl<E: Copy + Ord + Hash + Serialize> Serialize for Calendar<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Saved { now: self.now, current: self.current, popped: self.popped, pending: self.sorted() }
            .serialize(serializer)
    }
}

impl<'de, E: Copy + Ord + Hash + Deserialize<'de>> Deserialize<'de> for Calendar<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let saved = Saved::<E>::deserialize(deserializer)?;
        let mut calendar =
            Self { now: saved.now, current: saved.current, popped: saved.popped, ..Self::default() };
        for (at, event) in saved.pending {
            calendar.queue.push(event, Reverse((at, event)));
        }
        Ok(calendar)
    }
}
