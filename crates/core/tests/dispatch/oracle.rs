//! The same market written down with bus angles and solved by an interior-point method.
//!
//! Shares no code and no formulation with the simplex: variables are columns, angles of all buses and
//! overloads up and down; constraints are a balance per bus, one angle per island, limits and boxes.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettingsBuilder, DefaultSolver, IPSolver, SolverStatus, SupportedConeT};
use gridrush_core::dispatch::{DispatchProblem, Islands, Place};

/// What the interior-point method says.
pub enum Verdict {
    Solved(Answer),
    Infeasible,
    /// It stopped short of its tolerances; nothing can be compared to eight digits.
    GaveUp,
}

impl Verdict {
    /// The answer to a feasible problem, unless the method gave up.
    pub fn answer(self) -> Option<Answer> {
        match self {
            Verdict::Solved(answer) => Some(answer),
            Verdict::Infeasible => panic!("the oracle finds a feasible market infeasible"),
            Verdict::GaveUp => None,
        }
    }
}

/// Objective and prices by bus.
pub struct Answer {
    pub objective_usd_per_h: f64,
    pub lmp_usd_per_mwh: Vec<f64>,
}

/// Constraint matrix by triplets.
#[derive(Default)]
struct Matrix {
    rows: Vec<usize>,
    columns: Vec<usize>,
    values: Vec<f64>,
    bounds: Vec<f64>,
}

impl Matrix {
    fn add(&mut self, terms: &[(usize, f64)], bound: f64) {
        for &(column, value) in terms {
            self.rows.push(self.bounds.len());
            self.columns.push(column);
            self.values.push(value);
        }
        self.bounds.push(bound);
    }
}

/// Solves the problem.
pub fn solve(problem: &DispatchProblem) -> Verdict {
    let (columns, buses, branches) = (problem.bounds.len(), problem.bus_count(), problem.branches.len());
    let angle = |bus: u32| columns + bus as usize;
    let over = |l: usize, up: bool| columns + buses + 2 * l + usize::from(up);
    let variables = columns + buses + 2 * branches;
    let mut cost = vec![0.0; variables];
    let mut balance: Vec<Vec<(usize, f64)>> = vec![Vec::new(); buses];
    let mut net = problem.demand_mw.clone();
    for (j, (bound, place)) in problem.bounds.iter().zip(problem.places()).enumerate() {
        cost[j] = bound.cost_usd_per_mwh;
        match place {
            Place::None => {}
            Place::Bus(bus, c) => balance[*bus as usize].push((j, *c)),
            Place::Spread(terms) => terms.iter().for_each(|&(bus, c)| balance[bus as usize].push((j, c))),
        }
    }
    let mut limits = Matrix::default();
    for (l, branch) in problem.branches.iter().enumerate() {
        for up in [false, true] {
            if branch.ceiling_usd_per_mwh.is_finite() {
                cost[over(l, up)] = branch.ceiling_usd_per_mwh;
            }
            limits.add(&[(over(l, up), -1.0)], 0.0);
        }
        if !branch.in_service {
            continue;
        }
        let b = branch.susceptance_mw_per_rad;
        let (from, to) = (angle(branch.from), angle(branch.to));
        balance[branch.from as usize].extend([(from, -b), (to, b)]);
        balance[branch.to as usize].extend([(from, b), (to, -b)]);
        net[branch.from as usize] -= b * branch.shift_rad;
        net[branch.to as usize] += b * branch.shift_rad;
        if branch.limit_mw.is_finite() {
            let shift = b * branch.shift_rad;
            let soft = f64::from(u8::from(branch.ceiling_usd_per_mwh.is_finite()));
            limits.add(&[(from, b), (to, -b), (over(l, true), -soft)], branch.limit_mw + shift);
            limits.add(&[(from, -b), (to, b), (over(l, false), -soft)], branch.limit_mw - shift);
        }
    }
    for (j, bound) in problem.bounds.iter().enumerate() {
        limits.add(&[(j, 1.0)], bound.upper_mw);
        limits.add(&[(j, -1.0)], -bound.lower_mw);
    }
    for row in &problem.rows {
        let terms: Vec<(usize, f64)> = row.terms.iter().map(|&(j, c)| (j.0 as usize, c)).collect();
        if row.upper.is_finite() {
            limits.add(&terms, row.upper);
        }
        if row.lower.is_finite() {
            let negative: Vec<(usize, f64)> = terms.iter().map(|&(j, c)| (j, -c)).collect();
            limits.add(&negative, -row.lower);
        }
    }
    let mut all = Matrix::default();
    for (terms, &demand) in balance.iter().zip(&net) {
        all.add(terms, demand);
    }
    for &bus in Islands::of(buses, &problem.branches).references() {
        all.add(&[(angle(bus), 1.0)], 0.0);
    }
    let equalities = all.bounds.len();
    let inequalities = limits.bounds.len();
    all.rows.extend(limits.rows.iter().map(|r| r + equalities));
    all.columns.extend(&limits.columns);
    all.values.extend(&limits.values);
    all.bounds.extend(&limits.bounds);

    let matrix =
        CscMatrix::new_from_triplets(equalities + inequalities, variables, all.rows, all.columns, all.values);
    let cones = [SupportedConeT::ZeroConeT(equalities), SupportedConeT::NonnegativeConeT(inequalities)];
    let settings = DefaultSettingsBuilder::default()
        .verbose(false)
        .max_iter(200)
        .tol_gap_abs(1e-9)
        .tol_gap_rel(1e-12)
        .tol_feas(1e-11)
        .build()
        .expect("valid settings");
    let quadratic = CscMatrix::zeros((variables, variables));
    let mut solver = DefaultSolver::new(&quadratic, &cost, &matrix, &all.bounds, &cones, settings)
        .expect("a well-formed problem");
    solver.solve();
    match solver.solution.status {
        SolverStatus::Solved => Verdict::Solved(Answer {
            objective_usd_per_h: solver.solution.obj_val,
            // More demand at a bus raises the right-hand side of its balance.
            lmp_usd_per_mwh: solver.solution.z[..buses].iter().map(|z| -z).collect(),
        }),
        SolverStatus::PrimalInfeasible | SolverStatus::AlmostPrimalInfeasible => Verdict::Infeasible,
        _ => Verdict::GaveUp,
    }
}
