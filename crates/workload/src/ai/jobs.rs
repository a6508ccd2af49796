//! Training jobs: a body of small ones, rare pretraining runs, and the lines in which they wait.
//!
//! Small jobs have log-normal run times and few accelerators; pretraining runs ask for a part of the whole
//! campus for days to weeks and hold more than nine tenths of all accelerator hours. Each kind has its
//! own part of the accelerators and its own line, first come first served. Run times are at full power and
//! include what failures and checkpoints cost.
//!
//! All running jobs advance on one total-work clock (a class per kind), so a power cut is O(1) and the
//! campus needs one wake-up. Starting, finishing and drawing a job are O(log n) in the running jobs.
//!
//! The `n`-th job of a campus takes its gap, size and run time from draw `n`: the same job comes in every
//! scenario, at a size that scales with the campus.

use std::collections::{BTreeMap, VecDeque};

use gridrush_core::kernel::{Purpose, Rng, SimSpan, SimTime, Streams, WorkClock, uniform_open};
use gridrush_core::math::{exp, ln, normal_cdf, normal_quantile};
use gridrush_core::names::Key;
use serde::{Deserialize, Serialize};

use super::params::JobParams;

const GAP: Purpose = Purpose::of("ai/job/gap");
const JOB: Purpose = Purpose::of("ai/job/size");

/// The two kinds of jobs; each has a class of the work clock and a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobKind {
    /// Experiments, evaluation, fine-tuning.
    Small,
    /// Pretraining.
    Large,
}

/// A training job.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its number at the campus, from 0 in order of arrival.
    pub number: u64,
    /// Its kind.
    pub kind: JobKind,
    /// Accelerators that it occupies from start to end.
    pub accelerators: u32,
    /// Run time at full power, hours.
    pub hours: f64,
    /// Useful part of that time, millionths (whole numbers add up without drift).
    pub goodput_ppm: u32,
}

impl JobParams {
    /// Run time of a small job at full power, hours.
    pub fn small_hours(&self, rng: &mut Rng) -> f64 {
        log_normal(self.small_median_s / 3600.0, self.small_sigma, rng)
    }

    /// Mean of [`small_hours`](Self::small_hours).
    pub fn small_mean_hours(&self) -> f64 {
        self.small_median_s / 3600.0 * exp(self.small_sigma * self.small_sigma / 2.0)
    }

    /// Accelerators of a small job: a log-normal of median 1, rounded down, at least 1, below
    /// `large_from_accelerators`.
    pub fn small_accelerators(&self, rng: &mut Rng) -> u32 {
        let size = log_normal(1.0, self.small_accelerators_sigma, rng);
        (size.min(f64::from(u32::MAX)) as u32).clamp(1, self.small_greatest())
    }

    fn small_greatest(&self) -> u32 {
        self.large_from_accelerators.saturating_sub(1).max(1)
    }

    /// Mean of [`small_accelerators`](Self::small_accelerators): the sum of the chances of reaching 1, 2, ...
    pub fn small_mean_accelerators(&self) -> f64 {
        let sigma = self.small_accelerators_sigma;
        if sigma <= 0.0 {
            return 1.0;
        }
        1.0 + (2..=self.small_greatest()).map(|k| normal_cdf(-ln(f64::from(k)) / sigma)).sum::<f64>()
    }

    /// Part of `training` accelerators that a pretraining run asks for: log-uniform, at least
    /// `large_from_accelerators` of them, at most all.
    pub fn large_share(&self, training: f64, rng: &mut Rng) -> f64 {
        let (low, high, floor) = self.large_bounds(training);
        let share = low * exp(uniform_open(rng) * ln(high / low));
        share.max(floor)
    }

    /// Mean of [`large_share`](Self::large_share).
    pub fn large_mean_share(&self, training: f64) -> f64 {
        let (low, high, floor) = self.large_bounds(training);
        let log = ln(high / low);
        if log <= 0.0 {
            return low.max(floor);
        }
        let floor = floor.max(low);
        if floor >= high { floor } else { (floor * ln(floor / low) + high - floor) / log }
    }

    fn large_bounds(&self, training: f64) -> (f64, f64, f64) {
        let high = self.large_share_max.max(self.large_share_min);
        let floor = (f64::from(self.large_from_accelerators) / training.max(1.0)).min(1.0);
        (self.large_share_min, high, floor)
    }

