//! The 73 buses of IEEE RTS-96, as published, against the interior-point method and the published optimum.
//!
//! Rows of cost curves become blocks, bus shunts stay where they are, and for the hours a mine at every
//! tenth bus bids for what is left. The case is not part of the project; without it these tests say so.

use std::io::Read;

use gridrush_core::dispatch::{
    Bound, ColumnId, DispatchProblem, DispatchSolution, FlowBranch, Place, Solver, certify,
};
use gridrush_core::grid::Network;
use gridrush_core::grid::case::matpower::{self, ZoneBy};
use gridrush_core::names::Key;

use crate::oracle;
use crate::unique::prices_are_unique;

#[path = "../../../../tests/data.rs"]
mod data;

fn case(name: &str) -> Option<Network> {
    let folder = data::public_data().join("cases/pglib");
    let Ok(packed) = std::fs::read(folder.join(format!("{name}.m.gz"))) else {
        println!("skipped: {name} is not there");
        return None;
    };
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
    Some(matpower::read(name, &text, ZoneBy::Area).unwrap())
}

/// The market of a case: every cost curve in so many pieces above the minimum output, hard branch limits. Returns the cost of
/// running every unit at its minimum, which no block holds.
fn market(network: &Network, segments: usize) -> (DispatchProblem, f64) {
    let branches = network.branches().map(|(_, branch)| FlowBranch {
        from: branch.from.0,
        to: branch.to.0,
        susceptance_mw_per_rad: network.base_mva * branch.x_pu
            / (branch.r_pu * branch.r_pu + branch.x_pu * branch.x_pu),
        shift_rad: branch.shift_deg.to_radians(),
        limit_mw: branch.rating_mw,
        ceiling_usd_per_mwh: f64::INFINITY,
        in_service: branch.in_service,
    });
    let mut problem = DispatchProblem::new(network.buses().len(), branches.collect());
    let mut fixed_usd_per_h = 0.0;
    for unit in network.generators.iter().filter(|unit| unit.in_service) {
        let cost = unit.cost.as_ref().unwrap();
        fixed_usd_per_h += cost.at(unit.minimum_mw);
        problem.demand_mw[unit.bus.0 as usize] -= unit.minimum_mw;
        for (n, block) in cost.blocks(unit.minimum_mw, unit.capacity_mw, segments).iter().enumerate() {
            let bound =
                Bound { lower_mw: 0.0, upper_mw: block.size_mw, cost_usd_per_mwh: block.cost_usd_per_mwh };
            problem.add_column(Key::of(&unit.name).part(n as u64), Place::Bus(unit.bus.0, 1.0), bound);
        }
    }
    for (id, bus) in network.buses() {
        problem.demand_mw[id.0 as usize] += bus.load_mw + bus.shunt_mw;
    }
    (problem, fixed_usd_per_h)
}

fn relative(a: f64, b: f64) -> f64 {
    (a - b).abs() / b.abs()
}

#[test]
fn the_published_optimum_is_met() {
    let Some(network) = case("pglib_opf_case73_ieee_rts") else { return };
    let (problem, fixed_usd_per_h) = market(&network, 40);
    let mut solution = DispatchSolution::default();
    Solver::new(&problem).unwrap().solve(&problem, &mut solution).unwrap();
    certify(&problem, &solution).assert_optimal();
    // Published with five digits; the chords of the quadratic curves lie a little above them.
    let cost = solution.objective_usd_per_h + fixed_usd_per_h;
    assert!(relative(cost, 1.83e5) < 1e-4, "{cost} $/h");
}

#[test]
fn hours_of_73_buses_agree_with_the_interior_point_method() {
    let Some(network) = case("pglib_opf_case73_ieee_rts") else { return };
    let (mut problem, _) = market(&network, 3);
    let full = problem.demand_mw.clone();
    let minimum: Vec<f64> = {
        let mut at = vec![0.0; full.len()];
        let units = network.generators.iter().filter(|unit| unit.in_service);
        units.for_each(|unit| at[unit.bus.0 as usize] += unit.minimum_mw);
        at
    };
    // Lines that bind in some hours and yield at a price, so that every hour has a solution.
    for branch in &mut problem.branches {
        branch.limit_mw *= 0.55;
        branch.ceiling_usd_per_mwh = 3500.0;
    }
    // The three areas are copies of each other: costs a little apart make most prices unique.
    for (n, bound) in problem.bounds.iter_mut().enumerate() {
        bound.cost_usd_per_mwh *= 1.0 + 1e-3 * ((n * 7) % 101) as f64 / 10.0;
    }
    let mut mines: Vec<ColumnId> = Vec::new();
    for bus in 0..full.len() as u32 {
        let bound = |upper_mw, cost_usd_per_mwh| Bound { lower_mw: 0.0, upper_mw, cost_usd_per_mwh };
        problem.add_column(Key::of("shed").part(u64::from(bus)), Place::Bus(bus, 1.0), bound(1e3, 9000.0));
        problem.add_column(Key::of("spill").part(u64::from(bus)), Place::Bus(bus, -1.0), bound(1e3, 250.0));
        if bus % 10 == 0 {
            let key = Key::of("mine").part(u64::from(bus));
            mines.push(problem.add_column(key, Place::Bus(bus, -1.0), bound(80.0, -20.0)));
        }
    }
    let mut solver = Solver::new(&problem).unwrap();
    let mut solution = DispatchSolution::default();
    let (mut congested, mut unique, mut partly) = (0, 0, 0);
    for hour in 0..12 {
        let scale = 0.55 + 0.04 * f64::from(hour * 5 % 12);
        for ((demand, full), minimum) in problem.demand_mw.iter_mut().zip(&full).zip(&minimum) {
            *demand = scale * (full + minimum) - minimum;
        }
        for (n, mine) in mines.iter().enumerate() {
            let bid = 8.0 + 7.0 * ((n * 5 + hour as usize * 3) % 11) as f64;
            problem.bounds[mine.0 as usize].cost_usd_per_mwh = -bid - 0.137;
        }
        solver.solve(&problem, &mut solution).unwrap();
        certify(&problem, &solution).assert_optimal();
        let answer = oracle::solve(&problem).answer().expect("the oracle finishes");
        let gap = relative(solution.objective_usd_per_h, answer.objective_usd_per_h);
        assert!(gap <= 1e-8, "hour {hour}: {gap}");
        congested += usize::from(!solution.binding.is_empty());
        partly += mines.iter().filter(|m| (1e-6..79.999).contains(&solution.column_mw[m.0 as usize])).count();
        // Where prices are not unique, the certificate above is the proof: dual feasibility and no gap.
        if prices_are_unique(&problem, &solver, &solution) {
            unique += 1;
            for (bus, (got, want)) in solution.lmp_usd_per_mwh.iter().zip(&answer.lmp_usd_per_mwh).enumerate()
            {
                assert!((got - want).abs() < 1e-4, "hour {hour}, bus {bus}: {got} is not {want}");
            }
        }
    }
    assert!(unique >= 8, "{unique} hours with unique prices");
    assert!(congested >= 6 && partly > 0, "{congested} congested hours, {partly} mines at the margin");
}
