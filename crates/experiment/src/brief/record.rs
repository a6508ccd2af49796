//! How stylised facts fared when they were last run, as far as a question rests on them.

use crate::evidence::record::{self, Row};

/// How a claim of a stylised fact fared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Id of the fact.
    pub fact: String,
    /// The claim.
    pub claim: String,
    /// What came out: passes or fails, with the reason.
    pub said: String,
}

impl Verdict {
    /// Whether the model says something else than what was seen.
    pub fn fails(&self) -> bool {
        self.said.starts_with("fails")
    }
}

/// The verdicts on some facts, in the order of the record. Claims that had nothing to measure are left out.
pub fn verdicts(facts: &[&str]) -> Vec<Verdict> {
    // The record is part of the program, and its tests read it; a brief without verdicts is graded down.
    of(&record::read(record::VERDICTS).unwrap_or_default(), facts)
}

fn of(rows: &[Row], facts: &[&str]) -> Vec<Verdict> {
    let asked = rows.iter().filter(|row| row.is_measured() && facts.contains(&row.fact.as_str()));
    asked.map(|row| Verdict { fact: row.fact.clone(), claim: row.measured(), said: row.said() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brief::QUESTIONS;

    #[test]
    fn only_measured_claims_of_the_facts_count() {
        let rows = record::read(record::VERDICTS).expect("a table");
        let found = of(&rows, &["T4", "T11"]);
        let (kept, all) = (found.len(), rows.iter().filter(|row| ["T4", "T11"].contains(&row.fact.as_str())));
        assert_eq!(kept, all.clone().filter(|row| row.verdict != "none").count());
        assert!(found.iter().any(Verdict::fails) && !found.iter().all(Verdict::fails), "{found:?}");
    }

    #[test]
    fn every_question_has_verdicts() {
        for question in QUESTIONS {
            assert!(!verdicts(question.facts).is_empty(), "{}", question.id);
        }
    }
}
