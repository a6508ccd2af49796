//! A small experiment whose truth is known: two regions times three policies, common replications.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use gridrush_core::kernel::{Purpose, Streams, uniform_open};
use gridrush_core::math::normal_quantile;
use gridrush_core::names::Key;
use gridrush_experiment::Metric;
use gridrush_experiment::batch::{Batch, BatchError, Done, Shard, Work, parts_folder};
use gridrush_experiment::merge::{Merged, merge};
use gridrush_experiment::plan::{
    Inputs, Of, PLAN_FORMAT, Plan, PlannedCell, PlannedDesign, PlannedFactor, PlannedMeasure, PlannedRange,
};
use gridrush_experiment::stats::Better;

/// What each policy does to the waiting time, in days.
pub const EFFECTS: [f64; 3] = [0.0, -5.0, -5.5];

/// Regions x policies x (centre + draws).
pub fn plan(replications: u32, units_per_part: u32, draws: u32) -> Plan {
    let mut cells = Vec::new();
    for (point, (region, policy)) in (0..2).flat_map(|r| (0..3).map(move |p| (r, p))).enumerate() {
        for draw in 0..=draws {
            let drawn = if draw == 0 { Vec::new() } else { vec![f64::from(draw - 1) / f64::from(draws)] };
            cells.push(PlannedCell {
                point: point as u32,
                draw,
                values: vec![["east", "west"][region].to_owned(), format!("{policy}")],
                drawn,
                set: vec![format!("policy={policy}")],
                replications: if draw == 0 { replications } else { 1 },
                first_replication: draw.saturating_sub(1),
                seed: "7".to_owned(),
                scenario_sha256: format!("{point}-{draw}"),
            });
        }
    }
    let measure = |name: &str, of, better| PlannedMeasure {
        name: name.to_owned(),
        metric: "wait_days".to_owned(),
        of,
        better,
        half_width: Some(0.5),
    };
    let range = PlannedRange { path: "p".to_owned(), tag: "S".to_owned(), low: 0.0, high: 1.0 };
    Plan {
        format: PLAN_FORMAT,
        hash: String::new(),
        version: "1".to_owned(),
        generator: "test".to_owned(),
        name: "synthetic".to_owned(),
        title: "Synthetic".to_owned(),
        design: PlannedDesign::Factorial,
        seed: "3".to_owned(),
        confidence: 0.95,
        bootstrap_draws: 500,
        factors: vec![
            PlannedFactor { name: "region".to_owned(), unit: String::new(), numeric: false },
            PlannedFactor { name: "policy".to_owned(), unit: "level".to_owned(), numeric: true },
        ],
        compare: Some(1),
        ranges: if draws > 0 { vec![range] } else { Vec::new() },
        measures: vec![
            measure("wait", Of::Mean, Some(Better::Low)),
            measure("long_wait", Of::Quantile(0.9), None),
            measure("wait_per_cost", Of::RatioTo("cost_musd".to_owned()), None),
        ],
        units_per_part,
        data: Vec::new(),
        cells,
        inputs: Inputs::default(),
    }
    .sealed()
}

/// Simulates the cells; the counter says how many units were run.
pub struct Synthetic<'a> {
    pub plan: &'a Plan,
    pub units: AtomicU64,
    /// Fails in this cell's replications that are odd.
    pub broken: Option<usize>,
    /// Panics once so many units were run.
    pub dies_after: Option<u64>,
}

impl<'a> Synthetic<'a> {
    pub fn new(plan: &'a Plan) -> Synthetic<'a> {
        Synthetic { plan, units: AtomicU64::new(0), broken: None, dies_after: None }
    }
}

impl Work for Synthetic<'_> {
    type Cell = usize;

    fn prepare(&self, cell: usize) -> Result<usize, String> {
        Ok(cell)
    }

    fn simulate(&self, &number: &usize, replication: u32) -> Result<Vec<Metric>, String> {
        let run = self.units.fetch_add(1, Ordering::Relaxed);
        assert!(self.dies_after.is_none_or(|limit| run < limit), "out of order");
        if self.broken == Some(number) && replication % 2 == 1 {
            return Err("no water".to_owned());
        }
        let cell = &self.plan.cells[number];
        let normal = |key: &str| {
            let mut rng = Streams::new(7, replication).open(Key::of(key), Purpose::of("synthetic"));
            normal_quantile(uniform_open(&mut rng))
        };
        let policy: usize = cell.values[1].parse().expect("a level");
        let west = f64::from(u8::from(cell.values[0] == "west"));
        // A draw of p between 0 and 1 moves the effect from nothing to twice itself.
        let strength = cell.drawn.first().map_or(1.0, |p| 2.0 * p);
        let own = normal(&format!("{}", cell.point));
        let wait = 100.0 + 50.0 * west + 10.0 * normal("weather") + 0.5 * own + strength * EFFECTS[policy];
        let metric =
            |name: &str, unit: &str, value| Metric { name: name.to_owned(), unit: unit.to_owned(), value };
        Ok(vec![metric("wait_days", "d", wait), metric("cost_musd", "M$", 20.0 + normal("cost"))])
    }
}

/// Runs a shard into the parts of a folder.
pub fn run(dir: &Path, work: &Synthetic<'_>, shard: Shard, threads: usize) -> Result<Done, BatchError> {
    let parts = parts_folder(dir).expect("folder");
    let batch = Batch { plan: work.plan, parts: &parts, shard, threads: Some(threads), shuffle: None };
    batch.run(work, &|| ())
}

/// Merges what is there.
pub fn merged(dir: &Path, plan: &Plan) -> Merged {
    merge(plan, &dir.join("parts"), &dir.join("tables")).expect("all parts")
}

/// Bytes of all result tables by name.
pub fn tables(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(dir.join("tables")).expect("folder");
    let read = |entry: fs::DirEntry| {
        (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("file"))
    };
    entries.map(|entry| read(entry.expect("entry"))).collect()
}
