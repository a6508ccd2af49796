//! What stands on an AI site: accelerators, jobs, users; its bids, awards and accounts.
//!
//! The campus buys the best accelerators on sale until their greatest power, with cooling, fills the
//! energized megawatts, and replaces them at the end of their life. A fixed part trains, the rest serves.
//! Each part is one bid block:
//!
//! ```text
//! MW = accelerators x server kW x (idle + (busy - idle) x utilisation) x PUE / 1000
//! training bid = (rent - avoidable cost) / (server kW x PUE) x 1000        $/MWh; inference is firm
//! ```
//!
//! What a block is served over what it asked for is the speed of its work. A training cut below
//! `interruption_below` is an interruption: the work since the last checkpoint and a restart are lost.
//!
//! Invariants: installed and ordered power never exceeds the energized MW at the time of the order; energy,
//! hours and FLOP are integrated exactly between any two changes, whatever the length of the intervals.
//! Requests follow the jobs at market intervals; a job that starts or ends inside one changes the request
//! at the next. Cost: O(1) per bid and award, O(log n) per job.

use std::collections::VecDeque;

use gridrush_core::demand::{Award, Bid, BidBlock, BidBook, Demand, SiteId};
use gridrush_core::kernel::{Schedule, SimSpan, SimTime, Streams};
use gridrush_core::math::pow;
use gridrush_core::names::Key;
use serde::{Deserialize, Serialize};

use super::AiEvent;
use super::compute_clock::{ComputeClock, HOURS_PER_YEAR};
use super::jobs::{JobKind, JobMix, Jobs};
use super::params::{AiParams, RentParams};
use crate::hardware::accelerator::{Accelerator, best_available};
use crate::{AI_INFERENCE, AI_TRAINING};

/// The accelerator to which rents refer: H100, 1e12 FLOP/s.
const H100_DENSE_TFLOPS: f64 = 989.0;

/// Accelerators are not ordered in smaller lots than a server.
const SMALLEST_ORDER: u32 = 8;

/// Accelerators bought together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// What they are.
    pub spec: Accelerator,
    /// How many.
    pub count: u32,
    /// When they began to work.
    pub installed: SimTime,
}

/// Accelerators on their way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// When they begin to work.
    pub due: SimTime,
    /// What they are.
    pub spec: Accelerator,
    /// How many.
    pub count: u32,
}

impl Order {
    /// Price of the order, $.
    pub fn cost_usd(&self) -> f64 {
        self.spec.price_usd * f64::from(self.count)
    }
}

/// What a campus did since its totals were last taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CampusTotals {
    /// Energy that training asked for, at the grid meter.
    pub training_requested_mwh: f64,
    /// Energy that training got.
    pub training_mwh: f64,
    /// Energy that inference asked for.
    pub inference_requested_mwh: f64,
    /// Energy that inference got.
    pub inference_mwh: f64,
    /// Cost of both at the price of the bus, $.
    pub energy_cost_usd: f64,
    /// Rent of the accelerators that worked, $.
    pub rent_usd: f64,
    /// Accelerator hours of training jobs at full-power speed.
    pub training_hours: f64,
    /// Accelerator hours of training that interruptions destroyed.
    pub lost_hours: f64,
    /// Accelerator hours of inference.
    pub inference_hours: f64,
    /// Cuts deep enough to cost a restart.
    pub interruptions: u64,
    /// Training jobs that ended.
    pub jobs_finished: u64,
    /// Delivered training FLOP.
    pub compute: ComputeClock,
}

/// Sums over the batches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Fleet {
    accelerators: u64,
    /// Those of the training part.
    training: u64,
    server_kw: f64,
    tflops: f64,
    /// Rent of all accelerators in the reference year, $/h.
    rent_usd_per_h: f64,
}

/// What a part of the campus was awarded and until when.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Supply {
    requested_mw: f64,
    served_mw: f64,
    price_usd_per_mwh: f64,
    /// Accelerators at work at full power when it was awarded.
    working: f64,
    until: SimTime,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Training,
    Inference,
}

