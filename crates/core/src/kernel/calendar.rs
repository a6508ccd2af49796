//! The pending events, earliest first; an event is its own key.
//!
//! Backed by an indexed heap: `schedule`, `cancel` and `pop` are O(log n), `peek` O(1). Equal
//! instants are ordered by the event itself (variant, then entity): low entities come first, a known
//! and documented bias, in exchange for an order that no unrelated event and no restart can change.

use core::hash::Hash;

use serde::de::Deserializer;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use self::heap::EventHeap;
use super::{Schedule, SimTime};

mod heap;

/// Pending events of a closed type `E`, at most one occurrence of each value.
#[derive(Clone)]
pub struct Calendar<E: Copy + Ord + Hash> {
    queue: EventHeap<E>,
    now: SimTime,
    current: Option<E>,
    popped: u64,
}

impl<E: Copy + Ord + Hash> Default for Calendar<E> {
    fn default() -> Self {
        Self { queue: EventHeap::default(), now: SimTime::ZERO, current: None, popped: 0 }
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
        self.queue.len()
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.queue.len() == 0
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
        self.queue.push(at.max(self.now), event);
    }

    /// Removes `event`; returns the instant it was due, or `None` if it was not pending.
    pub fn cancel(&mut self, event: E) -> Option<SimTime> {
        self.queue.remove(event)
    }

    /// When `event` is due, if it is pending.
    pub fn due(&self, event: E) -> Option<SimTime> {
        self.queue.due(event)
    }

    /// The next event and its instant.
    pub fn peek(&self) -> Option<(SimTime, E)> {
        self.queue.peek()
    }

    /// Removes the next event and moves the clock to it.
    pub fn pop(&mut self) -> Option<(SimTime, E)> {
        let (at, event) = self.queue.pop()?;
        self.now = at;
        self.current = Some(event);
        self.popped += 1;
        Some((at, event))
    }

    /// Removes the next event if it is due before `end`.
    pub fn pop_before(&mut self, end: SimTime) -> Option<(SimTime, E)> {
        if self.peek()?.0 < end { self.pop() } else { None }
    }

    /// All pending events in the order in which they will happen.
    pub fn sorted(&self) -> Vec<(SimTime, E)> {
        let mut all: Vec<_> = self.queue.iter().collect();
        all.sort_unstable();
        all
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
            calendar.queue.push(at, event);
        }
        Ok(calendar)
    }
}
