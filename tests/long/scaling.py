"""Two threads against one, memory against the number of replications, and what pairing is worth.

    python3 tests/long/scaling.py PROGRAM FOLDER

Times are of whole processes on the clock, medians of runs that alternate; run it on a quiet machine. Fails where two
threads are less than 1.9 times as fast as one, where memory grows by a tenth from 10 to 1,000 replications, or where
an unpaired comparison of Texas policies would take less than three times as many replications.
"""

import csv
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 3
SPEED_UP = 1.9
GROWTH = 0.10
FACTOR = 3.0

PROGRAM, OUT = sys.argv[1], Path(sys.argv[2])
SCENARIOS = Path("scenarios").resolve()

SMALL = """schema = 1
name = "{name}"
scenario = "{scenarios}/quickstart.toml"
replications = {replications}
replications_per_part = {per_part}

[[factors]]
name = "gas"
path = "fuel.gas_usd_per_mmbtu"
values = [3.5]
"""

TEXAS = """schema = 1
name = "texas"
scenario = "{scenarios}/texas.toml"
replications = 8
replications_per_part = 1
compare = "policies"

[[factors]]
name = "policies"
levels = [
    {{ name = "desks" }},
    {{ name = "lane", set = ['policies=["p16_spp_hill"]', "policy.p16_spp_hill.effective=2025-01-01"] }},
]
"""


def plan(name, text, *more):
    """Plans an experiment afresh and returns the path of its plan."""
    file = OUT / f"{name}.toml"
    file.write_text(text)
    folder = OUT / name
    subprocess.run([PROGRAM, "plan", file, "-o", folder, "--probe", "0", *more], check=True, capture_output=True)
    return folder / "plan.json"


def batch(path, threads):
    """Runs a plan and returns seconds on the clock, processor seconds and peak memory in MB."""
    began = time.monotonic()
    command = [PROGRAM, "batch", "--plan", path, "-j", str(threads), "--no-progress"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{path}: the batch failed")
    return time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def scaling():
    """Ratio of the medians."""
    took = {1: [], 2: []}
    for number in range(ROUNDS):
        for threads in (1, 2) if number % 2 == 0 else (2, 1):
            name = f"speed-{number}-{threads}"
            text = SMALL.format(name=name, scenarios=SCENARIOS, replications=48, per_part=4)
            clock, processor, _ = batch(plan(name, text), threads)
            took[threads].append(clock)
            print(f"{threads} threads: {clock:.2f} s on the clock, {processor:.2f} s of processor time", flush=True)
    return statistics.median(took[1]) / statistics.median(took[2])


def memory():
    """Growth of the peak from 10 to 1,000 replications."""
    peaks = {}
    for replications in (10, 1000):
        name = f"many-{replications}"
        # Five parts keep both threads at work in the small batch, too.
        per_part = 2 if replications == 10 else 8
        text = SMALL.format(name=name, scenarios=SCENARIOS, replications=replications, per_part=per_part)
        path = plan(name, text, "-p", "end=2025-03-01")
        peaks[replications] = statistics.median(run_again(path) for _ in range(3))
        print(f"{replications} replications: {peaks[replications]:.1f} MB at most", flush=True)
    return peaks[1000] / peaks[10] - 1.0


def run_again(path):
    """Peak memory of a batch from its beginning."""
    for part in (path.parent / "parts").glob("*"):
        part.unlink()
    return batch(path, 2)[2]


def pairing():
    """The smallest variance factor among what the Texas policies are compared by."""
    path = plan("texas", TEXAS.format(scenarios=SCENARIOS), "-p", "end=2028-01-01")
    clock = batch(path, 2)[0]
    print(f"Texas: 16 runs of three years in {clock:.0f} s on two threads", flush=True)
    subprocess.run([PROGRAM, "merge", "--plan", path], check=True, capture_output=True)
    wanted = ("price_usd_per_mwh", "residential_bill_usd_per_month", "delivered_training_flop_e24")
    with open(path.parent / "differences.csv", newline="") as table:
        factors = {row["metric"]: float(row["variance_factor"]) for row in csv.DictReader(table)}
    for metric in wanted:
        print(f"pairing, {metric}: {factors[metric]:.1f} times as many replications without", flush=True)
    return min(factors[metric] for metric in wanted)


def main():
    faster, growth, factor = scaling(), memory(), pairing()
    print(f"two threads are {faster:.2f} times as fast as one; wanted {SPEED_UP}")
    print(f"memory grows by {100 * growth:.1f} %; allowed {100 * GROWTH:.0f} %")
    print(f"pairing saves a factor of {factor:.1f} at least; expected {FACTOR:.0f}")
    return 0 if faster >= SPEED_UP and growth < GROWTH and factor > FACTOR else 1


sys.exit(main())
