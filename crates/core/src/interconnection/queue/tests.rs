//! Dates and money by hand on a three-bus grid with scripted owners.

mod desks;
mod histories;
mod tracks;

use super::*;
use crate::demand::ClassId;
use crate::grid::{BranchId, BranchKind, BusId, ZoneId};
use crate::interconnection::ReadyItem;
use crate::interconnection::group::{GroupOutcome, TransferOutcome};
use crate::interconnection::office::Duration;
use crate::interconnection::request::{Attributes, Direction, RoundId, Service};
use crate::interconnection::study::{Snapshot, StudyBranch, StudyCase, StudyRules};
use crate::interconnection::test_flows::{DenseFlow, triangle, triangle_network};
use crate::interconnection::transfer::UnitFlows;
use crate::interconnection::upgrade::{UpgradeState, Works};
use crate::kernel::{Calendar, SimTime};
use crate::ledger::Cents;
use crate::names::Key;
use crate::policy::Policies;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum Event {
    Queue(QueueEvent),
    File(u32),
    Withdraw(u32),
}

impl From<QueueEvent> for Event {
    fn from(event: QueueEvent) -> Event {
        Event::Queue(event)
    }
}

/// How an owner behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Answer {
    Accept,
    Decline,
    Silence,
}

/// A three-bus grid, its queue and scripted owners.
#[derive(Clone, Serialize, Deserialize)]
struct World {
    calendar: Calendar<Event>,
    ledger: Ledger,
    queue: Queue,
    /// Not kept with the rest: a rule is a function.
    #[serde(skip)]
    policies: Policies,
    applications: Vec<Application>,
    answers: Vec<Answer>,
    rating_mw: [f64; 3],
    log: Vec<(SimTime, String)>,
}

const CIRCUIT_MW: [f64; 3] = [100.0, 100.0, 80.0];

fn branches(rating_mw: [f64; 3]) -> Vec<StudyBranch> {
    let branch = |(circuit_mw, rating_mw)| StudyBranch {
        kind: BranchKind::Line,
        base_kv: 138.0,
        length_mi: Some(10.0),
        circuit_mw,
        rating_mw,
        planned_mw: 0.0,
        emergency_ratio: 1.15,
    };
    CIRCUIT_MW.into_iter().zip(rating_mw).map(branch).collect()
}

/// The peak hour with some loads on top of native flows of 10, 40 and 20 MW.
fn peak(dc: &DenseFlow, unit: &mut UnitFlows, loads: impl Iterator<Item = (BusId, f64)>) -> Snapshot {
    let native = Snapshot {
        name: "peak".into(),
        flow_mw: vec![10.0, 40.0, 20.0],
        upward_mw: vec![(BusId(0), 300.0), (BusId(1), 100.0)],
        ..Snapshot::default()
    };
    let branches = branches(CIRCUIT_MW);
    let mut case = StudyCase::new(dc, unit, vec![native], branches, StudyRules::default()).unwrap();
    loads.for_each(|(bus, mw)| case.commit(bus, mw));
    case.snapshots()[0].clone()
}

fn fixed_params() -> QueueParams {
    QueueParams {
        study_slots: 2,
        study: Duration::Fixed { days: 180.0 },
        restudy: Duration::Fixed { days: 60.0 },
        ..QueueParams::default()
    }
}

fn application(name: &str, mw: f64) -> Application {
    Application {
        name: name.into(),
        class: ClassId(1),
        owner: format!("firms/{name}"),
        zone: ZoneId(0),
        bus: Some(BusId(2)),
        direction: Direction::Load,
        requested_mw: mw,
        delivered_share: 1.0,
        wanted: SimTime::ZERO,
        construction: SimSpan::from_days(400),
        station_lead: Some(SimSpan(0)),
        ramp_months: 4,
        service: Service::Firm,
        attrition: false,
        project: None,
        attributes: Attributes::default(),
    }
}

impl World {
    fn new(params: QueueParams) -> World {
        World {
            calendar: Calendar::new(),
            ledger: Ledger::new(),
            queue: Queue::new(params, Streams::new(1, 0)),
            policies: Policies::default(),
            applications: Vec::new(),
            answers: Vec::new(),
            rating_mw: CIRCUIT_MW,
            log: Vec::new(),
        }
    }

    fn plan(&mut self, day: u64, application: Application, answer: Answer) {
        let at = SimTime::ZERO + SimSpan::from_days(day);
        self.calendar.schedule(Event::File(self.applications.len() as u32), at);
        self.applications.push(application);
        self.answers.push(answer);
    }

