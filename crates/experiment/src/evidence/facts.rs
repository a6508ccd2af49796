//! Stylised facts: numbers known of real queues and grids, beside what scenarios say.
//!
//! A [`Fact`] names a scenario that the program carries and a measure of its tables; each of its [`Claim`]s
//! has a published value, the values that are accepted, and a naive forecast. Accepted values are written
//! down before a fact is run for the first time. A claim passes if the mean over replications is accepted;
//! failing is a finding and no fault of the program.
//!
//! One file per fact. Facts that share a scenario share its runs.

mod built;
mod capacity_price;
mod clocks;
mod contract_rules;
mod conversion;
mod delivered;
mod exits;
mod fuels;
mod headroom;
mod leaving_cost;
mod readiness;
mod requests;
mod scenarios;
mod sizes;
mod tracked;
mod waiting;

use std::collections::BTreeMap;
use std::sync::Arc;

use gridrush_sim::setup::Setup;
use gridrush_tables::{Batch, Cell, Column, Frame, Kind, MemorySink, RowSink, Table, TableError};

use crate::Comparison;
use crate::stats::Estimate;

/// Every fact, in the order of its id.
pub static FACTS: &[&Fact] = &[
    &built::FACT,
    &fuels::FACT,
    &waiting::FACT,
    &leaving_cost::FACT,
    &exits::FACT,
    &sizes::FACT,
    &tracked::FACT,
    &delivered::FACT,
    &contract_rules::FACT,
    &capacity_price::FACT,
    &headroom::FACT,
    &clocks::FACT,
    &conversion::FACT,
    &readiness::FACT,
];

/// A scenario that the program carries.
#[derive(Debug, PartialEq, Eq)]
pub struct Shipped {
    /// Its file in `scenarios/facts/`.
    pub file: &'static str,
    /// What stands in the file.
    pub text: &'static str,
}

/// What agreement with a claim is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// The number itself went into the run.
    Input,
    /// Parameters were chosen after a look at this number.
    Calibrated,
    /// The published number comes from a model too.
    OtherModel,
    /// None of these.
    Predicted,
}

impl Worth {
    /// The word in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Worth::Input => "input",
            Worth::Calibrated => "calibrated",
            Worth::OtherModel => "other-model",
            Worth::Predicted => "predicted",
        }
    }
}

/// How sure the published number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// Computed from records.
    Data,
    /// Read in its source.
    Source,
    /// Read in a secondary source.
    Secondary,
    /// From memory.
    Memory,
    /// A reading of a fact that has no number of its own.
    Assumed,
}

impl Confidence {
    /// The word in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Confidence::Data => "data",
            Confidence::Source => "source",
            Confidence::Secondary => "secondary",
            Confidence::Memory => "memory",
            Confidence::Assumed => "assumed",
        }
    }
}

/// A number of a fact.
#[derive(Debug)]
pub struct Claim {
    /// What is measured, unique within the fact.
    pub name: &'static str,
    /// Its unit; empty for a ratio.
    pub unit: &'static str,
    /// The published value.
    pub target: f64,
    /// Least and greatest value that is accepted.
    pub accepted: (f64, f64),
    /// What agreement is worth.
    pub worth: Worth,
    /// How sure the published value is.
    pub confidence: Confidence,
    /// Observations behind the published value; an event is one.
    pub observations: u32,
    /// What somebody without a model would say, if anything.
    pub naive: Option<f64>,
}

impl Claim {
    /// Whether a value is accepted; what is not a number never is.
    pub fn accepts(&self, value: f64) -> bool {
        (self.accepted.0..=self.accepted.1).contains(&value)
    }
}

