//! Campuses against closed forms and against a walk in small steps over every job.

use gridrush_core::kernel::{Calendar, HOUR_MS, Purpose, uniform_open};
use proptest::prelude::*;

use super::*;
use crate::ai::params::{CheckpointParams, InferenceParams, JobParams};
use crate::hardware::accelerator::by_name;

const SITE: SiteId = SiteId(3);
const HOUR: SimSpan = SimSpan(HOUR_MS);

fn h100() -> Accelerator {
    by_name("H100 SXM5 80GB").unwrap().spec
}

fn streams() -> Streams {
    Streams::new(42, 0)
}

/// A campus and its calendar, driven hour by hour as the world would.
struct Bench {
    campus: Campus,
    calendar: Calendar<AiEvent>,
    now: SimTime,
}

impl Bench {
    fn new(params: &AiParams) -> Self {
        let campus = Campus::new(SITE, Key::of("campus/3"), *params);
        Self { campus, calendar: Calendar::new(), now: SimTime::ZERO }
    }

    fn with(params: &AiParams, spec: Accelerator, count: u32) -> Self {
        let mut bench = Self::new(params);
        bench.campus.energize(1e6);
        bench.campus.install(spec, count, &streams(), &mut bench.calendar);
        bench
    }

    /// One interval: the events up to its end, then a bid and an award of `served` of each block.
    fn interval(&mut self, span: SimSpan, served: f64, price: f64) {
        let end = self.now + span;
        let mut book = BidBook::default();
        self.campus.bid(self.now, &mut book);
        for (block, bid) in book.blocks().iter().enumerate() {
            assert_eq!(bid.site, SITE);
            let award = Award {
                block,
                requested_mw: bid.requested_mw,
                served_mw: bid.requested_mw * served,
                price_usd_per_mwh: price,
                span,
            };
            self.campus.award(self.now, &award);
        }
        self.campus.after_dispatch(&mut self.calendar);
        while let Some((_, event)) = self.calendar.peek().filter(|(at, _)| *at <= end) {
            self.calendar.pop();
            self.campus.handle(event, &streams(), &mut self.calendar);
        }
        self.now = end;
    }

    fn hours(&mut self, hours: u32) {
        for _ in 0..hours {
            self.interval(HOUR, 1.0, 50.0);
        }
    }
}

/// No idle power, no users, jobs that fill every accelerator: everything has a closed form.
fn steady() -> AiParams {
    AiParams {
        training_share: 1.0,
        busy_power_share: 1.0,
        pue: 1.25,
        jobs: JobParams { offered_load: 1.0, small_share: 1.0, ..JobParams::default() },
        rent: RentParams { avoidable_usd_per_h: 0.0, ..RentParams::default() },
        ..AiParams::default()
    }
}

/// A month without interruption: FLOP = chips x peak x MFU x time; energy = IT power x PUE x time.
#[test]
fn an_uninterrupted_month_has_its_closed_form() {
    let mut bench = Bench::with(&steady(), h100(), 10_000);
    assert!((bench.campus.it_mw() - 12.75).abs() < 1e-9);
    bench.hours(720);
    let totals = bench.campus.take_totals(bench.now);
    let flop = 10_000.0 * 989e12 * 0.40 * 720.0 * 3600.0;
    assert!((totals.compute.delivered_training_flop() / flop - 1.0).abs() < 1e-12);
    assert_eq!(totals.compute.effective_flop, totals.compute.gross_flop);
    let mwh = 12.75 * 1.25 * 720.0;
    assert!((totals.training_mwh / mwh - 1.0).abs() < 1e-12);
    assert!((totals.energy_cost_usd / (mwh * 50.0) - 1.0).abs() < 1e-12);
    assert!((totals.training_hours / 7_200_000.0 - 1.0).abs() < 1e-12);
    assert!((totals.rent_usd / 14_400_000.0 - 1.0).abs() < 1e-12);
    assert_eq!((totals.interruptions, totals.inference_mwh), (0, 0.0));
    assert_eq!(bench.campus.take_totals(bench.now), CampusTotals::default());
}

