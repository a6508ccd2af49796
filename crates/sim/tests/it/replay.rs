//! Real hours in place of the weather model: what the market sees, and what is refused.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use gridrush_core::grid::{Fuel, RegionPack};
use gridrush_sim::scenario::{Draft, Resolved, Scenario, Surroundings};
use gridrush_sim::setup::{Setup, SetupError};

use crate::harness;

const TEXT: &str = "schema = 1
name = \"t\"
region = \"testbed\"
start = 2025-03-01
end = 2025-03-04
[load]
large_loads = false
[dispatch]
commitment = \"none\"
security = \"n0\"
[replay.load_format]
hour = \"ending\"
[[replay.load]]
zone = \"plains\"
file = \"load.csv\"
column = \"P\"
[[replay.load]]
zone = \"city\"
file = \"load.csv\"
column = \"C\"
factor = 0.5
[[replay.generation]]
series = \"wind\"
file = \"wind.csv\"
column = \"mw\"
[[replay.generation]]
series = \"solar\"
file = \"wind.csv\"
column = \"share\"
unit = \"share\"
[[fuel.files]]
file = \"gas.csv\"
column = \"usd\"
[[fuel.files]]
file = \"gas.csv\"
column = \"coast\"
zones = [\"coast\"]
";

/// Three days, hour by hour: plains 100 + h, city 400 + h, wind (h mod 7) x 30 MW, sun a tenth at noon.
fn files() -> BTreeMap<String, String> {
    let mut load = "time,P,C\n".to_owned();
    let mut wind = "time,mw,share\n".to_owned();
    for h in 0..72 {
        let day = 1 + h / 24;
        writeln!(load, "2025-03-{day:02} {:02}:00,{},{}", h % 24 + 1, 100 + h, 400 + h).unwrap();
        let sun = if h % 24 == 12 { 0.1 } else { 0.0 };
        writeln!(wind, "2025-03-{day:02}T{:02}:00Z,{},{sun}", h % 24, h % 7 * 30).unwrap();
    }
    let gas = "gas prices\n\ndate,usd,coast\n2025-03-03,5,9\n2025-02-27,4,4\n".to_owned();
    let name = |key: &str, text: &String| (key.to_owned(), text.clone());
    [
        name("replay.load.0.file", &load),
        name("replay.load.1.file", &load),
        name("replay.generation.0.file", &wind),
        name("replay.generation.1.file", &wind),
        name("fuel.files.0.file", &gas),
        name("fuel.files.1.file", &gas),
    ]
    .into()
}

fn setup(text: &str, files: BTreeMap<String, String>) -> Result<Arc<Setup>, Vec<SetupError>> {
    let pack_files = harness::pack_files("testbed");
    let pack = RegionPack::parse(&pack_files).unwrap();
    let mut around = Surroundings { regions: vec!["testbed".to_owned()], ..Surroundings::default() };
    around.add_region(&pack);
    around.files = files.iter().map(|(key, text)| (key.clone(), Ok(text.clone()))).collect();
    let draft = Draft::parse("test.toml", text);
    let scenario = draft.finish(&Scenario::defaults_of(&pack), &around).unwrap().scenario;
    Setup::new(Resolved::alone(scenario, pack, pack_files, files)).map(Arc::new)
}

#[test]
fn the_market_sees_the_hours_of_the_files() {
    let setup = setup(TEXT, files()).unwrap();
    let mut hours = 0;
    let run = harness::run(&setup, 0, &mut |world, _| {
        let hour = world.now().hour();
        let wind: f64 = (world.clearing().units.iter().filter(|unit| unit.fuel == Fuel::Wind))
            .map(|unit| world.clearing().upper_mw(unit))
            .sum();
        // All wind of the pack together is the file's, whatever its capacity.
        assert!((wind - f64::from(hour as u32 % 7 * 30)).abs() < 1e-3, "hour {hour}: {wind}");
        let sun: f64 = (world.clearing().units.iter().filter(|unit| unit.fuel == Fuel::Solar))
            .map(|unit| world.clearing().upper_mw(unit))
            .sum();
        assert!((sun - if hour % 24 == 12 { 20.0 } else { 0.0 }).abs() < 1e-3, "hour {hour}: {sun}");
        hours += 1;
    });
    assert_eq!(hours, 72);
    let table = run.table("contention_hourly");
    let (zones, asked) = (harness::texts(&table, "zone"), table.floats("requested_mw").unwrap());
    let of = |zone: &str| -> Vec<f64> {
        zones.iter().zip(asked).filter(|(name, _)| *name == zone).map(|(_, &mw)| mw).collect()
    };
    assert_eq!(of("plains"), (0..72).map(|h| f64::from(100 + h)).collect::<Vec<_>>());
    assert_eq!(of("city"), (0..72).map(|h| f64::from(400 + h) / 2.0).collect::<Vec<_>>());
    // The coast was not replayed: it follows the model.
    assert!(of("coast").windows(2).any(|pair| (pair[0] - pair[1]).abs() > 0.01));
}

#[test]
fn prices_of_fuel_come_from_files_by_date_and_zone() {
    let setup = setup(TEXT, files()).unwrap();
    assert_eq!(setup.fuel_price_hours(), [48]);
    for (hour, whole, coast) in [(0, 4.0, 4.0), (47, 4.0, 4.0), (48, 5.0, 9.0), (71, 5.0, 9.0)] {
        let prices = setup.fuel_prices(hour);
        let zone = |name: &str| setup.pack.network.zone_named(name).unwrap();
        assert_eq!(prices.in_zone(Fuel::Gas, zone("city")), whole);
        assert!((prices.in_zone(Fuel::Gas, zone("coast")) - coast).abs() < 1e-12);
    }
}

#[test]
fn dirty_files_are_named_with_their_lines() {
    let mut dirty = files();
    let load = dirty.get_mut("replay.load.0.file").unwrap();
    *load = load
        .replace("2025-03-01 05:00,104,", "2025-03-01 05:00,2147480000,")
        .replace("2025-03-02 03:00,126,", "2025-03-02 03:00,MISSING,")
        .replace("2025-03-03 08:00,155,455\n", "")
        .replace("2025-03-03 20:00,167,467\n", "2025-03-03 20:00,167,467\n2025-03-03 20:00,167,467\n");
    dirty.get_mut("fuel.files.0.file").unwrap().push_str("2025-03-33,7,7\n2025-03-04,high,7\n");
    let told: Vec<String> = setup(TEXT, dirty.clone()).unwrap_err().iter().map(ToString::to_string).collect();
    for line in [
        "load.csv:6: P 2147480000 is far outside the record; repair: outliers = \"drop\" or \"keep\"",
        "load.csv:28: P \"MISSING\" is not a number; repair: text = \"drop\"",
        "load.csv:69: the same hour as line 68; repair: repeats = \"first\" or \"last\"",
        "gas.csv:6: \"2025-03-33\" is not a date",
        "gas.csv:7: \"high\" is not a price; repair: text = \"drop\"",
    ] {
        assert!(told.iter().any(|told| told == line), "{line}\nnot in\n{}", told.join("\n"));
    }
    dirty.insert("fuel.files.0.file".to_owned(), files()["fuel.files.0.file"].clone());
    let repair = "hour = \"ending\"\nrepair = { gaps = \"interpolate\", max_gap_hours = 3, outliers = \"drop\", \
                  repeats = \"first\", text = \"drop\" }";
    let setup = setup(&TEXT.replace("hour = \"ending\"", repair), dirty).unwrap();
    let plains = setup.replayed.load_mw[0].as_ref().unwrap();
    assert!((0..72).all(|h| plains[h] == 100.0 + h as f32), "{plains:?}");
    // The spike, the text and the missing hour each leave a gap: two repairs and two, and one; and the repeat.
    let count = |part: &str| setup.repairs.iter().filter(|fault| fault.message.contains(part)).count();
    assert_eq!((count("interpolated"), count("left out"), count("the first line counts")), (3, 2, 1));
}

#[test]
fn wind_beyond_capacity_is_refused() {
    let mut files = files();
    let wind = files.get_mut("replay.generation.0.file").unwrap();
    *wind = wind.replace("2025-03-01T05:00Z,150,", "2025-03-01T05:00Z,400,");
    let faults = setup(TEXT, files).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    let told = faults[0].to_string();
    assert!(told.contains("wind reaches 1.33 of capacity (400 in hour 5 of the run)"), "{told}");
}
