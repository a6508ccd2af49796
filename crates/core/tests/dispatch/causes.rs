//! Every curtailed megawatt has one cause.

use gridrush_core::dispatch::{
    Block, Bound, Cause, Causes, Curtailment, DispatchProblem, DispatchSolution, FlowBranch, Place, Shortage,
    Solver,
};
use gridrush_core::names::Key;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::generate;

fn line(from: u32, to: u32, limit_mw: f64) -> FlowBranch {
    FlowBranch {
        from,
        to,
        susceptance_mw_per_rad: 1000.0,
        shift_rad: 0.0,
        limit_mw,
        ceiling_usd_per_mwh: 9000.0,
        in_service: true,
    }
}

fn bound(upper_mw: f64, cost_usd_per_mwh: f64) -> Bound {
    Bound { lower_mw: 0.0, upper_mw, cost_usd_per_mwh }
}

/// A unit of `unit_mw` at 20 $/MWh at bus 0; at bus 2 firm load and a mine of `mine_mw` with this bid,
/// behind a triangle whose line 0-2 carries 160 MW.
fn attribute(unit_mw: f64, firm_mw: f64, mine_mw: f64, bid: f64) -> Vec<Curtailment> {
    let lines = vec![line(0, 1, f64::INFINITY), line(1, 2, f64::INFINITY), line(0, 2, 160.0)];
    let mut problem = DispatchProblem::new(3, lines);
    problem.add_column(Key::of("unit"), Place::Bus(0, 1.0), bound(unit_mw, 20.0));
    let mine = problem.add_column(Key::of("mine"), Place::Bus(2, -1.0), bound(mine_mw, -bid));
    let zone = Place::Spread(vec![(1, 0.0), (2, 1.0)]);
    let shed = problem.add_column(Key::of("shed"), zone, bound(firm_mw, 5000.0));
    problem.demand_mw[2] = firm_mw;
    let mut solver = Solver::new(&problem).unwrap();
    let mut solution = DispatchSolution::default();
    solver.solve(&problem, &mut solution).unwrap();
    let blocks = [Block::Elastic { column: mine, ceiling_mw: mine_mw }, Block::Shed { column: shed }];
    let mut rows = Vec::new();
    Causes::new(&problem)
        .unwrap()
        .attribute(&problem, &solver, &solution, &blocks, &[Shortage::Used(shed)], &mut rows)
        .unwrap();
    rows
}

fn expect(got: &[Curtailment], want: &[(u32, Cause, f64)]) {
    assert_eq!(got.len(), want.len(), "{got:?}");
    for (row, &(block, cause, mw)) in got.iter().zip(want) {
        assert_eq!((row.block, row.cause), (block, cause), "{got:?}");
        assert!((row.mw - mw).abs() < 1e-7, "{got:?}");
    }
}

#[test]
fn a_served_load_has_no_cause() {
    expect(&attribute(1000.0, 0.0, 240.0, 70.0), &[]);
}

#[test]
fn what_the_line_does_not_let_through_is_the_network() {
    // 240 MW pass the line; the mine wants 300.
    expect(&attribute(1000.0, 0.0, 300.0, 70.0), &[(0, Cause::Network { branch: 2 }, 60.0)]);
}

#[test]
fn a_low_bid_is_priced_out() {
    expect(&attribute(1000.0, 0.0, 300.0, 10.0), &[(0, Cause::Price, 300.0)]);
}

#[test]
fn a_small_system_prices_the_mine_out_and_the_network_sheds_the_rest() {
    // 200 MW of firm load take all of the 150 MW: shed 50, the mine gets nothing for want of power.
    expect(&attribute(150.0, 200.0, 300.0, 70.0), &[(0, Cause::Scarcity, 300.0), (1, Cause::Scarcity, 50.0)]);
    // With power enough on a copper plate (400 of 500 MW), only 240 pass: the mine loses its 150 MW of
    // copper-plate power to the line and 150 to the price; the load is shed 10 MW by the line.
    expect(
        &attribute(400.0, 250.0, 300.0, 70.0),
        &[
            (0, Cause::Price, 150.0),
            (0, Cause::Network { branch: 2 }, 150.0),
            (1, Cause::Network { branch: 2 }, 10.0),
        ],
    );
}

