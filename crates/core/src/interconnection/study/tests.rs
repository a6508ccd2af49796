//! Hand-computed transfers on a triangle, and properties on random networks.

mod firm;
mod generators;
mod outages;

use proptest::prelude::*;

use super::*;
use crate::grid::ZoneId;
use crate::interconnection::group::GroupOutcome;
use crate::interconnection::siting::{SitingRules, SizeClass};
use crate::interconnection::test_flows::{DenseFlow, triangle, triangle_network};
use crate::interconnection::transfer::{DcFlow, UnitFlows};
use crate::interconnection::upgrade::{Catalogue, Works};

const TOLERANCE: f64 = 1e-9;

fn line(rating_mw: f64) -> StudyBranch {
    StudyBranch {
        kind: BranchKind::Line,
        base_kv: 138.0,
        length_mi: Some(10.0),
        circuit_mw: rating_mw,
        rating_mw,
        planned_mw: 0.0,
        emergency_ratio: EMERGENCY_RATIO,
    }
}

/// Generators at bus 0 (three quarters of the headroom) and bus 1 (a quarter).
fn peak(flow_mw: [f64; 3]) -> Snapshot {
    Snapshot {
        name: "peak".into(),
        flow_mw: flow_mw.to_vec(),
        upward_mw: vec![(BusId(0), 300.0), (BusId(1), 100.0)],
        ..Snapshot::default()
    }
}

fn study_triangle(flow_mw: [f64; 3], branches: [StudyBranch; 3], rules: StudyRules, mw: f64) -> StudyOutcome {
    let dc = triangle();
    let mut unit = UnitFlows::new(3, 3, BusId(1));
    let mut case = StudyCase::new(&dc, &mut unit, vec![peak(flow_mw)], branches.to_vec(), rules).unwrap();
    case.study(BusId(2), mw)
}

/// Branches 0-1, 0-2, 1-2 of equal reactance: of a transfer over one side two thirds take it and one
/// third goes round. With three quarters from bus 0 and one quarter from bus 1 to bus 2:
/// 0-1: 3/4 x 1/3 - 1/4 x 1/3 = 1/6; 0-2: 3/4 x 2/3 + 1/4 x 1/3 = 7/12; 1-2: 3/4 x 1/3 + 1/4 x 2/3 = 5/12.
const DFAX: [f64; 3] = [1.0 / 6.0, 7.0 / 12.0, 5.0 / 12.0];

#[test]
fn dfax_by_hand_whatever_the_reference_bus() {
    let dc = triangle();
    for reference in 0..3 {
        let mut unit = UnitFlows::new(3, 3, BusId(reference));
        let branches = vec![line(100.0); 3];
        let snapshots = vec![peak([0.0; 3])];
        let mut case = StudyCase::new(&dc, &mut unit, snapshots, branches, StudyRules::default()).unwrap();
        for (found, expected) in case.dfax(BusId(2), 0).into_iter().zip(DFAX) {
            assert!((found - expected).abs() < TOLERANCE, "{found} for {expected}");
        }
    }
}

#[test]
fn headroom_and_upgrades_by_hand() {
    let branches = [line(100.0), line(100.0), line(80.0)];
    let outcome = study_triangle([10.0, 60.0, 40.0], branches, StudyRules::default(), 120.0);
    // 90 x 6 = 540, 40 x 12/7 = 68.57, 40 x 12/5 = 96.
    let limit = outcome.headroom.unwrap();
    assert_eq!((limit.branch, limit.outage, limit.snapshot), (BranchId(1), None, 0));
    assert!((limit.headroom_mw - 480.0 / 7.0).abs() < TOLERANCE);
    // 60 + 70 = 130 on a rating of 100; 40 + 50 = 90 on 80; 10 + 20 = 30 on 100.
    let charged: Vec<_> =
        outcome.charged.iter().map(|o| (o.branch.0, o.after_mw.round(), o.own_share())).collect();
    assert_eq!(charged, [(1, 130.0, 1.0), (2, 90.0, 1.0)]);
    assert!((outcome.charged[0].lacking_mw() - 30.0).abs() < TOLERANCE);
    assert!((outcome.charged[1].lacking_mw() - 10.0).abs() < TOLERANCE);
    assert_eq!((outcome.relied, outcome.pre_existing), (vec![], vec![]));
    // New conductors of +25 % = 25 MW are too small for 30, +50 % clears; +25 % of 80 clears 10.
    let catalogue = Catalogue::default();
    let remedies: Vec<_> = outcome
        .charged
        .iter()
        .map(|o| catalogue.remedy(&o.studied, false, o.lacking_mw()).unwrap())
        .map(|remedy| (remedy.works, remedy.added_mw))
        .collect();
    assert_eq!(remedies, [(Works::Reconductor, 50.0), (Works::Reconductor, 20.0)]);
}

