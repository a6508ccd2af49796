//! Arbitrage on RTS-GMLC against perfect foresight.

use gridrush_core::dispatch::{DispatchSolution, Solver};
use gridrush_core::market::{Reservoir, SupplyStack};

use crate::foresight::best_usd;
use crate::rts_gmlc::{self, Market, SHED_USD_PER_MWH};
use crate::trade::{Expected, Trader};

const ROUND_TRIP: f64 = 0.85;

fn expected(market: &Market) -> Expected {
    let hours: Vec<_> = (0..market.hours()).map(|hour| market.hour(hour)).collect();
    let wind_top = hours.iter().map(|h| h.wind_mw).fold(0.0, f64::max);
    Expected {
        net_load_mw: hours.iter().map(|h| h.load_mw - h.wind_mw - h.sun_mw - h.rivers_mw).collect(),
        error_mw: hours.iter().map(|h| {
            let parts: [f64; 3] = [0.02 * h.load_mw, 0.08 * wind_top, 0.08 * h.sun_mw];
            parts.iter().map(|p| p * p).sum::<f64>().sqrt()
        }).collect(),
    }
}

#[test]
fn explore() {
    let Some(mut market) = rts_gmlc::read() else { return };
    let stack = SupplyStack::new(market.thermal.iter().copied(), 0.0, SHED_USD_PER_MWH);
    let expected = expected(&market);
    let t0 = std::time::Instant::now();
    let mut solver = Solver::new(&market.problem).unwrap();
    let mut solution = DispatchSolution::default();
    let buses = ["313", "101", "122", "215", "317", "309"];
    let mut prices = vec![Vec::new(); buses.len()];
    let mut binding = 0;
    for hour in 0..market.hours() {
        market.set_hour(hour);
        solver.solve(&market.problem, &mut solution).unwrap();
        binding += usize::from(!solution.binding.is_empty());
        for (list, bus) in prices.iter_mut().zip(buses) {
            list.push(solution.lmp_usd_per_mwh[market.bus(bus) as usize]);
        }
    }
    println!("prices {:?} binding {binding}", t0.elapsed());
    for (list, bus) in prices.iter().zip(buses) {
        let mut s = list.clone();
        s.sort_by(f64::total_cmp);
        let q = |p: f64| s[(p * (s.len() - 1) as f64) as usize];
        println!("{bus}: q00 {:.2} q05 {:.2} q25 {:.2} q50 {:.2} q75 {:.2} q95 {:.2} q99 {:.2} max {:.2}", q(0.), q(0.05), q(0.25), q(0.5), q(0.75), q(0.95), q(0.99), q(1.0));
        for h in [1.0, 2.0, 4.0, 8.0] {
            let of = Reservoir { power_mw: 50.0, energy_mwh: 50.0 * h, round_trip: ROUND_TRIP };
            let best = best_usd(of, list);
            let t = std::time::Instant::now();
            let got: Vec<f64> = (0..3).map(|seed| Trader::new(of, &stack, &expected, seed).takes(list) / best).collect();
            println!("  {h} h: best {best:.0} ratios {got:.3?} {:?}", t.elapsed() / 3 / 366);
        }
    }
}
