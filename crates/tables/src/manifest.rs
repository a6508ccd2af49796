//! What a run was made from and what it made.
//!
//! [`Manifest`] holds everything that determines the tables and their hashes: the same inputs give the same
//! bytes on every machine. [`Provenance`] holds the rest (when, where, how long) in a file of its own.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{TableError, WrittenTable, atomic};

/// The name of the manifest's file.
pub const MANIFEST_FILE: &str = "manifest.json";
/// The name of the provenance's file.
pub const PROVENANCE_FILE: &str = "provenance.json";

/// A file of data that a run used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataFile {
    /// Its name in the pack, such as `regions/texas/buses.csv`.
    pub name: String,
    /// Where it came from: built in, or a folder that the user named.
    pub source: String,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// A file of results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultFile {
    /// The table.
    pub table: String,
    /// The file's name beside the manifest.
    pub file: String,
    /// The number of rows.
    pub rows: u64,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// What determines a result, and the result's hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of gridrush.
    pub version: String,
    /// The name of the scenario.
    pub scenario: String,
    /// The SHA-256 of the resolved scenario's text.
    pub scenario_sha256: String,
    /// The root seed; text in the file, because numbers above 2^53 lose digits in many JSON readers.
    #[serde(with = "as_text")]
    pub seed: u64,
    /// Which replication this is.
    pub replication: u32,
    /// The name of the random generator.
    pub generator: String,
    /// The data that was used.
    pub data: Vec<DataFile>,
    /// What was repaired in it, each with file and line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repairs: Vec<String>,
    /// The files that were written.
    pub tables: Vec<ResultFile>,
}

impl Manifest {
    /// Lists the files of [`DirectorySink::finish`](crate::DirectorySink::finish).
    pub fn add_tables(&mut self, written: &[WrittenTable]) {
        for table in written {
            self.tables.extend(table.files.iter().map(|file| ResultFile {
                table: table.table.name.to_owned(),
                file: file.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                rows: table.rows,
                sha256: file.sha256.clone(),
            }));
        }
    }

    /// Writes `manifest.json` into a folder, at once.
    pub fn write(&self, dir: &Path) -> Result<(), TableError> {
        write_json(&dir.join(MANIFEST_FILE), self)
    }

    /// Reads `manifest.json` of a folder.
    pub fn read(dir: &Path) -> Result<Manifest, TableError> {
        read_json(&dir.join(MANIFEST_FILE))
    }
}

/// The circumstances of a run, which do not change its result.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The command line.
    pub command: Vec<String>,
    /// When it began, UTC, ISO 8601.
    pub started_utc: String,
    /// When it ended, UTC, ISO 8601.
    pub finished_utc: String,
    /// How long it took, in seconds.
    pub elapsed_s: f64,
    /// The machine's name, if known.
    pub host: Option<String>,
    /// The folder in which it was started.
    pub folder: String,
    /// The scenario's file, if it came from one.
    pub scenario_file: Option<String>,
    /// The number of threads.
    pub threads: usize,
}

impl Provenance {
    /// Writes `provenance.json` into a folder, at once.
    pub fn write(&self, dir: &Path) -> Result<(), TableError> {
        write_json(&dir.join(PROVENANCE_FILE), self)
    }

    /// Reads `provenance.json` of a folder.
    pub fn read(dir: &Path) -> Result<Provenance, TableError> {
        read_json(&dir.join(PROVENANCE_FILE))
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// The SHA-256 of a file, in hexadecimal, read in pieces.
pub fn sha256_of_file(path: &Path) -> Result<String, TableError> {
    let mut file = File::open(path).map_err(TableError::io("open", path))?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        match file.read(&mut piece).map_err(TableError::io("read", path))? {
            0 => return Ok(hexadecimal(&hash.finalize())),
            size => hash.update(&piece[..size]),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(b"0123456789abcdef"[digit as usize]))
        .collect()
}

/// Writes a value as a JSON file with one line per field, at once.
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<(), TableError> {
    let mut text = serde_json::to_string_pretty(value)
        .map_err(|source| TableError::Json { path: path.to_path_buf(), source })?;
    text.push('\n');
    atomic::write(path, text.as_bytes())
}

/// Reads a value of a JSON file.
pub fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, TableError> {
    let bytes = fs::read(path).map_err(TableError::io("read", path))?;
    serde_json::from_slice(&bytes).map_err(|source| TableError::Json { path: path.to_path_buf(), source })
}

/// A 64-bit number as text.
mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde fixes the signature")]
    pub fn serialize<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
