//! Machines and branches fail, islands form, storms come: energy closes and everything recovers.

use gridrush_core::dispatch::{DispatchSolution, Place};
use gridrush_core::grid::{BranchKind, RegionPack};
use gridrush_core::kernel::{SimTime, Streams};
use gridrush_core::names::Key;
use gridrush_core::outage::branch::length_mi;
use gridrush_core::outage::{Rates, Renewal, Stress};
use gridrush_sim::world::World;
use gridrush_tables::Frame;

use crate::harness::{self, BUSY, Run, bytes, texts};

/// What it costs in Texas not to serve firm large load, $/MWh. Native load costs more.
const FIRM_TIER: f64 = 5200.0;

/// Everything fails. The testbed's own plants never do: their availability is a round number.
const ALL_ON: &str = "[outages]\nunits = true\nplanned = true\nbranches = true\n\
                      [supply.availability]\ngas = 0.92\ncoal = 0.88\nnuclear = 0.95\n";

/// The largest power missing at a bus.
fn imbalance_mw(world: &World, solution: &DispatchSolution) -> f64 {
    let problem = world.problem();
    let mut left: Vec<f64> = problem.demand_mw.iter().map(|mw| -mw).collect();
    for (place, mw) in problem.places().iter().zip(&solution.column_mw) {
        match place {
            Place::None => {}
            Place::Bus(bus, c) => left[*bus as usize] += c * mw,
            Place::Spread(terms) => terms.iter().for_each(|&(bus, c)| left[bus as usize] += c * mw),
        }
    }
    for (branch, mw) in problem.branches.iter().zip(&solution.flow_mw) {
        left[branch.from as usize] -= mw;
        left[branch.to as usize] += mw;
        assert!(branch.in_service || *mw == 0.0);
    }
    left.into_iter().map(f64::abs).fold(0.0, f64::max)
}

/// Runs to the end; every hour balances at every bus. Returns branches out, summed over hours.
fn balanced(setup: &std::sync::Arc<gridrush_sim::setup::Setup>) -> (Run, usize) {
    let mut out = 0;
    let run = harness::run(setup, 0, &mut |world, solution| {
        let off = imbalance_mw(world, solution);
        assert!(off < 1e-5, "{off} MW missing at a bus at {:?}", world.now());
        out += world.problem().branches.iter().filter(|branch| !branch.in_service).count();
    });
    (run, out)
}

struct Row {
    kind: String,
    element: String,
    reason: String,
    starts: i64,
    out_h: f64,
    mwh: f64,
}

fn outages(run: &Run) -> Vec<Row> {
    let frame = run.table("outages_yearly");
    let (kind, element) = (texts(&frame, "kind"), texts(&frame, "element"));
    let reason = texts(&frame, "reason");
    let starts = frame.integers("starts").unwrap();
    let (out_h, mwh) = (frame.floats("out_h").unwrap(), frame.floats("unavailable_mwh").unwrap());
    (0..frame.len())
        .map(|i| Row {
            kind: kind[i].clone(),
            element: element[i].clone(),
            reason: reason[i].clone(),
            starts: starts[i],
            out_h: out_h[i],
            mwh: mwh[i],
        })
        .collect()
}

/// (cause, element, class, MWh) of everything that was curtailed.
fn curtailed(run: &Run) -> Vec<(String, String, String, f64)> {
    let frame: Frame = run.table("curtailment_monthly");
    let (cause, element) = (texts(&frame, "cause"), texts(&frame, "element"));
    let (class, mwh) = (texts(&frame, "class"), frame.floats("curtailed_mwh").unwrap());
    (0..frame.len()).map(|i| (cause[i].clone(), element[i].clone(), class[i].clone(), mwh[i])).collect()
}

