//! Several regions in one scenario: alone and joined, ties by hand, balance, rules of their own.

use std::collections::BTreeMap;
use std::sync::Arc;

use gridrush_core::dispatch::{DispatchSolution, Solver, certify};
use gridrush_core::grid::{Fuel, RegionPack, ZoneId};
use gridrush_core::kernel::Streams;
use gridrush_sim::clearing::Clearing;
use gridrush_sim::scenario::{Draft, Scenario, Section, Surroundings};
use gridrush_sim::setup::Setup;

use crate::harness::{self, BUSY, Run, bytes, texts};

/// A ring of pipes as in the tests of one zonal region.
const RING: &str = "plains - city,plains,city,200,200,0.02,x\ncity - coast,city,coast,60,90,0,x\n\
                    plains - coast,plains,coast,40,40,0,x\n";
/// The same without losses, which zero prices would burn in more than one way.
const FREE: &str = "plains - city,plains,city,200,200,0,x\ncity - coast,city,coast,60,90,0,x\n\
                    plains - coast,plains,coast,40,40,0,x\n";
/// Pipes that never bind.
const WIDE: &str = "plains - city,plains,city,5000,5000,0,x\ncity - coast,city,coast,5000,5000,0,x\n";

/// A region like the testbed with other prices, rules and clock.
fn other(pipes: &str) -> BTreeMap<String, String> {
    let mut files = harness::renamed(harness::zonal_testbed(pipes), "testbed", "other");
    let mut region = files["region.toml"].clone();
    for (old, new) in [
        ("price_usd_per_mmbtu = 3.0", "price_usd_per_mmbtu = 6.0"),
        ("settlement_cap_usd_per_mwh = 6000", "settlement_cap_usd_per_mwh = 6100"),
        ("offer_cap_usd_per_mwh = 5000", "offer_cap_usd_per_mwh = 2000"),
    ] {
        let changed = region.replacen(old, new, 1);
        assert_ne!(changed, region, "{old} was not found");
        region = changed;
    }
    files.insert("region.toml".to_owned(), region);
    files
}

fn both(pipes: &str) -> Vec<BTreeMap<String, String>> {
    vec![harness::zonal_testbed(pipes), other(pipes)]
}

/// Nothing that the two regions would share: one queue, one chain.
const APART: &str = "[load]\nlarge_loads = false\n[supply]\nplanned = false\n[outages]\nunits = false\n";

/// Numbers of a column by the zone of the row, in order.
fn by_zone(run: &Run, table: &str, column: &str) -> BTreeMap<String, Vec<f64>> {
    let frame = run.table(table);
    let mut out: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for (zone, value) in texts(&frame, "zone").into_iter().zip(frame.floats(column).unwrap()) {
        out.entry(zone).or_default().push(*value);
    }
    out
}

fn alike(joined: &[f64], alone: &[f64], what: &str) {
    assert_eq!(joined.len(), alone.len(), "{what}");
    for (hour, (a, b)) in joined.iter().zip(alone).enumerate() {
        assert!((a - b).abs() <= 1e-6 * (1.0 + b.abs()), "{what}, row {hour}: {a} joined, {b} alone");
    }
}

/// What zones and plants did from January to March: joined without room on the tie, and alone.
fn apart(text: &str) -> (Run, [Run; 2]) {
    let (start, end) = ("2025-01-01", "2025-04-01");
    let text = format!("{APART}{text}");
    let joined = harness::joined(both(FREE), "t,testbed,city,other,city,0,0,0,x\n", start, end, &text);
    let alone = |files| harness::setup_of(files, start, end, &text, &|_| {});
    let run = |setup: &Arc<Setup>| harness::run(setup, 0, &mut |_, _| {});
    (run(&joined), [harness::zonal_testbed(FREE), other(FREE)].map(|files| run(&alone(files))))
}

/// Sums of columns over two frames.
fn sum_of(alone: &[Run; 2], column: &str) -> Vec<f64> {
    let of = |run: &Run| run.table("system_hourly").floats(column).unwrap().to_vec();
    of(&alone[0]).iter().zip(of(&alone[1])).map(|(a, b)| a + b).collect()
}

