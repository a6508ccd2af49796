use proptest::prelude::*;

use super::*;
use crate::interconnection::track::CostShares;

/// Zone 0 has plant, 1 and 2 have load; pipes 0-1 and 1-2, what is left of them as given.
fn grid(upward_mw: [f64; 3], room_mw: [[f64; 2]; 2], load_mw: [f64; 3]) -> ZonalGrid {
    ZonalGrid {
        zone_of_bus: vec![0, 1, 2],
        pipes: vec![(0, 1), (1, 2)],
        snapshots: vec![ZonalSnapshot {
            name: "peak".to_owned(),
            load_mw: load_mw.into(),
            station_mw: vec![1000.0; 3],
            added_mw: vec![0.0; 3],
            upward_mw: upward_mw.into(),
            downward_mw: upward_mw.into(),
            only: None,
            room_mw: room_mw.into(),
        }],
    }
}

struct Desk {
    zonal: ZonalRules,
    rules: StudyRules,
    streams: Streams,
}

impl Desk {
    fn new() -> Desk {
        Desk { zonal: ZonalRules::default(), rules: StudyRules::default(), streams: Streams::new(7, 0) }
    }

    fn case<'a>(&'a self, grid: &'a ZonalGrid, planned: [f64; 6], committed: [f64; 3]) -> ZonalCase<'a> {
        ZonalCase {
            grid,
            planned_mw: planned.into(),
            more_room_mw: &[],
            committed_mw: committed.into(),
            committed_generation_mw: vec![0.0; 3],
            zonal: &self.zonal,
            rules: &self.rules,
            streams: &self.streams,
        }
    }
}

const NONE: [f64; 6] = [0.0; 6];
const OPEN: [[f64; 2]; 2] = [[300.0, 100.0], [120.0, 50.0]];

#[test]
fn delivery_is_what_the_pipes_leave_after_the_other_zones() {
    let desk = Desk::new();
    let grid = grid([500.0, 0.0, 0.0], OPEN, [0.0; 3]);
    let deliverable = |committed: [f64; 3], zone: usize, mw: f64| {
        desk.case(&grid, NONE, committed).reach_mw(&grid.snapshots[0], Direction::Load, zone, mw, &[0.0; 3])
    };
    assert_eq!(deliverable([0.0; 3], 2, 50.0), 120.0);
    assert_eq!(deliverable([0.0; 3], 1, 50.0), 300.0);
    // Zone 1 is served first and leaves 60 of the first pipe.
    assert_eq!(deliverable([0.0, 240.0, 0.0], 2, 50.0), 60.0);
    // At home there is as much as all ask for, though zone 0 has 500 MW: 700 in all, scaled.
    assert_eq!(deliverable([0.0; 3], 0, 700.0), 700.0);
}

#[test]
fn own_plant_needs_no_import() {
    let desk = Desk::new();
    let grid = grid([500.0, 0.0, 200.0], OPEN, [0.0; 3]);
    let case = desk.case(&grid, NONE, [0.0; 3]);
    let reach = |mw| case.reach_mw(&grid.snapshots[0], Direction::Load, 2, mw, &[0.0; 3]);
    assert_eq!(reach(50.0), 320.0);
    // 1,400 MW in all: plant counts double, 400 at home and 120 through the pipe.
    assert_eq!(reach(1400.0), 520.0);
}

#[test]
fn stations_and_import_are_charged_for_what_lacks() {
    let desk = Desk::new();
    let grid = grid([500.0, 0.0, 0.0], OPEN, [0.0, 0.0, 800.0]);
    let key = Key::of("a");
    let study = |planned: [f64; 6], committed: [f64; 3], mw: f64| {
        desk.case(&grid, planned, committed).study(key, 2, mw)
    };
    // 100 MW fit: stations have 200 left, the pipe 120.
    let outcome = study(NONE, [0.0; 3], 100.0);
    assert!(outcome.charged.is_empty() && outcome.relied.is_empty());
    let headroom = outcome.headroom.unwrap();
    assert_eq!((headroom.headroom_mw, headroom.branch), (120.0, import_of(2, 3)));
    // 150 MW lack 30 of import; 250 lack 50 of stations and 130 of import.
    let lacking = |outcome: &StudyOutcome| -> Vec<(BranchId, f64, f64)> {
        let list = outcome.charged.iter();
        list.map(|o| (o.branch, o.lacking_mw(), o.remedy.unwrap().added_mw)).collect()
    };
    assert_eq!(lacking(&study(NONE, [0.0; 3], 150.0)), [(import_of(2, 3), 30.0, 50.0)]);
    let both = [(station_of(2), 50.0, 50.0), (import_of(2, 3), 130.0, 150.0)];
    assert_eq!(lacking(&study(NONE, [0.0; 3], 250.0)), both);
    // What another has committed in the zone counts, and is not charged again.
    let outcome = study(NONE, [0.0, 0.0, 140.0], 30.0);
    assert_eq!(lacking(&outcome), [(import_of(2, 3), 50.0, 50.0)]);
    assert!((outcome.charged[0].own_share() - 0.6).abs() < 1e-12);
    assert_eq!(outcome.pre_existing, [(import_of(2, 3), 20.0)]);
    // Works on their way are relied on.
    let outcome = study([0.0, 0.0, 0.0, 0.0, 0.0, 100.0], [0.0; 3], 150.0);
    assert!(outcome.charged.is_empty());
    assert_eq!(outcome.relied, [(import_of(2, 3), 30.0)]);
}

