//! What can go wrong with tables and their files.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::Kind;

/// A fault of a table or its file. After any of them a [`DirectorySink`](crate::DirectorySink) can only be
/// dropped, which removes its unfinished files.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TableError {
    /// The operating system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, such as "create".
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// There is no file for a table.
    #[error("there is no table `{table}` in {}", path.display())]
    Missing {
        /// The table.
        table: String,
        /// The folder that was searched.
        path: PathBuf,
    },
    /// A Parquet file could not be written or is damaged.
    #[error("Parquet file {}", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// Why.
        source: parquet::errors::ParquetError,
    },
    /// A Parquet file holds a column of a type that is not one of [`Kind`].
    #[error("column `{column}` of {} is {found}; only timestamp, integer, float and text are read", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// What the file says it is.
        found: String,
    },
    /// A CSV file could not be written.
    #[error("CSV file {}", path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// Why.
        source: csv::Error,
    },
    /// A JSON file could not be read or made.
    #[error("JSON file {}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A table has no such column, or it is of another type.
    #[error("table `{table}` has no {wanted} column `{column}`{}", found.map_or(String::new(), |k| format!(" (it is {k})")))]
    Column {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The type that was asked for.
        wanted: Kind,
        /// The type it has, if it exists.
        found: Option<Kind>,
    },
    /// Rows of two tables of different columns were mixed.
    #[error("rows of table `{found}` cannot go into table `{table}`: their columns differ")]
    Mixed {
        /// The table that was open.
        table: String,
        /// The table of the rows.
        found: String,
    },
}

impl TableError {
    /// Makes a closure for `map_err` that adds what was tried and where.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> TableError {
        let path = path.to_path_buf();
        move |source| TableError::Io { action, path, source }
    }

    /// As [`TableError::io`], for Parquet.
    pub(crate) fn parquet(path: &Path) -> impl FnOnce(parquet::errors::ParquetError) -> TableError {
        let path = path.to_path_buf();
        move |source| TableError::Parquet { path, source }
    }

    /// As [`TableError::io`], for CSV.
    pub(crate) fn csv(path: &Path) -> impl FnOnce(csv::Error) -> TableError {
        let path = path.to_path_buf();
        move |source| TableError::Csv { path, source }
    }
}
