//! Where the public files are that some tests read and the project does not hold.

use std::path::{Path, PathBuf};

/// The folder in `GRIDRUSH_TEST_DATA`, an absolute path; without it `../shared/data` beside the workspace. A list of
/// the files stands in `docs/evidence.md`.
#[allow(clippy::disallowed_methods, reason = "says where files are that only tests read")]
pub fn public_data() -> PathBuf {
    match std::env::var_os("GRIDRUSH_TEST_DATA") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
    }
}
