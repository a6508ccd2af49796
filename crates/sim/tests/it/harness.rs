//! Scenarios over the shipped packs, run hour by hour, and their tables in memory.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use gridrush_core::dispatch::{DispatchSolution, Solver};
use gridrush_core::grid::RegionPack;
use gridrush_core::grid::pack::Tie;
use gridrush_sim::scenario::{Draft, Resolved, Scenario, Surroundings};
use gridrush_sim::setup::{Setup, SetupError};
use gridrush_sim::world::{Step, World};
use gridrush_tables::{Frame, MemorySink};

/// The files of a pack of the repository.
pub fn pack_files(region: &str) -> BTreeMap<String, String> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/regions").join(region);
    (fs::read_dir(&dir).unwrap().map(Result::unwrap))
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

/// The testbed with one bus a zone and these pipes: rows of `interfaces.csv`.
pub fn zonal_testbed(pipes: &str) -> BTreeMap<String, String> {
    let mut files = pack_files("testbed");
    let region = files["region.toml"].replace("network = \"nodal\"", "network = \"zonal\"");
    files.insert("region.toml".to_owned(), region);
    files.remove("branches.csv");
    let header = files["buses.csv"].lines().next().unwrap().to_owned();
    let rows =
        "1,Plains,plains,1,345,100,0,1,,\n2,City,city,2,345,600,0,1,,\n3,Coast,coast,3,345,300,0,1,,\n";
    files.insert("buses.csv".to_owned(), format!("{header}\n{rows}"));
    let zone = |bus: &str| match bus.parse::<u32>().unwrap() {
        1..=4 => "1",
        5..=8 => "2",
        _ => "3",
    };
    for (file, column) in [("generators.csv", 1), ("sites.csv", 3)] {
        let rows = files[file].lines().enumerate().map(|(line, row)| {
            let mut cells: Vec<&str> = row.split(',').collect();
            if line > 0 {
                cells[column] = zone(cells[column]);
            }
            cells.join(",") + "\n"
        });
        files.insert(file.to_owned(), rows.collect());
    }
    let header = "name,from_zones,to_zones,forward_limit_mw,reverse_limit_mw,loss_fraction,source";
    files.insert("interfaces.csv".to_owned(), format!("{header}\n{pipes}"));
    files
}

/// A scenario over a region, as the program reads it. `text` follows the dates.
pub fn setup(region: &str, start: &str, end: &str, text: &str) -> Arc<Setup> {
    setup_with(region, start, end, text, &|_| {})
}

/// The same over a changed pack.
pub fn setup_with(
    region: &str,
    start: &str,
    end: &str,
    text: &str,
    change: &dyn Fn(&mut RegionPack),
) -> Arc<Setup> {
    setup_of(pack_files(region), start, end, text, change)
}

/// The same over the files of a pack.
pub fn setup_of(
    pack_files: BTreeMap<String, String>,
    start: &str,
    end: &str,
    text: &str,
    change: &dyn Fn(&mut RegionPack),
) -> Arc<Setup> {
    let setup = try_setup_of(pack_files, start, end, text, change);
    Arc::new(setup.unwrap_or_else(|faults| panic!("{faults:#?}")))
}

/// The same, or why there is none.
pub fn try_setup_of(
    pack_files: BTreeMap<String, String>,
    start: &str,
    end: &str,
    text: &str,
    change: &dyn Fn(&mut RegionPack),
) -> Result<Setup, Vec<SetupError>> {
    let mut pack = RegionPack::parse(&pack_files).unwrap_or_else(|faults| panic!("{faults:#?}"));
    change(&mut pack);
    let region = pack.region.facts.name.as_str();
    let mut around = Surroundings { regions: vec![region.to_owned()], ..Surroundings::default() };
    around.add_region(&pack);
    let text =
        format!("schema = 1\nname = \"t\"\nregion = \"{region}\"\nstart = {start}\nend = {end}\n{text}");
    let scenario = match Draft::parse("test.toml", &text).finish(&Scenario::defaults_of(&pack), &around) {
        Ok(checked) => checked.scenario,
        Err(faults) => panic!("{faults:#?}"),
    };
    Setup::new(Resolved::alone(scenario, pack, pack_files, BTreeMap::new()))
}

