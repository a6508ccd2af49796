"""The hourly markets that dispatch_hours writes, and the same markets as linear programs for HiGHS.

A market here is written with bus angles, so nothing of gridrush's own formulation (transfer factors, a
kernel of binding rows) is shared:

    minimise    c x
    subject to  A x - K B K' theta = demand - K B shift       a row per bus
                -limit <= B (K' theta - shift) <= limit       a row per branch with a limit
                lower <= x <= upper, one angle per island fixed

with K the incidence of branches and B their susceptances.
"""

import json
from pathlib import Path

import highspy
import numpy as np
import scipy.sparse as sparse
from scipy.sparse.csgraph import connected_components


class Market:
    """One set: its structure, and a memory map with one record per hour."""

    def __init__(self, folder):
        folder = Path(folder)
        data = json.loads((folder / "structure.json").read_text())
        if data["rows"]:
            raise ValueError(f"{folder}: linear rows and flowgates are not compared")
        if any(branch["ceiling"] is not None for branch in data["branches"]):
            raise ValueError(f"{folder}: soft limits are not compared")
        branches = [branch for branch in data["branches"] if branch["in_service"]]
        if len(branches) != len(data["branches"]):
            self.kept = np.array([branch["in_service"] for branch in data["branches"]])
        else:
            self.kept = slice(None)
        self.name = folder.name
        self.buses = data["buses"]
        self.all_branches = len(data["branches"])
        self.start = np.array([branch["from"] for branch in branches])
        self.end = np.array([branch["to"] for branch in branches])
        self.susceptance = np.array([branch["susceptance"] for branch in branches])
        self.shift = np.array([branch["shift"] for branch in branches])
        self.limit = np.array(
            [np.inf if branch["limit"] is None else branch["limit"] for branch in branches]
        )
        terms = [(bus, j, c) for j, place in enumerate(data["columns"]) for bus, c in place]
        bus, column, coefficient = (np.array(part) for part in zip(*terms))
        self.columns = len(data["columns"])
        self.injection = sparse.csc_array(
            (coefficient, (bus, column)), shape=(self.buses, self.columns)
        )
        lines = np.arange(len(branches))
        ones = np.ones(len(branches))
        self.incidence = sparse.csc_array(
            (np.r_[ones, -ones], (np.r_[self.start, self.end], np.r_[lines, lines])),
            shape=(self.buses, len(branches)),
        )
        _, island = connected_components(self.incidence @ self.incidence.T, directed=False)
        self.references = np.unique(island, return_index=True)[1]
        parts = [self.buses] + 3 * [self.columns] + [1, self.buses, self.columns] + 2 * [self.all_branches]
        self.ends = np.cumsum(parts)
        records = np.memmap(folder / "hours.f64", dtype="<f8", mode="r")
        self.records = records.reshape(data["hours"], self.ends[-1])
        self.hours = data["hours"]

    def hour(self, hour):
        """What was asked and what gridrush answered."""
        demand, lower, upper, cost, objective, lmp, mw, shadow, flow = np.split(
            np.asarray(self.records[hour]), self.ends[:-1]
        )
        return Hour(
            demand, lower, upper, cost, objective[0], lmp, mw, shadow[self.kept], flow[self.kept]
        )


class Hour:
    """One record."""

    def __init__(self, demand, lower, upper, cost, objective, lmp, mw, shadow, flow):
        self.demand, self.lower, self.upper, self.cost = demand, lower, upper, cost
        self.objective, self.lmp, self.mw, self.shadow, self.flow = objective, lmp, mw, shadow, flow


class Program:
    """A market in HiGHS; bounds, costs and demand change in place."""

    def __init__(self, market, options):
        self.market = market
        stiff = sparse.diags_array(market.susceptance)
        self.shift_demand = market.incidence @ (market.susceptance * market.shift)
        self.limited = np.flatnonzero(np.isfinite(market.limit))
        laplacian = market.incidence @ stiff @ market.incidence.T
        flows = (stiff @ market.incidence.T).tocsr()[self.limited]
        matrix = sparse.block_array(
            [[market.injection, -laplacian], [None, flows]], format="csc"
        )
        angle_lower = np.full(market.buses, -highspy.kHighsInf)
        angle_lower[market.references] = 0.0
        first = market.hour(0)
        limit = market.limit[self.limited]
        through = (market.susceptance * market.shift)[self.limited]
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = matrix.shape
        lp.col_cost_ = np.r_[first.cost, np.zeros(market.buses)]
        lp.col_lower_ = np.r_[first.lower, angle_lower]
        lp.col_upper_ = np.r_[first.upper, -angle_lower]
        demand = first.demand - self.shift_demand
        lp.row_lower_ = np.r_[demand, through - limit]
        lp.row_upper_ = np.r_[demand, through + limit]
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = matrix.indptr
        lp.a_matrix_.index_ = matrix.indices
        lp.a_matrix_.value_ = matrix.data
        self.highs = highspy.Highs()
        for name, value in {"output_flag": False, "threads": 1, **options}.items():
            self.highs.setOptionValue(name, value)
        self.highs.passModel(lp)
        self.lp = lp
        self.column_ids = np.arange(market.columns, dtype=np.int32)
        self.row_ids = np.arange(market.buses, dtype=np.int32)
        self.cost = first.cost

    def set_hour(self, hour):
        """Passes what differs from hour to hour."""
        highs = self.highs
        highs.changeColsBounds(len(self.column_ids), self.column_ids, hour.lower, hour.upper)
        changed = np.flatnonzero(hour.cost != self.cost).astype(np.int32)
        if len(changed):
            highs.changeColsCost(len(changed), changed, hour.cost[changed])
            self.cost = hour.cost
        demand = hour.demand - self.shift_demand
        highs.changeRowsBounds(len(self.row_ids), self.row_ids, demand, demand)

    def run(self):
        """Solves, from the last basis if there is one."""
        self.highs.run()
        status = self.highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"{self.market.name}: HiGHS says {status}")

    def objective(self):
        return self.highs.getInfo().objective_function_value

    def prices(self):
        """The price at every bus: what one more MW of demand costs."""
        return np.array(self.highs.getSolution().row_dual[: self.market.buses])

    def is_degenerate(self, margin=1e-7):
        """Whether a basic variable lies at one of its bounds, so that prices need not be unique."""
        solution, basis, lp = self.highs.getSolution(), self.highs.getBasis(), self.highs.getLp()
        basic = highspy.HighsBasisStatus.kBasic
        for values, states, lower, upper in (
            (solution.col_value, basis.col_status, lp.col_lower_, lp.col_upper_),
            (solution.row_value, basis.row_status, lp.row_lower_, lp.row_upper_),
        ):
            values, lower, upper = np.array(values), np.array(lower), np.array(upper)
            at_bound = np.minimum(values - lower, upper - values) < margin
            if (at_bound & np.array([state == basic for state in states])).any():
                return True
        return False
