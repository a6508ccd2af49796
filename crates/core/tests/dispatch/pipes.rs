//! Pipes: flows that are chosen, their prices, loops, and what they withhold.

use gridrush_core::dispatch::{
    Block, Bound, Cause, Causes, ColumnId, DispatchProblem, DispatchSolution, Pipe, Place, Shortage, Solver,
};
use gridrush_core::names::Key;
use proptest::prelude::*;

fn bound(upper_mw: f64, cost_usd_per_mwh: f64) -> Bound {
    Bound { lower_mw: 0.0, upper_mw, cost_usd_per_mwh }
}

/// Adds a pipe with both limits and a loss.
fn pipe(problem: &mut DispatchProblem, from: u32, to: u32, limits_mw: (f64, f64), loss_fraction: f64) {
    let name = Key::of("pipe").part(problem.pipes.len() as u64);
    let given = 1.0 - loss_fraction;
    let there = Place::Spread(vec![(from, -1.0), (to, given)]);
    let back = Place::Spread(vec![(to, -1.0), (from, given)]);
    let forward = problem.add_column(name.part(0), there, bound(limits_mw.0, 0.0));
    let backward = problem.add_column(name.part(1), back, bound(limits_mw.1, 0.0));
    problem.pipes.push(Pipe { from, to, forward, backward, loss_fraction });
}

fn solve(problem: &DispatchProblem) -> (Solver, DispatchSolution) {
    let mut solver = Solver::new(problem).unwrap();
    let mut solution = DispatchSolution::default();
    solver.solve(problem, &mut solution).unwrap();
    (solver, solution)
}

fn flow(solution: &DispatchSolution, pipe: &Pipe) -> f64 {
    let mw = |column: ColumnId| solution.column_mw[column.0 as usize];
    mw(pipe.forward) - mw(pipe.backward)
}

/// Wind country 0 (500 MW at 5 $/MWh), city 1 (400 MW at 30), coast 2 (300 MW at 60); loads 100, 500, 250 MW;
/// pipes 0-1 of 250 MW, 1-2 of 120 MW, 0-2 of 50 MW. Shed at 5,000 $/MWh.
fn three_zones() -> (DispatchProblem, [ColumnId; 3]) {
    let mut problem = DispatchProblem::new(3, Vec::new());
    for (bus, mw, cost) in [(0, 500.0, 5.0), (1, 400.0, 30.0), (2, 300.0, 60.0)] {
        problem.add_column(Key::of("unit").part(u64::from(bus)), Place::Bus(bus, 1.0), bound(mw, cost));
    }
    let sheds = [100.0, 500.0, 250.0].map(|mw| bound(mw, 5000.0));
    let sheds = std::array::from_fn(|bus| {
        problem.add_column(Key::of("shed").part(bus as u64), Place::Bus(bus as u32, 1.0), sheds[bus])
    });
    problem.demand_mw = vec![100.0, 500.0, 250.0];
    pipe(&mut problem, 0, 1, (250.0, 250.0), 0.0);
    pipe(&mut problem, 1, 2, (120.0, 80.0), 0.0);
    pipe(&mut problem, 0, 2, (50.0, 50.0), 0.0);
    (problem, sheds)
}

#[test]
fn three_zones_by_hand() {
    let (problem, _) = three_zones();
    let (_, solution) = solve(&problem);
    // Zone 0 gives its own 100 and fills both pipes out of it: 400 MW. Zone 1 takes 250 and burns 370 at 30 $/MWh,
    // 120 of them for zone 2, which takes 50 + 120 and burns 80 at 60 $/MWh.
    let close = |a: f64, b: f64| (a - b).abs() < 1e-7;
    for (column, mw) in [400.0, 370.0, 80.0].into_iter().enumerate() {
        assert!(close(solution.column_mw[column], mw), "{:?}", solution.column_mw);
    }
    for (price, want) in solution.lmp_usd_per_mwh.iter().zip([5.0, 30.0, 60.0]) {
        assert!(close(*price, want), "{:?}", solution.lmp_usd_per_mwh);
    }
    let binding: Vec<_> = problem.pipes.iter().map(|pipe| pipe.binding(&problem, &solution)).collect();
    for (found, worth) in binding.iter().zip([25.0, 30.0, 55.0]) {
        assert!(found.is_some_and(|(backward, m)| !backward && close(m, worth)), "{binding:?}");
    }
    // Loads pay 500 + 15,000 + 15,000, units get 2,000 + 11,100 + 4,800; the rest is the rent of the pipes.
    let load: f64 = problem.demand_mw.iter().zip(&solution.lmp_usd_per_mwh).map(|(mw, p)| mw * p).sum();
    let units: f64 = (0..3).map(|u| solution.column_mw[u] * solution.lmp_usd_per_mwh[u]).sum();
    let rent: f64 = problem.pipes.iter().zip([25.0, 30.0, 55.0]).map(|(p, m)| m * flow(&solution, p)).sum();
    assert!(close(load - units, 12_600.0) && close(rent, 12_600.0), "{load} {units} {rent}");
}

