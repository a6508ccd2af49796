//! Hours of the testbed that can be cleared by hand.
//!
//! Without wind, sun and batteries the testbed has 1,300 MW, in order of cost at the prices of its pack:
//! 200 nuclear at 8 $/MWh, 400 combined cycle at 24, 200 coal at 25, 200 combined cycle at 26, 200 turbine
//! at 38, 100 turbine at 40. Reserve is worth 2,000 $/MW for its first 50 MW and 100 for the next 50; coal
//! and gas hold it, and so does a mine while it draws. Shedding a large load costs 5,200 $/MWh and native
//! load 5,400.

use gridrush_core::dispatch::{DispatchSolution, Solver, certify};
use gridrush_sim::clearing::Clearing;
use gridrush_sim::setup::Setup;
use gridrush_sim::site::CONTROLLABLE_BLOCKS;

use crate::harness;

/// Position of a bus by its number.
fn bus(setup: &Setup, number: u32) -> u32 {
    setup.pack.network.buses().find(|(_, bus)| bus.number == number).unwrap().0.0
}

/// Awards and prices of an hour: native load by zone (plains, city, coast), a mine of 100 MW at Mill 115
/// with a bid, a firm load at Gate 230.
struct Cleared {
    mine_mw: f64,
    firm_mw: f64,
    native_shed_mw: f64,
    mine_price: f64,
    firm_price: f64,
    reserve_price: f64,
    reserve_mw: f64,
}

fn clear(native_mw: [f64; 3], bid_usd_per_mwh: f64, firm_mw: f64) -> Cleared {
    let text = "[dispatch]\ncommitment = \"none\"\nstorage.enabled = false\n[thermal]\nheat_rate_rise_percent = 0.0\n";
    let setup = harness::setup("testbed", "2025-01-01", "2025-01-02", text);
    let mut clearing = Clearing::new(&setup.pack.network, setup.clearing_terms(), &*setup);
    clearing.set_fuel_prices(&setup.fuel_prices(0));
    let (mine_bus, firm_bus) = (bus(&setup, 7), bus(&setup, 6));
    let mine = clearing.add_site("mine", mine_bus, CONTROLLABLE_BLOCKS);
    let firm = clearing.add_site("firm", firm_bus, CONTROLLABLE_BLOCKS);
    clearing.set_hour(&native_mw, &vec![0.0; setup.kinds.len()], 1.0);
    clearing.set_block(mine, 0, 100.0, Some(bid_usd_per_mwh));
    clearing.set_block(firm, CONTROLLABLE_BLOCKS, firm_mw, None);
    let mut solution = DispatchSolution::default();
    Solver::new(&clearing.problem).unwrap().solve(&clearing.problem, &mut solution).unwrap();
    certify(&clearing.problem, &solution).assert_optimal();
    assert!(solution.binding.is_empty(), "the network binds: {:?}", solution.binding);
    let mw = |column: gridrush_core::dispatch::ColumnId| solution.column_mw[column.0 as usize];
    Cleared {
        mine_mw: mw(clearing.block_column(mine, 0)),
        firm_mw: mw(clearing.block_column(firm, CONTROLLABLE_BLOCKS)),
        native_shed_mw: (0..3).map(|zone| clearing.native_shed_mw(&solution, zone)).sum(),
        mine_price: solution.lmp_usd_per_mwh[mine_bus as usize],
        firm_price: solution.lmp_usd_per_mwh[firm_bus as usize],
        reserve_price: clearing.reserve_prices_usd_per_mwh(&solution)[0],
        reserve_mw: clearing.reserve_mw(&solution),
    }
}

fn close(got: f64, want: f64) {
    assert!((got - want).abs() < 1e-6, "{got} is not {want}");
}

#[test]
fn a_mine_draws_below_its_bid_and_stops_above() {
    // 650 MW of native load: coal is at the margin, at 25.
    for (bid, want_mw) in [(24.9, 0.0), (25.1, 100.0)] {
        let hour = clear([100.0, 350.0, 200.0], bid, 0.0);
        close(hour.mine_mw, want_mw);
        close(hour.mine_price, 25.0);
        close(hour.reserve_price, 0.0);
    }
}

#[test]
fn a_mine_at_the_margin_sets_the_price() {
    // 750 MW: 50 MW of coal are left; a mine that bids between coal and the next plant takes them.
    let hour = clear([100.0, 450.0, 200.0], 25.5, 0.0);
    close(hour.mine_mw, 50.0);
    close(hour.mine_price, 25.5);
}

#[test]
fn a_firm_load_stays_where_a_mine_is_priced_out() {
    // 1,140 MW native and 100 firm leave 60 MW: ten of the second reserve step, so reserve is worth 100 and
    // energy 40 + 100. A mine that draws holds reserve with what it draws: it pays 140, gets 100 and so runs
    // on a bid above 40.
    let hour = clear([100.0, 640.0, 400.0], 39.0, 100.0);
    close(hour.mine_mw, 0.0);
    close(hour.firm_mw, 100.0);
    close(hour.reserve_mw, 60.0);
    close(hour.reserve_price, 100.0);
    close(hour.firm_price, 140.0);
    let hour = clear([100.0, 640.0, 400.0], 41.0, 100.0);
    close(hour.mine_mw, 60.0);
    close(hour.firm_mw, 100.0);
    close(hour.native_shed_mw, 0.0);
}

#[test]
fn a_firm_load_is_shed_at_its_tier_before_native_load() {
    // 1,250 MW native: 50 MW are left for a firm load of 100, worth 5,200 against 2,000 of reserve.
    let hour = clear([100.0, 750.0, 400.0], 39.0, 100.0);
    close(hour.firm_mw, 50.0);
    close(hour.firm_price, 5200.0);
    close(hour.native_shed_mw, 0.0);
    close(hour.mine_mw, 0.0);
    // 1,340 MW native: nothing for the firm load, and 40 MW of native load are shed at 5,400.
    let hour = clear([100.0, 790.0, 450.0], 39.0, 100.0);
    close(hour.firm_mw, 0.0);
    close(hour.firm_price, 5400.0);
    close(hour.native_shed_mw, 40.0);
}
