//! Studies after losses against an enumeration that builds every network anew.

use std::collections::BTreeMap;

use super::*;
use crate::grid::RegionPack;
use crate::interconnection::study::losses::Losses;

/// What the enumeration finds of a load at a bus.
#[derive(Debug, Default)]
struct Found {
    /// Continuous rating that lacks, by branch.
    charged: BTreeMap<usize, f64>,
    pre_existing: BTreeMap<usize, f64>,
    headroom_mw: Option<f64>,
}

/// Whether the lines hold all buses together.
fn is_whole(buses: usize, lines: &[(usize, usize, f64)]) -> bool {
    let mut seen = vec![false; buses];
    let mut open = vec![0];
    while let Some(bus) = open.pop() {
        if !std::mem::replace(&mut seen[bus], true) {
            open.extend(lines.iter().filter_map(|&(a, b, _)| match bus {
                _ if a == bus => Some(b),
                _ if b == bus => Some(a),
                _ => None,
            }));
        }
    }
    seen.into_iter().all(|seen| seen)
}

/// Flows without a line, which carries nothing; none if the network falls apart.
fn flows_without(dc: &DenseFlow, lost: Option<usize>, injection_mw: &[f64]) -> Option<Vec<f64>> {
    let mut left = dc.clone();
    lost.map(|lost| left.lines.remove(lost));
    is_whole(left.buses, &left.lines).then_some(())?;
    let mut flow_mw = vec![0.0; left.lines.len()];
    left.flows(injection_mw, &mut flow_mw);
    if let Some(lost) = lost {
        flow_mw.insert(lost, 0.0);
    }
    Some(flow_mw)
}

/// Every line after every loss, each network solved on its own with and without the load.
fn enumerate(
    dc: &DenseFlow,
    injection_mw: &[f64],
    upward_mw: &[(BusId, f64)],
    branches: &[StudyBranch],
    rules: StudyRules,
    (sink, mw): (BusId, f64),
) -> Found {
    let total: f64 = upward_mw.iter().map(|(_, up)| up).sum();
    let mut with_load = injection_mw.to_vec();
    for (bus, up) in upward_mw {
        with_load[bus.0 as usize] += mw * up / total;
    }
    with_load[sink.0 as usize] -= mw;
    let mut found = Found::default();
    let most = |list: &mut BTreeMap<usize, f64>, branch: usize, mw: f64| {
        let entry = list.entry(branch).or_insert(mw);
        *entry = entry.max(mw);
    };
    for lost in std::iter::once(None).chain((0..dc.lines.len()).map(Some)) {
        let Some(before) = flows_without(dc, lost, injection_mw) else { continue };
        let after = flows_without(dc, lost, &with_load).expect("the same network");
        for (l, branch) in branches.iter().enumerate().filter(|&(l, _)| Some(l) != lost) {
            let ratio = if lost.is_some() { branch.emergency_ratio } else { 1.0 };
            let limit_mw = ratio * branch.rating_mw;
            let (over_before, over_after) = (before[l].abs() - limit_mw, after[l].abs() - limit_mw);
            if over_before > 0.0 {
                most(&mut found.pre_existing, l, over_before / ratio);
            }
            let dfax = (after[l] - before[l]) / mw;
            if dfax.abs() < rules.dfax_min {
                continue;
            }
            let along_mw = before[l] * dfax.signum();
            let headroom_mw = ((limit_mw - along_mw) / dfax.abs()).max(0.0);
            found.headroom_mw = Some(found.headroom_mw.map_or(headroom_mw, |mw| mw.min(headroom_mw)));
            let growth_mw = over_after - over_before.max(0.0);
            if over_after > 0.0 && growth_mw > rules.overload_growth_min * limit_mw {
                most(&mut found.charged, l, over_after / ratio);
            }
        }
    }
    found
}

fn same(found: &BTreeMap<usize, f64>, expected: &BTreeMap<usize, f64>) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (found, expected) in found.values().zip(expected.values()) {
        prop_assert!((found - expected).abs() < 1e-6, "{} for {}", found, expected);
    }
    Ok(())
}

