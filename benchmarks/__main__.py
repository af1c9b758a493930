"""`python -m benchmarks NAME`: measure Fanjet beside Python's process pool, in the same minutes on the same machine."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.databases import databases
from benchmarks.distance import distance
from benchmarks.fan_out import fan_out, sweep
from benchmarks.latency import chain, cold_start
from benchmarks.many_runs import many_runs
from benchmarks.parsing import parsing
from benchmarks.report import Line, show, write_json
from benchmarks.resuming import resume
from benchmarks.takeover import takeover

#: By name: what measures, the default size, and help.
BENCHMARKS: dict[str, tuple[Callable[[Path, int], list[Line]], int, str]] = {
    "fanout": (fan_out, 10_000, "durable no-op instances of one map (1,000,000 works; allow a few minutes)"),
    "databases": (databases, 100_000, "the same on PostgreSQL beside SQLite"),
    "distance": (distance, 30, "no-op tasks one after another, on a PostgreSQL that is near and far"),
    "runs": (
        many_runs,
        1_000,
        "runs of ten tasks at once, in a service on either database",
    ),
    "chain": (chain, 100, "no-op tasks one after another"),
    "coldstart": (cold_start, 3, "a small map from the command line to its exit"),
    "sweep": (sweep, 64, "instances of 50 ms CPU work"),
    "parsing": (parsing, 1_000, "DAG files that are loaded while a chain runs in a service"),
    "takeover": (takeover, 5, "kills of a scheduler, until another starts the next try of its run"),
    "resume": (resume, 100_000, "kill -9 in the middle, then resume"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is asked for, print the tables, write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="; ".join(f"{n}: {b[2]}" for n, b in BENCHMARKS.items())
    )
    parser.add_argument("--n", type=int, help="how many instances or tasks, instead of the benchmark's own number")
    parser.add_argument("--json", type=Path, default=Path("benchmarks/results"), help="folder for the figures as JSON")
    options = parser.parse_args(arguments)
    for name in options.names or BENCHMARKS:
        if name not in BENCHMARKS:
            parser.error(f"no benchmark {name!r}; there are {', '.join(BENCHMARKS)}")
        measure, count, _ = BENCHMARKS[name]
        with tempfile.TemporaryDirectory(prefix="fanjet-bench-") as folder:
            lines = measure(Path(folder), options.n or count)
        print(show(lines), end="\n\n", flush=True)
        write_json(options.json / f"{name}.json", name, lines)


if __name__ == "__main__":
    main()
