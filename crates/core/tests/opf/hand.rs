//! Cases small enough to solve on paper.

use gridrush_core::grid::case::matpower::{self, ZoneBy};
use gridrush_core::grid::{BranchId, BusId, Convexity, CostCurve, Fuel, HourlySeries, LoadSeries, Network};
use gridrush_core::opf::{Answer, Convention, LimitKind, Opf, OpfError, Options};

use crate::cases::small;

const MATPOWER: Convention = Convention::Matpower;
const POWER_MODELS: Convention = Convention::PowerModels;

fn try_solve(network: &Network, options: &Options) -> Result<Answer, OpfError> {
    let mut opf = Opf::new(network, options)?;
    let mut solver = opf.solver()?;
    opf.solve(&mut solver)
}

fn solve(network: &Network, options: &Options) -> Answer {
    try_solve(network, options).unwrap()
}

fn close(got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len(), "{got:?} is not {want:?}");
    for (g, w) in got.iter().zip(want) {
        assert!((g - w).abs() < 1e-6, "{got:?} is not {want:?}");
    }
}

/// 90 MW at bus 3 of a triangle of equal lines of 1,000 MW/rad, units at buses 1 and 2. Two thirds of what
/// bus 1 sends take the line 1-3, one third of what bus 2 sends. `first` and `last` end the lines 1-2 and 1-3 with
/// `rateA .. angmax`.
fn triangle(first: &str, last: &str, prices: [f64; 2]) -> Network {
    small(
        &[(1, 0.0), (2, 0.0), (3, 90.0)],
        &format!("1 2 0 0.1 0 {first};\n2 3 0 0.1 0 0 0 0 0 0 1 0 0;\n1 3 0 0.1 0 {last};"),
        "1 0 0 0 0 1 100 1 200 0;\n2 0 0 0 0 1 100 1 200 0;",
        &format!("2 0 0 2 {} 0;\n2 0 0 2 {} 5;", prices[0], prices[1]),
        "",
    )
}

const FREE: &str = "0 0 0 0 0 1 -360 360";

#[test]
fn a_congested_triangle() {
    let network = triangle(FREE, "100 0 0 0 0 1 0 0", [10.0, 30.0]);
    let half = Options { limit_scale: 0.5, ..Options::default() };
    let answer = solve(&network, &half);
    // 2/3 a + 1/3 (90 - a) = 50 gives a = 60; the constant of the second unit counts.
    close(&answer.output_mw, &[60.0, 30.0]);
    close(&answer.flow_mw, &[10.0, 40.0, 50.0]);
    close(&[answer.objective_usd_per_h], &[600.0 + 900.0 + 5.0]);
    // A MW more at bus 3 with the line full: a falls by one, b rises by two.
    close(&answer.lmp_usd_per_mwh, &[10.0, 30.0, 50.0]);
    // All load stands at bus 3: its price is that of energy.
    close(&answer.congestion_usd_per_mwh, &[-40.0, -20.0, 0.0]);
    assert_eq!(answer.binding.len(), 1);
    let binding = answer.binding[0];
    assert_eq!((binding.branch, binding.kind), (BranchId(2), LimitKind::Rating));
    // A MW more of limit moves three MW from 30 to 10 $/MWh.
    close(&[binding.shadow_price_usd_per_mwh, binding.flow_mw], &[60.0, 50.0]);
    close(&solve(&network, &Options::default()).output_mw, &[90.0, 0.0]);
}

/// 50 MW in degrees over a line of 1,000 MW/rad.
const FIFTY_DEG: f64 = 2.864_788_975_654_116;

#[test]
fn an_angle_limit_is_a_flow_limit_that_need_not_be_symmetric() {
    for least in ["-10", "-360", "-90"] {
        for convention in [MATPOWER, POWER_MODELS] {
            let network = triangle(FREE, &format!("400 0 0 0 0 1 {least} {FIFTY_DEG}"), [10.0, 30.0]);
            let answer = solve(&network, &Options::case(convention));
            close(&answer.output_mw, &[60.0, 30.0]);
            close(&answer.flow_mw, &[10.0, 40.0, 50.0]);
            close(&answer.lmp_usd_per_mwh, &[10.0, 30.0, 50.0]);
            close(&[answer.objective_usd_per_h], &[1505.0]);
            assert_eq!(answer.binding[0].kind, LimitKind::AngleDifference);
            let free = Options { angle_limits: false, ..Options::case(convention) };
            close(&solve(&network, &free).output_mw, &[90.0, 0.0]);
        }
    }
}