#[test]
fn texas_loses_about_355_lines_a_year() {
    let files = harness::pack_files("texas");
    let network = RegionPack::parse(&files).unwrap().network;
    let streams = Streams::new(1, 0);
    let (years, mut expected, mut failures) = (20, 0.0, 0);
    for (_, branch) in network.branches().filter(|(_, branch)| branch.kind == BranchKind::Line) {
        let per_year = 1.2 * length_mi(&network, branch).unwrap() / 100.0;
        expected += per_year;
        let rates = Rates::of_failures(per_year, 11.0).unwrap();
        let mut line = Renewal::new(&streams, Key::of(&branch.name), rates, &Stress::calm());
        failures += line.advance(&streams, &Stress::calm(), SimTime::from_hours(years * 8766));
    }
    assert!((expected - 355.8).abs() < 1.0, "{expected}");
    // 7,116 failures are expected in twenty years: 1.2 % of standard deviation.
    let mean = f64::from(failures) / years as f64;
    assert!((mean / expected - 1.0).abs() < 0.04, "{mean}");
}

#[test]
fn two_years_with_everything_on_balance_in_every_hour() {
    for region in ["testbed", "rts24"] {
        let setup = harness::setup(region, "2025-01-01", "2027-01-01", &format!("{BUSY}{ALL_ON}"));
        let (run, out) = balanced(&setup);
        let rows = outages(&run);
        for kind in ["unit", "line", "transformer"] {
            // Transformers fail once in fifty years: a small network may see none.
            let starts: i64 = rows.iter().filter(|r| r.kind == kind).map(|r| r.starts).sum();
            assert!(starts > 0 || kind == "transformer", "{region}: no {kind} failed");
        }
        let branch_hours: f64 = rows.iter().filter(|r| r.kind != "unit").map(|r| r.out_h).sum();
        assert_eq!(branch_hours, out as f64, "{region}");
        assert!(rows.iter().any(|r| r.reason == "planned" && r.mwh > 0.0), "{region}");
    }
}

#[test]
fn a_network_in_pieces_balances() {
    // Most lines are out a fifth of the time, every transformer a tenth: pieces come and go all day.
    for region in ["testbed", "rts24"] {
        let wear = "[outages.lines]\nper_100_mile_years = 100\nunknown_length_mi = 40\nrepair_hours = 50\n\
                    [outages.transformers]\nper_year = 10\nrepair_hours = 80\n";
        let setup = harness::setup(region, "2025-01-01", "2025-07-01", &format!("{BUSY}{ALL_ON}{wear}"));
        let (run, out) = balanced(&setup);
        assert!(out > 4344, "{region}: {out} branch-hours out");
        let rows = curtailed(&run);
        let lost =
            |class: &str| rows.iter().filter(|r| r.0 == "outage" && r.2 == class).map(|r| r.3).sum::<f64>();
        assert!(lost("native") > 1000.0, "{region}: {}", lost("native"));
        // The mines of the 24 buses hang on five branches each.
        assert!(region == "rts24" || lost("mining") > 100.0, "{region}: {}", lost("mining"));
        assert!(rows.iter().all(|r| (r.0 == "outage") <= !r.1.is_empty()));
    }
}

#[test]
fn the_same_seed_fails_the_same_machines() {
    let text = format!("{BUSY}{ALL_ON}");
    let setup = harness::setup("rts24", "2025-03-01", "2025-09-01", &text);
    let whole = Run::new(&setup, 3).finish();
    let mut first = Run::new(&setup, 3);
    for _ in 0..1500 {
        first.step(&mut |_, _| {});
    }
    let clone = first.clone().finish();
    assert_eq!(bytes(&whole), bytes(&clone));
    assert_ne!(bytes(&whole), bytes(&Run::new(&setup, 4).finish()));
}

