//! One hand-worked case per kind of track: exact dates, dollars and megawatts, on the three-bus grid of the
//! parent module. All requests stand at bus 2: of P megawatts 7/12 flow on branch 0-2 (40 of 100 MW used) and
//! 5/12 on 1-2 (20 of 80 MW used). Ten miles of new conductors cost 12.9 M$ and take 27 months.

use super::*;
use crate::interconnection::track::{
    Amount, CostShares, Forfeits, Intake, Late, Penalty, Phase, Rank, Restudy, Scope, Track,
};
use crate::policy::testing::rule;
use crate::policy::{Hooks, Module, Transition, Verdict};

const STATION: f64 = 22.5e6;
const CONDUCTORS: f64 = 12.9e6;
const LEAD_DAYS: f64 = 27.0 * 365.25 / 12.0;

fn day(days: u64) -> SimTime {
    SimTime::from_hours(24 * days)
}

fn phase(days: f64) -> Phase {
    Phase { study: Duration::Fixed { days }, restudy: Duration::Fixed { days }, ..Phase::default() }
}

/// A world in which everybody comes under one track.
fn world_under(process: &'static Module) -> World {
    let mut world = World::new(fixed_params());
    world.policies.rules.push(rule(process, &[]));
    world
}

const fn of_process(name: &'static str, process: fn(&crate::policy::Rule) -> Track) -> Module {
    Module { name, meaning: "", params: &[], hooks: Hooks { process: Some(process), ..Hooks::NONE } }
}

impl World {
    fn stage(&self, number: u32) -> Stage {
        self.queue.request(RequestId(number)).unwrap().stage()
    }

    fn exit(&self, number: u32) -> Option<Exit> {
        self.queue.request(RequestId(number)).unwrap().exit()
    }

    fn allocated(&self, number: u32) -> f64 {
        self.queue.request(RequestId(number)).unwrap().allocated().as_usd()
    }
}

/// Windows of 45 days a year, 60 days of engagement, a cluster study of 150 and a facilities study of 90 days
/// with 30 days to answer; 5,000 $ to apply, 100,000 $ for the studies, 300,000 $ of readiness deposit, all of
/// it lost by leaving if that harms anybody; security of 20 % of the upgrades.
fn cluster(_: &crate::policy::Rule) -> Track {
    let penalty = Penalty { deposit_share: 1.0, only_if_harmful: true, ..Penalty::default() };
    Track {
        name: "cluster".to_owned(),
        intake: Intake::Windows {
            first: SimTime::ZERO,
            every: Some(SimSpan::from_days(365)),
            open: SimSpan::from_days(45),
            engagement: SimSpan::from_days(60),
        },
        application_fee: Amount::flat(5_000.0),
        entry_deposit: Amount::flat(300_000.0),
        phases: vec![
            Phase { fee: Amount::flat(100_000.0), penalty: penalty.clone(), ..phase(150.0) },
            Phase { penalty, ..phase(90.0) },
        ],
        restudy: Restudy::UntilStable { most: 3 },
        restudy_fee: Amount::flat(50_000.0),
        shares: CostShares::Impact { dfax_min: 0.03 },
        forfeits: Forfeits::Round,
        security: Amount { upgrade_share: 0.2, ..Amount::NONE },
        ..Track::default()
    }
}

pub(super) static CLUSTER: Module = of_process("cluster", cluster);

/// 60 + 50 + 10 MW put 110 MW on 0-2: new conductors, shared 60 : 50 : 10. Without the last one 104.2 MW
/// still need them.
fn cluster_of_three(third: Answer) -> World {
    let mut world = world_under(&CLUSTER);
    world.plan(10, application("a", 60.0), Answer::Accept);
    world.plan(20, application("b", 50.0), Answer::Accept);
    world.plan(44, application("c", 10.0), third);
    world
}

