//! A plan: every cell of an experiment with all that determines it, ready to be run anywhere.
//!
//! A *cell* is a scenario with the values of one point of the design and, where parameters have ranges,
//! of one draw from them. A *unit* is a cell and a replication; units are numbered cell by cell. A *part* is
//! a fixed run of consecutive units and is written as one file, whichever shard or thread computes it. So
//! sharding is only a choice of parts and cannot change a byte of the result.
//!
//! The plan's hash covers everything that determines results; where the inputs lie is outside of it, so a
//! folder may be moved.

use std::ops::Range;
use std::path::Path;

use gridrush_tables::{DataFile, TableError, read_json, sha256, write_json};
use serde::{Deserialize, Serialize};

use crate::stats::Better;

/// The name of a plan's file.
pub const PLAN_FILE: &str = "plan.json";

/// The version of the plan's format.
pub const PLAN_FORMAT: u32 = 1;

/// A factor of the design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedFactor {
    /// Its name, a column of the results.
    pub name: String,
    /// Its unit; empty for names.
    pub unit: String,
    /// Whether its values are numbers.
    pub numeric: bool,
}

/// The range of an uncertain parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedRange {
    /// Its dotted path.
    pub path: String,
    /// Where the range comes from: a tag such as `S`, or `given`.
    pub tag: String,
    /// Least value.
    pub low: f64,
    /// Greatest value.
    pub high: f64,
}

/// The design, as far as statistics need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlannedDesign {
    /// Every level with every other.
    Factorial,
    /// One factor at a time.
    OneAtATime,
    /// A Latin hypercube.
    LatinHypercube,
    /// Saltelli's design.
    Sobol {
        /// Rows of each block.
        rows: u32,
    },
}

/// What a measure takes of the replications.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Of {
    /// The mean.
    Mean,
    /// A quantile over replications, as a probability.
    Quantile(f64),
    /// The mean over the mean of another metric.
    RatioTo(String),
}

/// A result that the experiment is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedMeasure {
    /// Its name.
    pub name: String,
    /// The metric that it is made of.
    pub metric: String,
    /// What it takes of the replications.
    pub of: Of,
    /// Which values are better, if cells are ranked by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub better: Option<Better>,
    /// The wanted half-width of its simulation interval, in the unit of the metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_width: Option<f64>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedCell {
    /// Number of its point in the design.
    pub point: u32,
    /// Number of its draw from the ranges; 0 is the centre, without any draw.
    pub draw: u32,
    /// Values of the factors, as text.
    pub values: Vec<String>,
    /// Values of the uncertain parameters; none for the centre.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drawn: Vec<f64>,
    /// What is different from the base scenario, as `dotted.path=value`.
    pub set: Vec<String>,
    /// Number of replications.
    pub replications: u32,
    /// Number of the first of them. Draws have replications of their own, so that the noise of one does
    /// not stand in all of them.
    #[serde(default)]
    pub first_replication: u32,
    /// Root of all random streams, as text.
    pub seed: String,
    /// The SHA-256 of the resolved scenario's text.
    pub scenario_sha256: String,
}

/// Where the inputs lie, and what the command line added to them. Not part of the hash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// The base scenario, path from the plan's folder, or absolute.
    pub scenario: String,
    /// Arguments `dotted.path=value` of the command line, before those of the cells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<String>,
    /// Folder with region packs of the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
}

/// All cells of an experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Version of this format.
    pub format: u32,
    /// The SHA-256 of all that follows but `inputs`.
    pub hash: String,
    /// The version of gridrush.
    pub version: String,
    /// The name of the random generator.
    pub generator: String,
    /// The experiment's name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The design.
    pub design: PlannedDesign,
    /// Seed of design, draws and bootstrap, as text.
    pub seed: String,
    /// Probability that intervals hold the truth.
    pub confidence: f64,
    /// Draws of each bootstrap.
    pub bootstrap_draws: u32,
    /// The factors.
    pub factors: Vec<PlannedFactor>,
    /// The factor whose levels are compared with its first one, the others being equal. Without it all
    /// points are compared with the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<u32>,
    /// Uncertain parameters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<PlannedRange>,
    /// What the experiment is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<PlannedMeasure>,
    /// Units in a part.
    pub units_per_part: u32,
    /// The data that cells use.
    pub data: Vec<DataFile>,
    /// The cells.
    pub cells: Vec<PlannedCell>,
    /// Where the inputs lie.
    pub inputs: Inputs,
}

