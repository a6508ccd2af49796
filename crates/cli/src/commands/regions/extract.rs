//! Writes the files of a pack to where `--data` finds them.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::files::RegionFiles;
use crate::stop::Stop;

/// Writes every file of a region below `folder`, as `regions/<name>/<file>`. Nothing is written when one is there.
pub(super) fn write(name: &str, files: &RegionFiles, folder: &Path) -> Result<(), Stop> {
    let target = folder.join("regions").join(name);
    if let Some(present) = files.texts.keys().map(|file| target.join(file)).find(|path| path.exists()) {
        return Err(Stop::usage(format!("{} exists; nothing was written", present.display())));
    }
    fs::create_dir_all(&target)?;
    for (file, text) in &files.texts {
        fs::write(target.join(file), text)?;
    }
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{} ({} files; found with --data {})",
        target.display(),
        files.texts.len(),
        folder.display()
    )?;
    Ok(())
}