    /// The study that the queue asks for, on present ratings and loads.
    fn study(&self, round: RoundId) -> RoundStudy {
        let dc = triangle();
        let mut unit = UnitFlows::new(3, 3, BusId(0));
        let drawn_mw = |request: &Request| match request.application().direction {
            Direction::Load => request.energized_mw(),
            Direction::Generation => -request.energized_mw(),
        };
        let loads = self.queue.requests().filter_map(|(_, r)| r.bus().map(|bus| (bus, drawn_mw(r))));
        let snapshots = vec![peak(&dc, &mut unit, loads)];
        let (network, branches) = (triangle_network(0), branches(self.rating_mw));
        let grid = StudyGrid { dc: &dc, unit: &mut unit, network: &network, snapshots, branches };
        self.queue.study(round, grid).unwrap()
    }

    fn apply(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            self.log.push((self.calendar.now(), format!("{effect:?}")));
            let effects = match effect {
                Effect::StudyDue(round) => {
                    let study = self.study(round);
                    self.queue.complete_study(round, &study, &mut self.calendar, &mut self.ledger)
                }
                Effect::AdmissionDue(id) => {
                    self.queue.admit(id, &self.policies, &mut self.calendar, &mut self.ledger)
                }
                Effect::ReformDue => self.queue.reform(&self.policies, &mut self.calendar, &mut self.ledger),
                Effect::DecisionDue(id, _) => match self.answers[id.0 as usize] {
                    Answer::Silence => Ok(Vec::new()),
                    answer => {
                        let accept = answer == Answer::Accept;
                        self.queue.decide(id, accept, &mut self.calendar, &mut self.ledger)
                    }
                },
                Effect::RatingChanged { branch, added_mw } => {
                    self.rating_mw[branch.0 as usize] += added_mw;
                    Ok(Vec::new())
                }
                _ => Ok(Vec::new()),
            };
            self.apply(effects.unwrap());
        }
    }

    /// One event; false when nothing is pending.
    fn step(&mut self) -> bool {
        let Some((_, event)) = self.calendar.pop() else { return false };
        match event {
            Event::Queue(event) => {
                let effects = self.queue.handle(event, &mut self.calendar, &mut self.ledger).unwrap();
                self.apply(effects);
            }
            Event::File(number) => {
                let application = self.applications[number as usize].clone();
                let (calendar, ledger) = (&mut self.calendar, &mut self.ledger);
                let (id, effects) = self.queue.file(application, &self.policies, calendar, ledger).unwrap();
                assert_eq!(id, RequestId(number));
                self.apply(effects);
            }
            Event::Withdraw(number) => {
                let id = RequestId(number);
                match self.queue.withdraw(id, &mut self.calendar, &mut self.ledger) {
                    Ok(effects) => self.apply(effects),
                    Err(QueueError::Stage { stage, .. }) => assert!(!stage.is_waiting()),
                    Err(QueueError::Unknown(_)) => assert!(number as usize >= self.queue.requests().len()),
                    Err(error) => panic!("{error}"),
                }
            }
        }
        true
    }

    fn run(&mut self) {
        while self.step() {}
    }

    fn day_of(&self, number: u32, stage: Stage) -> Option<f64> {
        let entered = self.queue.request(RequestId(number)).unwrap().entered(stage);
        entered.map(|at| at.since(SimTime::ZERO).as_days())
    }

    fn dollars(&self, account: &str) -> f64 {
        self.ledger.balance_of(account).map_or(0.0, Cents::as_usd)
    }

    fn upgrade_states(&self) -> Vec<UpgradeState> {
        self.queue.upgrades().map(|(_, upgrade)| upgrade.state).collect()
    }
}

