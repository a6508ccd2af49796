//! Cells of component tables by PyPSA's rules, and notes that count.
//!
//! An empty cell, what pandas takes for "not a number", and an absent column are the default.

use std::collections::BTreeMap;

use super::Reader;
use crate::grid::case::table::Row;

/// A component: one row of a table.
pub(super) struct Cells<'t> {
    /// The file, for faults and notes.
    pub file: &'t str,
    /// The name in the first column.
    pub name: &'t str,
    /// The row.
    pub row: Row<'t>,
}

impl<'t> Cells<'t> {
    /// A cell; empty where PyPSA would see its default.
    pub fn text(&self, column: &str) -> &'t str {
        let text = self.row.text(column);
        if is_absent(text) { "" } else { text }
    }
}

/// What pandas reads as "not a number".
pub(super) fn is_absent(text: &str) -> bool {
    matches!(
        text,
        "" | "NaN"
            | "nan"
            | "-nan"
            | "-NaN"
            | "NA"
            | "<NA>"
            | "N/A"
            | "n/a"
            | "#N/A"
            | "NULL"
            | "null"
            | "None"
    )
}

impl Reader<'_> {
    /// A finite number or its default; `None` with a fault otherwise.
    pub fn number(&mut self, cells: &Cells<'_>, column: &str, default: f64) -> Option<f64> {
        let value = self.number_or_infinity(cells, column, default)?;
        if value.is_infinite() {
            self.fault(cells, column, "this must be finite");
            return None;
        }
        Some(value)
    }

    /// A number, which may be infinite, or its default; `None` with a fault otherwise.
    pub fn number_or_infinity(&mut self, cells: &Cells<'_>, column: &str, default: f64) -> Option<f64> {
        let text = cells.text(column);
        if text.is_empty() {
            return Some(default);
        }
        let value = text.parse::<f64>().ok().filter(|value| !value.is_nan());
        if value.is_none() {
            self.fault(cells, column, format!("\"{text}\" is not a number"));
        }
        value
    }

    /// A truth value as Python writes it.
    pub fn flag(&mut self, cells: &Cells<'_>, column: &str, default: bool) -> Option<bool> {
        match cells.text(column) {
            "" => Some(default),
            "True" | "true" | "TRUE" | "1" | "1.0" => Some(true),
            "False" | "false" | "FALSE" | "0" | "0.0" => Some(false),
            text => {
                let message = format!("\"{text}\" is not a truth value");
                self.fault(cells, column, message).allowed = Some("True, False".to_owned());
                None
            }
        }
    }

    /// A size of zero or more that may be extendable: the optimised one if the file tells it.
    pub fn size(&mut self, cells: &Cells<'_>, column: &str) -> Option<f64> {
        let mut chosen = column.to_owned();
        if self.flag(cells, &format!("{column}_extendable"), false)? {
            let optimised = format!("{column}_opt");
            let known = !cells.text(&optimised).is_empty();
            let (word, file) = (if known { "optimised" } else { "present" }, cells.file);
            self.notes.count(&format!("{file}: extendable {column} is the {word} one"), cells.name);
            if known {
                chosen = optimised;
            }
        }
        let size = self.number_or_infinity(cells, &chosen, 0.0)?;
        if size < 0.0 {
            self.fault(cells, &chosen, format!("{size} is out of range")).allowed =
                Some("0 or more".to_owned());
            return None;
        }
        Some(size)
    }

    /// Notes the columns of a component that say more than their default and have no place in a network.
    /// Without a number as default, any value does.
    pub fn unused(&mut self, cells: &Cells<'_>, columns: &[(&str, Option<f64>)]) {
        for (column, default) in columns {
            let text = cells.text(column);
            let value = match text {
                "True" | "true" | "TRUE" => Some(1.0),
                "False" | "false" | "FALSE" => Some(0.0),
                _ => text.parse::<f64>().ok(),
            };
            if !text.is_empty() && (value.is_none() || value != *default) {
                self.notes.count(&format!("{}: {column} is left out", cells.file), cells.name);
            }
        }
    }
}

/// What was read but has no place, each thing once with how many components it concerns.
#[derive(Default)]
pub(super) struct Notes {
    order: Vec<String>,
    counts: BTreeMap<String, (usize, String)>,
}

impl Notes {
    /// Notes something of the case as a whole.
    pub fn add(&mut self, line: impl Into<String>) {
        self.order.push(line.into());
    }

    /// Notes something of a component.
    pub fn count(&mut self, line: &str, name: &str) {
        if let Some((count, _)) = self.counts.get_mut(line) {
            *count += 1;
        } else {
            self.order.push(line.to_owned());
            self.counts.insert(line.to_owned(), (1, name.to_owned()));
        }
    }

    /// The notes in the order in which they arose.
    pub fn into_lines(self) -> Vec<String> {
        let Notes { order, counts } = self;
        let line = |line: String| match counts.get(&line) {
            None => line,
            Some((1, name)) => format!("{line} ({name})"),
            Some((count, name)) => format!("{line} ({count} of them, the first {name})"),
        };
        order.into_iter().map(line).collect()
    }
}
