"""`databases`: the fan-out on PostgreSQL, beside the same on SQLite."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.dags import FAN_OUT, write_dag
from benchmarks.measure import Cost, fanjet
from benchmarks.process_pool import WORKERS
from benchmarks.recorded import read_span
from benchmarks.report import Line

_PAIRS = 3
#: As a server is set up that is meant to be used; every commit waits for the disk.
_OPTIONS = ("shared_buffers=256MB", "max_wal_size=2GB")


def databases(folder: Path, count: int) -> list[Line]:
    """Throughput of durable no-op instances on both, each measured three times in turn."""
    with started_server() as server:
        pairs = []
        for turn in range(_PAIRS):
            lite_s, lite = _run(folder / f"lite{turn}", count, None)
            post_s, post = _run(folder / f"post{turn}", count, server.url(server.create()))
            pairs.append((lite_s / post_s, post_s, lite_s, post, lite))
    ratio, post_s, lite_s, post, lite = sorted(pairs, key=lambda pair: pair[0])[len(pairs) // 2]
    return [
        Line(
            f"fan-out of {count:,} on PostgreSQL, beside SQLite",
            count / post_s,
            count / lite_s,
            "instances/s",
            ratio,
            "ratio >= 0.5",
            ratio >= 0.5,
            {"ratios": [pair[0] for pair in pairs], "postgresql": post.numbers(), "sqlite": lite.numbers()},
        ),
        Line(
            "  CPU per instance, without the server's", 1e6 * post.cpu_s / count, 1e6 * lite.cpu_s / count, "us", None
        ),
        Line("  whole command", post.wall_s, lite.wall_s, "s", None),
    ]


def _run(folder: Path, count: int, url: str | None) -> tuple[float, Cost]:
    folder.mkdir()
    home = folder / "home"
    more = {} if url is None else {"FANJET_DATABASE": url}
    dag = write_dag(folder, FAN_OUT, count=count)
    cost = fanjet("run", dag, "--workers", str(WORKERS), home=home, env=more)
    recorded, span_s = read_span(home, url)
    if recorded != count:
        raise RuntimeError(f"{recorded} of {count} instances are recorded")
    return span_s, cost


@contextmanager
def started_server() -> Iterator[Any]:
    """A PostgreSQL for as long as it is needed: the one that the tests use too: it needs nothing installed."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
    server = import_module("postgres_server").PostgresServer(_OPTIONS)
    try:
        server.start()
        yield server
    finally:
        server.close()
