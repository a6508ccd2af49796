//! An experiment file and its base scenario to a plan, and a plan back to scenarios that can be run.
//!
//! Making a plan checks every cell as if it were a scenario of its own. Running one makes each cell again
//! from the same inputs and compares hashes, so a file that was changed in between is found before
//! anything is run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use gridrush_core::kernel::Streams;
use gridrush_experiment::Metric;
use gridrush_experiment::batch::Work;
use gridrush_experiment::design::{Saltelli, factorial, latin_hypercube, one_at_a_time};
use gridrush_experiment::merge::RESERVED;
use gridrush_experiment::plan::{
    Inputs, Of, PLAN_FORMAT, Plan, PlannedCell, PlannedDesign, PlannedFactor, PlannedMeasure, PlannedRange,
};
use gridrush_experiment::stats::Better;
use gridrush_sim::scenario::{
    DesignName, Experiment, Factor, Fault, Measure, MeasureOf, ParameterRange, Preference, Tag, declared,
};
use gridrush_sim::setup::Setup;
use gridrush_tables::{DataFile, sha256};

use crate::args::InputArgs;
use crate::engine::{self, NoRows};
use crate::plan::{Base, Checked, Job, arguments};
use crate::stop::Stop;

/// Most faults of cells that are reported: cells share most of theirs.
const MOST_FAULTS: usize = 50;

/// A plan with the scenario that its cells are variants of.
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// What makes its cells.
    pub base: Base,
    /// Values without effect, of the first cell.
    pub warnings: Vec<Fault>,
    /// The first cell of each set of regions, with the number of replications of all of them.
    pub regions: Vec<(usize, u64)>,
}

/// A level of a factor: what tables say of it, and what it changes.
struct Level {
    label: String,
    set: Vec<String>,
}

/// Whether a file is an experiment: it names factors. A file that cannot be read is none.
pub fn is_experiment(path: &Path) -> bool {
    let table = fs::read_to_string(path).ok().and_then(|text| text.parse::<toml::Table>().ok());
    table.is_some_and(|table| table.contains_key("factors"))
}

/// Reads and checks an experiment with all of its cells.
pub fn planned(path: &Path, input: &InputArgs, dir: &Path) -> Result<Planned, Stop> {
    let text = fs::read_to_string(path).map_err(|e| Stop::usage(format!("{}: {e}", path.display())))?;
    let experiment = Experiment::parse(&path.display().to_string(), &text, &RESERVED).map_err(Stop::Input)?;
    let scenario = path.parent().unwrap_or(Path::new("")).join(&experiment.scenario);
    let base = Base::read(&scenario, input)?;
    let streams = Streams::new(experiment.seed, 0);
    let points = points(&experiment, &streams)?;
    let shares = latin_hypercube(
        &experiment.ranges.iter().map(|range| range.path.as_str()).collect::<Vec<_>>(),
        experiment.range_draws as usize,
        &streams,
    );

    let mut maker = Maker::new(&experiment, &base, path);
    for (number, levels) in points.iter().enumerate() {
        maker.add_point(number as u32, levels, &shares)?;
    }
    let Maker { cells, data, ranges, mut faults, warnings, regions, .. } = maker;
    if !faults.is_empty() {
        faults.truncate(MOST_FAULTS);
        return Err(Stop::Input(faults));
    }
    let mut regions: Vec<(usize, u64)> = regions.into_values().collect();
    regions.sort_unstable();
    let plan = Plan {
        format: PLAN_FORMAT,
        hash: String::new(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        generator: Streams::GENERATOR.to_owned(),
        title: experiment.title.clone().unwrap_or_else(|| experiment.name.clone()),
        design: match experiment.design {
            DesignName::Factorial => PlannedDesign::Factorial,
            DesignName::OneAtATime => PlannedDesign::OneAtATime,
            DesignName::LatinHypercube => PlannedDesign::LatinHypercube,
            DesignName::Sobol => PlannedDesign::Sobol { rows: experiment.points },
        },
        seed: experiment.seed.to_string(),
        confidence: experiment.confidence_percent / 100.0,
        bootstrap_draws: experiment.bootstrap_draws,
        factors: experiment.factors.iter().map(factor).collect(),
        compare: experiment.compare.as_ref().and_then(|name| {
            experiment.factors.iter().position(|factor| factor.name == *name).map(|i| i as u32)
        }),
        ranges,
        measures: experiment.measures.iter().map(measure).collect(),
        units_per_part: experiment.replications_per_part,
        data,
        cells,
        inputs: Inputs {
            scenario: relative(dir, &scenario)?,
            set: arguments(input)?.into_iter().map(|(_, set)| set).collect(),
            data: input.data.as_deref().map(absolute).transpose()?,
        },
        name: experiment.name,
    };
    Ok(Planned { plan: plan.sealed(), base, warnings, regions })
}

/// Cells in the making.
struct Maker<'a> {
    experiment: &'a Experiment,
    base: &'a Base,
    file: &'a Path,
    cells: Vec<PlannedCell>,
    data: Vec<DataFile>,
    ranges: Vec<PlannedRange>,
    faults: Vec<Fault>,
    warnings: Vec<Fault>,
    /// The first cell of each set of regions, with the replications of all that use it.
    regions: BTreeMap<String, (usize, u64)>,
}

