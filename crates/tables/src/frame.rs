//! A table in memory whose columns are known only at run time: what a file turned out to hold.

use crate::columns::{self, ColumnView, Texts};
use crate::{Batch, Kind, TableError, Values};

/// A column of a [`Frame`].
#[derive(Clone, Debug, PartialEq)]
pub struct FrameColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// Its values.
    pub values: Values,
}

/// Named columns of equal length.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    pub(crate) name: String,
    pub(crate) columns: Vec<FrameColumn>,
    pub(crate) rows: usize,
}

impl Frame {
    /// The name of the table.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// All columns, in order.
    pub fn columns(&self) -> &[FrameColumn] {
        &self.columns
    }

    /// The values of a float column.
    pub fn floats(&self, column: &str) -> Result<&[f64], TableError> {
        columns::floats(&self.name, self.views(), column)
    }

    /// The values of an integer or timestamp column.
    pub fn integers(&self, column: &str) -> Result<&[i64], TableError> {
        columns::integers(&self.name, self.views(), column)
    }

    /// The values of a text column.
    pub fn texts(&self, column: &str) -> Result<Texts<'_>, TableError> {
        columns::texts(&self.name, self.views(), column)
    }

    fn views(&self) -> impl Iterator<Item = ColumnView<'_>> {
        let columns = self.columns.iter();
        columns.map(|column| ColumnView { name: &column.name, kind: column.kind, values: &column.values })
    }
}

impl From<&Batch> for Frame {
    fn from(batch: &Batch) -> Frame {
        let declared = batch.table().columns.iter().zip(batch.columns());
        Frame {
            name: batch.table().name.to_owned(),
            columns: declared
                .map(|(column, values)| FrameColumn {
                    name: column.name.to_owned(),
                    kind: column.kind,
                    values: values.clone(),
                })
                .collect(),
            rows: batch.len(),
        }
    }
}