#[test]
fn without_room_on_the_tie_two_regions_are_as_they_are_alone() {
    // Batteries ask prices at which plants stand: there many dispatches cost the same.
    let (joined, alone) = apart("[dispatch]\nstorage.enabled = false\n");
    for (name, run) in ["testbed", "other"].iter().zip(&alone) {
        for column in ["requested_mw", "served_mw", "price_usd_per_mwh"] {
            let all = by_zone(&joined, "contention_hourly", column);
            for (zone, values) in by_zone(run, "contention_hourly", column) {
                alike(&all[&format!("{name}_{zone}")], &values, &format!("{column} of {name} {zone}"));
            }
        }
    }
    let system = joined.table("system_hourly");
    for column in ["gas_mw", "coal_mw", "nuclear_mw", "wind_mw", "solar_mw"] {
        alike(system.floats(column).unwrap(), &sum_of(&alone, column), column);
    }
}

#[test]
fn batteries_of_a_region_look_at_it_alone() {
    let (joined, alone) = apart("");
    for (name, run) in ["testbed", "other"].iter().zip(&alone) {
        for column in ["charged_mwh", "discharged_mwh", "energy_revenue_usd"] {
            let all = by_zone(&joined, "storage_monthly", column);
            for (zone, values) in by_zone(run, "storage_monthly", column) {
                let there = &all[&format!("{name}_{zone}")];
                for (a, b) in there.iter().zip(&values) {
                    assert!((a - b).abs() < 0.01 * b.abs(), "{column} of {name} {zone}: {a} is not {b}");
                }
            }
        }
        let hours = by_zone(&joined, "contention_hourly", "price_usd_per_mwh");
        for (zone, values) in by_zone(run, "contention_hourly", "price_usd_per_mwh") {
            let there = &hours[&format!("{name}_{zone}")];
            let off = there.iter().zip(&values).filter(|(a, b)| (*a - *b).abs() > 1e-6 * (1.0 + b.abs()));
            assert!(off.count() < 10, "{name} {zone}: prices differ in more hours than there are ties");
        }
    }
}

/// Prices of the cities and flow of the tie, at 450 and 700 MW of load in the two cities without wind and sun.
fn clear(tie: &str) -> (f64, f64, f64, f64) {
    let text = "[dispatch]\ncommitment = \"none\"\nreserve = [[1.0, 1.0]]\nstorage.enabled = false\n\
                [thermal]\nheat_rate_rise_percent = 0.0\n[supply.availability]\ngas = 1.0\ncoal = 1.0\nnuclear = 1.0\n";
    let setup = harness::joined(both(WIDE), tie, "2025-01-01", "2025-01-02", text);
    let mut clearing = Clearing::new(&setup.pack.network, setup.clearing_terms(), &*setup);
    clearing.set_fuel_prices(&setup.fuel_prices(0));
    clearing.set_hour(&[0.0, 450.0, 0.0, 0.0, 700.0, 0.0], &vec![0.0; setup.kinds.len()], 1.0);
    let mut solution = DispatchSolution::default();
    Solver::new(&clearing.problem).unwrap().solve(&clearing.problem, &mut solution).unwrap();
    certify(&clearing.problem, &solution).assert_optimal();
    let flow_mw = clearing.links.last().unwrap().flow_mw(&solution);
    let worth = clearing.problem.pipes.last().unwrap().binding(&clearing.problem, &solution);
    let price = |bus: usize| solution.lmp_usd_per_mwh[bus];
    (
        price(1),
        price(4),
        flow_mw,
        worth.map_or(0.0, |(backward, worth)| if backward { -worth } else { worth }),
    )
}

/// The merit orders ($/MWh) are 8, 24, 25, 26, 38, 40 and, with gas at twice the price, 8, 25, 45, 50, 71, 76.
#[test]
fn a_tie_moves_what_a_hand_calculation_says() {
    let close = |got: (f64, f64, f64, f64), want: (f64, f64, f64, f64)| {
        let off = [got.0 - want.0, got.1 - want.1, got.2 - want.2, got.3 - want.3];
        assert!(off.iter().all(|off| off.abs() < 1e-6), "{got:?} is not {want:?}");
    };
    // No room: 250 of 400 MW of the cheap combined cycle here, 300 of 400 MW of the dear one there.
    close(clear("t,testbed,city,other,city,0,0,0.05,x\n"), (24.0, 45.0, 0.0, 0.95 * 45.0 - 24.0));
    // A hundred megawatts replace 95: both margins stay where they are.
    close(clear("t,testbed,city,other,city,100,0,0.05,x\n"), (24.0, 45.0, 100.0, 0.95 * 45.0 - 24.0));
    // The other way round the same room is worth the same.
    close(clear("t,other,city,testbed,city,0,100,0.05,x\n"), (24.0, 45.0, -100.0, -(0.95 * 45.0 - 24.0)));
    // Enough for all 300 MW of the dear plant: coal at 25 $ makes the price here, and there it is 25 / 0.95.
    close(clear("t,testbed,city,other,city,1000,0,0.05,x\n"), (25.0, 25.0 / 0.95, 300.0 / 0.95, 0.0));
    // Without a tie the last pipe is one of the second region, which never binds.
    let (here, there, ..) = clear("t,testbed,city,elsewhere,city,100,100,0,x\n");
    assert!((here - 24.0).abs() < 1e-9 && (there - 45.0).abs() < 1e-9);
}

