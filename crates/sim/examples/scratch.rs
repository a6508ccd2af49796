use std::collections::BTreeMap; use std::sync::Arc; use std::time::Instant;
use gridrush_sim::{setup::Setup, scenario::*, run::run};
use gridrush_core::grid::RegionPack; use gridrush_tables::*;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let region = &args[1]; let years: i16 = args[2].parse().unwrap();
    let dir = format!("data/regions/{region}");
    let mut files = BTreeMap::new();
    for e in std::fs::read_dir(&dir).unwrap() { let e = e.unwrap(); files.insert(e.file_name().into_string().unwrap(), std::fs::read_to_string(e.path()).unwrap()); }
    let pack = RegionPack::parse(&files).map_err(|f| for x in f { println!("{x:?}") }).unwrap();
    let weather = toml::from_str(&files["weather.toml"]).unwrap();
    let text = format!("schema=1\nname=\"s\"\nregion=\"{region}\"\nstart=2025-01-01\nend={}-01-01\n", 2025 + years);
    let draft = Draft::parse("s.toml", &text).with("-p", &args[3..]);
    let mut around = Surroundings { regions: vec![region.clone()], ..Default::default() };
    around.add_region(&pack);
    let scenario = draft.finish(&Scenario::defaults_of(&pack), &around).map_err(|f| for x in f { println!("{x:?}") }).unwrap().scenario;
    let setup = Arc::new(Setup::new(scenario, pack, weather).map_err(|f| for x in f { println!("{x}") }).unwrap());
    let mut sink = DirectorySink::create(std::path::Path::new("/tmp/scratch_out")).unwrap();
    let t = Instant::now();
    let mut last = 0;
    let s = run(setup, 0, &mut sink, &mut |now| { let y = now.hour() / 8766; if y != last { last = y; eprintln!("year {y} {:?}", t.elapsed()); } });
    println!("{s:?} {:?}", t.elapsed());
    sink.finish().unwrap();
}
