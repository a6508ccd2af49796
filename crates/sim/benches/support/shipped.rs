//! A setup from the text of a scenario and the files of its region.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use gridrush_core::grid::RegionPack;
use gridrush_sim::scenario::{Draft, Resolved, Scenario, Surroundings};
use gridrush_sim::setup::Setup;

/// What a scenario over a shipped region says.
pub fn setup(root: &Path, text: &str) -> Arc<Setup> {
    let region =
        text.lines().find_map(|line| line.strip_prefix("region = ")).expect("a region").trim_matches('"');
    let files = std::fs::read_dir(root.join("data/regions").join(region)).expect("a shipped region");
    let pack_files: BTreeMap<String, String> = files
        .map(|entry| {
            let path = entry.expect("a file").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("text"))
        })
        .collect();
    let pack = RegionPack::parse(&pack_files).expect("a good pack");
    let mut around = Surroundings { regions: vec![region.to_owned()], ..Surroundings::default() };
    around.add_region(&pack);
    let checked = Draft::parse("scenario.toml", text).finish(&Scenario::defaults_of(&pack), &around);
    let scenario = checked.unwrap_or_else(|faults| panic!("{faults:#?}")).scenario;
    let resolved = Resolved::alone(scenario, pack, pack_files, BTreeMap::new());
    Arc::new(Setup::new(resolved).expect("a setup"))
}
