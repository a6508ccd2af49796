//! Every shipped region is valid and runs out of the box: a week of July without newcomers, nobody shed.

use std::fs;

use crate::gridrush;

const SCENARIO: &str = "scenarios/one-year.toml";

/// Validates and runs a week of a region; the rows of its yearly adequacy table by column.
fn week(region: &str) -> Vec<Vec<(String, String)>> {
    let region_key = format!("region={region}");
    let settings = ["-p", &region_key, "-p", "start=2025-07-07", "-p", "end=2025-07-14"];
    gridrush().args(["validate", SCENARIO, "--strict"]).args(settings).assert().success();
    let dir = tempfile::tempdir().expect("folder");
    let out = dir.path().display().to_string();
    let run = ["run", SCENARIO, "--no-progress", "-o", &out];
    gridrush().args(run).args(settings).assert().success();
    let text = fs::read_to_string(dir.path().join("adequacy_yearly.csv")).expect("a table");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let row = |line: &str| {
        let cells = header.iter().zip(line.split(','));
        cells.map(|(name, cell)| ((*name).to_owned(), cell.to_owned())).collect()
    };
    lines.map(row).collect()
}

fn number(row: &[(String, String)], column: &str) -> f64 {
    let (_, cell) = row.iter().find(|(name, _)| name == column).expect("the column");
    cell.parse().expect("a number")
}

#[test]
fn a_week_of_every_region_serves_everybody_at_a_sane_price() {
    for region in ["nyiso", "pjm", "caiso", "isone", "miso", "spp", "rts", "rts24"] {
        let rows = week(region);
        assert_eq!(rows.len(), 1, "{region}");
        let price = number(&rows[0], "price_usd_per_mwh");
        assert!((5.0..150.0).contains(&price), "{region}: {price} $/MWh");
        assert!(number(&rows[0], "native_peak_mw") > 1000.0, "{region}");
        assert!(number(&rows[0], "firm_shed_mwh").abs() < 1e-6, "{region} sheds load");
    }
}

/// Capacity by fuel within 10 %, energy and peak of the base year within 5 %: what `regions` itself judges.
#[test]
fn every_region_agrees_with_its_public_figures() {
    for region in ["nyiso", "pjm", "caiso", "isone", "miso", "spp", "rts"] {
        let output = gridrush().args(["regions", region]).output().expect("runs");
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(output.status.success(), "{region}");
        for line in ["energy, GWh", "peak, MW", "gas "] {
            let found = text.lines().find(|of| of.trim_start().starts_with(line)).expect("the line");
            assert!(found.contains('%'), "{region}: {found} is not compared");
        }
        let beyond: Vec<&str> = text.lines().filter(|line| line.contains("beyond")).collect();
        assert!(beyond.is_empty(), "{region}: {beyond:?}");
    }
}

#[test]
fn prices_of_a_region_become_defaults_of_its_scenarios() {
    let dir = tempfile::tempdir().expect("folder");
    let out = dir.path().display().to_string();
    let settings = ["-p", "region=caiso", "-p", "start=2025-07-07", "-p", "end=2025-07-08"];
    gridrush().args(["run", SCENARIO, "--no-progress", "-o", &out]).args(settings).assert().success();
    let resolved = fs::read_to_string(dir.path().join("scenario.toml")).expect("the resolved scenario");
    for line in [
        "carbon_usd_per_tonne = 36.0",
        "margin_percent = 15.0",
        r#"gas_basis_usd_per_mmbtu = { "np15" = 1.1, "sp15" = 0.7, "zp26" = 0.9 }"#,
    ] {
        assert!(resolved.contains(line), "{line} is not in\n{resolved}");
    }
}
