//! `ranking`: with what probability each cell is the best of its group, for measures that say what is better.

use gridrush_core::names::Key;
use gridrush_tables::{Batch, Cell, Kind};

use super::Results;
use super::columns::{REPLICATIONS, column, push, table};
use crate::plan::Of;
use crate::stats::{Better, Ranking, probability_best};

/// How a cell fares among those of its group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked {
    /// The measure's number.
    pub measure: usize,
    /// The group's number.
    pub group: usize,
    /// The cell.
    pub cell: usize,
    /// Common replications of the group.
    pub replications: u32,
    /// How it fares.
    pub ranking: Ranking,
}

impl Results {
    /// Ranks of all measures that say what is better and are means.
    pub fn ranking(&self) -> Vec<Ranked> {
        let mut out = Vec::new();
        if !self.is_compared() {
            return out;
        }
        for (number, measure) in self.plan.measures.iter().enumerate() {
            let Some(better) = measure.better.filter(|_| measure.of == Of::Mean) else { continue };
            for (group, cells) in self.groups().into_iter().enumerate() {
                let columns: Option<Vec<_>> =
                    cells.iter().map(|&cell| self.column(cell, &measure.metric)).collect();
                let Some(columns) = columns.filter(|columns| columns.len() > 1) else { continue };
                let common = Results::common(&columns);
                let arms: Vec<&[f64]> = common.iter().map(Vec::as_slice).collect();
                let draws = self.plan.bootstrap_draws;
                let key = Key::of(&measure.name).part(group as u64);
                let Some(ranks) = probability_best(&arms, better, draws, &self.streams(), key) else {
                    continue;
                };
                let replications = common[0].len() as u32;
                out.extend(cells.into_iter().zip(ranks).map(|(cell, ranking)| Ranked {
                    measure: number,
                    group,
                    cell,
                    replications,
                    ranking,
                }));
            }
        }
        out
    }
}

pub(super) fn batch(results: &Results) -> Option<Batch> {
    let list = results.ranking();
    if list.is_empty() {
        return None;
    }
    let others = [
        column("measure", Kind::Text, "Name of the measure."),
        column("better", Kind::Text, "Which values are better."),
        column("group", Kind::Integer, "Number of the group of cells that are compared, from 0."),
        REPLICATIONS,
        column("mean", Kind::Float, "Mean over replications that all cells of the group have."),
        column("probability_best", Kind::Float, "Probability that the cell is the best of its group."),
        column(
            "expected_loss",
            Kind::Float,
            "What choosing this cell may cost against the best, in the unit of the mean.",
        ),
    ];
    let meaning = "One cell among those that it is compared with.";
    let mut batch = Batch::new(table(&results.plan, "ranking", meaning, &others, true));
    for row in list {
        let measure = &results.plan.measures[row.measure];
        let better = if measure.better == Some(Better::High) { "high" } else { "low" };
        let rest = [
            Cell::Text(&measure.name),
            Cell::Text(better),
            Cell::Integer(row.group as i64),
            Cell::Integer(i64::from(row.replications)),
            Cell::Float(row.ranking.mean),
            Cell::Float(row.ranking.probability_best),
            Cell::Float(row.ranking.expected_loss),
        ];
        push(&mut batch, &results.plan, row.cell, &rest);
    }
    Some(batch)
}
