//! `gridrush headroom`: places, what limits them, the table and the map.

use std::fs;

use crate::gridrush;

fn headroom(arguments: &[&str]) -> (i32, String, String) {
    let output = gridrush().arg("headroom").args(arguments).output().expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("exit code"), text(output.stdout), text(output.stderr))
}

#[test]
fn every_bus_has_a_line_and_a_row() {
    let dir = tempfile::tempdir().expect("folder");
    let folder = dir.path().to_str().expect("a path");
    let (code, out, err) = headroom(&["testbed", "-o", folder]);
    assert_eq!((code, err.as_str()), (0, ""));
    let places = out.lines().filter(|line| line.contains("DFAX")).count();
    assert_eq!(places, 12, "{out}");
    assert!(out.contains(" out, ") && out.contains("source: headroom"), "{out}");
    let table = fs::read_to_string(dir.path().join("headroom.csv")).expect("the table");
    assert_eq!(table.lines().count(), 13);
    assert!(table.lines().skip(1).all(|line| line.contains(",n1")), "{table}");
    let svg = fs::read_to_string(dir.path().join("charts/headroom.svg")).expect("the chart");
    assert!(svg.contains("Invented network"), "the footer of the pack");
}

#[test]
fn losses_leave_no_more_than_there_is_without_them() {
    let most = |security: &str| -> Vec<f64> {
        let (code, out, _) = headroom(&["testbed", "-p", &format!("queue.rules.security=\"{security}\"")]);
        assert_eq!(code, 0);
        let number = |line: &str| {
            line.split_whitespace().find_map(|word| word.parse::<f64>().ok().filter(|_| word.contains('.')))
        };
        out.lines().filter(|line| line.contains("DFAX")).filter_map(number).collect()
    };
    let (without, with) = (most("n0"), most("n1"));
    assert_eq!((without.len(), with.len()), (12, 12));
    // Both are in order, so each with losses is below its counterpart.
    assert!(with.iter().zip(&without).all(|(with, without)| with <= without), "{with:?} {without:?}");
}

#[test]
fn zones_stand_for_buses_where_there_is_no_network() {
    let (code, out, err) = headroom(&["pjm", "--for", "generation"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("export out of") && out.contains("Zonal model"), "{out}");
}

#[test]
fn an_unknown_state_or_region_is_told() {
    let (code, _, err) = headroom(&["testbed", "--snapshot", "noon"]);
    assert!(code == 2 && err.contains("summer_peak, summer_net_peak"), "{err}");
    let (code, _, err) = headroom(&["atlantis"]);
    assert!(code == 2 && err.contains("testbed"), "{err}");
}