#[test]
fn losses_part_prices_where_nothing_binds() {
    let mut problem = DispatchProblem::new(2, Vec::new());
    problem.add_column(Key::of("unit"), Place::Bus(0, 1.0), bound(500.0, 18.0));
    problem.add_column(Key::of("shed"), Place::Bus(1, 1.0), bound(90.0, 5000.0));
    problem.demand_mw = vec![0.0, 90.0];
    pipe(&mut problem, 1, 0, (50.0, 200.0), 0.1);
    let (_, solution) = solve(&problem);
    // 100 MW leave, 90 arrive; a megawatt there costs 18 / 0.9.
    assert!((flow(&solution, &problem.pipes[0]) + 100.0).abs() < 1e-9);
    assert!((solution.lmp_usd_per_mwh[1] - 20.0).abs() < 1e-9, "{:?}", solution.lmp_usd_per_mwh);
    assert_eq!(problem.pipes[0].binding(&problem, &solution), None);
}

fn causes(problem: &DispatchProblem, blocks: &[Block], shortages: &[Shortage]) -> Vec<(u32, Cause, f64)> {
    let (solver, solution) = solve(problem);
    let mut rows = Vec::new();
    let mut causes = Causes::new(problem).unwrap();
    // Twice: the second hour finds everything in place.
    for _ in 0..2 {
        causes.attribute(problem, &solver, &solution, blocks, shortages, &mut rows).unwrap();
    }
    rows.iter().map(|row| (row.block, row.cause, row.mw)).collect()
}

#[test]
fn what_pipes_withhold_is_named_after_the_one_that_lifts_the_price_most() {
    let (mut problem, sheds) = three_zones();
    let mine = problem.add_column(Key::of("mine"), Place::Bus(2, -1.0), bound(40.0, -50.0));
    let blocks = [Block::Elastic { column: mine, ceiling_mw: 40.0 }];
    let shortages = sheds.map(Shortage::Used);
    // The plate takes 500 and 390 MW, its price is 30 and the mine runs; in zone 2 it is 60, 24.1 above the mean by
    // load. Of what zone 2 takes from the mean, 0.43 goes over 1-2 (2/3 of what starts in 1, 1/3 of what starts in 0)
    // and 0.27 over 0-2: 30 x 0.43 = 12.9 and 55 x 0.27 = 15.1, less 25 x 0.16 = 3.9 for 0-1.
    assert_eq!(causes(&problem, &blocks, &shortages), [(0, Cause::Pipe { pipe: 2, backward: false }, 40.0)]);
    // A bid of 20 is below the price of the plate too.
    problem.bounds[mine.0 as usize].cost_usd_per_mwh = -20.0;
    assert_eq!(causes(&problem, &blocks, &shortages), [(0, Cause::Price, 40.0)]);
    // Without its own plant zone 2 sheds 80 MW that the plate would serve: 4,970 x 0.43 > 4,995 x 0.27.
    problem.bounds[2].upper_mw = 0.0;
    let all = sheds.map(|column| Block::Shed { column });
    assert_eq!(causes(&problem, &all, &shortages), [(2, Cause::Pipe { pipe: 1, backward: false }, 80.0)]);
    // Without zone 0 as well there is not enough anywhere.
    problem.bounds[0].upper_mw = 0.0;
    let shed: f64 = causes(&problem, &all, &shortages).iter().map(|row| row.2).sum();
    assert!((shed - 450.0).abs() < 1e-7, "{shed}");
    assert!(causes(&problem, &all, &shortages).iter().any(|row| row.1 == Cause::Scarcity));
}

