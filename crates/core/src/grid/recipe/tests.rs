use std::io::Read;
use std::path::{Path, PathBuf};

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettingsBuilder, DefaultSolver, IPSolver, SolverStatus, SupportedConeT};

use super::*;
use crate::grid::case::powersimdata::{BRANCH, BUS, PLANT};
use crate::test_data::public_data;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/regions/texas")
}

fn shipped() -> BTreeMap<String, String> {
    let names = [
        "region.toml",
        "buses.csv",
        "branches.csv",
        "generators.csv",
        "planned.csv",
        "sites.csv",
        "reinforcements.csv",
    ];
    let read = |name: &str| std::fs::read_to_string(folder().join(name)).expect("a shipped file");
    names.into_iter().map(|name| (name.to_owned(), read(name))).collect()
}

fn texas() -> RegionPack {
    RegionPack::parse(&shipped())
        .unwrap_or_else(|faults| panic!("{} faults, first: {}", faults.len(), faults[0]))
}

fn recipe() -> Recipe {
    let text = std::fs::read_to_string(folder().join("recipe.toml")).expect("a shipped recipe");
    Recipe::parse("recipe.toml", &text).unwrap_or_else(|faults| panic!("{}", faults[0]))
}

#[test]
fn texas_has_the_size_of_its_source_and_agrees_with_its_recipe() {
    let (pack, recipe) = (texas(), recipe());
    let network = &pack.network;
    assert_eq!((network.graph.node_count(), network.graph.edge_count()), (2000, 3206));
    assert!(network.generators.len() <= 760, "{} generators", network.generators.len());
    let names: Vec<String> = recipe.zones.iter().map(|zone| zone.name.clone()).collect();
    assert_eq!(pack.region.zone_names(), names);
    for rule in &recipe.fleet {
        for (index, name) in names.iter().enumerate() {
            let here = |unit: &&crate::grid::Generator| {
                unit.fuel == rule.fuel && network.bus(unit.bus).zone == ZoneId(index as u16)
            };
            let found_mw: f64 = network.generators.iter().filter(here).map(|unit| unit.capacity_mw).sum();
            let target_mw = rule.capacity_mw.get(name).copied().unwrap_or(0.0);
            let close = (found_mw - target_mw).abs() <= 0.01 * target_mw;
            assert!(close, "{} in {name}: {found_mw} for {target_mw}", rule.fuel.name());
        }
    }
    for unit in &network.generators {
        let burns = matches!(unit.fuel, Fuel::Gas | Fuel::Coal | Fuel::Nuclear);
        assert_eq!(burns, unit.heat_rate_mmbtu_per_mwh > 6.0, "{}", unit.name);
        assert_eq!(unit.fuel == Fuel::Storage, unit.storage_mwh > 0.0, "{}", unit.name);
    }
    let total: usize = shipped().values().map(String::len).sum();
    assert!(total < 1_350_000, "{total} bytes leave no room for the weather");
}

