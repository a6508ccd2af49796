//! A brief as tables: everything that a page says stands in them, words too.

use gridrush_tables::Batch;

use super::findings::Findings;
use super::{Grade, Obstacle, Pair, Question, Standing, Verdict};

mod declared;
mod rows;
mod text;

/// A number of the policy.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyNumber {
    /// The rule.
    pub rule: String,
    /// Its name.
    pub name: &'static str,
    /// The number.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// How well it is known.
    pub confidence: &'static str,
    /// Where it is found, if not where the policy is.
    pub source: String,
    /// What it means.
    pub meaning: &'static str,
}

impl PolicyNumber {
    /// Whether nobody has looked it up.
    pub fn is_unsure(&self) -> bool {
        matches!(self.confidence, "memory" | "assumed")
    }
}

/// The range of an uncertain parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// Its dotted path.
    pub path: String,
    /// What it is.
    pub name: String,
    /// Where the range comes from.
    pub tag: String,
    /// Best guess.
    pub value: f64,
    /// Least value.
    pub low: f64,
    /// Greatest value.
    pub high: f64,
}

/// What a brief is about.
#[derive(Clone, Debug)]
pub struct About {
    /// The question.
    pub question: &'static Question,
    /// Id of the policy.
    pub policy: String,
    /// Its title.
    pub title: String,
    /// Where it is law.
    pub jurisdiction: String,
    /// Whose law it is in the region.
    pub standing: Standing,
    /// The region's name and readable name.
    pub region: [String; 2],
    /// What the policy is compared with, in words.
    pub against: String,
    /// Policies of both arms.
    pub arms: [Vec<String>; 2],
    /// First and last year.
    pub years: [i64; 2],
    /// First day of the policy in its own file.
    pub effective: String,
    /// Rules that cannot act.
    pub obstacles: Vec<Obstacle>,
    /// What the file leaves out of its law, and further remarks in it.
    pub remarks: Vec<String>,
    /// Its numbers.
    pub numbers: Vec<PolicyNumber>,
    /// What is drawn.
    pub ranges: Vec<Drawn>,
    /// What the region's pack says of itself.
    pub notices: Vec<String>,
    /// Verdicts on stylised facts.
    pub verdicts: Vec<Verdict>,
    /// The line that makes the same brief again.
    pub rerun: String,
    /// Version of the program.
    pub version: String,
}

/// Tables of a brief, in order.
#[derive(Clone, Debug)]
pub struct Brief {
    /// The answer in one sentence.
    pub sentence: String,
    /// Everything.
    pub tables: Vec<Batch>,
}

/// Puts a brief together.
pub fn brief(about: &About, pairs: &[Pair], findings: &Findings, grade: &Grade) -> Brief {
    let sentence = text::sentence(about, findings);
    let tables = vec![
        text::text(about, findings, grade, &sentence),
        rows::answer_row(about, findings, grade),
        rows::pair_rows(pairs, findings),
        rows::classes(findings),
        rows::metrics(findings),
        rows::drivers(about, findings),
        rows::draws(about, pairs),
        rows::policy(about),
        rows::criteria(grade),
        rows::facts(about),
        rows::values(pairs),
        rows::failures(pairs),
    ];
    Brief { sentence, tables }
}
