//! Folders for results: tried before the work that fills them.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::stop::Stop;

/// Makes a folder, and a file in it that is removed again, so that no work is lost to a folder that cannot be
/// written to.
pub fn ready(dir: &Path) -> Result<(), Stop> {
    let probe = dir.join(".gridrush.partial");
    let gone = |error: std::io::Error| match error.kind() {
        // Another process with the same folder was faster.
        ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    };
    let tried = fs::create_dir_all(dir)
        .and_then(|()| fs::write(&probe, b"tried\n"))
        .and_then(|()| fs::remove_file(&probe).or_else(gone));
    tried.map_err(|error| Stop::usage(format!("cannot write to {}: {error}", dir.display())))
}
