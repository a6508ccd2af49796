"""The same M/M/1 on SimPy: with bare timeouts, and with a process per customer and a resource.

Usage: simpy_mm1.py ROUND FILE, after kernel-peers has left the durations in FILE.
Prints `kernel,round,ns_per_customer,sojourn_ms` like kernel-peers.
"""

import sys
import time
from array import array
from collections import deque

import simpy


def bare_timeouts(gaps, services):
    """Two timeouts with callbacks per customer: the least that SimPy can be asked to do."""
    env = simpy.Environment()
    line = deque()
    gap, service = iter(gaps), iter(services)
    sojourn = 0

    def begin():
        env.timeout(next(service)).callbacks.append(depart)

    def arrive(_):
        line.append(env.now)
        wait = next(gap, None)
        if wait is not None:
            env.timeout(wait).callbacks.append(arrive)
        if len(line) == 1:
            begin()

    def depart(_):
        nonlocal sojourn
        sojourn += env.now - line.popleft()
        if line:
            begin()

    env.timeout(next(gap)).callbacks.append(arrive)
    env.run()
    return sojourn


def resource_and_processes(gaps, services):
    """The way the manual shows it."""
    env = simpy.Environment()
    server = simpy.Resource(env, capacity=1)
    sojourn = 0

    def customer(service):
        nonlocal sojourn
        arrived = env.now
        with server.request() as request:
            yield request
            yield env.timeout(service)
        sojourn += env.now - arrived

    def source():
        for gap, service in zip(gaps, services):
            yield env.timeout(gap)
            env.process(customer(service))

    env.process(source())
    env.run()
    return sojourn


def main():
    round_number, path = sys.argv[1], sys.argv[2]
    durations = array("Q")
    with open(path, "rb") as file:
        durations.frombytes(file.read())
    half = len(durations) // 2
    gaps, services = list(durations[:half]), list(durations[half:])
    for name, run in [
        ("simpy, bare timeouts", bare_timeouts),
        ("simpy, resource", resource_and_processes),
    ]:
        start = time.perf_counter_ns()
        sojourn = run(gaps, services)
        ns = (time.perf_counter_ns() - start) / half
        print(f"{name},{round_number},{ns:.2f},{sojourn}")


if __name__ == "__main__":
    main()
