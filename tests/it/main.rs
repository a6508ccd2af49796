//! Tests of the workspace as a whole.

mod architecture;
mod backtest;
mod brief;
mod calibrate;
mod cases;
#[path = "../data.rs"]
mod data;
mod evidence;
mod experiments;
mod headroom;
mod opf;
mod packs;
mod policy;
mod readme;
mod reference;
mod regions;
mod results;
mod slips;
mod validate;

use std::path::{Path, PathBuf};

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The program under test, started in the workspace's root.
fn gridrush() -> assert_cmd::Command {
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_gridrush"));
    command.current_dir(root()).env_remove("GRIDRUSH_DATA");
    command
}
