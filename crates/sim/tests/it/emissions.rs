//! Emissions of plants and of classes of load, and fuel prices that are drawn.

use gridrush_core::dispatch::DispatchSolution;
use gridrush_core::grid::{Fuel, IMPORT_CO2_TONNES_PER_MWH};
use gridrush_sim::world::World;

use crate::harness::{self, texts};
use crate::story;

fn sum(table: &gridrush_tables::Frame, column: &str, keep: &dyn Fn(usize) -> bool) -> f64 {
    let values = table.floats(column).unwrap();
    values.iter().enumerate().filter(|&(row, _)| keep(row)).map(|(_, x)| *x).sum()
}

#[test]
fn classes_hold_what_plants_emit() {
    let run = &story::testbed().run;
    let (classes, plants) = (run.table("emissions_monthly"), run.table("emissions_yearly"));
    let emitted = sum(&plants, "emissions_t", &|_| true);
    let held = sum(&classes, "average_t", &|_| true);
    assert!(emitted > 1e5, "{emitted}");
    assert!((held - emitted).abs() < 1e-9 * emitted, "{held} t of classes, {emitted} t of plants");

    // Energy is that of the table of load, and batteries lose some.
    let class = texts(&classes, "class");
    let load = run.table("load_monthly");
    let served = sum(&load, "served_mwh", &|_| true);
    let drawn = sum(&classes, "energy_mwh", &|row| class[row] != "storage");
    assert!((drawn - served).abs() < 1e-9 * served, "{drawn} MWh, {served} MWh served");
    let lost = sum(&classes, "energy_mwh", &|row| class[row] == "storage");
    let stores = run.table("storage_monthly");
    let net = sum(&stores, "charged_mwh", &|_| true) - sum(&stores, "discharged_mwh", &|_| true);
    assert!((lost - net).abs() < 1e-6 * (1.0 + net.abs()) && net > 0.0, "{lost} MWh, {net} MWh");
    assert!(class.iter().any(|name| name == "mining") && class.iter().any(|name| name == "native"));

    for (row, name) in class.iter().enumerate().filter(|(_, name)| *name != "storage") {
        let of = |column: &str| classes.floats(column).unwrap()[row];
        assert!((of("average_t") - of("average_t_per_mwh") * of("energy_mwh")).abs() < 1e-6, "{name}");
        assert!((0.0..1.2).contains(&of("average_t_per_mwh")), "{name}: {}", of("average_t_per_mwh"));
        assert!((0.0..=1.0 + 1e-9).contains(&of("renewable_share")), "{name}");
    }
    let fuel = texts(&plants, "fuel");
    for (row, name) in fuel.iter().enumerate() {
        let emits = plants.floats("emissions_t").unwrap()[row] > 0.0;
        assert_eq!(emits, ["gas", "coal", "oil"].contains(&name.as_str()), "{name}");
        let curtailed = plants.floats("curtailed_share").unwrap()[row];
        assert_eq!((0.0..=1.0).contains(&curtailed), ["wind", "solar"].contains(&name.as_str()), "{name}");
    }
}

/// Without commitment and batteries, emissions are outputs times heat rates of blocks times factors.
#[test]
fn an_hour_of_plants_by_their_columns() {
    let text = "[dispatch]\ncommitment = \"none\"\nstorage.enabled = false\n[outages]\nunits = false\n";
    let setup = harness::setup("testbed", "2025-01-01", "2025-02-01", text);
    let mut emitted = 0.0;
    let mut see = |world: &World, solution: &DispatchSolution| {
        for unit in &world.clearing().units {
            let factor = match unit.fuel {
                Fuel::Gas => 0.0531,
                Fuel::Coal => 0.0957,
                Fuel::Oil => 0.0750,
                _ => 0.0,
            };
            for (column, block) in unit.columns().zip(&unit.offer.blocks) {
                emitted += solution.column_mw[column] * block.heat_rate_mmbtu_per_mwh * factor;
            }
        }
    };
    let run = harness::run(&setup, 0, &mut see);
    let plants = sum(&run.table("emissions_yearly"), "emissions_t", &|_| true);
    assert!(emitted > 1000.0 && (plants - emitted).abs() < 1e-3 * emitted, "{plants} t, not {emitted}");
    let classes = run.table("emissions_monthly");
    assert!(texts(&classes, "class").iter().all(|class| class != "storage"));
}