#[test]
fn a_busy_year_with_a_tie_balances_and_its_rent_is_in_the_books() {
    let ties = "north tie,testbed,city,other,plains,40,40,0,x\n";
    let setup = harness::joined(both(FREE), ties, "2025-01-01", "2026-01-01", BUSY);
    let mut rent = 0.0;
    let run = harness::run(&setup, 0, &mut |world, solution| {
        for pipe in &world.problem().pipes {
            let mw = |column: gridrush_core::dispatch::ColumnId| solution.column_mw[column.0 as usize];
            let price = |bus: u32| solution.lmp_usd_per_mwh[bus as usize];
            rent += (price(pipe.to) - price(pipe.from)) * (mw(pipe.forward) - mw(pipe.backward));
        }
    });
    // Energy is checked every hour by the world itself.
    let congestion = run.table("congestion_monthly");
    let names = texts(&congestion, "branch");
    let rents = congestion.floats("rent_usd").unwrap();
    let of_tie: f64 =
        names.iter().zip(rents).filter(|(name, _)| name.starts_with("north tie")).map(|(_, usd)| usd).sum();
    assert!(of_tie > 1e4, "the tie earned {of_tie} $");
    let reported: f64 = rents.iter().sum();
    assert!((reported - rent).abs() < 1e-6 * rent, "{reported} $ reported, {rent} $ seen");
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
    assert!((kept as f64 / 100.0 - rent).abs() < 20.0, "{kept} cents kept, {rent} $ seen");
    // Without losses what arrives is what was sent, and the worth of the flow is the rent of the tie.
    let flows = run.table("ties_monthly");
    assert_eq!(flows.len(), 12);
    assert!(texts(&flows, "tie").iter().all(|name| name == "north tie"));
    let worth: f64 = flows.floats("worth_usd").unwrap().iter().sum();
    assert!((worth - of_tie).abs() < 1e-6 * of_tie, "{worth} $ of flow, {of_tie} $ of rent");
    let sent = |column: &str| flows.floats(column).unwrap().iter().sum::<f64>();
    assert!(sent("lost_mwh") == 0.0 && sent("forward_mwh") > 1e4, "{} MWh", sent("forward_mwh"));
    let sites = run.world.sites();
    assert!(sites.iter().any(|site| site.zone < 3) && sites.iter().any(|site| site.zone >= 3));
    let again = Run::new(&setup, 0).finish();
    assert_eq!(bytes(&run.sink), bytes(&again));
}

#[test]
fn the_weather_of_a_region_does_not_know_of_the_others() {
    let spell = "[[weather.spells]]\nname = \"snap\"\nseason = \"winter\"\nreturn_years = 1\ndays = 5\nload_factor = 1.2\n\
                 wind_factor = 0.5\n";
    let years = |setup: &Arc<Setup>| setup.weather_years(&Streams::new(3, 1)).unwrap();
    let (start, end) = ("2025-01-01", "2026-02-01");
    // Midnight comes an hour later in MISO than in PJM, and three hours later in CAISO.
    let regions = ["pjm", "miso", "caiso"];
    for first in 0..3 {
        let order: Vec<&str> = (0..3).map(|n| regions[(first + n) % 3]).collect();
        let files = order.iter().map(|region| harness::pack_files(region)).collect();
        let joined = harness::joined(files, "", start, end, spell);
        let all = years(&joined);
        for region in order {
            let alone = harness::setup(region, start, end, spell);
            let later = (alone.start_unix_ms - joined.start_unix_ms) / 3_600_000;
            let own = years(&alone);
            assert!(!own.names.is_empty());
            for (name, values) in own.names.iter().zip(&own.values) {
                let there = all.series(&format!("{region}_{name}")).unwrap();
                let both = 0..values.len().min(there.len()) - 3;
                let same = both.filter(|&hour| {
                    let at = hour as i64 + later;
                    at < 0 || values[hour] == there[at as usize]
                });
                assert_eq!(same.count(), values.len().min(there.len()) - 3, "{region} {name}");
            }
        }
    }
}