#[test]
fn another_policy_leaves_failures_as_they_were() {
    let rows = |more: &str| {
        let text = format!("{BUSY}{ALL_ON}{more}");
        let setup = harness::setup("testbed", "2025-01-01", "2027-01-01", &text);
        let run = harness::run(&setup, 0, &mut |_, _| {});
        let served: f64 = run.table("load_monthly").floats("served_mwh").unwrap().iter().sum();
        let mut rows: Vec<(String, String, i64, u64)> = (outages(&run).into_iter())
            .filter(|row| row.reason == "forced")
            .map(|row| (row.kind, row.element, row.starts, row.out_h.to_bits()))
            .collect();
        rows.sort();
        (served, rows)
    };
    let quiet = "[supply]\nmerchant_entry = false\nretirement = false\nplanned = false\n";
    let (boom, flat) = (rows(quiet), rows(&format!("{quiet}[bitcoin.price]\nshape = \"flat\"\n")));
    assert_ne!(boom.0, flat.0);
    assert!(boom.1.len() > 10);
    assert_eq!(boom.1, flat.1);
}

/// A scripted event of January 2025.
fn january(region: &str, more: &str, event: &str) -> Run {
    let text = format!(
        "{more}[dispatch]\nsecurity = \"n0\"\ncommitment = \"none\"\n[[outages.scripted]]\nname = \"event\"\nfrom = 2025-01-10\nfrom_hour = 6\nto = 2025-01-12\n{event}"
    );
    let setup = harness::setup(region, "2025-01-01", "2025-02-01", &text);
    let (run, out) = balanced(&setup);
    let hours: f64 = outages(&run).iter().filter(|r| r.kind != "unit").map(|r| r.out_h).sum();
    assert_eq!(hours, out as f64);
    run
}

#[test]
fn a_dead_substation_serves_nobody_and_comes_back() {
    // Station 9 of the 24 buses: four buses, two of them with native load, one with a mine.
    let run = january("rts24", "", "substations = [9]\n");
    let lost: Vec<_> = curtailed(&run).into_iter().filter(|row| row.0 == "outage").collect();
    let of = |class: &str| lost.iter().filter(|row| row.2 == class).map(|row| row.3).sum::<f64>();
    // Buses 9 and 10 carry 27.8 % of the south's load for 42 hours.
    let system = run.table("system_hourly");
    let (native, served) = (system.floats("native_mw").unwrap(), system.floats("native_served_mw").unwrap());
    let window = 9 * 24 + 6..11 * 24;
    let contention = run.table("contention_hourly");
    let (zone, class) = (texts(&contention, "zone"), texts(&contention, "class"));
    let (asked, at) = (contention.floats("requested_mw").unwrap(), contention.integers("t_s").unwrap());
    let hours = |row: usize| (at[row] / 3600) as usize;
    let south: f64 = (0..contention.len())
        .filter(|&row| zone[row] == "south" && class[row] == "native" && window.contains(&hours(row)))
        .map(|row| asked[row])
        .sum();
    let dead = south * (0.131_381_381_381 + 0.146_396_396_396) / 0.999_999_999_999;
    assert!((of("native") / dead - 1.0).abs() < 1e-6, "{} of {dead}", of("native"));
    let mine: f64 = (0..contention.len())
        .filter(|&row| zone[row] == "south" && class[row] == "mining" && window.contains(&hours(row)))
        .map(|row| asked[row])
        .sum();
    assert!(mine > 0.0 && (of("mining") / mine - 1.0).abs() < 1e-6, "{} of {mine}", of("mining"));
    assert!(lost.iter().all(|row| !row.1.is_empty()));
    for hour in (0..system.len()).filter(|hour| !window.contains(hour)) {
        assert!(native[hour] - served[hour] < 1e-6, "{} MW shed in hour {hour}", native[hour] - served[hour]);
    }
}