/// Why a plan cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// It cannot be read or written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// It is of another version of the format.
    #[error("the plan has format {0}, this program reads {PLAN_FORMAT}")]
    Format(u32),
    /// Its content does not fit its hash.
    #[error("the plan was changed after it was made: its hash is {found}, it says {said}")]
    Changed {
        /// The hash of its content.
        found: String,
        /// The hash that it holds.
        said: String,
    },
    /// It was made by another version of the program.
    #[error("the plan was made by gridrush {0}, this is {1}: make it anew, or use that version")]
    Version(String, String),
    /// Nothing to run.
    #[error("the plan has no replication of any cell")]
    Empty,
}

/// A cell and a replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit {
    /// The cell's number.
    pub cell: usize,
    /// The replication's number.
    pub replication: u32,
}

impl Plan {
    /// Gives the plan its hash.
    #[must_use]
    pub fn sealed(mut self) -> Plan {
        self.hash = self.content_hash();
        self
    }

    /// Writes `plan.json` into a folder, at once.
    pub fn write(&self, dir: &Path) -> Result<(), PlanError> {
        Ok(write_json(&dir.join(PLAN_FILE), self)?)
    }

    /// Reads a plan and checks that it is what it says, of this version, and not empty.
    pub fn read(path: &Path, version: &str) -> Result<Plan, PlanError> {
        let plan: Plan = read_json(path)?;
        if plan.format != PLAN_FORMAT {
            return Err(PlanError::Format(plan.format));
        }
        let found = plan.content_hash();
        if found != plan.hash {
            return Err(PlanError::Changed { found, said: plan.hash });
        }
        if plan.version != version {
            return Err(PlanError::Version(plan.version, version.to_owned()));
        }
        if plan.units() == 0 || plan.units_per_part == 0 {
            return Err(PlanError::Empty);
        }
        Ok(plan)
    }

    /// Number of units.
    pub fn units(&self) -> u64 {
        self.cells.iter().map(|cell| u64::from(cell.replications)).sum()
    }

    /// Number of parts.
    pub fn parts(&self) -> u64 {
        self.units().div_ceil(u64::from(self.units_per_part.max(1)))
    }

    /// The numbers of a part's units.
    pub fn units_of(&self, part: u64) -> Range<u64> {
        let size = u64::from(self.units_per_part);
        part * size..((part + 1) * size).min(self.units())
    }

    /// Number of the first unit of every cell, and of the one after the last.
    pub fn first_units(&self) -> Vec<u64> {
        let mut next = 0;
        let mut out = vec![0];
        for cell in &self.cells {
            next += u64::from(cell.replications);
            out.push(next);
        }
        out
    }

    /// The unit of a number, which must exist; from [`Plan::first_units`].
    pub fn unit(&self, first_units: &[u64], number: u64) -> Unit {
        let cell = first_units.partition_point(|&first| first <= number) - 1;
        let position = (number - first_units[cell]) as u32;
        Unit { cell, replication: self.cells[cell].first_replication + position }
    }

    /// The number of a unit.
    pub fn number(&self, first_units: &[u64], unit: Unit) -> u64 {
        first_units[unit.cell] + u64::from(unit.replication - self.cells[unit.cell].first_replication)
    }

    /// Whether the plan has a unit.
    pub fn has(&self, unit: Unit) -> bool {
        self.cells.get(unit.cell).is_some_and(|cell| {
            let position = unit.replication.checked_sub(cell.first_replication);
            position.is_some_and(|position| position < cell.replications)
        })
    }