#[test]
fn a_load_within_headroom_is_charged_nothing() {
    let branches = [line(100.0), line(100.0), line(80.0)];
    let outcome = study_triangle([10.0, 60.0, 40.0], branches, StudyRules::default(), 68.5);
    assert!(outcome.charged.is_empty());
}

#[test]
fn what_was_lacking_before_is_the_transmission_owners() {
    let branches = [line(100.0), line(100.0), line(80.0)];
    let outcome = study_triangle([10.0, 110.0, 0.0], branches, StudyRules::default(), 120.0);
    // 110 + 70 = 180: 80 lacking, 10 of them before.
    assert_eq!(outcome.charged.len(), 1);
    assert!((outcome.charged[0].own_share() - 70.0 / 80.0).abs() < TOLERANCE);
    assert_eq!(outcome.pre_existing, [(BranchId(1), 10.0)]);
    assert_eq!(outcome.headroom.unwrap().headroom_mw, 0.0);
}

#[test]
fn small_effects_are_not_charged() {
    let branches = [line(100.0), line(100.0), line(80.0)];
    // 0-1 would reach 95 + 20 = 115, but a DFAX of 1/6 does not count here.
    let rules = StudyRules { dfax_min: 0.2, ..StudyRules::default() };
    let outcome = study_triangle([95.0, 0.0, 0.0], branches, rules, 120.0);
    assert!(outcome.charged.is_empty());
    let outcome = study_triangle([95.0, 0.0, 0.0], branches, StudyRules::default(), 120.0);
    assert_eq!(outcome.charged.len(), 1);
    // An overload of 20 MW that grows by 7/12 MW, less than one percent of 100 MW; 2 MW more is more.
    let outcome = study_triangle([0.0, 120.0, 0.0], branches, StudyRules::default(), 1.0);
    assert!(outcome.charged.is_empty());
    let outcome = study_triangle([0.0, 120.0, 0.0], branches, StudyRules::default(), 2.0);
    assert_eq!(outcome.charged.len(), 1);
}

