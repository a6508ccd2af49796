//! All values of an experiment by cell, metric and replication, and which cells are compared.

use std::collections::BTreeMap;

use gridrush_core::kernel::Streams;
use gridrush_core::names::Key;

use crate::Metric;
use crate::plan::{Plan, PlannedDesign, Unit};
use crate::stats::Bootstrap;

/// The values of one metric of one cell by replication; absent where it failed or does not report it.
pub(super) type Column = Vec<Option<f64>>;

/// All values of an experiment.
#[derive(Clone, Debug)]
pub struct Results {
    /// The plan.
    pub plan: Plan,
    /// Names and units of the metrics, in order of first appearance.
    pub metrics: Vec<(String, String)>,
    numbers: BTreeMap<String, usize>,
    values: Vec<BTreeMap<usize, Column>>,
    by_point: BTreeMap<(u32, u32), usize>,
}

impl Results {
    /// No values yet.
    pub(super) fn new(plan: &Plan) -> Results {
        let cells = plan.cells.iter().enumerate();
        Results {
            by_point: cells.map(|(number, cell)| ((cell.point, cell.draw), number)).collect(),
            values: vec![BTreeMap::new(); plan.cells.len()],
            plan: plan.clone(),
            metrics: Vec::new(),
            numbers: BTreeMap::new(),
        }
    }

    /// Adds a value of a unit that the plan has.
    pub(super) fn add(&mut self, unit: Unit, metric: &Metric) {
        let known = self.numbers.get(&metric.name).copied();
        let number = known.unwrap_or_else(|| {
            self.metrics.push((metric.name.clone(), metric.unit.clone()));
            self.numbers.insert(metric.name.clone(), self.metrics.len() - 1);
            self.metrics.len() - 1
        });
        let cell = &self.plan.cells[unit.cell];
        let count = cell.replications as usize;
        let column = self.values[unit.cell].entry(number).or_insert_with(|| vec![None; count]);
        column[(unit.replication - cell.first_replication) as usize] = Some(metric.value);
    }

    /// Values of a metric of a cell by replication; nothing if the cell never reports it.
    pub(super) fn column(&self, cell: usize, metric: &str) -> Option<&Column> {
        self.values[cell].get(self.numbers.get(metric)?)
    }

    /// The values of a metric of a cell that are there.
    pub(super) fn known(&self, cell: usize, metric: &str) -> Vec<f64> {
        self.column(cell, metric).map(|column| column.iter().copied().flatten().collect()).unwrap_or_default()
    }

    /// The values of columns in the replications that all of them have.
    pub(super) fn common(columns: &[&Column]) -> Vec<Vec<f64>> {
        let count = columns.iter().map(|column| column.len()).min().unwrap_or(0);
        let whole: Vec<usize> =
            (0..count).filter(|&r| columns.iter().all(|column| column[r].is_some())).collect();
        columns.iter().map(|column| whole.iter().filter_map(|&r| column[r]).collect()).collect()
    }

    /// Whether cells are compared with each other at all.
    pub(super) fn is_compared(&self) -> bool {
        matches!(self.plan.design, PlannedDesign::Factorial | PlannedDesign::OneAtATime)
    }

    /// The cells without draws, in order of the points.
    pub(super) fn centres(&self) -> Vec<usize> {
        self.by_point.iter().filter(|((_, draw), _)| *draw == 0).map(|(_, &cell)| cell).collect()
    }

    /// The cell of the same point with a draw.
    pub(super) fn drawn(&self, cell: usize, draw: u32) -> Option<usize> {
        self.by_point.get(&(self.plan.cells[cell].point, draw)).copied()
    }

    /// Numbers of the draws, from 1.
    pub(super) fn draws(&self) -> u32 {
        self.plan.cells.iter().map(|cell| cell.draw).max().unwrap_or(0)
    }

    /// What cells of a group have in common: all factors, or all but the compared one.
    fn group(&self, cell: usize) -> Vec<&str> {
        let Some(compared) = self.plan.compare else { return Vec::new() };
        let values = self.plan.cells[cell].values.iter().enumerate();
        values.filter(|(i, _)| *i != compared as usize).map(|(_, value)| value.as_str()).collect()
    }

    /// Cells that are compared with each other, the first of each group being the base of the others.
    pub(super) fn groups(&self) -> Vec<Vec<usize>> {
        let mut groups: Vec<(Vec<&str>, Vec<usize>)> = Vec::new();
        for cell in self.centres() {
            let key = self.group(cell);
            match groups.iter_mut().find(|(k, _)| *k == key) {
                Some((_, cells)) => cells.push(cell),
                None => groups.push((key, vec![cell])),
            }
        }
        let Some(compared) = self.plan.compare.map(|factor| factor as usize) else {
            return groups.into_iter().map(|(_, cells)| cells).collect();
        };
        let first = &self.plan.cells[0].values[compared];
        // One factor at a time leaves groups without the base level.
        let has_base = |cells: &Vec<usize>| self.plan.cells[cells[0]].values[compared] == *first;
        groups.into_iter().map(|(_, cells)| cells).filter(has_base).collect()
    }

    /// The cells that are reported, each with its base if it has one, group by group.
    pub(super) fn pairs(&self) -> Vec<(usize, Option<usize>)> {
        if !self.is_compared() {
            return self.centres().into_iter().map(|cell| (cell, None)).collect();
        }
        let with_base = |cells: Vec<usize>| {
            let base = cells[0];
            cells.into_iter().map(move |cell| (cell, (cell != base).then_some(base)))
        };
        self.groups().into_iter().flat_map(with_base).collect()
    }

    /// A number of a cell and its base for every draw that has one, with the numbers of those draws.
    pub(super) fn over_draws(
        &self,
        cell: usize,
        base: Option<usize>,
        number: &dyn Fn(usize, Option<usize>) -> Option<f64>,
    ) -> (Vec<u32>, Vec<f64>) {
        let of = |draw: u32| {
            let base = match base {
                Some(base) => Some(self.drawn(base, draw)?),
                None => None,
            };
            Some((draw, number(self.drawn(cell, draw)?, base)?))
        };
        (1..=self.draws()).filter_map(of).unzip()
    }

    /// A metric of a cell less that of another, by replication, over those that both have.
    pub(super) fn paired(&self, metric: &str, cell: usize, base: usize) -> Option<Vec<f64>> {
        let common = Results::common(&[self.column(cell, metric)?, self.column(base, metric)?]);
        Some(common[0].iter().zip(&common[1]).map(|(mine, other)| mine - other).collect())
    }

    /// Root of the streams of bootstrap and ranking.
    pub(super) fn streams(&self) -> Streams {
        Streams::new(self.plan.seed.parse().unwrap_or_default(), 0)
    }

    /// A bootstrap of its own by name.
    pub(super) fn bootstrap(&self, name: &str) -> Bootstrap {
        Bootstrap {
            draws: self.plan.bootstrap_draws,
            confidence: self.plan.confidence,
            streams: self.streams(),
            key: Key::of(name),
        }
    }
}