    /// Run time of a pretraining run at full power, hours.
    pub fn large_hours(&self, rng: &mut Rng) -> f64 {
        log_normal(self.large_median_days * 24.0, self.large_sigma, rng)
    }

    /// Mean of [`large_hours`](Self::large_hours).
    pub fn large_mean_hours(&self) -> f64 {
        self.large_median_days * 24.0 * exp(self.large_sigma * self.large_sigma / 2.0)
    }

    /// Accelerators that small jobs keep busy when they are a steady flow.
    pub fn small_flow(&self, training: f64) -> f64 {
        if self.simulate_small { 0.0 } else { self.small_share * self.offered_load.min(1.0) * training }
    }

    /// Accelerators set aside for (small, large) jobs.
    pub fn capacity(&self, training: f64) -> (u32, u32) {
        let small = (self.small_share * training).ceil();
        (small as u32, (training - small).max(0.0) as u32)
    }
}

/// The arrival process of a campus: its parameters and what is worth computing once.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobMix {
    params: JobParams,
    /// Accelerator hours of a small job, mean.
    small_work: f64,
}

impl JobMix {
    /// Prepares the process; O(`large_from_accelerators`).
    pub fn new(params: JobParams) -> Self {
        let small_work = if params.simulate_small {
            params.small_mean_accelerators() * params.small_mean_hours()
        } else {
            0.0
        };
        Self { params, small_work }
    }

    /// Arrivals per hour of (small, large) jobs at a campus with `training` accelerators, so that the
    /// offered load is met. Small jobs arrive only if they are simulated.
    pub fn arrivals_per_hour(&self, training: f64) -> (f64, f64) {
        let p = &self.params;
        let large_work = p.large_mean_share(training) * p.large_mean_hours();
        let large = p.offered_load * (1.0 - p.small_share) / large_work;
        let small =
            if p.simulate_small { p.offered_load * p.small_share * training / self.small_work } else { 0.0 };
        (small, large)
    }

    /// The wait before the `n`-th job, at least a millisecond.
    pub fn gap(&self, key: Key, streams: &Streams, n: u64, training: f64) -> SimSpan {
        let (small, large) = self.arrivals_per_hour(training);
        let mut rng = streams.open_at(key, GAP, n);
        SimSpan::from_hours_f64(-ln(uniform_open(&mut rng)) / (small + large))
    }

    /// The `n`-th job of a campus with `training` accelerators.
    pub fn draw(&self, key: Key, streams: &Streams, n: u64, training: f64) -> Job {
        let p = &self.params;
        let (small, large) = self.arrivals_per_hour(training);
        let (small_capacity, large_capacity) = p.capacity(training);
        let mut rng = streams.open_at(key, JOB, n);
        let (kind, accelerators, hours) = if uniform_open(&mut rng) * (small + large) < small {
            let accelerators = p.small_accelerators(&mut rng).min(small_capacity);
            (JobKind::Small, accelerators, p.small_hours(&mut rng))
        } else {
            let accelerators = (p.large_share(training, &mut rng) * training) as u32;
            (JobKind::Large, accelerators.min(large_capacity), p.large_hours(&mut rng))
        };
        Job { number: n, kind, accelerators: accelerators.max(1), hours, goodput_ppm: 1_000_000 }
    }
}

fn log_normal(median: f64, sigma: f64, rng: &mut Rng) -> f64 {
    median * exp(sigma * normal_quantile(uniform_open(rng)))
}

/// The jobs of one campus: running and waiting.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Jobs {
    clock: WorkClock<u64>,
    running: BTreeMap<u64, Job>,
    lines: [Line; 2],
    arrived: u64,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Line {
    waiting: VecDeque<Job>,
    busy: u64,
    useful_ppm: u64,
}

impl Default for Jobs {
    fn default() -> Self {
        Self {
            clock: WorkClock::new(2),
            running: BTreeMap::new(),
            lines: [Line::default(), Line::default()],
            arrived: 0,
        }
    }
}

impl Jobs {
    /// How many jobs have arrived; the number of the next.
    pub fn arrived(&self) -> u64 {
        self.arrived
    }

    /// Running jobs of a kind.
    pub fn running(&self, kind: JobKind) -> usize {
        self.clock.running(kind as usize)
    }

