use std::io::Read;
use std::path::{Path, PathBuf};

use super::*;
use crate::test_data::public_data;

const RECIPE: &str = r#"
schema = 1
network = "zonal"

[[zones]]
name = "hill"
title = "Hill"
latitude_deg = 40.0
longitude_deg = -80.0
base_kv = 345.0
peak_mw = 900.0
source_zones = { Upper = 1.0, Middle = 0.5 }
source = "test"

[[zones]]
name = "dale"
title = "Dale"
latitude_deg = 39.0
longitude_deg = -80.0
base_kv = 345.0
peak_mw = 500.0
source_zones = { Middle = 0.5 }
source = "test"

[[fleet]]
fuel = "coal"
technology = "coal_steam"
dates = ["2019-01-01", "2021-01-01", "2023-01-01"]
total_mw = [1000.0, 800.0, 900.0]
steps = 4
heat_rate_mmbtu_per_mwh = [9.0, 11.0]
variable_om_usd_per_mwh = 4.5
source = "test"

[[fleet]]
fuel = "storage"
technology = "battery"
dates = ["2019-01-01", "2024-01-01"]
zone_mw = { dale = [0.0, 50.0] }
storage_hours = 4.0
source = "test"

[[units]]
name = "north tie"
zone = "hill"
fuel = "import"
technology = "import"
capacity_mw = 300.0
heat_rate_mmbtu_per_mwh = 8.0
variable_om_usd_per_mwh = 3.0
online = "2022-06-01"
neighbour = "North"
source = "test"

[[sites]]
name = "campus"
class = "ai_training"
zone = "dale"
contract_mw = 100.0
installed_mw = 60.0
energized = "2024-01-01"
source = "test"

[[planned]]
action = "add"
fuel = "solar"
technology = "solar"
first_year = 2025
capacity_mw = [100.0, 200.0]
zone_share = { hill = 0.25, dale = 0.75 }
completion_probability = 0.8
mean_slip_months = 6.0
source = "test"
"#;

/// Upper has 300 MW and Middle 200 MW of coal; Lower lies elsewhere.
const PLANTS: &str =
    "plant_id,type,zone_name,Pmax\n1,coal,Upper,300\n2,coal,Middle,200\n3,coal,Lower,999\n4,ng,Upper,50\n";

fn tables() -> BTreeMap<String, String> {
    BTreeMap::from([(PLANT.to_owned(), PLANTS.to_owned())])
}

fn files() -> BTreeMap<String, String> {
    let recipe = ZonalRecipe::parse("recipe.toml", RECIPE).unwrap_or_else(|faults| panic!("{}", faults[0]));
    recipe.apply(&tables()).unwrap_or_else(|faults| panic!("{}", faults[0]))
}

/// The rows of a table as fields by column.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let row = |line: &str| {
        let fields = line.split(',').map(str::to_owned);
        header.iter().map(|name| (*name).to_owned()).zip(fields).collect()
    };
    lines.map(row).collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().expect("a number")
}

/// Capacity of a technology at a bus on a day.
fn mw_on(units: &[BTreeMap<String, String>], bus: &str, technology: &str, day: &str) -> f64 {
    let runs = |unit: &&BTreeMap<String, String>| {
        unit["bus"] == bus
            && unit["technology"] == technology
            && (unit["online"].is_empty() || unit["online"].as_str() <= day)
            && (unit["retired"].is_empty() || day < unit["retired"].as_str())
    };
    units.iter().filter(runs).map(|unit| number(unit, "capacity_mw")).sum()
}

