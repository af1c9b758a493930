"""`distance`: a chain on a PostgreSQL that is near and far, beside the same on SQLite."""

from __future__ import annotations

import statistics
import tempfile
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.dags import CHAIN, write_dag
from benchmarks.databases import started_server
from benchmarks.measure import fanjet
from benchmarks.report import Line
from fanjet.store.database.connections import open_reader
from fanjet.store.database.database import Database

#: How long each byte is under way, in either direction.
_DELAYS_S = (0.0005, 0.001, 0.005, 0.04)
_HOPS = "SELECT started_at, ended_at FROM instance ORDER BY task, path"


def distance(folder: Path, count: int) -> list[Line]:
    """The median hop of a chain, each hop a commit on disk."""
    beside_ms = _measure(folder / "sqlite", count, None)
    with started_server() as server:
        url = server.url(server.create())
        lines = [_line(count, "on the same machine", _measure(folder / "near", count, url, url), beside_ms)]
        for delay_s in _DELAYS_S:
            hop_ms, trips = _measure_far(folder / f"{delay_s}", count, server, delay_s)
            lines.append(_line(count, f"{2e3 * delay_s:g} ms a round trip", hop_ms, beside_ms, trips_per_hop=trips))
    return lines


def _line(count: int, where: str, hop_ms: float, beside_ms: float, **details: float) -> Line:
    name = f"chain of {count}, PostgreSQL {where}, median hop"
    return Line(name, hop_ms, beside_ms, "ms", hop_ms / beside_ms, details=details)


def _measure_far(folder: Path, count: int, server: Any, delay_s: float) -> tuple[float, float]:
    name = server.create()
    door = import_module("store.cutting_proxy").CuttingProxy  # of the tests, as the server is
    with tempfile.TemporaryDirectory(prefix="fj") as there, door(Path(there), server.folder) as proxy:
        proxy.delay_s = delay_s
        hop_ms = _measure(folder, count, f"postgresql://postgres@/{name}?host={there}", server.url(name))
        return hop_ms, proxy.trips / count


def _measure(folder: Path, count: int, url: str | None, direct: str | None = None) -> float:
    """The median hop in milliseconds.

    Args:
        folder: For its home.
        count: How many tasks.
        url: Of the database.
        direct: The same without what is in between.
    """
    folder.mkdir()
    home = folder / "home"
    more = {} if url is None else {"FANJET_DATABASE": url}
    fanjet("run", write_dag(folder, CHAIN, count=count), "--workers", "2", home=home, env=more)
    connection = open_reader(Database(home, direct))
    try:
        rows = connection.select(_HOPS)
    finally:
        connection.close()
    hops = [after[0] - before[1] for before, after in pairwise(rows)]
    return 1e3 * float(statistics.median(hops))
