//! An experiment file: a base scenario, factors, replications and a design; declared like a scenario.
//!
//! It says *which* scenarios are run; each of them is then made and checked like any other. Reading finds
//! every fault of the file itself at once.

use std::collections::BTreeSet;

use super::check::{Fault, Faults};
use super::declare::{Key, Section, Setting, choices, section};
use super::document::{self, Node, Place, Table, Value};
use super::setting::refuse;
use super::{SCHEMA, declare};
use crate::metrics;

choices! {
    /// Which points of the factors are visited.
    DesignName {
        /// Every level of every factor with every other.
        Factorial = "factorial",
        /// All first levels, then every other level of each factor alone.
        OneAtATime = "one-at-a-time",
        /// Points that cover each factor's range evenly.
        LatinHypercube = "latin-hypercube",
        /// Points for Sobol indices.
        Sobol = "sobol",
    }
}

choices! {
    /// Which values of a measure are better.
    Preference {
        /// Low ones.
        Low = "low",
        /// High ones.
        High = "high",
    }
}

choices! {
    /// What a measure takes of the replications.
    MeasureOf {
        /// The mean.
        Mean = "mean",
        /// A quantile over replications.
        Quantile = "quantile",
        /// The mean over the mean of another metric.
        Ratio = "ratio",
    }
}

choices! {
    /// How well a number is known.
    Tag {
        /// Derived from data: the range is the error of the fit and must be given.
        Data = "D",
        /// A published source: 15 % either way.
        Source = "S",
        /// A secondary source: 30 % either way.
        Secondary = "S2",
        /// General knowledge or an assumption: 50 % either way.
        Memory = "M",
    }
}

impl Tag {
    /// The tag that a declared source begins with; `None` where it names none.
    pub fn of_source(source: &str) -> Option<Tag> {
        let tagged =
            [("[D]", Tag::Data), ("[S]", Tag::Source), ("[S2]", Tag::Secondary), ("[M]", Tag::Memory)];
        let found = tagged.into_iter().find(|(text, _)| source.starts_with(text)).map(|(_, tag)| tag);
        found.or_else(|| source.starts_with("assumed").then_some(Tag::Memory))
    }

    /// Its range, in percent either way; `None` where it has to be given.
    pub fn percent(self) -> Option<f64> {
        match self {
            Tag::Data => None,
            Tag::Source => Some(15.0),
            Tag::Secondary => Some(30.0),
            Tag::Memory => Some(50.0),
        }
    }
}

/// Values of any type, each kept as TOML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnyValues(pub Vec<String>);

impl Setting for AnyValues {
    fn kind(_: &Key) -> String {
        "list of values of the key".to_owned()
    }
    fn read(node: &Node, path: &str, key: &Key, faults: &mut Faults) -> Option<AnyValues> {
        let Value::List(items) = &node.value else {
            return refuse(node, path, key, "is not a list", faults);
        };
        Some(AnyValues(items.iter().map(|item| written(&item.value)).collect()))
    }
    fn write(&self) -> Option<String> {
        Some(format!("[{}]", self.0.join(", ")))
    }
}

