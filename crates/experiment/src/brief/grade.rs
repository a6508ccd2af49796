//! How much confidence a brief deserves: four criteria, each good, fair or poor, and a rule.
//!
//! | criterion | good | fair |
//! |---|---|---|
//! | draws, and pairs at best guesses | 100 and 30 | 20 and 8 |
//! | draws with the sign of the answer | 95 % | 80 % |
//! | numbers of the policy from memory or assumed | at most 20 % | at most 50 % |
//! | claims of the question's stylised facts that fail | at most 20 % | at most 50 % |
//!
//! *High* takes four good ones; *medium* none that is poor; *low* one that is poor; more are *very low*.

use super::findings::{Findings, Said};
use super::{PolicyNumber, Verdict, WANTED_DRAWS};

/// How well a criterion is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not well.
    Poor,
    /// Somewhat.
    Fair,
    /// Well.
    Good,
}

impl Level {
    /// The word in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Level::Poor => "poor",
            Level::Fair => "fair",
            Level::Good => "good",
        }
    }

    fn of(good: bool, fair: bool) -> Level {
        if good {
            Level::Good
        } else if fair {
            Level::Fair
        } else {
            Level::Poor
        }
    }
}

/// A criterion of a grade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    /// What is looked at.
    pub name: &'static str,
    /// What was found.
    pub found: String,
    /// How well it is met.
    pub level: Level,
}

/// How much confidence a brief deserves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grade {
    /// High, medium, low or very low.
    pub name: &'static str,
    /// Its criteria.
    pub criteria: [Criterion; 4],
}

/// The grade of findings, for a policy with these numbers and a question with these verdicts.
pub fn grade(findings: &Findings, numbers: &[PolicyNumber], verdicts: &[Verdict]) -> Grade {
    let (best, draws) = (findings.best, findings.draws);
    let runs = Criterion {
        name: "runs",
        found: format!("{draws} draws of {WANTED_DRAWS} wanted, {best} pairs at best guesses of 30"),
        level: Level::of(draws >= WANTED_DRAWS && best >= 30, draws >= 20 && best >= 8),
    };
    let agree = findings.answer.sign_percent().filter(|_| findings.answer.said() != Said::Nothing);
    let sign = Criterion {
        name: "sign",
        found: agree.map_or_else(
            || "there is no sign".to_owned(),
            |percent| format!("{percent:.0} % of the draws have the sign of the answer"),
        ),
        level: Level::of(
            agree.is_some_and(|percent| percent >= 95.0),
            agree.is_some_and(|percent| percent >= 80.0),
        ),
    };
    let unsure = numbers.iter().filter(|number| number.is_unsure()).count();
    let [numbers_level, facts_level] = [
        (unsure, numbers.len()),
        (verdicts.iter().filter(|verdict| verdict.fails()).count(), verdicts.len()),
    ]
    .map(|(bad, of)| Level::of(bad * 5 <= of, bad * 2 <= of));
    let policy = Criterion {
        name: "policy",
        found: format!("{unsure} of {} numbers of the policy are from memory or assumed", numbers.len()),
        level: numbers_level,
    };
    let failing = verdicts.iter().filter(|verdict| verdict.fails()).count();
    let facts = Criterion {
        name: "facts",
        found: format!("{failing} of {} claims of stylised facts on this question fail", verdicts.len()),
        // Nothing is known of the question while there is no verdict.
        level: if verdicts.is_empty() { Level::Poor } else { facts_level },
    };
    let criteria = [runs, sign, policy, facts];
    let count = |level: Level| criteria.iter().filter(|criterion| criterion.level == level).count();
    let name = match (count(Level::Poor), count(Level::Good)) {
        (0, 4) => "high",
        (0, _) => "medium",
        (1, _) => "low",
        _ => "very low",
    };
    Grade { name, criteria }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Metric;
    use crate::brief::{Pair, question};

    fn findings(pairs: u32, change: f64) -> Findings {
        let list = |value: f64| {
            vec![Metric {
                name: "residential_bill_usd_per_month".to_owned(),
                unit: "$/month".to_owned(),
                value,
            }]
        };
        let one = |n: u32| Pair::new(n, vec![f64::from(n)], Ok([list(1.0), list(1.0 + change)]));
        let pairs: Vec<Pair> = (0..pairs).map(one).collect();
        Findings::of(question("who-pays").expect("a question"), &pairs, 1).expect("a headline")
    }

    fn number(confidence: &'static str) -> PolicyNumber {
        PolicyNumber {
            rule: "fee".to_owned(),
            name: "usd",
            value: 1.0,
            unit: "$",
            confidence,
            source: String::new(),
            meaning: "a fee",
        }
    }

    fn verdict(said: &str) -> Verdict {
        Verdict { fact: "T1".to_owned(), claim: "x".to_owned(), said: said.to_owned() }
    }

    #[test]
    fn grades_by_hand() {
        let sure = [number("source")];
        let fine = [verdict("passes")];
        assert_eq!(grade(&findings(150, 2.0), &sure, &fine).name, "high");
        // 24 pairs: 8 at best guesses and 16 draws, which is poor.
        assert_eq!(grade(&findings(24, 2.0), &sure, &fine).name, "low");
        assert_eq!(grade(&findings(30, 2.0), &sure, &fine).name, "medium");
        let half = [number("source"), number("memory")];
        assert_eq!(grade(&findings(150, 2.0), &half, &fine).name, "medium");
        assert_eq!(grade(&findings(150, 2.0), &half[1..], &fine).name, "low");
        assert_eq!(grade(&findings(150, 2.0), &half[1..], &[verdict("fails: above 3")]).name, "very low");
        assert_eq!(grade(&findings(150, 0.0), &sure, &fine).criteria[1].level, Level::Poor);
        let silent = grade(&findings(150, 2.0), &sure, &[]);
        assert_eq!((silent.name, silent.criteria[3].level), ("low", Level::Poor));
    }
}
