//! Cases small enough to solve on paper.

use gridrush_core::grid::{BranchId, Network};
use gridrush_core::opf::{Answer, LimitKind, Opf, Options};

use crate::cases::small;

fn solve(network: &Network, options: &Options) -> Answer {
    let mut opf = Opf::new(network, options).unwrap();
    let mut solver = opf.solver().unwrap();
    opf.solve(&mut solver).unwrap()
}

fn close(got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len(), "{got:?} is not {want:?}");
    for (g, w) in got.iter().zip(want) {
        assert!((g - w).abs() < 1e-6, "{got:?} is not {want:?}");
    }
}

/// 90 MW at bus 3 of a triangle of equal lines, 10 $/MWh at bus 1 and 30 $/MWh at bus 2. Two thirds of what
/// bus 1 sends take the line 1-3, one third of what bus 2 sends.
fn triangle(rating_mw: f64, first_line: &str) -> Network {
    small(
        &[(1, 0.0), (2, 0.0), (3, 90.0)],
        &format!(
            "1 2 0 0.1 0 0 0 0 {first_line} 1 0 0;\n2 3 0 0.1 0 0 0 0 0 0 1 0 0;\n\
             1 3 0 0.1 0 {rating_mw} 0 0 0 0 1 0 0;"
        ),
        "1 0 0 0 0 1 100 1 200 0;\n2 0 0 0 0 1 100 1 200 0;",
        "2 0 0 2 10 0;\n2 0 0 2 30 5;",
        "",
    )
}

#[test]
fn a_congested_triangle() {
    let answer = solve(&triangle(50.0, "0 0"), &Options::default());
    // 2/3 a + 1/3 (90 - a) = 50 gives a = 60; the constant of the second unit counts.
    close(&answer.output_mw, &[60.0, 30.0]);
    close(&answer.flow_mw, &[10.0, 40.0, 50.0]);
    close(&[answer.objective_usd_per_h], &[600.0 + 900.0 + 5.0]);
    // A MW more at bus 3 with the line full: a falls by one, b rises by two.
    close(&answer.lmp_usd_per_mwh, &[10.0, 30.0, 50.0]);
    assert_eq!(answer.binding.len(), 1);
    let binding = answer.binding[0];
    assert_eq!((binding.branch, binding.kind), (BranchId(2), LimitKind::Rating));
    // A MW more of limit moves three MW from 30 to 10 $/MWh.
    close(&[binding.shadow_price_usd_per_mwh, binding.flow_mw], &[60.0, 50.0]);
}
