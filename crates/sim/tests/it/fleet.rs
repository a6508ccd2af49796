//! Units with dates, imports, and rates of their own.

use std::collections::BTreeMap;

use gridrush_core::grid::{Date, Fuel, Generator, RegionPack, Technology};
use gridrush_core::kernel::{SimTime, Streams};
use gridrush_sim::clearing::Clearing;
use gridrush_sim::scenario::{Draft, Resolved, Scenario, Surroundings};
use gridrush_sim::setup::Setup;
use gridrush_sim::supply::Supply;
use gridrush_sim::units::Unit;
use gridrush_sim::world::World;

use crate::harness::{self, texts};

/// No clouds over arithmetic: one block per unit, everything runs from nothing to its maximum.
const PLAIN: &str = "[dispatch]\ncommitment = \"none\"\n[thermal]\nheat_rate_rise_percent = 0.0\n[load]\nlarge_loads = false\n\
                     [supply]\nmerchant_entry = false\nretirement = false\nbackground_transmission = false\n";

fn day(text: &str) -> Option<Date> {
    Date::parse(text)
}

fn named<'a>(pack: &'a mut RegionPack, name: &str) -> &'a mut Generator {
    pack.network.generators.iter_mut().find(|unit| unit.name == name).unwrap()
}

fn capacity_mw(world: &World, fuel: Fuel) -> f64 {
    world.clearing().capacity_mw()[fuel as usize]
}

/// Coal closes on 11 January, the Cape combined cycle opens on 21 January, the battery is replaced on the 15th, one
/// turbine is gone and another is of the year after.
fn dated(pack: &mut RegionPack) {
    named(pack, "Mill coal").retired = day("2025-01-11");
    named(pack, "Cape combined cycle").online = day("2025-01-21");
    named(pack, "Harbour turbine").retired = day("2024-12-31");
    named(pack, "Mill turbine").online = day("2026-06-01");
    let mut battery = named(pack, "Windy battery").clone();
    named(pack, "Windy battery").retired = day("2025-01-15");
    battery.name.push_str(" 2");
    (battery.online, battery.capacity_mw, battery.storage_mwh) = (day("2025-01-15"), 70.0, 280.0);
    pack.network.generators.push(battery);
}

#[test]
fn units_come_and_go_on_their_days_and_are_booked() {
    let setup = harness::setup_with("testbed", "2025-01-01", "2026-01-01", PLAIN, &dated);
    let mut seen = Vec::new();
    let run = harness::run(&setup, 0, &mut |world, solution| {
        let day = world.now().hour() / 24 + 1;
        let now = [Fuel::Coal, Fuel::Gas, Fuel::Storage].map(|fuel| capacity_mw(world, fuel));
        if seen.last().is_none_or(|&(_, last)| last != now) {
            seen.push((day, now));
        }
        // What is not there gives nothing.
        for unit in world.clearing().units.iter().filter(|unit| unit.capacity_mw <= 0.0) {
            assert!(unit.output_mw(solution).abs() < 1e-9, "{:?} on day {day}", unit.technology);
        }
    });
    assert_eq!(
        seen,
        [
            (1, [200.0, 400.0, 50.0]),
            (11, [0.0, 400.0, 50.0]),
            (15, [0.0, 400.0, 70.0]),
            (21, [0.0, 600.0, 70.0])
        ]
    );
    let supply = run.table("supply_yearly");
    let fuels = texts(&supply, "fuel");
    let of = |column: &str, fuel: &str| {
        let row = fuels.iter().position(|f| f == fuel).unwrap();
        supply.floats(column).unwrap()[row]
    };
    assert_eq!((of("planned_mw", "gas"), of("retired_mw", "gas")), (200.0, 0.0));
    assert_eq!((of("planned_mw", "coal"), of("retired_mw", "coal")), (0.0, 200.0));
    assert_eq!((of("planned_mw", "storage"), of("retired_mw", "storage")), (70.0, 50.0));
    assert_eq!((of("capacity_mw", "coal"), of("capacity_mw", "gas")), (0.0, 600.0));
}

#[test]
fn without_planned_changes_the_first_day_stays() {
    let text = PLAIN.replace("[supply]\n", "[supply]\nplanned = false\n");
    let setup = harness::setup_with("testbed", "2025-01-01", "2025-02-01", &text, &dated);
    harness::run(&setup, 0, &mut |world, _| {
        let now = [Fuel::Coal, Fuel::Gas, Fuel::Storage].map(|fuel| capacity_mw(world, fuel));
        assert_eq!(now, [200.0, 400.0, 50.0]);
    });
}

