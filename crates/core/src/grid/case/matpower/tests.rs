use std::io::Read;

use super::*;
use crate::test_data::public_data;

const SMALL: &str = "\
function mpc = small
% a comment with 'quotes' and [brackets]
mpc.version = '2';  mpc.baseMVA = 100;
%{
mpc.baseMVA = 1;
%}
mpc.bus = [ # type and load
  1, 3, 50, 10, 0.5, 0, 1, 1, 0, 138, 1, 1.1, 0.9;
  2  1  -5  0   0  0 1 1 0 138 1 1.1 0.9
  3  1 100  0   0  0 ...  the row goes on
     1 1 0 345 2 1.1 0.9;
  9  4  70  0   0  0 1 1 0 345 2 1.1 0.9; ];
mpc.gen = [
  1 0 0 0 0 1 100 1 200 20 0 0;
  3 0 0 0 0 1 100 0 1.5e2 0 0 0;
  9 0 0 0 0 1 100 1 10 0 0 0;
];
mpc.branch = [
  1 2 0.01 0.1 0 100 0 120 0 0 1 -360 360;
  1 2 0.01 0.1 0 0 0 0 0 0 1 -360 360;
  2 3 0 0.05 0 150 0 0 0.98 -3.5 1 -360 360;
  3 9 0 0.05 0 150 0 0 0 0 1 -360 360;
];
mpc.gencost = [
  2 0 0 3 0.02 10 5 0;
  1 0 0 2 0 0 150 3000;
  2 0 0 2 1 0 0 0;
  2 0 0 0 0 0 0 0; 2 0 0 0 0 0 0 0; 2 0 0 0 0 0 0 0;
];
mpc.genfuel = {'ng'; 'coal'; 'wind'};
mpc.gentype = {'GT'; 'ST'; 'W2'};
mpc.bus_name = {'Don''s'; 'B'; 'C'; 'D'};
mpc.dcline = [ 1 3 1 0 0 0 0 1 1 -20 30 0 0 0 0 0 0.02 ];
";