/// Unequal intervals, and one cut short by a second dispatch: energy is what was served, when it was.
#[test]
fn energy_is_exact_over_unequal_intervals() {
    let mut bench = Bench::with(&steady(), h100(), 1_000);
    let mw = bench.campus.grid_mw();
    let mut expected = 0.0;
    for (minutes, served) in [(60, 1.0), (15, 0.5), (5, 0.75), (40, 1.0)] {
        bench.interval(SimSpan(minutes * 60_000), served, 10.0);
        expected += mw * served * minutes as f64 / 60.0;
    }
    // Awarded for an hour, redispatched after 20 minutes.
    let award = |served| Award {
        block: 0,
        requested_mw: mw,
        served_mw: mw * served,
        price_usd_per_mwh: 10.0,
        span: HOUR,
    };
    bench.campus.award(bench.now, &award(1.0));
    bench.campus.award(bench.now + SimSpan(20 * 60_000), &award(0.6));
    expected += mw * (20.0 / 60.0 + 0.6);
    let totals = bench.campus.take_totals(bench.now + SimSpan(3 * HOUR_MS));
    assert!((totals.training_mwh / expected - 1.0).abs() < 1e-12, "{} {expected}", totals.training_mwh);
    assert!((totals.energy_cost_usd / (expected * 10.0) - 1.0).abs() < 1e-12);
}

/// The short-run value of an H100 at 2.00 $/h: 1,255 $/MWh at a PUE of 1.25.
#[test]
fn the_operating_bid_is_rent_over_energy() {
    let bench = Bench::with(&steady(), h100(), 1_000);
    let bid = bench.campus.training_bid_usd_per_mwh().unwrap();
    assert!((bid - 1_255.0).abs() < 0.5, "{bid}");
    // Every generation at default rents and PUE bids between 1,000 and 1,500 $/MWh in 2025.
    for name in ["A100 SXM4 80GB", "H100 SXM5 80GB", "B200 SXM", "GB200 NVL72"] {
        let bench = Bench::with(&AiParams::default(), by_name(name).unwrap().spec, 1_000);
        let bid = bench.campus.training_bid_usd_per_mwh().unwrap();
        assert!((1_000.0..1_500.0).contains(&bid), "{name}: {bid}");
    }
}

#[test]
fn training_is_controllable_unless_it_is_firm_and_inference_is_firm() {
    let bids = |params: &AiParams| {
        let bench = Bench::with(params, h100(), 1_000);
        let mut book = BidBook::default();
        bench.campus.bid(SimTime::ZERO, &mut book);
        book.blocks().iter().map(|block| (block.class, block.bid)).collect::<Vec<_>>()
    };
    let price = Bench::with(&AiParams::default(), h100(), 1_000).campus.training_bid_usd_per_mwh().unwrap();
    let default = AiParams::default();
    assert_eq!(bids(&default), [(AI_TRAINING, Bid::AtMost(price)), (AI_INFERENCE, Bid::Firm)]);
    let firm = AiParams { training_is_firm: true, ..default };
    assert_eq!(bids(&firm), [(AI_TRAINING, Bid::Firm), (AI_INFERENCE, Bid::Firm)]);
    let serving = AiParams { training_share: 0.0, ..default };
    assert_eq!(bids(&serving), [(AI_INFERENCE, Bid::Firm)]);
}

/// A campus that only serves: its one block is inference, and its energy follows the users' day.
#[test]
fn inference_follows_the_local_day() {
    let params = AiParams { training_share: 0.0, ..AiParams::default() };
    let mut bench = Bench::with(&params, h100(), 1_000);
    let mut energy = Vec::new();
    for hour in 0..24 {
        bench.campus.set_local_hour(hour, 2);
        let it_mw = 1.275
            * (0.22 + (0.80 - 0.22) * params.inference.utilisation_at(params.inference.utilisation, hour, 2));
        assert!((bench.campus.it_mw() - it_mw).abs() < 1e-12);
        bench.hours(1);
        let totals = bench.campus.take_totals(bench.now);
        assert!((totals.inference_mwh / (it_mw * params.pue) - 1.0).abs() < 1e-12);
        assert_eq!((totals.training_mwh, totals.compute.gross_flop), (0.0, 0.0));
        energy.push(totals.inference_mwh);
    }
    assert!(energy[14] > energy[2] * 1.3);
}

