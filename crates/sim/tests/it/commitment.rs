//! Offers, commitment, ramps, links and fuel prices in a replication.

use std::collections::BTreeMap;

use gridrush_core::dispatch::{DispatchSolution, certify};
use gridrush_core::grid::{BranchKind, CostCurve, DcLink, Fuel, Technology};
use gridrush_core::kernel::Streams;
use gridrush_sim::scenario::Resolved;
use gridrush_sim::setup::Setup;
use gridrush_sim::units::Unit;
use gridrush_sim::world::World;

use crate::harness::{self, Run};

/// The market with units that run anywhere, one block each.
const PLAIN: &str = "[dispatch]\ncommitment = \"none\"\n[thermal]\nheat_rate_rise_percent = 0.0\n";

/// What a unit did hour by hour.
#[derive(Default)]
struct Past {
    on: Option<bool>,
    hours: u32,
    /// Whether the present state began inside the run.
    whole: bool,
    output_mw: f64,
    starts: f64,
}

#[test]
fn committed_units_keep_their_limits() {
    let setup = harness::setup("testbed", "2025-01-01", "2025-03-01", "");
    let thermal = &setup.scenario.thermal;
    let mut past: Vec<Past> = Vec::new();
    let mut see = |world: &World, solution: &DispatchSolution| {
        let clearing = world.clearing();
        past.resize_with(clearing.units.len(), Past::default);
        for (unit, past) in clearing.units.iter().zip(&mut past).filter(|(unit, _)| unit.slow) {
            let of = thermal.of(unit.technology).unwrap();
            let (share, output_mw) = (unit.on_share.unwrap(), unit.output_mw(solution));
            let available_mw = unit.capacity_mw * unit.availability_now(&[]);
            let on = share > 0.0;
            assert!(unit.bus.is_none() || share == 0.0 || share == 1.0, "{share} of a unit");
            if !on {
                assert_eq!((output_mw, clearing.upper_mw(unit)), (0.0, 0.0), "off, and no reserve either");
            }
            assert!(output_mw >= unit.minimum_share * share * available_mw - 1e-6, "{output_mw}");
            assert!(output_mw <= share * available_mw + 1e-6, "{output_mw}");
            if let Some(was_on) = past.on {
                if was_on && on {
                    let change_mw = (output_mw - past.output_mw).abs();
                    assert!(change_mw <= of.ramp_share_per_h * available_mw + 1e-6, "{change_mw}");
                }
                if was_on == on {
                    past.hours += 1;
                } else {
                    let least = if was_on { of.minimum_up_h } else { of.minimum_down_h };
                    assert!(!past.whole || past.hours >= least, "{:?} {}", unit.technology, past.hours);
                    past.starts += f64::from(u8::from(on));
                    (past.hours, past.whole) = (1, true);
                }
            }
            past.on = Some(on);
            past.output_mw = output_mw;
        }
    };
    let mut run = Run::new(&setup, 0);
    let mut nuclear_on = true;
    while run.step(&mut |world, solution| {
        see(world, solution);
        let nuclear = |unit: &&Unit| unit.technology == Technology::Nuclear;
        nuclear_on &= world.clearing().units.iter().filter(nuclear).all(|u| u.output_mw(solution) > 0.0);
    }) {}
    assert!(nuclear_on);
    let table = run.table("commitment_yearly");
    let (names, starts) = (harness::texts(&table, "technology"), table.floats("starts").unwrap());
    for technology in [Technology::CombinedCycle, Technology::CoalSteam] {
        let units = run.world.clearing().units.iter().zip(&past).filter(|(u, _)| u.technology == technology);
        let counted: f64 = units.map(|(_, past)| past.starts).sum();
        let row = names.iter().position(|name| name == technology.name()).unwrap();
        assert_eq!(starts[row], counted, "{}", technology.name());
    }
    assert!(past.iter().map(|past| past.starts).sum::<f64>() > 3.0, "something starts and stops");
}

