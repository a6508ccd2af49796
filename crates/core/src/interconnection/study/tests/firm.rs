//! What fits without works.

use super::generators::load;
use super::*;

/// From bus 0 a load at bus 2 puts 2/3 on 0-2 and 1/3 on 1-2, from bus 1 the other way round. With 40 MW of
/// room on both, 40 from each fit; pro rata to headroom only 40 x 12/7 do.
#[test]
fn redispatch_finds_the_better_source() {
    let dc = triangle();
    for (source, by_hand) in [(Source::Headroom, 480.0 / 7.0), (Source::Redispatch, 80.0)] {
        let mut unit = UnitFlows::new(3, 3, BusId(1));
        let rules = StudyRules { source, ..StudyRules::default() };
        let branches = vec![line(100.0), line(100.0), line(80.0)];
        let snapshots = vec![peak([10.0, 60.0, 40.0])];
        let mut case = StudyCase::new(&dc, &mut unit, snapshots, branches, rules).unwrap();
        let firm_mw = case.firm_mw(&[load(2, 120.0)]);
        assert!((firm_mw[0] - by_hand).abs() < 1e-6, "{firm_mw:?} for {by_hand}");
    }
}

/// Load that is there already can be served from elsewhere: with 20 MW to turn down at bus 0, bus 1 gives them.
#[test]
fn redispatch_also_turns_down() {
    let dc = triangle();
    let mut unit = UnitFlows::new(3, 3, BusId(1));
    let rules = StudyRules { source: Source::Redispatch, ..StudyRules::default() };
    // 0-2 is full. Of b from bus 1, b/3 come through it; d turned down at bus 0 and up at bus 1 relieve d/3.
    // x = b, d relieved: (x + d)/3 - 2 d/3 <= 0, so x <= d = 20.
    let snapshot = Snapshot {
        flow_mw: vec![0.0, 100.0, 0.0],
        upward_mw: vec![(BusId(1), 100.0)],
        downward_mw: vec![(BusId(0), 20.0)],
        ..peak([0.0; 3])
    };
    let branches = vec![line(1000.0), line(100.0), line(1000.0)];
    let mut case = StudyCase::new(&dc, &mut unit, vec![snapshot], branches, rules).unwrap();
    let firm_mw = case.firm_mw(&[load(2, 120.0)]);
    assert!((firm_mw[0] - 20.0).abs() < 1e-6, "{firm_mw:?}");
}

proptest! {
    #[test]
    fn what_is_firm_overloads_nothing_and_is_most_of_one(
        (dc, flow_mw, upward_mw, sink, mw) in grid(),
        other in any::<prop::sample::Index>(),
    ) {
        let count = dc.lines.len();
        let branches: Vec<_> = flow_mw.iter().map(|flow| line(flow.abs() + 30.0)).collect();
        let rules = StudyRules {
            overload_growth_min: 1e-6,
            security: Security::N1,
            ..StudyRules::default()
        };
        let snapshot = Snapshot { name: "s".into(), flow_mw, upward_mw, ..Snapshot::default() };
        let mut unit = UnitFlows::new(dc.buses, count, BusId(0));
        let mut case = StudyCase::new(&dc, &mut unit, vec![snapshot], branches, rules).unwrap();
        let round = [load(sink.0, mw), load(other.index(dc.buses) as u32, mw)];
        let firm_mw = case.firm_mw(&round);
        let headroom_mw = round.map(|of| case.headroom(of.bus).map_or(mw, |limit| limit.headroom_mw.min(mw)));
        // Serving one alone as far as it goes is an answer too.
        let most = headroom_mw[0].max(headroom_mw[1]);
        prop_assert!(firm_mw.iter().sum::<f64>() >= most - 1e-6, "{:?} {:?}", firm_mw, headroom_mw);
        let served = [load(round[0].bus.0, firm_mw[0]), load(round[1].bus.0, firm_mw[1])];
        // Effects below the threshold hold nobody back, and are not charged to anybody who has only those.
        for of in case.study_round(&served).charged {
            prop_assert!(of.dfax.iter().any(|dfax| *dfax < rules.dfax_min), "{:?}", of);
        }
    }
}