#[test]
fn an_angle_limit_can_force_a_flow() {
    // Bus 2 is the cheaper one and would send 30 MW to bus 1; at least 25 MW must come from there.
    let first = format!("0 0 0 0 0 1 {} 360", FIFTY_DEG / 2.0);
    let answer = solve(&triangle(&first, FREE, [10.0, 5.0]), &Options::default());
    close(&answer.flow_mw, &[25.0, 32.5, 57.5]);
    close(&answer.output_mw, &[82.5, 7.5]);
    // A MW at bus 3 takes half a MW from each.
    close(&answer.lmp_usd_per_mwh, &[10.0, 5.0, 7.5]);
    assert_eq!(answer.binding[0].kind, LimitKind::AngleDifference);
    // A lower least flow by one MW moves one and a half MW from 10 to 5 $/MWh.
    close(&[answer.binding[0].shadow_price_usd_per_mwh], &[-7.5]);
}

#[test]
fn powermodels_limits_every_angle_to_sixty_degrees() {
    let network = small(
        &[(1, 0.0), (2, 1100.0)],
        "1 2 0 0.1 0 0 0 0 0 0 1 -360 360;",
        "1 0 0 0 0 1 100 1 2000 0;",
        "2 0 0 2 10 0;",
        "",
    );
    let shed = |convention| Options { shed_usd_per_mwh: Some(500.0), ..Options::case(convention) };
    close(&solve(&network, &shed(MATPOWER)).shed_mw, &[0.0, 0.0]);
    let answer = solve(&network, &shed(POWER_MODELS));
    close(&answer.flow_mw, &[1047.2]);
    close(&answer.shed_mw, &[0.0, 52.8]);
    close(&[answer.objective_usd_per_h], &[10472.0 + 26400.0]);
    close(&answer.lmp_usd_per_mwh, &[10.0, 500.0]);
}

/// 90 MW over two lines side by side, the second with this resistance, turns ratio and shift.
fn pair(resistance: f64, ratio: f64, shift_deg: f64) -> Network {
    small(
        &[(1, 0.0), (2, 90.0)],
        &format!("1 2 0 0.1 0 0 0 0 0 0 1 0 0;\n1 2 {resistance} 0.1 0 0 0 0 {ratio} {shift_deg} 1 0 0;"),
        "1 0 0 0 0 1 100 1 200 0;",
        "2 0 0 2 10 0;",
        "",
    )
}

#[test]
fn susceptances_taps_and_shifts_follow_the_convention() {
    let flows = |network: &Network, convention| solve(network, &Options::case(convention)).flow_mw;
    close(&flows(&pair(0.0, 0.5, 0.0), MATPOWER), &[30.0, 60.0]);
    close(&flows(&pair(0.0, 0.5, 0.0), POWER_MODELS), &[45.0, 45.0]);
    close(&flows(&pair(0.1, 0.0, 0.0), MATPOWER), &[45.0, 45.0]);
    close(&flows(&pair(0.1, 0.0, 0.0), POWER_MODELS), &[60.0, 30.0]);
    // One degree takes 1000 pi / 180 MW from the second line to the first, half of it each way.
    let half = 1000.0 * core::f64::consts::PI / 180.0 / 2.0;
    close(&flows(&pair(0.0, 0.0, 1.0), MATPOWER), &[45.0 + half, 45.0 - half]);
    close(&flows(&pair(0.0, 0.0, 1.0), POWER_MODELS), &[45.0, 45.0]);
}

#[test]
fn an_angle_limit_of_a_shifter_counts_from_its_angle() {
    // At most 2 degrees, of which the shift takes one: b (2 - 1) degrees on the shifter, so twice that on
    // the line beside it, whose angle difference is the same.
    let text = "mpc.version = '2'; mpc.baseMVA = 100;
        mpc.bus = [1 3 0 0 0 0 1 1 0 138 1 1.1 0.9; 2 1 90 0 0 0 1 1 0 138 1 1.1 0.9];
        mpc.branch = [1 2 0 0.1 0 0 0 0 0 0 1 0 0; 1 2 0 0.1 0 0 0 0 0 1 1 -2 2];
        mpc.gen = [1 0 0 0 0 1 100 1 200 0; 2 0 0 0 0 1 100 1 200 0];
        mpc.gencost = [2 0 0 2 10 0; 2 0 0 2 40 0];";
    let network = matpower::read("shifter.m", text, ZoneBy::Area).unwrap();
    let answer = solve(&network, &Options::default());
    let degree = 1000.0 * core::f64::consts::PI / 180.0;
    close(&answer.flow_mw, &[2.0 * degree, degree]);
    close(&answer.output_mw, &[3.0 * degree, 90.0 - 3.0 * degree]);
    close(&answer.lmp_usd_per_mwh, &[10.0, 40.0]);
}

