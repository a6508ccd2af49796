//! Zones joined by pipes: prices, rent, causes, tables, background transmission, identity.

use std::collections::BTreeMap;
use std::sync::Arc;

use gridrush_core::dispatch::{ColumnId, DispatchProblem, DispatchSolution, Pipe};
use gridrush_sim::setup::Setup;

use crate::harness::{self, BUSY, Run, bytes, texts};

/// A ring: what one pipe cannot take may go around.
const RING: &str = "plains - city,plains,city,200,200,0,x\ncity - coast,city,coast,60,90,0,x\n\
                    plains - coast,plains,coast,40,40,0,x\n";

fn setup(pipes: &str, end: &str, text: &str) -> Arc<Setup> {
    harness::setup_of(harness::zonal_testbed(pipes), "2025-01-01", end, text, &|_| {})
}

fn flow(solution: &DispatchSolution, pipe: &Pipe) -> f64 {
    let mw = |column: ColumnId| solution.column_mw[column.0 as usize];
    mw(pipe.forward) - mw(pipe.backward)
}

fn price(solution: &DispatchSolution, bus: u32) -> f64 {
    solution.lmp_usd_per_mwh[bus as usize]
}

fn rent_usd(problem: &DispatchProblem, solution: &DispatchSolution) -> f64 {
    let rent = |pipe: &Pipe| (price(solution, pipe.to) - price(solution, pipe.from)) * flow(solution, pipe);
    problem.pipes.iter().map(rent).sum()
}

#[test]
fn a_year_of_pipes_balances_in_energy_and_money() {
    let setup = setup(RING, "2026-01-01", BUSY);
    let (mut rent, mut hours, mut capped) = (0.0, 0, 0);
    let (floor, cap) = (-250.0, 6000.0);
    let run = harness::run(&setup, 0, &mut |world, solution| {
        let problem = world.problem();
        hours += 1;
        let usd = rent_usd(problem, solution);
        assert!(usd > -1e-6, "{usd}");
        if solution.lmp_usd_per_mwh.iter().any(|p| !(floor..=cap).contains(p)) {
            capped += 1;
        }
        rent += usd;
        for pipe in &problem.pipes {
            let mw = |column: ColumnId| solution.column_mw[column.0 as usize];
            assert!(mw(pipe.forward).min(mw(pipe.backward)) < 1e-9);
        }
    });
    // Energy is checked every hour by the world itself.
    assert_eq!((hours, capped), (8760, 0));
    assert!(rent > 1e5, "the pipes never bound: {rent}");

    let congestion = run.table("congestion_monthly");
    assert!(texts(&congestion, "kind").iter().all(|kind| kind == "pipe"));
    let names = texts(&congestion, "branch");
    assert!(
        names.iter().any(|name| name == "plains - city" || name == "city - coast (reverse)"),
        "{names:?}"
    );
    let reported: f64 = congestion.floats("rent_usd").unwrap().iter().sum();
    assert!((reported - rent).abs() < 1e-6 * rent, "{reported} $ reported, {rent} $ seen");

    // What load paid for energy and generation did not get is the rent of the pipes.
    let books = run.table("ledger_monthly");
    let (debit, credit, kind) = (texts(&books, "debit"), texts(&books, "credit"), texts(&books, "kind"));
    let cents = books.integers("cents").unwrap();
    let mut kept = 0;
    for row in (0..cents.len()).filter(|&row| kind[row] == "energy") {
        if debit[row] == "market" {
            kept += cents[row];
        } else if credit[row] == "market" {
            kept -= cents[row];
        }
    }
    assert!((kept as f64 / 100.0 - rent).abs() < 10.0, "{kept} cents kept, {rent} $ seen");
    let returned: i64 =
        (0..cents.len()).filter(|&r| kind[r] == "congestion_rent_returned").map(|r| cents[r]).sum();
    assert!((returned as f64 / 100.0 - rent).abs() < 0.01 * rent, "{returned} cents returned");
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let tables = || bytes(&Run::new(&setup(RING, "2025-07-01", BUSY), 0).finish());
    assert_eq!(tables(), tables());
}

#[test]
fn what_pipes_withhold_is_congestion_named_after_a_pipe() {
    // The coast has 500 MW of plant for a peak of about 400; without most of it the pipes do not suffice.
    let text = format!(
        "{BUSY}[[outages.scripted]]\nname = \"harbour\"\nfrom = 2025-02-01\nto = 2025-02-08\nzone = \"coast\"\nshare = 0.9\n"
    );
    let run = harness::run(&setup(RING, "2025-03-01", &text), 0, &mut |_, _| {});
    let curtailed = run.table("curtailment_monthly");
    let (zone, class, cause) =
        (texts(&curtailed, "zone"), texts(&curtailed, "class"), texts(&curtailed, "cause"));
    let element = texts(&curtailed, "element");
    let mwh = curtailed.floats("curtailed_mwh").unwrap();
    let mut by_pipe: BTreeMap<&str, f64> = BTreeMap::new();
    for row in 0..mwh.len() {
        assert!(cause[row] != "substation" && cause[row] != "outage");
        if cause[row] == "congestion" {
            *by_pipe.entry(&element[row]).or_default() += mwh[row];
            assert!(zone[row] == "coast" || class[row] != "native", "{} {}", zone[row], class[row]);
        }
    }
    assert!(by_pipe.values().sum::<f64>() > 1000.0, "{by_pipe:?}");
    assert!(by_pipe.keys().all(|name| ["city - coast", "plains - coast"].contains(name)), "{by_pipe:?}");
}