#[test]
fn an_island_with_a_source_lives_on_what_it_has() {
    // The coast of the testbed, with its plants, parts from the rest.
    let event = "branches = [\"Mill - Harbour 230 kV\", \"Gate - Cape 230 kV\"]\n";
    let run = january("testbed", "", event);
    assert!(curtailed(&run).iter().all(|r| r.2 != "native"), "it has enough of its own");
    // Without most of its plants the island sheds, and the reason is the outage.
    let run = january("testbed", "", &format!("{event}zone = \"coast\"\nshare = 0.8\n"));
    let rows: Vec<_> = curtailed(&run).into_iter().filter(|r| r.2 == "native").collect();
    assert!(rows.iter().map(|r| r.3).sum::<f64>() > 2000.0);
    assert!(rows.iter().all(|r| r.0 == "outage" && r.1 == "Gate - Cape 230 kV"), "{rows:?}");
    let contention = run.table("contention_hourly");
    let (zone, class) = (texts(&contention, "zone"), texts(&contention, "class"));
    let mw = contention.floats("served_mw").unwrap();
    let coast = (0..contention.len()).filter(|&r| zone[r] == "coast" && class[r] == "native");
    // A fifth of 500 MW is left to it.
    assert!((coast.map(|r| mw[r]).fold(f64::INFINITY, f64::min) - 100.0).abs() < 1e-6);
}

#[test]
fn a_lost_line_is_named_behind_the_one_that_binds() {
    // The plains have grown and stand without wind and sun: one of their two lines to the city is not enough.
    let text = "[load]\ngrowth_by_zone_percent_per_year = { plains = 20 }\n[dispatch]\nsecurity = \"n0\"\ncommitment = \"none\"\n[dispatch.storage]\nenabled = false\n[arrivals]\nenabled = false\n\
                [[outages.scripted]]\nname = \"line\"\nfrom = 2032-01-10\nto = 2032-01-12\n\
                branches = [\"Sunny - Gate 230 kV\"]\nzone = \"plains\"\nshare = 1.0\n";
    let (run, _) = balanced(&harness::setup("testbed", "2032-01-01", "2032-01-20", text));
    let frame = run.table("curtailment_monthly");
    let (cause, element) = (texts(&frame, "cause"), texts(&frame, "element"));
    let (outage, class) = (texts(&frame, "outage"), texts(&frame, "class"));
    let rows: Vec<usize> = (0..frame.len()).filter(|&r| !outage[r].is_empty()).collect();
    assert!(rows.iter().any(|&r| class[r] == "mining"), "{:?}", curtailed(&run));
    for r in rows {
        let got = (cause[r].as_str(), element[r].as_str(), outage[r].as_str());
        assert_eq!(got, ("congestion", "Windy - Mill 230 kV", "Sunny - Gate 230 kV"));
    }
}

/// What large loads of some zones asked for and drew, by hour.
fn large_loads_mw(run: &Run, counts: impl Fn(&str) -> bool) -> (Vec<f64>, Vec<f64>) {
    let frame = run.table("contention_hourly");
    let hours = run.table("system_hourly").len();
    let (zone, class) = (texts(&frame, "zone"), texts(&frame, "class"));
    let t_s = frame.integers("t_s").unwrap();
    let [asked, drawn] = ["requested_mw", "served_mw"].map(|name| frame.floats(name).unwrap());
    let (mut asked_mw, mut drawn_mw) = (vec![0.0; hours], vec![0.0; hours]);
    for row in (0..frame.len()).filter(|&row| class[row] != "native" && counts(&zone[row])) {
        let hour = (t_s[row] / 3600) as usize;
        asked_mw[hour] += asked[row];
        drawn_mw[hour] += drawn[row];
    }
    (asked_mw, drawn_mw)
}

