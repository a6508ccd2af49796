//! CSV tables with a header row: every cell is read by column name and every fault keeps its line.
//!
//! In tables of ours, lines that begin with `#` are comments. Cells are trimmed.

use csv::{ReaderBuilder, StringRecord, Trim};

use super::Faults;
use crate::grid::Date;

/// A column of a table of ours: its name and what it means.
pub(crate) type Column = (&'static str, &'static str);

/// The declaration of a table of ours, from which it is read, written and documented.
pub(crate) struct Declared {
    /// File name.
    pub file: &'static str,
    /// What a row is.
    pub about: &'static str,
    /// Columns that must be there.
    pub required: &'static [Column],
    /// Columns that may be there.
    pub optional: &'static [Column],
}

impl Declared {
    /// The names of the columns that must be there.
    pub fn names(&self) -> Vec<&'static str> {
        self.required.iter().map(|(name, _)| *name).collect()
    }

    /// The names of the columns that may be there.
    pub fn optional_names(&self) -> Vec<&'static str> {
        self.optional.iter().map(|(name, _)| *name).collect()
    }

    /// Reads the table; columns of former names are refused with what they are called now.
    pub fn read(&self, text: &str, renamed: &[(&str, &str)], faults: &mut Faults<'_>) -> Option<Table> {
        let (required, optional) = (self.names(), self.optional_names());
        Table::read(
            text,
            &Shape { required: &required, optional: &optional, foreign: false, renamed },
            faults,
        )
    }
}

/// What a table may and must hold.
pub(crate) struct Shape<'a> {
    /// Columns that must be there.
    pub required: &'a [&'a str],
    /// Columns that may be there.
    pub optional: &'a [&'a str],
    /// Whether other columns are ignored (a foreign table) or faults (one of ours).
    pub foreign: bool,
    /// Columns of former versions, each with what it is called now.
    pub renamed: &'a [(&'a str, &'a str)],
}

/// A parsed table.
pub(crate) struct Table {
    header: Vec<String>,
    rows: Vec<(u64, StringRecord)>,
}

/// A cell that could not be read; the fault is noted already.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BadCell;

/// One row of a table.
#[derive(Clone, Copy)]
pub(crate) struct Row<'t> {
    table: &'t Table,
    record: &'t StringRecord,
    /// The line of the file, counted from one.
    pub line: u64,
}

impl Table {
    /// Reads a table. Rows with a wrong number of cells are faults and are left out; a missing required
    /// column is a fault and gives `None`.
    pub fn read(text: &str, shape: &Shape<'_>, faults: &mut Faults<'_>) -> Option<Table> {
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .comment((!shape.foreign).then_some(b'#'))
            .trim(Trim::All)
            .from_reader(text.as_bytes());
        let mut records = Vec::new();
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let line = record.position().map_or(0, |at| line_of(text, at, !shape.foreign));
                    records.push((line, record));
                }
                Err(error) => {
                    let line = error.position().map(csv::Position::line);
                    faults.add(line, "row", format!("not readable as CSV: {error}"));
                }
            }
        }
        let mut records = records.into_iter();
        let Some((header_line, header)) = records.next() else {
            faults.add(None, "header", "the table is empty").allowed = Some(shape.required.join(", "));
            return None;
        };
        let header: Vec<String> = header.iter().map(str::to_owned).collect();
        let known = || shape.required.iter().chain(shape.optional).copied();
        for (i, name) in header.iter().enumerate() {
            if let Some((_, now)) = shape.renamed.iter().find(|(then, _)| then == name) {
                faults.add(Some(header_line), name, format!("this column is now `{now}`"));
            } else if !shape.foreign && !known().any(|k| k == name) {
                faults.unknown(Some(header_line), name, "column", name, known());
            }
            if header[..i].contains(name) {
                faults.add(Some(header_line), name, "this column appears twice");
            }
        }
        let missing = |name: &&&str| !header.iter().any(|h| h == **name);
        let mut complete = true;
        for name in shape.required.iter().filter(missing) {
            faults.add(Some(header_line), name, "this column is missing");
            complete = false;
        }
        let mut rows = Vec::with_capacity(records.len());
        for (line, record) in records {
            if record.len() == header.len() {
                rows.push((line, record));
            } else {
                let message = format!("{} cells where the header has {}", record.len(), header.len());
                faults.add(Some(line), "row", message);
            }
        }
        complete.then_some(Table { header, rows })
    }

    /// The names of the columns in file order.
    pub fn columns(&self) -> &[String] {
        &self.header
    }

    /// All rows in file order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, record)| Row { table: self, record, line: *line })
    }
}