    /// Waiting jobs of a kind.
    pub fn waiting(&self, kind: JobKind) -> usize {
        self.lines[kind as usize].waiting.len()
    }

    /// Accelerators occupied by jobs of a kind.
    pub fn busy(&self, kind: JobKind) -> f64 {
        self.lines[kind as usize].busy as f64
    }

    /// Occupied accelerators weighted by the useful part of their time.
    pub fn useful(&self, kind: JobKind) -> f64 {
        self.lines[kind as usize].useful_ppm as f64 / 1e6
    }

    /// Puts a job at the end of its line.
    pub fn arrive(&mut self, job: Job) {
        self.arrived = self.arrived.max(job.number + 1);
        self.lines[job.kind as usize].waiting.push_back(job);
    }

    /// Starts jobs from the heads of the lines while they fit into the (small, large) accelerators.
    pub fn start(&mut self, now: SimTime, capacity: (u32, u32)) {
        for (line, capacity) in self.lines.iter_mut().zip([capacity.0, capacity.1]) {
            while let Some(job) = line.waiting.front().copied() {
                if line.busy + u64::from(job.accelerators) > u64::from(capacity) {
                    break;
                }
                line.waiting.pop_front();
                line.add(&job);
                self.clock.start(now, job.kind as usize, job.number, job.hours);
                self.running.insert(job.number, job);
            }
        }
    }

    /// Takes out the next job that is done by `now`.
    pub fn finish(&mut self, now: SimTime) -> Option<Job> {
        let number = self.clock.finish_due(now)?;
        let job = self.running.remove(&number)?;
        self.lines[job.kind as usize].remove(&job);
        Some(job)
    }

    /// When the next job ends at the present power.
    pub fn next_finish(&self) -> Option<SimTime> {
        self.clock.next_finish()
    }

    /// Sets the speed of all jobs, 1 at full power.
    pub fn set_speed(&mut self, now: SimTime, speed: f64) {
        for kind in [JobKind::Small, JobKind::Large] {
            self.clock.set_rate(now, kind as usize, speed);
        }
    }

    /// The speed of all jobs.
    pub fn speed(&self) -> f64 {
        self.clock.rate_per_hour(JobKind::Large as usize)
    }

    /// Makes all running jobs of a kind repeat `hours` of work.
    pub fn set_back(&mut self, now: SimTime, kind: JobKind, hours: f64) {
        self.clock.set_back(now, kind as usize, hours);
    }

    /// Fits all jobs to a smaller (newer) set of accelerators: each keeps its part of the campus and its
    /// remaining time. `factor` is accelerators after over before.
    pub fn shrink(&mut self, factor: f64) {
        let fit = |job: &mut Job| {
            job.accelerators = ((f64::from(job.accelerators) * factor) as u32).max(1);
        };
        for line in &mut self.lines {
            line.waiting.iter_mut().for_each(fit);
            (line.busy, line.useful_ppm) = (0, 0);
        }
        for job in self.running.values_mut() {
            fit(job);
            self.lines[job.kind as usize].add(job);
        }
    }
}

impl Line {
    fn add(&mut self, job: &Job) {
        self.busy += u64::from(job.accelerators);
        self.useful_ppm += u64::from(job.accelerators) * u64::from(job.goodput_ppm);
    }

