//! The calendar against a sorted list, and the order inside an instant.

use gridrush_core::kernel::{Calendar, Schedule, SimTime};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum Event {
    Outage(u32),
    Finish(u32),
    Dispatch,
    Sample,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct LineDown(u32);

impl From<LineDown> for Event {
    fn from(line: LineDown) -> Event {
        Event::Outage(line.0)
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Schedule(Event, u64),
    Cancel(Event),
    Pop,
    PopBefore(u64),
    Restore,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (0..12_u32).prop_map(Event::Outage),
        (0..12_u32).prop_map(Event::Finish),
        Just(Event::Dispatch),
        Just(Event::Sample),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (event(), 1..20_u64).prop_map(|(event, wait)| Step::Schedule(event, wait)),
        2 => event().prop_map(Step::Cancel),
        3 => Just(Step::Pop),
        1 => (0..20_u64).prop_map(Step::PopBefore),
        1 => Just(Step::Restore),
    ]
}

proptest! {
    /// Any sequence of scheduling, moving, cancelling, popping and restoring does what a sorted list of
    /// (instant, event) with at most one entry per event does.
    #[test]
    fn does_what_a_sorted_list_does(steps in prop::collection::vec(step(), 1..200)) {
        let mut calendar = Calendar::<Event>::new();
        let mut list: Vec<(SimTime, Event)> = Vec::new();
        let mut now = SimTime::ZERO;
        let mut popped = 0;
        for step in steps {
            match step {
                Step::Schedule(event, wait) => {
                    let at = SimTime(now.0 + wait);
                    calendar.schedule(event, at);
                    list.retain(|(_, other)| *other != event);
                    list.push((at, event));
                    list.sort_unstable();
                    prop_assert_eq!(calendar.due(event), Some(at));
                }
                Step::Cancel(event) => {
                    let expected = list.iter().find(|(_, other)| *other == event).map(|(at, _)| *at);
                    list.retain(|(_, other)| *other != event);
                    prop_assert_eq!(calendar.cancel(event), expected);
                    prop_assert_eq!(calendar.due(event), None);
                }
                Step::Pop | Step::PopBefore(_) => {
                    let end = if let Step::PopBefore(wait) = step { now.0 + wait } else { u64::MAX };
                    let expected = list.first().copied().filter(|(at, _)| at.0 < end);
                    let got = if end == u64::MAX { calendar.pop() } else { calendar.pop_before(SimTime(end)) };
                    prop_assert_eq!(got, expected);
                    if let Some((at, _)) = expected {
                        list.remove(0);
                        now = at;
                        popped += 1;
                    }
                }
                Step::Restore => {
                    let saved = serde_json::to_string(&calendar).unwrap();
                    calendar = serde_json::from_str(&saved).unwrap();
                    prop_assert_eq!(serde_json::to_string(&calendar).unwrap(), saved);
                }
            }
            prop_assert_eq!(calendar.now(), now);
            prop_assert_eq!(calendar.popped(), popped);
            prop_assert_eq!(calendar.len(), list.len());
            prop_assert_eq!(calendar.is_empty(), list.is_empty());
            prop_assert_eq!(calendar.peek(), list.first().copied());
            prop_assert_eq!(calendar.sorted(), list.clone());
        }
    }
}

#[test]
fn an_instant_is_ordered_by_variant_and_then_by_entity() {
    let at = SimTime(5);
    let forward = [
        Event::Outage(1),
        Event::Outage(9),
        Event::Finish(0),
        Event::Finish(3),
        Event::Dispatch,
        Event::Sample,
    ];
    let mut calendar = Calendar::<Event>::new();
    for event in forward.iter().rev() {
        calendar.schedule(*event, at);
    }
    let happened: Vec<Event> = core::iter::from_fn(|| calendar.pop().map(|(_, event)| event)).collect();
    assert_eq!(happened, forward);
}

#[test]
fn an_event_may_cause_a_later_one_of_the_same_instant() {
    let mut calendar = Calendar::<Event>::new();
    calendar.schedule(Event::Outage(4), SimTime(5));
    calendar.schedule(Event::Sample, SimTime(5));
    calendar.pop();
    calendar.schedule(Event::Dispatch, SimTime(5));
    assert_eq!(calendar.pop(), Some((SimTime(5), Event::Dispatch)));
    assert_eq!(calendar.pop(), Some((SimTime(5), Event::Sample)));
    assert_eq!(calendar.pop(), None);
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "at the same instant")]
fn an_instant_cannot_loop() {
    let mut calendar = Calendar::<Event>::new();
    calendar.schedule(Event::Dispatch, SimTime(5));
    calendar.pop();
    calendar.schedule(Event::Finish(2), SimTime(5));
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "into the past")]
fn nothing_is_scheduled_into_the_past() {
    let mut calendar = Calendar::<Event>::new();
    calendar.schedule(Event::Dispatch, SimTime(5));
    calendar.pop();
    calendar.schedule(Event::Sample, SimTime(4));
}

#[test]
fn an_owner_sees_only_its_own_events() {
    fn owner(schedule: &mut impl Schedule<LineDown>) {
        assert_eq!(schedule.now(), SimTime::ZERO);
        schedule.at(SimTime(3), LineDown(1));
        schedule.at(SimTime(2), LineDown(2));
        schedule.at(SimTime(1), LineDown(1));
        schedule.cancel(LineDown(2));
    }
    let mut calendar = Calendar::<Event>::new();
    owner(&mut calendar);
    assert_eq!(calendar.sorted(), [(SimTime(1), Event::Outage(1))]);
}

/// Waves of thousands of events that never come back, against a sorted set: the calendar forgets them and
/// keeps the order.
#[test]
fn events_that_come_once_leave_nothing_behind() {
    let mut calendar = Calendar::<Event>::new();
    let mut set = std::collections::BTreeSet::new();
    let mut state = 1_u64;
    let mut word = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    for wave in 0..8_u32 {
        let now = calendar.now();
        for id in 0..5_000 {
            let entry = (SimTime(now.0 + 1 + word() % 1_000), Event::Outage(wave * 5_000 + id));
            calendar.schedule(entry.1, entry.0);
            set.insert(entry);
        }
        while set.len() > 40 {
            if word() % 8 == 0 {
                let entry = *set.iter().nth(word() as usize % 20).unwrap();
                assert_eq!(calendar.cancel(entry.1), Some(entry.0));
                set.remove(&entry);
            } else {
                assert_eq!(calendar.pop(), set.pop_first());
            }
        }
        assert_eq!(calendar.sorted(), set.iter().copied().collect::<Vec<_>>());
        for (at, event) in &set {
            assert_eq!(calendar.due(*event), Some(*at));
        }
    }
}