/// A value as TOML on one line.
fn written(value: &Value) -> String {
    match value {
        Value::Text(text) => toml::Value::String(text.clone()).to_string(),
        Value::List(items) => {
            format!("[{}]", items.iter().map(|item| written(&item.value)).collect::<Vec<_>>().join(", "))
        }
        Value::Table(table) => {
            let entry = |(key, (_, node)): (&String, &(Place, Node))| {
                format!("{} = {}", toml::Value::String(key.clone()), written(&node.value))
            };
            format!("{{ {} }}", table.entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Value::Boolean(_) | Value::Integer(_) | Value::Float(_) | Value::Moment(_) => value.shown(),
    }
}

section! {
    /// An experiment: a base scenario, what is varied, how often each is run.
    Experiment {
        /// Version of the scenario format.
        schema: u32, "", "";
        /// Name of the experiment, also of its directory of results: letters, digits, `-`, `_` and `.`.
        name: String, "", "";
        /// Title for reports; without it the name.
        title: Option<String> = None, "", "";
        /// The base scenario, path from this file.
        scenario: String, "", "";
        /// Which points of the factors are visited.
        design: DesignName = DesignName::Factorial, "", "";
        /// Points of a Latin hypercube; rows of a Sobol design, which has rows x (factors + 2) points, best a power of two.
        points: u32 = 128, "", "assumed", 2.0..=1000000.0;
        /// Replications of every point.
        replications: u32 = 8, "", "assumed", 1.0..=100000.0;
        /// Seed of design, draws and bootstrap; the seed of the simulation is the scenario's.
        seed: u64 = 1, "", "", 0.0..=9007199254740992.0;
        /// Probability that intervals hold the truth.
        confidence_percent: f64 = 95.0, "%", "", 50.0..=99.9;
        /// The factor whose levels are compared with its first one, all others being equal; without it every point is compared with the first.
        compare: Option<String> = None, "", "";
        /// Draws of each bootstrap and of each ranking.
        bootstrap_draws: u32 = 2000, "", "assumed", 100.0..=1000000.0;
        /// Draws from the ranges, for total intervals; 0 for none, otherwise at least 100.
        range_draws: u32 = 0, "", "", 0.0..=100000.0;
        /// Replications of every draw.
        replications_per_draw: u32 = 1, "", "assumed", 1.0..=1000.0;
        /// Replications in a file of partial results: what a kill costs at most on each thread.
        replications_per_part: u32 = 8, "", "assumed", 1.0..=10000.0;
    }
    lists {
        /// What is varied. The first level of each factor is the base.
        factors: Factor;
        /// Parameters that are only known within ranges.
        ranges: ParameterRange;
        /// What the experiment is about.
        measures: Measure;
    }
}

section! {
    /// A factor: either `path` with `values`, or `path` with `low` and `high`, or named `levels`.
    Factor {
        /// Its name, a column of the results: lower-case letters, digits and `_`.
        name: String, "", "";
        /// Its unit.
        unit: Option<String> = None, "", "";
        /// The dotted path of the key that it changes.
        path: Option<String> = None, "", "";
        /// The values that the key takes, one a level, of any type.
        values: AnyValues = AnyValues::default(), "", "";
        /// Least value, for designs that fill a range.
        low: Option<f64> = None, "", "";
        /// Greatest value, for designs that fill a range.
        high: Option<f64> = None, "", "";
    }
    lists {
        /// Named levels, each of which may change several keys.
        levels: FactorLevel;
    }
}

section! {
    /// A named level of a factor.
    FactorLevel {
        /// Its name in tables and charts.
        name: String, "", "";
        /// What is different, as a list of `"dotted.path=value"`; `"dotted.path+=[..]"` adds to a list. Later factors go over earlier ones.
        set: Vec<String> = Vec::new(), "", "";
    }
}

section! {
    /// A parameter that is only known within a range about its value in the base scenario.
    ParameterRange {
        /// Its dotted path.
        path: String, "", "";
        /// How well it is known; without it the tag of its declared source.
        tag: Option<Tag> = None, "", "";
        /// The range, either way, in place of that of the tag.
        percent: Option<f64> = None, "%", "", 0.0..=100.0;
        /// Least value, in place of a percentage.
        low: Option<f64> = None, "", "";
        /// Greatest value, in place of a percentage.
        high: Option<f64> = None, "", "";
    }
}

section! {
    /// A result that the experiment is about: it stands in the summary and in `measures`.
    Measure {
        /// Its name.
        name: String, "", "";
        /// The metric that it is made of, such as `ai_training_time_to_power_days`.
        metric: String, "", "";
        /// What it takes of the replications.
        of: MeasureOf = MeasureOf::Mean, "", "";
        /// The quantile, as a probability.
        quantile: f64 = 0.5, "", "", 0.001..=0.999;
        /// The metric below the line of a ratio.
        per: Option<String> = None, "", "";
        /// Which values are better: cells are then ranked.
        better: Option<Preference> = None, "", "";
        /// Wanted half-width of the simulation interval of a mean, in the unit of the metric: the results say how many replications it takes.
        half_width: Option<f64> = None, "", "", 0.000000001..=1000000000000.0;
    }
}

/// Most factors of a Sobol design: its points have two coordinates for each.
pub const MOST_SOBOL_FACTORS: usize = 20;

impl Experiment {
    /// Reads an experiment file. `columns` are names that factors may not have.
    pub fn parse(file: &str, text: &str, columns: &[&str]) -> Result<Experiment, Vec<Fault>> {
        let mut faults = Faults::default();
        let root = document::parse(file, text, &mut faults);
        if !faults.is_empty() {
            faults.tear();
        }
        let experiment = Experiment::read(&Experiment::defaults(), &root, "", &mut faults);
        Checker { root: &root, faults: &mut faults }.check(&experiment, columns);
        faults.or(experiment)
    }
}

struct Checker<'a> {
    root: &'a Table,
    faults: &'a mut Faults,
}

impl Checker<'_> {
    /// The place of a key, or of an entry of a list.
    fn place(&self, key: &str, entry: Option<usize>) -> Place {
        match (self.root.get(key), entry) {
            (Some(Node { value: Value::List(items), .. }), Some(i)) if i < items.len() => {
                items[i].place.clone()
            }
            (Some(node), _) => node.place.clone(),
            (None, _) => self.root.place.clone(),
        }
    }

    fn fault(&mut self, key: &str, message: impl Into<String>) {
        let place = self.place(key, None);
        self.faults.add(Fault::new(&place, key, message.into()));
    }

    fn entry(&mut self, list: &str, i: usize, key: &str, message: impl Into<String>) {
        let place = self.place(list, Some(i));
        let path = declare::join(&format!("{list}.{i}"), key);
        self.faults.add(Fault::new(&place, &path, message.into()));
    }

    fn check(&mut self, experiment: &Experiment, columns: &[&str]) {
        if experiment.schema != SCHEMA && experiment.schema != 0 {
            self.fault("schema", format!("is not {SCHEMA}, the version that this program reads"));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if !experiment.name.chars().all(plain) || experiment.name.starts_with('.') {
            self.fault("name", "may hold letters, digits, `-`, `_` and `.`, and does not begin with a dot");
        }
        if experiment.factors.is_empty() {
            self.fault("factors", "is missing: an experiment varies something");
        }
        let mut names = BTreeSet::new();
        for (i, factor) in experiment.factors.iter().enumerate() {
            self.check_factor(i, factor, experiment.design, columns);
            if !factor.name.is_empty() && !names.insert(factor.name.as_str()) {
                self.entry("factors", i, "name", "is the name of another factor");
            }
        }
        if experiment.design == DesignName::Sobol && experiment.factors.len() > MOST_SOBOL_FACTORS {
            self.fault("factors", format!("are more than {MOST_SOBOL_FACTORS}, the most of a Sobol design"));
        }
        if let Some(compare) = &experiment.compare {
            if !names.contains(compare.as_str()) {
                let place = self.place("compare", None);
                let fault = Fault::new(&place, "compare", "is not the name of a factor".to_owned());
                self.faults
                    .add(fault.value(format!("\"{compare}\"")).nearest(compare, names.iter().copied()));
            } else if matches!(experiment.design, DesignName::LatinHypercube | DesignName::Sobol) {
                self.fault("compare", "has no meaning in a design without levels to compare");
            }
        }
        self.check_ranges(experiment);
        self.check_measures(experiment);
    }

    fn check_factor(&mut self, i: usize, factor: &Factor, design: DesignName, columns: &[&str]) {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !factor.name.chars().all(plain) || factor.name.starts_with(|c: char| c.is_ascii_digit()) {
            self.entry(
                "factors",
                i,
                "name",
                "may hold lower-case letters, digits and `_`, and begins with a letter",
            );
        }
        if columns.contains(&factor.name.as_str()) {
            self.entry("factors", i, "name", format!("is `{}`, a column of the results", factor.name));
        }
        let by_values = !factor.values.0.is_empty();
        let by_range = factor.low.is_some() || factor.high.is_some();
        let by_levels = !factor.levels.is_empty();
        match (by_values, by_range, by_levels) {
            (true, false, false) | (false, true, false) if factor.path.is_none() => {
                self.entry("factors", i, "path", "is missing: which key takes the values?");
            }
            (false, true, false) => match (factor.low, factor.high) {
                (Some(low), Some(high)) if low < high => {}
                (Some(_), Some(_)) => self.entry("factors", i, "high", "must be above low"),
                _ => self.entry("factors", i, "low", "and high belong together"),
            },
            (false, false, true) if factor.path.is_some() => {
                self.entry(
                    "factors",
                    i,
                    "path",
                    "has no meaning beside levels, which name their keys in `set`",
                );
            }
            (true, false, false) | (false, false, true) => {}
            _ => self.entry("factors", i, "values", "or low and high, or levels: one of them is needed"),
        }
        if by_range && matches!(design, DesignName::Factorial | DesignName::OneAtATime) {
            self.entry(
                "factors",
                i,
                "low",
                "is for Latin hypercubes and Sobol designs; this design needs values or levels",
            );
        }
        let mut labels = BTreeSet::new();
        for (level, value) in factor.values.0.iter().enumerate() {
            if !labels.insert(value.as_str()) {
                self.entry("factors", i, &format!("values.{level}"), "stands there twice");
            }
        }
        for (level, named) in factor.levels.iter().enumerate() {
            if !labels.insert(named.name.as_str()) {
                self.entry("factors", i, &format!("levels.{level}.name"), "is the name of another level");
            }
        }
    }

    fn check_ranges(&mut self, experiment: &Experiment) {
        let draws = experiment.range_draws;
        if (1..100).contains(&draws) {
            self.fault("range_draws", "is below 100: too few for a total interval");
        }
        if draws > 0 && experiment.ranges.is_empty() {
            self.fault("range_draws", "has no meaning without [[ranges]]");
        }
        if draws == 0 && !experiment.ranges.is_empty() {
            self.fault("ranges", "are not used: set range_draws to 100 or more");
        }
        let mut paths = BTreeSet::new();
        for (i, range) in experiment.ranges.iter().enumerate() {
            match (range.low, range.high, range.percent) {
                (Some(low), Some(high), None) if low < high => {}
                (None, None, _) => {}
                (Some(_), Some(_), None) => self.entry("ranges", i, "high", "must be above low"),
                (Some(_), Some(_), Some(_)) => {
                    self.entry("ranges", i, "percent", "has no meaning beside low and high");
                }
                _ => self.entry("ranges", i, "low", "and high belong together"),
            }
            if range.percent == Some(0.0) {
                self.entry("ranges", i, "percent", "is 0: that is no range");
            }
            if !range.path.is_empty() && !paths.insert(range.path.as_str()) {
                self.entry("ranges", i, "path", "has another range");
            }
        }
    }

    fn check_measures(&mut self, experiment: &Experiment) {
        let mut names = BTreeSet::new();
        let metrics = metrics::names();
        for (i, measure) in experiment.measures.iter().enumerate() {
            let per = measure.per.iter().map(|metric| ("per", metric));
            for (key, metric) in std::iter::once(("metric", &measure.metric)).chain(per) {
                if !metric.is_empty() && !metrics.contains(metric) {
                    let path = format!("measures.{i}.{key}");
                    let message = "is not a closing number, as `gridrush run` prints them".to_owned();
                    let fault = Fault::new(&self.place("measures", Some(i)), &path, message);
                    let near = metrics.iter().map(String::as_str);
                    self.faults.add(fault.value(format!("\"{metric}\"")).nearest(metric, near));
                }
            }
            if !measure.name.is_empty() && !names.insert(measure.name.as_str()) {
                self.entry("measures", i, "name", "is the name of another measure");
            }
            match (measure.of, &measure.per) {
                (MeasureOf::Ratio, None) => {
                    self.entry("measures", i, "per", "is missing: a ratio to which metric?");
                }
                (MeasureOf::Mean | MeasureOf::Quantile, Some(_)) => {
                    self.entry("measures", i, "per", "has no meaning: only a ratio has it");
                }
                _ => {}
            }
            if measure.of != MeasureOf::Mean && measure.half_width.is_some() {
                self.entry("measures", i, "half_width", "is for means");
            }
            if measure.of != MeasureOf::Mean && measure.better.is_some() {
                self.entry("measures", i, "better", "is for means: only they are ranked");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
schema = 1
name = "gas-and-market"
scenario = "texas.toml"
compare = "market"

[[factors]]
name = "gas"
unit = "$/MMBtu"
path = "fuel.gas_usd_per_mmbtu"
values = [3.5, 5]

[[factors]]
name = "market"
[[factors.levels]]
name = "as it is"
[[factors.levels]]
name = "strict"
set = ["policies=[\"a\", \"b\"]", "queue.study_median_days=90"]

[[factors]]
name = "any"
path = "policies"
values = [[], ["ban"], [["x", 1], 2025-01-31, true, {a = 1}]]
"#;

    fn read(text: &str) -> Result<Experiment, Vec<Fault>> {
        Experiment::parse("e.toml", text, &["cell", "value"])
    }

    #[test]
    fn values_of_any_type_are_kept_as_they_would_be_written() {
        let experiment = read(GOOD).expect("valid");
        assert_eq!(experiment.factors[0].values.0, ["3.5", "5"]);
        let any = ["[]", "[\"ban\"]", "[[\"x\", 1], 2025-01-31, true, { \"a\" = 1 }]"];
        assert_eq!(experiment.factors[2].values.0, any);
        assert_eq!(experiment.factors[1].levels[1].set.len(), 2);
        let mut text = String::new();
        experiment.write("", &mut text);
        assert_eq!(read(&text).expect("valid"), experiment, "{text}");
    }

    #[test]
    fn every_fault_comes_at_once() {
        let text = r#"schema = 2
name = "a b"
scenario = "texas.toml"
compare = "markt"
range_draws = 50
replicatons = 3
[[factors]]
name = "market"
path = "x"
low = 2.0
high = 1.0
[[factors]]
name = "cell"
values = [1, 1]
[[factors]]
name = "market"
path = "y"
[[measures]]
name = "m"
metric = "wait_days"
of = "ratio"
"#;
        let found: Vec<(Option<u32>, String)> =
            read(text).expect_err("faults").into_iter().map(|f| (f.line, f.path)).collect();
        let expected = [
            (1, "schema"),
            (2, "name"),
            (4, "compare"),
            (5, "range_draws"),
            (5, "range_draws"),
            (6, "replicatons"),
            (7, "factors.0.high"),
            (7, "factors.0.low"),
            (12, "factors.1.name"),
            (12, "factors.1.path"),
            (12, "factors.1.values.1"),
            (15, "factors.2.name"),
            (15, "factors.2.values"),
            (18, "measures.0.metric"),
            (18, "measures.0.per"),
        ];
        assert_eq!(found, expected.map(|(line, path)| (Some(line), path.to_owned())));
        assert_eq!(read(text).expect_err("faults")[2].nearest.as_deref(), Some("market"));
    }

    #[test]
    fn metrics_of_measures_are_those_of_a_run() {
        let measure = |metric: &str, per: &str| {
            format!(
                "{GOOD}[[measures]]\nname = \"m\"\nmetric = \"{metric}\"\nof = \"ratio\"\nper = \"{per}\"\n"
            )
        };
        read(&measure("mining_served_twh", "residential_bill_usd_per_month")).expect("valid");
        let found = read(&measure("minning_served_twh", "curtailed_by_price_gw")).expect_err("faults");
        let found: Vec<_> = found.iter().map(|f| (f.path.as_str(), f.nearest.as_deref())).collect();
        let expected = [
            ("measures.0.metric", Some("mining_served_twh")),
            ("measures.0.per", Some("curtailed_by_price_gwh")),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn tags_come_from_declared_sources() {
        let cases = [
            ("[D] ERCOT generation to 2022", Some(Tag::Data)),
            ("[S2]", Some(Tag::Secondary)),
            ("[S] x", Some(Tag::Source)),
            ("[M]", Some(Tag::Memory)),
            ("assumed", Some(Tag::Memory)),
            ("", None),
        ];
        for (source, tag) in cases {
            assert_eq!(Tag::of_source(source), tag, "{source}");
        }
        assert_eq!(Tag::Data.percent(), None);
    }
}