/// Random zones in a ring with chords: plant, load, shed; all pipes lossless unless `loss` is given.
fn ring(seed: &[(u32, u32, u32)], loss: f64) -> DispatchProblem {
    let n = seed.len() as u32;
    let mut problem = DispatchProblem::new(seed.len(), Vec::new());
    for (bus, &(plant, load, cost)) in (0..).zip(seed) {
        let key = Key::of("zone").part(u64::from(bus));
        problem.add_column(key.part(0), Place::Bus(bus, 1.0), bound(f64::from(plant), f64::from(cost)));
        problem.add_column(key.part(1), Place::Bus(bus, 1.0), bound(f64::from(load), 5000.0));
        problem.demand_mw[bus as usize] = f64::from(load);
    }
    for bus in 0..n {
        let limit = f64::from(seed[bus as usize].2 + 20);
        pipe(&mut problem, bus, (bus + 1) % n, (limit, limit), loss);
        if bus + 2 < n {
            pipe(&mut problem, bus, bus + 2, (limit, 0.5 * limit), loss);
        }
    }
    problem
}

/// Whether some flow runs in a circle: peels off buses that nothing leaves until none is left.
fn circulates(problem: &DispatchProblem, solution: &DispatchSolution) -> bool {
    let arcs: Vec<(u32, u32)> = (problem.pipes.iter())
        .filter_map(|pipe| {
            let mw = flow(solution, pipe);
            (mw.abs() > 1e-7).then_some(if mw > 0.0 { (pipe.from, pipe.to) } else { (pipe.to, pipe.from) })
        })
        .collect();
    let mut left: Vec<u32> = (0..problem.bus_count() as u32).collect();
    loop {
        let before = left.len();
        let here = left.clone();
        left.retain(|bus| arcs.iter().any(|(a, b)| a == bus && here.contains(b)));
        if left.len() == before {
            return before > 0;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_flow_runs_in_a_circle_and_prices_are_those_of_the_pipes(
        seed in prop::collection::vec((0..200_u32, 0..200_u32, 1..60_u32), 3..8),
        lossy in any::<bool>(),
    ) {
        let loss = if lossy { 0.03 } else { 0.0 };
        let problem = ring(&seed, loss);
        let (_, solution) = solve(&problem);
        prop_assert!(!circulates(&problem, &solution));
        for pipe in &problem.pipes {
            let mw = |column: ColumnId| solution.column_mw[column.0 as usize];
            prop_assert!(mw(pipe.forward).min(mw(pipe.backward)) <= 1e-9, "both directions");
            let limit = |column: ColumnId| problem.bounds[column.0 as usize].upper_mw;
            let price = |bus: u32| solution.lmp_usd_per_mwh[bus as usize];
            if let Some((backward, _)) = pipe.binding(&problem, &solution) {
                let column = pipe.column(backward);
                prop_assert!((mw(column) - limit(column)).abs() < 1e-6);
            } else {
                let gap = (1.0 - loss) * price(pipe.to) - price(pipe.from);
                let back = (1.0 - loss) * price(pipe.from) - price(pipe.to);
                prop_assert!(gap <= 1e-6 && back <= 1e-6);
            }
        }
        // From another basis the same flows: the tie rule leaves one answer.
        let mut other = Solver::new(&ring(&seed.iter().map(|s| (s.1, s.0, s.2)).collect::<Vec<_>>(), loss)).unwrap();
        let mut warm = DispatchSolution::default();
        let swapped = ring(&seed.iter().map(|s| (s.1, s.0, s.2)).collect::<Vec<_>>(), loss);
        other.solve(&swapped, &mut warm).unwrap();
        other.solve(&problem, &mut warm).unwrap();
        for pipe in &problem.pipes {
            prop_assert!((flow(&warm, pipe) - flow(&solution, pipe)).abs() < 1e-6);
        }
    }
}
