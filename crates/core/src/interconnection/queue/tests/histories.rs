//! Conservation, liveness and determinism under random histories.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::interconnection::offer::Offer;
use crate::policy::Module;
use crate::policy::testing::rule;

/// A random owner: size, day of filing, bus, answer, months of ramp, day of giving up, attrition.
type Owner = (f64, u64, Option<u32>, u8, u32, Option<u64>, bool);

fn owners() -> impl Strategy<Value = Vec<Owner>> {
    let owner = (
        prop_oneof![9 => 5.0..250.0, 1 => 250.0..1_500.0],
        0..900_u64,
        prop::option::of(0..3_u32),
        0..10_u8,
        0..8_u32,
        prop::option::weighted(0.2, 0..2_500_u64),
        prop::bool::weighted(0.3),
    );
    prop::collection::vec(owner, 1..25)
}

/// The process of a world: the serial one of the parameters, or one of those worked by hand.
fn process(kind: u8) -> Option<&'static Module> {
    match kind {
        0 => None,
        1 => Some(&tracks::CLUSTER),
        2 => Some(&tracks::SCHEDULE),
        3 => Some(&tracks::BY_DATE),
        _ => Some(&tracks::CONDITIONAL),
    }
}

fn world_of(owners: &[Owner], slots: usize, kind: u8) -> World {
    let params = QueueParams {
        study_slots: slots,
        study: QueueParams::default().study,
        restudy: QueueParams::default().restudy,
        ..fixed_params()
    };
    let mut world = World::new(params);
    world.policies.rules.extend(process(kind).map(|module| rule(module, &[])));
    let mut by_day: Vec<_> = owners.to_vec();
    by_day.sort_by_key(|owner| owner.1);
    for (i, (mw, day, bus, answer, ramp_months, gives_up, attrition)) in by_day.into_iter().enumerate() {
        let answer = match answer {
            0..5 => Answer::Accept,
            5..7 => Answer::Decline,
            _ => Answer::Silence,
        };
        let request = Application {
            class: ClassId(1 + (i % 2) as u8),
            bus: bus.map(BusId),
            ramp_months,
            attrition,
            // Some are the same project twice, and some do not use all that they book.
            project: (i % 5 == 0).then(|| format!("project/{}", i / 10)),
            delivered_share: if i % 3 == 0 { 0.6 } else { 1.0 },
            ..application(&format!("load/{i}"), mw)
        };
        world.plan(day, request, answer);
        if let Some(after) = gives_up {
            let at = SimTime::ZERO + SimSpan::from_days(day + after);
            world.calendar.schedule(Event::Withdraw(i as u32), at);
        }
    }
    world
}

/// Everything that holds between any two events.
fn check(world: &World, kind: u8) {
    let queue = &world.queue;
    world.ledger.check().unwrap();
    let held: i64 = queue.requests().map(|(_, request)| request.held().0).sum::<i64>()
        + queue.rounds().map(|(_, round)| round.pooled().0).sum::<i64>();
    assert_eq!(world.ledger.balance_of(DEPOSITS_ACCOUNT).unwrap_or_default(), Cents(held));

    let mut counted: BTreeMap<(ClassId, Stage), (u32, f64, f64)> = BTreeMap::new();
    for (_, request) in queue.requests() {
        let row = counted.entry((request.application.class, request.stage())).or_default();
        row.0 += 1;
        row.1 += request.application.requested_mw;
        row.2 += request.energized_mw();
    }
    let rows = queue.stage_rows();
    assert!(rows.iter().map(|row| (row.class, row.stage)).eq(counted.keys().copied()));
    for (row, (requests, requested_mw, energized_mw)) in rows.iter().zip(counted.values()) {
        assert_eq!(row.requests, *requests);
        assert!((row.requested_mw - requested_mw).abs() < 1e-6);
        assert!((row.energized_mw - energized_mw).abs() < 1e-6);
        assert!(row.energized_mw <= row.requested_mw + 1e-9);
    }

    let mut of_stage: BTreeMap<Stage, usize> = BTreeMap::new();
    for (id, request) in queue.requests() {
        *of_stage.entry(request.stage()).or_default() += 1;
        assert_eq!(request.exit().is_some(), request.stage().is_gone());
        assert!(request.offer().is_some() || !request.stage().is_signed(), "{id:?}");
        if !request.stage().is_waiting() && request.stage() != Stage::Energized {
            assert_eq!((request.application_deposit, request.security), (Cents::ZERO, Cents::ZERO));
        }
        // A round that answers together is studied again before it signs.
        let holds = request.stage() == Stage::Offered && kind != 1;
        if let Some(offer) = request.offer()
            && (holds || matches!(request.stage(), Stage::Agreement | Stage::Building))
        {
            for upgrade in offer.upgrades.iter().chain(&offer.relied) {
                let state = queue.upgrades[upgrade.0 as usize].state;
                assert_ne!(state, UpgradeState::Cancelled, "{id:?} needs {upgrade:?}");
            }
        }
        let dates = request.history().windows(2).all(|pair| pair[0].at <= pair[1].at);
        assert!(dates, "history runs forward");
    }
    let count = |stage| of_stage.get(&stage).copied().unwrap_or(0);
    let office = queue.lanes[0].office.as_ref().unwrap();
    if kind == 0 {
        assert_eq!(office.busy(), count(Stage::Studying));
        assert_eq!(office.waiting(), count(Stage::Filed));
        assert!(office.busy() <= queue.params.study_slots);
        assert!(office.waiting() == 0 || office.busy() == queue.params.study_slots);
    }
    let mut in_rounds: BTreeMap<RequestId, usize> = BTreeMap::new();
    for member in queue.rounds().flat_map(|(_, round)| round.members()) {
        *in_rounds.entry(*member).or_default() += 1;
    }
    assert!(in_rounds.values().all(|&rounds| rounds == 1), "a request is in one round");
    check_index(queue);
}

