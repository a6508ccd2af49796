//! Published objectives.

use gridrush_core::opf::{Answer, Convention, Opf, Options};

use crate::cases;

fn solve(name: &str, convention: Convention) -> Option<Answer> {
    let network = cases::public(name)?;
    let mut opf = Opf::new(&network, &Options::case(convention)).unwrap();
    let mut solver = opf.solver().unwrap();
    let answer = opf.solve(&mut solver).unwrap_or_else(|error| panic!("{name}: {error}"));
    println!(
        "{name}: {} $/h, gap {:e} $/h, {:e} $/MWh, {} rounds, {} pivots",
        answer.objective_usd_per_h,
        answer.gap_usd_per_h,
        answer.price_gap_usd_per_mwh,
        answer.rounds,
        answer.pivots
    );
    Some(answer)
}

/// DC objective, $/h, as printed with the cases of PGLib-OPF v23.07.
const PGLIB: [(&str, &str); 14] = [
    ("case3_lmbd", "5.6959e3"),
    ("case5_pjm", "1.7480e4"),
    ("case14_ieee", "2.0515e3"),
    ("case24_ieee_rts", "6.1001e4"),
    ("case30_ieee", "7.4728e3"),
    ("case57_ieee", "3.4773e4"),
    ("case73_ieee_rts", "1.8300e5"),
    ("case118_ieee", "9.3101e4"),
    ("case200_activ", "2.7480e4"),
    ("case300_ieee", "5.1785e5"),
    ("case500_goc", "4.4055e5"),
    ("case1354_pegase", "1.2182e6"),
    ("case2000_goc", "9.4304e5"),
    ("case2383wp_k", "1.8041e6"),
];

#[test]
fn every_published_digit_in_the_convention_of_powermodels() {
    for (name, published) in PGLIB {
        let Some(answer) = solve(&format!("pglib/pglib_opf_{name}"), Convention::PowerModels) else { return };
        assert_eq!(format!("{:.4e}", answer.objective_usd_per_h), published, "{name}");
    }
}

/// Objectives of MATPOWER `rundcopf` or PYPOWER with full precision, $/h, and the last digit that is known.
const MATPOWER: [(&str, f64, f64); 3] = [
    ("matpower/case_RTS_GMLC", 225_806.07, 1e-2),
    ("matpower/case_ACTIVSg200", 27_479.6433, 1e-4),
    ("matpower/case_ACTIVSg2000", 1_201_320.7843, 1e-4),
];

#[test]
fn every_known_digit_in_the_convention_of_matpower() {
    for (name, known, digit) in MATPOWER {
        let Some(answer) = solve(name, Convention::Matpower) else { return };
        let off = (answer.objective_usd_per_h - known).abs();
        assert!(off <= digit, "{name}: {} is not {known}", answer.objective_usd_per_h);
    }
}
