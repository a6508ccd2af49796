//! Snapshots and series of a PyPSA folder: a row is a snapshot, a column a component.

use std::collections::BTreeMap;

use super::cells::{Cells, is_absent};
use super::{Reader, SNAPSHOTS, mean};
use crate::grid::case::Faults;
use crate::grid::case::table::{Shape, Table};

/// Series that decide something in PyPSA and have no place here: table and attribute.
pub(super) const UNUSED: &[(&str, &str)] = &[
    ("generators", "p_set"),
    ("generators", "ramp_limit_up"),
    ("generators", "ramp_limit_down"),
    ("generators", "start_up_cost"),
    ("generators", "shut_down_cost"),
    ("generators", "stand_by_cost"),
    ("links", "p_set"),
    ("links", "ramp_limit_up"),
    ("links", "ramp_limit_down"),
    ("links", "start_up_cost"),
    ("links", "shut_down_cost"),
    ("links", "stand_by_cost"),
    ("storage_units", "efficiency_dispatch"),
    ("storage_units", "efficiency_store"),
    ("storage_units", "inflow"),
    ("storage_units", "marginal_cost_storage"),
    ("storage_units", "p_dispatch_set"),
    ("storage_units", "p_min_pu"),
    ("storage_units", "p_set"),
    ("storage_units", "p_store_set"),
    ("storage_units", "spill_cost"),
    ("storage_units", "standing_loss"),
    ("storage_units", "state_of_charge_set"),
    ("transformers", "phase_shift_max"),
    ("transformers", "phase_shift_min"),
];

/// Values by snapshot, by component.
pub(super) type Series = BTreeMap<String, Vec<f64>>;

impl Reader<'_> {
    /// Counts the snapshots. A folder without them has one.
    pub fn snapshots(&mut self) {
        let Some(table) = self.open(SNAPSHOTS, &[]) else { return };
        let columns = table.columns();
        let mut faults = Faults::new(SNAPSHOTS, &mut self.list);
        if columns.iter().any(|name| name == "period") {
            faults.add(Some(1), "period", "several investment periods are not read");
        }
        self.hours = table.rows().count();
        if self.hours == 0 {
            faults.add(None, "snapshot", "there is no snapshot");
        }
        let weights = ["objective", "stores", "generators", "weightings"];
        let weighted = table.rows().any(|row| {
            weights.iter().any(|column| {
                let text = row.text(column);
                !is_absent(text) && text.parse() != Ok(1.0)
            })
        });
        if weighted {
            self.notes.add("snapshots.csv: weights are not kept, every snapshot counts as an hour");
        }
    }

    /// The series of an attribute by component; empty if the folder has none. A row too few or too many, a
    /// cell that is no finite number and a component that is not in its table are faults.
    pub fn read_series(&mut self, components: &str, attribute: &str) -> Series {
        let file = format!("{components}-{attribute}.csv");
        let table_file = format!("{components}.csv");
        let Some(table) = self.open(&file, &[]) else { return Series::new() };
        let known = self.component_names(&table_file);
        let mut faults = Faults::new(&file, &mut self.list);
        let count = table.rows().count();
        if count != self.hours {
            let message = format!("{count} rows for {} snapshots", self.hours);
            faults.add(None, "snapshot", message);
            return Series::new();
        }
        let mut columns: Vec<(usize, &str, Vec<f64>)> = Vec::new();
        for (index, name) in table.columns().iter().enumerate().skip(1) {
            if known.binary_search_by(|k| k.as_str().cmp(name)).is_err() {
                faults.unknown(
                    Some(1),
                    name,
                    &format!("component of {table_file}"),
                    name,
                    known.iter().map(String::as_str),
                );
            } else {
                columns.push((index, name, Vec::with_capacity(count)));
            }
        }
        for row in table.rows() {
            for (index, name, values) in &mut columns {
                let text = row.at(*index);
                match text.parse::<f64>() {
                    Ok(value) if value.is_finite() => values.push(value),
                    _ => {
                        faults.add(Some(row.line), name, format!("\"{text}\" is not a finite number"));
                        values.push(0.0);
                    }
                }
            }
        }
        columns.into_iter().map(|(_, name, values)| (name.to_owned(), values)).collect()
    }

    /// The names of a component table in rising order.
    fn component_names(&self, file: &str) -> Vec<String> {
        let Some(text) = self.files.get(file) else { return Vec::new() };
        let shape = Shape { required: &[], optional: &[], foreign: true, renamed: &[] };
        // Its faults are found when the table itself is read.
        let mut ignored = Vec::new();
        let table = Table::read(text, &shape, &mut Faults::new(file, &mut ignored));
        let mut names: Vec<String> =
            table.iter().flat_map(Table::rows).map(|row| row.at(0).to_owned()).collect();
        names.sort_unstable();
        names
    }

    /// The number of a component that may also have a series, of which then the mean is taken.
    pub fn number_or_mean(
        &mut self,
        cells: &Cells<'_>,
        column: &str,
        default: f64,
        series: &Series,
    ) -> Option<f64> {
        let Some(values) = series.get(cells.name) else {
            return self.number(cells, column, default);
        };
        let table = cells.file.trim_end_matches(".csv");
        self.notes.count(&format!("{table}-{column}.csv: the mean stands for the series"), cells.name);
        Some(mean(values))
    }
}
