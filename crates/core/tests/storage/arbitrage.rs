//! One battery's arbitrage: on RTS-GMLC where its data are there, and on a market written here.

use gridrush_core::dispatch::{Bound, DispatchSolution, Place, Solver};
use gridrush_core::market::{Reservoir, SupplyStack};
use gridrush_core::math;
use gridrush_core::names::Key;

use crate::foresight::best_usd;
use crate::rts_gmlc;
use crate::trade::{Expected, Hour, Trader};

fn battery(power_mw: f64, hours: f64) -> Reservoir {
    Reservoir { power_mw, energy_mwh: power_mw * hours, round_trip: 0.85 }
}

/// Prices of a year at some buses, without the battery.
fn prices(market: &mut rts_gmlc::Market, buses: &[u32]) -> Vec<Vec<f64>> {
    let at: Vec<usize> = buses.iter().map(|&bus| market.bus(bus) as usize).collect();
    let mut solver = Solver::new(market.problem()).unwrap();
    let mut solution = DispatchSolution::default();
    let mut prices = vec![Vec::new(); buses.len()];
    for hour in 0..market.hours() {
        market.set_hour(hour);
        solver.solve(market.problem(), &mut solution).unwrap();
        for (list, &bus) in prices.iter_mut().zip(&at) {
            list.push(solution.lmp_usd_per_mwh[bus]);
        }
    }
    prices
}

/// 313 is where the case has its own battery, 309 stands behind a line that is often full, wind is often
/// stuck at 303.
const BUSES: [u32; 5] = [313, 101, 215, 309, 303];

#[test]
fn a_price_taker_on_rts_gmlc_earns_70_to_95_percent_of_perfect_foresight() {
    let Some(mut market) = rts_gmlc::read() else { return };
    let (stack, expected) = (market.stack(), market.expected());
    let prices = prices(&mut market, &BUSES);
    println!("bus, hours of storage, $/kW-year with foresight, ratio for three seeds");
    for (bus, prices) in BUSES.iter().zip(&prices) {
        for hours in [1.0, 2.0, 3.0, 4.0, 8.0] {
            let of = battery(50.0, hours);
            let best = best_usd(of, prices);
            let ratios = [0, 1, 2].map(|seed| Trader::new(of, &stack, &expected, seed).takes(prices) / best);
            println!("{bus}, {hours}, {:.2}, {ratios:.3?}", best / of.power_mw / 1000.0);
            assert!(ratios.iter().all(|r| (0.70..=0.95).contains(r)), "{bus}, {hours} h: {ratios:?}");
        }
    }
}

#[test]
fn a_battery_in_the_dispatch_of_rts_gmlc_earns_70_to_95_percent_of_perfect_foresight() {
    let Some(market) = rts_gmlc::read() else { return };
    // The case's own battery first, of 50 MW and 150 MWh.
    in_the_dispatch(market.clone(), battery(50.0, 3.0));
    in_the_dispatch(market, battery(100.0, 4.0));
}

/// A year of one battery at the first bus, whose bids and offers are cleared with everything else.
fn in_the_dispatch(mut market: rts_gmlc::Market, of: Reservoir) {
    let (stack, expected) = (market.stack(), market.expected());
    let alone = prices(&mut market, &BUSES[..1]).remove(0);
    let bus = market.bus(BUSES[0]);
    let closed = Bound { lower_mw: 0.0, upper_mw: 0.0, cost_usd_per_mwh: 0.0 };
    let charge = market.problem_mut().add_column(Key::of("charge"), Place::Bus(bus, -1.0), closed);
    let discharge = market.problem_mut().add_column(Key::of("discharge"), Place::Bus(bus, 1.0), closed);
    let (charge, discharge) = (charge.0 as usize, discharge.0 as usize);
    let mut solver = Solver::new(market.problem()).unwrap();
    let mut solution = DispatchSolution::default();
    let mut trader = Trader::new(of, &stack, &expected, 0);
    let (mut usd, mut together) = (0.0, Vec::new());
    for hour in 0..market.hours() {
        market.set_hour(hour);
        trader.quote(hour);
        let fleet = &trader.fleet;
        let bounds = &mut market.problem_mut().bounds;
        bounds[charge].upper_mw = fleet.charge_limit_mw(1.0);
        bounds[charge].cost_usd_per_mwh = -fleet.thresholds.bid_usd_per_mwh;
        bounds[discharge].upper_mw = fleet.discharge_limit_mw(1.0);
        bounds[discharge].cost_usd_per_mwh = fleet.thresholds.offer_usd_per_mwh;
        solver.solve(market.problem(), &mut solution).unwrap();
        let (into, out) = (solution.column_mw[charge], solution.column_mw[discharge]);
        assert!(into.min(out) < 1e-9, "hour {hour}: charges {into} MW and discharges {out} MW");
        let price = solution.lmp_usd_per_mwh[bus as usize];
        trader.settle(hour, into, out, price);
        usd += price * (out - into);
        together.push(price);
    }
    // Prices without the battery bound what it could earn; prices with it are those it earned at.
    let ratios = [best_usd(of, &alone), best_usd(of, &together)].map(|best| usd / best);
    println!("{of:?} at bus {}: {ratios:.3?} of foresight at prices without and with it", BUSES[0]);
    assert!(ratios.iter().all(|r| (0.70..=0.95).contains(r)), "{ratios:?}");
}

/// A year of ducks: demand with two peaks, sun that changes from day to day, a rising merit order.
fn ducks() -> (SupplyStack, Expected) {
    let stack = SupplyStack::new((0..60).map(|n| (50.0, 10.0 + 0.02 * f64::from(n * n))), -10.0, 9000.0);
    let hour = |hour: u32| {
        let (day, clock) = (hour / 24, f64::from(hour % 24));
        let turn = std::f64::consts::TAU * clock / 24.0;
        let demand = 1700.0 - 300.0 * math::cos(turn) - 250.0 * math::cos(2.0 * turn + 1.0);
        // Cloud cover from a fixed sequence without a short period.
        let clear = 0.4 + 0.6 * f64::from(day * 37 % 101) / 101.0;
        let sun = (-math::cos(turn)).max(0.0) * 1400.0 * clear;
        let errors_mw = [0.03 * demand, 0.0, 0.05 * sun];
        Hour { load_mw: demand, wind_mw: 0.0, solar_mw: sun, other_mw: 0.0, errors_mw }
    };
    (stack, Expected { hours: (0..8760).map(hour).collect() })
}

#[test]
fn a_price_taker_among_ducks_earns_at_least_70_percent_of_perfect_foresight() {
    let (stack, expected) = ducks();
    let prices: Vec<f64> =
        expected.hours.iter().map(|hour| stack.price_usd_per_mwh(hour.net_load_mw())).collect();
    for hours in [1.0, 4.0] {
        let of = battery(10.0, hours);
        let best = best_usd(of, &prices);
        let ratio = Trader::new(of, &stack, &expected, 1).takes(&prices) / best;
        println!("{hours} h: {ratio:.3}");
        assert!((0.70..1.0).contains(&ratio), "{hours} h: {ratio}");
    }
}
