//! What an experiment says, for people: a table for each group of cells that are compared, and under it which one is
//! best by each measure and what else it does.
//!
//! ```text
//! ## region pjm
//!
//! | policies  | time to power [d] | homes [$/month]      |
//! |-----------|-------------------|----------------------|
//! | own rules | 1352              | 155.02               |
//! | lane      | 1300 (-52 ± 9)   | 155.10 (+0.08 ~)     |
//!
//! - time to power (low is better): lane, with 98 %. With it homes not distinguishable from zero.
//! ```
//!
//! The same text is printed and written beside the tables, so both always agree; all numbers are those of `measures`
//! and `ranking`. Decimals of a column follow the half-widths in it.

use std::fmt::Write;

use super::measures::{FromBase, Measured};
use super::{Ranked, Results};
use crate::plan::{Of, PlannedMeasure};
use crate::stats::{Better, Wording, wording};

/// The file that holds the answers.
pub const ANSWERS_FILE: &str = "answers.md";

/// A cell is called the best from this probability on.
const SETTLED: f64 = 0.95;
/// Cells below this probability are not named among those that may be the best.
const UNLIKELY: f64 = 0.02;

/// A group with the rows of `measures` and `ranking` that are about it.
struct Group<'a> {
    results: &'a Results,
    cells: Vec<usize>,
    measured: &'a [Measured],
    ranking: &'a [Ranked],
}

impl Results {
    /// The answers as text in Markdown; none where nothing is compared or measured.
    pub fn answers(&self) -> Option<String> {
        let groups = if self.is_compared() { self.groups() } else { Vec::new() };
        if self.plan.measures.is_empty() || groups.iter().all(|cells| cells.len() < 2) {
            return None;
        }
        let (measured, ranking) = (self.measures(), self.ranking());
        let percent = 100.0 * self.plan.confidence;
        let replications = self.plan.cells.first().map_or(0, |cell| cell.replications);
        let mut out = format!("# {}\n\n", self.plan.title);
        // Nothing can fail in writing to a text.
        let _ = writeln!(
            out,
            "Replications of each cell: {replications}. In brackets the difference from the first row in the same replications, \
             with half its {percent} % simulation interval; ~ where it is not distinguishable from zero."
        );
        for cells in groups.into_iter().filter(|cells| cells.len() > 1) {
            Group { results: self, cells, measured: &measured, ranking: &ranking }.write(&mut out);
        }
        Some(out)
    }
}