#[test]
fn a_plan_knows_what_will_have_come_and_gone() {
    let setup = harness::setup_with("testbed", "2025-01-01", "2026-01-01", PLAIN, &dated);
    let streams = Streams::new(1, 0);
    let supply = Supply::new(&setup, &streams);
    let mut clearing = Clearing::new(&setup.pack.network, setup.clearing_terms(), &*setup);
    supply.add_expected(SimTime::from_hours(24 * 16), &mut clearing);
    let mw = clearing.capacity_mw();
    assert_eq!([Fuel::Coal, Fuel::Gas, Fuel::Storage].map(|f| mw[f as usize]), [0.0, 400.0, 70.0]);
}

#[test]
fn wind_loses_its_credit_ten_years_after_its_first_day() {
    let wind_offer = |online: &'static str, text: &str| {
        let setup = harness::setup_with("testbed", "2025-01-01", "2025-01-08", text, &|pack| {
            named(pack, "Windy wind").online = day(online);
        });
        let mut offers = Vec::new();
        harness::run(&setup, 0, &mut |world, _| {
            let clearing = world.clearing();
            let unit =
                clearing.units.iter().find(|unit| unit.fuel == Fuel::Wind && unit.bus.is_some()).unwrap();
            let offer = clearing.problem.bounds[unit.columns()][0].cost_usd_per_mwh;
            if offers.last() != Some(&(offer, world.now().hour())) {
                offers.push((offer, world.now().hour()));
            }
        });
        offers.dedup_by_key(|offer| offer.0);
        offers
    };
    assert_eq!(wind_offer("", PLAIN), [(-20.0, 0)]);
    assert_eq!(wind_offer("2015-02-01", PLAIN), [(-20.0, 0)]);
    assert_eq!(wind_offer("2014-06-01", PLAIN), [(0.0, 0)]);
    assert_eq!(wind_offer("2015-01-05", PLAIN), [(-20.0, 0), (0.0, 96)]);
    let text = PLAIN.replace("[dispatch]\n", "[dispatch]\nwind_credit_years = 12\n");
    assert_eq!(wind_offer("2014-06-01", &text), [(-20.0, 0)]);
}

/// Testbed with a tie of 300 MW at Cape whose seller burns gas at 7.5 MMBtu/MWh.
fn with_import(pack: &mut RegionPack) {
    let mut tie = named(pack, "Harbour turbine").clone();
    tie.name.push_str(" tie");
    (tie.fuel, tie.technology) = (Fuel::Import, Technology::Import);
    (tie.capacity_mw, tie.minimum_mw) = (300.0, 0.0);
    (tie.heat_rate_mmbtu_per_mwh, tie.variable_om_usd_per_mwh) = (7.5, 1.5);
    tie.neighbour = Some("texas".to_owned());
    pack.network.generators.push(tie);
}

fn tie(world: &World) -> Unit {
    world.clearing().units.iter().find(|unit| unit.fuel == Fuel::Import).unwrap().clone()
}