#[test]
fn a_round_shares_what_it_lacks_and_the_pipes_before_it() {
    let desk = Desk::new();
    let grid = grid([500.0, 0.0, 0.0], OPEN, [0.0; 3]);
    let case = desk.case(&grid, NONE, [0.0; 3]);
    let load =
        |name: &str, zone, mw| ZonalTransfer { request: Key::of(name), zone, mw, direction: Direction::Load };
    // Zone 1 takes 250 of the first pipe's 300 and leaves 50 for zone 2, whose own pipe would carry 120: of
    // 60 + 40 asked there, 50 lack and 30 and 20 are firm.
    let round = [load("a", 2, 60.0), load("b", 1, 250.0), load("c", 2, 40.0)];
    let outcome = case.study_round(&round);
    assert_eq!(outcome.charged.len(), 1);
    let import = &outcome.charged[0];
    assert_eq!((import.overload.branch, import.overload.lacking_mw()), (import_of(2, 3), 50.0));
    assert_eq!(import.impact_mw, [60.0, 0.0, 40.0]);
    assert_eq!(import.shares(CostShares::Impact { dfax_min: 0.03 }), [0.6, 0.0, 0.4]);
    let firm: Vec<_> = outcome.transfers.iter().map(|own| own.firm_mw).collect();
    assert_eq!(firm, [Some(30.0), Some(250.0), Some(20.0)]);
    // Works are those of the largest request.
    let alone = desk.zonal.remedy(&desk.streams, Key::of("a"), Works::ZoneImport, 50.0);
    assert_eq!(import.overload.remedy, Some(alone));
}

#[test]
fn a_generator_is_studied_on_what_pipes_carry_out() {
    let desk = Desk::new();
    // Plant to displace stands in zone 0 alone; backwards the pipes carry 100 and 50.
    let grid = grid([500.0, 0.0, 0.0], OPEN, [0.0; 3]);
    let case = desk.case(&grid, NONE, [0.0; 3]);
    let generator =
        ZonalTransfer { request: Key::of("wind"), zone: 2, mw: 80.0, direction: Direction::Generation };
    let outcome = case.study_round(&[generator]);
    assert_eq!(outcome.charged.len(), 1);
    let export = &outcome.charged[0].overload;
    assert_eq!((export.branch, export.lacking_mw()), (export_of(2, 3), 30.0));
    assert_eq!(export.remedy.unwrap().works, Works::ZoneExport);
    assert_eq!(outcome.transfers[0].firm_mw, Some(50.0));
    // At home it displaces as much as it likes.
    let home = case.study_round(&[ZonalTransfer { zone: 0, ..generator }]);
    assert!(home.charged.is_empty());
}

#[test]
fn works_belong_to_the_name_and_are_log_normal() {
    let desk = Desk::new();
    let draw = |name: &str, works: Works, mw: f64| desk.zonal.remedy(&desk.streams, Key::of(name), works, mw);
    let (small, large) = (draw("a", Works::LocalStation, 10.0), draw("a", Works::LocalStation, 90.0));
    assert_eq!((small.added_mw, large.added_mw, small.lead), (50.0, 100.0, large.lead));
    assert!((large.cost_usd / small.cost_usd - 2.0).abs() < 1e-12);
    assert_ne!(small.cost_usd, draw("b", Works::LocalStation, 10.0).cost_usd);
    let mut cost: Vec<f64> = Vec::new();
    let mut days: Vec<f64> = Vec::new();
    for n in 0..4001 {
        let remedy = draw(&format!("r{n}"), Works::LocalStation, 50.0);
        cost.push(remedy.cost_usd / 50.0);
        days.push(remedy.lead.as_days());
    }
    cost.sort_by(f64::total_cmp);
    days.sort_by(f64::total_cmp);
    // Standard error of a median: about 1.25 spread / sqrt(n), 3 % and 1 %.
    assert!((cost[2000] / 85_000.0 - 1.0).abs() < 0.1, "{}", cost[2000]);
    assert!((days[2000] / (17.0 * 30.4375) - 1.0).abs() < 0.04, "{}", days[2000]);
    let months = |at: usize| days[at] / 30.4375;
    assert!((months(400) / 8.0 - 1.0).abs() < 0.12 && (months(3600) / 32.0 - 1.0).abs() < 0.12);
}

/// The smallest cut between source and sink, by looking at all of them.
fn least_cut(room: &[f64], nodes: usize, source: usize, sink: usize) -> f64 {
    let cuts = (0_u32..1 << nodes).filter(|set| set >> source & 1 == 1 && set >> sink & 1 == 0);
    let size = |set: u32| -> f64 {
        let inside = |n: usize| set >> n & 1 == 1;
        let pairs = (0..nodes).flat_map(|a| (0..nodes).map(move |b| (a, b)));
        pairs.filter(|&(a, b)| inside(a) && !inside(b)).map(|(a, b)| room[a * nodes + b]).sum()
    };
    cuts.map(size).fold(f64::INFINITY, f64::min)
}

proptest! {
    #[test]
    fn a_maximum_flow_is_a_minimum_cut(room in prop::collection::vec(0_u32..60, 36)) {
        let mut flow = MaxFlow::new(6);
        for (at, &mw) in room.iter().enumerate().filter(|(at, mw)| at / 6 != at % 6 && **mw > 25) {
            *flow.room(at / 6, at % 6) = f64::from(mw);
        }
        let least = least_cut(&flow.room, 6, 4, 5);
        prop_assert!((flow.run(4, 5) - least).abs() < 1e-9);
    }
}