#[test]
fn a_cluster_shares_what_it_needs_and_signs_together() {
    let mut world = cluster_of_three(Answer::Accept);
    world.run();
    // Closes on day 45, studied from 105 to 255, answers on 285, facilities study to 375, signs on 405,
    // builds from 495; conductors ordered on day 405.
    for number in 0..3 {
        for (stage, at) in
            [(Stage::Agreement, 405.0), (Stage::Building, 495.0), (Stage::Energized, 405.0 + LEAD_DAYS)]
        {
            let found = world.day_of(number, stage).unwrap();
            assert!((found - at).abs() < 0.05, "{number} {stage} on day {found}, not {at}");
        }
        assert_eq!(world.queue.request(RequestId(number)).unwrap().studies(), 2);
    }
    let first_studied = world.queue.requests().map(|(_, r)| r.history()[1]).collect::<Vec<_>>();
    assert!(first_studied.iter().all(|stamp| (stamp.at, stamp.stage) == (day(105), Stage::Studying)));
    let shares = [0, 1, 2].map(|number| world.allocated(number));
    assert_eq!(shares, [CONDUCTORS * 0.5, CONDUCTORS * 5.0 / 12.0, CONDUCTORS / 12.0]);
    assert_eq!(world.queue.upgrades().len(), 1, "the facilities study renews the proposal of the first");
    // Fee, study, share and station; deposits and security came back.
    assert_eq!(world.dollars("firms/a"), -(105_000.0 + shares[0] + STATION));
    assert_eq!(world.dollars("firms/c"), -(105_000.0 + shares[2] + STATION));
    assert_eq!(world.dollars(TRANSMISSION_ACCOUNT), CONDUCTORS);
    assert_eq!(world.dollars(DEPOSITS_ACCOUNT), 0.0);
}

#[test]
fn a_leaver_pays_for_what_it_shifts_and_the_cluster_is_studied_again() {
    let mut world = cluster_of_three(Answer::Decline);
    world.run();
    // c leaves on day 285; restudied to 435, answers on 465, facilities to 555, signed on 585.
    assert_eq!((world.stage(2), world.exit(2)), (Stage::Withdrawn, Some(Exit::Declined)));
    assert_eq!(world.day_of(2, Stage::Withdrawn), Some(285.0));
    assert_eq!(world.day_of(0, Stage::Agreement), Some(585.0));
    assert_eq!(world.queue.request(RequestId(0)).unwrap().studies(), 3);
    // Of 12.9 M$, c's twelfth (1,075,000 $) falls on the others 60 : 50, and its 300,000 $ pay for part of it.
    let shares = [0, 1].map(|number| world.allocated(number));
    let [a, b] = [CONDUCTORS * 6.0 / 11.0, CONDUCTORS * 5.0 / 11.0];
    assert!((shares[0] - a).abs() < 0.01 && (shares[1] - b).abs() < 0.01, "{shares:?}");
    let relief = [300_000.0 * 6.0 / 11.0, 300_000.0 * 5.0 / 11.0];
    for (number, owner) in ["firms/a", "firms/b"].into_iter().enumerate() {
        let expected = -(155_000.0 + shares[number] - relief[number] + STATION);
        assert!(
            (world.dollars(owner) - expected).abs() < 0.02,
            "{owner}: {} {expected}",
            world.dollars(owner)
        );
    }
    assert_eq!(world.dollars("firms/c"), -405_000.0, "fee, study and deposit");
    assert_eq!(world.dollars(TRANSMISSION_ACCOUNT), CONDUCTORS);
    assert_eq!(world.dollars(DEPOSITS_ACCOUNT), 0.0);
    world.ledger.check().unwrap();
}

#[test]
fn leaving_a_cluster_without_harm_is_free_and_a_missed_window_is_a_year() {
    let mut world = world_under(&CLUSTER);
    world.plan(10, application("a", 30.0), Answer::Accept);
    world.plan(20, application("b", 20.0), Answer::Decline);
    world.plan(45, application("late", 20.0), Answer::Accept);
    world.run();
    assert_eq!(world.dollars("firms/b"), -105_000.0, "the deposit came back");
    assert_eq!(world.queue.request(RequestId(0)).unwrap().studies(), 2, "nothing to study again");
    // The next window opens on day 365, closes on 410, and is studied from 470 on.
    let late = world.queue.request(RequestId(2)).unwrap();
    assert_eq!(late.entered(Stage::Agreement), Some(day(470 + 150 + 30 + 90 + 30)));
    assert_eq!(late.history()[1].at, day(470));
}

pub(super) static SCHEDULE: Module = of_process("schedule", |_| Track {
    // Penalties that grow with the phase: 10 % of the deposit, 35 % of it raised to 8,000 $/MW, and all of 20 %
    // of the upgrades.
    phases: vec![
        Phase {
            deposit: Amount::per_mw(8_000.0),
            penalty: Penalty { deposit_share: 0.1, ..Penalty::default() },
            ..phase(100.0)
        },
        Phase { penalty: Penalty { deposit_share: 0.35, ..Penalty::default() }, ..phase(100.0) },
    ],
    name: "schedule".to_owned(),
    entry_deposit: Amount::per_mw(4_000.0),
    ..Track::default()
});