#[test]
fn the_fleet_of_a_day_has_the_totals_of_its_recipe() {
    let (pack, recipe) = (texas(), recipe());
    let units = &pack.network.generators;
    let mw = |fuel: Fuel, day: &str| -> f64 {
        let day = Date::parse(day).expect("a day");
        units.iter().filter(|unit| unit.fuel == fuel && unit.runs_on(day)).map(|unit| unit.capacity_mw).sum()
    };
    let mut checked = 0;
    for rule in &recipe.fleet {
        for earlier in &rule.earlier {
            let found_mw = mw(rule.fuel, &earlier.date);
            let close = (found_mw / earlier.total_mw - 1.0).abs() < 0.005;
            assert!(close, "{} on {}: {found_mw} for {}", rule.fuel.name(), earlier.date, earlier.total_mw);
            checked += 1;
        }
    }
    assert_eq!(checked, 5);
    // The totals that were not put in, within a twentieth: wind at the end of 2021 [D], the source at its end.
    assert!((mw(Fuel::Wind, "2021-12-31") / 31_887.0 - 1.0).abs() < 0.05, "{}", mw(Fuel::Wind, "2021-12-31"));
    assert!((mw(Fuel::Wind, "2016-12-31") / 18_941.0 - 1.0).abs() < 0.05);
    assert!((mw(Fuel::Coal, "2021-12-31") / 13_600.0 - 1.0).abs() < 0.05);
    assert!((mw(Fuel::Gas, "2021-12-31") / 66_000.0 - 1.0).abs() < 0.05);
    // All of it stands at the end of 2024, and what came comes within the years it came in.
    let end = Date::parse("2024-12-31").expect("a day");
    assert!(units.iter().all(|unit| unit.runs_on(end)));
    let parts = |from: &str, to: &str| {
        let (from, to) = (Date::parse(from), Date::parse(to));
        let came = |unit: &&crate::grid::Generator| unit.online > from && unit.online <= to;
        units.iter().filter(|unit| unit.fuel == Fuel::Solar).filter(came).map(|u| u.capacity_mw).sum::<f64>()
    };
    assert!((parts("2020-12-31", "2021-12-31") - 3400.0).abs() < 20.0);
    // Half the wind of the source is from before 2011.
    let old_mw = mw(Fuel::Wind, "2011-01-01");
    assert!((old_mw - 9450.0).abs() < 200.0, "{old_mw}");
}

#[test]
fn load_above_the_source_case_connects_at_transmission_voltage() {
    let (pack, recipe) = (texas(), recipe());
    // Far West: 1,307 MW in the source of 5,778 MW at the peak.
    let share = |zone: u16| -> f64 {
        let buses = pack.network.buses().filter(|(_, bus)| bus.zone == ZoneId(zone));
        let high = buses.filter(|(_, bus)| bus.base_kv >= recipe.network.transmission_minimum_kv);
        high.map(|(_, bus)| bus.load_share).sum()
    };
    assert!((share(0) - 0.774).abs() < 0.001, "{}", share(0));
    let far_west = pack.siting_weights(ZoneId(0));
    assert_eq!(far_west.len(), 5);
    assert!((far_west.iter().map(|(_, weight)| weight).sum::<f64>() - 1.0).abs() < 1e-12);
    assert!((far_west.iter().map(|(_, weight)| *weight).fold(0.0, f64::max) - 0.54).abs() < 0.01);
}

#[test]
fn existing_sites_add_up_to_what_was_observed() {
    let pack = texas();
    let installed_mw = |class: &str| -> f64 {
        pack.sites.iter().filter(|site| site.class == class).map(|site| site.installed_mw).sum()
    };
    let all_mw = installed_mw("mining") + installed_mw("ai_training");
    assert!((2815.0..=3282.0).contains(&all_mw), "{all_mw} MW is outside the peaks observed in 2024");
    let contract_mw: f64 = pack.sites.iter().map(|site| site.contract_mw).sum();
    assert!((contract_mw - 5496.0).abs() < 0.01 * 5496.0, "{contract_mw} MW were not approved to energize");
    let far_west: f64 = pack.sites.iter().filter(|s| s.zone == ZoneId(0)).map(|s| s.contract_mw).sum();
    assert!(far_west <= 1000.0, "{far_west} MW in Far West");
    for site in &pack.sites {
        assert!(pack.network.bus(site.bus).base_kv >= 200.0, "{}", site.name);
    }
}

#[test]
fn existing_sites_draw_what_the_load_model_takes_out_of_metered_load() {
    let Ok(text) = std::fs::read_to_string(folder().join("modelled_draw.csv")) else {
        eprintln!("skipped: the pack has no table of modelled draw");
        return;
    };
    let pack = texas();
    let mut drawn: BTreeMap<(String, String), f64> = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("2024-12,")) {
        let cells: Vec<&str> = line.split(',').collect();
        let mw: f64 = cells[3].parse().expect("a number");
        *drawn.entry((cells[1].to_owned(), cells[2].to_owned())).or_default() += mw;
    }
    let mut installed: BTreeMap<(String, String), f64> = BTreeMap::new();
    for site in &pack.sites {
        let zone = pack.network.zones[site.zone.0 as usize].name.clone();
        *installed.entry((zone, site.class.clone())).or_default() += site.installed_mw;
    }
    assert_eq!(installed, drawn);
}