    /// The file of a part without its ending.
    pub fn part_name(&self, part: u64) -> String {
        format!("part-{part:06}-of-{:06}", self.parts())
    }

    fn content_hash(&self) -> String {
        let content = Plan { hash: String::new(), inputs: Inputs::default(), ..self.clone() };
        // A plan holds text, numbers and lists: nothing that JSON cannot hold.
        sha256(&serde_json::to_vec(&content).unwrap_or_default())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A plan of a factor with some levels.
    pub fn plan(levels: u32, replications: u32, units_per_part: u32) -> Plan {
        let cell = |point: u32| PlannedCell {
            point,
            draw: 0,
            values: vec![format!("{point}")],
            drawn: Vec::new(),
            set: vec![format!("x={point}")],
            replications,
            first_replication: 0,
            seed: "1".to_owned(),
            scenario_sha256: sha256(point.to_string().as_bytes()),
        };
        Plan {
            format: PLAN_FORMAT,
            hash: String::new(),
            version: "1".to_owned(),
            generator: "test".to_owned(),
            name: "test".to_owned(),
            title: "Test".to_owned(),
            design: PlannedDesign::Factorial,
            seed: "1".to_owned(),
            confidence: 0.95,
            bootstrap_draws: 200,
            factors: vec![PlannedFactor { name: "x".to_owned(), unit: "MW".to_owned(), numeric: true }],
            compare: None,
            ranges: Vec::new(),
            measures: Vec::new(),
            units_per_part,
            data: Vec::new(),
            cells: (0..levels).map(cell).collect(),
            inputs: Inputs::default(),
        }
        .sealed()
    }

    #[test]
    fn every_unit_is_in_one_part() {
        let plan = plan(3, 5, 4);
        assert_eq!((plan.units(), plan.parts()), (15, 4));
        let numbers: Vec<u64> = (0..plan.parts()).flat_map(|part| plan.units_of(part)).collect();
        assert_eq!(numbers, (0..15).collect::<Vec<_>>());
        let first = plan.first_units();
        let units: Vec<(usize, u32)> =
            numbers.iter().map(|&n| plan.unit(&first, n)).map(|u| (u.cell, u.replication)).collect();
        let expected: Vec<(usize, u32)> = (0..3).flat_map(|cell| (0..5).map(move |r| (cell, r))).collect();
        assert_eq!(units, expected);
    }

    #[test]
    fn a_cell_without_replications_takes_no_number() {
        let mut plan = plan(3, 2, 4);
        plan.cells[1].replications = 0;
        plan.cells[2].first_replication = 7;
        let first = plan.first_units();
        let unit = plan.unit(&first, 3);
        assert_eq!(unit, Unit { cell: 2, replication: 8 });
        assert_eq!(plan.number(&first, unit), 3);
        let has = |cell, replication| plan.has(Unit { cell, replication });
        assert!(has(2, 7) && !has(2, 6) && !has(2, 9) && !has(1, 0) && !has(3, 0));
    }

    #[test]
    fn the_hash_covers_what_matters() {
        let dir = tempfile::tempdir().expect("folder");
        let path = dir.path().join(PLAN_FILE);
        let mut one = plan(2, 3, 4);
        one.inputs.scenario = "elsewhere.toml".to_owned();
        one.write(dir.path()).expect("writes");
        assert_eq!(Plan::read(&path, "1").expect("whole"), one);
        assert!(matches!(Plan::read(&path, "2"), Err(PlanError::Version(..))));
        let mut changed = one.clone();
        changed.cells[1].replications = 4;
        changed.write(dir.path()).expect("writes");
        assert!(matches!(Plan::read(&path, "1"), Err(PlanError::Changed { .. })));
        std::fs::write(&path, "{\"format\": 1").expect("writes");
        assert!(matches!(Plan::read(&path, "1"), Err(PlanError::Table(_))));
        plan(2, 0, 4).write(dir.path()).expect("writes");
        assert!(matches!(Plan::read(&path, "1"), Err(PlanError::Empty)));
    }
}
