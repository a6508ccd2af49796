#!/usr/bin/env bash
# Four shards of an experiment on a Dask cluster of this machine, against the same without, byte for byte.
#   tests/engines/dask.sh PROGRAM
# Installs `distributed` into an environment of its own unless $PYTHON has it, and says SKIPPED where it cannot.
set -euo pipefail
cd "$(dirname "$0")/../.."
gridrush=$(realpath "$1")
source tests/engines/common.sh
trap clean EXIT

python=${PYTHON:-python3}
if ! "$python" -c "import distributed" 2>/dev/null; then
    if ! { python3 -m venv "$work/venv" && "$work/venv/bin/pip" install -q distributed; } >/dev/null 2>&1; then
        echo "SKIPPED: Dask is not here and cannot be installed (distributed)"
        exit 0
    fi
    python=$work/venv/bin/python
fi

plan "$work/cluster"
plan "$work/one"
"$gridrush" submit dask --plan "$work/cluster/plan.json" --shards 4 --print >"$work/driver.py"
(cd "$work" && "$python" driver.py --cluster local >driver.log 2>&1) || {
    cat "$work/driver.log" >&2
    exit 1
}
"$gridrush" resume "$work/one/plan.json" -j 1 --no-progress >/dev/null
same "$work/one" "$work/cluster" "four shards of a Dask cluster"