/// The value of each claim in one replication, from its arms, in the order of the claims; `None` where there was
/// nothing to measure.
pub type Measure = fn(&[Arm<'_>]) -> Result<Vec<Option<f64>>, MeasureError>;

/// Something known of real queues or grids.
#[derive(Debug)]
pub struct Fact {
    /// Its id, such as `T11`.
    pub id: &'static str,
    /// The fact in a sentence.
    pub statement: &'static str,
    /// Where the published values come from.
    pub source: &'static str,
    /// What the naive forecast is.
    pub naive: &'static str,
    /// What separates the scenario from the place where the fact was seen.
    pub caveat: &'static str,
    /// The scenario whose arms are run.
    pub scenario: &'static Shipped,
    /// Tables that the measure reads; with none, nothing is run and only setups are given.
    pub tables: &'static [&'static str],
    /// Its numbers.
    pub claims: &'static [Claim],
    /// Takes its numbers from one replication.
    pub measure: Measure,
}

/// Why a measure could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// A table or column is not what it should be.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Weather could not be drawn.
    #[error(transparent)]
    Setup(#[from] gridrush_sim::setup::SetupError),
    /// The scenario has no arm of that name.
    #[error("the scenario has no arm `{0}`")]
    NoArm(&'static str),
}

/// One replication of one arm.
pub struct Arm<'a> {
    /// Its name; the scenario's if it has no arms.
    pub name: &'a str,
    /// What was run.
    pub setup: &'a Arc<Setup>,
    /// Number of the replication.
    pub replication: u32,
    /// The tables that the facts of this scenario read.
    pub tables: &'a Kept,
}

impl Arm<'_> {
    /// A table of the run; one that was never written is empty and has no columns.
    pub fn frame(&self, table: &str) -> Option<Frame> {
        self.tables.sink.frame(table)
    }
}

/// The arm of that name.
pub fn arm<'a, 'b>(arms: &'b [Arm<'a>], name: &'static str) -> Result<&'b Arm<'a>, MeasureError> {
    arms.iter().find(|arm| arm.name == name).ok_or(MeasureError::NoArm(name))
}

/// Keeps a few tables and lets the rest go.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    names: Vec<&'static str>,
    sink: MemorySink,
}

impl Kept {
    /// Keeps the tables that these facts read.
    pub fn for_facts(facts: &[&'static Fact]) -> Kept {
        let mut names: Vec<&str> = facts.iter().flat_map(|fact| fact.tables).copied().collect();
        names.sort_unstable();
        names.dedup();
        Kept { names, sink: MemorySink::default() }
    }

    /// Whether no fact reads any table, so that nothing needs to be run.
    pub fn is_idle(&self) -> bool {
        self.names.is_empty()
    }
}

impl RowSink for Kept {
    fn write(&mut self, batch: &Batch) -> Result<(), TableError> {
        if self.names.contains(&batch.table().name) { self.sink.write(batch) } else { Ok(()) }
    }
}

/// The facts by scenario, in order of their first fact.
pub fn by_scenario(facts: &[&'static Fact]) -> Vec<(&'static Shipped, Vec<&'static Fact>)> {
    let mut out: Vec<(&'static Shipped, Vec<&'static Fact>)> = Vec::new();
    for &fact in facts {
        match out.iter_mut().find(|(scenario, _)| *scenario == fact.scenario) {
            Some((_, mine)) => mine.push(fact),
            None => out.push((fact.scenario, vec![fact])),
        }
    }
    out
}

/// How a claim fared.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Id of the fact.
    pub fact: &'static str,
    /// Position of the claim in the fact.
    pub claim: usize,
    /// Mean over the replications that had something to measure.
    pub estimate: Option<Estimate>,
    /// Replications that ran.
    pub ran: u32,
}

impl Line {
    /// Whether the mean is accepted; `None` if there was nothing to measure.
    pub fn passes(&self, claim: &Claim) -> Option<bool> {
        self.estimate.map(|estimate| claim.accepts(estimate.mean))
    }