#[test]
fn ramps_that_contradict_load_leave_an_answer() {
    let text = "[thermal.combined_cycle]\nramp_share_per_h = 0.01\nminimum_up_h = 2\nminimum_down_h = 1\n\
                [thermal.coal_steam]\nramp_share_per_h = 0.01\nminimum_up_h = 1\nminimum_down_h = 1\n";
    for replication in 0..2 {
        let setup = harness::setup("testbed", "2025-06-01", "2025-06-22", text);
        let (mut hour, mut held) = (0, 0);
        harness::run(&setup, replication, &mut |world, solution| {
            if hour % 5 == 0 {
                certify(world.problem(), solution).assert_optimal();
            }
            hour += 1;
            let tight = |unit: &&Unit| {
                if !unit.slow {
                    return false;
                }
                let (least, most) = unit.range_mw(unit.capacity_mw * unit.availability_now(&[]));
                least > 0.0 && most - least < 0.03 * unit.capacity_mw
            };
            held += world.clearing().units.iter().filter(tight).count();
        });
        assert!(hour == 504 && held > 300, "{hour} hours, {held} times held by a ramp");
    }
}

#[test]
fn fuel_prices_follow_dates_and_zones() {
    let text = format!(
        "{PLAIN}[fuel]\ngas_by_date_usd_per_mmbtu = {{ \"2025-01-02\" = 6.0, \"2025-02\" = 1.0 }}\n\
         gas_basis_usd_per_mmbtu = {{ coast = 1.0 }}\n"
    );
    let setup = harness::setup("testbed", "2025-01-01", "2025-02-02", &text);
    let mut seen: Vec<(usize, [f64; 2])> = Vec::new();
    harness::run(&setup, 0, &mut |world, _| {
        let clearing = world.clearing();
        let mut plants = clearing.units.iter().filter(|u| u.technology == Technology::CombinedCycle);
        let mut cost = || clearing.problem.bounds[plants.next().unwrap().column.0 as usize].cost_usd_per_mwh;
        let costs = [cost(), cost()];
        if seen.last().is_none_or(|last| last.1 != costs) {
            seen.push((world.now().hour(), costs));
        }
    });
    // Gate in the city: 7 MMBtu/MWh and 3 $/MWh; Cape on the coast: 8 and 2. Gas at 3, from the second day 6.
    let want = [(0, [24.0, 34.0]), (24, [45.0, 58.0]), (31 * 24, [10.0, 18.0])];
    assert_eq!(seen.len(), want.len(), "{seen:?}");
    for ((hour, costs), (want_hour, want)) in seen.iter().zip(want) {
        assert_eq!(*hour, want_hour);
        assert!(costs.iter().zip(want).all(|(got, want)| (got - want).abs() < 1e-9), "{costs:?}");
    }
}

#[test]
fn a_link_carries_power_around_a_full_line_and_loses_some() {
    for (loss_fraction, backwards) in [(0.0, false), (0.05, false), (0.05, true)] {
        let setup = harness::setup_with("testbed", "2025-01-01", "2025-01-08", PLAIN, &|pack| {
            let zone_of: Vec<_> = pack.network.buses().map(|(_, bus)| bus.zone).collect();
            for branch in pack.network.graph.edge_weights_mut() {
                let (from, to) = (zone_of[branch.from.0 as usize], zone_of[branch.to.0 as usize]);
                if branch.kind == BranchKind::Line && from != to {
                    branch.rating_mw = 20.0;
                }
            }
            let at = |number: u32| pack.network.buses().find(|(_, bus)| bus.number == number).unwrap().0;
            let (from, to) = if backwards { (at(6), at(10)) } else { (at(10), at(6)) };
            pack.network.dc_links.push(DcLink {
                name: "cable".to_owned(),
                from,
                to,
                minimum_mw: -80.0,
                maximum_mw: 80.0,
                loss_fraction,
                fixed_loss_mw: 0.0,
                cost: None,
                in_service: true,
            });
        });
        let mut between = 0;
        let mut carried_mw = 0.0_f64;
        harness::run(&setup, 0, &mut |world, solution| {
            certify(world.problem(), solution).assert_optimal();
            let link = &world.clearing().links[0];
            let flow_mw = link.flow_mw(solution);
            carried_mw = carried_mw.max(flow_mw.abs());
            assert!((-80.0 - 1e-9..=80.0 + 1e-9).contains(&flow_mw), "{flow_mw}");
            assert!((link.loss_mw(solution) - loss_fraction * flow_mw.abs()).abs() < 1e-9);
            let price = |number: u32| {
                let mut buses = world.setup().pack.network.buses();
                solution.lmp_usd_per_mwh[buses.find(|(_, bus)| bus.number == number).unwrap().0.0 as usize]
            };
            let toward_city = flow_mw > 0.0 && !backwards || flow_mw < 0.0 && backwards;
            if flow_mw.abs() > 1e-6 && flow_mw.abs() < 80.0 - 1e-6 {
                // Between its limits a link joins the prices of its ends, but for what it loses.
                let (sends, gets) = if toward_city { (price(10), price(6)) } else { (price(6), price(10)) };
                assert!((gets * (1.0 - loss_fraction) - sends).abs() < 1e-6, "{sends} {gets}");
                between += 1;
            }
        });
        assert!(carried_mw > 50.0 && between > 5, "{carried_mw} MW at most, {between} hours between limits");
    }
}

