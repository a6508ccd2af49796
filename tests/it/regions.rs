//! `gridrush regions`: what packs hold, beside what is published, and their files.

use std::fs;

use crate::gridrush;

fn regions(arguments: &[&str]) -> (i32, String, String) {
    let output = gridrush().arg("regions").args(arguments).output().expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("exit code"), text(output.stdout), text(output.stderr))
}

#[test]
fn every_region_has_a_line_that_says_what_is_assumed() {
    let (code, out, err) = regions(&[]);
    assert_eq!((code, err.as_str()), (0, ""));
    let line = |name: &str| out.lines().find(|line| line.starts_with(name)).expect("a line");
    for part in ["nodal", " 8 zones", "peak 85.2 GW", "ERCOT zones", "assumed: temperature"] {
        assert!(line("texas").contains(part), "{part} not in {}", line("texas"));
    }
    for part in ["nodal", " 3 zones", "no public peak", "assumed: load, wind, solar, temperature"] {
        assert!(line("testbed").contains(part), "{part} not in {}", line("testbed"));
    }
}

/// Numbers of a line that begins with a word.
fn numbers(out: &str, word: &str) -> Vec<f64> {
    let line = out.lines().find(|line| line.trim_start().starts_with(word)).expect("a line");
    line.trim_start()[word.len()..].split_whitespace().filter_map(|cell| cell.parse().ok()).collect()
}

#[test]
fn texas_stands_beside_its_public_figures() {
    let (code, out, err) = regions(&["texas"]);
    assert_eq!((code, err.as_str()), (0, ""));
    for fuel in ["gas", "coal", "nuclear", "wind", "solar", "hydro", "storage"] {
        let [have, public, off] = numbers(&out, fuel)[..] else { panic!("{fuel} in {out}") };
        assert!((have / public - 1.0 - off / 100.0).abs() < 1e-3, "{fuel}: {have} {public} {off}");
        assert!(off.abs() <= 10.0, "{fuel}: {off} %");
    }
    for (what, tolerance) in [("energy, GWh", 5.0), ("peak, MW", 5.0)] {
        let [_, _, off] = numbers(&out, what)[..] else { panic!("{what} in {out}") };
        assert!(off.abs() <= tolerance, "{what}: {off} %");
    }
    for part in
        ["Synthetic network", "wind fitted", "Capacity market: energy_only", "Ties to neighbours: none"]
    {
        assert!(out.contains(part), "{part} not in {out}");
    }
    let (code, out, _) = regions(&["testbed"]);
    assert!(code == 0 && out.contains("no public figures in the pack"), "{out}");
}

#[test]
fn limits_between_zones_and_ties_to_packs_are_listed() {
    let (code, out, err) = regions(&["nyiso"]);
    assert_eq!((code, err.as_str()), (0, ""));
    for part in [
        "\n  coned_lipa: dunwoodie to long_island, 1293 and 515 MW (",
        "\n  Neptune cable: pjm mid_atlantic to nyiso long_island, 660 and 0 MW, 3 % lost (",
    ] {
        assert!(out.contains(part), "{part} not in {out}");
    }
    assert!(!out.contains("PJM - MISO"), "{out}");
}

#[test]
fn several_regions_run_with_their_ties_and_no_others() {
    let dir = tempfile::tempdir().expect("folder");
    let scenario = |regions: &str| {
        let text = format!(
            "schema = 1\nname = \"two\"\nregions = {regions}\nstart = 2025-01-01\nend = 2025-02-01\n\
             [load]\nlarge_loads = false\n"
        );
        let file = dir.path().join("two.toml");
        fs::write(&file, text).expect("written");
        file
    };
    let results = dir.path().join("out");
    let file = scenario("[\"spp\", \"miso\"]");
    let arguments = ["--no-charts", "--no-progress", "--output"];
    let ran = gridrush().arg("run").arg(&file).args(arguments).arg(&results).output().expect("runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let ties = fs::read_to_string(results.join("ties_monthly.csv")).expect("a table");
    let rows: Vec<&str> = ties.lines().skip(1).collect();
    assert!(rows.len() == 1 && rows[0].contains("MISO - SPP,miso_north,spp_north,"), "{ties}");
    let resolved = fs::read_to_string(results.join("scenario.toml")).expect("a scenario");
    assert!(resolved.contains("regions = [\"spp\", \"miso\"]"), "{resolved}");
    let manifest = fs::read_to_string(results.join("manifest.json")).expect("a manifest");
    for part in ["regions/spp/weather.toml", "regions/miso/weather.toml", "\"ties.csv\""] {
        assert!(manifest.contains(part), "{part} not in {manifest}");
    }

    let file = scenario("[\"spp\", \"texas\", \"mizo\"]");
    let wrong = gridrush().arg("validate").arg(&file).output().expect("runs");
    let err = String::from_utf8_lossy(&wrong.stderr);
    assert!(err.contains("regions.2") && err.contains("did you mean miso?"), "{err}");
    let file = scenario("[\"spp\", \"texas\"]");
    let wrong = gridrush().arg("validate").arg(&file).output().expect("runs");
    let err = String::from_utf8_lossy(&wrong.stderr);
    assert!(!wrong.status.success() && err.contains("texas is nodal"), "{err}");
}

#[test]
fn an_extracted_pack_is_found_again_and_never_overwritten() {
    let dir = tempfile::tempdir().expect("folder");
    let folder = dir.path().to_str().expect("a path");
    let (code, out, err) = regions(&["testbed", "--extract", folder]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let files = dir.path().join("regions/testbed");
    let ours = crate::root().join("data/regions/testbed");
    let mut count = 0;
    for entry in fs::read_dir(&ours).expect("a pack") {
        let name = entry.expect("an entry").file_name();
        assert_eq!(fs::read(files.join(&name)).expect("a file"), fs::read(ours.join(&name)).expect("a file"));
        count += 1;
    }
    assert!(count >= 8, "{count} files");
    let region = files.join("region.toml");
    let mine = fs::read_to_string(&region).expect("a file").replace("Testbed: twelve", "Mine: twelve");
    fs::write(&region, &mine).expect("written");
    let (_, out, _) = regions(&["--data", folder]);
    assert!(out.lines().any(|line| line.starts_with("testbed") && line.contains("Mine: twelve")), "{out}");

    let (code, _, err) = regions(&["testbed", "--extract", folder]);
    assert!(code == 2 && err.contains("nothing was written"), "{err}");
    assert_eq!(fs::read_to_string(&region).expect("a file"), mine);
    fs::write(&region, mine.replace("[adequacy]", "[adequate]")).expect("written");
    let (code, out, _) = regions(&["--data", folder]);
    assert!(code == 0 && out.contains("cannot be read (2 faults"), "{out}");
    let (code, _, err) = regions(&["testbed", "--data", folder]);
    assert!(code == 2 && err.contains("region.toml") && err.contains("adequate"), "{err}");
}

#[test]
fn an_unknown_region_is_a_fault() {
    let (code, _, err) = regions(&["texis"]);
    assert!(code == 2 && err.contains("there is no region `texis`") && err.contains("texas"), "{err}");
    let (code, _, _) = regions(&["--extract", "somewhere"]);
    assert_eq!(code, 2);
}