#[test]
fn a_request_without_upgrades_by_hand() {
    let mut world = World::new(fixed_params());
    let plain = Application { station_lead: None, ..application("plain", 60.0) };
    world.plan(0, plain, Answer::Accept);
    world.run();
    let request = world.queue.request(RequestId(0)).unwrap();
    assert_eq!(request.stage(), Stage::Full);
    // 180 days of study, 30 to the decision, 90 of agreement, 128 weeks for transformers.
    for (stage, day) in [
        (Stage::Studying, 0.0),
        (Stage::Offered, 180.0),
        (Stage::Agreement, 210.0),
        (Stage::Building, 300.0),
        (Stage::Energized, 1196.0),
    ] {
        let found = world.day_of(0, stage).unwrap();
        assert!((found - day).abs() < 0.1, "{stage} on day {found} instead of {day}");
    }
    let ramp_days = world.day_of(0, Stage::Full).unwrap() - world.day_of(0, Stage::Energized).unwrap();
    assert!((ramp_days - 3.0 * 365.25 / 12.0).abs() < 0.1, "three steps after the first");
    let offer = request.offer().unwrap();
    assert_eq!(Some(offer.ready), request.entered(Stage::Energized));
    assert_eq!((offer.set_by, request.set_by()), (ReadyItem::Station, Some(ReadyItem::Station)));
    assert!(offer.ready.is_hour_edge());
    let steps: Vec<_> =
        world.log.iter().filter(|(_, text)| text.starts_with("Energized")).map(|(_, t)| t.clone()).collect();
    assert_eq!(steps.len(), 4);
    assert!(steps[0].contains("energized_mw: 15.0") && steps[3].contains("energized_mw: 60.0"));
    // A fee of 0.1 M$ and a station of two transformers; deposit and security came back.
    assert_eq!(world.dollars("firms/plain"), -22_600_000.0);
    assert_eq!(world.dollars(STATION_ACCOUNT), 22_500_000.0);
    assert_eq!(world.dollars(DEPOSITS_ACCOUNT), 0.0);
    world.ledger.check().unwrap();
}

#[test]
fn what_sets_the_date_is_the_latest_item() {
    let mut world = World::new(fixed_params());
    world.plan(0, application("works", 20.0), Answer::Accept);
    let wanted = SimTime::ZERO + SimSpan::from_days(2_000);
    world.plan(0, Application { wanted, ramp_months: 0, ..application("patient", 20.0) }, Answer::Accept);
    world.run();
    assert_eq!(world.day_of(0, Stage::Energized), Some(700.0), "300 + 400 days of own works");
    assert_eq!(world.queue.request(RequestId(0)).unwrap().set_by(), Some(ReadyItem::OwnWorks));
    assert_eq!(world.day_of(1, Stage::Energized), Some(2_000.0));
    assert_eq!(world.day_of(1, Stage::Full), Some(2_000.0), "no ramp");
    assert_eq!(world.queue.request(RequestId(1)).unwrap().set_by(), Some(ReadyItem::Wanted));
}

/// Headroom at bus 2 is 60 x 12/7 = 102.9 MW; 150 MW put 127.5 MW on 0-2 (100 MW) and 82.5 MW on 1-2
/// (80 MW): both get new conductors, +50 and +20 MW. 60 MW more are 162.5 on 150 MW of 0-2 and 107.5 on
/// 100 MW of 1-2.
fn first_and_second(first: Answer, second: Answer, second_mw: f64) -> World {
    let mut world = World::new(fixed_params());
    world.plan(0, application("first", 150.0), first);
    world.plan(20, application("second", second_mw), second);
    world
}

#[test]
fn who_causes_an_upgrade_pays_and_later_requests_wait_for_it() {
    let mut world = first_and_second(Answer::Accept, Answer::Accept, 30.0);
    world.run();
    let upgrades: Vec<_> = world.queue.upgrades().map(|(_, upgrade)| upgrade.clone()).collect();
    let built: Vec<_> = upgrades.iter().map(|u| (u.branch, u.works, u.added_mw, u.payer)).collect();
    assert_eq!(
        built,
        [
            (BranchId(1), Works::Reconductor, 50.0, RequestId(0)),
            (BranchId(2), Works::Reconductor, 20.0, RequestId(0)),
        ]
    );
    // Ten miles of 138 kV: 2 M$ x 10 x 1.29 / 2 = 12.9 M$ each, ordered on day 210 for 27 months.
    assert!(upgrades.iter().all(|upgrade| upgrade.cost == Cents::from_usd(12.9e6).unwrap()));
    let energized_day = 210.0 + 27.0 * 365.25 / 12.0;
    for number in [0, 1] {
        let day = world.day_of(number, Stage::Energized).unwrap();
        assert!((day - energized_day).abs() < 0.05, "{number}: {day} for {energized_day}");
        let request = world.queue.request(RequestId(number)).unwrap();
        assert!(matches!(request.set_by(), Some(ReadyItem::Upgrade(_))));
        assert_eq!(Some(request.offer().unwrap().ready), request.entered(Stage::Energized));
    }
    let second = world.queue.request(RequestId(1)).unwrap();
    let offer = second.offer().unwrap();
    assert_eq!((offer.upgrades.len(), offer.relied.len()), (0, 2));
    assert_eq!(world.dollars("firms/first"), -(0.1e6 + 25.8e6 + 3.0 * 11.25e6));
    assert_eq!(world.dollars("firms/second"), -(0.1e6 + 2.0 * 11.25e6));
    assert_eq!(world.dollars(TRANSMISSION_ACCOUNT), 25.8e6);
    assert_eq!(world.rating_mw, [100.0, 150.0, 100.0]);
}

