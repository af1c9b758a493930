"""`fanout`: no-op instances of one map; `sweep`: CPU work. Both beside the process pool."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from benchmarks.dags import FAN_OUT, SWEEP, write_dag
from benchmarks.measure import Cost, fanjet
from benchmarks.process_pool import WORKERS, measure_pool
from benchmarks.recorded import read_run
from benchmarks.report import Line

_MAPPED_TASK = 1
_MB = 1e6
#: How often each side is measured, unless a measurement is long anyway.
_PAIRS = 3
_MOST_REPEATED = 100_000


class _Pair(NamedTuple):
    """Ours and the peer, measured one after the other."""

    #: Of the throughputs: above 1 where ours is the faster.
    ratio: float
    ours_s: float
    cost: Cost
    pool_s: float
    pool_cost: Cost


def _run_map(folder: Path, text: str, count: int, **values: object) -> tuple[float, Cost]:
    """Run a DAG of discover -> work.

    Returns:
        Seconds from the recorded end of the source to the recorded end of the last instance, and the cost of it all.
    """
    home = folder / "home"
    cost = fanjet("run", write_dag(folder, text, count=count, **values), "--workers", str(WORKERS), home=home)
    recorded = read_run(home)
    work = recorded.of_task(_MAPPED_TASK)
    if len(work) != count:
        raise RuntimeError(f"{len(work)} of {count} instances are recorded")
    return max(row[4] for row in work) - recorded.of_task(0)[0][4], cost


def _costs(ours: Cost, peer: Cost | None, count: int) -> dict[str, object]:
    return {
        "ours": ours.numbers(),
        "peer": peer.numbers() if peer else None,
        "cpu_us_per_instance": 1e6 * ours.cpu_s / count,
        "peer_cpu_us_per_instance": 1e6 * peer.cpu_s / count if peer else None,
        "engine_peak_mb": ours.peak_bytes / _MB,
    }


def _measure_pairs(folder: Path, kind: str, text: str, count: int, **values: object) -> _Pair:
    """Measure the peer and ours in turn, and give the pair with the median ratio: the machine may be shared."""
    pairs = []
    for turn in range(_PAIRS if count <= _MOST_REPEATED else 1):
        pool_s, pool_cost = measure_pool(kind, count)
        own = folder / str(turn)
        own.mkdir()
        ours_s, cost = _run_map(own, text, count, **values)
        pairs.append(_Pair(pool_s / ours_s, ours_s, cost, pool_s, pool_cost))
    return sorted(pairs)[len(pairs) // 2]


def fan_out(folder: Path, count: int) -> list[Line]:
    """Throughput of durable no-op instances, against `submit` per item, and what they cost."""
    ratio, ours_s, cost, pool_s, pool_cost = _measure_pairs(folder, "fanout", FAN_OUT, count)
    limit_mb = 1500 if count > 100_000 else 400
    peak_mb = cost.peak_bytes / _MB
    return [
        Line(
            f"fan-out of {count:,}, throughput",
            count / ours_s,
            count / pool_s,
            "instances/s",
            ratio,
            "ratio >= 3",
            ratio >= 3,
            _costs(cost, pool_cost, count),
        ),
        Line("  CPU per instance, all processes", 1e6 * cost.cpu_s / count, 1e6 * pool_cost.cpu_s / count, "us", None),
        Line(
            "  memory of the engine process",
            peak_mb,
            pool_cost.peak_bytes / _MB,
            "MB",
            None,
            f"< {limit_mb}",
            peak_mb < limit_mb,
        ),
        Line("  whole command", cost.wall_s, pool_cost.wall_s, "s", None),
    ]


def sweep(folder: Path, count: int) -> list[Line]:
    """Throughput of instances that keep a core busy for about 50 ms each."""
    root = str(Path(__file__).resolve().parent.parent)
    ratio, ours_s, cost, pool_s, pool_cost = _measure_pairs(folder, "sweep", SWEEP, count, root=root)
    return [
        Line(
            f"{count} instances of 50 ms CPU work",
            count / ours_s,
            count / pool_s,
            "instances/s",
            ratio,
            "ratio >= 0.97",
            ratio >= 0.97,
            _costs(cost, pool_cost, count),
        )
    ]
