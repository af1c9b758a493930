"""The peer: the same work through `concurrent.futures.ProcessPoolExecutor`, which keeps nothing.

Run as a program of its own, `python -m benchmarks.process_pool KIND N`, so that its CPU and memory are counted alike.
It prints the seconds from the first submit to the last result.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

from benchmarks.measure import Cost, run
from benchmarks.work import burn_cpu

WORKERS = 2


def no_op(item: int) -> int:
    """What the instances of the fan-out do."""
    return item


def fan_out(count: int) -> float:
    """Submit each item by itself and gather all results."""
    with ProcessPoolExecutor(WORKERS) as pool:
        pool.submit(no_op, 0).result()
        started = time.perf_counter()
        futures = [pool.submit(no_op, item) for item in range(count)]
        for future in as_completed(futures):
            future.result()
        return time.perf_counter() - started


def chain(count: int) -> float:
    """Submit the next when the one before has ended."""
    with ProcessPoolExecutor(WORKERS) as pool:
        pool.submit(no_op, 0).result()
        started = time.perf_counter()
        for item in range(count):
            pool.submit(no_op, item).result()
        return time.perf_counter() - started


def sweep(count: int) -> float:
    """CPU work, one item at a time."""
    with ProcessPoolExecutor(WORKERS) as pool:
        pool.submit(no_op, 0).result()
        started = time.perf_counter()
        for future in as_completed([pool.submit(burn_cpu, item) for item in range(count)]):
            future.result()
        return time.perf_counter() - started


KINDS = {"fanout": fan_out, "chain": chain, "sweep": sweep}


def measure_pool(kind: str, count: int) -> tuple[float, Cost]:
    """Run the peer as a program: seconds of the work itself, and the cost of the whole."""
    cost = run([sys.executable, "-m", "benchmarks.process_pool", kind, str(count)])
    if cost.exit_code:
        raise RuntimeError(cost.output)
    return float(cost.output.split()[-1]), cost


if __name__ == "__main__":
    print(KINDS[sys.argv[1]](int(sys.argv[2])))