#[test]
fn regions_keep_their_rules_and_the_user_sets_them_for_all() {
    let setup = |text: &str| harness::joined(both(RING), "", "2025-01-01", "2025-01-03", text);
    let own = setup("");
    let prices = own.fuel_prices(0);
    let gas = |prices: &gridrush_sim::units::FuelPrices, zone: u16| prices.in_zone(Fuel::Gas, ZoneId(zone));
    assert_eq!((gas(&prices, 0), gas(&prices, 3)), (3.0, 6.0));
    let terms = own.clearing_terms();
    let caps: Vec<f64> = terms.areas.iter().map(|area| area.offer_cap_usd_per_mwh).collect();
    assert_eq!(caps, [5000.0, 2000.0]);
    let clearing = Clearing::new(&own.pack.network, terms, &*own);
    let solution = DispatchSolution { lmp_usd_per_mwh: vec![9000.0; 6], ..DispatchSolution::default() };
    assert_eq!((clearing.settled(&solution, 0), clearing.settled(&solution, 5)), (6000.0, 6100.0));

    let set = setup("[fuel]\ngas_usd_per_mmbtu = 4.5\n[dispatch]\noffer_cap_usd_per_mwh = 1000.0\n");
    let prices = set.fuel_prices(0);
    assert_eq!((gas(&prices, 0), gas(&prices, 3)), (4.5, 4.5));
    assert!(set.clearing_terms().areas.iter().all(|area| area.offer_cap_usd_per_mwh == 1000.0));
}

#[test]
fn the_resolved_text_gives_the_same_regions_again() {
    let packs: Vec<RegionPack> = both(RING).iter().map(|files| RegionPack::parse(files).unwrap()).collect();
    let pack = RegionPack::join(packs, &[]).unwrap();
    let names = ["testbed".to_owned(), "other".to_owned()];
    let mut around = Surroundings { regions: names.to_vec(), ..Surroundings::default() };
    around.add_region(&pack);
    let read = |text: &str| Draft::parse("t.toml", text).finish_over(&pack, &around).unwrap().0;
    let top = "schema = 1\nname = \"t\"\nregions = [\"testbed\", \"other\"]\nstart = 2025-01-01\nend = 2026-01-01\n";
    let first = read(&format!("{top}[fuel]\ncoal_usd_per_mmbtu = 2.5\n"));
    let text = Scenario::to_toml_of(&first, &names);
    assert!(
        text.contains("\n# testbed: gas_usd_per_mmbtu = 3.0\n# other: gas_usd_per_mmbtu = 6.0\n"),
        "{text}"
    );
    assert_eq!(read(&text), first);
    let regions = |text: &str| Draft::parse("t.toml", text).regions();
    assert_eq!(regions(&text), names);
    assert_eq!(regions("regions = []\nregion = \"testbed\"\n"), names[..1]);
    // One region is written as ever.
    assert_eq!(Scenario::to_toml_of(&first[..1], &names[..1]), first[0].to_toml());
}

#[test]
fn names_of_regions_are_checked() {
    let around =
        Surroundings { regions: vec!["pjm".to_owned(), "nyiso".to_owned()], ..Surroundings::default() };
    let faults = |regions: &str| {
        let text = format!("schema = 1\nname = \"t\"\n{regions}\nstart = 2025-01-01\nend = 2026-01-01\n");
        let faults = Draft::parse("t.toml", &text).finish(&Scenario::defaults(), &around).unwrap_err();
        faults.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let wrong = faults("regions = [\"pjn\", \"nyiso\", \"nyios\"]");
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert!(wrong[0].contains("regions.0") && wrong[0].contains("did you mean pjm?"), "{wrong:?}");
    assert!(wrong[1].contains("regions.2") && wrong[1].contains("did you mean nyiso?"), "{wrong:?}");
    let both = faults("region = \"pjm\"\nregions = [\"pjm\"]");
    assert!(both.len() == 1 && both[0].contains("beside region"), "{both:?}");
    let none = faults("seed = 1");
    assert!(none.len() == 1 && none[0].contains("is missing"), "{none:?}");
}
