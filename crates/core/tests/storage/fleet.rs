//! A fleet that moves the price, and bids at prices of either sign, in the dispatch of a single bus.

use gridrush_core::dispatch::{Bound, ColumnId, DispatchProblem, DispatchSolution, LinearRow, Place, Solver};
use gridrush_core::market::{
    HourAhead, Outlook, ReserveCurve, ReserveStep, Reservoir, StorageFleet, SupplyStack, WaterValue,
};
use gridrush_core::names::Key;
use proptest::prelude::*;

use crate::foresight::least_cost_usd;
use crate::trade::{Expected, Hour, Trader};

fn bound(upper_mw: f64, cost_usd_per_mwh: f64) -> Bound {
    Bound { lower_mw: 0.0, upper_mw, cost_usd_per_mwh }
}

/// One bus with blocks of generation and a battery.
struct Bus {
    problem: DispatchProblem,
    charge: ColumnId,
    discharge: ColumnId,
    solver: Option<Solver>,
    solution: DispatchSolution,
}

impl Bus {
    fn new(blocks: &[(f64, f64)]) -> Bus {
        let mut problem = DispatchProblem::new(1, vec![]);
        for (n, &(mw, cost)) in blocks.iter().enumerate() {
            problem.add_column(Key::of("block").part(n as u64), Place::Bus(0, 1.0), bound(mw, cost));
        }
        let charge = problem.add_column(Key::of("charge"), Place::Bus(0, -1.0), bound(0.0, 0.0));
        let discharge = problem.add_column(Key::of("discharge"), Place::Bus(0, 1.0), bound(0.0, 0.0));
        Bus { problem, charge, discharge, solver: None, solution: DispatchSolution::default() }
    }

    /// Clears an hour; charging and discharging.
    fn clear(&mut self, net_load_mw: f64, fleet: &StorageFleet) -> (f64, f64) {
        self.problem.demand_mw[0] = net_load_mw;
        let prices = fleet.thresholds;
        let bounds = &mut self.problem.bounds;
        bounds[self.charge.0 as usize] = bound(fleet.charge_limit_mw(1.0), -prices.bid_usd_per_mwh);
        bounds[self.discharge.0 as usize] = bound(fleet.discharge_limit_mw(1.0), prices.offer_usd_per_mwh);
        let solver = self.solver.get_or_insert_with(|| Solver::new(&self.problem).unwrap());
        solver.solve(&self.problem, &mut self.solution).unwrap();
        let at = |column: ColumnId| self.solution.column_mw[column.0 as usize];
        (at(self.charge), at(self.discharge))
    }

    /// What the blocks cost.
    fn burnt_usd(&self, blocks: &[(f64, f64)]) -> f64 {
        blocks.iter().zip(&self.solution.column_mw).map(|(block, mw)| block.1 * mw).sum()
    }
}