#[test]
fn an_unanswered_offer_that_counted_on_a_leaver_is_studied_again() {
    // The second holds an offer from day 200; the first declines on day 210.
    let mut world = first_and_second(Answer::Decline, Answer::Accept, 30.0);
    world.run();
    let second = world.queue.request(RequestId(1)).unwrap();
    assert_eq!(second.studies(), 2);
    assert_eq!(second.entered(Stage::Offered), Some(SimTime::from_hours(270 * 24)));
    let offer = second.offer().unwrap();
    assert_eq!((offer.upgrades.len(), offer.relied.len()), (0, 0), "alone it fits");
    assert_eq!(second.stage(), Stage::Full);
    assert!(world.upgrade_states().iter().all(|&state| state == UpgradeState::Cancelled));
    assert_eq!(world.queue.request(RequestId(0)).unwrap().exit(), Some(Exit::Declined));
    // The first loses fee and application deposit, the second pays a restudy.
    assert_eq!(world.dollars("firms/first"), -110_000.0);
    assert_eq!(world.dollars(TRANSMISSION_ACCOUNT), 10_000.0);
    assert_eq!(world.dollars(STUDY_ACCOUNT), 210_000.0);
    assert_eq!(world.dollars(DEPOSITS_ACCOUNT), 0.0);
}

#[test]
fn an_offer_that_relies_on_a_cancelled_upgrade_is_void() {
    let mut world = first_and_second(Answer::Accept, Answer::Accept, 30.0);
    while world.calendar.peek().is_some_and(|(at, _)| at <= SimTime::from_hours(200 * 24)) {
        world.step();
    }
    let second = RequestId(1);
    let relied = world.queue.request(second).unwrap().offer().unwrap().relied.clone();
    world.queue.set_upgrade(relied[0], UpgradeState::Cancelled);
    let mut desk = Desk::new(&mut world.calendar, &mut world.ledger);
    world.queue.restudy_dependents(leave::Causes::NONE, &mut desk).unwrap();
    assert_eq!(desk.effects, [Effect::Restudy(second)]);
    assert_eq!(world.queue.request(second).unwrap().stage(), Stage::Studying, "a desk is free");
    assert_eq!(world.queue.request(RequestId(0)).unwrap().stage(), Stage::Offered);
}

#[test]
fn an_offer_without_upgrades_survives_a_leaver() {
    let mut world = World::new(fixed_params());
    world.plan(0, application("first", 20.0), Answer::Decline);
    world.plan(20, application("second", 20.0), Answer::Accept);
    world.run();
    assert_eq!(world.queue.request(RequestId(1)).unwrap().studies(), 1);
}

#[test]
fn a_signed_request_takes_over_what_it_relies_on() {
    // The second signs on day 230 while the first never answers and lapses on day 240.
    let mut world = first_and_second(Answer::Silence, Answer::Accept, 30.0);
    world.run();
    let (first, second) =
        (world.queue.request(RequestId(0)).unwrap(), world.queue.request(RequestId(1)).unwrap());
    assert_eq!((first.stage(), first.exit()), (Stage::Expired, Some(Exit::OfferLapsed)));
    assert_eq!(first.entered(Stage::Expired), Some(SimTime::from_hours(240 * 24)));
    assert_eq!(second.studies(), 1);
    let offer = second.offer().unwrap();
    assert_eq!((offer.upgrades.len(), offer.relied.len()), (2, 0));
    assert_eq!((offer.upgrade_cost, offer.contingent_cost), (Cents(2_580_000_000), Cents::ZERO));
    assert_eq!(world.log.iter().filter(|(_, text)| text.starts_with("CostReassigned")).count(), 2);
    assert_eq!(world.dollars("firms/second"), -(0.1e6 + 25.8e6 + 2.0 * 11.25e6));
    let day = world.day_of(1, Stage::Energized).unwrap();
    assert!((day - (240.0 + 27.0 * 365.25 / 12.0)).abs() < 0.05, "ordered on day 240: {day}");
    assert!(world.queue.upgrades().all(|(_, upgrade)| upgrade.payer == RequestId(1)));
}

