#!/bin/sh
# Solves the same hourly markets with gridrush, HiGHS and PyPSA: compares every hour, then prints ratios.
# Needs a Rust toolchain, Python 3 and the public case files beside the workspace (crates/core/benches/hours/sets.rs
# says which); installs the pinned packages into a virtual environment beside this file.
# Usage: tests/peers/run_dispatch_peers.sh [quick] [SET...]     quick: 168 hours of each set
set -eu
here=$(cd "$(dirname "$0")" && pwd)
hours=0
if [ "${1:-}" = quick ]; then
    hours=168
    shift
fi
[ $# -gt 0 ] || set -- case24 rts rts_dc rts_tight case118 case300 texas
venv="$here/target/venv"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -c "import highspy, pypsa" 2>/dev/null ||
    "$venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
root="$here/../.."
cargo build --quiet --release --manifest-path "$root/Cargo.toml" -p gridrush-core --example dispatch_hours
binary="${CARGO_TARGET_DIR:-$root/target}/release/examples/dispatch_hours"
dump="$here/target/dispatch"
rm -rf "$dump"
"$binary" dump "$dump" "$hours" "$@"
"$venv/bin/python" "$here/dispatch_exact.py" "$dump" "$@"
echo
"$venv/bin/python" "$here/dispatch_ratio.py" "$dump" "$binary" "$@"