#[test]
fn leaving_costs_more_the_later_it_is() {
    // Reports on days 100 and 230; the answer to the first one is due on day 130.
    for (leaves, lost) in [(50, 0.0), (110, 0.1 * 4_000.0), (150, 0.1 * 8_000.0), (240, 0.35 * 8_000.0)] {
        let mut world = world_under(&SCHEDULE);
        world.plan(0, application("a", 60.0), Answer::Accept);
        world.calendar.schedule(Event::Withdraw(0), day(leaves));
        world.run();
        assert_eq!(world.stage(0), Stage::Withdrawn);
        assert!((world.dollars("firms/a") + 60.0 * lost).abs() < 1e-6, "day {leaves}");
        assert!((world.dollars(TRANSMISSION_ACCOUNT) - 60.0 * lost).abs() < 1e-6);
    }
}

fn lane(rank: Rank) -> Track {
    Track {
        name: "lane".to_owned(),
        intake: Intake::Slots {
            first: day(10),
            period: SimSpan::from_days(90),
            requests: Some(2),
            mw: Some(100.0),
            total_requests: Some(4),
            by_zone: false,
            rank,
            jointly: false,
        },
        phases: vec![phase(30.0)],
        ..Track::default()
    }
}

pub(super) static BY_DATE: Module = of_process("by_date", |_| lane(Rank::Filed));
static BY_BID: Module = of_process("by_bid", |_| lane(Rank::Auction));
static BY_SCORE: Module =
    of_process("by_score", |_| lane(Rank::Score { readiness: 0.0, early: 0.0, small: 1.0, flexible: 0.5 }));

#[test]
fn places_by_date_are_taken_at_once_and_then_by_the_period() {
    let mut world = world_under(&BY_DATE);
    for (filed, name, mw) in [
        (0, "a", 60.0),
        (20, "b", 50.0),
        (30, "c", 40.0),
        (40, "d", 30.0),
        (50, "giant", 120.0),
        (60, "e", 5.0),
    ] {
        world.plan(filed, application(name, mw), Answer::Accept);
    }
    world.run();
    // First period, days 10 to 100: a when it begins; b does not fit beside it, c fills it. Second period: b
    // and d, and with four taken in all there is nothing left for e. The giant is larger than any period.
    let studied = [0, 1, 2, 3].map(|number| world.day_of(number, Stage::Studying));
    assert_eq!(studied, [Some(10.0), Some(100.0), Some(30.0), Some(100.0)]);
    assert_eq!((world.day_of(4, Stage::Rejected), world.exit(4)), (Some(50.0), Some(Exit::NoPlace)));
    assert_eq!((world.day_of(5, Stage::Rejected), world.exit(5)), (Some(100.0), Some(Exit::NoPlace)));
}

#[test]
fn places_go_to_the_best_and_all_pay_the_highest_bid_that_was_not_taken() {
    let bid = |name: &str, mw, bid_usd_per_mw| Application {
        attributes: Attributes { bid_usd_per_mw, ..Attributes::default() },
        ..application(name, mw)
    };
    let mut world = world_under(&BY_BID);
    world.plan(0, bid("low", 20.0, 1_000.0), Answer::Accept);
    world.plan(0, bid("high", 20.0, 9_000.0), Answer::Accept);
    world.plan(50, bid("middle", 20.0, 5_000.0), Answer::Accept);
    world.run();
    // Ranked when the period ends on day 100: high and middle pay 1,000 $/MW; low goes next, for nothing.
    assert_eq!([0, 1, 2].map(|n| world.day_of(n, Stage::Studying)), [Some(190.0), Some(100.0), Some(100.0)]);
    assert_eq!(world.dollars(TRANSMISSION_ACCOUNT), 40.0 * 1_000.0);
    assert_eq!(world.dollars("firms/high"), -(20_000.0 + STATION));
    assert_eq!(world.dollars("firms/low"), -STATION);

    // 1 / (1 + MW / 100) is 1/2 for 100 MW, 5/6 for 20 and 10/11 for 10; flexible adds a half.
    let mut world = world_under(&BY_SCORE);
    world.plan(0, application("large", 99.0), Answer::Accept);
    world.plan(
        0,
        Application { service: Service::Controllable, ..application("flexible", 80.0) },
        Answer::Accept,
    );
    world.plan(0, application("small", 20.0), Answer::Accept);
    world.run();
    assert_eq!([0, 1, 2].map(|n| world.day_of(n, Stage::Studying)), [Some(190.0), Some(100.0), Some(100.0)]);
}

