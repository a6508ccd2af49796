"""Reads the lines of kernel-peers and simpy_mm1.py and prints the table of medians and ratios.

A ratio is taken inside each round, then the median over rounds; a missed target is named below the table.
Fails if two kernels disagree about the sum of sojourns of a round.
"""

import statistics
import sys

TARGETS = {
    "nexosim, one model": 10,
    "nexosim, two models": 10,
    "simpy, bare timeouts": 20,
    "simpy, resource": 100,
}


def main():
    rounds = {}
    sums = {}
    for row in sys.stdin:
        # A kernel's name may contain a comma; the three numbers are last.
        kernel, number, ns, sojourn = row.strip().rsplit(",", 3)
        rounds.setdefault(kernel, {})[number] = float(ns)
        sums.setdefault(number, set()).add(int(float(sojourn)))
    if any(len(values) != 1 for values in sums.values()):
        sys.exit(f"the kernels disagree: {sums}")
    base = rounds["gridrush"]
    missed = []
    print("| kernel | ns per customer | times gridrush (least to most) | target |")
    print("|---|---|---|---|")
    for kernel, values in rounds.items():
        ratios = sorted(ns / base[number] for number, ns in values.items())
        ratio = statistics.median(ratios)
        target = TARGETS.get(kernel)
        if target and ratio < target:
            missed.append(kernel)
        wanted = f">= {target}" if target else ""
        print(
            f"| {kernel} | {statistics.median(values.values()):.0f} "
            f"| {ratio:.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f}) | {wanted} |"
        )
    if missed:
        print("\nmissed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
