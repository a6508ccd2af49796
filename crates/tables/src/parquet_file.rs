//! Parquet files of declared tables, by the low-level writer: no Arrow in between.
//!
//! Every column is required. Timestamps are 64-bit milliseconds that are not adjusted to UTC (so that readers
//! show them as they are), text is dictionary-encoded, integers and timestamps are stored as differences,
//! floats as streams of their first bytes, second bytes and so on, so that equal exponents pack well. The key
//! `gridrush.columns` of the file's metadata holds the declaration as JSON. Nothing in a file depends on the
//! clock, the machine or the size of the batches: rows are gathered into row groups of a fixed size.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, Encoding, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};

use crate::{Batch, Kind, Table, TableError, Values, atomic, dictionary, sha256_of_file};

/// Rows in a row group, except the last: a few MB of memory, and large enough to pack well.
pub(crate) const ROW_GROUP_ROWS: usize = 65_536;

/// A Parquet file that is being written.
pub(crate) struct ParquetFile {
    path: PathBuf,
    writer: SerializedFileWriter<File>,
    waiting: Batch,
    rows: u64,
}

impl ParquetFile {
    /// Creates the file, replacing an older one.
    pub fn create(path: PathBuf, table: &'static Table) -> Result<ParquetFile, TableError> {
        let file = File::create(&path).map_err(TableError::io("create", &path))?;
        let writer = schema(table)
            .and_then(|schema| SerializedFileWriter::new(file, schema, Arc::new(properties(table))))
            .map_err(TableError::parquet(&path))?;
        Ok(ParquetFile { path, writer, waiting: Batch::new(table), rows: 0 })
    }

    /// Adds rows.
    pub fn write(&mut self, batch: &Batch) -> Result<(), TableError> {
        let mut from = 0;
        while from < batch.len() {
            let to = batch.len().min(from + ROW_GROUP_ROWS - self.waiting.len());
            self.waiting.extend(batch, from, to);
            from = to;
            if self.waiting.len() == ROW_GROUP_ROWS {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Writes what is left and the footer; returns the number of rows.
    pub fn finish(mut self) -> Result<u64, TableError> {
        self.flush()?;
        self.writer.finish().map_err(TableError::parquet(&self.path))?;
        self.writer.inner().sync_all().map_err(TableError::io("write", &self.path))?;
        Ok(self.rows)
    }

    fn flush(&mut self) -> Result<(), TableError> {
        if !self.waiting.is_empty() {
            write_row_group(&mut self.writer, &self.waiting).map_err(TableError::parquet(&self.path))?;
            self.rows += self.waiting.len() as u64;
            self.waiting.clear();
        }
        Ok(())
    }
}

/// Writes a batch as one Parquet file, at once, and returns the SHA-256 of its bytes. On error nothing is
/// left behind.
pub fn write_parquet(path: &Path, batch: &Batch) -> Result<String, TableError> {
    let partial = atomic::partial(path);
    let written = ParquetFile::create(partial.clone(), batch.table()).and_then(|mut file| {
        file.write(batch)?;
        file.finish()?;
        let sha256 = sha256_of_file(&partial)?;
        std::fs::rename(&partial, path).map_err(TableError::io("write", path))?;
        Ok(sha256)
    });
    written.inspect_err(|_| {
        // The first fault is the one to report; the temporary file may not even exist.
        let _ = std::fs::remove_file(&partial);
    })
}

fn write_row_group(writer: &mut SerializedFileWriter<File>, batch: &Batch) -> Result<(), ParquetError> {
    let mut group = writer.next_row_group()?;
    for values in batch.columns() {
        let mut column =
            group.next_column()?.ok_or_else(|| ParquetError::General("too few columns".into()))?;
        match values {
            Values::Integer(values) => column.typed::<Int64Type>().write_batch(values, None, None)?,
            Values::Float(values) => column.typed::<DoubleType>().write_batch(values, None, None)?,
            Values::Text { dictionary, codes } => {
                let words: Vec<ByteArray> =
                    dictionary.iter().map(|word| word.as_bytes().to_vec().into()).collect();
                let texts: Vec<ByteArray> = codes.iter().map(|&code| words[code as usize].clone()).collect();
                column.typed::<ByteArrayType>().write_batch(&texts, None, None)?
            }
        };
        column.close()?;
    }
    group.close()?;
    Ok(())
}

fn schema(table: &Table) -> Result<TypePtr, ParquetError> {
    let mut fields = Vec::with_capacity(table.columns.len());
    for column in table.columns {
        let (physical, logical) = match column.kind {
            Kind::Timestamp => (Physical::INT64, Some(LogicalType::timestamp(false, TimeUnit::MILLIS))),
            Kind::Integer => (Physical::INT64, None),
            Kind::Float => (Physical::DOUBLE, None),
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let field = Type::primitive_type_builder(column.name, physical)
            .with_repetition(Repetition::REQUIRED)
            .with_logical_type(logical);
        fields.push(Arc::new(field.build()?));
    }
    Ok(Arc::new(Type::group_type_builder(table.name).with_fields(fields).build()?))
}

fn properties(table: &Table) -> WriterProperties {
    let mut builder = WriterProperties::builder()
        .set_created_by(concat!("gridrush version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::SNAPPY)
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_key_value_metadata(Some(vec![
            KeyValue::new("gridrush.table".to_owned(), table.meaning.to_owned()),
            KeyValue::new("gridrush.columns".to_owned(), dictionary::columns_json(table)),
        ]));
    for column in table.columns {
        let path = parquet::schema::types::ColumnPath::from(column.name);
        builder = match column.kind {
            Kind::Timestamp | Kind::Integer => {
                builder.set_column_encoding(path, Encoding::DELTA_BINARY_PACKED)
            }
            Kind::Float => builder.set_column_encoding(path, Encoding::BYTE_STREAM_SPLIT),
            Kind::Text => builder.set_column_dictionary_enabled(path, true),
        };
    }
    builder.build()
}

/// Where a table's Parquet file lies in a folder of results.
pub fn parquet_path(dir: &Path, table: &str) -> PathBuf {
    dir.join(format!("{table}.parquet"))
}