/// The files of a pack under another name.
pub fn renamed(mut pack_files: BTreeMap<String, String>, from: &str, to: &str) -> BTreeMap<String, String> {
    let (old, new) = (format!("\nname = \"{from}\"\n"), format!("\nname = \"{to}\"\n"));
    let region = pack_files["region.toml"].replacen(&old, &new, 1);
    assert_ne!(region, pack_files["region.toml"], "{from} was not found");
    pack_files.insert("region.toml".to_owned(), region);
    pack_files
}

/// A scenario over several regions; `ties` are rows of `ties.csv`.
pub fn joined(
    pack_files: Vec<BTreeMap<String, String>>,
    ties: &str,
    start: &str,
    end: &str,
    text: &str,
) -> Arc<Setup> {
    let parse = |files: &BTreeMap<String, String>| {
        RegionPack::parse(files).unwrap_or_else(|faults| panic!("{faults:#?}"))
    };
    let packs: Vec<RegionPack> = pack_files.iter().map(parse).collect();
    let names: Vec<String> = packs.iter().map(|pack| pack.region.facts.name.clone()).collect();
    let header =
        "name,from_region,from_zone,to_region,to_zone,forward_limit_mw,reverse_limit_mw,loss_fraction,source";
    let ties = Tie::parse(&format!("{header}\n{ties}")).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let pack = RegionPack::join(packs, &ties).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let mut around = Surroundings { regions: names.clone(), ..Surroundings::default() };
    around.add_region(&pack);
    let text = format!("schema = 1\nname = \"t\"\nregions = {names:?}\nstart = {start}\nend = {end}\n{text}");
    let draft = Draft::parse("test.toml", &text);
    let (scenarios, _) = draft.finish_over(&pack, &around).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let resolved = Resolved { scenarios, pack, pack_files, files: BTreeMap::new() };
    Arc::new(Setup::new(resolved).unwrap_or_else(|faults| panic!("{faults:#?}")))
}

/// A mine and a campus that stand, and others that ask.
pub const BUSY: &str = "
[fuel]
gas_usd_per_mmbtu = 5.5
[arrivals.mining]
base_per_month = 4.0
";

/// A replication on its way.
#[derive(Clone)]
pub struct Run {
    pub world: World,
    pub solver: Solver,
    pub solution: DispatchSolution,
    pub sink: MemorySink,
}

impl Run {
    pub fn new(setup: &Arc<Setup>, replication: u32) -> Run {
        let world = World::new(Arc::clone(setup), replication).unwrap();
        let solver = Solver::new(world.problem()).unwrap();
        Run { world, solver, solution: DispatchSolution::default(), sink: MemorySink::default() }
    }

    /// Clears one interval; false at the end. [`Run::apply`] goes on.
    pub fn clear(&mut self) -> bool {
        if self.world.advance(&mut self.sink).unwrap() == Step::Done {
            return false;
        }
        self.solver.solve(self.world.problem(), &mut self.solution).unwrap();
        true
    }

    /// Takes the cleared interval.
    pub fn apply(&mut self) {
        self.world.apply(&self.solver, &mut self.solution).unwrap();
    }

    /// Clears and takes one interval; false at the end. `see` looks at the market in between.
    pub fn step(&mut self, see: &mut dyn FnMut(&World, &DispatchSolution)) -> bool {
        let more = self.clear();
        if more {
            see(&self.world, &self.solution);
            self.apply();
        }
        more
    }

    /// Clears all that is left.
    pub fn finish(mut self) -> MemorySink {
        while self.step(&mut |_, _| {}) {}
        self.sink
    }

    pub fn table(&self, name: &str) -> Frame {
        self.sink.frame(name).unwrap_or_else(|| panic!("no table {name}"))
    }
}

/// Runs a replication to its end; `see` looks at every cleared market before it is applied.
pub fn run(setup: &Arc<Setup>, replication: u32, see: &mut dyn FnMut(&World, &DispatchSolution)) -> Run {
    let mut run = Run::new(setup, replication);
    while run.step(see) {}
    run
}

/// Every value of every table, bit for bit (a NaN equals a NaN).
pub fn bytes(sink: &MemorySink) -> BTreeMap<&'static str, String> {
    sink.batches().map(|batch| (batch.table().name, format!("{:?}", batch.columns()))).collect()
}

/// The texts of a column.
pub fn texts(frame: &Frame, column: &str) -> Vec<String> {
    frame.texts(column).unwrap().iter().map(str::to_owned).collect()
}