/// An AI site.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Campus {
    site: SiteId,
    key: Key,
    params: AiParams,
    energized_mw: f64,
    batches: Vec<Batch>,
    orders: VecDeque<Order>,
    fleet: Fleet,
    /// Factor on rents of the reference year.
    rent_level: f64,
    /// Mean inference utilisation that users ask for.
    demand_level: f64,
    /// What they ask for in the present local hour.
    inference_utilisation: f64,
    mix: JobMix,
    jobs: Jobs,
    jobs_arrive: bool,
    supplies: [Option<Supply>; 2],
    interrupted: bool,
    /// Everything is integrated up to here.
    since: SimTime,
    wake: Option<SimTime>,
    totals: CampusTotals,
}

impl Campus {
    /// An empty campus. `key` names it in random streams.
    pub fn new(site: SiteId, key: Key, params: AiParams) -> Self {
        Self {
            site,
            key,
            params,
            energized_mw: 0.0,
            batches: Vec::new(),
            orders: VecDeque::new(),
            fleet: Fleet::default(),
            rent_level: 1.0,
            demand_level: params.inference.utilisation,
            inference_utilisation: params.inference.utilisation,
            mix: JobMix::new(params.jobs),
            jobs: Jobs::default(),
            jobs_arrive: false,
            supplies: [None; 2],
            // Nothing has run yet that an interruption could destroy.
            interrupted: true,
            since: SimTime::ZERO,
            wake: None,
            totals: CampusTotals::default(),
        }
    }

    /// The site on which it stands.
    pub fn site(&self) -> SiteId {
        self.site
    }

    /// Its parameters.
    pub fn params(&self) -> &AiParams {
        &self.params
    }

    /// Accelerators at work, oldest first.
    pub fn batches(&self) -> &[Batch] {
        &self.batches
    }