#[test]
fn a_direct_current_line_joins_islands_with_its_losses_and_cost() {
    let network = small(
        &[(1, 0.0), (2, 50.0)],
        "",
        "1 0 0 0 0 1 100 1 200 0;",
        "2 0 0 2 10 0;",
        "mpc.dcline = [1 2 1 0 0 0 0 1 1 -30 100 0 0 0 0 1 0.1];\nmpc.dclinecost = [2 0 0 2 2 3];",
    );
    let answer = solve(&network, &Options::default());
    // 0.9 p - 1 = 50; a MW more at bus 2 needs 1 / 0.9 MW for 10 + 2 $ each.
    let sent = 51.0 / 0.9;
    close(&answer.dc_flow_mw, &[sent]);
    close(&[answer.objective_usd_per_h], &[12.0 * sent + 3.0]);
    close(&answer.lmp_usd_per_mwh, &[10.0, 12.0 / 0.9]);
    // Backwards at most 30 MW leave at the far end: 0.9 p - 1 = -30.
    let opf = Opf::new(&network, &Options::default()).unwrap();
    let columns = opf.dc_link_columns(0);
    close(&[opf.problem().bounds[columns.start].lower_mw], &[-29.0 / 0.9]);
}

/// 100 MW at one bus for `0.1 p^2 + 10 p + 100` and `0.05 p^2 + 12 p`.
fn quadratic(load_mw: f64, least_mw: f64) -> Network {
    small(
        &[(1, load_mw)],
        "",
        &format!("1 0 0 0 0 1 100 1 200 {least_mw};\n1 0 0 0 0 1 100 1 200 0;"),
        "2 0 0 3 0.1 10 100;\n2 0 0 3 0.05 12 0;",
        "",
    )
}

#[test]
fn quadratic_costs_meet_at_their_tangents() {
    let answer = solve(&quadratic(100.0, 0.0), &Options::default());
    // 10 + 0.2 a = 12 + 0.1 (100 - a) gives a = 40 at 18 $/MWh.
    close(&[answer.objective_usd_per_h], &[660.0 + 900.0]);
    close(&answer.lmp_usd_per_mwh, &[18.0]);
    assert!((answer.output_mw[0] - 40.0).abs() < 1e-4, "{:?}", answer.output_mw);
    assert!(answer.gap_usd_per_h <= 1e-10 * answer.objective_usd_per_h && answer.rounds > 1);
    // The second unit alone sets the price where the first runs at its minimum.
    let answer = solve(&quadratic(100.0, 60.0), &Options::default());
    close(&answer.output_mw, &[60.0, 40.0]);
    close(&answer.lmp_usd_per_mwh, &[16.0]);
    close(&[answer.objective_usd_per_h], &[1060.0 + 560.0]);
    let free = Options { minimum_output: false, ..Options::default() };
    close(&[solve(&quadratic(100.0, 60.0), &free).objective_usd_per_h], &[1560.0]);
}

#[test]
fn a_coarser_problem_still_gives_an_honest_gap() {
    let network = quadratic(100.0, 0.0);
    let mut opf = Opf::new(&network, &Options { blocks: 8, ..Options::default() }).unwrap();
    let mut solution = gridrush_core::dispatch::DispatchSolution::default();
    opf.solver().unwrap().solve(opf.problem(), &mut solution).unwrap();
    let rough = opf.read(&solution);
    let gap = rough.gap_usd_per_h;
    assert!(gap > 0.0 && rough.objective_usd_per_h >= 1560.0 - 1e-9, "{rough:?}");
    assert!(rough.objective_usd_per_h - gap <= 1560.0 + 1e-9, "{rough:?}");
    let mut solver = opf.solver().unwrap();
    close(&[opf.solve(&mut solver).unwrap().objective_usd_per_h], &[1560.0]);
}

