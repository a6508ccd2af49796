#!/bin/sh
# Reads folders that PyPSA exports and compares objective, prices, output and flows with what PyPSA finds.
# Needs a Rust toolchain and Python 3; installs the pinned packages into a virtual environment beside this
# file. Usage: tests/peers/run_pypsa_folders.sh [NETWORKS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv="$here/target/venv"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -c "import highspy, pypsa" 2>/dev/null ||
    "$venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
root="$here/../.."
cargo build --quiet --manifest-path "$root/Cargo.toml" -p gridrush-cli
"$venv/bin/python" "$here/pypsa_folders.py" "${CARGO_TARGET_DIR:-$root/target}/debug/gridrush" "${1:-20}"
