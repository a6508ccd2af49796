#!/bin/sh
# Times gridrush's event kernel against NeXosim and SimPy on the same M/M/1 queue and prints ratios.
# Needs a Rust toolchain and Python 3; installs the pinned SimPy into a virtual environment beside this
# file. Usage: tests/peers/run_kernel_peers.sh [ROUNDS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
rounds=${1:-9}
venv="$here/target/venv"
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
fi
cargo build --quiet --release --manifest-path "$here/Cargo.toml"
lines="$here/target/kernel_lines.csv"
: > "$lines"
round=1
while [ "$round" -le "$rounds" ]; do
    "$here/target/release/kernel-peers" "$round" "$here/target/durations.bin" >> "$lines"
    "$venv/bin/python" "$here/simpy_mm1.py" "$round" "$here/target/durations.bin" >> "$lines"
    round=$((round + 1))
done
"$venv/bin/python" "$here/kernel_ratios.py" < "$lines"