impl Group<'_> {
    fn write(&self, out: &mut String) {
        let plan = &self.results.plan;
        if let Some(title) = self.title() {
            let _ = writeln!(out, "\n## {title}");
        }
        let head = std::iter::once(self.compared())
            .chain((0..plan.measures.len()).map(|n| format!("{} [{}]", plan.measures[n].name, self.unit(n))));
        let mut rows = vec![head.collect::<Vec<_>>()];
        rows.extend(self.cells.iter().map(|&cell| {
            let shown = (0..plan.measures.len()).map(|n| self.shown(n, cell));
            std::iter::once(self.label(cell)).chain(shown).collect()
        }));
        out.push('\n');
        table(out, &rows);
        out.push('\n');
        // What else a choice does is said once, of the best by the measure that comes first.
        let first = plan.measures.iter().position(|measure| measure.better.is_some());
        for (number, measure) in plan.measures.iter().enumerate() {
            let Some(better) = measure.better else { continue };
            let side = if better == Better::High { "high" } else { "low" };
            let Some(best) = self.best(number) else { continue };
            let _ = write!(out, "- {} ({side} is better): ", measure.name);
            match best[..] {
                [(cell, p)] if p >= SETTLED && cell == self.cells[0] => {
                    let _ =
                        writeln!(out, "{}, with {:.0} %: nothing else helps.", self.label(cell), 100.0 * p);
                }
                [(cell, p)] if p >= SETTLED => {
                    let _ = write!(out, "{}, with {:.0} %", self.label(cell), 100.0 * p);
                    let change =
                        self.change(number, cell).map_or_else(String::new, |text| format!(": {text}"));
                    let besides =
                        if Some(number) == first { self.besides(number, cell) } else { String::new() };
                    let _ = writeln!(out, "{change}.{besides}");
                }
                _ => {
                    let named =
                        |&(cell, p): &(usize, f64)| format!("{} {:.0} %", self.label(cell), 100.0 * p);
                    let list: Vec<String> = best.iter().map(named).collect();
                    let _ = writeln!(out, "not settled ({}).", list.join(", "));
                }
            }
        }
        for (number, measure) in plan.measures.iter().enumerate() {
            let rows = self.cells.iter().filter_map(|&cell| self.row(number, cell));
            let wanted = rows.filter(|row| row.wanted.is_some_and(|n| n > row.replications));
            if let Some(most) = wanted.filter_map(|row| row.wanted).max() {
                let _ = writeln!(
                    out,
                    "- {}: about {most} replications for the wanted half-width in all rows.",
                    measure.name
                );
            }
        }
    }

    /// What the cells have in common.
    fn title(&self) -> Option<String> {
        let plan = &self.results.plan;
        plan.compare?;
        let values = &plan.cells[self.cells[0]].values;
        let of = plan.factors.iter().zip(values).enumerate();
        let others = of.filter(|(n, _)| Some(*n as u32) != plan.compare);
        let named: Vec<String> =
            others.map(|(_, (factor, value))| format!("{} {value}", factor.name)).collect();
        (!named.is_empty()).then(|| named.join(", "))
    }

    /// What differs between them.
    fn compared(&self) -> String {
        let plan = &self.results.plan;
        match plan.compare {
            Some(n) => plan.factors[n as usize].name.clone(),
            None => plan.factors.iter().map(|factor| factor.name.as_str()).collect::<Vec<_>>().join(", "),
        }
    }

    fn label(&self, cell: usize) -> String {
        let plan = &self.results.plan;
        let values = &plan.cells[cell].values;
        plan.compare.map_or_else(|| values.join(", "), |n| values[n as usize].clone())
    }

    fn row(&self, measure: usize, cell: usize) -> Option<&Measured> {
        self.measured.iter().find(|row| row.measure == measure && row.cell == cell)
    }

    fn unit(&self, measure: usize) -> &str {
        let rows = self.cells.iter().filter_map(|&cell| self.row(measure, cell));
        rows.map(|row| row.unit.as_str()).next().unwrap_or("")
    }

    /// Digits behind the point of a column: two figures of the middle half-width.
    fn decimals(&self, measure: usize) -> usize {
        let rows: Vec<&Measured> = self.cells.iter().filter_map(|&cell| self.row(measure, cell)).collect();
        let halves =
            rows.iter().filter_map(|row| row.difference.and_then(|from| from.interval).or(row.interval));
        let mut halves: Vec<f64> =
            halves.map(|(low, high)| 0.5 * (high - low)).filter(|half| *half > 0.0).collect();
        halves.sort_by(f64::total_cmp);
        let fallback = || rows.iter().map(|row| row.value.abs() / 100.0).fold(0.0, f64::max);
        let mut half = halves.get(halves.len() / 2).copied().unwrap_or_else(fallback);
        let mut decimals = 0;
        while half > 0.0 && half < 9.5 && decimals < 9 {
            half *= 10.0;
            decimals += 1;
        }
        decimals
    }

    /// A value with its difference from the base.
    fn shown(&self, number: usize, cell: usize) -> String {
        let Some(row) = self.row(number, cell) else { return "-".to_owned() };
        let decimals = self.decimals(number);
        let mut text = format!("{:.decimals$}", row.value);
        if let Some(from) = row.difference {
            let measure = &self.results.plan.measures[number];
            let _ = write!(text, " ({})", difference(measure, from, decimals));
        }
        if let Some(total) = row.total {
            let (low, high) = total.interval;
            let _ = write!(text, "; total {low:.decimals$} to {high:.decimals$}");
            if row.difference.is_some() {
                let (more, less) = (100.0 * total.positive_share, 100.0 * total.negative_share);
                let _ = write!(text, ", {more:.0} % of draws higher, {less:.0} % lower");
            }
        }
        text
    }

    /// The cells that may be the best by a measure, the likeliest first; none where it is not ranked.
    fn best(&self, measure: usize) -> Option<Vec<(usize, f64)>> {
        let ranked =
            self.ranking.iter().filter(|row| row.measure == measure && self.cells.contains(&row.cell));
        let mut list: Vec<(usize, f64)> = ranked
            .map(|row| (row.cell, row.ranking.probability_best))
            .filter(|(_, probability)| *probability >= UNLIKELY)
            .collect();
        list.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        if list.first().is_some_and(|(_, probability)| *probability >= SETTLED) {
            list.truncate(1);
        }
        (!list.is_empty()).then_some(list)
    }

    /// How far a cell is from its base by a measure.
    fn change(&self, number: usize, cell: usize) -> Option<String> {
        let from = self.row(number, cell)?.difference?;
        if wording(from.interval) == Wording::NotDistinguishable {
            return Some(Wording::NotDistinguishable.text().to_owned());
        }
        let measure = &self.results.plan.measures[number];
        Some(format!("{} {}", difference(measure, from, self.decimals(number)), self.unit(number)))
    }

    /// What a cell does by the other measures.
    fn besides(&self, number: usize, cell: usize) -> String {
        let measures = self.results.plan.measures.iter().enumerate();
        let others = measures.filter(|(other, _)| *other != number);
        let list: Vec<String> = others
            .filter_map(|(other, measure)| Some(format!("{} {}", measure.name, self.change(other, cell)?)))
            .collect();
        if list.is_empty() { String::new() } else { format!(" With it: {}.", list.join("; ")) }
    }
}

/// A difference with half its interval, or with both ends where these are not alike.
fn difference(measure: &PlannedMeasure, from: FromBase, decimals: usize) -> String {
    let value = format!("{:+.decimals$}", from.value);
    match from.interval {
        None => value,
        Some(interval) if wording(Some(interval)) == Wording::NotDistinguishable => format!("{value} ~"),
        Some((low, high)) if measure.of == Of::Mean => format!("{value} ± {:.decimals$}", 0.5 * (high - low)),
        Some((low, high)) => format!("{value}, {low:+.decimals$} to {high:+.decimals$}"),
    }
}

/// A table in Markdown that is also read as it is.
fn table(out: &mut String, rows: &[Vec<String>]) {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for (n, row) in rows.iter().enumerate() {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(text, &width)| format!("{text:<width$}")).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
        if n == 0 {
            let lines: Vec<String> = widths.iter().map(|&width| "-".repeat(width + 2)).collect();
            let _ = writeln!(out, "|{}|", lines.join("|"));
        }
    }
}
