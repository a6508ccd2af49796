"""Steps of plants in Texas, from ERCOT's monthly reports of generator interconnection, and the times to put in.

    python3 tests/long/queue_steps.py REPORTS.csv[.gz]

The file has one row per request and month (columns report_month, inr, screening_started, ia_signed,
approved_energization, approved_synchronization). Printed are quartiles of the steps, the monthly share that leaves,
and for two steps the log-normal (median, standard deviation of the logarithm) that is seen with these quartiles
where people leave at a constant rate and requests grow: a step of t months is seen in proportion to
f(t) exp(-(leaving + growth) t). The numbers stand in scenarios/facts/facts-step-times.toml.
"""

import csv
import datetime
import gzip
import math
import sys

MONTH_DAYS = 30.4375
GROWTH_PER_YEAR = 0.23


def day(text):
    """A date as ISO or as month/day/year; None for anything else."""
    try:
        if "/" in text:
            month, day_, year = text.split()[0].split("/")
            return datetime.date(int(year), int(month), int(day_))
        return datetime.date.fromisoformat(text[:10])
    except (ValueError, IndexError):
        return None


def quantile(values, share):
    values = sorted(values)
    at = share * (len(values) - 1)
    below = int(at)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (at - below)


def quartiles(values):
    return [quantile(values, share) for share in (0.25, 0.5, 0.75)]


def steps(requests, begin, end):
    both = [(day(r[begin]), day(r[end])) for r in requests]
    months = [(b - a).days / MONTH_DAYS for a, b in both if a and b]
    return [m for m in months if 0 < m < 150]


def leaving(by_month, keep):
    """Share of the requests of a month that are missing in the next."""
    months = sorted(by_month)
    there = gone = 0
    for month, following in zip(months, months[1:]):
        for name, row in by_month[month].items():
            if not day(row["approved_synchronization"]) and keep(row):
                there += 1
                gone += name not in by_month[following]
    return gone / there, there


def seen(median, sigma, tilt):
    """Quartiles of a log-normal of which long times are seen less often."""
    times = [0.1 * i + 0.05 for i in range(2500)]
    weight = lambda t: math.exp(-((math.log(t / median) / sigma) ** 2) / 2 - tilt * t) / t
    weights = [weight(t) for t in times]
    total, out, sum_, i = sum(weights), [], 0.0, 0
    for share in (0.25, 0.5, 0.75):
        while sum_ < share * total:
            sum_ += weights[i]
            i += 1
        out.append(times[i - 1])
    return out


def fit(target, tilt):
    error = lambda of: sum(math.log(a / b) ** 2 for a, b in zip(seen(*of, tilt), target))
    return min(((m, s / 100) for m in range(8, 60) for s in range(20, 120, 4)), key=error)


def main(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    by_month, last = {}, {}
    for row in rows:
        by_month.setdefault(row["report_month"], {})[row["inr"]] = row
        last[row["inr"]] = row
    requests = list(last.values())
    growth = math.log(1 + GROWTH_PER_YEAR) / 12
    for name, begin, end, keep in [
        ("screening to agreement", "screening_started", "ia_signed", lambda r: not r["ia_signed"]),
        ("agreement to power", "ia_signed", "approved_energization", lambda r: r["ia_signed"]),
        ("screening to synchronisation", "screening_started", "approved_synchronization", lambda r: True),
    ]:
        months = steps(requests, begin, end)
        hazard, exposed = leaving(by_month, keep)
        target = quartiles(months)
        median, sigma = fit(target, hazard + growth)
        shown = ", ".join(f"{q:.1f}" for q in target)
        print(f"{name}: n = {len(months)}, quartiles {shown} months")
        print(f"  leaving {100 * hazard:.2f} % a month of {exposed} request-months")
        print(f"  put in: median {median} months, spread {sigma:.2f}; seen as {seen(median, sigma, hazard + growth)}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