/// Compares a study after losses with the enumeration.
fn check(
    dc: &DenseFlow,
    injection_mw: &[f64],
    upward_mw: &[(BusId, f64)],
    branches: &[StudyBranch],
    (sink, mw): (BusId, f64),
) -> Result<Found, TestCaseError> {
    let rules = StudyRules { security: Security::N1, ..StudyRules::default() };
    let expected = enumerate(dc, injection_mw, upward_mw, branches, rules, (sink, mw));
    let mut flow_mw = vec![0.0; dc.lines.len()];
    dc.flows(injection_mw, &mut flow_mw);
    let mut unit = UnitFlows::new(dc.buses, dc.lines.len(), BusId(0));
    let snapshot =
        Snapshot { name: "s".into(), flow_mw, upward_mw: upward_mw.to_vec(), ..Snapshot::default() };
    let mut case = StudyCase::new(dc, &mut unit, vec![snapshot], branches.to_vec(), rules).unwrap();
    let outcome = case.study(sink, mw);
    let charged = outcome.charged.iter().map(|o| (o.branch.0 as usize, o.lacking_mw())).collect();
    same(&charged, &expected.charged)?;
    let pre_existing = outcome.pre_existing.iter().map(|&(branch, mw)| (branch.0 as usize, mw)).collect();
    same(&pre_existing, &expected.pre_existing)?;
    match (outcome.headroom, expected.headroom_mw) {
        (Some(limit), Some(mw)) => prop_assert!((limit.headroom_mw - mw).abs() < 1e-6 * mw.max(1.0)),
        (found, expected) => prop_assert!(found.is_none() && expected.is_none()),
    }
    Ok(expected)
}

/// The injections that have these flows.
fn injections(dc: &DenseFlow, flow_mw: &[f64]) -> Vec<f64> {
    let mut injection_mw = vec![0.0; dc.buses];
    for (&(from, to, _), mw) in dc.lines.iter().zip(flow_mw) {
        injection_mw[from] += mw;
        injection_mw[to] -= mw;
    }
    injection_mw
}

proptest! {
    #[test]
    fn a_study_after_losses_equals_networks_built_anew((dc, flow_mw, upward_mw, sink, mw) in grid()) {
        let injection_mw = injections(&dc, &flow_mw);
        let branches: Vec<_> = flow_mw.iter().map(|flow| line(0.9 * flow.abs() + 15.0)).collect();
        check(&dc, &injection_mw, &upward_mw, &branches, (sink, mw))?;
    }

    #[test]
    fn screening_leaves_out_nothing_that_matters((dc, flow_mw, upward_mw, sink, _) in grid()) {
        let branches: Vec<_> = flow_mw.iter().map(|flow| line(flow.abs() + 50.0)).collect();
        let rules = StudyRules { dfax_min: 0.0, overload_growth_min: 0.0, security: Security::N1, ..StudyRules::default() };
        let snapshot = Snapshot { name: "s".into(), flow_mw, upward_mw, ..Snapshot::default() };
        let mut headroom_mw = [f64::INFINITY; 2];
        for (found, screened) in headroom_mw.iter_mut().zip([false, true]) {
            let mut unit = UnitFlows::new(dc.buses, dc.lines.len(), BusId(0));
            unit.losses = Some(Losses::screened(&dc, dc.buses, dc.lines.len(), screened));
            let mut case =
                StudyCase::new(&dc, &mut unit, vec![snapshot.clone()], branches.clone(), rules).unwrap();
            *found = case.headroom(sink).map_or(f64::INFINITY, |limit| limit.headroom_mw);
        }
        prop_assert!(headroom_mw[0] == headroom_mw[1], "{:?}", headroom_mw);
    }
}

#[test]
fn shipped_networks_equal_networks_built_anew() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/regions");
    for name in ["testbed", "rts"] {
        let read = |file: Result<std::fs::DirEntry, std::io::Error>| {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        };
        let files = std::fs::read_dir(folder.join(name)).unwrap().map(read).collect();
        let network = RegionPack::parse(&files).unwrap().network;
        let lines = network
            .branches()
            .map(|(_, branch)| (branch.from.0 as usize, branch.to.0 as usize, branch.x_pu * branch.tap))
            .collect();
        let dc = DenseFlow { buses: network.buses().len(), lines };
        let mut load_mw: Vec<f64> = network.buses().map(|(_, bus)| bus.load_mw).collect();
        let load_total_mw: f64 = load_mw.iter().sum();
        let upward_mw: Vec<(BusId, f64)> =
            network.generators.iter().map(|g| (g.bus, g.capacity_mw)).collect();
        let capacity_mw: f64 = upward_mw.iter().map(|(_, mw)| mw).sum();
        for mw in &mut load_mw {
            *mw = -*mw;
        }
        for (bus, mw) in &upward_mw {
            load_mw[bus.0 as usize] += load_total_mw * mw / capacity_mw;
        }
        let branches = StudyBranch::of_network(&network);
        let mut after_losses = 0;
        for sink in (0..dc.buses as u32).step_by(if name == "rts" { 9 } else { 1 }) {
            for share in [0.02, 0.1] {
                let load = (BusId(sink), share * load_total_mw);
                let found = check(&dc, &load_mw, &upward_mw, &branches, load);
                let found = found.unwrap_or_else(|fault| panic!("{name}, bus {sink}: {fault}"));
                after_losses += found.charged.len();
            }
        }
        assert!(after_losses > 0, "{name}: nothing was overloaded");
    }
}