#[test]
fn capacity_follows_the_dates_and_the_split_of_the_plant_table() {
    let units = rows(&files()["generators.csv"]);
    // Hill has 300 + 0.5 x 200 of 500 MW, dale the other 100: 80 % and 20 %.
    for (day, total) in
        [("2019-06-01", 1000.0), ("2020-12-31", 1000.0), ("2021-01-01", 800.0), ("2024-01-01", 900.0)]
    {
        for (bus, share) in [("1", 0.8), ("2", 0.2)] {
            let mw = mw_on(&units, bus, "coal_steam", day);
            assert!((mw - share * total).abs() < 0.3, "{mw} MW at bus {bus} on {day}");
        }
    }
    assert!(mw_on(&units, "2", "battery", "2023-12-31").abs() < 1e-9);
    assert!((mw_on(&units, "2", "battery", "2024-01-01") - 50.0).abs() < 1e-9);
    let battery = units.iter().find(|unit| unit["technology"] == "battery").expect("a battery");
    assert!((number(battery, "storage_mwh") - 200.0).abs() < 1e-9);
}

#[test]
fn what_closes_is_the_dearest_and_what_opens_last_the_best() {
    let units = rows(&files()["generators.csv"]);
    let coal = || units.iter().filter(|unit| unit["bus"] == "1" && unit["technology"] == "coal_steam");
    let rate = |unit: &BTreeMap<String, String>| number(unit, "heat_rate_mmbtu_per_mwh");
    let best = coal().map(rate).fold(f64::INFINITY, f64::min);
    let worst = coal().map(rate).fold(0.0, f64::max);
    assert!((9.0..10.0).contains(&best) && (10.0..11.0).contains(&worst));
    for unit in coal() {
        assert_eq!(!unit["retired"].is_empty(), (rate(unit) - worst).abs() < 1e-9);
        assert_eq!(!unit["online"].is_empty(), (rate(unit) - best).abs() < 1e-9);
    }
    // 640 MW that stay, 160 MW gone and 80 MW new: the mean of the ladder over all of it is its middle.
    let mw = |unit: &BTreeMap<String, String>| number(unit, "capacity_mw");
    let mean = coal().map(|unit| mw(unit) * rate(unit)).sum::<f64>() / coal().map(mw).sum::<f64>();
    assert!((mean - 10.0).abs() < 0.01, "{mean}");
}

#[test]
fn named_units_sites_and_plans_arrive_in_their_zone() {
    let files = files();
    let units = rows(&files["generators.csv"]);
    let tie = units.iter().find(|unit| unit["name"] == "north tie").expect("the tie");
    let cells = ["bus", "fuel", "technology", "online", "neighbour"].map(|column| tie[column].as_str());
    assert_eq!(cells, ["1", "import", "import", "2022-06-01", "North"]);
    let site = &rows(&files["sites.csv"])[0];
    assert_eq!((site["zone"].as_str(), site["bus"].as_str()), ("dale", "2"));
    let plan = rows(&files["planned.csv"]);
    let planned: Vec<(&str, f64)> =
        plan.iter().map(|row| (row["name"].as_str(), number(row, "capacity_mw"))).collect();
    let expected = [
        ("add_solar_hill_2025", 25.0),
        ("add_solar_dale_2025", 75.0),
        ("add_solar_hill_2026", 50.0),
        ("add_solar_dale_2026", 150.0),
    ];
    assert_eq!(planned, expected);
    assert!(!files.contains_key("branches.csv"));
}

#[test]
fn the_split_needs_a_plant_table_only_where_none_is_given() {
    let recipe = ZonalRecipe::parse("recipe.toml", RECIPE).expect("a recipe");
    let faults = recipe.apply(&BTreeMap::new()).expect_err("coal follows the plants");
    assert!(faults[0].file == PLANT && faults[0].message.contains("missing"), "{faults:?}");
    let given = RECIPE.replace(
        "total_mw = [1000.0, 800.0, 900.0]",
        "total_mw = [1000.0, 800.0, 900.0]\nzone_share = { hill = 1.0 }",
    );
    let recipe = ZonalRecipe::parse("recipe.toml", &given).expect("a recipe");
    recipe.apply(&BTreeMap::new()).expect("no plant table is asked");
}