#[test]
fn a_cubic_cost_and_a_concave_one() {
    // 0.01 p^3: 0.03 p^2 = 12 at 20 MW; the rest at 12 $/MWh.
    let cubic = small(
        &[(1, 50.0)],
        "",
        "1 0 0 0 0 1 100 1 100 0;\n1 0 0 0 0 1 100 1 100 0;",
        "2 0 0 4 0.01 0 0 0;\n2 0 0 2 12 0 0 0;",
        "",
    );
    let answer = solve(&cubic, &Options::default());
    close(&[answer.objective_usd_per_h], &[80.0 + 360.0]);
    close(&answer.lmp_usd_per_mwh, &[12.0]);
    // 30 p - 0.1 p^2 to 100 MW becomes its chord, 20 $/MWh, and is not run beside 18 $/MWh.
    let concave = small(
        &[(1, 50.0)],
        "",
        "1 0 0 0 0 1 100 1 100 0;\n1 0 0 0 0 1 100 1 30 0;",
        "2 0 0 3 -0.1 30 0;\n2 0 0 3 0 18 0;",
        "",
    );
    let opf = Opf::new(&concave, &Options::default()).unwrap();
    assert!(opf.notes().iter().any(|note| note.contains("not convex")), "{:?}", opf.notes());
    let answer = solve(&concave, &Options::default());
    close(&answer.output_mw, &[20.0, 30.0]);
    close(&answer.lmp_usd_per_mwh, &[20.0]);
}

#[test]
fn segments_out_of_order_become_a_hull_or_are_sorted() {
    // 10 MW at 30, 10 MW at 10, 10 MW at 40 $/MWh.
    let network = small(&[(1, 15.0)], "", "1 0 0 0 0 1 100 1 30 0;", "1 0 0 4 0 0 10 300 20 400 30 800;", "");
    close(&[solve(&network, &Options::default()).objective_usd_per_h], &[15.0 * 20.0]);
    let sorted = Options { convexity: Convexity::Sorted, ..Options::default() };
    close(&[solve(&network, &sorted).objective_usd_per_h], &[100.0 + 150.0]);
}

#[test]
fn below_the_first_point_of_a_curve_a_unit_at_rest_costs_nothing() {
    // 30 $/MWh on average at 10 MW, then 20 $/MWh.
    let network = small(
        &[(1, 15.0)],
        "",
        "1 0 0 0 0 1 100 1 20 10;\n1 0 0 0 0 1 100 1 20 0;",
        "1 0 0 2 10 300 20 500;\n2 0 0 2 26 0;",
        "",
    );
    // At its minimum it runs, and goes on at 20 $/MWh.
    close(&[solve(&network, &Options::default()).objective_usd_per_h], &[400.0]);
    // Without it the hull is 25 $/MWh from zero to 20 MW.
    let free = Options { minimum_output: false, ..Options::default() };
    close(&solve(&network, &free).lmp_usd_per_mwh, &[25.0]);
    close(&[solve(&network, &free).objective_usd_per_h], &[375.0]);
}

#[test]
fn what_is_out_of_service_is_out() {
    let text = "mpc.version = '2'; mpc.baseMVA = 100;
        mpc.bus = [
          1 3 0 0 0 0 1 1 0 138 1 1.1 0.9; 2 1 80 0 2.5 0 1 1 0 138 1 1.1 0.9;
          7 4 70 0 0 0 1 1 0 138 1 1.1 0.9];
        mpc.branch = [1 2 0 0.1 0 0 0 0 0 0 1; 1 2 0 0.1 0 0 0 0 0 0 0; 2 7 0 0.1 0 0 0 0 0 0 1];
        mpc.gen = [1 0 0 0 0 1 100 1 60 10; 1 0 0 0 0 1 100 0 500 0; 7 0 0 0 0 1 100 1 500 0;
          2 0 0 0 0 1 100 1 500 20];
        mpc.gencost = [2 0 0 2 10 1; 2 0 0 2 1 1000; 2 0 0 2 1 1000; 2 0 0 2 50 4];
        mpc.dcline = [1 2 0 0 0 0 0 1 1 0 100 0 0 0 0 5 0];";
    let network = matpower::read("out.m", text, ZoneBy::Area).unwrap();
    let answer = solve(&network, &Options::default());
    close(&answer.output_mw, &[60.0, 0.0, 22.5]);
    close(&answer.flow_mw, &[60.0, 0.0]);
    close(&answer.dc_flow_mw, &[0.0]);
    close(&[answer.objective_usd_per_h], &[601.0 + 50.0 * 22.5 + 4.0]);
}

#[test]
fn a_load_that_bids_is_a_generator_below_zero() {
    let network = small(
        &[(1, 20.0)],
        "",
        "1 0 0 0 0 1 100 1 50 0;\n1 0 0 0 0 1 100 1 0 -40;",
        "2 0 0 2 10 0;\n2 0 0 2 25 0;",
        "",
    );
    for minimum_output in [true, false] {
        let answer = solve(&network, &Options { minimum_output, ..Options::default() });
        close(&answer.output_mw, &[50.0, -30.0]);
        close(&answer.lmp_usd_per_mwh, &[25.0]);
        close(&[answer.objective_usd_per_h], &[500.0 - 750.0]);
    }
}