#[test]
fn twenty_gigawatts_lost_for_three_days_shed_by_tier_and_come_back() {
    // 21.74 GW of gas at a mean availability of 92 % are 20 GW. The settlement cap lies below the shed tiers;
    // without batteries one day does not remember another.
    let market = "[dispatch]\noffer_cap_usd_per_mwh = 4999.0\nsettlement_cap_usd_per_mwh = 5000.0\n\
                  [dispatch.storage]\nenabled = false\n[load]\ngrowth_percent_per_year = 12.0\n";
    let event = "[[outages.scripted]]\nname = \"storm\"\nfrom = 2025-08-12\nto = 2025-08-15\nfuel = \"gas\"\nmw = 21740\n";
    let tell = |text: &str| {
        let setup = harness::setup("texas", "2025-08-11", "2025-08-17", text);
        let mut firm_mw = 0.0;
        let run = harness::run(&setup, 0, &mut |world, solution| {
            assert!(imbalance_mw(world, solution) < 1e-5);
            // No firm large load draws power where the higher native tier sets the price. (Controllable load may:
            // it is paid for the reserve that it gives.)
            let problem = world.problem();
            let columns = problem.places().iter().zip(&problem.bounds).zip(&solution.column_mw);
            for ((place, bound), mw) in columns.filter(|c| c.0.1.cost_usd_per_mwh == -FIRM_TIER) {
                if let Place::Bus(bus, _) = place {
                    let price = solution.lmp_usd_per_mwh[*bus as usize];
                    assert!(*mw < 1e-6 || price < FIRM_TIER + 1e-6, "{mw} MW drawn at {price} $/MWh");
                    firm_mw += bound.upper_mw;
                }
            }
        });
        assert!(firm_mw > 0.0);
        run
    };
    let (storm, calm) = (tell(&format!("{market}{event}")), tell(market));
    let column = |run: &Run, name: &str| run.table("system_hourly").floats(name).unwrap().to_vec();
    let native = column(&storm, "native_mw");
    let served = column(&storm, "native_served_mw");
    // The north and the west stand behind the export limit of West Texas, with power that cannot leave.
    let (asked, drawn) = large_loads_mw(&storm, |zone| !["far_west", "north", "west"].contains(&zone));
    let price = column(&storm, "price_usd_per_mwh");
    let mut dark = 0;
    for hour in 0..native.len() {
        let shed_mw = native[hour] - served[hour];
        let inside = (24..96).contains(&hour);
        assert!(inside || shed_mw < 1.0, "{shed_mw} MW shed in hour {hour}, outside the storm");
        // Less than this is shed behind full lines while the rest of the region still has power.
        if shed_mw > 5500.0 {
            dark += 1;
            assert!((4990.0..5000.0 + 1e-6).contains(&price[hour]), "{} $/MWh in hour {hour}", price[hour]);
            // Large loads went first: what is left of them holds reserve or stands behind a full line.
            assert!(drawn[hour] < 0.1 * asked[hour], "{} of {} MW in hour {hour}", drawn[hour], asked[hour]);
        }
    }
    assert!(dark >= 5, "{dark} hours of shedding");
    assert!(price[24..96].iter().copied().fold(0.0, f64::max) > 4900.0);
    // A day after its end nothing is left of it but jobs that wait.
    let (price_calm, drawn_calm) = (column(&calm, "price_usd_per_mwh"), column(&calm, "large_served_mw"));
    let drawn = column(&storm, "large_served_mw");
    for hour in 120..native.len() {
        assert_eq!(native[hour], column(&calm, "native_mw")[hour]);
        assert!((price[hour] - price_calm[hour]).abs() < 0.1 * price_calm[hour].abs() + 5.0, "hour {hour}");
        assert!((drawn[hour] - drawn_calm[hour]).abs() < 0.1 * drawn_calm[hour] + 1.0, "hour {hour}");
    }
    let lost: f64 = outages(&storm).iter().filter(|r| r.reason == "scripted").map(|r| r.mwh).sum();
    assert!((lost / (20_000.8 * 72.0) - 1.0).abs() < 1e-6, "{lost} MWh");
    let causes = curtailed(&storm);
    let shed_mwh: f64 = native.iter().zip(&served).map(|(asked, got)| asked - got).sum();
    let of_native = |cause: Option<&str>| {
        let rows = causes.iter().filter(|r| r.2 == "native" && cause.is_none_or(|cause| r.0 == cause));
        rows.map(|r| r.3).sum::<f64>()
    };
    assert!((of_native(None) - shed_mwh).abs() < 1e-3, "{} of {shed_mwh} MWh have a cause", of_native(None));
    // Which zone a copper plate sheds is a tie, so some of it counts as the network's.
    assert!(of_native(Some("scarcity")) > 1000.0, "{} of {shed_mwh} MWh", of_native(Some("scarcity")));
    assert!(curtailed(&calm).iter().all(|r| r.2 != "native"));
}
