"""`chain`: from the end of one task to the start of the next; `coldstart`: from the command line to its exit."""

from __future__ import annotations

import itertools
import statistics
import sys
from pathlib import Path

from benchmarks.dags import CHAIN, FAN_OUT, write_dag
from benchmarks.measure import fanjet, run
from benchmarks.process_pool import WORKERS, measure_pool
from benchmarks.recorded import read_run
from benchmarks.report import Line

_REPEATS = 7


def chain(folder: Path, count: int) -> list[Line]:
    """The median hop of a chain of no-op tasks, each hop a commit on disk."""
    pool_s, _ = measure_pool("chain", count)
    home = folder / "home"
    fanjet("run", write_dag(folder, CHAIN, count=count), "--workers", str(WORKERS), home=home)
    rows = read_run(home).instances
    hops = [after[3] - before[4] for before, after in itertools.pairwise(rows) if after[3] is not None]
    median_ms = 1e3 * statistics.median(hops)
    slow_ms = 1e3 * sorted(hops)[int(len(hops) * 0.95)]
    return [
        Line(
            f"chain of {count}, median hop",
            median_ms,
            1e3 * pool_s / count,
            "ms",
            median_ms / (1e3 * pool_s / count),
            "<= 2 ms",
            median_ms <= 2,
        ),
        Line("  95th percentile", slow_ms, None, "ms", None),
    ]


def cold_start(folder: Path, count: int) -> list[Line]:
    """A map of a few instances from process start to exit, with a warm file cache; medians of several runs."""
    file = write_dag(folder, FAN_OUT, count=count)
    ours = [fanjet("run", file, home=folder / f"home-{turn}") for turn in range(_REPEATS + 1)][1:]
    peers = [run([sys.executable, "-m", "benchmarks.process_pool", "fanout", str(count)]) for _ in range(_REPEATS)]
    bare = [run([sys.executable, "-c", "pass"]) for _ in range(_REPEATS)]
    imports = [run([sys.executable, "-c", "import fanjet"]) for _ in range(_REPEATS)]
    wall, peer = (statistics.median(cost.wall_s for cost in costs) for costs in (ours, peers))
    import_ms = 1e3 * (statistics.median(c.wall_s for c in imports) - statistics.median(c.wall_s for c in bare))
    return [
        Line(f"fanjet run, {count} instances, start to exit", wall, peer, "s", wall / peer, "<= 0.5 s", wall <= 0.5),
        Line("  its CPU, all processes", statistics.median(cost.cpu_s for cost in ours), None, "s", None),
        Line("import fanjet, beyond a bare python", import_ms, None, "ms", None, "<= 60 ms", import_ms <= 60),
    ]
