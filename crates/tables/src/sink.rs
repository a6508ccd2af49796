//! Where rows go: a folder of files, or memory.
//!
//! The folder sink writes row groups during the run under temporary names and renames them all in
//! [`DirectorySink::finish`]; a sink that is dropped before that removes its files. Its memory is one row
//! group per table, whatever the length of the run, and its bytes do not depend on how rows were batched.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::csv_file::CsvFile;
use crate::parquet_file::{ParquetFile, parquet_path};
use crate::{Batch, Frame, Table, TableError, atomic, manifest};

/// Takes batches of rows. The rows of a table keep their order.
pub trait RowSink {
    /// Takes the rows of a batch; the caller may then clear and refill it.
    fn write(&mut self, batch: &Batch) -> Result<(), TableError>;
}

/// Keeps all rows in memory, for tests and small runs.
#[derive(Clone, Debug, Default)]
pub struct MemorySink {
    tables: BTreeMap<&'static str, Batch>,
}

impl MemorySink {
    /// All rows of a table so far, or nothing if none was ever written.
    pub fn batch(&self, table: &str) -> Option<&Batch> {
        self.tables.get(table)
    }

    /// As [`MemorySink::batch`], in the form in which a file is read.
    pub fn frame(&self, table: &str) -> Option<Frame> {
        self.batch(table).map(Frame::from)
    }

    /// All tables by name.
    pub fn batches(&self) -> impl Iterator<Item = &Batch> {
        self.tables.values()
    }
}

impl RowSink for MemorySink {
    fn write(&mut self, batch: &Batch) -> Result<(), TableError> {
        let mine = self.tables.entry(batch.table().name).or_insert_with(|| Batch::new(batch.table()));
        same_columns(mine.table(), batch.table())?;
        mine.extend(batch, 0, batch.len());
        Ok(())
    }
}

/// A table as it was written, for the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenTable {
    /// The table.
    pub table: &'static Table,
    /// Its number of rows.
    pub rows: u64,
    /// Its files: Parquet first, then CSV if there is one.
    pub files: Vec<WrittenFile>,
}

/// A file as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Where it is.
    pub path: PathBuf,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// Writes `<table>.parquet`, and `<table>.csv` for tables that ask for it, into a folder.
pub struct DirectorySink {
    dir: PathBuf,
    open: BTreeMap<&'static str, OpenTable>,
    /// Files under temporary names, to be removed unless the sink is finished.
    partial: Vec<PathBuf>,
}

struct OpenTable {
    table: &'static Table,
    parquet: ParquetFile,
    csv: Option<CsvFile>,
}

impl DirectorySink {
    /// A sink into `dir`, which is made if need be. Files of tables that are not written stay as they are.
    pub fn create(dir: &Path) -> Result<DirectorySink, TableError> {
        fs::create_dir_all(dir).map_err(TableError::io("create", dir))?;
        Ok(DirectorySink { dir: dir.to_path_buf(), open: BTreeMap::new(), partial: Vec::new() })
    }

    /// Opens a table, so that its file will exist even if no row ever comes.
    pub fn declare(&mut self, table: &'static Table) -> Result<(), TableError> {
        self.open(table).map(|_| ())
    }

    /// Completes all files and gives them their names; the tables come back sorted by name.
    ///
    /// Nothing is renamed unless every file could be completed.
    pub fn finish(mut self) -> Result<Vec<WrittenTable>, TableError> {
        let mut written = Vec::with_capacity(self.open.len());
        for OpenTable { table, parquet, csv } in std::mem::take(&mut self.open).into_values() {
            let mut paths = vec![parquet_path(&self.dir, table.name)];
            let rows = parquet.finish()?;
            if let Some(csv) = csv {
                csv.finish()?;
                paths.push(csv_path(&self.dir, table.name));
            }
            let files = paths.into_iter().map(|path| {
                let sha256 = manifest::sha256_of_file(&atomic::partial(&path))?;
                Ok(WrittenFile { path, sha256 })
            });
            written.push(WrittenTable { table, rows, files: files.collect::<Result<_, TableError>>()? });
        }
        for file in written.iter().flat_map(|table| &table.files) {
            fs::rename(atomic::partial(&file.path), &file.path)
                .map_err(TableError::io("write", &file.path))?;
        }
        self.partial.clear();
        Ok(written)
    }

    fn open(&mut self, table: &'static Table) -> Result<&mut OpenTable, TableError> {
        if !self.open.contains_key(table.name) {
            let parquet = atomic::partial(&parquet_path(&self.dir, table.name));
            self.partial.push(parquet.clone());
            let parquet = ParquetFile::create(parquet, table)?;
            let csv = if table.csv {
                let csv = atomic::partial(&csv_path(&self.dir, table.name));
                self.partial.push(csv.clone());
                Some(CsvFile::create(csv, table)?)
            } else {
                None
            };
            self.open.insert(table.name, OpenTable { table, parquet, csv });
        }
        let open = self.open.get_mut(table.name).expect("it was just opened");
        same_columns(open.table, table)?;
        Ok(open)
    }
}

impl RowSink for DirectorySink {
    fn write(&mut self, batch: &Batch) -> Result<(), TableError> {
        let open = self.open(batch.table())?;
        open.parquet.write(batch)?;
        match &mut open.csv {
            Some(csv) => csv.write(batch),
            None => Ok(()),
        }
    }
}

impl Drop for DirectorySink {
    fn drop(&mut self) {
        self.open.clear();
        for path in &self.partial {
            // There is nobody to tell, and a file that was never made is no fault.
            let _ = fs::remove_file(path);
        }
    }
}

fn same_columns(mine: &Table, theirs: &Table) -> Result<(), TableError> {
    if mine.columns == theirs.columns {
        return Ok(());
    }
    Err(TableError::Mixed { table: mine.name.to_owned(), found: theirs.name.to_owned() })
}

fn csv_path(dir: &Path, table: &str) -> PathBuf {
    dir.join(format!("{table}.csv"))
}
