//! Rounds of several requests, and generators, by hand on the triangle.

use super::*;
use crate::interconnection::group::Transfer;
use crate::interconnection::track::CostShares;

pub(super) fn load(bus: u32, mw: f64) -> Transfer {
    Transfer { bus: BusId(bus), mw, direction: Direction::Load }
}

fn generator(bus: u32, mw: f64) -> Transfer {
    Transfer { direction: Direction::Generation, ..load(bus, mw) }
}

/// The snapshot of `peak` in which a generator displaces as a load is served.
fn both_ways(flow_mw: [f64; 3], only: Option<Direction>) -> Snapshot {
    Snapshot { downward_mw: vec![(BusId(0), 30.0), (BusId(1), 10.0)], only, ..peak(flow_mw) }
}

fn study(snapshots: Vec<Snapshot>, rules: StudyRules, round: &[Transfer]) -> GroupOutcome {
    let dc = triangle();
    let mut unit = UnitFlows::new(3, 3, BusId(1));
    let branches = vec![line(100.0), line(100.0), line(80.0)];
    StudyCase::new(&dc, &mut unit, snapshots, branches, rules).unwrap().study_round(round)
}

/// 60 MW at bus 2 put 35 on 0-2 and 25 on 1-2; 100 MW at bus 1 put 50 on 0-1, 25 on 0-2 and take 25 off 1-2:
/// three quarters come from bus 0, two thirds of them straight. 0-2 goes from 60 to 120 on 100.
#[test]
fn two_share_what_they_overload_together() {
    let outcome =
        study(vec![peak([10.0, 60.0, 40.0])], StudyRules::default(), &[load(2, 60.0), load(1, 100.0)]);
    assert_eq!(outcome.charged.len(), 1);
    let charged = &outcome.charged[0];
    assert_eq!(charged.overload.branch, BranchId(1));
    assert!((charged.overload.lacking_mw() - 20.0).abs() < TOLERANCE);
    assert!((charged.overload.dfax - 7.0 / 12.0).abs() < TOLERANCE, "that of the largest impact");
    for (found, by_hand) in charged.impact_mw.iter().zip([35.0, 25.0]) {
        assert!((found - by_hand).abs() < TOLERANCE);
    }
    let shares = charged.shares(CostShares::Impact { dfax_min: 0.03 });
    assert!((shares[0] - 35.0 / 60.0).abs() < TOLERANCE && (shares[1] - 25.0 / 60.0).abs() < TOLERANCE);
    // Alone either fits: 95 and 85 on 0-2.
    for alone in [load(2, 60.0), load(1, 100.0)] {
        let outcome = study(vec![peak([10.0, 60.0, 40.0])], StudyRules::default(), &[alone]);
        assert!(outcome.charged.is_empty());
    }
    // Most without works: all 100 at bus 1, which needs less of 0-2 per megawatt, and (40 - 25) x 12/7 at 2.
    let firm: Vec<f64> = outcome.transfers.iter().map(|own| own.firm_mw.unwrap()).collect();
    assert!((firm[0] - 15.0 * 12.0 / 7.0).abs() < TOLERANCE && (firm[1] - 100.0).abs() < TOLERANCE);
}

/// A generator at bus 2 that displaces three quarters at bus 0 flows against `DFAX`: 360 MW leave
/// 60 - 210 = -150 on 0-2, 40 - 150 = -110 on 1-2 and 10 - 60 = -50 on 0-1.
#[test]
fn a_generator_is_the_transfer_turned_round() {
    let snapshots = vec![both_ways([10.0, 60.0, 40.0], None)];
    let outcome = study(snapshots.clone(), StudyRules::default(), &[generator(2, 360.0)]);
    let charged: Vec<_> =
        outcome.charged.iter().map(|of| (of.overload.branch.0, of.overload.after_mw)).collect();
    assert_eq!(charged.iter().map(|of| of.0).collect::<Vec<_>>(), [1, 2]);
    assert!((charged[0].1 + 150.0).abs() < TOLERANCE && (charged[1].1 + 110.0).abs() < TOLERANCE);
    // (100 + 60) x 12/7 before 0-2 is full the other way.
    let own = &outcome.transfers[0];
    assert!((own.headroom.unwrap().headroom_mw - 160.0 * 12.0 / 7.0).abs() < TOLERANCE);
    assert!((own.firm_mw.unwrap() - 160.0 * 12.0 / 7.0).abs() < TOLERANCE);
    // Together with a load of its size at its bus nothing moves.
    let round = [generator(2, 360.0), load(2, 360.0)];
    assert!(study(snapshots, StudyRules::default(), &round).charged.is_empty());
}

#[test]
fn a_generator_relieves_nothing_where_it_is_not_studied() {
    let snapshots = vec![both_ways([10.0, 60.0, 40.0], Some(Direction::Load))];
    let round = [generator(2, 120.0), load(2, 120.0)];
    let outcome = study(snapshots.clone(), StudyRules::default(), &round);
    assert_eq!(outcome.charged.len(), 2, "as the load alone");
    assert!(outcome.charged.iter().all(|of| of.impact_mw[0] == 0.0));
    let alone = study(snapshots, StudyRules::default(), &round[..1]);
    assert!(alone.charged.is_empty() && alone.pre_existing.is_empty());
    assert_eq!(alone.transfers[0].headroom, None);
}

#[test]
fn many_commitments_at_once_are_those_one_by_one() {
    let dc = triangle();
    let transfers = [load(2, 30.0), generator(1, 45.0), load(1, 12.0), generator(2, 5.0)];
    let flows = |at_once: bool| {
        let mut unit = UnitFlows::new(3, 3, BusId(0));
        let snapshots = vec![both_ways([10.0, 60.0, 40.0], None)];
        let branches = vec![line(100.0); 3];
        let mut case = StudyCase::new(&dc, &mut unit, snapshots, branches, StudyRules::default()).unwrap();
        if at_once {
            case.commit_all(&transfers);
        } else {
            for transfer in transfers {
                case.commit_transfer(transfer);
            }
        }
        case.snapshots()[0].flow_mw.clone()
    };
    for (at_once, one_by_one) in flows(true).into_iter().zip(flows(false)) {
        assert!((at_once - one_by_one).abs() < TOLERANCE);
    }
}

#[test]
fn local_sources_are_those_of_the_zone() {
    let dc = triangle();
    // Bus 0 is in another zone, so a load at bus 2 is served from bus 1 alone.
    let network = triangle_network(1);
    let mut unit = UnitFlows::new(3, 3, BusId(0));
    let rules = StudyRules { source: Source::Local, ..StudyRules::default() };
    let snapshots = vec![peak([0.0; 3])];
    let case = StudyCase::new(&dc, &mut unit, snapshots, vec![line(100.0); 3], rules).unwrap();
    let mut case = case.in_zones(&network);
    for (found, by_hand) in case.dfax(BusId(2), 0).into_iter().zip([-1.0 / 3.0, 1.0 / 3.0, 2.0 / 3.0]) {
        assert!((found - by_hand).abs() < TOLERANCE);
    }
}