    /// Why the claim does not pass, or what weakens that it does; empty if there is nothing to say.
    pub fn reason(&self, claim: &Claim) -> String {
        let Some(estimate) = self.estimate else {
            return format!("nothing to measure in any of {} replications", self.ran);
        };
        let (least, most) = claim.accepted;
        let mut said = Vec::new();
        if estimate.mean < least {
            said.push(format!("below {least}"));
        } else if estimate.mean > most {
            said.push(format!("above {most}"));
        } else if estimate.interval.is_some_and(|(low, high)| low < least || high > most) {
            said.push("interval reaches outside".to_owned());
        }
        if estimate.count < self.ran {
            said.push(format!("measured in {} of {} replications", estimate.count, self.ran));
        }
        said.join("; ")
    }
}

/// The name under which a claim is kept among the metrics of a comparison.
pub fn metric_name(fact: &Fact, claim: &Claim) -> String {
    format!("{} {}", fact.id, claim.name)
}

/// How all claims of `facts` fared in a comparison whose arms are the scenarios of [`by_scenario`].
pub fn judge(facts: &[&'static Fact], result: &Comparison, confidence: f64) -> Vec<Line> {
    let means: BTreeMap<String, Estimate> =
        result.means(confidence).into_iter().map(|row| (row.metric, row.estimate)).collect();
    let ran = |scenario: &str| {
        result.outcomes().filter(|(arm, _, outcome)| *arm == scenario && outcome.is_ok()).count() as u32
    };
    let lines = facts.iter().flat_map(|fact| {
        let means = &means;
        fact.claims.iter().enumerate().map(move |(claim, of)| Line {
            fact: fact.id,
            claim,
            estimate: means.get(&metric_name(fact, of)).copied(),
            ran: ran(fact.scenario.file),
        })
    });
    lines.collect()
}

const fn text(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Text, unit: "", meaning }
}

const fn number(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Float, unit: "", meaning }
}

const fn count(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Integer, unit: "", meaning }
}

/// One claim of a stylised fact beside what its scenario says.
pub static TABLE: Table = Table {
    name: "facts",
    meaning: "One claim of a stylised fact beside what its scenario says.",
    columns: &[
        text("fact", "Id of the fact."),
        text("claim", "What is measured."),
        text("unit", "Unit of all values of the row; empty for a ratio."),
        text("scenario", "The scenario that was run."),
        number("target", "The published value."),
        text("confidence", "How sure it is: data, source, secondary, memory or assumed."),
        count("observations", "Observations behind the published value."),
        number("accepted_low", "Least value that is accepted."),
        number("accepted_high", "Greatest value that is accepted."),
        text("kind", "input, calibrated, other-model or predicted."),
        number("naive", "The naive forecast; NaN where there is none."),
        count("replications", "Replications in the mean."),
        number("mean", "Mean over replications; NaN where there was nothing to measure."),
        number("low", "Lower end of the t interval; NaN with less than two replications."),
        number("high", "Upper end of the t interval; NaN with less than two replications."),
        text("verdict", "passes, fails, or none where there was nothing to measure."),
        text("reason", "Why it fails, or what weakens that it passes."),
    ],
    csv: true,
};

