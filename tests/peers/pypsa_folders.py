"""Random networks: PyPSA exports a folder and optimises it, gridrush reads the folder and solves it.

Every network has lines of two voltages, transformers with ratio and shift, a part for direct current behind
links with losses, wind with a series and loads with series. Costs are linear and drawn at random, so optimum
and prices are unique but for chance; a snapshot that PyPSA finds infeasible must be infeasible here too.
"""

import json
import logging
import random
import subprocess
import sys
import tempfile
import warnings

import pandas as pd
import pypsa

SNAPSHOTS = 3
EXACT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


def network(seed):
    draw = random.Random(seed)
    n = pypsa.Network(name=f"random {seed}")
    n.set_snapshots(pd.date_range("2024-01-01", periods=SNAPSHOTS, freq="h"))
    high = [f"high {i}" for i in range(draw.randint(3, 9))]
    low = [f"low {i}" for i in range(draw.randint(2, 6))]
    direct = [f"dc {i}" for i in range(3)]
    for names, v_nom, carrier in ((high, 380, "AC"), (low, 110, "AC"), (direct, 320, "DC")):
        for name in names:
            n.add("Bus", name, v_nom=v_nom, carrier=carrier)
    for names, ohm in ((high, 30.0), (low, 12.0)):
        pairs = [(a, names[draw.randrange(i)]) for i, a in enumerate(names) if i > 0]
        pairs += [tuple(draw.sample(names, 2)) for _ in names]
        for i, (a, b) in enumerate(pairs):
            limit = draw.choice([draw.uniform(40, 300), float("inf")])
            n.add("Line", f"{a} {i}", bus0=a, bus1=b, x=ohm * draw.uniform(0.5, 2), r=draw.uniform(0, 3),
                  s_nom=limit, s_max_pu=draw.choice([1, 0.7]), v_ang_max=draw.choice([20.0, float("inf")]))
    for i in range(3):
        n.add("Transformer", f"t {i}", bus0=draw.choice(high), bus1=draw.choice(low), x=draw.uniform(0.08, 0.2),
              s_nom=draw.uniform(100, 300), tap_ratio=draw.uniform(0.9, 1.1), phase_shift=draw.choice([0, draw.uniform(-2, 2)]))
    for i in range(3):
        n.add("Line", f"cable {i}", bus0=direct[i], bus1=direct[(i + 1) % 3], r=draw.uniform(1, 5), s_nom=draw.uniform(30, 120))
        n.add("Link", f"converter {i}", bus0=draw.choice(high + low), bus1=direct[i], p_nom=draw.uniform(20, 150),
              efficiency=draw.uniform(0.95, 1), p_min_pu=draw.choice([-1, 0]), marginal_cost=draw.uniform(0, 2))
    for i, name in enumerate(high + low):
        n.add("Generator", f"unit {i}", bus=name, carrier="gas", p_nom=draw.uniform(50, 400),
              p_min_pu=draw.choice([0, 0, 0.1]), marginal_cost=draw.uniform(10, 90))
        n.add("Load", f"load {i}", bus=name, p_set=[draw.uniform(10, 140) for _ in range(SNAPSHOTS)])
    n.add("Generator", "wind", bus=direct[0], carrier="onwind", p_nom=150, marginal_cost=-draw.random(),
          p_max_pu=[draw.random() for _ in range(SNAPSHOTS)])
    n.add("Generator", "resting", bus=high[0], carrier="coal", p_nom=900, marginal_cost=1, active=False)
    return n


def ours(binary, folder, hour):
    command = [binary, "opf", folder, "--hour", str(hour), "--minimum-output", "yes", "--shed", "1e6", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    answer = json.loads(done.stdout) if done.returncode == 0 else None
    # Load that is shed at that price means that it could not be served.
    return None if answer is None or answer["shed_mw"] > 1e-6 else answer


def worst(series, rows, key, value):
    found = {row[key]: row[value] for row in rows}
    return max((abs(found[name] - expected) for name, expected in series.items()), default=0.0)


def main(binary, networks):
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    solved = infeasible = 0
    most = dict.fromkeys(("objective, relative", "price, $/MWh", "output, MW", "flow, MW"), 0.0)
    for seed in range(networks):
        n = network(seed)
        with tempfile.TemporaryDirectory() as folder:
            n.export_to_csv_folder(folder)
            for hour, snapshot in enumerate(n.snapshots):
                _, condition = n.optimize(snapshots=[snapshot], solver_name="highs", log_to_console=False,
                                          include_objective_constant=False, solver_options=EXACT)
                answer = ours(binary, folder, hour)
                if condition != "optimal":
                    infeasible += 1
                    assert answer is None, f"network {seed}, hour {hour}: PyPSA says {condition}"
                    continue
                assert answer is not None, f"network {seed}, hour {hour}: infeasible here"
                solved += 1
                flows = pd.concat([n.lines_t.p0.loc[snapshot], n.transformers_t.p0.loc[snapshot]])
                units = n.generators_t.p.loc[snapshot].drop("resting", errors="ignore")
                gaps = {
                    "objective, relative": abs(answer["objective_usd_per_h"] / n.objective - 1),
                    "price, $/MWh": worst(n.buses_t.marginal_price.loc[snapshot], answer["buses"], "name", "lmp_usd_per_mwh"),
                    "output, MW": worst(units, answer["generators"], "generator", "output_mw"),
                    "flow, MW": worst(flows, answer["branches"], "branch", "flow_mw"),
                }
                for name, gap in gaps.items():
                    if gap > (1e-9 if name.startswith("objective") else 1e-4):
                        print(f"network {seed}, hour {hour}: {name}: {gap:.2e}")
                    most[name] = max(most[name], gap)
    print(f"{networks} networks: {solved} hours solved by both, {infeasible} infeasible for both")
    for name, gap in most.items():
        print(f"  largest difference of {name}: {gap:.2e}")
    if solved == 0 or most["objective, relative"] > 1e-9 or most["price, $/MWh"] > 1e-4:
        sys.exit("PyPSA and gridrush differ")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
