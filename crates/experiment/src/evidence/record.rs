//! How the claims of stylised facts fared when all of them were last run.
//!
//! `verdicts.csv` is a copy of the `facts.csv` that `gridrush evidence` writes; briefs are graded by it, and the table
//! of `docs/evidence.md` is made of it.

use std::fmt::Write;

use gridrush_tables::shown;
use serde::Deserialize;

/// The table that was kept.
pub const VERDICTS: &str = include_str!("verdicts.csv");

/// A line of the table `facts`, as far as it is shown.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Row {
    /// Id of the fact.
    pub fact: String,
    /// What was measured.
    pub claim: String,
    /// Its unit; empty for a ratio.
    pub unit: String,
    /// The published value.
    pub target: f64,
    /// Least value that is accepted.
    pub accepted_low: f64,
    /// Greatest value that is accepted.
    pub accepted_high: f64,
    /// What agreement is worth.
    pub kind: String,
    /// The naive forecast; NaN where there is none.
    pub naive: f64,
    /// Replications in the mean.
    pub replications: u32,
    /// Mean over replications; NaN where there was nothing to measure.
    pub mean: f64,
    /// Lower end of its interval; NaN with less than two replications.
    pub low: f64,
    /// Upper end of its interval; NaN with less than two replications.
    pub high: f64,
    /// Passes, fails or none.
    pub verdict: String,
    /// Why it fails, or what weakens that it passes.
    pub reason: String,
}

impl Row {
    /// The claim with its unit.
    pub fn measured(&self) -> String {
        format!("{} {}", self.claim, self.unit).trim_end().to_owned()
    }

    /// The verdict with its reason.
    pub fn said(&self) -> String {
        if self.reason.is_empty() {
            self.verdict.clone()
        } else {
            format!("{}: {}", self.verdict, self.reason)
        }
    }

    /// Whether there was something to measure.
    pub fn is_measured(&self) -> bool {
        self.verdict != "none"
    }
}

/// Reads a table `facts` written as CSV.
///
/// # Errors
/// If a column is missing or a cell is no number where one is due; the message names it.
pub fn read(csv: &str) -> Result<Vec<Row>, csv::Error> {
    csv::Reader::from_reader(csv.as_bytes()).deserialize().collect()
}

/// The rows as the Markdown table of the page of evidence, with the line that counts them.
pub fn page(rows: &[Row]) -> String {
    let or_dash = |x: f64| if x.is_nan() { "-".to_owned() } else { shown(x) };
    let mut out = String::from(
        "| fact | claim | published | accepted | simulated, 95 % interval | naive | kind, n | verdict |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let interval = if row.low.is_nan() || row.high.is_nan() {
            String::new()
        } else {
            format!(" ({} to {})", shown(row.low), shown(row.high))
        };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} to {} | {}{interval} | {} | {}, {} | {} |",
            row.fact,
            row.measured(),
            shown(row.target),
            shown(row.accepted_low),
            shown(row.accepted_high),
            or_dash(row.mean),
            or_dash(row.naive),
            row.kind,
            row.replications,
            row.said(),
        );
    }
    let count = |verdict: &str| rows.iter().filter(|row| row.verdict == verdict).count();
    let rivals = rows.iter().filter(|row| !row.naive.is_nan());
    let naive_passes =
        rivals.clone().filter(|row| (row.accepted_low..=row.accepted_high).contains(&row.naive)).count();
    let _ = writeln!(
        out,
        "\n{} claims pass, {} fail, {} had nothing to measure; the naive forecast would pass {naive_passes} of the {} \
         that have one.",
        count("passes"),
        count("fails"),
        count("none"),
        rivals.count(),
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::facts::FACTS;

    /// The record has every claim with the values that are accepted now; the page shows the record.
    #[test]
    fn record_and_page_are_fresh() {
        let rows = read(VERDICTS).expect("a table");
        let claims: Vec<_> =
            FACTS.iter().flat_map(|fact| fact.claims.iter().map(|claim| (fact.id, claim))).collect();
        assert_eq!(rows.len(), claims.len());
        for (row, (fact, claim)) in rows.iter().zip(claims) {
            assert_eq!((row.fact.as_str(), row.claim.as_str()), (fact, claim.name));
            assert_eq!((row.accepted_low, row.accepted_high), claim.accepted, "{fact} {}", claim.name);
            assert_eq!(
                (row.target, row.kind.as_str()),
                (claim.target, claim.worth.name()),
                "{fact} {}",
                claim.name
            );
        }
        let docs = include_str!("../../../../docs/evidence.md");
        let wanted = page(&rows);
        assert!(docs.contains(&wanted), "docs/evidence.md does not hold this table:\n{wanted}");
    }

    #[test]
    fn a_table_by_hand() {
        let csv = "fact,claim,unit,target,accepted_low,accepted_high,kind,naive,replications,mean,low,high,verdict,reason\n\
                   T1,built,%,25.84,15,30,predicted,54,30,24.71,24.3,25.1,passes,\n\
                   T4,\"cost, median\",,5.2,3,11.25,predicted,NaN,0,NaN,NaN,NaN,none,nothing there\n";
        let rows = read(csv).expect("a table");
        let page = page(&rows);
        assert!(page.contains(
            "| T1 | built % | 25.8 | 15 to 30 | 24.7 (24.3 to 25.1) | 54 | predicted, 30 | passes |\n"
        ));
        let none = "| T4 | cost, median | 5.2 | 3 to 11.2 | - | - | predicted, 0 | none: nothing there |\n";
        assert!(page.contains(none), "{page}");
        assert!(page.ends_with("1 claims pass, 0 fail, 1 had nothing to measure; the naive forecast would pass 0 of the 1 that have one.\n"));
        assert!(read(&csv.replace(",verdict", ",judgement")).is_err());
    }
}