pub(super) static CONDITIONAL: Module = of_process("conditional", |_| Track {
    name: "conditional".to_owned(),
    scope: Scope::Conditional { years: 0.5 },
    ..Track::default()
});

#[test]
fn conditional_megawatts_come_at_once_lapse_and_return() {
    let mut world = world_under(&CONDITIONAL);
    world.plan(0, Application { ramp_months: 0, ..application("a", 150.0) }, Answer::Accept);
    world.run();
    let a = world.queue.request(RequestId(0)).unwrap();
    // 60 MW x 12/7 are firm. Signed on day 120, built from 210, power after 400 days of own works on 610, not
    // 27 months after the order; half a year later the rest lapses until both lines have new conductors.
    let offer = a.offer().unwrap();
    let firm_mw = 60.0 * 12.0 / 7.0;
    assert!(
        (offer.firm_mw - firm_mw).abs() < 1e-6 && (offer.firm_mw + offer.conditional_mw - 150.0).abs() < 1e-9
    );
    assert_eq!(a.entered(Stage::Energized), Some(day(610)));
    let powers: Vec<(f64, String)> = world
        .log
        .iter()
        .filter(|(_, text)| text.starts_with("Energized") || text.starts_with("Firm"))
        .map(|(at, text)| (at.since(SimTime::ZERO).as_days(), text.split(", ").last().unwrap().to_owned()))
        .collect();
    let days: Vec<f64> = powers.iter().map(|(at, _)| *at).collect();
    let done = 120.0 + LEAD_DAYS;
    for (found, at) in days.iter().zip([610.0, 610.0, 610.0 + 365.25 / 2.0, done, done]) {
        assert!((found - at).abs() < 0.05, "{powers:?}");
    }
    assert!(powers[0].1.starts_with("firm_mw: 102.857"), "{powers:?}");
    assert_eq!(powers[1].1, "energized_mw: 150.0 }");
    assert!(powers[2].1.starts_with("energized_mw: 102.857"), "{powers:?}");
    assert_eq!((powers[3].1.as_str(), powers[4].1.as_str()), ("firm_mw: 150.0 }", "energized_mw: 150.0 }"));
    assert_eq!(world.dollars(TRANSMISSION_ACCOUNT), 2.0 * CONDUCTORS, "being firm costs the upgrades");
}

static STAMP: Module = of_process("stamp", |_| Track {
    name: "stamp".to_owned(),
    shares: CostShares::PostageStamp,
    ..Track::default()
});
static ALLOWANCE: Module = of_process("allowance", |_| Track {
    name: "allowance".to_owned(),
    allowance_usd: 20e6,
    ..Track::default()
});

#[test]
fn what_the_region_pays_is_in_the_rate_base() {
    // 150 MW need new conductors on both lines: 25.8 M$.
    for (module, own) in [(&STAMP, 0.0), (&ALLOWANCE, 5.8e6)] {
        let mut world = world_under(module);
        world.plan(0, application("a", 150.0), Answer::Accept);
        world.run();
        assert_eq!(world.allocated(0), own);
        assert_eq!(world.dollars("firms/a"), -(own + 1.5 * STATION));
        assert_eq!(world.dollars(RATE_BASE_ACCOUNT), -(2.0 * CONDUCTORS - own));
        assert_eq!(world.rating_mw, [100.0, 150.0, 100.0]);
    }
}

static LATE: Module = of_process("late", |_| Track {
    name: "late".to_owned(),
    entry_deposit: Amount::flat(30_000.0),
    phases: vec![Phase {
        late: Some(Late { due_days: 80.0, usd_per_day: 1_000.0, max_deposit_share: 0.5 }),
        ..phase(90.0)
    }],
    ..Track::default()
});

#[test]
fn a_late_office_owes_up_to_a_part_of_the_deposit() {
    let mut world = world_under(&LATE);
    world.plan(0, application("a", 10.0), Answer::Decline);
    world.run();
    // Ten days late.
    assert_eq!(world.dollars("firms/a"), 10_000.0);
    assert_eq!(world.dollars(STUDY_ACCOUNT), -10_000.0);
}