#[test]
fn a_small_case_is_read_in_full() {
    let network = read("small.m", SMALL, ZoneBy::Zone).expect("a valid case");
    assert_eq!(network.base_mva, 100.0);
    let buses: Vec<&Bus> = network.buses().map(|(_, bus)| bus).collect();
    assert_eq!(buses.iter().map(|b| b.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(buses.iter().map(|b| b.name.as_str()).collect::<Vec<_>>(), ["Don's", "B", "C"]);
    assert_eq!(buses.iter().map(|b| b.load_share).collect::<Vec<_>>(), [1.0, 0.0, 1.0]);
    assert_eq!(buses.iter().map(|b| b.substation).collect::<Vec<_>>(), [1, 2, 2]);
    assert_eq!(buses[0].shunt_mw, 0.5);
    assert_eq!(network.zones.iter().map(|z| z.name.as_str()).collect::<Vec<_>>(), ["zone_1", "zone_2"]);

    let branches: Vec<&Branch> = network.branches().map(|(_, branch)| branch).collect();
    assert_eq!(branches.iter().map(|b| b.name.as_str()).collect::<Vec<_>>(), ["1-2", "1-2 #2", "2-3"]);
    assert_eq!(branches[0].emergency_rating_mw, Some(120.0));
    assert_eq!(branches[1].rating_mw, f64::INFINITY);
    assert_eq!(
        (branches[2].kind, branches[2].tap, branches[2].shift_deg),
        (BranchKind::Transformer, 0.98, -3.5)
    );

    let units = &network.generators;
    assert_eq!(units.len(), 2);
    assert_eq!((units[0].fuel, units[0].technology), (Fuel::Gas, Technology::CombustionTurbine));
    assert_eq!((units[1].fuel, units[1].technology), (Fuel::Coal, Technology::CoalSteam));
    assert_eq!((units[0].in_service, units[1].in_service), (true, false));
    assert_eq!(units[1].capacity_mw, 150.0);
    assert_eq!(units[0].cost, Some(CostCurve::Polynomial(vec![5.0, 10.0, 0.02])));
    assert_eq!(units[1].cost, Some(CostCurve::Piecewise(vec![(0.0, 0.0), (150.0, 3000.0)])));

    let link = &network.dc_links[0];
    // At most 20 MW may leave at the far end when power runs backwards.
    assert_eq!((link.minimum_mw, link.maximum_mw, link.loss_fraction), (-20.0 / 0.98, 30.0, 0.02));
}

#[test]
fn every_fault_is_listed_with_its_line() {
    let text = "\
mpc.version = '1';
mpc.baseMVA = 100;
mpc.bus = [
 1 3 50 0 0 0 1 1 0 138 1 1.1 0.9;
 1 1 50 0 0 0 1 1 0 138 1 1.1 0.9;
 2 1 x 0 0 0 1 1 0 138 1 1.1 0.9;
];
mpc.branch = [
 1 7 0 0.1 0 100 0 0 0 0 1;
 1 2 0 0 0 -5 0 0 0 0 1;
 1 2 0;
];
mpc.gen = [ 1 0 0 0 0 1 100 1 10 50 ];
mpc.gencost = [ 2 0 0 9 1 2 ];
mpc.bus(:, 3) = mpc.bus(:, 3) * 2;
";
    let faults = read("bad.m", text, ZoneBy::Zone).expect_err("a broken case");
    let found: Vec<(Option<u64>, &str)> = faults.iter().map(|f| (f.line, f.field.as_str())).collect();
    for expected in [
        (Some(1), "version"),
        (Some(5), "bus.bus_i"),
        (Some(6), "bus"),
        (Some(9), "branch.tbus"),
        (Some(10), "branch.x"),
        (Some(10), "branch.rateA"),
        (Some(11), "branch"),
        (Some(13), "gen.Pmin"),
        (Some(14), "gencost.n"),
        (Some(15), "statement"),
    ] {
        assert!(found.contains(&expected), "{expected:?} not in {found:?}");
    }
}

/// A place in the small case, what stands there instead, and the fault that this must be.
const BROKEN: [(&str, &str, Option<u64>, &str); 40] = [
    ("mpc.version = '2';", "", None, "version"),
    ("'2'", "'1'", Some(3), "version"),
    ("'2'", "'2", Some(3), "version"),
    ("mpc.baseMVA = 100", "mpc.baseMVA = 0", Some(3), "baseMVA"),
    ("mpc.baseMVA = 100", "mpc.baseMVA = 1e999", Some(3), "baseMVA"),
    ("mpc.baseMVA = 100", "mpc.baseMVA = ten", Some(3), "baseMVA"),
    ("mpc.bus =", "mpc.busses =", None, "bus"),
    ("2  1  -5", "1  1  -5", Some(9), "bus.bus_i"),
    ("2  1  -5", "2.5  1  -5", Some(9), "bus.bus_i"),
    ("2  1  -5", "2  8  -5", Some(9), "bus.type"),
    ("2  1  -5", "2  1  NaN", Some(9), "bus.Pd"),
    ("2  1  -5  0   0 ", "2  1  -5  0  Inf ", Some(9), "bus.Gs"),
    ("1 0 138 1 1.1 0.9\n", "1 0 138 -1 1.1 0.9\n", Some(9), "bus.zone"),
    ("1 0 138 1 1.1 0.9\n", "1 0 138\n", Some(9), "bus"),
    ("1 2 0.01 0.1 0 100", "1 8 0.01 0.1 0 100", Some(19), "branch.tbus"),
    ("1 2 0.01 0.1 0 100", "1 1 0.01 0.1 0 100", Some(19), "branch.tbus"),
    ("1 2 0.01 0.1 0 100", "1 2 0.01 0 0 100", Some(19), "branch.x"),
    ("1 2 0.01 0.1 0 100", "1 2 0.01 NaN 0 100", Some(19), "branch.x"),
    ("1 2 0.01 0.1 0 100", "1 2 0.01 0.1 0 -100", Some(19), "branch.rateA"),
    ("0 100 0 120 0 0 1", "0 100 -1 120 0 0 1", Some(19), "branch.rateB"),
    ("0 100 0 120 0 0 1", "0 100 0 NaN 0 0 1", Some(19), "branch.rateC"),
    ("0 100 0 120 0 0 1", "0 100 0 120 -1 0 1", Some(19), "branch.ratio"),
    ("0 100 0 120 0 0 1", "0 100 0 120 0 Inf 1", Some(19), "branch.angle"),
    ("0 100 0 120 0 0 1", "0 100 0 120 0 0 NaN", Some(19), "branch.status"),
    ("0 120 0 0 1 -360 360", "0 120 0 0 1 30 -30", Some(19), "branch.angmin"),
    ("1 0 0 0 0 1 100 1 200 20", "8 0 0 0 0 1 100 1 200 20", Some(14), "gen.bus"),
    ("1 0 0 0 0 1 100 1 200 20", "1 0 0 0 0 1 100 1 NaN 20", Some(14), "gen.Pmax"),
    ("1 0 0 0 0 1 100 1 200 20", "1 0 0 0 0 1 100 1 200 201", Some(14), "gen.Pmin"),
    ("1 0 0 0 0 1 100 1 200 20", "1 0 0 0 0 1 100 NaN 200 20", Some(14), "gen.status"),
    ("2 0 0 3 0.02 10 5 0;", "2 0 0 9 0.02 10 5 0;", Some(25), "gencost.n"),
    ("2 0 0 3 0.02 10 5 0;", "2 0 0 -1 0.02 10 5 0;", Some(25), "gencost.n"),
    ("2 0 0 3 0.02 10 5 0;", "2 0 0 3 NaN 10 5 0;", Some(25), "gencost"),
    ("2 0 0 3 0.02 10 5 0;", "3 0 0 3 0.02 10 5 0;", Some(25), "gencost.model"),
    ("2 0 0 3 0.02 10 5 0;", "", Some(24), "gencost"),
    ("1 0 0 2 0 0 150 3000", "1 0 0 2 150 0 150 3000", Some(26), "gencost"),
    ("[ 1 3 1 0", "[ 1 8 1 0", Some(33), "dcline.tbus"),
    ("1 1 -20 30", "1 1 40 30", Some(33), "dcline.Pmin"),
    ("0 0.02 ]", "0 1.5 ]", Some(33), "dcline.loss1"),
    ("0 0.02 ];", "0 0.02 ];\nmpc.dclinecost = [2 0 0 2 1 0; 2 0 0 2 1 0];", Some(34), "dclinecost"),
    ("mpc.gentype =", "mpc.bus(2, 3) = 7; mpc.gentype =", Some(31), "statement"),
];

#[test]
fn each_kind_of_fault_has_its_name_and_line() {
    for (right, wrong, line, field) in BROKEN {
        assert!(SMALL.contains(right), "{right}");
        let faults = read("bad.m", &SMALL.replacen(right, wrong, 1), ZoneBy::Zone).expect_err(wrong);
        let found: Vec<(Option<u64>, &str)> = faults.iter().map(|f| (f.line, f.field.as_str())).collect();
        assert!(found.contains(&(line, field)), "{wrong}: ({line:?}, {field}) not in {found:?}");
    }
}

#[test]
fn a_truncated_file_is_a_fault_wherever_it_ends() {
    // A case may be without costs and direct-current lines, so it may end where a matrix is closed.
    let end = SMALL.find("mpc.dcline").expect("the last field");
    let complete = SMALL.find("];\nmpc.gencost").expect("the end of the last matrix that must be there");
    for at in 0..=complete {
        let faults = read("cut.m", &SMALL[..at], ZoneBy::Zone).expect_err("no case");
        assert!(!faults.is_empty(), "cut at {at}");
    }
    for at in complete + 1..end {
        if let Err(faults) = read("cut.m", &SMALL[..at], ZoneBy::Zone) {
            assert!(faults.iter().all(|fault| fault.line.is_some()), "cut at {at}: {}", faults[0]);
        }
    }
    let open = read("cut.m", &SMALL[..SMALL.find("3 9 0 0.05").expect("a branch")], ZoneBy::Zone);
    let open = open.expect_err("an open matrix");
    assert!(open.iter().any(|f| (f.line, f.field.as_str()) == (Some(18), "branch")), "{}", open[0]);
}

#[test]
fn what_is_left_out_is_told() {
    let (network, notes) = read_case("small.m", SMALL, ZoneBy::Zone).expect("a case");
    assert_eq!(network.branches().filter(|(_, branch)| branch.angle_difference_deg.is_some()).count(), 0);
    assert_eq!(
        notes,
        [
            "left out: 1 isolated buses (type 4) with all that is attached to them",
            "left out: 1 reactive loads"
        ]
    );
    let more = SMALL.replace("mpc.genfuel", "mpc.areas = [1 1]; mpc.genfuel");
    let (_, notes) = read_case("small.m", &more, ZoneBy::Zone).expect("a case");
    assert_eq!(notes.last().map(String::as_str), Some("left out: fields areas"));
}

#[test]
fn limits_on_angles_and_costs_of_direct_current_lines_are_read() {
    let text = SMALL
        .replacen("-360 360", "-30 25", 1)
        .replacen("0 0 0 0 1 -360 360", "0 0 0 0 1 0 0", 1)
        .replacen("-3.5 1 -360 360", "-3.5 1 -400 12", 1)
        .replace("0 0.02 ];", "1.5 0.02 ];\nmpc.dclinecost = [2 0 0 2 4 1];");
    let network = read("small.m", &text, ZoneBy::Zone).expect("a case");
    let angles: Vec<_> = network.branches().map(|(_, branch)| branch.angle_difference_deg).collect();
    assert_eq!(angles, [Some((-30.0, 25.0)), None, Some((f64::NEG_INFINITY, 12.0))]);
    let link = &network.dc_links[0];
    assert_eq!(link.fixed_loss_mw, 1.5);
    assert_eq!(link.minimum_mw, (-20.0 + 1.5) / (1.0 - 0.02));
    assert_eq!(link.cost, Some(CostCurve::Polynomial(vec![1.0, 4.0])));
}

#[test]
fn a_bus_that_nothing_joins_is_a_fault() {
    let text =
        SMALL.replace("2 3 0 0.05 0 150 0 0 0.98 -3.5 1 -360 360;", "").replace("mpc.dcline", "mpc.other");
    let faults = read("island.m", &text, ZoneBy::Area).expect_err("an island");
    assert_eq!(faults.len(), 1);
    assert!(faults[0].message.contains("bus 3"), "{}", faults[0]);
    assert_eq!(faults[0].line, Some(11));
}

#[test]
fn nonsense_never_panics() {
    for text in [
        "",
        "mpc.bus = [",
        "mpc.bus = {'",
        "mpc.bus = [1 2 3]'",
        "=",
        "...",
        "mpc.gencost = [1 2 3 1e99 5]",
        "mpc.bus = [1 \u{b} 3]",
        "mpc.bus = [1 \u{2028} 3; \u{85}",
        "%{",
    ] {
        assert!(read("nonsense.m", text, ZoneBy::Zone).is_err(), "{text}");
    }
}

/// Buses, branches and generators in the files as their authors count them; isolated buses would make
/// the network smaller.
const PUBLISHED: [(&str, usize, usize, usize); 17] = [
    ("pglib/pglib_opf_case3_lmbd", 3, 3, 3),
    ("pglib/pglib_opf_case5_pjm", 5, 6, 5),
    ("pglib/pglib_opf_case14_ieee", 14, 20, 5),
    ("pglib/pglib_opf_case24_ieee_rts", 24, 38, 33),
    ("pglib/pglib_opf_case30_ieee", 30, 41, 6),
    ("pglib/pglib_opf_case57_ieee", 57, 80, 7),
    ("pglib/pglib_opf_case73_ieee_rts", 73, 120, 99),
    ("pglib/pglib_opf_case118_ieee", 118, 186, 54),
    ("pglib/pglib_opf_case200_activ", 200, 245, 49),
    ("pglib/pglib_opf_case300_ieee", 300, 411, 69),
    ("pglib/pglib_opf_case500_goc", 500, 733, 224),
    ("pglib/pglib_opf_case1354_pegase", 1354, 1991, 260),
    ("pglib/pglib_opf_case2000_goc", 2000, 3639, 384),
    ("pglib/pglib_opf_case2383wp_k", 2383, 2896, 327),
    ("matpower/case_ACTIVSg200", 200, 245, 49),
    ("matpower/case_ACTIVSg2000", 2000, 3206, 544),
    ("matpower/case_RTS_GMLC", 73, 120, 158),
];

#[test]
fn published_cases_have_the_published_size() {
    let folder = public_data().join("cases");
    if !folder.is_dir() {
        eprintln!("skipped: no {}", folder.display());
        return;
    }
    for (name, buses, branches, generators) in PUBLISHED {
        let packed = std::fs::read(folder.join(format!("{name}.m.gz"))).expect("a case file");
        let mut text = String::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).expect("a text");
        let network =
            read(name, &text, ZoneBy::Zone).unwrap_or_else(|faults| panic!("{name}: {}", faults[0]));
        let found = (network.graph.node_count(), network.graph.edge_count(), network.generators.len());
        assert_eq!(found, (buses, branches, generators), "{name}");
        assert!(network.generators.iter().all(|unit| unit.cost.is_some()), "{name}");
        assert_eq!(network.dc_links.len(), usize::from(name.ends_with("RTS_GMLC")), "{name}");
    }
}