#[test]
fn counter_flow_gives_room_and_can_overload_the_other_way() {
    let branches = [line(100.0), line(100.0), line(80.0)];
    let outcome = study_triangle([0.0, -90.0, 0.0], branches, StudyRules::default(), 300.0);
    // 0-2 goes from -90 to -90 + 175 = 85: no overload; 1-2 reaches 125 on 80.
    assert_eq!(outcome.charged.iter().map(|o| o.branch.0).collect::<Vec<_>>(), [2]);
    let outcome = study_triangle([0.0, -90.0, 0.0], branches, StudyRules::default(), 340.0);
    // -90 + 198.3 = 108.3 on 100.
    assert_eq!(outcome.charged.iter().map(|o| o.branch.0).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn planned_upgrades_carry_and_are_relied_on() {
    let planned = StudyBranch { planned_mw: 50.0, ..line(100.0) };
    let branches = [line(100.0), planned, line(80.0)];
    let outcome = study_triangle([10.0, 60.0, 0.0], branches, StudyRules::default(), 120.0);
    assert!(outcome.charged.is_empty(), "130 on 150");
    assert_eq!(outcome.relied.len(), 1);
    let (branch, needed_mw) = outcome.relied[0];
    assert_eq!(branch, BranchId(1));
    assert!((needed_mw - 30.0).abs() < TOLERANCE);
    let outcome = study_triangle([10.0, 60.0, 0.0], branches, StudyRules::default(), 60.0);
    assert!(outcome.relied.is_empty(), "95 on 100 needs nobody's upgrade");
}

#[test]
fn a_commitment_takes_its_part_of_the_headroom() {
    let dc = triangle();
    let mut unit = UnitFlows::new(3, 3, BusId(0));
    let branches = vec![line(100.0), line(100.0), line(80.0)];
    let snapshots = vec![peak([10.0, 60.0, 40.0])];
    let mut case = StudyCase::new(&dc, &mut unit, snapshots, branches, StudyRules::default()).unwrap();
    let before = case.headroom(BusId(2)).unwrap().headroom_mw;
    case.commit(BusId(2), 30.0);
    let after = case.headroom(BusId(2)).unwrap().headroom_mw;
    assert!((before - after - 30.0).abs() < TOLERANCE);
}

#[test]
fn studies_need_a_source() {
    let dc = triangle();
    let mut unit = UnitFlows::new(3, 3, BusId(0));
    let empty = Snapshot { upward_mw: vec![(BusId(0), 0.0)], ..peak([0.0; 3]) };
    let found = StudyCase::new(&dc, &mut unit, vec![empty], vec![line(1.0); 3], StudyRules::default());
    assert_eq!(found.err(), Some(StudyError::NoSource("peak".into())));
    let found = StudyCase::new(&dc, &mut unit, vec![], vec![line(1.0); 3], StudyRules::default());
    assert_eq!(found.err(), Some(StudyError::NoSnapshot));
}

#[test]
fn siting_goes_by_size_then_headroom_then_higher_voltage() {
    let dc = triangle();
    let network = triangle_network(0);
    let branches = StudyBranch::of_network(&network);
    assert_eq!((branches[0].base_kv, branches[2].base_kv), (345.0, 138.0));
    let mut unit = UnitFlows::new(3, 3, BusId(0));
    // Bus 0 is nearly a pure source, so a load there flows little; bus 1 beats bus 2.
    let source = Snapshot {
        name: "s".into(),
        flow_mw: vec![0.0; 3],
        upward_mw: vec![(BusId(0), 4.0), (BusId(1), 1.0)],
        ..Snapshot::default()
    };
    let mut case = StudyCase::new(&dc, &mut unit, vec![source], branches, StudyRules::default()).unwrap();
    let rooms = [0, 1, 2].map(|bus| case.headroom(BusId(bus)).unwrap().headroom_mw);
    // Bus 0 takes 1/5 from bus 1: 2/15 on 0-1, 750 MW. Bus 1 takes 4/5 from bus 0: 8/15, 187.5 MW.
    // Bus 2: 4/5 x 2/3 + 1/5 x 1/3 = 3/5 on 0-2, 166.7 MW.
    for (room, by_hand) in rooms.into_iter().zip([750.0, 187.5, 500.0 / 3.0]) {
        assert!((room - by_hand).abs() < 1e-6, "{room} for {by_hand}");
    }
    let rules = SitingRules::default();
    let mut bus =
        |zone, mw| rules.choose(&mut case, &network, ZoneId(zone), mw, Direction::Load).map(|s| s.bus.0);
    assert_eq!(bus(0, 90.0), Some(1), "138 kV fits and 90 is less than half of 187.5");
    assert_eq!(bus(0, 100.0), Some(0), "more than half of what 138 kV offers goes to 345 kV");
    assert_eq!(bus(0, 500.0), Some(0), "size asks for 345 kV");
    assert_eq!(bus(1, 50.0), None, "no bus at all in the zone");

    // 60 MW at bus 1 leave it (100 - 32) x 15/8 = 127.5 MW, and bus 2 (100 - 16) x 5/3 = 140 MW.
    case.commit(BusId(1), 60.0);
    let moved = rules.choose(&mut case, &network, ZoneId(0), 50.0, Direction::Load).unwrap();
    assert_eq!(moved.bus, BusId(2), "what was committed before counts");

    let only_138 = SitingRules {
        classes: vec![
            SizeClass { up_to_mw: Some(150.0), min_kv: 100.0, max_kv: 161.0 },
            SizeClass { up_to_mw: None, min_kv: 500.0, max_kv: 500.0 },
        ],
        ..SitingRules::default()
    };
    let lower = only_138.choose(&mut case, &network, ZoneId(0), 500.0, Direction::Load).unwrap();
    assert_eq!(lower.bus, BusId(2), "a zone without the fitting voltage falls back to a lower one");
}

/// A random connected network, base flows, sources and a sink.
fn grid() -> impl Strategy<Value = (DenseFlow, Vec<f64>, Vec<(BusId, f64)>, BusId, f64)> {
    (4..9_usize).prop_flat_map(|buses| {
        let tree = prop::collection::vec((any::<prop::sample::Index>(), 0.02..0.3), buses - 1);
        let extra = prop::collection::vec((0..buses, 1..buses, 0.02..0.3), 1..6);
        let injection = prop::collection::vec(-100.0..100.0, buses);
        let upward = prop::collection::vec(0.0..100.0, buses);
        (tree, extra, injection, upward, 0..buses as u32, 1.0..200.0).prop_map(
            move |(tree, extra, mut injection, upward, sink, mw)| {
                let mut lines: Vec<(usize, usize, f64)> = tree
                    .into_iter()
                    .enumerate()
                    .map(|(i, (parent, x))| (parent.index(i + 1), i + 1, x))
                    .collect();
                lines.extend(extra.into_iter().map(|(a, step, x)| (a, (a + step) % buses, x)));
                let dc = DenseFlow { buses, lines };
                let sum: f64 = injection.iter().sum();
                injection[0] -= sum;
                let mut flow_mw = vec![0.0; dc.lines.len()];
                dc.flows(&injection, &mut flow_mw);
                let upward = (0..).map(BusId).zip(upward).map(|(bus, mw)| (bus, mw + 0.1)).collect();
                (dc, flow_mw, upward, BusId(sink), mw)
            },
        )
    })
}

proptest! {
    #[test]
    fn superposed_transfers_equal_direct_solves((dc, flow_mw, upward_mw, sink, mw) in grid()) {
        let count = dc.lines.len();
        let total: f64 = upward_mw.iter().map(|(_, mw)| mw).sum();
        let mut injection: Vec<f64> = upward_mw.iter().map(|(_, up)| mw * up / total).collect();
        injection[sink.0 as usize] -= mw;
        let mut change = vec![0.0; count];
        dc.flows(&injection, &mut change);

        let mut unit = UnitFlows::new(dc.buses, count, BusId(0));
        let snapshot = Snapshot { name: "s".into(), flow_mw: flow_mw.clone(), upward_mw, ..Snapshot::default() };
        let branches = vec![line(120.0); count];
        let mut case =
            StudyCase::new(&dc, &mut unit, vec![snapshot], branches, StudyRules::default()).unwrap();
        for (dfax, change) in case.dfax(sink, 0).into_iter().zip(&change) {
            prop_assert!((dfax * mw - change).abs() < 1e-7);
        }
        case.commit(sink, mw);
        for ((after, before), change) in case.snapshots()[0].flow_mw.iter().zip(&flow_mw).zip(&change) {
            prop_assert!((after - before - change).abs() < 1e-7);
        }
    }

    #[test]
    fn a_bus_filled_to_its_headroom_is_just_full((dc, flow_mw, upward_mw, sink, _) in grid()) {
        let count = dc.lines.len();
        let mut unit = UnitFlows::new(dc.buses, count, BusId(0));
        let branches: Vec<_> = flow_mw.iter().map(|flow| line(flow.abs() + 50.0)).collect();
        let snapshot = Snapshot { name: "s".into(), flow_mw, upward_mw, ..Snapshot::default() };
        let rules = StudyRules { overload_growth_min: 0.0, ..StudyRules::default() };
        let mut case = StudyCase::new(&dc, &mut unit, vec![snapshot], branches, rules).unwrap();
        if let Some(limit) = case.headroom(sink) {
            prop_assert!(case.study(sink, limit.headroom_mw * (1.0 - 1e-9)).charged.is_empty());
            prop_assert!(!case.has_more_than(sink, limit.headroom_mw * (1.0 + 1e-9), Direction::Load));
            prop_assert!(case.has_more_than(sink, limit.headroom_mw * (1.0 - 1e-9), Direction::Load));
            let over = case.study(sink, limit.headroom_mw * (1.0 + 1e-6));
            prop_assert!(over.charged.iter().any(|o| o.branch == limit.branch));
        } else {
            prop_assert!(case.has_more_than(sink, 1e6, Direction::Load) && case.study(sink, 1e6).charged.is_empty());
        }
    }
}
