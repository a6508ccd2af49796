//! Files that are either whole or not there.
//!
//! The bytes go to a temporary name in the same folder, are flushed to the disk and then renamed, so a reader
//! or a crash never meets half a file.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::TableError;

/// The name under which `path` is written until it is whole: `.name.partial` in the same folder.
pub(crate) fn partial(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.partial"))
}

/// Writes `bytes` to `path` at once, replacing what was there. On error nothing is left behind.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), TableError> {
    let partial = partial(path);
    let written = File::create(&partial).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(&partial, path));
    moved.map_err(|source| {
        // The first fault is the one to report; the temporary file may not even exist.
        let _ = fs::remove_file(&partial);
        TableError::Io { action: "write", path: path.to_path_buf(), source }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_whole_files_and_leaves_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.json");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_write_names_the_path_and_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let taken = dir.path().join("taken");
        fs::create_dir(&taken).unwrap();
        let error = write(&taken, b"x").unwrap_err();
        assert!(error.to_string().contains("taken"), "{error}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert!(write(&dir.path().join("no/such/folder"), b"x").is_err());
    }
}