/// A deep cut costs one restart however long it lasts; a shallow one costs only time.
#[test]
fn a_deep_cut_is_one_interruption() {
    let mut bench = Bench::with(&AiParams::default(), h100(), 20_000);
    bench.hours(2_000);
    bench.campus.take_totals(bench.now);
    for served in [0.6, 1.0, 0.2, 0.0, 0.4, 1.0] {
        bench.interval(HOUR, served, 0.0);
    }
    let totals = bench.campus.take_totals(bench.now);
    assert_eq!(totals.interruptions, 1);
    assert!(totals.lost_hours > 0.0 && totals.compute.lost_flop > 0.0);
    let flop_per_hour = 989e12 * 0.40 * 3600.0;
    assert!((totals.compute.lost_flop / (totals.lost_hours * flop_per_hour) - 1.0).abs() < 1e-12);
}

/// A first power-up is not an interruption.
#[test]
fn nothing_is_lost_before_anything_ran() {
    let mut bench = Bench::with(&AiParams::default(), h100(), 20_000);
    bench.interval(HOUR, 0.1, 0.0);
    bench.hours(10);
    assert_eq!(bench.campus.take_totals(bench.now).interruptions, 0);
}

/// Small jobs one by one, or as a flow of the same accelerator hours: the same work within 3 %.
#[test]
fn the_flow_of_small_jobs_stands_for_the_jobs() {
    let hours = |simulate_small| {
        let jobs = JobParams {
            simulate_small,
            // Nothing but small jobs of little spread, so that the comparison is sharp.
            small_share: 0.999,
            small_sigma: 0.5,
            small_accelerators_sigma: 1.0,
            offered_load: 0.7,
            large_from_accelerators: 16,
            ..JobParams::default()
        };
        let params = AiParams { training_share: 1.0, jobs, ..AiParams::default() };
        let mut bench = Bench::with(&params, h100(), 400);
        bench.hours(48);
        bench.campus.take_totals(bench.now);
        bench.hours(240);
        let totals = bench.campus.take_totals(bench.now);
        let large = bench.campus.jobs().busy(JobKind::Large);
        assert_eq!(large, 0.0, "no pretraining in this mix");
        assert_eq!(simulate_small, totals.jobs_finished > 1_000);
        totals.training_hours
    };
    let (one_by_one, flow) = (hours(true), hours(false));
    assert!((one_by_one / flow - 1.0).abs() < 0.03, "{one_by_one} {flow}");
}

/// The default mix is served: the line does not grow without bound, and most accelerators are busy.
#[test]
fn the_default_load_is_carried() {
    let mut bench = Bench::with(&AiParams::default(), h100(), 60_000);
    bench.hours(8_766);
    bench.campus.take_totals(bench.now);
    bench.hours(4 * 8_766);
    let totals = bench.campus.take_totals(bench.now);
    let busy = totals.training_hours / (bench.campus.training_accelerators() * 4.0 * 8_766.0);
    assert!((0.75..0.92).contains(&busy), "busy {busy}");
    assert!(bench.campus.jobs().waiting(JobKind::Large) < 100);
    assert!(totals.compute.largest_run_flop > 1e25, "{:e}", totals.compute.largest_run_flop);
}