/// A generated market with its mines as blocks; `turned` numbers buses backwards.
fn causes_of_hour(
    hour: usize,
    turned: bool,
) -> (DispatchProblem, DispatchSolution, Vec<Block>, Vec<Curtailment>) {
    let mut market = generate::market(73, 0.6);
    market.secure(8);
    market.set_hour(hour);
    let problem = if turned { generate::turned(&market.problem) } else { market.problem.clone() };
    let mut solver = Solver::new(&problem).unwrap();
    let mut solution = DispatchSolution::default();
    solver.solve(&problem, &mut solution).unwrap();
    let mine =
        |&column: &_| Block::Elastic { column, ceiling_mw: problem.bounds[column.0 as usize].upper_mw };
    let mut blocks: Vec<Block> = market.mines().iter().map(mine).collect();
    blocks.extend(market.sheds().map(|column| Block::Shed { column }));
    let shortages: Vec<Shortage> = market.sheds().map(Shortage::Used).collect();
    let mut rows = Vec::new();
    Causes::new(&problem)
        .unwrap()
        .attribute(&problem, &solver, &solution, &blocks, &shortages, &mut rows)
        .unwrap();
    (problem, solution, blocks, rows)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(2),
        ..ProptestConfig::default()
    })]

    /// Parts are positive and sum to what each block lacks; a load that lacks power faces a price of at
    /// least its bid.
    #[test]
    fn parts_sum_to_what_is_lacking(hour in 0_usize..8760) {
        let (problem, solution, blocks, rows) = causes_of_hour(hour, false);
        for (at, block) in blocks.iter().enumerate() {
            let parts: f64 = rows.iter().filter(|row| row.block == at as u32).map(|row| row.mw).sum();
            let (column, lacks) = match *block {
                Block::Elastic { column, ceiling_mw } => {
                    (column, ceiling_mw - solution.column_mw[column.0 as usize])
                }
                Block::Shed { column } => (column, solution.column_mw[column.0 as usize]),
            };
            prop_assert!((parts - lacks).abs() < 2e-6, "block {at}: {parts} of {lacks}");
            if let (Block::Elastic { .. }, Place::Bus(bus, _)) = (block, &problem.places()[column.0 as usize]) {
                let price = solution.lmp_usd_per_mwh[*bus as usize];
                let bid = -problem.bounds[column.0 as usize].cost_usd_per_mwh;
                prop_assert!(lacks < 1e-6 || price >= bid - 1e-6, "price {price}, bid {bid}");
            }
        }
        prop_assert!(rows.iter().all(|row| row.mw > 0.0));
    }

    /// Another reference bus changes neither megawatts nor names.
    #[test]
    fn causes_do_not_depend_on_the_reference_bus(hour in 0_usize..8760) {
        let (.., rows) = causes_of_hour(hour, false);
        let (.., turned) = causes_of_hour(hour, true);
        prop_assert_eq!(rows.len(), turned.len());
        for (a, b) in rows.iter().zip(&turned) {
            prop_assert_eq!((a.block, a.cause), (b.block, b.cause));
            prop_assert!((a.mw - b.mw).abs() < 1e-5, "{} is not {}", a.mw, b.mw);
        }
    }
}

/// The generated market must exercise the rules.
#[test]
fn network_flowgates_and_price_all_occur() {
    let (mut network, mut flowgate, mut price) = (0, 0, 0);
    for hour in (0..8760).step_by(97) {
        for row in causes_of_hour(hour, false).3 {
            match row.cause {
                Cause::Network { .. } => network += 1,
                Cause::Price => price += 1,
                Cause::Flowgate { .. } => flowgate += 1,
                Cause::Scarcity | Cause::Pipe { .. } => {}
            }
        }
    }
    assert!(
        network > 5 && price > 5 && flowgate > 5,
        "{network} network rows, {flowgate} of flowgates, {price} price rows"
    );
}
