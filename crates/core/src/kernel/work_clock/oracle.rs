//! The obvious version of the work clock, in whole numbers, and the tests that compare the two.
//!
//! Every job keeps the work that it has left; every passage of time walks over all jobs. Work is counted
//! in units, rates in units per millisecond, so that nothing here is ever rounded except the wake-up.

use proptest::prelude::*;

use super::*;

struct SlowJob {
    name: u32,
    class: usize,
    left: i64,
}

struct SlowClock {
    now_ms: u64,
    rates: Vec<i64>,
    jobs: Vec<SlowJob>,
    finished: Vec<(u64, u32)>,
}

impl SlowClock {
    fn new(classes: usize) -> Self {
        Self { now_ms: 0, rates: vec![0; classes], jobs: Vec::new(), finished: Vec::new() }
    }

    /// Walks millisecond by millisecond to `until_ms` and writes down who finished when.
    fn advance(&mut self, until_ms: u64) {
        while self.now_ms < until_ms {
            self.now_ms += 1;
            for job in &mut self.jobs {
                job.left -= self.rates[job.class];
            }
            let mut done: Vec<u32> = Vec::new();
            let rates = &self.rates;
            self.jobs.retain(|job| {
                let over = job.left <= 0 && rates[job.class] > 0;
                if over {
                    done.push(job.name);
                }
                !over
            });
            done.sort_unstable();
            self.finished.extend(done.into_iter().map(|name| (self.now_ms, name)));
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Wait(u64),
    Start { class: usize, work: i64 },
    Rate { class: usize, units_per_ms: i64 },
    SetBack { class: usize, work: i64 },
    Restore,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let class = 0..3_usize;
    let step = prop_oneof![
        4 => (0..60_u64).prop_map(Step::Wait),
        4 => (class.clone(), 1..400_i64).prop_map(|(class, work)| Step::Start { class, work }),
        3 => (class.clone(), 0..12_i64).prop_map(|(class, units_per_ms)| Step::Rate { class, units_per_ms }),
        1 => (class, 0..50_i64).prop_map(|(class, work)| Step::SetBack { class, work }),
        1 => Just(Step::Restore),
    ];
    prop::collection::vec(step, 1..60)
}

/// Takes every job out that finishes by `until_ms`, as the owner of a `Finish` event would.
fn drain(clock: &mut WorkClock<u32>, until_ms: u64, finished: &mut Vec<(u64, u32)>) {
    while let Some(at) = clock.next_finish().filter(|at| at.0 <= until_ms) {
        let before = finished.len();
        while let Some(name) = clock.finish_due(at) {
            finished.push((at.0, name));
        }
        assert!(finished.len() > before, "a wake-up at which nothing finished");
        finished[before..].sort_unstable();
    }
}

proptest! {
    /// Same jobs, same finishing instants as the walk over all jobs, under any sequence of starts, rate
    /// changes, restarts, and saving and restoring in between.
    #[test]
    fn agrees_with_the_walk_over_all_jobs(steps in steps()) {
        let mut fast = WorkClock::<u32>::new(3);
        let mut slow = SlowClock::new(3);
        let mut finished = Vec::new();
        let mut now_ms = 0;
        for (name, step) in (0_u32..).zip(steps) {
            match step {
                Step::Wait(ms) => {
                    now_ms += ms;
                    drain(&mut fast, now_ms, &mut finished);
                    slow.advance(now_ms);
                }
                Step::Start { class, work } => {
                    fast.start(SimTime(now_ms), class, name, work as f64);
                    slow.jobs.push(SlowJob { name, class, left: work });
                }
                Step::Rate { class, units_per_ms } => {
                    fast.set_rate(SimTime(now_ms), class, units_per_ms as f64 * HOUR_MS as f64);
                    slow.rates[class] = units_per_ms;
                }
                Step::SetBack { class, work } => {
                    fast.set_back(SimTime(now_ms), class, work as f64);
                    for job in slow.jobs.iter_mut().filter(|job| job.class == class) {
                        job.left += work;
                    }
                }
                Step::Restore => {
                    let saved = serde_json::to_string(&fast).unwrap();
                    fast = serde_json::from_str(&saved).unwrap();
                    prop_assert_eq!(serde_json::to_string(&fast).unwrap(), saved);
                }
            }
            let left = (0..3).map(|class| fast.running(class)).sum::<usize>();
            prop_assert_eq!(left, slow.jobs.len());
        }
        for class in 0..3 {
            fast.set_rate(SimTime(now_ms), class, HOUR_MS as f64);
            slow.rates[class] = 1;
        }
        now_ms += 10_000;
        drain(&mut fast, now_ms, &mut finished);
        slow.advance(now_ms);
        prop_assert!(slow.jobs.is_empty());
        prop_assert_eq!(finished, slow.finished);
    }
}

#[test]
fn a_job_takes_its_work_divided_by_its_rate() {
    let mut clock = WorkClock::new(1);
    clock.set_rate(SimTime::ZERO, 0, 1.0);
    clock.start(SimTime::ZERO, 0, 7, 10.0);
    assert_eq!(clock.next_finish(), Some(SimTime::from_hours(10)));
    // Six hours at full power, then half power: four hours of work take eight.
    clock.set_rate(SimTime::from_hours(6), 0, 0.5);
    assert_eq!(clock.next_finish(), Some(SimTime::from_hours(14)));
    // Off: it never finishes. Back at hour 20 with two hours of work to repeat.
    clock.set_rate(SimTime::from_hours(8), 0, 0.0);
    assert_eq!(clock.next_finish(), None);
    clock.set_back(SimTime::from_hours(20), 0, 2.0);
    clock.set_rate(SimTime::from_hours(20), 0, 1.0);
    assert_eq!(clock.next_finish(), Some(SimTime::from_hours(25)));
    assert_eq!(clock.finish_due(SimTime(25 * HOUR_MS - 1)), None);
    assert_eq!(clock.finish_due(SimTime::from_hours(25)), Some(7));
    assert_eq!(clock.next_finish(), None);
}

#[test]
fn wake_ups_are_rounded_up() {
    let mut clock = WorkClock::new(1);
    clock.set_rate(SimTime::ZERO, 0, 3.0);
    clock.start(SimTime::ZERO, 0, 0, 1.0 / HOUR_MS as f64);
    assert_eq!(clock.next_finish(), Some(SimTime(1)));
    clock.start(SimTime::ZERO, 0, 1, 10.0 / HOUR_MS as f64);
    assert_eq!(clock.finish_due(SimTime(1)), Some(0));
    assert_eq!(clock.next_finish(), Some(SimTime(4)));
}
