"""Was there enough power? Checks the yearly tables of four runs of Texas and prints them side by side.

Usage: adequacy.py FOLDER, which holds one folder of results for each run.
"""

import csv
import sys
from pathlib import Path

CALM, WITHOUT, DEFAULT = "texas-native-calm", "texas-no-large-loads", "texas"
PASSIVE = "texas-no-supply-response"
YEARS = 10
SHED_SHARE = 1e-4
PRICE_USD_PER_MWH = (20.0, 150.0)


def rows(folder, table):
    with open(folder / f"{table}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def faults(runs):
    """Everything that is not as it must be."""
    for name, years in runs.items():
        if len(years) != YEARS:
            yield f"{name}: {len(years)} years"
    for year in runs[CALM]:
        if float(year["firm_shed_mwh"]) != 0.0:
            yield f"{CALM} {year['year']}: {year['firm_shed_mwh']} MWh shed"
    for name in (WITHOUT, DEFAULT):
        for year in runs[name]:
            share, price = float(year["firm_shed_share"]), float(year["price_usd_per_mwh"])
            if not share < SHED_SHARE:
                yield f"{name} {year['year']}: {share:.2e} of firm load shed"
            if not PRICE_USD_PER_MWH[0] <= price <= PRICE_USD_PER_MWH[1]:
                yield f"{name} {year['year']}: {price:.1f} $/MWh"


def show(runs):
    """One line per year, one column per run."""
    columns = [
        ("peak GW", "peak_mw", 1e-3, ".1f"),
        ("reserve margin %", "reserve_margin", 100.0, ".1f"),
        ("firm shed GWh", "firm_shed_mwh", 1e-3, ".3f"),
        ("price $/MWh", "price_usd_per_mwh", 1.0, ".1f"),
        ("transmission M$", "transmission_cost_usd", 1e-6, ".0f"),
        ("upgrades M$", "upgrade_cost_usd", 1e-6, ".0f"),
    ]
    for title, column, scale, form in columns:
        print(f"\n{title}\nyear  " + "".join(f"{name:>26}" for name in runs))
        for years in zip(*runs.values()):
            cells = "".join(f"{float(year[column]) * scale:>26{form}}" for year in years)
            print(f"{years[0]['year']}  {cells}")


def show_supply(name, table):
    """MW added by fuel, year by year: planned and entered less retired."""
    fuels = list(dict.fromkeys(row["fuel"] for row in table))
    net = {
        (row["year"], row["fuel"]): sum(float(row[c]) for c in ("planned_mw", "entered_mw"))
        - float(row["retired_mw"])
        for row in table
    }
    print(f"\nMW added less retired: {name}\nyear" + "".join(f"{fuel:>10}" for fuel in fuels))
    for year in dict.fromkeys(row["year"] for row in table):
        print(year + "".join(f"{net.get((year, fuel), 0.0):>10.0f}" for fuel in fuels))


def main():
    folder = Path(sys.argv[1])
    runs = {name: rows(folder / name, "adequacy_yearly") for name in (CALM, WITHOUT, DEFAULT, PASSIVE)}
    show(runs)
    for name in runs:
        show_supply(name, rows(folder / name, "supply_yearly"))
    print()
    found = list(faults(runs))
    for fault in found:
        print(fault)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