#[test]
fn a_pipe_that_earns_more_than_its_upgrade_is_expanded() {
    let text = "[supply.transmission]\npipe_cost_usd_per_mw = 1000.0\nlead_months = 1\n[load]\nlarge_loads = false\n";
    let setup =
        setup("plains - city,plains,city,10,10,0,x\ncity - coast,city,coast,10,10,0,x\n", "2027-01-01", text);
    let mut limits: Vec<f64> = Vec::new();
    let run = harness::run(&setup, 0, &mut |world, _| {
        let problem = world.problem();
        let limit = |pipe: &Pipe| problem.bounds[pipe.forward.0 as usize].upper_mw;
        limits = problem.pipes.iter().map(limit).collect();
    });
    assert!(limits[0] > 100.0 && limits[1] >= 10.0, "{limits:?}");
    let years = run.table("adequacy_yearly");
    let cost = years.floats("transmission_cost_usd").unwrap();
    let added: f64 = limits.iter().map(|mw| mw - 10.0).sum();
    // Decided in the review of the first year, which is booked in the second, at 1,000 $/MW.
    assert!((cost[1] - 1000.0 * added).abs() < 1.0, "{cost:?} for {added} MW");
}

/// Plains of much wind and little load, so that prices fall below zero.
fn windy(pipes: &str) -> Arc<Setup> {
    let files = harness::zonal_testbed(pipes);
    harness::setup_of(files, "2025-01-01", "2025-07-01", "", &|pack| {
        let wind = pack.network.generators.iter_mut().find(|unit| unit.name == "Windy wind").unwrap();
        wind.capacity_mw = 3000.0;
    })
}

#[test]
fn nothing_runs_in_a_circle_where_prices_are_negative() {
    let lossy = RING.replace(",0,x", ",0.04,x");
    let (mut negative, mut circles, mut last) = (0, 0, usize::MAX);
    let run = harness::run(&windy(&lossy), 0, &mut |world, solution| {
        let hour = world.now().hour();
        circles += usize::from(hour == last);
        last = hour;
        negative += usize::from(solution.lmp_usd_per_mwh.iter().any(|price| *price < 0.0));
    });
    assert!(negative > 500 && circles > 100, "{negative} negative hours, {circles} circles");
    assert_eq!(run.world.dispatched().0, 4344, "every hour is taken once");
    // What is settled has no circle: seen from the last solve of each hour.
    let mut run = Run::new(&windy(&lossy), 0);
    while run.clear() {
        let now = run.world.now();
        let both = run.world.problem().pipes.iter().any(|pipe| {
            let mw = |column: ColumnId| run.solution.column_mw[column.0 as usize];
            mw(pipe.forward).min(mw(pipe.backward)) > 1e-6
        });
        run.apply();
        let mut copy = run.world.clone();
        let again = copy.advance(&mut run.sink.clone()).is_ok() && copy.now() == now;
        assert!(!both || again, "a circle was settled in hour {}", now.hour());
    }
}

#[test]
fn requests_are_studied_on_stations_and_import_of_their_zone() {
    let text = "[arrivals.mining]\nbase_per_month = 8.0\n[arrivals.ai]\nbase_per_month = 4.0\n";
    let run = harness::run(&setup(RING, "2032-01-01", text), 0, &mut |_, _| {});
    let requests = run.table("requests");
    let zone = texts(&requests, "zone");
    let limiting = texts(&requests, "limiting_element");
    let cost = requests.floats("upgrade_cost_usd").unwrap();
    let (mut stations, mut imports) = (0, 0);
    for row in 0..zone.len() {
        if limiting[row] == format!("stations of {}", zone[row]) {
            stations += 1;
        } else if limiting[row] == format!("import into {}", zone[row]) {
            imports += 1;
        } else {
            assert_eq!((limiting[row].as_str(), cost[row]), ("", 0.0));
            continue;
        }
        assert!(cost[row] > 0.0);
    }
    assert!(stations > 0 && imports > 0, "{stations} at stations, {imports} at import: {limiting:?}");
    let energized = requests.floats("energized_mw").unwrap();
    assert!(energized.iter().any(|mw| *mw > 0.0), "nobody was ever connected");
}