    /// Accelerators on their way, next first.
    pub fn orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.iter()
    }

    /// Its jobs.
    pub fn jobs(&self) -> &Jobs {
        &self.jobs
    }

    /// Installed accelerators.
    pub fn accelerators(&self) -> u64 {
        self.fleet.accelerators
    }

    /// Greatest draw of what is installed, at the grid meter.
    pub fn installed_mw(&self) -> f64 {
        self.fleet.server_kw / 1000.0 * self.params.pue
    }

    /// What the servers would draw now at full supply, without cooling.
    pub fn it_mw(&self) -> f64 {
        let [training, inference] = self.requests_it_mw();
        training + inference
    }

    /// What the campus would draw now at full supply, at the grid meter.
    pub fn grid_mw(&self) -> f64 {
        self.it_mw() * self.params.pue
    }

    /// Peak training compute of the jobs now running at full power, after model utilisation, FLOP/s.
    pub fn training_flop_per_s(&self) -> f64 {
        if self.fleet.accelerators == 0 {
            return 0.0;
        }
        let useful = self.jobs.useful(JobKind::Small) + self.jobs.useful(JobKind::Large) + self.small_flow();
        useful * self.fleet.tflops / self.fleet.accelerators as f64 * 1e12 * self.params.mfu
    }

    /// The price at which training stops, $/MWh; `None` without accelerators.
    pub fn training_bid_usd_per_mwh(&self) -> Option<f64> {
        let rent = self.fleet.rent_usd_per_h * self.rent_level;
        let avoidable = self.params.rent.avoidable_usd_per_h * self.fleet.accelerators as f64;
        let kw = self.fleet.server_kw * self.params.pue;
        (kw > 0.0).then(|| (rent - avoidable).max(0.0) / kw * 1000.0)
    }

    /// Sets the grid power that the connection can deliver.
    pub fn energize(&mut self, grid_mw: f64) {
        self.energized_mw = grid_mw;
    }

    /// Sets the prevailing local hour (0 to 23) and day of the week (0 = Monday to 6 = Sunday) of the
    /// intervals that follow.
    pub fn set_local_hour(&mut self, hour: u8, weekday: u8) {
        self.inference_utilisation = self.params.inference.utilisation_at(self.demand_level, hour, weekday);
    }

    /// A review, monthly and whenever more power is energized: takes over the year's rents and demand, and
    /// orders the best accelerators for the power that will be free at their delivery. `year` is decimal.
    pub fn review(&mut self, year: f64, schedule: &mut impl Schedule<AiEvent>) -> Option<Order> {
        let now = schedule.now();
        self.advance(now);
        let p = &self.params;
        self.rent_level = pow(p.rent.change_x_per_year, year - p.rent.reference_year);
        self.demand_level = p.inference.level(year);

        let lag = SimSpan::from_hours_f64(p.delivery_lag_days * 24.0);
        // Never at the present instant, in whose order deliveries come before what may have called here.
        let due = (now + SimSpan(lag.0.max(1))).to_next_hour_edge();
        let standing: f64 = self.batches.iter().filter(|b| self.expiry(b) > due).map(Batch::server_kw).sum();
        let ordered: f64 = self.orders.iter().map(|o| o.spec.server_kw * f64::from(o.count)).sum();
        let room_kw = self.energized_mw * 1000.0 / p.pue - standing - ordered;
        let spec = best_available(year, p.improvement_x_per_year);
        let count = (room_kw / spec.server_kw + 1e-9) as u32;
        if count < SMALLEST_ORDER {
            return None;
        }
        let order = Order { due, spec, count };
        self.orders.push_back(order);
        if let Some(next) = self.orders.front() {
            schedule.at(next.due, AiEvent::Deliver(self.site));
        }
        Some(order)
    }

    /// Puts accelerators to work at once: what stands on the site when the run begins.
    pub fn install(
        &mut self,
        spec: Accelerator,
        count: u32,
        streams: &Streams,
        schedule: &mut impl Schedule<AiEvent>,
    ) {
        let now = schedule.now();
        self.advance(now);
        self.change_fleet(now, Some(Batch { spec, count, installed: now }));
        self.after_change(now, streams, schedule);
    }

    /// Handles an event of this campus.
    pub fn handle(&mut self, event: AiEvent, streams: &Streams, schedule: &mut impl Schedule<AiEvent>) {
        debug_assert_eq!(event.site(), self.site);
        let now = schedule.now();
        self.advance(now);
        match event {
            AiEvent::Deliver(_) => {
                while let Some(order) = self.orders.front().copied().filter(|order| order.due <= now) {
                    self.orders.pop_front();
                    let batch = Batch { spec: order.spec, count: order.count, installed: now };
                    self.change_fleet(now, Some(batch));
                }
                if let Some(next) = self.orders.front() {
                    schedule.at(next.due, AiEvent::Deliver(self.site));
                }
            }
            AiEvent::Arrive(_) => {
                let training = self.training_accelerators();
                let mut job = self.mix.draw(self.key, streams, self.jobs.arrived(), training);
                let goodput = self.params.checkpoint.goodput(f64::from(job.accelerators));
                job.goodput_ppm = (goodput * 1e6).round() as u32;
                self.jobs.arrive(job);
                self.jobs_arrive = false;
            }
            AiEvent::Finish(_) => self.wake = None,
        }
        self.after_change(now, streams, schedule);
    }

    /// Moves the wake-up of the jobs; to be called after the awards of a dispatch.
    pub fn after_dispatch(&mut self, schedule: &mut impl Schedule<AiEvent>) {
        let wake = self.jobs.next_finish();
        if wake != self.wake {
            match wake {
                Some(at) => schedule.at(at, AiEvent::Finish(self.site)),
                None => schedule.cancel(AiEvent::Finish(self.site)),
            }
            self.wake = wake;
        }
    }

    /// Integrates energy, hours, FLOP and money up to `now`.
    pub fn advance(&mut self, now: SimTime) {
        let from = self.since;
        if now <= from {
            return;
        }
        self.since = now;
        let hours = now.since(from).as_hours();
        let p = &self.params;
        let rent = if self.fleet.accelerators == 0 {
            0.0
        } else {
            self.fleet.rent_usd_per_h * self.rent_level / self.fleet.accelerators as f64
        };
        let flop_per_hour = self.training_flop_per_s() * 3600.0 * self.jobs.speed();
        let training = self.training_working() * self.jobs.speed() * hours;
        self.totals.compute.run(from, now, flop_per_hour, p.algorithmic_efficiency_x_per_year);
        self.totals.training_hours += training;
        self.totals.rent_usd += training * rent;
        for (part, supply) in [Part::Training, Part::Inference].into_iter().zip(self.supplies) {
            let Some(supply) = supply else { continue };
            let hours = now.min(supply.until).since(from).as_hours();
            let served_mwh = supply.served_mw * hours;
            self.totals.energy_cost_usd += served_mwh * supply.price_usd_per_mwh;
            match part {
                Part::Training => {
                    self.totals.training_requested_mwh += supply.requested_mw * hours;
                    self.totals.training_mwh += served_mwh;
                }
                Part::Inference => {
                    let working = supply.working * supply.speed() * hours;
                    self.totals.inference_requested_mwh += supply.requested_mw * hours;
                    self.totals.inference_mwh += served_mwh;
                    self.totals.inference_hours += working;
                    self.totals.rent_usd += working * rent;
                }
            }
        }
    }

    /// What happened since the totals were last taken, up to `now`.
    pub fn take_totals(&mut self, now: SimTime) -> CampusTotals {
        self.advance(now);
        core::mem::take(&mut self.totals)
    }

    /// Accelerators of the training part.
    pub fn training_accelerators(&self) -> f64 {
        self.fleet.training as f64
    }

    /// Training accelerators occupied by jobs.
    fn training_working(&self) -> f64 {
        self.jobs.busy(JobKind::Small) + self.jobs.busy(JobKind::Large) + self.small_flow()
    }

    fn small_flow(&self) -> f64 {
        self.params.jobs.small_flow(self.training_accelerators())
    }

    fn inference_accelerators(&self) -> f64 {
        (self.fleet.accelerators - self.fleet.training) as f64
    }

    /// IT megawatts of (training, inference).
    fn requests_it_mw(&self) -> [f64; 2] {
        if self.fleet.accelerators == 0 {
            return [0.0; 2];
        }
        let p = &self.params;
        let training = self.training_accelerators();
        let inference = self.inference_accelerators();
        let kw = self.fleet.server_kw / self.fleet.accelerators as f64;
        let power = |busy: f64| p.idle_power_share + (p.busy_power_share - p.idle_power_share) * busy;
        let busy = if training > 0.0 { (self.training_working() / training).min(1.0) } else { 0.0 };
        [training * kw * power(busy) / 1000.0, inference * kw * power(self.inference_utilisation) / 1000.0]
    }

    /// The blocks of the coming interval, in order, at the grid meter.
    fn blocks(&self) -> impl Iterator<Item = (Part, f64)> {
        let pue = self.params.pue;
        [Part::Training, Part::Inference]
            .into_iter()
            .zip(self.requests_it_mw())
            .map(move |(part, it_mw)| (part, it_mw * pue))
            .filter(|(_, mw)| *mw > 0.0)
    }

    fn expiry(&self, batch: &Batch) -> SimTime {
        batch.installed + SimSpan::from_hours_f64(self.params.accelerator_life_years * HOURS_PER_YEAR)
    }

    /// Adds a batch and removes those whose life is over: they run until their successors come.
    fn change_fleet(&mut self, now: SimTime, batch: Option<Batch>) {
        let before = self.training_accelerators();
        let mut batches = core::mem::take(&mut self.batches);
        batches.retain(|batch| self.expiry(batch) > now);
        batches.extend(batch);
        self.batches = batches;
        self.fleet = Fleet::default();
        for batch in &self.batches {
            let count = f64::from(batch.count);
            self.fleet.accelerators += u64::from(batch.count);
            self.fleet.server_kw += batch.server_kw();
            self.fleet.tflops += batch.spec.dense_tflops * count;
            self.fleet.rent_usd_per_h += self.params.rent.usd_per_h(&batch.spec) * count;
        }
        self.fleet.training = (self.fleet.accelerators as f64 * self.params.training_share) as u64;
        let after = self.training_accelerators();
        if after < before {
            self.jobs.shrink(after / before);
        }
    }

    /// Ends and starts jobs, and sees to it that the next arrival and the next end are in the calendar.
    fn after_change(&mut self, now: SimTime, streams: &Streams, schedule: &mut impl Schedule<AiEvent>) {
        let training = self.training_accelerators();
        let capacity = self.params.jobs.capacity(training);
        loop {
            while let Some(job) = self.jobs.finish(now) {
                self.totals.jobs_finished += 1;
                let peak = self.fleet.tflops / self.fleet.accelerators as f64 * 1e12;
                let useful_hours = f64::from(job.accelerators) * job.hours * f64::from(job.goodput_ppm) / 1e6;
                self.totals.compute.finish_run(useful_hours * 3600.0 * peak * self.params.mfu);
            }
            self.jobs.start(now, capacity);
            if self.jobs.next_finish().is_none_or(|at| at > now) {
                break;
            }
        }
        if !self.jobs_arrive && training >= 1.0 {
            let gap = self.mix.gap(self.key, streams, self.jobs.arrived(), training);
            schedule.at(now + gap, AiEvent::Arrive(self.site));
            self.jobs_arrive = true;
        }
        self.after_dispatch(schedule);
    }

    /// Sets the speed of training; a deep cut costs every job the work since its last checkpoint.
    fn set_training_speed(&mut self, now: SimTime, speed: f64) {
        let cut = speed < self.params.interruption_below;
        if cut && !self.interrupted && self.training_working() > 0.0 {
            let p = self.params;
            let large = self.jobs.running(JobKind::Large) as f64;
            let large_hours = p.checkpoint.loss_hours(self.jobs.busy(JobKind::Large) / large.max(1.0));
            // A small job has no checkpoint: it begins anew.
            let small_hours = p.checkpoint.restart_minutes / 60.0 + p.jobs.small_mean_hours();
            self.jobs.set_back(now, JobKind::Large, large_hours);
            self.jobs.set_back(now, JobKind::Small, small_hours);
            let small = self.jobs.useful(JobKind::Small) + self.small_flow();
            let lost = self.jobs.useful(JobKind::Large) * large_hours + small * small_hours;
            let peak = self.fleet.tflops / self.fleet.accelerators as f64 * 1e12;
            let flop = lost * 3600.0 * peak * p.mfu;
            self.totals.compute.lose(now, flop, p.algorithmic_efficiency_x_per_year);
            self.totals.lost_hours += lost;
            self.totals.interruptions += 1;
        }
        self.interrupted = cut;
        self.jobs.set_speed(now, speed);
    }
}