/// Orders fill the energized megawatts with the best on sale, and hardware is replaced at its end.
#[test]
fn energized_megawatts_are_filled_and_renewed() {
    let params = AiParams::default();
    let mut bench = Bench::new(&params);
    bench.campus.energize(120.0);
    let mut ordered = 0;
    let mut last_flop = 0.0;
    let mut generations = 0;
    for month in 0..144_u32 {
        let year = 2025.0 + f64::from(month) / 12.0;
        if let Some(order) = bench.campus.review(year, &mut bench.calendar) {
            ordered += u64::from(order.count);
            assert!(order.due > bench.now && order.due.is_hour_edge() && order.cost_usd() > 0.0);
            assert_eq!(order.spec, best_available(year, 1.3));
        }
        assert!(bench.campus.review(year, &mut bench.calendar).is_none(), "ordered twice");
        for _ in 0..730 {
            bench.interval(HOUR, 1.0, 40.0);
        }
        assert!(bench.campus.installed_mw() <= 120.0 + 1e-9);
        assert!(bench.campus.grid_mw() <= bench.campus.installed_mw());
        if month >= 5 {
            assert!(bench.campus.installed_mw() > 119.9, "month {month}: {}", bench.campus.installed_mw());
            let tflops: f64 =
                bench.campus.batches().iter().map(|b| b.spec.dense_tflops * f64::from(b.count)).sum();
            assert!(tflops >= last_flop);
            generations += u32::from(tflops > 1.5 * last_flop);
            last_flop = tflops;
        }
    }
    assert_eq!(generations, 3, "2025, 2030 and 2035");
    assert!(ordered > 0);
}

/// Saving and restoring in the middle changes no byte of what follows.
#[test]
fn a_restored_campus_goes_on_like_the_original() {
    let mut bench = Bench::with(&AiParams::default(), h100(), 5_000);
    let mut rng = streams().open(Key::of("test"), Purpose::of("cuts"));
    let mut cut = move || if uniform_open(&mut rng) < 0.1 { 0.3 } else { 1.0 };
    let cuts: Vec<f64> = (0..2_000).map(|_| cut()).collect();
    for served in &cuts[..900] {
        bench.interval(HOUR, *served, 60.0);
    }
    let saved = serde_json::to_string(&(&bench.campus, &bench.calendar)).unwrap();
    let (campus, calendar) = serde_json::from_str(&saved).unwrap();
    let mut copy = Bench { campus, calendar, now: bench.now };
    assert_eq!(serde_json::to_string(&(&copy.campus, &copy.calendar)).unwrap(), saved);
    for served in &cuts[900..] {
        bench.interval(HOUR, *served, 60.0);
        copy.interval(HOUR, *served, 60.0);
    }
    let bytes = |bench: &Bench| serde_json::to_string(&(&bench.campus, &bench.calendar)).unwrap();
    assert_eq!(bytes(&bench), bytes(&copy));
    assert!(bench.campus.take_totals(bench.now).interruptions > 50);
}

