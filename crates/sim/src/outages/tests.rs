//! Twenty years of Texas without its market: what is out is what the scenario asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use gridrush_core::grid::{Fuel, RegionPack};

use super::*;
use crate::clearing::Clearing;
use crate::scenario::{Draft, Resolved, Scenario, Surroundings};
use crate::units::Availability;

fn setup(text: &str) -> Setup {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/regions/texas");
    let pack_files: BTreeMap<String, String> = (fs::read_dir(&dir).unwrap().map(Result::unwrap))
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap()))
        .collect();
    let pack = RegionPack::parse(&pack_files).unwrap();
    let mut around = Surroundings { regions: vec!["texas".to_owned()], ..Surroundings::default() };
    around.add_region(&pack);
    let head = "schema = 1\nname = \"t\"\nregion = \"texas\"\nstart = 2025-01-01\nend = 2045-01-01\n";
    let draft = Draft::parse("t.toml", &format!("{head}{text}"));
    let scenario = draft.finish(&Scenario::defaults_of(&pack), &around).unwrap().scenario;
    Setup::new(Resolved::alone(scenario, pack, pack_files, BTreeMap::new())).unwrap()
}

/// What one run without prices shows.
struct Seen {
    /// Available over declared available energy, by fuel.
    kept: BTreeMap<Fuel, f64>,
    /// Forced unavailable energy over what the rates say, by fuel.
    forced: BTreeMap<Fuel, f64>,
    /// Line outages per year.
    lines_per_year: f64,
    /// Mean share of gas that is out in cold and in other winter hours.
    winter_gas: [f64; 2],
}

fn run(text: &str) -> Seen {
    let setup = setup(text);
    let streams = Streams::new(1, 0);
    let weather = setup.weather_years(&streams).unwrap();
    let mut clearing = Clearing::new(&setup.pack.network, setup.clearing_terms(), &setup);
    let mut outages = Outages::new(&setup, &clearing, streams, &weather);
    let mut pending: BTreeSet<(SimTime, OutageEvent)> = outages.first_events().into_iter().collect();
    let mut sums: BTreeMap<Fuel, (f64, f64)> = BTreeMap::new();
    let scores = setup.areas[0].weather.load_scores(&weather.values, setup.stamps());
    let mut winter = [(0.0, 0.0); 2];
    for (hour, (stamp, score)) in setup.stamps().iter().zip(&scores).enumerate() {
        let now = SimTime::from_hours(hour as u64);
        while let Some(&(at, event)) = pending.first() {
            if at > now {
                break;
            }
            pending.pop_first();
            pending.insert((outages.handle(event, now, &clearing), event));
        }
        pending.extend(outages.prepare(now, &[*stamp], &[], 1.0, &mut clearing));
        let cold = usize::from(*score < 2.0);
        let in_winter = matches!(stamp.month, 12 | 1 | 2);
        for unit in &clearing.units {
            if let Availability::Share(share) = unit.availability {
                let sum = sums.entry(unit.fuel).or_default();
                sum.0 += unit.capacity_mw * share * unit.outage_factor;
                sum.1 += unit.capacity_mw * share;
                assert!(share * unit.outage_factor <= 1.0 + 1e-12 && unit.outage_factor >= 0.0);
                if unit.fuel == Fuel::Gas && in_winter {
                    winter[cold].0 += unit.capacity_mw * (1.0 - share * unit.outage_factor);
                    winter[cold].1 += unit.capacity_mw;
                }
            }
        }
    }
    let years = setup.hours as f64 / 8766.0;
    let mut out: BTreeMap<Fuel, f64> = BTreeMap::new();
    let mut line_starts = 0;
    for ((subject, cause), tally) in &outages.year.tallies {
        match (subject, cause) {
            (Subject::Technology(technology), Cause::Forced) => {
                let of = clearing.units.iter().find(|unit| unit.technology == *technology).unwrap();
                *out.entry(of.fuel).or_default() += tally.unavailable_mwh;
            }
            (Subject::Branch(branch), Cause::Forced) => {
                let branch = setup.pack.network.branch(gridrush_core::grid::BranchId(*branch));
                if branch.kind == gridrush_core::grid::BranchKind::Line {
                    line_starts += tally.starts;
                }
            }
            _ => {}
        }
    }
    let expected = outages.units.expected_forced_mwh(&clearing, setup.hours as f64);
    Seen {
        kept: sums.iter().map(|(&fuel, sum)| (fuel, sum.0 / sum.1)).collect(),
        forced: expected.iter().map(|(&fuel, mwh)| (fuel, out.get(&fuel).unwrap_or(&0.0) / mwh)).collect(),
        lines_per_year: f64::from(line_starts) / years,
        winter_gas: winter.map(|sum| sum.0 / sum.1),
    }
}

#[test]
fn mean_availability_and_forced_rates_are_kept() {
    let seen = run("[outages]\nunits = true\nplanned = true\nbranches = true\n");
    for (fuel, kept) in &seen.kept {
        assert!((kept - 1.0).abs() < 0.005, "{fuel:?}: {kept} of its mean availability");
    }
    // Gas: some 450 machines with eight failures a year each, coal about 40.
    assert!((seen.forced[&Fuel::Gas] - 1.0).abs() < 0.02, "{:?}", seen.forced);
    assert!((seen.forced[&Fuel::Coal] - 1.0).abs() < 0.05, "{:?}", seen.forced);
    assert!((seen.lines_per_year / 355.0 - 1.0).abs() < 0.03, "{}", seen.lines_per_year);
    // Failures come together in the cold.
    let [cold, other] = seen.winter_gas;
    println!("gas that is out: {cold:.3} in cold winter hours, {other:.3} in the others");
    assert!(cold > other + 0.02, "{cold} {other}");
}

#[test]
fn names_that_the_region_lacks_are_faults() {
    let event = "[[outages.scripted]]\nname = \"x\"\nfrom = 2026-01-01\nto = 2026-01-02\n";
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/regions/testbed");
    let pack_files: BTreeMap<String, String> = (fs::read_dir(&dir).unwrap().map(Result::unwrap))
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap()))
        .collect();
    let pack = RegionPack::parse(&pack_files).unwrap();
    let mut around = Surroundings { regions: vec!["testbed".to_owned()], ..Surroundings::default() };
    around.add_region(&pack);
    let text = format!(
        "schema = 1\nname = \"t\"\nregion = \"testbed\"\nstart = 2025-01-01\nend = 2027-01-01\n\
         {event}branches = [\"Mill - Gate 230 kV\", \"Nowhere\"]\nsubstations = [1, 77]\n"
    );
    let draft = Draft::parse("t.toml", &text);
    let scenario = draft.finish(&Scenario::defaults_of(&pack), &around).unwrap().scenario;
    let faults = Setup::new(Resolved::alone(scenario, pack, pack_files, BTreeMap::new())).unwrap_err();
    let texts: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "outages.scripted: `x`: the region has no branch `Nowhere`",
            "outages.scripted: `x`: the region has no substation 77"
        ]
    );
}