#[test]
fn all_faults_of_a_recipe_are_told_at_once() {
    let broken = RECIPE
        .replace(
            "Middle = 0.5 }\nsource = \"test\"\n\n[[zones]]",
            "Middle = 0.8 }\nsource = \"test\"\n\n[[zones]]",
        )
        .replace("zone_mw = { dale", "zone_mw = { vale")
        .replace("\"2021-01-01\", \"2023-01-01\"]", "\"2023-01-01\", \"2021-01-32\"]")
        .replace("zone = \"hill\"\nfuel = \"import\"", "zone = \"hil\"\nfuel = \"import\"")
        .replace("hill = 0.25, dale = 0.75", "hill = 0.25, dale = 0.7")
        .replace("energized = \"2024-01-01\"", "energized = \"soon\"");
    let faults = ZonalRecipe::parse("recipe.toml", &broken).expect_err("six faults and more");
    for part in [
        "zones.source_zones",
        "fleet[0]",
        "fleet[1]",
        "units[0].zone",
        "sites[0].energized",
        "planned[0].zone_share",
    ] {
        assert!(faults.iter().any(|fault| fault.field == part), "{part} not in {faults:?}");
    }
    assert!(is_zonal(RECIPE) && !is_zonal("[network]\nrating_factor = 1.0\n"));
}

fn region(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/regions").join(name)
}

/// Remakes the tables of a shipped pack.
fn remakes(name: &str, tables: &BTreeMap<String, String>) {
    let text = std::fs::read_to_string(region(name).join("recipe.toml")).expect("a recipe");
    let recipe =
        ZonalRecipe::parse("recipe.toml", &text).unwrap_or_else(|faults| panic!("{name}: {}", faults[0]));
    for (file, made) in recipe.apply(tables).unwrap_or_else(|faults| panic!("{name}: {}", faults[0])) {
        let shipped = std::fs::read_to_string(region(name).join(&file)).expect("a table");
        assert!(made == shipped, "{name}/{file} differs from what its recipe makes");
    }
}

#[test]
fn packs_without_a_plant_table_are_remade_byte_for_byte() {
    for name in ["nyiso", "isone"] {
        remakes(name, &BTreeMap::new());
    }
}

#[test]
fn packs_with_the_plant_table_are_remade_byte_for_byte() {
    let path = public_data().join("usa_tamu/plant_fleet_all_usa.csv.gz");
    let Ok(packed) = std::fs::read(&path) else {
        eprintln!("skipped: no {}", path.display());
        return;
    };
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).expect("a text");
    let tables = BTreeMap::from([(PLANT.to_owned(), text)]);
    for name in ["pjm", "caiso", "miso", "spp"] {
        remakes(name, &tables);
    }
}

#[test]
fn the_data_centers_of_pjm_draw_what_is_taken_out_of_its_metered_load() {
    let read = |file: &str| std::fs::read_to_string(region("pjm").join(file)).expect("a table");
    let draw = rows(&read("modelled_draw.csv"));
    let last = draw.iter().map(|row| row["month"].clone()).max().expect("a month");
    let at_start: Vec<&BTreeMap<String, String>> = draw.iter().filter(|row| row["month"] == last).collect();
    assert_eq!(last, "2024-12");
    let sites = rows(&read("sites.csv"));
    for zone in ["comed", "west", "dominion", "mid_atlantic"] {
        let sum = |list: &mut dyn Iterator<Item = &BTreeMap<String, String>>, column: &str| -> f64 {
            list.filter(|row| row["zone"] == zone).map(|row| number(row, column)).sum()
        };
        let installed_mw = sum(&mut sites.iter(), "installed_mw");
        let drawn_mw = sum(&mut at_start.iter().copied(), "mean_mw");
        assert!((installed_mw - drawn_mw).abs() < 0.5, "{zone}: {installed_mw} and {drawn_mw} MW");
    }
}