#[test]
fn an_import_costs_gas_carries_carbon_and_is_no_own_plant() {
    let text = format!(
        "{PLAIN}[fuel]\ngas_usd_per_mmbtu = 4.0\ncarbon_usd_per_tonne = 50.0\n[fuel.gas_basis_usd_per_mmbtu]\ncoast = 0.2\n"
    );
    let setup = harness::setup_with("testbed", "2025-01-01", "2025-02-01", &text, &with_import);
    let mut bought_mwh = 0.0;
    let run = harness::run(&setup, 0, &mut |world, solution| {
        let (clearing, unit) = (world.clearing(), tie(world));
        let bound = clearing.problem.bounds[unit.column.0 as usize];
        // 7.5 x (4 + 0.2) + 1.5 + 0.428 x 50.
        assert!((bound.cost_usd_per_mwh - 54.4).abs() < 1e-9, "{bound:?}");
        assert_eq!(
            (bound.lower_mw, bound.upper_mw, unit.slow, unit.gives_reserve()),
            (0.0, 300.0, false, false)
        );
        assert_eq!(clearing.available_import_mw, 300.0);
        assert_eq!(clearing.capacity_mw()[Fuel::Import as usize], 300.0);
        bought_mwh += unit.output_mw(solution);
    });
    let column = |name: &str| run.table("system_hourly").floats(name).unwrap().to_vec();
    assert!((column("import_mw").iter().sum::<f64>() - bought_mwh).abs() < 1e-6 * (1.0 + bought_mwh));
    assert!(bought_mwh > 100.0, "{bought_mwh}");
    assert!(column("other_mw").iter().all(|&mw| mw == 0.0));
    let supply = run.table("supply_yearly");
    let row = texts(&supply, "fuel").iter().position(|fuel| fuel == "import").unwrap();
    assert_eq!(supply.floats("capacity_mw").unwrap()[row], 300.0);

    // The margin is that of the same run without the tie.
    let margin = |run: &harness::Run| run.table("adequacy_yearly").floats("reserve_margin").unwrap()[0];
    let text = text.replace("[dispatch]\n", "[dispatch]\nstorage.enabled = false\n");
    let alone =
        harness::run(&harness::setup("testbed", "2025-01-01", "2025-02-01", &text), 0, &mut |_, _| {});
    let tied = harness::setup_with("testbed", "2025-01-01", "2025-02-01", &text, &with_import);
    let tied = harness::run(&tied, 0, &mut |_, _| {});
    assert!((margin(&alone) - margin(&tied)).abs() < 1e-9, "{} {}", margin(&alone), margin(&tied));
}

#[test]
fn a_unit_may_emit_and_fail_at_rates_of_its_own() {
    let text = format!("{PLAIN}[fuel]\ncarbon_usd_per_tonne = 100.0\n");
    let setup = harness::setup_with("testbed", "2025-01-01", "2025-01-02", &text, &|pack| {
        named(pack, "Mill coal").co2_kg_per_mmbtu = Some(50.0);
        named(pack, "Gate combined cycle").forced_outage_rate = Some(0.1);
        pack.region.availability.get_mut(&Fuel::Gas).unwrap().fraction = 0.9;
    });
    harness::run(&setup, 0, &mut |world, _| {
        let clearing = world.clearing();
        let unit = |technology: Technology, zone: usize| {
            let mine = |u: &&Unit| u.technology == technology && u.zone.0 as usize == zone && u.bus.is_some();
            clearing.units.iter().find(mine).unwrap()
        };
        // 10 MMBtu/MWh x (2 + 0.05 t/MMBtu x 100) + 5, against 0.0957 t/MMBtu of coal at large.
        let coal = unit(Technology::CoalSteam, 1);
        let cost = clearing.problem.bounds[coal.columns()][0].cost_usd_per_mwh;
        assert!((cost - 75.0).abs() < 1e-9, "{cost}");
        // 400 MW of combined cycle fail 3.3 % of the time: 0.9 x 0.9 / 0.967.
        let gate = unit(Technology::CombinedCycle, 1);
        let cape = unit(Technology::CombinedCycle, 2);
        assert!((cape.availability_now(&[]) - 0.9).abs() < 1e-12);
        assert!(
            (gate.availability_now(&[]) - 0.9 * 0.9 / 0.967).abs() < 1e-12,
            "{}",
            gate.availability_now(&[])
        );
    });
}

#[test]
fn what_a_run_cannot_do_with_units_is_a_fault() {
    let files = harness::pack_files("testbed");
    let mut pack = RegionPack::parse(&files).unwrap();
    named(&mut pack, "Sunny solar").forced_outage_rate = Some(0.05);
    let regions = vec!["testbed".to_owned()];
    let mut around = Surroundings { regions, ..Surroundings::default() };
    around.add_region(&pack);
    let text = "schema = 1\nname = \"t\"\nregion = \"testbed\"\nstart = 2025-01-01\nend = 2026-01-01\n";
    let draft = Draft::parse("t.toml", text);
    let scenario = draft.finish(&Scenario::defaults_of(&pack), &around);
    let Ok(checked) = scenario else { panic!("a scenario") };
    let resolved = Resolved::alone(checked.scenario, pack, files, BTreeMap::new());
    let faults = Setup::new(resolved).unwrap_err();
    assert_eq!(
        faults.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["generators.csv: `Sunny solar` has a forced outage rate, and outages of solar are not modelled"]
    );
}