/// What the index says is what a walk over all requests and upgrades finds.
fn check_index(queue: &Queue) {
    let ids = |holds: &dyn Fn(&Request) -> bool| -> Vec<RequestId> {
        queue.requests().filter(|(_, request)| holds(request)).map(|(id, _)| id).collect()
    };
    assert!(queue.index.living.iter().copied().eq(ids(&|request| !request.stage().is_gone())));
    let voidable = ids(&|request| {
        let needs = |offer: &Offer| !offer.upgrades.is_empty() || !offer.relied.is_empty();
        request.stage() == Stage::Offered && request.offer().is_some_and(needs)
    });
    assert!(queue.index.voidable.iter().copied().eq(voidable));
    assert!(queue.index.lost.is_empty(), "void offers are studied again at once");
    let pending = queue.upgrades().filter(|(_, upgrade)| upgrade.is_pending()).count();
    assert_eq!(queue.index.pending.values().map(BTreeSet::len).sum::<usize>(), pending);
    for (id, upgrade) in queue.upgrades() {
        for (sharer, _) in &upgrade.shares {
            let proposed = upgrade.state == UpgradeState::Proposed;
            assert_eq!(queue.index.proposed.contains(&(*sharer, id)), proposed, "{id:?} {upgrade:?}");
        }
    }
    let booked = |request: &Request| {
        let counts = !request.stage().is_gone()
            && request.bus().is_some()
            && (request.round().is_some() || request.counted_since.is_some());
        if counts { request.application.requested_mw - request.energized_mw() } else { 0.0 }
    };
    let expected_mw: f64 = queue.requests().map(|(_, request)| booked(request)).sum();
    let [load, generation] = queue.booked_units();
    let booked_mw = (load + generation) as f64 / (1_u64 << 36) as f64;
    assert!((booked_mw - expected_mw).abs() < 1e-7, "{booked_mw} for {expected_mw}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_history_conserves_requests_megawatts_and_money(
        owners in owners(), slots in 1..4_usize, kind in 0..5_u8,
    ) {
        let mut world = world_of(&owners, slots, kind);
        let mut middle = None;
        let mut steps = 0;
        loop {
            check(&world, kind);
            if steps == 2 * owners.len() {
                middle = Some(serde_json::to_string(&world).unwrap());
            }
            if !world.step() {
                break;
            }
            steps += 1;
        }
        for (id, request) in world.queue.requests() {
            let ended = request.stage() == Stage::Full || request.stage().is_gone();
            prop_assert!(ended, "{:?} ends as {}", id, request.stage());
        }
        prop_assert_eq!(world.dollars(DEPOSITS_ACCOUNT), 0.0);
        let built_mw: f64 = world
            .queue
            .upgrades()
            .filter(|(_, upgrade)| matches!(upgrade.state, UpgradeState::Done { .. }))
            .map(|(_, upgrade)| upgrade.added_mw)
            .sum();
        let risen_mw = world.rating_mw.iter().sum::<f64>() - CIRCUIT_MW.iter().sum::<f64>();
        prop_assert!((built_mw - risen_mw).abs() < 1e-6);
        let pending = world.queue.upgrades().filter(|(_, upgrade)| upgrade.is_pending()).count();
        prop_assert_eq!(pending, 0);

        let end = serde_json::to_string(&world).unwrap();
        let mut again = world_of(&owners, slots, kind);
        again.run();
        prop_assert_eq!(&serde_json::to_string(&again).unwrap(), &end, "same inputs, same bytes");
        if let Some(middle) = middle {
            let mut restored: World = serde_json::from_str(&middle).unwrap();
            restored.policies = world.policies.clone();
            restored.run();
            prop_assert_eq!(serde_json::to_string(&restored).unwrap(), end, "a restored half equals the whole");
        }
    }

    #[test]
    fn full_demand_never_overloads_the_studied_grid(owners in owners(), kind in 0..4_u8) {
        let at_bus_2: Vec<Owner> =
            owners.into_iter().map(|owner| (owner.0, owner.1, Some(2), owner.3, owner.4, owner.5, owner.6)).collect();
        let mut world = world_of(&at_bus_2, 2, kind);
        world.run();
        let full: Vec<_> = world.queue.requests().filter(|(_, r)| r.stage() == Stage::Full).collect();
        let loads = full.iter().map(|(_, request)| (BusId(2), request.energized_mw()));
        let peak = peak(&triangle(), &mut UnitFlows::new(3, 3, BusId(0)), loads);
        // Every study may leave one percent of a rating uncharged.
            let slack = 1.0 + 0.01 * (full.len() as f64 + 1.0);
            for (flow_mw, rating_mw) in peak.flow_mw.iter().zip(world.rating_mw) {
                prop_assert!(flow_mw.abs() <= rating_mw * slack, "{} on {}", flow_mw, rating_mw);
            }
    }
}
