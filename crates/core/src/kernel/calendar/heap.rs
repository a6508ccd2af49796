//! A four-way heap of events that knows where each event is, so that it can be moved and removed.
//!
//! An event gets a slot when it is first seen and keeps it while it comes and goes, so scheduling it
//! again costs one look-up and popping costs none. The heap holds (instant, event) in place: comparing
//! never leaves the array. Invariant: `slots[heap[i].slot] == i`, and a slot of no entry is `ABSENT`.
//!
//! `push`, `pop` and `remove` are O(log n), `due` and `peek` O(1). Memory is O(most events pending at
//! once): when far more slots are vacant than taken, they are given out anew, O(1) amortized. The map is
//! only asked, never walked over, so no result depends on its order.

use core::hash::Hash;
use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use crate::kernel::SimTime;

const ABSENT: u32 = u32::MAX;
const WAYS: usize = 4;

#[derive(Clone)]
pub(super) struct EventHeap<E> {
    heap: Vec<Entry<E>>,
    slots: Vec<u32>,
    slot_of: HashMap<E, u32, FxBuildHasher>,
}

#[derive(Clone, Copy)]
struct Entry<E> {
    key: (SimTime, E),
    slot: u32,
}

impl<E> Default for EventHeap<E> {
    fn default() -> Self {
        Self { heap: Vec::new(), slots: Vec::new(), slot_of: HashMap::default() }
    }
}

impl<E: Copy + Ord + Hash> EventHeap<E> {
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// All entries, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (SimTime, E)> {
        self.heap.iter().map(|entry| entry.key)
    }

    pub fn peek(&self) -> Option<(SimTime, E)> {
        self.heap.first().map(|entry| entry.key)
    }

    /// When `event` is due, if it is pending.
    pub fn due(&self, event: E) -> Option<SimTime> {
        Some(self.heap[self.position(event)?].key.0)
    }

    /// Inserts `event`, or moves it if it is pending.
    pub fn push(&mut self, at: SimTime, event: E) {
        let next_slot = self.slots.len() as u32;
        let slot = *self.slot_of.entry(event).or_insert(next_slot);
        if slot == next_slot {
            self.slots.push(ABSENT);
        }
        let entry = Entry { key: (at, event), slot };
        let position = self.slots[slot as usize];
        if position == ABSENT {
            self.heap.push(entry);
            self.sift_up(self.heap.len() - 1, entry);
        } else {
            self.sift(position as usize, entry);
        }
    }

    /// Takes out the earliest entry.
    pub fn pop(&mut self) -> Option<(SimTime, E)> {
        let first = *self.heap.first()?;
        self.take(0);
        Some(first.key)
    }

    /// Takes out `event`; returns when it was due.
    pub fn remove(&mut self, event: E) -> Option<SimTime> {
        let position = self.position(event)?;
        let at = self.heap[position].key.0;
        self.take(position);
        Some(at)
    }

    fn position(&self, event: E) -> Option<usize> {
        let slot = *self.slot_of.get(&event)?;
        Some(self.slots[slot as usize])
            .filter(|position| *position != ABSENT)
            .map(|position| position as usize)
    }

    fn take(&mut self, position: usize) {
        self.slots[self.heap[position].slot as usize] = ABSENT;
        let Some(last) = self.heap.pop() else { return };
        if position < self.heap.len() {
            self.sift(position, last);
        }
        if self.slots.len() > 2 * self.heap.len() + 1024 {
            self.give_slots_anew();
        }
    }

    /// Puts `entry` where it belongs, starting from the vacant `position`.
    fn sift(&mut self, position: usize, entry: Entry<E>) {
        if position > 0 && entry.key < self.heap[(position - 1) / WAYS].key {
            self.sift_up(position, entry);
        } else {
            self.sift_down(position, entry);
        }
    }

    fn sift_up(&mut self, mut position: usize, entry: Entry<E>) {
        while position > 0 {
            let parent = (position - 1) / WAYS;
            if self.heap[parent].key <= entry.key {
                break;
            }
            self.place(position, self.heap[parent]);
            position = parent;
        }
        self.place(position, entry);
    }

    /// Walks the vacancy down to a leaf along the least children, then `entry` up from there: an entry
    /// that comes from the bottom nearly always belongs there.
    fn sift_down(&mut self, mut position: usize, entry: Entry<E>) {
        let top = position;
        loop {
            let first = position * WAYS + 1;
            let end = (first + WAYS).min(self.heap.len());
            if first >= end {
                break;
            }
            let mut least = first;
            let mut least_key = self.heap[first].key;
            for child in first + 1..end {
                let key = self.heap[child].key;
                if key < least_key {
                    (least, least_key) = (child, key);
                }
            }
            self.place(position, self.heap[least]);
            position = least;
        }
        while position > top {
            let parent = (position - 1) / WAYS;
            if self.heap[parent].key <= entry.key {
                break;
            }
            self.place(position, self.heap[parent]);
            position = parent;
        }
        self.place(position, entry);
    }

    fn place(&mut self, position: usize, entry: Entry<E>) {
        self.heap[position] = entry;
        self.slots[entry.slot as usize] = position as u32;
    }

    fn give_slots_anew(&mut self) {
        self.slot_of.clear();
        self.slots.clear();
        for (position, entry) in self.heap.iter_mut().enumerate() {
            entry.slot = position as u32;
            self.slots.push(position as u32);
            self.slot_of.insert(entry.key.1, position as u32);
        }
    }
}
