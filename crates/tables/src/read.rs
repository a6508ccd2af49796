//! Reading tables back from their Parquet files.
//!
//! A row group is decoded at a time, so [`scan_table`] needs memory for one of them however long the table
//! is; [`read_table`] joins them all.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::Path;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::column::reader::ColumnReader;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use crate::frame::{Frame, FrameColumn};
use crate::parquet_file::parquet_path;
use crate::{Kind, TableError, Values};

/// Reads a whole table from the folder of a run.
///
/// # Errors
/// [`TableError::Missing`] if there is no such file; [`TableError::Unsupported`] if it holds nulls or types
/// other than those of [`Kind`].
pub fn read_table(dir: &Path, name: &str) -> Result<Frame, TableError> {
    gather(dir, name, None)
}

/// Reads some columns of a table, in the order of the file. Columns that it lacks are left out; asking the
/// frame for them tells so.
pub fn read_columns(dir: &Path, name: &str, columns: &[&str]) -> Result<Frame, TableError> {
    gather(dir, name, Some(columns))
}

/// Hands a table to `visit` a row group at a time, in order, with some of its columns.
///
/// The first fault of the file or of `visit` ends the scan.
pub fn scan_table<E: From<TableError>>(
    dir: &Path,
    name: &str,
    columns: &[&str],
    mut visit: impl FnMut(&Frame) -> Result<(), E>,
) -> Result<(), E> {
    let file = TableFile::open(dir, name, Some(columns))?;
    for group in 0..file.reader.num_row_groups() {
        let mut frame = file.empty_frame();
        file.append(group, &mut frame)?;
        visit(&frame)?;
    }
    Ok(())
}

fn gather(dir: &Path, name: &str, columns: Option<&[&str]>) -> Result<Frame, TableError> {
    let file = TableFile::open(dir, name, columns)?;
    let mut frame = file.empty_frame();
    for group in 0..file.reader.num_row_groups() {
        file.append(group, &mut frame)?;
    }
    Ok(frame)
}

struct TableFile<'a> {
    name: &'a str,
    path: std::path::PathBuf,
    reader: SerializedFileReader<File>,
    /// Position in the file, name and type of each chosen column.
    chosen: Vec<(usize, String, Kind)>,
}

impl<'a> TableFile<'a> {
    fn open(dir: &Path, name: &'a str, columns: Option<&[&str]>) -> Result<TableFile<'a>, TableError> {
        let path = parquet_path(dir, name);
        let file = File::open(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => {
                TableError::Missing { table: name.to_owned(), path: dir.to_path_buf() }
            }
            _ => TableError::Io { action: "open", path: path.clone(), source },
        })?;
        let reader = SerializedFileReader::new(file).map_err(TableError::parquet(&path))?;
        let schema = reader.metadata().file_metadata().schema_descr_ptr();
        let mut chosen = Vec::new();
        for (index, column) in schema.columns().iter().enumerate() {
            if columns.is_none_or(|wanted| wanted.contains(&column.name())) {
                let kind = kind_of(column).ok_or_else(|| TableError::Unsupported {
                    path: path.clone(),
                    column: column.name().to_owned(),
                    found: describe(column),
                })?;
                chosen.push((index, column.name().to_owned(), kind));
            }
        }
        Ok(TableFile { name, path, reader, chosen })
    }

    fn empty_frame(&self) -> Frame {
        let columns = self.chosen.iter().map(|(_, name, kind)| FrameColumn {
            name: name.clone(),
            kind: *kind,
            values: Values::empty(*kind),
        });
        Frame { name: self.name.to_owned(), columns: columns.collect(), rows: 0 }
    }

    fn append(&self, group: usize, frame: &mut Frame) -> Result<(), TableError> {
        let fault = || TableError::parquet(&self.path);
        let rows = self.reader.metadata().row_group(group).num_rows() as usize;
        let group = self.reader.get_row_group(group).map_err(fault())?;
        for ((index, ..), column) in self.chosen.iter().zip(&mut frame.columns) {
            let read = read_column(&*group, *index, rows, &mut column.values).map_err(fault())?;
            if read != rows {
                let short = format!("column `{}` ends after {read} of {rows} rows", column.name);
                return Err(fault()(ParquetError::EOF(short)));
            }
        }
        frame.rows += rows;
        Ok(())
    }
}

fn read_column(
    group: &dyn RowGroupReader,
    index: usize,
    rows: usize,
    values: &mut Values,
) -> Result<usize, ParquetError> {
    match (group.get_column_reader(index)?, values) {
        (ColumnReader::Int64ColumnReader(mut reader), Values::Integer(values)) => {
            Ok(reader.read_records(rows, None, None, values)?.0)
        }
        (ColumnReader::DoubleColumnReader(mut reader), Values::Float(values)) => {
            Ok(reader.read_records(rows, None, None, values)?.0)
        }
        (ColumnReader::ByteArrayColumnReader(mut reader), Values::Text { dictionary, codes }) => {
            let mut texts = Vec::with_capacity(rows);
            let (read, ..) = reader.read_records(rows, None, None, &mut texts)?;
            append_texts(&texts, dictionary, codes)?;
            Ok(read)
        }
        _ => Err(ParquetError::General("the type of a column differs between schema and data".into())),
    }
}

fn append_texts(
    texts: &[ByteArray],
    dictionary: &mut Vec<String>,
    codes: &mut Vec<u32>,
) -> Result<(), ParquetError> {
    let mut positions: HashMap<Vec<u8>, u32> =
        dictionary.iter().zip(0..).map(|(word, position)| (word.as_bytes().to_vec(), position)).collect();
    codes.reserve(texts.len());
    for text in texts {
        let code = if let Some(&position) = positions.get(text.data()) {
            position
        } else {
            let position = dictionary.len() as u32;
            dictionary.push(text.as_utf8()?.to_owned());
            positions.insert(text.data().to_vec(), position);
            position
        };
        codes.push(code);
    }
    Ok(())
}

fn kind_of(column: &ColumnDescriptor) -> Option<Kind> {
    let info = column.self_type().get_basic_info();
    if column.max_rep_level() > 0 || info.repetition() != Repetition::REQUIRED {
        return None;
    }
    match (column.physical_type(), column.logical_type_ref()) {
        (Physical::INT64, None) => Some(Kind::Integer),
        (Physical::INT64, Some(LogicalType::Integer(kind))) if kind.is_signed => Some(Kind::Integer),
        (Physical::INT64, Some(LogicalType::Timestamp(kind))) if kind.unit == TimeUnit::MILLIS => {
            Some(Kind::Timestamp)
        }
        (Physical::DOUBLE, None) => Some(Kind::Float),
        (Physical::BYTE_ARRAY, Some(LogicalType::String)) => Some(Kind::Text),
        _ => None,
    }
}

fn describe(column: &ColumnDescriptor) -> String {
    let repetition = column.self_type().get_basic_info().repetition();
    match column.logical_type_ref() {
        Some(logical) => format!("{repetition} {} ({logical:?})", column.physical_type()),
        None => format!("{repetition} {}", column.physical_type()),
    }
}