#[test]
fn importing_again_gives_the_same_bytes() {
    let source = public_data().join("usa_tamu");
    if !source.is_dir() {
        eprintln!("skipped: no tables of PowerSimData in {}", source.display());
        return;
    }
    let read = |file: &str| {
        let packed = std::fs::read(source.join(file)).expect("a table");
        let mut text = String::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).expect("a text");
        text
    };
    let tables =
        [(BUS, "texas_bus.csv.gz"), (BRANCH, "texas_branch.csv.gz"), (PLANT, "plant_fleet_all_usa.csv.gz")];
    let tables = tables.into_iter().map(|(name, file)| (name.to_owned(), read(file))).collect();
    let made = recipe().apply_to_powersimdata(&tables).unwrap_or_else(|faults| panic!("{}", faults[0]));
    let shipped = shipped();
    assert_eq!(made.len(), 6);
    for (name, text) in made {
        assert!(text == shipped[&name], "{name} differs from the shipped file");
    }
}

/// One hour of the base year: load and sites as metered, availability by fuel.
struct Hour {
    name: &'static str,
    load: f64,
    wind: f64,
    solar: f64,
    storage: f64,
}

/// Load by zone at the system peak of 2022 (20 July, 22:00 UTC hour-ending; EIA form 930, raw), in the
/// order of the pack, and the growth of metered demand to 2024 (assumed).
const PEAK_2022_MW: [f64; 8] = [5103.0, 2133.0, 2118.0, 6095.0, 27346.0, 13384.0, 20537.0, 3114.0];
const GROWTH_TO_2024: f64 = 1.07;

