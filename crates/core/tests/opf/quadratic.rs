//! The same optimal power flow as a quadratic program over outputs and angles, solved by an interior-point
//! method: no blocks, no transfer factors, and the network read by other code.

use core::fmt::Write;

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettingsBuilder, DefaultSolver, IPSolver, SolverStatus, SupportedConeT};
use gridrush_core::grid::{CostCurve, Network};
use gridrush_core::opf::{Convention, Opf, Options};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Dxsm;

use crate::cases;

/// Objective and prices of a case whose costs are polynomials of degree two at most.
fn oracle(network: &Network, convention: Convention) -> Option<(f64, Vec<f64>)> {
    let units: Vec<_> = network.generators.iter().filter(|unit| unit.in_service).collect();
    let (n, buses) = (units.len(), network.buses().len());
    let mut objective = 0.0;
    let (mut linear, mut square) = (vec![0.0; n + buses], vec![0.0; n + buses]);
    // Rows of equalities, then of inequalities, as (row, column, value) with right-hand sides.
    let (mut entries, mut right): (Vec<(usize, usize, f64)>, Vec<f64>) =
        (Vec::new(), network.buses().map(|(_, bus)| bus.load_mw + bus.shunt_mw).collect());
    let mut caps: Vec<(Vec<(usize, f64)>, f64)> = Vec::new();
    for (j, unit) in units.iter().enumerate() {
        let Some(CostCurve::Polynomial(c)) = &unit.cost else { panic!("only polynomials") };
        objective += c[0];
        linear[j] = c.get(1).copied().unwrap_or(0.0);
        square[j] = 2.0 * c.get(2).copied().unwrap_or(0.0);
        assert!(c.iter().skip(3).all(|c| *c == 0.0));
        entries.push((unit.bus.0 as usize, j, 1.0));
        caps.push((vec![(j, 1.0)], unit.capacity_mw));
        caps.push((vec![(j, -1.0)], -unit.minimum_mw));
    }
    for (_, branch) in network.branches().filter(|(_, branch)| branch.in_service) {
        let (r, x) = (branch.r_pu, branch.x_pu);
        let (b, shift) = match convention {
            Convention::Matpower => {
                (network.base_mva / (x * branch.tap), branch.shift_deg * core::f64::consts::PI / 180.0)
            }
            Convention::PowerModels => (network.base_mva * x / (r * r + x * x), 0.0),
        };
        let (from, to) = (branch.from.0 as usize, branch.to.0 as usize);
        for (row, sign) in [(from, -1.0), (to, 1.0)] {
            entries.push((row, n + from, sign * b));
            entries.push((row, n + to, -sign * b));
            right[row] += sign * b * shift;
        }
        let difference = |sign: f64| vec![(n + from, sign), (n + to, -sign)];
        if branch.rating_mw.is_finite() {
            let scaled = |sign: f64| difference(sign * b);
            caps.push((scaled(1.0), branch.rating_mw + b * shift));
            caps.push((scaled(-1.0), branch.rating_mw - b * shift));
        }
        if let Some((least, most)) = branch.angle_difference_deg {
            // Infinite ones are no limit, and far ones would spoil the scaling.
            if most < 90.0 {
                caps.push((difference(1.0), most * core::f64::consts::PI / 180.0));
            }
            if least > -90.0 {
                caps.push((difference(-1.0), -least * core::f64::consts::PI / 180.0));
            }
        }
    }
    entries.push((buses, n, 1.0));
    right.push(0.0);
    let equalities = right.len();
    for (terms, cap) in caps {
        entries.extend(terms.into_iter().map(|(column, value)| (right.len(), column, value)));
        right.push(cap);
    }
    let (rows, columns, values) = entries.into_iter().fold((vec![], vec![], vec![]), |mut lists, entry| {
        lists.0.push(entry.0);
        lists.1.push(entry.1);
        lists.2.push(entry.2);
        lists
    });
    let matrix = CscMatrix::new_from_triplets(right.len(), n + buses, rows, columns, values);
    let diagonal: Vec<usize> = (0..n + buses).collect();
    let hessian = CscMatrix::new_from_triplets(n + buses, n + buses, diagonal.clone(), diagonal, square);
    let cones =
        [SupportedConeT::ZeroConeT(equalities), SupportedConeT::NonnegativeConeT(right.len() - equalities)];
    let settings = DefaultSettingsBuilder::default()
        .verbose(false)
        .max_iter(300)
        .tol_gap_abs(1e-9)
        .tol_gap_rel(1e-12)
        .tol_feas(1e-11)
        .build()
        .unwrap();
    let mut solver = DefaultSolver::new(&hessian, &linear, &matrix, &right, &cones, settings).unwrap();
    solver.solve();
    let solution = &solver.solution;
    matches!(solution.status, SolverStatus::Solved)
        .then(|| (objective + solution.obj_val, solution.z[..buses].iter().map(|z| -z).collect()))
}