#[test]
fn of_a_project_at_several_sites_the_first_to_sign_is_built() {
    let mut world = World::new(fixed_params());
    let at = |name: &str, bus| Application {
        project: Some("campus".to_owned()),
        bus: Some(BusId(bus)),
        ..application(name, 20.0)
    };
    world.plan(0, at("here", 1), Answer::Decline);
    world.plan(5, at("there", 2), Answer::Accept);
    world.plan(9, at("elsewhere", 2), Answer::Accept);
    world.run();
    assert_eq!([0, 1, 2].map(|n| world.exit(n)), [Some(Exit::Declined), None, Some(Exit::BuiltElsewhere)]);
    assert_eq!(world.day_of(2, Stage::Withdrawn), world.day_of(1, Stage::Agreement));
}

#[test]
fn what_is_not_delivered_stays_booked() {
    let mut world = World::new(fixed_params());
    world.plan(0, Application { delivered_share: 0.5, ..application("half", 100.0) }, Answer::Accept);
    world.run();
    let half = world.queue.request(RequestId(0)).unwrap();
    assert_eq!((half.stage(), half.energized_mw(), half.delivered_mw()), (Stage::Full, 50.0, 50.0));
    // Wanted at once; energized on day 700.
    assert_eq!(half.late(), Some(SimSpan::from_days(700)));
    world.plan(3_000, application("next", 10.0), Answer::Accept);
    while world.calendar.peek().is_some_and(|(at, _)| at <= day(3_001)) {
        world.step();
    }
    let round = world.queue.request(RequestId(1)).unwrap().round().unwrap();
    let booked: Vec<_> = world.queue.commitments(round).iter().map(|of| (of.bus, of.mw)).collect();
    assert_eq!(booked, [(BusId(2), 50.0)]);
}

#[test]
fn a_project_may_be_put_off_as_long_as_its_track_allows() {
    static PATIENT: Module = of_process("patient", |_| Track {
        name: "patient".to_owned(),
        suspension_years: 1.0,
        ..Track::default()
    });
    let mut world = world_under(&PATIENT);
    world.plan(0, application("a", 20.0), Answer::Accept);
    // Studied to day 90, signed on 120, put off from 150 to 350, papers from then to 440, works to 840.
    while world.calendar.peek().is_some_and(|(at, _)| at <= day(150)) {
        world.step();
    }
    world.calendar.schedule(Event::Withdraw(7), day(150));
    world.step();
    let put_off = |world: &mut World, days| {
        let (calendar, ledger) = (&mut world.calendar, &mut world.ledger);
        world.queue.suspend(RequestId(0), SimSpan::from_days(days), calendar, ledger)
    };
    assert_eq!(put_off(&mut world, 200), Ok(Vec::new()));
    assert_eq!(world.stage(0), Stage::Suspended);
    let mut again = world.clone();
    world.run();
    assert_eq!(world.day_of(0, Stage::Energized), Some(840.0));
    // 200 more days from day 400 on are more than a year in all.
    while again.calendar.peek().is_some_and(|(at, _)| at <= day(350)) {
        again.step();
    }
    put_off(&mut again, 200).unwrap();
    assert_eq!((again.stage(0), again.exit(0)), (Stage::Expired, Some(Exit::SuspendedTooLong)));
}

#[test]
fn rules_hold_back_cut_down_and_refuse() {
    static WAIT: Module = Module {
        name: "wait",
        meaning: "",
        params: &[],
        hooks: Hooks {
            admit: Some(|rule, asked, now, books| match asked.mw {
                mw if mw > 500.0 => Verdict::Refuse("too_large"),
                _ if now < SimTime::from_hours(24 * 100) => Verdict::Wait(SimTime::from_hours(24 * 100)),
                _ => Verdict::AcceptUpTo(50.0 - books.admitted_mw(&rule.applies_to, SimTime::ZERO)),
            }),
            ..Hooks::NONE
        },
    };
    let mut world = world_under(&WAIT);
    world.plan(0, application("first", 40.0), Answer::Accept);
    world.plan(1, application("giant", 600.0), Answer::Accept);
    world.plan(2, application("second", 40.0), Answer::Accept);
    world.plan(3, application("third", 40.0), Answer::Accept);
    world.run();
    assert_eq!([0, 2].map(|n| world.day_of(n, Stage::Held)), [Some(0.0), Some(2.0)]);
    assert_eq!([0, 2].map(|n| world.day_of(n, Stage::Studying)), [Some(100.0), Some(100.0)]);
    // 40 of 50 MW are taken, so the second gets 10 and the third nothing.
    let second = world.queue.request(RequestId(2)).unwrap();
    assert_eq!((second.asked_mw(), second.application().requested_mw), (40.0, 10.0));
    let why = |n| world.queue.request(RequestId(n)).unwrap().reason().map(str::to_owned);
    assert_eq!(why(1).as_deref(), Some("test: too_large"));
    assert_eq!(why(3).as_deref(), Some("test: nothing is left"));
    assert_eq!((world.exit(1), world.dollars("firms/giant")), (Some(Exit::Rule), 0.0));
}

