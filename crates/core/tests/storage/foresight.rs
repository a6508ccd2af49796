//! Perfect foresight, by linear programs over all hours at once. The interior-point method that solves them
//! shares nothing with the recursion under test.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettingsBuilder, DefaultSolver, IPSolver, SolverStatus, SupportedConeT};
use gridrush_core::market::Reservoir;

/// minimise cost x, subject to rows of equalities and 0 <= x <= limits.
#[derive(Default)]
struct Program {
    cost: Vec<f64>,
    limits: Vec<f64>,
    rows: Vec<usize>,
    columns: Vec<usize>,
    values: Vec<f64>,
    right: Vec<f64>,
}

impl Program {
    fn variable(&mut self, cost: f64, limit: f64) -> usize {
        self.cost.push(cost);
        self.limits.push(limit);
        self.cost.len() - 1
    }

    fn row(&mut self, terms: &[(usize, f64)], right: f64) {
        for &(column, value) in terms {
            self.rows.push(self.right.len());
            self.columns.push(column);
            self.values.push(value);
        }
        self.right.push(right);
    }

    /// Charge, discharge and stored energy of every hour, from an empty store:
    /// e_t = e_t-1 + eta c_t - d_t. `price` is what charging costs and discharging earns.
    fn store(&mut self, of: Reservoir, price: impl Iterator<Item = f64>) -> Vec<(usize, usize)> {
        let mut before = None;
        price
            .map(|price| {
                let (c, d) = (self.variable(price, of.power_mw), self.variable(-price, of.power_mw));
                let e = self.variable(0.0, of.energy_mwh);
                let mut terms = vec![(e, 1.0), (c, -of.round_trip), (d, 1.0)];
                terms.extend(before.replace(e).map(|e| (e, -1.0)));
                self.row(&terms, 0.0);
                (c, d)
            })
            .collect()
    }

    fn least(mut self) -> f64 {
        let equalities = self.right.len();
        let limits = std::mem::take(&mut self.limits);
        for (x, &limit) in limits.iter().enumerate() {
            self.row(&[(x, 1.0)], limit);
            self.row(&[(x, -1.0)], 0.0);
        }
        let n = self.cost.len();
        let matrix = CscMatrix::new_from_triplets(self.right.len(), n, self.rows, self.columns, self.values);
        let cones = [SupportedConeT::ZeroConeT(equalities), SupportedConeT::NonnegativeConeT(2 * n)];
        let settings = DefaultSettingsBuilder::default().verbose(false).max_iter(200).build().unwrap();
        let quadratic = CscMatrix::zeros((n, n));
        let mut solver =
            DefaultSolver::new(&quadratic, &self.cost, &matrix, &self.right, &cones, settings).unwrap();
        solver.solve();
        assert_eq!(solver.solution.status, SolverStatus::Solved);
        solver.solution.obj_val
    }
}

/// The most that a price taker could earn if it knew all prices, from an empty store, in $. At prices that
/// are not negative, charging and discharging at once never pays.
pub fn best_usd(of: Reservoir, prices_usd_per_mwh: &[f64]) -> f64 {
    let mut program = Program::default();
    program.store(of, prices_usd_per_mwh.iter().copied());
    -program.least()
}

/// The least that serving net load costs with blocks of (MW, $/MWh) and a store whose every hour is planned
/// at once, in $.
pub fn least_cost_usd(of: Reservoir, blocks: &[(f64, f64)], net_load_mw: &[f64]) -> f64 {
    let mut program = Program::default();
    let store = program.store(of, net_load_mw.iter().map(|_| 0.0));
    for (&(c, d), &mw) in store.iter().zip(net_load_mw) {
        let mut balance = vec![(c, -1.0), (d, 1.0)];
        balance.extend(blocks.iter().map(|&(mw, cost)| (program.variable(cost, mw), 1.0)));
        program.row(&balance, mw);
    }
    program.least()
}

#[test]
fn foresight_by_hand() {
    // One hour of power and energy: buy at 10 and 20, sell at 50 and 40; each bought megawatt-hour gives 0.8.
    let of = Reservoir { power_mw: 1.0, energy_mwh: 0.8, round_trip: 0.8 };
    let usd = best_usd(of, &[10.0, 50.0, 20.0, 40.0]);
    assert!((usd - (0.8 * 50.0 - 10.0 + 0.8 * 40.0 - 20.0)).abs() < 1e-5, "{usd}");
}

#[test]
fn the_cheapest_plan_by_hand() {
    // 100 MW at 10 $ and 100 at 50 meet 50 and then 150 MW; 20 MW stored at 10 / 0.8 stand in for 20 at 50.
    let of = Reservoir { power_mw: 25.0, energy_mwh: 100.0, round_trip: 0.8 };
    let usd = least_cost_usd(of, &[(100.0, 10.0), (100.0, 50.0)], &[50.0, 150.0]);
    assert!((usd - (75.0 * 10.0 + 100.0 * 10.0 + 30.0 * 50.0)).abs() < 1e-3, "{usd}");
}