/// Two weeks in which a fleet of a third of the daily swing fills valleys and shaves peaks.
#[test]
fn a_fleet_that_moves_the_price_saves_most_of_what_foresight_would_save() {
    let blocks: Vec<(f64, f64)> = (0..50).map(|n| (40.0, 10.0 + 0.03 * f64::from(n * n))).collect();
    // A day more is forecast than is run.
    let expected_mw: Vec<f64> = (0..24 * 15)
        .map(|hour| {
            let (day, clock) = (f64::from(hour / 24), f64::from(hour % 24));
            let evening = (1.0 - (clock - 19.0).abs() / 5.0).max(0.0);
            let noon = (1.0 - (clock - 13.0).abs() / 5.0).max(0.0);
            1000.0 + 20.0 * day + 500.0 * evening - (300.0 + 25.0 * day) * noon
        })
        .collect();
    let net_load_mw = &expected_mw[..24 * 14];
    let of = Reservoir { power_mw: 300.0, energy_mwh: 1200.0, round_trip: 0.85 };
    let idle = StorageFleet::new(of.round_trip);
    let mut bus = Bus::new(&blocks);
    let mut without_usd = 0.0;
    for &mw in net_load_mw {
        bus.clear(mw, &idle);
        without_usd += bus.burnt_usd(&blocks);
    }
    let least_usd = least_cost_usd(of, &blocks, net_load_mw);
    let stack = SupplyStack::new(blocks.iter().copied(), 0.0, 9000.0);
    let hour =
        |&load_mw| Hour { load_mw, wind_mw: 0.0, solar_mw: 0.0, other_mw: 0.0, errors_mw: [40.0, 0.0, 0.0] };
    let expected = Expected { hours: expected_mw.iter().map(hour).collect() };
    let mut trader = Trader::new(of, &stack, &expected, 5);
    let mut with_usd = 0.0;
    for (hour, &mw) in net_load_mw.iter().enumerate() {
        trader.quote(hour);
        let (charge_mw, discharge_mw) = bus.clear(mw, &trader.fleet);
        trader.settle(hour, charge_mw, discharge_mw, bus.solution.lmp_usd_per_mwh[0]);
        with_usd += bus.burnt_usd(&blocks);
    }
    let ratio = (without_usd - with_usd) / (without_usd - least_usd);
    println!("saved {ratio:.3} of {:.0} $", without_usd - least_usd);
    assert!((0.70..=1.0).contains(&ratio), "{ratio}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the outlook, whatever the price: the bid lies below the offer, one of the two columns is
    /// idle, and the store stays between empty and full.
    #[test]
    fn no_battery_charges_and_discharges_at_once(
        blocks in prop::collection::vec((1.0_f64..200.0, -300.0_f64..300.0), 1..12),
        ahead in prop::collection::vec((-300.0_f64..1500.0, 0.0_f64..200.0), 1..30),
        hours in prop::collection::vec(-200.0_f64..1500.0, 24),
        power_mw in 1.0_f64..300.0,
        duration in 0.3_f64..10.0,
        round_trip in 0.5_f64..1.0,
        surplus in -400.0_f64..0.0,
        reserve_usd in 0.0_f64..3000.0,
    ) {
        let mut fleet = StorageFleet::new(round_trip);
        fleet.add(power_mw, power_mw * duration);
        prop_assert_eq!(fleet.stored_mwh, 0.0);
        let hours_ahead: Vec<HourAhead> = ahead
            .iter()
            .map(|&(net_load_mw, error_mw)| HourAhead {
                net_load_mw,
                error_mw,
                basis_usd_per_mwh: 10.0 - 0.02 * net_load_mw,
            })
            .collect();
        let stack = SupplyStack::new(blocks.iter().copied(), surplus, 9000.0);
        let steps = vec![ReserveStep { mw: 100.0, usd_per_mwh: reserve_usd }];
        let reserve = ReserveCurve::new(steps).unwrap();
        let of = Reservoir { power_mw, energy_mwh: power_mw * duration, round_trip };
        let value = WaterValue::new(of, Outlook { stack: &stack, reserve: &reserve, hours: &hours_ahead });
        let mut bus = Bus::new(&blocks);
        let shed = (Key::of("shed"), bound(2000.0, 9000.0), 1.0);
        let spill = (Key::of("spill"), bound(2000.0, -surplus), -1.0);
        for (key, bound, sign) in [shed, spill] {
            bus.problem.add_column(key, Place::Bus(0, sign), bound);
        }
        // Discharging takes from reserve, as in the market.
        let held = bus.problem.add_column(Key::of("reserve"), Place::None, bound(100.0, -reserve_usd));
        let row = bus.problem.add_row(LinearRow {
            key: Key::of("reserve"),
            terms: vec![(bus.discharge, 1.0), (held, 1.0)],
            lower: f64::NEG_INFINITY,
            upper: 0.0,
        });
        for (hour, &net_load_mw) in hours.iter().enumerate() {
            fleet.quote(&value, hour, -250.0, 5000.0);
            prop_assert!(fleet.thresholds.bid_usd_per_mwh < fleet.thresholds.offer_usd_per_mwh);
            prop_assert!(fleet.thresholds.bid_usd_per_mwh >= -250.0);
            bus.problem.rows[row.0 as usize].upper = fleet.reserve_limit_mw();
            let (charge_mw, discharge_mw) = bus.clear(net_load_mw, &fleet);
            prop_assert!(charge_mw.min(discharge_mw) < 1e-9, "{} and {}", charge_mw, discharge_mw);
            let before = fleet.stored_mwh;
            let off = fleet.settle(charge_mw, discharge_mw, 1.0);
            prop_assert!(off.abs() < 1e-6, "{} MWh rounded off", off);
            prop_assert!((0.0..=fleet.energy_mwh).contains(&fleet.stored_mwh));
            let moved = round_trip * charge_mw - discharge_mw;
            prop_assert!((fleet.stored_mwh - before - moved).abs() < 1e-6);
        }
    }
}