#[test]
fn a_cost_curve_stands_for_heat_rate_and_fuel() {
    let curve = CostCurve::Polynomial(vec![100.0, 10.0, 0.05]);
    let setup = harness::setup_with("testbed", "2025-01-01", "2025-01-03", PLAIN, &|pack| {
        for unit in pack.network.generators.iter_mut().filter(|unit| unit.fuel == Fuel::Coal) {
            unit.cost = Some(curve.clone());
        }
    });
    harness::run(&setup, 0, &mut |world, _| {
        let clearing = world.clearing();
        let unit = clearing.units.iter().find(|unit| unit.fuel == Fuel::Coal).unwrap();
        let bounds = &clearing.problem.bounds[unit.columns()];
        // Chords of thirds of 200 MW: 10 + 0.05 x (200/3, 200, 1000/3).
        for (bound, want) in bounds.iter().zip([40.0 / 3.0, 20.0, 80.0 / 3.0]) {
            assert!((bound.cost_usd_per_mwh - want).abs() < 1e-9, "{bound:?}");
            assert!((bound.upper_mw - 200.0 / 3.0).abs() < 1e-9, "{bound:?}");
        }
    });
}

#[test]
fn a_forecast_without_errors_is_what_happens() {
    let text = "[forecast]\nload_error_percent = 0\nwind_error_percent = 0\nsolar_error_percent = 0\n";
    let setup = harness::setup("rts24", "2025-01-01", "2025-01-10", text);
    let streams = Streams::new(setup.scenario.seed, 0);
    let weather = setup.weather_years(&streams).unwrap();
    let forecast = setup.forecast(&weather, &streams, 12, 24, 48);
    let mut native_mw = vec![0.0; setup.series.len()];
    let mut series = vec![0.0; weather.values.len()];
    assert_eq!((forecast.first_hour, forecast.hours()), (24, 48));
    for n in 0..48 {
        setup.native_mw(&weather, 24 + n, &mut native_mw);
        Setup::weather_at(&weather, 24 + n, &mut series);
        assert_eq!((forecast.native_mw(n), forecast.weather(n)), (&native_mw[..], &series[..]));
    }
    // It ends with the run.
    assert_eq!(setup.forecast(&weather, &streams, 200, 200, 48).hours(), setup.hours - 200);
}

#[test]
fn another_market_leaves_forecasts_alone() {
    let of = |text: &str| {
        let setup = harness::setup("rts24", "2025-01-01", "2025-01-10", text);
        let streams = Streams::new(setup.scenario.seed, 3);
        setup.forecast(&setup.weather_years(&streams).unwrap(), &streams, 36, 48, 24)
    };
    assert_eq!(of(""), of("[dispatch]\ncommitment = \"none\"\n[fuel]\ngas_usd_per_mmbtu = 9.0\n"));
}

#[test]
fn a_link_with_what_the_market_cannot_price_is_refused_by_name() {
    let setup = harness::setup("testbed", "2025-01-01", "2025-01-02", "");
    let mut pack = setup.pack.clone();
    let mut buses = pack.network.buses().map(|(id, _)| id);
    let (from, to) = (buses.next().unwrap(), buses.next().unwrap());
    drop(buses);
    pack.network.dc_links.push(DcLink {
        name: "cable".to_owned(),
        from,
        to,
        minimum_mw: 0.0,
        maximum_mw: 10.0,
        loss_fraction: 0.0,
        fixed_loss_mw: 1.0,
        cost: None,
        in_service: true,
    });
    let (scenario, pack_files) = (setup.scenario.clone(), harness::pack_files("testbed"));
    let faults = Setup::new(Resolved::alone(scenario, pack, pack_files, BTreeMap::new())).unwrap_err();
    let text: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(text.len() == 1 && text[0].contains("dc_links.csv: `cable` has a fixed loss"), "{text:?}");
}
