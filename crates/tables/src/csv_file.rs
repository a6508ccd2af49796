//! CSV files of declared tables.
//!
//! One header line with the column names, then a line per row. Timestamps are ISO 8601 without zone; floats
//! are the shortest text that reads back to the same bits, with `NaN`, `inf` and `-inf` for what is not a
//! number; text is quoted where needed.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::civil::Civil;
use crate::{Batch, Kind, Table, TableError, Values, atomic};

/// A CSV file that is being written.
pub(crate) struct CsvFile {
    path: PathBuf,
    writer: csv::Writer<File>,
}

impl CsvFile {
    /// Creates the file, replacing an older one, and writes the header.
    pub fn create(path: PathBuf, table: &Table) -> Result<CsvFile, TableError> {
        let file = File::create(&path).map_err(TableError::io("create", &path))?;
        let mut writer = csv::Writer::from_writer(file);
        write_header(&mut writer, table).map_err(TableError::csv(&path))?;
        Ok(CsvFile { path, writer })
    }

    /// Adds rows.
    pub fn write(&mut self, batch: &Batch) -> Result<(), TableError> {
        write_rows(&mut self.writer, batch).map_err(TableError::csv(&self.path))
    }

    /// Writes what is left.
    pub fn finish(self) -> Result<(), TableError> {
        let CsvFile { path, writer } = self;
        let file = writer.into_inner().map_err(|error| TableError::io("write", &path)(error.into_error()))?;
        file.sync_all().map_err(TableError::io("write", &path))
    }
}

/// Writes a batch as one CSV file, at once.
pub fn write_csv(path: &Path, batch: &Batch) -> Result<(), TableError> {
    atomic::write(path, &bytes(path, batch)?)
}

/// A batch as the bytes of a CSV file.
pub fn csv(batch: &Batch) -> Result<Vec<u8>, TableError> {
    bytes(Path::new(batch.table().name), batch)
}

fn bytes(path: &Path, batch: &Batch) -> Result<Vec<u8>, TableError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    write_header(&mut writer, batch.table())
        .and_then(|()| write_rows(&mut writer, batch))
        .map_err(TableError::csv(path))?;
    writer.into_inner().map_err(|error| TableError::io("write", path)(error.into_error()))
}

fn write_header<W: std::io::Write>(writer: &mut csv::Writer<W>, table: &Table) -> Result<(), csv::Error> {
    writer.write_record(table.columns.iter().map(|column| column.name))
}

fn write_rows<W: std::io::Write>(writer: &mut csv::Writer<W>, batch: &Batch) -> Result<(), csv::Error> {
    for row in 0..batch.len() {
        for (column, values) in batch.table().columns.iter().zip(batch.columns()) {
            match values {
                Values::Integer(values) if column.kind == Kind::Timestamp => {
                    writer.write_field(Civil::from_ms(values[row]).to_string())?;
                }
                Values::Integer(values) => writer.write_field(values[row].to_string())?,
                Values::Float(values) => writer.write_field(format!("{:?}", values[row]))?,
                Values::Text { dictionary, codes } => writer.write_field(&dictionary[codes[row] as usize])?,
            }
        }
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(())
}