#[test]
fn an_hour_brings_load_and_availability() {
    let network = triangle(FREE, FREE, [10.0, 30.0]);
    let series = HourlySeries {
        hours: 3,
        load: vec![LoadSeries {
            buses: vec![(BusId(1), 0.25), (BusId(2), 0.75)],
            mw: vec![100.0, 200.0, 500.0],
        }],
        available_mw: vec![(0, vec![80.0, 0.0, 150.0])],
    };
    let mut opf = Opf::new(&network, &Options::hourly(MATPOWER)).unwrap();
    let mut solver = opf.solver().unwrap();
    let mut hour = |hour| {
        opf.set_hour(&series, hour).unwrap();
        opf.solve(&mut solver).unwrap()
    };
    let answer = hour(0);
    close(&answer.output_mw, &[80.0, 20.0]);
    close(&[answer.objective_usd_per_h], &[800.0 + 605.0]);
    close(&hour(1).output_mw, &[0.0, 200.0]);
    let answer = hour(2);
    close(&answer.output_mw, &[150.0, 200.0]);
    close(&[answer.shed_mw.iter().sum::<f64>()], &[150.0]);
    close(&answer.lmp_usd_per_mwh, &[9000.0; 3]);
    close(&[answer.objective_usd_per_h], &[1500.0 + 6005.0 + 150.0 * 9000.0]);
    let hours = series.hours;
    let expected = OpfError::Series { hour: 3, hours, buses: 3, generators: 1 };
    assert_eq!(opf.set_hour(&series, 3), Err(expected));
}

#[test]
fn availability_below_the_minimum_output_lowers_it() {
    let network = quadratic(100.0, 60.0);
    let series = HourlySeries { hours: 1, load: Vec::new(), available_mw: vec![(0, vec![30.0])] };
    let mut opf = Opf::new(&network, &Options::default()).unwrap();
    opf.set_hour(&series, 0).unwrap();
    let mut solver = opf.solver().unwrap();
    let answer = opf.solve(&mut solver).unwrap();
    close(&answer.output_mw, &[30.0, 70.0]);
    close(&[answer.objective_usd_per_h], &[90.0 + 300.0 + 100.0 + 245.0 + 840.0]);
}

#[test]
fn storage_stands_still_where_options_say_so() {
    let mut network = quadratic(50.0, 0.0);
    network.generators[0].storage_mwh = 400.0;
    let answer = solve(&network, &Options { storage: false, ..Options::default() });
    close(&answer.output_mw, &[0.0, 50.0]);
}

#[test]
fn heat_rates_need_a_fuel_price() {
    let mut network = quadratic(50.0, 0.0);
    for unit in &mut network.generators {
        (unit.cost, unit.fuel) = (None, Fuel::Gas);
        (unit.heat_rate_mmbtu_per_mwh, unit.variable_om_usd_per_mwh) = (8.0, 2.0);
    }
    let error = try_solve(&network, &Options::default()).unwrap_err();
    assert_eq!(error, OpfError::FuelPrice { generator: "gen 1".to_owned(), fuel: Fuel::Gas });
    let priced = Options { fuel_usd_per_mmbtu: vec![(Fuel::Gas, 3.0)], ..Options::default() };
    close(&solve(&network, &priced).lmp_usd_per_mwh, &[26.0]);
}

#[test]
fn what_cannot_be_is_named() {
    let options = Options { limit_scale: -1.0, ..Options::default() };
    let network = triangle(FREE, FREE, [10.0, 30.0]);
    let error = try_solve(&network, &options).unwrap_err();
    assert_eq!(error, OpfError::Option { option: "limit_scale", value: -1.0 });
    let forced = format!("20 0 0 0 0 1 {FIFTY_DEG} 10");
    let error = try_solve(&triangle(FREE, &forced, [10.0, 30.0]), &Options::default()).unwrap_err();
    assert_eq!(error, OpfError::NoFlow { branch: "1-3".to_owned() });
    let error = try_solve(&quadratic(500.0, 0.0), &Options::default()).unwrap_err();
    assert!(matches!(error, OpfError::Dispatch(_)), "{error}");
    let mut network = quadratic(100.0, 0.0);
    network.generators[0].cost = Some(CostCurve::Polynomial(vec![0.0, f64::NAN]));
    assert!(matches!(try_solve(&network, &Options::default()), Err(OpfError::Dispatch(_))));
}