impl<'a> Maker<'a> {
    fn new(experiment: &'a Experiment, base: &'a Base, file: &'a Path) -> Maker<'a> {
        Maker {
            experiment,
            base,
            file,
            cells: Vec::new(),
            data: Vec::new(),
            ranges: Vec::new(),
            faults: Vec::new(),
            warnings: Vec::new(),
            regions: BTreeMap::new(),
        }
    }

    /// Makes and checks the cells of a point: its centre and all draws.
    fn add_point(&mut self, point: u32, levels: &[Level], shares: &[Vec<f64>]) -> Result<(), Stop> {
        let values: Vec<String> = levels.iter().map(|level| level.label.clone()).collect();
        let set: Vec<String> = levels.iter().flat_map(|level| level.set.clone()).collect();
        let origin = origin(self.experiment, &values);
        let Some(centre) = keep(self.base.check_arm(&origin, &set), &mut self.faults)? else { return Ok(()) };
        let spans = match spans(&self.experiment.ranges, &centre, self.file) {
            Ok(spans) => spans,
            Err(more) => {
                add(&mut self.faults, more);
                return Ok(());
            }
        };
        if point == 0 {
            self.warnings.clone_from(&centre.warnings);
            self.ranges = spans.iter().map(|span| span.range.clone()).collect();
        }
        let cell = PlannedCell {
            point,
            draw: 0,
            values,
            drawn: Vec::new(),
            set,
            replications: self.experiment.replications,
            first_replication: 0,
            seed: String::new(),
            scenario_sha256: String::new(),
        };
        self.add(cell.clone(), &centre);
        for (draw, shares) in shares.iter().enumerate() {
            let drawn: Vec<f64> = spans.iter().zip(shares).map(|(span, share)| span.at(*share)).collect();
            let mut set = cell.set.clone();
            set.extend(spans.iter().zip(&drawn).map(|(span, value)| span.set(*value)));
            let checked = self.base.check_arm(&origin, &set);
            let Some(checked) = keep(checked, &mut self.faults)? else { continue };
            let replications = self.experiment.replications_per_draw;
            let cell = PlannedCell {
                draw: draw as u32 + 1,
                drawn,
                set,
                replications,
                first_replication: draw as u32 * replications,
                ..cell.clone()
            };
            self.add(cell, &checked);
        }
        Ok(())
    }

    fn add(&mut self, cell: PlannedCell, checked: &Checked) {
        for file in &checked.data {
            if !self.data.iter().any(|known| same_data(known, file)) {
                self.data.push(file.clone());
            }
        }
        let packs = checked.data.iter().filter(|file| file.name.starts_with("regions/"));
        let key = packs.map(|file| file.sha256.as_str()).collect::<Vec<_>>().join(" ");
        let first = (self.cells.len(), 0);
        self.regions.entry(key).or_insert(first).1 += u64::from(cell.replications);
        self.cells.push(PlannedCell {
            seed: checked.scenarios[0].seed.to_string(),
            scenario_sha256: sha256(checked.text.as_bytes()),
            ..cell
        });
    }
}

/// Reads a plan and the scenario that it names.
pub fn read(path: &Path) -> Result<(Plan, PathBuf), Stop> {
    let plan = Plan::read(path, env!("CARGO_PKG_VERSION"))
        .map_err(|error| Stop::usage(format!("{}: {:#}", path.display(), anyhow::Error::from(error))))?;
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok((plan, dir.to_owned()))
}

/// What makes the cells of a plan of a folder.
pub fn base(plan: &Plan, dir: &Path) -> Result<Base, Stop> {
    let scenario = dir.join(&plan.inputs.scenario);
    let scenario = scenario.canonicalize().map_err(|e| {
        Stop::usage(format!("the plan's base scenario cannot be read: {}: {e}", scenario.display()))
    })?;
    let input = InputArgs {
        overrides: plan.inputs.set.clone(),
        data: plan.inputs.data.as_ref().map(PathBuf::from),
        ..InputArgs::default()
    };
    Base::read(&scenario, &input)
}

/// The cells of a plan, made from its base.
pub struct Cells<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What makes its cells.
    pub base: Base,
}

