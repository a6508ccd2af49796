//! A batch of rows of a declared table.
//!
//! A probe keeps one batch per table, pushes rows and hands it to a [`RowSink`](crate::RowSink). Values are
//! kept by column; text is stored once per distinct value. A push costs a few stores, plus a hash for text.

use std::collections::HashMap;

use crate::columns::{self, ColumnView, Texts};
use crate::{Cell, Kind, Table, TableError, Values};

/// Rows of one table, by column.
#[derive(Clone, Debug)]
pub struct Batch {
    table: &'static Table,
    values: Vec<Values>,
    /// For each text column the position of each distinct value; empty for the others.
    positions: Vec<HashMap<String, u32>>,
    rows: usize,
}

impl Batch {
    /// An empty batch.
    pub fn new(table: &'static Table) -> Batch {
        Batch {
            table,
            values: table.columns.iter().map(|column| Values::empty(column.kind)).collect(),
            positions: vec![HashMap::new(); table.columns.len()],
            rows: 0,
        }
    }

    /// The declaration.
    pub fn table(&self) -> &'static Table {
        self.table
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Adds a row: one cell per declared column, in order and of its type.
    ///
    /// # Panics
    /// When the cells do not fit the declaration: that is a mistake of the program, not of its input.
    pub fn push(&mut self, row: &[Cell<'_>]) {
        assert_eq!(row.len(), self.table.columns.len(), "row of table {}", self.table.name);
        for (index, cell) in row.iter().enumerate() {
            match (&mut self.values[index], *cell) {
                (Values::Integer(values), Cell::Integer(value)) => values.push(value),
                (Values::Float(values), Cell::Float(value)) => values.push(value),
                (Values::Text { dictionary, codes }, Cell::Text(text)) => {
                    codes.push(intern(dictionary, &mut self.positions[index], text));
                }
                (_, cell) => {
                    let column = &self.table.columns[index];
                    panic!("{cell:?} in {} column {}.{}", column.kind, self.table.name, column.name)
                }
            }
        }
        self.rows += 1;
    }

    /// Adds the rows `from..to` of another batch of the same table.
    pub fn extend(&mut self, other: &Batch, from: usize, to: usize) {
        debug_assert_eq!(self.table.columns, other.table.columns);
        for (index, values) in self.values.iter_mut().enumerate() {
            match (values, &other.values[index]) {
                (Values::Integer(mine), Values::Integer(theirs)) => mine.extend_from_slice(&theirs[from..to]),
                (Values::Float(mine), Values::Float(theirs)) => mine.extend_from_slice(&theirs[from..to]),
                (Values::Text { dictionary, codes }, Values::Text { dictionary: words, codes: theirs }) => {
                    let mut known = vec![None; words.len()];
                    codes.extend(theirs[from..to].iter().map(|&code| {
                        let word = code as usize;
                        *known[word].get_or_insert_with(|| {
                            intern(dictionary, &mut self.positions[index], &words[word])
                        })
                    }));
                }
                _ => unreachable!("equal declarations make equal columns"),
            }
        }
        self.rows += to - from;
    }

    /// Forgets all rows and keeps the memory of the columns.
    pub fn clear(&mut self) {
        for values in &mut self.values {
            match values {
                Values::Integer(values) => values.clear(),
                Values::Float(values) => values.clear(),
                Values::Text { dictionary, codes } => {
                    dictionary.clear();
                    codes.clear();
                }
            }
        }
        self.positions.iter_mut().for_each(HashMap::clear);
        self.rows = 0;
    }

    /// The values of all columns, in the declared order.
    pub fn columns(&self) -> &[Values] {
        &self.values
    }

    /// The values of a float column.
    pub fn floats(&self, column: &str) -> Result<&[f64], TableError> {
        columns::floats(self.table.name, self.views(), column)
    }

    /// The values of an integer or timestamp column.
    pub fn integers(&self, column: &str) -> Result<&[i64], TableError> {
        columns::integers(self.table.name, self.views(), column)
    }

    /// The values of a text column.
    pub fn texts(&self, column: &str) -> Result<Texts<'_>, TableError> {
        columns::texts(self.table.name, self.views(), column)
    }

    fn views(&self) -> impl Iterator<Item = ColumnView<'_>> {
        let declared = self.table.columns.iter().zip(&self.values);
        declared.map(|(column, values)| ColumnView { name: column.name, kind: column.kind, values })
    }
}

/// The position of `text` in a dictionary, which grows if it is new.
fn intern(dictionary: &mut Vec<String>, positions: &mut HashMap<String, u32>, text: &str) -> u32 {
    if let Some(&position) = positions.get(text) {
        return position;
    }
    let position = dictionary.len() as u32;
    dictionary.push(text.to_owned());
    positions.insert(text.to_owned(), position);
    position
}

impl Values {
    /// No values of a type.
    pub(crate) fn empty(kind: Kind) -> Values {
        match kind {
            Kind::Timestamp | Kind::Integer => Values::Integer(Vec::new()),
            Kind::Float => Values::Float(Vec::new()),
            Kind::Text => Values::Text { dictionary: Vec::new(), codes: Vec::new() },
        }
    }
}
