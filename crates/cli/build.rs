//! Puts the data packs into the binary: every file below `data/`, in order of its path, with its hash.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest, Sha256};

/// Most that the packs may add to the binary.
const BUDGET_BYTES: u64 = 6 * 1024 * 1024;

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let data = here.join("../../data");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", data.display());
    let mut files = Vec::new();
    if data.is_dir() {
        collect(&data, &mut files)?;
    }
    files.sort();

    let mut bytes_total = 0;
    let mut code = String::from("&[\n");
    for path in &files {
        let bytes = fs::read(path)?;
        bytes_total += bytes.len() as u64;
        let name: Vec<_> = path
            .strip_prefix(&data)
            .expect("collected below data")
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect();
        let hash = Sha256::digest(&bytes).iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let absolute = path.canonicalize()?;
        let absolute = absolute.to_string_lossy();
        let _ = writeln!(code, "    ({:?}, include_bytes!({absolute:?}), {hash:?}),", name.join("/"));
    }
    code.push_str("]\n");
    assert!(bytes_total <= BUDGET_BYTES, "data packs of {bytes_total} bytes are over {BUDGET_BYTES}");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("set by cargo"));
    fs::write(out.join("packs.rs"), code)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() {
            collect(&path, files)?;
        } else if !hidden {
            files.push(path);
        }
    }
    Ok(())
}