impl Cells<'_> {
    /// Makes a cell again; it must be what it was when the plan was made.
    pub fn check(&self, number: usize) -> Result<Checked, Stop> {
        let cell = &self.plan.cells[number];
        let origin = format!("cell {number}:");
        let checked = self.base.check_arm(&origin, &cell.set)?;
        let changed = |what: &str| {
            Err(Stop::usage(format!(
                "{what} since the plan was made (cell {number}): nothing was run and finished parts stay; \
                 undo the change, or make a new plan in a folder of its own"
            )))
        };
        for file in &checked.data {
            if !self.plan.data.iter().any(|known| same_data(known, file)) {
                return changed(&format!("{} changed", file.name));
            }
        }
        if sha256(checked.text.as_bytes()) != cell.scenario_sha256 {
            return changed("the scenario changed");
        }
        Ok(checked)
    }

    /// A cell, joined with its region.
    pub fn job(&self, number: usize) -> Result<Job, Stop> {
        let name = format!("{}-cell-{number}", self.plan.name);
        self.base.join(self.check(number)?, Some(&name))
    }
}

impl Work for Cells<'_> {
    type Cell = Arc<Setup>;

    fn prepare(&self, cell: usize) -> Result<Arc<Setup>, String> {
        self.job(cell).map(|job| job.setup).map_err(|stop| stop.to_string())
    }

    fn simulate(&self, setup: &Arc<Setup>, replication: u32) -> Result<Vec<Metric>, String> {
        let outcome = engine::simulate(setup, replication, &mut NoRows, &mut |_| ());
        outcome.map(|outcome| outcome.metrics).map_err(|error| format!("{error:#}"))
    }
}

/// Whether two files hold the same: where they lie does not matter.
fn same_data(a: &DataFile, b: &DataFile) -> bool {
    a.name == b.name && a.sha256 == b.sha256
}

/// What faults of a cell say they come from.
fn origin(experiment: &Experiment, values: &[String]) -> String {
    let names = experiment.factors.iter().map(|factor| factor.name.as_str());
    let values: Vec<String> = names.zip(values).map(|(name, value)| format!("{name} {value}")).collect();
    format!("cell ({}):", values.join(", "))
}

