//! The same market written down with bus angles and solved by an interior-point method.
//!
//! Shares no code and no formulation with the simplex: variables are columns, angles of all buses and
//! overloads up and down; constraints are a balance per bus, one angle per island, limits and boxes. A
//! flowgate that provides for an outage has angles of its own: the same injections on the network without
//! that branch.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettingsBuilder, DefaultSolver, IPSolver, SolverStatus, SupportedConeT};
use gridrush_core::dispatch::{DispatchProblem, FlowBranch, Flowgate, Islands, Place};

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

/// The market as one linear program.
struct Model<'a> {
    problem: &'a DispatchProblem,
    cost: Vec<f64>,
    equalities: Matrix,
    limits: Matrix,
    /// The bus whose demand stands on the right-hand side of an equality.
    demand_of: Vec<(usize, usize)>,
    /// What columns inject, by bus.
    injection: Vec<Vec<(usize, f64)>>,
}

impl<'a> Model<'a> {
    fn new(problem: &'a DispatchProblem) -> Model<'a> {
        let mut injection: Vec<Vec<(usize, f64)>> = vec![Vec::new(); problem.bus_count()];
        for (j, place) in problem.places().iter().enumerate() {
            match place {
                Place::None => {}
                Place::Bus(bus, c) => injection[*bus as usize].push((j, *c)),
                Place::Spread(terms) => {
                    for &(bus, c) in terms {
                        injection[bus as usize].push((j, c));
                    }
                }
            }
        }
        Model {
            problem,
            cost: problem.bounds.iter().map(|bound| bound.cost_usd_per_mwh).collect(),
            equalities: Matrix::default(),
            limits: Matrix::default(),
            demand_of: Vec::new(),
            injection,
        }
    }

    fn variable(&mut self, cost: f64) -> usize {
        self.cost.push(cost);
        self.cost.len() - 1
    }

    /// Balances and angles of a network that carries the injections; returns the angle of every bus.
    fn network(&mut self, branches: &[FlowBranch]) -> Vec<usize> {
        let buses = self.problem.bus_count();
        let angle: Vec<usize> = (0..buses).map(|_| self.variable(0.0)).collect();
        let (mut balance, mut net) = (self.injection.clone(), self.problem.demand_mw.clone());
        for branch in branches.iter().filter(|branch| branch.in_service) {
            let b = branch.susceptance_mw_per_rad;
            let (from, to) = (branch.from as usize, branch.to as usize);
            balance[from].extend([(angle[from], -b), (angle[to], b)]);
            balance[to].extend([(angle[from], b), (angle[to], -b)]);
            net[from] -= b * branch.shift_rad;
            net[to] += b * branch.shift_rad;
        }
        let islands = Islands::of(buses, branches);
        for (bus, (terms, &demand)) in balance.iter().zip(&net).enumerate() {
            // In a second network the balance of a reference follows from all others.
            if branches == self.problem.branches || !islands.references().contains(&(bus as u32)) {
                self.demand_of.push((self.equalities.bounds.len(), bus));
                self.equalities.add(terms, demand);
            }
        }
        for &bus in islands.references() {
            self.equalities.add(&[(angle[bus as usize], 1.0)], 0.0);
        }
        angle
    }

    /// Limits a weighted sum of flows; overload costs its ceiling.
    fn limit(
        &mut self,
        branches: &[FlowBranch],
        angle: &[usize],
        sum: &[(u32, f64)],
        (lower_mw, upper_mw): (f64, f64),
        ceiling: f64,
    ) {
        let (mut terms, mut shift) = (Vec::new(), 0.0);
        for &(l, weight) in sum {
            let branch = &branches[l as usize];
            if !branch.in_service {
                continue;
            }
            let b = branch.susceptance_mw_per_rad;
            let (from, to) = (angle[branch.from as usize], angle[branch.to as usize]);
            if sum.len() == 1 {
                terms.extend([(from, weight * b), (to, -weight * b)]);
                shift += weight * b * branch.shift_rad;
            } else {
                // A sum of many flows is better scaled in flows than in angles.
                let flow = self.variable(0.0);
                self.equalities.add(&[(from, b), (to, -b), (flow, -1.0)], b * branch.shift_rad);
                terms.push((flow, weight));
            }
        }
        for (limit, sign) in [(upper_mw, 1.0), (-lower_mw, -1.0)] {
            if limit.is_finite() {
                let mut terms: Vec<(usize, f64)> = terms.iter().map(|&(v, c)| (v, sign * c)).collect();
                if ceiling.is_finite() {
                    let over = self.variable(ceiling);
                    self.limits.add(&[(over, -1.0)], 0.0);
                    terms.push((over, -1.0));
                }
                self.limits.add(&terms, limit + sign * shift);
            }
        }
    }

    fn branches(&mut self) {
        let branches = &self.problem.branches;
        let angle = self.network(branches);
        for (l, branch) in branches.iter().enumerate().filter(|(_, branch)| branch.in_service) {
            let limits = (-branch.limit_mw, branch.limit_mw);
            self.limit(branches, &angle, &[(l as u32, 1.0)], limits, branch.ceiling_usd_per_mwh);
        }
        for gate in &self.problem.flowgates {
            let Some(watched) = watched_network(self.problem, gate) else { continue };
            let angle = if gate.outage.is_some() { self.network(&watched) } else { angle.clone() };
            let limits = (gate.lower_mw, gate.upper_mw);
            self.limit(&watched, &angle, &gate.terms, limits, gate.ceiling_usd_per_mwh);
        }
    }

    fn columns(&mut self) {
        for (j, bound) in self.problem.bounds.iter().enumerate() {
            self.limits.add(&[(j, 1.0)], bound.upper_mw);
            self.limits.add(&[(j, -1.0)], -bound.lower_mw);
        }
        for row in &self.problem.rows {
            let terms: Vec<(usize, f64)> = row.terms.iter().map(|&(j, c)| (j.0 as usize, c)).collect();
            if row.upper.is_finite() {
                self.limits.add(&terms, row.upper);
            }
            if row.lower.is_finite() {
                let negative: Vec<(usize, f64)> = terms.iter().map(|&(j, c)| (j, -c)).collect();
                self.limits.add(&negative, -row.lower);
            }
        }
    }
}

/// The network in which a flowgate is watched; none while it is idle.
fn watched_network(problem: &DispatchProblem, gate: &Flowgate) -> Option<Vec<FlowBranch>> {
    let live = |l: u32| problem.branches[l as usize].in_service;
    let mut terms = gate.terms.iter().map(|t| t.0);
    let whole = match gate.outage {
        Some(lost) => live(lost) && terms.all(live),
        None => terms.any(live),
    };
    if !gate.in_force || !whole {
        return None;
    }
    let mut branches = problem.branches.clone();
    if let Some(k) = gate.outage {
        branches[k as usize].in_service = false;
    }
    let islands = |branches: &[FlowBranch]| Islands::of(problem.bus_count(), branches).count();
    (islands(&branches) == islands(&problem.branches)).then_some(branches)
}

/// Solves the problem.
pub fn solve(problem: &DispatchProblem) -> Verdict {
    let mut model = Model::new(problem);
    model.branches();
    model.columns();
    let Model { cost, equalities: mut all, limits, demand_of, .. } = model;
    let (equalities, inequalities) = (all.bounds.len(), limits.bounds.len());
    all.rows.extend(limits.rows.iter().map(|r| r + equalities));
    all.columns.extend(&limits.columns);
    all.values.extend(&limits.values);
    all.bounds.extend(&limits.bounds);

    let (rows, variables) = (equalities + inequalities, cost.len());
    let matrix = CscMatrix::new_from_triplets(rows, variables, all.rows, all.columns, all.values);
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
        SolverStatus::Solved => {
            // More demand at a bus raises the right-hand side of its balances.
            let mut lmp_usd_per_mwh = vec![0.0; problem.bus_count()];
            for (row, bus) in demand_of {
                lmp_usd_per_mwh[bus] -= solver.solution.z[row];
            }
            Verdict::Solved(Answer { objective_usd_per_h: solver.solution.obj_val, lmp_usd_per_mwh })
        }
        SolverStatus::PrimalInfeasible | SolverStatus::AlmostPrimalInfeasible => Verdict::Infeasible,
        _ => Verdict::GaveUp,
    }
}