#[test]
fn a_gate_moves_the_ready_and_sends_the_others_away() {
    static GATE: Module = Module {
        name: "gate",
        meaning: "",
        params: &[],
        hooks: Hooks {
            process: Some(|_| Track {
                name: "gate".to_owned(),
                entry_deposit: Amount::per_mw(1_000.0),
                phases: vec![phase(30.0)],
                ..Track::default()
            }),
            transition: Some(|_, asked| match asked.site_control_share {
                share if share >= 1.0 => Transition::Move,
                _ => Transition::Leave("not_ready"),
            }),
            ..Hooks::NONE
        },
    };
    let mut world = World::new(fixed_params());
    let gate = crate::policy::Rule { effective: day(230), ..rule(&GATE, &[]) };
    world.policies.rules.push(gate);
    world.queue.schedule_reforms(&world.policies, &mut world.calendar);
    let unready = Attributes { site_control_share: 0.5, ..Attributes::default() };
    world.plan(0, application("signed", 20.0), Answer::Accept);
    world.plan(40, application("offered", 20.0), Answer::Accept);
    world.plan(41, Application { attributes: unready, ..application("unready", 20.0) }, Answer::Accept);
    world.plan(60, application("studied", 20.0), Answer::Accept);
    world.run();
    // The first signed on day 210 and keeps its contract. The second holds an offer since day 220, the fourth is
    // in study; both are studied anew in 30 days. The third gets its deposit back.
    assert_eq!(world.day_of(0, Stage::Agreement), Some(210.0));
    assert_eq!([1, 3].map(|n| world.day_of(n, Stage::Agreement)), [Some(290.0), Some(290.0)]);
    assert_eq!((world.day_of(2, Stage::Rejected), world.exit(2)), (Some(230.0), Some(Exit::Rule)));
    assert_eq!(world.queue.request(RequestId(2)).unwrap().reason(), Some("test: not_ready"));
    assert_eq!(world.dollars("firms/unready"), -100_000.0, "the fee of the old track");
    assert_eq!(world.dollars("firms/offered"), -(100_000.0 + STATION));
    assert_eq!(world.dollars(DEPOSITS_ACCOUNT), 0.0);
}

#[test]
fn a_site_out_of_hand_ends_a_request_where_its_track_says_so() {
    static STRICT: Module = of_process("strict", |_| Track {
        name: "strict".to_owned(),
        entry_site_control_share: 0.5,
        phases: vec![Phase { site_control_share: 1.0, ..phase(30.0) }],
        ..Track::default()
    });
    let with = |name: &str, site_control_share| Application {
        attributes: Attributes { site_control_share, ..Attributes::default() },
        ..application(name, 10.0)
    };
    let mut world = world_under(&STRICT);
    world.plan(0, with("none", 0.2), Answer::Accept);
    world.plan(0, with("half", 0.5), Answer::Accept);
    world.plan(0, with("whole", 1.0), Answer::Accept);
    world.run();
    assert_eq!([0, 1, 2].map(|n| world.exit(n)), [Some(Exit::NotReady), Some(Exit::NotReady), None]);
    assert_eq!([0, 1].map(|n| world.day_of(n, Stage::Rejected)), [Some(0.0), None]);
    assert_eq!(world.day_of(1, Stage::Withdrawn), Some(60.0));
}

/// Generators and loads at one station: what one feeds in the other need not bring.
#[test]
fn generators_go_through_the_same_queue() {
    let mut world = World::new(fixed_params());
    let plant = Application { direction: Direction::Generation, ..application("plant", 60.0) };
    world.plan(0, plant, Answer::Accept);
    // Filed when the plant holds a contract: 150 - 60 MW do not overload anything.
    world.plan(220, application("load", 150.0), Answer::Accept);
    world.run();
    assert_eq!(world.stage(0), Stage::Full);
    assert_eq!((world.stage(1), world.allocated(1)), (Stage::Full, 0.0));
    assert!(world.log.iter().any(|(_, text)| text.contains("request: RequestId(0), energized_mw: 60.0")));
}