/// Keeps what is right; faults are gathered, each once.
fn keep<T>(result: Result<T, Stop>, faults: &mut Vec<Fault>) -> Result<Option<T>, Stop> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Stop::Input(more)) => {
            add(faults, more);
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

fn add(faults: &mut Vec<Fault>, more: Vec<Fault>) {
    for fault in more {
        let known = |old: &Fault| {
            (&old.path, &old.message, &old.value) == (&fault.path, &fault.message, &fault.value)
        };
        if !faults.iter().any(known) {
            faults.push(fault);
        }
    }
}

/// The levels of all factors at every point of the design.
fn points(experiment: &Experiment, streams: &Streams) -> Result<Vec<Vec<Level>>, Stop> {
    let factors = &experiment.factors;
    let counts: Vec<usize> = factors.iter().map(levels).collect();
    let by_number = |points: Vec<Vec<usize>>| {
        let point = |numbers: Vec<usize>| factors.iter().zip(numbers).map(|(f, n)| level(f, n)).collect();
        points.into_iter().map(point).collect()
    };
    let by_share = |points: &[Vec<f64>]| {
        let point = |shares: &Vec<f64>| factors.iter().zip(shares).map(|(f, &s)| level_at(f, s)).collect();
        points.iter().map(point).collect()
    };
    Ok(match experiment.design {
        DesignName::Factorial => by_number(factorial(&counts)),
        DesignName::OneAtATime => by_number(one_at_a_time(&counts)),
        DesignName::LatinHypercube => {
            let names: Vec<&str> = factors.iter().map(|factor| factor.name.as_str()).collect();
            by_share(&latin_hypercube(&names, experiment.points as usize, streams))
        }
        DesignName::Sobol => {
            let design = Saltelli::new(factors.len(), experiment.points as usize, streams);
            let design = design.ok_or_else(|| Stop::usage("the Sobol design has too many factors"))?;
            by_share(design.points())
        }
    })
}

fn levels(factor: &Factor) -> usize {
    factor.values.0.len().max(factor.levels.len())
}

fn level(factor: &Factor, number: usize) -> Level {
    if let Some(level) = factor.levels.get(number) {
        return Level { label: level.name.clone(), set: level.set.clone() };
    }
    let value = &factor.values.0[number];
    let path = factor.path.as_deref().unwrap_or_default();
    Level { label: label(value), set: vec![format!("{path}={value}")] }
}

/// The level at a share of the factor's range, or of its list of levels.
fn level_at(factor: &Factor, share: f64) -> Level {
    if let (Some(low), Some(high)) = (factor.low, factor.high) {
        let value = low + share * (high - low);
        let path = factor.path.as_deref().unwrap_or_default();
        return Level { label: format!("{value:?}"), set: vec![format!("{path}={value:?}")] };
    }
    let count = levels(factor);
    level(factor, ((share * count as f64) as usize).min(count - 1))
}

/// A value as tables show it: text without quotes.
fn label(value: &str) -> String {
    match format!("v = {value}").parse::<toml::Table>().ok().and_then(|mut table| table.remove("v")) {
        Some(toml::Value::String(text)) => text,
        _ => value.to_owned(),
    }
}

fn factor(factor: &Factor) -> PlannedFactor {
    let by_range = factor.low.is_some();
    let numbers = !factor.values.0.is_empty() && factor.values.0.iter().all(|v| v.parse::<f64>().is_ok());
    PlannedFactor {
        name: factor.name.clone(),
        unit: factor.unit.clone().unwrap_or_default(),
        numeric: by_range || numbers,
    }
}

fn measure(measure: &Measure) -> PlannedMeasure {
    PlannedMeasure {
        name: measure.name.clone(),
        metric: measure.metric.clone(),
        of: match (measure.of, &measure.per) {
            (MeasureOf::Ratio, Some(per)) => Of::RatioTo(per.clone()),
            (MeasureOf::Quantile, _) => Of::Quantile(measure.quantile),
            _ => Of::Mean,
        },
        better: measure.better.map(|better| match better {
            Preference::Low => Better::Low,
            Preference::High => Better::High,
        }),
        half_width: measure.half_width,
    }
}

/// The range of a parameter about its value in one scenario.
pub struct Span {
    /// Its ends, and where they come from.
    pub range: PlannedRange,
    whole: bool,
}

impl Span {
    /// The value at a share of the range.
    pub fn at(&self, share: f64) -> f64 {
        let value = self.range.low + share * (self.range.high - self.range.low);
        if self.whole { value.round() } else { value }
    }

    /// A value as a change of the scenario.
    pub fn set(&self, value: f64) -> String {
        let path = &self.range.path;
        if self.whole { format!("{path}={}", value as i64) } else { format!("{path}={value:?}") }
    }
}

/// The ranges of all uncertain parameters about their values in a scenario.
fn spans(ranges: &[ParameterRange], centre: &Checked, file: &Path) -> Result<Vec<Span>, Vec<Fault>> {
    let mut faults = Vec::new();
    let tree = centre.text.parse::<toml::Table>().unwrap_or_default();
    let mut spans = Vec::new();
    for (i, range) in ranges.iter().enumerate() {
        match span(range, &tree) {
            Ok(span) => spans.push(span),
            Err(message) => faults.push(Fault {
                file: file.display().to_string(),
                line: None,
                column: None,
                path: format!("ranges.{i}.path"),
                message,
                value: Some(format!("\"{}\"", range.path)),
                allowed: None,
                nearest: None,
            }),
        }
    }
    if faults.is_empty() { Ok(spans) } else { Err(faults) }
}

/// A number of a resolved scenario, and whether it is whole.
pub fn number_at(path: &str, tree: &toml::Table) -> Result<(f64, bool), String> {
    let mut keys = path.split('.');
    let mut node = keys.next().and_then(|key| tree.get(key));
    for key in keys {
        node = node.and_then(|node| node.get(key));
    }
    match node {
        Some(toml::Value::Integer(n)) => Ok((*n as f64, true)),
        Some(toml::Value::Float(x)) => Ok((*x, false)),
        Some(_) => Err("is not a number".to_owned()),
        None => Err("is not a key of the scenario, or is not set".to_owned()),
    }
}

/// The range of a parameter about its value in a resolved scenario.
pub fn span(range: &ParameterRange, tree: &toml::Table) -> Result<Span, String> {
    let (value, whole) = number_at(&range.path, tree)?;
    let planned = |tag: &str, low: f64, high: f64| Span {
        range: PlannedRange { path: range.path.clone(), tag: tag.to_owned(), low, high },
        whole,
    };
    if let (Some(low), Some(high)) = (range.low, range.high) {
        return Ok(planned("given", low, high));
    }
    let source = declared(&range.path).map(|key| key.source);
    let tag = range.tag.or_else(|| Tag::of_source(source?));
    let percent = match (range.percent, tag) {
        (Some(percent), _) => percent,
        (None, Some(tag)) => tag
            .percent()
            .ok_or("is derived from data: give the error of its fit as percent, or low and high")?,
        (None, None) => {
            return Err("has no tag in its declaration: give tag, percent, or low and high".to_owned());
        }
    };
    let name = match (range.percent, tag) {
        (Some(_), _) | (_, None) => "given",
        (_, Some(Tag::Data)) => "D",
        (_, Some(Tag::Source)) => "S",
        (_, Some(Tag::Secondary)) => "S2",
        (_, Some(Tag::Memory)) => "M",
    };
    let half = value.abs() * percent / 100.0;
    if half == 0.0 {
        return Err("is 0 in the scenario, so a percentage is no range: give low and high".to_owned());
    }
    Ok(planned(name, value - half, value + half))
}

fn absolute(path: &Path) -> Result<String, Stop> {
    let path = std::path::absolute(path).map_err(|e| Stop::usage(format!("{}: {e}", path.display())))?;
    Ok(path.display().to_string())
}

/// A file as seen from a folder, so that both can be moved together.
fn relative(dir: &Path, file: &Path) -> Result<String, Stop> {
    let read =
        |path: &Path| std::path::absolute(path).map_err(|e| Stop::usage(format!("{}: {e}", path.display())));
    let file = file.canonicalize().map_err(|e| Stop::usage(format!("{}: {e}", file.display())))?;
    // The folder need not be there yet: what is there of it decides what `..` means.
    let dir = read(dir)?;
    let there = dir.ancestors().find(|part| part.exists()).unwrap_or(Path::new("/"));
    let rest = dir.strip_prefix(there).unwrap_or(Path::new("")).to_owned();
    let dir = there.canonicalize().map_err(|e| Stop::usage(format!("{}: {e}", there.display())))?.join(rest);
    if dir.components().any(|part| part == Component::ParentDir) {
        return Ok(file.display().to_string());
    }
    let common = dir.components().zip(file.components()).take_while(|(a, b)| a == b).count();
    let up = dir.components().skip(common).map(|_| Component::ParentDir);
    let path: PathBuf = up.chain(file.components().skip(common)).collect();
    Ok(path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_loses_its_quotes_and_lists_stay() {
        assert_eq!(label("\"pjm\""), "pjm");
        assert_eq!((label("3.5"), label("[\"a\"]")), ("3.5".to_owned(), "[\"a\"]".to_owned()));
    }

    #[test]
    fn a_file_is_named_from_the_folder() {
        let dir = tempfile::tempdir().expect("folder");
        fs::create_dir_all(dir.path().join("scenarios")).expect("folder");
        let file = dir.path().join("scenarios/a.toml");
        fs::write(&file, "").expect("file");
        let from = |name: &str| relative(&dir.path().join(name), &file).expect("there");
        assert_eq!(from("output/x"), "../../scenarios/a.toml");
        assert_eq!(from("scenarios"), "a.toml");
        assert!(relative(dir.path(), &dir.path().join("none.toml")).is_err());
    }

    #[test]
    fn ranges_are_about_the_value_of_the_scenario() {
        let tree: toml::Table =
            "[queue]\nslots = 3\n[fuel]\ngas_usd_per_mmbtu = 4.0\nname = \"x\"".parse().expect("TOML");
        let range = |path: &str, tag, percent| ParameterRange {
            path: path.to_owned(),
            tag,
            percent,
            low: None,
            high: None,
        };
        let gas = span(&range("fuel.gas_usd_per_mmbtu", Some(Tag::Secondary), None), &tree).expect("range");
        assert!((gas.range.low - 2.8).abs() < 1e-12 && (gas.range.high - 5.2).abs() < 1e-12);
        assert_eq!(gas.range.tag, "S2");
        assert_eq!(gas.set(gas.at(0.5)), "fuel.gas_usd_per_mmbtu=4.0");
        let slots = span(&range("queue.slots", None, Some(50.0)), &tree).expect("range");
        assert_eq!(
            (slots.set(slots.at(0.9)), slots.range.tag.as_str()),
            ("queue.slots=4".to_owned(), "given")
        );
        for wrong in ["fuel.none", "fuel.name", "queue.slots"] {
            assert!(span(&range(wrong, None, None), &tree).is_err(), "{wrong}");
        }
        assert!(span(&range("fuel.gas_usd_per_mmbtu", Some(Tag::Data), None), &tree).is_err());
    }
}