    fn remove(&mut self, job: &Job) {
        self.busy -= u64::from(job.accelerators);
        self.useful_ppm -= u64::from(job.accelerators) * u64::from(job.goodput_ppm);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(n: u32, mut value: impl FnMut() -> f64) -> (f64, f64) {
        let values: Vec<f64> = (0..n).map(|_| value()).collect();
        let mean = values.iter().sum::<f64>() / f64::from(n);
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / f64::from(n);
        (mean, (variance / f64::from(n)).sqrt())
    }

    fn rng(n: u64) -> Rng {
        Streams::new(3, 0).open_at(Key::of("jobs"), JOB, n)
    }

    /// The body of LLM clusters: median about two minutes, mean 21 to 24 minutes.
    #[test]
    fn small_jobs_are_as_short_and_as_spread_as_observed() {
        let p = JobParams::default();
        let mut rng = rng(0);
        let mut minutes: Vec<f64> = (0..1_000_000).map(|_| p.small_hours(&mut rng) * 60.0).collect();
        let mean = minutes.iter().sum::<f64>() / minutes.len() as f64;
        minutes.sort_unstable_by(f64::total_cmp);
        let median = minutes[minutes.len() / 2];
        assert!((median - 122.0 / 60.0).abs() < 0.02, "median {median} min");
        assert!((21.0..24.0).contains(&mean), "mean {mean} min");
        assert!((p.small_mean_hours() * 60.0 - mean).abs() < 1.0);
    }

    #[test]
    fn means_are_those_of_the_draws() {
        let p = JobParams::default();
        let mut rng = rng(1);
        let draws = 200_000;
        let (got, error) = mean(draws, || f64::from(p.small_accelerators(&mut rng)));
        assert!((got - p.small_mean_accelerators()).abs() < 4.0 * error, "{got} +- {error}");
        for training in [900.0, 5_000.0, 100_000.0] {
            let (got, error) = mean(draws, || p.large_share(training, &mut rng));
            let expected = p.large_mean_share(training);
            assert!((got - expected).abs() < 4.0 * error, "{training}: {got} +- {error}, {expected}");
        }
        let (got, error) = mean(draws, || p.large_hours(&mut rng));
        assert!((got - p.large_mean_hours()).abs() < 4.0 * error, "{got} +- {error}");
    }

    /// Work of (small, large) jobs per hour and accelerator over the first `n` jobs.
    fn offered(p: JobParams, training: f64, n: u64) -> (f64, f64) {
        let mix = JobMix::new(p);
        let (key, streams) = (Key::of("campus"), Streams::new(8, 2));
        let (mut hours, mut small, mut large) = (0.0, 0.0, 0.0);
        for n in 0..n {
            hours += mix.gap(key, &streams, n, training).as_hours();
            let job = mix.draw(key, &streams, n, training);
            let work = f64::from(job.accelerators) * job.hours;
            match job.kind {
                JobKind::Small => small += work,
                JobKind::Large => large += work,
            }
        }
        (small / hours / training, large / hours / training)
    }

    /// Arrivals carry the offered load (sampling errors about 1 %), pretraining more than nine tenths.
    #[test]
    fn arrivals_offer_the_load() {
        let p = JobParams::default();
        for training in [3_000.0, 60_000.0] {
            let (_, large) = offered(p, training, 40_000);
            let expected = p.offered_load * (1.0 - p.small_share);
            assert!((large / expected - 1.0).abs() < 0.04, "{training}: {large}, {expected}");
        }
        let p = JobParams {
            simulate_small: true,
            small_sigma: 1.0,
            small_accelerators_sigma: 1.0,
            ..JobParams::default()
        };
        let (small, _) = offered(p, 20_000.0, 200_000);
        let expected = p.offered_load * p.small_share;
        assert!((small / expected - 1.0).abs() < 0.04, "{small}, {expected}");
        assert!(p.small_share < 0.1);
    }

    #[test]
    fn a_line_is_first_come_first_served() {
        let job = |number, accelerators, hours| Job {
            number,
            kind: JobKind::Large,
            accelerators,
            hours,
            goodput_ppm: 900_000,
        };
        let mut jobs = Jobs::default();
        jobs.set_speed(SimTime::ZERO, 1.0);
        for j in [job(0, 60, 10.0), job(1, 50, 5.0), job(2, 10, 1.0)] {
            jobs.arrive(j);
        }
        jobs.start(SimTime::ZERO, (0, 100));
        // The second does not fit beside the first; the third waits behind it.
        assert_eq!((jobs.running(JobKind::Large), jobs.waiting(JobKind::Large)), (1, 2));
        assert_eq!(jobs.busy(JobKind::Large), 60.0);
        assert_eq!(jobs.useful(JobKind::Large), 54.0);
        let ten = SimTime::from_hours(10);
        assert_eq!(jobs.next_finish(), Some(ten));
        assert_eq!(jobs.finish(ten).map(|job| job.number), Some(0));
        jobs.start(ten, (0, 100));
        assert_eq!((jobs.running(JobKind::Large), jobs.waiting(JobKind::Large)), (2, 0));
        assert_eq!(jobs.next_finish(), Some(SimTime::from_hours(11)));
        jobs.shrink(0.5);
        assert_eq!(jobs.busy(JobKind::Large), 30.0);
        assert_eq!(jobs.next_finish(), Some(SimTime::from_hours(11)));
    }
}