/// Solves by both and compares; prices too unless told not to. False when the other method gave up.
fn compare(name: &str, network: &Network, convention: Convention, prices: bool) -> bool {
    let mut opf = Opf::new(network, &Options::case(convention)).unwrap();
    let mut solver = opf.solver().unwrap();
    let answer = opf.solve(&mut solver).unwrap_or_else(|error| panic!("{name}: {error}"));
    let Some((objective, lmp)) = oracle(network, convention) else { return false };
    let off = (answer.objective_usd_per_h - objective).abs() / objective.abs().max(1.0);
    assert!(off <= 1e-8, "{name}: {} is not {objective}", answer.objective_usd_per_h);
    assert!(answer.gap_usd_per_h <= 1e-10 * answer.objective_usd_per_h.abs().max(1.0), "{name}");
    if prices {
        for (bus, (got, want)) in answer.lmp_usd_per_mwh.iter().zip(&lmp).enumerate() {
            assert!((got - want).abs() <= 1e-4, "{name}, bus {bus}: {got} is not {want}");
        }
    }
    true
}

#[test]
fn published_quadratic_cases_agree_in_cost_and_prices() {
    for (name, convention) in [
        ("pglib/pglib_opf_case3_lmbd", Convention::PowerModels),
        ("pglib/pglib_opf_case24_ieee_rts", Convention::PowerModels),
        ("pglib/pglib_opf_case24_ieee_rts", Convention::Matpower),
        ("pglib/pglib_opf_case73_ieee_rts", Convention::PowerModels),
        ("pglib/pglib_opf_case500_goc", Convention::Matpower),
        ("matpower/case_ACTIVSg2000", Convention::Matpower),
    ] {
        let Some(network) = cases::public(name) else { return };
        assert!(compare(name, &network, convention, true), "{name}: the other method gave up");
    }
}

/// A ring with chords; every unit has a strictly convex cost, so prices are unique wherever one of them is
/// inside its range in every pocket, which many small steps of cost make nearly certain.
fn random(seed: u64) -> Network {
    let mut rng = Pcg64Dxsm::seed_from_u64(seed);
    let count = rng.random_range(4..16_u32);
    let mut buses = Vec::new();
    let (mut branches, mut units, mut costs) = (String::new(), String::new(), String::new());
    let mut load = 0.0;
    for bus in 1..=count {
        let mw: f64 = rng.random_range(0.0..100.0);
        load += mw;
        buses.push((bus, mw));
        let mut ends = vec![bus % count + 1];
        if bus > 2 && rng.random_bool(0.5) {
            ends.push(rng.random_range(1..bus - 1));
        }
        for end in ends {
            let (r, x) = (rng.random_range(0.0..0.05), rng.random_range(0.02..0.2));
            let rating = if rng.random_bool(0.6) { rng.random_range(40.0..150.0) } else { 0.0 };
            let (tap, shift) =
                if rng.random_bool(0.2) { (0.97, rng.random_range(-2.0..2.0)) } else { (0.0, 0.0) };
            let (least, most) = (rng.random_range(-20.0..-4.0), rng.random_range(4.0..20.0));
            writeln!(branches, "{bus} {end} {r} {x} 0 {rating} 0 0 {tap} {shift} 1 {least} {most};").unwrap();
        }
    }
    for n in 0..2 * count {
        let (least, most) =
            (rng.random_range(-5.0..5.0), rng.random_range(20.0..3.0 * load / f64::from(count)));
        writeln!(units, "{} 0 0 0 0 1 100 1 {} {least};", n % count + 1, 20.0 + most).unwrap();
        let (square, slope) = (rng.random_range(0.001..0.2), rng.random_range(5.0..60.0));
        writeln!(costs, "2 0 0 3 {square} {slope} {};", rng.random_range(0.0..50.0)).unwrap();
    }
    cases::small(&buses, &branches, &units, &costs, "")
}

#[test]
fn random_quadratic_networks_agree_in_cost_and_prices() {
    let (mut compared, mut congested) = (0, 0);
    for seed in 0..60 {
        let network = random(seed);
        for convention in [Convention::Matpower, Convention::PowerModels] {
            let mut opf = Opf::new(&network, &Options::case(convention)).unwrap();
            let mut solver = opf.solver().unwrap();
            // A network that cannot carry its load has no optimum to compare.
            let Ok(answer) = opf.solve(&mut solver) else {
                assert!(oracle(&network, convention).is_none(), "seed {seed}: feasible after all");
                continue;
            };
            congested += usize::from(!answer.binding.is_empty());
            compared += usize::from(compare(&format!("seed {seed}"), &network, convention, true));
        }
    }
    assert!(compared >= 60 && congested >= 20, "{compared} compared, {congested} congested");
}