/// One tie at the margin all the time: average and marginal rate are its own.
#[test]
fn the_marginal_rate_is_that_of_the_unit_that_answers() {
    let text = "[dispatch]\ncommitment = \"none\"\nstorage.enabled = false\n[load]\nlarge_loads = false\n\
                [thermal]\noffer_blocks = 1\n[outages]\nunits = false\n";
    let setup = harness::setup_with("testbed", "2025-01-01", "2025-02-01", text, &|pack| {
        for unit in &mut pack.network.generators {
            // Everybody but one tie without limits is out, and the lines hold anything.
            unit.in_service = false;
        }
        let mut tie = pack.network.generators[0].clone();
        tie.name = "tie".to_owned();
        (tie.fuel, tie.technology) = (Fuel::Import, gridrush_core::grid::Technology::Import);
        (tie.capacity_mw, tie.minimum_mw, tie.in_service) = (1e5, 0.0, true);
        (tie.heat_rate_mmbtu_per_mwh, tie.co2_kg_per_mmbtu) = (7.5, None);
        tie.neighbour = Some("texas".to_owned());
        (tie.online, tie.retired, tie.cost, tie.storage_mwh) = (None, None, None, 0.0);
        pack.network.generators.push(tie);
        pack.planned.clear();
        let edges: Vec<_> = pack.network.graph.edge_indices().collect();
        for edge in edges {
            pack.network.graph[edge].rating_mw = 1e6;
        }
    });
    let run = harness::run(&setup, 0, &mut |_, _| {});
    let classes = run.table("emissions_monthly");
    assert!(!classes.is_empty());
    for column in ["average_t_per_mwh", "marginal_t_per_mwh"] {
        for rate in classes.floats(column).unwrap() {
            assert!((rate - IMPORT_CO2_TONNES_PER_MWH).abs() < 1e-9, "{column}: {rate}");
        }
    }
}

#[test]
fn drawn_prices_move_by_month_and_a_still_price_is_the_path() {
    let moving = "[fuel]\ngas_usd_per_mmbtu = 4.0\ngas_volatility_percent_per_year = 50.0\n[load]\nlarge_loads = false\n";
    let still = moving.replace("50.0", "0.0");
    let gas = |text: &str, replication: u32| -> (Vec<f64>, Vec<f64>) {
        let setup = harness::setup("testbed", "2025-01-01", "2025-05-01", text);
        let mut in_force = Vec::new();
        let run = harness::run(&setup, replication, &mut |world, _| {
            let clearing = world.clearing();
            let unit =
                clearing.units.iter().find(|unit| unit.fuel == Fuel::Gas && unit.bus.is_some()).unwrap();
            let block = &unit.offer.blocks[0];
            let cost = clearing.problem.bounds[unit.columns()][0].cost_usd_per_mwh;
            in_force.push((cost - block.other_usd_per_mwh) / block.heat_rate_mmbtu_per_mwh);
        });
        let table = run.table("fuel_monthly");
        let fuel = texts(&table, "fuel");
        let prices = table.floats("price_usd_per_mmbtu").unwrap();
        let rows = prices.iter().enumerate().filter(|&(row, _)| fuel[row] == "gas");
        let steps = in_force.chunk_by(|a, b| (a - b).abs() < 1e-9).map(|same| same[0]).collect();
        (rows.map(|(_, price)| *price).collect(), steps)
    };
    let (path, steps) = gas(&still, 0);
    assert!(path.len() == 4 && path.iter().all(|&price| (price - 4.0).abs() < 1e-12), "{path:?}");
    assert!(steps.len() == 1 && (steps[0] - 4.0).abs() < 1e-9, "{steps:?}");
    let (drawn, steps) = gas(moving, 0);
    assert!((drawn[0] - 4.0).abs() < 1e-12, "{drawn:?}");
    assert_eq!(steps.len(), 4, "{steps:?}");
    for (month, price) in drawn.iter().zip(&steps) {
        assert!((month - price).abs() < 1e-9, "{drawn:?} in the table, {steps:?} in force");
    }
    assert_eq!(drawn, gas(moving, 0).0);
    assert_ne!(drawn[1..], gas(moving, 1).0[1..]);
}