impl<'t> Row<'t> {
    /// The cell of a column by its position; empty when the row has none there.
    pub fn at(&self, index: usize) -> &'t str {
        self.record.get(index).unwrap_or("")
    }

    /// A cell; empty when the column is absent.
    pub fn text(&self, column: &str) -> &'t str {
        let index = self.table.header.iter().position(|name| name == column);
        index.and_then(|i| self.record.get(i)).unwrap_or("")
    }

    /// A cell that must not be empty.
    pub fn name(&self, column: &str, faults: &mut Faults<'_>) -> Option<String> {
        let text = self.text(column);
        if text.is_empty() {
            faults.add(Some(self.line), column, "this cell is empty");
            return None;
        }
        Some(text.to_owned())
    }

    /// A cell that must hold a finite number.
    pub fn number(&self, column: &str, faults: &mut Faults<'_>) -> Option<f64> {
        let text = self.text(column);
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Some(value),
            _ => {
                faults.add(Some(self.line), column, format!("\"{text}\" is not a finite number"));
                None
            }
        }
    }

    /// A number within bounds.
    pub fn number_in(&self, column: &str, least: f64, most: f64, faults: &mut Faults<'_>) -> Option<f64> {
        let value = self.number(column, faults)?;
        if value < least || value > most {
            let fault = faults.add(Some(self.line), column, format!("{value} is out of range"));
            fault.allowed = Some(match (least.is_finite(), most.is_finite()) {
                (true, true) => format!("{least} to {most}"),
                (true, false) => format!("{least} or more"),
                _ => format!("{most} or less"),
            });
            return None;
        }
        Some(value)
    }

    /// A number of zero or more.
    pub fn not_negative(&self, column: &str, faults: &mut Faults<'_>) -> Option<f64> {
        self.number_in(column, 0.0, f64::INFINITY, faults)
    }

    /// `None` for an empty cell, otherwise whatever `read` makes of it.
    pub fn optional<T>(
        &self,
        column: &str,
        faults: &mut Faults<'_>,
        read: impl FnOnce(&Row<'t>, &str, &mut Faults<'_>) -> Option<T>,
    ) -> Result<Option<T>, BadCell> {
        if self.text(column).is_empty() {
            Ok(None)
        } else {
            read(self, column, faults).ok_or(BadCell).map(Some)
        }
    }

    /// A cell that must hold a whole number of zero or more.
    pub fn integer(&self, column: &str, faults: &mut Faults<'_>) -> Option<u32> {
        let text = self.text(column);
        let parsed = text.parse().ok();
        if parsed.is_none() {
            faults.add(Some(self.line), column, format!("\"{text}\" is not a whole number of zero or more"));
        }
        parsed
    }

    /// A cell that must hold a calendar day.
    pub fn date(&self, column: &str, faults: &mut Faults<'_>) -> Option<Date> {
        let text = self.text(column);
        let date = Date::parse(text);
        if date.is_none() {
            let fault = faults.add(Some(self.line), column, format!("\"{text}\" is not a date"));
            fault.allowed = Some("a calendar day such as 2027-06-01".to_owned());
        }
        date
    }

    /// A cell that must hold one of the known names.
    pub fn choice<T: Copy>(
        &self,
        column: &str,
        known: &[T],
        name: impl Fn(T) -> &'static str + Copy,
        faults: &mut Faults<'_>,
    ) -> Option<T> {
        let text = self.text(column);
        let found = known.iter().copied().find(|value| name(*value) == text);
        if found.is_none() {
            faults.unknown(Some(self.line), column, "name", text, known.iter().map(|value| name(*value)));
        }
        found
    }

    /// A cell that must say `true` or `false`.
    pub fn flag(&self, column: &str, faults: &mut Faults<'_>) -> Option<bool> {
        self.choice(column, &[true, false], |value| if value { "true" } else { "false" }, faults)
    }
}

/// The line on which a record begins. The position of a record is where the one before it ended, so blank
/// lines and comments may come first.
fn line_of(text: &str, at: &csv::Position, comments: bool) -> u64 {
    let rest = usize::try_from(at.byte()).ok().and_then(|byte| text.get(byte..)).unwrap_or("");
    let skipped = |line: &&str| line.is_empty() || (comments && line.starts_with('#'));
    at.line() + rest.lines().take_while(skipped).count() as u64
}

/// A CSV text from a header and rows of cells.
pub(crate) fn write(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = header.join(",");
    text.push('\n');
    for row in rows {
        debug_assert_eq!(row.len(), header.len());
        for (i, cell) in row.iter().enumerate() {
            if i > 0 {
                text.push(',');
            }
            if cell.contains([',', '"', '\n', '\r']) || cell.starts_with('#') {
                text.push('"');
                text.push_str(&cell.replace('"', "\"\""));
                text.push('"');
            } else {
                text.push_str(cell);
            }
        }
        text.push('\n');
    }
    text
}

/// The cell of an optional value.
pub(crate) fn optional_cell<T: ToString>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_know_their_line_behind_comments_and_blank_lines() {
        let text = "\u{feff}# first\n\n# second\na,b\n1,2\n\n# third\n\"3\n3\",4\r\n\r\n5,6";
        let shape = Shape { required: &["a", "b"], optional: &[], foreign: false, renamed: &[] };
        let mut list = Vec::new();
        let table = Table::read(text, &shape, &mut Faults::new("t.csv", &mut list)).expect("a table");
        assert_eq!(
            table.rows().map(|row| (row.line, row.text("b"))).collect::<Vec<_>>(),
            [(5, "2"), (8, "4"), (11, "6")]
        );

        // In a foreign table the sign is part of a name.
        let shape = Shape { required: &[], optional: &[], foreign: true, renamed: &[] };
        let table =
            Table::read("a\n#1\n\n2\n", &shape, &mut Faults::new("t.csv", &mut list)).expect("a table");
        assert_eq!(table.rows().map(|row| (row.line, row.at(0))).collect::<Vec<_>>(), [(2, "#1"), (4, "2")]);
        assert!(list.is_empty(), "{list:?}");
    }
}
