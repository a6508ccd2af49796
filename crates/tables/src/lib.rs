//! Result tables: what a column means, batches of rows, files.
//!
//! A leaf of the workspace: the simulator fills [`Batch`]es and hands them to a [`RowSink`]; files are
//! written and read here and nowhere else. Every column carries its unit and meaning, so the data
//! dictionary, the Parquet metadata and the checks come from one declaration.

pub mod atomic;
mod batch;
mod civil;
mod columns;
mod csv_file;
mod dictionary;
mod error;
mod frame;
mod manifest;
mod numbers;
mod parquet_file;
mod read;
mod sink;

use std::fmt;

pub use atomic::write as write_file;
pub use batch::Batch;
pub use civil::{Civil, DAY_MS};
pub use columns::Texts;
pub use csv_file::{csv, write_csv};
pub use dictionary::{dictionary, write_dictionary};
pub use error::TableError;
pub use frame::{Frame, FrameColumn};
pub use manifest::{
    DataFile, MANIFEST_FILE, Manifest, PROVENANCE_FILE, Provenance, ResultFile, read_json, sha256,
    sha256_of_file, write_json,
};
pub use numbers::shown;
pub use parquet_file::{parquet_path, write_parquet};
pub use read::{read_columns, read_table, scan_table};
pub use sink::{DirectorySink, MemorySink, RowSink, WrittenFile, WrittenTable};

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// UTC timestamp without zone, stored as milliseconds since 1970-01-01.
    Timestamp,
    /// 64-bit integer.
    Integer,
    /// 64-bit float.
    Float,
    /// Text, usually one of few values.
    Text,
}

/// The declaration of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, with the unit last.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Its unit; empty for names and counts.
    pub unit: &'static str,
    /// What it means, in one sentence.
    pub meaning: &'static str,
}

/// The declaration of a table.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name, also the stem of its file.
    pub name: &'static str,
    /// What a row is, in one sentence.
    pub meaning: &'static str,
    /// Its columns in order.
    pub columns: &'static [Column],
    /// Whether a CSV copy is written beside the Parquet file (small tables).
    pub csv: bool,
}

/// The values of a column in a batch.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Of [`Kind::Timestamp`] and [`Kind::Integer`].
    Integer(Vec<i64>),
    /// Of [`Kind::Float`].
    Float(Vec<f64>),
    /// Of [`Kind::Text`]: positions in a dictionary.
    Text {
        /// The distinct values in order of first use.
        dictionary: Vec<String>,
        /// One position per row.
        codes: Vec<u32>,
    },
}

/// One value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// For [`Kind::Timestamp`] and [`Kind::Integer`].
    Integer(i64),
    /// For [`Kind::Float`].
    Float(f64),
    /// For [`Kind::Text`].
    Text(&'a str),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Timestamp => "timestamp",
            Kind::Integer => "integer",
            Kind::Float => "float",
            Kind::Text => "text",
        })
    }
}
