//! Looking at columns by name, the same way in a batch and in a frame.

use crate::{Kind, TableError, Values};

/// A column as the accessors see it.
pub(crate) struct ColumnView<'a> {
    pub name: &'a str,
    pub kind: Kind,
    pub values: &'a Values,
}

/// The values of a text column: positions in a list of distinct values.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    /// The distinct values in order of first use.
    pub dictionary: &'a [String],
    /// One position per row.
    pub codes: &'a [u32],
}

impl<'a> Texts<'a> {
    /// The text of a row, which must exist.
    pub fn get(&self, row: usize) -> &'a str {
        &self.dictionary[self.codes[row] as usize]
    }

    /// The texts of all rows.
    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        self.codes.iter().map(move |&code| self.dictionary[code as usize].as_str())
    }
}

type Columns<'a, I> = (&'a str, I);

pub(crate) fn floats<'a>(
    table: &str,
    columns: impl Iterator<Item = ColumnView<'a>>,
    name: &str,
) -> Result<&'a [f64], TableError> {
    find((table, columns), name, Kind::Float, |values| match values {
        Values::Float(values) => Some(values.as_slice()),
        _ => None,
    })
}

pub(crate) fn integers<'a>(
    table: &str,
    columns: impl Iterator<Item = ColumnView<'a>>,
    name: &str,
) -> Result<&'a [i64], TableError> {
    find((table, columns), name, Kind::Integer, |values| match values {
        Values::Integer(values) => Some(values.as_slice()),
        _ => None,
    })
}

pub(crate) fn texts<'a>(
    table: &str,
    columns: impl Iterator<Item = ColumnView<'a>>,
    name: &str,
) -> Result<Texts<'a>, TableError> {
    find((table, columns), name, Kind::Text, |values| match values {
        Values::Text { dictionary, codes } => Some(Texts { dictionary, codes }),
        _ => None,
    })
}

fn find<'a, T>(
    (table, mut columns): Columns<'_, impl Iterator<Item = ColumnView<'a>>>,
    name: &str,
    wanted: Kind,
    take: impl FnOnce(&'a Values) -> Option<T>,
) -> Result<T, TableError> {
    let column = columns.find(|column| column.name == name);
    let found = column.as_ref().map(|column| column.kind);
    column.and_then(|column| take(column.values)).ok_or_else(|| TableError::Column {
        table: table.to_owned(),
        column: name.to_owned(),
        wanted,
        found,
    })
}