#[test]
fn leaving_after_signing_costs_the_security_and_leaves_the_upgrade() {
    let mut world = first_and_second(Answer::Accept, Answer::Accept, 30.0);
    let params = QueueParams { security_forfeit_share: 0.75, ..fixed_params() };
    world.queue = Queue::new(params, Streams::new(1, 0));
    world.calendar.schedule(Event::Withdraw(0), SimTime::from_hours(400 * 24));
    world.run();
    let first = world.queue.request(RequestId(0)).unwrap();
    assert_eq!((first.stage(), first.exit()), (Stage::Withdrawn, Some(Exit::OwnerWithdrew)));
    // Fee, contributions, station, and three quarters of 150 MW x 50,000 $.
    assert_eq!(world.dollars("firms/first"), -(0.1e6 + 25.8e6 + 33.75e6 + 5.625e6));
    assert_eq!(world.dollars(TRANSMISSION_ACCOUNT), 25.8e6 + 5.625e6);
    assert_eq!(world.rating_mw, [100.0, 150.0, 100.0]);
    assert_eq!(world.queue.request(RequestId(1)).unwrap().stage(), Stage::Full);
    assert_eq!(world.dollars(DEPOSITS_ACCOUNT), 0.0);
}

#[test]
fn what_no_standard_works_clear_is_rejected() {
    let mut world = World::new(fixed_params());
    // 40 + 7/12 x 700 = 448 on 100 MW; three more circuits give 400.
    world.plan(0, application("giant", 700.0), Answer::Accept);
    world.run();
    let giant = world.queue.request(RequestId(0)).unwrap();
    assert_eq!((giant.stage(), giant.exit()), (Stage::Rejected, Some(Exit::NoUpgradeClears)));
    assert_eq!(world.dollars("firms/giant"), -100_000.0, "the deposit came back");
}

#[test]
fn a_full_office_makes_the_third_wait() {
    let mut world = World::new(fixed_params());
    for name in ["a", "b", "c"] {
        world.plan(0, application(name, 5.0), Answer::Accept);
    }
    world.run();
    assert_eq!(world.day_of(1, Stage::Studying), Some(0.0));
    assert_eq!(world.day_of(2, Stage::Studying), Some(180.0));
    assert_eq!(world.day_of(2, Stage::Offered), Some(360.0));
}

#[test]
fn the_queue_refuses_what_makes_no_sense() {
    let mut world = World::new(fixed_params());
    let (calendar, ledger) = (&mut world.calendar, &mut world.ledger);
    let id = world.queue.file(application("a", 10.0), &world.policies, calendar, ledger).unwrap().0;
    let again = world.queue.file(application("a", 10.0), &world.policies, calendar, ledger);
    assert_eq!(again, Err(QueueError::DuplicateName("a".into())));
    for mw in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let bad = world.queue.file(application("b", mw), &world.policies, calendar, ledger);
        assert!(matches!(bad, Err(QueueError::Size { .. })), "{mw}");
    }
    let early = world.queue.decide(id, true, calendar, ledger).unwrap_err();
    assert_eq!(early.to_string(), "request `a` is studying, so it cannot answer an offer");
    let nobody = world.queue.withdraw(RequestId(7), calendar, ledger);
    assert_eq!(nobody, Err(QueueError::Unknown(7)));
    assert_eq!(world.queue.requests().len(), 1);
    let effects = world.queue.reject(id, Exit::Rule, calendar, ledger).unwrap();
    assert_eq!(effects, [Effect::Rejected(id, Exit::Rule)]);
}

#[test]
fn attrition_has_the_stated_hazard() {
    let never_studied = QueueParams { study_slots: 0, ..fixed_params() };
    let mut world = World::new(never_studied);
    for i in 0..4_000 {
        let name = format!("load/{i}");
        world.plan(0, Application { attrition: true, ..application(&name, 1.0) }, Answer::Accept);
    }
    let year = SimTime::from_hours(8_766);
    while world.calendar.peek().is_some_and(|(at, _)| at < year) {
        world.step();
    }
    let gone = world.queue.requests().filter(|(_, request)| request.stage() == Stage::Withdrawn).count();
    // 1 - exp(-12 x 0.019) = 0.2039, standard error 0.0064.
    assert!((gone as f64 / 4_000.0 - 0.2039).abs() < 0.02, "{gone}");
    assert_eq!(world.dollars(TRANSMISSION_ACCOUNT), 0.0, "no study had begun, so deposits came back");
}