impl Batch {
    fn server_kw(&self) -> f64 {
        self.spec.server_kw * f64::from(self.count)
    }
}

impl Supply {
    /// Served over requested.
    fn speed(&self) -> f64 {
        if self.requested_mw > 0.0 { (self.served_mw / self.requested_mw).clamp(0.0, 1.0) } else { 0.0 }
    }
}

impl RentParams {
    /// Rent of an accelerator in the reference year, $/h.
    pub fn usd_per_h(&self, spec: &Accelerator) -> f64 {
        self.h100_usd_per_h * pow(spec.dense_tflops / H100_DENSE_TFLOPS, self.flops_exponent)
    }
}

impl Demand for Campus {
    fn bid(&self, _now: SimTime, book: &mut BidBook) {
        for (part, requested_mw) in self.blocks() {
            let (class, bid) = match part {
                Part::Training => {
                    let price = self.training_bid_usd_per_mwh().filter(|_| !self.params.training_is_firm);
                    (AI_TRAINING, price.map_or(Bid::Firm, Bid::AtMost))
                }
                Part::Inference => (AI_INFERENCE, Bid::Firm),
            };
            book.add(BidBlock { site: self.site, class, requested_mw, bid });
        }
    }

    fn award(&mut self, now: SimTime, award: &Award) {
        let Some((part, _)) = self.blocks().nth(award.block) else {
            debug_assert!(false, "an award for block {} that was not bid", award.block);
            return;
        };
        self.advance(now);
        let supply = Supply {
            requested_mw: award.requested_mw,
            served_mw: award.served_mw,
            price_usd_per_mwh: award.price_usd_per_mwh,
            working: match part {
                Part::Training => self.training_working(),
                Part::Inference => self.inference_accelerators() * self.inference_utilisation,
            },
            until: now + award.span,
        };
        self.supplies[part as usize] = Some(supply);
        if part == Part::Training {
            self.set_training_speed(now, supply.speed());
        }
    }
}

#[cfg(test)]
mod tests;