/// The lines as rows of [`TABLE`].
pub fn batch(facts: &[&'static Fact], lines: &[Line]) -> Batch {
    let mut out = Batch::new(&TABLE);
    for line in lines {
        let Some(fact) = facts.iter().find(|fact| fact.id == line.fact) else { continue };
        let claim = &fact.claims[line.claim];
        let (low, high) = line.estimate.and_then(|e| e.interval).unwrap_or((f64::NAN, f64::NAN));
        out.push(&[
            Cell::Text(fact.id),
            Cell::Text(claim.name),
            Cell::Text(claim.unit),
            Cell::Text(fact.scenario.file),
            Cell::Float(claim.target),
            Cell::Text(claim.confidence.name()),
            Cell::Integer(i64::from(claim.observations)),
            Cell::Float(claim.accepted.0),
            Cell::Float(claim.accepted.1),
            Cell::Text(claim.worth.name()),
            Cell::Float(claim.naive.unwrap_or(f64::NAN)),
            Cell::Integer(line.estimate.map_or(0, |e| i64::from(e.count))),
            Cell::Float(line.estimate.map_or(f64::NAN, |e| e.mean)),
            Cell::Float(low),
            Cell::Float(high),
            Cell::Text(verdict(line.passes(claim))),
            Cell::Text(&line.reason(claim)),
        ]);
    }
    out
}

/// The word for a verdict.
pub const fn verdict(passes: Option<bool>) -> &'static str {
    match passes {
        Some(true) => "passes",
        Some(false) => "fails",
        None => "none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Metric, compare};

    #[test]
    fn facts_are_in_order_and_complete() {
        let number = |fact: &Fact| fact.id.strip_prefix('T').and_then(|n| n.parse::<u32>().ok());
        let numbers: Vec<u32> = FACTS.iter().map(|fact| number(fact).expect("T and a number")).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
        for fact in FACTS {
            assert!(!fact.claims.is_empty() && !fact.source.is_empty() && !fact.caveat.is_empty());
            for (i, claim) in fact.claims.iter().enumerate() {
                assert!(claim.accepted.0 < claim.accepted.1, "{} {}", fact.id, claim.name);
                assert!(claim.accepts(claim.target), "{} {}: its own target fails", fact.id, claim.name);
                assert!(claim.observations > 0);
                assert!(fact.claims[..i].iter().all(|other| other.name != claim.name));
            }
        }
    }

    #[test]
    fn verdicts_by_hand() {
        let claim = Claim {
            name: "x",
            unit: "GW",
            target: 5.0,
            accepted: (4.0, 6.0),
            worth: Worth::Predicted,
            confidence: Confidence::Source,
            observations: 1,
            naive: None,
        };
        let line =
            |values: &[f64], ran| Line { fact: "T0", claim: 0, estimate: Estimate::of(values, 0.95), ran };
        let said = |values: &[f64], ran| {
            let line = line(values, ran);
            (verdict(line.passes(&claim)), line.reason(&claim))
        };
        assert_eq!(said(&[5.0, 5.1, 4.9], 3), ("passes", String::new()));
        assert_eq!(said(&[3.0, 3.1], 2), ("fails", "below 4".to_owned()));
        assert_eq!(said(&[7.0], 2), ("fails", "above 6; measured in 1 of 2 replications".to_owned()));
        // Mean 5, standard error 1, half-width 12.7.
        assert_eq!(said(&[4.0, 6.0], 2), ("passes", "interval reaches outside".to_owned()));
        assert_eq!(said(&[], 4), ("none", "nothing to measure in any of 4 replications".to_owned()));
        assert!(!claim.accepts(f64::NAN));
    }

    #[test]
    fn claims_find_their_means_and_empty_measures_count() {
        let facts = [&headroom::FACT];
        let name = metric_name(&headroom::FACT, &headroom::FACT.claims[1]);
        let scenario = [headroom::FACT.scenario.file.to_owned()];
        let simulate = |_: usize, replication: u32| match replication {
            0 => Err("broken".to_owned()),
            1 => Ok(Vec::new()),
            r => Ok(vec![Metric { name: name.clone(), unit: String::new(), value: f64::from(r) }]),
        };
        let result = compare(&scenario, 0..4, Some(1), &simulate, &|_, _| ()).expect("runs");
        let lines = judge(&facts, &result, 0.95);
        assert_eq!(lines.len(), headroom::FACT.claims.len());
        assert_eq!(lines[0].estimate, None);
        let estimate = lines[1].estimate.expect("two values");
        assert_eq!((estimate.count, estimate.mean, lines[1].ran), (2, 2.5, 3));
        assert_eq!(batch(&facts, &lines).len(), lines.len());
    }
}
