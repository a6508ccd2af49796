"""Plants that ask for a connection: how many, of which kind, how large, and the log-normal sizes to put in.

    python3 tests/long/plant_sizes.py processed_PJM.csv[.gz] processed_MISO.csv[.gz]

Files are the harmonised queues of January 2025, one row per request. Printed are, by region and technology, for all
requests and for those of 2000 to 2019: how many, the median size, the standard deviation of the logarithm that has the
tenth and ninetieth percentile, and the rate of the first year that gives their number at the common growth; the growth
(least squares through the logarithms of yearly numbers); percentiles of all together, as seen and as the mixture
of these log-normals has them. Gas plants of at least 200 MW count as combined cycles, smaller ones as turbines (assumed, where
the file does not say); hybrids as the first technology they name. The numbers stand in
scenarios/facts/facts-plants.toml and facts-serial-queue.toml.
"""

import collections
import csv
import datetime
import gzip
import math
import sys

Z90 = 1.2815515655446004
ORDER = ["combined_cycle", "combustion_turbine", "wind", "solar", "battery"]


def technology(text, mw):
    """The model's technology; None for what does not enter."""
    first = text.lower().split(";")[0].split("/")[0]
    if "combined" in first or "co-gen" in first:
        return "combined_cycle"
    if "turbine (simple" in first or "piston" in first:
        return "combustion_turbine"
    if "gas" in first:
        return "combined_cycle" if mw >= 200.0 else "combustion_turbine"
    if "wind" in first:
        return "wind"
    if "solar" in first or "photovoltaic" in first:
        return "solar"
    if "storage" in first or "battery" in first:
        return "battery"
    return None


def filed(text):
    for form in ("%m/%d/%Y", "%Y-%m-%d"):
        try:
            return datetime.datetime.strptime(text[:10], form).date()
        except ValueError:
            continue
    return None


def number(*texts):
    """The first positive number."""
    for text in texts:
        try:
            if float(text) > 0.0:
                return float(text)
        except (TypeError, ValueError):
            continue
    return None


def read(path):
    with (gzip.open(path, "rt") if path.endswith(".gz") else open(path)) as file:
        for row in csv.DictReader(file):
            mw = number(row.get("MW Energy"), row.get("Capacity (MW)"), row.get("Summer MW"), row.get("Winter MW"))
            at = filed(row["Queue Date"])
            of = technology(row["Technology"], mw or 0.0)
            if mw and at and of:
                yield of, at.year, mw


def quantile(values, share):
    values = sorted(values)
    at = share * (len(values) - 1)
    below = int(at)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (at - below)


def fit(sizes):
    low, middle, high = (quantile(sizes, share) for share in (0.1, 0.5, 0.9))
    return middle, math.log(high / low) / (2.0 * Z90)


def mixture_quantile(parts, share):
    """Of log-normals (weight, median, spread), by bisection."""
    total = sum(weight for weight, _, _ in parts)

    def below(mw):
        cdf = lambda m, s: 0.5 * (1.0 + math.erf(math.log(mw / m) / s / math.sqrt(2.0)))
        return sum(weight * cdf(m, s) for weight, m, s in parts) / total

    low, high = 1e-3, 1e5
    for _ in range(200):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if below(middle) < share else (low, middle)
    return low


def growth(rows, first, last):
    """Of yearly numbers, logarithmic, per year."""
    count = collections.Counter(year for _, year, _ in rows)
    points = [(year - first, math.log(count[year])) for year in range(first, last + 1) if count[year]]
    mean_x, mean_y = (sum(point[i] for point in points) / len(points) for i in (0, 1))
    covariance = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return covariance / sum((x - mean_x) ** 2 for x, _ in points)


def describe(name, rows, first, last):
    by = collections.defaultdict(list)
    for of, _, mw in rows:
        by[of].append(mw)
    slope, years = growth(rows, first, last), last - first + 1
    print(f"{name}: {len(rows)} requests, growth {math.exp(slope) - 1:.3f} a year")
    parts = []
    for of in ORDER:
        if len(by[of]) >= 10:
            median, spread = fit(by[of])
            rate = len(by[of]) * slope / math.expm1(years * slope)
            parts.append((len(by[of]), median, spread))
            print(f"  {of:20} {len(by[of]):5}   first year {rate:5.1f}   median {median:6.1f} MW   spread {spread:.2f}")
    sizes = [mw for _, _, mw in rows]
    for share in (0.1, 0.5, 0.9):
        print(f"  {share:.0%} below: seen {quantile(sizes, share):6.1f}, mixture {mixture_quantile(parts, share):6.1f} MW")


def main():
    for path in sys.argv[1:]:
        rows = list(read(path))
        years = [year for _, year, _ in rows]
        describe(f"{path}, all", rows, min(years), max(years))
        early = [row for row in rows if 2000 <= row[1] <= 2019]
        describe(f"{path}, 2000-2019", early, 2000, 2019)


if __name__ == "__main__":
    main()
