//! The most that a price taker could earn if it knew all prices: a linear program over the whole year,
//! solved by an interior-point method that shares nothing with the recursion under test.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettingsBuilder, DefaultSolver, IPSolver, SolverStatus, SupportedConeT};
use gridrush_core::market::Reservoir;

/// The greatest revenue, from an empty store, in $.
///
/// Variables by hour: charge c, discharge d, stored energy e at its end. maximise p (d - c) subject to
/// e_t = e_t-1 + eta c_t - d_t, all between nothing and their limits. With prices that are not negative,
/// charging and discharging at once never pays.
pub fn best_usd(of: Reservoir, prices_usd_per_mwh: &[f64]) -> f64 {
    let n = prices_usd_per_mwh.len();
    let (c, d, e) = (|t: usize| t, |t: usize| n + t, |t: usize| 2 * n + t);
    let mut cost = vec![0.0; 3 * n];
    let (mut rows, mut columns, mut values, mut bounds) = (vec![], vec![], vec![], vec![0.0; n]);
    let mut put = |row: usize, column: usize, value: f64| {
        rows.push(row);
        columns.push(column);
        values.push(value);
    };
    for (t, &price) in prices_usd_per_mwh.iter().enumerate() {
        (cost[c(t)], cost[d(t)]) = (price, -price);
        put(t, e(t), 1.0);
        if t > 0 {
            put(t, e(t - 1), -1.0);
        }
        put(t, c(t), -of.round_trip);
        put(t, d(t), 1.0);
    }
    for (column, limit) in (0..3 * n).map(|j| (j, if j < 2 * n { of.power_mw } else { of.energy_mwh })) {
        put(bounds.len(), column, 1.0);
        bounds.push(limit);
        put(bounds.len(), column, -1.0);
        bounds.push(0.0);
    }
    let matrix = CscMatrix::new_from_triplets(bounds.len(), 3 * n, rows, columns, values);
    let cones = [SupportedConeT::ZeroConeT(n), SupportedConeT::NonnegativeConeT(6 * n)];
    let settings = DefaultSettingsBuilder::default().verbose(false).max_iter(200).build().unwrap();
    let quadratic = CscMatrix::zeros((3 * n, 3 * n));
    let mut solver = DefaultSolver::new(&quadratic, &cost, &matrix, &bounds, &cones, settings).unwrap();
    solver.solve();
    assert_eq!(solver.solution.status, SolverStatus::Solved);
    -solver.solution.obj_val
}

#[test]
fn foresight_by_hand() {
    // One hour of power and energy: buy at 10 and 20, sell at 50 and 40; each bought megawatt-hour gives 0.8.
    let of = Reservoir { power_mw: 1.0, energy_mwh: 0.8, round_trip: 0.8 };
    let usd = best_usd(of, &[10.0, 50.0, 20.0, 40.0]);
    assert!((usd - (0.8 * 50.0 - 10.0 + 0.8 * 40.0 - 20.0)).abs() < 1e-5, "{usd}");
}