/// One job of the slow walk.
struct SlowJob {
    accelerators: f64,
    left_hours: f64,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Work is conserved under random cuts: accelerator hours, finished jobs and finishing times agree with
    /// a walk that keeps the remaining work of every job and knows no clock.
    #[test]
    fn work_is_conserved_under_random_cuts(
        sizes in prop::collection::vec((1..40_u32, 0.01..30.0_f64), 1..30),
        cuts in prop::collection::vec((1..50_u64, 0.0..1.0_f64), 40),
    ) {
        let capacity = 60.0;
        let checkpoint = CheckpointParams::default();
        let mut jobs = Jobs::default();
        let mut waiting: VecDeque<(u64, SlowJob)> = VecDeque::new();
        for (number, (accelerators, hours)) in (0..).zip(&sizes) {
            let job = super::super::jobs::Job {
                number,
                kind: JobKind::Large,
                accelerators: *accelerators,
                hours: *hours,
                goodput_ppm: 1_000_000,
            };
            jobs.arrive(job);
            let job = SlowJob { accelerators: f64::from(*accelerators), left_hours: *hours };
            waiting.push_back((number, job));
        }
        let mut running: Vec<(u64, SlowJob)> = Vec::new();
        let (mut fast_hours, mut slow_hours) = (0.0, 0.0);
        let (mut fast_end, mut slow_end) = (Vec::new(), Vec::new());
        let mut now = SimTime::ZERO;
        let mut slow_now = 0.0_f64;
        for (minutes, served) in cuts.into_iter().chain([(60_000, 1.0)]) {
            let speed = if served < 0.3 { 0.0 } else { served };
            jobs.set_speed(now, speed);
            if served < 0.1 {
                jobs.set_back(now, JobKind::Large, checkpoint.loss_hours(1e4));
                for (_, job) in &mut running {
                    job.left_hours += checkpoint.loss_hours(1e4);
                }
            }
            let end = now + SimSpan(minutes * 60_000);
            jobs.start(now, (0, capacity as u32));
            loop {
                let at = jobs.next_finish().filter(|at| *at <= end).unwrap_or(end);
                fast_hours += jobs.busy(JobKind::Large) * speed * at.since(now).as_hours();
                now = at;
                while let Some(job) = jobs.finish(now) {
                    fast_end.push((job.number, now.0));
                }
                jobs.start(now, (0, capacity as u32));
                if now == end && jobs.next_finish().is_none_or(|at| at > end) {
                    break;
                }
            }
            // The walk: to the next end of a job or of the interval, job by job.
            let slow_until = end.0 as f64 / HOUR_MS as f64;
            loop {
                while let Some((_, job)) = waiting.front() {
                    let busy: f64 = running.iter().map(|(_, job)| job.accelerators).sum();
                    if busy + job.accelerators > capacity {
                        break;
                    }
                    running.extend(waiting.pop_front());
                }
                let next = running.iter().map(|(_, job)| job.left_hours).fold(f64::MAX, f64::min);
                let step = if speed > 0.0 { (next / speed).min(slow_until - slow_now) } else { slow_until - slow_now };
                for (_, job) in &mut running {
                    slow_hours += job.accelerators * speed * step;
                    job.left_hours -= speed * step;
                }
                slow_now += step;
                let done = |job: &SlowJob| speed > 0.0 && job.left_hours <= 1e-9;
                slow_end.extend(running.iter().filter(|(_, job)| done(job)).map(|(n, _)| (*n, slow_now)));
                let before = running.len();
                running.retain(|(_, job)| !done(job));
                if running.len() == before && slow_until - slow_now < 1e-12 {
                    slow_now = slow_until;
                    break;
                }
            }
        }
        prop_assert!(running.is_empty() && waiting.is_empty());
        fast_end.sort_unstable();
        slow_end.sort_unstable_by_key(|(number, _)| *number);
        prop_assert_eq!(fast_end.len(), sizes.len());
        for ((number, at_ms), (slow_number, at_h)) in fast_end.iter().zip(&slow_end) {
            prop_assert_eq!(number, slow_number);
            // Every end before it may have been rounded up by a millisecond.
            let off_ms = *at_ms as f64 - at_h * HOUR_MS as f64;
            prop_assert!(off_ms.abs() < 1.0 + sizes.len() as f64, "job {}: {} ms off", number, off_ms);
        }
        prop_assert!((fast_hours / slow_hours - 1.0).abs() < 1e-5, "{} {}", fast_hours, slow_hours);
    }
}

#[test]
fn demand_levels_follow_the_year_of_the_review() {
    let inference = InferenceParams { growth_x_per_year: 1.1, ..InferenceParams::default() };
    let mut bench = Bench::with(&AiParams { inference, ..AiParams::default() }, h100(), 1_000);
    let bid = bench.campus.training_bid_usd_per_mwh().unwrap();
    bench.campus.energize(0.0);
    assert!(bench.campus.review(2027.0, &mut bench.calendar).is_none());
    bench.campus.set_local_hour(12, 0);
    let level = inference.utilisation * 1.1 * 1.1;
    assert!((bench.campus.inference_utilisation - inference.utilisation_at(level, 12, 0)).abs() < 1e-12);
    let rent_bid = bid + 0.05 / (1.275 * 1.2) * 1000.0;
    let expected = rent_bid * 0.81 - 0.05 / (1.275 * 1.2) * 1000.0;
    assert!((bench.campus.training_bid_usd_per_mwh().unwrap() - expected).abs() < 1e-9);
}