/// The least MW that a DC power flow within ratings leaves unserved, by an interior-point solver that
/// shares no code with the dispatch.
fn shed_mw(pack: &RegionPack, hour: &Hour) -> f64 {
    let network = &pack.network;
    let buses = network.graph.node_count();
    let units = network.generators.len();
    let mut load_mw = vec![0.0; buses];
    let mut zone_mw = PEAK_2022_MW.map(|mw| mw * GROWTH_TO_2024 * hour.load);
    for site in &pack.sites {
        load_mw[site.bus.0 as usize] += site.installed_mw;
        zone_mw[site.zone.0 as usize] -= site.installed_mw;
    }
    for (id, bus) in network.buses() {
        load_mw[id.0 as usize] += zone_mw[bus.zone.0 as usize] * bus.load_share;
    }
    // Variables: angles (scaled), outputs, shed by bus.
    let columns = 2 * buses + units;
    let (mut rows, mut cols, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let mut entry = |row: usize, col: usize, value: f64| {
        rows.push(row);
        cols.push(col);
        values.push(value);
    };
    let mut bound = load_mw.clone();
    for (id, branch) in network.branches() {
        let susceptance = network.base_mva / (branch.x_pu * branch.tap) / 1000.0;
        let (from, to) = (branch.from.0 as usize, branch.to.0 as usize);
        let row = buses + 2 * id.0 as usize;
        for (bus, sign) in [(from, 1.0), (to, -1.0)] {
            entry(bus, from, -sign * susceptance);
            entry(bus, to, sign * susceptance);
        }
        for (row, sign) in [(row, 1.0), (row + 1, -1.0)] {
            entry(row, from, sign * susceptance);
            entry(row, to, -sign * susceptance);
            bound.push(branch.rating_mw);
        }
    }
    let mut row = bound.len();
    let mut upper: Vec<f64> = Vec::new();
    for unit in &network.generators {
        let factor = match unit.fuel {
            Fuel::Wind => hour.wind,
            Fuel::Solar => hour.solar,
            Fuel::Storage => hour.storage,
            fuel => pack.region.availability[&fuel].fraction,
        };
        upper.push(unit.capacity_mw * factor);
    }
    upper.extend(&load_mw);
    for (column, upper) in (buses..).zip(&upper) {
        entry(row, column, 1.0);
        bound.push(*upper);
        entry(row + 1, column, -1.0);
        bound.push(0.0);
        row += 2;
    }
    for (index, unit) in network.generators.iter().enumerate() {
        entry(unit.bus.0 as usize, buses + index, 1.0);
    }
    for bus in 0..buses {
        entry(bus, buses + units + bus, 1.0);
    }
    let constraints = CscMatrix::new_from_triplets(bound.len(), columns, rows, cols, values);
    let mut cost = vec![0.0; columns];
    cost[buses..buses + units].fill(0.001);
    cost[buses + units..].fill(1.0);
    let cones = [SupportedConeT::ZeroConeT(buses), SupportedConeT::NonnegativeConeT(bound.len() - buses)];
    let settings = DefaultSettingsBuilder::default().verbose(false).build().expect("default settings");
    let hessian = CscMatrix::zeros((columns, columns));
    let mut solver =
        DefaultSolver::new(&hessian, &cost, &constraints, &bound, &cones, settings).expect("a problem");
    solver.solve();
    assert!(
        matches!(solver.solution.status, SolverStatus::Solved | SolverStatus::AlmostSolved),
        "{}",
        hour.name
    );
    solver.solution.x[buses + units..].iter().sum()
}

#[test]
fn the_base_year_is_served_without_shed_or_overload() {
    let pack = texas();
    for hour in [
        Hour { name: "summer peak", load: 1.0, wind: 0.2, solar: 0.7, storage: 0.0 },
        Hour { name: "evening after it", load: 0.94, wind: 0.25, solar: 0.05, storage: 1.0 },
        Hour { name: "windy night", load: 0.5, wind: 0.75, solar: 0.0, storage: 0.0 },
        Hour { name: "sunny noon in spring", load: 0.55, wind: 0.4, solar: 0.85, storage: 0.0 },
    ] {
        let shed = shed_mw(&pack, &hour);
        assert!(shed < 0.1, "{}: {shed} MW shed", hour.name);
    }
}

#[test]
fn the_check_of_adequacy_can_fail() {
    let pack = texas();
    let dark = Hour { name: "nothing but thermal plant", load: 1.0, wind: 0.0, solar: 0.0, storage: 0.0 };
    let thermal_mw: f64 = pack
        .network
        .generators
        .iter()
        .filter_map(|unit| Some(unit.capacity_mw * pack.region.availability.get(&unit.fuel)?.fraction))
        .sum();
    let peak_mw: f64 = PEAK_2022_MW.iter().sum::<f64>() * GROWTH_TO_2024;
    let shed = shed_mw(&pack, &dark);
    assert!(shed > peak_mw - thermal_mw - 0.1, "{shed} MW shed of {peak_mw} with {thermal_mw}");
}

#[test]
fn faults_of_a_recipe_are_listed_together() {
    let text = std::fs::read_to_string(folder().join("recipe.toml")).expect("a shipped recipe");
    let broken = text
        .replace("schema = 1", "schema = 7")
        .replace("zone = \"coast\"", "zone = \"cost\"")
        .replace("capacity_share = 0.62", "capacity_share = 0.6")
        .replace("fleet_date = \"2024-12-31\"", "fleet_date = \"2016-12-31\"")
        .replace("capacity_share = 0.16", "capacity_share = 0.26")
        .replace("total_mw = 900.0", "total_mw = 90.0")
        .replace("energized = \"2021-06-01\"", "energized = \"2021-06-31\"");
    let faults = Recipe::parse("recipe.toml", &broken).expect_err("many faults");
    let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert!(fields.contains(&"schema") && fields.contains(&"ladder"), "{fields:?}");
    let site = faults.iter().find(|fault| fault.field.ends_with("zone")).expect("an unknown zone");
    assert_eq!(site.nearest.as_deref(), Some("coast"));
    assert!(fields.iter().any(|field| field.ends_with("energized")), "{fields:?}");
    for expected in ["source_date", "fleet[0].vintages", "fleet[2].earlier"] {
        assert!(fields.contains(&expected), "{expected} not in {fields:?}");
    }
    let faults = Recipe::parse("recipe.toml", "schema = \"one\"").expect_err("no recipe");
    assert_eq!(faults[0].line, Some(1));
}
