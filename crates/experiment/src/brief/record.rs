//! How stylised facts fared when they were last run, as the page of evidence has it.

/// How a claim of a stylised fact fared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Id of the fact.
    pub fact: String,
    /// The claim.
    pub claim: String,
    /// What came out: passes, fails or none, with the reason.
    pub said: String,
}

impl Verdict {
    /// Whether the model says something else than what was seen.
    pub fn fails(&self) -> bool {
        self.said.starts_with("fails")
    }
}

/// The verdicts on some facts, in the order of the page. Claims that had nothing to measure are left out.
pub fn verdicts(facts: &[&str]) -> Vec<Verdict> {
    read(include_str!("../../../../docs/evidence.md"), facts)
}

fn read(page: &str, facts: &[&str]) -> Vec<Verdict> {
    let rows = page.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
        let ([fact, claim, ..], Some(said)) = (&cells[..], cells.last()) else { return None };
        let measured = said.starts_with("passes") || said.starts_with("fails");
        let row = Verdict { fact: (*fact).to_owned(), claim: (*claim).to_owned(), said: (*said).to_owned() };
        (cells.len() == 8 && measured && facts.contains(fact)).then_some(row)
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brief::QUESTIONS;

    #[test]
    fn a_page_is_read() {
        let page = "| fact | claim | a | b | c | d | e | verdict |\n|---|---|---|---|---|---|---|---|\n\
                    | T1 | built % | 1 | 2 | 3 | 4 | 5 | fails: below 15 |\n| T2 | x | 1 | 2 | 3 | 4 | 5 | passes |\n\
                    | T1 | gone | 1 | 2 | 3 | 4 | 5 | none: nothing |\n";
        let found = read(page, &["T1"]);
        assert_eq!(found.len(), 1);
        assert!(found[0].fails() && found[0].claim == "built %");
    }

    /// The page keeps a verdict for every question.
    #[test]
    fn every_question_has_verdicts() {
        for question in QUESTIONS {
            assert!(!verdicts(question.facts).is_empty(), "{}", question.id);
        }
    }
}