/// Branches 0-1, 0-2, 1-2 of equal reactance, all generation at bus 0, 60 MW at bus 2 before: 40 MW come
/// straight and 20 round. When 0-2 is lost all 60 go round, when 0-1 or 1-2 is lost they come straight.
#[test]
fn the_loss_of_a_side_by_hand() {
    let dc = triangle();
    let mut unit = UnitFlows::new(3, 3, BusId(1));
    let snapshot = Snapshot {
        name: "s".into(),
        flow_mw: vec![20.0, 40.0, 20.0],
        upward_mw: vec![(BusId(0), 500.0)],
        ..Snapshot::default()
    };
    let rules = StudyRules { security: Security::N1, ..StudyRules::default() };
    let branches = vec![line(100.0), line(100.0), line(80.0)];
    let mut case = StudyCase::new(&dc, &mut unit, vec![snapshot], branches, rules).unwrap();
    // The way round holds 80 x 1.15 = 92 in an emergency: 32 more.
    let limit = case.headroom(BusId(2)).unwrap();
    assert_eq!((limit.branch, limit.outage, limit.snapshot), (BranchId(2), Some(BranchId(1)), 0));
    assert!((limit.headroom_mw - 32.0).abs() < TOLERANCE && (limit.dfax - 1.0).abs() < TOLERANCE);
    // 60 more: 120 on each when it is alone. 1-2 lacks 120 / 1.15 - 80, 0-1 and 0-2 lack 120 / 1.15 - 100.
    let outcome = case.study(BusId(2), 60.0);
    let lacking: Vec<_> = outcome.charged.iter().map(|o| (o.branch.0, o.outage.unwrap().0)).collect();
    assert_eq!(lacking, [(0, 1), (1, 0), (2, 1)]);
    for (overload, rating_mw) in outcome.charged.iter().zip([100.0, 100.0, 80.0]) {
        assert!((overload.lacking_mw() - (120.0 / 1.15 - rating_mw)).abs() < TOLERANCE);
        assert!((overload.own_share() - 1.0).abs() < TOLERANCE);
    }
}

#[test]
fn the_loss_of_the_only_connection_reroutes_nothing() {
    // A radial line 1-2 behind a double line 0-1.
    let dc = DenseFlow { buses: 3, lines: vec![(0, 1, 0.1), (0, 1, 0.1), (1, 2, 0.1)] };
    let losses = Losses::screened(&dc, 3, 3, false);
    let mut unit = UnitFlows::new(3, 3, BusId(0));
    unit.losses = Some(losses);
    let snapshot = Snapshot {
        name: "s".into(),
        flow_mw: vec![0.0; 3],
        upward_mw: vec![(BusId(0), 500.0)],
        ..Snapshot::default()
    };
    let rules = StudyRules { security: Security::N1, ..StudyRules::default() };
    let mut case = StudyCase::new(&dc, &mut unit, vec![snapshot], vec![line(100.0); 3], rules).unwrap();
    // One of the two carries all when the other is lost: 115. The radial line holds 100 and its loss costs
    // only the load itself.
    let limit = case.headroom(BusId(2)).unwrap();
    assert_eq!((limit.branch, limit.outage), (BranchId(2), None));
    assert!((limit.headroom_mw - 100.0).abs() < TOLERANCE);
    let limit = case.headroom(BusId(1)).unwrap();
    assert_eq!((limit.branch, limit.outage), (BranchId(0), Some(BranchId(1))));
    assert!((limit.headroom_mw - 115.0).abs() < TOLERANCE);
}
