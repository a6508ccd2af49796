"""Compares every hour that gridrush cleared with HiGHS, which solves each from nothing.

    dispatch_exact.py FOLDER SET...

Every hour must agree in the objective to 1e-9 (relative) and in every price to 1e-4 $/MWh. Where prices differ by
more, they must not be unique: HiGHS's basis is then degenerate, and gridrush's price at the bus that
differs most must lie between the cost of the last MW and of the next one there, which two more solves
tell. On all hours, gridrush's own numbers must be feasible (balance, flow law, limits), its prices and
shadow prices must be feasible in the dual, and both objectives equal, to 1e-9 of what they are made of.
HiGHS starts cold because a hot start after changed bounds can end at a wrong objective in version 1.15.
"""

import sys
from pathlib import Path

import numpy as np
import scipy.sparse.linalg as linear

from dispatch_model import Market, Program

STRICT = {
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
    "solver": "simplex",
}
OBJECTIVE, PRICE, OWN = 1e-9, 1e-4, 1e-9


class Flows:
    """Flows of injections by an independent factorisation."""

    def __init__(self, market):
        self.market = market
        laplacian = (market.incidence * market.susceptance) @ market.incidence.T
        free = np.ones(market.buses, dtype=bool)
        free[market.references] = False
        self.free = np.flatnonzero(free)
        self.factor = linear.splu(laplacian.tocsc()[self.free][:, self.free])

    def of(self, injection):
        market = self.market
        net = injection + market.incidence @ (market.susceptance * market.shift)
        angle = np.zeros(market.buses)
        angle[self.free] = self.factor.solve(net[self.free])
        return market.susceptance * (market.incidence.T @ angle - market.shift)


def own_faults(market, flows, hour):
    """Largest violations of gridrush's answer, relative to the size of what is added up."""
    injection = market.injection @ hour.mw - hour.demand
    load = max(1.0, np.abs(hour.demand).sum())
    law = np.abs(hour.flow - flows.of(injection)).max() / load
    balance = np.abs(injection - market.incidence @ hour.flow).max() / load
    bounds = max((hour.lower - hour.mw).max(), (hour.mw - hour.upper).max())
    limits = (np.abs(hour.flow) - market.limit).max()
    primal = max(law, balance, bounds / load, limits / load)

    pull = market.incidence.T @ hour.lmp + hour.shadow
    stiffness = abs(market.incidence) @ np.abs(market.susceptance)
    stiffness[stiffness == 0.0] = 1.0
    potential = np.abs(market.incidence @ (market.susceptance * pull)) / stiffness
    prices = max(1.0, np.abs(hour.lmp).max())
    unlimited = np.abs(hour.shadow[~np.isfinite(market.limit)]).sum()
    dual = max(potential.max() / prices, unlimited / prices)

    reduced = hour.cost - market.injection.T @ hour.lmp
    limited = np.isfinite(market.limit)
    dual_objective = (
        hour.lmp @ hour.demand
        - np.abs(hour.shadow[limited]) @ market.limit[limited]
        - (market.susceptance * market.shift) @ pull
        + np.maximum(reduced, 0.0) @ hour.lower
        + np.minimum(reduced, 0.0) @ hour.upper
    )
    primal_objective = hour.cost @ hour.mw
    scale = max(1.0, np.abs(hour.cost) @ np.abs(hour.mw))
    gap = max(abs(primal_objective - dual_objective), abs(primal_objective - hour.objective)) / scale
    return primal, dual, gap


def lies_between(program, hour, bus, step_mw=1e-3):
    """Whether gridrush's price at a bus lies between the cost of the last and of the next MW there."""
    base = program.objective()
    slopes = []
    for step in (-step_mw, step_mw):
        demand = hour.demand[bus] - program.shift_demand[bus] + step
        program.highs.changeRowBounds(int(bus), demand, demand)
        program.highs.clearSolver()
        program.run()
        slopes.append((program.objective() - base) / step)
    slack = PRICE + 1e-9 * abs(base) / step_mw
    return slopes[0] - slack <= hour.lmp[bus] <= slopes[1] + slack


def compare(market):
    """Counts and extremes over all hours; a list of hours that fail."""
    program, flows = Program(market, STRICT), Flows(market)
    worst = {"objective": 0.0, "price": 0.0, "primal": 0.0, "dual": 0.0, "gap": 0.0}
    ambiguous, degenerate, congested, failed = 0, 0, 0, []
    for number in range(market.hours):
        hour = market.hour(number)
        program.set_hour(hour)
        program.highs.clearSolver()
        program.run()
        objective = program.objective()
        miss = abs(objective - hour.objective) / max(1.0, abs(objective))
        difference = np.abs(program.prices() - hour.lmp)
        own = own_faults(market, flows, hour)
        congested += bool(np.abs(hour.shadow).max() > 1e-6)
        is_degenerate = program.is_degenerate()
        degenerate += is_degenerate
        worst["objective"] = max(worst["objective"], miss)
        for name, value in zip(("primal", "dual", "gap"), own):
            worst[name] = max(worst[name], value)
        if miss > OBJECTIVE or max(own) > OWN:
            failed.append((number, f"objective {miss:.1e}, own {max(own):.1e}"))
        if difference.max() <= PRICE:
            worst["price"] = max(worst["price"], difference.max())
            continue
        ambiguous += 1
        if not is_degenerate:
            failed.append((number, f"prices differ by {difference.max():.1e} $/MWh, basis not degenerate"))
        elif not lies_between(program, hour, difference.argmax()):
            failed.append((number, "the price is no marginal cost"))
    return worst, ambiguous, degenerate, congested, failed


def main():
    folder, *names = sys.argv[1:]
    print(
        "| set | hours | congested | degenerate | prices not unique | objective | price $/MWh | primal | dual | gap |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    bad = []
    for name in names:
        market = Market(Path(folder) / name)
        worst, ambiguous, degenerate, congested, failed = compare(market)
        extremes = " | ".join(f"{value:.1e}" for value in worst.values())
        print(
            f"| {name} | {market.hours} | {congested} | {degenerate} | {ambiguous} | {extremes} |",
            flush=True,
        )
        bad += [f"{name}, hour {number}: {what}" for number, what in failed]
    if bad:
        sys.exit("\n".join(bad[:50] + ([f"... {len(bad)} in all"] if len(bad) > 50 else [])))


if __name__ == "__main__":
    main()
