"""Times gridrush, HiGHS and PyPSA on the same hourly markets and prints the tables of ratios.

    dispatch_ratio.py FOLDER BINARY SET...

FOLDER holds what `BINARY dump` wrote. gridrush is timed by `BINARY time` right before and right after HiGHS, and the
slower of the two counts. HiGHS has the market with bus angles (faster for it than transfer factors), one
thread and its default tolerances; warm means the same model with changed bounds and costs, cold that its
basis is cleared. PyPSA solves one linear program over all hours of a stretch. gridrush is timed by the wall
clock, the others by processor time, so that other work on the machine counts against gridrush alone. A missed
target is named below.
"""

import contextlib
import logging
import os
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np

from dispatch_model import Market, Program

# What the ratio to a warm HiGHS should be at least, and gridrush's median in microseconds at most.
TARGETS = {"rts": (30, 5), "rts_dc": (30, 7), "texas": (40, 60)}
COLD_SECONDS = 5


def gridrush_us(binary, market):
    lines = subprocess.run(
        [binary, "time", str(market.hours), market.name], check=True, capture_output=True, text=True
    ).stdout
    return float(lines.strip().rsplit(",", 1)[1])


def highs_us(market, cold):
    """Median times of updating and of solving, and how many hours ended at another objective."""
    program = Program(market, {})
    update, solve, wrong = [], [], 0
    begin = time.process_time()
    for number in range(market.hours):
        hour = market.hour(number)
        start = time.process_time()
        program.set_hour(hour)
        if cold:
            program.highs.clearSolver()
        ready = time.process_time()
        program.run()
        done = time.process_time()
        update.append(ready - start)
        solve.append(done - ready)
        wrong += abs(program.objective() - hour.objective) > 1e-6 * max(1.0, abs(hour.objective))
        if cold and done - begin > COLD_SECONDS:
            break
    return 1e6 * np.median(update), 1e6 * np.median(solve), wrong


@contextlib.contextmanager
def silence():
    """HiGHS greets on standard output whatever its options say."""
    sys.stdout.flush()
    kept = os.dup(1)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def pypsa_us(market, hours):
    """Time per hour of one linear program over these hours, its building included."""
    import pandas as pd
    import pypsa

    if np.any(market.shift):
        raise ValueError("PyPSA's lines have no phase shift")
    records = [market.hour(hour) for hour in range(hours)]
    lower, upper, cost, demand = (
        np.array([getattr(record, name) for record in records])
        for name in ("lower", "upper", "cost", "demand")
    )
    start = time.process_time()
    network = pypsa.Network(snapshots=pd.RangeIndex(hours))
    buses = [f"b{bus}" for bus in range(market.buses)]
    network.add("Bus", buses, v_nom=1.0)
    network.add("Load", buses, bus=buses, p_set=pd.DataFrame(demand, network.snapshots, buses))
    network.add(
        "Line",
        [f"l{line}" for line in range(len(market.start))],
        bus0=[buses[bus] for bus in market.start],
        bus1=[buses[bus] for bus in market.end],
        x=1.0 / market.susceptance,
        s_nom=np.minimum(market.limit, 1e6),
    )
    place = market.injection.tocoo()
    count = np.bincount(place.coords[1], minlength=market.columns)
    single = np.flatnonzero(count == 1)
    entry = {column: (bus, sign) for bus, column, sign in zip(*place.coords, place.data)}
    size = np.maximum(np.maximum(upper, -lower).max(axis=0), 1e-9)
    names = [f"g{column}" for column in single]
    per_unit = [pd.DataFrame(bound[:, single] / size[single], network.snapshots, names) for bound in (lower, upper)]
    network.add(
        "Generator",
        names,
        bus=[buses[entry[column][0]] for column in single],
        sign=[entry[column][1] for column in single],
        p_nom=size[single],
        p_min_pu=per_unit[0],
        p_max_pu=per_unit[1],
        marginal_cost=pd.DataFrame(cost[:, single], network.snapshots, names),
    )
    for column in np.flatnonzero(count == 2):
        ends = market.injection[:, [column]].tocoo()
        source, sink = ends.coords[0][np.argsort(ends.data)]
        network.add(
            "Link",
            f"d{column}",
            bus0=buses[source],
            bus1=buses[sink],
            p_nom=size[column],
            p_min_pu=(lower[:, column] / size[column]).min(),
        )
    with silence():
        status, condition = network.optimize(
            solver_name="highs",
            io_api="direct",
            progress=False,
            solver_options={"output_flag": False, "threads": 1, "solver": "simplex"},
        )
    taken = time.process_time() - start
    if condition != "optimal":
        raise RuntimeError(f"PyPSA says {status}, {condition}")
    expected = sum(record.objective for record in records)
    if abs(network.objective - expected) > 1e-6 * abs(expected):
        raise RuntimeError(f"PyPSA finds {network.objective}, gridrush {expected}")
    return 1e6 * taken / hours


def main():
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    folder, binary, *names = sys.argv[1:]
    missed, own = [], {}
    print("| set | buses | hours | gridrush us | HiGHS warm us | + update us | times | HiGHS cold us | times | warm wrong |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in names:
        market = Market(Path(folder) / name)
        before = gridrush_us(binary, market)
        update, warm, wrong = highs_us(market, cold=False)
        own[name] = max(before, gridrush_us(binary, market))
        _, cold, _ = highs_us(market, cold=True)
        ratio = warm / own[name]
        print(
            f"| {name} | {market.buses} | {market.hours} | {own[name]:.1f} | {warm:.0f} | {update:.0f} "
            f"| {ratio:.0f} | {cold:.0f} | {cold / own[name]:.0f} | {wrong} |",
            flush=True,
        )
        least_ratio, most_us = TARGETS.get(name, (0, np.inf))
        if ratio < least_ratio:
            missed.append(f"{name}: {ratio:.0f} times a warm HiGHS, wanted {least_ratio}")
        if own[name] > most_us:
            missed.append(f"{name}: {own[name]:.1f} us, wanted {most_us}")
    if "rts" in names:
        market = Market(Path(folder) / "rts")
        print("\n| RTS-GMLC in PyPSA, one program | ms per hour | times gridrush |")
        print("|---|---|---|")
        for hours in (24, 168):
            taken = pypsa_us(market, min(hours, market.hours))
            print(f"| {min(hours, market.hours)} hours | {taken / 1e3:.1f} | {taken / own['rts']:.0f} |", flush=True)
    if missed:
        print("\nmissed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
